//! What all nodes share: the backend's shards and its tenants' quotas, or the processes of a gateway in front of it.
//!
//! Demand is added up in time slots, in any order: for each slot a number a lane, a lane being a shard or a process, and
//! behind these a tenant where there are quotas.
//!
//! A quota is a bucket of tokens: bytes that a tenant may still send, filled at a rate up to a burst. What is missing in
//! it is the backlog of a server of that rate. A request that finds too few is refused (HTTP 429), and takes none.
//!
//! Where the tail of the backend's latency grows with its load, that of a second is 1 ÷ (1 − ρ) times as long, ρ being the
//! utilisation of the second before: the time in an M/M/1 queue is exponential with mean s ÷ (1 − ρ), where s is the mean
//! time of service. Nodes hear from each other once a second then.
//!
//! Sources: Grafana Loki, `limits_config` (`ingestion_rate_mb` 4, `ingestion_burst_size_mb` 6, for each tenant in the whole
//! cluster); Kleinrock, "Queueing Systems" I, 3.2 (M/M/1).

use crate::blueprint::{BackendPlan, Blueprint, Outage};
use crate::engine::fluid::SlottedServer;
use crate::units::SimTime;
use crate::world::backend::gateway::Gateway;
use crate::world::backend::shards::shard_outages;
use crate::world::tally::Tally;

/// Everything that nodes wait for.
#[derive(Clone, Debug)]
pub(crate) struct Servers {
    pub front: Ingress,
    /// What tenants have used of their bursts; empty where there are no quotas.
    pub quotas: Vec<SlottedServer>,
    burst_bytes: u64,
    /// Bytes that came to each shard.
    taken_bytes: Vec<u64>,
    growth: Option<Growth>,
}

/// Utilisation, window by window.
#[derive(Clone, Debug)]
struct Growth {
    window_slots: usize,
    /// What a shard can take in a window, in bytes.
    full_bytes: f64,
    settled: usize,
    /// What has come to each shard in the present window, and how many times as long its tail is in it.
    used_bytes: Vec<u64>,
    factors: Vec<f64>,
}

/// The length of a window of utilisation.
const WINDOW_NS: u64 = 1_000_000_000;

/// The utilisation above which tails grow no further: the queue for the capacity itself is simulated.
const MOST_UTILISATION: f64 = 0.99;

/// What whoever sends meets.
#[derive(Clone, Debug)]
pub(crate) enum Ingress {
    /// The backend's shards, and the outages of each alone.
    Shards(Vec<SlottedServer>, Vec<Vec<Outage>>),
    /// A gateway, which stands for the backend behind it too.
    Gateway(Gateway),
}

impl Servers {
    /// Those of a blueprint, for a run with this key; none where nobody ever waits.
    pub(crate) fn new(blueprint: &Blueprint, key: u64) -> Option<Self> {
        let backend = &blueprint.backend;
        let (span, slot) = (SimTime::from_ns(blueprint.end_ns()), backend.slot());
        let alone = |front, taken_bytes| {
            Some(Self { front, quotas: Vec::new(), burst_bytes: 0, taken_bytes, growth: None })
        };
        if let Some(plan) = &blueprint.gateway {
            return alone(Ingress::Gateway(Gateway::new(plan, backend, span, key)), Vec::new());
        }
        if backend.capacity_bytes_per_s.is_none() && backend.is_plain() {
            return None;
        }
        let shards = backend.shards.count.max(1);
        let capacity = backend.capacity_bytes_per_s.unwrap_or(f64::INFINITY) / shards as f64;
        let outages = shard_outages(backend, shards, key);
        let server = |own: &Vec<Outage>| {
            let all = backend.outages.iter().chain(own);
            let closed: Vec<_> = all.map(|o| o.from_ns..o.until_ns).collect();
            SlottedServer::new(capacity, slot, span, &closed)
        };
        let servers = outages.iter().map(server).collect();
        let taken_bytes = if backend.is_plain() { Vec::new() } else { vec![0; shards as usize] };
        let mut all = alone(Ingress::Shards(servers, outages), taken_bytes)?;
        if let Some(quota) = backend.quota {
            let bucket = SlottedServer::new(quota.bytes_per_s, slot, span, &[]);
            (all.quotas, all.burst_bytes) = (vec![bucket; blueprint.tenants.len()], quota.burst_bytes);
        }
        if backend.tail_grows {
            let window_slots = WINDOW_NS.div_ceil(slot.as_ns()) as usize;
            all.growth = Some(Growth {
                window_slots,
                full_bytes: capacity * slot.as_secs_f64() * window_slots as f64,
                settled: 0,
                used_bytes: vec![0; shards as usize],
                factors: vec![1.0; shards as usize],
            });
        }
        Some(all)
    }

    /// How many times as long the tail of a shard's latency is in the present window.
    pub(crate) fn tail_factor(&self, shard: usize) -> f64 {
        self.growth.as_ref().map_or(1.0, |growth| growth.factors[shard])
    }

    /// The slot at which nodes must have heard from each other.
    pub(crate) fn next_window(&self) -> Option<usize> {
        let growth = self.growth.as_ref()?;
        Some((growth.settled / growth.window_slots + 1) * growth.window_slots)
    }

    /// Any of the servers: all have the same slots.
    pub(crate) fn clock(&self) -> &SlottedServer {
        match &self.front {
            Ingress::Shards(shards, _) => &shards[0],
            Ingress::Gateway(gateway) => gateway.clock(),
        }
    }

    /// Lanes before those of tenants.
    fn front_lanes(&self) -> usize {
        match &self.front {
            Ingress::Shards(shards, _) => shards.len(),
            Ingress::Gateway(gateway) => gateway.processes(),
        }
    }

    /// Numbers of a slot's demand.
    pub(crate) fn lanes(&self) -> usize {
        self.front_lanes() + self.quotas.len()
    }

    /// The lane of a tenant.
    pub(crate) fn lane_of(&self, tenant: u32) -> usize {
        self.front_lanes() + tenant as usize
    }

    /// The one shard of a backend without quotas, if that is all there is.
    pub(crate) fn plain(&self) -> Option<&SlottedServer> {
        match &self.front {
            Ingress::Shards(shards, _)
                if shards.len() == 1 && self.quotas.is_empty() && self.growth.is_none() =>
            {
                shards.first()
            }
            _ => None,
        }
    }

    /// Whether the one server does no work in a slot.
    pub(crate) fn is_closed(&self, slot: usize) -> bool {
        self.plain().is_some_and(|server| !server.fits(1, slot))
    }

    /// Whether what is sent in the next slots hardly depends on how long it waits: to one server that turns nobody away, as
    /// its queue is shorter than `queue_ns` or it does no work.
    pub(crate) fn may_be_foreseen(&self, slot: usize, queue_ns: u64) -> bool {
        self.plain().is_some_and(|server| server.wait_ns() <= queue_ns) || self.is_closed(slot)
    }

    /// How long whoever comes in the next slots, so many at most, would have to wait for the one server, as long as all of them
    /// are turned away: as the wait is longer than its queue, or as it is in an outage that refuses.
    pub(crate) fn refusals(&self, first: usize, most: usize, backend: &BackendPlan) -> Vec<u64> {
        let Some(server) = self.plain() else { return Vec::new() };
        if self.is_closed(first) {
            let from_ns = first as u64 * server.slot_ns();
            let mut meanwhile =
                backend.outages.iter().filter(|o| o.until_ns > from_ns && o.from_ns < server.end_of(first));
            let slots = match (meanwhile.next(), meanwhile.next()) {
                // Up to the slot in which it ends, or in which a stall begins that lets requests wait for it.
                (Some(outage), None) if outage.refuses && outage.from_ns <= from_ns => {
                    let others = backend.outages.iter().filter(|o| o.from_ns > outage.from_ns);
                    let end_ns = others.map(|o| o.from_ns).fold(outage.until_ns, u64::min);
                    server.slot_of(end_ns).saturating_sub(first)
                }
                _ => 0,
            };
            return server.waits_alone(most.min(slots)).collect();
        }
        server.waits_alone(most).take_while(|wait_ns| *wait_ns > backend.queue_ns).collect()
    }

    /// Whether whoever comes next has to wait, or is likely to be refused: a tenant has used half of its burst.
    pub(crate) fn has_backlog(&self) -> bool {
        let is_used = |bucket: &SlottedServer| bucket.backlog().units() > self.burst_bytes / 2;
        match &self.front {
            Ingress::Shards(shards, _) => {
                shards.iter().any(SlottedServer::has_backlog) || self.quotas.iter().any(is_used)
            }
            Ingress::Gateway(gateway) => gateway.has_backlog(),
        }
    }

    /// Whether a tenant has used up so much that so many bytes more are too many. More than the whole burst at once is
    /// taken where nothing of it is used.
    pub(crate) fn is_over_quota(&self, tenant: u32, bytes: u64) -> bool {
        let used = self.quotas.get(tenant as usize).map_or(0, |bucket| bucket.backlog().units());
        used > 0 && used.saturating_add(bytes.min(self.burst_bytes)) > self.burst_bytes
    }

    /// How many of the slots from `first` on have a demand for which nobody waits and that no quota refuses, up to the
    /// first that has not.
    pub(crate) fn fitting(&self, demand: &[u64], first: usize) -> usize {
        if let Some(server) = self.plain() {
            return server.fitting(demand);
        }
        let lanes = self.lanes();
        let fits = |(demand, slot): &(&[u64], usize)| match &self.front {
            Ingress::Shards(shards, _) => shards.iter().zip(*demand).all(|(shard, d)| shard.fits(*d, *slot)),
            Ingress::Gateway(gateway) => gateway.fits(demand, *slot),
        };
        let fitting = demand.chunks(lanes).zip(first..).take_while(fits).count();
        let within = |tenant: usize| {
            let lane = self.lane_of(tenant as u32);
            let own = demand.iter().skip(lane).step_by(lanes).take(fitting);
            self.quotas[tenant].staying_within(self.burst_bytes, own)
        };
        (0..self.quotas.len()).map(within).fold(fitting, usize::min)
    }

    /// Whether any of the next slots has a demand of which this part more is above the one server's capacity.
    pub(crate) fn are_crowded(&self, demand: &[u64], part: u64) -> bool {
        let more: Vec<u64> = demand.iter().map(|bytes| bytes + bytes / part).collect();
        self.plain().is_none_or(|server| server.fitting(&more) < more.len())
    }

    /// Settles the next slots with their demand.
    pub(crate) fn settle(&mut self, demand: &[u64]) {
        let is_plain = self.plain().is_some();
        if let (true, Ingress::Shards(shards, _)) = (is_plain, &mut self.front) {
            return shards[0].settle(demand);
        }
        let (front, lanes) = (self.front_lanes(), self.lanes());
        for slot in demand.chunks(lanes) {
            let (of_front, of_tenants) = slot.split_at(front);
            match &mut self.front {
                Ingress::Shards(shards, _) => {
                    shards.iter_mut().zip(of_front).for_each(|(shard, demand)| shard.settle(&[*demand]));
                }
                Ingress::Gateway(gateway) => gateway.settle(of_front),
            }
            self.quotas.iter_mut().zip(of_tenants).for_each(|(bucket, demand)| bucket.settle(&[*demand]));
            self.taken_bytes.iter_mut().zip(of_front).for_each(|(sum, demand)| *sum += demand);
            if let Some(growth) = &mut self.growth {
                growth.settle(of_front);
            }
        }
    }

    /// Enters what was waited for.
    pub(crate) fn report(&self, tally: &mut Tally) {
        match &self.front {
            Ingress::Shards(shards, _) => {
                let waits = shards.iter().map(|shard| shard.longest_wait().as_ns());
                tally.longest_wait_ns = waits.max().unwrap_or(0);
            }
            Ingress::Gateway(gateway) => {
                let (wait, held_bytes) = gateway.fullest();
                (tally.longest_wait_ns, tally.gateway_bytes) = (wait.as_ns(), held_bytes);
            }
        }
        tally.shard_bytes.clone_from(&self.taken_bytes);
    }
}

impl Growth {
    fn settle(&mut self, demand: &[u64]) {
        self.used_bytes.iter_mut().zip(demand).for_each(|(used, demand)| *used += demand);
        self.settled += 1;
        if self.settled.is_multiple_of(self.window_slots) {
            for (factor, used) in self.factors.iter_mut().zip(&mut self.used_bytes) {
                let utilisation = std::mem::take(used) as f64 / self.full_bytes;
                *factor = 1.0 / (1.0 - utilisation.min(MOST_UTILISATION));
            }
        }
    }
}

#[cfg(test)]
mod tests;
