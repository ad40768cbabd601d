//! Nodes evict pods at once.

use super::{Checked, Kind, Scene, of_pool};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nodes evict pods without grace, as under pressure: each is killed and deleted with its logs at once, and starts elsewhere.
/// The nodes take no pods meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EvictionStorm {
    /// How many nodes, drawn at random.
    pub nodes: HowMany,
    /// Of which pool; of any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// How many of the pods on each, drawn at random.
    pub pods: HowMany,
    /// When it begins.
    pub at: SimTime,
    /// How long it lasts: each pod is evicted at an instant within.
    #[serde(default = "super::minute")]
    pub within: SimTime,
    /// From its end until the nodes take pods again. Default: `eviction-pressure-transition-period`, 5 min.
    #[serde(default = "five_minutes")]
    pub closed: SimTime,
    /// From a pod's eviction until it writes elsewhere.
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
}

impl Kind for EvictionStorm {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.within
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.within, "within")?;
        scene.up_to_a_month(self.closed, "closed")?;
        scene.up_to_a_month(self.pause, "pause")?;
        scene.has_nodes(Some(self.nodes), self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        let (nodes, of) = (self.nodes, of_pool(&self.pool));
        format!(
            "{nodes} nodes{of} evict {} of their pods from {} on, within {}",
            self.pods, self.at, self.within
        )
    }
}

fn five_minutes() -> SimTime {
    SimTime::from_secs(300)
}
