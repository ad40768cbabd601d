//! How far one failure reaches: the crash of one agent, and one bad config.
//!
//! Counted on the placed cluster: whose lines the agents concerned read. An agent stops reading all of its files when
//! it crashes; a bad config stops every agent that loads it, and a shared agent loads all configs.

use crate::blueprint::{Blueprint, Placement, Reader, StreamPlan};
use crate::run::Setup;
use std::collections::BTreeSet;

/// Shares of a cluster that a failure touches, mean over what can fail.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// Pods.
    pub pods: f64,
    /// Tenants.
    pub tenants: f64,
    /// Lines a second.
    pub lines: f64,
}

/// How far failures reach under a strategy; `None` where it has no agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlastRadius {
    /// One agent crashes, each as likely as any other.
    pub crash: Reach,
    /// One config is bad, each as likely as any other.
    pub bad_config: Reach,
}

/// What an agent, or several, reads.
#[derive(Clone, Debug, Default)]
struct Touched {
    pods: u64,
    tenants: BTreeSet<u32>,
    lines_per_s: f64,
}

impl Touched {
    fn add(&mut self, tenant: u32, pods: u64, lines_per_s: f64) {
        self.pods += pods;
        self.tenants.insert(tenant);
        self.lines_per_s += lines_per_s;
    }
}

/// Counts how far failures reach; `None` where nothing can be placed or there is no agent.
pub(super) fn blast_radius(setup: &Setup) -> Option<BlastRadius> {
    let (blueprint, placement) = (&setup.blueprint, setup.placement.as_ref().ok()?);
    if let Some(central) = &blueprint.central {
        // Whoever is connected to the collector that fails; its config is that of all.
        let one = 1.0 / central.processes as f64;
        let whole = Reach { pods: 1.0, tenants: 1.0, lines: 1.0 };
        let crash = Reach { pods: one, tenants: 1.0, lines: one };
        return Some(BlastRadius { crash, bad_config: whole });
    }
    let nodes = of_nodes(blueprint, placement);
    let pods = of_pods(blueprint);
    let lines: f64 =
        blueprint.pods.iter().map(|p| p.replicas as f64 * rate(blueprint, &p.streams, None)).sum();
    let whole = Reach { pods: blueprint.pod_count() as f64, tenants: blueprint.tenants.len() as f64, lines };
    // Agents: one a node, and one a pod of some templates, which touch what is said of their template's one pod.
    let agents =
        nodes.iter().map(|t| (1, t.clone())).chain(pods.iter().map(|(replicas, t)| (*replicas, t.clone())));
    let crash = mean(agents, whole)?;
    // Configs: those of the shared agents reach all nodes, one of a workload's sidecars all of its pods.
    let mut everywhere = Touched::default();
    for touched in &nodes {
        everywhere.pods += touched.pods;
        everywhere.tenants.extend(&touched.tenants);
        everywhere.lines_per_s += touched.lines_per_s;
    }
    let shared = blueprint.node_agent.map(|a| (u64::from(blueprint.agents[a].configs), everywhere));
    let own = pods.into_iter().map(|(replicas, t)| {
        let lines_per_s = t.lines_per_s * replicas as f64;
        (1, Touched { pods: replicas, lines_per_s, ..t })
    });
    let bad_config = mean(shared.into_iter().chain(own), whole)?;
    Some(BlastRadius { crash, bad_config })
}

/// What the agent of each node reads.
fn of_nodes(blueprint: &Blueprint, placement: &Placement) -> Vec<Touched> {
    let has_agent = |pool: &usize| blueprint.node_agent_in(*pool);
    let mut nodes: Vec<Option<Touched>> =
        placement.nodes.iter().map(|pool| has_agent(pool).map(|_| Touched::default())).collect();
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let template = &blueprint.pods[template.at()];
        if let Some(touched) = &mut nodes[*node as usize]
            && template.streams.iter().any(|s| s.reader == Reader::Node)
        {
            touched.add(template.tenant, 1, rate(blueprint, &template.streams, Some(Reader::Node)));
        }
    }
    nodes.into_iter().flatten().collect()
}

/// What the agent of one pod of each template with such agents reads, and how many pods there are.
fn of_pods(blueprint: &Blueprint) -> Vec<(u64, Touched)> {
    let with_agent = blueprint.pods.iter().filter(|p| p.agent.is_some());
    with_agent
        .map(|p| {
            let mut touched = Touched::default();
            touched.add(p.tenant, 1, rate(blueprint, &p.streams, Some(Reader::Pod)));
            (p.replicas, touched)
        })
        .collect()
}

/// Mean lines a second of a pod's streams, of all or of those with a reader.
fn rate(blueprint: &Blueprint, streams: &[StreamPlan], reader: Option<Reader>) -> f64 {
    let read = streams.iter().filter(|s| reader.is_none_or(|r| s.reader == r));
    read.map(|stream| blueprint.lines_per_s(stream)).sum()
}

/// The mean reach of things of which there are so many of each kind; `None` where there are none.
fn mean(kinds: impl Iterator<Item = (u64, Touched)>, whole: Reach) -> Option<Reach> {
    let mut all = 0;
    let mut sum = Reach::default();
    for (count, touched) in kinds {
        all += count;
        let n = count as f64;
        sum.pods += n * touched.pods as f64;
        sum.tenants += n * touched.tenants.len() as f64;
        sum.lines += n * touched.lines_per_s;
    }
    let share = |part: f64, whole: f64| if whole > 0.0 { part / (all as f64 * whole) } else { 0.0 };
    (all > 0).then(|| Reach {
        pods: share(sum.pods, whole.pods),
        tenants: share(sum.tenants, whole.tenants),
        lines: share(sum.lines, whole.lines),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    #[test]
    fn an_agent_a_node_reaches_its_node_and_an_agent_a_pod_its_pod() {
        // Four nodes, four tenants of five pods that write the same: five pods a node.
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 4 } ] }\n\
             tenants: [ { name: a, count: 4, workloads: [ { name: w, replicas: 5,\n\
             logs: [ { stream: stdout, rate: 8/s, wants: { store: s } } ] } ] } ]\n";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let of = |name| blast_radius(&Setup::new(&scenario, by_name(name).unwrap()));
        assert_eq!(of("native"), None);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}");
        let daemonset = of("daemonset").unwrap();
        close(daemonset.crash.pods, 0.25);
        close(daemonset.crash.lines, 0.25);
        assert!(daemonset.crash.tenants >= 0.25);
        assert_eq!(daemonset.bad_config, Reach { pods: 1.0, tenants: 1.0, lines: 1.0 });
        let sidecar = of("sidecar").unwrap();
        for (found, expected) in [
            (sidecar.crash.pods, 1.0 / 20.0),
            (sidecar.crash.tenants, 0.25),
            (sidecar.crash.lines, 1.0 / 20.0),
            (sidecar.bad_config.pods, 0.25),
            (sidecar.bad_config.lines, 0.25),
        ] {
            close(found, expected);
        }
    }
}
