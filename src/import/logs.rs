//! Log files as applications wrote them, made into a log stream of a scenario.
//!
//! Takes text files, read line by line; gives sizes of lines as quantiles, a mean rate, and how lines fall in
//! time: a trace of seconds where timestamps are dense enough, independent arrivals otherwise (`logs/arrivals.rs`
//! has the criterion). What a container runtime put before each line (CRI, Docker's json-file) is left out.
//! Several files are pooled: each is what one pod wrote, or one piece of it, and the rate is the mean over
//! the seconds of all of them.
//!
//! ```
//! use loghaul::import::{LogsOptions, learn_logs};
//! let log = "2015-07-29 17:41:44 started\n2015-07-29 17:41:48 stopped\n";
//! let learned = learn_logs(&[("app.log".to_owned(), log.as_bytes().to_vec())], &LogsOptions::default()).unwrap();
//! // Two lines in five seconds.
//! assert_eq!(learned.logs[0].rate.get(), 0.4);
//! ```

mod arrivals;
mod cursor;
mod format;
mod json;
mod lines;
mod one_file;
mod sizes;
mod timestamp;

use super::error::file_list;
use super::{ImportError, counted, log_spec};
use crate::scenario::{ArrivalsSpec, LogSource, LogSpec};
use crate::units::{LineRate, SimTime};
use arrivals::{GAP, LEAST_RATE, LEAST_SECONDS, MOST_SECONDS, Observed};
use format::Format;
use lines::Lines;
use one_file::OneFile;
use sizes::Sizes;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Lines from which a file's format is told, and their bytes together.
const SNIFFED: (usize, usize) = (500, 1 << 20);
/// Files that get a note of their own.
const FILES_NOTED: usize = 10;
/// A rate set so many times above the observed one gets a warning about its bursts.
const FAR: f64 = 10.0;
/// What to do when there is nothing to read.
const ADVICE: &str = "give log files that applications wrote, such as: kubectl logs deploy/web > web.log";

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct LogsOptions {
    /// Mean lines a second of a pod; default: as observed.
    pub rate: Option<LineRate>,
    /// Where the application writes them.
    pub stream: LogSource,
}

impl Default for LogsOptions {
    fn default() -> Self {
        Self { rate: None, stream: LogSource::Stdout }
    }
}

/// What was learned from log files.
#[derive(Clone, Debug)]
pub struct LogsImport {
    /// The streams of a pod: one, of all files together. [`crate::scenario::logs_to_yaml`] writes them.
    pub logs: Vec<LogSpec>,
    /// What was recognised, left out or assumed: sentences for people.
    pub notes: Vec<String>,
}

/// Learns from files in memory: what to call each, and its bytes.
///
/// # Errors
/// There is no file, or one is empty or no UTF-8; a line is longer than 1 MiB; there are neither timestamps
/// nor a rate; the rate is beyond what a stream may have.
pub fn learn_logs(files: &[(String, Vec<u8>)], options: &LogsOptions) -> Result<LogsImport, ImportError> {
    let mut learner = Learner::default();
    for (file, bytes) in files {
        learner.read(file, bytes.as_slice())?;
    }
    learner.finish(options)
}

/// Learns from files on disk, of which no more than a part is held at a time.
///
/// # Errors
/// A file cannot be read, and as for [`learn_logs`].
pub fn learn_log_files(paths: &[PathBuf], options: &LogsOptions) -> Result<LogsImport, ImportError> {
    let mut learner = Learner::default();
    for path in paths {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => learner.read(&name, BufReader::with_capacity(1 << 16, file))?,
            Err(source) => return Err(ImportError::Unreadable { file: name, source }),
        }
    }
    learner.finish(options)
}

/// Everything that is held of the files.
#[derive(Default)]
struct Learner {
    files: Vec<String>,
    sizes: Sizes,
    observed: Observed,
    notes: Vec<String>,
    without_times: u64,
}

impl Learner {
    fn read(&mut self, file: &str, reader: impl BufRead) -> Result<(), ImportError> {
        let mut lines = Lines::new(file, reader);
        let (mut held, mut bytes) = (Vec::new(), 0);
        while held.len() < SNIFFED.0 && bytes < SNIFFED.1 {
            let Some(line) = lines.next()? else { break };
            bytes += line.text.len();
            held.push((line.text.to_owned(), line.end));
        }
        if bytes == 0 && held.len() < SNIFFED.0 {
            return Err(ImportError::Empty { file: file.to_owned(), advice: ADVICE });
        }
        let format = Format::sniff(held.iter().map(|(text, _)| text.as_str()));
        let mut one = OneFile::new(format);
        for (text, end) in held {
            one.take(&text, end, &mut self.sizes);
        }
        while let Some(line) = lines.next()? {
            one.take(line.text, line.end, &mut self.sizes);
        }
        one.finish(&mut self.sizes);
        self.note(file, &one);
        if one.timed > 0 {
            self.observed.add(one.seconds);
        } else {
            self.without_times += 1;
        }
        self.files.push(file.to_owned());
        Ok(())
    }

    fn note(&mut self, file: &str, one: &OneFile) {
        if self.files.len() >= FILES_NOTED {
            return;
        }
        let lines = counted(one.lines, "line");
        let times = match one.format {
            Some(format) => format!("{} (on {})", format.describe(), counted(one.timed, "line")),
            None => "no timestamps are recognised".into(),
        };
        self.notes.push(format!("{file}: {lines}, {times}"));
        if one.two_byte_ends > 0 {
            let lines = counted(one.two_byte_ends, "line");
            self.notes.push(format!("{file}: {lines} end in CR LF, counted as two bytes"));
        }
    }

    fn finish(mut self, options: &LogsOptions) -> Result<LogsImport, ImportError> {
        if self.files.is_empty() {
            return Err(ImportError::NoFile { advice: ADVICE });
        }
        if self.files.len() > FILES_NOTED {
            self.notes.push(format!("and {} more", counted((self.files.len() - FILES_NOTED) as u64, "file")));
        }
        if self.without_times > 0 && self.observed.lines > 0 {
            let files = counted(self.without_times, "file");
            self.notes.push(format!("{files} without timestamps: only the sizes of their lines count"));
        }
        let rate = match (options.rate, self.observed.rate()) {
            (Some(rate), _) => rate,
            (None, Some(observed)) => self.observed_rate(observed),
            (None, None) => return Err(self.no_rate()),
        };
        let arrivals = self.arrivals(rate);
        let quantiles = self.sizes.quantiles();
        self.notes.push(format!(
            "{} of {:.0} B on average, line ends included",
            counted(self.sizes.lines(), "line"),
            self.sizes.mean()
        ));
        self.notes.extend(quantiles.note);
        let spec = log_spec(options.stream, rate)?;
        let logs = vec![LogSpec { arrivals, line: quantiles.line, ..spec }];
        Ok(LogsImport { logs, notes: self.notes })
    }

    fn observed_rate(&mut self, observed: f64) -> LineRate {
        // Four digits are more than an excerpt knows; six decimals are what is written.
        let digits = 10f64.powf((3.0 - observed.log10().floor()).clamp(0.0, 6.0));
        let rate = LineRate::per_sec(((observed * digits).round() / digits).max(1e-6));
        self.notes.push(format!(
            "the rate is the observed mean, {rate}; that of an excerpt is rarely the rate of its source: \
             --rate sets it"
        ));
        rate
    }

    fn no_rate(&self) -> ImportError {
        let reason = if self.observed.lines == 0 {
            "no timestamps are recognised (such as 2015-07-29 17:41:44, 2015-07-29T17:41:44Z, \
             [29/Jul/2015:17:41:44 +0000], Jul 29 17:41:44, 1438191704, JSON with time, ts or timestamp)"
        } else {
            "all timestamps are of one second"
        };
        let files = file_list(self.files.iter().map(String::as_str));
        ImportError::NoRate { files, reason: reason.into() }
    }

    /// How lines fall in time, with a note that says why.
    fn arrivals(&mut self, set: LineRate) -> ArrivalsSpec {
        let seen = &self.observed;
        let independent = "lines arrive independently of each other (Poisson)";
        if seen.lines == 0 {
            self.notes.push(format!("without timestamps, {independent}"));
            return ArrivalsSpec::Poisson;
        }
        let covered = SimTime::from_secs(seen.covered);
        let observed = LineRate::per_sec(seen.lines as f64 / seen.covered as f64);
        if !seen.is_dense() {
            self.notes.push(format!(
                "{independent}: for a trace of seconds the timestamps are not dense enough (without gaps of \
                 more than {GAP} s they cover {covered} at {observed}; needed are {LEAST_SECONDS} s at {LEAST_RATE}/s)"
            ));
            return ArrivalsSpec::Poisson;
        }
        let (arrivals, dispersion, busiest) = seen.arrivals();
        let span = match seen.covered > MOST_SECONDS {
            true => format!("the busiest hour ({} of the {covered})", LineRate::per_sec(busiest)),
            false => format!("all {covered}"),
        };
        let how = format!("variance {dispersion:.1} times the mean, second by second over {span}");
        self.notes.push(match &arrivals {
            ArrivalsSpec::Poisson => format!("{independent}: {how}, is no more than chance"),
            _ => format!("lines arrive in bursts, kept as a trace: {how}"),
        });
        if matches!(arrivals, ArrivalsSpec::Trace(_)) && set.get() > FAR * busiest {
            self.notes.push(format!(
                "the trace is of {:.3}/s, so at {set} its bursts are as many times larger",
                observed.get()
            ));
        }
        if seen.gaps > 0 {
            let idle = SimTime::from_secs(seen.span - seen.covered);
            let gaps = counted(seen.gaps, "idle gap");
            self.notes.push(format!(
                "{gaps} of more than {GAP} s, {idle} in all, cut out: rate and bursts are of the rest"
            ));
        }
        arrivals
    }
}

#[cfg(test)]
mod tests;
