//! Calm flushes in spans beside the same that are drawn one by one.

use crate::blueprint::{Blueprint, Outage, Residence, Stay};
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, Tally, simulate_at};

const S: u64 = NS_PER_SEC;

/// Twelve files of 40 lines/s for ten minutes, counted in blocks, both ways: flush by flush, and in spans.
fn both(sidecars: bool, change: &dyn Fn(&mut Blueprint)) -> [Tally; 2] {
    let mut blueprint = layout(12, 40.0, sidecars, 600);
    blueprint.laws.iter_mut().for_each(|law| {
        law.sizes = Marks::from_quantiles(|u| 100.0 + 400.0 * u);
        law.arrivals = law.arrivals.clone().in_blocks();
    });
    blueprint.backend.latency_tail = Marks::from_quantiles(|u| -5000.0 * libm::log(1.0 - u));
    blueprint.warmup_ns = 12 * S;
    change(&mut blueprint);
    let placement = one_node(&blueprint);
    [false, true].map(|in_spans| {
        let tally = simulate_at(Pace { in_spans, ..Pace::default() }, &blueprint, &placement, 3);
        tally.ledger.balance().unwrap();
        assert!(tally.ledger.delivered > 200_000);
        tally
    })
}

/// Every line arrives either way; CPU, which hangs on how lines fall into flushes, is the same but for what chance makes of it:
/// of 7,000 flushes of 40 lines, each ± 16 % of which a quarter is CPU, the mean is known to 0.05 %.
fn agree(what: &str, [each, spans]: &[Tally; 2]) {
    assert_eq!(each.ledger, spans.ledger, "{what}");
    assert_eq!(each.tenants[0].emitted, spans.tenants[0].emitted, "{what}");
    assert_eq!(each.sent_bytes, spans.sent_bytes, "{what}");
    assert_eq!(each.requests, spans.requests, "{what}");
    let all = |tally: &Tally| tally.timeline.iter().fold((0, 0), |all, bin| (all.0 + bin.0, all.1 + bin.1));
    assert_eq!(all(each), all(spans), "{what}");
    let cpu = spans.agent_cpu_ns as f64 / each.agent_cpu_ns as f64;
    assert!((cpu - 1.0).abs() < 0.002, "{what}: CPU {cpu}");
    let age = |tally: &Tally, share| tally.tenants[0].freshness.quantile(share).unwrap();
    for share in [0.5, 0.99] {
        let ratio = age(spans, share) / age(each, share);
        assert!((ratio - 1.0).abs() < 0.01, "{what}: freshness {share}: {ratio}");
    }
    assert_eq!(each.usage[0].cpu.samples(), spans.usage[0].cpu.samples(), "{what}");
    // Ten seconds of 400 lines a file or more are known to a few per cent, levels to one.
    let used = |tally: &Tally| tally.usage[0].cpu.quantile(0.95);
    assert!((used(spans) / used(each) - 1.0).abs() < 0.03, "{what}: {} {}", used(each), used(spans));
}

#[test]
fn spans_bring_every_line_and_cost_the_same() {
    for sidecars in [false, true] {
        let check = |what: &str, change: &dyn Fn(&mut Blueprint)| {
            let tallies = both(sidecars, change);
            agree(&format!("{what}, sidecars {sidecars}"), &tallies);
            // Otherwise nothing was settled in spans.
            assert_ne!(tallies[0].agent_cpu_ns, tallies[1].agent_cpu_ns, "{what}, sidecars {sidecars}");
        };
        check("nothing special", &|_| {});
        check("a backend with a capacity", &|b| b.backend.capacity_bytes_per_s = Some(1e9));
        check("an outage in the middle", &|b| {
            b.backend.capacity_bytes_per_s = Some(1e9);
            b.backend.outages = vec![Outage { from_ns: 200 * S, until_ns: 230 * S, refuses: false }];
        });
        // A file takes 14 kB/s, so that each is rotated eight times.
        check("files that rotate", &|b| {
            b.kubelet.size_bytes = 1 << 20;
            let kubelet = b.kubelet;
            b.pods.iter_mut().flat_map(|pod| &mut pod.streams).for_each(|plan| plan.rotation = kubelet);
        });
        check("a memory limit that is far", &|b| b.agents[0].memory_limit_bytes = Some(1 << 30));
    }
}

#[test]
fn spans_that_are_not_whole_flushes_go_flush_by_flush() {
    // Shorter than a second, which quiet flushes may be: those of a chunk's length and less.
    let [each, spans] = both(true, &|b| b.agents[0].flush_ns = 800_000_000);
    assert_eq!(format!("{each:?}"), format!("{spans:?}"));
}

/// A backend whose slot takes 4 % more than a flush brings, which varies by as much where it has 480 lines, and by four times that
/// where it has 40: each flush counts, and nothing is settled in spans while slots are nearly full. Spans would say that hardly
/// any is too large, as sums of ten vary less.
#[test]
fn where_the_backend_is_nearly_full_flushes_are_drawn_one_by_one() {
    for sidecars in [false, true] {
        let files = if sidecars { 1.0 } else { 12.0 };
        let [each, spans] = both(sidecars, &|b| {
            let flush_bytes = files * 40.0 * (300.0 + b.agents[0].line_overhead_bytes as f64);
            b.backend.capacity_bytes_per_s = Some(1.04 * flush_bytes / b.backend.slot().as_secs_f64());
        });
        assert_eq!(format!("{each:?}"), format!("{spans:?}"));
        assert!(spans.longest_wait_ns > 0);
    }
}

/// A backend whose slot takes 1.6 times the flush of twelve files, which is ample room, until there are twenty-four of them: what
/// was run in that hope is run again.
#[test]
fn what_was_run_without_a_copy_is_run_again_where_the_backend_gets_crowded_after_all() {
    let run = |in_spans: bool| {
        let mut blueprint = layout(24, 40.0, false, 600);
        blueprint.laws.iter_mut().for_each(|law| law.arrivals = law.arrivals.clone().in_blocks());
        let flush_bytes = 12.0 * 40.0 * (200.0 + blueprint.agents[0].line_overhead_bytes as f64);
        blueprint.backend.capacity_bytes_per_s =
            Some(1.6 * flush_bytes / blueprint.backend.slot().as_secs_f64());
        let mut placement = one_node(&blueprint);
        let stay = Stay { begins_ns: 333 * S, ends_ns: u64::MAX, deleted_ns: u64::MAX };
        placement.residences = (12..24).map(|pod| Residence { pod, node: 0, stay }).collect();
        let tally = simulate_at(Pace { in_spans, ..Pace::default() }, &blueprint, &placement, 3);
        tally.ledger.balance().unwrap();
        tally
    };
    let [each, spans] = [false, true].map(run);
    assert_ne!(each.agent_cpu_ns, spans.agent_cpu_ns, "nothing was settled in spans");
    assert_eq!(each.ledger, spans.ledger);
    assert_eq!(each.longest_wait_ns, spans.longest_wait_ns);
    assert!(spans.longest_wait_ns > 0);
}

/// A few lines a minute: most flushes have none, and a request is sent for those that have. Of 12 files of one line in ten seconds
/// for ten minutes each of 7,200 flushes has any with chance 1 - e^-0.1 = 0.0952: 685 requests, 25 the deviation.
#[test]
fn flushes_without_a_line_send_nothing() {
    use crate::engine::arrivals::{Arrivals, Modulation};
    let run = |in_spans: bool| {
        let mut blueprint = layout(12, 40.0, true, 600);
        blueprint.laws.iter_mut().for_each(|law| {
            law.arrivals = Arrivals::poisson(0.1, Modulation::Steady).in_blocks();
        });
        let placement = one_node(&blueprint);
        simulate_at(Pace { in_spans, ..Pace::default() }, &blueprint, &placement, 3)
    };
    let [each, spans] = [false, true].map(run);
    assert_eq!(each.ledger, spans.ledger);
    assert_ne!(each.agent_cpu_ns, spans.agent_cpu_ns);
    for tally in [&each, &spans] {
        assert!((tally.requests as f64 - 685.0).abs() < 4.0 * 25.0, "{}", tally.requests);
    }
    let (one, other) = (each.agent_cpu_ns as f64, spans.agent_cpu_ns as f64);
    assert!((one / other - 1.0).abs() < 0.02, "{one} {other}");
}
