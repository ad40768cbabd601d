//! Objectives against observations.

use crate::metric::Metric;
use crate::observe::Observation;
use crate::scenario::Objective;

/// The objectives that an observation misses, `extra` metrics considered that no single run records. An
/// objective on a metric that is nowhere recorded is missed: nothing shows that it is met.
pub fn missed<'a>(
    objectives: &'a [Objective],
    observation: &Observation,
    extra: &[(Metric, Option<f64>)],
) -> Vec<&'a Objective> {
    let value = |metric| {
        let known = extra.iter().find(|(m, _)| *m == metric).map(|(_, value)| *value);
        known.unwrap_or_else(|| observation.get(metric))
    };
    objectives.iter().filter(|o| !o.is_met(value(o.metric))).collect()
}
