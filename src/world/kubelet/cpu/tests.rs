//! Shares of the CPU, against arithmetic.

use super::*;
use crate::blueprint::{FileRotation, Requests, StreamLaw, Usage};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::profile::{Costs, embedded};
use crate::world::testing::{layout, run};

const S: u64 = NS_PER_SEC;

/// `pods` pods that request 900m each and want `cores`, on a node of 10 cores; they write 1,000 lines/s each.
fn busy(pods: u64, cores: f64, sidecars: bool) -> crate::blueprint::Blueprint {
    let mut blueprint = layout(pods, 1_000.0, sidecars, 60);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(1_000.0), sizes: Marks::constant(200) };
    }
    blueprint.kubelet = FileRotation { size_bytes: 1 << 40, files: 5 };
    blueprint.pools[0].allocatable = Requests { cpu_millicores: 10_000, memory_bytes: 64 << 30 };
    blueprint.agents[0].requests.cpu_millicores = 100;
    let pod = &mut blueprint.pods[0];
    pod.requests.cpu_millicores = if sidecars { 1_000 } else { 900 };
    pod.usage = Some(Usage { cores, peak_cores: cores, peak_share: 0.0, slot_ns: S });
    blueprint
}

#[test]
fn shares_go_by_weight_and_nobody_gets_more_than_it_wants() {
    // 10 cores, weights 1, 1, 2: 2.5, 2.5, 5 where all want more.
    assert_eq!(share_of_last(10.0, &[(1.0, 9.0), (1.0, 9.0), (2.0, 9.0)]), 5.0);
    // The first wants 1 alone, so that 9 are left for weights 1 and 2: 6.
    assert_eq!(share_of_last(10.0, &[(1.0, 1.0), (1.0, 9.0), (2.0, 9.0)]), 6.0);
    // Who wants less than its share has it.
    assert_eq!(share_of_last(10.0, &[(1.0, 9.0), (1.0, 9.0), (2.0, 3.0)]), 3.0);
    // Enough for all.
    assert_eq!(share_of_last(10.0, &[(1.0, 2.0), (1.0, 2.0), (2.0, 6.0)]), 6.0);
    assert_eq!(share_of_last(10.0, &[]), 0.0);
}

#[test]
fn applications_go_without_what_is_not_there() {
    // Ten applications want 12 cores of 10, the runtime and their own writing 0.121 (10,000 lines/s at 12.1 µs), and the
    // agent what it uses: the applications miss 2.121 and that.
    let mut blueprint = busy(10, 1.2, false);
    let used = |tally: &Tally| tally.agent_cpu_ns as f64 / (60 * S) as f64;
    let tally = run(&blueprint);
    assert_eq!(tally.app_wanted_ns, 12 * 60 * S);
    let missing = tally.app_missing_ns as f64 / (60 * S) as f64;
    assert!((missing - 2.121 - used(&tally)).abs() < 1e-3, "{missing} {}", used(&tally));
    assert!(used(&tally) > 0.05, "{}", used(&tally));
    // On one node the worst is all.
    let share_ppm = (missing / 12.0 * 1e6) as u64;
    assert!(tally.worst_missing_ppm.abs_diff(share_ppm) <= 1);
    // With cores to spare nobody misses anything.
    blueprint.pools[0].allocatable.cpu_millicores = 13_000;
    assert_eq!(run(&blueprint).app_missing_ns, 0);
}

#[test]
fn an_agent_beside_busy_applications_reads_as_fast_as_its_weight_lets_it() {
    // Ten pods of weight 900 want all; the agent's 100 of 9,100 are its share of what writing leaves of the 10 cores:
    // (10 - 10 · 1,000 lines/s · 12.1 µs) · 100 / 9,100 = 0.1086 cores. Its reading thread has its part of that.
    let mut blueprint = busy(10, 5.0, false);
    // A reader of 50 µs a line, alone: 2,171 lines/s of 10,000.
    let mut dear = embedded("fluent-bit").unwrap().unwrap();
    for path in ["cpu.wakeup", "cpu.read", "cpu.byte", "cpu.idle", "cpu.file", "cpu.config"] {
        assert!(dear.set(path, 0.0).is_ok(), "{path}");
    }
    assert!(dear.set("cpu.line", 50.0).is_ok() && dear.set("cpu.readerShare", 1.0).is_ok());
    blueprint.agents[0].costs = Costs::new(&dear, false, 0.0);
    blueprint.agents[0].idle_cores = 0.0;
    (blueprint.agents[0].requests.cpu_millicores, blueprint.drain_ns) = (100, S);
    let expected = (10.0 - 0.121) * 100.0 / 9_100.0 / 50e-6;
    let tally = run(&blueprint);
    let read_per_s = (tally.ledger.delivered as f64) / 61.0;
    assert!((read_per_s / expected - 1.0).abs() < 0.03, "{read_per_s} of {expected}");
    // A request ten times as large carries ten times as much, but for what the larger sum of weights takes.
    blueprint.agents[0].requests.cpu_millicores = 400;
    let more = run(&blueprint).ledger.delivered as f64 / tally.ledger.delivered as f64;
    assert!((more / (4.0 * 9_100.0 / 9_400.0) - 1.0).abs() < 0.03, "{more}");
    // Where applications want no more than there is, it reads all.
    blueprint.pods[0].usage = Some(Usage { cores: 0.5, peak_cores: 0.5, peak_share: 0.0, slot_ns: S });
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
}

#[test]
fn a_sidecar_shares_its_pods_cpu_with_its_application() {
    // Ten pods of weight 1,000 get 0.988 cores each; of its pod's a sidecar has a tenth.
    let mut blueprint = busy(10, 5.0, true);
    let contention = |blueprint: &crate::blueprint::Blueprint| {
        let on = crate::world::testing::one_node(blueprint);
        let node = Node::new(blueprint, 0, 0, &on.by_node()[0], 1);
        (node.inputs[0].cores / blueprint.agents[0].costs.reader_share(), node.contention.is_some())
    };
    let (cores, _) = contention(&blueprint);
    assert!((cores - (10.0 - 0.121) / 10.0 / 10.0).abs() < 1e-9, "{cores}");
    // An application that wants less leaves the rest of its pod's share to its sidecar, and that of others.
    blueprint.pods[0].usage = Some(Usage { cores: 0.3, peak_cores: 0.3, peak_share: 0.0, slot_ns: S });
    let (cores, _) = contention(&blueprint);
    assert!(cores >= 0.98 / blueprint.agents[0].costs.reader_share(), "{cores}");
    // Where nobody says what applications want, nobody looks.
    blueprint.pods[0].usage = None;
    assert!(!contention(&blueprint).1);
}

#[test]
fn peaks_come_by_chance_and_are_the_same_under_every_layout() {
    // Each pod is at its peak in a quarter of 60 slots of a second: 100 pods, 6,000 draws.
    let wanted = |sidecars| {
        let mut blueprint = busy(100, 0.1, sidecars);
        let peaks = Usage { cores: 0.1, peak_cores: 0.5, peak_share: 0.25, slot_ns: S };
        blueprint.pods[0].usage = Some(peaks);
        run(&blueprint).app_wanted_ns as f64 / S as f64
    };
    let (one, each) = (wanted(false), wanted(true));
    assert_eq!(one, each);
    // 0.2 cores each on average; the standard deviation of a draw is 0.4 · sqrt(3) / 4.
    let deviation = 6_000.0_f64.sqrt() * 0.4 * 3.0_f64.sqrt() / 4.0;
    assert!((one - 1_200.0).abs() < 4.0 * deviation, "{one}");
}
