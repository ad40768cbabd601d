//! Streaming sidecar: a small process in the pod writes the pod's files again to standard output, where the agent of the
//! node reads them. Bytes reach the disk twice.

use super::draft::{Asked, Route, draft};
use super::{Strategy, daemonset};
use crate::blueprint::{Blueprint, Reader, Relay, Requests};
use crate::flow::Medium;
use crate::scenario::{LogSource, Scenario};

/// Sidecars re-emit files for the agent of the node.
pub const SIDECAR_STREAMING: Strategy = Strategy {
    name: "sidecar-streaming",
    about: "a small process a pod writes its files to standard output, for a DaemonSet",
    honours: daemonset::DAEMONSET.honours,
    exception: None,
    draw,
};

/// `tail -F` of BusyBox, as in the documentation's example: it looks once a second, and writes what it finds.
/// Sources: Kubernetes, "Logging Architecture" (a couple of millicores, several megabytes); a wake-up of an idle
/// process and a write of a line as this project's lab measured them (45 µs with rsyslog, 2.1 µs with the generator).
const RELAY: Relay = Relay {
    requests: Requests { cpu_millicores: 2, memory_bytes: 4 << 20 },
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
    let relayed =
        |pod: &crate::blueprint::PodTemplate| pod.streams.iter().any(|s| s.medium == Medium::Relayed);
    for pod in draft.blueprint.pods.iter_mut().filter(|pod| relayed(pod)) {
        pod.relay = Some(RELAY);
        pod.requests += RELAY.requests;
    }
    daemonset::add_agent(&mut draft, scenario, nodes);
    let mut blueprint = draft.blueprint;
    if let Some(agent) = blueprint.node_agent.filter(|_| blueprint.pods.iter().any(|p| p.relay.is_some())) {
        blueprint.agents[agent].look_delay_ns += RELAY.delay_ns;
    }
    blueprint
}
