//! Objectives against what was observed, by one rule for every study, table and report.

use crate::observe::Observation;
use crate::scenario::{Comparison, Objective};
use crate::stats::Estimate;

/// Whether an objective is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval is on the good side of the bound, or on it.
    Met,
    /// The whole interval is beyond it.
    Missed,
    /// The interval reaches over the bound: more replications would tell.
    Undecided,
}

impl Verdict {
    /// The verdict on a figure. A figure beyond the horizon is infinitely large. With one replication, of which there is no
    /// interval, its value decides.
    pub fn of(objective: &Objective, figure: &Estimate) -> Self {
        let point = figure.mean.unwrap_or(f64::INFINITY);
        let (least, most) = match (figure.lo, figure.hi) {
            (None, None) => (point, point),
            (lo, hi) => (lo.unwrap_or(f64::INFINITY).min(point), hi.unwrap_or(f64::INFINITY).max(point)),
        };
        let bound = objective.bound;
        let (all_good, none_good) = match objective.comparison {
            Comparison::AtMost => (most <= bound, least > bound),
            Comparison::AtLeast => (least >= bound, most < bound),
        };
        match (all_good, none_good) {
            (true, _) => Self::Met,
            (_, true) => Self::Missed,
            _ => Self::Undecided,
        }
    }

    /// As it stands in JSON: null where it is undecided.
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Met => Some(true),
            Self::Missed => Some(false),
            Self::Undecided => None,
        }
    }

    /// In a word, for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Undecided => "undecided",
        }
    }
}

/// The objectives that an observation misses. An objective on a metric that was not recorded, or lies beyond the
/// horizon, counts as infinitely large.
pub fn missed<'a>(objectives: &'a [Objective], observation: &Observation) -> Vec<&'a Objective> {
    objectives.iter().filter(|o| !o.is_met(observation.get(o.metric))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_over_the_bound_decides_nothing() {
        let objective = |text: &str| Objective::parse(text).unwrap();
        let figure = |mean, lo, hi| Estimate { mean, lo, hi, n: 5 };
        let late = objective("freshness_p99 <= 10s");
        let of = |mean, lo, hi| Verdict::of(&late, &figure(mean, lo, hi));
        assert_eq!(of(Some(9.0), Some(8.0), Some(10.0)), Verdict::Met);
        assert_eq!(of(Some(9.0), Some(8.0), Some(10.5)), Verdict::Undecided);
        assert_eq!(of(Some(12.0), Some(9.5), Some(14.0)), Verdict::Undecided);
        assert_eq!(of(Some(12.0), Some(10.5), Some(14.0)), Verdict::Missed);
        // What may never arrive is open, what surely does not is missed, with one replication or more.
        assert_eq!(of(Some(9.0), Some(8.0), Some(f64::INFINITY)), Verdict::Undecided);
        assert_eq!(of(None, Some(9.0), Some(f64::INFINITY)), Verdict::Undecided);
        assert_eq!(of(None, None, Some(f64::INFINITY)), Verdict::Missed);
        assert_eq!((of(None, None, None), of(Some(9.9), None, None)), (Verdict::Missed, Verdict::Met));
        let honoured = objective("honoured >= 90%");
        let of = |lo, hi| Verdict::of(&honoured, &figure(Some(0.91), Some(lo), Some(hi)));
        assert_eq!((of(0.9, 1.0), of(0.8, 1.0)), (Verdict::Met, Verdict::Undecided));
        assert_eq!(Verdict::of(&honoured, &figure(Some(0.5), Some(0.4), Some(0.6))), Verdict::Missed);
    }
}
