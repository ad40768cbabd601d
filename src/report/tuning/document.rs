//! What tuning found, as JSON with a schema.

use super::{stage_id, typed};
use crate::decision::{Tried, Tuned, Tuning};
use crate::lang::Lang;
use crate::report::decided;
use crate::report::sourced;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.tune/v1";

/// The JSON Schema of the document.
pub fn schema() -> schemars::Schema {
    sourced::schema::<Document>()
}

/// Settings that would meet what is missed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Document {
    /// The version of this document's shape.
    schema: &'static str,
    /// The scenario's name.
    scenario: String,
    /// Hash of the scenario with all defaults filled in.
    scenario_hash: String,
    /// The metric that costs are, currency a month.
    money: &'static str,
    /// The seed of everything but the last trials.
    seed: u64,
    /// The seed of the last trials.
    fresh_seed: u64,
    /// Replications of what is tried in full.
    replications: u64,
    /// Every strategy.
    strategies: Vec<StrategyTuned>,
    /// Version of the program.
    version: &'static str,
    /// The command that remakes it.
    command: String,
}

/// A strategy, as it stands and as it could be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct StrategyTuned {
    /// The strategy.
    strategy: &'static str,
    /// Why it cannot be run here; null where it can.
    infeasible: Option<String>,
    /// What it costs as the scenario stands, currency a month.
    cost: Option<f64>,
    /// Every objective as the scenario stands.
    objectives: Vec<ObjectiveFound>,
    /// Nodes on which candidates were tried.
    slice_nodes: u64,
    /// Objectives that nothing tried meets, set aside so that the others can be met.
    aside: Vec<String>,
    /// The cheapest change that meets all others, on fresh seeds too; null where there is none, or nothing is missed.
    answer: Option<CandidateTried>,
    /// Where nothing meets everything: what comes nearest.
    nearest: Option<CandidateTried>,
    /// Everything that was tried, in the order of trying.
    tried: Vec<CandidateTried>,
    /// Changes that changed nothing, or could not be.
    idle: usize,
}

/// An objective and its figure.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ObjectiveFound {
    /// The objective.
    objective: String,
    /// `met`, `missed` or `undecided`.
    verdict: &'static str,
    /// The figure, in its unit; null beyond the horizon.
    value: Option<f64>,
    /// Lower end of its 95 % interval.
    lo: Option<f64>,
    /// Upper end of its 95 % interval.
    hi: Option<f64>,
    /// The unit.
    unit: &'static str,
    /// What decides it, in English; left out where it is met.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
}

/// A candidate that was tried.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct CandidateTried {
    /// The fields set, as `--set` takes them.
    set: Vec<String>,
    /// How far it came: `dropped`, `left`, `tried_in_full`, `refuted` or `confirmed`.
    stage: &'static str,
    /// Replications of the figures.
    replications: u64,
    /// Currency a month beyond what the scenario costs as it stands.
    extra_cost: f64,
    /// The figure of each objective; null beyond the horizon.
    figures: BTreeMap<String, Option<f64>>,
}

impl Document {
    pub(super) fn of(tuning: &Tuning) -> Self {
        let p = &tuning.provenance;
        Self {
            schema: SCHEMA,
            scenario: p.scenario.clone(),
            scenario_hash: p.scenario_hash.clone(),
            money: tuning.money.id(),
            seed: p.seed,
            fresh_seed: tuning.fresh_seed,
            replications: p.replications,
            strategies: tuning.strategies.iter().map(strategy).collect(),
            version: p.version,
            command: p.command.clone(),
        }
    }
}

fn strategy(tuned: &Tuned) -> StrategyTuned {
    let objectives = tuned.objectives.iter().map(|(objective, figure, verdict)| {
        let decided = tuned.decides.iter().find(|(of, _)| of == objective);
        ObjectiveFound {
            objective: objective.to_string(),
            verdict: verdict.id(),
            value: figure.mean,
            lo: figure.lo,
            hi: figure.hi,
            unit: objective.metric.unit(),
            decided_by: decided.map(|(_, all)| decided::phrase(all, Lang::En)),
        }
    });
    let outcome = tuned.outcome.as_ref();
    let one = |tried: &Tried| candidate(tuned, tried);
    StrategyTuned {
        strategy: tuned.strategy,
        infeasible: tuned.infeasible.clone(),
        cost: tuned.cost,
        objectives: objectives.collect(),
        slice_nodes: tuned.nodes,
        aside: tuned.aside.iter().map(ToString::to_string).collect(),
        answer: outcome.and_then(|o| o.found()).map(one),
        nearest: outcome.and_then(|o| o.closest()).map(one),
        tried: outcome.iter().flat_map(|o| &o.tried).map(one).collect(),
        idle: outcome.map_or(0, |o| o.idle),
    }
}

fn candidate(tuned: &Tuned, tried: &Tried) -> CandidateTried {
    let trial = tried.last.as_ref().unwrap_or(&tried.trial);
    let named = |(at, figure): (usize, &Option<f64>)| (tuned.objectives[at].0.to_string(), *figure);
    CandidateTried {
        set: tuned.turns_of(&tried.candidate).iter().map(|turn| typed(&[turn])).collect(),
        stage: stage_id(tried.stage),
        replications: trial.replications,
        extra_cost: trial.extra_cost,
        figures: trial.figures.iter().enumerate().map(named).collect(),
    }
}
