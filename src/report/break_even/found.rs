//! What page and chart of a break-even study have in common.

use crate::lang::Lang;
use crate::metric::Metric;
use crate::report::format::{NOTHING, number, quantity};
use crate::report::words::pick;
use crate::study::{BreakEven, Provenance};

/// What was found, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What was found.
    pub result: &'a BreakEven,
    /// What the best strategy is best by.
    pub metric: Metric,
    /// Where it comes from.
    pub provenance: &'a Provenance,
}

/// The same with what it is made of: what a search gives.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// What was found.
    pub result: BreakEven,
    /// What the best strategy is best by.
    pub metric: Metric,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Mapped {
    /// As it is shown.
    pub fn found(&self) -> Found<'_> {
        Found { result: &self.result, metric: self.metric, provenance: &self.provenance }
    }
}

/// Names of all strategies that took part.
pub(in crate::report) fn strategies(result: &BreakEven) -> Vec<&'static str> {
    result.points.first().map(|p| p.contest.entrants.iter().map(|e| e.strategy).collect()).unwrap_or_default()
}

/// How it is said that no strategy meets the objectives.
pub(in crate::report) fn nobody(lang: Lang) -> &'static str {
    pick(lang, "nobody meets the objectives", "无方案满足目标")
}

/// A value of an axis on a chart.
pub(in crate::report) fn tick(value: f64, unit: &str, lang: Lang) -> String {
    match unit {
        "count" | "lines/s" => number(value),
        unit if value.is_finite() => quantity(value, unit, lang),
        _ => NOTHING.to_owned(),
    }
}
