//! What a loud tenant does to the others: the same cluster with and without it, paired.
//!
//! Companion cluster: four nodes at the scenario's density, up to six tenants. One of them writes as many lines
//! on each node as the loud file of the lab's noisy-neighbour measurements did. Files are not rotated here: the
//! gaps that rotation leaves in some victims' lines would mask what the neighbour does to all of them.
//!
//! Agents are one thing that tenants may share; the backend is another. Where the scenario's backend takes whatever comes,
//! the loud tenant also writes to one that takes half of what is written: agents that keep its lines back protect the
//! others then, and agents that send everything at once do not.

use super::companion::{DRAIN_SECONDS, Typical, companion};
use super::observed::observed;
use crate::metric::Metric;
use crate::observe::{Observation, TenantFigures, estimates};
use crate::run::{RunError, Runner, Setup};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::strategy::{NATIVE, Strategy};
use crate::units::{ByteRate, Bytes, LineRate};
use std::sync::Arc;

const NODES: u64 = 4;
const MAX_TENANTS: u64 = 6;
const SECONDS: u64 = 60;
/// Lines a second that the loud tenant writes on each node. Source: lab, `noisy-neighbour.csv`.
const LOUD_LINES_PER_NODE: f64 = 50_000.0;

/// A size that no file reaches.
const NO_ROTATION: Bytes = Bytes::new(1 << 40);

/// Share of the bytes written that a backend takes where its limit is to be felt.
const LIMITED_TO: f64 = 0.5;

/// What is called saturated: agents' input standing still for a hundredth of the time, a wait for the backend of a tenth of
/// a second.
const PAUSED: f64 = 0.01;
const WAIT_S: f64 = 0.1;

/// What of the loud tenant's lines is too much for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saturates {
    /// Agents' buffers: so large a part of the time their input stands still.
    Buffers(f64),
    /// The backend: requests wait up to so many seconds for it.
    Backend(f64),
}

/// A loud tenant's effect under one strategy, in each replication.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// The strategy.
    pub strategy: &'static str,
    /// The worst victim's freshness p99 with the loud tenant, over that without: 1 is no effect; `None` where
    /// there is no freshness to compare.
    pub freshness_ratio: Vec<Option<f64>>,
    /// The same of the median.
    pub median_ratio: Vec<Option<f64>>,
    /// The same of p99 where the backend takes half of what is written; empty where the scenario's own has a limit.
    pub limited_ratio: Vec<Option<f64>>,
    /// Share of the victims' lines that are not delivered because of the loud tenant.
    pub undelivered_more: Vec<Option<f64>>,
    /// Jain's index of the shares of their lines that tenants, the loud one included, get delivered: 1 where all get the
    /// same share, 1/n where one gets everything; `None` where nothing is delivered.
    pub jain: Vec<Option<f64>>,
    /// What is full, with the scenario's backend and with the limited one.
    pub saturates: [Vec<Saturates>; 2],
    /// Tenants that share the companion cluster; with one there is nobody to disturb.
    pub tenants: u64,
}

impl Isolation {
    /// The ratio over replications: the median, since single ones may be very large.
    pub fn estimate(&self) -> Estimate {
        estimates::of_values(Metric::NeighbourFreshness, &self.freshness_ratio)
    }

    /// The same of the median, and of p99 behind a limited backend; `None` where there is none.
    pub fn others(&self) -> [Option<Estimate>; 2] {
        [&self.median_ratio, &self.limited_ratio].map(|ratios| {
            let ratio = estimates::of_values(Metric::NeighbourFreshness, ratios);
            Some(ratio).filter(|ratio| ratio.mean.is_some())
        })
    }

    /// One strategy's effect of the runs with the loud tenant, with it behind a limited backend, and without it.
    fn of(strategy: &'static str, tenants: u64, [with, limited, without]: [&[Arc<Observation>]; 3]) -> Self {
        let victims = tenants as usize - 1;
        let ratios = |loud: &[Arc<Observation>], of: fn(&TenantFigures) -> Option<f64>| {
            let ratio = |(with, without): (&Arc<Observation>, &Arc<Observation>)| {
                let before = worst(without, victims, of)?;
                // Lines that never arrive are at least as old as the run is long.
                Some(worst(with, victims, of).unwrap_or((SECONDS + DRAIN_SECONDS) as f64) / before)
            };
            loud.iter().zip(without).map(ratio).collect()
        };
        let more = |(with, without): (&Arc<Observation>, &Arc<Observation>)| {
            Some(undelivered(with, victims)? - undelivered(without, victims)?)
        };
        Self {
            strategy,
            freshness_ratio: ratios(with, |t| t.freshness_p99),
            median_ratio: ratios(with, |t| t.freshness_p50),
            limited_ratio: ratios(limited, |t| t.freshness_p99),
            undelivered_more: with.iter().zip(without).map(more).collect(),
            jain: with.iter().map(|o| jain(o)).collect(),
            saturates: [with, limited].map(saturates),
            tenants,
        }
    }

    /// Where nobody has a neighbour.
    fn alone(strategy: &'static str, replications: u64) -> Self {
        let same = |value| vec![Some(value); replications as usize];
        Self {
            strategy,
            freshness_ratio: same(1.0),
            median_ratio: same(1.0),
            limited_ratio: same(1.0),
            undelivered_more: same(0.0),
            jain: same(1.0),
            saturates: [Vec::new(), Vec::new()],
            tenants: 1,
        }
    }
}

/// Behind which backends isolation is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The scenario's own.
    Own,
    /// That, and one with a limit where the scenario's has none.
    OwnAndLimited,
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
    behind: Behind,
) -> Result<Vec<Isolation>, RunError> {
    if Typical::of(scenario).is_none() {
        return Ok(Vec::new());
    }
    let Some((tenants, [with, without])) = clusters(scenario) else {
        return Ok(strategies.iter().map(|s| Isolation::alone(s.name, replications)).collect());
    };
    let run = |cluster: &Scenario| observed(runner, cluster, strategies, seed, replications);
    let (with_it, without_it) = rayon::join(|| run(&with), || run(&without));
    let limited = limited(&with)
        .filter(|_| behind == Behind::OwnAndLimited)
        .map(|cluster| run(&cluster))
        .transpose()?;
    let limited = limited.unwrap_or_default();
    let pairs = with_it?.into_iter().zip(without_it?).enumerate();
    Ok(pairs
        .map(|(at, ((setup, with), (_, without)))| {
            let limited = limited.get(at).map_or(&[][..], |(_, runs)| runs);
            Isolation::of(setup.strategy.name, tenants, [&with, limited, &without])
        })
        .collect())
}

/// The cluster behind a backend that takes half of what is written; `None` where its backend has a limit already, or nothing
/// is known of how much that is.
pub(super) fn limited(with: &Scenario) -> Option<Scenario> {
    if with.backend.capacity.is_some() {
        return None;
    }
    let blueprint = Setup::new(with, &NATIVE).blueprint;
    let streams =
        blueprint.pods.iter().flat_map(|pod| pod.streams.iter().map(move |stream| (pod.replicas, stream)));
    let bytes_per_s: f64 = streams
        .map(|(pods, stream)| pods as f64 * blueprint.lines_per_s(stream) * blueprint.line_bytes(stream))
        .sum();
    let mut limited = with.clone();
    limited.name += "-limited-backend";
    limited.backend.capacity = Some(ByteRate::per_sec((bytes_per_s * LIMITED_TO).max(1.0)));
    Some(limited)
}

/// What was full in these runs.
fn saturates(runs: &[Arc<Observation>]) -> Vec<Saturates> {
    let mean = |metric| estimates::estimate(runs, metric).mean.filter(|_| !runs.is_empty()).unwrap_or(0.0);
    let (paused, wait_s) = (mean(Metric::Paused), mean(Metric::BackendWait));
    let backend = (wait_s > WAIT_S).then_some(Saturates::Backend(wait_s));
    let buffers = (paused > PAUSED).then_some(Saturates::Buffers(paused));
    backend.into_iter().chain(buffers).collect()
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

/// The worst victim's figure.
fn worst(observation: &Observation, victims: usize, of: fn(&TenantFigures) -> Option<f64>) -> Option<f64> {
    let all: Option<Vec<f64>> = observation.tenants[..victims].iter().map(of).collect();
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
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

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
    #[test]
    fn behind_a_backend_with_a_limit_it_is_the_sidecar_that_lets_the_loud_tenant_through() {
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 4 } ] }\n\
             tenants: [ { name: a, count: 3, workloads: [ { name: w, replicas: 8, logs: [ { stream: stdout, rate: 10/s, \
             line: { constant: 200B } } ] } ] } ]\n";
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        let (_, [with, _]) = clusters(&scenario).unwrap();
        // 50,000 lines/s on each of four nodes, and two tenants of eight pods with 10/s: 200 B each, half of them.
        let capacity = limited(&with).unwrap().backend.capacity.unwrap().get();
        assert!((capacity / ((200_000.0 + 160.0) * 100.0) - 1.0).abs() < 0.02, "{capacity}");
        let strategies = ["daemonset", "sidecar"].map(|name| by_name(name).unwrap());
        let found = isolation(&Runner::new(), &scenario, &strategies, 1, 1, Behind::OwnAndLimited).unwrap();
        let [daemonset, sidecar] = &found[..] else { panic!() };
        let ratio = |of: &[Option<f64>]| of[0].unwrap();
        // Of its own agent nobody has a neighbour, unless the backend is what they share.
        assert!(
            (ratio(&sidecar.freshness_ratio) - 1.0).abs() < 0.05
                && (ratio(&sidecar.median_ratio) - 1.0).abs() < 0.05
        );
        assert!(ratio(&sidecar.limited_ratio) > 1.1, "{:?}", sidecar.limited_ratio);
        assert!(sidecar.saturates[1].iter().any(|what| matches!(what, Saturates::Backend(_))));
        // One agent a node holds the loud tenant's lines back, together with everybody's.
        assert!(ratio(&daemonset.freshness_ratio) > 1.1, "{:?}", daemonset.freshness_ratio);
        assert!(daemonset.saturates[0].iter().any(|what| matches!(what, Saturates::Buffers(_))));
        // A backend that has a limit of its own needs no other.
        let mut own = with.clone();
        own.backend.capacity = Some(ByteRate::per_sec(1e6));
        assert!(limited(&own).is_none());
    }
}
