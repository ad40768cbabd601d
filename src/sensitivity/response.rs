//! What of an outcome is looked at, as a number that turns its sign where a verdict turns.

use super::outcome::Outcome;
use crate::metric::Metric;
use crate::scenario::Objective;
use crate::stats::Estimate;

/// What is looked at; strategies and objectives by their places in the outcome.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    /// How far a strategy is from an objective's bound, in bounds: below 0 it is met.
    Objective {
        /// The strategy.
        strategy: usize,
        /// The objective.
        objective: usize,
    },
    /// By how much a rival that meets everything is dearer than the winner, as a share: below 0 the rival is cheaper.
    Lead {
        /// Who wins.
        winner: usize,
        /// Who would.
        rival: usize,
    },
    /// A figure of a strategy, which nothing turns on.
    Figure {
        /// The strategy.
        strategy: usize,
        /// The figure.
        metric: Metric,
    },
}

/// Something that is looked at, and where it stands in the scenario as it is.
#[derive(Clone, Debug)]
pub struct Response {
    /// What is looked at.
    pub of: Of,
    /// Its value there.
    pub here: f64,
}

/// A distance from a bound that counts as none.
const NEAREST: f64 = 1e-6;

impl Of {
    /// Its value in an outcome.
    pub fn value(&self, outcome: &Outcome) -> f64 {
        match *self {
            Self::Objective { strategy, objective } => outcome.margin(strategy, objective),
            Self::Lead { winner, rival } => outcome.lead(winner, rival),
            Self::Figure { strategy, metric } => outcome.figure(strategy, metric),
        }
    }

    /// The figure that people know it by, in its own unit: what the objective bounds, or by how much the rival is dearer.
    pub fn shown(&self, outcome: &Outcome) -> Option<f64> {
        match *self {
            Self::Objective { strategy, objective } => {
                outcome.runs[strategy].figure(outcome.objectives[objective].metric).mean
            }
            Self::Lead { winner, rival } => {
                let cost = |strategy: usize| outcome.runs[strategy].cost(outcome.money);
                Some(cost(rival) - cost(winner)).filter(|more| more.is_finite())
            }
            Self::Figure { strategy, metric } => outcome.runs[strategy].figure(metric).mean,
        }
    }

    /// The metric of that figure.
    pub fn metric(&self, objectives: &[Objective], money: Metric) -> Metric {
        match *self {
            Self::Objective { objective, .. } => objectives[objective].metric,
            Self::Lead { .. } => money,
            Self::Figure { metric, .. } => metric,
        }
    }

    /// By how much the figure is more than in another outcome, replication by replication.
    pub fn change(&self, outcome: &Outcome, from: &Outcome) -> Estimate {
        let more = |strategy: usize, metric: Metric| {
            let (a, b) = (&outcome.runs[strategy], &from.runs[strategy]);
            match metric {
                Metric::NeighbourFreshness => Estimate::of_differences(&a.values(metric), &b.values(metric)),
                _ => a.result.difference(&b.result, metric),
            }
        };
        match *self {
            Self::Objective { strategy, objective } => more(strategy, outcome.objectives[objective].metric),
            Self::Figure { strategy, metric } => more(strategy, metric),
            Self::Lead { winner, rival } => {
                let lead = |outcome: &Outcome| -> Vec<Option<f64>> {
                    let values = |strategy: usize| outcome.runs[strategy].values(outcome.money);
                    values(rival).into_iter().zip(values(winner)).map(|(a, b)| Some(a? - b?)).collect()
                };
                Estimate::of_differences(&lead(outcome), &lead(from))
            }
        }
    }
}

impl Response {
    /// Everything that a verdict rests on: each objective under each strategy, and the winner's lead over everybody else who
    /// meets all objectives.
    pub fn all(here: &Outcome) -> Vec<Self> {
        let mut all = Vec::new();
        for strategy in 0..here.runs.len() {
            all.extend((0..here.objectives.len()).map(|objective| Of::Objective { strategy, objective }));
        }
        if let Some(winner) = here.winner() {
            let rivals = (0..here.runs.len()).filter(|rival| *rival != winner && here.is_feasible(*rival));
            all.extend(rivals.map(|rival| Of::Lead { winner, rival }));
        }
        all.into_iter().map(|of| Self { here: of.value(here), of }).collect()
    }

    /// How much of the way to where the verdict turns an effect of this size is: 1 and more may turn it. 0 for a figure that
    /// nothing turns on.
    pub fn reach(&self, effect: f64) -> f64 {
        match self.of {
            Of::Figure { .. } => 0.0,
            _ => effect / self.here.abs().max(NEAREST),
        }
    }
}
