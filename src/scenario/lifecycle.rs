//! How pods come and go.

use super::Count;
use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the pods of a workload come and go. A pod's successor takes its place on the same node, under a name and with
/// files of its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Lifecycle {
    /// Every pod runs from beginning to end.
    #[default]
    Service,
    /// Pods are replaced at random, as rollouts, evictions and autoscaling do it.
    Churn(Churn),
    /// Each pod does one piece of work, and another follows it.
    Job(Job),
    /// Every pod runs from beginning to end, and its container crashes again and again.
    CrashLoop(CrashLoop),
}

/// Pods that are replaced at random: lifetimes are exponential.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Churn {
    /// Mean time that a pod lives.
    pub lifetime: SimTime,
    /// From a pod's last line until it is deleted, its logs with it.
    #[serde(default = "one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until its successor writes. The default is what Kubernetes promises for a start
    /// ("Pod startup latency SLO": 99 of 100 within 5 s, images present).
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
    /// An application that is told to stop still writes for so long, the last of its life; in whole seconds. Assumed.
    #[serde(default = "two_seconds", skip_serializing_if = "is_two_seconds")]
    pub shutdown: SimTime,
}

/// Pods that do one piece of work each.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Job {
    /// How long the work takes: the median. This, or `quantiles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<SimTime>,
    /// 99 of 100 take no longer; where nothing is said, all take the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<SimTime>,
    /// How long the work takes, from real jobs: times at evenly spaced quantiles, the shortest first, the longest last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "super::logs::some_on_one_line"
    )]
    pub quantiles: Option<Vec<SimTime>>,
    /// From a pod's last line until it is deleted, its logs with it (`ttlSecondsAfterFinished`).
    #[serde(default = "one_second")]
    pub linger: SimTime,
    /// From a pod's deletion until the next one writes.
    #[serde(default = "five_seconds")]
    pub pause: SimTime,
}

impl Job {
    /// Jobs of this median, with every default.
    pub(crate) fn lasting(median: SimTime) -> Self {
        Self {
            duration: Some(median),
            p99: None,
            quantiles: None,
            linger: one_second(),
            pause: five_seconds(),
        }
    }
}

/// Containers that crash and are started again in their pods, after 0, 10, 20, 40, 80, 160, 300, 300, … s: the kubelet's
/// back-off. One that ran for ten minutes starts over.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CrashLoop {
    /// From a container's start until it crashes: the median.
    pub runs: SimTime,
    /// 99 of 100 run no longer; where nothing is said, all run for the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<SimTime>,
    /// Before this none crashes.
    #[serde(default)]
    pub from: SimTime,
    /// Crashes of a pod's container after which it stays up; where nothing is said it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashes: Option<Count>,
    /// From being started, with the image there, until it writes. Assumed.
    #[serde(default = "one_second")]
    pub starts: SimTime,
}

fn one_second() -> SimTime {
    SimTime::from_secs(1)
}

fn two_seconds() -> SimTime {
    SimTime::from_secs(2)
}

fn is_two_seconds(time: &SimTime) -> bool {
    *time == two_seconds()
}

fn five_seconds() -> SimTime {
    SimTime::from_secs(5)
}
