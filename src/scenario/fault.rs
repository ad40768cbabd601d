//! What goes wrong: the backend, the network, agents, nodes.
//!
//! What a fault strikes is drawn by the run's key, the same under every strategy; when it strikes is written here.

use super::Count;
use crate::units::{Fraction, HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that goes wrong.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// The backend cannot be written to for a while, or not by all, or slowly.
    Outage(Outage),
    /// Agents die at once, with what they hold in memory, and are started again.
    Crash(Crash),
    /// A collection config that no agent can start with.
    BadConfig(BadConfig),
    /// Another version of the agent is rolled out.
    Upgrade(Upgrade),
    /// Nodes are gone from one moment to the next.
    NodeLoss(NodeLoss),
    /// Nodes are emptied, one after the other.
    Drain(Drain),
    /// Nodes are taken away after a notice.
    SpotWave(SpotWave),
    /// Nodes join the cluster.
    NodesAdded(NodesAdded),
    /// Nodes evict pods at once.
    EvictionStorm(EvictionStorm),
    /// A new version of workloads is rolled out.
    Rollout(Rollout),
}

impl Fault {
    /// The name that it has in a scenario.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Outage(_) => "outage",
            Self::Crash(_) => "crash",
            Self::BadConfig(_) => "badConfig",
            Self::Upgrade(_) => "upgrade",
            Self::NodeLoss(_) => "nodeLoss",
            Self::Drain(_) => "drain",
            Self::SpotWave(_) => "spotWave",
            Self::NodesAdded(_) => "nodesAdded",
            Self::EvictionStorm(_) => "evictionStorm",
            Self::Rollout(_) => "rollout",
        }
    }

    /// When it begins.
    pub fn at(&self) -> SimTime {
        match self {
            Self::Outage(fault) => fault.at,
            Self::Crash(fault) => fault.at,
            Self::BadConfig(fault) => fault.at,
            Self::Upgrade(fault) => fault.at,
            Self::NodeLoss(fault) => fault.at,
            Self::Drain(fault) => fault.at,
            Self::SpotWave(fault) => fault.at,
            Self::NodesAdded(fault) => fault.at,
            Self::EvictionStorm(fault) => fault.at,
            Self::Rollout(fault) => fault.at,
        }
    }

    /// When what it does itself is over, as far as that depends on the scenario alone; what follows from it may last
    /// longer.
    pub fn ends(&self) -> SimTime {
        let lasts = match self {
            Self::Outage(fault) => fault.lasts,
            Self::BadConfig(fault) => fault.lasts,
            Self::Upgrade(fault) => fault.takes,
            Self::NodeLoss(fault) => fault.evict_after,
            Self::SpotWave(fault) => fault.notice,
            Self::NodesAdded(fault) => fault.agent_ready,
            Self::EvictionStorm(fault) => fault.within,
            Self::Rollout(fault) => fault.takes,
            Self::Crash(_) | Self::Drain(_) => SimTime::ZERO,
        };
        SimTime::from_ns(self.at().as_ns().saturating_add(lasts.as_ns()))
    }

    /// The outage, where it is one.
    pub fn outage(&self) -> Option<&Outage> {
        match self {
            Self::Outage(outage) => Some(outage),
            _ => None,
        }
    }
}

/// A span of time without the backend.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Outage {
    /// What fails.
    pub of: OutageOf,
    /// When it begins.
    pub at: SimTime,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: SimTime,
    /// How it shows.
    #[serde(default)]
    pub mode: OutageMode,
    /// Share of requests that it hits, each drawn by itself; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Fraction>,
    /// Nodes that it cuts off (a partition); all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<HowMany>,
    /// The pool of these nodes; any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Shards of the backend that it hits; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<HowMany>,
}

impl Outage {
    /// Whether it hits every request of every node.
    pub fn is_total(&self) -> bool {
        self.share.is_none()
            && self.shards.is_none()
            && self.nodes.is_none()
            && self.pool.is_none()
            && !matches!(self.mode, OutageMode::Slow(_))
    }
}

/// What an outage is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutageOf {
    /// The log service.
    Backend,
    /// The gateway, or the log drivers' collectors with a buffer: nobody reaches it, and it goes on with what it has.
    Gateway,
}

/// How an outage shows to agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutageMode {
    /// Connections are refused at once; agents back off.
    #[default]
    Refuse,
    /// Requests get no answer until it is over.
    Stall,
    /// Answers take so many times as long, 1 to 1,000,000.
    Slow(f64),
}

/// Agents die at once: what they hold in memory is lost, and they start again as their profile has it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Crash {
    /// Which: agents, or processes of the gateway.
    #[serde(default, skip_serializing_if = "CrashOf::is_default")]
    pub of: CrashOf,
    /// When.
    pub at: SimTime,
    /// How many of them, drawn at random.
    #[serde(default = "all")]
    pub agents: HowMany,
}

/// What dies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CrashOf {
    /// Agents.
    #[default]
    Agents,
    /// Processes of the gateway, or of the log drivers' collectors with a buffer.
    Gateway,
}

impl CrashOf {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A config that no agent can start with: those that load it are told to stop and do not come up again until it is
/// mended. An agent that all tenants share loads the configs of all; a sidecar that of its own tenant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BadConfig {
    /// Whose config, such as `shop`, or `team-3` of several.
    pub tenant: String,
    /// When it is pushed.
    pub at: SimTime,
    /// How long it takes until it is mended. Agents come back at their next try, which the kubelet puts off longer
    /// and longer.
    #[serde(rename = "for")]
    pub lasts: SimTime,
}

/// A new version of the agent is rolled out: agents of nodes one batch after the other; a sidecar with its pod, which
/// is replaced on its node.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Upgrade {
    /// When it begins.
    pub at: SimTime,
    /// Agents of a DaemonSet, or pods of each Deployment, that are replaced at once. Default: Kubernetes' 1 for a
    /// DaemonSet and 25% for a Deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<HowMany>,
    /// From stopping an agent until the new one reads; the next batch follows then. Default: a minute
    /// (grafana/loki#1878).
    #[serde(default = "minute")]
    pub takes: SimTime,
}

/// Nodes fail: their disks with what was not read, and what their agents hold, are lost.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodeLoss {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When.
    pub at: SimTime,
    /// Until their pods are given up and placed elsewhere. Default: 40 s until the node counts as unreachable
    /// (`node-monitor-grace-period`) and 300 s that pods tolerate (`DefaultTolerationSeconds`).
    #[serde(default = "evict_after")]
    pub evict_after: SimTime,
    /// From being placed elsewhere until they write.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
    /// From the loss until such a node is there anew, with an empty disk; its agent 30 s later. Never where nothing is
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

/// Nodes are emptied for maintenance: pods end, are deleted with their logs, and start on other nodes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Drain {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When the first is emptied.
    pub at: SimTime,
    /// From one node to the next; zero empties all at once.
    #[serde(default)]
    pub apart: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until it writes elsewhere.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
    /// From being emptied until a node takes pods again. Never where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

/// Nodes are reclaimed: emptied at the notice, and gone with what is left on them when it has run out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SpotWave {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When notice is given.
    pub at: SimTime,
    /// How long ahead. Default: 120 s (Amazon EC2, "Spot Instance interruption notices").
    #[serde(default = "notice")]
    pub notice: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until it writes elsewhere.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
    /// From being gone until such a node is there anew, with an empty disk; its agent 30 s later. Never where nothing is
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

/// Nodes join: pods that are pending start there, and those that the nodes were added for. The agent of a new node is there
/// some time later.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodesAdded {
    /// How many.
    pub nodes: Count,
    /// Of which pool; of the first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When.
    pub at: SimTime,
    /// Pods that they are added for, drawn at random: these do not run before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<HowMany>,
    /// From then until pods write that start there.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
    /// From then until the agents of the nodes are there: their image is pulled, and they start. Assumed.
    #[serde(default = "half_a_minute")]
    pub agent_ready: SimTime,
    /// Where these begin in files that they find when they start; as their profile has it (`startAt`) where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<ReadsFrom>,
}

/// Nodes evict pods without grace, as under pressure: each is killed and deleted with its logs at once, and starts elsewhere.
/// The nodes take no pods meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EvictionStorm {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// How many of the pods on each, drawn at random.
    pub pods: HowMany,
    /// When it begins.
    pub at: SimTime,
    /// How long it lasts: each pod is evicted at an instant within.
    #[serde(default = "minute")]
    pub within: SimTime,
    /// From its end until the nodes take pods again. Default: `eviction-pressure-transition-period`, 5 min.
    #[serde(default = "five_minutes")]
    pub closed: SimTime,
    /// From a pod's eviction until it writes elsewhere.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
}

fn five_minutes() -> SimTime {
    SimTime::from_secs(300)
}

/// A new version of workloads, rolled out by their owners as Deployments do it: wave by wave, each workload by itself. Some
/// pods of a wave end when their successors are ready elsewhere (surge), and these go on at once; others end, are deleted
/// with their logs, and start again where there is room. Pods that come and go anyway bring the new version along.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rollout {
    /// Whose, such as `shop`, or `team-3` of several; everybody's where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Which of their workloads, by name; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// When the first wave begins.
    pub at: SimTime,
    /// Pods of a workload that may be missing; shares are rounded down.
    #[serde(default = "a_quarter")]
    pub max_unavailable: HowMany,
    /// Pods of a workload that there may be too many; shares are rounded up.
    #[serde(default = "a_quarter")]
    pub max_surge: HowMany,
    /// From the beginning of a wave until its pods are ready; the next one follows then. Default: a minute
    /// (grafana/loki#1878).
    #[serde(default = "minute")]
    pub takes: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "one_second")]
    pub linger: SimTime,
    /// From the deletion of a pod without a successor until that writes.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
}

fn a_quarter() -> HowMany {
    HowMany::Share(0.25)
}

/// Where an agent begins in a file that is there when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReadsFrom {
    /// At the beginning: what was written before is read late.
    Beginning,
    /// At the end: what was written before is passed over.
    End,
}

impl NodesAdded {
    /// From joining until the agent of a node is there, where nothing is said. Assumed.
    pub const AGENT_READY: SimTime = SimTime::from_secs(30);

    /// From being placed until a pod writes, where nothing is said.
    pub const PAUSE: SimTime = SimTime::from_secs(5);
}

fn half_a_minute() -> SimTime {
    NodesAdded::AGENT_READY
}
fn all() -> HowMany {
    HowMany::ALL
}
fn one_second() -> SimTime {
    SimTime::from_secs(1)
}
fn five_seconds() -> SimTime {
    SimTime::from_secs(5)
}
fn minute() -> SimTime {
    SimTime::from_secs(60)
}
fn notice() -> SimTime {
    SimTime::from_secs(120)
}
fn evict_after() -> SimTime {
    SimTime::from_secs(340)
}
