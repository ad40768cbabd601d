//! Collectors between whoever reads logs and the backend.

use crate::blueprint::{Outage, Requests};
use crate::profile::Costs;
use crate::units::HowMany;

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

/// Collectors between the agents and the backend that hold what the backend does not take.
#[derive(Clone, Debug)]
pub struct GatewayPlan {
    /// What the processes are and cost.
    pub central: Central,
    /// What a process costs in memory for what it holds.
    pub costs: Costs,
    /// Bytes a second that all processes can take in and send on, as agents send them.
    pub capacity_bytes_per_s: f64,
    /// Bytes that the buffer of each process holds, as agents send them.
    pub buffer_bytes: u64,
    /// Whether the buffer is on disk, and survives its process.
    pub on_disk: bool,
    /// Nanoseconds from one flush of a process to the next.
    pub flush_ns: u64,
    /// Nanoseconds from an agent's request to its answer, without any wait.
    pub hop_ns: u64,
    /// Nanoseconds of the shortest wait before it tries again to reach the backend.
    pub backoff_base_ns: u64,
    /// Nanoseconds of the longest.
    pub backoff_cap_ns: u64,
    /// Nanoseconds from a process's death until it is there again, without the kubelet's back-off.
    pub restart_ns: u64,
    /// Spans in which no agent reaches it, in order.
    pub outages: Vec<Outage>,
    /// When processes die, in order.
    pub crashes: Vec<GatewayCrash>,
}

/// Processes of a gateway die.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GatewayCrash {
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// How many of them, drawn at random.
    pub processes: HowMany,
}

impl GatewayPlan {
    /// Takes away all but a share, of a cluster of which only a share is simulated. Costs stay those of the whole.
    pub fn reduce_to(&mut self, share: f64) {
        self.capacity_bytes_per_s *= share;
        self.buffer_bytes = ((self.buffer_bytes as f64 * share) as u64).max(1);
    }

    /// When the refusal of connections ends that is under way at an instant.
    pub(crate) fn refuses_until(&self, at_ns: u64) -> Option<u64> {
        let outage = self.outages.iter().find(|o| (o.from_ns..o.until_ns).contains(&at_ns))?;
        outage.refuses.then_some(outage.until_ns)
    }

    /// Memory of all processes with so many bytes held, in bytes.
    pub fn memory_bytes(&self, held_bytes: u64) -> f64 {
        let processes = self.central.processes as f64;
        let in_memory = if self.on_disk { 0.0 } else { held_bytes as f64 / processes };
        processes * (self.costs.rss_idle_bytes() + self.costs.variable_bytes(0.0, 1.0, in_memory))
    }
}
