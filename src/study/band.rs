//! How far conclusions hang on what agents cost: the comparison with every agent's costs at the low and at the high end of
//! what their sources suggest.
//!
//! The runs are paired with those of the comparison: the same scenario, the same random numbers, other costs. Strategies
//! that use an agent of the same profile move together, since it is one agent whose costs are not known; others move
//! independently, so that their difference is taken over all pairs of ends. A figure's band is its mean, shifted by what
//! its metric differs by between a run at an end and the same run with stated costs; what seeds differ by stays its
//! interval's matter.
//!
//! All costs of an agent are at one end at a time, which is more than is likely: a band is an outer bound and no interval
//! of some confidence. Costs alone have ranges; behaviour (flushes, buffers, scans) is what the scenario says.

use super::objectives::Verdict;
use super::result::StrategyResult;
use super::standing::Standing;
use super::warmup::settle_warmup;
use crate::metric::Metric;
use crate::observe::{Observation, estimates};
use crate::profile::CostEnd;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A comparison with agents at both ends of their costs.
#[derive(Clone, Debug)]
pub struct Band {
    /// Replications of each end, the first of the comparison's.
    pub replications: u64,
    /// One entry a strategy, in the order of the comparison.
    pub strategies: Vec<Banded>,
}

/// A strategy with its agents at both ends of their costs.
#[derive(Clone, Debug)]
pub struct Banded {
    /// The strategy.
    pub strategy: &'static str,
    /// The embedded profiles that its agents are, or are derived from; none where nothing collects.
    pub profiles: BTreeSet<String>,
    /// Strategies with the same number move together.
    pub group: usize,
    /// Why it cannot be run at an end; `None` where it can, or cannot with stated costs either.
    pub infeasible: [Option<String>; 3],
    /// Replications at each end, as [`CostEnd::ALL`] has them.
    runs: [Vec<Arc<Observation>>; 3],
}

/// Whether a difference keeps its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// At all ends of both, with the interval of its replications, as wide as it is there, on one side of zero.
    Holds,
    /// At some ends it is another, or its interval holds zero.
    Turns,
    /// The replications do not resolve it in the first place.
    Unresolved,
}

/// A verdict that is another at some end of the agents' costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    /// The strategy.
    pub strategy: &'static str,
    /// The objective.
    pub objective: Objective,
    /// The verdict with stated costs.
    pub stated: Verdict,
    /// Whether it is another at the high end; at the low one otherwise.
    pub high: bool,
    /// The verdict there; `None` where the strategy cannot be run there.
    pub there: Option<Verdict>,
}

/// Runs a comparison's strategies at both ends of their agents' costs.
///
/// # Errors
/// A ledger does not balance.
pub fn band(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Band, RunError> {
    let (settled, _) = settle_warmup(runner, scenario, strategies, seed)?;
    let ends = CostEnd::ALL.map(|end| settled.spending(end));
    let setups: Vec<[Setup; 3]> =
        strategies.iter().map(|strategy| ends.each_ref().map(|at| Setup::new(at, strategy))).collect();
    let flat: Vec<&Setup> = setups.iter().flatten().collect();
    let mut observed = runner.observe(&flat, seed, replications)?.into_iter();
    let profiles: Vec<BTreeSet<String>> =
        setups.iter().map(|[_, stated, _]| profiles(&settled, stated)).collect();
    let groups = groups(&profiles);
    let banded = setups.iter().zip(profiles).zip(groups).map(|((setups, profiles), group)| Banded {
        strategy: setups[0].strategy.name,
        profiles,
        group,
        infeasible: setups.each_ref().map(|setup| setup.infeasible().map(str::to_owned)),
        runs: [(); 3].map(|()| observed.next().unwrap_or_default()),
    });
    Ok(Band { replications, strategies: banded.collect() })
}

/// The embedded profiles behind all agents and collectors of a setup.
fn profiles(scenario: &Scenario, setup: &Setup) -> BTreeSet<String> {
    let blueprint = &setup.blueprint;
    let agents = blueprint.agents.iter().map(|agent| &agent.name);
    let names = agents.chain(blueprint.in_between().map(|central| &central.name));
    let base = |name: &String| {
        let custom = scenario.profiles.iter().find(|profile| profile.name == *name);
        custom.map_or_else(|| name.clone(), |custom| custom.base.value.clone())
    };
    names.map(base).collect()
}

/// A number for each set, the same for those that share an element, by way of others too.
fn groups(sets: &[BTreeSet<String>]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..sets.len()).collect();
    for (i, own) in sets.iter().enumerate() {
        for (j, other) in sets.iter().enumerate().take(i) {
            if !own.is_disjoint(other) {
                let (from, to) = (groups[i].max(groups[j]), groups[i].min(groups[j]));
                groups.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        }
    }
    groups
}

impl Banded {
    /// How much more of a metric there is at an end than with stated costs; infinitely more where lines come too late
    /// there, `None` where that cannot be said.
    fn shift(&self, metric: Metric, end: usize) -> Option<f64> {
        let of = |at: usize| {
            let runs = &self.runs[at];
            let recorded = runs.first().is_some_and(|run| run.metrics.contains_key(&metric));
            recorded.then(|| estimates::estimate(runs, metric).mean)
        };
        match (of(end)?, of(STATED)?) {
            (Some(there), Some(stated)) => Some(there - stated),
            (None, Some(_)) => Some(f64::INFINITY),
            (None, None) => Some(0.0),
            (Some(_), None) => None,
        }
    }

    /// Whether any cost of the strategy has a range.
    pub fn moves(&self) -> bool {
        !self.profiles.is_empty()
    }
}

/// The place of stated costs in [`CostEnd::ALL`].
const STATED: usize = 1;

/// Whether what seeds differ by grows and shrinks with a figure, as it does with what agents use and request; of lines and
/// their ages it stays.
fn is_scaled(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::Cost
            | Metric::CostMarginal
            | Metric::CollectorShare
            | Metric::AgentCpu
            | Metric::AgentCpuRequested
            | Metric::AgentMemory
            | Metric::AgentMemoryRss
            | Metric::AgentMemoryRequested
    )
}

/// An end of the interval about a mean, where that is so much more.
fn end_at(metric: Metric, mean: f64, end: f64, by: f64) -> f64 {
    if is_scaled(metric) && mean != 0.0 { end * (mean + by) / mean } else { end + by }
}

/// An estimate moved by so much; what cannot be less than nothing is not.
fn moved(metric: Metric, estimate: &Estimate, by: f64) -> Estimate {
    if by == f64::INFINITY {
        return Estimate { mean: None, lo: None, hi: Some(f64::INFINITY), n: estimate.n };
    }
    let mean = estimate.mean.unwrap_or(0.0);
    let end = |value: Option<f64>| value.map(|v| end_at(metric, mean, v, by));
    let moved =
        Estimate { mean: end(estimate.mean), lo: end(estimate.lo), hi: end(estimate.hi), n: estimate.n };
    Estimate { mean: moved.mean.map(|mean| mean.max(0.0)), ..moved.within(0.0, f64::INFINITY) }
}

impl Band {
    /// A strategy's entry.
    pub fn get(&self, strategy: &str) -> Option<&Banded> {
        self.strategies.iter().find(|banded| banded.strategy == strategy)
    }

    /// The least and the most that a figure's mean is between the ends; `None` where it was not recorded, or lies beyond
    /// the horizon with stated costs.
    pub fn range(&self, result: &StrategyResult, metric: Metric) -> Option<(f64, f64)> {
        let (banded, own) = (self.get(result.strategy)?, result.estimate(metric));
        let mean = own.mean?;
        let shifts: Option<Vec<f64>> = (0..3).map(|end| banded.shift(metric, end)).collect();
        let ends = shifts?.into_iter().map(|by| moved(metric, &own, by).mean.unwrap_or(f64::INFINITY));
        Some(ends.fold((mean, mean), |(least, most), v| (least.min(v), most.max(v))))
    }

    /// The least and the most that the difference `a − b` is between the ends of both, and whether it keeps its sign.
    pub fn difference(
        &self,
        a: &StrategyResult,
        b: &StrategyResult,
        metric: Metric,
    ) -> Option<(f64, f64, Sign)> {
        let (own, other) = (self.get(a.strategy)?, self.get(b.strategy)?);
        let seeds = a.difference(b, metric);
        let mean = seeds.mean?;
        let together = own.group == other.group;
        let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j))).filter(|(i, j)| !together || i == j);
        let shifts: Option<Vec<f64>> = pairs
            .map(|(i, j)| Some(own.shift(metric, i)? - other.shift(metric, j)?).filter(|by| !by.is_nan()))
            .collect();
        let shifts = shifts?;
        let (lo, hi) = (seeds.lo.unwrap_or(mean), seeds.hi.unwrap_or(mean));
        let is_positive = |by: &f64| [lo, hi].iter().all(|end| end_at(metric, mean, *end, *by) > 0.0);
        let is_negative = |by: &f64| [lo, hi].iter().all(|end| end_at(metric, mean, *end, *by) < 0.0);
        let sign = match () {
            () if lo <= 0.0 && hi >= 0.0 => Sign::Unresolved,
            () if shifts.iter().all(is_positive) || shifts.iter().all(is_negative) => Sign::Holds,
            () => Sign::Turns,
        };
        let fold = |(least, most): (f64, f64), by: &f64| (least.min(*by), most.max(*by));
        let (least, most) = shifts.iter().fold((0.0, 0.0), fold);
        Some((mean + least, mean + most, sign))
    }

    /// A strategy's verdict on an objective at an end; `None` where it cannot be run there, or was not judged.
    fn verdict(&self, result: &StrategyResult, at: usize, end: usize) -> Option<Verdict> {
        let (objective, stated) = result.objectives.get(at)?;
        let banded = self.get(result.strategy)?;
        if banded.infeasible[end].is_some() {
            return None;
        }
        match banded.shift(objective.metric, end) {
            Some(by) => {
                Some(Verdict::of(objective, &moved(objective.metric, &result.estimate(objective.metric), by)))
            }
            // What was not run again stays as it is.
            None => *stated,
        }
    }

    /// Verdicts that are others at an end.
    pub fn turned(&self, results: &[StrategyResult]) -> Vec<Turned> {
        let mut all = Vec::new();
        for result in results.iter().filter(|result| result.infeasible.is_none()) {
            for (at, (objective, stated)) in result.objectives.iter().enumerate() {
                // What is undecided is no conclusion that could turn.
                let Some(stated) = stated.filter(|verdict| *verdict != Verdict::Undecided) else { continue };
                for end in (0..CostEnd::ALL.len()).filter(|end| *end != STATED) {
                    let there = self.verdict(result, at, end);
                    if there != Some(stated) {
                        let (strategy, objective) = (result.strategy, objective.clone());
                        all.push(Turned { strategy, objective, stated, high: end > STATED, there });
                    }
                }
            }
        }
        all
    }

    /// Who would be the answer at some combination of ends, each once, the answer with stated costs first: the cheapest of
    /// those that leave least undone.
    pub fn winners(&self, results: &[StrategyResult]) -> Vec<&'static str> {
        let mut moving: Vec<usize> =
            self.strategies.iter().filter(|banded| banded.moves()).map(|banded| banded.group).collect();
        moving.sort_unstable();
        moving.dedup();
        let mut winners: Vec<&'static str> = self.winner(results, &|_| STATED).into_iter().collect();
        for combination in 0..3usize.pow(moving.len() as u32) {
            let end_of = |group: usize| {
                let place = moving.iter().position(|known| *known == group);
                place.map_or(STATED, |place| combination / 3usize.pow(place as u32) % 3)
            };
            if let Some(winner) = self.winner(results, &end_of)
                && !winners.contains(&winner)
            {
                winners.push(winner);
            }
        }
        winners
    }

    fn winner(&self, results: &[StrategyResult], end_of: &dyn Fn(usize) -> usize) -> Option<&'static str> {
        let standing = |result: &StrategyResult| {
            let banded = self.get(result.strategy)?;
            let end = end_of(banded.group);
            if result.infeasible.is_some() || banded.infeasible[end].is_some() {
                return None;
            }
            let verdicts = (0..result.objectives.len()).map(|at| self.verdict(result, at, end));
            let cost =
                moved(Metric::Cost, &result.estimate(Metric::Cost), banded.shift(Metric::Cost, end)?).mean?;
            Some((Standing::by(result, verdicts), cost, result.strategy))
        };
        let found = results.iter().filter_map(standing);
        let best = found.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        best.map(|(_, _, strategy)| strategy)
    }
}

#[cfg(test)]
mod tests;
