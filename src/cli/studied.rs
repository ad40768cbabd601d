//! Everything that is found out about a scenario, and the table made of it: shared by verbs.

use super::{BadInput, quoted};
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::study::{self, Comparison};
use crate::table::{self, Reference, Rubric, Table};
use std::path::{Path, PathBuf};

/// The columns of the article's table.
pub(super) const COLUMNS: [&str; 3] = ["native", "daemonset", "sidecar"];

/// Thresholds and the article's cells: what figures are put against.
#[derive(Debug)]
pub(super) struct Yardstick {
    pub rubric: Rubric,
    pub reference: Reference,
}

impl Yardstick {
    /// The rubric of a file, or the embedded one.
    pub fn of(rubric: Option<&PathBuf>) -> anyhow::Result<Self> {
        let reference = Reference::embedded()?;
        let Some(path) = rubric else { return Ok(Self { rubric: Rubric::embedded()?, reference }) };
        let name = path.display().to_string();
        let yaml =
            std::fs::read_to_string(path).map_err(|e| BadInput::of(format!("{name} cannot be read: {e}")))?;
        Ok(Self { rubric: Rubric::from_yaml(&name, &yaml).map_err(BadInput::of)?, reference })
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub scenario: &'a Scenario,
    pub strategies: &'a [&'static Strategy],
    pub seed: u64,
    pub replications: u64,
}

/// Runs the comparison and the table's own experiments.
pub(super) fn study(
    runner: &Runner,
    request: Request<'_>,
    yardstick: &Yardstick,
    command: &str,
) -> anyhow::Result<(Comparison, Table)> {
    let Request { scenario, strategies, seed, replications } = request;
    let (comparison, study) = rayon::join(
        || study::compare(runner, scenario, strategies, seed, replications, command),
        || study::table_study(runner, scenario, strategies, seed, replications),
    );
    let (mut comparison, study) = (comparison?, study?);
    comparison.judge_neighbours(&study);
    let table = table::build(&comparison, &study, &yardstick.rubric, &yardstick.reference);
    Ok((comparison, table))
}

/// The end of a command that remakes a result: what all studies are run with.
pub(super) fn remake(
    scenario: &Scenario,
    given: Option<&PathBuf>,
    rubric: Option<&Path>,
    replications: u64,
    seed: u64,
) -> (String, String) {
    let name = given.map(|p| quoted(&p.display().to_string())).unwrap_or_else(|| scenario.name.clone());
    let rubric = rubric.map(|p| format!(" --rubric {}", quoted(&p.display().to_string())));
    (name, format!("--reps {replications} --seed {seed}{}", rubric.unwrap_or_default()))
}
