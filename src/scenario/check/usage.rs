//! What pods want of their nodes: CPU within a node's, slots of whole seconds, limits that let something be written.

use super::super::{Cluster, Workload};
use super::{Checked, MAX_CPU, MONTH, allow};
use crate::units::{Bytes, SimTime};

/// `path` is where the workload stands in the text.
pub(super) fn check_usage(workload: &Workload, path: &str) -> Checked {
    if let Some(usage) = &workload.usage {
        allow(usage.cpu <= MAX_CPU, format!("{path}/usage/cpu"), || {
            format!("cpu is {}; allowed is up to {MAX_CPU}", usage.cpu)
        })?;
        if let Some(peak) = &usage.peak {
            let path = format!("{path}/usage/peak");
            allow((usage.cpu..=MAX_CPU).contains(&peak.cpu), format!("{path}/cpu"), || {
                format!(
                    "cpu is {}; allowed is {} (what it uses ordinarily) to {MAX_CPU}",
                    peak.cpu, usage.cpu
                )
            })?;
            let share = peak.share.get();
            allow(share > 0.0 && share <= 1.0, format!("{path}/share"), || {
                format!("share is {}; allowed is more than 0% and up to 100%", peak.share)
            })?;
            let second = SimTime::from_secs(1);
            let whole = peak.slot.as_ns().is_multiple_of(second.as_ns());
            allow(whole && (second..=MONTH).contains(&peak.slot), format!("{path}/slot"), || {
                format!("slot is {}; allowed are whole seconds from 1s to {MONTH}", peak.slot)
            })?;
        }
    }
    let most = workload.limits.ephemeral_storage;
    allow(most.is_none_or(|most| most.get() > 0), format!("{path}/limits/ephemeralStorage"), || {
        "ephemeralStorage is 0B; a pod that writes logs has some, such as 1Gi; leave it out for no limit"
            .into()
    })
}

/// A disk holds logs beside what else is on it, and the kubelet's threshold leaves room for them.
pub(super) fn check_disks(cluster: &Cluster) -> Checked {
    let free = cluster.kubelet.eviction_hard.nodefs_available;
    allow((0.0..1.0).contains(&free.get()), "cluster/kubelet/evictionHard/nodefsAvailable", || {
        format!("nodefsAvailable is {free}; allowed is 0% (nothing is evicted) to less than 100%")
    })?;
    for (number, pool) in cluster.pools.iter().enumerate() {
        let room = Bytes::new((pool.log_disk.as_f64() * (1.0 - free.get())) as u64);
        allow(
            pool.other_data.get() == 0 || pool.other_data < room,
            format!("cluster/pools/{number}/otherData"),
            || {
                format!(
                    "otherData is {} on a disk of {} of which {free} must stay free: there is no room for logs; \
                 allowed is less than {room}",
                    pool.other_data, pool.log_disk
                )
            },
        )?;
    }
    Ok(())
}
