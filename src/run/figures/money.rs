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
const HOURS_A_MONTH: f64 = 730.0;

/// Both figures.
pub(super) fn figures(
    setup: &Setup,
    placement: &Placement,
    tally: &Tally,
    written_s: f64,
) -> [(Metric, Option<f64>); 2] {
    let data = tally.sent_bytes as f64 / written_s * HOURS_A_MONTH * 3600.0 * setup.price_per_byte;
    // Where pods are charged for by their size, what they cost more with what collects their logs: nothing is shared there,
    // so that it is what the bill grows by and what collecting has of it.
    let sized = setup.blueprint.pools.iter().filter_map(|pool| pool.sized);
    let sized = sized.map(|pool| pool.per_hour - pool.bare_per_hour).sum::<f64>() * HOURS_A_MONTH;
    [
        (Metric::Cost, Some(allocated_an_hour(setup, placement) * HOURS_A_MONTH + sized + data)),
        (Metric::CostMarginal, Some(added_an_hour(setup, placement) * HOURS_A_MONTH + sized + data)),
    ]
}

/// What agents request on the nodes of each pool.
fn requested_by_pool(setup: &Setup, placement: &Placement) -> Vec<Requests> {
    let blueprint = &setup.blueprint;
    let mut requested = vec![Requests::default(); blueprint.pools.len()];
    for pool in &placement.nodes {
        if let Some(agent) = blueprint.node_agent_in(*pool) {
            requested[*pool] += blueprint.agents[agent].requests;
        }
    }
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let pod = &blueprint.pods[*template as usize];
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

/// The larger share of what there is.
fn share(requested: Requests, of: Requests) -> f64 {
    let cpu = requested.cpu_millicores as f64 / of.cpu_millicores.max(1) as f64;
    cpu.max(requested.memory_bytes as f64 / of.memory_bytes.max(1) as f64)
}

fn allocated_an_hour(setup: &Setup, placement: &Placement) -> f64 {
    let pools = &setup.blueprint.pools;
    let mut nodes = vec![0u64; pools.len()];
    placement.nodes.iter().for_each(|pool| nodes[*pool] += 1);
    let by_pool = requested_by_pool(setup, placement).into_iter().zip(pools).zip(nodes);
    let on_nodes: f64 = by_pool
        .filter(|(_, nodes)| *nodes > 0)
        .map(|((requested, pool), nodes)| {
            let all = Requests {
                cpu_millicores: pool.allocatable.cpu_millicores * nodes,
                memory_bytes: pool.allocatable.memory_bytes * nodes,
            };
            share(requested, all) * nodes as f64 * pool.price_per_hour
        })
        .sum();
    // Collectors in the middle are placed on no node here; whoever runs them puts them where they cost least.
    let central = setup.blueprint.in_between().map_or(0.0, |central| {
        let ordinary = pools.iter().filter(|pool| !pool.serverless && pool.sized.is_none());
        let least = ordinary.map(|pool| share(central.requests, pool.allocatable) * pool.price_per_hour);
        central.processes as f64 * least.reduce(f64::min).unwrap_or(0.0)
    });
    on_nodes + central
}

/// Nodes beyond those that the pods need without any collection. Packing with agents may now and then come out with
/// one node fewer of some kind; a saving of that sort is luck, and counts against others alone.
fn added_an_hour(setup: &Setup, placement: &Placement) -> f64 {
    let added = placement.extra.iter().zip(&setup.extra_without).zip(&setup.blueprint.pools);
    let sum: f64 =
        added.map(|((with, without), pool)| (*with as f64 - *without as f64) * pool.price_per_hour).sum();
    sum.max(0.0)
}
