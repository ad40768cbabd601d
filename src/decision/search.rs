//! The search: candidates of one change, then of two, then of three, racing on common random numbers.
//!
//! Every candidate is first tried in a few replications, the same for all. Whoever misses an objective in each of them is
//! out. Of the others, in the order of cost, number of changes and mildness, one after the other is tried in full, until one
//! meets everything; that one is tried once more on random numbers of its own, and the answer is the first that meets
//! everything there too. Changes of two fields are made of those that helped by themselves: for every part of what is
//! missing (each objective, each cause of loss) the fields that reduced it most, at their best and at their mildest value
//! that does nearly as well. Of three, of the best pairs.
//!
//! What a candidate is, and what trying it means, is the [`Bench`]'s.

mod candidates;

use super::trial::Trial;
use candidates::{longer, pairs};
use rayon::prelude::*;

/// Where candidates are tried. A candidate is a list of changes by their numbers, ascending.
pub trait Bench: Sync {
    /// What can go wrong.
    type Error: Send;

    /// The changes there are.
    fn steps(&self) -> &[Step];

    /// Tries a candidate; `None` where it cannot be, or changes nothing.
    ///
    /// # Errors
    /// A run fails: a defect.
    fn attempt(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, Self::Error>;

    /// Tries a candidate on random numbers of its own, and as it is to be in the end.
    ///
    /// # Errors
    /// A run fails: a defect.
    fn confirm(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, Self::Error>;
}

/// A change as the search sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The field: two changes of one field exclude each other.
    pub field: String,
    /// How strong a change it is; of equals the mildest is taken.
    pub strength: usize,
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Replications in which everything is tried.
    pub first: u64,
    /// Replications of what is left, and of the last trial.
    pub full: u64,
    /// Changes at most.
    pub most_changes: usize,
    /// Candidates at most of those of two changes, and of those of three.
    pub most_candidates: usize,
}

/// Last trials at most for each number of changes.
const CONFIRMED: usize = 4;
/// How far a candidate came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It missed an objective in each of the first replications.
    Dropped,
    /// It was not tried further: something that costs no more had been found.
    Left,
    /// It was tried in full and does not surely meet everything.
    Full,
    /// It met everything, and did not on random numbers of its own.
    Refuted,
    /// It met everything there too.
    Confirmed,
}

/// A candidate that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its changes, by their numbers.
    pub candidate: Vec<usize>,
    /// How far it came.
    pub stage: Stage,
    /// What was found, in as many replications as it came to.
    pub trial: Trial,
    /// What was found on random numbers of its own.
    pub last: Option<Trial>,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Everything that was tried, in the order of trying.
    pub tried: Vec<Tried>,
    /// The answer, as a place in it.
    pub answer: Option<usize>,
    /// Where there is no answer: the candidate that comes nearest.
    pub nearest: Option<usize>,
    /// Candidates that could not be, or that changed nothing.
    pub idle: usize,
}

impl Outcome {
    /// The answer.
    pub fn found(&self) -> Option<&Tried> {
        self.answer.map(|at| &self.tried[at])
    }

    /// What comes nearest where there is no answer.
    pub fn closest(&self) -> Option<&Tried> {
        self.nearest.map(|at| &self.tried[at])
    }

    /// Of the objectives that count, those that a candidate meets in all replications that it was tried in: of the candidate
    /// that meets most of them, and of equals comes nearest to the rest.
    pub fn most_met(&self) -> Vec<usize> {
        let met = |tried: &Tried| -> Vec<usize> {
            (0..tried.trial.counts.len())
                .filter(|at| tried.trial.counts[*at] && tried.trial.meets(*at))
                .collect()
        };
        let best = self.tried.iter().min_by(|a, b| {
            let order = met(b).len().cmp(&met(a).len());
            order.then(a.trial.distance().total_cmp(&b.trial.distance()))
        });
        best.map(met).unwrap_or_default()
    }

    /// Whether anything that was tried brought an objective nearer than it stands in `base`.
    pub fn helps(&self, objective: usize, base: &Trial) -> bool {
        let before = base.missing(objective);
        self.tried.iter().any(|tried| tried.trial.missing(objective) < before * (1.0 - 1e-9))
    }

    /// The cheapest candidate that met one objective in all replications that it was tried in, whatever the others.
    pub fn meeting(&self, objective: usize, steps: &[Step]) -> Option<&Tried> {
        let met = self.tried.iter().filter(|tried| tried.trial.meets(objective));
        met.min_by(|a, b| rank(a, steps).partial_cmp(&rank(b, steps)).unwrap_or(std::cmp::Ordering::Equal))
    }
}

/// Cost in cents, number of changes, strength: in this order candidates are preferred.
fn rank(tried: &Tried, steps: &[Step]) -> (f64, usize, usize) {
    let cents = (tried.trial.extra_cost * 100.0).round();
    let strength = tried.candidate.iter().map(|at| steps[*at].strength).sum();
    (cents, tried.candidate.len(), strength)
}

/// Searches for the cheapest change that meets everything. `base` is what there is without any.
///
/// # Errors
/// A run fails: a defect.
pub fn search<B: Bench>(bench: &B, base: &Trial, pace: Pace) -> Result<Outcome, B::Error> {
    let mut outcome = Outcome::default();
    let singles: Vec<Vec<usize>> = (0..bench.steps().len()).map(|at| vec![at]).collect();
    race(bench, singles, pace, &mut outcome)?;
    for changes in 2..=pace.most_changes {
        let costs = outcome.found().map(|found| found.trial.extra_cost);
        // What is free cannot be undercut; and three changes are made only where one or two do not do.
        if costs.is_some_and(|cost| cost <= 0.005 || changes > 2) {
            break;
        }
        let candidates = match changes {
            2 => pairs(bench.steps(), base, &outcome, pace.most_candidates),
            _ => longer(bench.steps(), base, &outcome, changes, pace.most_candidates),
        };
        race(bench, candidates, pace, &mut outcome)?;
    }
    soften(bench, pace, &mut outcome)?;
    if outcome.answer.is_none() {
        let nearest = (0..outcome.tried.len()).min_by(|a, b| {
            let distance = |at: &usize| outcome.tried[*at].trial.distance();
            let (a, b) = (
                (distance(a), rank(&outcome.tried[*a], bench.steps())),
                (distance(b), rank(&outcome.tried[*b], bench.steps())),
            );
            a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal)
        });
        outcome.nearest = nearest.filter(|at| outcome.tried[*at].trial.distance() < base.distance());
    }
    Ok(outcome)
}

/// Tries candidates, first all in a few replications, then those that are left in full; notes the answer where one is
/// cheaper than what was found before.
fn race<B: Bench>(
    bench: &B,
    candidates: Vec<Vec<usize>>,
    pace: Pace,
    outcome: &mut Outcome,
) -> Result<(), B::Error> {
    let first = candidates.par_iter().map(|candidate| bench.attempt(candidate, pace.first));
    let first: Vec<Option<Trial>> = first.collect::<Result<_, _>>()?;
    let begun = outcome.tried.len();
    for (candidate, trial) in candidates.into_iter().zip(first) {
        let Some(trial) = trial else {
            outcome.idle += 1;
            continue;
        };
        let stage = if trial.misses_throughout() { Stage::Dropped } else { Stage::Left };
        outcome.tried.push(Tried { candidate, stage, trial, last: None });
    }
    let mut left: Vec<usize> =
        (begun..outcome.tried.len()).filter(|at| outcome.tried[*at].stage == Stage::Left).collect();
    let order = |at: &usize| rank(&outcome.tried[*at], bench.steps());
    left.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    let mut confirmed = 0;
    for at in left {
        let dearer = outcome
            .found()
            .is_some_and(|found| outcome.tried[at].trial.extra_cost >= found.trial.extra_cost - 0.005);
        if dearer || confirmed >= CONFIRMED {
            break;
        }
        let holds = in_full(bench, at, pace, outcome)?;
        confirmed += usize::from(outcome.tried[at].last.is_some());
        if holds {
            outcome.answer = Some(at);
            break;
        }
    }
    Ok(())
}

/// Tries a candidate in full and, where it meets everything, on random numbers of its own; whether it holds there too.
fn in_full<B: Bench>(bench: &B, at: usize, pace: Pace, outcome: &mut Outcome) -> Result<bool, B::Error> {
    let candidate = outcome.tried[at].candidate.clone();
    let Some(full) = bench.attempt(&candidate, pace.full)? else { return Ok(false) };
    let met = full.is_met();
    outcome.tried[at].trial = full;
    outcome.tried[at].stage = Stage::Full;
    if !met {
        return Ok(false);
    }
    let last = bench.confirm(&candidate, pace.full)?;
    let holds = last.as_ref().is_some_and(Trial::is_met);
    outcome.tried[at].last = last;
    outcome.tried[at].stage = if holds { Stage::Confirmed } else { Stage::Refuted };
    Ok(holds)
}

/// Takes each change of the answer back as far as everything stays met at no more cost: the mildest value of its field that
/// does, the others staying.
fn soften<B: Bench>(bench: &B, pace: Pace, outcome: &mut Outcome) -> Result<(), B::Error> {
    let Some(found) = outcome.found().cloned() else { return Ok(()) };
    let (mut now, cost) = (found.candidate, found.trial.extra_cost);
    for place in 0..now.len() {
        let own = &bench.steps()[now[place]];
        let mut milder: Vec<usize> = (0..bench.steps().len())
            .filter(|at| bench.steps()[*at].field == own.field && bench.steps()[*at].strength < own.strength)
            .collect();
        milder.sort_by_key(|at| bench.steps()[*at].strength);
        for other in milder {
            let mut candidate = now.clone();
            candidate[place] = other;
            candidate.sort_unstable();
            if let Some(at) = milder_holds(bench, candidate, cost, pace, outcome)? {
                outcome.answer = Some(at);
                now.clone_from(&outcome.tried[at].candidate);
                break;
            }
        }
    }
    Ok(())
}

/// Tries a candidate all the way, unless it was dropped before; its place where it meets everything and costs no more.
fn milder_holds<B: Bench>(
    bench: &B,
    candidate: Vec<usize>,
    cost: f64,
    pace: Pace,
    outcome: &mut Outcome,
) -> Result<Option<usize>, B::Error> {
    let known = outcome.tried.iter().position(|tried| tried.candidate == candidate);
    if known.is_some_and(|at| outcome.tried[at].stage != Stage::Left) {
        return Ok(None);
    }
    let Some(first) = bench.attempt(&candidate, pace.first)? else { return Ok(None) };
    let at = known.unwrap_or(outcome.tried.len());
    let stage = if first.misses_throughout() { Stage::Dropped } else { Stage::Left };
    let tried = Tried { candidate, stage, trial: first, last: None };
    match known {
        Some(at) => outcome.tried[at] = tried,
        None => outcome.tried.push(tried),
    }
    if stage == Stage::Dropped || outcome.tried[at].trial.extra_cost > cost + 0.005 {
        return Ok(None);
    }
    Ok(in_full(bench, at, pace, outcome)?.then_some(at))
}

#[cfg(test)]
mod tests;
