//! From a log's description to the laws of its streams.

use crate::blueprint::{StreamLaw, StreamPlan};
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::marks::Marks;
use crate::scenario::{ArrivalsSpec, LineSize, LogSpec};
use crate::units::NS_PER_SEC;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The standard normal quantile of 0.99.
const Z99: f64 = 2.326_347_874_040_841;

/// Between two lines that a load generator writes at the same tick, in nanoseconds: one `write(2)` each.
/// Source: lab, generator's CPU, 2.0–2.5 µs a line.
const WRITE_NS: u64 = 2_100;

/// The laws of a log, one for each class of mean rates among its replicas.
pub(super) fn laws_of(log: &LogSpec) -> Vec<StreamLaw> {
    let sizes = sizes_of(&log.line);
    rate_classes(log.spread.get())
        .into_iter()
        .map(|factor| StreamLaw { arrivals: arrivals_of(log, factor), sizes: sizes.clone() })
        .collect()
}

fn arrivals_of(log: &LogSpec, factor: f64) -> Arrivals {
    let mean = log.rate.get() * factor;
    match &log.arrivals {
        ArrivalsSpec::Constant => Arrivals::constant(mean),
        // Intervals are seconds, so that their notches are nanoseconds.
        ArrivalsSpec::Ticked(tick) => Arrivals::ticked(mean, tick.as_ns(), WRITE_NS),
        ArrivalsSpec::Poisson => Arrivals::poisson(mean, Modulation::Steady),
        ArrivalsSpec::Burst(burst) => {
            let slot = (burst.slot.as_ns() / NS_PER_SEC).max(1) as u32;
            Arrivals::poisson(mean, Modulation::OnOff { slot, duty: burst.duty.get() })
        }
        ArrivalsSpec::Diurnal(sine) => {
            let period = sine.period.as_secs_f64();
            let (amplitude, phase) = (sine.amplitude.get(), sine.phase.get());
            Arrivals::poisson(mean, Modulation::Sine { period, amplitude, phase })
        }
        ArrivalsSpec::Trace(trace) => {
            let total: f64 = trace.per_second.iter().map(|w| f64::from(*w)).sum();
            let scale = trace.per_second.len() as f64 / total;
            let weights = trace.per_second.iter().map(|w| (f64::from(*w) * scale) as f32).collect();
            Arrivals::poisson(mean, Modulation::Trace(weights))
        }
    }
}

/// Sizes of lines. Tables are made once for each way to describe them: experiments draw many blueprints of few kinds of
/// logs.
fn sizes_of(line: &LineSize) -> Marks {
    static KNOWN: Mutex<BTreeMap<String, Marks>> = Mutex::new(BTreeMap::new());
    let name = format!("{line:?}");
    // A panic elsewhere leaves no half-made table behind.
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(name).or_insert_with(|| make_sizes(line)).clone()
}

fn make_sizes(line: &LineSize) -> Marks {
    match line {
        LineSize::Constant(size) => Marks::constant(u32::try_from(size.get()).unwrap_or(u32::MAX)),
        LineSize::Lognormal(law) => lognormal(law.median.as_f64(), law.p99.as_f64()),
        LineSize::Quantiles(sizes) => by_quantiles(sizes.iter().map(|size| size.as_f64())),
    }
}

/// A distribution by its values at evenly spaced quantiles, even between them.
pub(super) fn by_quantiles(values: impl Iterator<Item = f64>) -> Marks {
    let values: Vec<f64> = values.collect();
    Marks::from_quantiles(|u| {
        let place = u * (values.len() - 1) as f64;
        let (below, inside) = (place as usize, place.fract());
        let (low, high) = (values[below], values[(below + 1).min(values.len() - 1)]);
        low + (high - low) * inside
    })
}

/// A log-normal distribution by its median and its 0.99 quantile.
pub(super) fn lognormal(median: f64, p99: f64) -> Marks {
    let mu = libm::log(median);
    let sigma = (libm::log(p99) - mu) / Z99;
    Marks::from_quantiles(|u| libm::exp(mu + sigma * normal_quantile(u)))
}

fn normal_quantile(u: f64) -> f64 {
    Normal::standard().inverse_cdf(u)
}

/// Factors of the mean rate of equally likely classes: log-normal with mean 1 and this coefficient of
/// variation, each class at its own mean.
fn rate_classes(variation: f64) -> Vec<f64> {
    const INSIDE: usize = 32;
    let sigma = libm::log(1.0 + variation * variation).sqrt();
    let classes = StreamPlan::RATE_CLASSES;
    let factors: Vec<f64> = (0..classes)
        .map(|class| {
            let at = |i| (class as f64 + (i as f64 + 0.5) / INSIDE as f64) / classes as f64;
            (0..INSIDE).map(|i| libm::exp(sigma * normal_quantile(at(i)))).sum::<f64>() / INSIDE as f64
        })
        .collect();
    let mean = factors.iter().sum::<f64>() / classes as f64;
    factors.into_iter().map(|f| f / mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_mean_one_and_the_variation_asked_for() {
        for variation in [0.0, 0.3, 0.5] {
            let factors = rate_classes(variation);
            let mean = factors.iter().sum::<f64>() / 16.0;
            let sd = (factors.iter().map(|f| (f - 1.0).powi(2)).sum::<f64>() / 16.0).sqrt();
            assert!((mean - 1.0).abs() < 1e-12);
            // Means of classes spread a little less than what they stand for.
            assert!((sd - variation).abs() <= 0.08 * variation, "{sd} of {variation}");
        }
    }

    #[test]
    fn a_lognormal_line_has_its_mean() {
        let line: LineSize = serde_saphyr::from_str("lognormal: { median: 180B, p99: 1200B }").unwrap();
        // sigma = ln(1200/180)/2.3263 = 0.8155; mean = 180·exp(sigma²/2) = 251.
        let mean = sizes_of(&line).mean();
        assert!((mean / 251.0 - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn quantiles_keep_their_ends_and_middle() {
        let line: LineSize = serde_saphyr::from_str("quantiles: [100B, 200B, 400B]").unwrap();
        // Half of the lines even over 100 to 200, half over 200 to 400: mean (150 + 300)/2 = 225.
        assert!((sizes_of(&line).mean() - 225.0).abs() < 1.0);
    }
}
