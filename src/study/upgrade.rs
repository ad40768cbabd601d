//! What an upgrade of the collector costs in lines: a slice of the scenario with a new version rolled out, and without, on
//! the same random numbers.
//!
//! Three nodes, calm but for the upgrade: Kubernetes replaces one pod of a DaemonSet after the other, a minute each, and a
//! quarter of each Deployment's pods at a time, with whatever agent is in them.

use super::observed::observed;
use super::resize::slice;
use crate::observe::{Ledger, Observation};
use crate::run::{RunError, Runner};
use crate::scenario::{Fault, Scenario, Upgrade};
use crate::strategy::Strategy;
use crate::units::SimTime;
use std::sync::Arc;

const NODES: u64 = 3;
/// When the new version comes.
const AT: SimTime = SimTime::from_secs(30);
/// A pod replaced; Kubernetes' own pace in rollouts of agents (grafana/loki#1878).
const TAKES: SimTime = SimTime::from_secs(60);
/// Three nodes one after the other, and time to recover.
const TIME: SimTime = SimTime::from_secs(300);

/// An upgrade under one strategy, in each replication.
#[derive(Clone, Debug)]
pub struct Upgraded {
    /// The strategy.
    pub strategy: &'static str,
    /// Lines a pod that are never delivered because of it: lost, or passed over by an agent that begins anew.
    pub lost_per_pod: Vec<Option<f64>>,
    /// Lines a pod that are delivered again because of it.
    pub again_per_pod: Vec<Option<f64>>,
    /// Freshness in seconds that 99 in 100 lines of the run with it do not exceed; `None` beyond the horizon.
    pub p99_s: Vec<Option<f64>>,
}

/// Rolls an upgrade out under several strategies.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn upgrades(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<Upgraded>, RunError> {
    let [calm, upgraded] = clusters(scenario);
    let pods = calm.pods().max(1) as f64;
    let run = |cluster: &Scenario| observed(runner, cluster, strategies, seed, replications);
    let (with, without) = rayon::join(|| run(&upgraded), || run(&calm));
    let of = |with: &[Arc<Observation>], without: &[Arc<Observation>], lines: fn(&Ledger) -> u64| {
        let more = |(with, without): (&Arc<Observation>, &Arc<Observation>)| {
            Some((lines(&with.ledger) as f64 - lines(&without.ledger) as f64) / pods)
        };
        with.iter().zip(without).map(more).collect()
    };
    Ok(with?
        .into_iter()
        .zip(without?)
        .map(|((setup, with), (_, without))| Upgraded {
            strategy: setup.strategy.name,
            // Lines out of reach are missing with it and without.
            lost_per_pod: of(&with, &without, |l| l.emitted - l.delivered),
            again_per_pod: of(&with, &without, |l| l.duplicated),
            p99_s: with.iter().map(|o| o.freshness.quantile(0.99)).collect(),
        })
        .collect())
}

/// The slice as it stands, and with the upgrade.
pub(super) fn clusters(scenario: &Scenario) -> [Scenario; 2] {
    let mut calm = Scenario { faults: Vec::new(), ..scenario.clone() };
    calm.duration = TIME;
    let calm = slice(&calm, NODES, TIME);
    let upgrade = Upgrade { at: AT, max_unavailable: None, takes: TAKES };
    let upgraded = Scenario {
        name: format!("{}/upgrade", scenario.name),
        faults: vec![Fault::Upgrade(upgrade)],
        ..calm.clone()
    };
    [calm, upgraded]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    #[test]
    fn an_agent_without_positions_misses_what_is_written_while_it_is_replaced() {
        // Ten lines/s a pod, a minute without an agent: 600 lines. Fluent Bit without a database begins at the files' end
        // again; with one it reads them later. A sidecar goes with its pod, which writes nothing meanwhile.
        let found = |checkpoints: bool| {
            let yaml = format!(
                "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 3 }} ] }}\n\
                 tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 12, logs: [ {{ stream: stdout, rate: 10/s, spread: 0%, \
                 arrivals: constant }} ] }} ] }} ]\ncollection: {{ with: {{ checkpoints: {checkpoints} }} }}\n"
            );
            let scenario = from_yaml("t.yaml", &yaml).unwrap();
            let strategies = ["native", "daemonset", "sidecar"].map(|name| by_name(name).unwrap());
            upgrades(&Runner::new(), &scenario, &strategies, 1, 1).unwrap()
        };
        let lost = |found: &[Upgraded], at: usize| found[at].lost_per_pod[0].unwrap();
        let without = found(false);
        assert!((lost(&without, 1) - 600.0).abs() < 15.0, "{}", lost(&without, 1));
        assert_eq!(lost(&without, 0), 0.0);
        assert!(lost(&without, 2).abs() < 30.0, "{}", lost(&without, 2));
        let with = found(true);
        assert!(lost(&with, 1).abs() < 15.0, "{}", lost(&with, 1));
        // Read a minute late: of 300 s of lines a fifth, so that the p99 is nearly that minute.
        assert!(with[1].p99_s[0].unwrap() > 40.0, "{:?}", with[1].p99_s);
    }
}
