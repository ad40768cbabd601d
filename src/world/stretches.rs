//! All nodes of a cluster that share a backend, a stretch of slots at a time.
//!
//! What a slot brings depends on waits up to then alone. So a stretch is run on waits that are foreseen, its demand says
//! what they truly were, and up to the first slot that was foreseen wrongly everything was as it is. There are four ways:
//!
//! 1. Where nothing waits, nobody is expected to. That holds until a slot brings more than is taken.
//! 2. Where something waits, the first run says little more than the demand, and is a rehearsal. What is sent hardly depends on the waits, as
//!    answers that are late come behind the stretch: the second run, on the waits of that demand, mostly brings the same.
//!    This is waveform relaxation; here it ends when nothing changes, and no bit is lost.
//! 3. Where the queue is so long that all requests are turned away, nothing is added to it, and it is known how long it will be.
//! 4. Otherwise slot by slot: where shards, quotas or a gateway are asked for each request, as what comes then is a matter of every
//!    wait.
//!
//! Whatever was run on wrong waits is taken back to a copy of the beginning and run again as far as they were right.
//!
//! Source: Lelarasmee, Ruehli, Sangiovanni-Vincentelli, "The Waveform Relaxation Method for Time-Domain Analysis of Large
//! Scale Integrated Circuits", IEEE Transactions on CAD 1(3), 1982.

use crate::blueprint::{Blueprint, OnNode, Placement};
use crate::units::NS_PER_SEC;
use crate::world::agent::input::Input;
use crate::world::agent::quiet::Scratch;
use crate::world::backend::link::Link;
use crate::world::backend::servers::Servers;
use crate::world::node::Node;
use crate::world::pace::{Pace, is_set};
use crate::world::tally::{Tally, Total};
use rayon::prelude::*;
use std::sync::atomic::AtomicBool;

/// The first stretch; each that went as expected is followed by one of twice the length.
const FIRST_STRETCH_NS: u64 = 60 * NS_PER_SEC;

/// The first stretch in which something waits.
const FIRST_WAITING_NS: u64 = 2 * NS_PER_SEC;

/// Slots of a stretch at most, and numbers of their demand; and the least that is tried after it was too long.
const MOST_SLOTS: usize = 1 << 16;
const MOST_NUMBERS: usize = 1 << 20;
const SHORTEST: usize = 16;

/// Parts that nodes are run in beside each other, at most: more threads than that have nothing to do.
pub(crate) const MOST_PARTS: usize = 8;

/// A batch that every agent holds costs as much to be copied as so many slots to be run.
const SLOTS_A_BATCH: usize = 16;

/// How often a stretch is run on waits that turn out to be others.
const MOST_ROUNDS: usize = 3;

/// Slots are crowded with a tenth more than this part of their demand, ten deviations of 10,000 lines and more of more; and there
/// is room where a half more would do.
const CROWDED: u64 = 10;
const ROOMY: u64 = 2;

/// Slots that go one by one, at most, after waits were foreseen wrongly.
const MOST_ALONE: usize = 1 << 12;

/// Nodes that run one after the other, and what they add up to.
#[derive(Clone)]
struct Block {
    nodes: Vec<Node>,
    /// When something happens on each node next: slot by slot, most have nothing to do, and are not touched.
    next_ns: Vec<u64>,
    tally: Tally,
    scratch: Scratch,
}

fn copy_of(blocks: &mut [Block]) -> Vec<Block> {
    blocks.par_iter_mut().map(|block| block.clone()).collect()
}

/// A cluster on its way through a run.
struct Cluster<'a> {
    stop: &'a AtomicBool,
    blueprint: &'a Blueprint,
    blocks: Vec<Block>,
    servers: Servers,
    /// The first slot that is not settled.
    first: usize,
    /// How long what came waited before the last slots that were settled, and how many they were.
    cleared: (u64, usize),
    /// Whether calm flushes are settled span by span where the backend has room.
    in_spans: bool,
    /// Whether the last slots in which nobody waited had so much room that no copy is kept of what the next begin with.
    has_room: bool,
    /// Whether that went wrong: all has to be run again, with copies.
    is_lost: bool,
}

/// Runs all nodes through the whole run.
pub(super) fn run(
    pace: Pace,
    stop: &AtomicBool,
    blueprint: &Blueprint,
    (placement, on): (&Placement, &[OnNode]),
    key: u64,
    servers: Servers,
) -> Tally {
    let new = || Cluster::new(pace, stop, blueprint, (placement, on), key, servers.clone());
    let mut cluster = new();
    cluster.go_on(pace, true);
    if cluster.is_lost {
        cluster = new();
        cluster.go_on(pace, false);
    }
    cluster.end()
}

impl<'a> Cluster<'a> {
    /// All nodes at the beginning of the run.
    fn new(
        pace: Pace,
        stop: &'a AtomicBool,
        blueprint: &'a Blueprint,
        (placement, on): (&Placement, &[OnNode]),
        key: u64,
        servers: Servers,
    ) -> Self {
        // Enough nodes a block that a slot's work outweighs handing it out.
        let nodes = placement.nodes.len();
        let in_block = nodes.div_ceil(MOST_PARTS).max(64);
        // Whoever asks for each request draws each flush.
        let in_spans = pace.in_spans && servers.plain().is_some();
        let blocks = (0..nodes.div_ceil(in_block))
            .into_par_iter()
            .map(|block| {
                let own = block * in_block..((block + 1) * in_block).min(nodes);
                let new = |node| Node::new(blueprint, node, placement.nodes[node], &on[node], key);
                let (tally, scratch) = (Tally::new(blueprint), Scratch::new(pace.flushes, in_spans));
                let next_ns = vec![0; own.len()];
                Block { nodes: own.map(new).collect(), next_ns, tally, scratch }
            })
            .collect();
        let (has_room, is_lost) = (false, false);
        Self { stop, blueprint, blocks, servers, first: 0, cleared: (0, 0), in_spans, has_room, is_lost }
    }
}

impl Cluster<'_> {
    /// Goes through all slots. Where it `hopes`, it keeps no copies as long as the backend has ample room, until it is lost.
    fn go_on(&mut self, pace: Pace, hopes: bool) {
        let (slot_ns, slots) = (self.servers.clock().slot_ns(), self.servers.clock().slots());
        let longest = ((pace.stretch_ns / slot_ns) as usize)
            .clamp(1, MOST_SLOTS.min(MOST_NUMBERS / self.servers.lanes()).max(1));
        // When an outage is over everybody may come at once: no stretch goes beyond that, nor beyond its beginning, from which
        // on something waits.
        let outages = &self.blueprint.backend.outages;
        let edges = outages.iter().flat_map(|outage| [outage.from_ns, outage.until_ns]);
        let edges: Vec<usize> = edges.map(|at_ns| self.servers.clock().slot_of(at_ns)).collect();
        let begin = |ns: u64| longest.min((ns / slot_ns).max(1) as usize);
        let (mut free, mut waiting) = (begin(FIRST_STRETCH_NS), begin(FIRST_WAITING_NS));
        // Where waits are foreseen wrongly again and again, copies of the nodes cost more than their slots: four times as many
        // go one by one each time.
        let (mut alone, mut next_alone, mut was_wrong) = (0, SHORTEST, false);
        // Slots that go one by one as they are too few.
        let mut short = 0;
        while self.first < slots && !is_set(self.stop) && !self.is_lost {
            let next =
                edges.iter().copied().filter(|edge| *edge > self.first).chain(self.servers.next_window());
            let left = next.min().unwrap_or(usize::MAX).min(slots) - self.first;
            if edges.contains(&self.first) {
                // What its first slot brings says whether anybody waits.
                (short, free) = (1, free.min(begin(FIRST_WAITING_NS)));
            }
            let is_closed = self.servers.is_closed(self.first);
            let waits = self.servers.has_backlog() || is_closed;
            if waits && self.refuse_all(left.min(longest)) {
                continue;
            }
            let foreseen = waits
                && alone == 0
                && self.servers.may_be_foreseen(self.first, self.blueprint.backend.queue_ns);
            alone -= usize::from(alone > 0);
            if short == 0 && (!waits || foreseen) {
                let stretch = if waits { &mut waiting } else { &mut free };
                let (worth, clear) = (self.slots_of_a_copy(), self.slots_to_clear());
                let tried = match waits {
                    // Nothing is answered before it is open again, so that it is mostly all the same to everybody how long they
                    // wait.
                    true if is_closed && !was_wrong => longest,
                    true => clear.min(worth.max(*stretch)),
                    false => worth.max(*stretch),
                };
                let tried = tried.min(left).min(longest);
                if tried <= worth / 2 {
                    // They cost less than a copy of what they begin with.
                    short = tried;
                    continue;
                }
                let went = if waits { self.foresee(tried) } else { self.expect_none(tried, hopes) };
                if went == tried {
                    *stretch = longest.min(2 * *stretch);
                    next_alone = SHORTEST.max(next_alone / 2);
                    continue;
                }
                *stretch = (tried.min(*stretch) / 2).max(SHORTEST);
                if waits {
                    was_wrong = true;
                    (alone, next_alone) = (next_alone.max(worth), MOST_ALONE.min(4 * next_alone.max(worth)));
                }
            }
            if self.first < slots {
                self.run_one();
                short -= usize::from(short > 0);
            }
        }
    }

    /// Runs the next slot alone.
    fn run_one(&mut self) {
        let demand = self.run_slots(1, &[]);
        self.settle(&demand);
    }

    /// How many slots cost as much as copies of all nodes: more where agents hold many batches, as these are all copied and few
    /// of them are touched in a slot. Only time hangs on it: of 2 to 80, 16 and 24 were the quickest for 30,000 sidecars with up
    /// to 120 batches each, and took 1,000 DaemonSets a twentieth longer than 2.
    fn slots_of_a_copy(&self) -> usize {
        let inputs = self.blocks.iter().flat_map(|block| &block.nodes).flat_map(|node| &node.inputs);
        let add = |(inputs, batches), input: &Input| (inputs + 1, batches + input.batches.len());
        let (inputs, batches): (usize, usize) = inputs.fold((0, 0), add);
        SHORTEST + SLOTS_A_BATCH * batches / inputs.max(1)
    }

    /// Runs so many slots in which nobody is expected to wait. Returns as how many of them it was so.
    fn expect_none(&mut self, slots: usize, hopes: bool) -> usize {
        let keeps = !(hopes && self.has_room);
        let before = if keeps { copy_of(&mut self.blocks) } else { Vec::new() };
        let mut demand = self.run_slots(slots, &[]);
        if self.in_spans {
            // Parts of spans vary less than what flushes bring: where slots are nearly full, it is a matter of each.
            let are_crowded = self.servers.are_crowded(&demand, CROWDED);
            if are_crowded && !keeps {
                self.is_lost = true;
                return 0;
            }
            if are_crowded && self.blocks.iter().any(|block| block.scratch.in_spans) {
                self.blocks = before;
                self.take_spans(false);
                return self.expect_none(slots, hopes);
            }
            self.take_spans(!are_crowded);
        }
        let fitting = self.servers.fitting(&demand, self.first);
        if fitting < slots {
            // Up to the first slot that is too full all was as expected, and will be again.
            self.blocks = before;
            demand = if fitting == 0 { Vec::new() } else { self.run_slots(fitting, &[]) };
        }
        let has_room = self.in_spans && !self.servers.are_crowded(&demand, ROOMY);
        self.settle(&demand);
        self.has_room = has_room;
        fitting
    }

    /// From now on calm flushes are settled span by span, or are not.
    fn take_spans(&mut self, in_spans: bool) {
        self.blocks.iter_mut().for_each(|block| block.scratch.in_spans = in_spans);
    }

    /// Runs so many slots in which something waits, the first time as a rehearsal. Returns in how many of them the waits were foreseen, which the first
    /// always is.
    fn foresee(&mut self, slots: usize) -> usize {
        let mut before = copy_of(&mut self.blocks);
        let mut foreseen = vec![self.servers.clock().wait_ns(); slots];
        let mut right = 0;
        self.blocks.iter_mut().for_each(|block| block.scratch.rehearses = true);
        for round in 1..=MOST_ROUNDS {
            let demand = self.run_slots(slots, &foreseen);
            let true_ns = self.servers.clock().waits(&demand);
            right = foreseen.iter().zip(&true_ns).take_while(|(foreseen, wait)| foreseen == wait).count();
            if right == slots && round > 1 {
                self.settle(&demand);
                return slots;
            }
            // Two of them at a time are enough, and of the last round one.
            self.blocks.clear();
            self.blocks = match round {
                MOST_ROUNDS => std::mem::take(&mut before),
                _ => copy_of(&mut before),
            };
            // What was right stays, and what comes next is right now.
            foreseen = true_ns;
        }
        let demand = self.run_slots(right, &foreseen);
        self.settle(&demand);
        right
    }

    /// Runs the slots, so many at most, in which whoever comes is turned away: for the length of the queue, which only gets
    /// shorter, or because nobody is there. Returns whether there are any.
    fn refuse_all(&mut self, most: usize) -> bool {
        let backend = &self.blueprint.backend;
        // What is held up on its way by a disturbance of some agents is taken when that is over.
        if !backend.disturbances.is_empty() {
            return false;
        }
        let foreseen = self.servers.refusals(self.first, most, backend);
        if foreseen.is_empty() {
            return false;
        }
        let demand = self.run_slots(foreseen.len(), &foreseen);
        debug_assert!(demand.iter().all(|bytes| *bytes == 0), "somebody was taken");
        self.settle(&demand);
        true
    }

    /// Slots until nothing waits any more, at the pace at which that went in the last stretch and a quarter more; as many as
    /// there may be where it gets more.
    fn slots_to_clear(&self) -> usize {
        let (before_ns, slots) = self.cleared;
        let wait_ns = self.servers.clock().wait_ns();
        match before_ns.checked_sub(wait_ns).filter(|cleared_ns| *cleared_ns > 0) {
            Some(cleared_ns) => {
                let slots = u128::from(wait_ns) * slots as u128 * 5 / (u128::from(cleared_ns) * 4);
                usize::try_from(slots).unwrap_or(usize::MAX).max(SHORTEST)
            }
            None => usize::MAX,
        }
    }

    fn settle(&mut self, demand: &[u64]) {
        let slots = demand.len() / self.servers.lanes();
        self.cleared = (self.servers.clock().wait_ns(), slots);
        self.has_room = false;
        self.servers.settle(demand);
        self.first += slots;
    }

    /// Runs all nodes through some slots. What is sent in them waits as foreseen; where nothing is, as long as what is sent in
    /// the first. Returns the demand of each, lane by lane.
    fn run_slots(&mut self, slots: usize, foreseen: &[u64]) -> Vec<u64> {
        let Self { stop, blueprint, blocks, servers, first, .. } = self;
        let (servers, first) = (&*servers, *first);
        let numbers = slots * servers.lanes();
        let until = servers.clock().end_of(first + slots - 1).min(blueprint.end_ns());
        let run = |block: &mut Block| {
            let mut demand = vec![0u64; numbers];
            let mut link = Link::new(blueprint, Some(servers), &mut demand, first, foreseen);
            for (node, next_ns) in block.nodes.iter_mut().zip(&mut block.next_ns) {
                if *next_ns < until && !is_set(stop) {
                    *next_ns =
                        node.run_until(until, blueprint, &mut link, &mut block.scratch, &mut block.tally);
                }
            }
            demand
        };
        let add = |mut demand: Vec<u64>, more: Vec<u64>| {
            demand.iter_mut().zip(more).for_each(|(total, part)| *total += part);
            demand
        };
        match &mut blocks[..] {
            [block] => run(block),
            blocks => blocks.par_iter_mut().map(run).reduce_with(add).unwrap_or_else(|| vec![0; numbers]),
        }
    }

    /// The run is over: closes all nodes, and puts together what they counted. Nothing, where it was stopped.
    fn end(mut self) -> Tally {
        let blueprint = self.blueprint;
        if is_set(self.stop) {
            return Tally::new(blueprint);
        }
        self.blocks.par_iter_mut().for_each(|block| {
            block.nodes.iter_mut().for_each(|node| node.close(blueprint, &mut block.tally));
        });
        let tallies = self.blocks.into_iter().map(|block| block.tally);
        let add = |mut total: Tally, tally: Tally| {
            total.add(&tally);
            total
        };
        let mut total = tallies.reduce(add).unwrap_or_else(|| Tally::new(blueprint));
        self.servers.report(&mut total);
        total
    }
}

#[cfg(test)]
mod tests;
