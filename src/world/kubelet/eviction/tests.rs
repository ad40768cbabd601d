//! Evictions, against arithmetic.

use super::*;
use crate::blueprint::{Blueprint, FileRotation, Reader, StreamLaw, TemplateId};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::flow::Cause;
use crate::world::simulate;
use crate::world::testing::{layout, one_node, run};

const S: u64 = NS_PER_SEC;

/// Pods that write 1,000 lines of 200 bytes a second, one after the other, into a file that is never rotated.
fn filling(pods: u64, sidecars: bool, seconds: u64) -> Blueprint {
    let mut blueprint = layout(pods, 1_000.0, sidecars, seconds);
    for law in &mut blueprint.laws {
        *law = StreamLaw { arrivals: Arrivals::constant(1_000.0), sizes: Marks::constant(200) };
    }
    blueprint.fresh = Some((0, 0));
    let stream = &mut blueprint.pods[0].streams[0];
    (stream.medium, stream.rotation) = (Medium::File, FileRotation { size_bytes: 1 << 40, files: 5 });
    blueprint
}

#[test]
fn a_full_disk_evicts_the_pod_with_most_on_it() {
    let run = |blueprint: &Blueprint| {
        let mut placement = one_node(blueprint);
        (placement.template_of, placement.ordinal_of) = ([0, 1].map(TemplateId::of).into(), vec![0, 0]);
        let tally = simulate(blueprint, &placement, 1);
        tally.ledger.balance().unwrap();
        tally
    };
    // One pod of twice the rate and one of the ordinary: 600 kB/s on a disk of 100 MB, of which 10 % must stay free: after
    // 150 s and up to ten more the louder one goes. Its 60 to 64 MB are free again, and nothing more happens in 170 s.
    let mut blueprint = filling(1, false, 170);
    let mut loud = blueprint.pods[0].clone();
    (loud.name, loud.tenant) = ("loud".into(), 1);
    loud.streams[0].first_law = blueprint.laws.len();
    let law = StreamLaw { arrivals: Arrivals::constant(2_000.0), sizes: Marks::constant(200) };
    blueprint.laws.extend(vec![law; crate::blueprint::StreamPlan::RATE_CLASSES]);
    blueprint.pods.push(loud);
    blueprint.tenants.push("loud".into());
    blueprint.pools[0].log_disk_bytes = 100_000_000;
    let tally = run(&blueprint);
    assert_eq!(tally.evicted_pods, 1);
    assert_eq!(tally.pod_gap_ns, 5 * S);
    // The loud tenant's lines of five seconds are never written.
    let lines = |tally: &Tally| tally.tenants.iter().map(|tenant| tenant.emitted).collect::<Vec<_>>();
    assert_eq!(lines(&tally), [170_000, 165 * 2_000]);
    // What the agent had read by then arrives; of the rest no more than a flush interval's lines go with the pod.
    assert!(tally.ledger.lost[Cause::RemovedWithPod as usize] <= 2_000);
    // A pod that matters more stays, and the other one goes.
    blueprint.pods[1].priority = 1_000;
    assert_eq!(lines(&run(&blueprint)), [165_000, 340_000]);
    // Neither goes where the kubelet wants nothing free.
    blueprint.least_free_ppm = 0;
    assert_eq!(run(&blueprint).evicted_pods, 0);
}

#[test]
fn what_nobody_has_read_goes_with_the_pod() {
    // 200 kB/s reach 90 MB after 450 s; the pod goes at the next look, with all that it wrote.
    let mut blueprint = filling(1, false, 480);
    blueprint.pools[0].log_disk_bytes = 100_000_000;
    (blueprint.node_agent, blueprint.pods[0].streams[0].reader) = (None, Reader::Nobody);
    blueprint.agents.clear();
    let tally = run(&blueprint);
    let lost = tally.ledger.lost[Cause::RemovedWithPod as usize];
    assert!((450_001..=460_000).contains(&lost) && lost.is_multiple_of(1_000), "{lost}");
    assert_eq!(tally.ledger.retained, 480_000 - lost - 5_000);
    assert_eq!(tally.evicted_pods, 1);
    // From the first look that found it too full to the next.
    assert_eq!(tally.disk_pressure_ns, 10 * S);
    // What else lies on the disk is not there for logs: 45 MB are reached after 225 s. The successor is elsewhere for the five
    // minutes in which the node takes no pods, and has 60 MB when they are over.
    blueprint.pools[0].other_disk_bytes = 45_000_000;
    assert_eq!(run(&blueprint).evicted_pods, 1);
    blueprint.horizon_ns = 560 * S;
    assert_eq!(run(&blueprint).evicted_pods, 2);
}

#[test]
fn a_pod_above_its_own_limit_goes_and_its_sidecar_with_it() {
    // 10 MB are reached after 50 s. The sidecar holds up to a second of lines, which are lost.
    let mut blueprint = filling(1, true, 60);
    blueprint.pods[0].most_disk_bytes = Some(10_000_000);
    let tally = run(&blueprint);
    assert_eq!(tally.evicted_pods, 1);
    assert_eq!(tally.disk_pressure_ns, 0);
    assert_eq!(tally.ledger.emitted, 55_000);
    let killed = tally.ledger.lost[Cause::AgentKilled as usize];
    assert_eq!(killed, tally.ledger.lost_total());
    assert!(killed <= 1_000, "{killed}");
    // With rotation it never has so much.
    blueprint.pods[0].streams[0].rotation = FileRotation { size_bytes: 1_000_000, files: 5 };
    assert_eq!(run(&blueprint).evicted_pods, 0);
}

#[test]
fn a_run_that_is_over_before_the_first_look_evicts_nobody() {
    // Looks begin within ten seconds, and a run of one second is mostly over by then.
    let mut blueprint = filling(20, true, 1);
    blueprint.pods[0].most_disk_bytes = Some(1_000);
    assert_eq!(run(&blueprint).evicted_pods, 0);
}

#[test]
fn files_from_before_the_run_are_on_the_disk_too() {
    // In the middle of life four files of 20 MB are there and a part of a fifth: above 60 MB from the beginning.
    let mut blueprint = filling(1, false, 30);
    blueprint.fresh = None;
    blueprint.pods[0].streams[0].rotation = FileRotation { size_bytes: 20_000_000, files: 5 };
    blueprint.pods[0].most_disk_bytes = Some(60_000_000);
    let tally = run(&blueprint);
    assert_eq!(tally.evicted_pods, 1);
    // Its successor's files are empty, and stay below.
    assert_eq!(tally.ledger.emitted, 25_000);
}
