//! What an agent knows when it is back, and how long it waits for an answer: where duplicates come from.

use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the position of a file says that an agent keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Position {
    /// What has been read: what a killed process had in memory is passed over.
    Read,
    /// What the backend has acknowledged: what a killed process had in memory is read again.
    Acknowledged,
}

/// Where an agent begins to read a file of which it has no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StartAt {
    /// At its beginning.
    Beginning,
    /// At its end.
    End,
}

/// How long an agent waits for the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Timeout {
    /// As long as it takes.
    Never,
    /// So long; then the request counts as failed, whatever becomes of it.
    After(SimTime),
}

impl Timeout {
    /// Nanoseconds; `u64::MAX` where there is no bound.
    pub fn as_ns(self) -> u64 {
        match self {
            Self::Never => u64::MAX,
            Self::After(time) => time.as_ns(),
        }
    }
}
