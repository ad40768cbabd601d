//! DaemonSet: one agent a node tails every container's log, and files in directories of the node.

use super::draft::{Asked, Draft, Route, draft};
use super::sizing;
use super::{Honours, Strategy};
use crate::blueprint::{Blueprint, Reader};
use crate::flow::Medium;
use crate::profile::Most;
use crate::scenario::{ConfigMode, LogSource, LogSpec, Scenario};

/// One agent a node.
pub const DAEMONSET: Strategy = Strategy {
    name: "daemonset",
    about: "one agent a node tails every container's log, and files of the node",
    honours: Honours { parse: true, store: true, sampling: true, own_limits: false },
    exception: None,
    draw,
};

fn draw(scenario: &Scenario, nodes: u64) -> Blueprint {
    let mut draft = draft(DAEMONSET.name, scenario, &|asked: &Asked<'_>| route(asked.log));
    add_agent(&mut draft, scenario, nodes);
    draft.blueprint
}

/// Where a log goes that the agent of its node is to read.
pub(super) fn route(log: &LogSpec) -> Route {
    match (log.stream, log.fixed) {
        // A file in a pod's volume is out of the node agent's reach.
        (LogSource::File, true) => Route::out_of_reach(log),
        (LogSource::HostPath, true) => Route { medium: Medium::HostPath, reader: Reader::Node },
        _ => Route { medium: Medium::Stdout, reader: Reader::Node },
    }
}

/// Adds the agent of every node, on a cluster that comes to `nodes` nodes.
pub(super) fn add_agent(draft: &mut Draft, scenario: &Scenario, nodes: u64) {
    let blueprint = &mut draft.blueprint;
    let own_inputs = scenario.collection.configs == ConfigMode::OwnInputs;
    let configs = draft.configs + scenario.collection.extra_configs;
    let terms = &scenario.collection.daemonset;
    let serverless: u64 = blueprint.pools.iter().filter(|p| p.serverless).map(|p| p.nodes).sum();
    // One request for all nodes, as a DaemonSet has it: sized for the mean node.
    let share = 1.0 / nodes.saturating_sub(serverless).max(1) as f64;
    let load = sizing::load_of(blueprint, &blueprint.pods, Reader::Node).scaled(share);
    let (plan, max_inputs) = sizing::agent(scenario, terms, true, own_inputs, configs, &load);
    if let Most::Limit(most) = max_inputs
        && own_inputs
        && configs > most
    {
        blueprint.infeasible = Some(format!(
            "{} cannot load {configs} collection configs as inputs of their own: {most} is the most",
            plan.name
        ));
    }
    blueprint.agents.push(plan);
    blueprint.node_agent = Some(blueprint.agents.len() - 1);
}
