//! The hold model on the event list: take the earliest of N pending events, put one back an exponential time
//! later. The draw is included.

#![allow(missing_docs)] // criterion's macros make public items.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use loghaul::engine::events::EventList;
use loghaul::engine::random::generator;
use loghaul::units::SimTime;
use rand_distr::{Distribution, Exp1};
use std::hint::black_box;

/// Nanoseconds of the mean time between an entity's events.
const MEAN_NS: f64 = 1e6;

fn hold(c: &mut Criterion) {
    let mut group = c.benchmark_group("queue/hold");
    for pending in [32usize, 1_000, 100_000, 1_000_000] {
        let mut rng = generator(1, pending as u64);
        let mut step = move || {
            let wait: f64 = Exp1.sample(&mut rng);
            (wait * MEAN_NS) as u64
        };
        let mut list = EventList::new(pending);
        for entity in 0..pending {
            list.schedule(entity, SimTime::from_ns(step()));
        }
        group.bench_function(BenchmarkId::from_parameter(pending), |b| {
            b.iter(|| {
                if let Some((now, entity)) = list.peek() {
                    list.schedule(entity, SimTime::from_ns(now.as_ns() + step()));
                    black_box(now);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, hold);
criterion_main!(benches);
