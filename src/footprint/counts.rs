//! How many of each thing that costs there will be in a run.

use super::Thing;
use crate::blueprint::{AgentPlan, Blueprint, PodTemplate, Reader, StreamPlan};
use crate::units::NS_PER_SEC;

/// A thing that costs, as finely as its price differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pod,
    /// A copy of what is on a node is kept while nodes run on the assumption that nobody waits.
    PodCopy,
    Input,
    StreamSecond,
    QuietFlush,
    QuietStreamFlush,
    BusyFlush,
    BusyStreamFlush,
    Rotation,
    Start,
    Slot,
    /// A request whose answer comes within the run, and one whose answer does not.
    Release,
    Batch,
    /// A request that waits is looked at when anything happens to its agent.
    BatchLook,
    UnreadSecond,
    Histogram,
}

impl Kind {
    pub fn thing(self) -> Thing {
        match self {
            Self::Pod | Self::PodCopy | Self::Input => Thing::Pods,
            Self::StreamSecond => Thing::StreamSeconds,
            Self::QuietFlush | Self::QuietStreamFlush | Self::BusyFlush | Self::BusyStreamFlush => {
                Thing::Flushes
            }
            Self::Rotation => Thing::Rotations,
            Self::Start => Thing::Starts,
            Self::Slot => Thing::Slots,
            Self::Release | Self::Batch | Self::BatchLook => Thing::Waiting,
            Self::UnreadSecond => Thing::Unread,
            Self::Histogram => Thing::Histograms,
        }
    }

    /// Whether it happens at an instant, one by one.
    pub fn is_event(self) -> bool {
        matches!(self, Self::QuietFlush | Self::BusyFlush | Self::Rotation | Self::Start | Self::Slot)
    }
}

/// How many of a kind there are.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub kind: Kind,
    /// Of what: a workload's or an agent's name.
    pub whose: &'a str,
    /// In the whole run, each of which takes time.
    pub happen: f64,
    /// At the fullest, each of which takes memory.
    pub held: f64,
}

/// All that is counted.
#[derive(Debug, Default)]
pub(super) struct Counts<'a> {
    pub lines: f64,
    pub pods: f64,
    pub entries: Vec<Entry<'a>>,
}

/// What all agents have in common.
struct Run<'a> {
    blueprint: &'a Blueprint,
    horizon_s: f64,
    end_s: f64,
    /// Share of the time in which the backend does not keep up, and the longest wait for it, in seconds.
    congested: f64,
    wait_s: f64,
    /// Whether waits grow until the end of the run.
    for_ever: bool,
}

impl<'a> Counts<'a> {
    pub fn of(blueprint: &'a Blueprint, nodes: f64, one_in: f64) -> Self {
        let mut counts = Self::default();
        let run = Run::of(blueprint, nodes);
        let shares_backend = blueprint.gateway.is_some()
            || blueprint.backend.capacity_bytes_per_s.is_some()
            || blueprint.backend.quota.is_some()
            || blueprint.backend.shards.count > 1;
        for template in &blueprint.pods {
            let replicas = template.replicas as f64 / one_in;
            counts.pods += replicas;
            counts.add(Kind::Pod, &template.name, 0.0, replicas * (1.0 + template.streams.len() as f64));
            if shares_backend {
                counts.add(
                    Kind::PodCopy,
                    &template.name,
                    0.0,
                    replicas * (1.0 + template.streams.len() as f64),
                );
            }
            counts.add_starts(template, replicas, &run);
            for plan in &template.streams {
                counts.lines += replicas * rate(plan, blueprint) * run.horizon_s;
                counts.add(Kind::StreamSecond, &template.name, replicas * run.horizon_s, 0.0);
                counts.add_rotations(plan, template, replicas, &run);
            }
            if let Some(agent) = template.agent {
                let own = template.streams.iter().filter(|plan| plan.reader == Reader::Pod);
                let load = Load::of(own, 1.0, blueprint);
                counts.add_agents(&blueprint.agents[agent], replicas, load, &run, shares_backend);
            }
        }
        if let Some(agent) = blueprint.node_agent {
            let mut load = Load::default();
            for template in &blueprint.pods {
                let own = template.streams.iter().filter(|plan| plan.reader == Reader::Node);
                load.add(Load::of(own, template.replicas as f64 / nodes.max(1.0), blueprint));
            }
            counts.add_agents(&blueprint.agents[agent], nodes / one_in, load, &run, shares_backend);
        }
        if shares_backend {
            let slots = run.end_s * NS_PER_SEC as f64 / blueprint.backend.slot().as_ns() as f64;
            // Slot by slot every node is asked whether it has something to do.
            counts.add(Kind::Slot, "", slots * run.congested * (1.0 + nodes / one_in / 16.0), 0.0);
        }
        counts.add(Kind::Histogram, "", 0.0, blueprint.tenants.len() as f64);
        counts
    }

    fn add(&mut self, kind: Kind, whose: &'a str, happen: f64, held: f64) {
        self.entries.push(Entry { kind, whose, happen, held });
    }

    fn add_starts(&mut self, template: &'a PodTemplate, replicas: f64, run: &Run<'_>) {
        if let Some(life) = &template.life {
            let each_s = (life.lifetime.mean() + life.pause_s as f64).max(1.0);
            self.add(Kind::Start, &template.name, replicas * run.horizon_s / each_s, 0.0);
        }
        if let Some(crashes) = &template.crashes {
            let runs_s = crashes.runs.mean().max(1.0) + crashes.starts_s as f64;
            // Six back-offs of up to five minutes, and five minutes behind each further crash.
            let crashed = (run.horizon_s / runs_s).min(6.0 + run.horizon_s / (runs_s + 300.0));
            self.add(Kind::Start, &template.name, replicas * crashed, 0.0);
        }
    }

    fn add_rotations(&mut self, plan: &StreamPlan, template: &'a PodTemplate, replicas: f64, run: &Run<'_>) {
        if !plan.medium.is_on_disk() {
            return;
        }
        let by_kubelet = plan.medium.is_rotated_by_kubelet();
        let rotation = if by_kubelet { run.blueprint.kubelet } else { plan.rotation };
        let lines = rate(plan, run.blueprint);
        let mut per_s = lines * (bytes(plan, run.blueprint) + 45.0) / rotation.size_bytes.max(1) as f64;
        per_s = match by_kubelet {
            true => per_s.min(NS_PER_SEC as f64 / run.blueprint.kubelet_interval_ns.max(1) as f64),
            false => per_s.min(lines),
        };
        let rotations = per_s * run.horizon_s;
        let kept = rotations.min(rotation.files as f64);
        self.add(Kind::Rotation, &template.name, replicas * rotations, replicas * kept);
    }

    /// So many agents of a kind, each with this load.
    fn add_agents(
        &mut self,
        plan: &'a AgentPlan,
        agents: f64,
        load: Load,
        run: &Run<'_>,
        shares_backend: bool,
    ) {
        let inputs = if plan.own_inputs { f64::from(plan.configs.max(1)) } else { 1.0 };
        let name = &plan.name;
        self.add(Kind::Input, name, 0.0, agents * inputs * if shares_backend { 2.0 } else { 1.0 });
        let flush_s = plan.flush_ns.max(1) as f64 / NS_PER_SEC as f64;
        let record_bytes = load.lines * (plan.record_overhead_bytes as f64) + load.bytes;
        let full_per_s = if plan.sends_full { record_bytes / plan.full_batch_bytes() as f64 } else { 0.0 };
        // A flush with nothing to send is one all the same.
        let per_s = (inputs / flush_s).max(full_per_s);
        let is_busy = run.blueprint.gateway.is_some()
            || run.blueprint.backend.quota.is_some()
            || run.blueprint.backend.shards.count > 1
            || plan.flush_check_ns > 0
            || plan.flush_ns > run.blueprint.chunk_ns;
        let busy = if is_busy { 1.0 } else { run.congested };
        let flushes = agents * per_s * run.end_s;
        self.add(Kind::QuietFlush, name, flushes * (1.0 - busy), 0.0);
        self.add(Kind::QuietStreamFlush, name, flushes * (1.0 - busy) * load.streams / inputs, 0.0);
        self.add(Kind::BusyFlush, name, flushes * busy, 0.0);
        self.add(Kind::BusyStreamFlush, name, flushes * busy * load.streams / inputs, 0.0);
        // What waits for answers fills the buffer, or all requests that may be under way.
        let of_flush = (record_bytes / per_s.max(1e-9)).max(1.0);
        let sent_per_s = per_s.min(load.lines.max(1e-9));
        let room = (plan.buffer_limit_bytes as f64 / of_flush).min(plan.max_in_flight as f64);
        let waiting = (sent_per_s * run.wait_s).min(room * inputs);
        let kind = if run.for_ever { Kind::Batch } else { Kind::Release };
        self.add(kind, name, 0.0, agents * waiting);
        self.add(Kind::BatchLook, name, flushes * busy * waiting / inputs, 0.0);
        // What does not fit is not read.
        let held_s = if record_bytes > 0.0 {
            plan.buffer_limit_bytes as f64 * inputs / record_bytes
        } else {
            f64::INFINITY
        };
        let unread_s = (run.wait_s - held_s).max(0.0);
        self.add(Kind::UnreadSecond, name, 0.0, agents * load.streams * unread_s);
    }
}

impl<'a> Run<'a> {
    fn of(blueprint: &'a Blueprint, nodes: f64) -> Self {
        let (horizon_s, end_s) = (blueprint.horizon_s(), blueprint.end_ns() as f64 / NS_PER_SEC as f64);
        let mut run = Self { blueprint, horizon_s, end_s, congested: 0.0, wait_s: 0.0, for_ever: false };
        let offered = offered_bytes_per_s(blueprint, nodes);
        let capacity = match (&blueprint.gateway, blueprint.backend.capacity_bytes_per_s) {
            (Some(gateway), Some(capacity)) => capacity.min(gateway.capacity_bytes_per_s),
            (Some(gateway), None) => gateway.capacity_bytes_per_s,
            (None, capacity) => capacity.unwrap_or(f64::INFINITY),
        };
        let load = offered / capacity.max(1.0);
        let closed = |spans: &[crate::blueprint::Outage]| {
            let span = |outage: &crate::blueprint::Outage| {
                outage.until_ns.min(blueprint.end_ns()).saturating_sub(outage.from_ns) as f64
                    / NS_PER_SEC as f64
            };
            spans.iter().map(span).fold((0.0, 0.0f64), |(sum, most), own| (sum + own, most.max(own)))
        };
        let (own, of_gateway) = (
            closed(&blueprint.backend.outages),
            blueprint.gateway.as_ref().map_or((0.0, 0.0), |gateway| closed(&gateway.outages)),
        );
        let (closed_s, longest_s) = (own.0 + of_gateway.0, own.1.max(of_gateway.1));
        if load >= 0.98 {
            // Half of the capacity is a wait of half of the time.
            run.congested = 1.0;
            run.wait_s = end_s;
            run.for_ever = true;
        } else if offered > 0.0 {
            // What has piled up is worked off with what the capacity has to spare.
            run.congested = (closed_s / (1.0 - load) / end_s).min(1.0);
            run.wait_s = (longest_s / (1.0 - load)).min(end_s);
        }
        run
    }
}

/// What agents of a kind read.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    streams: f64,
    lines: f64,
    bytes: f64,
}

impl Load {
    fn of<'p>(plans: impl Iterator<Item = &'p StreamPlan>, times: f64, blueprint: &Blueprint) -> Self {
        plans.fold(Self::default(), |load, plan| {
            let lines = times * rate(plan, blueprint);
            let streams = load.streams + times;
            Self { streams, lines: load.lines + lines, bytes: load.bytes + lines * bytes(plan, blueprint) }
        })
    }

    fn add(&mut self, other: Self) {
        self.streams += other.streams;
        self.lines += other.lines;
        self.bytes += other.bytes;
    }
}

/// Bytes a second that all agents send.
fn offered_bytes_per_s(blueprint: &Blueprint, _nodes: f64) -> f64 {
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
                agent.wire_bytes(1_000, (1_000.0 * bytes(plan, blueprint)) as u64) as f64 / 1_000.0;
            offered += template.replicas as f64 * rate(plan, blueprint) * wire_bytes;
        }
    }
    offered
}

/// Lines a second of a stream, over all replicas.
fn rate(plan: &StreamPlan, blueprint: &Blueprint) -> f64 {
    let laws = &blueprint.laws[plan.first_law..plan.first_law + StreamPlan::RATE_CLASSES];
    laws.iter().map(|law| law.arrivals.mean()).sum::<f64>() / laws.len() as f64
}

/// Bytes of a line.
fn bytes(plan: &StreamPlan, blueprint: &Blueprint) -> f64 {
    blueprint.laws[plan.first_law].sizes.mean()
}
