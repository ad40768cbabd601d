//! Searches of a space whose optimum is known by arithmetic.

use super::*;
use crate::study::Verdict;
use std::convert::Infallible;
use std::sync::Mutex;

/// Losses of two kinds. A field takes away so much of each, and costs so much; the objective bounds their sum.
struct Arithmetic {
    steps: Vec<Step>,
    /// Of each change: what it takes away of the first kind and of the second, and its cost.
    does: Vec<(f64, f64, f64)>,
    has: (f64, f64),
    bound: f64,
    /// What comes on top in each replication.
    noise: Vec<f64>,
    /// What comes on top on random numbers of their own.
    last: f64,
    log: Mutex<Vec<(Vec<usize>, u64)>>,
}

impl Arithmetic {
    fn of(changes: &[(&str, usize, f64, f64, f64)], has: (f64, f64), bound: f64) -> Self {
        Self {
            steps: changes
                .iter()
                .map(|(field, strength, ..)| Step { field: (*field).to_owned(), strength: *strength })
                .collect(),
            does: changes.iter().map(|(_, _, a, b, cost)| (*a, *b, *cost)).collect(),
            has,
            bound,
            noise: vec![0.0; 8],
            last: 0.0,
            log: Mutex::new(Vec::new()),
        }
    }

    fn at(&self, candidate: &[usize], replications: u64, more: f64) -> Trial {
        let left = candidate.iter().fold(self.has, |(a, b), change| {
            let (less_a, less_b, _) = self.does[*change];
            ((a - less_a).max(0.0), (b - less_b).max(0.0))
        });
        let loss: Vec<f64> =
            self.noise.iter().take(replications as usize).map(|n| left.0 + left.1 + n + more).collect();
        let met = loss.iter().all(|loss| *loss <= self.bound);
        Trial {
            short: vec![loss.iter().map(|loss| (loss / self.bound - 1.0).max(0.0)).collect()],
            verdicts: vec![if met { Verdict::Met } else { Verdict::Missed }],
            figures: vec![Some(loss[0])],
            parts: vec![left.0, left.1],
            counts: vec![true],
            extra_cost: candidate.iter().map(|change| self.does[*change].2).sum(),
            replications,
        }
    }

    fn go(&self) -> Outcome {
        let pace = Pace { first: 2, full: 5, most_changes: 3, most_candidates: 60 };
        search(self, &self.at(&[], 5, 0.0), pace).unwrap_or_else(|never| match never {})
    }
}

impl Bench for Arithmetic {
    type Error = Infallible;
    fn steps(&self) -> &[Step] {
        &self.steps
    }
    fn attempt(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, Infallible> {
        self.log.lock().unwrap().push((candidate.to_vec(), replications));
        Ok(Some(self.at(candidate, replications, 0.0)))
    }
    fn confirm(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, Infallible> {
        Ok(Some(self.at(candidate, replications, self.last)))
    }
}

fn found(outcome: &Outcome) -> Option<Vec<usize>> {
    outcome.found().map(|tried| tried.candidate.clone())
}

#[test]
fn the_cheapest_of_single_changes_that_suffice_and_of_equals_the_mildest() {
    // 10 are lost and 1 is allowed: changes 0, 2 and 3 take away 9 or more, at costs of 5, 0 and 0.
    let bench = Arithmetic::of(
        &[("a", 0, 9.5, 0.0, 5.0), ("b", 0, 8.0, 0.0, 0.0), ("b", 2, 9.5, 0.0, 0.0), ("b", 1, 9.2, 0.0, 0.0)],
        (10.0, 0.0),
        1.0,
    );
    let outcome = bench.go();
    assert_eq!(found(&outcome), Some(vec![3]));
    // Nothing is cheaper than nothing: no pair was tried.
    assert!(outcome.tried.iter().all(|tried| tried.candidate.len() == 1));
    assert_eq!(outcome.tried[1].stage, Stage::Dropped);
}

#[test]
fn two_changes_that_do_little_alone_are_found_together() {
    // 20 are lost, 10 of each kind, and 1 is allowed: no field alone leaves less than 10, and "c" and "d" help nothing.
    let bench = Arithmetic::of(
        &[
            ("a", 0, 4.0, 0.0, 0.0),
            ("a", 1, 9.8, 0.0, 0.0),
            ("b", 0, 0.0, 9.7, 0.0),
            ("c", 0, 0.0, 0.0, 0.0),
            ("d", 0, -1.0, -1.0, 0.0),
        ],
        (10.0, 10.0),
        1.0,
    );
    let outcome = bench.go();
    // What is left: 0.2 + 0.3 of 1.
    assert_eq!(found(&outcome), Some(vec![1, 2]));
    assert!(outcome.nearest.is_none());
    let tried: Vec<&Vec<usize>> = outcome.tried.iter().map(|tried| &tried.candidate).collect();
    assert!(tried.iter().all(|candidate| candidate.len() == 1 || !candidate.contains(&3)), "{tried:?}");
}

#[test]
fn a_pair_that_costs_less_than_the_single_change_that_suffices_is_taken() {
    // Change 0 suffices alone at 100 a month; 1 and 2 together at 3.
    let bench = Arithmetic::of(
        &[("a", 0, 10.0, 10.0, 100.0), ("b", 0, 9.9, 0.0, 1.0), ("c", 0, 0.0, 9.9, 2.0)],
        (10.0, 10.0),
        1.0,
    );
    let outcome = bench.go();
    assert_eq!(found(&outcome), Some(vec![1, 2]));
    assert_eq!(outcome.found().unwrap().trial.extra_cost, 3.0);
}

#[test]
fn three_changes_are_made_where_two_do_not_do() {
    let bench = Arithmetic::of(
        &[("a", 0, 4.0, 0.0, 0.0), ("b", 0, 3.0, 0.0, 0.0), ("c", 0, 3.0, 0.0, 0.0), ("d", 0, 0.5, 0.0, 0.0)],
        (10.0, 0.0),
        0.5,
    );
    // 4 + 3 leave 3 of 10; all three leave nothing.
    assert_eq!(found(&bench.go()), Some(vec![0, 1, 2]));
}

#[test]
fn an_answer_is_taken_back_as_far_as_it_holds() {
    // 3 of 20 are allowed. The strong value of "a" is the best by far, and the mild one leaves 2 + 0.3.
    let bench = Arithmetic::of(
        &[("a", 0, 8.0, 0.0, 0.0), ("a", 1, 9.9, 0.0, 0.0), ("b", 0, 0.0, 9.7, 0.0)],
        (10.0, 10.0),
        3.0,
    );
    let outcome = bench.go();
    assert_eq!(found(&outcome), Some(vec![0, 2]));
    assert!(outcome.tried.iter().any(|tried| tried.candidate == [1, 2] && tried.stage == Stage::Confirmed));
}

#[test]
fn where_nothing_suffices_the_nearest_is_named_and_not_called_an_answer() {
    let bench = Arithmetic::of(&[("a", 0, 2.0, 0.0, 0.0), ("b", 0, 3.0, 0.0, 0.0)], (10.0, 0.0), 1.0);
    let outcome = bench.go();
    assert_eq!((found(&outcome), outcome.closest().unwrap().candidate.clone()), (None, vec![0, 1]));
    // What makes everything worse is nearest to nothing.
    let worse = Arithmetic::of(&[("a", 0, -2.0, 0.0, 0.0)], (10.0, 0.0), 1.0).go();
    assert!(worse.answer.is_none() && worse.nearest.is_none());
}

#[test]
fn what_surely_misses_is_not_run_in_full_and_what_does_not_hold_is_no_answer() {
    let mut bench = Arithmetic::of(&[("a", 0, 9.5, 0.0, 0.0), ("b", 0, 3.0, 0.0, 0.0)], (10.0, 0.0), 1.0);
    assert_eq!(found(&bench.go()), Some(vec![0]));
    let log = std::mem::take(&mut *bench.log.lock().unwrap());
    assert_eq!(log.iter().filter(|(_, replications)| *replications == 5).count(), 1, "{log:?}");
    assert!(log.contains(&(vec![1], 2)) && !log.contains(&(vec![1], 5)));
    // 0.5 are left of 1; on other random numbers 0.6 more.
    bench.last = 0.6;
    let outcome = bench.go();
    assert_eq!((found(&outcome), outcome.tried[0].stage), (Some(vec![0, 1]), Stage::Refuted));
    bench.last = 1.1;
    assert_eq!(found(&bench.go()), None);
}

#[test]
fn an_objective_by_itself_has_its_own_cheapest_change() {
    let bench = Arithmetic::of(&[("a", 0, 9.5, 0.0, 4.0), ("b", 0, 9.5, 0.0, 1.0)], (10.0, 0.0), 1.0);
    let outcome = bench.go();
    assert_eq!(outcome.meeting(0, bench.steps()).unwrap().candidate, [1]);
    assert!(outcome.meeting(1, bench.steps()).is_none());
}
