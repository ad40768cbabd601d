//! Lines too long, against arithmetic.

use super::*;
use crate::blueprint::{Blueprint, Happening, Incident, Reader, StreamLaw, Who};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC;
use crate::world::testing::{layout, one_node, run};
use crate::world::{Pace, simulate, simulate_at};

const S: u64 = NS_PER_SEC;

/// Five files of 100 lines/s each; one line in 256 has 40,000 bytes and one 50,000, the others 200.
fn mixed(medium: Medium, sidecars: bool) -> Blueprint {
    let mut blueprint = layout(5, 100.0, sidecars, 60);
    let sizes = Marks::from_quantiles(|u| match (u * 256.0) as u32 {
        255 => 50_000.0,
        254 => 40_000.0,
        _ => 200.0,
    });
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: sizes.clone() };
    }
    let stream = &mut blueprint.pods[0].streams[0];
    (stream.medium, stream.rotation.size_bytes) = (medium, 1 << 40);
    blueprint
}

/// Lines too long of 30,000: one in 128 on average.
fn plausible(lines: u64) {
    let mean = 30_000.0 / 128.0;
    assert!((lines as f64 - mean).abs() < 4.0 * mean.sqrt(), "{lines}, not about {mean}");
}

#[test]
fn what_is_too_long_is_passed_over_and_the_same_everywhere() {
    let lost = |blueprint: &Blueprint| {
        let tally = run(blueprint);
        let long = tally.ledger.lost[Cause::LinesTooLong as usize];
        assert_eq!((tally.ledger.lost_total(), tally.long_lines), (long, long));
        assert_eq!(tally.ledger.delivered + long, tally.ledger.emitted);
        let events = simulate_at(Pace { flushes: 0, ..Pace::default() }, blueprint, &one_node(blueprint), 1);
        assert!(format!("{tally:?}") == format!("{events:?}"));
        long
    };
    let by_node = lost(&mixed(Medium::File, false));
    plausible(by_node);
    // A sidecar passes over the same lines, and so does a reader that looks ten times as often.
    assert_eq!(lost(&mixed(Medium::File, true)), by_node);
    let mut often = mixed(Medium::File, true);
    (often.agents[0].flush_ns, often.chunk_ns) = (S / 10, S / 10);
    assert_eq!(lost(&often), by_node);
    // With a limit between the two sizes it is the longer half; with one above both none.
    let mut between = mixed(Medium::File, false);
    between.agents[0].line_limit_bytes = 45_000;
    let longer = lost(&between);
    assert!(longer < by_node && (longer as f64 - 117.0).abs() < 4.0 * 10.8, "{longer}");
    between.agents[0].line_limit_bytes = 50_000;
    assert_eq!(lost(&between), 0);
    // On standard output no piece is longer than 16 KiB and its prefix, unless pieces are joined before that is asked.
    let mut pieces = mixed(Medium::Stdout, false);
    assert_eq!(lost(&pieces), 0);
    pieces.agents[0].limits_joined = true;
    assert_eq!(lost(&pieces), by_node);
}

#[test]
fn what_is_cut_off_or_split_arrives() {
    let mut blueprint = mixed(Medium::File, false);
    blueprint.agents[0].line_limit_bytes = u64::MAX;
    let whole = run(&blueprint).sent_bytes as f64;
    blueprint.agents[0].line_limit_bytes = 30_000;
    let with = |policy| {
        let mut blueprint = blueprint.clone();
        blueprint.agents[0].long_lines = policy;
        let tally = run(&blueprint);
        assert_eq!((tally.ledger.lost_total(), tally.ledger.delivered), (0, tally.ledger.emitted));
        plausible(tally.long_lines);
        (tally.sent_bytes as f64, tally.long_lines as f64)
    };
    // 10,000 or 20,000 bytes are cut off, half of the lines each: 15,000 on average, with a deviation of 5,000.
    let (cut, lines) = with(LongLines::Truncate);
    assert!(
        ((whole - cut) / lines - 15_000.0).abs() < 4.0 * 5_000.0 / lines.sqrt() + 1_500.0,
        "{whole} {cut}"
    );
    // Two records instead of one: 78 bytes more of each but those sent after the last line was written.
    let (split, lines) = with(LongLines::Split);
    let more = (split - whole) / 78.0;
    assert!(more.fract() == 0.0 && more <= lines && lines - more < 20.0, "{more} {lines}");
}

#[test]
fn an_agent_that_stops_at_a_long_line_misses_the_rest_of_its_file() {
    // One file, whose first long line comes after about 128 lines: nothing behind it is read, and it is still there.
    let mut blueprint = mixed(Medium::File, false);
    blueprint.pods[0].replicas = 1;
    blueprint.agents[0].long_lines = LongLines::Stop;
    let tally = run(&blueprint);
    let (read, left) = (tally.ledger.delivered, tally.ledger.retained);
    assert_eq!((read + left, tally.long_lines), (tally.ledger.emitted, 1));
    assert!(read < 10 * 128, "{read}");
    // Files of 100 kB, three of them, hold some 120 to 350 lines or less where a long one is among them: each is found
    // when the agent looks, every second; what is behind a long line is lost when its file is deleted.
    let rotation = &mut blueprint.pods[0].streams[0].rotation;
    (rotation.size_bytes, rotation.files) = (100_000, 3);
    blueprint.agents[0].scan_ns = S;
    let tally = run(&blueprint);
    let lost = tally.ledger.lost[Cause::LinesTooLong as usize];
    // A file whose successor is full before the next look is not seen.
    assert!(lost as f64 > 0.9 * tally.ledger.lost_total() as f64, "{lost} {}", tally.ledger.lost_total());
    assert!(tally.long_lines > 5 && lost > tally.long_lines, "{} {lost}", tally.long_lines);
    assert!(tally.ledger.delivered > read);
}

#[test]
fn long_lines_stay_in_the_balance_when_agents_die() {
    for policy in [LongLines::Skip, LongLines::Truncate, LongLines::Split, LongLines::Stop] {
        for (checkpoints, backend_limit) in
            [(true, u64::MAX), (false, u64::MAX), (true, 20_000), (false, 45_000)]
        {
            let mut blueprint = mixed(Medium::File, false);
            blueprint.backend.line_limit_bytes = backend_limit;
            blueprint.faults =
                vec![crate::blueprint::Fault::Crash { at_ns: 0, agents: crate::units::HowMany::Count(1) }];
            let rotation = &mut blueprint.pods[0].streams[0].rotation;
            (rotation.size_bytes, rotation.files) = (3_000_000, 2);
            let plan = &mut blueprint.agents[0];
            (plan.long_lines, plan.scan_ns) = (policy, 3 * S);
            (plan.checkpoints, plan.checkpoint_every_ns) = (checkpoints, 7 * S);
            plan.start_at = crate::profile::StartAt::Beginning;
            let mut placement = one_node(&blueprint);
            let crash =
                |at_s: u64| Happening { node: 0, at_ns: at_s * S + S / 2, what: Incident::Crash(Who::Node) };
            placement.happenings = [11, 24, 37].map(crash).to_vec();
            let tally = simulate(&blueprint, &placement, 1);
            tally.ledger.balance().unwrap();
            assert!(tally.long_lines > 0 && (policy == LongLines::Stop || tally.ledger.duplicated > 0));
            assert_eq!(tally.timeline.iter().map(|bin| bin.0).sum::<u64>(), tally.ledger.emitted);
        }
    }
}

#[test]
fn nobody_that_reads_finds_nothing_too_long() {
    let mut blueprint = mixed(Medium::File, false);
    blueprint.pods[0].streams[0].reader = Reader::Nobody;
    assert_eq!(run(&blueprint).long_lines, 0);
}
