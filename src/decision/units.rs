//! Workloads that are given a strategy each, and scenarios in which some of them have sidecars.

use crate::scenario::{Hybrid, Scenario};
use crate::strategy::{DAEMONSET, HYBRID, SIDECAR, Strategy};

/// Workloads that get the same strategy: one, or the smallest of many together.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Their names, `tenant/workload`.
    pub names: Vec<String>,
    /// Pods of them.
    pub pods: u64,
    /// Lines a second that they write on average.
    pub lines_per_s: f64,
    /// Whether any of them has wishes of its own.
    pub wishes: bool,
}

impl Unit {
    /// Its name: the workload's, or how many they are.
    pub fn name(&self) -> String {
        match &self.names[..] {
            [one] => one.clone(),
            all => format!("{} and {} more", all[0], all.len() - 1),
        }
    }
}

/// The workloads that write, the loudest first; the smallest are one unit where there are more than `most`.
pub(super) fn units(scenario: &Scenario, most: usize) -> Vec<Unit> {
    let mut all: Vec<Unit> = Vec::new();
    for tenant in &scenario.tenants {
        for workload in tenant.workloads.iter().filter(|w| !w.logs.is_empty()) {
            let pods = tenant.count.get() * workload.replicas.get();
            let rate: f64 = workload.logs.iter().map(|log| log.rate.get()).sum();
            all.push(Unit {
                names: vec![format!("{}/{}", tenant.name, workload.name)],
                pods,
                lines_per_s: pods as f64 * rate,
                wishes: workload.logs.iter().any(|log| log.wants.is_some()),
            });
        }
    }
    all.sort_by(|a, b| b.lines_per_s.total_cmp(&a.lines_per_s));
    while all.len() > most.max(1) {
        let Some(last) = all.pop() else { break };
        if let Some(before) = all.last_mut() {
            before.names.extend(last.names);
            before.pods += last.pods;
            before.lines_per_s += last.lines_per_s;
            before.wishes |= last.wishes;
        }
    }
    all
}

/// The strategy and the scenario in which these units have sidecars and the others are left to the DaemonSet. Where all or
/// none have, it is the pure strategy: nobody runs a DaemonSet for nothing.
pub(super) fn assigned(
    scenario: &Scenario,
    units: &[Unit],
    sidecars: &[bool],
) -> (&'static Strategy, Scenario) {
    let strategy = match (sidecars.iter().all(|one| *one), sidecars.iter().any(|one| *one)) {
        (true, _) => &SIDECAR,
        (_, false) => &DAEMONSET,
        _ => &HYBRID,
    };
    let mut scenario = scenario.clone();
    if strategy.name == HYBRID.name {
        let chosen = units.iter().zip(sidecars).filter(|(_, own)| **own).flat_map(|(unit, _)| &unit.names);
        // A slice has what does not divide among its tenants in one tenant more.
        let rest = |name: &String| name.split_once('/').map(|(t, w)| format!("{t}-rest/{w}"));
        let there = |name: &String| {
            let is = |t: &crate::scenario::Tenant| {
                name.strip_prefix(&t.name)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .is_some_and(|own| t.workloads.iter().any(|w| w.name == own))
            };
            scenario.tenants.iter().any(is)
        };
        let named: Vec<String> =
            chosen.flat_map(|name| [Some(name.clone()), rest(name)]).flatten().filter(there).collect();
        scenario.collection.hybrid =
            Hybrid { wants: false, above: None, tenants: Vec::new(), workloads: named };
    }
    (strategy, scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{embedded, from_yaml};

    #[test]
    fn the_loudest_come_first_and_the_smallest_go_together() {
        let scenario = from_yaml("reference", embedded("reference").unwrap()).unwrap();
        // 20 tenants: 2 · 100/s, 18 · 10/s, 10 · 5/s each.
        let all = units(&scenario, 10);
        let rates: Vec<f64> = all.iter().map(|unit| unit.lines_per_s).collect();
        assert_eq!(rates, [4000.0, 3600.0, 1000.0]);
        let two = units(&scenario, 2);
        assert_eq!(
            (two[1].lines_per_s, two[1].pods, two[1].name()),
            (4600.0, 560, "team/service and 1 more".to_owned())
        );
    }

    #[test]
    fn all_or_none_is_a_pure_strategy_and_the_rest_is_written_as_the_scenario_has_it() {
        let scenario = from_yaml("reference", embedded("reference").unwrap()).unwrap();
        let all = units(&scenario, 10);
        assert_eq!(assigned(&scenario, &all, &[true; 3]).0.name, "sidecar");
        assert_eq!(assigned(&scenario, &all, &[false; 3]).0.name, "daemonset");
        let (strategy, mixed) = assigned(&scenario, &all, &[true, false, true]);
        assert_eq!(strategy.name, "hybrid");
        assert_eq!(mixed.collection.hybrid.workloads, ["team/nginx", "team/batch"]);
        // It can be written, read and checked like any other.
        let again = from_yaml("mixed", &mixed.to_yaml().unwrap()).unwrap();
        let agents = strategy.blueprint(&again, 20).pods.iter().filter(|pod| pod.agent.is_some()).count();
        // Two of the three workloads of each of twenty tenants.
        assert_eq!(agents, 40);
    }
}
