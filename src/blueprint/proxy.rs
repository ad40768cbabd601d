//! Proxies of one kind: requests that pass them, and what they take. Nothing of them is simulated beyond their access
//! logs and their place on the nodes.

use crate::blueprint::Requests;

/// All pods whose proxies are of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyPlan {
    /// The kind's name.
    pub kind: &'static str,
    /// Where its processes run.
    pub runs: ProxyRuns,
    /// Pods whose requests pass.
    pub pods: u64,
    /// Requests a second of all these pods.
    pub requests_per_s: f64,
    /// Cores for 1,000 requests a second.
    pub cores_per_1000: f64,
    /// Bytes of one process.
    pub memory_bytes: u64,
    /// What one process requests.
    pub requests: Requests,
    /// Features times languages in which each has to be there.
    pub implementations: u64,
    /// Pods that begin or end, a second.
    pub changes_per_s: f64,
}

/// Where the processes of a kind of proxy run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyRuns {
    /// Nowhere by themselves.
    InTheService,
    /// One in each pod.
    InPods,
    /// One on each node.
    OnNodes,
}

impl ProxyPlan {
    /// Processes on so many nodes.
    pub fn processes(&self, nodes: u64) -> u64 {
        match self.runs {
            ProxyRuns::InTheService => 0,
            ProxyRuns::InPods => self.pods,
            ProxyRuns::OnNodes => nodes,
        }
    }
}
