//! Proxies: from workloads to what runs, whatever collects their logs.
//!
//! Costs are published by Istio: "Performance and Scalability", Istio 1.24, 1,000 HTTP requests a second of 1 KB each.
//! Requests are those of its charts: `istio-discovery` and `ztunnel` `values.yaml`.

use crate::blueprint::{Life, ProxyPlan, ProxyRuns, Requests};
use crate::scenario::{Proxy, ProxyKind, Scenario, Workload};
use std::collections::BTreeSet;

/// A kind of proxy: its name, where it runs, and what it takes.
struct Known {
    kind: &'static str,
    runs: ProxyRuns,
    cores_per_1000: f64,
    memory_bytes: u64,
    requests: Requests,
}

/// Requests of one process.
const fn requests(cpu_millicores: u64, memory_mib: u64) -> Requests {
    Requests { cpu_millicores, memory_bytes: memory_mib << 20 }
}

/// In the service: what it takes is not told apart from the service, and nobody publishes it.
const LIBRARY: Known = Known {
    kind: "library",
    runs: ProxyRuns::InTheService,
    cores_per_1000: 0.0,
    memory_bytes: 0,
    requests: requests(0, 0),
};

/// Envoy with two worker threads, 0.20 vCPU and 60 MB. Chart: `global.proxy.resources`.
const SIDECAR: Known = Known {
    kind: "sidecar",
    runs: ProxyRuns::InPods,
    cores_per_1000: 0.20,
    memory_bytes: 60_000_000,
    requests: requests(100, 128),
};

/// ztunnel, 0.06 vCPU and 12 MB. Chart: `resources`.
const NODE: Known = Known {
    kind: "node",
    runs: ProxyRuns::OnNodes,
    cores_per_1000: 0.06,
    memory_bytes: 12_000_000,
    requests: requests(200, 512),
};

fn known(kind: ProxyKind) -> &'static Known {
    match kind {
        ProxyKind::Library => &LIBRARY,
        ProxyKind::Sidecar => &SIDECAR,
        ProxyKind::Node => &NODE,
    }
}

/// What a workload's proxy adds to the requests of each pod.
pub(super) fn in_pod(workload: &Workload) -> Requests {
    match &workload.proxy {
        Some(proxy) if known(proxy.kind).runs == ProxyRuns::InPods => known(proxy.kind).requests,
        _ => Requests::default(),
    }
}

/// What proxies of all nodes take on each of them.
pub(super) fn on_node(plans: &[ProxyPlan]) -> Option<Requests> {
    plans.iter().find(|plan| plan.runs == ProxyRuns::OnNodes).map(|plan| plan.requests)
}

/// All proxies of a scenario, by kind; `life_of` says how a workload's pods come and go.
pub(super) fn plans(scenario: &Scenario, life_of: &dyn Fn(&Workload) -> Option<Life>) -> Vec<ProxyPlan> {
    [ProxyKind::Library, ProxyKind::Sidecar, ProxyKind::Node]
        .into_iter()
        .filter_map(|kind| plan(scenario, kind, life_of))
        .collect()
}

fn plan(
    scenario: &Scenario,
    kind: ProxyKind,
    life_of: &dyn Fn(&Workload) -> Option<Life>,
) -> Option<ProxyPlan> {
    let Known { kind: name, runs, cores_per_1000, memory_bytes, requests } = *known(kind);
    let mut plan = ProxyPlan {
        kind: name,
        runs,
        pods: 0,
        requests_per_s: 0.0,
        cores_per_1000,
        memory_bytes,
        requests,
        implementations: 0,
        changes_per_s: 0.0,
    };
    let mut written = BTreeSet::new();
    for tenant in &scenario.tenants {
        let of_kind = |w: &&Workload| w.proxy.as_ref().is_some_and(|proxy| proxy.kind == kind);
        for workload in tenant.workloads.iter().filter(of_kind) {
            let Some(proxy) = &workload.proxy else { continue };
            let pods = tenant.count.get() * workload.replicas.get();
            plan.pods += pods;
            plan.requests_per_s += pods as f64 * proxy.requests_per_second;
            if let Some(life) = life_of(workload) {
                // Each pod of a place begins once and ends once in a round.
                let round_s = life.lifetime.mean().max(1.0) + life.pause_s as f64;
                plan.changes_per_s += 2.0 * pods as f64 / round_s;
            }
            written.extend(implementations(proxy));
        }
    }
    plan.implementations = written.len() as u64;
    (plan.pods > 0).then_some(plan)
}

/// What has to be written: in a library each feature for each language, in a proxy each feature once.
fn implementations(proxy: &Proxy) -> impl Iterator<Item = (&str, &str)> {
    let language = match proxy.kind {
        ProxyKind::Library => proxy.language.as_str(),
        ProxyKind::Sidecar | ProxyKind::Node => "",
    };
    proxy.features.iter().map(move |feature| (feature.as_str(), language))
}
