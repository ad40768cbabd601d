//! Every figure that a run yields: its name, unit and direction.

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

            /// What it measures, in one line.
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
    /// Share of the cluster that agents reserve: the larger of their CPU and memory requests
    CollectorShare = "collector_share", "fraction", Lower;
    /// Agents running
    Agents = "agents", "count", Lower;
    /// Nodes added because requests did not fit
    ExtraNodes = "extra_nodes", "count", Lower;
    /// Reserved share of the nodes, nodes added for collection, and egress and ingest where priced, a month of 730 hours
    Cost = "cost", "currency/month", Lower;
    /// Time from a line's writing until it can be queried: half of all lines are faster
    FreshnessP50 = "freshness_p50", "s", Lower;
    /// Time from a line's writing until it can be queried: 99 in 100 lines are faster
    FreshnessP99 = "freshness_p99", "s", Lower;
    /// Share of lines that are lost
    Loss = "loss", "fraction", Lower;
    /// Share of lines that are not delivered to the backend when the run ends
    Undelivered = "undelivered", "fraction", Lower;
    /// Lines sent to the backend, mean over the run
    Throughput = "throughput", "lines/s", Higher;
    /// Bytes that agents send
    Network = "network", "bytes/s", Lower;
    /// Requests that agents make
    Requests = "requests", "1/s", Lower;
    /// CPU of applications and container runtime for writing logs, mean over the run
    WriteCpu = "write_cpu", "cores", Lower;
    /// Bytes of log that reach the nodes' disks
    DiskWrites = "disk_writes", "bytes/s", Lower;
    /// Log bytes on the fullest node's disk when the run ends
    LogDisk = "log_disk", "bytes", Lower;
    /// Share of the fullest node's log disk in use when the run ends, files from before the run left out
    LogDiskShare = "log_disk_share", "fraction", Lower;
    /// Share of agent time in which input stood still because the buffer was full
    Paused = "paused", "fraction", Lower;
    /// Agents killed for exceeding their memory limit
    OomKills = "oom_kills", "count", Lower;
    /// Longest wait for the backend's capacity
    BackendWait = "backend_wait", "s", Lower;
    /// Time in which agents are down until they start again, added up over agents
    AgentDown = "agent_down", "s", Lower;
    /// Time in which pods that faults moved or replaced write nowhere, added up over pods
    PodGap = "pod_gap", "s", Lower;
    /// Pods that fit on no node after faults made them leave theirs
    PodsPending = "pods_pending", "count", Lower;
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
