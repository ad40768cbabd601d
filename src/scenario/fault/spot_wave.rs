//! Nodes are taken away after a notice.

use super::{Checked, Kind, Scene, of_pool};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nodes are reclaimed: emptied at the notice, and gone with what is left on them when it has run out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SpotWave {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When notice is given.
    pub at: SimTime,
    /// How long ahead. Default: 120 s (Amazon EC2, "Spot Instance interruption notices").
    #[serde(default = "notice")]
    pub notice: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "super::one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until it writes elsewhere.
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
    /// From being gone until such a node is there anew, with an empty disk; its agent 30 s later. Never where nothing is
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<SimTime>,
}

impl Kind for SpotWave {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.notice
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.notice, "notice")?;
        scene.up_to_a_month(self.linger, "linger")?;
        scene.up_to_a_month(self.pause, "pause")?;
        scene.up_to_a_month(self.back.unwrap_or_default(), "back")?;
        scene.has_nodes(Some(self.nodes), self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        let (nodes, of) = (self.nodes, of_pool(&self.pool));
        format!("{nodes} nodes{of} are reclaimed at {}, {} ahead", self.at, self.notice)
    }
}

fn notice() -> SimTime {
    SimTime::from_secs(120)
}
