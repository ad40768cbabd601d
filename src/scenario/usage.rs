//! What pods want of their node beyond what they request: CPU, and room on its disk.

use crate::units::{Bytes, Fraction, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// CPU that a pod's application uses if it gets it, agents and the writing of logs aside.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Usage {
    /// At ordinary times.
    pub cpu: Millicores,
    /// At times, more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<Peak>,
}

/// Slots in which an application uses more, each by chance.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Peak {
    /// CPU that it uses then.
    pub cpu: Millicores,
    /// Share of the slots.
    pub share: Fraction,
    /// Length of a slot, in whole seconds.
    #[serde(default = "default_slot")]
    pub slot: SimTime,
}

fn default_slot() -> SimTime {
    SimTime::from_secs(10)
}

/// Above these a pod is evicted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Limits {
    /// Bytes of its logs and files (`ephemeral-storage`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<Bytes>,
}

impl Limits {
    pub(super) fn is_empty(&self) -> bool {
        self.ephemeral_storage.is_none()
    }
}

/// What has to be free on a node; with less the kubelet evicts pods. Defaults: kubelet `defaults_linux.go`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct EvictionHard {
    /// Share of the disk that logs lie on (`nodefs.available`); 0% evicts nothing.
    pub nodefs_available: Fraction,
}

impl Default for EvictionHard {
    fn default() -> Self {
        Self { nodefs_available: Fraction::new(0.1) }
    }
}
