//! Golden fingerprints: a scenario and a seed give these figures and this hash of everything that was observed.
//!
//! They tell that results changed, not that they are right. When one may change: CONTRIBUTING.md, "Determinism and
//! changed results". To remake them all: `LOGHAUL_GOLDEN=rewrite cargo test --test it golden`.

use super::support::root;
use loghaul::engine::random::named_key;
use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{self, Scenario};
use loghaul::strategy;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SEED: u64 = 1;

/// Everything that was observed, in an order that never changes.
fn canonical(observation: &Observation) -> Value {
    let ledger = &observation.ledger;
    let tenants: Vec<Value> =
        observation.tenants.iter().map(|t| json!([t.name, t.lines, t.delivered, t.freshness_p99])).collect();
    let timeline: Vec<Value> =
        observation.timeline.iter().map(|bin| json!([bin.until_s, bin.emitted, bin.delivered])).collect();
    let shares: Vec<f64> = (1..100).map(|percent| f64::from(percent) / 100.0).collect();
    json!({
        "metrics": observation.metrics.iter().map(|(m, v)| (m.id(), v)).collect::<BTreeMap<_, _>>(),
        "ledger": [ledger.emitted, ledger.delivered, ledger.retained, ledger.in_flight],
        "lost": ledger.lost_by_cause(),
        "freshness": observation.freshness.quantiles(&shares),
        "tenants": tenants,
        "timeline": timeline,
    })
}

/// The figures that a reader wants to see when the hash is another, and the hash.
fn fingerprint(observation: &Observation) -> Value {
    let ledger = &observation.ledger;
    let headline = [
        Metric::FreshnessP50,
        Metric::FreshnessP99,
        Metric::Throughput,
        Metric::AgentCpu,
        Metric::AgentMemory,
        Metric::Network,
        Metric::Paused,
        Metric::OomKills,
        Metric::BackendWait,
    ];
    let figures: BTreeMap<&str, Option<f64>> =
        headline.iter().map(|m| (m.id(), observation.get(*m))).collect();
    json!({
        "hash": format!("{:016x}", named_key(0, &canonical(observation).to_string())),
        "emitted": ledger.emitted,
        "delivered": ledger.delivered,
        "retained": ledger.retained,
        "in_flight": ledger.in_flight,
        "lost": ledger.lost_by_cause(),
        "figures": figures,
    })
}

/// Every scenario of tests/golden, by name.
fn scenarios() -> BTreeMap<String, Scenario> {
    let files = std::fs::read_dir(root().join("tests/golden")).unwrap().map(|entry| entry.unwrap().path());
    let yaml = files.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    yaml.map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, scenario::load(&path).unwrap_or_else(|error| panic!("{error}")))
    })
    .collect()
}

#[test]
fn golden_fingerprints_are_as_they_were() {
    let rewrites = std::env::var("LOGHAUL_GOLDEN").is_ok_and(|word| word == "rewrite");
    let mut changed = Vec::new();
    let scenarios = scenarios();
    assert!(scenarios.len() >= 6, "there are {} golden scenarios", scenarios.len());
    for (name, scenario) in scenarios {
        let setups: Vec<Setup> = strategy::COLUMNS.iter().map(|s| Setup::new(&scenario, s)).collect();
        let observed = Runner::new().observe(&setups.iter().collect::<Vec<_>>(), SEED, 1).unwrap();
        let prints: BTreeMap<&str, Value> = setups
            .iter()
            .zip(&observed)
            .filter_map(|(setup, runs)| Some((setup.strategy.name, fingerprint(runs.first()?))))
            .collect();
        let now = format!("{:#}\n", json!({ "scenario": name, "seed": SEED, "strategies": prints }));
        let path = root().join(format!("tests/golden/{name}.json"));
        if rewrites {
            std::fs::write(&path, now).unwrap();
        } else {
            let then = std::fs::read_to_string(&path).unwrap_or_default();
            if now != then {
                changed.push(format!("tests/golden/{name}.json:\n{}", lines_apart(&then, &now)));
            }
        }
    }
    assert!(
        changed.is_empty(),
        "results have changed. If that is meant, say why in CHANGELOG.md under \"Results\" and remake the golden files \
         with LOGHAUL_GOLDEN=rewrite cargo test --test it golden\n{}",
        changed.join("\n")
    );
}

/// The lines in which two texts differ.
fn lines_apart(then: &str, now: &str) -> String {
    let pairs = then.lines().zip(now.lines()).filter(|(a, b)| a != b);
    let mut text: String = pairs.map(|(a, b)| format!("- {}\n+ {}\n", a.trim(), b.trim())).collect();
    if then.lines().count() != now.lines().count() {
        text.push_str("and the number of lines is another\n");
    }
    text
}
