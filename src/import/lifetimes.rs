//! Lives of real pods: from a table of when each began and ended to quantiles that a job's lifecycle takes.
//!
//! Takes CSV with a header, or the JSON or YAML of `kubectl get pods`; gives percentiles in whole seconds, none shorter than
//! one and none longer than a scenario may last. Times are RFC 3339, another whole date and time, or counts since 1970 (or
//! since anything, where they are small) in a unit that their size tells.

use super::input::{self, Entry, Paths};
use super::{ImportError, counted, logs, time};
use crate::import::cluster::lives_of;
use crate::units::SimTime;
use std::io::BufRead;

/// The longest life that a scenario takes, in seconds.
const LONGEST_S: u64 = 720 * 3600;

/// Which columns hold a pod's times.
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

/// Lives in seconds, and pods without one.
#[derive(Debug, Default)]
struct Lives {
    known_s: Vec<f64>,
    open: u64,
    /// Times that were counts in thousandths of a second or finer.
    finer: u64,
}

/// Learns from files.
///
/// # Errors
/// A file cannot be read, is no such table, or no pod in it has both times.
pub fn learn_lifetimes(paths: &Paths, options: &LifetimesOptions) -> Result<LifetimesImport, ImportError> {
    let mut lives = Lives::default();
    let mut file = String::new();
    input::visit(paths, &mut |entry, reader| {
        file = entry.name.to_owned();
        lives.read(entry, reader, options)
    })?;
    lives.finish(&file)
}

/// Learns from a file in memory.
///
/// # Errors
/// As [`learn_lifetimes`].
pub fn learn_lifetimes_in(
    file: &str,
    bytes: &[u8],
    options: &LifetimesOptions,
) -> Result<LifetimesImport, ImportError> {
    let mut lives = Lives::default();
    let entry = Entry { name: file, named: true };
    input::open(entry, bytes, 0, &mut |entry, reader| lives.read(entry, reader, options))?;
    lives.finish(file)
}

impl Lives {
    fn read(
        &mut self,
        entry: Entry<'_>,
        reader: &mut dyn BufRead,
        options: &LifetimesOptions,
    ) -> Result<(), ImportError> {
        let unreadable = |source| ImportError::Unreadable { file: entry.name.to_owned(), source };
        let head = reader.fill_buf().map_err(unreadable)?;
        let start = head.iter().find(|b| !b.is_ascii_whitespace()).copied();
        let is_yaml =
            ["apiVersion:", "---", "items:", "kind:"].iter().any(|key| head.starts_with(key.as_bytes()));
        if matches!(start, Some(b'{' | b'[')) || is_yaml {
            let (lives_ms, open) = lives_of(entry, reader)?;
            self.known_s.extend(lives_ms.into_iter().map(|ms| ms as f64 / 1000.0));
            self.open += open;
            return Ok(());
        }
        self.table(entry.name, reader, options)
    }

    fn table(
        &mut self,
        file: &str,
        reader: &mut dyn BufRead,
        options: &LifetimesOptions,
    ) -> Result<(), ImportError> {
        let wrong = |line: u64, problem: String| ImportError::Table { file: file.to_owned(), line, problem };
        let mut reader = csv::Reader::from_reader(reader);
        let header = reader.headers().map_err(|e| wrong(1, e.to_string()))?.clone();
        let column = |name: &str| {
            header.iter().position(|column| column.trim() == name).ok_or_else(|| {
                let all: Vec<&str> = header.iter().collect();
                wrong(1, format!("there is no column {name:?}; there are {}", all.join(", ")))
            })
        };
        let (begin, end) = (column(&options.begin)?, column(&options.end)?);
        for row in reader.records() {
            let row = row.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), e.to_string()))?;
            let line = row.position().map_or(0, csv::Position::line);
            let time = |column: usize| {
                let text = row.get(column).map(str::trim).unwrap_or_default();
                Moment::of(text).ok_or_else(|| {
                    wrong(
                        line,
                        format!(
                            "{text:?} is no time; allowed are seconds or finer counts, RFC 3339, and for what has not \
                             ended nothing, 0 or <none>"
                        ),
                    )
                })
            };
            let (began, ended) = (time(begin)?, time(end)?);
            self.finer += u64::from(began.is_finer() || ended.is_finer());
            match (began, ended) {
                (Moment::Never, _) | (_, Moment::Never) => self.open += 1,
                // Small counts begin anywhere: zero is a time where it is a beginning.
                (began, Moment::Zero) if began != Moment::Zero => self.open += 1,
                (began, ended) => {
                    let (from, until) = (began.seconds(), ended.seconds());
                    if until < from {
                        let problem = format!("a pod ends at {until}, before it began at {from}");
                        return Err(wrong(line, problem));
                    }
                    self.known_s.push(until - from);
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, file: &str) -> Result<LifetimesImport, ImportError> {
        if self.known_s.is_empty() {
            let problem = "no pod has both a beginning and an end".to_owned();
            return Err(ImportError::Table { file: file.to_owned(), line: 1, problem });
        }
        let mut notes = vec![format!("lives of {}", counted(self.known_s.len() as u64, "pod"))];
        if self.open > 0 {
            notes.push(format!("{} without a beginning or an end left out", counted(self.open, "pod")));
        }
        if self.finer > 0 {
            notes.push("times are counts in units finer than a second, as their size tells".to_owned());
        }
        let most = LONGEST_S as f64;
        let longer = self.known_s.iter().filter(|life| **life > most).count() as u64;
        if longer > 0 {
            notes.push(format!(
                "{} lived longer than 720h, which is the longest here",
                counted(longer, "pod")
            ));
        }
        self.known_s.sort_unstable_by(f64::total_cmp);
        let last = self.known_s.len() - 1;
        let seconds =
            |percent: usize| self.known_s[(percent * last + 50) / 100].ceil().clamp(1.0, most) as u64;
        let quantiles = (0..=100).map(|percent| SimTime::from_secs(seconds(percent))).collect();
        Ok(LifetimesImport { quantiles, notes })
    }
}

/// When something was.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// It was not.
    Never,
    /// A zero: the beginning of counts, or nothing.
    Zero,
    /// So many seconds.
    Seconds(f64),
    /// So many seconds, from a finer count.
    Finer(f64),
}

impl Moment {
    /// `None` where the text is no time.
    fn of(text: &str) -> Option<Self> {
        if matches!(
            text.to_ascii_lowercase().as_str(),
            "" | "<none>" | "none" | "null" | "nil" | "-" | "nan" | "n/a" | "<unknown>"
        ) {
            return Some(Self::Never);
        }
        if let Ok(count) = text.parse::<f64>() {
            if !count.is_finite() {
                return None;
            }
            return Some(match logs::epoch_ms(count) {
                _ if count == 0.0 => Self::Zero,
                Some(ms) if count >= 4e9 => Self::Finer(ms as f64 / 1000.0),
                _ => Self::Seconds(count),
            });
        }
        time::rfc3339_ms(text).or_else(|| logs::written_ms(text)).map(|ms| Self::Seconds(ms as f64 / 1000.0))
    }

    fn is_finer(self) -> bool {
        matches!(self, Self::Finer(_))
    }

    fn seconds(self) -> f64 {
        match self {
            Self::Never | Self::Zero => 0.0,
            Self::Seconds(seconds) | Self::Finer(seconds) => seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(text: &str) -> Result<LifetimesImport, String> {
        let options = LifetimesOptions { begin: "from".into(), end: "until".into() };
        learn_lifetimes_in("pods.csv", text.as_bytes(), &options).map_err(|e| e.to_string())
    }

    #[test]
    fn percentiles_are_those_of_the_lives() {
        // Lives of 1 to 101 s, in any order: the percentile p is p + 1 seconds.
        let mut text = "name,from,until\n".to_owned();
        (0..101).for_each(|n| text += &format!("p,{},{}\n", 10 * n, 10 * n + (n * 37 % 101) + 1));
        text += "pending,,\nrunning,5,\nrunning,5,<none>\nrunning,5,0\n";
        let learnt = learnt(&text).unwrap();
        let expected: Vec<SimTime> = (1..=101).map(SimTime::from_secs).collect();
        assert_eq!(learnt.quantiles, expected);
        assert!(learnt.notes[1].starts_with("4 pods without"), "{:?}", learnt.notes);
        // No life is shorter than a second, or longer than a scenario lasts.
        let ends = super::tests::learnt("from,until\n0,0\n0,99999999\n").unwrap();
        assert_eq!(
            (ends.quantiles[0], ends.quantiles[100]),
            (SimTime::from_secs(1), SimTime::from_secs(LONGEST_S))
        );
    }

    #[test]
    fn units_are_told_by_size_and_dates_are_times() {
        for text in [
            "from,until\n1631544836,1631544841\n",
            "from,until\n1631544836000,1631544841000\n",
            "from,until\n1631544836000000,1631544841000000\n",
            "from,until\n2021-09-13T14:53:56Z,2021-09-13T14:54:01Z\n",
            "from,until\n2021-09-13 14:53:56,2021-09-13 14:54:01\n",
            r#"{"kind":"Pod","spec":{"containers":[{}]},"status":{"phase":"Succeeded","containerStatuses":[{"state":
               {"terminated":{"startedAt":"2021-09-13T14:53:56Z","finishedAt":"2021-09-13T14:54:01Z"}}}]}}"#,
        ] {
            assert_eq!(learnt(text).unwrap().quantiles[50], SimTime::from_secs(5), "{text}");
        }
    }

    #[test]
    fn what_is_no_such_table_is_refused_at_its_line() {
        for (text, words) in [
            ("from,to\n1,2\n", "pods.csv:1: there is no column \"until\"; there are from, to"),
            ("from,until\n1,2\n3,soon\n", "pods.csv:3: \"soon\" is no time"),
            ("from,until\n5,2\n", "pods.csv:2: a pod ends at 2, before it began at 5"),
            ("from,until\n,\n", "pods.csv:1: no pod has both"),
        ] {
            let refused = learnt(text).unwrap_err();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
