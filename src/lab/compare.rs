//! Two agents, or two versions of one, side by side on the same set-ups.

use super::error::LabError;
use std::collections::BTreeMap;

/// What makes two rows of one set-up: columns that are the same in both.
const KEYS: [&str; 13] = [
    "layout",
    "files",
    "rate_node_lps",
    "payload_bytes",
    "offered_lps",
    "quiet_files",
    "quiet_lps_each",
    "loud_lps_offered",
    "rotate_bytes",
    "outage_mode",
    "outage_s",
    "rate_lps",
    "config",
];

/// Words of a variant that say something of the load, not of the agent.
const LOAD_WORDS: [&str; 2] = ["tick", "configs="];

/// What is compared, with what it is called, its unit, and the factor from the column to the unit.
const FIGURES: [(&str, &str, &str, f64); 10] = [
    ("cpu_cores_schedstat", "CPU", "cores", 1.0),
    ("cpu_cores_sum", "CPU", "cores", 1.0),
    ("rss_sum_kib", "memory, RSS", "MiB", 1.0 / 1024.0),
    ("pss_sum_kib", "memory, PSS", "MiB", 1.0 / 1024.0),
    ("lat_p50_ms", "age, half", "ms", 1.0),
    ("lat_p99_ms", "age, 99 in 100", "ms", 1.0),
    ("quiet_p99_ms", "age of quiet files, 99 in 100", "ms", 1.0),
    ("recv_lps", "arrived", "lines/s", 1.0),
    ("lost", "lost", "lines", 1.0),
    ("dup", "twice", "lines", 1.0),
];

/// Rows of one agent.
#[derive(Clone, Debug)]
pub struct Side {
    /// What it is called: agent and version.
    pub name: String,
    rows: Vec<BTreeMap<String, String>>,
}

/// A figure of a set-up on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The set-up.
    pub setup: String,
    /// The figure.
    pub figure: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Mean and number of repetitions on each side.
    pub sides: [(f64, usize); 2],
    /// The second over the first, with the least and the most that repetitions give; `None` where the first is nothing.
    pub ratio: Option<(f64, f64, f64)>,
}

impl Compared {
    /// What it says of the second beside the first.
    pub fn verdict(&self) -> &'static str {
        match self.ratio {
            _ if self.sides[0].0 == self.sides[1].0 => "equal",
            None => "differs",
            Some(_) if self.sides.iter().any(|(_, n)| *n < 2) => "not repeated",
            Some((_, least, _)) if least > 1.0 => "more",
            Some((_, _, most)) if most < 1.0 => "less",
            Some(_) => "not told apart",
        }
    }
}

impl Side {
    /// Reads the rows of an agent out of a table; `agent` is needed where there are several.
    ///
    /// # Errors
    /// It is no such table, or which agent is meant cannot be told.
    pub fn read(what: &str, text: &str, agent: Option<&str>) -> Result<Self, LabError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let wrong = |e: csv::Error| LabError::input(what, format!("is no CSV: {e}"));
        let header = reader.headers().map_err(wrong)?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            let row: BTreeMap<String, String> =
                header.iter().zip(record.iter()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            rows.push(row);
        }
        let of = |row: &BTreeMap<String, String>, column: &str| row.get(column).cloned().unwrap_or_default();
        let mut names: Vec<String> = rows.iter().map(|row| of(row, "agent")).collect();
        names.sort();
        names.dedup();
        if let Some(agent) = agent {
            rows.retain(|row| of(row, "agent") == agent);
        } else if names.len() > 1 {
            let problem = format!("holds rows of {}; say which with {what}:AGENT", names.join(", "));
            return Err(LabError::input(what, problem));
        }
        let Some(first) = rows.first() else {
            let problem =
                format!("holds no rows of {}; it has {}", agent.unwrap_or("any agent"), names.join(", "));
            return Err(LabError::input(what, problem));
        };
        Ok(Self { name: format!("{} {}", of(first, "agent"), of(first, "version")), rows })
    }

    /// Values of a figure by set-up, in the order in which set-ups first come.
    fn values(&self, column: &str) -> Vec<(String, Vec<f64>)> {
        let mut found: Vec<(String, Vec<f64>)> = Vec::new();
        for row in &self.rows {
            let value = row.get(column).and_then(|text| text.parse::<f64>().ok()).filter(|v| *v >= 0.0);
            let (Some(value), setup) = (value, setup_of(row)) else { continue };
            match found.iter_mut().find(|(known, _)| *known == setup) {
                Some((_, values)) => values.push(value),
                None => found.push((setup, vec![value])),
            }
        }
        found
    }
}

fn setup_of(row: &BTreeMap<String, String>) -> String {
    let keys = KEYS.iter().filter_map(|key| row.get(*key).map(|value| format!("{key}={value}")));
    let words = row.get("variant").map(String::as_str).unwrap_or_default().split('+');
    let of_load = words.filter(|word| LOAD_WORDS.iter().any(|known| word.starts_with(known)));
    keys.chain(of_load.map(str::to_owned)).collect::<Vec<_>>().join(" ")
}

/// Every figure of every set-up that both sides have.
pub fn compare(sides: &[Side; 2]) -> Vec<Compared> {
    let mut all = Vec::new();
    for (column, figure, unit, factor) in FIGURES {
        let second = sides[1].values(column);
        for (setup, one) in sides[0].values(column) {
            let Some((_, other)) = second.iter().find(|(known, _)| *known == setup) else { continue };
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let (a, b) = (mean(&one), mean(other));
            // The span of repetitions: with few of them, nothing narrower is honest.
            let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
            let ratio =
                (least(&one) > 0.0).then(|| (b / a, least(other) / most(&one), most(other) / least(&one)));
            let sides = [(a * factor, one.len()), (b * factor, other.len())];
            all.push(Compared { setup, figure, unit, sides, ratio });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "agent,version,variant,layout,files,rate_node_lps,cpu_cores_schedstat,lost\n";

    fn side(rows: &str, agent: Option<&str>) -> Result<Side, LabError> {
        Side::read("x.csv", &format!("{HEADER}{rows}"), agent)
    }

    #[test]
    fn the_same_set_ups_are_set_beside_each_other() {
        let one = side(
            "a,1,x+tick1ms+rep1,daemonset,10,1000,0.10,0\na,1,x+tick1ms+rep2,daemonset,10,1000,0.12,0\n\
             a,1,x+tick1ms+rep1,sidecar,10,1000,0.30,0\n",
            None,
        );
        let other = side(
            "b,2,y+tick1ms+rep1,daemonset,10,1000,0.20,5\nb,2,y+tick1ms+rep2,daemonset,10,1000,0.24,5\n\
             b,2,y+tick5ms+rep1,sidecar,10,1000,0.30,0\n",
            None,
        );
        let compared = compare(&[one.unwrap(), other.unwrap()]);
        // Ticks differ in the sidecar's rows, so that they are not of one set-up.
        assert_eq!(compared.len(), 2);
        let [cpu, lost] = compared.try_into().unwrap();
        // Means 0.11 and 0.22; at least 0.20 / 0.12, at most 0.24 / 0.10.
        let (ratio, least, most) = cpu.ratio.unwrap();
        assert!((ratio - 2.0).abs() < 1e-9 && (least - 0.2 / 0.12).abs() < 1e-9 && (most - 2.4).abs() < 1e-9);
        assert_eq!((cpu.verdict(), lost.verdict()), ("more", "differs"));
    }

    #[test]
    fn which_agent_is_meant_has_to_be_said() {
        let rows = "a,1,x,daemonset,1,1,1,0\nb,1,x,daemonset,1,1,1,0\n";
        let error = side(rows, None).unwrap_err().to_string();
        assert!(error.contains("a, b") && error.contains("x.csv:AGENT"), "{error}");
        assert_eq!(side(rows, Some("b")).unwrap().name, "b 1");
        assert!(side(rows, Some("c")).unwrap_err().is_input());
    }
}
