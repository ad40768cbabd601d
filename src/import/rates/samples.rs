//! Counters, gauges and rates over time, by container.

use super::{PREFIX_BYTES, Rate, RatesOptions, Whose};
use crate::import::{ImportError, counted};
use std::collections::{BTreeMap, BTreeSet};

/// What a figure is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A rate already.
    Rate,
    /// A sum that grows, and begins again when its process does.
    Counter,
    /// The size of something that is cut at times: what it grew by is the least that was written.
    Gauge,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Lines,
    /// Bytes of lines.
    Bytes,
    /// Bytes of a runtime's files, its prefix included.
    FileBytes,
}

/// A series: which figure, whose, and which of several of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    pub(super) figure: String,
    pub(super) whose: Whose,
    /// Labels that tell several series of one container apart.
    pub(super) other: String,
}

/// Everything that was sampled.
#[derive(Debug, Default)]
pub(super) struct Samples {
    series: BTreeMap<Series, Vec<(f64, f64)>>,
    /// Series that say nothing of pods.
    pub(super) nobodys: u64,
    /// Rates over a container's life, where one snapshot is all there is: bytes, seconds.
    pub(super) of_life: BTreeMap<Whose, (f64, f64)>,
}

/// What a figure's name says.
pub(super) fn sort_of(figure: &str) -> (Sort, Unit) {
    // What is read from the runtime's files, or written to them, has its prefixes: promtail and Alloy, OpenShift's exporter
    // (`log_logged_bytes_total`) and Fluentd (`log_collected_bytes_total`), Vector's sources of files, the kubelet.
    let is_of_file = [
        "filesystem",
        "read_bytes",
        "file_bytes",
        "tail_file_position",
        "log_usage",
        "used_bytes",
        "logged_bytes",
        "collected_bytes",
        "received_bytes",
    ];
    let unit = if is_of_file.iter().any(|part| figure.contains(part)) {
        Unit::FileBytes
    } else if figure.contains("byte") || figure.contains("_size") {
        Unit::Bytes
    } else {
        Unit::Lines
    };
    let is_gauge =
        ["used_bytes", "filesystem", "file_bytes", "log_usage"].iter().any(|part| figure.contains(part));
    let is_sum = ["_total", "_count", "_sum", "_records", "tail_file_position"]
        .iter()
        .any(|end| figure.ends_with(end));
    // Recording rules are named level:metric:operations.
    let is_rate =
        figure.is_empty() || figure.contains(":rate") || figure.contains("per_s") || figure.contains("_rate");
    match () {
        () if is_rate => (Sort::Rate, unit),
        () if is_gauge => (Sort::Gauge, unit),
        () if is_sum => (Sort::Counter, unit),
        () => (Sort::Rate, unit),
    }
}

impl Samples {
    /// Takes a sample, its time in seconds.
    pub(super) fn add(&mut self, series: &Series, at_s: f64, value: f64) {
        if !value.is_finite() || !at_s.is_finite() || value < 0.0 {
            return;
        }
        match self.series.get_mut(series) {
            Some(samples) => samples.push((at_s, value)),
            None => {
                self.series.insert(series.clone(), vec![(at_s, value)]);
            }
        }
    }

    /// Whether a series has a sample already.
    pub(super) fn knows(&self, series: &Series) -> bool {
        self.series.contains_key(series)
    }

    /// Rates of everything, and what was taken for them.
    pub(super) fn finish(
        mut self,
        options: &RatesOptions,
        rates: &mut BTreeMap<Whose, Rate>,
        notes: &mut Vec<String>,
    ) -> Result<(), ImportError> {
        for samples in self.series.values_mut() {
            samples.sort_by(|a, b| a.0.total_cmp(&b.0));
            samples.dedup_by(|next, kept| next.0 == kept.0);
        }
        let by_figure = self.by_figure();
        let (mut measured, mut single) = (BTreeMap::<Whose, [Option<f64>; 3]>::new(), BTreeSet::new());
        let mut taken: BTreeSet<(Whose, Unit)> = BTreeSet::new();
        // The figure that most containers have is taken first; another one only for what that does not have.
        for (figure, containers) in &by_figure {
            let (sort, unit) = sort_of(figure);
            let of_figure = || self.series.iter().filter(|(series, _)| series.figure == *figure);
            let times = || of_figure().flat_map(|(_, samples)| samples.iter().map(|(at, _)| *at));
            let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
            let mut fresh = BTreeSet::new();
            for (series, samples) in of_figure() {
                if taken.contains(&(series.whose.clone(), unit)) {
                    continue;
                }
                let Some(rate) = rate_of(sort, samples, last) else {
                    single.insert(figure.clone());
                    continue;
                };
                fresh.insert((series.whose.clone(), unit));
                *measured.entry(series.whose.clone()).or_default()[unit as usize].get_or_insert(0.0) += rate;
            }
            if !fresh.is_empty() {
                notes.push(describe(figure, sort, unit, containers.len() as u64, last - first));
            }
            taken.extend(fresh);
        }
        if measured.is_empty() && self.of_life.is_empty() && !single.is_empty() {
            let figures = single.into_iter().collect::<Vec<_>>().join(", ");
            return Err(ImportError::OneSample { figures });
        }
        if self.nobodys > 0 {
            notes.push(format!("{} series that say nothing of pods left out", self.nobodys));
        }
        let mut estimated = false;
        for (whose, [lines, bytes, file_bytes]) in measured {
            let rate = rates.entry(whose).or_default();
            let of_files = file_bytes.map(|bytes| bytes / (options.line_bytes + PREFIX_BYTES));
            let estimate = bytes.map(|bytes| bytes / options.line_bytes).or(of_files);
            estimated |= lines.is_none();
            let lines_per_s = lines.or(estimate).unwrap_or(0.0);
            rate.lines_per_s += lines_per_s;
            let without_prefix = file_bytes.map(|bytes| (bytes - lines_per_s * PREFIX_BYTES).max(0.0));
            rate.bytes_per_s += bytes.or(without_prefix).unwrap_or(0.0);
        }
        if !self.of_life.is_empty() {
            notes.push(format!(
                "{} over their lives, from the size of their logs in one snapshot: a lower bound, as rotation deletes \
                 what is older; two snapshots tell more",
                counted(self.of_life.len() as u64, "container")
            ));
        }
        for (whose, (bytes, seconds)) in std::mem::take(&mut self.of_life) {
            estimated = true;
            let rate = rates.entry(whose).or_default();
            let per_s = bytes / seconds.max(1.0);
            let lines_per_s = per_s / (options.line_bytes + PREFIX_BYTES);
            rate.lines_per_s += lines_per_s;
            rate.bytes_per_s += (per_s - lines_per_s * PREFIX_BYTES).max(0.0);
        }
        if estimated {
            notes.push(format!(
                "lines follow from bytes at {:.0} B a line (--line-bytes), and {PREFIX_BYTES} B of the runtime's in its files",
                options.line_bytes
            ));
        }
        Ok(())
    }

    /// Figures and whose they are, those of lines and of most containers first.
    fn by_figure(&self) -> Vec<(String, BTreeSet<&Whose>)> {
        let mut by_figure: BTreeMap<&str, BTreeSet<&Whose>> = BTreeMap::new();
        for series in self.series.keys() {
            by_figure.entry(&series.figure).or_default().insert(&series.whose);
        }
        let mut all: Vec<(String, BTreeSet<&Whose>)> =
            by_figure.into_iter().map(|(figure, whose)| (figure.to_owned(), whose)).collect();
        all.sort_by(|(a, a_of), (b, b_of)| (sort_of(a).1, b_of.len(), a).cmp(&(sort_of(b).1, a_of.len(), b)));
        all
    }
}

/// Of samples in the order of time; `None` where one sample says nothing. The window goes on to the end of the others.
fn rate_of(sort: Sort, samples: &[(f64, f64)], until: f64) -> Option<f64> {
    if sort == Sort::Rate {
        return Some(samples.iter().map(|(_, value)| value).sum::<f64>() / samples.len() as f64);
    }
    let window = until - samples.first()?.0;
    if samples.len() < 2 || window <= 0.0 {
        return None;
    }
    let step = |pair: &[(f64, f64)]| {
        let (before, after) = (pair[0].1, pair[1].1);
        match sort {
            // A counter that is lower began again.
            Sort::Counter if after < before => after,
            _ => (after - before).max(0.0),
        }
    };
    Some(samples.windows(2).map(step).sum::<f64>() / window)
}

fn describe(figure: &str, sort: Sort, unit: Unit, containers: u64, window_s: f64) -> String {
    let name = if figure.is_empty() { "figures without a name" } else { figure };
    let what = match unit {
        Unit::Lines => "lines",
        Unit::Bytes => "bytes",
        Unit::FileBytes => "bytes of log files",
    };
    let how = match sort {
        Sort::Rate => format!("taken as {what} a second"),
        Sort::Counter => format!("a counter of {what}, over {window_s:.0} s"),
        Sort::Gauge => format!(
            "a size in {what}: what it grew by over {window_s:.0} s is a LOWER BOUND, as rotation cuts it between samples"
        ),
    };
    format!("{name}: {how}, of {}", counted(containers, "container"))
}
