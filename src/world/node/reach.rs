//! When changes of collection configs reach the agents of a node.

/// When changes reach the agents of a node.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// For each input, of each change: when; `None` where it does not concern the agent.
    pub(crate) due_ns: Vec<Vec<Option<u64>>>,
}
