//! Candidates of two and three changes, made of what helped by itself.

use super::{Outcome, Step, Tried};
use crate::decision::trial::Trial;
use std::collections::BTreeSet;

/// Fields taken for each part of what is missing.
const FIELDS: usize = 4;
/// A value does nearly as well as the best where it takes away so much of what that takes away.
const NEARLY: f64 = 0.9;
/// Pairs that candidates of three changes are made of.
const PAIRS: usize = 6;

/// The changes that helped by themselves: of every part of what is missing those that reduced it most.
fn helpful(steps: &[Step], base: &Trial, outcome: &Outcome) -> BTreeSet<usize> {
    let singles: Vec<(usize, &Trial)> = outcome
        .tried
        .iter()
        .filter_map(|tried| match tried.candidate[..] {
            [one] => Some((one, &tried.trial)),
            _ => None,
        })
        .collect();
    let wholes = |trial: &Trial| (0..trial.short.len()).map(|at| trial.missing(at)).collect::<Vec<_>>();
    let measures = |trial: &Trial| [wholes(trial), trial.parts.clone(), vec![trial.distance()]].concat();
    let before = measures(base);
    let mut pool = BTreeSet::new();
    for (part, had) in before.iter().enumerate() {
        let gain = |trial: &Trial| had - measures(trial).get(part).copied().unwrap_or(*had);
        // Of each field its best value, by what it takes away.
        let mut best: Vec<(f64, &str)> = Vec::new();
        for (one, trial) in &singles {
            let (gain, field) = (gain(trial), steps[*one].field.as_str());
            match best.iter_mut().find(|(_, known)| *known == field) {
                Some(known) => known.0 = known.0.max(gain),
                None => best.push((gain, field)),
            }
        }
        best.retain(|(gain, _)| *gain > 1e-9);
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (most, field) in best.into_iter().take(FIELDS) {
            let own = singles.iter().filter(|(one, _)| steps[*one].field == field);
            let top = own.clone().find(|(_, trial)| gain(trial) >= most);
            let mild = own
                .filter(|(_, trial)| gain(trial) >= NEARLY * most)
                .min_by_key(|(one, _)| steps[*one].strength);
            pool.extend(top.into_iter().chain(mild).map(|(one, _)| *one));
        }
    }
    pool
}

fn distance_of(outcome: &Outcome, candidate: &[usize], otherwise: f64) -> f64 {
    let known = outcome.tried.iter().find(|tried| tried.candidate == candidate);
    known.map_or(otherwise, |tried| tried.trial.distance())
}

/// Pairs of changes that helped, the most promising first.
pub(super) fn pairs(steps: &[Step], base: &Trial, outcome: &Outcome, most: usize) -> Vec<Vec<usize>> {
    let pool: Vec<usize> = helpful(steps, base, outcome).into_iter().collect();
    let far = base.distance();
    let mut all = Vec::new();
    for (at, one) in pool.iter().enumerate() {
        for other in &pool[at + 1..] {
            if steps[*one].field != steps[*other].field {
                let apart = distance_of(outcome, &[*one], far) + distance_of(outcome, &[*other], far);
                all.push((apart, steps[*one].strength + steps[*other].strength, vec![*one, *other]));
            }
        }
    }
    // Half of them by how near each comes alone, half by what is left of each part where the better of the two decides it:
    // two changes that each take away another part are worth more together than two that take away the same.
    let left = |candidate: &[usize]| -> f64 {
        let of = |one: usize| outcome.tried.iter().find(|tried| tried.candidate == [one]);
        let parts = candidate.iter().filter_map(|one| Some(&of(*one)?.trial.parts));
        parts
            .fold(base.parts.clone(), |least, own| least.iter().zip(own).map(|(a, b)| a.min(*b)).collect())
            .iter()
            .sum()
    };
    let by_parts = all.iter().map(|(_, strength, candidate)| (left(candidate), *strength, candidate.clone()));
    let by_parts = best_of(by_parts.collect(), most);
    let by_distance = best_of(all, most);
    let mut known = BTreeSet::new();
    let both = by_parts.into_iter().zip(by_distance).flat_map(|(a, b)| [a, b]);
    both.filter(|candidate| known.insert(candidate.clone())).take(most).collect()
}

/// The best candidates of one change less, each with one more that helped.
pub(super) fn longer(
    steps: &[Step],
    base: &Trial,
    outcome: &Outcome,
    changes: usize,
    most: usize,
) -> Vec<Vec<usize>> {
    let pool = helpful(steps, base, outcome);
    let mut shorter: Vec<&Tried> =
        outcome.tried.iter().filter(|tried| tried.candidate.len() + 1 == changes).collect();
    shorter.sort_by(|a, b| a.trial.distance().total_cmp(&b.trial.distance()));
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for tried in shorter.into_iter().take(PAIRS) {
        for one in &pool {
            if tried.candidate.iter().any(|own| steps[*own].field == steps[*one].field) {
                continue;
            }
            let mut candidate = [&tried.candidate[..], &[*one]].concat();
            candidate.sort_unstable();
            if known.insert(candidate.clone()) {
                let apart = tried.trial.distance() + distance_of(outcome, &[*one], base.distance());
                all.push((apart, steps[*one].strength, candidate));
            }
        }
    }
    best_of(all, most)
}

fn best_of(mut all: Vec<(f64, usize, Vec<usize>)>, most: usize) -> Vec<Vec<usize>> {
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then_with(|| a.2.cmp(&b.2)));
    all.into_iter().take(most).map(|(_, _, candidate)| candidate).collect()
}
