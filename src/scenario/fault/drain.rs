//! Nodes are emptied, one after the other.

use super::{Checked, Kind, Scene, of_pool};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[serde(default = "super::one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until it writes elsewhere.
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
    /// From being emptied until a node takes pods again. Never where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

impl Kind for Drain {
    fn at(&self) -> SimTime {
        self.at
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.apart, "apart")?;
        scene.up_to_a_month(self.linger, "linger")?;
        scene.up_to_a_month(self.pause, "pause")?;
        scene.up_to_a_month(self.back.unwrap_or_default(), "back")?;
        scene.has_nodes(Some(self.nodes), self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        let apart = match self.apart {
            SimTime::ZERO => "at once".to_owned(),
            apart => format!("one every {apart}"),
        };
        format!("{} nodes{} are drained from {} on, {apart}", self.nodes, of_pool(&self.pool), self.at)
    }
}
