//! All strategies on one scenario, paired.

use super::observed::observed;
use super::result::{Provenance, StrategyResult};
use super::table_study::TableStudy;
use crate::metric::Metric;
use crate::observe::Observation;
use crate::run::{RunError, Runner, identity};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use std::sync::Arc;

/// Every strategy's runs on the same scenario, with the same random numbers.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where it comes from.
    pub provenance: Provenance,
    /// One result a strategy, in the order asked for.
    pub strategies: Vec<StrategyResult>,
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
                    *met = Some(objective.is_met(Estimate::of(&isolation.freshness_ratio).mean));
                }
            }
        }
    }
}

/// Whether the mean over replications meets an objective.
fn met(objective: &Objective, observations: &[Arc<Observation>]) -> Option<bool> {
    if observations.is_empty() || objective.metric == Metric::NeighbourFreshness {
        return None;
    }
    let values: Vec<Option<f64>> = observations.iter().map(|o| o.get(objective.metric)).collect();
    Some(objective.is_met(Estimate::of(&values).mean))
}

/// Runs a scenario under several strategies.
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
    replications: u64,
    command: &str,
) -> Result<Comparison, RunError> {
    let observed = observed(runner, scenario, strategies, seed, replications)?.into_iter();
    let results = observed.map(|(setup, observations)| StrategyResult {
        objectives: scenario.objectives.iter().map(|o| (o.clone(), met(o, &observations))).collect(),
        strategy: setup.strategy.name,
        infeasible: setup.infeasible().map(str::to_owned),
        shares_agents: setup.blueprint.node_agent.is_some(),
        routes_by_store: setup.strategy.honours.store,
        observations,
    });
    Ok(Comparison {
        strategies: results.collect(),
        provenance: provenance(scenario, seed, replications, command),
    })
}

/// Where a result on a scenario comes from.
pub fn provenance(scenario: &Scenario, seed: u64, replications: u64, command: &str) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION"),
        scenario: scenario.name.clone(),
        question: scenario.question.clone(),
        scenario_hash: format!("{:016x}", identity(scenario)),
        nodes: scenario.nodes(),
        pods: scenario.pods(),
        tenants: scenario.tenant_count(),
        duration_s: scenario.duration.as_secs_f64(),
        warmup_s: scenario.warmup.as_secs_f64(),
        drain_s: scenario.drain.as_secs_f64(),
        seed,
        replications,
        agent: scenario.collection.agent.value.clone(),
        command: command.to_owned(),
    }
}
