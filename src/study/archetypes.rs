//! Where a strategy fits: the article's three kinds of clusters, each with its own objectives.
//!
//! The embedded scenarios proof-of-concept, single-purpose and mixed-paas are run with the agent and settings
//! under study; the cheapest feasible strategy that meets an archetype's objectives wins it.

use super::contest::{Contest, Rules, contest};
use crate::run::{RunError, Runner};
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
    let one = |(name, cluster): (&'static str, Scenario)| {
        Ok(Archetype { name, contest: contest(runner, &cluster, rules)? })
    };
    clusters(scenario).into_iter().map(one).collect()
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
