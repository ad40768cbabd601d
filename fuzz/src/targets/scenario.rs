//! Scenarios: read, written, read back, and simulated where that takes a moment.

use super::super::random::Random;
use super::super::shape::Shape;
use super::{Target, Verdict};
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{Scenario, from_yaml};
use loghaul::strategy::ALL;
use serde_json::Value;

pub(super) const SCENARIO: Target = Target {
    name: "scenario",
    run,
    make: Some(make),
    words: &[
        "crashLoop",
        "churn",
        "job",
        "burst",
        "diurnal",
        "trace",
        "perSecond",
        "quantiles",
        "lognormal",
        "file",
        "hostPath",
        "vector",
        "filebeat",
        "fluentd",
        "logtail",
        "outage",
        "nodeLoss",
        "drain",
        "diskFull",
        "gateway",
        "shards",
        "quota",
        "serverless",
        "oneNodeIn",
        "control",
        "server",
        "configMap",
        "asIs",
        "grows",
        "usage",
        "limits",
        "dropOldest",
    ],
    also: &["scenarios/proof-of-concept.yaml", "tests/golden/kills.yaml", "tests/golden/own-inputs.yaml"],
    placed: "in.yaml",
    whole: &[
        " is empty; a scenario is a mapping with name, cluster and tenants",
        "in.yaml is not what it should be: the field",
        "in.yaml is not UTF-8",
    ],
};

fn run(input: &[u8]) -> Verdict {
    // Whoever reads a file refuses what is no text, before anything else.
    let Ok(text) = std::str::from_utf8(input) else { return Verdict::Accepted };
    let scenario = match from_yaml("in.yaml", text) {
        Ok(scenario) => scenario,
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let written = scenario.to_yaml().expect("what was read can be written");
    match from_yaml("written.yaml", &written) {
        Ok(back) => assert_eq!(back.to_yaml().as_ref(), Ok(&written), "written and read back it is another"),
        Err(error) => panic!("what was read is refused once written: {error}"),
    }
    if is_small(&scenario) {
        let strategy = ALL[input.iter().map(|byte| usize::from(*byte)).sum::<usize>() % ALL.len()];
        simulate(&scenario, strategy);
    }
    Verdict::Accepted
}

/// Whether a run takes a moment: a few pods, few lines, and neither very long nor very often looked at.
pub(super) fn is_small(scenario: &Scenario) -> bool {
    let seconds = scenario.duration.as_secs_f64() + scenario.drain.as_secs_f64();
    let pods = scenario.pods() as f64;
    let streams =
        |w: &loghaul::scenario::Workload| w.all_logs().iter().map(|log| log.rate.get()).sum::<f64>();
    let of_tenant = |t: &loghaul::scenario::Tenant| {
        let rate: f64 = t.workloads.iter().map(|w| streams(w) * w.replicas.get() as f64).sum();
        rate * t.count.get() as f64
    };
    let rate: f64 = scenario.tenants.iter().map(of_tenant).sum();
    pods <= 64.0 && scenario.nodes() <= 64 && seconds * pods <= 5_000.0 && rate * seconds <= 300_000.0
}

/// Every figure of a run is a number, and every line is somewhere (which the run sees to by itself).
pub(super) fn simulate(scenario: &Scenario, strategy: &'static loghaul::strategy::Strategy) {
    let setup = Setup::new(scenario, strategy);
    if setup.infeasible().is_some() {
        return;
    }
    let run = Runner::new().replication(&setup, 1, 0);
    let observed = run.unwrap_or_else(|error| panic!("{error}"));
    for (metric, value) in &observed.metrics {
        let id = metric.id();
        assert!(
            value.is_none_or(|value| value.is_finite() && value >= 0.0),
            "{id} is {value:?} under {}",
            strategy.name
        );
    }
}

/// A scenario with fields set to what its schema allows.
fn make(seed: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    static SHAPE: std::sync::OnceLock<Shape> = std::sync::OnceLock::new();
    let scenario = from_yaml("seed.yaml", std::str::from_utf8(seed).ok()?).ok()?;
    let mut document: Value = serde_json::to_value(&scenario).ok()?;
    SHAPE.get_or_init(Shape::of_scenarios).amend(&mut document, random);
    serde_json::to_vec_pretty(&document).ok()
}
