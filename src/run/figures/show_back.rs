//! Show-back: which tenant causes what part of the cost of collecting.
//!
//! - What agents reserve on nodes: of an agent in a pod all of it goes to the pod's tenant; of an agent of a node each tenant
//!   has the part that the lines of its pods there have of all lines there, and where no line is written there, of all lines.
//!   Of each pool the larger of CPU and memory decides, as it does for the whole.
//! - Nodes that are there for collecting alone are shared as what agents reserve is.
//! - Where pods are charged for by their size, the tenants of pods with agents have it, pod by pod.
//! - Collectors in the middle by lines; what sending costs by the bytes that are written.
//!
//! Lines and bytes are those that pods write on average. FinOps Foundation, "Allocation": direct costs go to whoever causes
//! them, shared ones in proportion to use.

use super::super::Setup;
use super::money::{
    HOURS_A_MONTH, added_an_hour, central_an_hour, requested_by_pool, share_of_pool, sized_a_month,
};
use crate::blueprint::{Placement, Requests};
use crate::metric::Metric;
use crate::observe::Observation;

/// What each tenant causes of a cost, currency a month, in the order of the blueprint's tenants: they add up to the cost.
/// `None` where the strategy cannot be run, or the metric is no cost.
pub(in crate::run) fn by_tenant(setup: &Setup, observation: &Observation, money: Metric) -> Option<Vec<f64>> {
    let placement = setup.placement.as_ref().ok()?;
    let whole = observation.get(money)?;
    let written = Written::of(setup, placement);
    let (on_nodes, central) = (reserved(setup, placement, &written), central_an_hour(setup) * HOURS_A_MONTH);
    let sized_total = sized_a_month(setup);
    let nodes_total: f64 = match money {
        Metric::Cost => on_nodes.iter().sum(),
        Metric::CostMarginal => added_an_hour(setup, placement) * HOURS_A_MONTH,
        _ => return None,
    };
    // Collectors in the middle take no node of their own.
    let central = if money == Metric::Cost { central } else { 0.0 };
    let data = whole - nodes_total - central - sized_total;
    let parts = [
        (nodes_total, &on_nodes),
        (sized_total, &sized(setup, placement, &written)),
        (central, &written.lines),
        (data, &written.bytes),
    ];
    let mut of = vec![0.0; setup.blueprint.tenants.len()];
    for (total, weights) in parts {
        let all: f64 = weights.iter().sum();
        let even = 1.0 / weights.len().max(1) as f64;
        for (own, weight) in of.iter_mut().zip(weights) {
            *own += total * if all > 0.0 { weight / all } else { even };
        }
    }
    Some(of)
}

/// What pods write on average, by tenant.
struct Written {
    /// Lines a second.
    lines: Vec<f64>,
    /// Bytes a second.
    bytes: Vec<f64>,
    /// Lines a second of each pod of a template.
    of_pod: Vec<f64>,
    /// Lines a second of each node's pods, by tenant.
    on_node: Vec<Vec<f64>>,
}

impl Written {
    fn of(setup: &Setup, placement: &Placement) -> Self {
        let blueprint = &setup.blueprint;
        let tenants = blueprint.tenants.len();
        let mut written = Self {
            lines: vec![0.0; tenants],
            bytes: vec![0.0; tenants],
            of_pod: Vec::with_capacity(blueprint.pods.len()),
            on_node: vec![vec![0.0; tenants]; placement.nodes.len()],
        };
        for pod in &blueprint.pods {
            let all: f64 = pod.streams.iter().map(|stream| blueprint.lines_per_s(stream)).sum();
            let bytes = pod.streams.iter().map(|s| blueprint.lines_per_s(s) * blueprint.line_bytes(s));
            let (tenant, replicas) = (pod.tenant as usize, pod.replicas as f64);
            written.lines[tenant] += all * replicas;
            written.bytes[tenant] += bytes.sum::<f64>() * replicas;
            written.of_pod.push(all);
        }
        for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
            let tenant = blueprint.pods[template.at()].tenant as usize;
            written.on_node[*node as usize][tenant] += written.of_pod[template.at()];
        }
        written
    }
}

/// What agents reserve on nodes, currency a month, by tenant.
fn reserved(setup: &Setup, placement: &Placement, written: &Written) -> Vec<f64> {
    let blueprint = &setup.blueprint;
    let requested = requested_by_pool(setup, placement);
    // Of each pool, what a unit of the resource that decides costs, and which that is.
    let dear: Vec<(f64, bool)> = (0..blueprint.pools.len())
        .map(|pool| {
            let (share, by_cpu) = share_of_pool(setup, placement, pool, requested[pool]);
            let amount = units(requested[pool], by_cpu);
            (if amount > 0.0 { share * HOURS_A_MONTH / amount } else { 0.0 }, by_cpu)
        })
        .collect();
    let price = |pool: usize, requests: Requests| dear[pool].0 * units(requests, dear[pool].1);
    let mut of = vec![0.0; blueprint.tenants.len()];
    for (node, pool) in placement.nodes.iter().enumerate() {
        let Some(agent) = blueprint.node_agent_in(*pool) else { continue };
        let cost = price(*pool, blueprint.agents[agent].requests);
        let here = &written.on_node[node];
        let weights = if here.iter().sum::<f64>() > 0.0 { here } else { &written.lines };
        let all: f64 = weights.iter().sum();
        of.iter_mut()
            .zip(weights)
            .for_each(|(own, weight)| *own += cost * weight / all.max(f64::MIN_POSITIVE));
    }
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let (pod, pool) = (&blueprint.pods[template.at()], placement.nodes[*node as usize]);
        let agent = pod.agent.map(|agent| blueprint.agents[agent].requests);
        for requests in agent.into_iter().chain(pod.relay.map(|relay| relay.requests)) {
            of[pod.tenant as usize] += price(pool, requests);
        }
    }
    of
}

fn units(requests: Requests, by_cpu: bool) -> f64 {
    if by_cpu { requests.cpu_millicores as f64 } else { requests.memory_bytes as f64 }
}

/// Pods with agents where pods are charged for by their size, by tenant; lines where none has any.
fn sized(setup: &Setup, placement: &Placement, written: &Written) -> Vec<f64> {
    let blueprint = &setup.blueprint;
    let mut of = vec![0.0; blueprint.tenants.len()];
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let pod = &blueprint.pods[template.at()];
        let is_sized = blueprint.pools[placement.nodes[*node as usize]].sized.is_some();
        if is_sized && (pod.agent.is_some() || pod.relay.is_some()) {
            of[pod.tenant as usize] += 1.0;
        }
    }
    if of.iter().sum::<f64>() > 0.0 { of } else { written.lines.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Runner, Setup, show_back};
    use super::*;
    use crate::scenario::{Scenario, from_yaml};
    use crate::strategy::{ALL, by_name};

    /// Two tenants whose pods write 1 and 3 lines a second, all on one node.
    fn two(more: &str) -> Scenario {
        let yaml = format!(
            "name: t\nduration: 20s\nwarmup: 1s\ncluster: {{ pools: [ {{ name: p, nodes: 1, price: 1.00/h }} ] }}\n\
             tenants:\n  - {{ name: a, workloads: [ {{ name: w, replicas: 4, requests: {{ cpu: 10m, memory: 8Mi }}, logs: [ {{ \
             stream: stdout, rate: 1/s, line: {{ constant: 100B }} }} ] }} ] }}\n  - {{ name: b, workloads: [ {{ name: w, \
             replicas: 4, requests: {{ cpu: 10m, memory: 8Mi }}, logs: [ {{ stream: stdout, rate: 3/s, line: {{ constant: 300B \
             }} }} ] }} ] }}\n{more}"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    fn shown(scenario: &Scenario, strategy: &str, money: Metric) -> (Vec<f64>, f64) {
        let setup = Setup::new(scenario, by_name(strategy).unwrap());
        let observed = Runner::new().observe(&[&setup], 1, 1).unwrap();
        (show_back(&setup, &observed[0][0], money).unwrap(), observed[0][0].get(money).unwrap())
    }

    #[test]
    fn shared_agents_are_shared_by_lines_and_own_ones_are_their_owners() {
        let asked = "collection: { daemonset: { requests: { cpu: 160m, memory: 1Mi } }, sidecar: { requests: { cpu: 10m, memory: \
                     1Mi } } }\n";
        // 160 m of 16 cores at 1 an hour for 730 hours are 7.30: a quarter of the lines are the one's.
        let (of, whole) = shown(&two(asked), "daemonset", Metric::Cost);
        assert!(
            (whole - 7.3).abs() < 1e-9 && (of[0] - 1.825).abs() < 1e-9 && (of[1] - 5.475).abs() < 1e-9,
            "{of:?}"
        );
        // Four sidecars each, 10 m apiece, whatever they write.
        let (of, whole) = shown(&two(asked), "sidecar", Metric::Cost);
        assert!(
            (whole - 3.65).abs() < 1e-9 && (of[0] - 1.825).abs() < 1e-9 && (of[1] - 1.825).abs() < 1e-9,
            "{of:?}"
        );
        // Of bytes the one writes 100, the other 900 of a thousand: sending goes by them.
        let priced = format!("{asked}backend: {{ egressPrice: 1000/GB }}\n");
        let (with, _) = shown(&two(&priced), "sidecar", Metric::Cost);
        let data = [with[0] - 1.825, with[1] - 1.825];
        assert!(data[0] > 0.0 && (data[1] / data[0] - 9.0).abs() < 1e-6, "{data:?}");
    }

    #[test]
    fn who_differs_between_replicas_pays_for_the_mean_of_them() {
        // Both tenants write 2 lines/s a pod on average; those of one differ by half of that from pod to pod.
        let yaml = two("")
            .to_yaml()
            .unwrap()
            .replace("rate: 1/s", "rate: 2/s")
            .replace("rate: 3/s", "rate: 2/s")
            .replacen("spread: 30%", "spread: 0%", 1)
            .replacen("spread: 30%", "spread: 50%", 1);
        let scenario = from_yaml("t.yaml", &yaml).unwrap();
        let (of, whole) = shown(&scenario, "daemonset", Metric::Cost);
        assert!(whole > 0.0 && (of[0] / whole - 0.5).abs() < 0.01, "{of:?}");
    }

    #[test]
    fn the_parts_add_up_to_the_whole_under_every_strategy() {
        let more = "collection: { gateway: { agent: otel-collector, processes: 2 } }\nbackend: { egressPrice: 0.09/GB, \
                    ingestPrice: 0.50/GB }\n";
        for scenario in [two(""), two(more)] {
            for strategy in ALL {
                for money in [Metric::Cost, Metric::CostMarginal] {
                    let (of, whole) = shown(&scenario, strategy.name, money);
                    let sum: f64 = of.iter().sum();
                    assert!((sum - whole).abs() <= 1e-9 * whole.max(1.0), "{}: {sum} {whole}", strategy.name);
                    assert!(of.iter().all(|own| *own >= -1e-9), "{}: {of:?}", strategy.name);
                }
            }
        }
    }
}
