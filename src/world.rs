//! The simulated cluster: nodes, pods, log files, kubelet, agents, backend.
//!
//! Takes a [`Blueprint`] (what there is), a [`Placement`] (where) and a key (which random numbers); gives a
//! [`Tally`]. It knows no scenario and no strategy.
//!
//! Each node is a logical process with an event list of its own; nothing passes between nodes but demand for
//! the backend's capacity, which is added up in time slots. A slot's waits depend on the slots before it
//! alone, so nodes may run a slot at a time without hearing from each other. Where no slot exceeds the
//! capacity nobody waits at all: nodes are run a longer stretch each on that assumption, which is checked, and
//! only where it fails is the stretch run again slot by slot, from a copy of its beginning. Both ways give the
//! same bits.

mod agent;
mod backend;
mod blueprint;
mod files;
mod node;
mod overflow;
mod reading;
mod rotation;
mod runtime;
mod shipping;
mod stream;
mod tally;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use blueprint::{
    AgentPlan, BackendPlan, Blueprint, FileRotation, Outage, Placement, PodTemplate, Pool, Reader, Requests,
    StreamLaw, StreamPlan,
};
pub use runtime::{STDOUT_NS_PER_LINE, WRITE_NS_PER_LINE};
pub use tally::{Tally, TenantTally};

use crate::engine::fluid::SlottedServer;
use crate::units::SimTime;
use backend::Link;
use blueprint::PlacedPod;
use node::Node;
use rayon::prelude::*;

/// Runs the blueprint once, with the random numbers of `key`.
///
/// The result depends on nothing else: not on the number of threads, nor on the order in which nodes run.
pub fn simulate(blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    let pods_on = placement.pods_by_node();
    match blueprint.backend.capacity_bytes_per_s {
        None => run_nodes_apart(blueprint, placement, &pods_on, key),
        Some(capacity) => run_nodes_together(blueprint, placement, &pods_on, key, capacity, STRETCH_SLOTS),
    }
}

/// Slots of a stretch: long enough that a node's state is touched once in it while it is in the cache.
const STRETCH_SLOTS: usize = 1000;

/// Every node by itself from beginning to end: nobody ever waits for the backend.
fn run_nodes_apart(
    blueprint: &Blueprint,
    placement: &Placement,
    pods_on: &[Vec<PlacedPod>],
    key: u64,
) -> Tally {
    (0..placement.nodes.len())
        .into_par_iter()
        .fold(
            || Tally::new(blueprint),
            |mut tally, node| {
                let mut link = Link::new(&blueprint.backend, None, &mut [], 0);
                let mut state = Node::new(blueprint, node, placement.nodes[node], &pods_on[node], key);
                state.run_until(blueprint.end_ns(), blueprint, &mut link, &mut tally);
                state.close(blueprint, &mut tally);
                tally
            },
        )
        .reduce(
            || Tally::new(blueprint),
            |mut tally, other| {
                tally += &other;
                tally
            },
        )
}

/// All nodes, a stretch of slots at a time, and slot by slot where the backend is congested.
fn run_nodes_together(
    blueprint: &Blueprint,
    placement: &Placement,
    pods_on: &[Vec<PlacedPod>],
    key: u64,
    capacity: f64,
    stretch_slots: usize,
) -> Tally {
    let span = SimTime::from_ns(blueprint.end_ns());
    let outages: Vec<_> = blueprint.backend.outages.iter().map(|o| o.from_ns..o.until_ns).collect();
    let mut server = SlottedServer::new(capacity, blueprint.backend.slot(), span, &outages);
    // Enough nodes a block that a slot's work outweighs handing it out.
    let in_block = placement.nodes.len().div_ceil(8).max(64);
    let mut blocks: Vec<Block> = (0..placement.nodes.len())
        .into_par_iter()
        .map(|node| Node::new(blueprint, node, placement.nodes[node], &pods_on[node], key))
        .collect::<Vec<Node>>()
        .chunks(in_block)
        .map(|nodes| Block { nodes: nodes.to_vec(), tally: Tally::new(blueprint) })
        .collect();
    let mut first = 0;
    while first < server.slots() {
        let slots = stretch_slots.min(server.slots() - first);
        if slots > 1 && !server.has_backlog() {
            let before = blocks.clone();
            let demand = run_slots(blueprint, &mut blocks, &server, first, slots);
            if server.takes(&demand) {
                server.settle(&demand);
                first += slots;
                continue;
            }
            blocks = before;
        }
        for slot in first..first + slots {
            let demand = run_slots(blueprint, &mut blocks, &server, slot, 1);
            server.settle(&demand);
        }
        first += slots;
    }
    let mut total = Tally::new(blueprint);
    for block in &mut blocks {
        block.nodes.iter_mut().for_each(|node| node.close(blueprint, &mut block.tally));
        total += &block.tally;
    }
    total.longest_wait_ns = server.longest_wait().as_ns();
    total
}

/// Nodes that run one after the other, and what they add up to.
#[derive(Clone)]
struct Block {
    nodes: Vec<Node>,
    tally: Tally,
}

/// All nodes through some slots, with the waits known at their beginning. Gives the demand of each.
fn run_slots(
    blueprint: &Blueprint,
    blocks: &mut [Block],
    server: &SlottedServer,
    first: usize,
    slots: usize,
) -> Vec<u64> {
    let until = server.end_of(first + slots - 1).min(blueprint.end_ns());
    let run = |block: &mut Block| {
        let mut demand = vec![0u64; slots];
        let mut link = Link::new(&blueprint.backend, Some(server), &mut demand, first);
        for node in &mut block.nodes {
            node.run_until(until, blueprint, &mut link, &mut block.tally);
        }
        demand
    };
    let add = |mut demand: Vec<u64>, more: Vec<u64>| {
        demand.iter_mut().zip(more).for_each(|(total, part)| *total += part);
        demand
    };
    match blocks {
        [block] => run(block),
        blocks => blocks.par_iter_mut().map(run).reduce(|| vec![0; slots], add),
    }
}
