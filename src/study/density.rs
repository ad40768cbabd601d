//! Cost and use of agents against pods a node.
//!
//! Companion clusters: three nodes, the scenario's average pod, one to a hundred of it a node.

use super::companion::{Typical, companion};
use super::result::DensityPoint;
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::Scenario;
use crate::strategy::Strategy;

const NODES: u64 = 3;
const SECONDS: u64 = 12;
const PODS_PER_NODE: [u64; 7] = [1, 2, 5, 10, 30, 60, 100];

/// Measures strategies over a range of pods a node; figures are for one node.
///
/// # Errors
/// A ledger does not balance.
pub fn density(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
) -> Result<Vec<DensityPoint>, RunError> {
    let Some(typical) = Typical::of(scenario) else { return Ok(Vec::new()) };
    let mut setups = Vec::new();
    for pods in PODS_PER_NODE {
        let tenant = typical.tenants("all", 1, NODES * pods);
        let cluster = companion(scenario, &format!("density-{pods}"), NODES, vec![tenant], SECONDS);
        setups.extend(strategies.iter().map(|s| (pods, Setup::new(&cluster, s))));
    }
    let observed = runner.observe(&setups.iter().map(|(_, s)| s).collect::<Vec<_>>(), seed, 1)?;
    Ok(setups
        .iter()
        .zip(observed)
        .map(|((pods, setup), observations)| {
            let per_node = |metric| observations.first()?.get(metric).map(|value| value / NODES as f64);
            DensityPoint {
                pods_per_node: *pods,
                strategy: setup.strategy.name,
                cost: per_node(Metric::Cost),
                agent_cpu: per_node(Metric::AgentCpu),
                agent_memory: per_node(Metric::AgentMemory),
            }
        })
        .collect())
}
