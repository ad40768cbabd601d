//! The world where arithmetic says what must come out.

use super::Verdict;
use crate::metric::Metric;
use crate::observe::Observation;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Scenario, from_yaml};
use crate::strategy::by_name;
use serde::Serialize;

/// A figure of the world against its closed form.
#[derive(Clone, Debug, Serialize)]
pub struct Closed {
    /// What is asked, and why it must be so.
    pub what: &'static str,
    /// What arithmetic says.
    pub expected: f64,
    /// What was simulated.
    pub simulated: f64,
    /// The unit of both.
    pub unit: &'static str,
    /// How far they are apart, as a share of what is expected.
    pub error: f64,
    /// Bound of that.
    pub bound: f64,
    /// Whether it is within.
    pub verdict: Verdict,
}

/// Ten pods on one node with lines of 200 bytes, at so many lines a second each.
fn pods(rate: u64, settings: &str, capacity: &str) -> Option<Scenario> {
    let text = format!(
        "name: verify\nduration: 200s\nwarmup: 10s\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ], \
         kubelet: {{ containerLogMaxSize: 1Ti }} }}\ntenants: [ {{ name: t, workloads: [ {{ name: w, replicas: 10, \
         logs: [ {{ stream: stdout, rate: {rate}/s, line: {{ constant: 200B }}, spread: 0%, \
         rotate: {{ size: 1Ti }} }} ] }} ] }} ]\nbackend: {{ latency: 20ms, latencyTail: 0s{capacity} }}\ncollection: {{ with: {{ flush: 1s{settings} }} }}"
    );
    from_yaml("verify", &text).ok()
}

/// All closed forms.
pub(super) fn all(seed: u64) -> Result<Vec<Closed>, RunError> {
    let observe = |scenario: Option<Scenario>| -> Result<Observation, RunError> {
        let (Some(scenario), Some(strategy)) = (scenario, by_name("daemonset")) else {
            return Ok(Observation::default());
        };
        let observed = Runner::new().observe(&[&Setup::new(&scenario, strategy)], seed, 1)?;
        Ok(observed[0].first().map(|one| (**one).clone()).unwrap_or_default())
    };
    let calm = observe(pods(100, "", ""))?;
    // 1,000,000 bytes a second of records of 200 + 78 bytes, if acknowledgements took no time. A flush empties the
    // buffer, which fills again once the answer is there.
    let full = observe(pods(1000, ", memBufLimit: 1MB", ""))?;
    // A backend of 1 MB/s takes requests of 200 + 105 bytes a line.
    let narrow = observe(pods(500, "", ", capacity: 1MB/s, queue: 1h"))?;
    let get = |observation: &Observation, metric| observation.get(metric).unwrap_or(f64::NAN);
    let rows = [
        (
            "age of half the lines: latency + flush/2, arrivals being even over the flush interval",
            0.020 + 0.5,
            get(&calm, Metric::FreshnessP50),
            "s",
            0.02,
        ),
        (
            "age of 99 in 100 lines: latency + 0.99 flush",
            0.020 + 0.99,
            get(&calm, Metric::FreshnessP99),
            "s",
            0.02,
        ),
        (
            "lines a second of ten Poisson streams of 100, within three standard deviations",
            1000.0,
            calm.ledger.emitted as f64 / 200.0,
            "lines/s",
            3.0 / (1000.0f64 * 200.0).sqrt(),
        ),
        (
            "ceiling of a full buffer: limit / (flush · record bytes)",
            1e6 / 278.0,
            get(&full, Metric::Throughput),
            "lines/s",
            0.02,
        ),
        (
            "ceiling of a narrow backend: capacity / (line + 105 bytes)",
            1e6 / 305.0,
            get(&narrow, Metric::Throughput),
            "lines/s",
            0.02,
        ),
    ];
    Ok(rows
        .into_iter()
        .map(|(what, expected, simulated, unit, bound)| {
            let error = simulated / expected - 1.0;
            let verdict = if error.abs() <= bound { Verdict::Ok } else { Verdict::Failed };
            Closed { what, expected, simulated, unit, error, bound, verdict }
        })
        .collect())
}
