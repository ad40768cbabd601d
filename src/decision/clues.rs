//! What would turn a cell of the article's table: the objectives that its strategy misses on the clusters that the row rests
//! on, what decides them, and the settings that would meet them.

use super::knob::KNOBS;
use super::tune::{Asked, Tuned, tune};
use crate::run::{RunError, Runner};
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// What would turn a strategy's verdict on one cluster.
#[derive(Clone, Debug)]
pub struct Clue {
    /// The cluster's name.
    pub cluster: String,
    /// The strategy on it, and what was found.
    pub tuned: Tuned,
}

/// Nodes of the slices, and replications: fewer than `tune` takes by itself, as a table has many cells.
const NODES: u64 = 2;
const REPLICATIONS: u64 = 3;

/// What decides a strategy's verdicts on these clusters and, where it is to be searched, what would turn them; those on which
/// it misses nothing are left out.
///
/// # Errors
/// A ledger does not balance.
pub fn clues(
    runner: &Runner,
    clusters: &[Scenario],
    strategy: &'static Strategy,
    seed: u64,
    replications: u64,
    search: bool,
) -> Result<Vec<Clue>, RunError> {
    let knobs: Vec<_> = KNOBS.iter().filter(|_| search).collect();
    let mut found = Vec::new();
    for cluster in clusters.iter().filter(|cluster| !cluster.objectives.is_empty()) {
        let asked = Asked {
            scenario: cluster,
            strategies: &[strategy],
            knobs: &knobs,
            seed,
            replications: if search { replications.clamp(1, REPLICATIONS) } else { replications },
            nodes: NODES,
            // Cells are graded by what figures come to on average.
            on_average: true,
            command: "",
        };
        let tuned = tune(runner, asked)?.strategies.into_iter().filter(Tuned::misses_on_average);
        found.extend(tuned.map(|tuned| Clue { cluster: cluster.name.clone(), tuned }));
    }
    Ok(found)
}
