//! The simulated cluster: nodes, pods, log files, kubelet, agents, backend.
//!
//! Takes a [`Blueprint`] (what there is), a [`Placement`] (where) and a key (which random numbers); gives a
//! [`Tally`]. It knows no scenario and no strategy.
//!
//! Each node is a logical process with an event list of its own; nothing passes between nodes but demand for
//! the backend's capacity, which is added up in time slots. A slot's waits depend on the slots before it
//! alone, so nodes may run a slot at a time without hearing from each other, or many slots on waits that are foreseen
//! and checked (`stretches`). All ways give the same bits.

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
mod pace;
mod stretches;
mod tally;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use lines::runtime::GZIP_NS_PER_BYTE;
pub use pace::Pace;
pub(crate) use stretches::MOST_PARTS;
pub use tally::{ContainerTally, ControlTally, Tally, TenantTally};

use crate::blueprint::{Blueprint, OnNode, Placement};
use agent::quiet::Scratch;
use backend::link::Link;
use backend::servers::Servers;
use node::Node;
use pace::{NEVER, is_set};
use rayon::prelude::*;
use std::sync::atomic::AtomicBool;
use tally::Total;

/// Runs the blueprint once, with the random numbers of `key`.
///
/// The result depends on nothing else: not on the number of threads, nor on the order in which nodes run.
pub fn simulate(blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    simulate_at(Pace::default(), blueprint, placement, key)
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

fn through(pace: Pace, stop: &AtomicBool, blueprint: &Blueprint, placement: &Placement, key: u64) -> Tally {
    let in_blocks = pace.in_spans.then(|| in_blocks(blueprint));
    let blueprint = in_blocks.as_ref().unwrap_or(blueprint);
    make_ready(blueprint);
    let on = placement.by_node();
    let mut tally = match Servers::new(blueprint, key) {
        None => run_nodes_apart(pace, stop, blueprint, placement, &on, key),
        Some(servers) => stretches::run(pace, stop, blueprint, (placement, &on), key, servers),
    };
    if !is_set(stop) {
        tally.finish(blueprint);
    }
    tally
}

/// The same, but that what is written at a steady rate is counted in blocks.
fn in_blocks(blueprint: &Blueprint) -> Blueprint {
    let mut blueprint = blueprint.clone();
    blueprint.laws.iter_mut().for_each(|law| law.arrivals = law.arrivals.clone().in_blocks());
    blueprint
}

/// Makes the tables that nearly every second of the streams will ask for: four deviations around their means.
fn make_ready(blueprint: &Blueprint) {
    for law in blueprint.laws.iter().filter(|law| law.arrivals.is_alike()) {
        let (mean, reach) = (law.arrivals.mean(), 4.0 * law.arrivals.mean().sqrt());
        law.sizes.make_ready((mean - reach).max(0.0) as u64, (mean + reach).ceil() as u64);
    }
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
            || (Tally::new(blueprint), Scratch::new(pace.flushes, pace.in_spans)),
            |(mut tally, mut scratch), node| {
                if is_set(stop) {
                    return (tally, scratch);
                }
                let mut link = Link::new(blueprint, None, &mut [], 0, &[]);
                let mut state = Node::new(blueprint, node, placement.nodes[node], &on[node], key);
                state.run_until(blueprint.end_ns(), blueprint, &mut link, &mut scratch, &mut tally);
                state.close(blueprint, &mut tally);
                (tally, scratch)
            },
        )
        .map(|(tally, _)| tally)
        .reduce_with(|mut tally, other| {
            tally.add(&other);
            tally
        })
        .unwrap_or_else(|| Tally::new(blueprint))
}
