//! What goes wrong with agents and nodes. Words: a *fault* is what is written, before it is known which of them it strikes;
//! an *incident* is what one agent or node suffers of it; a *happening* is an incident on its node at its instant, known once
//! a run's key has drawn whom faults strike.

use crate::blueprint::{Blueprint, TemplateId};
use crate::units::HowMany;

/// A fault of agents or nodes, before it is known which of them it strikes.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Agents die at once.
    Crash {
        /// When, in nanoseconds.
        at_ns: u64,
        /// How many of them.
        agents: HowMany,
    },
    /// Agents that load a tenant's config cannot start.
    BadConfig {
        /// Whose, an index into the blueprint's `tenants`.
        tenant: u32,
        /// From then on, in nanoseconds.
        from_ns: u64,
        /// Until it is mended, in nanoseconds.
        until_ns: u64,
    },
    /// Agents are replaced, a batch after the other.
    Upgrade {
        /// When the first batch is stopped, in nanoseconds.
        at_ns: u64,
        /// How many at once: agents of nodes, or pods of each template; `None` is one, or a quarter.
        max_unavailable: Option<HowMany>,
        /// Nanoseconds from the stop until the new ones read.
        takes_ns: u64,
    },
    /// Agents of nodes are replaced for a change of their environment.
    Restart {
        /// When the change is made, in nanoseconds.
        at_ns: u64,
        /// How many nodes at once, in order of their numbers.
        nodes: u64,
        /// Nanoseconds from the stop until the new ones read.
        takes_ns: u64,
    },
    /// Nodes are emptied or lost or both.
    Nodes(NodeFault),
    /// Nodes join.
    NodesAdded(NodesAdded),
    /// Nodes evict pods.
    EvictionStorm(EvictionStorm),
    /// Workloads are replaced by a new version, wave by wave.
    Rollout(Rollout),
    /// Something else fills the log disk of nodes.
    DiskFull {
        /// How many nodes.
        nodes: HowMany,
        /// Of which pool, an index into the blueprint's `pools`; `None` is any.
        pool: Option<usize>,
        /// From then on, in nanoseconds.
        at_ns: u64,
        /// Until then, in nanoseconds.
        until_ns: u64,
    },
    /// A disturbance of some nodes.
    CutOff {
        /// Which, an index into the backend's `disturbances`.
        disturbance: u32,
        /// How many nodes.
        nodes: HowMany,
        /// Of which pool, an index into the blueprint's `pools`; `None` is any.
        pool: Option<usize>,
    },
}

/// Nodes are emptied or lost or both.
#[derive(Clone, Debug)]
pub struct NodeFault {
    /// How many.
    pub nodes: HowMany,
    /// Of which pool, an index into the blueprint's `pools`; `None` is any.
    pub pool: Option<usize>,
    /// When the first is emptied, and how much later each next one, in nanoseconds.
    pub drained: Option<(u64, u64)>,
    /// When they are lost, in nanoseconds.
    pub lost_ns: Option<u64>,
    /// Nanoseconds from an emptied pod's last line until it is deleted.
    pub linger_ns: u64,
    /// Nanoseconds from a pod's deletion, or from the loss of its node, until it writes elsewhere.
    pub pause_ns: u64,
    /// Nanoseconds until a node that is emptied takes pods again, or one that is lost is there anew; `None` is never.
    pub back_ns: Option<u64>,
    /// Nanoseconds from when a lost node is there anew until its agent is, and until pods write that start there.
    pub agent_ready_ns: u64,
    /// See above.
    pub start_ns: u64,
}

/// Nodes evict some of their pods, without grace. Times in nanoseconds.
#[derive(Clone, Debug)]
pub struct EvictionStorm {
    /// How many nodes.
    pub nodes: HowMany,
    /// Of which pool, an index into the blueprint's `pools`; `None` is any.
    pub pool: Option<usize>,
    /// How many of the pods on each.
    pub pods: HowMany,
    /// When the first may be evicted.
    pub at_ns: u64,
    /// From then until the last is.
    pub within_ns: u64,
    /// From then until the nodes take pods again.
    pub closed_ns: u64,
    /// From a pod's eviction until it writes elsewhere.
    pub pause_ns: u64,
}

/// A new version of workloads. Times in nanoseconds.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// The templates of their pods.
    pub templates: Vec<TemplateId>,
    /// When the first wave begins.
    pub at_ns: u64,
    /// Pods of each template that may be missing; shares are rounded down.
    pub max_unavailable: HowMany,
    /// Pods of each template that there may be too many; shares are rounded up.
    pub max_surge: HowMany,
    /// From the beginning of a wave until its pods are ready, and the next one begins.
    pub takes_ns: u64,
    /// From a pod's last line until it is deleted.
    pub linger_ns: u64,
    /// From the deletion of a pod without a successor until that writes.
    pub pause_ns: u64,
}

/// Nodes that join.
#[derive(Clone, Debug)]
pub struct NodesAdded {
    /// How many.
    pub nodes: u64,
    /// Of which pool, an index into the blueprint's `pools`.
    pub pool: usize,
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// Pods that they are added for: they do not run before.
    pub pods: Option<HowMany>,
    /// Nanoseconds from then until pods write that start there.
    pub pause_ns: u64,
    /// Nanoseconds from then until the agents of the nodes are there.
    pub agent_ready_ns: u64,
    /// Whether these read what was written before; `None`: where they begin there without positions.
    pub from_beginning: Option<bool>,
}

/// An incident on its node, at its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The node.
    pub node: u32,
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// What.
    pub what: Incident,
}

/// What an agent or a node suffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// An agent dies, and what it holds in memory is lost.
    Crash(Who),
    /// An agent is told to stop: it sends what it has, as far as the backend takes it, and is back later.
    Stop {
        /// Which.
        who: Who,
        /// When it reads again, in nanoseconds.
        back_ns: u64,
    },
    /// The agent of a node that has joined is there for the first time.
    Starts {
        /// Whether it reads what was written before; `None`: where it begins there without positions.
        from_beginning: Option<bool>,
    },
    /// The node is lost with all that is on it.
    Lost,
    /// Its log disk is full until that instant, in nanoseconds.
    DiskFull(u64),
    /// The blueprint's disturbance of that number cuts it off, from the beginning to the end of that.
    CutOff(u32),
}

/// An agent on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// That of the node.
    Node,
    /// That in a pod.
    Pod {
        /// The pod's template.
        template: TemplateId,
        /// Its ordinal.
        ordinal: u32,
    },
}

impl Blueprint {
    /// Until when an agent that a pod of this template brings along cannot start at `now_ns`, where that is so.
    pub(crate) fn cannot_start_until(&self, template: TemplateId, now_ns: u64) -> Option<u64> {
        let pod = &self.pods[template.at()];
        let plan = &self.agents[pod.agent?];
        let until = |fault: &Fault| match fault {
            Fault::BadConfig { tenant, from_ns, until_ns }
                if *tenant == pod.tenant && (*from_ns..*until_ns).contains(&now_ns) =>
            {
                Some(plan.back_ns(now_ns, *until_ns))
            }
            _ => None,
        };
        self.faults.iter().filter_map(until).max()
    }
}
