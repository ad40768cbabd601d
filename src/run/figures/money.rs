//! Money: what collecting takes of the bill, and what the bill grows by. Two figures that are never added up.
//!
//! - *Allocated*: of every pool's bill, added nodes included, the share that agents reserve there: the larger of their CPU
//!   and memory requests over what the pool's nodes have. Nodes that no agent may run on cost collecting nothing.
//! - *Marginal*: the whole price of the nodes that are there for collecting alone. Nothing where agents fit into what is
//!   idle anyway.
//!
//! Both hold what sending costs, where it is priced. FinOps Foundation, "Cost Allocation", and, for the rule by the larger
//! request, OpenCost's specification (a container is charged for the larger of what it requests and uses).

use super::super::Setup;
use crate::blueprint::{Placement, Requests};
use crate::metric::Metric;
use crate::world::Tally;

/// Hours in a month: 365 · 24 / 12.
pub(super) const HOURS_A_MONTH: f64 = 730.0;

/// Both figures.
pub(super) fn figures(
    setup: &Setup,
    placement: &Placement,
    tally: &Tally,
    written_s: f64,
) -> [(Metric, Option<f64>); 2] {
    let data = tally.sent_bytes as f64 / written_s * HOURS_A_MONTH * 3600.0 * setup.price_per_byte;
    let sized = sized_a_month(setup);
    [
        (Metric::Cost, Some(allocated_an_hour(setup, placement) * HOURS_A_MONTH + sized + data)),
        (Metric::CostMarginal, Some(added_an_hour(setup, placement) * HOURS_A_MONTH + sized + data)),
    ]
}

/// Where pods are charged for by their size, what they cost more with what collects their logs: nothing is shared there, so
/// that it is what the bill grows by and what collecting has of it.
pub(super) fn sized_a_month(setup: &Setup) -> f64 {
    let sized = setup.blueprint.pools.iter().filter_map(|pool| pool.sized);
    sized.map(|pool| pool.per_hour - pool.bare_per_hour).sum::<f64>() * HOURS_A_MONTH
}

/// What agents request on the nodes of each pool.
pub(super) fn requested_by_pool(setup: &Setup, placement: &Placement) -> Vec<Requests> {
    let blueprint = &setup.blueprint;
    let mut requested = vec![Requests::default(); blueprint.pools.len()];
    for pool in &placement.nodes {
        if let Some(agent) = blueprint.node_agent_in(*pool) {
            requested[*pool] += blueprint.agents[agent].requests;
        }
    }
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let pod = &blueprint.pods[template.at()];
        let pool = &mut requested[placement.nodes[*node as usize]];
        if let Some(agent) = pod.agent {
            *pool += blueprint.agents[agent].requests;
        }
        if let Some(relay) = pod.relay {
            *pool += relay.requests;
        }
    }
    requested
}

/// The larger share of what there is, and whether it is that of CPU.
fn share(requested: Requests, of: Requests) -> (f64, bool) {
    let cpu = requested.cpu_millicores as f64 / of.cpu_millicores.max(1) as f64;
    let memory = requested.memory_bytes as f64 / of.memory_bytes.max(1) as f64;
    (cpu.max(memory), cpu >= memory)
}

/// Currency an hour that agents reserve of a pool, and whether their CPU decides it.
pub(super) fn share_of_pool(
    setup: &Setup,
    placement: &Placement,
    number: usize,
    requested: Requests,
) -> (f64, bool) {
    let pool = &setup.blueprint.pools[number];
    let nodes = placement.nodes.iter().filter(|of| **of == number).count() as u64;
    let all = Requests {
        cpu_millicores: pool.allocatable.cpu_millicores * nodes,
        memory_bytes: pool.allocatable.memory_bytes * nodes,
    };
    let (share, by_cpu) = share(requested, all);
    if nodes == 0 { (0.0, by_cpu) } else { (share * nodes as f64 * pool.price_per_hour, by_cpu) }
}

fn allocated_an_hour(setup: &Setup, placement: &Placement) -> f64 {
    let by_pool = requested_by_pool(setup, placement).into_iter().enumerate();
    let on_nodes: f64 =
        by_pool.map(|(pool, requested)| share_of_pool(setup, placement, pool, requested).0).sum();
    on_nodes + central_an_hour(setup)
}

/// Collectors in the middle are placed on no node here; whoever runs them puts them where they cost least.
pub(super) fn central_an_hour(setup: &Setup) -> f64 {
    setup.blueprint.in_between().map_or(0.0, |central| {
        let pools = setup.blueprint.pools.iter();
        let ordinary = pools.filter(|pool| !pool.serverless && pool.sized.is_none());
        let least = ordinary.map(|pool| share(central.requests, pool.allocatable).0 * pool.price_per_hour);
        central.processes as f64 * least.reduce(f64::min).unwrap_or(0.0)
    })
}

/// Nodes beyond those that the pods need without any collection. Packing with agents may now and then come out with
/// one node fewer of some kind; a saving of that sort is luck, and counts against others alone.
pub(super) fn added_an_hour(setup: &Setup, placement: &Placement) -> f64 {
    let added = placement.extra.iter().zip(&setup.extra_without).zip(&setup.blueprint.pools);
    let sum: f64 =
        added.map(|((with, without), pool)| (*with as f64 - *without as f64) * pool.price_per_hour).sum();
    sum.max(0.0)
}
