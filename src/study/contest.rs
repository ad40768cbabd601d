//! Strategies set against each other on one scenario: which of those that meet its objectives is best by a metric.

use super::isolation::{Behind, isolation};
use super::objectives::Verdict;
use super::observed::observed;
use crate::metric::{Direction, Metric};
use crate::observe::estimates;
use crate::run::{RunError, Runner};
use crate::scenario::{Comparison, Objective, Scenario};
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
    /// What the best is best by.
    pub metric: Metric,
}

/// An objective of a contest, and the bounds at which the winner would still win, the other objectives being as they
/// are.
#[derive(Clone, Debug, PartialEq)]
pub struct Keeps {
    /// The objective.
    pub objective: Objective,
    /// The lowest such bound; `None` where there is none.
    pub from: Option<f64>,
    /// The highest such bound; `None` where there is none.
    pub until: Option<f64>,
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
    /// The objectives that its figures miss, be that certain or not: the best guess decides who wins.
    pub missed: Vec<Objective>,
    /// The objectives whose interval reaches over their bound: what is said of them is open.
    pub undecided: Vec<Objective>,
    /// What each objective bounds, over all replications; `None` where it lies beyond the horizon.
    pub judged: Vec<(Objective, Option<f64>)>,
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

    /// The same runs, judged by other bounds on what the scenario's objectives bound; others are left out.
    #[must_use]
    pub fn judged_by(&self, objectives: &[Objective]) -> Self {
        let mut contest = self.clone();
        for entrant in &mut contest.entrants {
            let value = |o: &Objective| entrant.judged.iter().find(|(known, _)| known.metric == o.metric);
            let judged: Vec<(Objective, Option<f64>)> =
                objectives.iter().filter_map(|o| Some((o.clone(), value(o)?.1))).collect();
            entrant.missed = judged.iter().filter(|(o, v)| !o.is_met(*v)).map(|(o, _)| o.clone()).collect();
            // Single replications were judged by the bounds that there were.
            entrant.met = vec![entrant.missed.is_empty(); entrant.met.len()];
            entrant.judged = judged;
            entrant.undecided.clear();
        }
        contest
    }

    /// Takes what a longer time than the simulated one comes to, where it is worse.
    pub(super) fn comes_to(&mut self, strategy: &str, metric: Metric, value: f64) {
        let sign = if metric.direction() == Direction::Lower { 1.0 } else { -1.0 };
        for entrant in self.entrants.iter_mut().filter(|entrant| entrant.strategy == strategy) {
            for (objective, judged) in entrant.judged.iter_mut().filter(|(o, _)| o.metric == metric) {
                // What lies beyond the horizon is worse than anything.
                let is_worse = judged.is_some_and(|known| sign * value > sign * known);
                if !is_worse {
                    continue;
                }
                *judged = Some(value);
                if !objective.is_met(*judged) {
                    entrant.undecided.retain(|open| open != objective);
                    entrant.met.fill(false);
                    if !entrant.missed.contains(objective) {
                        entrant.missed.push(objective.clone());
                    }
                }
            }
        }
    }

    /// Over which bounds of each objective the winner keeps winning: it has to meet the bound itself, and whoever is better
    /// by the metric and misses this objective alone must go on missing it.
    pub fn keeps(&self) -> Vec<Keeps> {
        let winner = self.winner();
        let Some(winner) = self.entrants.iter().find(|e| Some(e.strategy) == winner) else {
            return Vec::new();
        };
        let sign = if self.metric.direction() == Direction::Lower { 1.0 } else { -1.0 };
        let worth = |e: &Entrant| Estimate::of(&e.values).mean.map_or(f64::INFINITY, |v| sign * v);
        let keeps = |(objective, own): &(Objective, Option<f64>)| {
            let rivals = self.entrants.iter().filter(|e| {
                e.infeasible.is_none() && worth(e) < worth(winner) && e.missed == [objective.clone()]
            });
            let theirs = rivals.filter_map(|e| e.judged.iter().find(|(o, _)| o == objective)?.1);
            let (from, until) = match objective.comparison {
                Comparison::AtMost => (*own, theirs.reduce(f64::min)),
                Comparison::AtLeast => (theirs.reduce(f64::max), *own),
            };
            Keeps { objective: objective.clone(), from, until }
        };
        winner.judged.iter().map(keeps).collect()
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
        true => isolation(runner, scenario, strategies, seed, replications, Behind::Own)?,
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
        let each: Vec<(&Objective, Vec<Option<f64>>)> =
            scenario.objectives.iter().map(|o| (o, values(o.metric))).collect();
        let figure = |of: Metric| match (of, neighbour) {
            (Metric::NeighbourFreshness, Some(i)) => i.estimate(),
            _ => estimates::estimate(&observations, of),
        };
        let figures: Vec<(&Objective, Estimate)> =
            scenario.objectives.iter().map(|o| (o, figure(o.metric))).collect();
        let open = figures.iter().filter(|(o, figure)| Verdict::of(o, figure) == Verdict::Undecided);
        let undecided = open.map(|(o, _)| (*o).clone()).collect();
        let judged: Vec<(Objective, Option<f64>)> =
            figures.iter().map(|(o, figure)| ((*o).clone(), figure.mean)).collect();
        let met = |r: usize| each.iter().all(|(o, values)| o.is_met(values.get(r).copied().flatten()));
        Entrant {
            strategy,
            infeasible: setup.infeasible().map(str::to_owned),
            missed: judged.iter().filter(|(o, mean)| !o.is_met(*mean)).map(|(o, _)| o.clone()).collect(),
            judged,
            undecided,
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
        let (values, met) = (values.map(Some).to_vec(), met.to_vec());
        Entrant { strategy, infeasible: None, values, missed, undecided: Vec::new(), judged: Vec::new(), met }
    }

    #[test]
    fn a_winner_wins_as_long_as_it_meets_the_bound_and_the_cheaper_do_not() {
        let late = Objective::parse("freshness_p99 <= 10s").unwrap();
        let honoured = Objective::parse("honoured >= 90%").unwrap();
        let judged = |strategy, cost, p99, share| {
            let judged = vec![(late.clone(), p99), (honoured.clone(), Some(share))];
            let missed = judged.iter().filter(|(o, v)| !o.is_met(*v)).map(|(o, _)| o.clone()).collect();
            let met = vec![true];
            Entrant {
                strategy,
                infeasible: None,
                values: vec![Some(cost)],
                missed,
                undecided: Vec::new(),
                judged,
                met,
            }
        };
        let entrants = vec![
            judged("free", 0.0, None, 0.0),
            judged("cheap", 2.0, Some(29.0), 0.95),
            judged("dear", 9.0, Some(1.0), 1.0),
        ];
        let contest = Contest { entrants, metric: Metric::Cost };
        assert_eq!(contest.winner(), Some("dear"));
        // From its own second up to where the cheap one would do; the free one misses more than this.
        let keeps = |objective: &Objective, from, until| Keeps { objective: objective.clone(), from, until };
        assert_eq!(contest.keeps(), [keeps(&late, Some(1.0), Some(29.0)), keeps(&honoured, None, Some(1.0))]);
        let by = |text: &str| contest.judged_by(&[Objective::parse(text).unwrap()]).winner();
        assert_eq!(by("freshness_p99 <= 30s"), Some("cheap"));
        assert_eq!(by("freshness_p99 <= 500ms"), None);
        assert_eq!(by("honoured >= 0%"), Some("free"));
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
