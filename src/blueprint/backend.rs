//! The log service: its capacity and what that is divided into, its outages and disturbances.

use crate::engine::marks::Marks;
use crate::units::{HowMany, SimTime};

/// The log service.
#[derive(Clone, Debug)]
pub struct BackendPlan {
    /// Bytes a second; `None` where it never is the limit.
    pub capacity_bytes_per_s: Option<f64>,
    /// Nanoseconds from request to answer, at least.
    pub latency_ns: u64,
    /// Microseconds on top.
    pub latency_tail: Marks,
    /// Whether that grows with the load, as the time in an M/M/1 queue does.
    pub tail_grows: bool,
    /// Bytes of the longest line that it takes.
    pub line_limit_bytes: u64,
    /// Nanoseconds of waiting above which requests are turned away.
    pub queue_ns: u64,
    /// What its capacity is divided into.
    pub shards: Shards,
    /// What each tenant may send; `None` is as much as there is room for.
    pub quota: Option<Quota>,
    /// Spans in which some of its shards cannot be written to.
    pub shard_outages: Vec<ShardOutage>,
    /// Spans in which it cannot be written to, in order.
    pub outages: Vec<Outage>,
    /// Spans in which some requests do not fare as usual.
    pub disturbances: Vec<Disturbance>,
}

impl BackendPlan {
    /// The time slot in which demand is added up: the shortest latency, but no less than a millisecond.
    pub fn slot(&self) -> SimTime {
        SimTime::from_ns(self.latency_ns.max(1_000_000))
    }

    /// The longest that the answer to an accepted request may take, in nanoseconds; what runs into a stall or a slowness may
    /// take as long as that.
    pub fn longest_answer_ns(&self) -> u64 {
        let usual_ns = self.latency_ns + self.latency_tail.largest() * 1000;
        let queue_ns = if self.capacity_bytes_per_s.is_some() { self.queue_ns } else { 0 };
        let of_shards = self.shard_outages.iter().map(|struck| &struck.outage);
        let outages = self.outages.iter().chain(of_shards).filter(|o| !o.refuses);
        let stalls = outages.map(|o| o.until_ns - o.from_ns);
        let disturbed = self.disturbances.iter().map(|d| match d.effect {
            Effect::Refuse => 0,
            Effect::Stall => d.until_ns - d.from_ns,
            Effect::Slow(factor) => (usual_ns as f64 * factor).min(3.2e18) as u64,
        });
        // One may run into the next.
        stalls.chain(disturbed).fold(usual_ns.saturating_add(queue_ns), u64::saturating_add)
    }

    /// When the refusal of connections ends that is under way at an instant.
    pub(crate) fn refuses_until(&self, at_ns: u64) -> Option<u64> {
        let outage = self.outages.iter().find(|o| (o.from_ns..o.until_ns).contains(&at_ns))?;
        outage.refuses.then_some(outage.until_ns)
    }

    /// The latency of a request whose random part falls into this class, in nanoseconds.
    #[inline]
    pub(crate) fn latency_of(&self, class: usize) -> u64 {
        self.latency_ns + self.latency_tail.value(class) * 1000
    }
}

/// A span without the backend.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// Its beginning, in nanoseconds.
    pub from_ns: u64,
    /// Its end, in nanoseconds.
    pub until_ns: u64,
    /// Connections are refused at once; otherwise requests get no answer until it is over.
    pub refuses: bool,
}

/// What a backend's capacity is divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shards {
    /// How many, each with the same part of the capacity.
    pub count: u64,
    /// What decides which one a request goes to.
    pub by: Partition,
}

impl Shards {
    /// A backend that is not divided.
    pub const ONE: Self = Self { count: 1, by: Partition::Request };
}

/// What decides which shard a request goes to, as a hash does: some may have more than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// Each request by itself.
    Request,
    /// The agent that sends it.
    Source,
    /// The tenant whose lines they are.
    Tenant,
}

/// A span without some shards.
#[derive(Clone, Copy, Debug)]
pub struct ShardOutage {
    /// How many, drawn at random.
    pub shards: HowMany,
    /// When, and how it shows.
    pub outage: Outage,
}

/// What each tenant may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Bytes a second.
    pub bytes_per_s: f64,
    /// Bytes at once after a while of silence.
    pub burst_bytes: u64,
}

/// A span in which some requests do not fare as usual.
#[derive(Clone, Debug)]
pub struct Disturbance {
    /// Its beginning, in nanoseconds.
    pub from_ns: u64,
    /// Its end, in nanoseconds.
    pub until_ns: u64,
    /// What it does to a request that is sent within it.
    pub effect: Effect,
    /// Share of requests that it does it to, 1 being all.
    pub share: f64,
    /// Whether it concerns only the nodes that the placement says.
    pub of_some_nodes: bool,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// The connection is refused at once.
    Refuse,
    /// It is answered only after the end.
    Stall,
    /// Its answer takes so many times as long, 1 and more.
    Slow(f64),
}
