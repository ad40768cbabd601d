//! Shards and quotas of the log service: sizes that make sense, and what does not go with a gateway.

use super::super::Scenario;
use super::{Checked, allow};
use crate::units::Bytes;

/// Shards at most: what a Logstore has by far, and little enough to be looked at in every slot.
const MAX_SHARDS: u64 = 1_000;

/// The largest burst.
const MAX_BURST: Bytes = Bytes::new(1 << 40);

pub(super) fn check_parts(scenario: &Scenario) -> Checked {
    let backend = &scenario.backend;
    let has_gateway = scenario.collection.gateway.is_some() || scenario.collection.driver.buffer.is_some();
    for (is_there, path) in [
        (backend.quota.is_some(), "backend/quota"),
        (backend.shards.is_some(), "backend/shards"),
        (backend.tail_grows, "backend/tailGrows"),
    ] {
        allow(!(is_there && has_gateway), path, || {
            "a gateway, or a driver's collector with a buffer, goes with a backend without quotas, shards and tailGrows \
             only; leave one of them out"
                .into()
        })?;
    }
    allow(!backend.tail_grows || backend.capacity.is_some(), "backend/tailGrows", || {
        "without a capacity there is no utilisation to grow with; write capacity, such as 200MB/s".into()
    })?;
    if let Some(shards) = &backend.shards {
        allow(shards.count.get() <= MAX_SHARDS, "backend/shards/count", || {
            format!("there are {} shards; allowed are 1 to {MAX_SHARDS}", shards.count.get())
        })?;
    }
    let Some(quota) = &backend.quota else { return Ok(()) };
    allow(quota.rate.get() >= 1.0, "backend/quota/rate", || {
        "rate is nothing; allowed is 1B/s and more, or no quota".into()
    })?;
    allow(quota.burst.get() > 0 && quota.burst <= MAX_BURST, "backend/quota/burst", || {
        format!("burst is {}; allowed is 1B to {MAX_BURST}", quota.burst)
    })
}
