//! Runs of small scenarios.

use super::*;
use crate::metric::Metric;
use crate::scenario::from_yaml;
use crate::strategy::by_name;
use std::sync::atomic::AtomicBool;

fn scenario(extra: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: 60s\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ] }}\n\
         tenants: [ {{ name: a, count: 2, workloads: [ {{ name: w, replicas: 5, \
         logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n{extra}"
    );
    from_yaml("t.yaml", &yaml).unwrap()
}

fn observe(scenario: &Scenario, strategy: &str, seed: u64) -> Arc<Observation> {
    let setup = Setup::new(scenario, by_name(strategy).unwrap());
    Runner::new().observe(&[&setup], seed, 1).unwrap()[0][0].clone()
}

#[test]
fn strategies_face_the_same_lines_and_seeds_do_not() {
    let scenario = scenario("");
    let emitted = |strategy, seed| observe(&scenario, strategy, seed).ledger.emitted;
    assert_eq!(emitted("daemonset", 1), emitted("sidecar", 1));
    assert_eq!(emitted("daemonset", 1), emitted("native", 1));
    assert_ne!(emitted("daemonset", 1), emitted("daemonset", 2));
}

#[test]
fn one_tenant_more_disturbs_no_other() {
    let lines = |yaml: &str| {
        let scenario = from_yaml("t.yaml", yaml).unwrap();
        observe(&scenario, "sidecar", 1).tenants[0].lines
    };
    let tenant = |name: &str| {
        format!("{{ name: {name}, workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 9/s }} ] }} ] }}")
    };
    let head = "name: t\nduration: 60s\ncluster: { pools: [ { name: p, nodes: 3 } ] }\n";
    let one = format!("{head}tenants: [ {} ]", tenant("a"));
    let two = format!("{head}tenants: [ {}, {} ]", tenant("a"), tenant("b"));
    assert_eq!(lines(&one), lines(&two));
}

#[test]
fn cpu_is_what_the_cost_functions_expect_of_the_load() {
    // 10 pods of about 20 lines/s on 2 nodes: measured use within 10 % of the closed form at the lines that there were
    // (rates differ between pods, so that the curve's bend shows).
    let setup = Setup::new(&scenario("warmup: 0s\n"), by_name("daemonset").unwrap());
    let run = Runner::new().observe(&[&setup], 3, 1).unwrap();
    let lines_per_s = run[0][0].ledger.emitted as f64 / 2.0 / 60.0;
    let plan = &setup.blueprint.agents[0];
    let mean_bytes = setup.blueprint.laws[0].sizes.mean() + 41.0;
    let load = crate::profile::Load {
        files: 5.0,
        configs: 1.0,
        lines_per_s,
        bytes_per_s: lines_per_s * mean_bytes,
        buffered_bytes: 0.0,
    };
    let expected = 2.0 * plan.costs.expected(&load).0;
    let measured = run[0][0].get(Metric::AgentCpu).unwrap();
    assert!((measured / expected - 1.0).abs() < 0.1, "{measured} of {expected}");
}

#[test]
fn a_sample_of_nodes_agrees_with_all_of_them() {
    // 200 nodes, two kinds of tenants; samples of 20 nodes, eight replications, against the whole cluster, whose
    // 36,000 lines/s of 356 bytes take a fifth of the backend: a tenth of it is enough for a tenth of the nodes,
    // though their flushes are lumpier (docs/limitations.md). No file rotates: some five
    // rotations in each sample would decide its p99.
    let scenario = |one_in: u64| {
        let yaml = format!(
            "name: t\nduration: 60s\noneNodeIn: {one_in}\nbackend: {{ capacity: 60MB/s }}\n\
             cluster: {{ pools: [ {{ name: p, nodes: 200 }} ], kubelet: {{ containerLogMaxSize: 1Ti }} }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 900, \
             logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }}, {{ name: b, workloads: [ {{ name: w, \
             replicas: 300, logs: [ {{ stream: stdout, rate: 60/s }} ] }} ] }} ]"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    let observe = |scenario: &Scenario, replications| {
        let setup = Setup::new(scenario, by_name("daemonset").unwrap());
        Runner::new().observe(&[&setup], 5, replications).unwrap().remove(0)
    };
    let (whole, samples) = (observe(&scenario(1), 2), observe(&scenario(10), 8));
    for metric in [Metric::AgentCpu, Metric::Throughput, Metric::AgentMemory, Metric::FreshnessP99] {
        let estimate = |runs: &[Arc<Observation>]| {
            let values: Vec<_> = runs.iter().map(|run| run.get(metric)).collect();
            crate::stats::Estimate::of(&values)
        };
        let (sampled, all) = (estimate(&samples), estimate(&whole).mean.unwrap());
        let (mean, half_width) = (sampled.mean.unwrap(), sampled.hi.unwrap() - sampled.mean.unwrap());
        // Half as wide again: one of four intervals of 95 % would miss in a fifth of all cases.
        assert!((mean - all).abs() <= 1.5 * half_width, "{metric:?}: {mean} ± {half_width}, all {all}");
        assert!((mean / all - 1.0).abs() < 0.05, "{metric:?}: {mean} of {all}");
    }
}

#[test]
fn a_runner_that_is_stopped_has_no_result_but_what_it_had() {
    let setup = Setup::new(&scenario(""), by_name("native").unwrap());
    let stop = Stop::default();
    let runner = Runner::stopped_by(stop.clone());
    runner.observe(&[&setup], 1, 1).unwrap();
    stop.stop();
    assert!(matches!(runner.observe(&[&setup], 1, 2), Err(RunError::Stopped)));
    assert!(runner.observe(&[&setup], 1, 1).is_ok());
    assert_eq!(runner.runs(), 1);
    // Nor has a world whose flag is set, with a backend that nodes share and without one.
    let (Ok(placement), key) = (&setup.placement, 7) else { panic!() };
    let mut blueprint = setup.blueprint.clone();
    for capacity in [None, Some(1e9)] {
        blueprint.backend.capacity_bytes_per_s = capacity;
        let run = |set| simulate_unless(&AtomicBool::new(set), Pace::default(), &blueprint, placement, key);
        assert!(run(true).is_none() && run(false).is_some());
    }
}

#[test]
fn a_runner_runs_nothing_twice() {
    let setup = Setup::new(&scenario(""), by_name("native").unwrap());
    let runner = Runner::new();
    let first = runner.observe(&[&setup], 1, 2).unwrap();
    let second = runner.observe(&[&setup, &setup], 1, 1).unwrap();
    assert!(Arc::ptr_eq(&first[0][0], &second[1][0]));
}
