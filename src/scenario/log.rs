//! A log of a workload: how fast, how long its lines, in which file.

use super::Count;
use crate::profile::Parse;
use crate::units::{Bytes, Fraction, LineRate, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One log stream of each pod of a workload.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogSpec {
    /// Where the application writes it.
    pub stream: LogSource,
    /// Mean lines a second of a pod.
    pub rate: LineRate,
    /// When within that mean.
    #[serde(default)]
    pub arrivals: ArrivalsSpec,
    /// How far replicas differ: the coefficient of variation of their mean rates, log-normal.
    #[serde(default = "default_spread")]
    pub spread: Fraction,
    /// Sizes of lines, as the application writes them.
    #[serde(default)]
    pub line: LineSize,
    /// What the owner wants done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<Wants>,
    /// Whether it stays where it is written under every strategy. Otherwise the workload writes the same
    /// lines to where the strategy can read them.
    #[serde(default)]
    pub fixed: bool,
    /// How the application rotates the file, where it is one.
    #[serde(default)]
    pub rotate: Rotation,
}

fn default_spread() -> Fraction {
    Fraction::new(0.3)
}

/// Where an application writes a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogSource {
    /// Standard output or error.
    Stdout,
    /// A file in a volume of the pod.
    File,
    /// A file in a directory of the node.
    HostPath,
}

/// How lines fall in time.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ArrivalsSpec {
    /// Independently of each other.
    #[default]
    Poisson,
    /// Evenly.
    Constant,
    /// Evenly, but written at ticks of this length only, the same instants for all pods: a load generator.
    Ticked(SimTime),
    /// On and off.
    Burst(Burst),
    /// With the time of day.
    Diurnal(Diurnal),
    /// As recorded, second by second.
    Trace(Trace),
}

/// Slots that are on or off, independently; all lines fall into those that are on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Burst {
    /// Share of the time that is on.
    pub duty: Fraction,
    /// Length of a slot, in whole seconds.
    pub slot: SimTime,
}

/// A sine over the day.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Diurnal {
    /// Half the swing over the mean.
    pub amplitude: Fraction,
    /// Length of a full swing.
    #[serde(default = "day")]
    pub period: SimTime,
    /// Where in the swing the run starts: 0 is the mean, rising; 0.25 the peak.
    #[serde(default = "quarter")]
    pub phase: Fraction,
}

fn day() -> SimTime {
    SimTime::from_secs(86_400)
}
fn quarter() -> Fraction {
    Fraction::new(0.25)
}

/// Weights of successive seconds; only their proportions count. Each pod starts at a place of its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Trace {
    /// Lines seen in each second.
    #[serde(serialize_with = "super::logs::on_one_line")]
    pub per_second: Vec<f32>,
}

/// Sizes of lines in bytes, line end included.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LineSize {
    /// Every line the same.
    Constant(Bytes),
    /// Log-normal.
    Lognormal(LogNormal),
    /// From real logs: sizes at evenly spaced quantiles, the smallest first, the largest last.
    Quantiles(#[serde(serialize_with = "super::logs::on_one_line")] Vec<Bytes>),
}

impl Default for LineSize {
    fn default() -> Self {
        Self::Lognormal(LogNormal { median: Bytes::new(180), p99: Bytes::new(1200) })
    }
}

/// A log-normal distribution by two of its quantiles.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogNormal {
    /// Half of all lines are smaller.
    pub median: Bytes,
    /// 99 of 100 lines are smaller.
    pub p99: Bytes,
}

/// A workload's own collection config.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wants {
    /// How lines are to be parsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parse: Option<Parse>,
    /// The store that lines are to arrive in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// Share of lines to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Fraction>,
    /// How long lines are to be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<SimTime>,
    /// Agent settings of its own, such as a larger buffer.
    #[serde(default)]
    pub own_limits: bool,
}

/// How an application rotates its own log file: exactly at a size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Rotation {
    /// Size at which the file is rotated.
    pub size: Bytes,
    /// Files kept, the one being written included.
    pub files: Count,
    /// How: by a rename, or by a copy.
    #[serde(skip_serializing_if = "RotationMode::is_default")]
    pub mode: RotationMode,
    /// Time from the rename until the application has begun a new file, on average: two system calls in a row, some
    /// microseconds, plausibly 1 to 100 (where writers wait for their turn on a full machine).
    pub gap: SimTime,
}

/// How a log file is rotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RotationMode {
    /// It gets another name, and a new one is begun: who has it open reads on.
    #[default]
    Rename,
    /// It is copied and emptied, as logrotate's `copytruncate` does: who has not read it by then finds it empty, and what
    /// was in it is in a copy that agents leave alone.
    CopyTruncate,
}

impl RotationMode {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Rotation {
    /// As log libraries commonly do, and the same as the kubelet: 10 Mi, five files.
    fn default() -> Self {
        Self {
            size: Bytes::new(10 << 20),
            files: Count::of(5),
            mode: RotationMode::Rename,
            gap: SimTime::from_ns(3_000),
        }
    }
}
