//! How many of each thing that costs there will be in a run.

use super::Thing;
use super::load::{Load, Run, shares_backend};
use crate::blueprint::{AgentPlan, Blueprint, PodTemplate, Reader, StreamPlan};
use crate::units::NS_PER_SEC;

/// A thing that costs, as finely as its price differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Where a pod is.
    Placed,
    /// A pod or one of its streams on a node that is run, a copy for the assumption that nobody waits included.
    Pod,
    /// A stream that somebody reads.
    ReadStream,
    Input,
    StreamSecond,
    /// One of which nobody asks but in a block of ten.
    BlockSecond,
    QuietFlush,
    QuietStreamFlush,
    /// A quiet flush that is settled with the others of its ten seconds.
    CalmFlush,
    CalmStreamFlush,
    BusyFlush,
    BusyStreamFlush,
    /// A stream of whose lines more are written than its reader can read.
    BehindStreamFlush,
    Rotation,
    Start,
    Slot,
    /// A request whose answer is known and will come.
    Release,
    /// A request that is tried again, and what it holds of one file.
    Batch,
    Chunk,
    /// A request that is tried again is looked at when anything happens to its agent.
    Retry,
    RetryChunk,
    UnreadSecond,
    Histogram,
}

impl Kind {
    pub(super) fn thing(self) -> Thing {
        match self {
            Self::Placed | Self::Pod | Self::ReadStream | Self::Input => Thing::Pods,
            Self::StreamSecond | Self::BlockSecond => Thing::StreamSeconds,
            Self::QuietFlush
            | Self::QuietStreamFlush
            | Self::CalmFlush
            | Self::CalmStreamFlush
            | Self::BusyFlush
            | Self::BusyStreamFlush
            | Self::BehindStreamFlush => Thing::Flushes,
            Self::Rotation => Thing::Rotations,
            Self::Start => Thing::Starts,
            Self::Slot => Thing::Slots,
            Self::Release | Self::Batch | Self::Chunk | Self::Retry | Self::RetryChunk => Thing::Waiting,
            Self::UnreadSecond => Thing::Unread,
            Self::Histogram => Thing::Histograms,
        }
    }

    /// Whether it happens at an instant, one by one.
    pub(super) fn is_event(self) -> bool {
        matches!(
            self,
            Self::QuietFlush | Self::CalmFlush | Self::BusyFlush | Self::Rotation | Self::Start | Self::Slot
        )
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
    /// Share of what is on nodes that is there at a time: all of it where nodes run together.
    at_once: f64,
}

impl<'a> Counts<'a> {
    /// On so many nodes, of which one in `one_in` is simulated, by so many threads.
    pub(super) fn of(blueprint: &'a Blueprint, nodes: f64, one_in: f64, threads: f64) -> Self {
        let run = Run::of(blueprint);
        let simulated = (nodes / one_in).max(1.0);
        // Where nobody waits for the backend nodes are run one after the other, one a thread.
        let together = shares_backend(blueprint);
        let at_once = if together { 1.0 } else { (threads / simulated).min(1.0) };
        let mut counts = Self { at_once, ..Self::default() };
        for template in &blueprint.pods {
            let replicas = template.replicas as f64 / one_in;
            counts.pods += replicas;
            counts.add(Kind::Placed, &template.name, 0.0, template.replicas as f64);
            counts.add(Kind::Pod, &template.name, 0.0, replicas * (1.0 + template.streams.len() as f64));
            counts.add_starts(template, replicas, &run);
            for plan in &template.streams {
                let rate = blueprint.lines_per_s(plan);
                counts.lines += replicas * rate * run.horizon_s;
                let seconds = replicas * run.horizon_s;
                let is_alike = blueprint.laws[plan.first_law].arrivals.is_alike();
                match run.many && is_alike {
                    true => counts.add(Kind::BlockSecond, &template.name, seconds, 0.0),
                    // Lines of a second are halved until few are left.
                    false => {
                        let draws = 1.0 + 0.3 * rate.sqrt();
                        counts.add(Kind::StreamSecond, &template.name, seconds * draws, 0.0);
                    }
                }
                if matches!(plan.reader, Reader::Pod | Reader::Node) {
                    counts.add(Kind::ReadStream, &template.name, 0.0, replicas);
                    counts.add_rotations(plan, template, replicas, &run);
                }
            }
            if let Some(agent) = template.agent {
                let own = template.streams.iter().filter(|plan| plan.reader == Reader::Pod);
                counts.add_agents(&blueprint.agents[agent], replicas, Load::of(own, 1.0, blueprint), &run);
            }
        }
        if let Some(agent) = blueprint.node_agent {
            let mut load = Load::default();
            for template in &blueprint.pods {
                let own = template.streams.iter().filter(|plan| plan.reader == Reader::Node);
                load.add(Load::of(own, template.replicas as f64 / nodes.max(1.0), blueprint));
            }
            counts.add_agents(&blueprint.agents[agent], simulated, load, &run);
        }
        if together {
            let slots = run.end_s * NS_PER_SEC as f64 / blueprint.backend.slot().as_ns() as f64;
            // Slot by slot every node is asked whether it has something to do, where waits cannot be foreseen.
            let alone = if run.by_request { 1.0 } else { ALONE };
            counts.add(Kind::Slot, "", slots * run.congested * alone * (1.0 + simulated / 16.0), 0.0);
        }
        counts.add(
            Kind::Histogram,
            "",
            blueprint.tenants.len() as f64,
            blueprint.tenants.len() as f64 * (threads + 0.5),
        );
        counts
    }

    fn add(&mut self, kind: Kind, whose: &'a str, happen: f64, held: f64) {
        let is_on_node = !matches!(kind, Kind::Placed | Kind::Histogram);
        let held = held * if is_on_node { self.at_once } else { 1.0 };
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
        let (lines, prefix_bytes) = (run.blueprint.lines_per_s(plan), plan.medium.prefix_bytes() as f64);
        let mut per_s =
            lines * (run.blueprint.line_bytes(plan) + prefix_bytes) / rotation.size_bytes.max(1) as f64;
        per_s = match by_kubelet {
            true => per_s.min(NS_PER_SEC as f64 / run.blueprint.kubelet_interval_ns.max(1) as f64),
            false => per_s.min(lines),
        };
        let rotations = per_s * run.horizon_s;
        let kept = rotations.min(rotation.files as f64);
        self.add(Kind::Rotation, &template.name, replicas * rotations, replicas * kept);
    }

    /// So many agents of a kind, each with this load.
    fn add_agents(&mut self, plan: &'a AgentPlan, agents: f64, load: Load, run: &Run<'_>) {
        let inputs = if plan.own_inputs { f64::from(plan.configs.max(1)) } else { 1.0 };
        let name = &plan.name;
        self.add(Kind::Input, name, 0.0, agents * inputs);
        let flush_s = plan.flush_ns.max(1) as f64 / NS_PER_SEC as f64;
        let record_bytes = load.lines * (plan.record_overhead_bytes as f64) + load.bytes;
        let full_per_s = if plan.sends_full { record_bytes / plan.full_batch_bytes() as f64 } else { 0.0 };
        // A flush with nothing to send is one all the same.
        let per_s = (inputs / flush_s).max(full_per_s);
        let is_busy = run.by_request || plan.flush_check_ns > 0 || plan.flush_ns > run.blueprint.chunk_ns;
        let busy = if is_busy { 1.0 } else { run.congested * FULL };
        let flushes = agents * per_s * run.end_s;
        let (flush, of_stream) = match run.many && plan.flush_ns == NS_PER_SEC && plan.look_ns == 0 {
            true => (Kind::CalmFlush, Kind::CalmStreamFlush),
            false => (Kind::QuietFlush, Kind::QuietStreamFlush),
        };
        self.add(flush, name, flushes * (1.0 - busy), 0.0);
        self.add(of_stream, name, flushes * (1.0 - busy) * load.streams / inputs, 0.0);
        self.add(Kind::BusyFlush, name, flushes * busy, 0.0);
        self.add(Kind::BusyStreamFlush, name, flushes * busy * load.streams / inputs, 0.0);
        // The CPU does not suffice, or the buffer does not hold what comes from one flush to the next.
        let is_behind = plan.costs.bulk_reader_ns(load.lines, load.disk_bytes)
            > plan.cores * NS_PER_SEC as f64
            || record_bytes * flush_s > plan.buffer_limit_bytes as f64 * inputs;
        if is_behind {
            self.add(Kind::BehindStreamFlush, name, flushes * load.streams / inputs, 0.0);
        }
        // A flush for which nothing was written sends nothing.
        let some = |lines: f64| 1.0 - libm::exp(-lines / per_s.max(1e-9));
        let sent = Sent {
            agents,
            inputs,
            per_s: per_s * some(load.lines),
            files: (load.streams * some(load.lines / load.streams.max(1.0))).max(1.0) / inputs,
        };
        // What waits for answers fills the buffer, or all requests that may be under way.
        let of_flush = (record_bytes / sent.per_s.max(1e-9)).max(1.0);
        let room = inputs * (plan.buffer_limit_bytes as f64 / of_flush).min(plan.max_in_flight as f64);
        self.add_waiting(name, sent, room, run);
        // What does not fit is not read.
        let waits_s =
            run.refused_s.max(run.stalled_s).max(run.excess.map_or(0.0, |excess| excess * run.end_s));
        let held_s = plan.buffer_limit_bytes as f64 * inputs / record_bytes.max(1e-9);
        self.add(Kind::UnreadSecond, name, 0.0, agents * load.streams * (waits_s - held_s).max(0.0));
    }
}

/// What agents of a kind send.
#[derive(Clone, Copy)]
struct Sent {
    agents: f64,
    inputs: f64,
    /// Requests a second of each.
    per_s: f64,
    /// Files in a request.
    files: f64,
}

impl<'a> Counts<'a> {
    /// Requests that wait for answers: of each agent as many as come while nothing is answered, and no more than there is room
    /// for.
    fn add_waiting(&mut self, name: &'a str, sent: Sent, room: f64, run: &Run<'_>) {
        let Sent { agents, inputs, per_s, files } = sent;
        let stalled = (per_s * run.stalled_s).min(room);
        // While something waits a copy of everything is kept, for the case that it waits longer than was foreseen.
        self.add(Kind::Release, name, 0.0, COPIES * agents * stalled);
        let refused = (per_s * run.refused_s).min(room);
        self.add(Kind::Batch, name, 0.0, COPIES * agents * refused);
        self.add(Kind::Chunk, name, 0.0, COPIES * agents * refused * files);
        self.add_retries(name, agents * per_s * run.refused_s * refused / inputs / 2.0, files);
        if let Some(excess) = run.excess {
            let is_told = run.blueprint.backend.queue_ns != u64::MAX || run.blueprint.backend.quota.is_some();
            // Where nobody is turned away, a request waits so much longer the later it is sent. From an instant on its answer
            // comes after the run, and of such requests sums are kept.
            let late_s =
                if is_told { run.horizon_s * excess } else { run.horizon_s - run.end_s * (1.0 - excess) };
            let late = (per_s * late_s.max(0.0)).min(room);
            let waiting = (per_s * run.horizon_s * excess).min(room);
            self.add(Kind::Release, name, 0.0, COPIES * agents * (waiting - late).max(0.0));
            if is_told {
                self.add(Kind::Batch, name, 0.0, agents * late);
                self.add(Kind::Chunk, name, 0.0, agents * late * files);
                self.add_retries(name, agents * per_s * run.end_s * waiting / inputs / 2.0, files);
            }
        }
    }

    fn add_retries(&mut self, name: &'a str, retries: f64, files: f64) {
        self.add(Kind::Retry, name, retries, 0.0);
        self.add(Kind::RetryChunk, name, retries * files, 0.0);
    }
}

/// Where waits are foreseen: share of the slots in which something waits that are run alone all the same, and of the flushes in
/// them that find their buffer full or are turned away. Both are guesses within the factor of three that an estimate of time
/// is good for; neither counts for memory.
const ALONE: f64 = 0.1;
const FULL: f64 = 1.0 / 3.0;

/// How much more a backlog takes while copies of it are kept, and what the memory of earlier ones is worth.
const COPIES: f64 = 2.2;
