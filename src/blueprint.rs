//! What there is, how it behaves, and where: the strategies' and the scheduler's output and the world's input. Plans
//! only; what comes of them is the world's.
//!
//! Takes the engine's laws, the media that lines go through, and what profiles say; gives a [`Blueprint`] and a
//! [`Placement`].

mod agents;
mod backend;
mod backoff;
mod cluster;
mod control;
mod faults;
mod gateway;
mod placement;
mod pod_sizes;
mod pods;
mod proxy;
mod purpose;
mod requests;

pub use agents::{AgentPlan, CPU_PERIOD_NS, MetadataUse};
pub use backend::{BackendPlan, Disturbance, Effect, Outage, Partition, Quota, ShardOutage, Shards};
pub(crate) use backoff::{backoff_ns, crash_loop_ns};
pub use cluster::Pool;
pub use control::{Arrival, ControlPlan, CredentialsPlan, PushPlan, Watched, pods_a_wave};
pub use faults::{EvictionStorm, Fault, Happening, Incident, NodeFault, NodesAdded, Rollout, Who};
pub use gateway::{Central, GatewayCrash, GatewayPlan};
pub use placement::{MANY_PODS, Placement, Residence, Stay};
pub(crate) use placement::{OnNode, PlacedPod};
pub use pod_sizes::{PodSizes, SizedPrice};
pub(crate) use pods::law_of;
pub use pods::{
    AgentStart, CrashLoop, FileRotation, Life, PlacedRun, PodTemplate, Reader, Relay, StreamLaw, StreamPlan,
    TemplateId, Usage,
};
pub use proxy::{ProxyPlan, ProxyRuns};
pub use purpose::{Purpose, member};
pub use requests::Requests;

use crate::units::NS_PER_SEC;

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
    /// Nanoseconds from its rename of a file until the runtime has begun a new one, on average.
    pub kubelet_gap_ns: u64,
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
    /// The laws of a stream, one for each class of rates that its replicas are of; all classes are equally likely, and differ
    /// in their rates only.
    pub fn laws_of(&self, stream: &StreamPlan) -> &[StreamLaw] {
        &self.laws[stream.first_law..][..StreamPlan::RATE_CLASSES]
    }

    /// Lines a second that a stream of a pod writes on average, over its classes.
    pub fn lines_per_s(&self, stream: &StreamPlan) -> f64 {
        let classes = self.laws_of(stream);
        classes.iter().map(|law| law.arrivals.mean()).sum::<f64>() / classes.len() as f64
    }

    /// Bytes of a line of a stream on average, without what the runtime puts before it.
    pub fn line_bytes(&self, stream: &StreamPlan) -> f64 {
        self.laws[stream.first_law].sizes.mean()
    }

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
    pub(crate) fn refuses_until(&self, at_ns: u64) -> Option<u64> {
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
