//! Everything that the table rests on beyond the comparison itself.

use super::archetypes::{Archetype, archetypes};
use super::axis::Axis;
use super::isolation::{Behind, Isolation, isolation};
use super::layout::{Layout, layouts};
use super::log_types::{LogTypes, log_types};
use super::resize::slice;
use super::scale::{ScaleLimit, Search, scale_limits};
use super::single_point::{SinglePoint, single_points};
use super::upgrade::{Upgraded, upgrades};
use super::warmup::settle_on_slice;
use crate::run::{RunError, Runner};
use crate::scenario::{ConfigMode, Scenario};
use crate::strategy::Strategy;
use crate::units::SimTime;

/// Results of the table's own experiments, one entry a strategy in each.
#[derive(Clone, Debug)]
pub struct TableStudy {
    /// Kinds of logs collected.
    pub log_types: Vec<LogTypes>,
    /// Effect of a loud tenant.
    pub isolation: Vec<Isolation>,
    /// Limits of the number of tenants, of nodes, and of pods a node.
    pub scale: Vec<ScaleLimit>,
    /// How the scenario has configs loaded.
    pub configs: ConfigMode,
    /// What one central collector behind the runtime's own drivers takes.
    pub single_points: Vec<SinglePoint>,
    /// What an upgrade of the collector costs in lines.
    pub upgrades: Vec<Upgraded>,
    /// What follows from how each strategy is laid out.
    pub layouts: Vec<Layout>,
    /// The article's three kinds of clusters.
    pub archetypes: Vec<Archetype>,
}

/// Runs the table's experiments, in parallel. Archetypes are clusters of their own, and collected as in the `whole` scenario, of
/// which `scenario` may be a slice with its share of what is central.
///
/// # Errors
/// A ledger does not balance.
pub fn table_study(
    runner: &Runner,
    (scenario, whole): (&Scenario, &Scenario),
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<TableStudy, RunError> {
    let ((isolation, scale), ((log_types, upgrades), archetypes)) = rayon::join(
        || {
            rayon::join(
                || isolation(runner, scenario, strategies, seed, replications, Behind::OwnAndLimited),
                || limits(runner, scenario, strategies, seed, replications),
            )
        },
        || {
            rayon::join(
                || {
                    let of_types = log_types(runner, scenario, strategies, seed, replications);
                    (of_types, upgrades(runner, scenario, strategies, seed, replications))
                },
                || archetypes(runner, whole, strategies, seed, replications),
            )
        },
    );
    Ok(TableStudy {
        log_types: log_types?,
        isolation: isolation?,
        scale: scale?,
        configs: scenario.collection.configs,
        single_points: single_points(scenario),
        upgrades: upgrades?,
        layouts: layouts(scenario, strategies),
        archetypes: archetypes?,
    })
}

/// Along which axes the table asks for limits.
const GROWTH: [Axis; 3] = [Axis::Tenants, Axis::Nodes, Axis::PodsPerNode];

/// The slice in which limits are searched.
const LIMIT_NODES: u64 = 2;
const LIMIT_TIME: SimTime = SimTime::from_secs(120);

/// The slice whose limits are searched, as the scenario stands.
pub(super) fn growing_slice(scenario: &Scenario) -> Scenario {
    slice(&calm(scenario), LIMIT_NODES, LIMIT_TIME)
}

/// The scenario without faults, which belong to its own run.
fn calm(scenario: &Scenario) -> Scenario {
    Scenario { faults: Vec::new(), ..scenario.clone() }
}

fn limits(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<ScaleLimit>, RunError> {
    let mut all = Vec::new();
    let slice = (LIMIT_NODES, LIMIT_TIME);
    let (calm, _) = settle_on_slice(runner, &calm(scenario), strategies, seed, slice)?;
    for axis in GROWTH {
        let search = Search {
            axis,
            range: axis.range(scenario),
            strategies,
            nodes: LIMIT_NODES,
            time: LIMIT_TIME,
            seed,
            replications,
        };
        all.extend(scale_limits(runner, &calm, search)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{embedded, from_yaml};
    use crate::strategy::by_name;

    /// A slice of four nodes of twenty has a fifth of the drivers' collector, which archetypes of their own would overload.
    #[test]
    fn archetypes_of_a_slice_are_collected_as_in_the_whole() {
        let whole = from_yaml("reference", embedded("reference").unwrap()).unwrap();
        let slice = slice(&whole, 4, SimTime::from_secs(12));
        let strategies = [by_name("native-driver").unwrap()];
        let runner = Runner::new();
        let study = table_study(&runner, (&slice, &whole), &strategies, 1, 1).unwrap();
        let alone = |of: &Scenario| format!("{:?}", archetypes(&runner, of, &strategies, 1, 1).unwrap());
        assert_eq!(format!("{:?}", study.archetypes), alone(&whole));
        assert_ne!(alone(&slice), alone(&whole), "a fifth of a collector is enough, and this test in vain");
    }
}
