//! Nodes are gone from one moment to the next.

use super::{Checked, Kind, Scene, of_pool};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
    /// From the loss until such a node is there anew, with an empty disk; its agent 30 s later. Never where nothing is
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

impl Kind for NodeLoss {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.evict_after
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.evict_after, "evictAfter")?;
        scene.up_to_a_month(self.pause, "pause")?;
        scene.up_to_a_month(self.back.unwrap_or_default(), "back")?;
        scene.has_nodes(Some(self.nodes), self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        format!("{} nodes{} are lost at {}", self.nodes, of_pool(&self.pool), self.at)
    }
}

fn evict_after() -> SimTime {
    SimTime::from_secs(340)
}
