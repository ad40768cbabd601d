//! How many tenants a cluster takes, pods and lines staying as they are, and what gives way first.
//!
//! Companion cluster: two nodes at the scenario's density, a slice of a cluster of any size. Each tenant brings
//! one collection config, which every agent that is shared loads. Searched by bisection up to the number of
//! namespaces that Kubernetes is tested with.

use super::companion::{Typical, companion};
use super::objectives::missed;
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{ConfigMode, Objective, Scenario};
use crate::strategy::Strategy;
use rayon::prelude::*;

const NODES: u64 = 2;
const SECONDS: u64 = 18;
/// Namespaces of a cluster. Source: Kubernetes scalability thresholds (sig-scalability), 10,000 namespaces.
const MOST_TENANTS: u64 = 10_000;

/// The largest number of tenants that a strategy takes.
#[derive(Clone, Debug)]
pub struct ScaleLimit {
    /// The strategy.
    pub strategy: &'static str,
    /// Configs as inputs of their own, or as routes of one shared input.
    pub configs: ConfigMode,
    /// The largest number at which nothing has given way; the number searched up to where nothing does.
    pub tenants: u64,
    /// What gives way one tenant later; `None` where nothing does.
    pub gives_way: Option<GivesWay>,
}

/// What gives way as tenants grow.
#[derive(Clone, Debug, PartialEq)]
pub enum GivesWay {
    /// The strategy cannot be run any more.
    Infeasible(String),
    /// An objective that was met with one tenant is missed.
    Objective(Objective),
}

/// Searches the limit under several strategies and both ways of loading configs.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn scale_limits(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
) -> Result<Vec<ScaleLimit>, RunError> {
    let Some(typical) = Typical::of(scenario) else { return Ok(Vec::new()) };
    let cases: Vec<(&'static Strategy, ConfigMode)> =
        strategies.iter().flat_map(|s| [(*s, ConfigMode::OwnInputs), (*s, ConfigMode::Routes)]).collect();
    cases
        .into_par_iter()
        .map(|(strategy, configs)| search(runner, scenario, &typical, strategy, configs, seed))
        .collect()
}

fn search(
    runner: &Runner,
    scenario: &Scenario,
    typical: &Typical,
    strategy: &'static Strategy,
    configs: ConfigMode,
    seed: u64,
) -> Result<ScaleLimit, RunError> {
    let gives_way = |tenants: u64, met: Option<&[Objective]>| {
        let pods = typical.tenants("slice", 1, NODES * typical.density);
        let mut slice = companion(scenario, "slice", NODES, vec![pods], SECONDS);
        slice.collection.configs = configs;
        slice.collection.extra_configs = (tenants - 1) as u32;
        let setup = Setup::new(&slice, strategy);
        if let Some(reason) = setup.infeasible() {
            return Ok((Some(GivesWay::Infeasible(reason.to_owned())), Vec::new()));
        }
        let observed = runner.observe(&[&setup], seed, 1)?;
        let all: &[Objective] = met.unwrap_or(&scenario.objectives);
        let objectives: Vec<Objective> =
            all.iter().filter(|o| o.metric != Metric::NeighbourFreshness).cloned().collect();
        let missed: Vec<Objective> = missed(&objectives, &observed[0][0]).into_iter().cloned().collect();
        let kept = objectives.into_iter().filter(|o| !missed.contains(o)).collect();
        Ok((missed.into_iter().next().map(GivesWay::Objective), kept))
    };
    // What is missed with a single tenant already is no question of scale.
    let (reason, met) = gives_way(1, None)?;
    if let Some(GivesWay::Infeasible(_)) = reason {
        return Ok(ScaleLimit { strategy: strategy.name, configs, tenants: 0, gives_way: reason });
    }
    let reason_at = |tenants| gives_way(tenants, Some(&met)).map(|(reason, _)| reason);
    let mut result = ScaleLimit { strategy: strategy.name, configs, tenants: MOST_TENANTS, gives_way: None };
    result.gives_way = reason_at(MOST_TENANTS)?;
    if result.gives_way.is_none() {
        return Ok(result);
    }
    let (mut low, mut high) = (1, MOST_TENANTS);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match reason_at(middle)? {
            Some(reason) => {
                high = middle;
                result.gives_way = Some(reason);
            }
            None => low = middle,
        }
    }
    result.tenants = low;
    Ok(result)
}
