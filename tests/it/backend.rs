//! Quotas of tenants and shards of the backend, from the scenario to the figures.

use super::support::observe;
use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::scenario::{Scenario, from_yaml};
use loghaul::strategy::{self};

/// Four nodes, a tenant that writes 2,000 lines/s and four with 100 each, all of 200 bytes at even distances, for two
/// minutes; `rest` is YAML.
fn scenario(rest: &str) -> Scenario {
    let log =
        "stream: stdout, spread: 0%, arrivals: constant, line: { constant: 200B }, rotate: { size: 1Ti }";
    let yaml = format!(
        "name: t\nduration: 2m\nwarmup: 1s\n\
         cluster: {{ pools: [ {{ name: p, nodes: 4 }} ], kubelet: {{ containerLogMaxSize: 1Ti }} }}\n\
         tenants:\n  \
         - {{ name: loud, workloads: [ {{ name: w, replicas: 8, logs: [ {{ rate: 250/s, {log} }} ] }} ] }}\n  \
         - {{ name: quiet, count: 4, workloads: [ {{ name: w, replicas: 4, logs: [ {{ rate: 25/s, {log} }} ] }} ] }}\n{rest}"
    );
    from_yaml("t.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"))
}

/// Shares of lines delivered: the loud tenant's, and the least of the others'.
fn delivered(run: &Observation) -> (f64, f64) {
    let share = |t: &loghaul::observe::TenantFigures| t.delivered as f64 / t.lines as f64;
    let (loud, quiet) = run.tenants.split_first().unwrap();
    (share(loud), quiet.iter().map(share).fold(1.0, f64::min))
}

#[test]
fn a_loud_tenant_is_held_to_its_quota_and_nobody_else_is() {
    // 2,000 lines/s of 305 bytes as a sidecar sends them are 610 kB/s; 200 kB/s and 1 MB are let through of 120 s, which
    // is 34 % of it. What is refused is not tried again.
    let rest = "collection: { with: { retries: { limit: 0 } } }\n";
    let quota = format!("{rest}backend: {{ quota: {{ rate: 200kB/s, burst: 1MB }} }}");
    for strategy in ["sidecar", "daemonset"] {
        let run = observe(&scenario(&quota), strategy);
        let (loud, quiet) = delivered(&run);
        let expected = (120.0 * 200e3 + 1e6) / (120.0 * 610e3);
        assert!((loud - expected).abs() < 0.01, "{strategy}: {loud} of {expected}");
        assert_eq!(quiet, 1.0, "{strategy}");
        let refused = run.get(Metric::Throttled).unwrap() / (610e3 * (1.0 - expected));
        assert!((refused - 1.0).abs() < 0.03, "{strategy}: {refused}");
        // The flip: without a quota nobody loses anything, and nothing is said of one.
        let free = observe(&scenario(rest), strategy);
        assert_eq!((delivered(&free), free.get(Metric::Throttled)), ((1.0, 1.0), None));
    }
}

#[test]
fn everybody_who_sends_meets_quotas_and_shards() {
    let rest = "backend: { capacity: 50MB/s, shards: { count: 5, by: tenant }, quota: {} }\n\
                faults: [ { outage: { of: backend, shards: 1, at: 30s, for: 10s } } ]";
    for strategy in strategy::ALL {
        let run = observe(&scenario(rest), strategy.name);
        // Loki's 4 MiB/s are more than anybody writes here.
        assert_eq!(run.get(Metric::Throttled), Some(0.0), "{}", strategy.name);
        let skew = run.get(Metric::ShardSkew).unwrap();
        // One tenant writes five sixths of all: at least so much is in one of five shards.
        let expected = if strategy.name == "native" { 1.0..=1.0 } else { 4.0..=5.0 };
        assert!(expected.contains(&skew), "{}: {skew}", strategy.name);
    }
}

#[test]
fn a_report_says_what_the_backend_is_and_what_fails() {
    let of = |rest: &str| {
        let subject = loghaul::study::Subject::of(&scenario(rest), &[]);
        (subject.backend, subject.faults.join("; "), subject.agents.len())
    };
    let (backend, faults, agents) = of("backend: { shards: { count: 4, by: tenant }, quota: {} }\n\
                                faults: [ { outage: { of: backend, shards: 1, at: 1s, for: 1s } } ]");
    assert!(backend.contains("4 shards by tenant") && backend.contains("6Mi at once"), "{backend}");
    assert!(faults.starts_with("one shard of the backend refuses connections") && agents == 1, "{faults}");
    let (backend, faults, agents) = of("collection: { gateway: { processes: 3, buffer: 1Gi } }\n\
                                faults: [ { outage: { of: gateway, at: 1s, for: 1s } }, \
                                { crash: { of: gateway, at: 1s, agents: 2 } } ]");
    assert!(backend.contains("a gateway of 3 otel-collector with a buffer of 1Gi each"), "{backend}");
    assert!(
        faults.starts_with("the gateway refuses") && faults.contains("2 of the gateway's processes"),
        "{faults}"
    );
    assert_eq!(agents, 2);
}

#[test]
fn what_cannot_be_is_refused_at_its_place() {
    let head = "name: t\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
                tenants: [ { name: a, workloads: [ { name: w, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
    for (rest, place, words) in [
        ("backend: { quota: { rate: 0B/s } }", ":4:27:", "allowed is 1B/s and more"),
        ("backend: { quota: { burst: 0B } }", ":4:28:", "allowed is 1B to"),
        ("backend: { quota: { bust: 1B } }", ":4:21:", "rate, burst"),
        ("backend: { shards: { by: tenant } }", ":4:", "\"count\" is missing"),
        ("backend: { shards: { count: 2000 } }", ":4:29:", "allowed are 1 to 1000"),
        ("backend: { shards: { count: 2, by: luck } }", ":4:36:", "request, source, tenant"),
        ("backend: { tailGrows: true }", ":4:23:", "write capacity"),
        ("collection: { gateway: {} }\nbackend: { quota: {} }", ":5:", "leave one of them out"),
        ("faults: [ { outage: { of: backend, shards: 1, at: 1s, for: 1s } } ]", ":4:44:", "has no shards"),
        (
            "backend: { shards: { count: 2 } }\nfaults: [ { outage: { of: backend, shards: 3, at: 1s, for: 1s } } ]",
            ":5:44:",
            "3 shards of 2",
        ),
        (
            "backend: { shards: { count: 2 } }\n\
             faults: [ { outage: { of: backend, shards: 1, at: 1s, for: 1s, share: 5% } } ]",
            ":5:44:",
            "no share, nodes, pool or slow",
        ),
    ] {
        let error = from_yaml("t.yaml", &format!("{head}{rest}")).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(words), "{rest}\n{error}");
    }
}
