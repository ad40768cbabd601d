//! Agents with their settings resolved.

use crate::blueprint::Requests;
use crate::blueprint::backoff::crash_loop_ns;
use crate::blueprint::purpose::Purpose;
use crate::profile::{
    Costs, Discovery, LongLines, Most, Overflow, Position, Retries, StartAt, Successor, Watching,
};
use crate::units::in_proportion;

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
    /// Nanoseconds between two looks at a file for new lines; 0 where the agent is told of them.
    pub look_ns: u64,
    /// Nanoseconds that a line takes on its way to the agent beside that, on average.
    pub look_delay_ns: u64,
    /// Nanoseconds between flushes; or for which a batch waits from its first line on.
    pub flush_ns: u64,
    /// Nanoseconds between two looks whether a batch has waited so long; 0 where flushes go by the clock.
    pub flush_check_ns: u64,
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
    /// Retries of a request that is refused because too much is sent (HTTP 429).
    pub throttled_retries: Retries,
    /// Nanoseconds of the shortest wait before a retry.
    pub backoff_base_ns: u64,
    /// Nanoseconds of the longest wait before a retry.
    pub backoff_cap_ns: u64,
    /// Nanoseconds between looks for new files.
    pub scan_ns: u64,
    /// How it comes to know a new pod.
    pub discovery: Discovery,
    /// Nanoseconds for which the news of a started container is under way at most.
    pub pod_event_ns: u64,
    /// Nanoseconds that a line waits at most in the transport, where lines are sent one by one and not with the flush.
    pub transport_wait_ns: Option<u64>,
    /// How the file that replaces a rotated one is found.
    pub successor: Successor,
    /// Nanoseconds until an idle agent is awake that is told of something.
    pub wake_ns: u64,
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
    /// Whether it sees the pods of the whole cluster, and not those of its node alone.
    pub sees_cluster: bool,
}

impl AgentPlan {
    /// Returns from when on it knows of a container of another pod that began at `born_ns`, of which a stream has the key.
    #[inline]
    pub fn knows_pod_from_ns(&self, born_ns: u64, stream_key: u64) -> u64 {
        match self.discovery {
            Discovery::Files => born_ns,
            // What was there when the run began it has known for long.
            _ if born_ns == 0 => 0,
            _ => born_ns + 1 + Purpose::PodEvent.nth(stream_key, born_ns) % self.pod_event_ns.max(1),
        }
    }

    /// Returns the ages that lines have beyond the youngest of a flush, where nothing waits for anything else: in
    /// nanoseconds.
    #[inline]
    pub fn wait_ns(&self) -> u64 {
        self.transport_wait_ns.unwrap_or(self.flush_ns)
    }

    /// Whether what waits to be sent survives the process.
    pub fn buffers_on_disk(&self) -> bool {
        self.buffer_memory_bytes < self.buffer_limit_bytes
    }

    /// Bytes of records at which a batch is sent at once where that is done: no more than the buffer holds.
    #[inline]
    pub fn full_batch_bytes(&self) -> u64 {
        self.batch_bytes.min(self.buffer_limit_bytes).max(1)
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
        in_proportion(plain_bytes, self.compression_ppm, 1_000_000)
    }

    /// Nanoseconds from a flush until its last line is on its way, where the agent was idle before: it begins with a whole
    /// quota, and who has used that up waits for the next period.
    #[inline]
    pub fn output_ns(&self, lines: u64, record_bytes: u64) -> u64 {
        let cpu_ns = self.output_cpu_ns(lines, record_bytes);
        match self.quota_ns {
            Some(quota_ns) => cpu_ns + cpu_ns.saturating_sub(1) / quota_ns * (CPU_PERIOD_NS - quota_ns),
            None => cpu_ns,
        }
    }

    /// Nanoseconds from a flush until its last line is on its way, where the agent has had no rest: what is left of the quota
    /// is a matter of where in a period it comes, and on average it takes as many periods as it takes quotas.
    pub fn busy_output_ns(&self, lines: u64, record_bytes: u64) -> u64 {
        let cpu_ns = self.output_cpu_ns(lines, record_bytes);
        match self.quota_ns {
            Some(quota_ns) => {
                let wall_ns = u128::from(cpu_ns) * u128::from(CPU_PERIOD_NS) / u128::from(quota_ns);
                u64::try_from(wall_ns).unwrap_or(u64::MAX)
            }
            None => cpu_ns,
        }
    }

    #[inline]
    fn output_cpu_ns(&self, lines: u64, record_bytes: u64) -> u64 {
        self.costs.output_ns(lines, record_bytes - lines * self.record_overhead_bytes)
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

impl AgentPlan {
    /// When an agent is back that cannot start between two instants: it fails at once each time it is started, and
    /// the kubelet waits longer and longer before the next try.
    pub fn back_ns(&self, from_ns: u64, until_ns: u64) -> u64 {
        let mut at_ns = from_ns.saturating_add(self.restart_ns);
        let mut kills = 2;
        while at_ns < until_ns {
            at_ns = at_ns.saturating_add(crash_loop_ns(kills)).saturating_add(self.restart_ns);
            kills += 1;
        }
        at_ns
    }
}
