//! A server of given capacity whose demand is added up in time slots.
//!
//! Demand of a slot is an integer sum, so that it may be added in any order and by any thread. What exceeds
//! a slot's capacity rolls over into the next; who arrives in a slot waits for the backlog of the slots
//! before it. Nothing in a slot depends on what else arrives in it, so all arrivals of one slot can be
//! settled independently: the slot is the lookahead.

use crate::units::SimTime;

/// Demand and backlog of one server over time.
#[derive(Clone, Debug)]
pub struct SlottedServer {
    slot_ns: u64,
    capacity_per_slot: u64,
    /// Work found at the start of each settled slot.
    backlog: Vec<u64>,
    demand: Vec<u64>,
}

impl SlottedServer {
    /// A server of `capacity` units a second, with slots of length `slot`. It covers all of `span`.
    pub fn new(capacity: f64, slot: SimTime, span: SimTime) -> Self {
        let slot_ns = slot.as_ns().max(1);
        let slots = span.as_ns().div_ceil(slot_ns) as usize + 1;
        let capacity_per_slot = (capacity * slot.as_secs_f64()).min(u64::MAX as f64 / 2.0) as u64;
        Self {
            slot_ns,
            capacity_per_slot: capacity_per_slot.max(1),
            backlog: vec![0],
            demand: vec![0; slots],
        }
    }

    /// The slot that an instant falls into.
    #[inline]
    pub fn slot_of(&self, at_ns: u64) -> usize {
        ((at_ns / self.slot_ns) as usize).min(self.demand.len() - 1)
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.demand.len()
    }

    /// The end of a slot, in nanoseconds.
    pub fn end_of(&self, slot: usize) -> u64 {
        (slot as u64 + 1) * self.slot_ns
    }

    /// How long work that arrives at `at_ns` waits; settled up to the slots before, zero where nothing waits.
    #[inline]
    pub fn wait_ns(&self, at_ns: u64) -> u64 {
        let backlog = self.backlog.get(self.slot_of(at_ns)).copied().unwrap_or(0);
        if backlog == 0 {
            return 0;
        }
        (u128::from(backlog) * u128::from(self.slot_ns) / u128::from(self.capacity_per_slot)) as u64
    }

    /// Adds demand to slots, in any order: `demand[i]` belongs to slot `first + i`.
    pub fn add(&mut self, first: usize, demand: &[u64]) {
        for (total, part) in self.demand[first..].iter_mut().zip(demand) {
            *total += part;
        }
    }

    /// Whether any slot's demand exceeds its capacity: only then does anybody wait.
    pub fn is_congested(&self) -> bool {
        self.demand.iter().any(|d| *d > self.capacity_per_slot)
    }

    /// Settles the next slot: its excess becomes the backlog that the slot after it finds.
    pub fn settle_next(&mut self) {
        let slot = self.backlog.len() - 1;
        let work = self.backlog[slot] + self.demand.get(slot).copied().unwrap_or(0);
        self.backlog.push(work.saturating_sub(self.capacity_per_slot));
    }

    /// The longest wait of any settled slot.
    pub fn longest_wait(&self) -> SimTime {
        let most = self.backlog.iter().copied().max().unwrap_or(0);
        SimTime::from_ns(
            (u128::from(most) * u128::from(self.slot_ns) / u128::from(self.capacity_per_slot)) as u64,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excess_rolls_over_and_drains() {
        // 100 units a slot of 10 ms. Demand 250, 0, 100, 0 leaves backlogs of 150, 50, 50, 0 behind.
        let mut server =
            SlottedServer::new(10_000.0, SimTime::from_ns(10_000_000), SimTime::from_ns(40_000_000));
        server.add(0, &[200]);
        server.add(0, &[50, 0, 100]);
        assert!(server.is_congested());
        for _ in 0..4 {
            server.settle_next();
        }
        let waits: Vec<u64> = (0..5).map(|slot| server.wait_ns(slot * 10_000_000) / 1_000_000).collect();
        assert_eq!(waits, [0, 15, 5, 5, 0]);
        assert_eq!(server.longest_wait(), SimTime::from_ns(15_000_000));
    }

    #[test]
    fn demand_within_capacity_never_waits() {
        let mut server = SlottedServer::new(1000.0, SimTime::from_secs(1), SimTime::from_secs(3));
        server.add(0, &[1000, 999, 1000]);
        assert!(!server.is_congested());
    }
}
