//! Every kind of draw that a run makes, by counter.

#![allow(missing_docs)] // criterion's macros make public items.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use loghaul::engine::arrivals::{Arrivals, Modulation};
use loghaul::engine::marks::Marks;
use loghaul::engine::random::draw;
use std::hint::black_box;

const SECOND: u64 = 1_000_000_000;

fn counts(c: &mut Criterion) {
    let mut group = c.benchmark_group("sampling/count");
    for mean in [0.1, 10.0, 300.0, 5_000.0] {
        let arrivals = Arrivals::poisson(mean, Modulation::Steady);
        let mut k = 0;
        group.bench_function(BenchmarkId::new("poisson", mean), |b| {
            b.iter(|| {
                k += 1;
                black_box(arrivals.count(9, k))
            });
        });
    }
    let burst = Arrivals::poisson(10.0, Modulation::OnOff { slot: 10, duty: 0.2 });
    let mut k = 0;
    group.bench_function("burst/10", |b| {
        b.iter(|| {
            k += 1;
            black_box(burst.count(9, k))
        });
    });
    group.finish();
}

fn splits(c: &mut Criterion) {
    let mut group = c.benchmark_group("sampling/split");
    for n in [10u64, 300, 5_000] {
        let arrivals = Arrivals::poisson(n as f64, Modulation::Steady);
        let mut k = 0;
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| {
                k += 1;
                black_box(arrivals.before(9, k, n, 13 * SECOND / 32, SECOND))
            });
        });
    }
    group.finish();
}

fn sizes(c: &mut Criterion) {
    let mut group = c.benchmark_group("sampling/sizes");
    let marks = Marks::from_quantiles(|u| -200.0 * (1.0 - u).ln());
    for n in [1u64, 10, 1_000] {
        let mut k = 0;
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| {
                k += 1;
                black_box(marks.sum(n, 9, k))
            });
        });
    }
    let mut k = 0;
    group.bench_function("bits", |b| {
        b.iter(|| {
            k += 1;
            black_box(draw(9, k))
        });
    });
    group.finish();
}

criterion_group!(benches, counts, splits, sizes);
criterion_main!(benches);
