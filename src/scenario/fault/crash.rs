//! Agents, or processes of a gateway, die at once.

use super::outage::there_is_a_gateway;
use super::{Checked, Kind, Scene};
use crate::units::{HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Agents die at once: what they hold in memory is lost, and they start again as their profile has it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Crash {
    /// Which: agents, or processes of the gateway.
    #[serde(default, skip_serializing_if = "CrashOf::is_default")]
    pub of: CrashOf,
    /// When.
    pub at: SimTime,
    /// How many of them, drawn at random.
    #[serde(default = "super::all")]
    pub agents: HowMany,
}

/// What dies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CrashOf {
    /// Agents.
    #[default]
    Agents,
    /// Processes of the gateway, or of the log drivers' collectors with a buffer.
    Gateway,
}

impl CrashOf {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Kind for Crash {
    fn at(&self) -> SimTime {
        self.at
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        if self.of == CrashOf::Gateway { there_is_a_gateway(scene) } else { Ok(()) }
    }

    fn in_words(&self) -> String {
        let of = if self.of == CrashOf::Gateway { "gateway's processes" } else { "agents" };
        format!("{} of the {of} crash at {}", self.agents, self.at)
    }
}
