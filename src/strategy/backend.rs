//! The log service as the world takes it: its shards and its tenants' quotas, the same under every strategy.

use crate::blueprint::{Outage as WorldOutage, Partition, Quota, ShardOutage, Shards};
use crate::scenario::{self, Backend, Outage, OutageMode};

/// What its capacity is divided into.
pub(super) fn shards(backend: &Backend) -> Shards {
    let Some(shards) = &backend.shards else { return Shards::ONE };
    let by = match shards.by {
        scenario::Partition::Request => Partition::Request,
        scenario::Partition::Source => Partition::Source,
        scenario::Partition::Tenant => Partition::Tenant,
    };
    Shards { count: shards.count.get(), by }
}

/// What each tenant may send.
pub(super) fn quota(backend: &Backend) -> Option<Quota> {
    let quota = backend.quota.as_ref()?;
    Some(Quota { bytes_per_s: quota.rate.get(), burst_bytes: quota.burst.get() })
}

/// An outage of some shards, where it is one.
pub(super) fn shard_outage(outage: &Outage) -> Option<ShardOutage> {
    let outage_of_all = WorldOutage {
        from_ns: outage.at.as_ns(),
        until_ns: outage.at.as_ns() + outage.lasts.as_ns(),
        refuses: outage.mode == OutageMode::Refuse,
    };
    Some(ShardOutage { shards: outage.shards?, outage: outage_of_all })
}
