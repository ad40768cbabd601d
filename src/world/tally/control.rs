//! What the control plane did.

use crate::observe::{Freshness, Spread};
use crate::world::tally::total::totals;

totals! {
    /// What the control plane did.
    pub struct ControlTally {
        /// Times from the start of agents in pods until they have a config.
        sum pub gaps: Freshness,
        /// The longest of them that came to an end, in nanoseconds.
        largest pub longest_gap_ns: u64,
        /// Nanoseconds in which pods wrote while their agent had no config, added up.
        sum pub uncovered_ns: u64,
        /// Times from a change until agents that run have it.
        sum pub delays: Freshness,
        /// The longest of them that came to an end, in nanoseconds.
        largest pub longest_delay_ns: u64,
        /// Lines written after a change whose agent went by the old config.
        sum pub stale_lines: u64,
        /// Pods restarted for a change.
        sum pub restarts: u64,
    }
}

impl ControlTally {
    /// An agent in a pod has its config so long after it started.
    pub(in crate::world) fn waited_for_config(&mut self, wait_ns: u64) {
        self.gaps.add(&Spread::between(wait_ns, wait_ns + 1), 1);
        self.longest_gap_ns = self.longest_gap_ns.max(wait_ns);
    }

    /// A change has reached an agent that runs so long after it was made.
    pub(in crate::world) fn waited_for_change(&mut self, wait_ns: u64) {
        self.delays.add(&Spread::between(wait_ns, wait_ns + 1), 1);
        self.longest_delay_ns = self.longest_delay_ns.max(wait_ns);
    }
}
