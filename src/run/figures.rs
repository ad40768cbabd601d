//! From a run's sums to its figures.

mod agents;
mod control;
mod money;
mod nodes;
mod pods;
mod proxies;
mod reach;
mod show_back;

pub(super) use show_back::by_tenant;

use super::Setup;
use crate::blueprint::{Blueprint, Fault, Placement, Requests};
use crate::metric::Metric;
use crate::observe::{Freshness, Ledger, Observation, TenantFigures, TimelineBin};
use crate::units::NS_PER_SEC;
use crate::world::{GZIP_NS_PER_BYTE, Tally};
use std::collections::BTreeMap;

pub(super) fn observation(setup: &Setup, placement: &Placement, tally: Tally) -> Observation {
    let mut freshness = Freshness::default();
    let mut tenants = Vec::with_capacity(tally.tenants.len());
    for (name, tenant) in setup.blueprint.tenants.iter().zip(&tally.tenants) {
        let mut own = tenant.freshness.clone();
        // A line that was never written is as late as one that was lost.
        own.add_never(tenant.emitted + tenant.withheld - tenant.freshness.delivered());
        let ages = own.quantiles(&[0.5, 0.99]);
        tenants.push(TenantFigures {
            name: name.clone(),
            lines: tenant.emitted,
            delivered: own.delivered(),
            live: tenant.live,
            freshness_p50: ages[0],
            freshness_p99: ages[1],
        });
        freshness += &own;
    }
    let bin_s = tally.bin_ns() as f64 / NS_PER_SEC as f64;
    let timeline = tally.timeline.iter().enumerate().map(|(bin, (emitted, delivered))| TimelineBin {
        until_s: (bin as f64 + 1.0) * bin_s,
        emitted: *emitted,
        delivered: *delivered,
    });
    let proxies = proxies::proxies(&setup.blueprint.proxies, placement);
    let uses = agents::uses(&setup.blueprint, placement, &tally);
    let mut metrics = metrics(setup, placement, &tally, &freshness);
    metrics.extend(agents::figures(&uses));
    metrics.extend(proxies::figures(&proxies));
    Observation {
        metrics,
        uses,
        proxies,
        timeline: timeline.collect(),
        missable: tally.missable_lines() / tally.ledger.emitted.max(1) as f64,
        ledger: tally.ledger,
        freshness,
        tenants,
    }
}

fn metrics(
    setup: &Setup,
    placement: &Placement,
    tally: &Tally,
    freshness: &Freshness,
) -> BTreeMap<Metric, Option<f64>> {
    let blueprint = &setup.blueprint;
    let written_s = blueprint.horizon_s();
    let emitted = tally.ledger.emitted.max(1) as f64;
    let beside = Beside::of(blueprint, tally);
    let requested = requested(setup, placement);
    let share = collector_share(setup, placement, requested);
    let without: u64 = setup.extra_without.iter().sum();
    let extra = placement.extra.iter().sum::<u64>().saturating_sub(without);
    let write_ns = (tally.write_ns + tally.gzipped_bytes * GZIP_NS_PER_BYTE) as f64;
    let quantiles = freshness.quantiles(&[0.5, 0.99]);
    let arrived = freshness.arrived_quantiles(&[0.5, 0.99]);
    let mut metrics = BTreeMap::from([
        (Metric::AgentCpu, Some(tally.agent_cpu_ns as f64 / NS_PER_SEC as f64 / written_s + beside.cores)),
        (Metric::AgentCpuRequested, Some(requested.cpu_millicores as f64 / 1000.0)),
        (Metric::AgentMemory, Some(tally.agent_pss_bytes as f64 + beside.memory_bytes)),
        (Metric::AgentMemoryRss, Some(tally.agent_rss_bytes as f64 + beside.memory_bytes)),
        (Metric::AgentMemoryRequested, Some(requested.memory_bytes as f64)),
        (Metric::CollectorShare, Some(share)),
        (Metric::Agents, Some(tally.agents as f64 + beside.processes)),
        (Metric::Nodes, Some(placement.nodes.len() as f64)),
        (Metric::ExtraNodes, Some(extra as f64)),
        (Metric::FreshnessP50, quantiles[0]),
        (Metric::FreshnessP99, quantiles[1]),
        (Metric::ArrivedP50, arrived[0]),
        (Metric::ArrivedP99, arrived[1]),
        (Metric::Loss, Some(tally.ledger.lost_total() as f64 / emitted)),
        // Everything that is not delivered, whatever became of it.
        (Metric::Undelivered, Some(undelivered(&tally.ledger))),
        (Metric::Throughput, Some(tally.delivered_in_time as f64 / written_s)),
        (Metric::Network, Some(tally.sent_bytes as f64 / written_s)),
        (Metric::Requests, Some(tally.requests as f64 / written_s)),
        (Metric::Connections, Some(super::connections(blueprint, placement) as f64)),
        (Metric::WriteCpu, Some(write_ns / NS_PER_SEC as f64 / written_s)),
        (Metric::DiskWrites, Some(tally.disk_bytes as f64 / written_s)),
        (Metric::LogDisk, Some(tally.fullest_disk_bytes as f64)),
        (Metric::LogDiskShare, Some(tally.fullest_disk_ppm as f64 / 1e6)),
        (
            Metric::Paused,
            Some(tally.paused_ns as f64 / blueprint.horizon_ns as f64 / tally.inputs.max(1) as f64),
        ),
        (
            Metric::Stalled,
            Some(tally.stalled_ns as f64 / blueprint.horizon_ns as f64 / tally.inputs.max(1) as f64),
        ),
        (Metric::RefusedStarts, Some(tally.refused_starts as f64)),
        (Metric::StuckPods, Some(tally.stuck_pods as f64)),
        (Metric::OomKills, Some(tally.oom_kills as f64)),
        (Metric::BackendWait, Some(tally.longest_wait_ns as f64 / NS_PER_SEC as f64)),
    ]);
    metrics.extend(money::figures(setup, placement, tally, written_s));
    metrics.extend(control::figures(setup, placement, tally));
    metrics.extend(nodes::figures(blueprint, placement, tally));
    metrics.extend(reach::figures(setup, placement));
    metrics.extend(pods::figures(blueprint, tally));
    metrics.extend(of_backend(blueprint, tally, written_s));
    metrics.extend(of_faults(blueprint, tally, emitted));
    // Where nobody wishes for anything there is nothing to honour.
    metrics.extend(setup.honoured.map(|share| (Metric::Honoured, Some(share))));
    metrics
}

/// Figures of what stands behind the agents, where the scenario has it.
fn of_backend(blueprint: &Blueprint, tally: &Tally, written_s: f64) -> Vec<(Metric, Option<f64>)> {
    let mut figures = Vec::new();
    if blueprint.backend.quota.is_some() {
        figures.push((Metric::Throttled, Some(tally.throttled_bytes as f64 / written_s)));
    }
    if blueprint.backend.shards.count > 1 {
        let mean = tally.shard_bytes.iter().sum::<u64>() as f64 / blueprint.backend.shards.count as f64;
        let most = tally.shard_bytes.iter().max().copied().unwrap_or(0) as f64;
        // Where nothing came to any, none is busier than others.
        figures.push((Metric::ShardSkew, Some(if mean > 0.0 { most / mean } else { 1.0 })));
    }
    if blueprint.gateway.is_some() {
        figures.push((Metric::GatewayBuffer, Some(tally.gateway_bytes as f64)));
        figures.push((Metric::GatewayRefused, Some(tally.gateway_refused as f64)));
    }
    figures
}

/// Figures of what goes wrong, where it can.
fn of_faults(blueprint: &Blueprint, tally: &Tally, emitted: f64) -> Vec<(Metric, Option<f64>)> {
    let mut figures = Vec::new();
    let stops = |fault: &Fault| match fault {
        Fault::Crash { .. } | Fault::BadConfig { .. } | Fault::Upgrade { .. } => true,
        // Of agents of nodes alone.
        Fault::Restart { .. } => blueprint.node_agent.is_some(),
        _ => false,
    };
    if blueprint.faults.iter().any(stops) {
        figures.push((Metric::AgentDown, Some(tally.agent_down_ns as f64 / NS_PER_SEC as f64)));
    }
    if blueprint.may_duplicate() {
        figures.push((Metric::Duplicated, Some(tally.ledger.duplicated as f64 / emitted)));
    }
    if blueprint.limits_files() {
        figures.push((Metric::UnreadFiles, Some(tally.unread_files as f64)));
    }
    if blueprint.has_long_lines() {
        figures.push((Metric::LongLines, Some(tally.long_lines as f64 / emitted)));
    }
    // Pods leave their nodes through faults and evictions.
    let moves = |fault: &Fault| {
        !matches!(
            fault,
            Fault::Crash { .. } | Fault::BadConfig { .. } | Fault::CutOff { .. } | Fault::Restart { .. }
        )
    };
    let may_move = blueprint.faults.iter().any(moves);
    if may_move || blueprint.counts_evictions() {
        figures.push((Metric::PodGap, Some(tally.pod_gap_ns as f64 / NS_PER_SEC as f64)));
    }
    if may_move {
        figures.push((Metric::PodsPending, Some(tally.pods_pending as f64)));
    }
    figures
}

/// Share of lines that are not delivered, whatever became of them; those that a blocked application never wrote are
/// among them.
fn undelivered(ledger: &Ledger) -> f64 {
    let wanted = ledger.emitted + ledger.withheld;
    (wanted - ledger.delivered) as f64 / wanted.max(1) as f64
}

/// Processes beside the agents: collectors in the middle, and those that write files again to standard output. They are
/// taken to keep up; what they use follows from what passes them.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    processes: f64,
    cores: f64,
    memory_bytes: f64,
}

impl Beside {
    fn of(blueprint: &Blueprint, tally: &Tally) -> Self {
        let per_s = |lines: u64| lines as f64 / blueprint.horizon_s();
        let mut all = Self::default();
        if let Some(central) = blueprint.in_between() {
            all.processes += central.processes as f64;
            all.cores += central.processes as f64 * central.idle_cores;
            all.cores += per_s(tally.ledger.delivered) * central.line_ns / NS_PER_SEC as f64;
            all.memory_bytes += match &blueprint.gateway {
                Some(gateway) => gateway.memory_bytes(tally.gateway_bytes),
                None => central.processes as f64 * central.memory_bytes as f64,
            };
        }
        for (pod, relay) in blueprint.pods.iter().filter_map(|pod| Some((pod, pod.relay?))) {
            all.processes += pod.replicas as f64;
            all.cores += pod.replicas as f64 * relay.idle_cores;
            all.memory_bytes += pod.replicas as f64 * relay.memory_bytes as f64;
        }
        if let Some(relay) = blueprint.pods.iter().find_map(|pod| pod.relay) {
            all.cores += per_s(tally.relayed_lines) * relay.line_ns / NS_PER_SEC as f64;
        }
        all
    }
}

/// What all agents request.
fn requested(setup: &Setup, placement: &Placement) -> Requests {
    let blueprint = &setup.blueprint;
    let node_agents = blueprint
        .node_agent
        .map(|agent| (blueprint.agents[agent].requests, placement.node_agents(blueprint)));
    let pod_agents =
        blueprint.pods.iter().filter_map(|p| Some((blueprint.agents[p.agent?].requests, p.replicas)));
    let relays = blueprint.pods.iter().filter_map(|p| Some((p.relay?.requests, p.replicas)));
    let central = blueprint.in_between().into_iter().map(|central| (central.requests, central.processes));
    let mut sum = Requests::default();
    for (one, count) in node_agents.into_iter().chain(pod_agents).chain(relays).chain(central) {
        sum.cpu_millicores += one.cpu_millicores * count;
        sum.memory_bytes += one.memory_bytes * count;
    }
    sum
}

/// The larger share of the cluster's CPU and memory that agents request.
fn collector_share(setup: &Setup, placement: &Placement, requested: Requests) -> f64 {
    let mut all = Requests::default();
    for pool in &placement.nodes {
        let node = setup.blueprint.pools[*pool].allocatable;
        all.cpu_millicores += node.cpu_millicores;
        all.memory_bytes += node.memory_bytes;
    }
    let cpu = requested.cpu_millicores as f64 / all.cpu_millicores.max(1) as f64;
    let memory = requested.memory_bytes as f64 / all.memory_bytes.max(1) as f64;
    cpu.max(memory)
}
