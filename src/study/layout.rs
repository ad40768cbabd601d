//! What follows from how a strategy is laid out on the cluster, without simulating lines: operations, blast radius,
//! query, what configs cost.

use super::blast::{BlastRadius, blast_radius};
use super::query::{Query, query};
use super::rollout::{Operations, operations};
use crate::run::Setup;
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// A strategy's layout.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The strategy.
    pub strategy: &'static str,
    /// What is to be looked after, and what changes do.
    pub operations: Operations,
    /// How far failures reach; `None` where there are no agents.
    pub blast: Option<BlastRadius>,
    /// What of the past can be queried.
    pub query: Query,
    /// What configs cost.
    pub configs: ConfigCost,
}

/// What agents spend on the configs that they load, beyond one each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConfigCost {
    /// Configs that an agent loads, mean over agents.
    pub per_agent: f64,
    /// Cores of all agents.
    pub cores: f64,
    /// Bytes of memory of all agents.
    pub bytes: f64,
}

/// The layouts of several strategies.
pub(super) fn layouts(scenario: &Scenario, strategies: &[&'static Strategy]) -> Vec<Layout> {
    strategies
        .iter()
        .map(|strategy| {
            let setup = Setup::new(scenario, strategy);
            Layout {
                strategy: strategy.name,
                operations: operations(&setup),
                blast: blast_radius(&setup),
                query: query(scenario, &setup),
                configs: config_cost(&setup),
            }
        })
        .collect()
}

fn config_cost(setup: &Setup) -> ConfigCost {
    let blueprint = &setup.blueprint;
    let nodes = setup.placement.as_ref().map_or(0, |p| p.node_agents(blueprint));
    let of_nodes = blueprint.node_agent.map(|agent| (agent, nodes));
    let of_pods = blueprint.pods.iter().filter_map(|p| Some((p.agent?, p.replicas)));
    let (mut agents, mut sum) = (0u64, ConfigCost::default());
    for (index, count) in of_nodes.into_iter().chain(of_pods) {
        let plan = &blueprint.agents[index];
        let (configs, n) = (f64::from(plan.configs), count as f64);
        agents += count;
        sum.per_agent += n * configs;
        sum.cores += n * (plan.costs.idle_cores(0.0, configs) - plan.costs.idle_cores(0.0, 1.0));
        sum.bytes += n * plan.costs.variable_bytes(0.0, configs, 0.0);
    }
    ConfigCost { per_agent: if agents > 0 { sum.per_agent / agents as f64 } else { 0.0 }, ..sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    #[test]
    fn a_shared_agent_pays_for_everybodys_configs() {
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 3 } ] }\n\
             tenants: [ { name: a, count: 10, workloads: [ { name: w, replicas: 3,\n\
             logs: [ { stream: stdout, rate: 1/s, wants: { store: s } } ] } ] } ]\n";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let of = |name| config_cost(&Setup::new(&scenario, by_name(name).unwrap()));
        // Ten of the tenants and one that covers all others, on each of three nodes: 278 kB for each beyond the first,
        // 34 µcores each and 59 ncores for their square.
        let daemonset = of("daemonset");
        assert_eq!(daemonset.per_agent, 11.0);
        assert!((daemonset.bytes / (3.0 * 10.0 * 278_000.0) - 1.0).abs() < 1e-9);
        assert!((daemonset.cores / (3.0 * (10.0 * 3.4e-5 + 120.0 * 5.9e-8)) - 1.0).abs() < 1e-6);
        assert_eq!(of("sidecar"), ConfigCost { per_agent: 1.0, ..ConfigCost::default() });
        assert_eq!(of("native"), ConfigCost::default());
    }
}
