//! Agents, their settings and profiles.

use super::{and, are_refused_at_their_place};

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
