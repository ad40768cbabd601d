//! Whole runs: nanoseconds for a pod and simulated second, as throughput in pod-seconds, for each strategy at
//! several sizes; and the reference study as a user waits for it.

#![allow(missing_docs)] // criterion's macros make public items.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{Scenario, embedded, from_yaml};
use loghaul::{strategy, study};
use std::hint::black_box;
use std::time::Duration;

const PODS_PER_NODE: u64 = 30;
const SECONDS: u64 = 60;

fn cluster(nodes: u64) -> Option<Scenario> {
    let yaml = format!(
        "name: bench\nduration: {SECONDS}s\ncluster: {{ pools: [ {{ name: p, nodes: {nodes} }} ] }}\n\
         tenants: [ {{ name: t, count: 20, workloads: [ {{ name: w, replicas: {}, \
         logs: [ {{ stream: stdout, rate: 10/s }} ] }} ] }} ]",
        nodes * PODS_PER_NODE / 20
    );
    from_yaml("bench.yaml", &yaml).ok()
}

fn runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("scenario/run");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    for nodes in [20, 200, 2_000, 5_000] {
        let Some(scenario) = cluster(nodes) else { continue };
        group.throughput(Throughput::Elements(nodes * PODS_PER_NODE * SECONDS));
        for strategy in strategy::ALL {
            let setup = Setup::new(&scenario, strategy);
            let mut seed = 0;
            group.bench_function(BenchmarkId::new(strategy.name, nodes), |b| {
                b.iter(|| {
                    // Another seed each time: a runner remembers what it has run.
                    seed += 1;
                    black_box(Runner::new().observe(&[&setup], seed, 1).is_ok())
                });
            });
        }
    }
    group.finish();
}

fn reference(c: &mut Criterion) {
    let Some(Ok(scenario)) = embedded("reference").map(|yaml| from_yaml("reference", yaml)) else { return };
    let mut group = c.benchmark_group("scenario/reference");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    group.bench_function("compare_and_table", |b| {
        b.iter(|| {
            let runner = Runner::new();
            let compared = study::compare(&runner, &scenario, &strategy::ALL, 1, 5, "");
            let table = study::table_study(&runner, &scenario, &strategy::ALL, 1, 5);
            black_box((compared.is_ok(), table.is_ok()))
        });
    });
    group.finish();
}

criterion_group!(benches, runs, reference);
criterion_main!(benches);
