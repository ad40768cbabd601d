//! What whoever takes over one agent can reach, by arithmetic: logs of pods, and credentials to write as tenants.
//!
//! A DaemonSet's agent mounts its node's log directory (`hostPath`), so that it can read the logs of every pod there,
//! whether it collects them or not, and it is given what it needs to write for every tenant that agents of nodes collect
//! for: a DaemonSet has one pod template and one ServiceAccount. An agent in a pod shares its pod's volumes alone, and holds
//! its own tenant's credentials; but where agents load custom resources, the role that lets it do so is that of all agents
//! (a ClusterRole over all of them).
//!
//! Sources: Kubernetes, "Pod Security Standards" (hostPath), "Using RBAC Authorization" (a ServiceAccount's ClusterRole
//! reaches all namespaces); developer.aliyun.com/article/806369 (every agent lists every custom resource).

use super::super::Setup;
use crate::blueprint::{Blueprint, Placement, Reader, Watched};
use crate::metric::Metric;
use std::collections::BTreeSet;

/// Means over agents, where the scenario says how configs reach them; none where there are no agents.
pub(super) fn figures(setup: &Setup, placement: &Placement) -> Vec<(Metric, Option<f64>)> {
    let blueprint = &setup.blueprint;
    let Some(control) = &blueprint.control else { return Vec::new() };
    let all = blueprint.tenants.len() as u64;
    let mut reach = Reach::default();
    if blueprint.node_agent.is_some() {
        let tenants = tenants_of_nodes(blueprint);
        for pods in pods_with_logs(blueprint, placement) {
            reach.add(1, pods, tenants);
        }
    }
    for pod in blueprint.pods.iter().filter(|pod| pod.agent.is_some()) {
        let tenants = if control.watched == Watched::Resources { all } else { 1 };
        reach.add(pod.replicas, 1, tenants);
    }
    match reach.agents {
        0 => Vec::new(),
        agents => {
            let mean = |sum: u64| Some(sum as f64 / agents as f64);
            vec![(Metric::ReachPods, mean(reach.pods)), (Metric::ReachTenants, mean(reach.tenants))]
        }
    }
}

/// Sums over agents.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    agents: u64,
    pods: u64,
    tenants: u64,
}

impl Reach {
    fn add(&mut self, agents: u64, pods: u64, tenants: u64) {
        self.agents += agents;
        self.pods += agents * pods;
        self.tenants += agents * tenants;
    }
}

/// Tenants for which agents of nodes write.
fn tenants_of_nodes(blueprint: &Blueprint) -> u64 {
    let by_node = blueprint.pods.iter().filter(|pod| pod.streams.iter().any(|s| s.reader == Reader::Node));
    by_node.map(|pod| pod.tenant).collect::<BTreeSet<_>>().len() as u64
}

/// Pods with logs on the node's disk, of each node with an agent.
fn pods_with_logs(blueprint: &Blueprint, placement: &Placement) -> Vec<u64> {
    let mut pods = vec![0; placement.nodes.len()];
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let streams = &blueprint.pods[template.at()].streams;
        pods[*node as usize] += u64::from(streams.iter().any(|stream| stream.medium.is_on_disk()));
    }
    let has_agent = |(pool, _): &(&usize, u64)| blueprint.node_agent_in(**pool).is_some();
    placement.nodes.iter().zip(pods).filter(has_agent).map(|(_, pods)| pods).collect()
}
