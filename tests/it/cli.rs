//! The command line as users type it.

mod documents;
mod printed;
mod scenarios;

use crate::support::{CALM, Folder, STORM, loghaul};
use serde_json::Value;
use std::collections::BTreeSet;

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Whether the keys are those promised, and nothing beyond but what is known to have been added.
fn has_keys(value: &Value, promised: &[&str], added: &[&str]) {
    let found = keys(value);
    let promised: BTreeSet<&str> = promised.iter().copied().collect();
    assert!(promised.is_subset(&found), "{promised:?} of {found:?}");
    let beyond: Vec<_> = found.difference(&promised).filter(|key| !added.contains(key)).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
}

fn lines(ledger: &Value, state: &str) -> u64 {
    ledger[state].as_u64().unwrap_or_else(|| panic!("{state} is no integer: {ledger}"))
}

/// The ledger must balance to the line; gives the emitted lines.
fn balanced(ledger: &Value) -> u64 {
    let promised = ["emitted", "delivered", "retained", "in_flight", "lost", "duplicated", "withheld"];
    has_keys(ledger, &promised, &[]);
    let lost = ledger["lost"].as_object().unwrap();
    let lost: u64 = lost.values().map(|lines| lines.as_u64().unwrap()).sum();
    let accounted =
        lines(ledger, "delivered") + lines(ledger, "retained") + lines(ledger, "in_flight") + lost;
    assert_eq!(lines(ledger, "emitted"), accounted, "{ledger}");
    lines(ledger, "duplicated");
    lines(ledger, "withheld");
    accounted
}

/// A scenario's comparison has the same bytes with one thread and with so many, and others with another seed.
fn same_bytes(scenario: &str, reps: &str, others: &[&str]) {
    let (_folder, file) = Folder::with("scenario.yaml", scenario);
    let run = |threads: &str, seed: &str| {
        let args = ["compare", &file, "--reps", reps, "--seed", seed, "-o", "json"];
        loghaul(&args).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    let one = run("1", "1");
    assert!(!one.is_empty());
    for threads in others {
        assert!(run(threads, "1") == one, "{threads} threads give other bytes");
    }
    let other = run("2", "2");
    let strategies = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["strategies"].take();
    // Not just the seed itself is another.
    assert_ne!(strategies(&one), strategies(&other));
}

#[test]
fn the_same_bytes_whatever_the_threads_and_other_bytes_with_another_seed() {
    same_bytes(CALM, "2", &["2"]);
    same_bytes(STORM, "1", &["5"]);
}

mod slow {
    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn the_same_bytes_time_and_again() {
        super::same_bytes(super::STORM, "2", &["2", "2", "5"]);
    }
}
