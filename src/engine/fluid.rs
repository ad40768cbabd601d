//! A server of given capacity whose demand is added up in time slots.
//!
//! Demand of a slot is an integer sum, so that it may be added in any order and by any thread. What exceeds
//! a slot's capacity rolls over into the next; who arrives in a slot waits for the backlog of the slots
//! before it. Nothing in a slot depends on what else arrives in it, so all arrivals of one slot can be
//! settled independently: the slot is the lookahead.

use crate::units::{SimTime, in_proportion};
use std::ops::Range;

/// Work is counted in 1/1024 of a unit, so that small capacities keep their worth in short slots.
const FINE_BITS: u32 = 10;

/// Backlog of one server over time.
#[derive(Clone, Debug)]
pub struct SlottedServer {
    slot_ns: u64,
    /// Fine units.
    capacity_per_slot: u64,
    slots: usize,
    /// Slots in which it does other than its usual work, none of them in two spells.
    spells: Vec<Spell>,
    /// Slots at whose beginning what waits is gone.
    cleared: Vec<usize>,
    /// Slots settled so far.
    settled: usize,
    /// Work that the first slot that is not settled finds.
    backlog: u64,
    most_backlog: u64,
}

/// Slots of another capacity, in fine units; none where the server is closed.
#[derive(Clone, Debug)]
struct Spell {
    slots: Range<usize>,
    capacity_per_slot: u64,
}

/// The slots of instants at equal distances, one after the other and without a division each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    slot: usize,
    rest_ns: u64,
    step: usize,
    step_rest_ns: u64,
    slot_ns: u64,
    last: usize,
}

impl Steps {
    /// The slot of the present instant.
    #[inline]
    pub fn slot(&self) -> usize {
        self.slot.min(self.last)
    }

    /// Goes on to the next instant.
    #[inline]
    pub fn step(&mut self) {
        self.slot += self.step;
        self.rest_ns += self.step_rest_ns;
        if self.rest_ns >= self.slot_ns {
            self.rest_ns -= self.slot_ns;
            self.slot += 1;
        }
    }
}

/// Work, to a 1,024th of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work(u64);

impl Work {
    /// So many units.
    pub fn of(units: u64) -> Self {
        Self(units << FINE_BITS)
    }

    /// In whole units.
    pub fn units(self) -> u64 {
        self.0 >> FINE_BITS
    }
}

/// Returns what a capacity in units a second comes to in a slot, in fine units.
fn in_slot(capacity: f64, slot_ns: u64) -> u64 {
    let fine = capacity * SimTime::from_ns(slot_ns).as_secs_f64() * f64::from(1u32 << FINE_BITS);
    // Far more than any demand, and little enough for sums.
    fine.min(u64::MAX as f64 / 4.0) as u64
}

impl SlottedServer {
    /// The slots of the instants `first_ns`, `first_ns + step_ns` and so on.
    pub fn steps(&self, first_ns: u64, step_ns: u64) -> Steps {
        Steps {
            slot: (first_ns / self.slot_ns) as usize,
            rest_ns: first_ns % self.slot_ns,
            step: (step_ns / self.slot_ns) as usize,
            step_rest_ns: step_ns % self.slot_ns,
            slot_ns: self.slot_ns,
            last: self.slots - 1,
        }
    }

    /// A server of `capacity` units a second, with slots of length `slot`, that does no work in slots that lie
    /// within one of the `closed` spans (in nanoseconds). It covers all of `span`.
    pub fn new(capacity: f64, slot: SimTime, span: SimTime, closed: &[std::ops::Range<u64>]) -> Self {
        let slot_ns = slot.as_ns().max(1);
        let slots = span.as_ns().div_ceil(slot_ns) as usize + 1;
        let slot_of = |at_ns: &u64| (at_ns / slot_ns) as usize;
        let spell =
            |c: &Range<u64>| Spell { slots: slot_of(&c.start)..slot_of(&c.end), capacity_per_slot: 0 };
        Self {
            slot_ns,
            capacity_per_slot: in_slot(capacity, slot_ns).max(1),
            slots,
            spells: closed.iter().map(spell).collect(),
            cleared: Vec::new(),
            settled: 0,
            backlog: 0,
            most_backlog: 0,
        }
    }

    /// The same server with other capacities, in units a second, in some spans of whole slots, none of which meets
    /// another.
    #[must_use]
    pub fn with_spells(mut self, spells: impl IntoIterator<Item = (Range<u64>, f64)>) -> Self {
        let slot_of = |at_ns: u64| (at_ns / self.slot_ns) as usize;
        self.spells = spells
            .into_iter()
            .map(|(span, capacity)| Spell {
                slots: slot_of(span.start)..slot_of(span.end),
                capacity_per_slot: in_slot(capacity, self.slot_ns),
            })
            .collect();
        self
    }

    /// The same server that loses all that waits at the beginning of the slots of some instants.
    #[must_use]
    pub fn cleared_at(mut self, instants_ns: &[u64]) -> Self {
        self.cleared = instants_ns.iter().map(|at_ns| (at_ns / self.slot_ns) as usize).collect();
        self
    }

    /// The slot that an instant falls into.
    #[inline]
    pub fn slot_of(&self, at_ns: u64) -> usize {
        ((at_ns / self.slot_ns) as usize).min(self.slots - 1)
    }

    /// Nanoseconds of a slot.
    pub fn slot_ns(&self) -> u64 {
        self.slot_ns
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The end of a slot, in nanoseconds.
    pub fn end_of(&self, slot: usize) -> u64 {
        (slot as u64 + 1) * self.slot_ns
    }

    /// Returns whether whoever comes next has to wait.
    pub fn has_backlog(&self) -> bool {
        self.backlog > 0
    }

    /// Returns how long work waits that arrives in the first slot that is not settled; in later ones too, as long
    /// as no slot's demand exceeds the capacity and nothing waits now (else see [`SlottedServer::waits`]).
    #[inline]
    pub fn wait_ns(&self) -> u64 {
        if self.backlog == 0 {
            return 0;
        }
        self.time_for(self.backlog)
    }

    fn time_for(&self, work: u64) -> u64 {
        in_proportion(work, self.slot_ns, self.capacity_per_slot)
    }

    fn capacity_of(&self, slot: usize) -> u64 {
        let spell = self.spells.iter().find(|spell| spell.slots.contains(&slot));
        spell.map_or(self.capacity_per_slot, |spell| spell.capacity_per_slot)
    }

    /// The first slot behind this one from which on its capacity may be another; after the last it stays as it is.
    fn next_change(&self, slot: usize) -> Option<usize> {
        let edges = self.spells.iter().flat_map(|spell| [spell.slots.start, spell.slots.end]);
        edges.filter(|edge| (slot + 1..self.slots).contains(edge)).min()
    }

    /// Returns what waits for the first slot that is not settled.
    pub fn backlog(&self) -> Work {
        Work(self.backlog)
    }

    /// The most that any settled slot left behind, in whole units.
    pub fn most_backlog(&self) -> u64 {
        self.most_backlog >> FINE_BITS
    }

    /// When so much work is done that it takes up at `at_ns`, all its spells considered; `u64::MAX` is never. Without
    /// work, when it is open next.
    pub fn done_ns(&self, work: Work, mut at_ns: u64) -> u64 {
        let Work(mut work) = work;
        loop {
            let slot = (at_ns / self.slot_ns) as usize;
            let capacity = self.capacity_of(slot);
            let change_ns = self.next_change(slot).map(|edge| edge as u64 * self.slot_ns);
            if capacity > 0 {
                let takes = u128::from(work) * u128::from(self.slot_ns) / u128::from(capacity);
                let done_ns = u64::try_from(u128::from(at_ns) + takes).unwrap_or(u64::MAX);
                if change_ns.is_none_or(|change_ns| done_ns <= change_ns) {
                    return done_ns;
                }
            }
            let Some(change_ns) = change_ns else { return u64::MAX };
            work -= self.work_in(at_ns..change_ns, capacity).min(work);
            at_ns = change_ns;
        }
    }

    /// Returns what of its backlog is left at `until_ns`, where from `from_ns` on all comes that another server can
    /// do.
    pub fn left_after(&self, backlog: Work, from_ns: u64, until_ns: u64, source: &Self) -> Work {
        let (Work(mut left), mut at_ns) = (backlog, from_ns);
        while at_ns < until_ns {
            let slot = (at_ns / self.slot_ns) as usize;
            let change = [self.next_change(slot), source.next_change(slot)].into_iter().flatten().min();
            let next_ns = change.map_or(until_ns, |edge| until_ns.min(edge as u64 * self.slot_ns));
            let comes = self.work_in(at_ns..next_ns, source.capacity_of(slot));
            left = (left + comes).saturating_sub(self.work_in(at_ns..next_ns, self.capacity_of(slot)));
            at_ns = next_ns;
        }
        Work(left)
    }

    /// Returns what so much a slot comes to in a span.
    fn work_in(&self, span: Range<u64>, capacity: u64) -> u64 {
        in_proportion(span.end - span.start, capacity, self.slot_ns)
    }

    /// Returns whether so much fits into a slot that finds nothing waiting.
    pub fn fits(&self, demand: u64, slot: usize) -> bool {
        demand << FINE_BITS <= self.capacity_of(slot)
    }

    /// Returns how many of the next slots have a demand that, with what waits at their beginning, comes to no more
    /// than `most` units, up to the first that has more.
    pub fn staying_within<'a>(&self, most: u64, demand: impl Iterator<Item = &'a u64>) -> usize {
        let mut ahead = self.clone();
        let stays = |demand: &&u64| {
            let within = ahead.backlog().0 + (**demand << FINE_BITS) <= most << FINE_BITS;
            ahead.take(Work::of(**demand));
            within
        };
        demand.take_while(stays).count()
    }

    /// Settles the next slot with what comes in it. Gives what is done in it.
    pub fn take(&mut self, comes: Work) -> Work {
        if self.cleared.contains(&self.settled) {
            self.backlog = 0;
        }
        let work = self.backlog + comes.0;
        self.backlog = work.saturating_sub(self.capacity_of(self.settled));
        self.settled += 1;
        self.most_backlog = self.most_backlog.max(self.backlog);
        Work(work - self.backlog)
    }

    /// Returns how many of the next slots have a demand within their capacity, up to the first that has not: as
    /// long, nobody waits.
    pub fn fitting(&self, demand: &[u64]) -> usize {
        let fits = |(demand, slot): (&u64, usize)| self.fits(*demand, slot);
        demand.iter().zip(self.settled..).take_while(|next| fits(*next)).count()
    }

    /// Settles the next slots with their demand: the excess of each becomes the backlog that the next one finds.
    pub fn settle(&mut self, demand: &[u64]) {
        for demand in demand {
            self.take(Work::of(*demand));
        }
    }

    /// Returns how long work waits that arrives in each of the next slots, of which this is the demand.
    pub fn waits(&self, demand: &[u64]) -> Vec<u64> {
        let mut ahead = self.clone();
        let wait = |demand: &u64| {
            let wait_ns = ahead.wait_ns();
            ahead.take(Work::of(*demand));
            wait_ns
        };
        demand.iter().map(wait).collect()
    }

    /// Returns how long work waits that arrives in each of the next slots if none does before it.
    pub fn waits_alone(&self, slots: usize) -> impl Iterator<Item = u64> + use<> {
        let mut ahead = self.clone();
        (0..slots).map(move |_| {
            let wait_ns = ahead.wait_ns();
            ahead.take(Work::of(0));
            wait_ns
        })
    }

    /// The longest wait that any settled slot left behind.
    pub fn longest_wait(&self) -> SimTime {
        SimTime::from_ns(self.time_for(self.most_backlog))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn excess_rolls_over_and_drains() {
        // 100 units a slot of 10 ms. Demand 250, 0, 100, 0 leaves backlogs of 150, 50, 50, 0 behind.
        let mut server =
            SlottedServer::new(10_000.0, SimTime::from_ns(10 * MS), SimTime::from_ns(40 * MS), &[]);
        assert_eq!(server.fitting(&[50, 100, 101, 0]), 2);
        let waits = [250, 0, 100, 0].map(|demand| {
            server.settle(&[demand]);
            server.wait_ns() / MS
        });
        assert_eq!(waits, [15, 5, 5, 0]);
        assert_eq!(server.longest_wait(), SimTime::from_ns(15 * MS));
    }

    #[test]
    fn demand_within_capacity_never_waits() {
        let mut server = SlottedServer::new(1000.0, SimTime::from_secs(1), SimTime::from_secs(3), &[]);
        assert_eq!(server.fitting(&[1000, 999, 1000]), 3);
        server.settle(&[1000, 999, 1000]);
        assert!(!server.has_backlog());
    }

    #[test]
    fn a_closed_server_does_no_work() {
        // 10 units a slot of 1 s, closed from 1 to 3 s: demand 5, 5, 5, 0 leaves 0, 5, 10, 0 behind.
        let second = SimTime::from_secs(1);
        let mut server = SlottedServer::new(
            10.0,
            second,
            SimTime::from_secs(4),
            std::slice::from_ref(&(1000 * MS..3000 * MS)),
        );
        assert_eq!(server.fitting(&[5, 5]), 1);
        let waits = [5, 5, 5, 0].map(|demand| {
            server.settle(&[demand]);
            server.wait_ns() / MS
        });
        assert_eq!(waits, [0, 500, 1000, 0]);
    }

    #[test]
    fn instants_fall_into_slots_up_to_the_last() {
        let server = SlottedServer::new(1.0, SimTime::from_secs(1), SimTime::from_secs(3), &[]);
        assert_eq!([0, 999, 1000, 2500, 99_000].map(|ms| server.slot_of(ms * MS)), [0, 0, 1, 2, 3]);
        assert_eq!(server.end_of(1), 2_000 * MS);
        let mut steps = server.steps(300 * MS, 700 * MS);
        for step in 0..8 {
            assert_eq!(steps.slot(), server.slot_of((300 + 700 * step) * MS));
            steps.step();
        }
    }
}
