//! M/M/1 through the engine's public parts: an event list with two entities, the station and the draws. One iteration
//! is one event; a customer takes two.

#![allow(missing_docs)] // criterion's macros make public items.

use criterion::{Criterion, criterion_group, criterion_main};
use loghaul::engine::events::EventList;
use loghaul::engine::random::generator;
use loghaul::engine::station::{Admission, Station};
use loghaul::units::SimTime;
use rand_distr::{Distribution, Exp1};
use std::hint::black_box;

const ARRIVAL: usize = 0;
const DEPARTURE: usize = 1;
/// Mean nanoseconds between arrivals, and of service: utilisation 0.8.
const BETWEEN_NS: f64 = 1_250.0;
const SERVICE_NS: f64 = 1_000.0;

fn mm1(c: &mut Criterion) {
    let mut rng = generator(7, 0);
    let mut time = move |mean: f64| {
        let draw: f64 = Exp1.sample(&mut rng);
        (draw * mean) as u64 + 1
    };
    let mut events = EventList::new(2);
    let mut station: Station<()> = Station::new(1, None);
    events.schedule(ARRIVAL, SimTime::from_ns(time(BETWEEN_NS)));
    c.bench_function("engine/mm1_event", |b| {
        b.iter(|| {
            let Some((now, entity)) = events.peek() else { return };
            let now_ns = now.as_ns();
            if entity == ARRIVAL {
                if let Admission::Served(_) = station.arrive((), now) {
                    events.schedule(DEPARTURE, SimTime::from_ns(now_ns + time(SERVICE_NS)));
                }
                events.schedule(ARRIVAL, SimTime::from_ns(now_ns + time(BETWEEN_NS)));
            } else {
                let next = match station.finish(0, now) {
                    Some(()) => SimTime::from_ns(now_ns + time(SERVICE_NS)),
                    None => SimTime::NEVER,
                };
                events.schedule(DEPARTURE, next);
            }
            black_box(station.customers());
        });
    });
}

criterion_group!(benches, mm1);
criterion_main!(benches);
