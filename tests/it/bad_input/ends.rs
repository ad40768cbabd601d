//! The ends of what is allowed.

use super::{and, with};
use crate::support::{Folder, STRATEGIES, loghaul};
use std::time::Instant;

#[cfg(target_os = "linux")]
#[test]
fn the_largest_counts_that_are_allowed_fit_into_memory() {
    for (from, to) in [
        ("nodes: 2", "nodes: 100000"),
        ("replicas: 4", "replicas: 200000"),
        ("name: a\n", "name: a\n    count: 10000\n"),
    ] {
        let (_folder, file) = Folder::with("large.yaml", with(from, to).replace("20s", "5s"));
        let (code, message) = super::with_little_memory(&["run", &file, "--strategy", "sidecar"]);
        assert_eq!(code, Some(0), "{to}: {message}");
    }
}

/// The ends of what is allowed, one at a time: nothing may overflow (tests are built with checks for that), nothing
/// may hang, and every line is accounted for.
#[test]
fn the_ends_of_what_is_allowed_can_be_run() {
    let more = |text: &str| and(text);
    let log = |text: &str| with("1/s }", &format!("1/s, {text} }}"));
    let cases = [
        with("nodes: 2", "nodes: 2, cpu: 10k, memory: 16Ti, price: 1000000/h").replace("10k", "10000"),
        with("nodes: 2", "nodes: 2, cpu: 1m, memory: 1")
            .replace("replicas: 4", "replicas: 4\n        requests: { cpu: 0, memory: 0 }"),
        with("replicas: 4", "replicas: 4\n        requests: { cpu: 10000, memory: 16Ti }")
            .replace("nodes: 2", "nodes: 2, cpu: 10000, memory: 16Ti"),
        with("10/s", "1M/s"),
        with("10/s", "1/h"),
        log("line: { constant: 1Mi }"),
        log("line: { constant: 1 }"),
        log("line: { lognormal: { median: 1, p99: 1Mi } }"),
        log("spread: 500%"),
        log("rotate: { size: 1, files: 1 }"),
        log("rotate: { size: 1Ti, files: 10000000 }"),
        log("arrivals: { burst: { duty: 0.1%, slot: 720h } }"),
        log("arrivals: { burst: { duty: 0.1%, slot: 1s } }"),
        log("arrivals: { diurnal: { amplitude: 100%, period: 2s, phase: 0.9 } }"),
        log("arrivals: { trace: { perSecond: [ 0, 0, 1e30 ] } }"),
        with(
            "nodes: 2 }",
            "nodes: 2 }\n  kubelet: { containerLogMaxSize: 1, containerLogMaxFiles: 2, containerLogMonitorInterval: 3s }",
        ),
        with(
            "nodes: 2 }",
            "nodes: 2 }\n  kubelet: { containerLogMaxSize: 1Ti, containerLogMaxFiles: 10000000, containerLogMonitorInterval: 720h }",
        ),
        with("20s\nwarmup: 2s", "1s\nwarmup: 0s"),
        with("warmup: 2s", "warmup: 0s\ndrain: 0s\nchunk: 2ms"),
        with("warmup: 2s", "drain: 24h"),
        more("backend: { capacity: 1B/s, queue: 720h }"),
        more("backend: { capacity: 1B/s, queue: 0s }"),
        more("backend: { capacity: 9000P/s, latency: 0s, latencyTail: 0s }"),
        more("backend: { latency: 0s, latencyTail: 0s }"),
        more("backend: { capacity: 1MB/s, latency: 1h, latencyTail: 1h }"),
        more("faults: [ { outage: { of: backend, at: 0s, for: 720h } } ]"),
        more(
            "faults: [ { outage: { of: backend, at: 0s, for: 720h, mode: { slow: 1e6 }, share: 0.0001% } }, { outage: { of: backend, at: 0s, for: 1s, nodes: 1, pool: p } } ]",
        ),
        more(
            "faults: [ { nodeLoss: { nodes: 100%, at: 0s, evictAfter: 0s, pause: 0s } }, { crash: { at: 0s } }, { upgrade: { at: 0s, takes: 0s } } ]",
        ),
        more(
            "faults: [ { drain: { nodes: 2, at: 0s, apart: 720h, linger: 720h, pause: 720h } }, { spotWave: { nodes: 1, at: 19s, notice: 720h } }, { badConfig: { tenant: a, at: 0s, for: 720h } }, { upgrade: { at: 1s, takes: 720h } } ]",
        ),
        more(
            "faults: [ { outage: { of: backend, at: 0s, for: 720h, mode: stall } }, { outage: { of: backend, at: 5s, for: 0s } } ]",
        ),
        more(
            "collection: { with: { flush: 10ms, memBufLimit: 1, refreshInterval: 100ms, rotateWait: 0s, retries: { limit: 0 } } }",
        ),
        more(
            "collection: { with: { flush: 1h, memBufLimit: 9000P, refreshInterval: 720h, rotateWait: 720h, retries: { limit: 4000000000 } } }",
        ),
        more("collection: { with: { memBufLimit: 1, overflow: dropNewest } }"),
        more("collection: { with: { memBufLimit: 1, overflow: dropOldest } }"),
        more("collection: { extraConfigs: 1000000, headroom: 100 }"),
        more(
            "collection: { sidecar: { memoryLimit: 1, cpuLimit: 0 }, daemonset: { memoryLimit: 1, cpuLimit: 1m } }",
        ),
        more("collection: { sidecar: { requests: { cpu: 10000, memory: 16Ti } } }"),
        more(
            "collection: { agent: dear }\nprofiles: [ { name: dear, base: fluent-bit, set: { cpu.line: 1e12, cpu.idle: 1e12, memory.resident: 1e12, wire.lineOverhead: 1e12, wire.recordOverhead: 1e12, wire.compression: 0.5, cpu.file: 1e12, cpu.parse.cri: 1e12 } } ]",
        ),
    ];
    for yaml in cases {
        let (_folder, file) = Folder::with("s.yaml", &yaml);
        for name in STRATEGIES {
            let started = Instant::now();
            let output = loghaul(&["run", &file, "--strategy", name, "-o", "json"]).output().unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            let infeasible = message.contains("is infeasible here");
            assert!(output.status.success() || infeasible, "{name}: {message}\n{yaml}");
            assert!(started.elapsed().as_secs() < 10, "{name} took {:?}\n{yaml}", started.elapsed());
        }
    }
}
