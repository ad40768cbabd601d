//! Every figure that a run yields: its name, unit and direction.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Which way a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $unit:literal, $direction:ident;)*) => {
        /// A figure of one run of one strategy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Metric {
            /// Every metric, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name used on the command line, in objectives, JSON and CSV.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The unit of its numbers.
            pub fn unit(self) -> &'static str {
                match self { $(Self::$name => $unit,)* }
            }

            /// Which way it is better.
            pub fn direction(self) -> Direction {
                match self { $(Self::$name => Direction::$direction,)* }
            }

            /// Returns what it measures, in one line.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)* }
            }
        }
    };
}

metrics! {
    /// CPU that all agents use, mean over the run
    AgentCpu = "agent_cpu", "cores", Lower;
    /// CPU that all agents request
    AgentCpuRequested = "agent_cpu_requested", "cores", Lower;
    /// Memory of all agents, pages shared by copies of one image counted once a node (PSS)
    AgentMemory = "agent_memory", "bytes", Lower;
    /// Memory of all agents, each by itself (RSS)
    AgentMemoryRss = "agent_memory_rss", "bytes", Lower;
    /// Memory that all agents request
    AgentMemoryRequested = "agent_memory_requested", "bytes", Lower;
    /// CPU of one agent, on average over ten seconds: 95 in 100 such spans of all agents take less
    AgentCpuP95 = "agent_cpu_p95", "cores", Lower;
    /// CPU of one agent, on average over ten seconds: the most of any agent at any time
    AgentCpuPeak = "agent_cpu_peak", "cores", Lower;
    /// Memory of one agent (RSS), the most in ten seconds: 95 in 100 such spans of all agents take less
    AgentMemoryP95 = "agent_memory_p95", "bytes", Lower;
    /// Memory of one agent (RSS): the most of any agent at any time
    AgentMemoryPeak = "agent_memory_peak", "bytes", Lower;
    /// Share of agents that at some time use more CPU than they request, on average over ten seconds
    CpuOverRequest = "cpu_over_request", "fraction", Lower;
    /// Share of agents that at some time use more memory than they request: whoever made a limit of the request would have them killed
    MemoryOverRequest = "memory_over_request", "fraction", Lower;
    /// Share of the cluster that agents reserve: the larger of their CPU and memory requests
    CollectorShare = "collector_share", "fraction", Lower;
    /// Agents running
    Agents = "agents", "count", Lower;
    /// Nodes that there are, those added because pods did not fit included
    Nodes = "nodes", "count", Lower;
    /// Nodes added for collecting: beyond those that the pods need without it
    ExtraNodes = "extra_nodes", "count", Lower;
    /// Allocated cost, a month of 730 hours: of each pool's bill the share that agents reserve, and egress and ingest where priced
    Cost = "cost", "currency/month", Lower;
    /// Marginal cost, a month of 730 hours: what the bill grows by, nodes added for collecting at their whole price, and egress and ingest where priced
    CostMarginal = "cost_marginal", "currency/month", Lower;
    /// Time from a line's writing until it can be queried: half of all lines are faster
    FreshnessP50 = "freshness_p50", "s", Lower;
    /// Time from a line's writing until it can be queried: 99 in 100 lines are faster
    FreshnessP99 = "freshness_p99", "s", Lower;
    /// Time from a line's writing until it can be queried, of lines that arrived: half of these are faster
    ArrivedP50 = "arrived_p50", "s", Lower;
    /// Time from a line's writing until it can be queried, of lines that arrived: 99 in 100 of these are faster
    ArrivedP99 = "arrived_p99", "s", Lower;
    /// Share of lines that are lost
    Loss = "loss", "fraction", Lower;
    /// Share of lines that are not delivered to the backend when the run ends
    Undelivered = "undelivered", "fraction", Lower;
    /// Lines that arrived once more, a share of those written
    Duplicated = "duplicated", "fraction", Lower;
    /// Files that agents do not read because the kernel gives them no more open files or inotify watches
    UnreadFiles = "unread_files", "count", Lower;
    /// Lines that were too long for the agent that read them, a share of those written
    LongLines = "long_lines", "fraction", Lower;
    /// Lines sent to the backend, mean over the run
    Throughput = "throughput", "lines/s", Higher;
    /// Bytes that agents send
    Network = "network", "bytes/s", Lower;
    /// Requests that agents make
    Requests = "requests", "1/s", Lower;
    /// Connections to the backend held open: one of each agent, of each application with a library, of each collector in the middle
    Connections = "connections", "count", Lower;
    /// CPU of applications, container runtime and kubelet for writing and compressing logs, mean over the run
    WriteCpu = "write_cpu", "cores", Lower;
    /// Bytes of log that reach the nodes' disks
    DiskWrites = "disk_writes", "bytes/s", Lower;
    /// Log bytes on the fullest node's disk when the run ends
    LogDisk = "log_disk", "bytes", Lower;
    /// Share of the fullest node's log disk in use when the run ends, files from before the run left out
    LogDiskShare = "log_disk_share", "fraction", Lower;
    /// Share of agent time in which input stood still because the buffer was full
    Paused = "paused", "fraction", Lower;
    /// Share of the time in which applications stood still because what takes their logs did not keep up
    Stalled = "stalled", "fraction", Lower;
    /// Attempts to start a container that failed because its log driver reached nobody
    RefusedStarts = "refused_starts", "count", Lower;
    /// Jobs that had done their work and did not complete, a sidecar of theirs still running
    StuckPods = "stuck_pods", "count", Lower;
    /// Agents killed for exceeding their memory limit
    OomKills = "oom_kills", "count", Lower;
    /// Longest wait for the backend's capacity
    BackendWait = "backend_wait", "s", Lower;
    /// Bytes that the buffers of a gateway held, each at its fullest
    GatewayBuffer = "gateway_buffer", "bytes", Lower;
    /// Requests that a gateway turned away because its buffer was full, or was not there for
    GatewayRefused = "gateway_refused", "count", Lower;
    /// Bytes that quotas of tenants refuse, every attempt counted
    Throttled = "throttled", "bytes/s", Lower;
    /// Bytes that come to the busiest shard of the backend, over those of the mean shard
    ShardSkew = "shard_skew", "ratio", Lower;
    /// Time from the start of an agent in a pod until it has its config: half of all waits are shorter
    ConfigGapP50 = "config_gap_p50", "s", Lower;
    /// Longest time from the start of an agent in a pod until it has its config, of those that came to an end
    ConfigGapMax = "config_gap_max", "s", Lower;
    /// Time in which pods run and their agent has no config, added up over pods
    Uncovered = "uncovered", "pod-min", Lower;
    /// Time from a change of configs until an agent has it: half of all agents are faster
    ConfigDelayP50 = "config_delay_p50", "s", Lower;
    /// Time from a change of configs until the last agent has it
    ConfigDelayLast = "config_delay_last", "s", Lower;
    /// Lines written after a change of configs whose agent went by the old one
    StaleLines = "stale_lines", "lines", Lower;
    /// Pods of the business that a change of configs restarted
    PodsRestarted = "pods_restarted", "count", Lower;
    /// Requests to the config server, by arithmetic
    ConfigRequests = "config_requests", "1/s", Lower;
    /// Watches at the API server for metadata and configs, by arithmetic
    ApiWatches = "api_watches", "count", Lower;
    /// Look-ups of pods' metadata at the API server, by arithmetic
    ApiRequests = "api_requests", "1/s", Lower;
    /// Bytes that the API server sends for pods' metadata, by arithmetic
    ApiBytes = "api_bytes", "bytes/s", Lower;
    /// Bytes that the API server sends when all agents that watch pods start together, by arithmetic
    ApiListed = "api_listed", "bytes", Lower;
    /// Pods whose logs one agent can read, whether it collects them or not: what whoever takes it over can
    ReachPods = "reach_pods", "count", Lower;
    /// Tenants as whom one agent can write to the log service: what whoever takes it over can
    ReachTenants = "reach_tenants", "count", Lower;
    /// Processes of proxies
    Proxies = "proxies", "count", Lower;
    /// CPU that proxies use, by arithmetic on published costs
    ProxyCpu = "proxy_cpu", "cores", Lower;
    /// CPU that proxies request
    ProxyCpuRequested = "proxy_cpu_requested", "cores", Lower;
    /// Memory that proxies use, by arithmetic on published costs
    ProxyMemory = "proxy_memory", "bytes", Lower;
    /// Memory that proxies request
    ProxyMemoryRequested = "proxy_memory_requested", "bytes", Lower;
    /// Time in which agents are down until they start again, added up over agents
    AgentDown = "agent_down", "s", Lower;
    /// Time in which pods that faults or evictions moved or replaced write nowhere, added up over pods
    PodGap = "pod_gap", "s", Lower;
    /// Pods that fit on no node after faults made them leave theirs
    PodsPending = "pods_pending", "count", Lower;
    /// Share of the CPU wanted by applications that they do not get, agents and the writing of logs beside them
    AppSlowdown = "app_slowdown", "fraction", Lower;
    /// Share of the CPU wanted by applications that they do not get, on the node where it is largest
    AppSlowdownWorst = "app_slowdown_worst", "fraction", Lower;
    /// Pods that the kubelet evicted for what they had on its disk
    EvictedPods = "evicted_pods", "count", Lower;
    /// Share of the nodes' time in which too little of their disk was free
    DiskPressure = "disk_pressure", "fraction", Lower;
    /// Times that containers crashed and were to be started again
    Crashes = "crashes", "count", Lower;
    /// Share of crashed containers' logs whose end nobody had read when they were removed, or when the library that held it died
    CrashLogsMissed = "crash_logs_missed", "fraction", Lower;
    /// Time that applications wait for the agents in their pods to start, added up over pods
    StartWait = "start_wait", "s", Lower;
    /// Share of the workloads' wishes (own parsing, store, sampling, retention) that can be honoured
    Honoured = "honoured", "fraction", Higher;
    /// Other tenants' worst freshness p99 with one tenant loud, over that without
    NeighbourFreshness = "neighbour_freshness", "ratio", Lower;
}

impl Metric {
    /// The metric of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|m| m.id() == id)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// By its name.
impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::from_id(&id).ok_or_else(|| serde::de::Error::custom(format!("there is no metric {id:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_id(metric.id()), Some(*metric));
            assert!(!metric.describe().is_empty());
        }
    }
}
