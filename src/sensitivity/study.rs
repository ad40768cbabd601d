//! The study: all inputs screened, the foremost taken to their ends, indices of the foremost few.

use super::ground::{Ground, SensitivityError};
use super::input::Input;
use super::morris::{self, Effects};
use super::outcome::Outcome;
use super::response::{Of, Response};
use super::sobol::{self, Index};
use super::tornado::{self, Bar};
use crate::engine::random::{named_key, subkey};
use crate::metric::Metric;
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::study::{POINT_TIME, Provenance, Verdict, provenance, settle_on_slice, slice, slice_of};
use rayon::prelude::*;

/// Inputs whose indices are looked for, at most: each takes as many points as a sample has.
const MOST_INDICES: usize = 4;
/// Trajectories of the screening at least: fewer say little of how effects spread.
const FEWEST_TRAJECTORIES: usize = 4;
/// Points of each sample for indices at least.
const FEWEST_SAMPLES: usize = 16;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Who takes part.
    pub strategies: &'a [&'static Strategy],
    /// What is to be looked into; all that the scenario has where nothing is said.
    pub inputs: Vec<Input>,
    /// The figure that is looked at, and of which strategy; the verdict that is nearest to turning where nothing is said.
    pub metric: Option<Metric>,
    /// Points of the screening, and as many again for indices.
    pub points: usize,
    /// Inputs that are taken to their ends.
    pub top: usize,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Replications at every point.
    pub replications: u64,
    /// Nodes of the slice that is run.
    pub nodes: u64,
    /// The command that remakes it.
    pub command: &'a str,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Sensitivity {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The strategies, in the order of outcomes.
    pub strategies: Vec<&'static str>,
    /// The scenario as it is.
    pub here: Outcome,
    /// Everything that was looked into.
    pub inputs: Vec<Input>,
    /// What was looked at.
    pub responses: Vec<Response>,
    /// That of them which the bars and indices are of.
    pub focus: usize,
    /// What screening found of each input, the foremost first.
    pub screened: Vec<Screened>,
    /// Trajectories of the screening.
    pub trajectories: usize,
    /// The foremost inputs at both of their ends, widest first.
    pub bars: Vec<Bar>,
    /// Indices of the foremost few; `None` where the focus does not vary.
    pub indices: Option<Indices>,
    /// Nodes of the slice that was run.
    pub nodes: u64,
    /// Who wins on the whole cluster, where that is another or an objective stands otherwise there.
    pub otherwise: Option<Option<usize>>,
}

/// What screening found of an input.
#[derive(Clone, Debug)]
pub struct Screened {
    /// The input.
    pub input: usize,
    /// Its effects on each response.
    pub effects: Vec<Effects>,
    /// Of all responses the largest effect, as a part of the way to where that response turns.
    pub reach: f64,
    /// On which response that is.
    pub on: usize,
}

/// Indices of some inputs, and how often verdicts are what over all of their ranges.
#[derive(Clone, Debug)]
pub struct Indices {
    /// The inputs.
    pub inputs: Vec<usize>,
    /// Their indices, in that order; empty where the focus does not vary over their ranges.
    pub of: Vec<Index>,
    /// Points that the shares are of.
    pub samples: usize,
    /// How often who wins; nobody is `None`.
    pub winners: Vec<Share>,
    /// How often each objective is met by each strategy, in the order of strategies, then objectives.
    pub met: Vec<Estimate>,
}

/// How often somebody wins.
#[derive(Clone, Debug)]
pub struct Share {
    /// Who; `None` where nobody meets the objectives.
    pub winner: Option<usize>,
    /// The share of points, with Wilson's interval.
    pub share: Estimate,
}

/// Looks into what decides a scenario's verdicts.
///
/// # Errors
/// No input has a range; one cannot be what its range says; there is nothing to look at; a ledger does not balance.
pub fn sensitivity(
    runner: &Runner,
    scenario: &Scenario,
    ask: &Ask<'_>,
) -> Result<Sensitivity, SensitivityError> {
    let (strategies, seed) = (ask.strategies, ask.seed);
    let place = (ask.nodes, POINT_TIME);
    let (settled, by) = settle_on_slice(&runner.anew(), scenario, strategies, seed, place)?;
    if ask.inputs.is_empty() {
        return Err(SensitivityError::NoInputs);
    }
    let Stood { ground, here, otherwise } = stood(runner, &settled, ask)?;
    let nodes = ground.scenario.nodes();
    let responses = responses(&here, ask)?;
    let key = named_key(seed, "sensitivity");
    let (screened, trajectories) = screen(&ground, &responses, ask.points, subkey(key, 0))?;
    let focus = screened.first().map_or(0, |first| first.on);
    let foremost: Vec<usize> = screened.iter().take(ask.top).map(|one| one.input).collect();
    let of = &responses[focus].of;
    let mut bars: Vec<Bar> = foremost
        .par_iter()
        .map(|input| tornado::bar(&ground, &here, *input, of))
        .collect::<Result<_, _>>()?;
    bars.sort_by(|a, b| b.width().total_cmp(&a.width()).then(a.input.cmp(&b.input)));
    let few: Vec<usize> = screened
        .iter()
        .filter(|one| one.reach > 0.0 || is_figure(of))
        .take(MOST_INDICES)
        .map(|one| one.input)
        .collect();
    let indices =
        if few.is_empty() { None } else { Some(index(&ground, of, &few, ask.points, subkey(key, 1))?) };
    let settled = (&settled, by);
    Ok(Sensitivity {
        provenance: Provenance {
            slice: Some(slice_of(scenario, nodes, POINT_TIME)),
            ..provenance(scenario, settled, strategies, seed, ask.replications, ask.command)
        },
        strategies: strategies.iter().map(|strategy| strategy.name).collect(),
        here,
        inputs: ground.inputs,
        responses,
        focus,
        screened,
        trajectories,
        bars,
        indices,
        nodes,
        otherwise,
    })
}

/// A slice to run, and what comes out there as the scenario stands.
struct Stood<'a> {
    ground: Ground<'a>,
    here: Outcome,
    /// Who wins on the whole cluster, where that is another or an objective stands otherwise there.
    otherwise: Option<Option<usize>>,
}

/// The smallest slice, doubled from the nodes asked for, on which who wins and every objective are as on the whole cluster.
/// Where none of up to half of the cluster is, the largest of them, and what is otherwise.
fn stood<'a>(runner: &'a Runner, settled: &Scenario, ask: &Ask<'a>) -> Result<Stood<'a>, SensitivityError> {
    let ground = |scenario: Scenario| {
        Ground::new(runner, scenario, ask.inputs.clone(), ask.strategies, (ask.seed, ask.replications))
    };
    let whole = ground(settled.clone())?.here()?;
    let mut nodes = ask.nodes;
    loop {
        let ground = ground(slice(settled, nodes, POINT_TIME))?;
        let here = ground.here()?;
        let same = here.winner() == whole.winner() && here.met() == whole.met();
        if same || nodes.saturating_mul(4) > settled.nodes() {
            return Ok(Stood { ground, here, otherwise: (!same).then(|| whole.winner()) });
        }
        nodes *= 2;
    }
}

fn is_figure(of: &Of) -> bool {
    matches!(of, Of::Figure { .. })
}

/// What is looked at: a figure of every strategy where one was asked for, all verdicts else.
fn responses(here: &Outcome, ask: &Ask<'_>) -> Result<Vec<Response>, SensitivityError> {
    let all = match ask.metric {
        Some(metric) => {
            let recorded = |at: &usize| here.runs[*at].values(metric).iter().any(Option::is_some);
            let of = (0..here.runs.len()).filter(recorded).map(|strategy| Of::Figure { strategy, metric });
            of.map(|of| Response { here: of.value(here), of }).collect()
        }
        None => Response::all(here),
    };
    if all.is_empty() {
        return Err(SensitivityError::NoResponse(match ask.metric {
            Some(metric) => format!("no strategy records {metric} here: it has no part in this scenario"),
            None => "there is no objective to meet, and no two strategies whose costs could be compared; name an objective \
                     with --objective, a figure with --metric, or more strategies with --strategies"
                .to_owned(),
        }));
    }
    Ok(all)
}

/// Screens all inputs; the foremost comes first.
fn screen(
    ground: &Ground<'_>,
    responses: &[Response],
    points: usize,
    key: u64,
) -> Result<(Vec<Screened>, usize), SensitivityError> {
    let inputs = ground.inputs.len();
    let count = (points / (inputs + 1)).max(FEWEST_TRAJECTORIES);
    let all = morris::trajectories(inputs, count, key);
    let points: Vec<Vec<f64>> = all.iter().flat_map(|trajectory| trajectory.points.iter().cloned()).collect();
    let chosen: Vec<usize> = (0..inputs).collect();
    let values: Vec<Vec<f64>> = ground
        .at_all(&chosen, &points, |outcome| responses.iter().map(|one| one.of.value(outcome)).collect())?;
    // Of each response the effects of all inputs.
    let by_response: Vec<Vec<Effects>> = (0..responses.len())
        .map(|response| {
            let outputs: Vec<Vec<f64>> = values
                .chunks(inputs + 1)
                .map(|points| points.iter().map(|all| all[response]).collect())
                .collect();
            morris::effects(inputs, &all, &outputs, subkey(key, response as u64))
        })
        .collect();
    let largest =
        by_response.iter().flatten().filter_map(|effects| effects.mean_abs.mean).fold(0.0, f64::max);
    let screened = (0..inputs).map(|input| {
        let effects: Vec<Effects> = by_response.iter().map(|all| all[input].clone()).collect();
        let size = |at: usize| effects[at].mean_abs.mean.unwrap_or(0.0);
        let reach = |at: usize| match responses[at].of {
            // Nothing turns on a figure: the largest effect comes first.
            Of::Figure { .. } => size(at) / largest.max(f64::MIN_POSITIVE),
            _ => responses[at].reach(size(at)),
        };
        // The first of equals.
        let on = (0..effects.len()).rev().max_by(|a, b| reach(*a).total_cmp(&reach(*b))).unwrap_or(0);
        Screened { input, reach: reach(on), on, effects }
    });
    let mut screened: Vec<Screened> = screened.collect();
    screened.sort_by(|a, b| b.reach.total_cmp(&a.reach).then(a.input.cmp(&b.input)));
    Ok((screened, count))
}

/// What is seen at a point: what is looked at, who wins, and whether each objective is met.
type Seen = (f64, Option<usize>, Vec<bool>);

/// Indices of a few inputs on what is looked at, all others where the scenario has them.
fn index(
    ground: &Ground<'_>,
    of: &Of,
    few: &[usize],
    points: usize,
    key: u64,
) -> Result<Indices, SensitivityError> {
    let samples = (points / (few.len() + 2)).max(FEWEST_SAMPLES);
    let design = sobol::points(few.len(), samples, key);
    let (strategies, objectives) = (ground.strategies.len(), ground.scenario.objectives.len());
    let found: Vec<Seen> =
        ground.at_all(few, &design, |outcome| (of.value(outcome), outcome.winner(), outcome.met()))?;
    let values: Vec<f64> = found.iter().map(|(value, ..)| *value).collect();
    // Points of the two samples alone are all over the ranges and independent of each other.
    let independent: Vec<_> = found.chunks(few.len() + 2).flat_map(|row| &row[..2]).collect();
    let share = |is: &dyn Fn(&Seen) -> bool| {
        Estimate::of_share(independent.iter().filter(|one| is(one)).count(), independent.len())
    };
    let mut winners: Vec<Share> = (0..strategies)
        .map(Some)
        .chain([None])
        .map(|winner| Share { winner, share: share(&|one| one.1 == winner) })
        .filter(|one| one.share.mean > Some(0.0))
        .collect();
    winners.sort_by(|a, b| b.share.mean.partial_cmp(&a.share.mean).unwrap_or(std::cmp::Ordering::Equal));
    Ok(Indices {
        inputs: few.to_vec(),
        of: sobol::indices(few.len(), &values, subkey(key, 1)).unwrap_or_default(),
        samples: independent.len(),
        winners,
        met: (0..strategies * objectives).map(|at| share(&|one| one.2[at])).collect(),
    })
}

impl Sensitivity {
    /// The bars by which something surely turns.
    pub fn deciding(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().filter(|bar| bar.turns())
    }

    /// How an objective stands in the scenario as it is.
    pub fn verdict(&self, strategy: usize, objective: usize) -> Verdict {
        self.here.verdict(strategy, objective)
    }

    /// The indices of an input, where they were looked for.
    pub fn index_of(&self, input: usize) -> Option<&Index> {
        let indices = self.indices.as_ref()?;
        indices.of.get(indices.inputs.iter().position(|known| *known == input)?)
    }
}
