//! What one run of one strategy yields.

use super::{AgentUse, Freshness, Ledger};
use crate::metric::Metric;
use std::collections::BTreeMap;

/// The record of one run.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// Every figure; `None` for a freshness beyond the horizon.
    pub metrics: BTreeMap<Metric, Option<f64>>,
    /// Where every line is.
    pub ledger: Ledger,
    /// Share of lines that agents lose on average by looking too early for rotated files' successors, whatever came of it
    /// in this run: lines of files that are gone, times the chance that they were missed.
    pub missable: f64,
    /// Ages of all tenants' lines emitted after warm-up.
    pub freshness: Freshness,
    /// Each tenant by itself, in the order of the scenario.
    pub tenants: Vec<TenantFigures>,
    /// What agents used, by kind and pool.
    pub uses: Vec<AgentUse>,
    /// Proxies by kind; empty where there are none.
    pub proxies: Vec<ProxyFigures>,
    /// The run over time, warm-up and drain included.
    pub timeline: Vec<TimelineBin>,
}

impl Observation {
    /// The value of a metric; `None` when it is beyond the horizon or was not recorded.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        self.metrics.get(&metric).copied().flatten()
    }
}

/// One tenant's figures.
#[derive(Clone, Debug, Default)]
pub struct TenantFigures {
    /// The tenant's name.
    pub name: String,
    /// Lines emitted after warm-up.
    pub lines: u64,
    /// Of these, delivered.
    pub delivered: u64,
    /// Lines in files that are still being written to when the run ends, those from before the warm-up included.
    pub live: u64,
    /// Freshness in seconds that half of its lines do not exceed; `None` beyond the horizon.
    pub freshness_p50: Option<f64>,
    /// The same that 99 in 100 do not exceed.
    pub freshness_p99: Option<f64>,
}

/// Proxies of one kind, by arithmetic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProxyFigures {
    /// Where they run.
    pub kind: &'static str,
    /// Pods whose requests pass them.
    pub pods: u64,
    /// Requests a second.
    pub requests_per_s: f64,
    /// Processes.
    pub processes: u64,
    /// Cores in use.
    pub cpu_cores: f64,
    /// Bytes in use.
    pub memory_bytes: f64,
    /// Cores requested.
    pub cpu_requested_cores: f64,
    /// Bytes requested.
    pub memory_requested_bytes: f64,
    /// Features, times languages in which each has to be there.
    pub implementations: u64,
    /// Changes of endpoints that the control plane sends to proxies, a second.
    pub pushes_per_s: f64,
    /// Cores of the control plane for them.
    pub control_cores: f64,
    /// Bytes of the control plane for them.
    pub control_bytes: f64,
}

/// A span of simulated time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimelineBin {
    /// Its end, in seconds.
    pub until_s: f64,
    /// Lines emitted in it.
    pub emitted: u64,
    /// Lines delivered in it.
    pub delivered: u64,
}
