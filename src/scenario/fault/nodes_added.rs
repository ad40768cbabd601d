//! Nodes join the cluster.

use super::{Checked, Kind, Scene, allow, of_pool};
use crate::scenario::Count;
use crate::scenario::check::MAX_NODES;
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nodes join: pods that are pending start there, and those that the nodes were added for. The agent of a new node is there
/// some time later.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodesAdded {
    /// How many.
    pub nodes: Count,
    /// Of which pool; of the first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// When.
    pub at: SimTime,
    /// Pods that they are added for, drawn at random: these do not run before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<HowMany>,
    /// From then until pods write that start there.
    #[serde(default = "super::five_seconds")]
    pub pause: SimTime,
    /// From then until the agents of the nodes are there: their image is pulled, and they start. Assumed.
    #[serde(default = "half_a_minute")]
    pub agent_ready: SimTime,
    /// Where these begin in files that they find when they start; as their profile has it (`startAt`) where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<ReadsFrom>,
}

/// Where an agent begins in a file that is there when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReadsFrom {
    /// At the beginning: what was written before is read late.
    Beginning,
    /// At the end: what was written before is passed over.
    End,
}

impl NodesAdded {
    /// From joining until the agent of a node is there, where nothing is said. Assumed.
    pub const AGENT_READY: SimTime = SimTime::from_secs(30);

    /// From being placed until a pod writes, where nothing is said.
    pub const PAUSE: SimTime = SimTime::from_secs(5);
}

impl Kind for NodesAdded {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.agent_ready
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.pause, "pause")?;
        scene.up_to_a_month(self.agent_ready, "agentReady")?;
        let all = scene.scenario.nodes() + self.nodes.get();
        allow(all <= MAX_NODES, scene.at("nodes"), || {
            format!("the cluster would have {all} nodes; allowed are up to {MAX_NODES}")
        })?;
        scene.has_nodes(None, self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        format!("{} nodes{} join at {}", self.nodes.get(), of_pool(&self.pool), self.at)
    }
}

fn half_a_minute() -> SimTime {
    NodesAdded::AGENT_READY
}
