//! What the loud tenants of a scenario do to the others: the scenario itself with them and with them silent, paired.
//!
//! Unlike [`Isolation`](super::Isolation), which rests on a companion cluster, this is the user's own cluster.

use super::observed::observed;
use crate::observe::{Observation, TenantFigures};
use crate::run::{RunError, Runner};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::units::Fraction;
use std::sync::Arc;

/// The others' lines under one strategy, with the loud tenants and without what these write.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// The strategy.
    pub strategy: &'static str,
    /// The worst freshness p99 of a tenant that is not loud, in seconds, in each replication; `None` beyond the horizon.
    pub with_s: Vec<Option<f64>>,
    /// The same with loud tenants silent.
    pub without_s: Vec<Option<f64>>,
    /// Share of the others' lines that are delivered, in each replication.
    pub delivered_with: Vec<Option<f64>>,
    /// The same with loud tenants silent.
    pub delivered_without: Vec<Option<f64>>,
}

/// Looks at the neighbours of loud tenants under each strategy that delivers anything; nothing where no tenant is loud,
/// or all are.
///
/// # Errors
/// A ledger does not balance.
pub fn neighbours(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<Neighbours>, RunError> {
    let quiet: Vec<bool> = scenario
        .tenants
        .iter()
        .flat_map(|tenant| std::iter::repeat_n(!tenant.loud, tenant.count.get() as usize))
        .collect();
    if quiet.iter().all(|quiet| *quiet) || quiet.iter().all(|quiet| !quiet) {
        return Ok(Vec::new());
    }
    let silent = silent(scenario);
    let run = |scenario: &Scenario| observed(runner, scenario, strategies, seed, replications);
    let (with, without) = rayon::join(|| run(scenario), || run(&silent));
    let of = |runs: &[Arc<Observation>], figure: fn(&[&TenantFigures]) -> Option<f64>| {
        let one = |run: &Arc<Observation>| {
            let others = run.tenants.iter().zip(&quiet).filter(|(_, quiet)| **quiet);
            figure(&others.map(|(tenant, _)| tenant).collect::<Vec<_>>())
        };
        runs.iter().map(one).collect::<Vec<_>>()
    };
    let pairs = with?.into_iter().zip(without?);
    let delivers = |runs: &[Arc<Observation>]| runs.iter().any(|run| run.ledger.delivered > 0);
    Ok(pairs
        .filter(|((_, with), (_, without))| delivers(with) && delivers(without))
        .map(|((setup, with), (_, without))| Neighbours {
            strategy: setup.strategy.name,
            with_s: of(&with, worst_s),
            without_s: of(&without, worst_s),
            delivered_with: of(&with, delivered),
            delivered_without: of(&without, delivered),
        })
        .collect())
}

/// The scenario with what loud tenants write left out; their pods stay where they are.
fn silent(scenario: &Scenario) -> Scenario {
    let mut silent = scenario.clone();
    for workload in silent.tenants.iter_mut().filter(|t| t.loud).flat_map(|t| &mut t.workloads) {
        workload.logs.clear();
        if let Some(proxy) = &mut workload.proxy {
            proxy.access_log = Fraction::new(0.0);
        }
    }
    silent
}

fn worst_s(tenants: &[&TenantFigures]) -> Option<f64> {
    tenants
        .iter()
        .filter(|t| t.lines > 0)
        .map(|t| t.freshness_p99)
        .try_fold(0.0, |worst: f64, p99| Some(worst.max(p99?)))
}

fn delivered(tenants: &[&TenantFigures]) -> Option<f64> {
    let (lines, delivered) = tenants.iter().fold((0, 0), |(l, d), t| (l + t.lines, d + t.delivered));
    (lines > 0).then(|| delivered as f64 / lines as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy;

    fn with(loud: &str) -> Vec<Neighbours> {
        let yaml = format!(
            "name: t\nduration: 40s\nwarmup: 5s\n\
             cluster: {{ pools: [ {{ name: p, nodes: 1 }} ], kubelet: {{ containerLogMaxSize: 1Ti }} }}\n\
             tenants: [ {{ name: quiet, workloads: [ {{ name: w, replicas: 9, \
             logs: [ {{ stream: stdout, rate: 50/s, rotate: {{ size: 1Ti }} }} ] }} ] }}, {{ name: other, {loud} \
             workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 50k/s, spread: 0, rotate: {{ size: 1Ti }} }} ] }} ] }} ]\n"
        );
        let scenario = from_yaml("t.yaml", &yaml).unwrap();
        neighbours(&Runner::new(), &scenario, &strategy::ALL, 1, 1).unwrap()
    }

    #[test]
    fn a_loud_tenant_delays_those_who_share_its_agent() {
        let found = with("loud: true,");
        let of = |strategy: &str| found.iter().find(|n| n.strategy == strategy).unwrap();
        assert!(found.iter().all(|n| n.strategy != "native"), "nothing is delivered there");
        // Alone, ages are even over a flush interval of 1 s and the latency. One agent reads 50,000 lines/s at no more
        // than 5 MB a second: it stands still most of the time, for everybody.
        let p99 = |n: &Neighbours| (n.with_s[0].unwrap_or(f64::INFINITY), n.without_s[0].unwrap());
        let (shared_with, shared_without) = p99(of("daemonset"));
        let (own_with, own_without) = p99(of("sidecar"));
        assert!(shared_without < 1.2 && own_without < 1.2, "{shared_without} {own_without}");
        assert!(shared_with > 1.3 * shared_without, "{shared_with} against {shared_without}");
        assert!((own_with / own_without - 1.0).abs() < 0.01, "{own_with} against {own_without}");
        assert_eq!(of("sidecar").delivered_with, of("sidecar").delivered_without);
    }

    #[test]
    fn without_a_loud_tenant_there_is_nothing_to_look_at() {
        assert!(with("").is_empty());
    }
}
