//! All strategies on one scenario, paired.

use super::band::Band;
use super::growing::growing;
use super::objectives::Verdict;
use super::replicate::{Replications, replicate};
use super::result::{Provenance, StrategyResult};
use super::subject::Subject;
use super::table_study::TableStudy;
use super::warmup::{WarmupBy, settle_warmup};
use crate::metric::Metric;
use crate::observe::{Observation, estimates};
use crate::run::{RunError, Runner, Setup, identity};
use crate::scenario::{Objective, Scenario};
use crate::strategy::Strategy;
use std::sync::Arc;

/// Every strategy's runs on the same scenario, with the same random numbers.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where it comes from.
    pub provenance: Provenance,
    /// One result a strategy, in the order asked for.
    pub strategies: Vec<StrategyResult>,
    /// The same with agents at both ends of what their costs are known to; `None` where that was not run.
    pub band: Option<Band>,
}

impl Comparison {
    /// The result of a strategy.
    pub fn get(&self, strategy: &str) -> Option<&StrategyResult> {
        self.strategies.iter().find(|s| s.strategy == strategy)
    }
}

impl Comparison {
    /// Judges the objectives on neighbours by the experiment with a loud tenant.
    pub fn judge_neighbours(&mut self, study: &TableStudy) {
        for result in &mut self.strategies {
            let Some(isolation) = study.isolation.iter().find(|i| i.strategy == result.strategy) else {
                continue;
            };
            for (objective, met) in &mut result.objectives {
                if objective.metric == Metric::NeighbourFreshness && result.infeasible.is_none() {
                    *met = Some(Verdict::of(objective, &isolation.estimate()));
                }
            }
        }
    }
}

/// Whether an objective is met by what was observed.
fn verdict(objective: &Objective, observations: &[Arc<Observation>]) -> Option<Verdict> {
    if observations.is_empty() || objective.metric == Metric::NeighbourFreshness {
        return None;
    }
    Some(Verdict::of(objective, &estimates::estimate(observations, objective.metric)))
}

/// Runs a scenario under several strategies, after finding its warm-up where it leaves that open.
///
/// `command` is what a reader types to remake the result.
///
/// # Errors
/// A ledger does not balance.
pub fn compare(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: impl Into<Replications>,
    command: &str,
) -> Result<Comparison, RunError> {
    let (settled, warmup_by) = settle_warmup(runner, scenario, strategies, seed)?;
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(&settled, s)).collect();
    let asked = replications.into();
    let (observed, precision) = replicate(runner, &setups.iter().collect::<Vec<_>>(), seed, asked)?;
    let replications = match asked {
        Replications::Fixed(n) => n,
        // Where nothing is feasible nothing was run.
        Replications::Auto { .. } => observed.iter().map(Vec::len).max().unwrap_or_default().max(1) as u64,
    };
    let results = setups.iter().zip(observed).map(|(setup, observations)| StrategyResult {
        objectives: scenario.objectives.iter().map(|o| (o.clone(), verdict(o, &observations))).collect(),
        strategy: setup.strategy.name,
        infeasible: setup.infeasible().map(str::to_owned),
        grown: setup.grown().cloned(),
        growing: growing(&settled, &observations),
        shares_agents: setup.blueprint.node_agent.is_some() || setup.blueprint.central.is_some(),
        routes_by_store: setup.strategy.honours.store,
        observations,
    });
    Ok(Comparison {
        band: None,
        strategies: results.collect(),
        provenance: Provenance {
            precision,
            grown: setups.first().and_then(|setup| setup.grown_without().cloned()),
            ..provenance(scenario, (&settled, warmup_by), strategies, seed, replications, command)
        },
    })
}

/// Where a result on a scenario comes from: the scenario as it was read, and with its warm-up settled.
pub fn provenance(
    scenario: &Scenario,
    (settled, warmup_by): (&Scenario, WarmupBy),
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
    command: &str,
) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION"),
        scenario: scenario.name.clone(),
        question: scenario.question.clone(),
        scenario_hash: format!("{:016x}", identity(scenario)),
        nodes: scenario.nodes(),
        pods: scenario.pods(),
        tenants: scenario.tenant_count(),
        grown: None,
        duration_s: scenario.duration.as_secs_f64(),
        warmup_s: settled.warmup.time().as_secs_f64(),
        warmup_by,
        drain_s: scenario.drain.as_secs_f64(),
        slice: None,
        seed,
        replications,
        precision: None,
        money: scenario.rank_by.metric(),
        agent: scenario.collection.agent.value.clone(),
        command: command.to_owned(),
        subject: Subject::of(scenario, strategies),
    }
}
