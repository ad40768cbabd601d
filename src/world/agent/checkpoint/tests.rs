//! Duplicates after deaths, and after answers that come too late, against arithmetic.

use super::*;
use crate::blueprint::{AgentPlan, Blueprint, Fault, Incident, Outage, StreamLaw, Who, member};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks as Sizes;
use crate::engine::random::named_key;
use crate::units::NS_PER_SEC;
use crate::world::tally::Tally;
use crate::world::testing::{layout, one_node};
use crate::world::{Pace, simulate, simulate_at};

const S: u64 = NS_PER_SEC;
/// Lines a second on the node.
const RATE: f64 = 500.0;

/// Five files of 100 lines/s each at even distances, one agent that is back a second after its death.
fn even(seconds: u64) -> Blueprint {
    let mut blueprint = layout(5, 100.0, false, seconds);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Sizes::constant(200) };
    }
    // Says that agents may die; whom it strikes and when is in the placement.
    blueprint.faults = vec![Fault::Crash { at_ns: 0, agents: crate::units::HowMany::Count(1) }];
    blueprint.agents[0].checkpoints = true;
    blueprint
}

/// Runs it in every way there is, and checks that all give the same and every line is in one place.
fn run_with(blueprint: &Blueprint, happenings: &[(u64, Incident)]) -> Tally {
    let mut placement = one_node(blueprint);
    let at =
        |(at_ns, what): &(u64, Incident)| crate::blueprint::Happening { node: 0, at_ns: *at_ns, what: *what };
    placement.happenings = happenings.iter().map(at).collect();
    let tally = simulate(blueprint, &placement, 1);
    tally.ledger.balance().unwrap();
    // On the timeline each line was written once.
    assert_eq!(tally.timeline.iter().map(|bin| bin.0).sum::<u64>(), tally.ledger.emitted);
    let by_events = simulate_at(Pace { flushes: 0, ..Pace::default() }, blueprint, &placement, 1);
    let same = |other: &Tally, how: &str| {
        // Whether anybody waits for a backend without a limit is all that may differ.
        let mut other = other.clone();
        other.longest_wait_ns = 0;
        assert!(
            format!("{tally:?}") == format!("{other:?}"),
            "{how}: {:?}, {:?}",
            tally.ledger,
            other.ledger
        );
    };
    same(&by_events, "by events");
    let mut wide = blueprint.clone();
    wide.backend.capacity_bytes_per_s = Some(1e18);
    for stretch_ns in [1, 7 * S] {
        let by_slot = simulate_at(Pace { stretch_ns, ..Pace::default() }, &wide, &placement, 1);
        same(&by_slot, "slot by slot");
    }
    tally
}

const CRASH_NS: u64 = 30 * S + S / 2;

fn crash() -> [(u64, Incident); 1] {
    [(CRASH_NS, Incident::Crash(Who::Node))]
}

/// Seconds at which the agent flushed last before the crash: what it had read since is what one loses that writes its
/// positions as it reads.
fn last_flush_s() -> f64 {
    let tally = run_with(&even(60), &crash());
    assert_eq!(tally.ledger.duplicated, 0);
    let lost = tally.ledger.lost[Cause::AgentKilled as usize];
    assert_eq!(lost, tally.ledger.lost_total());
    CRASH_NS as f64 / S as f64 - lost as f64 / RATE
}

/// Seconds at which positions were written last before the crash.
fn last_write_s(plan: &AgentPlan) -> f64 {
    let key = member(member(named_key(1, "node"), 0), 0);
    let first_ns = plan.first_write_ns(key);
    let every_ns = plan.checkpoint_every_ns;
    (first_ns + (CRASH_NS - first_ns) / every_ns * every_ns) as f64 / S as f64
}

/// As many lines as the model says, give or take one of each file at each end.
fn close(lines: u64, expected: f64) {
    assert!((lines as f64 - expected).abs() <= 10.0, "{lines}, not {expected}");
}

#[test]
fn lines_since_positions_were_written_arrive_twice_and_none_of_them_is_lost() {
    let flushed_s = last_flush_s();
    let mut written_before = 0;
    for every_s in [7, 8, 11, 12, 13, 17, 20] {
        let mut blueprint = even(60);
        blueprint.agents[0].checkpoint_every_ns = every_s * S;
        let written_s = last_write_s(&blueprint.agents[0]);
        // What falls between the last flush and the crash is another case.
        if written_s >= flushed_s {
            continue;
        }
        written_before += 1;
        let tally = run_with(&blueprint, &crash());
        // What was delivered since the last write, at 500 lines/s.
        close(tally.ledger.duplicated, RATE * (flushed_s - written_s));
        assert_eq!((tally.ledger.lost_total(), tally.ledger.delivered), (0, tally.ledger.emitted));
        // They are sent twice: 200 bytes and 105 more each.
        let once = run_with(&blueprint, &[]);
        let more = (tally.sent_bytes - once.sent_bytes) / 305;
        assert!(more.abs_diff(tally.ledger.duplicated) <= 600, "{more} {}", tally.ledger.duplicated);
    }
    assert!(written_before >= 4, "{written_before}");
}

#[test]
fn what_was_read_before_positions_were_written_is_lost_with_the_memory() {
    // Nothing is accepted from 20 s on. What was read until the last write is passed over, what was read since is not.
    let mut blueprint = even(60);
    blueprint.agents[0].checkpoint_every_ns = 7 * S;
    blueprint.agents[0].buffer_limit_bytes = 1 << 30;
    blueprint.agents[0].buffer_memory_bytes = 1 << 30;
    (blueprint.agents[0].backoff_base_ns, blueprint.agents[0].backoff_cap_ns) = (S, S);
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true }];
    let written_s = last_write_s(&blueprint.agents[0]);
    let tally = run_with(&blueprint, &crash());
    // The last flush that was accepted is up to a second before 20 s.
    let flushed_s = last_flush_s() - 11.0;
    let accepted_s = flushed_s + if flushed_s + 1.0 <= 20.0 { 1.0 } else { 0.0 };
    close(tally.ledger.lost_total(), RATE * (written_s - accepted_s));
    assert_eq!((tally.ledger.duplicated, tally.ledger.retained, tally.ledger.in_flight), (0, 0, 0));
}

#[test]
fn positions_of_what_was_acknowledged_lose_nothing_and_repeat_what_was_not_yet_known() {
    let flushed_s = last_flush_s();
    let mut blueprint = even(60);
    blueprint.agents[0].checkpoint_of = Position::Acknowledged;
    // Answers after a millisecond: every flush is known.
    let tally = run_with(&blueprint, &crash());
    assert_eq!((tally.ledger.duplicated, tally.ledger.lost_total()), (0, 0));
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    // Answers 990 ms after a flush: the last one, of a second, is not.
    blueprint.backend.latency_ns = 990_000_000;
    let tally = run_with(&blueprint, &crash());
    assert!(flushed_s + 0.99 > 30.5);
    close(tally.ledger.duplicated, RATE);
    assert_eq!(tally.ledger.lost_total(), 0);
    // Written every 11 s: what was acknowledged since, as of the last flush that was known then.
    for latency_ns in [1_000_000, 990_000_000] {
        blueprint.backend.latency_ns = latency_ns;
        blueprint.agents[0].checkpoint_every_ns = 11 * S;
        let known_s = last_write_s(&blueprint.agents[0]) - latency_ns as f64 / S as f64;
        let flushes = (flushed_s - known_s).ceil();
        let tally = run_with(&blueprint, &crash());
        close(tally.ledger.duplicated, RATE * flushes);
        assert_eq!(tally.ledger.lost_total(), 0);
    }
}

#[test]
fn without_positions_a_file_may_be_read_from_its_beginning() {
    // All that was delivered until then comes again, as all of it is in the live file.
    let mut blueprint = even(60);
    (blueprint.agents[0].checkpoints, blueprint.agents[0].start_at) = (false, StartAt::Beginning);
    let tally = run_with(&blueprint, &crash());
    close(tally.ledger.duplicated, RATE * last_flush_s());
    assert_eq!((tally.ledger.lost_total(), tally.ledger.retained), (0, 0));
    // Two deaths, and the lines before the first come three times: 30.5 and 45 s, up to a second each.
    let twice = [crash()[0], (45 * S, Incident::Crash(Who::Node))];
    let tally = run_with(&blueprint, &twice);
    let more = tally.ledger.duplicated as f64 - RATE * last_flush_s();
    assert!((RATE * 44.0 - 10.0..=RATE * 45.0 + 10.0).contains(&more), "{more}");
    assert_eq!(tally.ledger.lost_total(), 0);
}

#[test]
fn only_the_live_file_is_read_again() {
    // Files of 100 lines/s of 241 bytes are rotated at 500 kB, every 20 s and a look of the kubelet: none is older than
    // 30 s. What a position in an older one says is not read again.
    let mut blueprint = even(60);
    blueprint.kubelet.size_bytes = 482_000;
    blueprint.agents[0].scan_ns = S;
    (blueprint.agents[0].checkpoints, blueprint.agents[0].start_at) = (false, StartAt::Beginning);
    let tally = run_with(&blueprint, &crash());
    let duplicated = tally.ledger.duplicated;
    assert!(duplicated > 0 && (duplicated as f64) < RATE * 30.0, "{duplicated}");
    assert!((duplicated as f64) < RATE * last_flush_s() - 500.0);
}

#[test]
fn an_agent_that_is_told_to_end_writes_its_positions() {
    let stop = [(CRASH_NS, Incident::Stop { who: Who::Node, back_ns: 33 * S })];
    let mut blueprint = even(60);
    for of in [Position::Read, Position::Acknowledged] {
        blueprint.agents[0].checkpoint_of = of;
        blueprint.agents[0].checkpoint_every_ns = 600 * S;
        let tally = run_with(&blueprint, &stop);
        assert_eq!((tally.ledger.duplicated, tally.ledger.lost_total()), (0, 0));
        assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
        // What it cannot send in an outage is lost if its positions are those it had read to, else read again.
        let mut cut_off = blueprint.clone();
        cut_off.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true }];
        let tally = run_with(&cut_off, &stop);
        let lost = tally.ledger.lost_total() as f64;
        match of {
            Position::Read => assert!((RATE * 10.5 - 10.0..RATE * 11.5 + 10.0).contains(&lost), "{lost}"),
            Position::Acknowledged => assert_eq!(lost, 0.0),
        }
        assert_eq!(tally.ledger.duplicated, 0);
    }
}

#[test]
fn lines_stay_in_the_balance_whatever_happens_on_the_way_back() {
    // Files that rotate all the time, buffers that fill and drop, nodes that are lost, deaths in a row.
    let mut seen = 0;
    for overflow in [crate::profile::Overflow::Pause, crate::profile::Overflow::DropNewest] {
        for of in [Position::Read, Position::Acknowledged] {
            for (checkpoints, every_s) in [(true, 0), (true, 3), (true, 60), (false, 0)] {
                let mut blueprint = layout(4, 300.0, false, 90);
                blueprint.faults = vec![Fault::Crash { at_ns: 0, agents: crate::units::HowMany::Count(1) }];
                blueprint.kubelet.size_bytes = 800_000;
                blueprint.kubelet.files = 3;
                blueprint.backend.outages =
                    vec![Outage { from_ns: 18 * S, until_ns: 29 * S, refuses: false }];
                let plan = &mut blueprint.agents[0];
                (plan.checkpoints, plan.start_at) = (checkpoints, StartAt::Beginning);
                (plan.checkpoint_of, plan.checkpoint_every_ns) = (of, every_s * S);
                (plan.overflow, plan.scan_ns) = (overflow, 4 * S);
                (plan.buffer_limit_bytes, plan.buffer_memory_bytes) = (900_000, 900_000);
                plan.request_timeout_ns = 2 * S;
                (plan.backoff_base_ns, plan.backoff_cap_ns) = (S, 2 * S);
                let deaths = [12, 25, 26, 43].map(|s| (s * S + 1, Incident::Crash(Who::Node)));
                seen += run_with(&blueprint, &deaths).ledger.duplicated;
                let lost = (47 * S, Incident::Lost);
                run_with(&blueprint, &[deaths[0], deaths[1], deaths[3], lost]);
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn an_agent_that_is_killed_for_its_memory_dies_again_of_what_it_has_to_read_again() {
    // Nothing is accepted from 20 to 40 s, and the agent dies whenever it holds too much. What it held is on disk as well:
    // where positions are those of acknowledged lines nothing is lost, else all that it held. But with as much to read again
    // as it died of it dies of it again, for good.
    let mut blueprint = even(120);
    blueprint.faults.clear();
    let plan = &mut blueprint.agents[0];
    // At rest, and 15,000 bytes for the root of each byte held: 9 MB are 360,000 bytes, 1,300 lines of 278.
    plan.memory_limit_bytes = Some(plan.costs.rss_bytes(5.0, 1.0, 360_000.0) as u64);
    (plan.backoff_base_ns, plan.backoff_cap_ns) = (S, S);
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true }];
    let of = |of, every_ns| {
        let mut blueprint = blueprint.clone();
        (blueprint.agents[0].checkpoint_of, blueprint.agents[0].checkpoint_every_ns) = (of, every_ns);
        let tally = run_with(&blueprint, &[]);
        assert!(tally.oom_kills > 1, "{}", tally.oom_kills);
        tally.ledger
    };
    let acknowledged = of(Position::Acknowledged, 0);
    assert_eq!((acknowledged.lost_total(), acknowledged.retained), (0, 0));
    assert!((19 * 500..=20 * 500).contains(&acknowledged.delivered), "{}", acknowledged.delivered);
    let read = of(Position::Read, 0);
    let killed = read.lost[Cause::AgentKilled as usize];
    assert!(killed >= 1_300 && killed == read.lost_total(), "{killed}");
    // Written every 30 s, what was read since is not lost.
    assert!(of(Position::Read, 30 * S).lost_total() < killed);
}

#[test]
fn a_request_that_is_answered_too_late_is_sent_again() {
    // One request at a time. The first in a stall of 60 s is sent within a second of its beginning, given up after 10 s,
    // and sent again a second later: at 0, 11, 22, 33, 44 and 55 s of it, the last of which is answered in time. Each
    // brings the 500 lines of a second, five times for nothing.
    let mut blueprint = even(120);
    blueprint.agents[0].max_in_flight = 1;
    blueprint.agents[0].request_timeout_ns = 10 * S;
    (blueprint.agents[0].backoff_base_ns, blueprint.agents[0].backoff_cap_ns) = (S, S);
    blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 80 * S, refuses: false }];
    let tally = run_with(&blueprint, &[]);
    close(tally.ledger.duplicated, 5.0 * RATE);
    assert_eq!((tally.ledger.lost_total(), tally.ledger.delivered), (0, tally.ledger.emitted));
    // Given up for good after two retries: it has arrived all the same, at 0, 11 and 22 s.
    blueprint.agents[0].retries = crate::profile::Retries::Limit(2);
    let limited = run_with(&blueprint, &[]);
    assert_eq!(limited.ledger.lost_total(), 0);
    // An agent that waits sends nothing twice.
    blueprint.agents[0].request_timeout_ns = u64::MAX;
    assert_eq!(run_with(&blueprint, &[]).ledger.duplicated, 0);
    // Nor does one whose answers come in time.
    blueprint.agents[0].request_timeout_ns = 61 * S;
    assert_eq!(run_with(&blueprint, &[]).ledger.duplicated, 0);
}
