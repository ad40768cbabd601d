//! What nodes run short of: changed inputs, and the conclusions that must follow.

use super::support::observe;
use loghaul::metric::Metric;
use loghaul::scenario::{Scenario, from_yaml};

fn figure(scenario: &Scenario, strategy: &str, metric: Metric) -> f64 {
    observe(scenario, strategy).get(metric).unwrap_or(f64::INFINITY)
}

/// Four pods a node write 240 kB/s each on a disk of 1 GiB, half of which is taken.
fn disk(workload: &str, rest: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: 10m\nwarmup: 1s\nstart: {{ fresh: {{}} }}\n\
         cluster:\n  pools: [ {{ name: p, nodes: 2, logDisk: 1Gi, otherData: 512Mi }} ]\n{rest}\
         tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 8, {workload} }} ] }} ]\n\
         collection: {{ with: {{ refreshInterval: 5s, flush: 1s }} }}\n"
    );
    from_yaml("t.yaml", &yaml).unwrap()
}

const LOGS: &str =
    "logs: [ { stream: stdout, rate: 1k/s, arrivals: constant, spread: 0%, line: { constant: 240B }";

#[test]
fn who_rotates_decides_whose_pods_are_evicted() {
    // Of 1 GiB a tenth stays free and half is taken: 430 MB for 960 kB/s, full after 447 s. The kubelet keeps 50 MiB of
    // standard output of a pod; an application keeps what it says.
    let lazy = disk(&format!("{LOGS}, rotate: {{ size: 400Mi }} }} ]"), "");
    assert_eq!(figure(&lazy, "daemonset", Metric::EvictedPods), 0.0);
    assert_eq!(figure(&lazy, "native", Metric::EvictedPods), 0.0);
    // One pod goes on each node, at the first look behind 447 s, and frees a quarter of it.
    assert_eq!(figure(&lazy, "sidecar", Metric::EvictedPods), 2.0);
    assert_eq!(figure(&lazy, "sidecar", Metric::PodGap), 10.0);
    // Streaming writes everything twice, half of it to files that the kubelet rotates: it is full sooner.
    assert!(figure(&lazy, "sidecar-streaming", Metric::EvictedPods) >= 2.0);
    // A library writes nothing to the disk.
    assert_eq!(figure(&lazy, "direct", Metric::EvictedPods), 0.0);
    let tidy = disk(&format!("{LOGS}, rotate: {{ size: 10Mi }} }} ]"), "");
    assert_eq!(figure(&tidy, "sidecar", Metric::EvictedPods), 0.0);
    let careless = "  kubelet: { evictionHard: { nodefsAvailable: 0% } }\n";
    let careless = disk(&format!("{LOGS}, rotate: {{ size: 400Mi }} }} ]"), careless);
    assert_eq!(figure(&careless, "sidecar", Metric::EvictedPods), 0.0);
    // A limit of its own ends a pod after 100 MB ÷ 240 kB/s = 417 s, each of the eight.
    let bounded = format!("limits: {{ ephemeralStorage: 100M }}, {LOGS}, rotate: {{ size: 400Mi }} }} ]");
    let bounded = disk(&bounded, "");
    assert_eq!(figure(&bounded, "sidecar", Metric::EvictedPods), 8.0);
}

#[test]
fn a_disk_that_something_else_fills_costs_a_pod_every_ten_seconds() {
    let full = |more: &str| {
        let yaml = format!(
            "name: t\nduration: 3m\nwarmup: 1s\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ]{more} }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 16, logs: [ {{ stream: stdout, rate: 10/s }} ] }} ] }} ]\n\
             faults: [ {{ diskFull: {{ at: 60s, for: 35s }} }} ]\n"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    // Of the looks of one kubelet, every 10 s, three or four fall into 35 s; each takes one pod of eight, and its successor
    // writes 5 s later.
    let evicted = figure(&full(""), "daemonset", Metric::EvictedPods);
    assert!(evicted == 3.0 || evicted == 4.0, "{evicted}");
    assert_eq!(figure(&full(""), "daemonset", Metric::PodGap), 5.0 * evicted);
    let careless = ", kubelet: { evictionHard: { nodefsAvailable: 0% } }";
    assert_eq!(figure(&full(careless), "daemonset", Metric::PodGap), 0.0);
}

/// A node of 4 cores whose ten pods of 380m want `usage` each, and write 400 lines/s each.
fn busy(usage: &str, agent: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: 2m\nwarmup: 1s\ncluster:\n  pools: [ {{ name: p, nodes: 1, cpu: \"4\", grows: false }} ]\n\
         tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 10, requests: {{ cpu: 380m }}, {usage} \
         logs: [ {{ stream: stdout, rate: 400/s, rotate: {{ size: 1Ti }} }} ] }} ] }} ]\n\
         collection: {{ daemonset: {{ requests: {{ cpu: {agent}, memory: 64Mi }} }} }}\n"
    );
    from_yaml("t.yaml", &yaml).unwrap()
}

#[test]
fn a_small_request_is_enough_until_the_node_is_full() {
    let late = |usage: &str, agent: &str| figure(&busy(usage, agent), "daemonset", Metric::FreshnessP50);
    // 4,000 lines/s with metadata take some 80m: 20 µs a line. Of 4 cores a request of 10m is worth 10m.
    assert!(late("", "10m") < 1.0);
    assert!(late("usage: { cpu: 300m },", "10m") < 1.0);
    assert!(late("usage: { cpu: 500m },", "10m") > 10.0);
    assert!(late("usage: { cpu: 500m },", "200m") < 1.0);
    // What applications miss is what they want beyond the node, and what agents and writing take: 5 cores of 4, of which
    // a library's part is the least and that of an agent with a large request the most.
    let missing = |strategy: &str, agent: &str| {
        figure(&busy("usage: { cpu: 500m },", agent), strategy, Metric::AppSlowdown)
    };
    // Writing: 4,000 lines/s at 12.1 µs, 48m of 5.
    let native = missing("native", "10m");
    assert!((native - (1.0 + 0.048) / 5.0).abs() < 0.002, "{native}");
    let (small, large) = (missing("daemonset", "10m"), missing("daemonset", "200m"));
    assert!(native < small && small < large, "{native} {small} {large}");
    // Where nobody says what applications use, nothing is said of what they miss.
    assert_eq!(observe(&busy("", "10m"), "daemonset").get(Metric::AppSlowdown), None);
}
