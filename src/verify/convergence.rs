//! The world with shorter chunks and other windows: results must not depend on either.
//!
//! A chunk is a run of lines handled as one; at 2 ms, and rates as here, most hold one line. A window is how far nodes
//! run before they hear of each other's demand: from slot by slot to a minute.

use super::Verdict;
use crate::engine::random::subkey;
use crate::metric::Metric;
use crate::observe::Observation;
use crate::run::{Pace, RunError, Setup, observe_at};
use crate::scenario::{Scenario, from_yaml};
use crate::strategy::by_name;
use crate::units::{NS_PER_SEC, SimTime};

use rayon::prelude::*;
use serde::Serialize;

/// How much a figure differs between two settings.
#[derive(Clone, Debug, Serialize)]
pub struct Shift {
    /// The figure.
    pub figure: &'static str,
    /// With the setting.
    pub value: Option<f64>,
    /// With the finest.
    pub finest: Option<f64>,
    /// The difference, as a share of the finest; of all lines for `loss`.
    pub error: f64,
    /// Bound of that.
    pub bound: f64,
}

/// A scenario with one setting against the finest.
#[derive(Clone, Debug, Serialize)]
pub struct Convergence {
    /// The scenario.
    pub scenario: &'static str,
    /// The strategy.
    pub strategy: &'static str,
    /// The setting: a chunk or a window.
    pub setting: String,
    /// What it is held to.
    pub against: String,
    /// Each figure.
    pub shifts: Vec<Shift>,
    /// Whether all are within their bounds.
    pub verdict: Verdict,
}

/// Figures that are watched, and how far they may move between the coarsest and the finest chunk. CPU is held to
/// chunks of 10 ms: gaps between reads are taken from the lines of a chunk, and a chunk of one line has none
/// (docs/limitations.md).
const FIGURES: [(Metric, f64); 5] = [
    (Metric::FreshnessP50, 0.03),
    (Metric::FreshnessP99, 0.03),
    (Metric::Loss, 0.002),
    (Metric::Throughput, 0.005),
    (Metric::AgentCpu, 0.15),
];

/// Chunks, the finest last.
const CHUNKS_MS: [u64; 4] = [1000, 100, 10, 2];
/// The finest in which a rate means something, a place in `CHUNKS_MS`.
const FINEST_FOR_CPU: usize = 2;

/// How far nodes run before they hear of each other, in nanoseconds, and how many flushes are settled at once; the finest,
/// slot by slot and event by event, last.
const WINDOWS: [(&str, Pace); 3] = [
    ("window 60s", Pace { stretch_ns: 60 * NS_PER_SEC, flushes: 64, in_spans: false }),
    ("window 1s", Pace { stretch_ns: NS_PER_SEC, flushes: 7, in_spans: false }),
    ("window 1 slot, by events", Pace { stretch_ns: 1, flushes: 0, in_spans: false }),
];

/// Runs of each chunk length, whose shifts are averaged. What one run's lines move a figure by is luck: a median by 2 %
/// (standard deviation over seeds, two agents and some thousand lines); a bias would be left.
const REPLICATIONS: u64 = 8;

/// Scenarios and strategies whose errors docs/limitations.md tells.
const KNOWN: [(&str, &str); 1] = [("a full buffer", "daemonset")];

struct Case {
    name: &'static str,
    /// Settings of the agent, the backend and faults, as YAML.
    rest: &'static str,
    rate: u64,
}

const CASES: [Case; 4] = [
    Case { name: "keeping up", rate: 20, rest: "backend: { capacity: 1GB/s }" },
    Case {
        name: "an outage and one retry",
        rate: 20,
        rest: "collection: { with: { retries: { limit: 1 }, refreshInterval: 7s } }\n\
               faults: [ { outage: { of: backend, at: 30s, for: 20s } } ]",
    },
    Case { name: "a full buffer", rate: 300, rest: "collection: { with: { memBufLimit: 200kB } }" },
    Case {
        name: "a congested backend",
        rate: 60,
        rest: "backend: { capacity: 140kB/s, queue: 2s }\n\
               faults: [ { outage: { of: backend, at: 30s, for: 10s, mode: stall } } ]",
    },
];

fn scenario(case: &Case) -> Option<Scenario> {
    let text = format!(
        "name: verify\nduration: 90s\nwarmup: 5s\ndrain: 30s\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ], \
         kubelet: {{ containerLogMaxSize: 1Mi }} }}\ntenants: [ {{ name: t, workloads: [ {{ name: w, replicas: 6, \
         logs: [ {{ stream: stdout, rate: {}/s, rotate: {{ size: 1Mi }} }} ] }} ] }} ]\n{}",
        case.rate, case.rest
    );
    from_yaml("verify", &text).ok()
}

/// All scenarios with agents, in all settings.
pub(super) fn all(seed: u64) -> Result<Vec<Convergence>, RunError> {
    let strategies = ["daemonset", "sidecar"];
    let pairs: Vec<(&Case, &'static str)> =
        CASES.iter().flat_map(|case| strategies.map(|strategy| (case, strategy))).collect();
    let rows: Vec<Vec<Convergence>> = pairs
        .par_iter()
        .map(|(case, strategy)| {
            let mut rows = chunks(case, strategy, seed)?;
            if case.rest.contains("capacity") {
                rows.extend(windows(case, strategy, seed)?);
            }
            Ok(rows)
        })
        .collect::<Result<_, RunError>>()?;
    Ok(rows.into_iter().flatten().collect())
}

fn chunks(case: &Case, strategy: &'static str, seed: u64) -> Result<Vec<Convergence>, RunError> {
    let observations: Vec<Vec<Observation>> = (0..REPLICATIONS)
        .map(|number| {
            let seed = subkey(seed, number);
            CHUNKS_MS.iter().map(|ms| observe(case, strategy, seed, WINDOWS[0].1, Some(*ms))).collect()
        })
        .collect::<Result<_, RunError>>()?;
    let is_known = KNOWN.contains(&(case.name, strategy));
    let chunk = |place: usize| format!("chunk {}", SimTime::from_ns(CHUNKS_MS[place] * 1_000_000));
    let finest = CHUNKS_MS.len() - 1;
    let row = |place: usize| {
        let shift_of = |(metric, bound)| {
            let finest = if metric == Metric::AgentCpu { FINEST_FOR_CPU } else { finest };
            let of_run = |run: &Vec<Observation>| shift(metric, &run[place], &run[finest], bound);
            (place < finest)
                .then(|| mean_shift(&observations.iter().map(of_run).collect::<Vec<_>>()))
                .flatten()
        };
        let shifts: Vec<Shift> = FIGURES.into_iter().filter_map(shift_of).collect();
        row(case, strategy, chunk(place), chunk(finest), shifts, is_known)
    };
    Ok((0..finest).map(row).collect())
}

fn windows(case: &Case, strategy: &'static str, seed: u64) -> Result<Vec<Convergence>, RunError> {
    let observations: Vec<Observation> = WINDOWS
        .iter()
        .map(|(_, pace)| observe(case, strategy, seed, *pace, None))
        .collect::<Result<_, _>>()?;
    let window = |place: usize| WINDOWS[place].0.to_owned();
    let finest = WINDOWS.len() - 1;
    let row = |place: usize| {
        let (here, there) = (&observations[place], &observations[finest]);
        let mut shifts: Vec<Shift> =
            FIGURES.into_iter().map(|(metric, _)| shift(metric, here, there, 0.0)).collect();
        // Not only these figures: every count of every tenant and instant.
        if format!("{here:?}") != format!("{there:?}") {
            shifts.push(Shift {
                figure: "bits",
                value: None,
                finest: None,
                error: f64::INFINITY,
                bound: 0.0,
            });
        }
        row(case, strategy, window(place), window(finest), shifts, false)
    };
    Ok((0..finest).map(row).collect())
}

fn row(
    case: &Case,
    strategy: &'static str,
    setting: String,
    against: String,
    shifts: Vec<Shift>,
    is_known: bool,
) -> Convergence {
    let verdict = match shifts.iter().all(|shift| shift.error.abs() <= shift.bound) {
        true => Verdict::Ok,
        false if is_known => Verdict::Known,
        false => Verdict::Failed,
    };
    Convergence { scenario: case.name, strategy, setting, against, shifts, verdict }
}

fn shift(metric: Metric, here: &Observation, finest: &Observation, bound: f64) -> Shift {
    let (value, finest) = (here.get(metric), finest.get(metric));
    let error = match (value, finest) {
        (Some(value), Some(finest)) if metric == Metric::Loss => value - finest,
        (Some(value), Some(finest)) if value == finest => 0.0,
        (Some(value), Some(finest)) => value / finest - 1.0,
        // Both beyond the horizon.
        (None, None) => 0.0,
        _ => f64::INFINITY,
    };
    Shift { figure: metric.id(), value, finest, error, bound }
}

/// The mean over runs; a figure that is beyond the horizon in one of them has no mean. `None` of no runs.
fn mean_shift(shifts: &[Shift]) -> Option<Shift> {
    let runs = shifts.len() as f64;
    let mean =
        |of: fn(&Shift) -> Option<f64>| shifts.iter().map(of).sum::<Option<f64>>().map(|sum| sum / runs);
    let first = shifts.first()?;
    Some(Shift {
        figure: first.figure,
        value: mean(|shift| shift.value),
        finest: mean(|shift| shift.finest),
        error: shifts.iter().map(|shift| shift.error).sum::<f64>() / runs,
        bound: first.bound,
    })
}

fn observe(
    case: &Case,
    strategy: &str,
    seed: u64,
    pace: Pace,
    chunk_ms: Option<u64>,
) -> Result<Observation, RunError> {
    let Some((mut scenario, strategy)) = scenario(case).zip(by_name(strategy)) else {
        return Ok(Observation::default());
    };
    if let Some(ms) = chunk_ms {
        scenario.chunk = SimTime::from_ns(ms * 1_000_000);
    }
    observe_at(&Setup::new(&scenario, strategy), seed, pace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_averages_out_and_bias_does_not() {
        let shift =
            |error| Shift { figure: "x", value: Some(1.0 + error), finest: Some(1.0), error, bound: 0.03 };
        let error = |errors: [f64; 4]| mean_shift(&errors.map(shift)).unwrap().error;
        assert!(error([0.04, -0.04, 0.02, -0.02]).abs() < 1e-12);
        assert!((error([0.05, 0.03, 0.04, 0.04]) - 0.04).abs() < 1e-12);
        // Beyond the horizon in one setting and not in the other is no rounding.
        let mut apart = shift(0.0);
        (apart.value, apart.error) = (None, f64::INFINITY);
        let mean = mean_shift(&[shift(0.0), apart]).unwrap();
        assert_eq!((mean.value, mean.error), (None, f64::INFINITY));
    }

    #[test]
    fn every_scenario_is_one() {
        for case in &CASES {
            assert!(scenario(case).is_some(), "{}", case.name);
        }
    }
}
