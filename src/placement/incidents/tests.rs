//! Where pods go, against arithmetic.

use super::*;
use crate::placement::place;
use crate::scenario::from_yaml;
use crate::strategy::by_name;

/// Nodes of four cores and pods of one, so that four fit on each.
fn planned(strategy: &str, nodes: u64, pods: u64, faults: &str) -> (Blueprint, Placement, Struck) {
    let yaml = format!(
        "name: t\nduration: 10m\n\
         cluster: {{ pools: [ {{ name: p, nodes: {nodes}, cpu: 4100m, memory: 64Gi, grows: false }} ] }}\n\
         tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: {pods}, requests: {{ cpu: 1, memory: 1Gi }}, \
         logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]\n\
         collection: {{ agent: fluent-bit, daemonset: {{ requests: {{ cpu: 10m }} }}, \
         sidecar: {{ requests: {{ cpu: 5m }} }} }}\n\
         faults: {faults}\n"
    );
    let scenario = from_yaml("t.yaml", &yaml).unwrap();
    let blueprint = by_name(strategy).unwrap().blueprint(&scenario, nodes);
    let placement = place(&blueprint).unwrap();
    let struck = strike(&blueprint, &placement, 7);
    (blueprint, placement, struck)
}

/// Stays of each pod that moved: nodes, and seconds of beginning and end.
fn stays(struck: &Struck) -> BTreeMap<u32, Vec<(u32, u64, u64)>> {
    let mut stays: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for Residence { pod, node, stay } in &struck.placement.residences {
        let seconds = |ns: u64| if ns == NEVER { NEVER } else { ns / NS_PER_SEC };
        stays.entry(*pod).or_default().push((*node, seconds(stay.begins_ns), seconds(stay.ends_ns)));
    }
    stays
}

#[test]
fn pods_of_a_drained_node_start_where_there_is_room() {
    // Three nodes for twelve pods, eight are there: three, three and two. Those of the drained one fit on the others.
    let (_, before, struck) =
        planned("native", 3, 8, "[ { drain: { nodes: 1, at: 1m, linger: 2s, pause: 10s } } ]");
    let stays = stays(&struck);
    let drained = stays.values().next().unwrap()[0].0;
    let there = before.node_of.iter().filter(|node| **node == drained).count();
    assert_eq!((stays.len(), struck.pending), (there, 0));
    let mut on = vec![0; 3];
    for node in &before.node_of {
        on[*node as usize] += 1;
    }
    for stays in stays.values() {
        // Gone from 60 s until it was deleted at 62 s and ten seconds more.
        assert_eq!((stays[0], stays[1].1, stays[1].2), ((drained, 0, 60), 72, NEVER));
        assert_ne!(stays[1].0, drained);
        on[stays[1].0 as usize] += 1;
    }
    assert!(on.iter().enumerate().all(|(node, pods)| node as u32 == drained || *pods <= 4), "{on:?}");
    assert_eq!(struck.pod_gap_ns, there as u64 * 12 * NS_PER_SEC);
}

#[test]
fn who_comes_to_a_node_without_its_image_waits_for_it() {
    // Eleven pods on eleven nodes of twelve, and one of another kind on the last. They all go at 60 s; each begins 6 s later
    // where it is, or 20 s after that where the node has not run its kind.
    let yaml = "name: t\nduration: 10m\n\
         cluster: { pools: [ { name: p, nodes: 12, cpu: 8, grows: false } ], startup: { pull: 20s } }\n\
         tenants: [ { name: a, workloads: [\n\
         { name: v, requests: { cpu: 2 }, logs: [ { stream: stdout, rate: 1/s } ] },\n\
         { name: w, pull: 0s, replicas: 11, requests: { cpu: 500m }, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n\
         faults: [ { drain: { nodes: 11, at: 1m } } ]\n";
    let blueprint = by_name("native").unwrap().blueprint(&from_yaml("t.yaml", yaml).unwrap(), 12);
    let placement = place(&blueprint).unwrap();
    for key in 0..8 {
        let struck = strike(&blueprint, &placement, key);
        for (pod, stays) in stays(&struck) {
            // The first pod's kind is nowhere else, and the others' image takes no time.
            assert_eq!(stays[1].1, if pod == 0 { 60 + 1 + 5 + 20 } else { 60 + 1 + 5 }, "{pod} {stays:?}");
        }
    }
    // Several that come at once wait for one and the same pull.
    let (_, _, struck) = planned("native", 3, 8, "[ { drain: { nodes: 1, at: 1m } } ]");
    assert!(stays(&struck).values().all(|stays| stays[1].1 == 66));
}

#[test]
fn what_fits_nowhere_is_pending_to_the_end() {
    // Two nodes for eight pods, seven are there: four and three. Of those of the lost node one fits on the other where
    // that has three, else none does.
    let (_, before, struck) =
        planned("native", 2, 7, "[ { nodeLoss: { nodes: 1, at: 100s, evictAfter: 30s, pause: 0s } } ]");
    let lost = struck.placement.happenings[0].node;
    assert_eq!(struck.placement.happenings[0].what, Incident::Lost);
    let there = before.node_of.iter().filter(|node| **node == lost).count() as u64;
    let fit = 4 - (7 - there);
    assert_eq!(struck.pending, there - fit);
    // Of 600 s: one that fits is missing for 30, one that does not for 500.
    assert_eq!(struck.pod_gap_ns, (fit * 30 + (there - fit) * 500) * NS_PER_SEC);
}

#[test]
fn who_would_come_after_the_end_does_not_come() {
    // Out of reach at 500 s, placed elsewhere 340 + 5 s later, which is after 600 s: missed for 100 s each.
    let (_, before, struck) = planned("native", 3, 6, "[ { nodeLoss: { nodes: 1, at: 500s } } ]");
    let lost = struck.placement.happenings[0].node;
    let there = before.node_of.iter().filter(|node| **node == lost).count();
    assert!(there > 0 && stays(&struck).values().all(|stays| *stays == [(lost, 0, 500)]));
    assert_eq!((struck.pod_gap_ns, struck.pending), (there as u64 * 100 * NS_PER_SEC, 0));
}

#[test]
fn a_pod_whose_new_node_goes_too_moves_again() {
    let both = "[ { nodeLoss: { nodes: 1, at: 100s, evictAfter: 10s } }, \
                { drain: { nodes: 100%, at: 5m, apart: 10s } } ]";
    let (_, _, struck) = planned("native", 4, 4, both);
    // All nodes are drained in the end, each ten seconds after the one before: with the last, nothing is left.
    assert_eq!(struck.pending, 4);
    for stays in stays(&struck).values() {
        // Each stay begins after the one before has ended, on another node.
        assert!(stays.windows(2).all(|pair| pair[0].2 < pair[1].1 && pair[0].0 != pair[1].0), "{stays:?}");
        assert!(stays.iter().all(|stay| stay.2 != NEVER), "{stays:?}");
    }
}

#[test]
fn a_pod_on_its_way_to_a_node_that_goes_is_placed_anew() {
    // Everybody waits for 200 s, and within that all nodes but one go.
    let faults = "[ { drain: { nodes: 2, at: 60s, apart: 20s, pause: 200s } } ]";
    let (_, _, struck) = planned("native", 3, 3, faults);
    assert_eq!(struck.pending, 0);
    for stays in stays(&struck).values() {
        // 60 + 1 + 200 s, or 80 + 1 + 200 s.
        let begins = stays.last().unwrap().1;
        assert!(stays.len() == 2 && (begins == 261 || begins == 281), "{stays:?}");
    }
}

#[test]
fn agents_of_nodes_are_upgraded_one_after_the_other_and_sidecars_with_their_pods() {
    let upgrade = "[ { upgrade: { at: 1m, takes: 30s } } ]";
    let (_, _, daemonset) = planned("daemonset", 3, 9, upgrade);
    assert_eq!(daemonset.pod_gap_ns, 0);
    let stops: Vec<(u64, u64)> = daemonset
        .placement
        .happenings
        .iter()
        .map(|h| match h.what {
            Incident::Stop { who: Who::Node, back_ns } => (h.at_ns / NS_PER_SEC, back_ns / NS_PER_SEC),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(stops, [(60, 90), (90, 120), (120, 150)]);
    // A quarter of nine pods at a time is two: five batches. A pod is gone for 30 s.
    let (_, before, sidecar) = planned("sidecar", 3, 9, upgrade);
    assert!(sidecar.placement.happenings.is_empty());
    assert_eq!(sidecar.pod_gap_ns, 9 * 30 * NS_PER_SEC);
    for (pod, stays) in stays(&sidecar) {
        let node = before.node_of[pod as usize];
        let from_s = 60 + u64::from(pod) / 2 * 30;
        assert_eq!(stays, [(node, 0, from_s), (node, from_s + 30, NEVER)]);
    }
    // All at once, where that is asked for.
    let at_once = "[ { upgrade: { at: 1m, maxUnavailable: 100%, takes: 30s } } ]";
    let (_, _, daemonset) = planned("daemonset", 3, 9, at_once);
    assert!(daemonset.placement.happenings.iter().all(|h| h.at_ns == 60 * NS_PER_SEC));
}

#[test]
fn a_bad_config_stops_all_agents_that_are_shared_and_only_its_tenants_sidecars() {
    let stopped = |strategy: &str| {
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 3 } ] }\ntenants: [ { name: a, count: 4, \
             workloads: [ { name: w, replicas: 5, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n\
             faults: [ { badConfig: { tenant: a-2, at: 1m, for: 1m } } ]\n";
        let blueprint = by_name(strategy).unwrap().blueprint(&from_yaml("t.yaml", yaml).unwrap(), 3);
        let placement = place(&blueprint).unwrap();
        strike(&blueprint, &placement, 1).placement.happenings
    };
    assert_eq!(stopped("native"), []);
    assert_eq!(stopped("daemonset").len(), 3);
    let sidecars = stopped("sidecar");
    let is_second = |who| matches!(who, Who::Pod { template, .. } if template.at() == 1);
    let own = |h: &Happening| matches!(h.what, Incident::Stop { who, .. } if is_second(who));
    assert!(sidecars.len() == 5 && sidecars.iter().all(own), "{sidecars:?}");
}

#[test]
fn what_is_struck_depends_on_the_key_and_not_on_the_strategy() {
    let nodes = |strategy: &str, key| {
        let (blueprint, placement, _) =
            planned(strategy, 20, 20, "[ { nodeLoss: { nodes: 10%, at: 1m } }, { crash: { at: 2m } } ]");
        let struck = strike(&blueprint, &placement, key).placement.happenings;
        let lost = struck.iter().filter(|h| h.what == Incident::Lost);
        (lost.map(|h| h.node).collect::<Vec<_>>(), struck.len())
    };
    assert_eq!(nodes("daemonset", 7).0, nodes("sidecar", 7).0);
    assert_eq!(nodes("daemonset", 7).0.len(), 2);
    assert_ne!(nodes("daemonset", 7).0, nodes("daemonset", 8).0);
    // Every agent crashes: 20 of nodes; of pods those that do not wait for another node.
    assert_eq!(nodes("daemonset", 7).1, 22);
    assert_eq!(nodes("native", 7).1, 2);
    assert_eq!(nodes("sidecar", 7).1, 2 + 18);
}

#[test]
fn pending_pods_start_on_nodes_that_join() {
    // Two nodes for eight pods, seven are there, four and three; one node is lost at 100 s, and its pods are given up 30 s
    // later. What does not fit on the other waits for the two nodes of 200 s, and writes there 10 s later.
    let faults = "[ { nodeLoss: { nodes: 1, at: 100s, evictAfter: 30s, pause: 0s } }, \
                    { nodesAdded: { nodes: 2, at: 200s, pause: 10s } } ]";
    let (_, before, struck) = planned("daemonset", 2, 7, faults);
    let lost = struck.placement.happenings.iter().find(|h| h.what == Incident::Lost).unwrap().node;
    let there = before.node_of.iter().filter(|node| **node == lost).count() as u64;
    let fit = 4 - (7 - there);
    assert_eq!(struck.pending, 0);
    assert_eq!(struck.pod_gap_ns, (fit * 30 + (there - fit) * 110) * NS_PER_SEC);
    assert_eq!(struck.placement.nodes.len(), 4);
    let started: Vec<_> = stays(&struck).into_values().filter(|stays| stays[1].1 == 210).collect();
    assert_eq!(started.len() as u64, there - fit);
    assert!(started.iter().all(|stays| stays[1].0 >= 2));
    // The agents of both nodes are there 30 s after they joined.
    let starts = |h: &&Happening| matches!(h.what, Incident::Starts { from_beginning: None });
    let agents: Vec<_> =
        struck.placement.happenings.iter().filter(starts).map(|h| (h.node, h.at_ns)).collect();
    assert_eq!(agents, [(2, 230 * NS_PER_SEC), (3, 230 * NS_PER_SEC)]);
}

#[test]
fn nodes_are_added_for_pods_that_did_not_run_before() {
    let faults = "[ { nodesAdded: { nodes: 1, at: 2m, pods: 25% } } ]";
    let (_, _, struck) = planned("native", 2, 8, faults);
    // Two of eight, from 125 s on; they are missed for the five seconds that they take to start.
    let moved = stays(&struck);
    assert_eq!(moved.len(), 2);
    assert!(moved.values().all(|stays| *stays == [(2, 125, NEVER)]), "{moved:?}");
    assert_eq!((struck.pod_gap_ns, struck.pending), (2 * 5 * NS_PER_SEC, 0));
    // Which ones is the key's affair, the same under every strategy.
    let (_, _, other) = planned("sidecar", 2, 8, faults);
    assert_eq!(stays(&other).keys().collect::<Vec<_>>(), moved.keys().collect::<Vec<_>>());
    // Six do not fit on one node, nor the two that are left over elsewhere: what they left behind takes them.
    let (_, _, struck) = planned("native", 2, 8, "[ { nodesAdded: { nodes: 1, at: 2m, pods: 6 } } ]");
    let on_new = stays(&struck).values().filter(|stays| stays[0].0 == 2).count();
    assert_eq!((on_new, struck.pending), (4, 0));
    // Nodes that join when nothing is written any more are too late for them: they are missed from then on, and never came.
    let (_, _, struck) = planned("native", 2, 8, "[ { nodesAdded: { nodes: 1, at: 9m58s, pods: 2 } } ]");
    assert!(stays(&struck).values().all(|stays| *stays == [(stays[0].0, NEVER, NEVER)]));
    assert_eq!(struck.pod_gap_ns, 2 * 2 * NS_PER_SEC);
}

#[test]
fn nodes_that_were_lost_or_emptied_come_back() {
    // Two full nodes: the pods of the one that goes wait until it, or one in its place, is there again.
    let (_, _, struck) = planned("native", 2, 8, "[ { drain: { nodes: 1, at: 1m, back: 3m, pause: 5s } } ]");
    for stays in stays(&struck).values() {
        assert_eq!(*stays, [(stays[0].0, 0, 60), (stays[0].0, 245, NEVER)]);
    }
    assert_eq!((struck.pod_gap_ns, struck.pending), (4 * 185 * NS_PER_SEC, 0));
    let (_, _, struck) =
        planned("daemonset", 2, 8, "[ { nodeLoss: { nodes: 1, at: 1m, evictAfter: 0s, back: 3m } } ]");
    for stays in stays(&struck).values() {
        assert_eq!(*stays, [(stays[0].0, 0, 60), (2, 245, NEVER)]);
    }
    let starts = struck.placement.happenings.iter().find(|h| h.node == 2).unwrap();
    assert_eq!((starts.at_ns, starts.what), (270 * NS_PER_SEC, Incident::Starts { from_beginning: None }));
}

#[test]
fn a_workload_is_replaced_wave_by_wave() {
    // Eight pods: two more and two fewer are a wave. Those with a successor end when that is ready, at the end of their wave;
    // the others at its beginning, and are missed for a second and five.
    let (_, before, struck) = planned("native", 4, 8, "[ { rollout: { at: 1m } } ]");
    let moved = stays(&struck);
    let ends: Vec<u64> = (0..8).map(|pod| moved[&pod][0].2).collect();
    assert_eq!(ends, [120, 120, 60, 60, 180, 180, 120, 120]);
    let begins: Vec<u64> = (0..8).map(|pod| moved[&pod][1].1).collect();
    assert_eq!(begins, [120, 120, 66, 66, 180, 180, 126, 126]);
    for (pod, stays) in &moved {
        assert_eq!((stays[0].0, stays.len()), (before.node_of[*pod as usize], 2));
    }
    // Successors are elsewhere.
    assert!([0, 1, 4, 5].iter().all(|pod| moved[pod][0].0 != moved[pod][1].0), "{moved:?}");
    assert_eq!((struck.pod_gap_ns, struck.pending), (4 * 6 * NS_PER_SEC, 0));
    // Where there is no room for more, all are replaced one for one: no pod is lost by that.
    let (_, _, full) = planned("native", 2, 8, "[ { rollout: { at: 1m } } ]");
    assert_eq!(full.pending, 0);
    assert!((4 * 6..=8 * 6).contains(&(full.pod_gap_ns / NS_PER_SEC)), "{}", full.pod_gap_ns);
    // All at once, and of a workload that is meant.
    let at_once =
        "[ { rollout: { tenant: a, workload: w, at: 1m, maxUnavailable: 100%, maxSurge: 1, linger: 0s } } ]";
    let (_, _, struck) = planned("native", 4, 8, at_once);
    assert_eq!(struck.pod_gap_ns, 7 * 5 * NS_PER_SEC);
}

#[test]
fn evicted_pods_are_gone_at_once_and_their_nodes_take_none() {
    // Four nodes for twelve pods, three on each; two of those of one node are evicted within 30 s, and start on the others.
    let storm = "[ { evictionStorm: { nodes: 1, pods: 2, at: 1m, within: 30s } } ]";
    let (_, before, struck) = planned("native", 4, 12, storm);
    let moved = stays(&struck);
    assert_eq!((moved.len(), struck.pending), (2, 0));
    let pressed = before.node_of[*moved.keys().next().unwrap() as usize];
    for stays in moved.values() {
        let ends_s = stays[0].2;
        assert!((60..=90).contains(&ends_s) && stays[0].0 == pressed && stays[1].0 != pressed, "{stays:?}");
        assert_eq!(stays[1].1, ends_s + 5);
    }
    // Their logs go with them.
    assert!(struck.placement.residences.iter().all(|r| r.stay.deleted_ns == r.stay.ends_ns));
    assert_eq!(struck.pod_gap_ns, 2 * 5 * NS_PER_SEC);
    // Where all nodes are under pressure there is no room until that is over: 60 + 30 + 100 s, and 5 s to start.
    let all = "[ { evictionStorm: { nodes: 100%, pods: 1, at: 1m, within: 30s, closed: 100s } } ]";
    let (_, _, struck) = planned("native", 2, 4, all);
    let moved = stays(&struck);
    assert_eq!((moved.len(), struck.pending), (2, 0));
    assert!(moved.values().all(|stays| stays[1].1 == 195), "{moved:?}");
}

#[test]
fn a_drain_waits_for_the_budget_of_missing_pods() {
    // Three nodes of two pods each, with room for four. One pod may be missing: the second of the drained node waits until
    // the first is back, a second and five later, which the next try after that finds.
    let planned = |budget: &str, drain: &str| {
        let yaml = format!(
            "name: t\nduration: 10m\ncluster: {{ pools: [ {{ name: p, nodes: 3, cpu: 4, grows: false }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 6, {budget} requests: {{ cpu: 1 }}, \
             logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]\nfaults: [ {drain} ]\n"
        );
        let blueprint = by_name("native").unwrap().blueprint(&from_yaml("t.yaml", &yaml).unwrap(), 3);
        strike(&blueprint, &place(&blueprint).unwrap(), 7)
    };
    let ends = |struck: &Struck| {
        let mut ends: Vec<u64> = stays(struck).values().map(|stays| stays[0].2).collect();
        ends.sort_unstable();
        ends
    };
    let drain = "{ drain: { nodes: 1, at: 1m } }";
    assert_eq!(ends(&planned("", drain)), [60, 60]);
    // Back at 66 s; asked again at 70 s.
    assert_eq!(ends(&planned("maxUnavailable: 1,", drain)), [60, 70]);
    assert_eq!(ends(&planned("maxUnavailable: 2,", drain)), [60, 60]);
    // 20 % of six are two.
    assert_eq!(ends(&planned("maxUnavailable: 20%,", drain)), [60, 60]);
    // Two nodes at once: two of their four pods fill the third, one after the other; the next is pending, and the last one
    // stays where it is.
    let both = planned("maxUnavailable: 1,", "{ drain: { nodes: 2, at: 1m } }");
    assert_eq!((ends(&both).len(), both.pending), (3, 1));
    assert!(ends(&both).windows(2).all(|pair| pair[1] >= pair[0] + 6), "{:?}", ends(&both));
    // Nobody is asked when a node is lost, nor where there is no room: with one pod pending the drain waits for ever.
    assert_eq!(ends(&planned("maxUnavailable: 1,", "{ nodeLoss: { nodes: 1, at: 1m } }")), [60, 60]);
    let stuck = planned("maxUnavailable: 1,", "{ drain: { nodes: 3, at: 1m } }");
    assert_eq!((ends(&stuck).len(), stuck.pending), (1, 1));
}
