//! For every strategy: what it misses, what decides that, and the cheapest change of settings that meets everything.

use super::cause::{Decides, decides};
use super::judged::{Run, run_alone};
use super::knob::Knob;
use super::search::{Outcome, Pace, Step, search};
use super::site::{Site, Sites};
use super::turn::{Turn, turns};
use crate::metric::Metric;
use crate::run::{RunError, Runner, Setup};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::study::{self, Provenance, Verdict, slice};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The strategies to tune.
    pub strategies: &'a [&'static Strategy],
    /// The knobs that may be turned; without any nothing is searched, and what decides is said all the same.
    pub knobs: &'a [&'static Knob],
    /// The seed of everything but the last trials, which have the next one.
    pub seed: u64,
    /// Replications of what is tried in full.
    pub replications: u64,
    /// Nodes of the slice on which candidates are tried.
    pub nodes: u64,
    /// Whether what is missed on average is searched too where its interval leaves it open.
    pub on_average: bool,
    /// What a reader types to remake the result.
    pub command: &'a str,
}

/// What was found, a strategy each.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Where it comes from.
    pub provenance: Provenance,
    /// What costs are counted by.
    pub money: Metric,
    /// The seed of the last trials.
    pub fresh_seed: u64,
    /// Every strategy.
    pub strategies: Vec<Tuned>,
}

/// A strategy, as it stands and as it could be.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The strategy.
    pub strategy: &'static str,
    /// Why it cannot be run here; `None` where it can.
    pub infeasible: Option<String>,
    /// Every objective as the scenario stands: its figure, and whether it is met.
    pub objectives: Vec<(Objective, Estimate, Verdict)>,
    /// What decides each objective that is not met, in their order.
    pub decides: Vec<(Objective, Vec<Decides>)>,
    /// What it costs as the scenario stands, currency a month.
    pub cost: Option<f64>,
    /// Objectives that nothing tried meets, set aside so that the others can be met.
    pub aside: Vec<Objective>,
    /// Nodes on which candidates were tried; those of the whole cluster where no slice shows the same.
    pub nodes: u64,
    /// The changes that were tried.
    pub turns: Vec<Turn>,
    /// What the search found; `None` where nothing was to be searched.
    pub outcome: Option<Outcome>,
}

impl Tuned {
    /// Whether every objective is met as the scenario stands.
    pub fn is_met(&self) -> bool {
        self.infeasible.is_none() && self.objectives.iter().all(|(.., verdict)| *verdict == Verdict::Met)
    }

    /// Whether an objective is surely missed.
    pub fn misses(&self) -> bool {
        self.objectives.iter().any(|(.., verdict)| *verdict == Verdict::Missed)
    }

    /// The changes as the search saw them.
    pub fn steps(&self) -> Vec<Step> {
        Sites::steps_of(&self.turns)
    }

    /// Whether an objective is missed by what it comes to on average, be that certain or not.
    pub fn misses_on_average(&self) -> bool {
        self.objectives
            .iter()
            .any(|(objective, figure, verdict)| misses_on_average(objective, figure, *verdict))
    }

    /// The turns of a candidate.
    pub fn turns_of(&self, candidate: &[usize]) -> Vec<&Turn> {
        candidate.iter().filter_map(|at| self.turns.get(*at)).collect()
    }
}

/// Replications in which every candidate is tried: two, so that none is dropped for one unlucky run.
const FIRST: u64 = 2;
/// Fields changed at once, at most.
const MOST_CHANGES: usize = 3;
/// Candidates of two fields, and of three, at most.
const MOST_CANDIDATES: usize = 60;

/// Tunes every strategy asked for.
///
/// # Errors
/// A ledger does not balance.
pub fn tune(runner: &Runner, asked: Asked<'_>) -> Result<Tuning, RunError> {
    let Asked { scenario, strategies, seed, replications, command, .. } = asked;
    let (settled, warmup_by) = study::settle_warmup(runner, scenario, strategies, seed)?;
    let fresh_seed = seed.wrapping_add(1);
    let tuned = strategies.iter().map(|strategy| tune_one(runner, &settled, asked, strategy, fresh_seed));
    let strategies_tuned = tuned.collect::<Result<Vec<_>, _>>()?;
    let settled = (&settled, warmup_by);
    Ok(Tuning {
        provenance: study::provenance(scenario, settled, strategies, seed, replications, command),
        money: scenario.rank_by.metric(),
        fresh_seed,
        strategies: strategies_tuned,
    })
}

fn tune_one(
    runner: &Runner,
    scenario: &Scenario,
    asked: Asked<'_>,
    strategy: &'static Strategy,
    fresh_seed: u64,
) -> Result<Tuned, RunError> {
    let Asked { knobs, seed, replications, .. } = asked;
    let money = scenario.rank_by.metric();
    let whole = Site::new(runner, scenario.clone(), strategy, seed, replications)?;
    let mut tuned = as_it_stands(&whole.base, scenario, strategy, money);
    let misses = if asked.on_average { tuned.misses_on_average() } else { tuned.misses() };
    if !misses || tuned.infeasible.is_some() || knobs.is_empty() {
        return Ok(tuned);
    }
    let smaller = small_site(runner, &whole, asked, strategy)?;
    let slice = smaller.as_ref().unwrap_or(&whole);
    tuned.nodes = slice.scenario.nodes();
    let blueprint = Setup::new(&slice.scenario, strategy).blueprint;
    tuned.turns = turns(&slice.scenario, strategy, &blueprint, knobs);
    let mut bench = Sites {
        runner,
        strategy,
        steps: tuned.steps(),
        turns: tuned.turns.clone(),
        counts: vec![true; scenario.objectives.len()],
        money,
        slice,
        scale: scenario.nodes() as f64 / slice.scenario.nodes().max(1) as f64,
        whole: &whole,
        // On the last trials' own random numbers, so that the difference is a paired one.
        fresh_cost: run_alone(runner, &whole.scenario, strategy, fresh_seed, replications)?.cost(money),
        seed,
        fresh_seed,
    };
    let outcome = search_all(&mut bench, replications, asked.on_average)?;
    let set_aside = scenario.objectives.iter().zip(&bench.counts).filter(|(_, counts)| !**counts);
    tuned.aside = set_aside.map(|(objective, _)| objective.clone()).collect();
    tuned.outcome = Some(outcome);
    Ok(tuned)
}

/// Searches for a change that meets everything; where there is none, for one that meets as much as any candidate did, and
/// sets the rest aside. What was run before is remembered.
fn search_all(bench: &mut Sites<'_>, replications: u64, on_average: bool) -> Result<Outcome, RunError> {
    let objectives = &bench.whole.scenario.objectives;
    let pace = |most_changes| Pace {
        first: FIRST.min(replications),
        full: replications,
        most_changes,
        most_candidates: MOST_CANDIDATES,
    };
    let stands = |bench: &Sites<'_>| bench.slice.base.trial(objectives, &bench.counts, 0.0);
    let missed = |bench: &Sites<'_>| -> Vec<usize> {
        let misses = |objective: &Objective| {
            let verdict = bench.whole.base.verdict(objective);
            match on_average {
                true => misses_on_average(objective, &bench.whole.base.figure(objective.metric), verdict),
                false => verdict == Verdict::Missed,
            }
        };
        (0..objectives.len()).filter(|at| bench.counts[*at] && misses(&objectives[*at])).collect()
    };
    // What no single change brings nearer no two of them will meet.
    let singles = search(bench, &stands(bench), pace(1))?;
    let base = stands(bench);
    let (helped, others): (Vec<usize>, Vec<usize>) =
        missed(bench).into_iter().partition(|at| singles.helps(*at, &base));
    if helped.is_empty() {
        return Ok(singles);
    }
    others.into_iter().for_each(|at| bench.counts[at] = false);
    loop {
        let outcome = search(bench, &stands(bench), pace(MOST_CHANGES))?;
        // Where nothing meets everything, as much is searched for as the best candidate met, all else set aside.
        let most = outcome.most_met();
        let stands = stands(bench);
        let before = (0..objectives.len()).filter(|at| bench.counts[*at] && stands.meets(*at)).count();
        let counted = bench.counts.iter().filter(|counts| **counts).count();
        if outcome.answer.is_some() || most.len() <= before || most.len() == counted {
            return Ok(outcome);
        }
        bench.counts.iter_mut().enumerate().for_each(|(at, counts)| *counts &= most.contains(&at));
    }
}

/// Whether an objective is surely missed, or open and missed on average.
fn misses_on_average(objective: &Objective, figure: &Estimate, verdict: Verdict) -> bool {
    verdict == Verdict::Missed || verdict == Verdict::Undecided && !objective.is_met(figure.mean)
}

fn as_it_stands(base: &Run, scenario: &Scenario, strategy: &Strategy, money: Metric) -> Tuned {
    let objectives: Vec<(Objective, Estimate, Verdict)> = scenario
        .objectives
        .iter()
        .map(|objective| (objective.clone(), base.figure(objective.metric), base.verdict(objective)))
        .collect();
    let open = objectives.iter().filter(|(.., verdict)| *verdict != Verdict::Met);
    let decided = open.map(|(objective, ..)| (objective.clone(), decides(&base.result, objective.metric)));
    Tuned {
        strategy: strategy.name,
        infeasible: base.result.infeasible.clone(),
        decides: if base.result.infeasible.is_some() { Vec::new() } else { decided.collect() },
        objectives,
        cost: Some(base.cost(money)).filter(|cost| cost.is_finite()),
        aside: Vec::new(),
        nodes: scenario.nodes(),
        turns: Vec::new(),
        outcome: None,
    }
}

/// The smallest slice, doubled from the nodes asked for, on which every objective stands as on the whole cluster; `None`
/// where only the whole will do.
fn small_site(
    runner: &Runner,
    whole: &Site,
    asked: Asked<'_>,
    strategy: &'static Strategy,
) -> Result<Option<Site>, RunError> {
    let scenario = &whole.scenario;
    let mut nodes = asked.nodes;
    // A slice of more than half of the cluster saves too little.
    while nodes.saturating_mul(2) <= scenario.nodes() {
        let small = slice(scenario, nodes, scenario.duration);
        let site = Site::new(runner, small, strategy, asked.seed, asked.replications)?;
        let same = scenario.objectives.iter().all(|objective| {
            let met = |run: &Run| run.delivers() && objective.is_met(run.figure(objective.metric).mean);
            met(&site.base) == met(&whole.base)
        });
        if same {
            return Ok(Some(site));
        }
        nodes *= 2;
    }
    Ok(None)
}
