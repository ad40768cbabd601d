//! What comes out at a point: every strategy judged by every objective, and who wins.

use crate::decision::Run;
use crate::metric::Metric;
use crate::scenario::{Comparison, Objective};
use crate::study::Verdict;

/// The most bounds by which an objective counts as missed, or met: what never arrives is no further away than that.
const FARTHEST: f64 = 10.0;

/// What comes out at a point.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Every strategy.
    pub runs: Vec<Run>,
    /// What they are judged by.
    pub objectives: Vec<Objective>,
    /// What the cheapest is cheapest by.
    pub money: Metric,
    /// Seconds of a run: what never comes is taken to be so late where a number is needed.
    pub horizon_s: f64,
}

impl Outcome {
    /// By how many bounds an objective is missed: from 0 down where it is met, 1 where the figure is twice its bound.
    pub fn margin(&self, strategy: usize, objective: usize) -> f64 {
        let (run, objective) = (&self.runs[strategy], &self.objectives[objective]);
        if !run.delivers() {
            return FARTHEST;
        }
        let Some(value) = run.figure(objective.metric).mean else { return FARTHEST };
        let beyond = match objective.comparison {
            Comparison::AtMost => value - objective.bound,
            Comparison::AtLeast => objective.bound - value,
        };
        (beyond / objective.bound.abs().max(1e-9)).clamp(-FARTHEST, FARTHEST)
    }

    /// By which share one strategy is dearer than another.
    pub fn lead(&self, winner: usize, rival: usize) -> f64 {
        let cost = |strategy: usize| self.runs[strategy].cost(self.money);
        match (cost(winner), cost(rival)) {
            (own, other) if own.is_infinite() && other.is_infinite() => 0.0,
            (own, _) if own.is_infinite() => -FARTHEST,
            (_, other) if other.is_infinite() => FARTHEST,
            (own, other) => ((other - own) / own.abs().max(1e-9)).clamp(-FARTHEST, FARTHEST),
        }
    }

    /// A figure as a number, whatever it is.
    pub fn figure(&self, strategy: usize, metric: Metric) -> f64 {
        self.runs[strategy].figure(metric).mean.unwrap_or(self.horizon_s)
    }

    /// Whether a strategy delivers and meets all objectives by what it comes to on average.
    pub fn is_feasible(&self, strategy: usize) -> bool {
        let run = &self.runs[strategy];
        run.delivers() && self.objectives.iter().all(|o| o.is_met(run.figure(o.metric).mean))
    }

    /// The cheapest of those that meet all objectives, the first of equals; `None` where nobody does.
    pub fn winner(&self) -> Option<usize> {
        let feasible = (0..self.runs.len()).filter(|strategy| self.is_feasible(*strategy));
        feasible.min_by(|a, b| self.runs[*a].cost(self.money).total_cmp(&self.runs[*b].cost(self.money)))
    }

    /// The same in one replication.
    pub fn winner_in(&self, replication: usize) -> Option<usize> {
        let value =
            |strategy: usize, metric| self.runs[strategy].values(metric).get(replication).copied().flatten();
        let meets = |strategy: &usize| {
            self.runs[*strategy].delivers()
                && self.objectives.iter().all(|o| o.is_met(value(*strategy, o.metric)))
        };
        let cost = |strategy: usize| value(strategy, self.money).unwrap_or(f64::INFINITY);
        (0..self.runs.len()).filter(meets).min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
    }

    /// Whether each objective is met on average, by strategies, then objectives.
    pub fn met(&self) -> Vec<bool> {
        let of = |strategy: usize| (0..self.objectives.len()).map(move |at| self.margin(strategy, at) <= 0.0);
        (0..self.runs.len()).flat_map(of).collect()
    }

    /// Replications.
    pub fn replications(&self) -> usize {
        self.runs.iter().map(|run| run.result.observations.len()).max().unwrap_or_default()
    }

    /// Whether an objective is met, by the interval of its figure.
    pub fn verdict(&self, strategy: usize, objective: usize) -> Verdict {
        self.runs[strategy].verdict(&self.objectives[objective])
    }
}
