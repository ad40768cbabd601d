//! Readers under mutated and generated input: what was found before, and a little more each day. `fuzz/` holds the harness, its
//! corpora and how to drive it for longer.

#[path = "../../fuzz/src/harness.rs"]
#[allow(dead_code, missing_docs)]
mod harness;

use super::support::root;
pub(crate) use harness::random::Random;
use harness::targets::{ALL, Target};
use harness::{Budget, Tally, corpus, drive};
use std::time::{Duration, Instant};

/// Inputs that are tried each day, of each reader; those whose inputs are run are slower.
const EACH_DAY: u64 = 400;
const EACH_DAY_RUN: u64 = 25;

/// No reader is driven for longer than this before merging, and none over more inputs: all of them take a minute.
const SECONDS: u64 = 60;
const MOST: u64 = 20_000;

fn complain(target: &Target, tally: &Tally) {
    let told = |found: &[(String, Vec<u8>)]| {
        let one =
            |(message, input): &(String, Vec<u8>)| format!("{message}\n{:?}", String::from_utf8_lossy(input));
        found.iter().map(one).collect::<Vec<_>>().join("\n\n")
    };
    let (broken, unplaced) = (told(&tally.broken), told(&tally.unplaced));
    assert!(tally.is_clean(), "{}: broken:\n{broken}\n\nwithout a place:\n{unplaced}", target.name);
}

fn runs_inputs(target: &Target) -> bool {
    ["scenario", "setting", "rows"].contains(&target.name)
}

#[test]
fn what_was_found_stays_mended_and_seeds_are_what_they_are_for() {
    for target in &ALL {
        let mut tally = Tally::default();
        corpus::found(target, root()).iter().for_each(|input| tally.enter(target, input));
        complain(target, &tally);
        let mut seeds = Tally::default();
        corpus::of(target, root()).iter().for_each(|input| seeds.enter(target, input));
        complain(target, &seeds);
        // A corpus of which nothing is accepted would test refusals alone.
        assert!(seeds.accepted > 0, "{}: no seed is accepted", target.name);
    }
}

#[test]
fn readers_refuse_or_take_whatever_comes() {
    for target in &ALL {
        let runs = if runs_inputs(target) { EACH_DAY_RUN } else { EACH_DAY };
        let tally = drive(target, &corpus::of(target, root()), 1, Budget { first: 0, runs, until: None });
        complain(target, &tally);
        assert_eq!(tally.runs, runs);
    }
}

mod slow {
    use super::*;

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn readers_refuse_or_take_whatever_comes_for_a_minute() {
        let share = Duration::from_secs(SECONDS) / ALL.len() as u32;
        for target in &ALL {
            let budget = Budget { first: EACH_DAY, runs: MOST, until: Some(Instant::now() + share) };
            let tally = drive(target, &corpus::of(target, root()), 1, budget);
            eprintln!("{}: {} runs, {} accepted", target.name, tally.runs, tally.accepted);
            complain(target, &tally);
        }
    }
}
