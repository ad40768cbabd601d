//! The simulated cluster: nodes, pods, log files, kubelet, agents, backend.
//!
//! Takes a [`Blueprint`] (what there is), a [`Placement`] (where) and a key (which random numbers); gives a
//! [`Tally`]. It knows no scenario and no strategy.
//!
//! Each node is a logical process with an event list of its own; nothing passes between nodes but demand for
//! the backend's capacity, which is added up in time slots. A slot's waits depend on the slots before it
//! alone, so nodes may run a slot at a time without hearing from each other. Where no slot exceeds the
//! capacity nobody waits at all: nodes are run a longer stretch each on that assumption, which is checked; where it
//! fails they are taken back to a copy of its beginning, run as far as it held, and from there slot by slot until the
//! backlog is gone. Both ways give the same bits.

mod agent;
mod backend;
mod build;
mod control;
mod disk;
mod events;
mod faults;
mod kubelet;
mod lines;
mod node;
mod tally;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use lines::runtime::GZIP_NS_PER_BYTE;
pub use tally::{ContainerTally, ControlTally, Tally, TenantTally};

use crate::blueprint::{Blueprint, OnNode, Placement};
use crate::units::NS_PER_SEC;
use agent::quiet::Scratch;
use backend::link::Link;
use backend::servers::Servers;
use node::Node;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use tally::Total;

/// Runs the blueprint once, with the random numbers of `key`.
///
/// The result depends on nothing else: not on the number of threads, nor on the order in which nodes run.
pub fn simulate(blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    simulate_at(Pace::default(), blueprint, placement, key)
}

/// How much is settled at once. It changes the time that a run takes, and no bit of its result; it is here to be
/// verified.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest stretch in which nobody is expected to wait for the backend, in nanoseconds; 1 is slot by slot.
    pub stretch_ns: u64,
    /// Flushes of a quiet input; 0 is event by event.
    pub flushes: usize,
}

impl Default for Pace {
    /// Stretches long enough that what keeping a copy of their beginning costs does not count.
    fn default() -> Self {
        Self { stretch_ns: 960 * NS_PER_SEC, flushes: agent::quiet::MOST_FLUSHES }
    }
}

/// Runs the blueprint once, as [`simulate`] does, at this pace.
pub fn simulate_at(pace: Pace, blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    through(pace, &NEVER, blueprint, placement, key)
}

/// Runs the blueprint once, as [`simulate_at`] does, unless `stop` is set meanwhile: then nodes that have not begun are
/// left out, and there is no result. The flag is looked at between nodes, never within one.
pub fn simulate_unless(
    stop: &AtomicBool,
    pace: Pace,
    blueprint: &Blueprint,
    placement: &Placement,
    key: u64,
) -> Option<Tally> {
    let tally = through(pace, stop, blueprint, placement, key);
    // Once set it stays set: where it is not, every node was run.
    (!is_set(stop)).then_some(tally)
}

/// The flag of runs that nobody stops.
static NEVER: AtomicBool = AtomicBool::new(false);

fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

fn through(pace: Pace, stop: &AtomicBool, blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    let on = placement.by_node();
    let mut tally = match Servers::new(blueprint, key) {
        None => run_nodes_apart(pace, stop, blueprint, placement, &on, key),
        Some(servers) => run_nodes_together(pace, stop, blueprint, placement, &on, key, servers),
    };
    if !is_set(stop) {
        tally.finish(blueprint);
    }
    tally
}

/// Every node by itself from beginning to end: nobody ever waits for the backend.
fn run_nodes_apart(
    pace: Pace,
    stop: &AtomicBool,
    blueprint: &Blueprint,
    placement: &Placement,
    on: &[OnNode],
    key: u64,
) -> Tally {
    (0..placement.nodes.len())
        .into_par_iter()
        .fold(
            || (Tally::new(blueprint), Scratch::new(pace.flushes)),
            |(mut tally, mut scratch), node| {
                if is_set(stop) {
                    return (tally, scratch);
                }
                let mut link = Link::new(blueprint, None, &mut [], 0);
                let mut state = Node::new(blueprint, node, placement.nodes[node], &on[node], key);
                state.run_until(blueprint.end_ns(), blueprint, &mut link, &mut scratch, &mut tally);
                state.close(blueprint, &mut tally);
                (tally, scratch)
            },
        )
        .map(|(tally, _)| tally)
        .reduce(
            || Tally::new(blueprint),
            |mut tally, other| {
                tally.add(&other);
                tally
            },
        )
}

/// All nodes, a stretch of slots at a time, and slot by slot where the backend is congested.
fn run_nodes_together(
    pace: Pace,
    stop: &AtomicBool,
    blueprint: &Blueprint,
    placement: &Placement,
    on: &[OnNode],
    key: u64,
    mut servers: Servers,
) -> Tally {
    let server = servers.clock().clone();
    // Enough nodes a block that a slot's work outweighs handing it out.
    let nodes = placement.nodes.len();
    let in_block = nodes.div_ceil(8).max(64);
    let mut blocks: Vec<Block> = (0..nodes.div_ceil(in_block))
        .into_par_iter()
        .map(|block| {
            let own = block * in_block..((block + 1) * in_block).min(nodes);
            let new = |node| Node::new(blueprint, node, placement.nodes[node], &on[node], key);
            let (tally, scratch) = (Tally::new(blueprint), Scratch::new(pace.flushes));
            let next_ns = vec![0; own.len()];
            Block { nodes: own.map(new).collect(), next_ns, tally, scratch }
        })
        .collect();
    let longest = ((pace.stretch_ns / server.slot_ns()) as usize)
        .clamp(1, MOST_SLOTS.min(MOST_NUMBERS / servers.lanes()).max(1));
    // When an outage is over everybody comes at once: no stretch goes beyond that.
    let edges: Vec<usize> =
        blueprint.backend.outages.iter().map(|outage| server.slot_of(outage.until_ns)).collect();
    let (mut first, mut stretch) = (0, longest.min((FIRST_STRETCH_NS / server.slot_ns()).max(1) as usize));
    while first < server.slots() && !is_set(stop) {
        let next_edges = edges.iter().copied().filter(|edge| *edge > first).chain(servers.next_window());
        let edge = next_edges.min().unwrap_or(usize::MAX).min(server.slots());
        let slots = stretch.min(edge - first);
        if slots > 1 && !servers.has_backlog() {
            let before: Vec<Block> = blocks.par_iter_mut().map(|block| block.clone()).collect();
            let mut demand = run_slots(stop, blueprint, &mut blocks, &servers, first, slots);
            let fitting = servers.fitting(&demand, first);
            stretch = if fitting == slots { longest.min(2 * stretch) } else { (stretch / 2).max(SHORTEST) };
            if fitting < slots {
                // Up to the first slot that is too full all was as expected, and will be again.
                blocks = before;
                demand = match fitting {
                    0 => Vec::new(),
                    _ => run_slots(stop, blueprint, &mut blocks, &servers, first, fitting),
                };
            }
            servers.settle(&demand);
            first += fitting;
            if fitting == slots {
                continue;
            }
        }
        let demand = run_slots(stop, blueprint, &mut blocks, &servers, first, 1);
        servers.settle(&demand);
        first += 1;
    }
    let mut total = Tally::new(blueprint);
    if is_set(stop) {
        return total;
    }
    blocks.par_iter_mut().for_each(|block| {
        block.nodes.iter_mut().for_each(|node| node.close(blueprint, &mut block.tally));
    });
    blocks.iter().for_each(|block| total.add(&block.tally));
    servers.report(&mut total);
    total
}

/// The first stretch; each that went as expected is followed by one of twice the length.
const FIRST_STRETCH_NS: u64 = 60 * NS_PER_SEC;

/// Slots of a stretch at most, and numbers of their demand; and the least that is tried after it was too long.
const MOST_SLOTS: usize = 1 << 16;
const MOST_NUMBERS: usize = 1 << 20;
const SHORTEST: usize = 16;

/// Nodes that run one after the other, and what they add up to.
#[derive(Clone)]
struct Block {
    nodes: Vec<Node>,
    /// When something happens on each node next: slot by slot, most have nothing to do, and are not touched.
    next_ns: Vec<u64>,
    tally: Tally,
    scratch: Scratch,
}

/// All nodes through some slots, with the waits known at their beginning. Gives the demand of each, lane by lane.
fn run_slots(
    stop: &AtomicBool,
    blueprint: &Blueprint,
    blocks: &mut [Block],
    servers: &Servers,
    first: usize,
    slots: usize,
) -> Vec<u64> {
    let numbers = slots * servers.lanes();
    let until = servers.clock().end_of(first + slots - 1).min(blueprint.end_ns());
    let run = |block: &mut Block| {
        let mut demand = vec![0u64; numbers];
        let mut link = Link::new(blueprint, Some(servers), &mut demand, first);
        for (node, next_ns) in block.nodes.iter_mut().zip(&mut block.next_ns) {
            if *next_ns < until && !is_set(stop) {
                *next_ns = node.run_until(until, blueprint, &mut link, &mut block.scratch, &mut block.tally);
            }
        }
        demand
    };
    let add = |mut demand: Vec<u64>, more: Vec<u64>| {
        demand.iter_mut().zip(more).for_each(|(total, part)| *total += part);
        demand
    };
    match blocks {
        [block] => run(block),
        blocks => blocks.par_iter_mut().map(run).reduce(|| vec![0; numbers], add),
    }
}
