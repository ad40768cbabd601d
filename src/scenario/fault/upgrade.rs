//! Another version of the agent is rolled out.

use super::{Checked, Kind, Scene};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[serde(default = "super::minute")]
    pub takes: SimTime,
}

impl Kind for Upgrade {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.takes
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.takes, "takes")
    }

    fn in_words(&self) -> String {
        format!("agents are upgraded from {} on, {} a batch", self.at, self.takes)
    }
}
