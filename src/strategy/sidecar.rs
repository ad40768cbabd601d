//! Sidecar: one agent a pod tails the pod's files in a volume that both share.

use super::control::configs_of_sidecar;
use super::draft::{Route, draft};
use super::sizing;
use super::{Honours, Strategy};
use crate::flow::Medium;
use crate::scenario::{LogSource, LogSpec, Scenario};
use crate::world::{Blueprint, Reader};

pub(super) const SIDECAR: Strategy = Strategy {
    name: "sidecar",
    about: "one agent a pod tails the pod's files in a shared volume",
    honours: Honours { parse: true, store: true, sampling: true, own_limits: true },
    draw,
};

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    let draft = draft(SIDECAR.name, scenario, &|log: &LogSpec| match (log.stream, log.fixed) {
        // A sidecar sees its pod's volumes: neither standard output nor the node's directories.
        (LogSource::Stdout, true) => Route { medium: Medium::Stdout, reader: Reader::Impossible },
        (LogSource::HostPath, true) => Route { medium: Medium::HostPath, reader: Reader::Impossible },
        _ => Route { medium: Medium::File, reader: Reader::Pod },
    });
    let mut blueprint = draft.blueprint;
    let configs = configs_of_sidecar(scenario, draft.configs);
    let terms = &scenario.collection.sidecar;
    // Tenants of one kind run the same pods, and these the same sidecar.
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    for index in 0..blueprint.pods.len() {
        let template = &blueprint.pods[index];
        if template.streams.iter().all(|s| s.reader != Reader::Pod) {
            continue;
        }
        let kind = template.streams[0].first_law;
        let agent = match drawn.iter().find(|(known, _)| *known == kind) {
            Some((_, agent)) => *agent,
            None => {
                let load = sizing::load_of(&blueprint, &blueprint.pods[index..=index], Reader::Pod)
                    .scaled(1.0 / template.replicas as f64);
                let (plan, _) = sizing::agent(scenario, terms, false, false, configs, &load);
                blueprint.agents.push(plan);
                drawn.push((kind, blueprint.agents.len() - 1));
                blueprint.agents.len() - 1
            }
        };
        let sidecar = blueprint.agents[agent].requests;
        let template = &mut blueprint.pods[index];
        template.agent = Some(agent);
        // KEP-753: a sidecar's requests are summed with those of the pod's containers.
        template.requests.cpu_millicores += sidecar.cpu_millicores;
        template.requests.memory_bytes += sidecar.memory_bytes;
    }
    blueprint
}
