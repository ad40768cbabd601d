//! What nodes run short of: CPU for applications, room on the disk.

use crate::blueprint::{Blueprint, Placement};
use crate::metric::Metric;
use crate::world::Tally;
use std::collections::BTreeMap;

/// Figures of CPU where applications say what they want of it, of evictions where a disk could be too full.
pub(super) fn figures(
    blueprint: &Blueprint,
    placement: &Placement,
    tally: &Tally,
) -> BTreeMap<Metric, Option<f64>> {
    let mut figures = BTreeMap::new();
    if blueprint.pods.iter().any(|pod| pod.usage.is_some()) {
        let missing = tally.app_missing_ns as f64 / tally.app_wanted_ns.max(1) as f64;
        figures.insert(Metric::AppSlowdown, Some(missing));
        figures.insert(Metric::AppSlowdownWorst, Some(tally.worst_missing_ppm as f64 / 1e6));
    }
    if blueprint.counts_evictions() {
        let all_ns = placement.nodes.len() as f64 * blueprint.horizon_ns as f64;
        figures.insert(Metric::EvictedPods, Some(tally.evicted_pods as f64));
        figures.insert(Metric::DiskPressure, Some(tally.disk_pressure_ns as f64 / all_ns));
    }
    figures
}
