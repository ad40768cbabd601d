//! What decides verdicts, as JSON with a schema.

use crate::lang::Lang;
use crate::report::json::Estimated;
use crate::report::page::Prose;
use crate::report::sourced;
use crate::sensitivity::{Bar, End, Flip, Screened, Sensitivity};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.sensitivity/v1";

/// The JSON Schema of the document.
pub fn schema() -> schemars::Schema {
    sourced::schema::<Document>()
}

/// Which inputs decide a scenario's verdicts.
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
    /// The seed.
    seed: u64,
    /// Replications at every point.
    replications: u64,
    /// Nodes of the slice that was run.
    slice_nodes: u64,
    /// Whether who wins and every objective are there as on the whole cluster.
    as_whole: bool,
    /// Who wins as the scenario stands; null for nobody.
    winner: Option<&'static str>,
    /// The answer in sentences, by language.
    answer: BTreeMap<&'static str, Vec<String>>,
    /// Inputs that surely turn a verdict by themselves.
    deciding: Vec<String>,
    /// What bars and indices are of.
    focus: Looked,
    /// Everything that was looked into, the foremost first.
    inputs: Vec<InputFound>,
    /// The foremost inputs at both of their ends.
    bars: Vec<BarFound>,
    /// Indices of the foremost few; null where none was looked for.
    indices: Option<IndicesFound>,
    /// Trajectories of the screening.
    trajectories: usize,
    /// Version of the program.
    version: &'static str,
    /// The command that remakes it.
    command: String,
}

/// What is looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Looked {
    /// The strategy.
    strategy: &'static str,
    /// An objective, the lead over a rival, or a figure.
    of: String,
    /// Where it stands: in bounds beyond the objective's, as a share of the winner's cost, or in the figure's unit.
    here: f64,
}

/// An input and what screening found of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct InputFound {
    /// Its name.
    name: String,
    /// Where its range comes from: costs, declared, assumed.
    origin: &'static str,
    /// The least that it may be.
    low: f64,
    /// What it is.
    now: f64,
    /// The most that it may be.
    high: f64,
    /// Its unit.
    unit: String,
    /// Where the range comes from, in words.
    source: String,
    /// Its largest effect as a part of the way to where that verdict turns.
    reach: f64,
    /// What that effect is on.
    acts_on: Looked,
    /// The mean of absolute elementary effects on it.
    mu_star: Estimated,
    /// The mean of elementary effects.
    mu: f64,
    /// Their standard deviation.
    sigma: Estimated,
}

/// An input at both of its ends.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct BarFound {
    /// The input.
    input: String,
    /// At its least.
    low: EndFound,
    /// At its most.
    high: EndFound,
}

/// An input at an end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EndFound {
    /// Its value.
    value: f64,
    /// The figure of the focus; null beyond the horizon.
    figure: Option<f64>,
    /// By how much that is more than as the scenario stands, paired.
    change: Estimated,
    /// What turns on the way.
    turns: Vec<Turned>,
}

/// What turns.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Turned {
    /// The strategy whose objective turns, or who wins; null where nobody does.
    strategy: Option<&'static str>,
    /// The objective; null where the winner changes.
    objective: Option<String>,
    /// How the objective stands at the end; null where the winner changes.
    verdict: Option<&'static str>,
    /// Whether it is so beyond what is chance.
    sure: bool,
    /// The value nearest to the scenario's at which it was found to be otherwise.
    at: f64,
}

/// Indices, and how often who wins.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct IndicesFound {
    /// Points that shares are of.
    samples: usize,
    /// Indices of each input; empty where the focus does not vary.
    inputs: Vec<IndexFound>,
    /// How often who wins.
    winners: Vec<ShareFound>,
    /// How often each objective is met by each strategy.
    met: Vec<MetFound>,
}

/// Indices of an input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct IndexFound {
    /// The input.
    input: String,
    /// The first-order index.
    first: Estimated,
    /// The total index.
    total: Estimated,
}

/// How often somebody wins.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ShareFound {
    /// Who; null for nobody.
    winner: Option<&'static str>,
    /// The share of points.
    share: Estimated,
}

/// How often an objective is met.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct MetFound {
    /// The strategy.
    strategy: &'static str,
    /// The objective.
    objective: String,
    /// The share of points.
    share: Estimated,
}

impl Document {
    /// The document of what was found.
    pub(super) fn of(found: &Sensitivity) -> Self {
        let p = &found.provenance;
        let texts = |lang: Lang| {
            let all = [found.answer(lang), found.turns(lang), found.measures(lang)].concat();
            all.iter().map(Prose::words).collect::<Vec<String>>()
        };
        Self {
            schema: SCHEMA,
            scenario: p.scenario.clone(),
            scenario_hash: p.scenario_hash.clone(),
            money: found.here.money.id(),
            seed: p.seed,
            replications: p.replications,
            slice_nodes: found.nodes,
            as_whole: found.otherwise.is_none(),
            winner: found.here.winner().map(|at| found.strategies[at]),
            answer: BTreeMap::from([("en", texts(Lang::En)), ("zh", texts(Lang::Zh))]),
            deciding: found.deciding().map(|bar| found.inputs[bar.input].name.clone()).collect(),
            focus: looked(found, found.focus),
            inputs: found.screened.iter().map(|one| input(found, one)).collect(),
            bars: found.bars.iter().map(|one| bar(found, one)).collect(),
            indices: indices(found),
            trajectories: found.trajectories,
            version: p.version,
            command: p.command.clone(),
        }
    }
}

fn looked(found: &Sensitivity, response: usize) -> Looked {
    let response = &found.responses[response];
    let (strategy, of) = found.names(&response.of);
    Looked { strategy, of, here: response.here }
}

fn input(found: &Sensitivity, one: &Screened) -> InputFound {
    let (input, effects) = (&found.inputs[one.input], &one.effects[one.on]);
    InputFound {
        name: input.name.clone(),
        origin: input.origin().id(),
        low: input.low,
        now: input.now,
        high: input.high,
        unit: input.unit.clone(),
        source: input.source.clone(),
        reach: one.reach,
        acts_on: looked(found, one.on),
        mu_star: Estimated::from(&effects.mean_abs),
        mu: effects.mean,
        sigma: Estimated::from(&effects.spread),
    }
}

fn bar(found: &Sensitivity, bar: &Bar) -> BarFound {
    let end = |end: &End| EndFound {
        value: end.value,
        figure: end.figure,
        change: Estimated::from(&end.change),
        turns: end.flips.iter().map(|flip| turned(found, flip)).collect(),
    };
    let [low, high] = &bar.ends;
    BarFound { input: found.inputs[bar.input].name.clone(), low: end(low), high: end(high) }
}

fn turned(found: &Sensitivity, flip: &Flip) -> Turned {
    let objective = flip.objective;
    Turned {
        strategy: objective.map(|(strategy, _)| strategy).or(flip.winner).map(|at| found.strategies[at]),
        objective: objective.map(|(_, at)| found.here.objectives[at].to_string()),
        verdict: objective.map(|_| flip.verdict.id()),
        sure: flip.sure,
        at: flip.between.1,
    }
}

fn indices(found: &Sensitivity) -> Option<IndicesFound> {
    let indices = found.indices.as_ref()?;
    let of = indices.inputs.iter().zip(&indices.of).map(|(input, index)| IndexFound {
        input: found.inputs[*input].name.clone(),
        first: Estimated::from(&index.first),
        total: Estimated::from(&index.total),
    });
    let objectives = found.here.objectives.len();
    let met = indices.met.iter().enumerate().map(|(at, share)| MetFound {
        strategy: found.strategies[at / objectives],
        objective: found.here.objectives[at % objectives].to_string(),
        share: Estimated::from(share),
    });
    let winners = indices.winners.iter().map(|one| ShareFound {
        winner: one.winner.map(|at| found.strategies[at]),
        share: Estimated::from(&one.share),
    });
    Some(IndicesFound {
        samples: indices.samples,
        inputs: of.collect(),
        winners: winners.collect(),
        met: met.collect(),
    })
}
