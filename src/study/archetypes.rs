//! Where a strategy fits: the article's three kinds of clusters, each with its own objectives.
//!
//! The embedded scenarios proof-of-concept, single-purpose and mixed-paas are run with the agent and settings
//! under study; the cheapest feasible strategy that meets an archetype's objectives wins it.

use super::isolation::isolation;
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{self, Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;

/// The archetypes, by the names of their scenarios.
const ARCHETYPES: [&str; 3] = ["proof-of-concept", "single-purpose", "mixed-paas"];

/// One kind of cluster and how the strategies do in it.
#[derive(Clone, Debug)]
pub struct Archetype {
    /// The name of its scenario.
    pub name: &'static str,
    /// Every strategy.
    pub contenders: Vec<Contender>,
    /// The cheapest strategy that meets all objectives; `None` where none does.
    pub winner: Option<&'static str>,
}

/// A strategy in an archetype.
#[derive(Clone, Debug)]
pub struct Contender {
    /// The strategy.
    pub strategy: &'static str,
    /// Currency a month; `None` where it is infeasible.
    pub cost: Option<f64>,
    /// The objectives that its means over replications miss.
    pub missed: Vec<Objective>,
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
    let mut results = Vec::new();
    for name in ARCHETYPES {
        let yaml = scenario::embedded(name).unwrap_or_default();
        // Embedded scenarios are read by a test.
        let Ok(mut cluster) = scenario::from_yaml(name, yaml) else { continue };
        cluster.collection = scenario.collection.clone();
        cluster.collection.extra_configs = 0;
        cluster.profiles.clone_from(&scenario.profiles);
        results.push(archetype(runner, name, &cluster, strategies, seed, replications)?);
    }
    Ok(results)
}

fn archetype(
    runner: &Runner,
    name: &'static str,
    cluster: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Archetype, RunError> {
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(cluster, s)).collect();
    let observed = runner.observe(&setups.iter().collect::<Vec<_>>(), seed, replications)?;
    let neighbours = if cluster.objectives.iter().any(|o| o.metric == Metric::NeighbourFreshness) {
        isolation(runner, cluster, strategies, seed, replications)?
    } else {
        Vec::new()
    };
    let contenders: Vec<Contender> = setups
        .iter()
        .zip(&observed)
        .map(|(setup, observations)| {
            let strategy = setup.strategy.name;
            let neighbour = neighbours.iter().find(|i| i.strategy == strategy);
            let value = |metric: Metric| {
                let values = match (metric, neighbour) {
                    (Metric::NeighbourFreshness, Some(i)) => i.freshness_ratio.clone(),
                    _ => observations.iter().map(|o| o.get(metric)).collect(),
                };
                Estimate::of(&values).mean
            };
            let costs: Vec<Option<f64>> = observations.iter().map(|o| o.get(Metric::Cost)).collect();
            let missed = cluster.objectives.iter().filter(|o| !o.is_met(value(o.metric))).cloned().collect();
            Contender { strategy, cost: Estimate::of(&costs).mean, missed }
        })
        .collect();
    let winner = contenders
        .iter()
        .filter(|c| c.missed.is_empty())
        .filter_map(|c| Some((c.cost?, c.strategy)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, strategy)| strategy);
    Ok(Archetype { name, contenders, winner })
}
