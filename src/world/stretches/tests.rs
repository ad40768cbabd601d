//! Stretches on foreseen waits, and flushes settled at once in them, against slot by slot and event by event.

use crate::blueprint::{Blueprint, Outage};
use crate::profile::Overflow;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, simulate_at};

const S: u64 = NS_PER_SEC;

fn stall(from_s: u64, until_s: u64) -> Outage {
    Outage { from_ns: from_s * S, until_ns: until_s * S, refuses: false }
}

/// Six files of 40 lines/s: 240 lines/s of 305 bytes, 73 kB/s as they are sent.
fn queued(sidecars: bool, capacity: f64) -> Blueprint {
    let mut blueprint = layout(6, 40.0, sidecars, 120);
    blueprint.backend.capacity_bytes_per_s = Some(capacity);
    blueprint.backend.queue_ns = u64::MAX;
    blueprint.backend.latency_tail =
        crate::engine::marks::Marks::from_quantiles(|u| -20_000.0 * libm::log(1.0 - u));
    blueprint
}

/// Runs both ways, which must agree in every bit. Returns the longest wait, in seconds.
fn both(what: &str, capacity: f64, change: &dyn Fn(&mut Blueprint)) -> f64 {
    let mut wait_s: f64 = 0.0;
    for sidecars in [false, true] {
        let mut blueprint = queued(sidecars, capacity);
        change(&mut blueprint);
        let placement = one_node(&blueprint);
        let slow = Pace { stretch_ns: 1, flushes: 0, in_spans: false };
        let [at_once, one_by_one] = [Pace::default(), slow].map(|pace| {
            let tally = simulate_at(pace, &blueprint, &placement, 5);
            tally.ledger.balance().unwrap();
            assert!(tally.ledger.delivered > 0, "{what}");
            wait_s = wait_s.max(tally.longest_wait_ns as f64 / S as f64);
            format!("{tally:?}")
        });
        assert!(at_once == one_by_one, "{what}, sidecars {sidecars}\n{at_once}\n{one_by_one}");
    }
    wait_s
}

#[test]
fn waits_that_are_foreseen_give_the_same_bits_as_slot_by_slot() {
    // A stall of 20 s piles up 20 s of 73 kB/s.
    let wait_s =
        both("a stall, and enough capacity behind it", 120e3, &|b| b.backend.outages = vec![stall(40, 60)]);
    assert!((wait_s / (20.0 * 73.2 / 120.0) - 1.0).abs() < 0.1, "{wait_s}");
    both("two stalls, one into the other", 120e3, &|b| {
        b.backend.outages = vec![stall(30, 45), stall(45, 50)];
    });
    both("a stall at the end", 120e3, &|b| b.backend.outages = vec![stall(110, 130)]);
    both("a refusal", 120e3, &|b| {
        b.backend.outages = vec![Outage { refuses: true, ..stall(40, 60) }];
    });
    // 73 kB/s against 50 kB/s for 125 s: what is 23 kB/s behind waits 57 s at the end.
    let wait_s = both("too little capacity", 50e3, &|_| {});
    assert!((wait_s / (23.2 * 120.0 / 50.0) - 1.0).abs() < 0.1, "{wait_s}");
}

#[test]
fn so_do_agents_that_do_not_send_on_as_before() {
    let short = |b: &mut Blueprint| b.backend.outages = vec![stall(40, 60)];
    both("a queue of five seconds", 50e3, &|b| b.backend.queue_ns = 5 * S);
    both("few requests at a time", 120e3, &|b| {
        short(b);
        b.agents[0].max_in_flight = 3;
    });
    both("answers that are not waited for", 120e3, &|b| {
        short(b);
        b.agents[0].request_timeout_ns = 3 * S;
    });
    for overflow in [Overflow::Pause, Overflow::Block, Overflow::DropOldest, Overflow::DropNewest] {
        for capacity in [50e3, 120e3] {
            let wait_s = both(&format!("{overflow:?} at {capacity}"), capacity, &|b| {
                short(b);
                let agent = &mut b.agents[0];
                agent.overflow = overflow;
                agent.flush_ns = S / 10;
                (agent.buffer_limit_bytes, agent.buffer_memory_bytes) = (40_000, 40_000);
            });
            assert!(wait_s > 0.1, "{wait_s}");
        }
    }
    both("full batches at once", 120e3, &|b| {
        short(b);
        b.agents[0].sends_full = true;
        b.agents[0].batch_bytes = 6_000;
    });
    both("a memory limit", 120e3, &|b| {
        short(b);
        b.agents[0].memory_limit_bytes = Some(b.agents[0].costs.rss_idle_bytes() as u64 + 1_200_000);
    });
}
