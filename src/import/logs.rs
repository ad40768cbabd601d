//! Log files as applications wrote them, made into a log stream of a scenario.
//!
//! Takes files, folders, archives or standard input, read line by line; gives sizes of lines as quantiles, a mean rate, and
//! how lines fall in time (`logs/arrivals.rs` has the criteria). What runtimes and tools put before each line is left out.
//! Each file is what one writer wrote, rotated pieces are one writer's, and the rate is the mean of the writers' rates, each
//! over the time in which it was observed: from its first line to the end of the collection.
//!
//! ```
//! use loghaul::import::{LogsOptions, learn_logs};
//! let log = "2015-07-29 17:41:44 started\n2015-07-29 17:41:48 stopped\n";
//! let learned = learn_logs(&[("app.log".to_owned(), log.as_bytes().to_vec())], &LogsOptions::default()).unwrap();
//! // Two lines in five seconds.
//! assert_eq!(learned.logs[0].rate.get(), 0.4);
//! ```

mod arrivals;
mod finder;
mod gaps;
mod json;
mod lines;
mod names;
mod one_file;
mod prefix;
mod sizes;
mod timestamp;
mod window;
mod writer;

pub use finder::TimeHints;
pub(super) use names::writer_of;
pub(super) use one_file::OneFile;
pub(super) use timestamp::epoch_ms;
pub(super) use window::Windows;

use super::error::file_list;
use super::input::{self, Entry, Paths};
use super::{ImportError, counted, log_spec};
use crate::scenario::{ArrivalsSpec, LogSource, LogSpec};
use crate::units::LineRate;
use arrivals::{LEAST_RATE, LEAST_SECONDS, Observed};
pub(super) use sizes::Sizes;
use std::io::BufRead;

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
    /// Where times stand and how they are written.
    pub times: TimeHints,
    /// When the collection began and ended, in milliseconds since 1970; default: each writer's first line, and the last line
    /// of all.
    pub since_ms: Option<i64>,
    /// The end.
    pub until_ms: Option<i64>,
}

impl Default for LogsOptions {
    fn default() -> Self {
        let (stream, times) = (LogSource::Stdout, TimeHints::default());
        Self { rate: None, stream, times, since_ms: None, until_ms: None }
    }
}

impl LogsOptions {
    /// Whether a layout of the user's is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_format(format: &str) -> Result<(), String> {
        finder::check_format(format)
    }
}

/// What was learned from log files.
#[derive(Clone, Debug)]
pub struct LogsImport {
    /// The streams of a pod: one, of all files together. [`crate::scenario::logs_to_yaml`] writes them.
    pub logs: Vec<LogSpec>,
    /// Lines that were read.
    pub lines: u64,
    /// What was recognised, left out or assumed: sentences for people.
    pub notes: Vec<String>,
}

/// Learns from files in memory: what to call each, and its bytes.
///
/// # Errors
/// As [`learn_log_files`].
pub fn learn_logs(files: &[(String, Vec<u8>)], options: &LogsOptions) -> Result<LogsImport, ImportError> {
    let mut learner = Learner::default();
    input::visit_bytes(files, &mut |entry, reader| learner.read(entry, reader, options))?;
    learner.finish(options)
}

/// Learns from files on disk, of which no more than a part is held at a time.
///
/// # Errors
/// There is no file, one cannot be read or is empty; there are neither timestamps nor a rate; the rate is beyond what a
/// stream may have.
pub fn learn_log_files(paths: &Paths, options: &LogsOptions) -> Result<LogsImport, ImportError> {
    let mut learner = Learner::default();
    input::visit(paths, &mut |entry, reader| learner.read(entry, reader, options))?;
    learner.finish(options)
}

/// Everything that is held of the files.
#[derive(Default)]
struct Learner {
    files: Vec<String>,
    sizes: Sizes,
    windows: Windows,
    notes: Vec<String>,
    without_times: u64,
}

impl Learner {
    fn read(
        &mut self,
        entry: Entry<'_>,
        reader: &mut dyn BufRead,
        options: &LogsOptions,
    ) -> Result<(), ImportError> {
        let file = entry.name;
        let mut one = OneFile::new(options.times.clone());
        one.read(file, reader, &mut self.sizes)?;
        // Line ends alone are nothing.
        if one.bytes == one.lines {
            if entry.named {
                return Err(ImportError::Empty { file: file.to_owned(), advice: ADVICE });
            }
            return Ok(());
        }
        if self.files.len() < FILES_NOTED {
            self.notes.extend(one.notes(file));
        }
        let found = one.finish();
        self.without_times += u64::from(found.is_empty());
        for (name, parts) in found {
            // Whose lines a file has that many wrote is said in them.
            let writer = if name.is_empty() { writer_of(file) } else { name };
            self.windows.add(&writer, parts);
        }
        self.files.push(file.to_owned());
        Ok(())
    }

    fn finish(mut self, options: &LogsOptions) -> Result<LogsImport, ImportError> {
        if self.files.is_empty() {
            return Err(ImportError::NoFile { advice: ADVICE });
        }
        if self.files.len() > FILES_NOTED {
            self.notes.push(format!("and {} more", counted((self.files.len() - FILES_NOTED) as u64, "file")));
        }
        let (seen, note) = std::mem::take(&mut self.windows).finish(options.since_ms, options.until_ms);
        let mut observed = Observed::default();
        for writer in seen {
            observed.add(writer.seconds, (writer.from_s, writer.until_s), writer.gaps);
        }
        if self.without_times > 0 && observed.lines > 0 {
            let files = counted(self.without_times, "file");
            self.notes.push(format!("{files} without timestamps: only the sizes of their lines count"));
        }
        self.notes.extend(note);
        let rate = match (options.rate, observed.rate()) {
            (Some(rate), _) => rate,
            (None, Some(rate)) => self.observed_rate(rate, &observed),
            (None, None) => return Err(self.no_rate(&observed)),
        };
        let arrivals = self.arrivals(rate, &observed);
        let quantiles = self.sizes.quantiles();
        self.notes.push(format!(
            "{} of {:.0} B on average, line ends included",
            counted(self.sizes.lines(), "line"),
            self.sizes.mean()
        ));
        self.notes.extend(quantiles.note);
        let spec = log_spec(options.stream, rate)?;
        let logs = vec![LogSpec { arrivals, line: quantiles.line, ..spec }];
        Ok(LogsImport { logs, lines: self.sizes.lines(), notes: self.notes })
    }

    fn observed_rate(&mut self, mean: f64, observed: &Observed) -> LineRate {
        // Four digits are more than an excerpt knows.
        let rate = LineRate::per_sec(digits_of(mean, 4));
        let writers = observed.rates.len();
        if writers > 1 {
            const SHOWN: usize = 6;
            let each: Vec<String> = observed.rates.iter().take(SHOWN).map(|r| format!("{:.3}", r)).collect();
            let more = if writers > SHOWN { ", …" } else { "" };
            self.notes.push(format!(
                "{} wrote {:.4} lines/s in all ({}{more}): the rate is their mean",
                counted(writers as u64, "writer"),
                observed.rates.iter().sum::<f64>(),
                each.join(", ")
            ));
        }
        self.notes.push(format!(
            "the rate is the observed mean, {rate}, quiet time included; that of an excerpt is rarely the rate of its \
             source: --rate sets it, --since and --until say what the window was"
        ));
        rate
    }

    fn no_rate(&self, observed: &Observed) -> ImportError {
        let reason = if observed.lines == 0 {
            "no timestamps are recognised (such as 2015-07-29T17:41:44Z and some 50 other layouts, counts since 1970, \
             JSON with time, ts, @timestamp and the like; --time-key and --time-format say where and how others are)"
        } else {
            "all timestamps are of one second"
        };
        let files = file_list(self.files.iter().map(String::as_str));
        ImportError::NoRate { files, reason: reason.into() }
    }

    /// How lines fall in time, with a note that says why.
    fn arrivals(&mut self, set: LineRate, observed: &Observed) -> ArrivalsSpec {
        if observed.lines == 0 {
            self.notes
                .push("without timestamps, lines arrive independently of each other (Poisson)".to_owned());
            return ArrivalsSpec::Poisson;
        }
        let (arrivals, why) = observed.arrivals();
        self.notes.push(why);
        if !observed.is_dense() && !matches!(arrivals, ArrivalsSpec::Constant) {
            self.notes.push(format!(
                "for a trace of seconds the lines are not dense enough; needed are {LEAST_SECONDS} s at {LEAST_RATE}/s"
            ));
        }
        let mean = observed.lines as f64 / observed.window as f64;
        if matches!(arrivals, ArrivalsSpec::Trace(_)) && set.get() > FAR * mean {
            self.notes.push(format!(
                "the trace is of {mean:.3}/s, so at {set} its bursts are as many times larger"
            ));
        }
        if let Some(correlation) = observed.correlation() {
            self.notes.push(format!(
                "minutes of the writers correlate by {correlation:.2} on average; pods of a scenario burst independently"
            ));
        }
        arrivals
    }
}

/// A whole date and time of any layout, in milliseconds since 1970.
pub(super) fn written_ms(text: &str) -> Option<i64> {
    let (time, ..) = timestamp::any(text)?;
    (time.known == timestamp::Known::Full).then_some(time.ms)
}

/// A number with so many digits.
pub(super) fn digits_of(number: f64, digits: i32) -> f64 {
    if number <= 0.0 {
        return 0.0;
    }
    let scale = 10f64.powi((digits - 1 - libm::log10(number).floor() as i32).clamp(0, 12));
    (number * scale).round() / scale
}

#[cfg(test)]
mod tests;
