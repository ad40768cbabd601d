//! Faults, times, objectives, control planes and proxies.

use super::{and, are_refused_at_their_place, with};

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
    ]);
}
