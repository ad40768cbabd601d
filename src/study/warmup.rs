//! The warm-up of a scenario that leaves it to be found.

use super::resize::slice;
use crate::observe::{Observation, TimelineBin};
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Scenario, Warmup};
use crate::stats::mser5;
use crate::strategy::Strategy;
use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Pilot runs that a warm-up is found from.
const PILOTS: u64 = 5;

/// What stands in where no warm-up can be found: the scenario's default.
const FALLBACK: SimTime = SimTime::from_secs(10);

/// Where a warm-up comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WarmupBy {
    /// The scenario says so, or its default does.
    Stated,
    /// MSER-5 on a pilot run.
    Mser5,
    /// It was to be found, and the pilot run came to no steady state in its first half: the default stands in.
    NotFound,
}

/// The scenario with its warm-up stated, and where that comes from.
///
/// A warm-up that is to be found is the cut by MSER-5 of a series from five pilot runs: lines delivered over lines
/// written, in each span of time, so that what the writers' own swings add is left out; averaged over replications as
/// Hoad, Robinson and Davies (2010) advise; without faults, since an outage is no transient of the beginning. Of
/// several strategies the longest counts, so that freshness is over the same lines for all.
///
/// # Errors
/// A ledger does not balance.
pub fn settle_warmup(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
) -> Result<(Scenario, WarmupBy), RunError> {
    if let Warmup::Stated(_) = scenario.warmup {
        return Ok((scenario.clone(), WarmupBy::Stated));
    }
    let pilot = Scenario { faults: Vec::new(), ..scenario.clone() };
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(&pilot, s)).collect();
    let observed = runner.observe(&setups.iter().collect::<Vec<_>>(), seed, PILOTS)?;
    let duration_s = scenario.duration.as_secs_f64();
    let feasible = observed.iter().filter(|pilots| !pilots.is_empty());
    let cuts: Option<Vec<f64>> = feasible.map(|pilots| cut_s(pilots, duration_s)).collect();
    let found = cuts.map(|cuts| SimTime::from_secs_f64(cuts.into_iter().fold(0.0, f64::max)));
    let half = SimTime::from_ns(scenario.duration.as_ns() / 2);
    let (time, by) = match found {
        Some(time) => (time.min(half), WarmupBy::Mser5),
        None => (FALLBACK.min(half), WarmupBy::NotFound),
    };
    Ok((Scenario { warmup: time.into(), ..scenario.clone() }, by))
}

/// The same for an experiment that runs slices: the warm-up is found on a slice of so many nodes and so much time, once,
/// so that all slices have the same.
///
/// # Errors
/// A ledger does not balance.
pub fn settle_on_slice(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    (nodes, time): (u64, SimTime),
) -> Result<(Scenario, WarmupBy), RunError> {
    let (settled, by) = settle_warmup(runner, &slice(scenario, nodes, time), strategies, seed)?;
    match scenario.warmup {
        Warmup::Stated(_) => Ok((scenario.clone(), by)),
        Warmup::Auto => Ok((Scenario { warmup: settled.warmup, ..scenario.clone() }, by)),
    }
}

/// Seconds to leave out, by the share of lines delivered in each span of time in which lines are written.
fn cut_s(pilots: &[Arc<Observation>], duration_s: f64) -> Option<f64> {
    let spans: Vec<f64> =
        pilots[0].timeline.iter().map(|bin| bin.until_s).take_while(|until| *until <= duration_s).collect();
    let sum = |at: usize, lines: fn(&TimelineBin) -> u64| -> f64 {
        pilots.iter().filter_map(|p| p.timeline.get(at)).map(lines).sum::<u64>() as f64
    };
    let mut series = Vec::with_capacity(spans.len());
    for at in 0..spans.len() {
        let written = sum(at, |bin| bin.emitted);
        // Where nothing is written nothing is told.
        let before = series.last().copied().unwrap_or(0.0);
        series.push(if written > 0.0 { sum(at, |bin| bin.delivered) / written } else { before });
    }
    let cut = mser5(&series)?;
    Some(cut.checked_sub(1).map_or(0.0, |last| spans[last]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn scenario(extra: &str) -> Scenario {
        let yaml = format!(
            "name: t\nduration: 60s\ndrain: 10s\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 5, \
             logs: [ {{ stream: stdout, rate: 50/s }} ] }} ] }} ]\n{extra}"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    fn settle(scenario: &Scenario) -> (Scenario, WarmupBy) {
        settle_warmup(&Runner::new(), scenario, &[by_name("daemonset").unwrap()], 1).unwrap()
    }

    #[test]
    fn a_stated_warmup_is_left_alone() {
        let (settled, by) = settle(&scenario("warmup: 7s\n"));
        assert_eq!((settled.warmup.time(), by), (SimTime::from_secs(7), WarmupBy::Stated));
    }

    #[test]
    fn a_slow_start_is_found_and_an_outage_is_none() {
        // Every line waits 12 s for its answer, so that nothing arrives before, and everything afterwards: the cut is
        // the first multiple of five bins behind the 12 s. 70 s in bins of 2^28 ns = 0.268 s: 1.34 s each five.
        let slow = "warmup: auto\nbackend: { latency: 12s, latencyTail: 0s }\n";
        let (settled, by) = settle(&scenario(slow));
        assert_eq!(by, WarmupBy::Mser5);
        let found = settled.warmup.time().as_secs_f64();
        assert!((11.0..=12.0 + 2.0 * 1.35).contains(&found), "{found}");
        let outage = format!("{slow}faults: [ {{ outage: {{ of: backend, at: 20s, for: 5s }} }} ]\n");
        let (with_outage, _) = settle(&scenario(&outage));
        assert_eq!(with_outage.warmup, settled.warmup);
        assert_eq!(with_outage.faults.len(), 1, "the pilot alone has none");
    }

    #[test]
    fn without_a_steady_state_the_default_stands_in() {
        // More and more of the lines arrive, to the end.
        let rising = Observation {
            timeline: (1..=100)
                .map(|s| TimelineBin { until_s: f64::from(s), emitted: 1000, delivered: s as u64 * 10 })
                .collect(),
            ..Observation::default()
        };
        assert_eq!(cut_s(&[Arc::new(rising)], 100.0), None);
        let short = scenario("warmup: auto\n");
        // 2 s of 12 s, in 256 bins at most: too few for ten means of five.
        let (settled, by) = settle(&Scenario { duration: SimTime::from_secs(2), ..short });
        assert_eq!((settled.warmup.time(), by), (SimTime::from_secs(1), WarmupBy::NotFound));
    }
}
