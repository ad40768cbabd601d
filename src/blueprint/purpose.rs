//! What random numbers are drawn for: one list, so that no two draws of an entity share their bits.
//!
//! An entity has a key (that of a stream, a pod, a node, an agent), and a draw is a hash of the key, a [`Purpose`] and a
//! counter. Parts of an entity that are numbered (the configs of an agent, the pods of a node) have keys of their own by
//! [`member`], which are kept apart from purposes. What [`Arrivals`](crate::engine::arrivals::Arrivals) draws for itself is
//! in its own file: it is given a stream's key and uses counters below these.

use crate::engine::random::{draw, subkey};

/// What a draw is for. A new one goes to the end, so that no other moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Which of its workload's rates a stream has.
    RateClass = 1 << 32,
    /// How full a stream's file is when the run begins.
    InitialSize,
    /// The sizes of a stream's lines, one by one, where some are too long.
    LineClass,
    /// Whether an agent looks for a rotated file's successor too early.
    TooEarly,
    /// When the news of a pod's container reaches the agents that wait for it.
    PodEvent,
    /// How long a pod lives.
    Lifetime,
    /// How long a pod has lived when the run begins.
    Age,
    /// The agent of a pod that has been moved, and the pods that follow one another in a place.
    Generation,
    /// How long a container runs before it crashes.
    Run,
    /// How much of that is left when the run begins.
    FirstRun,
    /// Whether an application uses much CPU in a slot.
    CpuPeak,
    /// When the kubelet looks at the sizes of logs.
    RotationTick,
    /// When the kubelet looks at the space on disk.
    EvictionTick,
    /// When an agent flushes.
    FlushPhase,
    /// When an agent looks for new files.
    ScanPhase,
    /// When an agent looks at its files for new lines.
    LookPhase,
    /// When an agent looks whether a batch has waited long enough.
    CheckPhase,
    /// When an agent writes down its positions.
    CheckpointPhase,
    /// How long an agent waits before it tries again.
    Backoff,
    /// How old an agent's credentials are when the run begins.
    CredentialsAge,
    /// When an agent asks the config server first.
    FirstPoll,
    /// When a config reaches a node by its mounted files.
    ConfigArrival,
    /// Whether a request is struck by an outage of a part of the backend.
    PartialOutage,
    /// Which process of a gateway takes a request.
    GatewayProcess,
    /// Which processes of a gateway an outage strikes.
    GatewayStruck,
    /// When a process of a gateway flushes.
    GatewayFlushPhase,
    /// How long a process of a gateway waits before it tries again.
    GatewayBackoff,
    /// Which shard of the backend takes a request.
    Shard,
    /// Which shards an outage strikes.
    ShardStruck,
    /// Which pods come with the nodes that join late.
    JoinLate,
    /// When in a storm a pod is evicted.
    EvictionInstant,
}

impl Purpose {
    /// Returns the key of an entity's draws for this.
    #[inline]
    pub fn key(self, key: u64) -> u64 {
        subkey(key, self as u64)
    }

    /// Returns the entity's first draw for this: 64 uniform bits.
    #[inline]
    pub fn draw(self, key: u64) -> u64 {
        self.nth(key, 0)
    }

    /// Returns the entity's draw number `counter` for this: 64 uniform bits.
    #[inline]
    pub fn nth(self, key: u64, counter: u64) -> u64 {
        draw(self.key(key), counter)
    }
}

/// Returns the key of part `number` of an entity: no purpose of the entity has the same.
#[inline]
pub fn member(key: u64, number: u64) -> u64 {
    draw(key ^ 0xBB67_AE85_84CA_A73B, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{named_key, unit};

    /// Of 20,000 pairs of uniform draws that have nothing to do with each other the correlation is 0 with a standard error
    /// of 1/√20,000 = 0.0071; five of them are allowed.
    #[test]
    fn purposes_and_members_of_an_entity_share_no_bits() {
        let correlation = |one: &dyn Fn(u64) -> u64, other: &dyn Fn(u64) -> u64| {
            let product = |key: u64| (unit(one(key)) - 0.5) * (unit(other(key)) - 0.5);
            (0..20_000).map(product).sum::<f64>() / 20_000.0 * 12.0
        };
        let draws: [&dyn Fn(u64) -> u64; 6] = [
            &|key| Purpose::FlushPhase.draw(key),
            &|key| Purpose::FlushPhase.nth(key, 1),
            &|key| Purpose::ScanPhase.draw(key),
            &|key| member(key, 0),
            // What shared 64 bits: the phase of a flush, and the key of an agent's config 1.
            &|key| member(key, 1),
            &|key| named_key(key, "stdout"),
        ];
        for (first, one) in draws.iter().enumerate() {
            for other in &draws[first + 1..] {
                let found = correlation(one, other);
                assert!(found.abs() < 5.0 * 0.0071, "{first}: {found}");
            }
        }
    }
}
