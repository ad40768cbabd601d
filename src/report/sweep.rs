//! A sweep: figures point by point, as tidy CSV, as a table, as JSON.

use super::csv::plain;
use super::page::{Block, Cell, Column, Finding, Page, Table, Tone, json};
use super::words::{self, pick};
use super::{ReportError, provenance};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::observe::estimates;
use crate::stats::Estimate;
use crate::study::{Sweep, SweepPoint};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.sweep/v1";

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
                let (estimate, difference) = (estimates::of_values(*metric, &own), difference.as_ref());
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

/// A sweep as a reader wants it.
#[derive(Clone, Copy, Debug)]
pub struct Swept<'a> {
    /// What was found.
    pub sweep: &'a Sweep,
    /// Metrics that people are shown; programs get all.
    pub metrics: &'a [Metric],
    /// Where it comes from.
    pub footer: &'a Footer,
}

impl Finding for Swept<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Self { sweep, footer, .. } = self;
        let mut page = Page::new(lang, footer.scenario.as_str());
        page.table(self.table(lang));
        for point in &sweep.points {
            for (strategy, reason) in sweep.strategies.iter().zip(&point.infeasible) {
                if let Some(reason) = reason {
                    let text = format!("{}, {strategy}: {reason}", at(sweep, point));
                    page.blocks.push(Block::Note(Tone::Bad, text.into()));
                }
            }
            if let Some(precision) = point.precision.as_ref().filter(|p| !p.wide.is_empty()) {
                let text = format!("{}: {}", at(sweep, point), provenance::precision(precision, lang));
                page.blocks.push(Block::Note(Tone::Plain, text.into()));
            }
        }
        let reps = |point: &SweepPoint| point.metrics.iter().map(Vec::len).max().unwrap_or_default();
        let (least, most) =
            sweep.points.iter().map(reps).fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        let reps = if least < most { format!("{least}–{most}") } else { most.to_string() };
        let mut warmups: Vec<String> =
            sweep.points.iter().map(|p| provenance::warmup(p.warmup.0, p.warmup.1, lang)).collect();
        warmups.dedup();
        let paired = pick(lang, "replications, paired between points", "次重复（各点配对）");
        let interval = pick(lang, "± 95% interval", "± 为 95% 置信区间");
        page.note(format!("{reps} {paired} · {interval} · {}", warmups.join(", ")));
        let from = vec![
            format!("{} {}", pick(lang, "scenario", "场景"), footer.hash),
            format!("{} {}", pick(lang, "seed", "种子"), footer.seed),
        ];
        provenance::remake(&mut page, from, &footer.command);
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let Self { sweep, footer, .. } = self;
        let points: Vec<Value> = sweep.points.iter().map(|point| self.point(point)).collect();
        json(&json!({
            "schema": SCHEMA,
            "scenario": footer.scenario,
            "scenario_hash": footer.hash,
            "seed": footer.seed,
            "paths": sweep.paths,
            "points": points,
            "version": env!("CARGO_PKG_VERSION"),
            "command": footer.command,
        }))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        csv(self.sweep)
    }
}

impl Swept<'_> {
    /// A row for each point and strategy, with some metrics.
    fn table(&self, lang: Lang) -> Table {
        let Self { sweep, metrics, .. } = self;
        let mut columns: Vec<Column> = sweep.paths.iter().map(|path| Column::words(path.as_str())).collect();
        columns.push(Column::words(pick(lang, "strategy", "策略")));
        columns.extend(metrics.iter().map(|m| Column::figures(words::metric(*m, lang))));
        let mut table = Table::new(columns);
        for point in &sweep.points {
            for (at, strategy) in sweep.strategies.iter().enumerate() {
                let mut row: Vec<Cell> =
                    point.values.iter().map(|value| Cell::words(value.as_str())).collect();
                row.push(Cell::words(*strategy));
                row.extend(metrics.iter().map(|metric| match &point.infeasible[at] {
                    Some(_) => Cell::words(pick(lang, "infeasible", "不可行")),
                    None => {
                        let values = values(&point.metrics[at], *metric);
                        Cell::estimate(values.map(|v| estimates::of_values(*metric, &v)), metric.unit())
                    }
                }));
                table.row(row);
            }
        }
        table
    }

    /// A point with all its metrics, as JSON.
    fn point(&self, point: &SweepPoint) -> Value {
        let strategies = self.sweep.strategies.iter().enumerate().map(|(at, strategy)| {
            let metrics: Map<String, Value> = Metric::ALL
                .iter()
                .filter_map(|metric| {
                    let e = estimates::of_values(*metric, &values(&point.metrics[at], *metric)?);
                    let value =
                        json!({ "value": e.mean, "lo": e.lo, "hi": e.hi, "n": e.n, "unit": metric.unit() });
                    Some((metric.id().to_owned(), value))
                })
                .collect();
            let infeasible = &point.infeasible[at];
            ((*strategy).to_owned(), json!({ "infeasible": infeasible, "metrics": metrics }))
        });
        json!({ "values": point.values, "strategies": strategies.collect::<Map<_, _>>() })
    }
}

/// A point in words.
fn at(sweep: &Sweep, point: &SweepPoint) -> String {
    let pairs: Vec<String> =
        sweep.paths.iter().zip(&point.values).map(|(path, value)| format!("{path}={value}")).collect();
    pairs.join(", ")
}
