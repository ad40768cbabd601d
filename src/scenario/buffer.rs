//! Buffers of collectors: where they are held.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a collector holds what it cannot send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BufferOn {
    /// It is lost with the process.
    Memory,
    /// It survives the process.
    Disk,
}
