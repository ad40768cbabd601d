//! What collects in a real cluster today: the strategy `as-is`.

use super::Count;
use super::settings::Override;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Agents that run already, as an import found them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AsIs {
    /// Agents of nodes. The first of them collects; the others' requests come on top of its own, in proportion to how many
    /// there are of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub node: Vec<NodeAgents>,
    /// Agents in pods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sidecars: Vec<Sidecars>,
}

/// Agents of nodes that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodeAgents {
    /// What they are called.
    pub name: String,
    /// How many were seen.
    pub agents: Count,
    /// Agent, settings, requests and limits; what is not said is as `collection` has it.
    #[serde(default)]
    pub terms: Override,
}

/// Agents in pods that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Sidecars {
    /// What they are called.
    pub name: String,
    /// The workloads that have them, as `tenant/workload`.
    pub of: Vec<String>,
    /// Agent, settings, requests and limits; what is not said is as `collection` has it.
    #[serde(default)]
    pub terms: Override,
}

impl AsIs {
    /// The sidecars of a workload, if it has any.
    pub fn sidecars_of(&self, tenant: &str, workload: &str) -> Option<&Sidecars> {
        let is = |name: &String| name.split_once('/') == Some((tenant, workload));
        self.sidecars.iter().find(|sidecars| sidecars.of.iter().any(is))
    }
}
