//! Streaming sidecar: a small process in the pod writes the pod's files again to standard output, where the agent of the
//! node reads them. Bytes reach the disk twice.

use super::draft::{Asked, Route, draft};
use super::sizing::{self, Steps};
use super::{Strategy, daemonset};
use crate::blueprint::{Blueprint, Reader, Relay, Requests, TemplateId};
use crate::flow::Medium;
use crate::scenario::{LogSource, Scenario};
use crate::units::NS_PER_SEC;

/// Sidecars re-emit files for the agent of the node.
pub const SIDECAR_STREAMING: Strategy = Strategy {
    name: "sidecar-streaming",
    about: "a small process a pod writes its files to standard output, for a DaemonSet",
    honours: daemonset::DAEMONSET.honours,
    exception: None,
    draw,
};

/// `tail -F` of BusyBox, as in the documentation's example: it looks once a second, and writes what it finds.
/// What it requests follows from its load by the rule for all agents.
/// Sources: Kubernetes, "Logging Architecture" (a couple of millicores, several megabytes); a wake-up of an idle
/// process and a write of a line as this project's lab measured them (45 µs with rsyslog, 2.1 µs with the generator).
const RELAY: Relay = Relay {
    requests: Requests { cpu_millicores: 0, memory_bytes: 0 },
    idle_cores: 45e-6,
    line_ns: 2_100.0,
    memory_bytes: 4 << 20,
    delay_ns: 500_000_000,
};

fn draw(scenario: &Scenario, nodes: u64) -> Blueprint {
    let mut draft = draft(SIDECAR_STREAMING.name, scenario, &|asked: &Asked<'_>| match (
        asked.log.stream,
        asked.log.fixed,
    ) {
        (LogSource::Stdout | LogSource::HostPath, true) => daemonset::route(asked.log),
        _ => Route { medium: Medium::Relayed, reader: Reader::Node },
    });
    for index in 0..draft.blueprint.pods.len() {
        if let Some(relay) = relay_of(scenario, &draft.blueprint, TemplateId::of(index)) {
            let pod = &mut draft.blueprint.pods[index];
            pod.requests += relay.requests;
            pod.relay = Some(relay);
        }
    }
    daemonset::add_agent(&mut draft, scenario, nodes);
    let mut blueprint = draft.blueprint;
    if let Some(agent) = blueprint.node_agent.filter(|_| blueprint.pods.iter().any(|p| p.relay.is_some())) {
        blueprint.agents[agent].look_delay_ns += RELAY.delay_ns;
    }
    blueprint
}

/// The relay of a pod that writes files which are to be written again, sized as any agent is.
fn relay_of(scenario: &Scenario, blueprint: &Blueprint, template: TemplateId) -> Option<Relay> {
    let pod = &blueprint.pods[template.at()];
    let mut relayed = pod.clone();
    relayed.streams.retain(|stream| stream.medium == Medium::Relayed);
    if relayed.streams.is_empty() {
        return None;
    }
    let load = sizing::load_of(blueprint, &[relayed], Reader::Node);
    let lines_per_s = load.lines_per_s / pod.replicas.max(1) as f64 * scenario.collection.headroom;
    let cores = RELAY.idle_cores + lines_per_s * RELAY.line_ns / NS_PER_SEC as f64;
    let steps = Steps::of_container(&scenario.collection);
    Some(Relay { requests: steps.round_up(cores, RELAY.memory_bytes as f64), ..RELAY })
}
