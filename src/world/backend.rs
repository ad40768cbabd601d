//! The log service as an agent sees it: latency, waits for capacity, outages.

use super::blueprint::BackendPlan;
use super::disturbance::Effect;
use super::quiet::Scratch;
use crate::engine::fluid::{SlottedServer, Steps};
use smallvec::SmallVec;

/// What becomes of a request, known when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// When the answer is there, in nanoseconds.
    pub at_ns: u64,
    /// Whether the lines were accepted.
    pub accepted: bool,
    /// Whether the bytes crossed the network at all.
    pub carried: bool,
}

/// The way from the agents to the backend, and the room that whoever goes it needs on the way.
pub(super) struct Link<'a> {
    plan: &'a BackendPlan,
    server: Option<&'a SlottedServer>,
    /// Demand of the slots from `first_slot` on.
    demand: &'a mut [u64],
    first_slot: usize,
    /// Disturbances of some nodes that concern the one whose turn it is.
    cut_off: SmallVec<[u32; 2]>,
    pub scratch: Scratch,
}

impl<'a> Link<'a> {
    pub fn new(
        plan: &'a BackendPlan,
        server: Option<&'a SlottedServer>,
        demand: &'a mut [u64],
        first_slot: usize,
        scratch: Scratch,
    ) -> Self {
        Self { plan, server, demand, first_slot, cut_off: SmallVec::new(), scratch }
    }

    /// It is the turn of a node that these disturbances of some nodes concern.
    pub fn turn_to(&mut self, cut_off: &SmallVec<[u32; 2]>) {
        self.cut_off.clone_from(cut_off);
    }

    /// Whether the disturbance of that number concerns the node whose turn it is.
    fn is_concerned(&self, disturbance: usize) -> bool {
        !self.plan.disturbances[disturbance].of_some_nodes || self.cut_off.contains(&(disturbance as u32))
    }

    /// Whether a request that is sent now is accepted without waiting, as are all until the instant that is given;
    /// `None` where it is not.
    pub fn free_until(&self, now_ns: u64) -> Option<u64> {
        if self.server.is_some_and(|server| server.wait_ns() > 0) {
            return None;
        }
        let next = self.plan.outages.iter().find(|o| o.until_ns > now_ns);
        let mut until_ns = next.map_or(Some(u64::MAX), |o| (o.from_ns > now_ns).then_some(o.from_ns))?;
        for (index, disturbance) in self.plan.disturbances.iter().enumerate() {
            if disturbance.until_ns > now_ns && self.is_concerned(index) {
                if disturbance.from_ns <= now_ns {
                    return None;
                }
                until_ns = until_ns.min(disturbance.from_ns);
            }
        }
        Some(until_ns)
    }

    /// The slots of instants `step_ns` apart.
    pub fn slots(&self, first_ns: u64, step_ns: u64) -> Steps {
        self.server.map_or_else(Steps::default, |server| server.steps(first_ns, step_ns))
    }

    /// Sends `bytes` where [`Link::free_until`] says that nobody waits, in the slot that the steps have come to.
    #[inline]
    pub fn send_in(&mut self, slots: &Steps, bytes: u64) {
        if self.server.is_some() {
            self.demand[slots.slot() - self.first_slot] += bytes;
        }
    }

    /// The class of the random part of a request's latency, and the latency.
    #[inline]
    pub fn latency_ns(&self, key: u64, request: u64) -> (usize, u64) {
        let class = self.plan.latency_tail.class(key, request);
        (class, self.plan.latency_of(class))
    }

    /// A request of an agent whose credentials have expired.
    pub fn refuse(&self, now_ns: u64) -> Answer {
        Answer { at_ns: now_ns + self.plan.latency_ns, accepted: false, carried: true }
    }

    /// Sends `bytes` at `now_ns`; `key` and `request` name the random part of the latency.
    pub fn send(&mut self, now_ns: u64, bytes: u64, key: u64, request: u64) -> Answer {
        let (mut starts_ns, mut slower) = (now_ns, 1.0);
        // In order of their beginnings: a request that one outage stalls may run into the next.
        for outage in self.plan.outages.iter().filter(|o| o.until_ns > now_ns) {
            if !(outage.from_ns..outage.until_ns).contains(&starts_ns) {
                continue;
            }
            if outage.refuses && starts_ns == now_ns {
                return Answer { at_ns: now_ns + self.plan.latency_ns / 2, accepted: false, carried: false };
            }
            starts_ns = outage.until_ns;
        }
        // As it was sent: what comes after a stall is not looked at again.
        for (index, disturbance) in self.plan.disturbances.iter().enumerate() {
            let hits = disturbance.lasts_at(now_ns)
                && self.is_concerned(index)
                && disturbance.hits(index, key, request);
            match disturbance.effect {
                _ if !hits => {}
                Effect::Refuse if starts_ns == now_ns => {
                    return Answer {
                        at_ns: now_ns + self.plan.latency_ns / 2,
                        accepted: false,
                        carried: false,
                    };
                }
                // It got no answer from the outage that it was sent in.
                Effect::Refuse => {}
                Effect::Stall => starts_ns = starts_ns.max(disturbance.until_ns),
                Effect::Slow(factor) => slower *= factor,
            }
        }
        let mut wait_ns = 0;
        if let Some(server) = self.server {
            wait_ns = server.wait_ns();
            // A request that gets no answer is not told that there is a queue either.
            if wait_ns > self.plan.queue_ns && starts_ns == now_ns {
                return Answer { at_ns: now_ns + self.plan.latency_ns, accepted: false, carried: true };
            }
            self.demand[server.slot_of(now_ns) - self.first_slot] += bytes;
        }
        let (_, mut latency_ns) = self.latency_ns(key, request);
        if slower > 1.0 {
            // A century at most, so that sums of times stay in range.
            latency_ns = (latency_ns as f64 * slower).min(3.2e18) as u64;
        }
        Answer { at_ns: starts_ns + wait_ns + latency_ns, accepted: true, carried: true }
    }
}
