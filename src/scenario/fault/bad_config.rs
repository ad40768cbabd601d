//! A collection config that no agent can start with.

use super::{Checked, Kind, Scene};
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

impl Kind for BadConfig {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.lasts
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.lasts, "for")?;
        scene.has_tenant(&self.tenant)
    }

    fn in_words(&self) -> String {
        format!("the config of {} is bad from {} for {}", self.tenant, self.at, self.lasts)
    }
}
