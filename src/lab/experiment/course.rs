//! What is looked at, and what has happened so far, in a measurement.

use super::super::machine::Busy;
use super::super::meter::Usage;
use super::super::sink::Counts;
use std::time::{Duration, Instant};

/// Counters at an instant.
pub(super) struct Look {
    pub at: Instant,
    pub usage: Usage,
    pub cgroup_cpu: Option<Duration>,
    pub sink: Counts,
    pub generator_cpu: Duration,
    pub busy: Busy,
    pub written: u64,
    pub delivered: u64,
}

impl Look {
    /// Lines written that have not arrived.
    pub(super) fn backlog(&self) -> u64 {
        self.written.saturating_sub(self.delivered)
    }
}

/// What has happened so far of what was planned.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub outage_begun: bool,
    pub outage_ended: bool,
    pub ended_ns: u64,
    pub rotations_before: u64,
    pub rotations_in_outage: u64,
    pub back_after: Option<Duration>,
    pub rss_kib: Option<u64>,
    pub killed: bool,
    pub restarted: bool,
    pub end_told: bool,
}
