//! The agent that collects, and its settings.

use super::cost::Cost;
use super::gateway::Gateway;
use super::variants::{Driver, Hybrid, Ordering};
use super::workload::Count;
use crate::profile::{LineLimit, LongLines, Overflow, Position, Retries, StartAt, Timeout};
use crate::units::{Bytes, Fraction, Millicores, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// How logs are collected, whatever the strategy; each strategy may differ.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Collection {
    /// The agent: an embedded profile, or one of the scenario's own.
    #[schemars(with = "String")]
    pub agent: Spanned<String>,
    /// Settings of the agent.
    pub with: Settings,
    /// What is different where an agent a node collects.
    pub daemonset: Override,
    /// What is different where an agent a pod collects.
    pub sidecar: Override,
    /// In which order sidecars and applications stop.
    #[serde(skip_serializing_if = "Ordering::is_default")]
    pub ordering: Ordering,
    /// Which workloads get sidecars where most are left to the DaemonSet.
    #[serde(skip_serializing_if = "Hybrid::is_default")]
    pub hybrid: Hybrid,
    /// The log driver, where Docker itself ships.
    #[serde(skip_serializing_if = "Driver::is_default")]
    pub driver: Driver,
    /// Collectors with buffers between all agents and the backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// What is different where a library in the application sends.
    #[serde(skip_serializing_if = "Override::is_default")]
    pub direct: Override,
    /// How a shared agent takes the tenants' collection configs.
    pub configs: ConfigMode,
    /// Collection configs that a shared agent loads beyond those of the workloads here: for a scenario that is
    /// a part of a larger cluster.
    pub extra_configs: u32,
    /// Headroom of requests where the chart sets none: requests are the expected use at so many times the
    /// mean load.
    pub headroom: f64,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            agent: unplaced("fluent-bit".to_owned()),
            with: Settings::default(),
            daemonset: Override::default(),
            sidecar: Override::default(),
            ordering: Ordering::default(),
            hybrid: Hybrid::default(),
            driver: Driver::default(),
            gateway: None,
            direct: Override::default(),
            configs: ConfigMode::default(),
            extra_configs: 0,
            headroom: 1.5,
        }
    }
}

/// A value that stands in no file.
pub(super) fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

/// How a shared agent takes collection configs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConfigMode {
    /// One shared input, as the charts set it up, and a route for each config.
    #[default]
    Routes,
    /// Each config is an input of its own, with a buffer of its own.
    OwnInputs,
}

/// Settings that replace a profile's defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Settings {
    /// How often the buffer is flushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flush: Option<SimTime>,
    /// Bytes of records that the agent holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_buf_limit: Option<Bytes>,
    /// What happens when that is full: `pause`, `dropNewest` or `dropOldest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overflow: Option<Overflow>,
    /// How often the agent looks for new files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_interval: Option<SimTime>,
    /// How long a rotated file may still be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_wait: Option<SimTime>,
    /// Retries of a failed request: `unlimited`, or `{ limit: 1 }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<Retries>,
    /// Share of files in a rotated one's place that the agent overlooks until its next scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_successors: Option<Fraction>,
    /// Whether positions in files survive the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<bool>,
    /// What such a position says: `read` or `acknowledged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_of: Option<Position>,
    /// How often positions are written to disk; `0s` at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_every: Option<SimTime>,
    /// Where a file without a position is read from when the agent is back: `beginning` or `end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<StartAt>,
    /// Bytes of the longest line that the agent takes: `unlimited`, or `{ limit: 32Ki }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_limit: Option<LineLimit>,
    /// What becomes of longer ones: `skip`, `truncate`, `split` or `stop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_lines: Option<LongLines>,
    /// How long a parser of events of several lines waits for the next line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiline_flush: Option<SimTime>,
    /// How long the answer to a request is waited for before it is sent again: `never`, or `{ after: 10s }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<Timeout>,
    /// Collection configs, as inputs of their own, that one process can load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_inputs: Option<Count>,
    /// Files that one process can have open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_files: Option<Count>,
    /// Whether lines get the pod's metadata; default: a shared agent does, a sidecar knows its pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrich: Option<bool>,
}

impl Settings {
    /// These settings, and those of `other` where these say nothing.
    pub fn or(&self, other: &Self) -> Self {
        Self {
            flush: self.flush.or(other.flush),
            mem_buf_limit: self.mem_buf_limit.or(other.mem_buf_limit),
            overflow: self.overflow.or(other.overflow),
            refresh_interval: self.refresh_interval.or(other.refresh_interval),
            rotate_wait: self.rotate_wait.or(other.rotate_wait),
            retries: self.retries.or(other.retries),
            missed_successors: self.missed_successors.or(other.missed_successors),
            checkpoints: self.checkpoints.or(other.checkpoints),
            checkpoint_of: self.checkpoint_of.or(other.checkpoint_of),
            checkpoint_every: self.checkpoint_every.or(other.checkpoint_every),
            start_at: self.start_at.or(other.start_at),
            line_limit: self.line_limit.or(other.line_limit),
            long_lines: self.long_lines.or(other.long_lines),
            multiline_flush: self.multiline_flush.or(other.multiline_flush),
            request_timeout: self.request_timeout.or(other.request_timeout),
            max_inputs: self.max_inputs.or(other.max_inputs),
            max_files: self.max_files.or(other.max_files),
            enrich: self.enrich.or(other.enrich),
        }
    }
}

/// What one strategy does differently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Override {
    /// Another agent.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Spanned<String>>,
    /// Other settings.
    pub with: Settings,
    /// Requests, each in place of the chart's or of the sizing rule's.
    pub requests: AgentRequests,
    /// CPU limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<Millicores>,
    /// Memory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<Bytes>,
}

impl Override {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What an agent requests; what is left out follows from its chart or from the sizing rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AgentRequests {
    /// CPU request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Millicores>,
    /// Memory request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
}

/// An agent derived from an embedded profile.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CustomProfile {
    /// Its name in this scenario.
    pub name: String,
    /// The profile it is derived from.
    #[schemars(with = "String")]
    pub base: Spanned<String>,
    /// Costs that differ, by their path in the profile, such as `cpu.line: 2.5`; each may say where it comes from.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Cost>")]
    pub set: BTreeMap<String, Spanned<Cost>>,
    /// Its own defaults, in place of the base's; `collection` goes before them.
    #[serde(default)]
    pub with: Settings,
}
