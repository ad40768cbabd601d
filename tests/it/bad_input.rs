//! What careless users and broken files get: exit code 2, a message that helps, nothing on standard output.

use super::support::{CALM, Folder, loghaul};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::Instant;

/// What the program says when it refuses.
fn refused(args: &[&str]) -> String {
    let started = Instant::now();
    let output = loghaul(args).output().unwrap();
    let message = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(2), "loghaul {args:?}: {message}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(message.starts_with("error: "), "{message}");
    assert!(!message.contains("panicked") && !message.contains("RUST_BACKTRACE"), "{message}");
    assert!(message.len() < 3000, "a message is to be read: {}", message.len());
    assert!(started.elapsed().as_secs() < 20, "{args:?} took {:?}", started.elapsed());
    message
}

/// What `compare` says about a scenario of this text, after `error: FILE`.
fn scenario_refused(yaml: impl AsRef<[u8]>) -> String {
    let (folder, file) = Folder::with("s.yaml", yaml);
    let out = folder.path("out");
    let message = refused(&["compare", &file, "--reps", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(folder.names(), ["s.yaml"], "something is left behind");
    message.strip_prefix(&format!("error: {file}")).unwrap_or_else(|| panic!("{message}")).to_owned()
}

/// A whole scenario with one thing replaced.
fn with(from: &str, to: &str) -> String {
    let whole = "\
name: x
duration: 20s
warmup: 2s
cluster:
  pools:
    - { name: p, nodes: 2 }
tenants:
  - name: a
    workloads:
      - name: w
        replicas: 4
        logs:
          - { stream: stdout, rate: 10/s }
          - { stream: file, rate: 1/s }
";
    assert!(whole.contains(from), "{from}");
    whole.replacen(from, to, 1)
}

/// A whole scenario and more behind it.
fn and(more: &str) -> String {
    format!("{}{more}\n", with("name: x", "name: x"))
}

/// What is written, where that is complained of, and words that the complaint has.
type Case<'c> = (String, &'c str, &'c [&'c str]);

fn are_refused_at_their_place(cases: &[Case]) {
    for (yaml, place, words) in cases {
        let message = scenario_refused(yaml);
        assert!(message.starts_with(place), "not at {place}: {message}\n{yaml}");
        for word in *words {
            assert!(message.contains(word), "no {word:?}: {message}");
        }
    }
}

#[test]
fn fields_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        // Fields.
        (and("colour: red"), ":15:1:", &["\"colour\"", "allowed are name, question", "15 | colour: red"]),
        (with("nodes: 2 }", "nodes: 2, cpus: 4 }"), ":6:28:", &["\"cpus\"", "logDisk"]),
        (and("name: y"), ":15:1:", &["\"name\" is there twice"]),
        (with("nodes: 2", "pods: 2"), ":6:", &["\"nodes\" is missing"]),
        (with("name: x\n", ""), ":", &["\"name\" is missing"]),
        // Names that speak to whoever shows them.
        (with("name: x\n", "name: \"\\e[31mred\"\n"), ":1:7:", &["not shown, \\u{1b}"]),
        (with("name: a\n", "name: \"a\\u202eb\"\n"), ":8:11:", &["not shown, \\u{202e}"]),
        (with("name: w\n", "name: '=cmd'\n"), ":10:15:", &["no name of a workload", "formula"]),
        (with("name: p", "name: ../../etc"), ":6:15:", &["no name of a pool: it has a slash"]),
        (
            with("name: w\n", &format!("name: {}\n", "n".repeat(10_000))),
            ":10:15:",
            &["a name of a workload of 10000 characters; allowed are up to 253"],
        ),
        (with("1/s }", "1/s, wants: { store: '@SUM(1)' } }"), ":14:56:", &["no store", "formula"]),
    ]);
}

#[test]
fn units_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (with("20s", "20 parsecs"), ":2:11:", &["\"20 parsecs\" is not a duration such as 30s"]),
        (with("20s", "20"), ":2:11:", &["20 is not a duration such as 30s"]),
        (with("20s", "-20s"), ":2:11:", &["\"-20s\" is not a duration"]),
        (with("20s", "true"), ":2:", &["duration such as 30s, 20ms, 1h30m, not boolean true"]),
        (with("20s", "1h1h1h1h9999999999h"), ":2:11:", &["is too large: allowed is up to 876000h"]),
        (with("10/s", "99999999999M/s"), ":13:37:", &["is too large: allowed is up to 1000000000M/s"]),
        (with("10/s", "19e305M/s"), ":13:37:", &["\"19e305M/s\" is not a rate of lines"]),
        (with("nodes: 2", "nodes: 2, memory: 1e308"), ":6:36:", &["is too large: allowed is up to 8000Pi"]),
        (with("nodes: 2", "nodes: 2, memory: 19999999Pi"), ":6:36:", &["allowed is up to 8000Pi"]),
        (with("nodes: 2", "nodes: 2, cpu: 1e308"), ":6:33:", &["allowed is up to 1000000000"]),
        (
            with("nodes: 2", "nodes: 2, price: 9999999999999999/h"),
            ":6:35:",
            &["is too large: allowed is up to 1000000000000/h"],
        ),
        (with("10/s", "-10/s"), ":13:37:", &["\"-10/s\" is not a rate of lines such as 120/s"]),
        (with("10/s", "10"), ":13:37:", &["10 is not a rate of lines such as 120/s"]),
        (with("10/s", "10/d"), ":13:37:", &["\"10/d\" is not a rate"]),
        (with("10/s", "NaN/s"), ":13:37:", &["is not a rate"]),
        (with("rate: 1/s", "rate: 5M/s"), ":14:35:", &["allowed is up to 1M/s", "rate: 5M/s"]),
        (with("rate: 10/s", "rate:"), ":13:", &["needed here is a rate of lines", "not nothing"]),
        (with("rate: 10/s", "rate: [ 1 ]"), ":13:31:", &["not a list"]),
        (with("nodes: 2", "nodes: 2, memory: 64 GB"), ":6:36:", &["\"64 GB\" is not a size such as 180B"]),
        (with("nodes: 2", "nodes: 2, cpu: lots"), ":6:33:", &["\"lots\" is not a CPU quantity"]),
        (with("nodes: 2", "nodes: 2, cpu: 0"), ":6:33:", &["cpu is 0"]),
        (with("nodes: 2", "nodes: 2, price: $4"), ":6:35:", &["price an hour such as 0.40/h"]),
        (with("1/s }", "1/s, line: { constant: -5B } }"), ":14:58:", &["\"-5B\" is not a size"]),
        (with("1/s }", "1/s, line: { constant: 0 } }"), ":14:58:", &["a line of 0B; allowed is 1B to 1Mi"]),
        (with("1/s }", "1/s, line: { constant: 1Ti } }"), ":14:58:", &["a line of 1Ti"]),
        (with("1/s }", "1/s, line: 400B }"), ":14:46:", &["such as { constant: 400B }"]),
        (with("1/s }", "1/s, line: { quantiles: [ 5, 1 ] } }"), ":14:59:", &["the smallest first"]),
        (
            with("1/s }", "1/s, line: { lognormal: { median: 9B, p99: 1B } } }"),
            ":14:59:",
            &["median 9B and p99 1B", "median <= p99"],
        ),
        (with("1/s }", "1/s, spread: 900% }"), ":14:48:", &["spread is 900%; allowed is up to 500%"]),
        (with("1/s }", "1/s, fixed: maybe }"), ":14:47:", &["\"maybe\" is not true or false"]),
        (with("1/s }", "1/s, wants: { parse: yaml } }"), ":14:56:", &["raw, json, delimiter, regex"]),
        (with("1/s }", "1/s, arrivals: bursty }"), ":14:50:", &["{ burst: { duty: 20%, slot: 10s } }"]),
        (
            with("1/s }", "1/s, arrivals: { burst: { duty: 20%, slot: 1.5s } } }"),
            ":14:78:",
            &["slot is 1.5s; allowed are whole seconds, up to 720h"],
        ),
        (with("1/s }", "1/s, arrivals: { trace: { perSecond: [ 0, 0 ] } } }"), ":14:", &["above 0"]),
        (with("stdout", "stderr"), ":13:23:", &["\"stderr\"", "stdout, file, hostPath"]),
    ]);
}

#[test]
fn nodes_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (
            with("replicas: 4", "usage: { cpu: 500m, peak: { cpu: 200m, share: 5% } }"),
            ":11:42:",
            &["cpu is 200m; allowed is 500m (what it uses ordinarily)"],
        ),
        (
            with("replicas: 4", "usage: { cpu: 1, peak: { cpu: 2, share: 0 } }"),
            ":11:49:",
            &["share is 0%; allowed is more than 0%"],
        ),
        (
            with("replicas: 4", "usage: { cpu: 1, peak: { cpu: 2, share: 5%, slot: 1500ms } }"),
            ":11:59:",
            &["slot is 1.5s; allowed are whole seconds"],
        ),
        (
            with("replicas: 4", "limits: { ephemeralStorage: 0 }"),
            ":11:37:",
            &["ephemeralStorage is 0B", "1Gi"],
        ),
        (with("replicas: 4", "priority: high"), ":11:19:", &["priority"]),
        (
            with("nodes: 2", "nodes: 2, logDisk: 10Gi, otherData: 9.5Gi"),
            ":6:54:",
            &["otherData is 9728Mi", "there is no room for logs"],
        ),
        (
            with("tenants:", "  kubelet: { evictionHard: { nodefsAvailable: 100% } }\ntenants:"),
            ":7:47:",
            &["nodefsAvailable is 100%; allowed is 0%"],
        ),
    ]);
}

#[test]
fn counts_and_lists_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        // Counts.
        (with("nodes: 2", "nodes: 0"), ":6:25:", &["0 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: -3"), ":6:25:", &["-3 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: 1.5"), ":6:25:", &["1.5 is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: many"), ":6:25:", &["\"many\" is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes:"), ":6:", &["whole number from 1 to", "not nothing"]),
        (with("nodes: 2", "nodes: 99999999999999999999"), ":6:25:", &["is not a whole number from 1 to"]),
        (with("nodes: 2", "nodes: 100001"), ":6:25:", &["allowed are up to 100000"]),
        (with("replicas: 4", "replicas: 3000001"), ":11:19:", &["3000001 pods; allowed are up to 3000000"]),
        (
            with("replicas: 4", "replicas: 500001"),
            ":8:3:",
            &["500001 pods are to be simulated", "oneNodeIn: 2"],
        ),
        (
            with("duration: 20s", "duration: 20s\noneNodeIn: 2"),
            ":3:",
            &["one node in 2 of 2", "allowed is up to 1"],
        ),
        (with("name: a\n", "name: a\n    count: 10001\n"), ":9:12:", &["10001 tenants", "10000"]),
        (with("name: a\n", "name: a\n    count: 9999999\n"), ":9:12:", &["9999999 tenants"]),
        (
            with("replicas: 4", "replicas: 100000").replace("10/s", "1M/s"),
            ":2:11:",
            &["2000 billion lines in 20s; allowed are up to 200 billion"],
        ),
        (
            with(
                "        logs:\n          - { stream: stdout, rate: 10/s }\n          - { stream: file, rate: 1/s }\n",
                "",
            ),
            ":8:3:",
            &["nothing writes", "rate: 10/s"],
        ),
        (and("collection: { extraConfigs: -1 }"), ":15:29:", &["\"-1\" is not a whole number"]),
        (and("collection: { extraConfigs: 4000000000 }"), ":15:29:", &["allowed is up to 1000000"]),
        (and("collection: { headroom: lots }"), ":15:25:", &["\"lots\" is not a number"]),
        (and("collection: { headroom: 0.5 }"), ":15:25:", &["allowed is 1 to 100"]),
        // Lists and mappings.
        (with("  pools:\n    - { name: p, nodes: 2 }", "  pools: []"), ":5:10:", &["at least one pool"]),
        (with("- { name: p, nodes: 2 }", "{ name: p, nodes: 2 }"), ":6:5:", &["needed here is a list"]),
        (
            "name: x\ncluster: { pools: [ { name: p, nodes: 1 } ] }\ntenants: []\n".into(),
            ":3:10:",
            &["at least one"],
        ),
        ("name: x\ncluster: [ 1 ]\ntenants: []\n".into(), ":2:10:", &["needed here is a mapping"]),
        // Names.
        (with("name: x", "name: ''"), ":1:7:", &["name is empty"]),
        (with("name: a\n", "name: a/b\n"), ":8:11:", &["slash"]),
        (
            and("  - { name: b, workloads: [] }\n  - { name: a, workloads: [] }"),
            ":16:13:",
            &["two tenants of the name \"a\""],
        ),
        (
            and("  - { name: b-2, workloads: [] }\n  - { name: b, count: 2, workloads: [] }"),
            ":15:13:",
            &["the tenants \"b\" have a count, and \"b-2\" is one of them"],
        ),
        (with("nodes: 2 }", "nodes: 2 }\n    - { name: p, nodes: 3 }"), ":7:15:", &["two pools of the name"]),
        (with("name: w\n", "name: w\n      - name: w\n"), ":11:15:", &["two workloads of the name \"w\""]),
    ]);
}

#[test]
fn agents_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (and("collection: { agent: fluentbit }"), ":15:22:", &["no agent \"fluentbit\"", "fluent-bit"]),
        (and("collection: { sidecar: { agent: vectr } }"), ":15:33:", &["no agent \"vectr\"", "fluent-bit"]),
        (and("profiles: [ { name: m, base: fluent } ]"), ":15:30:", &["no agent \"fluent\"", "fluent-bit"]),
        (
            and("profiles: [ { name: m, base: fluent-bit, set: { cpu.lines: 2 } } ]"),
            ":15:60:",
            &["\"cpu.lines\"", "cpu.line,"],
        ),
        (
            and("profiles: [ { name: m, base: fluent-bit, set: { cpu.line: -2 } } ]"),
            ":15:59:",
            &["cpu.line is -2"],
        ),
        (
            and("profiles: [ { name: m, base: fluent-bit, set: { cpu.line: two } } ]"),
            ":15:59:",
            &["\"two\" is not a number"],
        ),
        (and("profiles: [ { name: fluent-bit, base: fluent-bit } ]"), ":15:21:", &["already"]),
        (
            and("profiles: [ { name: m, base: vector, set: { wire.compression: 1.5 } } ]"),
            ":15:63:",
            &["wire.compression is 1.5", "from 0 to 1"],
        ),
        (
            and("profiles: [ { name: m, base: vector, set: { cpu.parse.regex: -1 } } ]"),
            ":15:62:",
            &["cpu.parse.regex is -1"],
        ),
        (
            and("profiles: [ { name: m, base: vector, with: { flush: 0s } } ]"),
            ":15:53:",
            &["flush is 0s; allowed is 10ms to 1h"],
        ),
        (
            and("profiles: [ { name: m, base: vector, with: { overflow: explode } } ]"),
            ":15:56:",
            &["\"explode\" is not allowed here; allowed are pause, dropNewest, dropOldest"],
        ),
        (
            and("profiles: [ { name: m, base: vector, with: { memBufLimit: 200Mi } } ]\n\
                 collection: { agent: m, sidecar: { memoryLimit: 100Mi } }"),
            ":15:59:",
            &["memBufLimit is 200Mi, more than the 100Mi of the memoryLimit under collection/sidecar"],
        ),
        (
            and("collection: { with: { memBufLimit: 64Mi }, daemonset: { memoryLimit: 32Mi } }"),
            ":15:36:",
            &["memBufLimit is 64Mi, more than the 32Mi of the memoryLimit under collection/daemonset"],
        ),
        (
            and("profiles: [ { name: m, base: vector, with: { checkpointEvery: 1000h } } ]"),
            ":15:63:",
            &["checkpointEvery is", "allowed is up to"],
        ),
        (
            and("profiles: [ { name: m, base: vector, with: { checkpointEvery: -1s } } ]"),
            ":15:63:",
            &["\"-1s\" is not a duration"],
        ),
    ]);
}

#[test]
fn settings_of_agents_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (
            and("collection: { with: { checkpoints: false, checkpointEvery: 10s } }"),
            ":15:60:",
            &["checkpoints: false says that none are", "leave one of them out"],
        ),
        (and("collection: { with: { checkpointOf: sent } }"), ":15:37:", &["\"sent\"", "read, acknowledged"]),
        (and("collection: { with: { startAt: middle } }"), ":15:32:", &["\"middle\"", "beginning, end"]),
        (
            and("collection: { with: { requestTimeout: { after: 1ms } } }"),
            ":15:48:",
            &["requestTimeout is 1ms; allowed is 100ms to 720h, or never"],
        ),
        (
            and("collection: { with: { lineLimit: { limit: 10B } } }"),
            ":15:43:",
            &["lineLimit is 10B; allowed is 256B and more, or unlimited"],
        ),
        (
            and("collection: { with: { longLines: fold } }"),
            ":15:34:",
            &["\"fold\"", "skip, truncate, split, stop"],
        ),
        (
            and("collection: { with: { multilineFlush: 1h } }"),
            ":15:39:",
            &["multilineFlush is 1h; allowed is up to 1m"],
        ),
        (
            and("strategy: sidecars"),
            ":15:11:",
            &["no strategy \"sidecars\"", "native, native-driver, daemonset"],
        ),
        (
            and("collection: { agent: logtail, with: { memBufLimit: 3Gi } }"),
            ":15:52:",
            &["memBufLimit is 3Gi, more than the 1Gi of the memory limit in logtail's chart"],
        ),
        (and("collection: { agent: splunk }"), ":15:22:", &["alloy, filebeat, fluent-bit, fluentd, logtail"]),
        (
            and("profiles: [ { name: m, base: fluent-bit }, { name: m, base: fluent-bit } ]"),
            ":15:52:",
            &["two profiles"],
        ),
        (and("collection: { with: { retries: 5 } }"), ":15:32:", &["unlimited or { limit: 5 }"]),
        (and("collection: { with: { flush: 0s } }"), ":15:30:", &["flush is 0s; allowed is 10ms to 1h"]),
        (
            and("collection: { with: { flush: 1s }, sidecar: { with: { flush: 1ms } } }"),
            ":15:62:",
            &["flush is 1ms"],
        ),
        (
            and("collection: { with: { memBufLimit: 0 } }"),
            ":15:36:",
            &["memBufLimit is 0B; allowed is 1B and more"],
        ),
    ]);
}

#[test]
fn faults_and_times_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (and("backend: { capacity: 0B/s }"), ":15:22:", &["1B/s and more"]),
        (and("backend: { capacity: 200MB }"), ":15:22:", &["rate of data such as 200MB/s"]),
        (
            and("faults: [ { outage: { of: backend, at: 30s, for: 5s } } ]"),
            ":15:40:",
            &["after the duration of 20s"],
        ),
    ]);
}

#[test]
fn controls_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (and("control: {}"), ":15:", &["\"channel\" is missing"]),
        (and("control: { channel: pigeon }"), ":15:21:", &["\"pigeon\"", "configMap"]),
        (with("replicas: 4", "machineGroup: ip"), ":11:23:", &["machineGroup means nothing without control"]),
        (and("control: { channel: server, machineGroup: ip }"), ":15:43:", &["needs control.registration"]),
        (and("control: { channel: server, poll: 0s }"), ":15:35:", &["poll is 0s; allowed is 1s to"]),
        (
            and("control: { channel: server, push: [ { at: 30s } ] }"),
            ":15:43:",
            &["after the duration of 20s"],
        ),
        (
            and("control: { channel: server, push: [ { at: 3s, tenant: b } ] }"),
            ":15:55:",
            &["there is no tenant \"b\"; known: a"],
        ),
        (
            and("control: { channel: configMap, credentials: { lifetime: 5m, fails: { at: 3s, for: 9s } } }"),
            ":15:",
            &["renewBefore is 5m, no less than the lifetime of 5m"],
        ),
    ]);
}

#[test]
fn proxies_that_are_wrong_are_refused_at_their_place() {
    are_refused_at_their_place(&[
        (with("replicas: 4", "proxy: { kind: sidecar }"), ":", &["\"requestsPerSecond\" is missing"]),
        (
            with("replicas: 4", "proxy: { kind: sidecar, requestsPerSecond: -1 }"),
            ":11:",
            &["requestsPerSecond is -1; allowed is 0 to 1000000"],
        ),
        (
            with("replicas: 4", "proxy: { kind: library, requestsPerSecond: 1, features: [ tracing ] }"),
            ":11:",
            &["needs the language"],
        ),
        (
            and("faults: [ { outage: { of: network, at: 3s, for: 5s } } ]"),
            ":15:27:",
            &["allowed are backend, gateway"],
        ),
        (and("faults: [ { of: backend, at: 3s, for: 5s } ]"), ":15:13:", &["such as outage: {"]),
        (
            and("faults: [ { outage: { of: backend, at: 3s, for: 5s, mode: { slow: 0.5 } } } ]"),
            ":15:",
            &["0.5 times as long; allowed is 1 to 1000000"],
        ),
        (
            and("faults: [ { outage: { of: backend, at: 3s, for: 5s, share: 0% } } ]"),
            ":15:60:",
            &["share is 0%", "above 0% up to 100%"],
        ),
        (
            and("faults: [ { outage: { of: backend, at: 3s, for: 5s, pool: q } } ]"),
            ":15:59:",
            &["there is no pool \"q\"; there are p"],
        ),
        (and("faults: [ { crash: { at: 30s } } ]"), ":15:26:", &["after the duration of 20s"]),
        (
            and("faults: [ { crash: { at: 3s, agents: 0.5 } } ]"),
            ":15:38:",
            &["0.5 is not a number such as 3"],
        ),
        (and("faults: [ { crash: { at: 3s, agents: 120% } } ]"), ":15:38:", &["a share such as 25%"]),
        (
            and("faults: [ { badConfig: { tenant: b, at: 3s, for: 1s } } ]"),
            ":15:34:",
            &["there is no tenant \"b\"; there are a"],
        ),
        (and("faults: [ { drain: { nodes: 3, at: 3s } } ]"), ":15:29:", &["3 nodes of 2"]),
        (and("faults: [ { spotWave: { at: 3s } } ]"), ":15:", &["\"nodes\" is missing"]),
        (
            and("faults: [ { upgrade: { at: 3s, takes: 800h } } ]"),
            ":15:39:",
            &["takes is 800h", "up to 720h"],
        ),
        (and("faults: [ { earthquake: { at: 3s } } ]"), ":15:", &["outage, crash, badConfig"]),
        (and("faults: { outage: { of: backend, at: 3s, for: 5s } }"), ":15:", &["needed here is a list"]),
        (and("objectives: [ \"los <= 0.1%\" ]"), ":15:15:", &["\"los\" is no metric", "loss, undelivered"]),
        (and("objectives: [ \"loss < 0.1%\" ]"), ":15:15:", &["such as \"loss <= 0.1%\""]),
        (and("objectives: [ \"freshness_p99 <= 10\" ]"), ":15:15:", &["\"10\" bounds freshness_p99", "30s"]),
        (and("objectives: [ \"loss <= little\" ]"), ":15:15:", &["0.1% or 0.001"]),
        (
            with("nodes: 2 }", "nodes: 2 }\n  kubelet: { containerLogMaxFiles: 1 }"),
            ":7:36:",
            &["the kubelet allows 2 and more"],
        ),
        (with("warmup: 2s", "warmup: 15s"), ":3:9:", &["more than half of the duration of 20s"]),
        (with("20s\nwarmup: 2s", "10s"), ":2:11:", &["warmup is 10s, more than half of the duration of 10s"]),
        (with("20s", "1000h"), ":2:11:", &["allowed is 1s to 720h"]),
        (with("warmup: 2s", "chunk: 1m"), ":3:8:", &["chunk is 1m; allowed is 2ms to 1s"]),
    ]);
}

#[test]
fn the_scenario_that_the_cases_above_break_is_fine() {
    let (_folder, file) = Folder::with("s.yaml", with("name: x", "name: x"));
    loghaul(&["compare", &file, "--reps", "1"]).assert().success();
}

#[test]
fn a_file_that_is_no_scenario_says_what_one_is() {
    const NEEDED: &str = "a scenario is a mapping with name, cluster and tenants";
    for nothing in ["", "\n \n", "# later\n", "---\n", "null\n"] {
        let message = scenario_refused(nothing);
        let more = "more on LH0003: loghaul explain LH0003";
        assert_eq!(message, format!(" is empty; {NEEDED}\n{more}\n"), "{nothing:?}");
    }
    for other in ["hello\n", "- a\n- b\n", "42\n", "# a list\n\n- a\n"] {
        let message = scenario_refused(other);
        assert!(message.contains(NEEDED), "{other:?}: {message}");
    }
    for (bytes, place, word) in [
        (&b"name: x\n\xc3\xa9t\xff\n"[..], ":2:3:", "UTF-8"),
        (&[0xff, 0xfe, b'n', 0, b'a', 0][..], ":1:1:", "UTF-16"),
        (&[0x1f, 0x8b, 8, 0, 0, 0, 0xff][..], ":1:2:", "gzip"),
        (&b"name: x\0\n"[..], ":1:8:", "unexpected character"),
    ] {
        let message = scenario_refused(bytes);
        assert!(message.starts_with(place) && message.contains(word), "{message}");
    }
}

#[test]
fn broken_yaml_names_its_place() {
    for (yaml, place) in [
        (with("- { name: p, nodes: 2 }", "- { name: p, nodes: 2"), ":8:3:"),
        (with("  pools:", "\tpools:"), ":5:2:"),
        (with("    - { name: p, nodes: 2 }", "   - name: p\n     nodes: 2\n    cpu: 4"), ":8:5:"),
        (with("name: x", "name: 'x"), ":"),
        (with("name: x", "name: *who"), ":1:7:"),
        (and("---\nname: y"), ":16:1:"),
        (r#"{"name":"x","cluster":{"pools":[{"name":"p","nodes":2}]},"tenants":[{"na"#.into(), ":1:"),
    ] {
        let message = scenario_refused(&yaml);
        assert!(message.starts_with(place), "not at {place}: {message}\n{yaml}");
        // Not the parser's own advice to those who program with it.
        for word in ["Options", "Policy", "from_str", "budget"] {
            assert!(!message.contains(word), "{message}");
        }
    }
}

#[test]
fn json_byte_order_marks_and_line_ends_are_fine() {
    let json = r#"{"name":"x","duration":"20s","warmup":"2s","cluster":{"pools":[{"name":"p","nodes":2}]},
        "tenants":[{"name":"a","workloads":[{"name":"w","logs":[{"stream":"stdout","rate":"10/s"}]}]}]}"#;
    let marked = format!("\u{feff}{CALM}");
    for fine in [json, &marked, &CALM.replace('\n', "\r\n")] {
        let (_folder, file) = Folder::with("s.yaml", fine);
        loghaul(&["run", &file]).assert().success();
    }
}

/// Runs with little memory: 1.5 GB of addresses.
#[cfg(target_os = "linux")]
fn with_little_memory(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 1500000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_loghaul")]);
    command.args(args).env("RAYON_NUM_THREADS", "2");
    let started = Instant::now();
    let output = command.output().unwrap();
    assert!(started.elapsed().as_secs() < 30, "{args:?} took {:?}", started.elapsed());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn bombs_of_aliases_do_not_go_off() {
    let head = "name: x\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n";
    let list = |n: usize, item: &dyn Fn(usize) -> String| (0..n).map(item).collect::<Vec<_>>().join(", ");
    // 300⁴ sizes, all where the schema has them.
    let sizes = list(300, &|i| format!("{}B", i + 1));
    let logs = list(300, &|_| "{ stream: stdout, rate: 1/s, line: { quantiles: *q } }".into());
    let workloads = list(300, &|i| format!("{{ name: w{i}, logs: *l }}"));
    let tenants = list(300, &|i| format!("{{ name: t{i}, workloads: *w }}"));
    let nested = format!(
        "{head}tenants: [ {{ name: t, workloads: &w [ {{ name: w, logs: &l [ {{ stream: stdout, rate: 1/s, \
         line: {{ quantiles: &q [ {sizes} ] }} }}, {logs} ] }}, {workloads} ] }}, {tenants} ]\n"
    );
    let mut laughs = "a0: &a0 [ x, x, x, x, x, x, x, x, x ]\n".to_owned();
    for i in 1..12 {
        laughs += &format!("a{i}: &a{i} [ {} ]\n", list(9, &|_| format!("*a{}", i - 1)));
    }
    // The same where anything is allowed only after it has been read.
    let hidden = format!(
        "{head}question: 5\ntenants:\n- name: t\n  workloads: []\n  x:\n    {}",
        laughs.replace('\n', "\n    ")
    );
    for (bomb, word) in [(nested, "aliases"), (laughs, "unknown field"), (hidden, "unknown field")] {
        let (_folder, file) = Folder::with("bomb.yaml", bomb);
        let (code, message) = with_little_memory(&["compare", &file]);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(word), "{message}");
    }
    let deep = format!("name: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(scenario_refused(deep).starts_with(":1:7: needed here is a text"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_largest_counts_that_are_allowed_fit_into_memory() {
    for (from, to) in [
        ("nodes: 2", "nodes: 100000"),
        ("replicas: 4", "replicas: 200000"),
        ("name: a\n", "name: a\n    count: 10000\n"),
    ] {
        let (_folder, file) = Folder::with("large.yaml", with(from, to).replace("20s", "5s"));
        let (code, message) = with_little_memory(&["run", &file, "--strategy", "sidecar"]);
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
        for name in super::support::STRATEGIES {
            let started = Instant::now();
            let output = loghaul(&["run", &file, "--strategy", name, "-o", "json"]).output().unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            let infeasible = message.contains("is infeasible here");
            assert!(output.status.success() || infeasible, "{name}: {message}\n{yaml}");
            assert!(started.elapsed().as_secs() < 10, "{name} took {:?}\n{yaml}", started.elapsed());
        }
    }
}

#[test]
fn wrong_arguments_are_named_with_what_is_allowed() {
    let (folder, file) = Folder::with("s.yaml", CALM);
    for (args, words) in [
        (&["compare", "nowhere.yaml"][..], &["nowhere.yaml", "reference, proof-of-concept"][..]),
        (&["compare", "referense"], &["no file referense", "reference"]),
        (&["run", "nowhere.yaml"], &["no file nowhere.yaml"]),
        (
            &["compare", &file, "--strategies", "native,deamonset"],
            &["\"deamonset\"", "native, native-driver, daemonset, sidecar"],
        ),
        (&["compare", &file, "--strategies", "sidecar,sidecar"], &["named twice"]),
        (&["compare", &file, "--strategies", ""], &["\"\"", "native, native-driver, daemonset, sidecar"]),
        (
            &["run", &file, "--strategy", "sidecars"],
            &["\"sidecars\"", "native, native-driver, daemonset, sidecar"],
        ),
        (&["run", &file, "--strategy", "sidecars", "--show"], &["\"sidecars\""]),
        (&["run", &file, "--set", "strategy=sidecars"], &["--set strategy=sidecars: there is no strategy"]),
        (&["compare", &file, "--reps", "0"], &["--reps", "1..=1000"]),
        (&["compare", &file, "--reps", "-3"], &["--reps", "-3"]),
        (&["compare", &file, "--seed", "-1"], &["--seed", "'-1'"]),
        (&["compare", &file, "-o", "yaml"], &["table, json, csv, md"]),
        (&["compare", &file, "--lang", "fr"], &["en, zh"]),
        (&["compare", &file, "more"], &["'more'"]),
        (&["comapre"], &["'compare'"]),
        (&["schema", "scenarios"], &["scenario, result, tune, sensitivity"]),
        (&["compare", "--out", "report/", "nowhere.yaml"], &["nowhere.yaml"]),
    ] {
        let message = refused(args);
        for word in words {
            assert!(message.contains(word), "{args:?}, no {word:?}: {message}");
        }
    }
    let message = refused(&["compare", folder.path("").to_str().unwrap()]);
    assert!(message.contains("directory"), "{message}");
    assert_eq!(folder.names(), ["s.yaml"]);
}

#[test]
fn a_rubric_that_cannot_grade_is_refused_at_its_place() {
    let rubric = std::fs::read_to_string(super::support::root().join("rubrics/article.yaml")).unwrap();
    let line_of = |text: &str| rubric.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (from, to, line, word) in [
        ("row: query", "row: quarry", line_of("row: query"), "cluster_scale"),
        ("figure: searchable", "figure: searched", line_of("figure: searchable"), "there are searchable"),
        ("atMost: 0.05,", "atMost: lots,", line_of("atMost: 0.05,"), "\"lots\" is not a number"),
        (
            "atMost: 0.05,",
            "atmost: 0.05,",
            line_of("atMost: 0.05,"),
            "unknown field \"atmost\"; allowed are id",
        ),
    ] {
        let (folder, file) = Folder::with("rubric.yaml", rubric.replace(from, to));
        let out = folder.path("out");
        let message =
            refused(&["compare", "proof-of-concept", "--rubric", &file, "--out", out.to_str().unwrap()]);
        assert!(
            message.starts_with(&format!("error: {file}:{line}:")) && message.contains(word),
            "{message}"
        );
        assert_eq!(folder.names(), ["rubric.yaml"], "something is left behind");
    }
    let (folder, file) = Folder::with("rubric.yaml", "");
    assert!(
        refused(&["compare", "--rubric", &file])
            .contains("is empty; a rubric is a mapping with rows and members")
    );
    assert!(refused(&["compare", "--rubric", folder.path("").to_str().unwrap()]).contains("directory"));
}

#[test]
fn a_cluster_that_cannot_be_imported_says_how_to_get_one() {
    let node =
        r#"{"kind":"Node","metadata":{"name":"n"},"status":{"allocatable":{"cpu":"4","memory":"8Gi"}}}"#;
    let pod =
        r#"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{}]},"status":{"phase":"Running"}}"#;
    let both = format!("{{\"kind\":\"List\",\"items\":[{node},\n{pod}]}}");
    let cases: &[(Vec<u8>, &str, &str)] = &[
        (b"".to_vec(), " is empty;", "kubectl get nodes,pods"),
        (b"{\"a\": 1}".to_vec(), " has neither nodes nor pods", "JSON or YAML"),
        (b"[1, 2]".to_vec(), " is neither JSON nor YAML", "kubectl get nodes,pods"),
        (b"\"text\"".to_vec(), " is", "kubectl get nodes,pods"),
        (b"hello".to_vec(), " is neither JSON nor YAML", "kubectl get nodes,pods"),
        (b"kind: List\nitems: []\n".to_vec(), " has neither", "-o json"),
        (b"kind: Pod\nspec: [\n".to_vec(), ":", "is no object of Kubernetes"),
        (both.as_bytes()[..both.len() - 40].to_vec(), ":2:", "the file ends in the middle"),
        (node.into(), " has 1 node but no pods", "kubectl get nodes,pods"),
        (pod.into(), " has 1 pod but no nodes", "kubectl get nodes,pods"),
        (br#"{"kind":"DeploymentList","items":[]}"#.to_vec(), " has neither", "kubectl get nodes,pods"),
        (br#"{"kind":"Service"}"#.to_vec(), " has neither nodes nor pods (it holds: Service)", "kubectl"),
        (br#"{"kind":"List","items":{}}"#.to_vec(), " has neither", "kubectl"),
        (both.replace("\"4\"", "\"lots\"").into(), ":1:", "\"lots\" is not a CPU quantity"),
        (both.replace("8Gi", "-8Gi").into(), ":1:", "\"-8Gi\" is not"),
        (b"{\"kind\": \"L\xff\"}".to_vec(), ":1:", "is no JSON"),
    ];
    for (bytes, begins, word) in cases {
        let (_folder, file) = Folder::with("cluster.json", bytes);
        let message = refused(&["import", "cluster", &file]);
        assert!(message.starts_with(&format!("error: {file}{begins}")), "not {begins:?}: {message}");
        assert!(message.contains(word), "{message}");
    }
    let folder = Folder::new();
    let nowhere = folder.path("nowhere.json").to_str().unwrap().to_owned();
    assert!(refused(&["import", "cluster", &nowhere]).contains("nowhere.json cannot be read"));
    assert!(refused(&["import", "cluster", folder.path("").to_str().unwrap()]).contains("has neither"));
    assert!(refused(&["import", "cluster"]).contains("<FILES>"));

    let good = folder.put("cluster.json", &both);
    loghaul(&["import", "cluster", &good]).assert().success();
    for rate in ["10", "-5/s", "fast"] {
        let message = refused(&["import", "cluster", &good, "--rate", rate]);
        assert!(message.contains("--rate") && message.contains("120/s, 2k/s, 6/m"), "{message}");
    }
    assert!(refused(&["import", "cluster", &good, "--rate", "5M/s"]).contains("up to 1M/s"));
    let logs = folder.put("logs.yaml", "- { stream: stdout }\n");
    let message = refused(&["import", "cluster", &good, "--logs", &logs]);
    assert!(message.contains("logs.yaml:1:") && message.contains("\"rate\" is missing"), "{message}");
    let logs = folder.put("logs.yaml", "- { stream: stdout, rate: 1/s }\n- { stream: stdout, rate: 5M/s }\n");
    let message = refused(&["import", "cluster", &good, "--logs", &logs]);
    assert!(message.contains("logs.yaml:2:27: rate is"), "{message}");
}

#[test]
fn a_log_that_cannot_be_learned_from_says_why() {
    type Case = (Vec<u8>, &'static [&'static str], &'static str, &'static [&'static str]);
    let cases: &[Case] = &[
        (b"".to_vec(), &[], " is empty;", &["kubectl logs"]),
        (b"\n\n".to_vec(), &["--rate", "5/s"], " is empty;", &["kubectl logs"]),
        (b"a\nb\xc3\xa9\xff\n".to_vec(), &[], ": no timestamps", &["--time-format"]),
        (vec![0x1f, 0x8b, 8, 0, 0xff], &[], " cannot be read", &[]),
        (vec![0x28, 0xb5, 0x2f, 0xfd, 0], &[], " is compressed by zstd", &["unzstd"]),
        (b"one\ntwo\nthree\n".to_vec(), &[], ": no timestamps", &["2015-07-29T17:41:44Z", "--rate 50/s"]),
    ];
    for (bytes, more, begins, words) in cases {
        let (_folder, file) = Folder::with("app.log", bytes);
        let mut args = vec!["import", "logs", file.as_str()];
        args.extend(*more);
        let message = refused(&args);
        assert!(message.starts_with(&format!("error: {file}{begins}")), "not {begins:?}: {message}");
        for word in *words {
            assert!(message.contains(word), "no {word:?}: {message}");
        }
    }
    let folder = Folder::new();
    let good = folder.put("good.log", "one\ntwo\n");
    loghaul(&["import", "logs", &good, "--rate", "5/s"]).assert().success();
    // A line of ten megabytes is cut, and told.
    let long = folder.put("long.log", format!("short\n{}\nshort\n", "x".repeat(10_000_000)));
    let told = loghaul(&["import", "logs", &long, "--rate", "5/s"]).assert().success();
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    assert!(told.contains("1 line longer than 1 MiB"), "{told}");
    let nowhere = folder.path("nowhere.log").to_str().unwrap().to_owned();
    // One bad file among good ones.
    assert!(
        refused(&["import", "logs", &good, &nowhere, "--rate", "5/s"]).contains("nowhere.log cannot be read")
    );
    assert!(
        refused(&["import", "logs", Folder::new().path("").to_str().unwrap()]).contains("no file is given")
    );
    for rate in ["50", "-5/s"] {
        let message = refused(&["import", "logs", &good, "--rate", rate]);
        assert!(message.contains("--rate") && message.contains("120/s, 2k/s, 6/m"), "{message}");
    }
    assert!(refused(&["import", "logs", &good, "--rate", "50M/s"]).contains("up to 1M/s"));
    assert!(refused(&["import", "logs", &good, "--rate", "5/s", "--stream", "pipe"]).contains("host-path"));
}

#[test]
fn a_strategy_that_cannot_be_run_is_a_result_of_compare_and_a_failure_of_run() {
    // A pod of all of a node's CPU leaves nothing for a sidecar, and the pool does not grow.
    let yaml = with("{ name: p, nodes: 2 }", "{ name: p, nodes: 4, cpu: 1, grows: false }")
        .replace("replicas: 4", "replicas: 4\n        requests: { cpu: 1, memory: 64Mi }");
    let (_folder, file) = Folder::with("s.yaml", yaml);
    let output = loghaul(&["run", &file, "--strategy", "sidecar"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("sidecar is infeasible here") && message.contains("fits no node"), "{message}");
    assert!(output.stdout.is_empty());
    loghaul(&["compare", &file, "--reps", "1"]).assert().success();
}
