//! Agents: what they cost, what limits them, how they behave, and where each number comes from.
//!
//! Takes YAML (`profiles/*.yaml`, embedded; users may derive their own); gives a [`Profile`] whose every
//! number carries source and quality, and the cost functions that the world and the sizing rule share.

mod cost;
mod numbers;
mod sourced;

pub use cost::{Costs, Load, Work};
pub use sourced::{Quality, Sourced};

use crate::units::{Bytes, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A log collector, as measured and as its defaults are.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Profile {
    /// The name used in scenarios.
    pub name: String,
    /// The version measured.
    pub version: String,
    /// Short names of sources, used by the numbers below.
    pub sources: BTreeMap<String, String>,
    /// Processor time by stage.
    pub cpu: CpuCosts,
    /// Memory by use.
    pub memory: MemoryCosts,
    /// What a line becomes on its way.
    pub wire: Wire,
    /// Defaults of the official chart first, then of the program.
    pub behaviour: Behaviour,
    /// Requests and limits of the official chart; empty where it sets none.
    pub chart: Chart,
}

/// Processor time of one agent process.
///
/// A wake-up and a read are dearer when the last one was long ago (cold caches, fewer events a wake-up): at
/// a mean gap `g` they cost `1 + coldFactor · g / (g + coldGap)` times as much. That is what makes many
/// agents with a file each dearer than one agent with all of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CpuCosts {
    /// Cores in use with nothing to do, wake-ups aside.
    pub idle: Sourced<f64>,
    /// Wake-ups a second with nothing to do.
    pub idle_wakeups: Sourced<f64>,
    /// Microseconds a wake-up.
    pub wakeup: Sourced<f64>,
    /// Microseconds a read event: one look at one file that has new lines.
    pub read: Sourced<f64>,
    /// Microseconds a line, the container runtime's format parsed.
    pub line: Sourced<f64>,
    /// Nanoseconds a byte on disk.
    pub byte: Sourced<f64>,
    /// Microseconds a line more where metadata of the pod are added.
    pub enrich: Sourced<f64>,
    /// How many times dearer a wake-up and a read become, beyond once, after a long gap.
    pub cold_factor: Sourced<f64>,
    /// The gap at which half of that is reached, in milliseconds.
    pub cold_gap: Sourced<f64>,
    /// Microseconds between a write and the read it causes; further writes meanwhile cause none.
    pub coalesce: Sourced<f64>,
    /// Share of the cost of lines and bytes that falls on the reading thread, 0 to 1.
    pub reader_share: Sourced<f64>,
    /// Cores for each collection config loaded.
    pub config: Sourced<f64>,
    /// Cores for the square of the number of configs loaded: what grows faster than linearly.
    pub config_squared: Sourced<f64>,
}

/// Memory of agent processes, in bytes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MemoryCosts {
    /// RSS of one process with nothing to do.
    pub resident: Sourced<f64>,
    /// PSS that the copies on one node share: counted once a node.
    pub shared: Sourced<f64>,
    /// PSS of each process beside that.
    pub proportional: Sourced<f64>,
    /// Bytes a file.
    pub file: Sourced<f64>,
    /// Bytes a collection config.
    pub config: Sourced<f64>,
    /// Bytes for each byte buffered at the fullest.
    pub buffered_byte: Sourced<f64>,
    /// Bytes for the square root of the bytes buffered at the fullest.
    pub buffered_root: Sourced<f64>,
}

/// Sizes of a line on its way, in bytes beyond the line itself.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wire {
    /// In the agent's buffer: keys, time stamp, file name.
    pub record_overhead: Sourced<f64>,
    /// On the network.
    pub line_overhead: Sourced<f64>,
}

/// How the agent behaves, as its chart and program set it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Behaviour {
    /// How often the buffer is flushed.
    pub flush: Sourced<SimTime>,
    /// Bytes of records the agent holds at most; above, input pauses until memory is free again.
    pub buffer_limit: Sourced<Bytes>,
    /// The largest request.
    pub batch: Sourced<Bytes>,
    /// Requests under way at most.
    pub max_in_flight: Sourced<u32>,
    /// Bytes read at once from a file that is behind.
    pub read_chunk: Sourced<Bytes>,
    /// Retries of a failed request.
    pub retries: Sourced<Retries>,
    /// Shortest wait before a retry.
    pub backoff_base: Sourced<SimTime>,
    /// Longest wait before a retry; each one doubles until there.
    pub backoff_cap: Sourced<SimTime>,
    /// How often the agent looks for new files.
    pub scan_interval: Sourced<SimTime>,
    /// How a file that replaces a rotated one is found.
    pub successor: Sourced<Successor>,
    /// Share of successors that are missed although they appear at once: the agent looked too early.
    pub missed_successors: Sourced<f64>,
    /// How long a rotated file may still be read.
    pub rotate_wait: Sourced<SimTime>,
    /// Whether read positions survive the process.
    pub checkpoints: Sourced<bool>,
    /// From the kill of the process until it reads again.
    pub restart: Sourced<SimTime>,
    /// Cores that the agent's reading can use at most.
    pub threads: Sourced<f64>,
    /// Collection configs, as inputs of their own, that one process can load; none where nothing limits it.
    pub max_inputs: Sourced<u32>,
}

/// How often a failed request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Retries {
    /// Until it succeeds.
    Unlimited,
    /// So many times, then it is dropped.
    Limit(u32),
}

/// How an agent finds the file that takes a rotated one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Successor {
    /// It looks when it notices the rotation, and again at the next scan. A file that appears between
    /// (the runtime reopens its log some milliseconds after the kubelet's rename) waits for the scan.
    NextScan,
    /// It is found at once.
    AtOnce,
}

/// Requests and limits of the official chart.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Chart {
    /// Where this was read.
    pub source: String,
    /// CPU request.
    pub cpu_request: Option<Millicores>,
    /// Memory request.
    pub memory_request: Option<Bytes>,
    /// CPU limit.
    pub cpu_limit: Option<Millicores>,
    /// Memory limit.
    pub memory_limit: Option<Bytes>,
}

/// The profiles that ship with the program.
const EMBEDDED: [(&str, &str); 1] = [("fluent-bit", include_str!("../profiles/fluent-bit.yaml"))];

/// Names of the embedded profiles.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The embedded profile of that name.
///
/// # Errors
/// The YAML is refused; a test keeps that from happening to an embedded profile.
pub fn embedded(name: &str) -> Option<Result<Profile, Box<serde_saphyr::Error>>> {
    let (_, yaml) = EMBEDDED.iter().find(|(known, _)| *known == name)?;
    Some(serde_saphyr::from_str(yaml).map_err(Box::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_source_and_a_quality() {
        for name in names() {
            let mut profile = embedded(name).unwrap().unwrap();
            assert_eq!(profile.name, name);
            let sources = profile.sources.clone();
            for (path, number) in profile.numbers_mut() {
                assert!(sources.contains_key(&number.source), "{name}: {path} names no known source");
                assert!(number.value >= 0.0, "{name}: {path} is negative");
            }
            for (path, source) in profile.behaviour.sources() {
                assert!(sources.contains_key(source), "{name}: behaviour.{path} names no known source");
            }
        }
    }
}
