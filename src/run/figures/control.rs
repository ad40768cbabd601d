//! Figures of the control plane: simulated delays and gaps, and by arithmetic what servers are asked.

use super::super::Setup;
use crate::blueprint::{Blueprint, ControlPlan, Life, Placement, Reader, Watched};
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

/// Figures of a scenario that says how configs reach agents; none of one that does not.
pub(super) fn figures(setup: &Setup, placement: &Placement, tally: &Tally) -> Vec<(Metric, Option<f64>)> {
    let Some(plan) = &setup.blueprint.control else { return Vec::new() };
    let control = &tally.control;
    let seconds = |ns: u64| ns as f64 / NS_PER_SEC as f64;
    let median = |waits: &Freshness| waits.quantile(0.5);
    let mut figures = vec![
        (Metric::Uncovered, Some(seconds(control.uncovered_ns) / 60.0)),
        (Metric::StaleLines, Some(control.stale_lines as f64)),
        (Metric::PodsRestarted, Some(control.restarts as f64)),
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
    figures.extend(asked(&setup.blueprint, plan, placement, tally.agents as f64));
    figures
}

/// What the config server and the API server are asked, by arithmetic: nothing of it is simulated.
fn asked(
    blueprint: &Blueprint,
    plan: &ControlPlan,
    placement: &Placement,
    agents: f64,
) -> Vec<(Metric, Option<f64>)> {
    let polls = if plan.poll_ns > 0 { agents * NS_PER_SEC as f64 / plan.poll_ns as f64 } else { 0.0 };
    let mut figures = vec![(Metric::ConfigRequests, Some(polls))];
    // Of an agent whose way with the API server is not known nothing can be said.
    let Some(uses) = blueprint.agents.iter().map(|a| a.metadata).collect::<Option<Vec<_>>>() else {
        return figures;
    };
    let on_nodes = blueprint.node_agent.map(|agent| (uses[agent], placement.node_agents(blueprint) as f64));
    let in_pods = blueprint.pods.iter().filter_map(|pod| Some((uses[pod.agent?], pod.replicas as f64)));
    let metadata: f64 = on_nodes.into_iter().chain(in_pods).map(|(one, n)| one.watches * n).sum();
    let configs = match plan.watched {
        Watched::Nothing => 0.0,
        Watched::Mounts => mounted(blueprint, placement),
        Watched::Resources => agents,
    };
    // A pod's agent sees its own pod, the node's agent those of its node: each new pod is news to one agent.
    let (mut lookups, mut bytes) = (0.0, 0.0);
    for pod in &blueprint.pods {
        let Some(per_s) = pod.life.as_ref().map(|life| pod.replicas as f64 / mean_round_s(life)) else {
            continue;
        };
        let by_node = pod.streams.iter().any(|stream| stream.reader == Reader::Node);
        let agent = pod.agent.or(blueprint.node_agent.filter(|_| by_node));
        let Some(one) = agent.map(|agent| uses[agent]) else { continue };
        lookups += per_s * one.lookups;
        let watched = if one.watches > 0.0 { POD_EVENTS } else { 0.0 };
        bytes += per_s * (one.lookups + watched) * POD_BYTES;
    }
    figures.extend([
        (Metric::ApiWatches, Some(metadata + configs)),
        (Metric::ApiRequests, Some(lookups)),
        (Metric::ApiBytes, Some(bytes)),
    ]);
    figures
}

/// Seconds from the beginning of a pod to that of its successor, on average.
fn mean_round_s(life: &Life) -> f64 {
    life.lifetime.mean().max(1.0) + life.pause_s as f64
}

/// ConfigMaps that kubelets watch: on each node, that of its agent and that of each kind of pod with an agent.
fn mounted(blueprint: &Blueprint, placement: &Placement) -> f64 {
    let of_pods: BTreeSet<(u32, u32)> = placement
        .node_of
        .iter()
        .zip(&placement.template_of)
        .filter(|(_, template)| blueprint.pods[**template as usize].agent.is_some())
        .map(|(node, template)| (*node, *template))
        .collect();
    (of_pods.len() as u64 + placement.node_agents(blueprint)) as f64
}
