//! Which kinds of logs a strategy collects, when a workload writes all three and moves none of them.
//!
//! Companion cluster: two nodes, ten pods a node for each kind of source, streams as written, for as long as the scenario
//! runs but ten minutes at most.

use super::companion::{Typical, companion};
use super::observed::observed;
use crate::blueprint::Reader;
use crate::flow::Medium;
use crate::run::{RunError, Runner};
use crate::scenario::{LogSource, Scenario};
use crate::strategy::Strategy;
use crate::units::SimTime;

const NODES: u64 = 2;
const PODS_PER_NODE: u64 = 10;
/// As long as the scenario, and no longer than this: of a longer run `kubectl logs` shows a smaller part.
const MAX_SECONDS: u64 = 600;

/// Shares of lines that can be read where the strategy puts them, by kind of source.
#[derive(Clone, Debug)]
pub struct LogTypes {
    /// The strategy.
    pub strategy: &'static str,
    /// Each kind, and the share of its lines that are delivered, or, where nothing is shipped, that
    /// `kubectl logs` can show; one value a replication.
    pub shares: Vec<(Medium, Vec<Option<f64>>)>,
}

const KINDS: [(LogSource, Medium, &str); 3] = [
    (LogSource::Stdout, Medium::Stdout, "stdout"),
    (LogSource::File, Medium::File, "file"),
    (LogSource::HostPath, Medium::HostPath, "host-path"),
];

/// Measures the kinds collected under several strategies.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn log_types(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<LogTypes>, RunError> {
    let Some(cluster) = cluster(scenario) else { return Ok(Vec::new()) };
    Ok(observed(runner, &cluster, strategies, seed, replications)?
        .into_iter()
        .map(|(setup, observations)| {
            let share = |kind: usize| {
                // Where nobody ships it, kubectl shows the live file.
                let shown = setup.blueprint.pods[kind].streams[0].reader == Reader::Nobody;
                let one = |o: &std::sync::Arc<crate::observe::Observation>| {
                    let tenant = &o.tenants[kind];
                    let seen = if shown { tenant.live } else { tenant.delivered };
                    Some(seen as f64 / tenant.lines.max(1) as f64)
                };
                observations.iter().map(one).collect()
            };
            let shares =
                KINDS.iter().enumerate().map(|(kind, (_, medium, _))| (*medium, share(kind))).collect();
            LogTypes { strategy: setup.strategy.name, shares }
        })
        .collect())
}

/// The companion cluster; `None` where nothing writes.
pub(super) fn cluster(scenario: &Scenario) -> Option<Scenario> {
    let typical = Typical::of(scenario)?;
    let tenants = KINDS.map(|(source, _, name)| {
        let mut tenant = typical.tenants(name, 1, NODES * PODS_PER_NODE);
        let log = &mut tenant.workloads[0].logs[0];
        (log.stream, log.fixed) = (source, true);
        tenant
    });
    let seconds = (scenario.duration.as_secs_f64().ceil() as u64).clamp(1, MAX_SECONDS);
    let mut cluster = companion(scenario, "log-types", NODES, tenants.to_vec(), seconds);
    // Lines in live files are counted from the beginning.
    cluster.warmup = SimTime::ZERO.into();
    Some(cluster)
}
