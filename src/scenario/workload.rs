//! Tenants, workloads and the logs they write.

use super::{Lifecycle, Limits, MachineGroup, Placed, Proxy, Usage};
use crate::profile::Parse;
use crate::units::{Bytes, Fraction, HowMany, LineRate, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole number of at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Count(u64);

impl Count {
    /// The most that a count may be: far beyond the largest cluster.
    pub const MAX: u64 = 10_000_000;

    /// A count known to be in range.
    pub(crate) const fn of(n: u64) -> Self {
        Self(n)
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Count;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a whole number from 1 to {}", Count::MAX)
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Count, E> {
                if (1..=Count::MAX).contains(&n) { Ok(Count(n)) } else { Err(no_count(n)) }
            }
            fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Count, E> {
                u64::try_from(n).map_or_else(|_| Err(no_count(n)), |n| self.visit_u64(n))
            }
            fn visit_f64<E: serde::de::Error>(self, n: f64) -> Result<Count, E> {
                Err(no_count(n))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Count, E> {
                text.parse().map_or_else(|_| Err(no_count(format_args!("{text:?}"))), |n| self.visit_u64(n))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn no_count<E: serde::de::Error>(written: impl std::fmt::Display) -> E {
    E::custom(format!("{written} is not a whole number from 1 to {}", Count::MAX))
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": Count::MAX })
    }
}

/// A team, customer or business with its own workloads.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Tenant {
    /// The tenant's name; several of a `count` are called name-1, name-2, …
    pub name: String,
    /// How many tenants of this kind.
    #[serde(default = "one")]
    pub count: Count,
    /// Whether the others' lines are also looked at with this tenant silent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loud: bool,
    /// What each of them runs.
    pub workloads: Vec<Workload>,
}

fn is_none_of_it(priority: &i32) -> bool {
    *priority == 0
}
fn one() -> Count {
    Count::of(1)
}

/// Pods of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Workload {
    /// The workload's name.
    pub name: String,
    /// How many pods.
    #[serde(default = "one")]
    pub replicas: Count,
    /// What each pod requests.
    #[serde(default)]
    pub requests: Resources,
    /// Pools whose nodes take its pods (`nodeSelector`), by name; where nothing is said, those that are not serverless,
    /// or all where every pool is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<String>,
    /// On which nodes its pods were seen to run, by pool: `general: 1-6 7=3` is one on each of the nodes 1 to 6 and three
    /// on the seventh. Every strategy keeps them there; what does not fit beside its agents, and pods beyond these, go where
    /// the scheduler puts them.
    #[serde(default, skip_serializing_if = "Placed::is_empty")]
    pub placed: Placed,
    /// CPU that the application of each pod uses if it gets it; where nobody says, nodes are taken to have enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Above these a pod is evicted.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Where a node's disk is full pods of the lowest are evicted first (`priorityClassName`).
    #[serde(default, skip_serializing_if = "is_none_of_it")]
    pub priority: i32,
    /// In which its image is pulled where the node has not run any of its pods, where it differs from the cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<SimTime>,
    /// Pods that may be missing for a drain to take another (`PodDisruptionBudget`); shares are rounded up. Any number where
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<HowMany>,
    /// How its pods come and go.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// How a config server tells which group its pods' agents belong to, where it differs from `control`'s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_group: Option<MachineGroup>,
    /// What does for its requests what every service needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Proxy>,
    /// What each pod writes, access logs of its proxy aside.
    #[serde(default)]
    pub logs: Vec<LogSpec>,
}

impl Workload {
    /// Pods that are there from beginning to end, and of which nothing more is known.
    pub fn plain(name: String, replicas: Count, requests: Resources, logs: Vec<LogSpec>) -> Self {
        Self {
            name,
            replicas,
            requests,
            pools: Vec::new(),
            placed: Placed::new(),
            usage: None,
            limits: Limits::default(),
            priority: 0,
            pull: None,
            max_unavailable: None,
            lifecycle: Lifecycle::default(),
            machine_group: None,
            proxy: None,
            logs,
        }
    }
}

/// CPU and memory that a pod requests.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Resources {
    /// CPU request.
    pub cpu: Millicores,
    /// Memory request.
    pub memory: Bytes,
}

impl Default for Resources {
    fn default() -> Self {
        Self { cpu: Millicores::new(250), memory: Bytes::new(256 << 20) }
    }
}

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
            files: Count(5),
            mode: RotationMode::Rename,
            gap: SimTime::from_ns(3_000),
        }
    }
}
