//! The log service.

use super::Count;
use crate::units::{ByteRate, Bytes, DataPrice, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The log service that receives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Backend {
    /// Bytes a second that it can take in; unlimited where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<ByteRate>,
    /// What its capacity is divided into; one piece where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<Shards>,
    /// What each tenant may send; as much as there is room for where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// Connections that it holds open at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Count>,
    /// From sending a request until its answer: the shortest. Lines can be queried from then on.
    pub latency: SimTime,
    /// Mean of what comes on top, exponential.
    pub latency_tail: SimTime,
    /// Whether what comes on top grows with the load: by 1 ÷ (1 − utilisation of the second before), as in an M/M/1 queue.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tail_grows: bool,
    /// The longest line that it takes; longer ones it refuses for good (HTTP 400). Any where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_limit: Option<Bytes>,
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
            shards: None,
            quota: None,
            connections: None,
            latency: SimTime::from_ns(20_000_000),
            latency_tail: SimTime::from_ns(5_000_000),
            tail_grows: false,
            line_limit: None,
            queue: SimTime::from_secs(5),
            egress_price: None,
            ingest_price: None,
        }
    }
}

/// Parts of the log service with the same part of its capacity each. Each has a queue of its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Shards {
    /// How many.
    pub count: Count,
    /// What decides which one a request goes to.
    #[serde(default)]
    pub by: Partition,
}

/// What decides which shard a request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Partition {
    /// Each request goes to one at random.
    #[default]
    Request,
    /// A hash of the agent that sends it.
    Source,
    /// A hash of the tenant whose lines they are.
    Tenant,
}

/// What each tenant may send: a bucket that fills at a rate. What it has no room for is refused (HTTP 429).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Quota {
    /// Bytes a second, as agents send them.
    pub rate: ByteRate,
    /// Bytes at once after a while of silence.
    pub burst: Bytes,
}

impl Default for Quota {
    /// Those of Grafana Loki, whose megabytes are mebibytes: `limits_config`, `ingestion_rate_mb` and
    /// `ingestion_burst_size_mb`.
    fn default() -> Self {
        Self { rate: ByteRate::per_sec(4_194_304.0), burst: Bytes::new(6 << 20) }
    }
}

impl Quota {
    /// A share of it, for a part of the cluster in which each tenant has a share of its pods.
    pub(super) fn share_of(&self, share: f64) -> Self {
        Self {
            rate: ByteRate::per_sec((self.rate.get() * share).max(1.0)),
            burst: Bytes::new(((self.burst.as_f64() * share) as u64).max(1)),
        }
    }
}
