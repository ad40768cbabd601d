//! What it takes to change the collector: an upgrade of the agent, and a change of one workload's config.
//!
//! A small simulation of Kubernetes' own rollouts: a DaemonSet replaces one pod after the other, a Deployment replaces
//! a quarter at a time; all Deployments go at once.

use crate::blueprint::{Arrival, Blueprint, Placement, Reader, TemplateId, pods_a_wave};
use crate::run::Setup;
use crate::units::NS_PER_SEC;

/// Seconds until a replaced pod is ready.
const POD_S: f64 = (Arrival::POD_READY_NS / NS_PER_SEC) as f64;

/// Agents of nodes replaced at once.
const AT_ONCE: u64 = Arrival::NODES_AT_ONCE;

/// What is to be looked after, and what changes do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Operations {
    /// Objects of Kubernetes that carry the collector: a DaemonSet, or central collectors, and the config; every workload
    /// with a sidecar, a library or a driver's options in its pod template.
    pub objects: u64,
    /// A new version of the agent.
    pub upgrade: Rollout,
    /// Another config of one workload, mean over workloads.
    pub config: Rollout,
}

/// One change.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rollout {
    /// Pods of the business that are restarted.
    pub pods_restarted: f64,
    /// Seconds until the last agent runs it.
    pub seconds: f64,
    /// Minutes without a collector, added up over pods.
    pub uncovered_pod_minutes: f64,
}

/// Rolls changes out over a cluster.
pub(super) fn operations(setup: &Setup) -> Operations {
    let blueprint = &setup.blueprint;
    let placement = setup.placement.as_ref().ok();
    let nodes = placement.map_or(0, |p| p.node_agents(blueprint));
    let covered = placement.map_or(0, |p| pods_of_node_agents(blueprint, p));
    let with_sidecar: Vec<u64> =
        blueprint.pods.iter().filter(|p| p.agent.is_some()).map(|p| p.replicas).collect();
    let daemonset = match blueprint.node_agent {
        // A config lives in the DaemonSet's ConfigMap, and a change of it is rolled out like an upgrade.
        Some(_) => Rollout {
            pods_restarted: 0.0,
            seconds: nodes.div_ceil(AT_ONCE) as f64 * POD_S,
            // Each node's pods do without while its agent is replaced.
            uncovered_pod_minutes: covered as f64 * POD_S / 60.0,
        },
        None => Rollout::default(),
    };
    let longest = with_sidecar.iter().map(|replicas| waves(*replicas)).max().unwrap_or(0);
    // A sidecar is there as long as its pod is: nothing is uncovered.
    let upgrade = Rollout {
        pods_restarted: with_sidecar.iter().sum::<u64>() as f64,
        seconds: (longest as f64 * POD_S).max(daemonset.seconds),
        ..daemonset
    };
    if let Some(central) = &blueprint.central {
        // The runtime's own driver is not rolled out; how it is set is part of every container. Collectors are replaced
        // one after the other, and what is connected to one meanwhile does without.
        let pods = blueprint.pod_count();
        let seconds = central.processes as f64 * POD_S;
        let restart =
            Rollout { pods_restarted: pods as f64, seconds: longest as f64 * POD_S, ..Rollout::default() };
        let uncovered_pod_minutes = pods as f64 * POD_S / 60.0;
        let upgrade = Rollout { pods_restarted: 0.0, seconds, uncovered_pod_minutes };
        return Operations { objects: 2 + with_sidecar.len() as u64, upgrade, config: restart };
    }
    let relays = blueprint.pods.iter().filter(|p| p.relay.is_some()).count() as u64;
    let workloads = with_sidecar.len() as u64;
    let shared = u64::from(blueprint.node_agent.is_some());
    let config = match workloads {
        0 => daemonset,
        n => Rollout {
            pods_restarted: upgrade.pods_restarted / n as f64,
            seconds: with_sidecar.iter().map(|r| waves(*r) as f64 * POD_S).sum::<f64>() / n as f64,
            uncovered_pod_minutes: 0.0,
        },
    };
    Operations { objects: 2 * shared + workloads + relays, upgrade, config }
}

/// Pods of which an agent of their node reads something; on virtual nodes there is none.
fn pods_of_node_agents(blueprint: &Blueprint, placement: &Placement) -> u64 {
    let is_read = |(node, template): &(&u32, &TemplateId)| {
        let mut streams = blueprint.pods[template.at()].streams.iter();
        let has_agent = blueprint.node_agent_in(placement.nodes[**node as usize]).is_some();
        has_agent && streams.any(|stream| stream.reader == Reader::Node)
    };
    placement.node_of.iter().zip(&placement.template_of).filter(is_read).count() as u64
}

/// Rounds in which a Deployment is replaced, the pods of one round starting together.
fn waves(replicas: u64) -> u64 {
    replicas.div_ceil(pods_a_wave(replicas))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn of(strategy: &str) -> Operations {
        // Three nodes; two tenants, each with a workload of eight pods and one of two.
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 3 } ] }\n\
             tenants: [ { name: a, count: 2, workloads: [\n\
             { name: w, replicas: 8, logs: [ { stream: stdout, rate: 1/s } ] },\n\
             { name: v, replicas: 2, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
        operations(&Setup::new(&from_yaml("t.yaml", yaml).unwrap(), by_name(strategy).unwrap()))
    }

    #[test]
    fn a_daemonset_goes_node_by_node_and_sidecars_a_quarter_at_a_time() {
        assert_eq!(of("native"), Operations::default());
        let daemonset = of("daemonset");
        // One node a minute; the twenty pods do without for a minute each.
        let change = Rollout { pods_restarted: 0.0, seconds: 180.0, uncovered_pod_minutes: 20.0 };
        assert_eq!(daemonset, Operations { objects: 2, upgrade: change, config: change });
        let sidecar = of("sidecar");
        // Eight pods: two more and two fewer at a time are four a round; two pods: one more at a time.
        assert_eq!((waves(8), waves(2), waves(1), waves(0)), (2, 2, 1, 0));
        assert_eq!(sidecar.objects, 4);
        let upgrade = Rollout { pods_restarted: 20.0, seconds: 120.0, uncovered_pod_minutes: 0.0 };
        assert_eq!((sidecar.upgrade, sidecar.config), (upgrade, Rollout { pods_restarted: 5.0, ..upgrade }));
    }

    #[test]
    fn virtual_nodes_have_no_agent_to_be_replaced_and_their_pods_are_not_uncovered() {
        // Three nodes and two virtual ones; six pods on the former, ten on the latter.
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 3 }, { name: v, nodes: 2, serverless: true } ] }\n\
             tenants: [ { name: a, workloads: [\n\
             { name: w, replicas: 6, logs: [ { stream: stdout, rate: 1/s } ] },\n\
             { name: v, replicas: 10, pools: [ v ], logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let of = |strategy| operations(&Setup::new(&scenario, by_name(strategy).unwrap()));
        let change = Rollout { pods_restarted: 0.0, seconds: 180.0, uncovered_pod_minutes: 6.0 };
        assert_eq!((of("daemonset").upgrade, of("daemonset").config), (change, change));
        // Sidecars are where their pods are: two waves of five of ten pods (three more, two fewer) and of three of six (two
        // more, one fewer).
        let sidecar = of("sidecar").upgrade;
        assert_eq!(sidecar, Rollout { pods_restarted: 16.0, seconds: 120.0, uncovered_pod_minutes: 0.0 });
    }
}
