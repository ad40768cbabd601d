//! Figures of the control plane: simulated delays and gaps, and by arithmetic what servers are asked.

use super::super::Setup;
use crate::blueprint::{Blueprint, ControlPlan, Life, MetadataUse, Placement, Reader, TemplateId, Watched};
use crate::metric::Metric;
use crate::observe::Freshness;
use crate::units::NS_PER_SEC;
use crate::world::Tally;
use std::collections::BTreeSet;

/// Bytes of a pod as the API server sends it. Source: kubernetes/perf-tests#4172, some 781 MB for a list of 80,000 pods.
const POD_BYTES: f64 = 9_800.0;

/// Times that a pod's object changes in its life, and is sent to those who watch it. Assumed: created, scheduled,
/// started, ready, ended, deleted.
const POD_EVENTS: f64 = 6.0;

/// Figures of how configs reach agents, where the scenario says that; and of what agents ask the API server.
pub(super) fn figures(setup: &Setup, placement: &Placement, tally: &Tally) -> Vec<(Metric, Option<f64>)> {
    let blueprint = &setup.blueprint;
    let mut figures = match &blueprint.control {
        Some(plan) => of_configs(plan, tally),
        None => Vec::new(),
    };
    figures.extend(asked(blueprint, placement, tally.agents as f64));
    figures
}

/// How long configs take and what that costs, as simulated; and what the config server is asked, by arithmetic.
fn of_configs(plan: &ControlPlan, tally: &Tally) -> Vec<(Metric, Option<f64>)> {
    let control = &tally.control;
    let seconds = |ns: u64| ns as f64 / NS_PER_SEC as f64;
    let median = |waits: &Freshness| waits.quantile(0.5);
    let polls = match plan.poll_ns {
        0 => 0.0,
        poll_ns => tally.agents as f64 * NS_PER_SEC as f64 / poll_ns as f64,
    };
    let mut figures = vec![
        (Metric::Uncovered, Some(seconds(control.uncovered_ns) / 60.0)),
        (Metric::StaleLines, Some(control.stale_lines as f64)),
        (Metric::PodsRestarted, Some(control.restarts as f64)),
        (Metric::ConfigRequests, Some(polls)),
    ];
    // Where nobody had to wait there is no wait.
    if control.gaps.lines() > 0 {
        let longest = (control.longest_gap_ns > 0).then(|| seconds(control.longest_gap_ns));
        figures.extend([(Metric::ConfigGapP50, median(&control.gaps)), (Metric::ConfigGapMax, longest)]);
    }
    if control.delays.lines() > 0 {
        // An agent that has not got it by the end is later than any.
        let all = control.delays.delivered() == control.delays.lines();
        let last = all.then(|| seconds(control.longest_delay_ns));
        figures.extend([(Metric::ConfigDelayP50, median(&control.delays)), (Metric::ConfigDelayLast, last)]);
    }
    figures
}

/// What the API server is asked, by arithmetic: nothing of it is simulated. Nothing is said where nobody asks and no config
/// comes that way, nor of an agent whose way with the API server is not known.
fn asked(blueprint: &Blueprint, placement: &Placement, agents: f64) -> Vec<(Metric, Option<f64>)> {
    let Some(uses) = blueprint.agents.iter().map(|a| a.metadata).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let node_agents = placement.node_agents(blueprint) as f64;
    let on_nodes = blueprint.node_agent.map(|agent| (uses[agent], node_agents));
    let in_pods = blueprint.pods.iter().filter_map(|pod| Some((uses[pod.agent?], pod.replicas as f64)));
    let all: Vec<(MetadataUse, f64)> = on_nodes.into_iter().chain(in_pods).collect();
    if blueprint.control.is_none() && all.iter().all(|(one, _)| one.watches + one.lookups == 0.0) {
        return Vec::new();
    }
    let metadata: f64 = all.iter().map(|(one, n)| one.watches * n).sum();
    let configs = match blueprint.control.as_ref().map_or(Watched::Nothing, |plan| plan.watched) {
        Watched::Nothing => 0.0,
        Watched::Mounts => mounted(blueprint, placement),
        Watched::Resources => agents,
    };
    let (mut lookups, mut bytes) = (0.0, 0.0);
    let pods: f64 = blueprint.pods.iter().map(|pod| pod.replicas as f64).sum();
    // Who sees the whole cluster is sent every pod, whoever reads its logs.
    let far: f64 = all.iter().filter(|(one, _)| one.sees_cluster && one.watches > 0.0).map(|(_, n)| n).sum();
    let mut listed = far * pods * POD_BYTES;
    for pod in &blueprint.pods {
        // A pod's agent sees its own pod, the node's agent those of its node.
        let by_node = pod.streams.iter().any(|stream| stream.reader == Reader::Node);
        let agent = pod.agent.or(blueprint.node_agent.filter(|_| by_node));
        let near = agent.map(|agent| uses[agent]);
        let watches_near = near.is_some_and(|one| one.watches > 0.0 && !one.sees_cluster);
        if watches_near {
            listed += pod.replicas as f64 * POD_BYTES;
        }
        let Some(per_s) = pod.life.as_ref().map(|life| pod.replicas as f64 / mean_round_s(life)) else {
            continue;
        };
        let asked = near.map_or(0.0, |one| one.lookups);
        lookups += per_s * asked;
        let watching = far + if watches_near { 1.0 } else { 0.0 };
        bytes += per_s * (asked + watching * POD_EVENTS) * POD_BYTES;
    }
    vec![
        (Metric::ApiWatches, Some(metadata + configs)),
        (Metric::ApiRequests, Some(lookups)),
        (Metric::ApiBytes, Some(bytes)),
        (Metric::ApiListed, Some(listed)),
    ]
}

/// Seconds from the beginning of a pod to that of its successor, on average.
fn mean_round_s(life: &Life) -> f64 {
    life.lifetime.mean().max(1.0) + life.pause_s as f64
}

/// ConfigMaps that kubelets watch: on each node, that of its agent and that of each kind of pod with an agent.
fn mounted(blueprint: &Blueprint, placement: &Placement) -> f64 {
    let of_pods: BTreeSet<(u32, TemplateId)> = placement
        .node_of
        .iter()
        .zip(&placement.template_of)
        .filter(|(_, template)| blueprint.pods[template.at()].agent.is_some())
        .map(|(node, template)| (*node, *template))
        .collect();
    (of_pods.len() as u64 + placement.node_agents(blueprint)) as f64
}
