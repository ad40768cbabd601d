//! Agents: what they cost, what limits them, how they behave, and where each number comes from.
//!
//! Takes YAML (`profiles/*.yaml`, embedded; users may derive their own); gives a [`Profile`] whose every
//! number carries source and quality, and the cost functions that the world and the sizing rule share.

mod behaviour;
mod cost;
mod embedded;
mod long_lines;
mod numbers;
mod range;
mod restart;
mod settings;
mod sourced;

pub use behaviour::{
    Behaviour, Compress, Discovery, Inotify, Most, Overflow, Parse, Retries, Scope, Storage, Successor,
    Watching,
};
pub use cost::{Costs, Counted, Load, Work};
pub use embedded::{built_in_names, embedded, names};
pub use long_lines::{LineLimit, LongLines};
pub use range::CostEnd;
pub use restart::{Position, StartAt, Timeout};
pub(crate) use settings::{agent_settings, out_of_range, range_in_words, yaml_key};
pub use sourced::{Quality, Sourced};

use crate::units::{Bytes, Millicores};
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
    /// Requests and limits of the official DaemonSet chart or manifest; empty where it sets none.
    pub chart: Chart,
    /// The same of an official sidecar template; absent where there is none, and the sizing rule applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecar_chart: Option<Chart>,
    /// What it asks the API server where it adds metadata of pods; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

/// What one agent process asks the API server for metadata of pods.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metadata {
    /// Watches that it keeps open.
    pub watches: Sourced<f64>,
    /// Requests for each pod that is new to it.
    pub lookups: Sourced<f64>,
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
    /// Microseconds a line, from the file to the backend: what compression, TLS and sending take is in it.
    pub line: Sourced<f64>,
    /// Nanoseconds a byte on disk.
    pub byte: Sourced<f64>,
    /// Microseconds a line more where metadata of the pod are added.
    pub enrich: Sourced<f64>,
    /// How many times dearer a wake-up and a read become, beyond once, after a long gap.
    pub cold_factor: Sourced<f64>,
    /// The gap at which half of that is reached, in milliseconds.
    pub cold_gap: Sourced<f64>,
    /// Microseconds between a write and the read it causes at the latest, such as a polling interval; further
    /// writes meanwhile cause none. Half of it is added to freshness.
    pub coalesce: Sourced<f64>,
    /// Share of the cost of lines and bytes that falls on the reading thread, 0 to 1.
    pub reader_share: Sourced<f64>,
    /// Microseconds a line more, by how it is parsed.
    pub parse: ParseCosts,
    /// Cores for each file tailed, whether or not it is written to.
    pub file: Sourced<f64>,
    /// Cores for each collection config loaded.
    pub config: Sourced<f64>,
    /// Cores for the square of the number of configs loaded: what grows faster than linearly.
    pub config_squared: Sourced<f64>,
    /// Cores for each pod of the cluster, where the agent keeps the metadata of all of them. What those of its own node
    /// take is in what was measured.
    pub pod: Sourced<f64>,
}

/// What parsing adds, in microseconds a line. Published figures have one size of lines, so that a part by the
/// byte cannot be told apart.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ParseCosts {
    /// The container runtime's format, on standard output.
    pub cri: Sourced<f64>,
    /// JSON.
    pub json: Sourced<f64>,
    /// By a delimiter.
    pub delimiter: Sourced<f64>,
    /// By a regular expression.
    pub regex: Sourced<f64>,
    /// Several lines joined to one event.
    pub multiline: Sourced<f64>,
}

impl ParseCosts {
    /// Microseconds a line that this kind adds.
    pub fn of(&self, parse: Parse) -> f64 {
        match parse {
            Parse::Raw => 0.0,
            Parse::Json => self.json.value,
            Parse::Delimiter => self.delimiter.value,
            Parse::Regex => self.regex.value,
            Parse::Multiline => self.multiline.value,
        }
    }
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
    /// Bytes for each pod of the cluster, where the agent keeps the metadata of all of them.
    pub pod: Sourced<f64>,
    /// Bytes for each byte buffered at the fullest.
    pub buffered_byte: Sourced<f64>,
    /// Bytes for the square root of the bytes buffered at the fullest.
    pub buffered_root: Sourced<f64>,
}

/// Sizes of a line on its way, in bytes beyond the line itself, and what compression makes of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wire {
    /// In the agent's buffer: keys, time stamp, file name.
    pub record_overhead: Sourced<f64>,
    /// On the network.
    pub line_overhead: Sourced<f64>,
    /// Bytes on the network for each byte before compression; 1 where the default output does not compress.
    pub compression: Sourced<f64>,
}

/// Requests and limits of the official chart.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
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

impl Profile {
    /// Returns where its numbers come from: the sources that it names, and those of stated defaults that it leaves as they are.
    pub fn all_sources(&self) -> Vec<String> {
        let mut all: Vec<String> = self.sources.values().cloned().collect();
        let stated = Behaviour::stated_defaults();
        for (path, source) in self.behaviour.sources() {
            if stated.contains(&(path, source)) && !all.iter().any(|known| known == source) {
                all.push(source.to_owned());
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_has_a_source_and_a_quality() {
        for name in names().chain(built_in_names()) {
            let mut profile = embedded(name).unwrap().unwrap();
            assert_eq!(profile.name, name);
            let sources = profile.sources.clone();
            let mut used = BTreeSet::new();
            let mut uses = |path: &str, source: &str| {
                assert!(sources.contains_key(source), "{name}: {path} names no known source");
                used.insert(source.to_owned());
            };
            for (path, number) in profile.numbers_mut() {
                uses(path, &number.source);
                assert!(number.value >= 0.0, "{name}: {path} is negative");
                let (low, high) = (number.low.unwrap_or(number.value), number.high.unwrap_or(number.value));
                assert!((low..=high).contains(&number.value), "{name}: {path} is out of its own range");
                assert_eq!(number.low.is_some(), number.high.is_some(), "{name}: {path} has half a range");
            }
            let stated = Behaviour::stated_defaults();
            for (path, source) in profile.behaviour.sources() {
                if !stated.contains(&(path.clone(), source)) {
                    uses(&path, source);
                }
            }
            if let Some(metadata) = &profile.metadata {
                for (path, number) in [("watches", &metadata.watches), ("lookups", &metadata.lookups)] {
                    uses(path, &number.source);
                    assert!(number.value >= 0.0, "{name}: {path} is negative");
                }
            }
            uses("chart", &profile.chart.source);
            if let Some(chart) = &profile.sidecar_chart {
                uses("sidecarChart", &chart.source);
            }
            let unused: Vec<&String> = sources.keys().filter(|source| !used.contains(*source)).collect();
            assert_eq!(unused, [""; 0], "{name} names sources that nothing comes from");
            assert!(profile.cpu.reader_share.value <= 1.0 && profile.wire.compression.value <= 1.0, "{name}");
        }
    }
}
