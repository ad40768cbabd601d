//! What most experiments begin with: several strategies on one scenario, run, each with what was observed of it.

use crate::observe::Observation;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use std::sync::Arc;

/// A strategy ready to run, and one observation a replication; none where it is infeasible.
pub(super) type Observed = (Setup, Vec<Arc<Observation>>);

/// Runs a scenario under several strategies, in the order asked for.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn observed(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<Vec<Observed>, RunError> {
    let setups: Vec<Setup> = strategies.iter().map(|s| Setup::new(scenario, s)).collect();
    let observations = runner.observe(&setups.iter().collect::<Vec<_>>(), seed, replications)?;
    Ok(setups.into_iter().zip(observations).collect())
}
