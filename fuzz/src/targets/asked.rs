//! What is asked for from outside: settings, variations, bodies of requests.

use super::scenario::{is_small, simulate};
use super::{Target, Verdict};
use loghaul::campaign::{Design, points};
use loghaul::scenario::{Amendments, Setting, from_yaml};
use loghaul::serve::State;
use loghaul::study::Variation;

const BASE: &str = "
name: base
duration: 20s
warmup: 2s
cluster: { pools: [ { name: p, nodes: 2 } ] }
tenants:
  - { name: a, workloads: [ { name: w, replicas: 4, logs: [ { stream: stdout, rate: 10/s } ] } ] }
profiles: [ { name: mine, base: fluent-bit } ]
faults: [ { outage: { of: backend, at: 5s, for: 3s } } ]
";

pub(super) const SETTING: Target = Target {
    name: "setting",
    run: setting,
    make: None,
    words: &[
        "duration=",
        "tenants[0]",
        ".workloads[0]",
        ".replicas=",
        ".logs[0].rate=",
        "cluster.pools[0].nodes=",
        "faults[+]=",
        "collection.with.flush=",
        "profiles[0].set.cpu.line=",
        "backend.capacity=",
        "[+]",
        "[99999999999999999999]",
        "..",
        "=",
    ],
    also: &[],
    placed: "",
    whole: &[],
};

/// One setting a line.
fn setting(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    let settings: Result<Vec<Setting>, String> = text.lines().take(20).map(str::parse).collect();
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return Verdict::Refused(shown(&error)),
    };
    match (Amendments { profiles: None, settings }).read("base", BASE) {
        Ok(scenario) => {
            let written = scenario.to_yaml().expect("what was read can be written");
            from_yaml("written", &written).unwrap_or_else(|error| panic!("refused once written: {error}"));
            if is_small(&scenario) {
                simulate(&scenario, loghaul::strategy::ALL[input.len() % loghaul::strategy::ALL.len()]);
            }
            Verdict::Accepted
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains("--set "), "a refusal that names no setting: {message}");
            Verdict::Refused(shown(&message))
        }
    }
}

pub(super) const VARIATION: Target = Target {
    name: "variation",
    run: variation,
    make: None,
    words: &[
        "duration=",
        "1m,2m",
        "0:10:1",
        "0:1:1e-9",
        "1s:2s:100ms",
        "{a: b}",
        "[1, 2]",
        "seed=",
        "1e308:1e309:1",
        "-5:5:1",
    ],
    also: &[],
    placed: "",
    whole: &[],
};

/// One variation a line.
fn variation(input: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    let read: Result<Vec<Variation>, String> = text.lines().take(4).map(str::parse).collect();
    match read {
        Ok(variations) => {
            let values: usize = variations.iter().map(|variation| variation.values.len()).product();
            if values <= 10_000 && !variations.is_empty() {
                let all = points(&variations, Design::Full, 1).expect("so many points are allowed");
                assert_eq!(all.len(), values, "every combination, once");
            }
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(shown(&error)),
    }
}

pub(super) const BODY: Target = Target {
    name: "body",
    run: body,
    make: None,
    words: &[
        "scenario",
        "file",
        "yaml",
        "name",
        "knobs",
        "nodes",
        "rehearsals",
        "set",
        "strategies",
        "seed",
        "reps",
        "1e999",
    ],
    also: &[],
    placed: "",
    whole: &[],
};

fn body(input: &[u8]) -> Verdict {
    let state: State = match serde_json::from_slice(input) {
        Ok(state) => state,
        Err(error) => return Verdict::Refused(shown(&error.to_string())),
    };
    match state.posed() {
        Ok(posed) => {
            assert!(!posed.strategies.is_empty(), "nothing to run");
            let written = posed.scenario.to_yaml().expect("what was read can be written");
            from_yaml("written", &written).unwrap_or_else(|error| panic!("refused once written: {error}"));
            Verdict::Accepted
        }
        Err(error) => Verdict::Refused(shown(&error.to_string())),
    }
}

/// The end of a message: what it quotes may be of any length.
fn shown(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(2_000).collect()
}
