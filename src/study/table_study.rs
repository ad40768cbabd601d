//! Everything that the table rests on beyond the comparison itself.

use super::archetypes::{Archetype, archetypes};
use super::isolation::{Isolation, isolation};
use super::log_types::{LogTypes, log_types};
use super::scale::{ScaleLimit, scale_limits};
use crate::run::{RunError, Runner};
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// Results of the table's own experiments, one entry a strategy in each.
#[derive(Clone, Debug)]
pub struct TableStudy {
    /// Kinds of logs collected.
    pub log_types: Vec<LogTypes>,
    /// Effect of a loud tenant.
    pub isolation: Vec<Isolation>,
    /// Limits of the number of tenants.
    pub scale: Vec<ScaleLimit>,
    /// The article's three kinds of clusters.
    pub archetypes: Vec<Archetype>,
}

/// Runs the table's experiments, in parallel.
///
/// # Errors
/// A ledger does not balance.
pub fn table_study(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
) -> Result<TableStudy, RunError> {
    let ((isolation, scale), (log_types, archetypes)) = rayon::join(
        || {
            rayon::join(
                || isolation(runner, scenario, strategies, seed, replications),
                || scale_limits(runner, scenario, strategies, seed),
            )
        },
        || {
            rayon::join(
                || log_types(runner, scenario, strategies, seed, replications),
                || archetypes(runner, scenario, strategies, seed, replications),
            )
        },
    );
    Ok(TableStudy { log_types: log_types?, isolation: isolation?, scale: scale?, archetypes: archetypes? })
}
