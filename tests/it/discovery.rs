//! How agents come to know pods, and what it costs them to know those of the whole cluster.

use crate::support::observe;
use loghaul::flow::Cause;
use loghaul::metric::Metric;
use loghaul::scenario::{self, Scenario};

fn read(text: &str) -> Scenario {
    scenario::from_yaml("discovery", text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Sixty pods that live for 30 s and are deleted 1 s later, each replaced 6 s after its end: some 1,000 pods in 600 s.
fn jobs(settings: &str) -> Scenario {
    read(&format!(
        "name: jobs\nduration: 10m\nwarmup: 0s\ncluster: {{ pools: [ {{ name: n, nodes: 3, cpu: \"16\", memory: 64Gi }} ] }}\n\
         tenants: [ {{ name: t, workloads: [ {{ name: step, replicas: 60,\n\
         lifecycle: {{ job: {{ duration: 30s, linger: 1s, pause: 5s }} }}, logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n\
         collection: {{ agent: fluent-bit, with: {{ {settings} }} }}\n"
    ))
}

/// Places begin with pods that are known, and have them for 15 s on average: 585 s of 600 are of pods that have to be found.
/// Of 1,000 pods a share of a half has a standard error of 1.6 %; four are allowed.
#[test]
fn what_is_over_before_the_news_of_it_is_never_read() {
    let lost = |settings: &str| {
        let run = observe(&jobs(settings), "daemonset");
        // What is found just before it is deleted may not be read to its end.
        let never = run.ledger.lost[Cause::NeverDiscovered as usize] as f64;
        assert!(never >= 0.99 * run.ledger.lost_total() as f64, "{settings}: {never}");
        run.get(Metric::Loss).unwrap()
    };
    for (settings, never) in [
        // The news comes within 10 s of 31.
        ("discovery: podEvents, podEvent: 10s", 0.0),
        // Within 62 s of which the files are there for 31.
        ("discovery: podEvents, podEvent: 62s", 31.0 / 62.0),
        ("discovery: podsAtScan, podEvent: 62s, refreshInterval: 100ms", 31.0 / 62.0),
        // Who takes running pods only has 30 of 60 s.
        ("discovery: runningPodsAtScan, podEvent: 60s, refreshInterval: 100ms", 30.0 / 60.0),
        // With a look each 60 s beside news that is there within a second: the look falls into the 30.5 s that are left.
        ("discovery: podsAtScan, podEvent: 1s, refreshInterval: 60s", 1.0 - 30.5 / 60.0),
    ] {
        let (found, expected) = (lost(settings), never * 585.0 / 600.0);
        assert!((found - expected).abs() < 4.0 * 0.016, "{settings}: {found}, not {expected}");
    }
}

/// A sidecar knows its pod, whatever the node's agents go by.
#[test]
fn an_agent_in_the_pod_is_told_by_nobody() {
    let run = observe(&jobs("discovery: podEvents, podEvent: 10m"), "sidecar");
    assert_eq!(run.ledger.lost_total(), 0);
}

/// grafana/alloy#3953 and others: half a core to two and 0.3 to 1 GiB an agent where each keeps all pods of the cluster.
#[test]
fn who_sees_the_whole_cluster_pays_with_its_size() {
    let agent = |nodes: u32, settings: &str| {
        let scenario = read(&format!(
            "name: c\nduration: 1m\nwarmup: 0s\ncluster: {{ pools: [ {{ name: n, nodes: {nodes}, cpu: \"32\", memory: 128Gi }} ] }}\n\
             tenants: [ {{ name: t, workloads: [ {{ name: app, replicas: {}, requests: {{ cpu: 100m, memory: 128Mi }},\n\
             logs: [ {{ stream: stdout, rate: 0.25/s, line: {{ lognormal: {{ median: 180B, p99: 1200B }} }} }} ] }} ] }} ]\n\
             collection: {{ agent: alloy{settings} }}\n",
            nodes * 100
        ));
        let run = observe(&scenario, "daemonset");
        let each = |metric| run.get(metric).unwrap() / f64::from(nodes);
        (each(Metric::AgentCpu), each(Metric::AgentMemory))
    };
    let (cores, bytes) = agent(10, "");
    assert!((0.5..2.0).contains(&cores), "{cores}");
    assert!((0.3..1.0).contains(&(bytes / f64::from(1 << 30))), "{bytes}");
    // A thousand pods more in the cluster, and a node as it was: a thousand times the cost of a pod.
    let (more_cores, more_bytes) = agent(20, "");
    assert!((more_cores - cores - 1.0).abs() < 0.01, "{more_cores} {cores}");
    assert!((more_bytes - bytes - 550e6).abs() < 5e6, "{more_bytes} {bytes}");
    // With a filter by the node's name the cluster does not matter.
    let (own, own_bytes) = agent(10, ", with: { podsSeen: node }");
    let (still_own, _) = agent(20, ", with: { podsSeen: node }");
    assert!(own < 0.01 && (still_own / own - 1.0).abs() < 0.02, "{own} {still_own}");
    assert!((bytes - own_bytes - 550e6).abs() < 5e6, "{bytes} {own_bytes}");
}

/// RFC 896 over Ethernet and over loopback: what comes together and is more than two small segments waits until a segment of it is
/// full, or 40 ms.
#[test]
fn a_line_sent_by_itself_waits_for_the_transport_and_not_for_a_flush() {
    let quantiles = |rate: &str, tick: &str, segment: &str| {
        let run = observe(
            &read(&format!(
                "name: n\nduration: 1m\nwarmup: 0s\ncluster: {{ pools: [ {{ name: n, nodes: 1, cpu: \"32\", memory: 128Gi }} ] }}\n\
                 tenants: [ {{ name: t, workloads: [ {{ name: app, replicas: 1, logs: [ {{ stream: stdout, rate: {rate},\n\
                 arrivals: {{ ticked: {tick} }}, spread: 0%, line: {{ constant: 200B }}, rotate: {{ size: 1000Gi }} }} ] }} ] }} ]\n\
                 collection: {{ agent: rsyslog, with: {{ segment: {segment} }} }}\n\
                 backend: {{ latency: 1ms, latencyTail: 10us }}\n"
            )),
            "daemonset",
        );
        let of = |metric| run.get(metric).unwrap() * 1e3;
        (of(Metric::FreshnessP50), of(Metric::FreshnessP99))
    };
    // 242 bytes a line on the wire. One line in 2 ms is acknowledged as it is read: the millisecond of the backend, and the
    // wake-up.
    let (p50, p99) = quantiles("500/s", "2ms", "65483B");
    assert!(p50 < 2.5 && p99 < 2.5, "{p50} {p99}");
    // 1.2 MB/s in ticks of 6 kB: a segment of loopback takes 54 ms, so that the acknowledgement after 40 is first.
    let (p50, p99) = quantiles("5000/s", "5ms", "65483B");
    assert!((p50 - 21.0).abs() < 2.0 && (p99 - 40.6).abs() < 2.0, "{p50} {p99}");
    // The same over Ethernet: 1,448 bytes are there after 1.2 ms.
    let (p50, p99) = quantiles("5000/s", "5ms", "1448B");
    assert!(p50 < 2.5 && p99 < 3.5, "{p50} {p99}");
}
