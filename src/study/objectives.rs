//! Objectives against observations.

use crate::observe::Observation;
use crate::scenario::Objective;

/// The objectives that an observation misses. An objective on a metric that was not recorded, or lies beyond the
/// horizon, counts as infinitely large.
pub fn missed<'a>(objectives: &'a [Objective], observation: &Observation) -> Vec<&'a Objective> {
    objectives.iter().filter(|o| !o.is_met(observation.get(o.metric))).collect()
}
