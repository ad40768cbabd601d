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
    let end = blueprint.end_ns();
    let mut server = SlottedServer::new(capacity, blueprint.backend.slot(), SimTime::from_ns(end));
    let mut nodes: Vec<Node> = (0..placement.nodes.len())
        .into_par_iter()
        .map(|node| Node::new(blueprint, node, placement.nodes[node], &pods_on[node], key))
        .collect();
    let mut total = Tally::new(blueprint);
    let mut first = 0;
    while first < server.slots() {
        let slots = stretch_slots.min(server.slots() - first);
        if slots > 1 && !server.has_backlog() {
            let before = nodes.clone();
            let (tally, demand) = run_slots(blueprint, &mut nodes, &server, first, slots);
            if server.takes(&demand) {
                server.settle(&demand);
                total += &tally;
                first += slots;
                continue;
            }
            nodes = before;
        }
        for slot in first..first + slots {
            let (tally, demand) = run_slots(blueprint, &mut nodes, &server, slot, 1);
            server.settle(&demand);
            total += &tally;
        }
        first += slots;
    }
    nodes.iter_mut().for_each(|node| node.close(blueprint, &mut total));
    total.longest_wait_ns = server.longest_wait().as_ns();
    total
}

/// All nodes through some slots, with the waits known at their beginning. Gives the demand of each.
fn run_slots(
    blueprint: &Blueprint,
    nodes: &mut [Node],
    server: &SlottedServer,
    first: usize,
    slots: usize,
) -> (Tally, Vec<u64>) {
    let until = server.end_of(first + slots - 1).min(blueprint.end_ns());
    // Enough nodes a block that their work outweighs handing it out.
    let block = nodes.len().div_ceil(4 * rayon::current_num_threads()).max(64);
    let empty = || (Tally::new(blueprint), vec![0u64; slots]);
    nodes
        .par_chunks_mut(block)
        .fold(empty, |(mut tally, mut demand), nodes| {
            let mut link = Link::new(&blueprint.backend, Some(server), &mut demand, first);
            for node in nodes {
                node.run_until(until, blueprint, &mut link, &mut tally);
            }
            (tally, demand)
        })
        .reduce(empty, |(mut tally, mut demand), (other, more)| {
            tally += &other;
            demand.iter_mut().zip(more).for_each(|(total, part)| *total += part);
            (tally, demand)
        })
}
