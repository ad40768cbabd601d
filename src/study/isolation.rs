//! What a loud tenant does to the others: the same cluster with and without it, paired.
//!
//! Companion cluster: four nodes at the scenario's density, up to six tenants. One of them writes as many lines
//! on each node as the loud file of the lab's noisy-neighbour measurements did. Files are not rotated here: the
//! gaps that rotation leaves in some victims' lines would mask what the neighbour does to all of them.

use super::companion::{DRAIN_SECONDS, Typical, companion};
use super::observed::observed;
use crate::metric::Metric;
use crate::observe::{Observation, estimates};
use crate::run::{RunError, Runner};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::units::{Bytes, LineRate};
use std::sync::Arc;

const NODES: u64 = 4;
const MAX_TENANTS: u64 = 6;
const SECONDS: u64 = 60;
/// Lines a second that the loud tenant writes on each node. Source: lab, `noisy-neighbour.csv`.
const LOUD_LINES_PER_NODE: f64 = 50_000.0;

/// A size that no file reaches.
const NO_ROTATION: Bytes = Bytes::new(1 << 40);

/// A loud tenant's effect under one strategy, in each replication.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// The strategy.
    pub strategy: &'static str,
    /// The worst victim's freshness p99 with the loud tenant, over that without: 1 is no effect; `None` where
    /// there is no freshness to compare.
    pub freshness_ratio: Vec<Option<f64>>,
    /// Share of the victims' lines that are not delivered because of the loud tenant.
    pub undelivered_more: Vec<Option<f64>>,
    /// Jain's index of the shares of their lines that tenants, the loud one included, get delivered: 1 where all get the
    /// same share, 1/n where one gets everything; `None` where nothing is delivered.
    pub jain: Vec<Option<f64>>,
    /// Tenants that share the companion cluster; with one there is nobody to disturb.
    pub tenants: u64,
}

impl Isolation {
    /// The ratio over replications: the median, since single ones may be very large.
    pub fn estimate(&self) -> Estimate {
        estimates::of_values(Metric::NeighbourFreshness, &self.freshness_ratio)
    }
}

/// Measures isolation under several strategies.
///
/// # Errors
/// A ledger does not balance.
pub fn isolation(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<Isolation>, RunError> {
    if Typical::of(scenario).is_none() {
        return Ok(Vec::new());
    }
    let Some((tenants, [with, without])) = clusters(scenario) else {
        let alone = |strategy: &&'static Strategy| Isolation {
            strategy: strategy.name,
            freshness_ratio: vec![Some(1.0); replications as usize],
            undelivered_more: vec![Some(0.0); replications as usize],
            jain: vec![Some(1.0); replications as usize],
            tenants: 1,
        };
        return Ok(strategies.iter().map(alone).collect());
    };
    let run = |cluster: &Scenario| observed(runner, cluster, strategies, seed, replications);
    let (with, without) = rayon::join(|| run(&with), || run(&without));
    Ok(with?
        .into_iter()
        .zip(without?)
        .map(|((setup, with), (_, without))| {
            let victims = tenants as usize - 1;
            let runs = || with.iter().zip(&without);
            let ratio = |(with, without): (&Arc<Observation>, &Arc<Observation>)| {
                let before = worst_p99(without, victims)?;
                // Lines that never arrive are at least as old as the run is long.
                let after = worst_p99(with, victims).unwrap_or((SECONDS + DRAIN_SECONDS) as f64);
                Some(after / before)
            };
            let more = |(with, without): (&Arc<Observation>, &Arc<Observation>)| {
                Some(undelivered(with, victims)? - undelivered(without, victims)?)
            };
            Isolation {
                strategy: setup.strategy.name,
                freshness_ratio: runs().map(ratio).collect(),
                undelivered_more: runs().map(more).collect(),
                jain: with.iter().map(|o| jain(o)).collect(),
                tenants,
            }
        })
        .collect())
}

/// Tenants of the companion clusters, and these: with the loud tenant, and without. `None` where nobody has a
/// neighbour: each tenant has a pod on every node, and a node has no two pods, or there is one tenant only.
pub(super) fn clusters(scenario: &Scenario) -> Option<(u64, [Scenario; 2])> {
    let typical = Typical::of(scenario)?;
    let tenants = scenario.tenant_count().min(MAX_TENANTS).min(typical.density);
    let pods_each = (NODES * typical.density / tenants.max(1)).max(1);
    let build = |loud: bool| {
        let quiet = typical.tenants("quiet", tenants.saturating_sub(1), pods_each);
        let mut other = typical.tenants("other", 1, pods_each);
        if loud {
            let log = &mut other.workloads[0].logs[0];
            log.rate = LineRate::per_sec(LOUD_LINES_PER_NODE * NODES as f64 / pods_each as f64);
        }
        let name = if loud { "with-loud-tenant" } else { "without-loud-tenant" };
        let mut tenants = vec![quiet, other];
        tenants.iter_mut().for_each(|t| t.workloads[0].logs[0].rotate.size = NO_ROTATION);
        let mut cluster = companion(scenario, name, NODES, tenants, SECONDS);
        cluster.cluster.kubelet.container_log_max_size = NO_ROTATION;
        cluster
    };
    (tenants >= 2).then(|| (tenants, [build(true), build(false)]))
}

/// The worst victim's freshness p99.
fn worst_p99(observation: &Observation, victims: usize) -> Option<f64> {
    let all: Option<Vec<f64>> = observation.tenants[..victims].iter().map(|t| t.freshness_p99).collect();
    all.map(|all| all.into_iter().fold(0.0, f64::max)).filter(|worst| *worst > 0.0)
}

/// Share of the victims' lines that were not delivered.
fn undelivered(observation: &Observation, victims: usize) -> Option<f64> {
    let (lines, delivered) = observation.tenants[..victims]
        .iter()
        .fold((0, 0), |(lines, delivered), t| (lines + t.lines, delivered + t.delivered));
    (lines > 0).then(|| 1.0 - delivered as f64 / lines as f64)
}

/// Jain's index of the tenants' delivered shares: (Σx)² ÷ n·Σx². Source: Jain, Chiu, Hawe 1984.
fn jain(observation: &Observation) -> Option<f64> {
    let shares: Vec<f64> = observation
        .tenants
        .iter()
        .filter(|t| t.lines > 0)
        .map(|t| t.delivered as f64 / t.lines as f64)
        .collect();
    let (sum, squares) = shares.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    (squares > 0.0).then(|| sum * sum / (shares.len() as f64 * squares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::TenantFigures;

    #[test]
    fn jains_index_is_one_where_all_get_the_same() {
        let of = |delivered: [u64; 4]| {
            let tenant = |delivered| TenantFigures { lines: 100, delivered, ..TenantFigures::default() };
            jain(&Observation { tenants: delivered.map(tenant).to_vec(), ..Observation::default() })
        };
        assert_eq!(of([50; 4]), Some(1.0));
        assert_eq!(of([100, 0, 0, 0]), Some(0.25));
        // (1 + 1 + 1 + 0.5)² ÷ 4·(3 + 0.25)
        assert_eq!(of([100, 100, 100, 50]), Some(12.25 / 13.0));
        assert_eq!(of([0; 4]), None);
    }
}
