//! The warm-up of a scenario that leaves it to be found.

use crate::observe::Observation;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Scenario, Warmup};
use crate::stats::mser5;
use crate::strategy::Strategy;
use crate::units::SimTime;

/// What stands in where no warm-up can be found: the scenario's default.
const FALLBACK: SimTime = SimTime::from_secs(10);

/// Where a warm-up comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
/// A warm-up that is to be found is the cut by MSER-5 of a pilot's delivered lines over time: replication 0,
/// without faults, since an outage is no transient of the beginning. Of several strategies the longest counts, so
/// that freshness is over the same lines for all.
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
    let observed = runner.observe(&setups.iter().collect::<Vec<_>>(), seed, 1)?;
    let duration_s = scenario.duration.as_secs_f64();
    let cuts: Option<Vec<f64>> =
        observed.iter().flatten().map(|observation| cut_s(observation, duration_s)).collect();
    let found = cuts.map(|cuts| SimTime::from_secs_f64(cuts.into_iter().fold(0.0, f64::max)));
    let half = SimTime::from_ns(scenario.duration.as_ns() / 2);
    let (time, by) = match found {
        Some(time) => (time.min(half), WarmupBy::Mser5),
        None => (FALLBACK.min(half), WarmupBy::NotFound),
    };
    Ok((Scenario { warmup: time.into(), ..scenario.clone() }, by))
}

/// Seconds to leave out of a run, by the lines delivered in each span of time in which lines are written.
fn cut_s(observation: &Observation, duration_s: f64) -> Option<f64> {
    let written = || observation.timeline.iter().filter(|bin| bin.until_s <= duration_s);
    let series: Vec<f64> = written().map(|bin| bin.delivered as f64).collect();
    let cut = mser5(&series)?;
    Some(cut.checked_sub(1).and_then(|last| written().nth(last)).map_or(0.0, |bin| bin.until_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::TimelineBin;
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
        // Lines delivered rise all along: half a wave of a diurnal swing.
        let rising = Observation {
            timeline: (1..=100)
                .map(|s| TimelineBin { until_s: f64::from(s), emitted: 0, delivered: s as u64 * 10 })
                .collect(),
            ..Observation::default()
        };
        assert_eq!(cut_s(&rising, 100.0), None);
        let short = scenario("warmup: auto\n");
        let short = Scenario { duration: SimTime::from_secs(8), ..short };
        // 8 s of 18 s in bins of 0.134 s, 59 bins, 11 means: found; 2 s of 12 s has too few.
        let (settled, by) = settle(&Scenario { duration: SimTime::from_secs(2), ..short });
        assert_eq!((settled.warmup.time(), by), (SimTime::from_secs(1), WarmupBy::NotFound));
    }
}
