//! DaemonSet: one agent a node tails every container's log, and files in directories of the node.

use super::draft::{Route, draft};
use super::sizing;
use super::{Honours, Strategy};
use crate::flow::Medium;
use crate::profile::Most;
use crate::scenario::{ConfigMode, LogSource, LogSpec, Scenario};
use crate::world::{Blueprint, Reader};

pub(super) const DAEMONSET: Strategy = Strategy {
    name: "daemonset",
    about: "one agent a node tails every container's log, and files of the node",
    honours: Honours { parse: true, store: true, sampling: true, own_limits: false },
    draw,
};

fn draw(scenario: &Scenario, nodes: u64) -> Blueprint {
    let draft = draft(DAEMONSET.name, scenario, &|log: &LogSpec| match (log.stream, log.fixed) {
        // A file in a pod's volume is out of the node agent's reach.
        (LogSource::File, true) => Route { medium: Medium::File, reader: Reader::Impossible },
        (LogSource::HostPath, true) => Route { medium: Medium::HostPath, reader: Reader::Node },
        _ => Route { medium: Medium::Stdout, reader: Reader::Node },
    });
    let mut blueprint = draft.blueprint;
    let own_inputs = scenario.collection.configs == ConfigMode::OwnInputs;
    let configs = draft.configs + scenario.collection.extra_configs;
    let terms = &scenario.collection.daemonset;
    // One request for all nodes, as a DaemonSet has it: sized for the mean node.
    let share = 1.0 / nodes.max(1) as f64;
    let load = sizing::load_of(&blueprint, &blueprint.pods, Reader::Node).scaled(share);
    let agent = sizing::agent(scenario, terms, true, own_inputs, configs, &load);
    let (plan, max_inputs) = agent;
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
    blueprint
}
