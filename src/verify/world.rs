//! How often intervals of the world's own figures hold what they say: over many seeds, five replications each, in a
//! quiet, a saturated and an outage scenario.
//!
//! What a figure truly is, is not known; what all replications of all seeds say together is near enough, since an
//! interval of five is some thirty times wider. Not so of a loss that comes in a few replications of thousands: what they say
//! together is not resolved either. Such a loss is what agents lose on average by looking too early ([`Observation::missable`]),
//! which every replication knows, and which in others is what they lose indeed: the table has both beside each other.

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
    pub together: Option<f64>,
    /// What intervals are to hold: that, where it is resolved.
    pub truth: Option<f64>,
    /// Of a loss, what agents lose on average by looking too early; it stands for the truth where that is not
    /// resolved and agents never stand still.
    pub missable: Option<f64>,
    /// Seeds, each with an interval of its own.
    pub seeds: u64,
    /// Share of seeds whose interval holds it.
    pub coverage: f64,
    /// Whether the figure is another with another seed: what is the same with all is held by arithmetic.
    pub varies: bool,
    /// Share of seeds that show nothing at all of what comes now and then, such as a loss. Their intervals differ in what is at
    /// stake alone, so that mostly all of them hold the figure or none does.
    pub none: f64,
    /// Whether coverage is 92 to 98 %, give or take two standard errors of a share of so many seeds; or more, where it does
    /// not vary, lies beyond the horizon, or some seeds show nothing of it.
    pub verdict: Verdict,
}

/// An interval that reaches further than this share of the mean resolves nothing.
const RESOLVED: f64 = 0.5;

/// Seeds, and replications of each: those that `compare` runs where nothing is said.
const SEEDS: u64 = 1000;
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
            .map(|number| {
                Runner::new().observe(&setups, subkey(key, number), REPLICATIONS).map(figures_alone)
            })
            .collect::<Result<_, _>>()?;
        let pooled = |at: usize| groups.iter().flat_map(|g| g[at].iter().cloned()).collect::<Vec<_>>();
        let everything: Vec<Vec<Arc<Observation>>> = (0..setups.len()).map(pooled).collect();
        for (at, setup) in setups.iter().enumerate() {
            let missable = Estimate::of(&everything[at].iter().map(|o| Some(o.missable)).collect::<Vec<_>>());
            let stand_still = everything[at].iter().any(|o| o.get(Metric::Paused).is_some_and(|p| p > 0.0));
            rows.extend(FIGURES.iter().map(|metric| {
                let missable = (*metric == Metric::Loss).then_some(missable);
                let together = estimates::estimate(&everything[at], *metric);
                let truth = resolved(together, missable.filter(|_| !stand_still));
                let each = groups.iter().map(|g| estimates::estimate(&g[at], *metric)).collect::<Vec<_>>();
                let row = held(case.0, setup.strategy.name.to_owned(), *metric, truth, &each);
                Held { together: together.mean, missable: missable.and_then(|m| m.mean), ..row }
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

/// What intervals are made of: thousands of timelines would take more memory than everything else.
fn figures_alone(observed: Vec<Vec<Arc<Observation>>>) -> Vec<Vec<Arc<Observation>>> {
    let bare = |one: Arc<Observation>| {
        let Observation { metrics, freshness, missable, .. } = Arc::unwrap_or_clone(one);
        Arc::new(Observation { metrics, freshness, missable, ..Observation::default() })
    };
    observed.into_iter().map(|runs| runs.into_iter().map(bare).collect()).collect()
}

/// What is true of a figure: what all replications say together; of a loss that they do not resolve, what is missable, where
/// nothing else takes lines.
fn resolved(together: Estimate, missable: Option<Estimate>) -> Estimate {
    let is_open = together.mean.zip(together.hi).is_some_and(|(mean, hi)| hi - mean > RESOLVED * mean);
    missable.filter(|_| is_open).unwrap_or(together)
}

fn held(
    scenario: &'static str,
    strategy: String,
    metric: Metric,
    truth: Estimate,
    each: &[Estimate],
) -> Held {
    let share = |of: &dyn Fn(&Estimate) -> bool| {
        each.iter().filter(|one| of(one)).count() as f64 / each.len().max(1) as f64
    };
    let (value, coverage) = (point(&truth), share(&|one| holds(one, &truth)));
    let varies = each.iter().any(|one| !is_same(point(one), value));
    let none = if value == Some(0.0) { 0.0 } else { share(&|one| one.mean == Some(0.0)) };
    let chance = |of: f64| 2.0 * (of * (1.0 - of) / each.len().max(1) as f64).sqrt();
    let (least, most) = COVERAGE;
    let may_be_more = !varies || none > 0.0 || value.is_some_and(f64::is_infinite);
    let verdict = match coverage {
        c if c < least - chance(least) => Verdict::Failed,
        c if c > most + chance(most) && !may_be_more => Verdict::Failed,
        _ => Verdict::Ok,
    };
    Held {
        scenario,
        strategy,
        figure: metric.id(),
        together: truth.mean,
        truth: truth.mean,
        missable: None,
        seeds: each.len() as u64,
        coverage,
        varies,
        none,
        verdict,
    }
}

/// A figure as a number: one beyond the horizon is infinite, on the side on which its interval is open. `None` where that is
/// both or neither.
fn point(figure: &Estimate) -> Option<f64> {
    let is = |end: Option<f64>, infinite: f64| end == Some(infinite);
    figure.mean.or(match (is(figure.lo, f64::NEG_INFINITY), is(figure.hi, f64::INFINITY)) {
        (false, true) => Some(f64::INFINITY),
        (true, false) => Some(f64::NEG_INFINITY),
        _ => None,
    })
}

/// Whether two numbers are the same but for the order of a sum.
fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    one == other || one.zip(other).is_some_and(|(one, other)| (one - other).abs() <= 1e-9 * other.abs())
}

/// Whether an interval holds what is true. Of what nobody can tell, no interval does.
fn holds(interval: &Estimate, truth: &Estimate) -> bool {
    let (Some(truth), own) = (point(truth), point(interval)) else { return false };
    let slack = if truth.is_finite() { 1e-9 * truth.abs() } else { 0.0 };
    let ends = [interval.lo.or(own), interval.hi.or(own)];
    matches!(ends, [Some(lo), Some(hi)] if lo <= truth + slack && truth <= hi + slack)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Estimate = Estimate { mean: None, lo: Some(3.0), hi: Some(f64::INFINITY), n: 5 };

    fn interval(lo: f64, hi: f64) -> Estimate {
        Estimate { mean: Some((lo + hi) / 2.0), lo: Some(lo), hi: Some(hi), n: 5 }
    }

    #[test]
    fn coverage_is_counted_and_judged() {
        let of = |hits: usize| {
            let mut each = vec![interval(0.0, 2.5); hits];
            each.resize(400, interval(2.0, 3.0));
            held("quiet", "sidecar".into(), Metric::Loss, Estimate::of(&[Some(1.0)]), &each)
        };
        // Two standard errors over 400 seeds are 2.7 points of 92 %, and 1.4 of 98 %.
        assert_eq!([of(380).verdict, of(359).verdict, of(397).verdict], [Verdict::Ok; 3]);
        assert_eq!([of(355).verdict, of(398).verdict], [Verdict::Failed, Verdict::Failed]);
        assert!((of(380).coverage - 0.95).abs() < 1e-12 && of(380).varies);
    }

    #[test]
    fn what_never_changes_or_mostly_shows_nothing_may_be_held_always() {
        let of = |each: Vec<Estimate>| {
            let truth = Estimate { mean: Some(1.0), lo: Some(1.0), hi: Some(1.0), n: 2000 };
            held("quiet", "sidecar".into(), Metric::Loss, truth, &each)
        };
        let constant = of(vec![interval(1.0, 1.0); 400]);
        assert_eq!((constant.verdict, constant.varies, constant.none), (Verdict::Ok, false, 0.0));
        // 300 of 400 show nothing, and know that there may be some; where they do not they are wrong.
        let seeds = |none: Estimate| {
            let mut each = vec![none; 300];
            each.resize(400, interval(0.0, 3.0));
            of(each)
        };
        let told = seeds(Estimate { mean: Some(0.0), lo: Some(0.0), hi: Some(2.0), n: 5 });
        assert_eq!((told.verdict, told.coverage, told.none), (Verdict::Ok, 1.0, 0.75));
        assert_eq!(seeds(interval(0.0, 0.0)).verdict, Verdict::Failed);
    }

    #[test]
    fn a_loss_that_all_replications_do_not_resolve_is_what_is_missable() {
        let missable = Estimate { mean: Some(1e-5), lo: Some(0.9e-5), hi: Some(1.1e-5), n: 5000 };
        let together = |mean, hi| Estimate { mean: Some(mean), lo: Some(0.0), hi: Some(hi), n: 5000 };
        // In one replication of 5,000: the interval reaches as far again as the mean.
        assert_eq!(resolved(together(2e-5, 6e-5), Some(missable)), missable);
        assert_eq!(resolved(together(2e-5, 2.5e-5), Some(missable)), together(2e-5, 2.5e-5));
        assert_eq!(resolved(together(0.0, 0.0), Some(missable)), together(0.0, 0.0));
        assert_eq!(resolved(together(2.0, 6.0), None), together(2.0, 6.0));
    }

    #[test]
    fn what_never_comes_is_held_by_what_is_open_on_that_side() {
        let less = Estimate { mean: None, lo: Some(f64::NEG_INFINITY), hi: Some(-3.0), n: 5 };
        assert!(holds(&NEVER, &NEVER) && holds(&less, &less));
        assert!(!holds(&NEVER, &less) && !holds(&less, &NEVER));
        assert!(holds(&interval(2.0, f64::INFINITY), &NEVER) && !holds(&interval(0.0, 2.0), &NEVER));
        // At least 3, or at most −3.
        assert!(holds(&NEVER, &interval(4.0, 4.0)) && !holds(&NEVER, &interval(2.0, 2.0)));
        assert!(holds(&less, &interval(-4.0, -4.0)) && !holds(&less, &interval(-2.0, -2.0)));
    }
}
