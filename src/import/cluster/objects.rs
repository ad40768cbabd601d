//! The few fields of Kubernetes' JSON that are read.
//!
//! Everything else — environments, secrets, annotations, commands, images — is skipped by the parser and is
//! never held.

use super::quantity::{Cpu, Memory, Whole};
use serde::{Deserialize, Deserializer};

/// A node, a pod, or a list of them; of other kinds no more than the kind.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Object {
    #[serde(default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) items: Option<Vec<Object>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) spec: Spec,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: Status,
}

/// Who an object is and whom it belongs to.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) namespace: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) labels: Labels,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) owner_references: Vec<Owner>,
}

/// The one label that is read: what a Deployment appends to the name of its ReplicaSet.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Labels {
    #[serde(default, rename = "pod-template-hash")]
    pub(super) pod_template_hash: Option<String>,
}

/// What made a pod.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Owner {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) controller: bool,
}

/// What a pod asks for; of a node whether it is cordoned.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) containers: Vec<Container>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) init_containers: Vec<Container>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) overhead: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) resources: Resources,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) unschedulable: bool,
}

/// What one container asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) resources: Resources,
    /// `Always` makes an init container a sidecar (KEP-753).
    #[serde(default)]
    pub(super) restart_policy: Option<String>,
}

/// Requests, and limits, which stand in for requests that are missing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Resources {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) requests: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) limits: Amounts,
}

/// Processor, memory and pods.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Amounts {
    #[serde(default)]
    pub(super) cpu: Option<Cpu>,
    #[serde(default)]
    pub(super) memory: Option<Memory>,
    #[serde(default)]
    pub(super) pods: Option<Whole>,
}

/// How far a pod is; what a node has.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Status {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) phase: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) allocatable: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) capacity: Amounts,
}

impl Amounts {
    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.memory.is_none() && self.pods.is_none()
    }
}

/// `null` is as good as missing.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
