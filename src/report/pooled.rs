//! Replications put together.

use crate::observe::{Freshness, TimelineBin};
use crate::study::StrategyResult;

/// The freshness of the lines of all replications together.
pub(super) fn freshness(result: &StrategyResult) -> Freshness {
    let mut pooled = Freshness::default();
    for observation in &result.observations {
        pooled += &observation.freshness;
    }
    pooled
}

/// End of each span, lines emitted and lines delivered in it, mean over replications.
pub(super) fn timeline(result: &StrategyResult) -> Vec<(f64, f64, f64)> {
    let longest = result.observations.iter().map(|o| o.timeline.as_slice()).max_by_key(|t| t.len());
    let replications = result.observations.len() as f64;
    let mean = |bin: usize, lines: fn(&TimelineBin) -> u64| {
        let sum: u64 = result.observations.iter().filter_map(|o| o.timeline.get(bin)).map(lines).sum();
        sum as f64 / replications
    };
    let bins = longest.unwrap_or_default().iter().enumerate();
    bins.map(|(i, bin)| (bin.until_s, mean(i, |b| b.emitted), mean(i, |b| b.delivered))).collect()
}
