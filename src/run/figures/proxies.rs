//! What proxies take, by arithmetic on published costs; their access logs are simulated as any other log is.

use crate::blueprint::{Placement, ProxyPlan};
use crate::metric::Metric;
use crate::observe::ProxyFigures;

/// Cores and bytes of a control plane (istiod) with so many proxies. Source: Istio, "Performance and Scalability", Istio
/// 1.24: one instance with 1 vCPU and 1.5 GB supports 1,000 services and 2,000 sidecars. In proportion, which is an
/// assumption.
const CONTROLLED: f64 = 2_000.0;
const CONTROL_CORES: f64 = 1.0;
const CONTROL_BYTES: f64 = 1.5e9;

/// Proxies by kind.
pub(super) fn proxies(plans: &[ProxyPlan], placement: &Placement) -> Vec<ProxyFigures> {
    let nodes = placement.nodes.len() as u64;
    let of = |plan: &ProxyPlan| {
        let processes = plan.processes(nodes);
        let n = processes as f64;
        ProxyFigures {
            kind: plan.kind,
            pods: plan.pods,
            requests_per_s: plan.requests_per_s,
            processes,
            cpu_cores: plan.requests_per_s / 1_000.0 * plan.cores_per_1000,
            memory_bytes: n * plan.memory_bytes as f64,
            cpu_requested_cores: n * plan.requests.cpu_millicores as f64 / 1_000.0,
            memory_requested_bytes: n * plan.requests.memory_bytes as f64,
            implementations: plan.implementations,
            // Every change of an endpoint goes to every proxy.
            pushes_per_s: plan.changes_per_s * n,
            control_cores: n / CONTROLLED * CONTROL_CORES,
            control_bytes: n / CONTROLLED * CONTROL_BYTES,
        }
    };
    plans.iter().map(of).collect()
}

/// Their sums; nothing where there are no proxies.
pub(super) fn figures(proxies: &[ProxyFigures]) -> Vec<(Metric, Option<f64>)> {
    if proxies.is_empty() {
        return Vec::new();
    }
    let sum = |figure: fn(&ProxyFigures) -> f64| Some(proxies.iter().map(figure).sum::<f64>());
    vec![
        (Metric::Proxies, sum(|p| p.processes as f64)),
        (Metric::ProxyCpu, sum(|p| p.cpu_cores)),
        (Metric::ProxyCpuRequested, sum(|p| p.cpu_requested_cores)),
        (Metric::ProxyMemory, sum(|p| p.memory_bytes)),
        (Metric::ProxyMemoryRequested, sum(|p| p.memory_requested_bytes)),
    ]
}
