//! Gateways: what the world is told of the collectors between agents and backend, the same under every strategy that sends.
//!
//! What a process can take follows from its profile's costs, as that of a log driver's central collector does; what it holds
//! and how it sends on from its behaviour, where the scenario says nothing else.

use super::drivers::behind_drivers;
use super::sizing::{self, MeanLoad};
use crate::blueprint::{Blueprint, GatewayCrash, GatewayPlan, Outage as WorldOutage, Reader, Requests};
use crate::flow::Medium;
use crate::profile::{Costs, Profile};
use crate::scenario::{BufferOn, Crash, CrashOf, Fault, Gateway, OutageMode, OutageOf, Scenario};
use crate::units::{Bytes, NS_PER_SEC};

/// A full batch is not sent more often than this, in nanoseconds: below, it does not matter.
const LEAST_FLUSH_NS: f64 = 5e7;

/// Adds the gateway of a scenario that has one to a blueprint in which somebody sends and meets none yet.
pub(super) fn add(scenario: &Scenario, blueprint: &mut Blueprint) {
    if blueprint.gateway.is_some() || blueprint.agents.is_empty() {
        return;
    }
    if let Some(terms) = &scenario.collection.gateway {
        blueprint.gateway = Some(plan(scenario, terms, blueprint));
    }
}

/// Whether what a strategy's agents send passes a gateway.
pub(super) fn is_met_in(blueprint: &Blueprint, scenario: &Scenario) -> bool {
    let by_drivers = || blueprint.pods.iter().flat_map(|pod| &pod.streams).any(|s| s.medium == Medium::Pipe);
    scenario.collection.gateway.is_some() || behind_drivers(scenario).is_some() && by_drivers()
}

/// A gateway on these terms for all that is sent in the blueprint.
pub(super) fn plan(scenario: &Scenario, terms: &Gateway, blueprint: &Blueprint) -> GatewayPlan {
    let custom = scenario.profiles.iter().find(|p| p.name == terms.agent.value);
    let profile = sizing::profile_of(scenario, &terms.agent.value, custom);
    let (load, wire_bytes) = sent(blueprint);
    let processes = terms.processes.get();
    let (mut central, lines_per_s) = sizing::central(scenario, &profile, processes, &load);
    let costs = Costs::new(&profile, false, 0.0);
    let behaviour = &profile.behaviour;
    let buffer = terms.buffer.unwrap_or_else(|| own_buffer(&profile, wire_bytes));
    let on_disk = match terms.buffer_on {
        Some(on) => on == BufferOn::Disk,
        None => terms.buffer.is_none() && behaviour.buffer_memory.value < buffer,
    };
    let wire_per_s = load.lines_per_s * wire_bytes / processes as f64;
    let flush_ns = match terms.flush {
        Some(flush) => flush.as_ns(),
        None => flush_of(&profile, wire_bytes, wire_per_s),
    };
    let held = (wire_per_s * scenario.collection.headroom * flush_ns as f64 / NS_PER_SEC as f64)
        .min(buffer.as_f64());
    let held = if on_disk { 0.0 } else { held };
    let steps = sizing::Steps::of_container(&scenario.collection);
    let by_rule = steps.round_up(0.0, costs.rss_bytes(0.0, 1.0, held));
    central.requests = Requests {
        cpu_millicores: terms.requests.cpu.map_or(central.requests.cpu_millicores, |cpu| cpu.get()),
        memory_bytes: terms.requests.memory.map_or(by_rule.memory_bytes, |memory| memory.get()),
    };
    let share = terms.share.get();
    GatewayPlan {
        central,
        costs,
        capacity_bytes_per_s: lines_per_s * wire_bytes * share,
        buffer_bytes: ((buffer.as_f64() * share) as u64).max(1),
        on_disk,
        flush_ns,
        hop_ns: terms.hop.as_ns(),
        backoff_base_ns: behaviour.backoff_base.value.as_ns(),
        backoff_cap_ns: behaviour.backoff_cap.value.as_ns(),
        restart_ns: behaviour.restart.value.as_ns(),
        outages: outages(scenario),
        crashes: crashes(scenario),
    }
}

/// The mean load of all that agents send, and the bytes that a line takes on the network, on average.
fn sent(blueprint: &Blueprint) -> (MeanLoad, f64) {
    let in_pods = blueprint.pods.iter().find_map(|pod| pod.agent);
    let (mut all, mut wire_per_s) = (MeanLoad::default(), 0.0);
    for (reader, agent) in [(Reader::Node, blueprint.node_agent), (Reader::Pod, in_pods)] {
        let Some(agent) = agent.map(|agent| &blueprint.agents[agent]) else { continue };
        let load = sizing::load_of(blueprint, &blueprint.pods, reader);
        wire_per_s += load.lines_per_s * load.wire_bytes(agent) * agent.compression_ppm as f64 / 1e6;
        all.add_lines(&load);
    }
    (all, if all.lines_per_s > 0.0 { wire_per_s / all.lines_per_s } else { 1.0 })
}

/// What a profile holds, its limit of lines considered.
fn own_buffer(profile: &Profile, wire_bytes: f64) -> Bytes {
    let lines = profile.behaviour.buffer_lines.value.as_f64();
    profile.behaviour.buffer_limit.value.min(Bytes::new((lines * wire_bytes) as u64)).max(Bytes::new(1))
}

/// Nanoseconds between two flushes of a process at its mean load: where it sends a full batch at once, no more than that
/// takes to fill.
fn flush_of(profile: &Profile, wire_bytes: f64, wire_per_s: f64) -> u64 {
    let behaviour = &profile.behaviour;
    let flush_ns = behaviour.flush.value.as_ns() as f64;
    if !behaviour.sends_full.value || wire_per_s <= 0.0 {
        return flush_ns as u64;
    }
    let batch = behaviour.batch.value.as_f64().min(behaviour.batch_lines.value.as_f64() * wire_bytes);
    (batch / wire_per_s * NS_PER_SEC as f64).max(LEAST_FLUSH_NS).min(flush_ns) as u64
}

/// When nobody reaches it.
fn outages(scenario: &Scenario) -> Vec<WorldOutage> {
    let of_all = scenario
        .faults
        .iter()
        .filter_map(Fault::outage)
        .filter(|o| o.of == OutageOf::Gateway && o.is_total());
    let mut outages: Vec<_> = of_all
        .map(|outage| WorldOutage {
            from_ns: outage.at.as_ns(),
            until_ns: outage.at.as_ns() + outage.lasts.as_ns(),
            refuses: outage.mode == OutageMode::Refuse,
        })
        .collect();
    outages.sort_by_key(|outage| outage.from_ns);
    outages
}

/// When its processes die.
fn crashes(scenario: &Scenario) -> Vec<GatewayCrash> {
    let of_it = |fault: &Fault| match fault {
        Fault::Crash(Crash { of: CrashOf::Gateway, at, agents }) => {
            Some(GatewayCrash { at_ns: at.as_ns(), processes: *agents })
        }
        _ => None,
    };
    let mut crashes: Vec<_> = scenario.faults.iter().filter_map(of_it).collect();
    crashes.sort_by_key(|crash| crash.at_ns);
    crashes
}
