//! Cost and use of agents against pods a node.
//!
//! A slice of the scenario, three nodes of it, moved along the axis of pods a node: its own workloads in their proportions,
//! calm, and with requests so small that any number of pods fits, since what collecting costs is the question. The scenario's
//! own density is among the points: there the slice agrees with the table.

use super::axis::{Axis, slice_at};
use super::companion::TINY;
use super::resize::Slice;
use super::result::DensityPoint;
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::units::SimTime;

const NODES: u64 = 3;
const TIME: SimTime = SimTime::from_secs(12);
const PODS_PER_NODE: [u64; 7] = [1, 2, 5, 10, 30, 60, 100];

/// What stands for a cluster at each density.
pub fn density_slice(nodes: u64) -> Slice {
    Slice { nodes: nodes.clamp(1, NODES), seconds: TIME.as_secs_f64() }
}

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
    if scenario.pods() == 0 {
        return Ok(Vec::new());
    }
    let mut setups = Vec::new();
    for pods in densities(scenario) {
        let cluster = cluster(scenario, pods);
        setups.extend(strategies.iter().map(|s| (pods, cluster.nodes(), Setup::new(&cluster, s))));
    }
    let observed = runner.observe(&setups.iter().map(|(_, _, s)| s).collect::<Vec<_>>(), seed, 1)?;
    Ok(setups
        .iter()
        .zip(observed)
        .map(|((pods, nodes, setup), observations)| {
            let per_node = |metric| observations.first()?.get(metric).map(|value| value / *nodes as f64);
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

/// Densities that are looked at, the scenario's own among them where it is a whole number.
fn densities(scenario: &Scenario) -> Vec<u64> {
    let own = (scenario.pods() as f64 / scenario.nodes().max(1) as f64).round() as u64;
    let mut all: Vec<u64> = PODS_PER_NODE.into_iter().chain([own.max(1)]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The slice at a density.
fn cluster(scenario: &Scenario, pods_per_node: u64) -> Scenario {
    let calm = Scenario { faults: Vec::new(), ..scenario.clone() };
    let mut slice = slice_at(&calm, &[(Axis::PodsPerNode, pods_per_node as f64)], NODES, TIME);
    slice.tenants.iter_mut().flat_map(|t| &mut t.workloads).for_each(|w| w.requests = TINY);
    slice.cluster.grow = true;
    slice.cluster.pools.iter_mut().for_each(|pool| pool.grows = true);
    slice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;
    use crate::study::compare;

    #[test]
    fn where_the_scenario_stands_its_cost_is_the_tables() {
        // Loud and quiet workloads, files and standard output, wishes by which a hybrid gives sidecars: an average pod is
        // none of them, and a hybrid of average pods cost 2.3 times what the table says.
        let yaml = "name: t\nduration: 30s\ncluster: { pools: [ { name: p, nodes: 6, price: 0.40/h } ] }\n\
             tenants: [ { name: a, count: 6, workloads: [\n\
             { name: loud, replicas: 1, logs: [ { stream: stdout, rate: 200/s, spread: 0%, wants: { store: s } } ] },\n\
             { name: quiet, replicas: 9, logs: [ { stream: file, rate: 2/s, spread: 0% } ] } ] } ]\n";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let strategies = ["native", "daemonset", "sidecar", "hybrid"].map(|name| by_name(name).unwrap());
        let runner = Runner::new();
        let points = density(&runner, &scenario, &strategies, 1).unwrap();
        assert_eq!(densities(&scenario), [1, 2, 5, 10, 30, 60, 100]);
        let table = compare(&runner, &scenario, &strategies, 1, 5u64, "").unwrap();
        for result in &table.strategies {
            let here =
                points.iter().find(|p| p.strategy == result.strategy && p.pods_per_node == 10).unwrap();
            let per_node = result.estimate(Metric::Cost).mean.unwrap() / 6.0;
            // Requests follow from the mean load of pods and nodes, which is the slice's too.
            assert!(
                (here.cost.unwrap() - per_node).abs() <= 0.01 * per_node,
                "{}: {here:?}, {per_node}",
                result.strategy
            );
            let cpu = result.estimate(Metric::AgentCpu);
            // Twelve seconds of a few pods: a tenth beside what five replications of six nodes differ by.
            let half = cpu.half_width().unwrap() / 6.0 + 0.1 * cpu.mean.unwrap() / 6.0;
            let off = (here.agent_cpu.unwrap() - cpu.mean.unwrap() / 6.0).abs();
            assert!(off <= half, "{}: {here:?}, {cpu:?}", result.strategy);
        }
    }
}
