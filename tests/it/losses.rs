//! Each cause of loss by itself: a small scenario in which lines are lost through it alone, and how many follows by
//! arithmetic.
//!
//! Lines come at even distances, all of 100 bytes, in files that begin empty: what is lost can be counted by hand, up to
//! the flush (1 s), the look of the kubelet (10 s) or the scan (60 s) that something falls between.

use loghaul::flow::Cause;
use loghaul::observe::Ledger;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::from_yaml;
use loghaul::strategy::by_name;
use std::ops::RangeInclusive;

/// One node; what each pod's one log is, under which agent; and what goes wrong.
struct Case<'a> {
    strategy: &'a str,
    workload: &'a str,
    log: &'a str,
    more: &'a str,
}

impl Case<'_> {
    fn run(&self) -> Ledger {
        self.run_with("100B")
    }

    /// With lines of this size.
    fn run_with(&self, line: &str) -> Ledger {
        let Self { strategy, workload, log, more } = self;
        let yaml = format!(
            "name: loss\nduration: 200s\nstart: {{ fresh: {{ before: 0s, within: 0s }} }}\n\
             cluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, {workload}, logs: [ {{ arrivals: constant, spread: 0%, \
             line: {{ constant: {line} }}, {log} }} ] }} ] }} ]\n{more}\n"
        );
        let scenario = from_yaml("loss.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"));
        let setup = Setup::new(&scenario, by_name(strategy).unwrap());
        Runner::new().replication(&setup, 1, 0).unwrap().ledger.clone()
    }

    /// All that is lost is of this cause, and is so much.
    fn loses(&self, cause: Cause, lines: RangeInclusive<u64>) -> Ledger {
        let ledger = self.run();
        let lost = ledger.lost[cause as usize];
        assert_eq!(lost, ledger.lost_total(), "{:?}", ledger.lost_by_cause());
        assert!(lines.contains(&lost), "{} lines, {lost} lost through {}", ledger.emitted, cause.id());
        ledger
    }
}

#[test]
fn rotated_before_read_is_an_outage_beyond_the_buffer_and_the_files() {
    // A sidecar holds 178 kB: 1,000 lines of 100 + 78 bytes. Its pod writes 100 lines/s, 10 kB/s, into files of 100 kB,
    // three of them: a file is full after 10 s, and deleted when two more are full. Nothing is accepted from 20 to 120 s.
    // 10 s of lines are in the buffer, taken from files up to 30 s, at the end of a file. What was written from there on is
    // on disk for 20 s after its file was closed, so that at 120 s, when files end at 100, 110 and 120 s, those of 30 to
    // 90 s are gone: 6,000 lines, up to a flush more or less, and 5 to 10 s of retries, in which one file more may go.
    // The agent keeps rotated files open for as long as it likes, and finds successors at once.
    let case = Case {
        strategy: "sidecar",
        workload: "replicas: 1",
        log: "stream: file, rate: 100/s, rotate: { size: 100kB, files: 3, gap: 0s }",
        more: "collection: { with: { memBufLimit: 178kB, rotateWait: 1h, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 20s, for: 100s, mode: stall } } ]",
    };
    case.loses(Cause::RotatedBeforeRead, 5_800..=7_200);
    // As long as the buffer and two files and a bit last, nothing is lost.
    let shorter = Case { more: &case.more.replace("for: 100s", "for: 25s"), ..case };
    assert_eq!(shorter.run().lost_total(), 0);
}

#[test]
fn a_file_that_is_copied_and_emptied_takes_with_it_what_was_not_read() {
    // As above, but a full file is copied and emptied: what is not in the buffer by then is in a copy that nobody reads. The
    // buffer is full at 30 s, at the end of a file; of the nine files from there to 120 s none is read, 1,000 lines each.
    // That their copies are kept for 20 s does not help.
    let case = Case {
        strategy: "sidecar",
        workload: "replicas: 1",
        log: "stream: file, rate: 100/s, rotate: { size: 100kB, files: 3, mode: copyTruncate }",
        more: "collection: { with: { memBufLimit: 178kB, rotateWait: 1h, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 20s, for: 100s, mode: stall } } ]",
    };
    case.loses(Cause::RotatedBeforeRead, 8_800..=10_200);
    // Who keeps up reads all of it, and finds nothing new to look for: the next look would be in an hour.
    let calm = Case { more: "collection: { with: { refreshInterval: 1h } }", ..case };
    assert_eq!(calm.run().lost_total(), 0);
}

#[test]
fn never_discovered_is_every_pod_that_lives_between_two_scans() {
    // A job of 10 s every 40 s and more, deleted at once: the agent of the node looks every 24 h and finds none but those
    // that are there at the beginning. 200 lines/s are emitted by each in its life.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1, lifecycle: { job: { duration: 10s, linger: 0s, pause: 30s } }",
        log: "stream: stdout, rate: 200/s",
        more: "collection: { with: { refreshInterval: 24h } }",
    };
    let ledger = case.run();
    // The first, of which the agent knows, has up to 10 s left; four or five more follow in 200 s, each of 10 s, the last
    // of which may be there at the end.
    let jobs = 4 * 10 * 200;
    let lost = ledger.lost[Cause::NeverDiscovered as usize];
    assert_eq!(lost, ledger.lost_total(), "{:?}", ledger.lost_by_cause());
    assert!((jobs - 10..=jobs + 2_010).contains(&lost), "{lost}");
    // A scan a second finds them all.
    let scans = Case { more: "collection: { with: { refreshInterval: 1s } }", ..case };
    assert_eq!(scans.run().lost_total(), 0);
}

#[test]
fn removed_with_pod_is_what_nobody_had_read_when_it_was_deleted() {
    // Natively everything: jobs of 10 s with 10 s between them, from deletion to beginning. Of 200 s each place writes
    // half, but what the last job has written is still there.
    let case = Case {
        strategy: "native",
        workload: "replicas: 10, lifecycle: { job: { duration: 10s, linger: 0s, pause: 10s } }",
        log: "stream: stdout, rate: 100/s",
        more: "",
    };
    let ledger = case.loses(Cause::RemovedWithPod, 0..=u64::MAX);
    assert_eq!(ledger.emitted, ledger.lost_total() + ledger.retained);
    // Ten places, 100 of 200 s, 100 lines/s, give or take half a job each; at the end at most a job of each is there.
    assert!((90_000..=110_000).contains(&ledger.emitted), "{}", ledger.emitted);
    assert!(ledger.retained <= 10 * 1_000, "{}", ledger.retained);
}

#[test]
fn buffer_overflow_is_an_outage_beyond_the_buffer_of_an_agent_that_drops() {
    // 1,000 lines/s of 100 + 78 bytes; 890 kB hold 5,000 of them. Of 40 s without the backend 35 s are dropped; up to a
    // second more, read since the last flush, and until the retry, at most ten seconds later, again.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: stdout, rate: 1000/s",
        more: "collection: { with: { memBufLimit: 890kB, overflow: dropNewest, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 60s, for: 40s, mode: stall } } ]",
    };
    case.loses(Cause::BufferOverflow, 34_000..=37_000);
}

#[test]
fn retries_exhausted_is_an_outage_beyond_the_last_retry() {
    // Nothing is tried again: 30 s of 1,000 lines/s are dropped as they are refused. Flushes are a second apart.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: stdout, rate: 1000/s",
        more: "collection: { with: { retries: { limit: 0 }, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 60s, for: 30s } } ]",
    };
    case.loses(Cause::RetriesExhausted, 29_000..=31_000);
    // Where a share of requests is refused it is that share: of 120 flushes 30 on average, a standard deviation of 4.7.
    let partial =
        Case { more: &case.more.replace("at: 60s, for: 30s", "at: 60s, for: 120s, share: 25%"), ..case };
    partial.loses(Cause::RetriesExhausted, 11_000..=49_000);
}

#[test]
fn what_is_dropped_at_once_for_too_much_is_what_exceeds_the_quota() {
    // 1,000 lines/s of 100 + 105 bytes on the network in a request a second, of 205 kB; the tenant may send half of that,
    // and 500 kB at once: 0.5 + 200 × 0.1025 = 21 MB in 200 s, 102 requests. The others are dropped as they are refused.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: stdout, rate: 1000/s",
        more: "collection: { with: { throttledRetries: { limit: 0 }, refreshInterval: 1s } }\n\
               backend: { quota: { rate: 102500B/s, burst: 500kB } }",
    };
    case.loses(Cause::RetriesExhausted, 93_000..=101_000);
    // That is a rule for 429 alone: what is refused otherwise is tried again.
    let outage = Case {
        more: "collection: { with: { throttledRetries: { limit: 0 }, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 60s, for: 10s } } ]",
        ..case
    };
    assert_eq!(outage.run().lost_total(), 0);
    // By default 429 is as any other refusal, and Fluent Bit's chart tries for ever.
    let patient = Case { more: &case.more.replace("throttledRetries: { limit: 0 }, ", ""), ..case };
    assert_eq!(patient.run().lost[Cause::RetriesExhausted as usize], 0);
}

#[test]
fn agent_killed_is_what_a_crashed_agent_held() {
    // The backend is away from 60 to 100 s; the agent crashes at 80.5 s with 20.5 s of 1,000 lines/s in memory, and up to a
    // second of the flush before. With positions on disk nothing is passed over when it is back.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: stdout, rate: 1000/s",
        more: "collection: { with: { memBufLimit: 1GB, checkpoints: true, refreshInterval: 1s } }\n\
               faults: [ { outage: { of: backend, at: 60s, for: 40s } }, { crash: { at: 80500ms } } ]",
    };
    case.loses(Cause::AgentKilled, 20_400..=21_600);
    // With its chunks in files it loses what it had read since the last flush.
    let on_disk = Case { more: &case.more.replace("memBufLimit: 1GB", "storage: filesystem"), ..case };
    on_disk.loses(Cause::AgentKilled, 1..=1_100);
    // Told to stop at that time, it tries to send once more and loses as much.
    let stopped = Case {
        more: &case.more.replace("crash: { at: 80500ms", "upgrade: { at: 80500ms, takes: 1s"),
        ..case
    };
    stopped.loses(Cause::AgentKilled, 20_400..=21_600);
    // With the backend there, a crash costs what was read since the last flush, and a stop nothing.
    let calm = |faults| {
        Case {
            more: &format!(
                "collection: {{ with: {{ checkpoints: true, refreshInterval: 1s }} }}\nfaults: [ {faults} ]"
            ),
            ..case
        }
        .run()
        .lost_total()
    };
    // Flushes come on a grid of 31 ms, and the crash does not: up to a second of lines, give or take three deviations.
    let lost = calm("{ crash: { at: 80510ms } }");
    assert!((1..=1_100).contains(&lost), "{lost}");
    assert_eq!(calm("{ upgrade: { at: 80500ms, takes: 1s } }"), 0);
}

#[test]
fn not_collectable_is_a_deleted_file_that_no_agent_can_reach() {
    // The agent of a node cannot reach a file in a pod. 1,000 lines/s fill 100 kB a second; five files of 1 MB are 50 s of
    // lines, the live one up to 10 s of them: of 200 s, 150 to 160 s are deleted.
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: file, rate: 1000/s, fixed: true, rotate: { size: 1MB, files: 5 }",
        more: "",
    };
    let ledger = case.loses(Cause::NotCollectable, 149_900..=160_100);
    assert_eq!(ledger.retained + ledger.lost_total(), ledger.emitted);
}

#[test]
fn node_lost_is_what_the_node_had_not_delivered() {
    // Two nodes with a pod each, 1,000 lines/s; nothing is accepted from 60 to 150 s. At 100 s a node is gone with 40 s of
    // lines, some of them in the agent's memory and the rest on disk, and up to a second from before the last flush.
    let more =
        "faults: [ { outage: { of: backend, at: 60s, for: 90s } }, { nodeLoss: { nodes: 1, at: 100s } } ]";
    for strategy in ["daemonset", "sidecar"] {
        let case = Case { strategy, workload: "replicas: 1", log: "stream: stdout, rate: 1000/s", more };
        let ledger = case.loses(Cause::NodeLost, 40_000..=41_100);
        assert_eq!(ledger.emitted, 100_000);
    }
    // Natively all that its disk held: 100 s of 1,000 lines of 100 + 41 bytes, as no file of 10 Mi was full twice.
    let native =
        Case { strategy: "native", workload: "replicas: 1", log: "stream: stdout, rate: 1000/s", more };
    native.loses(Cause::NodeLost, 100_000..=100_000);
    // A spot wave gives notice: the pod ends, a second later it is deleted, and what the agent holds goes with the node
    // two minutes later, long after the backend is back.
    let wave = "faults: [ { outage: { of: backend, at: 60s, for: 30s, mode: stall } }, \
                { spotWave: { nodes: 1, at: 70s } } ]\ncollection: { with: { memBufLimit: 1GB } }";
    let case = Case {
        strategy: "daemonset",
        workload: "replicas: 1",
        log: "stream: stdout, rate: 1000/s",
        more: wave,
    };
    let ledger = case.run();
    assert_eq!((ledger.delivered, ledger.emitted), (70_000, 70_000));
    // With a notice shorter than an outage that refuses, it is lost: ten seconds and up to one more.
    let hurried = wave.replace(", mode: stall", "").replace("at: 70s", "at: 70s, notice: 10s");
    Case { more: &hurried, ..case }.loses(Cause::NodeLost, 10_000..=11_100);
}

#[test]
fn lines_too_long_are_those_that_the_agent_passes_over() {
    // Lines of 40,000 bytes for an agent that takes 32 KiB: 2 lines/s for 200 s, all of them too long.
    let yaml = "name: long\nduration: 200s\nstart: { fresh: { before: 0s, within: 0s } }\n\
                cluster: { pools: [ { name: p, nodes: 1 } ] }\n\
                tenants: [ { name: a, workloads: [ { name: w, replicas: 1, logs: [ { stream: file, rate: 2/s, \
                arrivals: constant, spread: 0%, line: { constant: 40kB } } ] } ] } ]\n";
    let ledger = |with: &str| {
        let scenario =
            from_yaml("long.yaml", &format!("{yaml}collection: {{ with: {{ {with} }} }}\n")).unwrap();
        let setup = Setup::new(&scenario, by_name("sidecar").unwrap());
        Runner::new().replication(&setup, 1, 0).unwrap().ledger.clone()
    };
    let skipped = ledger("longLines: skip");
    assert_eq!(skipped.lost[Cause::LinesTooLong as usize], skipped.emitted);
    assert!((399..=401).contains(&skipped.emitted), "{}", skipped.emitted);
    // Cut off they arrive, and so they do where the agent takes them.
    for with in ["longLines: truncate", "lineLimit: { limit: 64Ki }", "lineLimit: unlimited"] {
        assert_eq!((ledger(with).lost_total(), ledger(with).delivered), (0, skipped.emitted));
    }
}

#[test]
fn rejected_by_backend_are_lines_that_only_the_backend_finds_too_long() {
    // Lines of 30,000 bytes: Fluent Bit takes them, at 32 KiB, and a backend with a limit of 20 kB does not. 400 lines.
    let ledger = |with: &str, backend: &str| {
        let case = Case {
            strategy: "sidecar",
            workload: "replicas: 1",
            log: "stream: file, rate: 2/s",
            more: &format!("collection: {{ with: {{ {with} }} }}\nbackend: {{ {backend} }}"),
        };
        case.run_with("30kB")
    };
    let rejected = ledger("", "lineLimit: 20kB");
    assert_eq!(rejected.lost[Cause::RejectedByBackend as usize], rejected.emitted);
    assert!((399..=401).contains(&rejected.emitted), "{}", rejected.emitted);
    // An agent that cuts lines off at no more than that gets them through, one that cuts them at more does not, and what it
    // passes over itself nobody rejects.
    let through = ledger("longLines: truncate, lineLimit: { limit: 20kB }", "lineLimit: 20kB");
    assert_eq!((through.lost_total(), through.delivered), (0, rejected.emitted));
    let cut = ledger("longLines: truncate, lineLimit: { limit: 25kB }", "lineLimit: 20kB");
    assert_eq!(cut.lost[Cause::RejectedByBackend as usize], rejected.emitted);
    let over = ledger("longLines: skip, lineLimit: { limit: 20kB }", "lineLimit: 10kB");
    assert_eq!(
        (over.lost[Cause::LinesTooLong as usize], over.lost_total()),
        (rejected.emitted, rejected.emitted)
    );
    // A backend without a limit, or with one above them, takes them.
    for backend in ["", "lineLimit: 30kB"] {
        assert_eq!(ledger("", backend).delivered, rejected.emitted);
    }
}
