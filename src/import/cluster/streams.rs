//! What each container writes: as measured, as learnt from logs, or as assumed.

use super::facts::{Kind, Pod};
use super::workloads::{Group, PodRates};
use crate::import::rates::Rates;
use crate::import::{ImportError, MAX_RATE, log_spec};
use crate::scenario::{LineSize, LogNormal, LogSource, LogSpec};
use crate::units::{Bytes, Fraction, LineRate};

/// Lines a second of a pod, where nothing is said: four real clusters write 44 to 53 lines/s with some 180 to 200 pods
/// each (all of them OpenShift's own; the busiest ten pods write half of it). A pod that serves users may write a hundred
/// times as much.
pub(super) const DEFAULT_RATE: LineRate = LineRate::per_sec(0.25);

/// Pods that write this share of everything are grouped with none whose rate differs by more than a twentieth.
const LOUD: f64 = 0.005;

/// What is known of what pods write.
#[derive(Debug)]
pub(super) struct Streams<'a> {
    /// What each pod writes, all of its containers together.
    pub(super) logs: Vec<LogSpec>,
    pub(super) rates: Option<&'a Rates>,
}

impl Streams<'_> {
    /// The measured rates of a pod's containers; nothing measured is nothing written. `None` where nobody measured.
    pub(super) fn rates_of(&self, kind: &Kind, pod: &Pod) -> Option<PodRates> {
        let rates = self.rates?;
        let of = rates.of_pod(pod.key, &kind.namespace, &kind.name, &kind.containers);
        let lines: f64 = of.iter().map(|(lines, _)| lines).sum();
        let step: f64 = if lines >= LOUD * rates.total() { 1.05 } else { 2.0 };
        // Loud pods have classes of their own: the two scales never meet.
        let class = match lines > 0.0 {
            true if step < 2.0 => 1_000_000 + (libm::log(lines) / libm::log(step)).round() as i32,
            true => (libm::log(lines) / libm::log(step)).round() as i32,
            false => -1_000_000,
        };
        Some(PodRates { class, of })
    }

    /// The streams of a group's pods: one a container.
    ///
    /// # Errors
    /// A rate is beyond what a stream may have.
    pub(super) fn logs_of(&self, group: &Group) -> Result<Vec<LogSpec>, ImportError> {
        let containers = group.containers.len().max(1);
        if group.rates.is_empty() {
            let share = 1.0 / containers as f64;
            let scaled =
                |log: &LogSpec| LogSpec { rate: LineRate::per_sec(log.rate.get() * share), ..log.clone() };
            return Ok((0..containers).flat_map(|_| self.logs.iter().map(scaled)).collect());
        }
        let like = &self.logs[0];
        let log = |sum: &super::workloads::Measured| {
            let pods = group.pods as f64;
            let mean = sum.lines_per_s / pods;
            if mean > MAX_RATE {
                return Err(ImportError::Rate { rate: LineRate::per_sec(mean) });
            }
            let variance = (sum.squares / pods - mean * mean).max(0.0);
            let spread = if mean > 0.0 { (variance.sqrt() / mean * 100.0).round() / 100.0 } else { 0.0 };
            let mut log = LogSpec { spread: Fraction::new(spread.min(5.0)), ..like.clone() };
            log.rate = LineRate::per_sec(rounded(mean));
            if sum.bytes_per_s > 0.0 && sum.lines_per_s > 0.0 && matches!(like.line, LineSize::Lognormal(_)) {
                log.line = of_mean(sum.bytes_per_s / sum.lines_per_s);
            }
            Ok(log)
        };
        group.rates.iter().map(log).collect()
    }
}

/// Six digits: more than any measurement has.
fn rounded(rate: f64) -> f64 {
    if rate <= 0.0 {
        return 0.0;
    }
    let scale = libm::pow(10.0, (5.0 - libm::log10(rate).floor()).clamp(0.0, 6.0));
    (rate * scale).round() / scale
}

/// Lines with this mean, spread as the format's default is: p99 is 6.7 times the median, the mean 1.39 times.
fn of_mean(bytes: f64) -> LineSize {
    const Z99: f64 = 2.326_347_874;
    let sigma = libm::log(1200.0 / 180.0) / Z99;
    let median = (bytes / libm::exp(sigma * sigma / 2.0)).clamp(1.0, 150_000.0);
    let p99 = median * libm::exp(Z99 * sigma);
    LineSize::Lognormal(LogNormal {
        median: Bytes::new(median.round() as u64),
        p99: Bytes::new(p99.round() as u64),
    })
}

/// The streams of each pod where nothing was measured.
pub(super) fn logs_of_each(
    given: Option<&[LogSpec]>,
    rate: Option<LineRate>,
) -> Result<Vec<LogSpec>, ImportError> {
    let Some(logs) = given.filter(|logs| !logs.is_empty()) else {
        return Ok(vec![log_spec(LogSource::Stdout, rate.unwrap_or(DEFAULT_RATE))?]);
    };
    let mut logs = logs.to_vec();
    if let Some(rate) = rate {
        if !(0.0..=MAX_RATE).contains(&rate.get()) {
            return Err(ImportError::Rate { rate });
        }
        let total: f64 = logs.iter().map(|log| log.rate.get()).sum();
        let even = 1.0 / logs.len() as f64;
        for log in &mut logs {
            let share = if total > 0.0 { log.rate.get() / total } else { even };
            log.rate = LineRate::per_sec(rate.get() * share);
        }
    }
    Ok(logs)
}
