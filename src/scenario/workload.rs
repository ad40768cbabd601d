//! Tenants, and the workloads that they run.

use super::{Count, Growth, Lifecycle, Limits, LogSpec, MachineGroup, Placed, Proxy, Usage};
use crate::units::{Bytes, HowMany, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A team, customer or business with its own workloads.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Tenant {
    /// The tenant's name; several of a `count` are called name-1, name-2, …
    pub name: String,
    /// How many tenants of this kind.
    #[serde(default = "one")]
    pub count: Count,
    /// Whether the others' lines are also looked at with this tenant silent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loud: bool,
    /// What each of them runs.
    pub workloads: Vec<Workload>,
}

fn is_none_of_it(priority: &i32) -> bool {
    *priority == 0
}
fn one() -> Count {
    Count::of(1)
}

/// Pods of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Workload {
    /// The workload's name.
    pub name: String,
    /// How many pods.
    #[serde(default = "one")]
    pub replicas: Count,
    /// What each pod requests.
    #[serde(default)]
    pub requests: Resources,
    /// Pools whose nodes take its pods (`nodeSelector`), by name; where nothing is said, those that are not serverless,
    /// or all where every pool is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<String>,
    /// On which nodes its pods were seen to run, by pool: `general: 1-6 7=3` is one on each of the nodes 1 to 6 and three
    /// on the seventh. Every strategy keeps them there; what does not fit beside its agents, and pods beyond these, go where
    /// the scheduler puts them.
    #[serde(default, skip_serializing_if = "Placed::is_empty")]
    pub placed: Placed,
    /// CPU that the application of each pod uses if it gets it; where nobody says, nodes are taken to have enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Above these a pod is evicted.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Where a node's disk is full pods of the lowest are evicted first (`priorityClassName`).
    #[serde(default, skip_serializing_if = "is_none_of_it")]
    pub priority: i32,
    /// In which its image is pulled where the node has not run any of its pods, where it differs from the cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<SimTime>,
    /// Pods that may be missing for a drain to take another (`PodDisruptionBudget`); shares are rounded up. Any number where
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<HowMany>,
    /// How fast it grows, in place of the scenario's own growth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// How its pods come and go.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// How a config server tells which group its pods' agents belong to, where it differs from `control`'s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_group: Option<MachineGroup>,
    /// What does for its requests what every service needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Proxy>,
    /// What each pod writes, access logs of its proxy aside.
    #[serde(default)]
    pub logs: Vec<LogSpec>,
}

impl Workload {
    /// Pods that are there from beginning to end, and of which nothing more is known.
    pub fn plain(name: String, replicas: Count, requests: Resources, logs: Vec<LogSpec>) -> Self {
        Self {
            name,
            replicas,
            requests,
            pools: Vec::new(),
            placed: Placed::new(),
            usage: None,
            limits: Limits::default(),
            priority: 0,
            pull: None,
            max_unavailable: None,
            growth: None,
            lifecycle: Lifecycle::default(),
            machine_group: None,
            proxy: None,
            logs,
        }
    }

    /// What each pod writes, its proxy's access log last.
    pub fn all_logs(&self) -> Cow<'_, [LogSpec]> {
        let Some(line) = self.proxy.as_ref().and_then(Proxy::access_lines) else {
            return Cow::Borrowed(&self.logs);
        };
        Cow::Owned(self.logs.iter().cloned().chain([line]).collect())
    }
}

/// CPU and memory that a pod requests.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Resources {
    /// CPU request.
    pub cpu: Millicores,
    /// Memory request.
    pub memory: Bytes,
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpu: Millicores::new(250), memory: Bytes::new(256 << 20) }
    }
}
