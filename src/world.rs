//! The simulated cluster: nodes, pods, log files, kubelet, agents, backend.
//!
//! Takes a [`Blueprint`] (what there is), a [`Placement`] (where) and a key (which random numbers); gives a
//! [`Tally`]. It knows no scenario and no strategy.
//!
//! Each node is a logical process with an event list of its own; nothing passes between nodes but demand for
//! the backend's capacity, which is added up in time slots. A slot's waits depend on the slots before it
//! alone, so nodes may run a slot at a time without hearing from each other. Where no slot exceeds the
//! capacity nobody waits at all: nodes are first run to the end one by one on that assumption, which is
//! checked, and only where it fails are they run again slot by slot. Both ways give the same bits.

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
use node::Node;
use rayon::prelude::*;

/// Runs the blueprint once, with the random numbers of `key`.
///
/// The result depends on nothing else: not on the number of threads, nor on the order in which nodes run.
pub fn simulate(blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    let pods_on = placement.pods_by_node();
    let end = blueprint.end_ns();
    let Some(capacity) = blueprint.backend.capacity_bytes_per_s else {
        return run_to_end(blueprint, placement, &pods_on, key, None).0;
    };
    let span = SimTime::from_ns(end);
    let mut server = SlottedServer::new(capacity, blueprint.backend.slot(), span);
    let (tally, demand) = run_to_end(blueprint, placement, &pods_on, key, Some(&server));
    server.add(0, &demand);
    if !server.is_congested() {
        return tally;
    }
    run_in_slots(blueprint, placement, &pods_on, key, capacity)
}

/// Every node by itself from beginning to end, as if nobody ever waited for the backend. Also gives the
/// demand of each slot.
fn run_to_end(
    blueprint: &Blueprint,
    placement: &Placement,
    pods_on: &[Vec<blueprint::PlacedPod>],
    key: u64,
    server: Option<&SlottedServer>,
) -> (Tally, Vec<u64>) {
    let slots = server.map_or(0, SlottedServer::slots);
    let empty = || (Tally::new(blueprint), vec![0u64; slots]);
    (0..placement.nodes.len())
        .into_par_iter()
        .fold(empty, |(mut tally, mut demand), node| {
            let mut link = Link::new(&blueprint.backend, server, &mut demand, 0);
            let mut state = Node::new(blueprint, node, &pods_on[node], key);
            state.run_until(blueprint.end_ns(), blueprint, &mut link, &mut tally);
            state.close(blueprint, &mut tally);
            (tally, demand)
        })
        .reduce(empty, |(mut tally, mut demand), (other, more)| {
            tally += &other;
            demand.iter_mut().zip(more).for_each(|(total, part)| *total += part);
            (tally, demand)
        })
}

/// All nodes together, slot by slot, each slot with the waits that the slots before it left.
fn run_in_slots(
    blueprint: &Blueprint,
    placement: &Placement,
    pods_on: &[Vec<blueprint::PlacedPod>],
    key: u64,
    capacity: f64,
) -> Tally {
    let end = blueprint.end_ns();
    let mut server = SlottedServer::new(capacity, blueprint.backend.slot(), SimTime::from_ns(end));
    let mut nodes: Vec<Node> = (0..placement.nodes.len())
        .into_par_iter()
        .map(|node| Node::new(blueprint, node, &pods_on[node], key))
        .collect();
    // Enough nodes a block that a slot's work outweighs handing it out.
    let block = nodes.len().div_ceil(8).max(64);
    let mut tallies = vec![Tally::new(blueprint); nodes.len().div_ceil(block)];
    for slot in 0..server.slots() {
        let until = server.end_of(slot).min(end);
        let demand = nodes
            .par_chunks_mut(block)
            .zip(tallies.par_iter_mut())
            .map(|(nodes, tally)| {
                let mut demand = [0u64];
                let mut link = Link::new(&blueprint.backend, Some(&server), &mut demand, slot);
                for node in nodes {
                    node.run_until(until, blueprint, &mut link, tally);
                }
                demand[0]
            })
            .sum();
        server.add(slot, &[demand]);
        server.settle_next();
    }
    let mut total = Tally::new(blueprint);
    for (nodes, tally) in nodes.chunks_mut(block).zip(&mut tallies) {
        for node in nodes {
            node.close(blueprint, tally);
        }
        total += tally;
    }
    total.longest_wait_ns = server.longest_wait().as_ns();
    total
}
