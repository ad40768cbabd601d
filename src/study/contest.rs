//! Strategies set against each other on one scenario: which of those that meet its objectives is best by a metric.

use super::isolation::isolation;
use super::observed::observed;
use crate::metric::{Direction, Metric};
use crate::run::{RunError, Runner};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;

/// What a contest is held with, whatever the scenario.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Who takes part.
    pub strategies: &'a [&'static Strategy],
    /// What the best is best by.
    pub metric: Metric,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
}

/// A contest and its outcome.
#[derive(Clone, Debug)]
pub struct Contest {
    /// Every strategy, in the order asked for.
    pub entrants: Vec<Entrant>,
    metric: Metric,
}

/// A strategy in a contest.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// The strategy.
    pub strategy: &'static str,
    /// Why it cannot be run here; `None` where it can.
    pub infeasible: Option<String>,
    /// The metric in each replication; empty where it cannot be run.
    pub values: Vec<Option<f64>>,
    /// The objectives that its means over replications miss.
    pub missed: Vec<Objective>,
    /// Whether all objectives are met, replication by replication.
    met: Vec<bool>,
}

impl Entrant {
    /// Whether it can be run and meets all objectives.
    pub fn is_feasible(&self) -> bool {
        self.infeasible.is_none() && self.missed.is_empty()
    }
}

impl Contest {
    /// The best feasible strategy by means over replications, the first of equals; `None` where there is none.
    pub fn winner(&self) -> Option<&'static str> {
        let feasible = self.entrants.iter().filter(|e| e.is_feasible());
        self.best(feasible.filter_map(|e| Some((Estimate::of(&e.values).mean?, e.strategy))))
    }

    /// The same in one replication.
    pub fn winner_in(&self, replication: usize) -> Option<&'static str> {
        let met = self.entrants.iter().filter(|e| e.met.get(replication) == Some(&true));
        self.best(met.filter_map(|e| Some(((*e.values.get(replication)?)?, e.strategy))))
    }

    fn best(&self, found: impl Iterator<Item = (f64, &'static str)>) -> Option<&'static str> {
        let sign = if self.metric.direction() == Direction::Lower { 1.0 } else { -1.0 };
        found.min_by(|a, b| (sign * a.0).total_cmp(&(sign * b.0))).map(|(_, strategy)| strategy)
    }
}

/// Runs all strategies on a scenario.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn contest(runner: &Runner, scenario: &Scenario, rules: Rules<'_>) -> Result<Contest, RunError> {
    let Rules { strategies, metric, seed, replications } = rules;
    let all = observed(runner, scenario, strategies, seed, replications)?;
    let needs_neighbours = scenario.objectives.iter().any(|o| o.metric == Metric::NeighbourFreshness);
    let neighbours = match needs_neighbours {
        true => isolation(runner, scenario, strategies, seed, replications)?,
        false => Vec::new(),
    };
    let entrants = all.into_iter().map(|(setup, observations)| {
        let strategy = setup.strategy.name;
        let neighbour = neighbours.iter().find(|i| i.strategy == strategy);
        let values = |of: Metric| -> Vec<Option<f64>> {
            match (of, neighbour) {
                (Metric::NeighbourFreshness, Some(i)) => i.freshness_ratio.clone(),
                _ => observations.iter().map(|o| o.get(of)).collect(),
            }
        };
        let judged: Vec<(&Objective, Vec<Option<f64>>)> =
            scenario.objectives.iter().map(|o| (o, values(o.metric))).collect();
        let missed = judged.iter().filter(|(o, values)| !o.is_met(Estimate::of(values).mean));
        let met = |r: usize| judged.iter().all(|(o, values)| o.is_met(values.get(r).copied().flatten()));
        Entrant {
            strategy,
            infeasible: setup.infeasible().map(str::to_owned),
            missed: missed.map(|(o, _)| (*o).clone()).collect(),
            met: (0..observations.len()).map(met).collect(),
            values: values(metric),
        }
    });
    Ok(Contest { entrants: entrants.collect(), metric })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entrant(strategy: &'static str, values: [f64; 2], met: [bool; 2], missed: bool) -> Entrant {
        let missed = if missed { vec![Objective::parse("loss <= 1%").unwrap()] } else { Vec::new() };
        Entrant { strategy, infeasible: None, values: values.map(Some).to_vec(), missed, met: met.to_vec() }
    }

    #[test]
    fn the_best_of_those_that_meet_everything_wins() {
        let entrants = vec![
            entrant("free", [0.0, 0.0], [false, false], true),
            entrant("dear", [9.0, 1.0], [true, true], false),
            entrant("cheap", [2.0, 3.0], [true, true], false),
        ];
        let contest = |metric| Contest { entrants: entrants.clone(), metric };
        assert_eq!(contest(Metric::Cost).winner(), Some("cheap"));
        assert_eq!([0, 1].map(|r| contest(Metric::Cost).winner_in(r)), [Some("cheap"), Some("dear")]);
        // More of what is better when there is more of it.
        assert_eq!(contest(Metric::Throughput).winner(), Some("dear"));
        assert_eq!(Contest { entrants: entrants[..1].to_vec(), metric: Metric::Cost }.winner(), None);
    }
}
