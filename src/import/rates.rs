//! Rates of whole clusters: lines a second by container, from what people have measured already.
//!
//! Takes answers of Prometheus and Loki, tables, snapshots of the kubelet's `stats/summary`, or folders of container logs;
//! gives a table that [`ClusterOptions::rates`](super::ClusterOptions) takes. A rate is lines over the window that was
//! observed, quiet time and quiet containers included.
//!
//! - `samples`: counters, gauges and rates over time, whoever took them
//! - `prometheus`, `summary`, `table`, `folder`: the formats

mod folder;
mod known;
mod labels;
mod prometheus;
mod samples;
mod summary;
mod table;

pub use known::Rates;

use super::input::{self, Entry, Paths};
use super::logs::{OneFile, TimeHints, Windows};
use super::{ImportError, counted};
use crate::import::error::file_list;
use samples::Samples;
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

/// Bytes of a line where nobody measured them: the mean of the scenario format's default, log-normal with a median of 180 B
/// and 99 of 100 below 1,200 B.
pub const DEFAULT_LINE_BYTES: f64 = 251.0;
/// What the runtime puts before each line in its files (CRI).
const PREFIX_BYTES: f64 = 45.0;
/// What to do when there is nothing to read.
const ADVICE: &str = "give an answer of Prometheus (curl …/api/v1/query_range), a CSV table, two snapshots of kubectl get \
                      --raw /api/v1/nodes/N/proxy/stats/summary, or a folder of /var/log/pods";

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct RatesOptions {
    /// Bytes of a line, its end included, where bytes were measured and lines were not.
    pub line_bytes: f64,
    /// When the collection began and ended, in milliseconds since 1970, for folders of logs.
    pub since_ms: Option<i64>,
    /// The end.
    pub until_ms: Option<i64>,
    /// Where times of logs stand and how they are written.
    pub times: TimeHints,
}

impl Default for RatesOptions {
    fn default() -> Self {
        let times = TimeHints::default();
        Self { line_bytes: DEFAULT_LINE_BYTES, since_ms: None, until_ms: None, times }
    }
}

/// Whose lines are counted; what is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    /// Namespace.
    pub namespace: String,
    /// Deployment, DaemonSet or whatever the pod belongs to.
    pub workload: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
}

/// What was measured of one container, pod, workload or namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Lines a second.
    pub lines_per_s: f64,
    /// Bytes a second, where they are known.
    pub bytes_per_s: f64,
}

/// What was learned.
#[derive(Clone, Debug, Default)]
pub struct RatesImport {
    /// Rates in the order of names.
    pub rates: BTreeMap<Whose, Rate>,
    /// What was recognised, left out or assumed: sentences for people.
    pub notes: Vec<String>,
}

impl RatesImport {
    /// Lines a second of everything.
    pub fn total(&self) -> f64 {
        self.rates.values().map(|rate| rate.lines_per_s).sum()
    }

    /// As a table: `namespace,workload,pod,container,value,unit`.
    ///
    /// # Errors
    /// The table cannot be written.
    pub fn to_csv(&self) -> Result<String, ImportError> {
        table::write(&self.rates)
    }

    /// As an import of a cluster takes them.
    pub fn to_rates(&self) -> Rates {
        Rates::of(&self.rates)
    }
}

/// Learns from files, folders, archives or standard input.
///
/// # Errors
/// A file cannot be read or is of none of the formats; counters have one sample alone; there is nothing to count.
pub fn learn_rates(paths: &Paths, options: &RatesOptions) -> Result<RatesImport, ImportError> {
    let mut learner = Learner::default();
    input::visit(paths, &mut |entry, reader| learner.read(entry, reader, options))?;
    learner.finish(options)
}

/// Learns from files in memory: what to call each, and its bytes.
///
/// # Errors
/// As [`learn_rates`].
pub fn learn_rates_in(
    files: &[(String, Vec<u8>)],
    options: &RatesOptions,
) -> Result<RatesImport, ImportError> {
    let mut learner = Learner::default();
    input::visit_bytes(files, &mut |entry, reader| learner.read(entry, reader, options))?;
    learner.finish(options)
}

#[derive(Default)]
struct Learner {
    files: Vec<String>,
    samples: Samples,
    windows: Windows,
    sizes: BTreeMap<String, (u64, u64)>,
    untimed: u64,
    notes: Vec<String>,
}

impl Learner {
    fn read(
        &mut self,
        entry: Entry<'_>,
        reader: &mut dyn BufRead,
        options: &RatesOptions,
    ) -> Result<(), ImportError> {
        let file = entry.name;
        let unreadable = |source| ImportError::Unreadable { file: file.to_owned(), source };
        let mut head = Vec::new();
        (&mut *reader).take(1 << 12).read_to_end(&mut head).map_err(unreadable)?;
        if head.is_empty() {
            return match entry.named {
                true => Err(ImportError::Empty { file: file.to_owned(), advice: ADVICE }),
                false => Ok(()),
            };
        }
        self.files.push(file.to_owned());
        let is_log = folder::whose(file).is_some();
        let is_json = prometheus::is_answer(&head) || summary::is_snapshot(&head);
        let is_table = !is_log && !is_json && table::is_one(&head);
        let mut whole = std::io::BufReader::new(std::io::Cursor::new(head).chain(reader));
        if is_json && !is_log {
            return prometheus::read(file, &mut whole, &mut self.samples);
        }
        if is_table {
            return table::read(file, &mut whole, &mut self.samples);
        }
        self.log(file, &mut whole, options)
    }

    /// A container's log.
    fn log(
        &mut self,
        file: &str,
        reader: &mut dyn BufRead,
        options: &RatesOptions,
    ) -> Result<(), ImportError> {
        let mut one = OneFile::new(options.times.clone());
        one.read(file, reader, &mut super::logs::Sizes::default())?;
        if one.lines == 0 {
            return Ok(());
        }
        let (lines, bytes) = (one.lines, one.bytes);
        let found = one.finish();
        self.untimed += u64::from(found.is_empty());
        for (name, parts) in found {
            let writer =
                if name.is_empty() { super::logs::writer_of(file) } else { format!("{file}#{name}") };
            let sum = self.sizes.entry(writer.clone()).or_default();
            sum.0 += lines;
            sum.1 += bytes;
            self.windows.add(&writer, parts);
        }
        Ok(())
    }

    fn finish(mut self, options: &RatesOptions) -> Result<RatesImport, ImportError> {
        if self.files.is_empty() {
            return Err(ImportError::NoFile { advice: ADVICE });
        }
        let mut import = RatesImport::default();
        let (seen, windows) = self.windows.finish(options.since_ms, options.until_ms);
        let writers = seen.len() as u64;
        let mut longest = 0;
        for writer in seen {
            let (lines, bytes) = self.sizes.get(&writer.name).copied().unwrap_or_default();
            let window = writer.until_s.abs_diff(writer.from_s) + 1;
            longest = longest.max(window);
            let lines_per_s = writer.lines as f64 / window as f64;
            let rate = import.rates.entry(folder::whose_is(&writer.name)).or_default();
            rate.lines_per_s += lines_per_s;
            rate.bytes_per_s += lines_per_s * bytes as f64 / lines.max(1) as f64;
        }
        if writers > 0 {
            self.notes.push(format!(
                "{} of containers, each over the time from its first line to the end of the collection, {longest} s at most",
                counted(writers, "log")
            ));
            self.notes.extend(windows);
        }
        if self.untimed > 0 {
            self.notes.push(format!("{} without times: no rate", counted(self.untimed, "log")));
        }
        self.samples.finish(options, &mut import.rates, &mut self.notes)?;
        if import.rates.is_empty() {
            let files = file_list(self.files.iter().map(String::as_str));
            return Err(ImportError::NoRates { files, advice: ADVICE });
        }
        let quiet = import.rates.values().filter(|rate| rate.lines_per_s == 0.0).count() as u64;
        self.notes.push(format!(
            "{:.4} lines/s in all, of {} ({quiet} of them quiet)",
            import.total(),
            counted(import.rates.len() as u64, "container")
        ));
        import.notes = self.notes;
        Ok(import)
    }
}

#[cfg(test)]
mod tests;
