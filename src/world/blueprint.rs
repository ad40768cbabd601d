//! What there is in a world: the strategies' output and the simulation's input.

use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::flow::Medium;
use crate::profile::{
    Costs, LongLines, Most, Overflow, Parse, Position, Retries, StartAt, Successor, Watching,
};
use crate::units::{NS_PER_SEC, SimTime};
pub use crate::world::agent::credentials::CredentialsPlan;
pub use crate::world::backend::disturbance::{Disturbance, Effect};
pub use crate::world::backend::gateway::{GatewayCrash, GatewayPlan};
pub use crate::world::backend::shards::{Partition, Quota, ShardOutage, Shards};
pub use crate::world::control::{Arrival, ControlPlan, PushPlan, Watched};
pub use crate::world::faults::{EvictionStorm, Fault, Incident, NodeFault, NodesAdded, Rollout, Who};
pub use crate::world::kubelet::cpu::Usage;
pub use crate::world::kubelet::restarts::CrashLoop;
pub use crate::world::kubelet::startup::AgentStart;
pub use crate::world::proxy::{ProxyPlan, ProxyRuns};

/// Everything that exists, and how it behaves; nothing about where pods run.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The strategy that drew it.
    pub strategy: &'static str,
    /// Why this cannot run here, where it cannot.
    pub infeasible: Option<String>,
    /// Kinds of nodes.
    pub pools: Vec<Pool>,
    /// Rotation of standard output by the kubelet.
    pub kubelet: FileRotation,
    /// How often the kubelet looks at log files, in nanoseconds.
    pub kubelet_interval_ns: u64,
    /// Share of a node's disk, in millionths, below which what is free makes the kubelet evict pods; 0 where nothing does.
    pub least_free_ppm: u64,
    /// Inotify watches that agents of a node share; with `None` they suffice.
    pub user_watches: Option<u64>,
    /// Names of tenants.
    pub tenants: Vec<String>,
    /// Ways in which lines come about.
    pub laws: Vec<StreamLaw>,
    /// Kinds of pods.
    pub pods: Vec<PodTemplate>,
    /// Kinds of agents.
    pub agents: Vec<AgentPlan>,
    /// The agent that runs on every node, an index into `agents`.
    pub node_agent: Option<usize>,
    /// Collectors between the pods and the backend; their capacity is in the backend's.
    pub central: Option<Central>,
    /// Collectors with buffers that all that is sent passes.
    pub gateway: Option<GatewayPlan>,
    /// The log service.
    pub backend: BackendPlan,
    /// How collection configs reach agents; with `None` they are there whenever an agent runs.
    pub control: Option<ControlPlan>,
    /// Proxies of workloads, by kind.
    pub proxies: Vec<ProxyPlan>,
    /// What a proxy that runs on every node requests there.
    pub node_proxy: Option<Requests>,
    /// What goes wrong with agents and nodes.
    pub faults: Vec<Fault>,
    /// Files begin empty, and agents started so many nanoseconds before the run at least, and so many more at most;
    /// with `None` both are in the middle of life.
    pub fresh: Option<(u64, u64)>,
    /// Nothing is written after this, in nanoseconds.
    pub horizon_ns: u64,
    /// Lines written before this do not count for freshness, in nanoseconds.
    pub warmup_ns: u64,
    /// Agents may deliver for so long after the horizon, in nanoseconds.
    pub drain_ns: u64,
    /// Longest chunk, in nanoseconds.
    pub chunk_ns: u64,
}

impl Blueprint {
    /// The end of the run, in nanoseconds.
    pub fn end_ns(&self) -> u64 {
        self.horizon_ns + self.drain_ns
    }

    /// The agent that runs on the nodes of a pool, an index into `agents`; virtual nodes have none.
    pub fn node_agent_in(&self, pool: usize) -> Option<usize> {
        self.node_agent.filter(|_| !self.pools[pool].serverless)
    }

    /// The collectors between whoever reads logs and the backend, where there are some.
    pub fn in_between(&self) -> Option<&Central> {
        self.central.as_ref().or(self.gateway.as_ref().map(|gateway| &gateway.central))
    }

    /// When the refusal of connections ends that those who send meet at an instant.
    pub(super) fn refuses_until(&self, at_ns: u64) -> Option<u64> {
        match &self.gateway {
            Some(gateway) => gateway.refuses_until(at_ns),
            None => self.backend.refuses_until(at_ns),
        }
    }

    /// Pods of all templates.
    pub fn pod_count(&self) -> u64 {
        self.pods.iter().map(|p| p.replicas).sum()
    }

    /// Simulated seconds in which lines are written.
    pub fn horizon_s(&self) -> f64 {
        self.horizon_ns as f64 / NS_PER_SEC as f64
    }
}

/// CPU and memory, requested or available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Thousandths of a core.
    pub cpu_millicores: u64,
    /// Bytes.
    pub memory_bytes: u64,
}

impl std::ops::AddAssign for Requests {
    fn add_assign(&mut self, other: Self) {
        self.cpu_millicores += other.cpu_millicores;
        self.memory_bytes += other.memory_bytes;
    }
}

/// Nodes of one kind.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many there are.
    pub nodes: u64,
    /// What a node can give.
    pub allocatable: Requests,
    /// Pods a node takes.
    pub max_pods: u64,
    /// Disk for logs, in bytes.
    pub log_disk_bytes: u64,
    /// What of it is taken by other things, in bytes.
    pub other_disk_bytes: u64,
    /// Currency an hour and node.
    pub price_per_hour: f64,
    /// Whether nodes can be added.
    pub grows: bool,
    /// Whether its nodes run nothing but the pods placed on them: no agent of the node.
    pub serverless: bool,
}

/// Rotation of a log file.
#[derive(Clone, Copy, Debug)]
pub struct FileRotation {
    /// Bytes on disk.
    pub size_bytes: u64,
    /// Files kept, the live one included.
    pub files: u64,
}

/// How lines of a stream come about.
#[derive(Clone, Debug)]
pub struct StreamLaw {
    /// When, on a grid of one second.
    pub arrivals: Arrivals,
    /// How large, in bytes.
    pub sizes: Marks,
}

/// Pods of one kind.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    /// Names its random streams, whatever the strategy.
    pub name: String,
    /// Whose pods, an index into `tenants`.
    pub tenant: u32,
    /// How many.
    pub replicas: u64,
    /// What a pod requests, its sidecar included.
    pub requests: Requests,
    /// What it writes.
    pub streams: Vec<StreamPlan>,
    /// The agent that runs in each pod, an index into `agents`.
    pub agent: Option<usize>,
    /// How that starts; `None` where it is there at once.
    pub agent_start: Option<AgentStart>,
    /// Nanoseconds in which its image is pulled where the node has not run any of its pods.
    pub pull_ns: u64,
    /// How its pods come and go; `None` where each lives from beginning to end.
    pub life: Option<Life>,
    /// Pods of it that may be missing for a drain to take another; `None` is any number.
    pub max_unavailable: Option<u64>,
    /// How its container crashes; `None` where it does not. Of pods that live from beginning to end only.
    pub crashes: Option<CrashLoop>,
    /// Nanoseconds from the start of a pod until its agent's group knows it; 0 where it always does.
    pub registration_ns: u64,
    /// Whether its containers start only while the backend can be reached.
    pub needs_backend: bool,
    /// The process in each pod that writes the pod's files again to standard output.
    pub relay: Option<Relay>,
    /// Pools whose nodes take its pods; empty where all do.
    pub pools: Vec<usize>,
    /// What its application wants of the CPU; `None` where nobody says.
    pub usage: Option<Usage>,
    /// Pods of the lowest are evicted first.
    pub priority: i32,
    /// Bytes of logs and volumes above which a pod is evicted.
    pub most_disk_bytes: Option<u64>,
}

/// A process that writes what is written to files again to standard output. It is taken to keep up.
#[derive(Clone, Copy, Debug)]
pub struct Relay {
    /// What it requests.
    pub requests: Requests,
    /// Cores in use with nothing to do.
    pub idle_cores: f64,
    /// Nanoseconds of CPU a line.
    pub line_ns: f64,
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// Nanoseconds from a line's writing until it is written again, on average.
    pub delay_ns: u64,
}

/// Collectors that stand between all pods and the backend.
#[derive(Clone, Debug)]
pub struct Central {
    /// The profile's name.
    pub name: String,
    /// How many processes.
    pub processes: u64,
    /// What each requests.
    pub requests: Requests,
    /// Cores of each with nothing to do.
    pub idle_cores: f64,
    /// Nanoseconds of CPU a line.
    pub line_ns: f64,
    /// Memory of each, in bytes.
    pub memory_bytes: u64,
}

/// How pods come and go: one lives, ends, is deleted with its files, and another takes its place on the same node.
/// All in whole seconds.
#[derive(Clone, Debug)]
pub struct Life {
    /// Seconds that a pod lives.
    pub lifetime: Marks,
    /// Seconds from a pod's end until it is deleted, its logs with it.
    pub lingers_s: u64,
    /// Seconds from a pod's end until the next one writes; no less than it lingers.
    pub pause_s: u64,
    /// Seconds that the application still writes after an agent in its pod has been stopped; 0 where the agent goes
    /// last.
    pub agent_stops_s: u64,
    /// Whether an agent in the pod keeps it from completing.
    pub sticks: bool,
}

/// One log stream of each pod of a template.
#[derive(Clone, Debug)]
pub struct StreamPlan {
    /// Names its random numbers within the pod.
    pub name: String,
    /// Where it goes under this strategy.
    pub medium: Medium,
    /// Its laws, an index into `laws`: one of [`RATE_CLASSES`](StreamPlan::RATE_CLASSES) for each replica.
    pub first_law: usize,
    /// Who reads it.
    pub reader: Reader,
    /// Rotation by the application, where it is a file.
    pub rotation: FileRotation,
    /// The collection config that covers it; 0 is the one that covers all others.
    pub config: u32,
    /// How its reader parses it.
    pub parse: Parse,
}

impl StreamPlan {
    /// Replicas fall into so many equally likely classes of mean rates.
    pub const RATE_CLASSES: usize = 16;
}

/// Who reads a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The agent of the node.
    Node,
    /// The agent in the pod.
    Pod,
    /// Nobody; by design, lines stay where they are written.
    Nobody,
    /// Nobody; the strategy has nothing that could.
    Impossible,
}

/// An agent, with its settings resolved.
#[derive(Clone, Debug)]
pub struct AgentPlan {
    /// The profile's name.
    pub name: String,
    /// Whether it is a process; otherwise a part of the runtime, or of the application.
    pub is_process: bool,
    /// What it spends.
    pub costs: Costs,
    /// What it requests.
    pub requests: Requests,
    /// Cores in use whatever the load, its configs considered.
    pub idle_cores: f64,
    /// Cores that its reading may use at most, its limit and its threads considered.
    pub cores: f64,
    /// Nanoseconds of CPU that it may use in each [`CPU_PERIOD_NS`], where its limit is less than a core.
    pub quota_ns: Option<u64>,
    /// Memory at which it is killed.
    pub memory_limit_bytes: Option<u64>,
    /// Collection configs that it loads.
    pub configs: u32,
    /// Whether each config is an input of its own, with a buffer of its own.
    pub own_inputs: bool,
    /// Nanoseconds from a line's writing until it is read, on average, where the agent keeps up.
    pub look_delay_ns: u64,
    /// Nanoseconds between flushes.
    pub flush_ns: u64,
    /// Bytes of records that an input holds at most.
    pub buffer_limit_bytes: u64,
    /// Of these, bytes that are held in memory; more is on disk.
    pub buffer_memory_bytes: u64,
    /// Bytes of the largest request.
    pub batch_bytes: u64,
    /// Whether a full batch is sent before its flush is due.
    pub sends_full: bool,
    /// Requests under way at most.
    pub max_in_flight: usize,
    /// Bytes of the longest line that it takes.
    pub line_limit_bytes: u64,
    /// What becomes of longer ones.
    pub long_lines: LongLines,
    /// Whether that is asked of a line whose pieces have been joined.
    pub limits_joined: bool,
    /// Nanoseconds for which a parser of events of several lines waits for the next line.
    pub multiline_flush_ns: u64,
    /// Retries of a failed request.
    pub retries: Retries,
    /// Nanoseconds of the shortest wait before a retry.
    pub backoff_base_ns: u64,
    /// Nanoseconds of the longest wait before a retry.
    pub backoff_cap_ns: u64,
    /// Nanoseconds between looks for new files.
    pub scan_ns: u64,
    /// How the file that replaces a rotated one is found.
    pub successor: Successor,
    /// Probability that a successor is missed although it appears at once.
    pub missed_successors: f64,
    /// Nanoseconds that a rotated file may still be read.
    pub rotate_wait_ns: u64,
    /// Whether positions in files survive the process.
    pub checkpoints: bool,
    /// What such a position says.
    pub checkpoint_of: Position,
    /// Nanoseconds between two writes of positions to disk; 0 at once.
    pub checkpoint_every_ns: u64,
    /// Where a file without a position is read from when the agent is back.
    pub start_at: StartAt,
    /// Nanoseconds for which the answer to a request is waited for; `u64::MAX` where there is no bound.
    pub request_timeout_ns: u64,
    /// Nanoseconds from a kill until it reads again.
    pub restart_ns: u64,
    /// How it learns that a file has new lines.
    pub watching: Watching,
    /// Files that a process of it can have open.
    pub max_files: Most,
    /// Processes of it on one node at most, where the kernel limits what they share.
    pub most_a_node: Option<u32>,
    /// Bytes that a line takes in the buffer beyond itself.
    pub record_overhead_bytes: u64,
    /// Bytes that a line takes on the network beyond itself.
    pub line_overhead_bytes: u64,
    /// Bytes on the network for each million bytes before compression.
    pub compression_ppm: u64,
    /// What happens when the buffer is full.
    pub overflow: Overflow,
    /// What it asks the API server for metadata of pods; `None` where that is not known.
    pub metadata: Option<MetadataUse>,
}

/// Nanoseconds of a period in which a CPU limit is counted.
/// Source: kubelet `cpuCFSQuotaPeriod`, 100 ms; Linux, "CFS Bandwidth Control".
pub const CPU_PERIOD_NS: u64 = 100_000_000;

/// What an agent asks the API server for metadata of pods.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MetadataUse {
    /// Watches that it keeps open.
    pub watches: f64,
    /// Requests for each new pod.
    pub lookups: f64,
}

impl AgentPlan {
    /// Whether what waits to be sent survives the process.
    pub fn buffers_on_disk(&self) -> bool {
        self.buffer_memory_bytes < self.buffer_limit_bytes
    }

    /// Bytes that lines take in the buffer.
    #[inline]
    pub fn record_bytes(&self, lines: u64, bytes: u64) -> u64 {
        bytes + lines * self.record_overhead_bytes
    }

    /// Whether bytes are compressed on the network.
    #[inline]
    pub fn compresses(&self) -> bool {
        self.compression_ppm != 1_000_000
    }

    /// Bytes that lines take on the network.
    #[inline]
    pub fn wire_bytes(&self, lines: u64, bytes: u64) -> u64 {
        let plain_bytes = bytes + lines * self.line_overhead_bytes;
        if self.compression_ppm == 1_000_000 {
            return plain_bytes;
        }
        (u128::from(plain_bytes) * u128::from(self.compression_ppm) / 1_000_000) as u64
    }

    /// Nanoseconds from a flush until its last line is on its way. Who has used up its quota waits for the next period.
    #[inline]
    pub fn output_ns(&self, lines: u64, record_bytes: u64) -> u64 {
        let cpu_ns = self.costs.output_ns(lines, record_bytes - lines * self.record_overhead_bytes);
        match self.quota_ns {
            Some(quota_ns) => cpu_ns + cpu_ns.saturating_sub(1) / quota_ns * (CPU_PERIOD_NS - quota_ns),
            None => cpu_ns,
        }
    }

    /// Requests of a flush: one a file with news, and more where they are large.
    #[inline]
    pub fn requests_for(&self, files: u64, record_bytes: u64) -> u64 {
        if record_bytes <= self.batch_bytes {
            files.max(1)
        } else {
            files.max(record_bytes.div_ceil(self.batch_bytes))
        }
    }
}

/// The log service.
#[derive(Clone, Debug)]
pub struct BackendPlan {
    /// Bytes a second; `None` where it never is the limit.
    pub capacity_bytes_per_s: Option<f64>,
    /// Nanoseconds from request to answer, at least.
    pub latency_ns: u64,
    /// Microseconds on top.
    pub latency_tail: Marks,
    /// Whether that grows with the load, as the time in an M/M/1 queue does.
    pub tail_grows: bool,
    /// Bytes of the longest line that it takes.
    pub line_limit_bytes: u64,
    /// Nanoseconds of waiting above which requests are turned away.
    pub queue_ns: u64,
    /// What its capacity is divided into.
    pub shards: Shards,
    /// What each tenant may send; `None` is as much as there is room for.
    pub quota: Option<Quota>,
    /// Spans in which some of its shards cannot be written to.
    pub shard_outages: Vec<ShardOutage>,
    /// Spans in which it cannot be written to, in order.
    pub outages: Vec<Outage>,
    /// Spans in which some requests do not fare as usual.
    pub disturbances: Vec<Disturbance>,
}

impl BackendPlan {
    /// The time slot in which demand is added up: the shortest latency, but no less than a millisecond.
    pub fn slot(&self) -> SimTime {
        SimTime::from_ns(self.latency_ns.max(1_000_000))
    }

    /// The longest that the answer to an accepted request may take, in nanoseconds; what runs into a stall or a slowness may
    /// take as long as that.
    pub fn longest_answer_ns(&self) -> u64 {
        let usual_ns = self.latency_ns + self.latency_tail.largest() * 1000;
        let queue_ns = if self.capacity_bytes_per_s.is_some() { self.queue_ns } else { 0 };
        let of_shards = self.shard_outages.iter().map(|struck| &struck.outage);
        let outages = self.outages.iter().chain(of_shards).filter(|o| !o.refuses);
        let stalls = outages.map(|o| o.until_ns - o.from_ns);
        let disturbed = self.disturbances.iter().map(|d| match d.effect {
            Effect::Refuse => 0,
            Effect::Stall => d.until_ns - d.from_ns,
            Effect::Slow(factor) => (usual_ns as f64 * factor).min(3.2e18) as u64,
        });
        // One may run into the next.
        stalls.chain(disturbed).fold(usual_ns.saturating_add(queue_ns), u64::saturating_add)
    }

    /// When the refusal of connections ends that is under way at an instant.
    pub(super) fn refuses_until(&self, at_ns: u64) -> Option<u64> {
        let outage = self.outages.iter().find(|o| (o.from_ns..o.until_ns).contains(&at_ns))?;
        outage.refuses.then_some(outage.until_ns)
    }

    /// The latency of a request whose random part falls into this class, in nanoseconds.
    #[inline]
    pub(super) fn latency_of(&self, class: usize) -> u64 {
        self.latency_ns + self.latency_tail.value(class) * 1000
    }
}

/// A span without the backend.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// Its beginning, in nanoseconds.
    pub from_ns: u64,
    /// Its end, in nanoseconds.
    pub until_ns: u64,
    /// Connections are refused at once; otherwise requests get no answer until it is over.
    pub refuses: bool,
}
