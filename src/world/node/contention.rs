//! How a node's CPU is shared, as it stands.

use crate::blueprint::Usage;
use std::ops::Range;

/// A pod as one of those who share the CPU.
#[derive(Clone, Debug)]
pub(crate) struct Sharer {
    pub(crate) key: u64,
    pub(crate) usage: Option<Usage>,
    /// Thousandths of a core that it requests.
    pub(crate) weight: f64,
    /// What of its share is its agent's where both want more than that; `None` where the agent is a part of the runtime.
    pub(crate) agent_share: Option<f64>,
    /// Cores that the runtime and the application spend on its lines, on average.
    pub(crate) writing: f64,
    /// Its place, where it is not there all the time; and the inputs of its agent.
    pub(crate) place: Option<u32>,
    pub(crate) inputs: Range<u32>,
    /// Cores that its application wants in this span.
    pub(crate) wants: f64,
}

/// How the CPU of one node is shared.
#[derive(Clone, Debug)]
pub(crate) struct Contention {
    /// The end of the span.
    pub(crate) next_ns: u64,
    pub(crate) span_ns: u64,
    pub(crate) since_ns: u64,
    pub(crate) cores: f64,
    pub(crate) pods: Vec<Sharer>,
    /// The inputs of the node's agent, and thousandths of a core that it requests.
    pub(crate) node_agent: Option<(Range<u32>, f64)>,
    /// Cores that writing takes in this span, and that an agent used on average in the one before.
    pub(crate) writing: f64,
    pub(crate) each_agent: f64,
    /// CPU of the node's agents in this span so far, in nanoseconds.
    pub(crate) used_ns: u64,
    /// What the sum over all nodes was when this node's was last taken note of.
    pub(crate) mark_ns: u64,
    /// Nanoseconds of CPU that applications wanted and did not get, and that they wanted.
    pub(crate) missing_ns: u64,
    pub(crate) wanted_ns: u64,
}
