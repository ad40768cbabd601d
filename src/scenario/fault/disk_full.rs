//! Something else fills the log disk of nodes.

use super::{Checked, Kind, Scene, of_pool};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The disk that logs lie on is full of something else for a while: the kubelets evict pods, one at each look, the one with
/// most on the disk first, and the nodes take no pods until five minutes after.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DiskFull {
    /// How many nodes, drawn at random.
    #[serde(default = "one")]
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When it is full.
    pub at: SimTime,
    /// Until there is room again.
    #[serde(rename = "for")]
    pub lasts: SimTime,
}

impl Kind for DiskFull {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.lasts
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.lasts, "for")?;
        scene.has_nodes(Some(self.nodes), self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        let (nodes, of) = (self.nodes, of_pool(&self.pool));
        format!("the disks of {nodes} nodes{of} are full from {} for {}", self.at, self.lasts)
    }
}

fn one() -> HowMany {
    HowMany::Count(1)
}
