//! Which workloads get sidecars and which are left to the DaemonSet: the cheapest assignment that meets every objective.
//!
//! Few workloads are tried in every combination. Of many, the search starts from all-DaemonSet and from all-Sidecar, moves
//! the workload that brings it nearest to meeting everything, then the one that saves most while everything stays met, until
//! no move and no exchange of two is better. What comes out is run on the whole cluster and on random numbers of its own,
//! beside the pure strategies, and so is every workload's other choice.

mod explore;

use super::judged::{Run, run};
use super::trial::Trial;
use super::units::{Unit, assigned, units};
use crate::metric::Metric;
use crate::run::{RunError, Runner};
use crate::scenario::{Objective, Scenario};
use crate::strategy::{AS_IS, Strategy};
use crate::study::{self, Provenance, slice};
use explore::explore;
use rayon::prelude::*;

/// Units at most.
const MOST_UNITS: usize = 10;
/// Replications of the search.
const FIRST: u64 = 2;
/// Assignments that are run on the whole cluster.
const FINALISTS: usize = 4;
/// What was found.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// What costs are counted by.
    pub money: Metric,
    /// The seed of the last runs.
    pub fresh_seed: u64,
    /// What workloads were assigned by.
    pub units: Vec<Unit>,
    /// The plan, then everything that it was set against, on the whole cluster.
    pub planned: Vec<Planned>,
    /// The cheapest of the assignments that meets everything, as a place in it; where none does, `None`.
    pub best: Option<usize>,
    /// Why each unit is where it is, in the order of units.
    pub why: Vec<Why>,
    /// Assignments that were tried.
    pub tried: usize,
    /// Nodes on which they were.
    pub nodes: u64,
}

/// An assignment on the whole cluster.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Of each unit, whether it has sidecars; `None` for what runs today, or what the scenario itself names.
    pub sidecars: Option<Vec<bool>>,
    /// The strategy that it is.
    pub strategy: &'static str,
    /// Why it cannot be run here.
    pub infeasible: Option<String>,
    /// Currency a month.
    pub cost: f64,
    /// How it does by every objective.
    pub trial: Trial,
    /// Tenants whose own freshness misses an objective, and all.
    pub late_tenants: (usize, usize),
}

impl Planned {
    /// Whether every objective is met, over all lines and by each tenant's own.
    pub fn is_met(&self) -> bool {
        self.trial.is_met() && self.late_tenants.0 == 0
    }

    /// How far it is from that: by how many bounds objectives are missed, and the share of tenants that are late.
    fn distance(&self) -> f64 {
        let (late, all) = self.late_tenants;
        self.trial.distance() + late as f64 / all.max(1) as f64
    }
}

/// Why a unit is where it is: what its other choice would come to, all others staying.
#[derive(Clone, Debug)]
pub struct Why {
    /// What the other choice costs more, currency a month.
    pub extra_cost: f64,
    /// What the other choice misses.
    pub misses: Vec<Objective>,
    /// Tenants whose own freshness misses an objective then.
    pub late_tenants: usize,
}

/// What assignments are tried on.
struct Ground<'a> {
    runner: &'a Runner,
    scenario: &'a Scenario,
    units: &'a [Unit],
    seed: u64,
    replications: u64,
}

impl Ground<'_> {
    fn run(&self, sidecars: &[bool]) -> Result<(&'static Strategy, Run), RunError> {
        let (strategy, scenario) = assigned(self.scenario, self.units, sidecars);
        let mut found = run(self.runner, &scenario, strategy, self.seed, self.replications)?;
        // The companion cluster knows no workload's name: whatever more than one tenant leaves to the DaemonSet is shared.
        let asks = scenario.objectives.iter().any(|o| o.metric == Metric::NeighbourFreshness);
        if asks && sidecars.iter().any(|own| *own) && sidecars.iter().any(|own| !*own) {
            let of = |one: bool| assigned(self.scenario, self.units, &vec![one; sidecars.len()]);
            let (pure, scenario) = of(!shared(self.units, sidecars, self.scenario));
            found.neighbours_of(&run(self.runner, &scenario, pure, self.seed, self.replications)?);
        }
        Ok((strategy, found))
    }

    fn planned(&self, sidecars: &[bool], money: Metric) -> Result<Planned, RunError> {
        let (strategy, found) = self.run(sidecars)?;
        Ok(planned(Some(sidecars.to_vec()), strategy, &found, self.scenario, money))
    }
}

/// Whether more than one tenant leaves a workload to the DaemonSet.
fn shared(units: &[Unit], sidecars: &[bool], scenario: &Scenario) -> bool {
    let left = units.iter().zip(sidecars).filter(|(_, own)| !**own).flat_map(|(unit, _)| &unit.names);
    let owners: std::collections::BTreeSet<&str> =
        left.filter_map(|name| Some(name.split_once('/')?.0)).collect();
    let tenants = scenario.tenants.iter().filter(|tenant| owners.contains(tenant.name.as_str()));
    tenants.map(|tenant| tenant.count.get()).sum::<u64>() > 1
}

fn planned(
    sidecars: Option<Vec<bool>>,
    strategy: &Strategy,
    found: &Run,
    scenario: &Scenario,
    money: Metric,
) -> Planned {
    let cost = found.cost(money);
    let counts = vec![true; scenario.objectives.len()];
    Planned {
        sidecars,
        strategy: strategy.name,
        infeasible: found.result.infeasible.clone(),
        cost,
        trial: found.trial(&scenario.objectives, &counts, cost),
        late_tenants: late_tenants(found, &scenario.objectives),
    }
}

/// Tenants whose own p99 misses a bound on freshness in most replications, and all of them.
fn late_tenants(found: &Run, objectives: &[Objective]) -> (usize, usize) {
    let observed = &found.result.observations;
    let all = observed.first().map_or(0, |o| o.tenants.len());
    let Some(bound) = objectives.iter().find(|o| o.metric == Metric::FreshnessP99) else { return (0, all) };
    let late = (0..all).filter(|at| {
        let misses = observed
            .iter()
            .filter(|o| o.tenants.get(*at).is_some_and(|t| t.lines > 0 && !bound.is_met(t.freshness_p99)));
        2 * misses.count() > observed.len()
    });
    (late.count(), all)
}

/// Finds a plan. `nodes` are those of the slice on which assignments are tried.
///
/// # Errors
/// A ledger does not balance.
pub fn plan(
    runner: &Runner,
    scenario: &Scenario,
    seed: u64,
    replications: u64,
    nodes: u64,
    command: &str,
) -> Result<Plan, RunError> {
    let pure = [&crate::strategy::DAEMONSET, &crate::strategy::SIDECAR];
    let (settled, warmup_by) = study::settle_warmup(runner, scenario, &pure, seed)?;
    let (money, fresh_seed) = (scenario.rank_by.metric(), seed.wrapping_add(1));
    let all = units(&settled, MOST_UNITS);
    let small = slice(&settled, nodes, settled.duration);
    let small = if small.nodes() < settled.nodes() { small } else { settled.clone() };
    let first = FIRST.min(replications);
    let tried = explore(&Ground { runner, scenario: &small, units: &all, seed, replications: first }, money)?;
    let whole = Ground { runner, scenario: &settled, units: &all, seed: fresh_seed, replications };
    let mut order: Vec<(&Vec<bool>, &Planned)> = tried.iter().collect();
    order.sort_by(|a, b| better(a.1, b.1));
    let mut finalists: Vec<Vec<bool>> =
        order.into_iter().take(FINALISTS).map(|(sidecars, _)| (*sidecars).clone()).collect();
    for one in [false, true] {
        let pure = vec![one; all.len()];
        if !all.is_empty() && !finalists.contains(&pure) {
            finalists.push(pure);
        }
    }
    let mut found: Vec<Planned> =
        finalists.par_iter().map(|sidecars| whole.planned(sidecars, money)).collect::<Result<_, _>>()?;
    found.sort_by(better);
    let best = found.first().is_some_and(Planned::is_met).then_some(0);
    let why = match found.first().and_then(|first| Some((first, first.sidecars.clone()?))) {
        Some((first, sidecars)) => reasons(&whole, first, &sidecars, money)?,
        None => Vec::new(),
    };
    found.extend(today(&whole, money)?);
    Ok(Plan {
        provenance: study::provenance(scenario, (&settled, warmup_by), &pure, seed, replications, command),
        objectives: settled.objectives.clone(),
        money,
        fresh_seed,
        units: all,
        planned: found,
        best,
        why,
        tried: tried.len(),
        nodes: small.nodes(),
    })
}

/// What runs today, where the scenario says so.
fn today(whole: &Ground<'_>, money: Metric) -> Result<Vec<Planned>, RunError> {
    if whole.scenario.collection.as_is.is_none() {
        return Ok(Vec::new());
    }
    let found = run(whole.runner, whole.scenario, AS_IS, whole.seed, whole.replications)?;
    Ok(vec![planned(None, AS_IS, &found, whole.scenario, money)])
}

/// What each unit's other choice comes to.
fn reasons(
    whole: &Ground<'_>,
    chosen: &Planned,
    sidecars: &[bool],
    money: Metric,
) -> Result<Vec<Why>, RunError> {
    let other = |at: usize| {
        let mut moved = sidecars.to_vec();
        moved[at] = !moved[at];
        let found = whole.planned(&moved, money)?;
        let misses = whole.scenario.objectives.iter().zip(&found.trial.verdicts);
        let misses = misses.filter(|(_, verdict)| **verdict != study::Verdict::Met).map(|(o, _)| o.clone());
        let misses = misses.collect();
        Ok(Why { extra_cost: found.cost - chosen.cost, misses, late_tenants: found.late_tenants.0 })
    };
    (0..sidecars.len()).into_par_iter().map(other).collect()
}

/// Whoever meets everything comes first, the cheapest of them; then whoever comes nearest.
fn better(a: &Planned, b: &Planned) -> std::cmp::Ordering {
    let key = |one: &Planned| {
        let distance = if one.is_met() { 0.0 } else { one.distance().max(1e-9) };
        (distance, one.cost)
    };
    let (a, b) = (key(a), key(b));
    a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meeting_everything_comes_before_cost_and_cost_before_nothing() {
        let of = |short: f64, cost: f64| Planned {
            sidecars: None,
            strategy: "hybrid",
            infeasible: None,
            cost,
            trial: Trial {
                short: vec![vec![short]],
                verdicts: vec![if short > 0.0 { study::Verdict::Missed } else { study::Verdict::Met }],
                figures: vec![Some(short)],
                parts: Vec::new(),
                counts: vec![true],
                extra_cost: cost,
                replications: 1,
            },
            late_tenants: (0, 0),
        };
        assert!(better(&of(0.0, 9.0), &of(0.5, 1.0)).is_lt());
        assert!(better(&of(0.0, 8.0), &of(0.0, 9.0)).is_lt());
        assert!(better(&of(0.5, 9.0), &of(0.7, 1.0)).is_lt());
        // What all lines together meet and one of four tenants does not, is not met.
        let late = Planned { late_tenants: (1, 4), ..of(0.0, 1.0) };
        assert!(
            better(&of(0.0, 9.0), &late).is_lt() && better(&late, &of(0.5, 1.0)).is_lt() && !late.is_met()
        );
    }
}
