//! Lives of pods and nodes as users write them: what is refused, and what shipped scenarios show.

use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{self, Scenario, from_yaml};
use loghaul::strategy::by_name;
use std::sync::Arc;

fn run(scenario: &Scenario, strategy: &str) -> Arc<Observation> {
    let setup = Setup::new(scenario, by_name(strategy).unwrap());
    Runner::new().replication(&setup, 1, 0).unwrap()
}

/// Runs a scenario that ships, under a strategy.
fn shipped(name: &str, strategy: &str) -> Arc<Observation> {
    run(&from_yaml(name, scenario::embedded(name).unwrap()).unwrap(), strategy)
}

/// A scenario whose workload has `workload` and which ends with `more`; `@` stands before what is wrong. Gives what is
/// said about it, and where it should be said.
fn refusal(workload: &str, more: &str) -> (String, String) {
    let marked = format!(
        "name: t\nduration: 1m\ncluster: {{ pools: [ {{ name: p, nodes: 3 }} ] }}\ntenants:\n- name: a\n  workloads:\n  \
         - {{ name: w, replicas: 8, {workload} logs: [ {{ stream: stdout, rate: 1/s }} ] }}\n{more}"
    );
    let before = &marked[..marked.find('@').unwrap()];
    let (line, column) = (before.lines().count(), before.lines().last().unwrap().len() + 1);
    let message = from_yaml("t.yaml", &marked.replace('@', "")).unwrap_err().to_string();
    (message, format!("t.yaml:{line}:{column}:"))
}

#[test]
fn impossible_lives_are_refused_at_their_place() {
    for (workload, more, words) in [
        ("lifecycle: { crashLoop: { runs: @0s } },", "", "runs is 0s; allowed is 1s to"),
        ("lifecycle: { crashLoop: { runs: 9s, p99: @9s } },", "", "no more than the median"),
        ("lifecycle: { crashLoop: { runs: 9s, from: @1m } },", "", "begin after the duration of 1m"),
        ("lifecycle: { crashLoop: { runs: 9s, crashes: @0 } },", "", "0 is not a whole number from 1"),
        ("lifecycle: { crashLoop: { runs: 9s, starts: @9999h } },", "", "starts is 9999h"),
        ("pull: @2h,", "", "pull is 2h; allowed is up to 1h"),
        ("lifecycle: { job: @{ linger: 1s } },", "", "either a duration"),
        ("lifecycle: { job: { quantiles: @[ 9s, 1s ] } },", "", "the shortest first"),
        ("lifecycle: { job: { quantiles: [ @0s, 1s ] } },", "", "a time is 0s; allowed is 1s"),
        ("lifecycle: { job: { quantiles: [ 1s, 2s ], p99: @9s } },", "", "or without one"),
        ("lifecycle: { crashLoop: @{} },", "", "\"runs\" is missing"),
        ("", "faults: [ { nodesAdded: { nodes: @100000, at: 1s } } ]", "would have 100003 nodes"),
        ("", "faults: [ { nodesAdded: { nodes: 1, at: @1m } } ]", "begins after the duration of 1m"),
        (
            "",
            "faults: [ { nodesAdded: { nodes: 1, at: 1s, pool: @q } } ]",
            "there is no pool \"q\"; there are p",
        ),
        ("", "faults: [ { nodesAdded: { nodes: 1, at: 1s, pods: @0% } } ]", "0%"),
        ("", "faults: [ { nodesAdded: { nodes: 1, at: 1s, reads: @middle } } ]", "beginning, end"),
        ("", "faults: [ { rollout: { at: 1s, tenant: @b } } ]", "there is no tenant \"b\"; there are a"),
        ("", "faults: [ { rollout: { at: 1s, workload: @v } } ]", "no workload \"v\" there; there are w"),
        (
            "",
            "faults: [ { evictionStorm: { nodes: 1, pods: 1, at: 1s, within: @9999h } } ]",
            "within is 9999h",
        ),
        ("", "faults: [ { evictionStorm: { nodes: @4, pods: 1, at: 1s } } ]", "4 nodes of 3"),
        ("maxUnavailable: @0,", "", "0"),
        ("", "faults: [ { drain: { nodes: 1, at: 1s, back: @9999h } } ]", "back is 9999h"),
    ] {
        let (message, place) = refusal(workload, more);
        assert!(message.contains(&place) && message.contains(words), "{workload} {more} {place}: {message}");
    }
}

#[test]
fn crashed_containers_logs_are_missed_as_the_head_of_the_file_expects() {
    // Eight crashes of 80 pods each. Of eight logs seven are gone natively; an agent that looks every minute never meets
    // 41/60 + 31/60 + 11/60 of them, the looks of eight agents being the only chance in it.
    let [native, daemonset, sidecar, direct] =
        ["native", "daemonset", "sidecar", "direct"].map(|strategy| shipped("crash-loop", strategy));
    for run in [&native, &daemonset, &sidecar, &direct] {
        assert_eq!(run.get(Metric::Crashes), Some(8.0 * 80.0));
        assert_eq!(run.ledger.emitted, native.ledger.emitted);
    }
    let missed = |run: &Observation| run.get(Metric::CrashLogsMissed).unwrap();
    assert_eq!(missed(&native), 7.0 / 8.0);
    let expected = (41.0 + 31.0 + 11.0) / 60.0 / 8.0;
    // Three draws of each of eight agents, for ten pods that crash together or nearly so: 640 logs, deviation 8 %.
    assert!((missed(&daemonset) - expected).abs() < 0.08, "{} of {expected}", missed(&daemonset));
    assert_eq!(daemonset.ledger.lost_by_cause().into_keys().collect::<Vec<_>>(), ["never_discovered"]);
    assert_eq!((missed(&sidecar), sidecar.ledger.lost_total()), (0.0, 0));
    assert!(missed(&direct) > 0.9, "{}", missed(&direct));
    assert_eq!(direct.ledger.lost_by_cause().into_keys().collect::<Vec<_>>(), ["agent_killed"]);
}

#[test]
fn sidecars_images_and_starts_delay_their_applications_and_no_other_strategy() {
    // Lives of 30 s with 6 s between them: of each round of 36 s a native sidecar takes 3 s of its application's time. The
    // image is there. A classic one starts within the 5 s that its application takes as well.
    let scenario = |ordering: &str, start: &str| {
        let yaml = format!(
            "name: t\nduration: 10m\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ], startup: {{ agentStart: {start} }} }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 40, lifecycle: {{ job: {{ duration: 30s }} }}, \
             logs: [ {{ stream: stdout, rate: 10/s }} ] }} ] }} ]\ncollection: {{ ordering: {ordering} }}\n"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    let daemonset = run(&scenario("native", "3s"), "daemonset");
    assert_eq!((daemonset.ledger.withheld, daemonset.get(Metric::StartWait)), (0, None));
    let native = run(&scenario("native", "3s"), "sidecar");
    assert_eq!(native.ledger.emitted + native.ledger.withheld, daemonset.ledger.emitted);
    // 40 places, a round every 36 s of 600: 16 or 17 starts each.
    let starts = native.get(Metric::StartWait).unwrap() / 3.0 / 40.0;
    assert!((15.5..=17.0).contains(&starts), "{starts}");
    let share = native.ledger.withheld as f64 / daemonset.ledger.emitted as f64;
    assert!((share / (3.0 / 30.0) - 1.0).abs() < 0.05, "{share}");
    let classic = run(&scenario("classic", "3s"), "sidecar");
    assert_eq!((classic.ledger.withheld, classic.get(Metric::StartWait)), (0, Some(0.0)));
    // Slower than its application by 7 s, it reads those late.
    let p99 = |run: &Observation| run.get(Metric::FreshnessP99).unwrap();
    let late = run(&scenario("classic", "12s"), "sidecar");
    assert!(p99(&classic) < 1.2 && (6.0..8.2).contains(&p99(&late)), "{} {}", p99(&classic), p99(&late));
}

#[test]
fn what_pods_write_before_the_agent_of_their_node_is_there_is_as_the_head_of_the_file_expects() {
    // 60 pods of 20 lines/s, from 185 s on; the nodes' agents are there at 210 s, and a pod with a sidecar writes from 197 s.
    let [native, daemonset, sidecar] =
        ["native", "daemonset", "sidecar"].map(|strategy| shipped("node-join", strategy));
    assert_eq!(native.ledger.emitted, daemonset.ledger.emitted);
    assert_eq!(sidecar.ledger.emitted + sidecar.ledger.withheld, native.ledger.emitted);
    let near = |lines: u64, expected: f64| (lines as f64 / expected - 1.0).abs() < 0.15;
    assert!(near(daemonset.ledger.retained, 60.0 * 20.0 * 25.0), "{:?}", daemonset.ledger);
    assert!(near(sidecar.ledger.withheld, 60.0 * 20.0 * 12.0), "{:?}", sidecar.ledger);
    assert_eq!(sidecar.get(Metric::StartWait), Some(60.0 * 12.0));
    for run in [&native, &daemonset, &sidecar] {
        assert_eq!((run.get(Metric::PodGap), run.get(Metric::PodsPending)), (Some(60.0 * 5.0), Some(0.0)));
    }
    for run in [&daemonset, &sidecar] {
        assert_eq!(run.ledger.lost_total(), 0);
    }
    // Read from the beginning, they are all there, and late; without rotations, whose new files wait for a look too.
    let text =
        scenario::embedded("node-join").unwrap().replace("pods: 30% }", "pods: 30%, reads: beginning }");
    let text = text.replace("  startup:", "  kubelet: { containerLogMaxSize: 1Gi }\n  startup:");
    let late = run(&from_yaml("node-join", &text).unwrap(), "daemonset");
    assert_eq!((late.ledger.delivered, late.ledger.emitted), (native.ledger.emitted, native.ledger.emitted));
    // 1.4 % of all lines waited, evenly up to 25 s: 99 of 100 are there within 7 s or so.
    let share = 60.0 * 25.0 * 20.0 / (late.ledger.emitted as f64 * (590.0 / 600.0));
    let expected = 25.0 * (1.0 - 0.01 / share);
    let p99 = late.get(Metric::FreshnessP99).unwrap();
    assert!((p99 - expected).abs() < 1.5, "{p99} s, not {expected} s");
}

#[test]
fn evicted_pods_take_what_was_not_read_or_sent_with_them() {
    // Ten pods of 100 lines/s, all evicted within ten seconds, whose logs are gone with them. The node's agent has read each
    // of them up to the last instant; a sidecar that flushes every second is killed with half a second of lines.
    let yaml = "name: t\nduration: 3m\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
         tenants: [ { name: a, workloads: [ { name: w, replicas: 10, logs: [ { stream: stdout, rate: 100/s, spread: 0% } ] } ] } ]\n\
         faults: [ { evictionStorm: { nodes: 1, pods: 100%, at: 1m, within: 10s } } ]\n";
    let scenario = from_yaml("t.yaml", yaml).unwrap();
    let [daemonset, sidecar] = ["daemonset", "sidecar"].map(|strategy| run(&scenario, strategy));
    assert_eq!(daemonset.ledger.emitted, sidecar.ledger.emitted);
    let causes = |run: &Observation| run.ledger.lost_by_cause();
    assert_eq!(causes(&sidecar).into_keys().collect::<Vec<_>>(), ["agent_killed"]);
    // Five pods of half a second each, give or take: phases are even over a second.
    let killed = sidecar.ledger.lost_total();
    assert!((25..500).contains(&killed), "{killed}");
    assert_eq!(daemonset.ledger.lost_total(), 0, "{:?}", causes(&daemonset));
    for run in [&daemonset, &sidecar] {
        assert_eq!((run.get(Metric::PodGap), run.get(Metric::PodsPending)), (Some(5.0 * 5.0), Some(0.0)));
    }
}

#[test]
fn jobs_last_as_long_as_real_ones_did() {
    // Half of the jobs between 10 and 20 s, half between 20 and 60 s: 27.5 s on average, after each of which nobody writes
    // for six seconds.
    let yaml = "name: t\nduration: 1h\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
         tenants: [ { name: a, workloads: [ { name: w, replicas: 40, \
         lifecycle: { job: { quantiles: [ 10s, 20s, 60s ] } }, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
    let emitted = run(&from_yaml("t.yaml", yaml).unwrap(), "native").ledger.emitted as f64;
    let expected = 40.0 * 3600.0 * 27.5 / 33.5;
    assert!((emitted / expected - 1.0).abs() < 0.03, "{emitted} of {expected}");
}
