//! What incidents do, against arithmetic.

use super::*;
use crate::blueprint::{
    Blueprint, Happening, Incident, Outage, Placement, Residence, Stay, StreamLaw, TemplateId, Who,
};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, simulate, simulate_at};

const S: u64 = NS_PER_SEC;

/// `files` files of 100 lines/s each, one after the other at even distances, in new files. The agent reads in step with
/// its flushes, each second, and starts again a second after its death.
fn even(files: u64, sidecars: bool, seconds: u64) -> Blueprint {
    let mut blueprint = layout(files, 100.0, sidecars, seconds);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Marks::constant(200) };
    }
    blueprint
}

fn run_with(blueprint: &Blueprint, happenings: &[(u64, Incident)]) -> Tally {
    let mut placement = one_node(blueprint);
    placement.happenings =
        happenings.iter().map(|(at_ns, what)| Happening { node: 0, at_ns: *at_ns, what: *what }).collect();
    run_on(blueprint, &placement)
}

/// Runs it long and short, and checks that both are the same.
fn run_on(blueprint: &Blueprint, placement: &Placement) -> Tally {
    let tally = simulate(blueprint, placement, 1);
    tally.ledger.balance().unwrap();
    let by_events = simulate_at(Pace { flushes: 0, ..Pace::default() }, blueprint, placement, 1);
    assert_eq!(format!("{tally:?}"), format!("{by_events:?}"));
    let mut wide = blueprint.clone();
    wide.backend.capacity_bytes_per_s = Some(1e12);
    for stretch_ns in [1, 7 * S] {
        let by_slot = simulate_at(Pace { stretch_ns, ..Pace::default() }, &wide, placement, 1);
        assert_eq!(format!("{tally:?}"), format!("{by_slot:?}"), "stretches of {stretch_ns}");
    }
    tally
}

fn lost(tally: &Tally, cause: Cause) -> u64 {
    tally.ledger.lost[cause as usize]
}

#[test]
fn a_crash_loses_what_was_read_since_the_last_flush_and_skips_what_is_written_meanwhile() {
    // 500 lines/s; from the last flush before it, up to a second, until the restart, one second after: without
    // checkpoints both are passed over, 500 to 1,000 lines, and stay on disk or are lost.
    let mut blueprint = even(5, false, 60);
    let crash = [(30 * S + S / 2, Incident::Crash(Who::Node))];
    let tally = run_with(&blueprint, &crash);
    let killed = lost(&tally, Cause::AgentKilled);
    assert_eq!(killed, tally.ledger.lost_total());
    assert!(killed <= 500, "{killed}");
    // What was written while it was down: one second.
    assert!((499..=505).contains(&tally.ledger.retained), "{:?}", tally.ledger);
    // With checkpoints only the buffer is lost, as positions are those of the reader.
    blueprint.agents[0].checkpoints = true;
    let tally = run_with(&blueprint, &crash);
    assert_eq!((lost(&tally, Cause::AgentKilled), tally.ledger.retained), (killed, 0));
    // A second crash is followed by ten seconds more.
    blueprint.agents[0].checkpoints = false;
    let again = [crash[0], (40 * S, Incident::Crash(Who::Node))];
    let tally = run_with(&blueprint, &again);
    assert!((12 * 500 - 5..=12 * 500 + 10).contains(&tally.ledger.retained), "{:?}", tally.ledger);
}

#[test]
fn a_crash_of_one_sidecar_touches_its_pod_alone() {
    let blueprint = even(5, true, 60);
    let crash = Incident::Crash(Who::Pod { template: TemplateId::of(0), ordinal: 3 });
    let tally = run_with(&blueprint, &[(30 * S, crash)]);
    assert!(lost(&tally, Cause::AgentKilled) <= 100);
    assert!((99..=101).contains(&tally.ledger.retained), "{:?}", tally.ledger);
}

#[test]
fn an_agent_that_is_told_to_stop_loses_nothing_that_the_backend_takes() {
    let mut blueprint = even(5, false, 120);
    let stop = Incident::Stop { who: Who::Node, back_ns: 60 * S };
    let tally = run_with(&blueprint, &[(30 * S + S / 3, stop)]);
    assert_eq!(tally.ledger.lost_total(), 0);
    // 29 2/3 s without an agent.
    let down = 500.0 * (60.0 - 30.0 - 1.0 / 3.0);
    assert_eq!(tally.agent_down_ns, 60 * S - (30 * S + S / 3));
    assert!((tally.ledger.retained as f64 - down).abs() < 10.0, "{:?}", tally.ledger);
    // With the backend away since 20 s, what was read since is lost: ten seconds and up to one more.
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 50 * S, refuses: true }];
    let tally = run_with(&blueprint, &[(30 * S, stop)]);
    let killed = lost(&tally, Cause::AgentKilled);
    assert!((10 * 500..=11 * 500 + 5).contains(&killed), "{killed}");
    assert_eq!(killed, tally.ledger.lost_total());
    // What waits on disk is sent after the upgrade: what was read of it stays.
    blueprint.agents[0].buffer_memory_bytes = 1;
    let tally = run_with(&blueprint, &[(30 * S, stop)]);
    assert_eq!(tally.ledger.lost_total(), 0);
}

#[test]
fn tries_to_start_with_a_bad_config_are_further_and_further_apart() {
    // Tries after 1, 1+10+1, +20+1, +40+1, +80+1, +160+1, +300+1, +300+1 seconds.
    let agent = crate::world::testing::agent();
    let tries = [1, 12, 33, 74, 155, 316, 617, 918];
    for pair in tries.windows(2) {
        assert_eq!(agent.back_ns(100 * S, (100 + pair[0]) * S + 1), (100 + pair[1]) * S);
        assert_eq!(agent.back_ns(100 * S, (100 + pair[1]) * S), (100 + pair[1]) * S);
    }
}

#[test]
fn a_lost_node_takes_what_was_not_delivered_with_it() {
    // Nothing is delivered from 20 s on; the node goes at 50 s. Of 50 s of 500 lines/s the first 20 s are delivered, but
    // for what the last flush before had not taken.
    for sidecars in [false, true] {
        let mut blueprint = even(5, sidecars, 120);
        blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 100 * S, refuses: true }];
        let tally = run_with(&blueprint, &[(50 * S, Incident::Lost)]);
        assert_eq!(tally.ledger.lost_total(), lost(&tally, Cause::NodeLost));
        assert!((tally.ledger.emitted as f64 - 50.0 * 500.0).abs() <= 5.0);
        let gone = lost(&tally, Cause::NodeLost);
        assert!((30 * 500..=31 * 500 + 5).contains(&gone), "{gone}");
        assert_eq!((tally.ledger.in_flight, tally.ledger.retained, tally.agents), (0, 0, 0));
    }
    // Natively all of it was on the disk.
    let mut blueprint = even(5, false, 120);
    blueprint.node_agent = None;
    blueprint.pods[0].streams[0].reader = crate::blueprint::Reader::Nobody;
    blueprint.kubelet.size_bytes = 1 << 20;
    let tally = run_with(&blueprint, &[(50 * S, Incident::Lost)]);
    assert_eq!(lost(&tally, Cause::NodeLost), tally.ledger.emitted);
}

/// Two nodes with two pods each; the second pod of the first moves to the other after `ends_s`, and writes there from
/// `begins_s` on.
fn moving(blueprint: &Blueprint, ends_s: u64, begins_s: u64) -> Placement {
    let mut placement = one_node(blueprint);
    placement.nodes.push(0);
    placement.node_of = vec![0, 0, 1, 1];
    let first = Stay { begins_ns: 0, ends_ns: ends_s * S, deleted_ns: (ends_s + 1) * S };
    let second = Stay { begins_ns: begins_s * S, ends_ns: u64::MAX, deleted_ns: u64::MAX };
    placement.residences =
        vec![Residence { pod: 1, node: 0, stay: first }, Residence { pod: 1, node: 1, stay: second }];
    placement
}

#[test]
fn a_pod_that_moves_writes_the_same_lines_from_then_on() {
    for sidecars in [false, true] {
        let mut blueprint = layout(4, 30.0, sidecars, 60);
        blueprint.agents[0].scan_ns = 5 * S;
        let stays = Placement { residences: Vec::new(), ..moving(&blueprint, 1, 2) };
        let all = run_on(&blueprint, &stays).ledger.emitted;
        let missing = |from_s, to_s| {
            let tally = run_on(&blueprint, &moving(&blueprint, from_s, to_s));
            // The pod's new file is found within the drain; its old one is gone a second after its last line, which
            // is time enough.
            assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
            assert_eq!(tally.agents, if sidecars { 4 } else { 2 });
            all - tally.ledger.emitted
        };
        // What is missing is what the pod would have written: the lines of two gaps that touch are those of the one that
        // covers both, and 60 on average in two seconds.
        let (first, second, both) = (missing(30, 31), missing(31, 32), missing(30, 32));
        assert_eq!(first + second, both);
        assert!((both as f64 - 60.0).abs() < 4.0 * 7.8, "{both}");
    }
    // At even rates a gap of one second holds 100 lines.
    let blueprint = even(4, true, 60);
    let stays = Placement { residences: Vec::new(), ..moving(&blueprint, 1, 2) };
    let emitted = |placement: &Placement| run_on(&blueprint, placement).ledger.emitted;
    assert_eq!(emitted(&stays) - emitted(&moving(&blueprint, 30, 31)), 100);
}

#[test]
fn a_pod_can_be_replaced_where_it_is() {
    // Its sidecar is stopped with it, and the next one reads from the beginning of the new file.
    let blueprint = even(2, true, 60);
    let mut placement = one_node(&blueprint);
    let stay = |begins_s: u64, ends_s: u64| Stay {
        begins_ns: begins_s * S,
        ends_ns: ends_s.saturating_mul(S),
        deleted_ns: ends_s.saturating_add(1).saturating_mul(S),
    };
    placement.residences =
        [stay(0, 20), stay(50, u64::MAX)].map(|stay| Residence { pod: 0, node: 0, stay }).to_vec();
    let tally = run_on(&blueprint, &placement);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    assert!((tally.ledger.emitted as i64 - (60 + 30) * 100).abs() <= 2, "{:?}", tally.ledger);
    assert_eq!(tally.agents, 2);
}

#[test]
fn pods_that_come_and_go_do_so_within_their_stays() {
    // Lives of 10 s, gone for 5 s in between; the pod is on the first node for a minute, on the second for the second.
    let mut blueprint = even(4, false, 120);
    blueprint.agents[0].scan_ns = S;
    blueprint.pods[0].life = Some(crate::blueprint::Life {
        lifetime: Marks::constant(10),
        lingers_s: 2,
        pause_s: 5,
        agent_stops_s: 0,
        sticks: false,
    });
    let all = run_on(&blueprint, &moving(&blueprint, 60, 60)).ledger.emitted;
    // Four places, 10 of 15 s each, give or take a life.
    assert!((all as i64 - 4 * 80 * 100).abs() <= 4 * 1_000, "{all}");
    let never = {
        let mut placement = moving(&blueprint, 60, 60);
        placement.residences.pop();
        run_on(&blueprint, &placement).ledger.emitted
    };
    assert!((all as i64 - never as i64 - 40 * 100).abs() <= 1_000, "{all} {never}");
}

/// Pods of a node that joins: they write from 30 s to `ends_s`, and the node's agent is there at 60 s of 120.
fn joining(blueprint: &Blueprint, ends_s: u64, from_beginning: Option<bool>) -> Tally {
    let mut placement = one_node(blueprint);
    let ends_ns = ends_s.saturating_mul(S);
    let stay = Stay { begins_ns: 30 * S, ends_ns, deleted_ns: ends_ns.saturating_add(S) };
    placement.residences = (0..2).map(|pod| Residence { pod, node: 0, stay }).collect();
    let what = Incident::Starts { from_beginning };
    placement.happenings = vec![Happening { node: 0, at_ns: 60 * S, what }];
    run_on(blueprint, &placement)
}

#[test]
fn what_is_written_before_the_agent_of_a_new_node_is_there_is_read_late_or_passed_over() {
    let mut blueprint = even(2, false, 120);
    blueprint.agents[0].scan_ns = 7 * S;
    let late = joining(&blueprint, u64::MAX, Some(true));
    assert_eq!((late.ledger.emitted, late.ledger.delivered), (2 * 90 * 100, 2 * 90 * 100));
    // A third of all lines waited, for up to 30 s: one sixth for more than 15. The next flush is up to a second later.
    let age = |q| late.tenants[0].freshness.quantile(q).unwrap();
    assert!((15.0..16.6).contains(&age(1.0 - 1.0 / 6.0)), "{}", age(1.0 - 1.0 / 6.0));
    assert!((30.0..31.6).contains(&age(0.9999)) && age(0.66) < 1.1, "{} {}", age(0.9999), age(0.66));
    // From the end: 30 s of both are passed over, and stay.
    for ends in [Some(false), None] {
        let over = joining(&blueprint, u64::MAX, ends);
        assert_eq!((over.ledger.retained, over.ledger.lost_total()), (2 * 30 * 100, 0));
        assert_eq!(over.ledger.delivered, 2 * 60 * 100);
    }
    // Agents that begin at the beginning of files without a position do so here, if nothing else is said.
    blueprint.agents[0].start_at = crate::profile::StartAt::Beginning;
    assert_eq!(joining(&blueprint, u64::MAX, None).ledger.retained, 0);
    // What is gone by then nobody has seen.
    let gone = joining(&blueprint, 50, Some(true));
    assert_eq!(lost(&gone, Cause::NeverDiscovered), 2 * 20 * 100);
    assert_eq!(gone.ledger.emitted, 2 * 20 * 100);
    // So are files that have been rotated away: of 30 s of 241 bytes 100 times a second the last two files of 50 kB.
    blueprint.kubelet = crate::blueprint::FileRotation { size_bytes: 50_000, files: 2 };
    blueprint.kubelet_interval_ns = 3 * S;
    let rotated = joining(&blueprint, u64::MAX, Some(true));
    assert_eq!(rotated.ledger.lost_total(), lost(&rotated, Cause::NeverDiscovered));
    assert!(rotated.ledger.lost_total() > 2 * 20 * 100, "{:?}", rotated.ledger);
    // One agent, whose time of being there is not one of being down.
    assert_eq!((late.agents, late.agent_down_ns), (1, 0));
}

#[test]
fn sidecars_of_a_new_node_are_there_with_their_pods() {
    let tally = joining(&even(2, true, 120), u64::MAX, None);
    assert_eq!(tally.ledger.delivered, 2 * 90 * 100);
    assert!(tally.tenants[0].freshness.quantile(0.9999).unwrap() < 1.2);
}
