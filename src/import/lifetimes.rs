//! Lives of real pods: from a table of when each began and ended to quantiles that a job's lifecycle takes.
//!
//! Takes CSV with a header, times in seconds; gives percentiles in whole seconds, none shorter than one and none longer than
//! a scenario may last.

use super::{ImportError, counted};
use crate::units::SimTime;
use std::path::Path;

/// The longest life that a scenario takes, in seconds.
const LONGEST_S: u64 = 720 * 3600;

/// Which columns hold a pod's times, in seconds.
#[derive(Clone, Debug)]
pub struct LifetimesOptions {
    /// When it began.
    pub begin: String,
    /// When it ended.
    pub end: String,
}

/// What was learnt of lives.
#[derive(Clone, Debug)]
pub struct LifetimesImport {
    /// Percentiles, the shortest first, the longest last: 101 of them.
    pub quantiles: Vec<SimTime>,
    /// What was left out or changed, for people.
    pub notes: Vec<String>,
}

/// Learns from a file.
///
/// # Errors
/// The file cannot be read, is no such table, or no pod in it has both times.
pub fn learn_lifetimes(path: &Path, options: &LifetimesOptions) -> Result<LifetimesImport, ImportError> {
    let file = path.display().to_string();
    let unreadable = |source| ImportError::Unreadable { file: file.clone(), source };
    let text = std::fs::read(path).map_err(unreadable)?;
    learn(&file, &text, options)
}

fn learn(file: &str, text: &[u8], options: &LifetimesOptions) -> Result<LifetimesImport, ImportError> {
    let wrong = |line: u64, problem: String| ImportError::Table { file: file.to_owned(), line, problem };
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().map_err(|e| wrong(1, e.to_string()))?.clone();
    let column = |name: &str| {
        header.iter().position(|column| column == name).ok_or_else(|| {
            let all: Vec<&str> = header.iter().collect();
            wrong(1, format!("there is no column {name:?}; there are {}", all.join(", ")))
        })
    };
    let (begin, end) = (column(&options.begin)?, column(&options.end)?);
    let (mut lives, mut open) = (Vec::new(), 0);
    for row in reader.records() {
        let row = row.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let time = |column: usize| match row.get(column).map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse::<f64>() {
                Ok(seconds) if seconds.is_finite() => Ok(Some(seconds)),
                _ => Err(wrong(line, format!("{text:?} is no time in seconds"))),
            },
        };
        match (time(begin)?, time(end)?) {
            (Some(begin), Some(end)) if end >= begin => lives.push(end - begin),
            (Some(begin), Some(end)) => {
                return Err(wrong(line, format!("a pod ends at {end}, before it began at {begin}")));
            }
            _ => open += 1,
        }
    }
    if lives.is_empty() {
        return Err(wrong(1, "no pod has both a beginning and an end".to_owned()));
    }
    let mut notes = vec![format!("lives of {}", counted(lives.len() as u64, "pod"))];
    if open > 0 {
        notes.push(format!("{} without a beginning or an end left out", counted(open, "pod")));
    }
    let most = LONGEST_S as f64;
    let longer = lives.iter().filter(|life| **life > most).count() as u64;
    if longer > 0 {
        notes.push(format!("{} lived longer than 720h, which is the longest here", counted(longer, "pod")));
    }
    lives.sort_unstable_by(f64::total_cmp);
    let last = lives.len() - 1;
    let seconds = |percent: usize| lives[(percent * last + 50) / 100].ceil().clamp(1.0, most) as u64;
    let quantiles = (0..=100).map(|percent| SimTime::from_secs(seconds(percent))).collect();
    Ok(LifetimesImport { quantiles, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(text: &str) -> Result<LifetimesImport, String> {
        let options = LifetimesOptions { begin: "from".into(), end: "until".into() };
        learn("pods.csv", text.as_bytes(), &options).map_err(|e| e.to_string())
    }

    #[test]
    fn percentiles_are_those_of_the_lives() {
        // Lives of 1 to 101 s, in any order: the percentile p is p + 1 seconds.
        let mut text = "name,from,until\n".to_owned();
        (0..101).for_each(|n| text += &format!("p,{},{}\n", 10 * n, 10 * n + (n * 37 % 101) + 1));
        text += "pending,,\nrunning,5,\n";
        let learnt = learnt(&text).unwrap();
        let expected: Vec<SimTime> = (1..=101).map(SimTime::from_secs).collect();
        assert_eq!(learnt.quantiles, expected);
        assert!(learnt.notes[1].starts_with("2 pods without"), "{:?}", learnt.notes);
        // No life is shorter than a second, or longer than a scenario lasts.
        let ends = super::tests::learnt("from,until\n0,0\n0,99999999\n").unwrap();
        assert_eq!(
            (ends.quantiles[0], ends.quantiles[100]),
            (SimTime::from_secs(1), SimTime::from_secs(LONGEST_S))
        );
    }

    #[test]
    fn what_is_no_such_table_is_refused_at_its_line() {
        for (text, words) in [
            ("from,to\n1,2\n", "pods.csv:1: there is no column \"until\"; there are from, to"),
            ("from,until\n1,2\n3,soon\n", "pods.csv:3: \"soon\" is no time in seconds"),
            ("from,until\n5,2\n", "pods.csv:2: a pod ends at 2, before it began at 5"),
            ("from,until\n,\n", "pods.csv:1: no pod has both"),
        ] {
            let refused = learnt(text).unwrap_err();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
