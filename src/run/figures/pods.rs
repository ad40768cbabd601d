//! Figures of pods' lives, where a scenario has what they are of.

use crate::blueprint::Blueprint;
use crate::metric::Metric;
use crate::units::NS_PER_SEC;
use crate::world::Tally;

/// Crashes of containers, and what became of the logs of those that crashed; waits for agents to start.
pub(super) fn figures(blueprint: &Blueprint, tally: &Tally) -> Vec<(Metric, Option<f64>)> {
    let mut figures = Vec::new();
    if blueprint.pods.iter().any(|pod| pod.crashes.is_some()) {
        let containers = &tally.containers;
        let missed = containers.missed as f64 / containers.crash_logs.max(1) as f64;
        figures.push((Metric::Crashes, Some(containers.crashes as f64)));
        figures.push((Metric::CrashLogsMissed, Some(missed)));
    }
    if blueprint.pods.iter().any(|pod| pod.agent_start.is_some()) {
        figures.push((Metric::StartWait, Some(tally.start_wait_ns as f64 / NS_PER_SEC as f64)));
    }
    figures
}
