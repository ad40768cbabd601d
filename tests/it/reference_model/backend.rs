//! The log service: latency, outages of all or a share of requests, and capacity added up in slots.

use loghaul::blueprint::{BackendPlan, Effect, Purpose, member};
use loghaul::engine::random::{draw, unit};

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub at_ns: u64,
    pub accepted: bool,
    pub carried: bool,
}

/// Its queue so far.
pub(super) struct Backend<'a> {
    plan: &'a BackendPlan,
    slot_ns: u64,
    /// Bytes that arrived in each slot.
    demand: Vec<f64>,
    /// Slots that are over, and what they left to be done, in bytes.
    over: usize,
    backlog: f64,
    longest_wait_ns: f64,
}

impl<'a> Backend<'a> {
    pub(super) fn new(plan: &'a BackendPlan) -> Self {
        // A slot is as long as the latency, but no shorter than a millisecond.
        let slot_ns = plan.latency_ns.max(1_000_000);
        Self { plan, slot_ns, demand: Vec::new(), over: 0, backlog: 0.0, longest_wait_ns: 0.0 }
    }

    /// Sends `bytes` at `now_ns`.
    pub(super) fn send(&mut self, now_ns: u64, bytes: u64, key: u64, request: u64) -> Answer {
        let plan = self.plan;
        let in_outage = |at_ns: u64| plan.outages.iter().find(|o| (o.from_ns..o.until_ns).contains(&at_ns));
        let refused = |at_ns, carried| Answer { at_ns, accepted: false, carried };
        if in_outage(now_ns).is_some_and(|o| o.refuses) {
            return refused(now_ns + plan.latency_ns / 2, false);
        }
        // A stalled request starts when the outage is over, and may run into the next one.
        let mut starts_ns = now_ns;
        while let Some(outage) = in_outage(starts_ns) {
            starts_ns = outage.until_ns;
        }
        // A partial outage draws for each agent, outage and request.
        let mut factor = 1.0;
        for (number, partial) in plan.disturbances.iter().enumerate() {
            assert!(!partial.of_some_nodes, "the reference knows of no partitions");
            let within = partial.from_ns <= now_ns && now_ns < partial.until_ns;
            let luck = unit(draw(member(Purpose::PartialOutage.key(key), number as u64), request));
            if within && luck < partial.share {
                match partial.effect {
                    Effect::Refuse if starts_ns > now_ns => {}
                    Effect::Refuse => return refused(now_ns + plan.latency_ns / 2, false),
                    Effect::Stall => starts_ns = starts_ns.max(partial.until_ns),
                    Effect::Slow(by) => factor *= by,
                }
            }
        }
        let mut wait_ns = 0.0;
        if let Some(capacity) = plan.capacity_bytes_per_s {
            wait_ns = self.wait_ns(now_ns, capacity);
            if wait_ns > plan.queue_ns as f64 && starts_ns == now_ns {
                return refused(now_ns + plan.latency_ns, true);
            }
            let slot = (now_ns / self.slot_ns) as usize;
            if self.demand.len() <= slot {
                self.demand.resize(slot + 1, 0.0);
            }
            self.demand[slot] += bytes as f64;
        }
        let tail_ns = plan.latency_tail.sum(1, key, request) * 1000;
        let way_ns = ((plan.latency_ns + tail_ns) as f64 * factor) as u64;
        let at_ns = starts_ns + wait_ns as u64 + way_ns;
        Answer { at_ns, accepted: true, carried: true }
    }

    /// The longest wait of any slot until `end_ns`, in nanoseconds.
    pub(super) fn longest_wait_until(&mut self, end_ns: u64) -> u64 {
        if let Some(capacity) = self.plan.capacity_bytes_per_s {
            self.wait_ns(end_ns, capacity);
        }
        self.longest_wait_ns as u64
    }

    /// The wait of whoever arrives now: what the slots before this one left to be done.
    fn wait_ns(&mut self, now_ns: u64, capacity: f64) -> f64 {
        let slot_s = self.slot_ns as f64 / 1e9;
        while self.over < (now_ns / self.slot_ns) as usize {
            let demand = self.demand.get(self.over).copied().unwrap_or(0.0);
            let slot = self.over as u64;
            let closed = self
                .plan
                .outages
                .iter()
                .any(|o| (o.from_ns / self.slot_ns..o.until_ns / self.slot_ns).contains(&slot));
            let done = if closed { 0.0 } else { capacity * slot_s };
            self.backlog = (self.backlog + demand - done).max(0.0);
            self.over += 1;
            self.longest_wait_ns = self.longest_wait_ns.max(self.backlog / capacity * 1e9);
        }
        self.backlog / capacity * 1e9
    }
}
