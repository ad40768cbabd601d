//! What a user has already, made into what the simulator takes.
//!
//! Takes files that were saved earlier — a cluster as `kubectl … -o json` prints it, log files as
//! applications wrote them — and never talks to a cluster. Gives parts of a scenario, together with notes
//! that tell everything which was left out, rounded or assumed; notes are for people, on standard error.
//!
//! - [`cluster`]: nodes and pods → [`Scenario`](crate::scenario::Scenario)
//! - [`lifetimes`]: when pods began and ended → how long jobs last
//! - [`logs`]: log lines → [`LogSpec`]: sizes of lines, rate, burstiness

pub mod cluster;
mod error;
mod input;
pub mod lifetimes;
pub mod logs;
pub mod rates;
mod text;
mod time;
mod written;

pub use cluster::{ClusterImport, ClusterOptions, Namespaces, read_cluster, read_cluster_paths};
pub use error::ImportError;
pub use input::Paths;
pub use lifetimes::{LifetimesImport, LifetimesOptions, learn_lifetimes, learn_lifetimes_in};
pub use logs::{LogsImport, LogsOptions, TimeHints, learn_log_files, learn_logs};
pub use rates::{Rates, RatesImport, RatesOptions, learn_rates, learn_rates_in};
pub use time::rfc3339_ms as moment_ms;

use crate::scenario::{LogSource, LogSpec, read_yaml};
use crate::units::LineRate;

/// The highest rate of one stream that a scenario takes, in lines a second.
const MAX_RATE: f64 = 1e6;

/// A part of a scenario with every default of the format filled in. JSON is YAML: read as files are, its types are read in one
/// way.
fn with_defaults<T: serde::de::DeserializeOwned>(written: &serde_json::Value) -> Result<T, ImportError> {
    let read = read_yaml("defaults", &written.to_string(), "what is written out here");
    read.map_err(|error| ImportError::Defaults(error.to_string()))
}

/// A log stream with every default of the scenario format filled in.
fn log_spec(stream: LogSource, rate: LineRate) -> Result<LogSpec, ImportError> {
    if !(0.0..=MAX_RATE).contains(&rate.get()) {
        return Err(ImportError::Rate { rate });
    }
    let written = serde_json::json!({ "stream": stream, "rate": rate });
    let mut spec: LogSpec = with_defaults(&written)?;
    // Not through text, which has six decimals.
    spec.rate = rate;
    Ok(spec)
}

/// A count and its noun: `1 node`, `1,523 nodes`.
fn counted(n: u64, noun: &str) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let plural = if n == 1 { "" } else { "s" };
    format!("{grouped} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_write_them() {
        assert_eq!(counted(1, "node"), "1 node");
        assert_eq!(counted(0, "pod"), "0 pods");
        assert_eq!(counted(999, "pod"), "999 pods");
        assert_eq!(counted(1523, "node"), "1,523 nodes");
        assert_eq!(counted(1_234_567, "line"), "1,234,567 lines");
    }

    #[test]
    fn a_stream_has_the_scenarios_defaults_and_a_possible_rate() {
        let spec = log_spec(LogSource::Stdout, LineRate::per_sec(1.0 / 3.0)).unwrap();
        assert_eq!(spec.rate.get(), 1.0 / 3.0);
        assert_eq!(spec.spread.get(), 0.3);
        let refused = log_spec(LogSource::Stdout, LineRate::per_sec(2e6)).unwrap_err();
        assert!(refused.to_string().contains("1M/s"), "{refused}");
    }
}
