//! A sweep as tidy CSV and as a table.

use super::csv::plain;
use super::words::{self, pick};
use super::{ReportError, format, provenance};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::study::{Sweep, SweepPoint};
use comfy_table::{CellAlignment, Table, presets};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

/// Where a sweep comes from.
#[derive(Clone, Debug)]
pub struct Footer {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the scenario with all defaults filled in, nothing varied.
    pub hash: String,
    /// The seed.
    pub seed: u64,
    /// The command that remakes it.
    pub command: String,
}

/// A metric in each replication; `None` where it was not recorded.
fn values(replications: &[BTreeMap<Metric, Option<f64>>], metric: Metric) -> Option<Vec<Option<f64>>> {
    replications.first()?.get(&metric)?;
    Some(replications.iter().map(|all| all.get(&metric).copied().flatten()).collect())
}

/// Tidy rows of a sweep, point by point, so that it need not fit into memory.
///
/// A row for each point, strategy and metric: a column for each path, mean and 95 % interval, the paired difference to
/// the first point, where both have it. An empty mean is beyond the horizon; an infeasible strategy has no rows.
#[derive(Debug)]
pub struct Rows<W: Write> {
    sheet: ::csv::Writer<W>,
    strategies: Vec<String>,
    first: Option<SweepPoint>,
}

impl<W: Write> Rows<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// The output cannot be written to.
    pub fn new(out: W, paths: &[String], strategies: &[impl AsRef<str>]) -> Result<Self, ::csv::Error> {
        let mut sheet = ::csv::Writer::from_writer(out);
        let own = ["strategy", "metric", "mean", "ci_low", "ci_high", "n", "unit"];
        let differences = ["diff_to_first", "diff_low", "diff_high"];
        sheet.write_record(paths.iter().map(String::as_str).chain(own).chain(differences))?;
        let strategies = strategies.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(Self { sheet, strategies, first: None })
    }

    /// Writes the rows of the next point.
    ///
    /// # Errors
    /// The output cannot be written to.
    pub fn add(&mut self, point: &SweepPoint) -> Result<(), ::csv::Error> {
        let first = self.first.get_or_insert_with(|| point.clone());
        for (at, strategy) in self.strategies.iter().enumerate() {
            for metric in Metric::ALL {
                let Some(own) = values(&point.metrics[at], *metric) else { continue };
                // Points with different numbers of replications are paired as far as both go.
                let difference = values(&first.metrics[at], *metric);
                let difference = difference.map(|first| Estimate::of_differences(&own, &first));
                let (estimate, difference) = (Estimate::of(&own), difference.as_ref());
                let mut row = point.values.clone();
                row.extend([strategy.clone(), metric.id().to_owned()]);
                row.extend([estimate.mean, estimate.lo, estimate.hi].map(plain));
                row.extend([estimate.n.to_string(), metric.unit().to_owned()]);
                row.extend([
                    plain(difference.and_then(|d| d.mean)),
                    plain(difference.and_then(|d| d.lo)),
                    plain(difference.and_then(|d| d.hi)),
                ]);
                self.sheet.write_record(&row)?;
            }
        }
        Ok(())
    }

    /// Ends, and returns the output.
    ///
    /// # Errors
    /// The output cannot be written to.
    pub fn finish(self) -> Result<W, ::csv::Error> {
        self.sheet.into_inner().map_err(|error| error.into_error().into())
    }
}

/// Returns all rows of a sweep: see [`Rows`].
///
/// # Errors
/// The figures cannot be written as CSV: a defect.
pub fn csv(sweep: &Sweep) -> Result<String, ReportError> {
    let written = || {
        let mut rows = Rows::new(Vec::new(), &sweep.paths, &sweep.strategies)?;
        sweep.points.iter().try_for_each(|point| rows.add(point))?;
        rows.finish()
    };
    let bytes = written().map_err(|error| ReportError::encode("CSV", &error))?;
    String::from_utf8(bytes).map_err(|error| ReportError::encode("CSV", &error))
}

/// A row for each point and strategy, with some metrics, and where it comes from.
pub fn table(sweep: &Sweep, metrics: &[Metric], footer: &Footer, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut header: Vec<String> = sweep.paths.clone();
    header.push(pick(lang, "strategy", "策略").to_owned());
    header.extend(metrics.iter().map(|m| words::metric(*m, lang).to_owned()));
    table.set_header(&header);
    for point in &sweep.points {
        for (at, strategy) in sweep.strategies.iter().enumerate() {
            let mut row = point.values.clone();
            row.push((*strategy).to_owned());
            row.extend(metrics.iter().map(|metric| {
                let estimate = values(&point.metrics[at], *metric).map(|v| Estimate::of(&v));
                match (&point.infeasible[at], estimate) {
                    (Some(_), _) => pick(lang, "infeasible", "不可行").to_owned(),
                    (None, estimate) => format::estimate(estimate.as_ref(), metric.unit(), lang),
                }
            }));
            table.add_row(row);
        }
    }
    for column in sweep.paths.len() + 1..header.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{}\n\n{table}\n", footer.scenario);
    for point in &sweep.points {
        for (strategy, reason) in sweep.strategies.iter().zip(&point.infeasible) {
            if let Some(reason) = reason {
                let _ = write!(text, "\n{}, {strategy}: {reason}", at(sweep, point));
            }
        }
        if let Some(precision) = point.precision.as_ref().filter(|p| !p.wide.is_empty()) {
            let _ = write!(text, "\n{}: {}", at(sweep, point), provenance::precision(precision, lang));
        }
    }
    let reps = |point: &SweepPoint| point.metrics.iter().map(Vec::len).max().unwrap_or_default();
    let (least, most) = sweep.points.iter().map(reps).fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
    let reps = if least < most { format!("{least}–{most}") } else { most.to_string() };
    let mut warmups: Vec<String> =
        sweep.points.iter().map(|p| provenance::warmup(p.warmup.0, p.warmup.1, lang)).collect();
    warmups.dedup();
    let shown = if warmups.len() == 1 { warmups.remove(0) } else { warmups.join(", ") };
    let _ = write!(
        text,
        "\n{reps} {} · {} · {shown}\nloghaul {} · {} {} · {} {} · {}: {}",
        pick(lang, "replications, paired between points", "次重复（各点配对）"),
        pick(lang, "± 95% interval", "± 为 95% 置信区间"),
        env!("CARGO_PKG_VERSION"),
        pick(lang, "scenario", "场景"),
        footer.hash,
        pick(lang, "seed", "种子"),
        footer.seed,
        pick(lang, "remake", "重现"),
        footer.command
    );
    text
}

/// A point in words.
fn at(sweep: &Sweep, point: &SweepPoint) -> String {
    let pairs: Vec<String> =
        sweep.paths.iter().zip(&point.values).map(|(path, value)| format!("{path}={value}")).collect();
    pairs.join(", ")
}
