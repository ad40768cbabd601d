//! Containers that crash, against arithmetic.

use super::*;
use crate::blueprint::{
    Blueprint, CrashLoop, FileRotation, Happening, Incident, Reader, StreamLaw, TemplateId, Who,
};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, simulate, simulate_at};

const S: u64 = NS_PER_SEC;

/// `pods` pods of 100 lines/s each, whose containers run for so many seconds; the agent of their node looks for files
/// less often than once in 1,000 s, whatever its phase.
fn crashing(pods: u64, runs_s: u32, sidecars: bool, seconds: u64) -> Blueprint {
    let mut blueprint = layout(pods, 100.0, sidecars, seconds);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Marks::constant(200) };
    }
    blueprint.agents[0].scan_ns = 32_000_000 * S;
    // A sidecar reads a file in a volume.
    if sidecars {
        blueprint.pods[0].streams[0].medium = Medium::File;
    }
    blueprint.pods[0].crashes =
        Some(CrashLoop { runs: Marks::constant(runs_s), from_ns: 0, most: None, starts_s: 0 });
    blueprint
}

/// As natively: nobody reads.
fn unread(mut blueprint: Blueprint) -> Blueprint {
    (blueprint.node_agent, blueprint.pods[0].agent) = (None, None);
    blueprint.pods[0].streams[0].reader = Reader::Nobody;
    blueprint
}

/// Runs it long and short, and checks that both are the same.
fn run(blueprint: &Blueprint) -> Tally {
    let placement = one_node(blueprint);
    let tally = simulate(blueprint, &placement, 1);
    tally.ledger.balance().unwrap();
    for pace in [Pace { flushes: 0, ..Pace::default() }, Pace { stretch_ns: 1, ..Pace::default() }] {
        let mut wide = blueprint.clone();
        wide.backend.capacity_bytes_per_s = Some(1e12);
        let other = simulate_at(pace, &wide, &placement, 1);
        assert_eq!(format!("{tally:?}"), format!("{other:?}"));
    }
    tally
}

/// With runs of one second crashes are at 1, 2, then 10 s after that the next start, and so on: starts at 0, 1, 12, 33,
/// 74, 155, 316, 617 and 918 s.
const STARTS: [u64; 9] = [0, 1, 12, 33, 74, 155, 316, 617, 918];

#[test]
fn waits_double_from_ten_seconds_to_five_minutes() {
    let tally = run(&unread(crashing(1, 1, false, 1_000)));
    assert_eq!(tally.containers.crashes, STARTS.len() as u64);
    assert_eq!(tally.ledger.emitted, 100 * STARTS.len() as u64);
    // One that ran for ten minutes is started at once: of 3,000 s, each crash costs the second that a start takes.
    let mut blueprint = unread(crashing(1, 700, false, 3_000));
    blueprint.pods[0].crashes.as_mut().unwrap().starts_s = 1;
    let tally = run(&blueprint);
    assert!((4..=5).contains(&tally.containers.crashes), "{}", tally.containers.crashes);
    assert_eq!(tally.ledger.emitted, 100 * (3_000 - tally.containers.crashes));
    // Just below ten minutes the waits of 0, 10, 20 and 40 s add up.
    blueprint.pods[0].crashes.as_mut().unwrap().runs = Marks::constant(599);
    let tally = run(&blueprint);
    let waits: u64 = [0, 10, 20, 40, 80].iter().take(tally.containers.crashes as usize).sum();
    assert_eq!(tally.ledger.emitted, 100 * (3_000 - tally.containers.crashes - waits));
    // After two crashes it stays up: 10 s were missed, and it crashed at 1 s and 2 s.
    let mut blueprint = unread(crashing(1, 1, false, 1_000));
    blueprint.pods[0].crashes.as_mut().unwrap().most = Some(2);
    let tally = run(&blueprint);
    assert_eq!((tally.containers.crashes, tally.ledger.emitted), (2, 100 * 990));
}

#[test]
fn the_log_of_the_last_dead_container_is_kept_and_older_ones_are_gone() {
    // Nine containers of 100 lines each: the last one is dead when the run ends, and the eight before are gone, since each
    // is removed when the next one ends.
    let tally = run(&unread(crashing(3, 1, false, 1_000)));
    assert_eq!(tally.ledger.lost[Cause::RemovedWithPod as usize], 3 * 8 * 100);
    assert_eq!((tally.ledger.lost_total(), tally.ledger.retained), (3 * 8 * 100, 3 * 100));
    assert_eq!((tally.containers.crash_logs, tally.containers.missed), (3 * 9, 3 * 8));
    // While the second runs, both are there: runs of 100 s, the first of which ends within 100 s.
    let tally = run(&unread(crashing(1, 100, false, 101)));
    assert_eq!((tally.containers.crashes, tally.containers.missed), (1, 0));
    assert_eq!((tally.ledger.lost_total(), tally.ledger.retained), (0, 101 * 100));
}

#[test]
fn logs_between_two_looks_are_never_discovered() {
    // The first log is known from the start. Nobody looks again: the logs of the next seven are gone unseen, and the last
    // would still be found.
    let tally = run(&crashing(4, 1, false, 1_000));
    assert_eq!(tally.ledger.lost[Cause::NeverDiscovered as usize], 4 * 7 * 100);
    assert_eq!((tally.ledger.lost_total(), tally.ledger.in_flight), (4 * 7 * 100, 4 * 100));
    assert_eq!((tally.containers.crash_logs, tally.containers.missed), (4 * 9, 4 * 7));
    // Whoever looks every second sees all, to the end.
    let mut blueprint = crashing(4, 1, false, 1_000);
    blueprint.agents[0].scan_ns = S;
    let tally = run(&blueprint);
    assert_eq!((tally.ledger.lost_total(), tally.containers.missed), (0, 0));
    assert_eq!(tally.ledger.delivered, 4 * 9 * 100);
}

#[test]
fn a_log_is_there_while_its_container_runs_and_until_the_next_has_ended() {
    // Looks every 40 s, at an instant drawn for each of 64 runs. The second container starts at 1 s and the third ends at
    // 13 s: 12 of 40 s. Then 22 s (12 to 34), and from the fourth on always.
    let mut blueprint = crashing(1, 1, false, 300);
    blueprint.agents[0].scan_ns = 40 * S;
    let placement = one_node(&blueprint);
    let runs = 64;
    let lost: u64 = (0..runs).map(|key| simulate(&blueprint, &placement, key).ledger.lost_total()).sum();
    let expected = 100.0 * runs as f64 * ((1.0 - 12.0 / 40.0) + (1.0 - 22.0 / 40.0));
    // Each of the two is seen or not: the deviation of the sum is below the root of 64 · 2 · ¼ logs.
    assert!((lost as f64 - expected).abs() < 4.0 * 100.0 * 32f64.sqrt(), "{lost} of {expected}");
}

#[test]
fn a_file_in_a_volume_outlives_its_container() {
    let tally = run(&crashing(3, 1, true, 1_000));
    assert_eq!((tally.ledger.lost_total(), tally.containers.missed), (0, 0));
    assert_eq!(tally.ledger.delivered, 3 * 9 * 100);
    // Nobody reads, and nothing is lost either; a file of 250 lines, of which two are kept, is rotated across restarts:
    // of 900 lines three files are full, and the last 150 and 250 before it are there.
    let mut blueprint = unread(crashing(1, 1, true, 1_000));
    blueprint.fresh = Some((0, 0));
    let tally = run(&blueprint);
    assert_eq!((tally.ledger.retained, tally.fullest_disk_bytes), (900, 900 * 200));
    blueprint.pods[0].streams[0].rotation = FileRotation { size_bytes: 250 * 200, files: 2 };
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.lost[Cause::RotatedBeforeRead as usize], 500);
    assert_eq!((tally.ledger.retained, tally.fullest_disk_bytes), (400, 400 * 200));
}

#[test]
fn a_crash_of_the_agent_meets_a_file_with_gaps() {
    // The agent dies three times while the container comes and goes. With checkpoints nothing is passed over; without
    // them the second in which it is down is, each time that the container is up.
    for checkpoints in [true, false] {
        let mut blueprint = crashing(1, 100, true, 400);
        blueprint.agents[0].checkpoints = checkpoints;
        blueprint.agents[0].flush_ns = S / 10;
        let mut placement = one_node(&blueprint);
        let who = Who::Pod { template: TemplateId::of(0), ordinal: 0 };
        let crash = |at_ns| Happening { node: 0, at_ns, what: Incident::Crash(who) };
        placement.happenings = (1..4).map(|n| crash(n * 97 * S + S / 2)).collect();
        let tally = simulate(&blueprint, &placement, 1);
        tally.ledger.balance().unwrap();
        let calm = simulate(&blueprint, &one_node(&blueprint), 1);
        assert_eq!(tally.ledger.emitted, calm.ledger.emitted);
        assert_eq!(tally.ledger.retained > 0, !checkpoints, "{:?}", tally.ledger);
        // What it held of a tenth of a second, three times.
        assert!(tally.ledger.lost_total() <= 3 * 11, "{:?}", tally.ledger);
    }
}

#[test]
fn a_library_dies_with_its_application() {
    // It sends every five seconds: what it has read since then is gone with each crash, after runs of 7 s two seconds of
    // lines or so.
    let mut blueprint = crashing(1, 7, true, 1_000);
    let stream = &mut blueprint.pods[0].streams[0];
    (stream.medium, stream.rotation) = (Medium::Memory, FileRotation { size_bytes: u64::MAX, files: 1 });
    blueprint.agents[0].flush_ns = 5 * S;
    let tally = run(&blueprint);
    let killed = tally.ledger.lost[Cause::AgentKilled as usize];
    assert_eq!(tally.ledger.lost_total(), killed);
    let crashes = tally.containers.crashes;
    assert!(killed > 0 && killed <= crashes * 500, "{killed} in {crashes}");
    assert!(tally.containers.missed > 0 && tally.containers.missed <= crashes);
    assert_eq!(tally.ledger.delivered + killed, tally.ledger.emitted);
}

#[test]
fn every_layout_carries_the_same_lines_of_containers_that_crash() {
    let mut laws = crashing(5, 3, false, 600);
    for law in &mut laws.laws {
        law.arrivals = Arrivals::poisson(30.0, crate::engine::arrivals::Modulation::Steady);
    }
    let with = |mut blueprint: Blueprint| {
        blueprint.laws = laws.laws.clone();
        blueprint.pods[0].crashes.as_mut().unwrap().runs = Marks::from_quantiles(|u| 2.0 + 20.0 * u);
        run(&blueprint)
    };
    let native = with(unread(crashing(5, 3, false, 600)));
    let mut direct = crashing(5, 3, true, 600);
    direct.pods[0].streams[0].medium = Medium::Memory;
    for other in [crashing(5, 3, false, 600), crashing(5, 3, true, 600), direct] {
        let other = with(other);
        assert_eq!(other.ledger.emitted, native.ledger.emitted);
        assert_eq!(other.containers.crashes, native.containers.crashes);
    }
}

#[test]
fn nothing_crashes_once_nothing_is_written_any_more() {
    // Containers that would crash after 6 to 12 s in a run of 6 s: those that would in the drain do not.
    for sidecars in [true, false] {
        let mut blueprint = crashing(20, 12, sidecars, 6);
        blueprint.pods[0].crashes.as_mut().unwrap().from_ns = 5 * S;
        let tally = run(&blueprint);
        assert!(tally.containers.crashes < 10, "{}", tally.containers.crashes);
    }
}
