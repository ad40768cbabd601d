//! The log service as an agent sees it: latency, waits for capacity, outages; with or without a gateway in front.

use crate::blueprint::{BackendPlan, Blueprint, Effect, Outage, Partition};
use crate::engine::fluid::{SlottedServer, Steps};
use crate::engine::marks::CLASSES;
use crate::units::NEVER_NS;
use crate::world::backend::gateway::{Admission, Gateway};
use crate::world::backend::servers::{Ingress, Servers};
use smallvec::SmallVec;

/// What becomes of a request, known when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// When the answer is there, in nanoseconds.
    pub at_ns: u64,
    /// Whether the lines were accepted.
    pub accepted: bool,
    /// Whether the bytes crossed the network at all.
    pub carried: bool,
    /// When accepted lines can be queried, what the agent itself takes aside: with the answer, or later where a gateway
    /// has them; `None` where they are lost on the way.
    pub arrives_ns: Option<u64>,
    /// Whether they were turned away because too much is sent (HTTP 429).
    pub throttled: bool,
    /// Whether that is their tenant's doing.
    pub over_quota: bool,
}

/// What becomes of requests of a while: they are accepted, when their turn comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    /// Up to when it is so.
    pub until_ns: u64,
    /// Before this nobody's turn comes; 0 where the backend answers.
    stalled_until_ns: u64,
}

/// Who sends what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// The agent's key, and the number of its request.
    pub key: u64,
    pub number: u64,
    /// Whose lines they are; where that makes a difference, they are nobody else's.
    pub tenant: u32,
    pub bytes: u64,
}

impl Answer {
    /// Nobody took the connection.
    fn unreached(at_ns: u64) -> Self {
        Self { at_ns, accepted: false, carried: false, arrives_ns: None, throttled: false, over_quota: false }
    }

    /// The lines are there with the answer.
    fn accepted(at_ns: u64) -> Self {
        Self {
            at_ns,
            accepted: true,
            carried: true,
            arrives_ns: Some(at_ns),
            throttled: false,
            over_quota: false,
        }
    }

    /// The lines were sent, and are too much.
    fn throttled(at_ns: u64) -> Self {
        Self { throttled: true, ..Self::turned_away(at_ns) }
    }

    /// The lines were sent and turned away.
    fn turned_away(at_ns: u64) -> Self {
        Self { at_ns, accepted: false, carried: true, arrives_ns: None, throttled: false, over_quota: false }
    }
}

/// The way from the agents to the backend.
pub(crate) struct Link<'a> {
    plan: &'a BackendPlan,
    server: Option<&'a SlottedServer>,
    gateway: Option<&'a Gateway>,
    /// Shards and quotas, where there is more than one server.
    several: Option<&'a Servers>,
    /// Whether several slots are run on the assumption that nobody waits and no quota is exceeded.
    assumes: bool,
    /// Outages of what agents send to.
    outages: &'a [Outage],
    /// Demand of the slots from `first_slot` on, a number a lane of each.
    demand: &'a mut [u64],
    first_slot: usize,
    /// How long what is sent in each of these slots waits for the one server; where nothing is said, as long as in the first.
    waits_ns: &'a [u64],
    /// Disturbances of some nodes that concern the one whose turn it is.
    cut_off: SmallVec<[u32; 2]>,
}

impl<'a> Link<'a> {
    pub(crate) fn new(
        blueprint: &'a Blueprint,
        servers: Option<&'a Servers>,
        demand: &'a mut [u64],
        first_slot: usize,
        waits_ns: &'a [u64],
    ) -> Self {
        let server = servers.and_then(Servers::plain);
        let (gateway, several) = match servers.map(|servers| (servers, &servers.front)) {
            Some((_, Ingress::Gateway(gateway))) => (Some(gateway), None),
            Some((servers, Ingress::Shards(..))) if server.is_none() => (None, Some(servers)),
            _ => (None, None),
        };
        let assumes = servers.is_some_and(|servers| demand.len() > servers.lanes());
        let plan = &blueprint.backend;
        let outages = blueprint.gateway.as_ref().map_or(&plan.outages, |gateway| &gateway.outages);
        let cut_off = SmallVec::new();
        Self { plan, server, gateway, several, assumes, outages, demand, first_slot, waits_ns, cut_off }
    }

    /// It is the turn of a node that these disturbances of some nodes concern.
    pub(crate) fn turn_to(&mut self, cut_off: &SmallVec<[u32; 2]>) {
        self.cut_off.clone_from(cut_off);
    }

    /// Whether the disturbance of that number concerns the node whose turn it is.
    fn is_concerned(&self, disturbance: usize) -> bool {
        !self.plan.disturbances[disturbance].of_some_nodes || self.cut_off.contains(&(disturbance as u32))
    }

    /// What becomes of requests that are sent now and for a while; `None` where each is to be looked at by itself.
    pub(crate) fn opening(&self, now_ns: u64) -> Option<Opening> {
        // What a gateway has is not there yet, and shards and quotas go by whose request it is.
        if self.gateway.is_some() || self.several.is_some() {
            return None;
        }
        let mut next = self.outages.iter().filter(|o| o.until_ns > now_ns);
        let (mut until_ns, stalled_until_ns) = match next.next() {
            None => (NEVER_NS, 0),
            Some(outage) if outage.from_ns > now_ns => (outage.from_ns, 0),
            Some(outage) if outage.refuses => return None,
            Some(outage) => (outage.until_ns, outage.until_ns),
        };
        if stalled_until_ns > 0 && next.any(|other| other.from_ns <= stalled_until_ns) {
            return None;
        }
        for (index, disturbance) in self.plan.disturbances.iter().enumerate() {
            if disturbance.until_ns > now_ns && self.is_concerned(index) {
                if disturbance.from_ns <= now_ns {
                    return None;
                }
                until_ns = until_ns.min(disturbance.from_ns);
            }
        }
        Some(Opening { until_ns, stalled_until_ns })
    }

    /// How long what is sent in a slot waits for the one server.
    #[inline]
    fn wait_in(&self, slot: usize) -> u64 {
        match self.waits_ns.get(slot - self.first_slot) {
            Some(wait_ns) => *wait_ns,
            None => self.server.map_or(0, SlottedServer::wait_ns),
        }
    }

    /// How long what is sent at an instant, in the slot that the steps have come to, waits for its turn; `None` where it is
    /// turned away.
    #[inline]
    pub(crate) fn delay_ns(&self, opening: Opening, at_ns: u64, slots: &Steps) -> Option<u64> {
        if self.server.is_none() {
            return Some(opening.stalled_until_ns.saturating_sub(at_ns));
        }
        let wait_ns = self.wait_in(slots.slot());
        let stall_ns = opening.stalled_until_ns.saturating_sub(at_ns);
        (wait_ns <= self.plan.queue_ns || stall_ns > 0).then_some(wait_ns + stall_ns)
    }

    /// Whether nothing that is sent where [`Link::opening`] says what becomes of it waits for its turn.
    pub(crate) fn is_free(&self, opening: Opening) -> bool {
        let waits = self.server.is_some_and(|server| server.wait_ns() > 0) || !self.waits_ns.is_empty();
        opening.stalled_until_ns == 0 && !waits
    }

    /// The longest latency of a request.
    pub(crate) fn longest_ns(&self) -> u64 {
        self.plan.latency_of(CLASSES - 1)
    }

    /// The slots of instants `step_ns` apart.
    pub(crate) fn slots(&self, first_ns: u64, step_ns: u64) -> Steps {
        self.server.map_or_else(Steps::default, |server| server.steps(first_ns, step_ns))
    }

    /// Sends `bytes` where [`Link::opening`] says what becomes of them, in the slot that the steps have come to.
    #[inline]
    pub(crate) fn send_in(&mut self, slots: &Steps, bytes: u64) {
        if self.server.is_some() {
            self.demand[slots.slot() - self.first_slot] += bytes;
        }
    }

    /// Sends `bytes` as [`Link::send_in`] does, in equal parts in so many slots that the steps come to.
    #[inline]
    pub(crate) fn send_evenly(&mut self, slots: &mut Steps, many: usize, bytes: u64) {
        if self.server.is_none() {
            return;
        }
        let (part, more) = (bytes / many as u64, bytes % many as u64);
        for number in 0..many as u64 {
            self.send_in(slots, part + u64::from(number < more));
            slots.step();
        }
    }

    /// The class of the random part of a request's latency, and the latency.
    #[inline]
    pub(crate) fn latency_ns(&self, key: u64, request: u64) -> (usize, u64) {
        let class = self.plan.latency_tail.class(key, request);
        (class, self.plan.latency_of(class))
    }

    /// A request of an agent whose credentials have expired.
    pub(crate) fn refuse(&self, now_ns: u64) -> Answer {
        Answer::turned_away(now_ns + self.answer_ns())
    }

    /// Whether what becomes of a request depends on whose lines they are.
    pub(crate) fn goes_by_tenant(&self) -> bool {
        self.several.is_some() && (self.plan.quota.is_some() || self.plan.shards.by == Partition::Tenant)
    }

    /// Whether agents send to a gateway.
    pub(crate) fn has_gateway(&self) -> bool {
        self.gateway.is_some()
    }

    /// The shortest time from a request to its answer.
    fn answer_ns(&self) -> u64 {
        self.gateway.map_or(self.plan.latency_ns, Gateway::hop_ns)
    }

    /// Sends a request at `now_ns`; its key and number name the random part of the latency.
    pub(crate) fn send(&mut self, now_ns: u64, request: Request) -> Answer {
        let Request { key, number, .. } = request;
        let (mut starts_ns, mut slower) = (now_ns, 1.0);
        // In order of their beginnings: a request that one outage stalls may run into the next.
        for outage in self.outages.iter().filter(|o| o.until_ns > now_ns) {
            if !(outage.from_ns..outage.until_ns).contains(&starts_ns) {
                continue;
            }
            if outage.refuses && starts_ns == now_ns {
                return Answer::unreached(now_ns + self.answer_ns() / 2);
            }
            starts_ns = outage.until_ns;
        }
        // As it was sent: what comes after a stall is not looked at again.
        for (index, disturbance) in self.plan.disturbances.iter().enumerate() {
            let hits = disturbance.lasts_at(now_ns)
                && self.is_concerned(index)
                && disturbance.hits(index, key, number);
            match disturbance.effect {
                _ if !hits => {}
                Effect::Refuse if starts_ns == now_ns => {
                    return Answer::unreached(now_ns + self.answer_ns() / 2);
                }
                // It got no answer from the outage that it was sent in.
                Effect::Refuse => {}
                Effect::Stall => starts_ns = starts_ns.max(disturbance.until_ns),
                Effect::Slow(factor) => slower *= factor,
            }
        }
        if let Some(gateway) = self.gateway {
            return self.send_through(gateway, (now_ns, starts_ns, slower), request);
        }
        if let Some(servers) = self.several {
            return self.send_to_shard(servers, (now_ns, starts_ns, slower), request);
        }
        let mut wait_ns = 0;
        if let Some(server) = self.server {
            let slot = server.slot_of(now_ns);
            wait_ns = self.wait_in(slot);
            // A request that gets no answer is not told that there is a queue either.
            if wait_ns > self.plan.queue_ns && starts_ns == now_ns {
                return Answer::throttled(now_ns + self.plan.latency_ns);
            }
            self.demand[slot - self.first_slot] += request.bytes;
        }
        let (_, latency_ns) = self.latency_ns(key, number);
        Answer::accepted(starts_ns + wait_ns + slowed(latency_ns, slower))
    }

    /// Sends a request at `now_ns` to its shard, where its tenant's quota allows it.
    fn send_to_shard(
        &mut self,
        servers: &Servers,
        (now_ns, mut starts_ns, slower): (u64, u64, f64),
        request: Request,
    ) -> Answer {
        let Request { key, number, tenant, bytes } = request;
        let Ingress::Shards(shards, outages) = &servers.front else {
            return Answer::unreached(now_ns);
        };
        let shard = self.plan.shard_of(key, number, tenant);
        for outage in &outages[shard] {
            if !(outage.from_ns..outage.until_ns).contains(&starts_ns) {
                continue;
            }
            if outage.refuses && starts_ns == now_ns {
                return Answer::unreached(now_ns + self.plan.latency_ns / 2);
            }
            starts_ns = outage.until_ns;
        }
        let turned_away = Answer::throttled(now_ns + self.plan.latency_ns);
        if !self.assumes && starts_ns == now_ns && servers.is_over_quota(tenant, bytes) {
            return Answer { over_quota: true, ..turned_away };
        }
        let wait_ns = shards[shard].wait_ns();
        if wait_ns > self.plan.queue_ns && starts_ns == now_ns {
            return turned_away;
        }
        let slot = (servers.clock().slot_of(now_ns) - self.first_slot) * servers.lanes();
        self.demand[slot + shard] += bytes;
        if !servers.quotas.is_empty() {
            self.demand[slot + servers.lane_of(tenant)] += bytes;
        }
        let (_, mut latency_ns) = self.latency_ns(key, number);
        let tail_ns = slowed(latency_ns - self.plan.latency_ns, servers.tail_factor(shard));
        latency_ns = self.plan.latency_ns + tail_ns;
        Answer::accepted(starts_ns + wait_ns + slowed(latency_ns, slower))
    }

    /// Sends `bytes` at `now_ns` to a gateway, which they reach when a stall is over, if there is one, and which answers
    /// `slower` times as late.
    fn send_through(
        &mut self,
        gateway: &Gateway,
        (now_ns, starts_ns, slower): (u64, u64, f64),
        request: Request,
    ) -> Answer {
        let Request { key, number, bytes, .. } = request;
        let hop_ns = slowed(gateway.hop_ns(), slower);
        let process = gateway.process_of(key, number);
        let (enters_ns, leaves_ns) = match gateway.take(process, starts_ns, bytes, self.plan.queue_ns) {
            Admission::Down => return Answer::unreached(starts_ns + hop_ns / 2),
            Admission::Refused(at_ns) => return Answer::throttled(at_ns + hop_ns),
            Admission::Held(enters_ns, leaves_ns) => (enters_ns, leaves_ns),
        };
        let slot = gateway.clock().slot_of(now_ns) - self.first_slot;
        self.demand[slot * gateway.processes() + process] += bytes;
        let (_, latency_ns) = self.latency_ns(key, number);
        Answer {
            arrives_ns: leaves_ns.map(|leaves_ns| leaves_ns.saturating_add(hop_ns / 2 + latency_ns)),
            ..Answer::accepted(enters_ns + hop_ns)
        }
    }
}

/// A time that takes so many times as long: a century at most, so that sums of times stay in range.
fn slowed(time_ns: u64, slower: f64) -> u64 {
    if slower > 1.0 { (time_ns as f64 * slower).min(3.2e18) as u64 } else { time_ns }
}
