//! Where a strategy fits: the article's three kinds of clusters, each with its own objectives.
//!
//! The embedded scenarios proof-of-concept, single-purpose and mixed-paas are run with the agent and settings
//! under study; the cheapest feasible strategy that meets an archetype's objectives wins it.
//!
//! A cluster fits for some length of time: nothing is rotated away within two minutes, and most of a day's lines may be.
//! Archetypes are simulated for as long as their scenarios say, and judged for as long as the scenario under study runs; what
//! rotation takes beyond the simulated time is arithmetic ([`lasting`](super::lasting)), all else is steady by then.

use super::contest::{Contest, Rules, contest};
use super::lasting::{DAY_S, Kept};
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{self, Scenario};
use crate::strategy::Strategy;

/// The archetypes, by the names of their scenarios.
const ARCHETYPES: [&str; 3] = ["proof-of-concept", "single-purpose", "mixed-paas"];

/// One kind of cluster and how the strategies do in it.
#[derive(Clone, Debug)]
pub struct Archetype {
    /// The name of its scenario.
    pub name: &'static str,
    /// Every strategy, judged by the archetype's objectives; the cheapest that meets all of them wins.
    pub contest: Contest,
    /// Seconds that were simulated.
    pub simulated_s: f64,
    /// Seconds that it is judged for.
    pub asked_s: f64,
    /// Strategies whose files do not hold a day.
    pub rotating: Vec<Rotating>,
}

/// A strategy that leaves lines in files which are rotated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotating {
    /// The strategy.
    pub strategy: &'static str,
    /// Share of the lines lost in the time that is asked for.
    pub lost: f64,
    /// Share of a day's lines lost.
    pub lost_in_a_day: f64,
    /// Seconds for which it meets the archetype's objective on loss; `None` where there is none, or it always does.
    pub holds_s: Option<f64>,
}

/// Runs the archetypes with the collection settings of `scenario`.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn archetypes(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<Archetype>, RunError> {
    let rules = Rules { strategies, metric: scenario.rank_by.metric(), seed, replications };
    let asked_s = scenario.duration.as_secs_f64();
    let one = |(name, cluster): (&'static str, Scenario)| {
        let mut contest = contest(runner, &cluster, rules)?;
        let simulated_s = cluster.duration.as_secs_f64();
        let asked_s = asked_s.max(simulated_s);
        let rotating = strategies.iter().filter_map(|strategy| rotating(&cluster, strategy, asked_s));
        let rotating: Vec<Rotating> = rotating.collect();
        for lost in &rotating {
            contest.comes_to(lost.strategy, Metric::Loss, lost.lost);
        }
        Ok(Archetype { name, contest, simulated_s, asked_s, rotating })
    };
    clusters(scenario).into_iter().map(one).collect()
}

fn rotating(cluster: &Scenario, strategy: &'static Strategy, asked_s: f64) -> Option<Rotating> {
    let kept = Kept::of(&Setup::new(cluster, strategy).blueprint);
    let lost_in_a_day = kept.lost_after(DAY_S);
    let bound = cluster.objectives.iter().find(|o| o.metric == Metric::Loss).map(|o| o.bound);
    (lost_in_a_day > 0.0).then(|| Rotating {
        strategy: strategy.name,
        lost: kept.lost_after(asked_s),
        lost_in_a_day,
        holds_s: bound.and_then(|bound| kept.holds_s(bound)),
    })
}

/// The archetypes' scenarios with the collection settings of `scenario`.
pub(super) fn clusters(scenario: &Scenario) -> Vec<(&'static str, Scenario)> {
    let cluster = |name: &'static str| {
        let yaml = scenario::embedded(name).unwrap_or_default();
        // Embedded scenarios are read by a test.
        let mut cluster = scenario::from_yaml(name, yaml).ok()?;
        cluster.collection = scenario.collection.clone();
        cluster.collection.extra_configs = 0;
        cluster.profiles.clone_from(&scenario.profiles);
        Some((name, cluster))
    };
    ARCHETYPES.into_iter().filter_map(cluster).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::by_name;

    #[test]
    fn a_proof_of_concept_of_minutes_needs_no_agent_and_one_of_a_day_does() {
        let strategies = ["native", "daemonset"].map(|name| by_name(name).unwrap());
        let winner = |duration: u64| {
            let yaml = scenario::embedded("proof-of-concept").unwrap();
            let mut asked = scenario::from_yaml("t", yaml).unwrap();
            asked.duration = crate::units::SimTime::from_secs(duration);
            let rules = Rules { strategies: &strategies, metric: Metric::Cost, seed: 1, replications: 1 };
            let (_, cluster) = clusters(&asked).remove(0);
            let mut contest = contest(&Runner::new(), &cluster, rules).unwrap();
            let lost = rotating(&cluster, strategies[0], duration as f64).unwrap();
            contest.comes_to("native", Metric::Loss, lost.lost);
            (contest.winner(), lost)
        };
        let (few_minutes, lost) = winner(120);
        assert_eq!((few_minutes, lost.lost), (Some("native"), 0.0));
        // 5 lines/s of some 270 bytes with the runtime's 41: 117 MB a day, of which five files of 10 MiB hold 47 MB.
        let (day, lost) = winner(86_400);
        assert_eq!(day, Some("daemonset"));
        assert!((0.5..0.7).contains(&lost.lost) && lost.lost == lost.lost_in_a_day, "{lost:?}");
        assert!((5.0..12.0).contains(&(lost.holds_s.unwrap() / 3600.0)), "{lost:?}");
    }
}
