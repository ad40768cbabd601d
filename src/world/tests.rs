//! The world against arithmetic and against the lab.

use super::*;
use crate::blueprint::{
    Blueprint, Disturbance, Effect, FileRotation, Life, Outage, Reader, StreamLaw, StreamPlan, TemplateId,
};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::flow::{Cause, Medium};
use crate::units::NS_PER_SEC;
use crate::world::testing::{agent, layout, one_node, run};

const S: u64 = NS_PER_SEC;

#[test]
fn freshness_without_load_is_even_over_the_flush_interval() {
    // Flush every second, 1 ms latency: ages even over 1 to 1,001 ms. The lab: p50 0.50 s, p99 0.99 s.
    for sidecars in [false, true] {
        let tally = run(&layout(10, 50.0, sidecars, 200));
        let quantiles = tally.tenants[0].freshness.quantiles(&[0.1, 0.5, 0.99]);
        for (got, expected) in quantiles.into_iter().zip([0.101, 0.501, 0.991]) {
            let got = got.unwrap();
            assert!((got - expected).abs() < 0.02, "{got} of {expected}");
        }
        assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    }
}

#[test]
fn every_layout_carries_the_same_lines() {
    let (one, many) = (run(&layout(8, 100.0, false, 60)), run(&layout(8, 100.0, true, 60)));
    assert_eq!(one.ledger.emitted, many.ledger.emitted);
    assert_eq!(one.disk_bytes, many.disk_bytes);
}

#[test]
fn the_ceiling_is_the_buffer_limit_over_the_flush_interval() {
    // 5,000,000 bytes a second of records of 200 + 78 bytes: 17,986 lines/s. The lab measured 17,951.
    for files in [1, 10] {
        let blueprint = layout(files, 50_000.0 / files as f64, false, 30);
        let tally = run(&blueprint);
        let delivered = tally.ledger.delivered as f64 / (35.0 - 0.5);
        assert!((delivered / 17_986.0 - 1.0).abs() < 0.03, "{files} files: {delivered}");
        assert_eq!(tally.ledger.lost_total(), 0);
    }
}

#[test]
fn a_loud_file_delays_its_neighbours_of_one_agent_and_not_of_another() {
    // The lab: quiet files' p50 rises from 0.50 to 1.39 s with one file at 50,000 lines/s beside them, and
    // does not where each file has an agent of its own.
    let blueprint = |sidecars| {
        let mut blueprint = layout(19, 50.0, sidecars, 60);
        let mut loud = blueprint.pods[0].clone();
        (loud.name, loud.tenant, loud.replicas) = ("loud".into(), 1, 1);
        let mut law = blueprint.laws[0].clone();
        law.arrivals =
            crate::engine::arrivals::Arrivals::poisson(50_000.0, crate::engine::arrivals::Modulation::Steady);
        loud.streams[0].first_law = blueprint.laws.len();
        blueprint.laws.extend(vec![law; StreamPlan::RATE_CLASSES]);
        blueprint.pods.push(loud);
        blueprint.tenants.push("loud".into());
        blueprint.warmup_ns = 5 * S;
        blueprint
    };
    let quiet_p50 = |sidecars| {
        let blueprint = blueprint(sidecars);
        let mut placement = one_node(&blueprint);
        placement.template_of[19] = TemplateId::of(1);
        placement.ordinal_of[19] = 0;
        let tally = simulate(&blueprint, &placement, 1);
        tally.ledger.balance().unwrap();
        tally.tenants[0].freshness.quantile(0.5).unwrap()
    };
    let (shared, own) = (quiet_p50(false), quiet_p50(true));
    assert!((shared / 1.39 - 1.0).abs() < 0.05, "{shared}");
    assert!((own / 0.50 - 1.0).abs() < 0.03, "{own}");
}

#[test]
fn an_outage_delays_and_loses_nothing_while_files_last() {
    let mut blueprint = layout(5, 100.0, false, 120);
    blueprint.backend.outages = vec![Outage { from_ns: 30 * S, until_ns: 60 * S, refuses: false }];
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    // Stalled for 30 of 120 s: those lines are up to 30 s old.
    let p95 = tally.tenants[0].freshness.quantile(0.95).unwrap();
    assert!((20.0..31.0).contains(&p95), "{p95}");
}

#[test]
fn one_retry_is_not_enough_for_an_outage() {
    // Refused for 60 s with one retry after 5 to 10 s: what was flushed in the first 50 s or more is lost, what
    // was flushed in the last 5 to 10 s may survive. 500 lines a second.
    let mut blueprint = layout(5, 100.0, false, 120);
    blueprint.agents[0].retries = crate::profile::Retries::Limit(1);
    blueprint.agents[0].buffer_limit_bytes = u64::MAX / 2;
    blueprint.backend.outages = vec![Outage { from_ns: 30 * S, until_ns: 90 * S, refuses: true }];
    let tally = run(&blueprint);
    let lost = tally.ledger.lost[Cause::RetriesExhausted as usize];
    assert_eq!(lost, tally.ledger.lost_total());
    assert!((50 * 450..60 * 550).contains(&lost), "{lost}");
}

/// A file that fills 1 MiB and is rotated at every look of the kubelet.
fn rotating(rate: f64, seconds: u64) -> Blueprint {
    let mut blueprint = layout(1, rate, false, seconds);
    blueprint.kubelet = FileRotation { size_bytes: 1 << 20, files: 5 };
    blueprint
}

#[test]
fn a_file_that_comes_and_goes_between_scans_is_never_seen() {
    // 2,000 lines/s of 241 bytes fill 1 MiB in 2.2 s: a rotation at every tick of 10 s. Scans are 60 s apart, so
    // that of six files five come and go unseen: 5/6 of all lines, as far as they are deleted within the run.
    let tally = run(&rotating(2_000.0, 600));
    let unseen = tally.ledger.lost[Cause::NeverDiscovered as usize] + tally.ledger.retained;
    let share = unseen as f64 / tally.ledger.emitted as f64;
    assert!((share - 5.0 / 6.0).abs() < 0.03, "{share}");
    // Five files are kept, the live one included: four rotated ones of 10 s, some of them unseen.
    assert!(tally.ledger.retained <= 4 * 10 * 2_100);
}

#[test]
fn scanning_as_often_as_files_rotate_loses_nothing() {
    let mut blueprint = rotating(2_000.0, 300);
    blueprint.agents[0].scan_ns = 5 * S;
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
}

#[test]
fn nobody_reads_means_files_are_kept_and_then_lost() {
    // Rotated every 10 s, five files: what is older than 40 to 50 s is gone.
    let mut blueprint = rotating(2_000.0, 600);
    blueprint.node_agent = None;
    blueprint.pods[0].streams[0].reader = Reader::Nobody;
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, 0);
    let kept_s = tally.ledger.retained as f64 / 2_000.0;
    assert!((39.0..51.0).contains(&kept_s), "{kept_s}");
    assert_eq!(tally.ledger.lost[Cause::RotatedBeforeRead as usize], tally.ledger.lost_total());
}

#[test]
fn a_full_buffer_in_a_long_stall_loses_what_rotates_away() {
    // Nothing is acknowledged from 20 s on: the agent holds 5 MB of records and 1 MiB files rotate away.
    let mut blueprint = rotating(2_000.0, 200);
    blueprint.agents[0].scan_ns = 5 * S;
    blueprint.drain_ns = 0;
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 10_000 * S, refuses: false }];
    let tally = run(&blueprint);
    // Buffered: 5,000,000 / 278 lines, within one write.
    assert!(tally.ledger.in_flight >= 17_900, "{}", tally.ledger.in_flight);
    assert!(tally.ledger.delivered < 21 * 2_100);
    assert!(tally.ledger.lost_total() > 0);
}

#[test]
fn an_agent_over_its_memory_limit_is_killed_and_loses_its_buffer() {
    // Idle 11.9 MB; a stalled backend lets the buffer grow to 5 MB of records, some 13 MB more.
    let mut blueprint = layout(1, 5_000.0, false, 60);
    blueprint.agents[0].memory_limit_bytes = Some(20_000_000);
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 50 * S, refuses: false }];
    let tally = run(&blueprint);
    assert!(tally.oom_kills > 0);
    let gone = tally.ledger.lost[Cause::AgentKilled as usize] + tally.ledger.retained;
    assert!(gone > 5_000, "{gone}");
    blueprint.agents[0].memory_limit_bytes = Some(200_000_000);
    assert_eq!(run(&blueprint).oom_kills, 0);
}

#[test]
fn an_agent_without_enough_cpu_falls_behind() {
    // 5,000 lines/s at about 7 µs each need 3.5 % of a core; 2 % carry about 3,000 lines/s.
    let mut blueprint = layout(1, 5_000.0, false, 60);
    blueprint.agents[0].cores = 0.02;
    let tally = run(&blueprint);
    let costs = &blueprint.agents[0].costs;
    let per_s = 0.02 * 1e9 / costs.bulk_reader_ns(1.0, 241.0);
    let delivered = tally.ledger.delivered as f64 / 65.0;
    assert!((delivered / per_s - 1.0).abs() < 0.05, "{delivered} of {per_s}");
    assert!(tally.ledger.in_flight > 0);
    // Reading is 86 % of what a line costs: 2 % of a core for it are 2.3 % in all, however much is offered.
    let cores = |tally: &Tally| tally.agent_cpu_ns as f64 / 60e9;
    let expected = 0.02 / costs.reader_share() + blueprint.agents[0].idle_cores;
    assert!((cores(&tally) / expected - 1.0).abs() < 0.1, "{} of {expected}", cores(&tally));
    let mut louder = layout(1, 20_000.0, false, 60);
    louder.agents[0].cores = 0.02;
    assert!((cores(&run(&louder)) / expected - 1.0).abs() < 0.1);
}

#[test]
fn slots_and_whole_runs_give_the_same_bits() {
    // A capacity that is never reached: waits are zero either way.
    let mut blueprint = layout(6, 50.0, true, 60);
    blueprint.backend.capacity_bytes_per_s = Some(1e9);
    let placement = one_node(&blueprint);
    let whole = simulate(&blueprint, &placement, 7);
    let slots = simulate_at(Pace { stretch_ns: 1, ..Pace::default() }, &blueprint, &placement, 7);
    assert_eq!(format!("{whole:?}"), format!("{slots:?}"));
    // Without a capacity, nodes run apart; all the rest is the same.
    blueprint.backend.capacity_bytes_per_s = None;
    assert_eq!(format!("{whole:?}"), format!("{:?}", simulate(&blueprint, &placement, 7)));
}

#[test]
fn a_congested_stretch_is_run_again_to_the_same_bits() {
    // A stall of 20 s piles up 20 s of 610 kB/s; a backend of 900 kB/s needs 13.6 s for it once it is back.
    let mut blueprint = layout(10, 200.0, true, 90);
    blueprint.backend.capacity_bytes_per_s = Some(900_000.0);
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: false }];
    let placement = one_node(&blueprint);
    let [by_stretch, by_slot] = [S / 2, 1]
        .map(|stretch_ns| simulate_at(Pace { stretch_ns, ..Pace::default() }, &blueprint, &placement, 7));
    assert_eq!(format!("{by_stretch:?}"), format!("{by_slot:?}"));
    let wait_s = by_slot.longest_wait_ns as f64 / S as f64;
    assert!((wait_s / 13.6 - 1.0).abs() < 0.05, "{wait_s}");
}

#[test]
fn a_backend_of_too_little_capacity_delays_and_turns_away() {
    let mut blueprint = layout(10, 200.0, true, 60);
    // 2,000 lines/s of 305 bytes: 610 kB/s against 400 kB/s.
    blueprint.backend.capacity_bytes_per_s = Some(400_000.0);
    let tally = run(&blueprint);
    assert!(tally.longest_wait_ns > S);
    let sent = tally.ledger.delivered as f64 * 305.0 / 65.0;
    assert!(sent < 400_000.0 * 1.02, "{sent}");
    assert!(tally.ledger.in_flight > 0);
}

#[test]
fn results_converge_as_chunks_shrink() {
    let quantiles = |chunk_ns| {
        let mut blueprint = layout(4, 20.0, false, 300);
        blueprint.chunk_ns = chunk_ns;
        run(&blueprint).tenants[0].freshness.quantiles(&[0.1, 0.5, 0.9])
    };
    for (coarse, fine) in quantiles(S).into_iter().zip(quantiles(4_000_000)) {
        assert!((coarse.unwrap() - fine.unwrap()).abs() < 0.02, "{coarse:?} {fine:?}");
    }
}

#[test]
fn quiet_and_busy_regimes_agree_where_both_apply() {
    // A flush holds about 500 lines of 278 bytes, 139 kB. With room for two of them every second is quiet; with
    // room for one and a half, what is held and what is new never surely fit together, and each second is settled
    // from answer to answer, though the buffer never fills.
    let run_with = |limit_bytes| {
        let mut blueprint = layout(5, 100.0, false, 300);
        blueprint.backend.latency_ns = 150_000_000;
        blueprint.agents[0].buffer_limit_bytes = limit_bytes;
        run(&blueprint)
    };
    let (quiet, busy) = (run_with(5_000_000), run_with(215_000));
    assert_eq!((quiet.paused_ns, busy.paused_ns), (0, 0));
    assert_eq!(quiet.ledger, busy.ledger);
    assert_eq!(quiet.sent_bytes, busy.sent_bytes);
    let shares = [0.1, 0.5, 0.9, 0.99];
    let ages = |tally: &Tally| tally.tenants[0].freshness.quantiles(&shares);
    for (quiet, busy) in ages(&quiet).into_iter().zip(ages(&busy)) {
        assert!((quiet.unwrap() / busy.unwrap() - 1.0).abs() < 0.01, "{quiet:?} {busy:?}");
    }
    let cpu = quiet.agent_cpu_ns as f64 / busy.agent_cpu_ns as f64;
    assert!((cpu - 1.0).abs() < 0.02, "{cpu}");
}

#[test]
fn an_input_never_waits_for_ever_with_an_empty_buffer() {
    // Nothing that is written fits into 100 bytes, and each flush carries one write all the same.
    let mut blueprint = layout(1, 1.0, false, 120);
    blueprint.agents[0].buffer_limit_bytes = 100;
    let tally = run(&blueprint);
    assert!(tally.ledger.delivered as f64 > 0.5 * tally.ledger.emitted as f64, "{:?}", tally.ledger);
}

#[test]
fn flushes_settled_at_once_give_the_same_bits_as_events() {
    let check = |what: &str, change: &dyn Fn(&mut Blueprint)| {
        for sidecars in [false, true] {
            let mut blueprint = layout(6, 40.0, sidecars, 150);
            blueprint.laws.iter_mut().for_each(|law| {
                law.sizes = crate::engine::marks::Marks::from_quantiles(|u| 100.0 + 400.0 * u);
            });
            blueprint.backend.latency_tail =
                crate::engine::marks::Marks::from_quantiles(|u| -5000.0 * libm::log(1.0 - u));
            blueprint.warmup_ns = 12_345_678_901;
            change(&mut blueprint);
            let placement = one_node(&blueprint);
            let [at_once, one_by_one] = [pace::MOST_FLUSHES, 0].map(|flushes| {
                let tally = simulate_at(Pace { flushes, ..Pace::default() }, &blueprint, &placement, 3);
                tally.ledger.balance().unwrap();
                assert!(tally.ledger.delivered > 0);
                format!("{tally:?}")
            });
            assert!(at_once == one_by_one, "{what}, sidecars {sidecars}\n{at_once}\n{one_by_one}");
        }
    };
    check("nothing special", &|_| {});
    check("a capacity", &|b| b.backend.capacity_bytes_per_s = Some(1e6));
    check("a capacity just enough", &|b| b.backend.capacity_bytes_per_s = Some(1.2e5));
    check("odd flushes", &|b| b.agents[0].flush_ns = 310_000_000);
    check("long flushes", &|b| b.agents[0].flush_ns = 5 * S);
    check("an outage", &|b| {
        b.backend.outages = vec![Outage { from_ns: 40 * S, until_ns: 60 * S, refuses: true }];
    });
    let disturbance = |effect, share| Disturbance {
        from_ns: 40 * S + 123_456_789,
        until_ns: 60 * S,
        effect,
        share,
        of_some_nodes: false,
    };
    for (what, effect, share) in [
        ("every third request refused", Effect::Refuse, 0.33),
        ("every third request stalled", Effect::Stall, 0.33),
        ("a slow backend", Effect::Slow(200.0), 1.0),
        ("half of the requests slow, at a capacity", Effect::Slow(3_000.0), 0.5),
    ] {
        check(what, &|b| {
            b.backend.disturbances = vec![disturbance(effect, share)];
            b.backend.capacity_bytes_per_s = what.contains("capacity").then_some(1e6);
        });
    }
    check("a node cut off, and none", &|b| {
        b.backend.disturbances = vec![
            Disturbance { of_some_nodes: true, ..disturbance(Effect::Refuse, 1.0) },
            Disturbance { from_ns: 90 * S, until_ns: 95 * S, ..disturbance(Effect::Stall, 1.0) },
        ];
    });
    check("rotation", &|b| b.kubelet = FileRotation { size_bytes: 200_000, files: 3 });
    check("slow answers", &|b| b.backend.latency_ns = 990_000_000);
    check("a small buffer", &|b| b.agents[0].buffer_limit_bytes = 24_000);
    check("little memory", &|b| b.agents[0].memory_limit_bytes = Some(12_750_000));
    check("little CPU", &|b| b.agents[0].cores = 0.0018);
    check("churn", &|b| {
        let lifetime = crate::engine::marks::Marks::from_quantiles(|u| -30.0 * libm::log(1.0 - u));
        b.pods[0].life = Some(Life { lifetime, lingers_s: 1, pause_s: 6, agent_stops_s: 0, sticks: false });
        b.agents[0].scan_ns = 5 * S;
    });
    check("churn of own files", &|b| {
        let lifetime = crate::engine::marks::Marks::constant(40);
        b.pods[0].life = Some(Life { lifetime, lingers_s: 0, pause_s: 0, agent_stops_s: 0, sticks: false });
        b.pods[0].streams[0].medium = crate::flow::Medium::File;
        b.pods[0].streams[0].rotation = FileRotation { size_bytes: 100_000, files: 2 };
    });
    check("own files", &|b| {
        b.pods[0].streams[0].medium = crate::flow::Medium::File;
        b.pods[0].streams[0].rotation = FileRotation { size_bytes: 300_000, files: 2 };
    });
}

/// Pods that live for `lives_s` each, linger and pause, on one node for `seconds`.
fn short_lived(lives_s: u32, lingers_s: u64, sidecars: bool, seconds: u64) -> Blueprint {
    let mut blueprint = layout(20, 50.0, sidecars, seconds);
    let lifetime = crate::engine::marks::Marks::constant(lives_s);
    blueprint.pods[0].life =
        Some(Life { lifetime, lingers_s, pause_s: lingers_s + 5, agent_stops_s: 0, sticks: false });
    blueprint
}

#[test]
fn pods_shorter_than_a_scan_are_seen_as_often_as_a_scan_falls_into_them() {
    // A scan every 60 s; a pod's file is there for 20 + 1 s, so that it is found with probability 21/60. Of those that
    // are, all is read. 20 places, a pod every 26 s, 1,200 s: about 900 pods, a standard error of 0.016.
    let tally = run(&short_lived(20, 1, false, 1200));
    let unseen = tally.ledger.lost[Cause::NeverDiscovered as usize] as f64 / tally.ledger.emitted as f64;
    assert!((unseen - (1.0 - 21.0 / 60.0)).abs() < 4.0 * 0.016 + 0.01, "{unseen}");
    assert_eq!(tally.ledger.lost_total(), tally.ledger.lost[Cause::NeverDiscovered as usize]);
    // Files that stay for a minute after their pod has ended are all found.
    assert_eq!(run(&short_lived(20, 61, false, 600)).ledger.lost_total(), 0);
    // An agent in the pod knows its file from the beginning.
    assert_eq!(run(&short_lived(20, 1, true, 600)).ledger.lost_total(), 0);
}

#[test]
fn without_an_agent_logs_go_with_their_pod() {
    let mut blueprint = short_lived(20, 0, false, 600);
    blueprint.node_agent = None;
    blueprint.pods[0].streams[0].reader = Reader::Nobody;
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.lost[Cause::RemovedWithPod as usize], tally.ledger.lost_total());
    // What the last pods wrote is still there: 20 places, each in the middle of a life of 20 s with a pause of 5 s:
    // 20 · (20/25) · 10 s of 50 lines a second.
    let expected = 20.0 * 0.8 * 10.0 * 50.0;
    assert!((tally.ledger.retained as f64 / expected - 1.0).abs() < 0.35, "{}", tally.ledger.retained);
    // A pod lives 20 of 25 s: so much less is written than without churn.
    let share = tally.ledger.emitted as f64 / run(&layout(20, 50.0, false, 600)).ledger.emitted as f64;
    assert!((share - 0.8).abs() < 0.02, "{share}");
}

#[test]
fn every_layout_carries_the_same_lines_of_pods_that_come_and_go() {
    let emitted = |sidecars| run(&short_lived(17, 2, sidecars, 300)).ledger.emitted;
    assert_eq!(emitted(true), emitted(false));
}

#[test]
fn an_agent_in_a_pod_that_is_deleted_loses_what_it_could_not_send() {
    // Nothing is acknowledged; a sidecar dies with its pod one second after the last line, and what it held is lost.
    let mut blueprint = short_lived(20, 1, true, 300);
    blueprint.backend.outages = vec![Outage { from_ns: 0, until_ns: 10_000 * S, refuses: false }];
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, 0);
    assert_eq!(tally.ledger.lost[Cause::AgentKilled as usize], tally.ledger.lost_total());
    assert!(tally.ledger.lost_total() > tally.ledger.emitted / 2);
    // The agent of the node outlives the pods and keeps what it has read: the first 20 s of each place at least.
    blueprint = short_lived(20, 1, false, 300);
    blueprint.agents[0].scan_ns = S;
    blueprint.agents[0].buffer_limit_bytes = u64::MAX / 2;
    blueprint.backend.outages = vec![Outage { from_ns: 0, until_ns: 10_000 * S, refuses: false }];
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.lost[Cause::AgentKilled as usize], 0);
    assert!(tally.ledger.in_flight as f64 > 0.9 * tally.ledger.emitted as f64);
}

/// One file on the node that its application rotates at 10 MiB: 241 bytes a line, 7,200 lines/s, full after 6.04 s.
fn one_rotating_file(outage_s: std::ops::Range<u64>) -> Blueprint {
    let mut blueprint = layout(1, 7200.0, false, 40);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(7200.0), sizes: Marks::constant(241) };
    }
    blueprint.pods[0].streams[0].medium = Medium::HostPath;
    blueprint.agents[0].record_overhead_bytes = 37;
    blueprint.fresh = Some((0, NS_PER_SEC));
    let ns = |s| s * NS_PER_SEC;
    blueprint.backend.outages =
        vec![Outage { from_ns: ns(outage_s.start), until_ns: ns(outage_s.end), refuses: false }];
    blueprint
}

#[test]
fn a_paused_input_notices_a_rotation_when_it_reads_again() {
    // The buffer takes 2.5 s of records, so that it is full before the second rotation at 12.08 s. The third file, of
    // 12.08 to 18.13 s, comes and goes unseen: 10 MiB / 241 B = 43,509 lines. (Lab: 43,510.) The fourth is found.
    let tally = run(&one_rotating_file(9..19));
    let lost = tally.ledger.lost[Cause::NeverDiscovered as usize] + tally.ledger.retained;
    assert!((43_400..43_600).contains(&lost), "{:?}", tally.ledger);

    // After 32 s the file that it was reading is gone, and nothing but a scan, at 60 s, finds another.
    let tally = run(&one_rotating_file(9..38));
    let delivered = tally.ledger.delivered as f64 / 7200.0;
    assert!((9.0..12.1).contains(&delivered), "{delivered} s of lines");
}

#[test]
fn files_share_a_backlog_alike() {
    // Ten files of 5,000 lines/s and a ceiling of 17,986: every file falls behind by 0.64 s a second, so that of what
    // arrives within 22 s half is older than 7.1 s. (Lab: 6.2 s within 17 s.) Were files read one after the other, the
    // first three would take all, at about a second.
    let tally = run(&layout(10, 5000.0, false, 17));
    let median = tally.tenants[0].freshness.quantile(0.5).unwrap();
    assert!((6.2..8.0).contains(&median), "{median}");
}

#[test]
fn an_agent_that_has_used_up_its_quota_sends_in_the_next_periods() {
    // What an output of 12 ms takes with 5 ms in every 100: 5 ms, 95 of waiting, 5, 95, and the last 2.
    let mut plan = agent();
    let (line_ns, byte_ns) = plan.costs.output_rates();
    let lines = (12e6 / (line_ns + 200.0 * byte_ns)).round() as u64;
    let bytes = |lines: u64| lines * (200 + plan.record_overhead_bytes);
    assert_eq!(plan.output_ns(lines, bytes(lines)), 12_000_000);
    let (many, few) = (bytes(lines), bytes(lines * 5 / 12));
    plan.quota_ns = Some(5_000_000);
    assert_eq!(plan.output_ns(lines, many), 202_000_000);
    // One that takes no more than the quota is not held up.
    assert_eq!(plan.output_ns(lines * 5 / 12, few), 5_000_000);
    // Who has had no rest takes 100 ms for every 5 ms, wherever in a period it begins: no step between one quota and two.
    let busy = |share: u64| plan.busy_output_ns(lines * share / 12, bytes(lines * share / 12)) as f64 / 1e6;
    for (share, expected) in [(12, 240.0), (6, 120.0), (5, 100.0), (3, 60.0)] {
        assert!((busy(share) - expected).abs() < 0.2, "{share}: {} ms", busy(share));
    }
    // Freshness has it: lines of a flush are as much later.
    let p50 = |quota_ns| {
        let mut blueprint = layout(1, lines as f64, false, 20);
        blueprint.agents[0].quota_ns = quota_ns;
        run(&blueprint).tenants[0].freshness.quantile(0.5).unwrap()
    };
    let later = p50(Some(5_000_000)) - p50(None);
    assert!((0.18..0.2).contains(&later), "{later}");
}
