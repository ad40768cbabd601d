//! Calm flushes in whole seconds beside the same that are cut off where they are.

use crate::blueprint::{Blueprint, Outage};
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, Tally, simulate_at};

const S: u64 = NS_PER_SEC;

/// Twelve files of 40 lines/s for ten minutes, both ways: cut off at flushes, and in whole seconds.
fn both(sidecars: bool, change: &dyn Fn(&mut Blueprint)) -> [Tally; 2] {
    let mut blueprint = layout(12, 40.0, sidecars, 600);
    blueprint.laws.iter_mut().for_each(|law| law.sizes = Marks::from_quantiles(|u| 100.0 + 400.0 * u));
    blueprint.backend.latency_tail = Marks::from_quantiles(|u| -5000.0 * libm::log(1.0 - u));
    blueprint.warmup_ns = 12 * S;
    change(&mut blueprint);
    let placement = one_node(&blueprint);
    [false, true].map(|in_whole| {
        let tally = simulate_at(Pace { in_whole, ..Pace::default() }, &blueprint, &placement, 3);
        tally.ledger.balance().unwrap();
        assert!(tally.ledger.delivered > 200_000);
        tally
    })
}

/// Every line arrives either way; CPU, which hangs on how lines fall into flushes, is the same but for what chance makes of it:
/// of 7,000 flushes of 40 lines, each ± 16 % of which a quarter is CPU, the mean is known to 0.05 %.
fn agree(what: &str, [cut, whole]: &[Tally; 2]) {
    assert_eq!(cut.ledger, whole.ledger, "{what}");
    assert_eq!(cut.tenants[0].emitted, whole.tenants[0].emitted, "{what}");
    assert_eq!(cut.sent_bytes, whole.sent_bytes, "{what}");
    assert_eq!(cut.requests, whole.requests, "{what}");
    let all = |tally: &Tally| tally.timeline.iter().fold((0, 0), |all, bin| (all.0 + bin.0, all.1 + bin.1));
    assert_eq!(all(cut), all(whole), "{what}");
    let cpu = whole.agent_cpu_ns as f64 / cut.agent_cpu_ns as f64;
    assert!((cpu - 1.0).abs() < 0.002, "{what}: CPU {cpu}");
    let age = |tally: &Tally, share| tally.tenants[0].freshness.quantile(share).unwrap();
    for share in [0.5, 0.99] {
        let ratio = age(whole, share) / age(cut, share);
        assert!((ratio - 1.0).abs() < 0.01, "{what}: freshness {share}: {ratio}");
    }
    assert_eq!(cut.usage[0].cpu.samples(), whole.usage[0].cpu.samples(), "{what}");
    // Ten seconds of 400 lines a file or more are known to a few per cent, levels to one.
    let used = |tally: &Tally| tally.usage[0].cpu.quantile(0.95);
    assert!((used(whole) / used(cut) - 1.0).abs() < 0.03, "{what}: {} {}", used(cut), used(whole));
}

#[test]
fn whole_seconds_bring_every_line_and_cost_the_same() {
    for sidecars in [false, true] {
        let check = |what: &str, change: &dyn Fn(&mut Blueprint)| {
            let tallies = both(sidecars, change);
            agree(&format!("{what}, sidecars {sidecars}"), &tallies);
            // Otherwise nothing was settled in whole seconds.
            assert_ne!(tallies[0].agent_cpu_ns, tallies[1].agent_cpu_ns, "{what}, sidecars {sidecars}");
        };
        check("nothing special", &|_| {});
        check("a backend with a capacity", &|b| b.backend.capacity_bytes_per_s = Some(1e9));
        check("an outage in the middle", &|b| {
            b.backend.capacity_bytes_per_s = Some(1e9);
            b.backend.outages = vec![Outage { from_ns: 200 * S, until_ns: 230 * S, refuses: false }];
        });
        check("a memory limit that is far", &|b| b.agents[0].memory_limit_bytes = Some(1 << 30));
    }
}

#[test]
fn flushes_that_are_not_whole_seconds_are_cut_off_where_they_are() {
    for sidecars in [false, true] {
        let [cut, whole] = both(sidecars, &|b| b.agents[0].flush_ns = 1_250_000_000);
        assert_eq!(format!("{cut:?}"), format!("{whole:?}"));
    }
}
