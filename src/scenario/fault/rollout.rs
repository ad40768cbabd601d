//! A new version of workloads is rolled out.

use super::{Checked, Kind, Scene};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[serde(default = "super::minute")]
    pub takes: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "super::one_second")]
    pub linger: SimTime,
    /// From the deletion of a pod without a successor until that writes.
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
}

impl Kind for Rollout {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.takes
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.takes, "takes")?;
        scene.up_to_a_month(self.linger, "linger")?;
        scene.up_to_a_month(self.pause, "pause")?;
        if let Some(tenant) = &self.tenant {
            scene.has_tenant(tenant)?;
        }
        scene.has_workload(self.tenant.as_deref(), self.workload.as_deref())
    }

    fn in_words(&self) -> String {
        let of = self.workload.as_deref().or(self.tenant.as_deref()).unwrap_or("all workloads");
        format!("a new version of {of} is rolled out from {} on, {} a wave", self.at, self.takes)
    }
}

fn a_quarter() -> HowMany {
    HowMany::Share(0.25)
}
