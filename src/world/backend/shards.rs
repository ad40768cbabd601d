//! Pieces of the backend's capacity, and what each tenant may send: which request goes where, and what fails.
//!
//! Source: Alibaba Cloud, "Manage shards" (5 MB/s and 500 requests/s of writing a shard; written at random, or by a hash
//! key).

use crate::blueprint::{BackendPlan, Outage, Partition, Purpose, member};
use crate::engine::random::draw;

impl BackendPlan {
    /// Whether it is one shard without quotas, and as fast at any load.
    pub(crate) fn is_plain(&self) -> bool {
        self.shards.count <= 1 && self.quota.is_none() && !self.tail_grows
    }

    /// The shard that an agent's request with a tenant's lines goes to.
    pub(crate) fn shard_of(&self, key: u64, request: u64, tenant: u32) -> usize {
        let number = match self.shards.by {
            _ if self.shards.count <= 1 => return 0,
            Partition::Request => Purpose::Shard.nth(key, request),
            Partition::Source => Purpose::Shard.draw(key),
            Partition::Tenant => Purpose::Shard.nth(0, u64::from(tenant)),
        };
        (number % self.shards.count) as usize
    }
}

/// The outages of each shard alone, in order.
pub(crate) fn shard_outages(backend: &BackendPlan, shards: u64, key: u64) -> Vec<Vec<Outage>> {
    let mut of_each = vec![Vec::new(); shards as usize];
    for (number, struck) in backend.shard_outages.iter().enumerate() {
        let key = member(Purpose::ShardStruck.key(key), number as u64);
        let mut order: Vec<u64> = (0..shards).collect();
        order.sort_by_key(|shard| (draw(key, *shard), *shard));
        for shard in order.into_iter().take(struck.shards.of(shards) as usize) {
            of_each[shard as usize].push(struck.outage);
        }
    }
    of_each.iter_mut().for_each(|outages| outages.sort_by_key(|outage| outage.from_ns));
    of_each
}
