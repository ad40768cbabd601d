//! The log service.

use super::workload::Count;
use crate::units::{ByteRate, DataPrice, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The log service that receives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Backend {
    /// Bytes a second that it can take in; unlimited where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<ByteRate>,
    /// Connections that it holds open at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Count>,
    /// From sending a request until its answer: the shortest. Lines can be queried from then on.
    pub latency: SimTime,
    /// Mean of what comes on top, exponential.
    pub latency_tail: SimTime,
    /// Longest wait for capacity before requests are turned away (HTTP 429).
    pub queue: SimTime,
    /// Price of what leaves the cluster: every byte sent, retries included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_price: Option<DataPrice>,
    /// Price of what the log service takes in; taken for every byte sent as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingest_price: Option<DataPrice>,
}

impl Default for Backend {
    fn default() -> Self {
        Self {
            capacity: None,
            connections: None,
            latency: SimTime::from_ns(20_000_000),
            latency_tail: SimTime::from_ns(5_000_000),
            queue: SimTime::from_secs(5),
            egress_price: None,
            ingest_price: None,
        }
    }
}
