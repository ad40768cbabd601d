//! How often intervals of the world's own figures hold what they say: over many seeds, five replications each, in a
//! quiet, a saturated and an outage scenario.
//!
//! What a figure truly is, is not known; what all replications of all seeds say together is near enough, since an
//! interval of five is some twenty times wider.

use super::Verdict;
use crate::engine::random::{named_key, subkey};
use crate::metric::Metric;
use crate::observe::{Observation, estimates};
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Scenario, from_yaml};
use crate::stats::Estimate;
use crate::strategy::by_name;
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// A figure of a strategy, or its difference between two, in one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// The scenario.
    pub scenario: &'static str,
    /// The strategy; of a difference both, as `sidecar − daemonset`.
    pub strategy: String,
    /// The figure.
    pub figure: &'static str,
    /// What all replications say together; null where it lies beyond the horizon.
    pub truth: Option<f64>,
    /// Seeds, each with an interval of its own.
    pub seeds: u64,
    /// Share of seeds whose interval holds it.
    pub coverage: f64,
    /// Whether replications differ at all: what is the same in all of them is held by arithmetic.
    pub varies: bool,
    /// Whether coverage is 92 to 98 %, give or take two standard errors of a share of so many seeds. *known*: intervals are
    /// wider than they need be, as where most replications are at a limit and the median is that.
    pub verdict: Verdict,
}

/// Seeds, and replications of each: those that `compare` runs where nothing is said.
const SEEDS: u64 = 400;
const REPLICATIONS: u64 = 5;

/// What coverage is to be.
const COVERAGE: (f64, f64) = (0.92, 0.98);

const FIGURES: [Metric; 6] = [
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Cost,
];

const STRATEGIES: [&str; 2] = ["daemonset", "sidecar"];

/// Names, and what each adds to two nodes of sixteen pods.
const CASES: [(&str, &str, &str); 3] = [
    ("quiet", "100/s", ""),
    ("saturated", "2000/s", "collection: { with: { memBufLimit: 20MB } }"),
    (
        "outage",
        "2000/s",
        "collection: { with: { memBufLimit: 20MB } }\nfaults: [ { outage: { of: backend, at: 40s, for: 30s } } ]",
    ),
];

fn scenario((name, rate, rest): &(&'static str, &str, &str)) -> Option<Scenario> {
    let text = format!(
        "name: {name}\nduration: 2m\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ] }}\ntenants: [ {{ name: t, \
         workloads: [ {{ name: web, replicas: 6, logs: [ {{ stream: stdout, rate: {rate} }} ] }}, \
         {{ name: job, replicas: 10, logs: [ {{ stream: stdout, rate: 50/s }} ] }} ] }} ]\n{rest}\n"
    );
    from_yaml("verify", &text).ok()
}

/// All scenarios, strategies and figures, and their paired differences.
pub(super) fn all(seed: u64) -> Result<Vec<Held>, RunError> {
    let mut rows = Vec::new();
    for case in &CASES {
        let Some(scenario) = scenario(case) else { continue };
        let setups: Vec<Setup> =
            STRATEGIES.iter().filter_map(|s| Some(Setup::new(&scenario, by_name(s)?))).collect();
        let setups: Vec<&Setup> = setups.iter().collect();
        let key = named_key(seed, case.0);
        let groups: Vec<Vec<Vec<Arc<Observation>>>> = (0..SEEDS)
            .into_par_iter()
            .map(|number| Runner::new().observe(&setups, subkey(key, number), REPLICATIONS))
            .collect::<Result<_, _>>()?;
        let pooled = |at: usize| groups.iter().flat_map(|g| g[at].iter().cloned()).collect::<Vec<_>>();
        let everything: Vec<Vec<Arc<Observation>>> = (0..setups.len()).map(pooled).collect();
        for (at, setup) in setups.iter().enumerate() {
            rows.extend(FIGURES.iter().map(|metric| {
                let truth = estimates::estimate(&everything[at], *metric);
                let each = groups.iter().map(|g| estimates::estimate(&g[at], *metric)).collect::<Vec<_>>();
                held(case.0, setup.strategy.name.to_owned(), *metric, truth, &each)
            }));
        }
        let [first, second] = STRATEGIES;
        rows.extend(FIGURES.iter().map(|metric| {
            let truth = estimates::difference(&everything[1], &everything[0], *metric);
            let each: Vec<Estimate> =
                groups.iter().map(|g| estimates::difference(&g[1], &g[0], *metric)).collect();
            held(case.0, format!("{second} − {first}"), *metric, truth, &each)
        }));
    }
    Ok(rows)
}

fn held(
    scenario: &'static str,
    strategy: String,
    metric: Metric,
    truth: Estimate,
    each: &[Estimate],
) -> Held {
    let hits = each.iter().filter(|one| holds(one, truth.mean)).count();
    let coverage = hits as f64 / each.len().max(1) as f64;
    let varies = each.iter().any(|one| one.mean != truth.mean || one.half_width().is_some_and(|w| w > 0.0));
    let (least, most) = COVERAGE;
    let chance = 2.0 * (least * (1.0 - least) / each.len().max(1) as f64).sqrt();
    let verdict = match coverage {
        c if !varies && c == 1.0 => Verdict::Ok,
        c if c < least - chance => Verdict::Failed,
        c if c > most + chance => Verdict::Known,
        _ => Verdict::Ok,
    };
    Held {
        scenario,
        strategy,
        figure: metric.id(),
        truth: truth.mean,
        seeds: each.len() as u64,
        coverage,
        varies,
        verdict,
    }
}

/// Whether an interval holds a value; one that is beyond the horizon is held by an interval that has no upper end.
fn holds(interval: &Estimate, truth: Option<f64>) -> bool {
    let Some(truth) = truth else { return interval.mean.is_none() || interval.hi == Some(f64::INFINITY) };
    let slack = 1e-9 * truth.abs();
    let lo = interval.lo.or(interval.mean).unwrap_or(f64::INFINITY);
    let hi = interval.hi.or(interval.mean).unwrap_or(f64::INFINITY);
    lo <= truth + slack && truth <= hi + slack
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_is_counted_and_judged() {
        let interval = |lo, hi| Estimate { mean: Some((lo + hi) / 2.0), lo: Some(lo), hi: Some(hi), n: 5 };
        let of = |hits: usize| {
            let mut each = vec![interval(0.0, 2.0); hits];
            each.resize(400, interval(2.0, 3.0));
            held("quiet", "sidecar".into(), Metric::Loss, Estimate::of(&[Some(1.0)]), &each)
        };
        // Two standard errors of 92 % over 400 seeds are 2.7 points.
        assert_eq!([of(380).verdict, of(359).verdict], [Verdict::Ok, Verdict::Ok]);
        assert_eq!([of(355).verdict, of(400).verdict], [Verdict::Failed, Verdict::Ok]);
        assert!((of(380).coverage - 0.95).abs() < 1e-12 && of(380).varies);
        assert!(holds(&Estimate { mean: None, lo: Some(3.0), hi: Some(f64::INFINITY), n: 5 }, None));
        assert!(!holds(&interval(0.0, 2.0), None));
    }
}
