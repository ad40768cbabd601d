//! How collection configs reach agents.

use crate::units::NS_PER_SEC;

/// Share of a Deployment's pods that may be missing, and that may be there too many, during an update. Source:
/// Kubernetes, Deployment `maxUnavailable` (rounded down) and `maxSurge` (rounded up), 25 % each.
const DEPLOYMENT_SHARE: f64 = 0.25;

/// Pods of a Deployment of so many that an update replaces at once.
pub fn pods_a_wave(replicas: u64) -> u64 {
    let share = replicas as f64 * DEPLOYMENT_SHARE;
    ((share.ceil() + share.floor()) as u64).max(1)
}

/// How collection configs reach agents.
#[derive(Clone, Debug)]
pub struct ControlPlan {
    /// Nanoseconds between an agent's questions to its config server; 0 where an agent has its config when it starts.
    pub poll_ns: u64,
    /// How a change reaches agents that run.
    pub arrival: Arrival,
    /// Who watches them at the API server.
    pub watched: Watched,
    /// Changes.
    pub pushes: Vec<PushPlan>,
    /// What agents show the backend; `None` where it never expires.
    pub credentials: Option<CredentialsPlan>,
}

/// Who watches collection configs at the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// They are not there, or nobody looks again.
    Nothing,
    /// Kubelets, for the pods that mount them.
    Mounts,
    /// Every agent by itself.
    Resources,
}

/// How a change reaches agents that run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrival {
    /// Each agent looks every so many nanoseconds times 1 to 1 + `jitter`, at instants of its own.
    Looks {
        /// Nanoseconds between two looks.
        every_ns: u64,
        /// How much longer a gap may be, as a share of it.
        jitter: f64,
    },
    /// Whatever carries the agent is replaced, wave by wave.
    Waves {
        /// Nanoseconds that a wave takes.
        wave_ns: u64,
        /// Nodes whose agent is replaced at once; of pods a Deployment's share is.
        nodes: u64,
    },
}

impl Arrival {
    /// Nanoseconds until a pod that is replaced is ready. Source: grafana/loki#1878, about a minute for each pod of a
    /// DaemonSet; taken for pods of Deployments as well.
    pub const POD_READY_NS: u64 = 60 * NS_PER_SEC;

    /// Nodes whose agent is replaced at once. Source: Kubernetes, DaemonSet
    /// `updateStrategy.rollingUpdate.maxUnavailable`, 1.
    pub const NODES_AT_ONCE: u64 = 1;
}

/// A change of collection configs.
#[derive(Clone, Debug)]
pub struct PushPlan {
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// Whether it concerns each tenant.
    pub concerns: Vec<bool>,
}

/// Credentials of all agents, and when they cannot be renewed. All in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialsPlan {
    /// From issue to expiry.
    pub lifetime_ns: u64,
    /// They are renewed so long before they expire; less than they last.
    pub renew_before_ns: u64,
    /// From here on nobody issues any.
    pub fails_from_ns: u64,
    /// From here on somebody does again.
    pub fails_until_ns: u64,
}
