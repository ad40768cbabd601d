//! Whole runs: nanoseconds for a pod and simulated second, as throughput in pod-seconds, for each strategy at
//! several numbers of nodes, of pods a node and of simulated seconds; and the reference study as a user waits for it.

#![allow(missing_docs)] // criterion's macros make public items.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{Scenario, embedded, from_yaml};
use loghaul::{strategy, study};
use std::hint::black_box;
use std::time::Duration;

/// What is run: nodes, pods a node, simulated seconds.
#[derive(Clone, Copy)]
struct Size {
    nodes: u64,
    pods: u64,
    seconds: u64,
}

fn cluster(size: Size) -> Option<Scenario> {
    let Size { nodes, pods, seconds } = size;
    let yaml = format!(
        "name: bench\nduration: {seconds}s\ncluster: {{ pools: [ {{ name: p, nodes: {nodes}, cpu: 64 }} ] }}\n\
         tenants: [ {{ name: t, count: 20, workloads: [ {{ name: w, replicas: {}, requests: {{ cpu: 50m, \
         memory: 64Mi }}, logs: [ {{ stream: stdout, rate: 10/s }} ] }} ] }} ]",
        nodes * pods / 20
    );
    from_yaml("bench.yaml", &yaml).ok()
}

/// Runs each strategy at each size; `varied` is what a size is named by.
fn run_all(c: &mut Criterion, name: &str, sizes: &[Size], varied: fn(Size) -> u64) {
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    for &size in sizes {
        let Some(scenario) = cluster(size) else { continue };
        group.throughput(Throughput::Elements(size.nodes * size.pods * size.seconds));
        for strategy in strategy::COLUMNS {
            let setup = Setup::new(&scenario, strategy);
            let mut seed = 0;
            group.bench_function(BenchmarkId::new(strategy.name, varied(size)), |b| {
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

fn runs(c: &mut Criterion) {
    let nodes = [20, 200, 2_000, 5_000].map(|nodes| Size { nodes, pods: 30, seconds: 60 });
    run_all(c, "scenario/nodes", &nodes, |size| size.nodes);
    let seconds = [60, 240, 960].map(|seconds| Size { nodes: 200, pods: 30, seconds });
    run_all(c, "scenario/seconds", &seconds, |size| size.seconds);
    let pods = [10, 30, 100].map(|pods| Size { nodes: 200, pods, seconds: 240 });
    run_all(c, "scenario/pods_a_node", &pods, |size| size.pods);
}

fn reference(c: &mut Criterion) {
    let Some(Ok(scenario)) = embedded("reference").map(|yaml| from_yaml("reference", yaml)) else { return };
    let mut group = c.benchmark_group("scenario/reference");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    group.bench_function("compare_and_table", |b| {
        b.iter(|| {
            let runner = Runner::new();
            let compared = study::compare(&runner, &scenario, &strategy::COLUMNS, 1, 5, "");
            let table = study::table_study(&runner, (&scenario, &scenario), &strategy::COLUMNS, 1, 5);
            black_box((compared.is_ok(), table.is_ok()))
        });
    });
    group.finish();
}

criterion_group!(benches, runs, reference);
criterion_main!(benches);
