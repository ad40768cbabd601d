//! Everything that is found out about a scenario, and the table made of it: shared by verbs.

use super::BadInput;
use super::ahead::{self, Ahead};
use crate::lang::Text;
use crate::profile;
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::study::{self, Comparison, Replications};
use crate::table::{self, Reference, Rubric, Table, Variant};
use crate::units::SimTime;
use std::path::PathBuf;

/// Replications where nothing is said.
pub(super) const DEFAULT_REPS: u64 = 5;

/// Thresholds and the article's cells: what figures are put against.
#[derive(Debug)]
pub(super) struct Yardstick {
    pub rubric: Rubric,
    pub reference: Reference,
}

impl Yardstick {
    /// The rubric of a file, or the embedded one.
    pub(super) fn of(rubric: Option<&PathBuf>) -> anyhow::Result<Self> {
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
    pub replications: Replications,
}

/// The article's own agent, and the one whose costs were measured for this project: agreement is shown for both.
const AGENTS: [&str; 2] = ["fluent-bit", "logtail"];

/// Nodes and simulated time of the slice on which another agent is tried.
const OTHER_NODES: u64 = 4;
const OTHER_TIME: SimTime = SimTime::from_secs(120);

/// Runs of slices that the table's own experiments come to, a replication and strategy: three searches of some fifteen points,
/// on two nodes.
const SLICES: f64 = 45.0;
const SLICE_NODES: u64 = 2;

impl Request<'_> {
    /// All that is run for the table, with so many other agents beside.
    pub(super) fn ahead(&self, others: usize) -> Ahead {
        let (runs, others) = (ahead::most(self.replications), others as f64);
        Ahead::of(self.scenario, self.strategies, runs)
            .and_slices(self.scenario, self.strategies, SLICE_NODES, SLICES * runs)
            .and_slices(self.scenario, self.strategies, OTHER_NODES, others * (1.0 + SLICES / 2.0) * runs)
    }
}

/// Which other agents the table is to be set beside: those asked for, or those that the article is about.
///
/// # Errors
/// One of those asked for is no agent.
pub(super) fn other_agents(scenario: &Scenario, asked: Option<&[String]>) -> anyhow::Result<Vec<Other>> {
    let known: Vec<&str> = profile::names().collect();
    let own: Vec<&str> = scenario.profiles.iter().map(|p| p.name.as_str()).collect();
    let exists = |name: &str| known.contains(&name) || own.contains(&name);
    let names: Vec<&str> = match asked {
        Some(asked) => asked.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect(),
        None => AGENTS.to_vec(),
    };
    let mut others: Vec<Other> = Vec::new();
    for name in names {
        if name == scenario.collection.agent.value || others.iter().any(|o| o.name == name) {
            continue;
        }
        if asked.is_some() && !exists(name) {
            let all = [known, own].concat().join(", ");
            return Err(BadInput::of(format!("there is no agent {name:?}; there are {all}")));
        }
        others.push(Other { name: name.to_owned(), exists: exists(name) });
    }
    Ok(others)
}

/// Another agent to try.
#[derive(Debug)]
pub(super) struct Other {
    pub name: String,
    pub exists: bool,
}

/// Runs the first `replications` of a comparison again with agents at both ends of their costs; of those of which there are
/// several one, where none is asked for.
pub(super) fn put_in_band(
    comparison: &mut Comparison,
    replications: Option<u64>,
    runner: &Runner,
    request: Request<'_>,
) -> anyhow::Result<()> {
    let all = comparison.provenance.replications;
    let again = replications.unwrap_or(u64::from(all > 1)).min(all);
    if again > 0 {
        let Request { scenario, strategies, seed, .. } = request;
        comparison.band = Some(study::band(runner, scenario, strategies, seed, again)?);
    }
    Ok(())
}

/// Sets the table beside the one that each other agent gives on a slice of the scenario. Those without a profile are
/// named with nothing compared.
pub(super) fn set_beside(
    table: &mut Table,
    others: &[Other],
    runner: &Runner,
    request: Request<'_>,
    yardstick: &Yardstick,
) -> anyhow::Result<()> {
    for other in others {
        let name = &other.name;
        if !other.exists {
            table.variants.push(Variant {
                what: Text::new(
                    format!("the agent {name} (no profile of it)"),
                    format!("采集器 {name}（无画像）"),
                ),
                agrees: 0,
                compared: 0,
                turned: Vec::new(),
            });
            continue;
        }
        let mut whole = request.scenario.clone();
        whole.collection.agent.value.clone_from(name);
        (whole.collection.daemonset.agent, whole.collection.sidecar.agent) = (None, None);
        let slice = study::slice(&whole, OTHER_NODES, OTHER_TIME);
        let request = Request { scenario: &slice, ..request };
        let (comparison, beside) = study_of(runner, request, &whole, yardstick, "")?;
        let nodes = comparison.provenance.nodes;
        let what = Text::new(
            format!("the agent {name}, on a slice of {nodes} nodes"),
            format!("采集器 {name}（{nodes} 节点切片）"),
        );
        table.set_beside(what, &beside);
    }
    Ok(())
}

/// Runs the comparison and the table's own experiments.
pub(super) fn study(
    runner: &Runner,
    request: Request<'_>,
    yardstick: &Yardstick,
    command: &str,
) -> anyhow::Result<(Comparison, Table)> {
    study_of(runner, request, request.scenario, yardstick, command)
}

/// The same of what may be a slice of a `whole` scenario.
fn study_of(
    runner: &Runner,
    request: Request<'_>,
    whole: &Scenario,
    yardstick: &Yardstick,
    command: &str,
) -> anyhow::Result<(Comparison, Table)> {
    let Request { scenario, strategies, seed, replications } = request;
    let compare = || study::compare(runner, scenario, strategies, seed, replications, command);
    let others = |n| study::table_study(runner, (scenario, whole), strategies, seed, n);
    let (mut comparison, study) = match replications {
        Replications::Fixed(n) => {
            let (comparison, study) = rayon::join(compare, || others(n));
            (comparison?, study?)
        }
        // The other rows rest on as many replications, which are not known before.
        Replications::Auto { .. } => {
            let comparison = compare()?;
            let n = comparison.provenance.replications;
            (comparison, others(n)?)
        }
    };
    comparison.judge_neighbours(&study);
    let table = table::build(&comparison, &study, &yardstick.rubric, &yardstick.reference);
    Ok((comparison, table))
}
