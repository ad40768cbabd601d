//! What there is to be read and sent, and how the backend takes it.

use crate::blueprint::{Blueprint, MANY_PODS, Reader, StreamPlan};
use crate::units::NS_PER_SEC;

/// What all agents have in common.
pub(super) struct Run<'a> {
    pub blueprint: &'a Blueprint,
    pub horizon_s: f64,
    pub end_s: f64,
    /// Share of the time in which the backend does not keep up.
    pub congested: f64,
    /// The longest outage that refuses, and the longest that does not answer, in seconds.
    pub refused_s: f64,
    pub stalled_s: f64,
    /// Share of what is sent for which there is no capacity, where there is not enough.
    pub excess: Option<f64>,
    /// Whether what becomes of a request is asked for each by itself, so that no waits are foreseen.
    pub by_request: bool,
    /// Whether there are so many pods that what is written is drawn in blocks and what is calm settled in spans.
    pub many: bool,
}

impl<'a> Run<'a> {
    pub(super) fn of(blueprint: &'a Blueprint) -> Self {
        let (horizon_s, end_s) = (blueprint.horizon_s(), blueprint.end_ns() as f64 / NS_PER_SEC as f64);
        let offered = offered_bytes_per_s(blueprint);
        let capacity = match (&blueprint.gateway, blueprint.backend.capacity_bytes_per_s) {
            (Some(gateway), Some(capacity)) => capacity.min(gateway.capacity_bytes_per_s),
            (Some(gateway), None) => gateway.capacity_bytes_per_s,
            (None, capacity) => capacity.unwrap_or(f64::INFINITY),
        };
        let of_quotas = blueprint
            .backend
            .quota
            .map_or(f64::INFINITY, |quota| quota.bytes_per_s * blueprint.tenants.len().max(1) as f64);
        let load = offered / capacity.min(of_quotas).max(1.0);
        let of_gateway = blueprint.gateway.iter().flat_map(|gateway| &gateway.outages);
        let (mut closed_s, mut refused_s, mut stalled_s) = (0.0, 0.0f64, 0.0f64);
        for outage in blueprint.backend.outages.iter().chain(of_gateway) {
            let until_ns = outage.until_ns.min(blueprint.end_ns());
            let lasts_s = until_ns.saturating_sub(outage.from_ns) as f64 / NS_PER_SEC as f64;
            closed_s += lasts_s;
            let longest_s = if outage.refuses { &mut refused_s } else { &mut stalled_s };
            *longest_s = longest_s.max(lasts_s);
        }
        let is_over = load >= 0.98;
        // What has piled up is worked off with what the capacity has to spare.
        let spare = (1.0 - load).max(0.02);
        let of_outages = (closed_s / spare / end_s).min(1.0);
        // Long before it is full on average, some slots are.
        let congested = of_outages.max(((load - 0.2) / 0.3).clamp(0.0, 1.0));
        let excess = is_over.then(|| (1.0 - 1.0 / load).max(0.05));
        let backend = &blueprint.backend;
        let by_request = blueprint.gateway.is_some()
            || backend.quota.is_some()
            || backend.shards.count > 1
            || backend.tail_grows;
        let pods: u64 = blueprint.pods.iter().map(|template| template.replicas).sum();
        let many = pods >= MANY_PODS as u64;
        Self { blueprint, horizon_s, end_s, congested, refused_s, stalled_s, excess, by_request, many }
    }
}

/// What agents of a kind read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    pub streams: f64,
    pub lines: f64,
    pub bytes: f64,
    /// With what the runtime puts before each line.
    pub disk_bytes: f64,
}

impl Load {
    pub(super) fn of<'p>(
        plans: impl Iterator<Item = &'p StreamPlan>,
        times: f64,
        blueprint: &Blueprint,
    ) -> Self {
        plans.fold(Self::default(), |load, plan| {
            let lines = times * blueprint.lines_per_s(plan);
            let streams = load.streams + times;
            let line_bytes = blueprint.line_bytes(plan);
            let disk_bytes = load.disk_bytes + lines * (line_bytes + plan.medium.prefix_bytes() as f64);
            Self { streams, lines: load.lines + lines, bytes: load.bytes + lines * line_bytes, disk_bytes }
        })
    }

    pub(super) fn add(&mut self, other: Self) {
        self.streams += other.streams;
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.disk_bytes += other.disk_bytes;
    }
}

/// Bytes a second that all agents send.
fn offered_bytes_per_s(blueprint: &Blueprint) -> f64 {
    let mut offered = 0.0;
    for template in &blueprint.pods {
        for plan in &template.streams {
            let agent = match plan.reader {
                Reader::Pod => template.agent,
                Reader::Node => blueprint.node_agent,
                Reader::Nobody | Reader::Impossible => None,
            };
            let Some(agent) = agent.map(|agent| &blueprint.agents[agent]) else { continue };
            let wire_bytes =
                agent.wire_bytes(1_000, (1_000.0 * blueprint.line_bytes(plan)) as u64) as f64 / 1_000.0;
            offered += template.replicas as f64 * blueprint.lines_per_s(plan) * wire_bytes;
        }
    }
    offered
}

/// Whether requests of one node may wait for those of another.
pub(super) fn shares_backend(blueprint: &Blueprint) -> bool {
    blueprint.gateway.is_some()
        || blueprint.backend.capacity_bytes_per_s.is_some()
        || blueprint.backend.quota.is_some()
        || blueprint.backend.shards.count > 1
}
