//! How collection configs reach agents.

use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

/// How collection configs reach agents, and when they change.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Control {
    /// The way they take.
    pub channel: Channel,
    /// How a config server tells which group an agent belongs to; a workload may say otherwise.
    #[serde(default)]
    pub machine_group: MachineGroup,
    /// From the start of a pod until its IP address is entered in its group. Whoever keeps the list decides that:
    /// there is no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<SimTime>,
    /// How often an agent asks the config server. Default: LoongCollector's `heartbeat_interval`.
    #[serde(default = "heartbeat")]
    pub poll: SimTime,
    /// How often a kubelet looks whether a mounted ConfigMap has changed; up to half as long again at random. Default:
    /// `syncFrequency`.
    #[serde(default = "sync_frequency")]
    pub sync: SimTime,
    /// Changes of configs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub push: Vec<Push>,
    /// What agents show the log service, and when it cannot be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Credentials>,
}

impl Control {
    /// The same, and nothing changes or fails.
    pub fn steady(&self) -> Self {
        Self { push: Vec::new(), credentials: None, ..self.clone() }
    }
}

/// The way of a collection config to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Channel {
    /// In the environment of the pod that the agent runs in: a change restarts it.
    Environment,
    /// A mounted ConfigMap: there when the agent starts; changes wait for the kubelet.
    ConfigMap,
    /// Custom resources that every agent watches and loads, whomever they are for.
    CustomResource,
    /// A config server that agents ask, and that knows them by machine groups.
    Server,
}

/// How a config server tells which group an agent belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MachineGroup {
    /// By an identifier that the agent is started with.
    #[default]
    Identifier,
    /// By the IP address of its pod.
    Ip,
}

/// A change of collection configs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Push {
    /// When.
    pub at: SimTime,
    /// The tenant whose configs change; where nothing is said, everybody's do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tenant: Option<Spanned<String>>,
}

/// Temporary credentials, and a time in which nobody issues any.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Credentials {
    /// From issue to expiry. Default: that of AWS STS.
    #[serde(default = "an_hour")]
    pub lifetime: SimTime,
    /// They are renewed so long before they expire. An assumption.
    #[serde(default = "five_minutes")]
    pub renew_before: SimTime,
    /// When they cannot be renewed.
    pub fails: Failure,
}

/// A span of time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Failure {
    /// When it begins.
    pub at: SimTime,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: SimTime,
}

fn an_hour() -> SimTime {
    SimTime::from_secs(3_600)
}

fn five_minutes() -> SimTime {
    SimTime::from_secs(300)
}

fn heartbeat() -> SimTime {
    SimTime::from_secs(10)
}

fn sync_frequency() -> SimTime {
    SimTime::from_secs(60)
}
