//! Hybrid: a DaemonSet for most, and sidecars for the workloads that a selector names.

use super::draft::{Asked, draft};
use super::{Strategy, daemonset, sidecar};
use crate::blueprint::Blueprint;
use crate::scenario::{Scenario, Tenant, Workload};

/// An agent a node, and sidecars for chosen workloads.
pub const HYBRID: Strategy = Strategy {
    name: "hybrid",
    about: "a DaemonSet for most, sidecars for chosen workloads",
    honours: daemonset::DAEMONSET.honours,
    exception: Some((is_chosen, sidecar::HONOURS)),
    draw,
};

fn draw(scenario: &Scenario, nodes: u64) -> Blueprint {
    let mut draft = draft(HYBRID.name, scenario, &|asked: &Asked<'_>| match is_chosen(
        scenario,
        asked.tenant,
        asked.workload,
    ) {
        true => sidecar::route(asked.log),
        false => daemonset::route(asked.log),
    });
    daemonset::add_agent(&mut draft, scenario, nodes);
    sidecar::add_agents(&mut draft, scenario);
    draft.blueprint
}

/// Whether a workload gets sidecars.
fn is_chosen(scenario: &Scenario, tenant: &Tenant, workload: &Workload) -> bool {
    let selector = &scenario.collection.hybrid;
    let lines_per_s: f64 = workload.logs.iter().map(|log| log.rate.get()).sum();
    (selector.wants && workload.logs.iter().any(|log| log.wants.is_some()))
        || selector.above.is_some_and(|least| lines_per_s >= least.get())
        || selector.tenants.contains(&tenant.name)
        || selector.workloads.iter().any(|name| {
            let own = name.split_once('/');
            *name == workload.name || own == Some((tenant.name.as_str(), workload.name.as_str()))
        })
}
