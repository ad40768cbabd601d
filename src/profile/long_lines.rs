//! What an agent does with a line that is too long for it.

use crate::units::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of the longest line that an agent takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LineLimit {
    /// It takes any.
    Unlimited,
    /// No more than this, line end included.
    Limit(Bytes),
}

impl LineLimit {
    /// Bytes; `u64::MAX` where there is no limit.
    pub fn get(self) -> u64 {
        match self {
            Self::Unlimited => u64::MAX,
            Self::Limit(bytes) => bytes.get(),
        }
    }
}

/// What becomes of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LongLines {
    /// It is passed over.
    Skip,
    /// What is beyond the limit is cut off.
    Truncate,
    /// It becomes several records.
    Split,
    /// The agent reads no further in the file that holds it.
    Stop,
}
