//! The strategies beyond the article's three, by what follows from arithmetic.

use super::support::{close, observe};
use loghaul::flow::Cause;
use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::profile::{Costs, embedded};
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{Scenario, from_yaml};
use loghaul::strategy::{self, by_name};

/// A cluster of four nodes; `workload` and `rest` are YAML.
fn scenario(duration: &str, workload: &str, rest: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: {duration}\nwarmup: 1s\ncluster: {{ pools: [ {{ name: p, nodes: 4 }} ] }}\n\
         tenants: [ {{ name: a, workloads: [ {workload} ] }} ]\n{rest}"
    );
    from_yaml("t.yaml", &yaml).unwrap()
}

#[test]
fn every_strategy_faces_the_same_lines() {
    let outage = "faults: [ { outage: { of: backend, at: 20s, for: 20s } } ]";
    let scenario = scenario(
        "1m",
        "{ name: w, replicas: 8, logs: [ { stream: stdout, rate: 200/s }, { stream: file, rate: 20/s, \
         wants: { store: s } } ] }",
        outage,
    );
    let wanted: Vec<u64> = strategy::ALL
        .iter()
        .map(|strategy| {
            let ledger = &observe(&scenario, strategy.name).ledger;
            ledger.emitted + ledger.withheld
        })
        .collect();
    assert!(wanted.iter().all(|lines| *lines == wanted[0] && *lines > 90_000), "{wanted:?}");
}

#[test]
fn a_ring_loses_what_an_outage_brings_beyond_it() {
    // 1,000 lines of 1,000 bytes a second into a ring of 1,000,000 bytes, which fills in a second; nothing is answered
    // for so many seconds. What is on its way when it begins and ends is up to a tenth of a second's each, and rounds.
    for (seconds, lost) in [(0.5, 0.0), (2.0, 1_000.0), (5.0, 4_000.0), (20.0, 19_000.0)] {
        let rest = format!(
            "collection: {{ driver: {{ mode: nonBlocking }} }}\n\
             faults: [ {{ outage: {{ of: backend, at: 20s, for: {}ms, mode: stall }} }} ]",
            seconds * 1_000.0
        );
        let workload = "{ name: w, logs: [ { stream: stdout, rate: 1k/s, spread: 0%, arrivals: constant, \
                        line: { constant: 1000B } } ] }";
        let run = observe(&scenario("1m", workload, &rest), "native-driver");
        assert_eq!(run.ledger.lost_total(), run.ledger.lost[Cause::BufferOverflow as usize]);
        assert_eq!(run.ledger.withheld, 0);
        close(run.ledger.lost_total() as f64, lost, 150.0, "lines lost");
    }
}

#[test]
fn a_blocking_driver_stops_the_application_for_as_long_as_its_pipe_is_full() {
    // The same into a pipe and a socket of 278,528 bytes, which are full after 0.279 s.
    let rest = "faults: [ { outage: { of: backend, at: 20s, for: 20s, mode: stall } } ]";
    let workload = "{ name: w, logs: [ { stream: stdout, rate: 1k/s, spread: 0%, arrivals: constant, \
                    line: { constant: 1000B } } ] }";
    let run = observe(&scenario("1m", workload, rest), "native-driver");
    let stalled_s = 20.0 - 0.279;
    assert_eq!(run.ledger.lost_total(), 0);
    close(run.get(Metric::Stalled).unwrap() * 60.0, stalled_s, 0.15, "seconds stood still");
    close(run.ledger.withheld as f64, 1_000.0 * stalled_s, 150.0, "lines never written");
}

#[test]
fn syslog_loses_what_it_cannot_send_at_once() {
    // Refused for 10 s: 10,000 lines, give or take a message under way.
    let rest = "collection: { driver: { kind: syslog } }\n\
                faults: [ { outage: { of: backend, at: 20s, for: 10s } } ]";
    let workload = "{ name: w, logs: [ { stream: stdout, rate: 1k/s, spread: 0%, arrivals: constant } ] }";
    let run = observe(&scenario("1m", workload, rest), "native-driver");
    assert_eq!(run.ledger.lost_total(), run.ledger.lost[Cause::RetriesExhausted as usize]);
    close(run.ledger.lost_total() as f64, 10_000.0, 150.0, "lines lost");
}

#[test]
fn a_central_collector_is_the_ceiling_of_all_applications() {
    // 40 pods of 1,000 lines/s of 200 bytes are more than one Fluentd can take: its profile says what it takes.
    let profile = embedded("fluentd").unwrap().unwrap();
    let costs = Costs::new(&profile, false, 0.0);
    let ceiling = profile.behaviour.threads.value * 1e9 / costs.bulk_reader_ns(1.0, 200.0);
    assert!(ceiling < 20_000.0, "{ceiling}");
    let workload =
        "{ name: w, replicas: 40, logs: [ { stream: stdout, rate: 1k/s, line: { constant: 200B } } ] }";
    for collectors in [1.0, 2.0] {
        let rest = format!("collection: {{ driver: {{ collectors: {collectors} }} }}");
        let run = observe(&scenario("1m", workload, &rest), "native-driver");
        let throughput = run.get(Metric::Throughput).unwrap();
        close(throughput / (collectors * ceiling), 1.0, 0.05, "share of the ceiling");
        assert!(run.get(Metric::Stalled).unwrap() > 0.1 && run.get(Metric::Agents) == Some(collectors));
    }
}

#[test]
fn containers_do_not_start_while_their_driver_reaches_nobody() {
    // 40 places, all at work when the run begins: a job of 10 s every 20 s, which starts anew after 11 to 20 s, 51 to
    // 60 s, 71 to 80 s. Refused from 60 to 100 s, one that starts in the 60th second fails, and again 10 s and 30 s
    // later; the others fail twice, and have a third attempt after 101 to 110 s.
    let job = "{ job: { duration: 10s, linger: 1s, pause: 9s } }";
    let workload =
        format!("{{ name: w, replicas: 40, lifecycle: {job}, logs: [ {{ stream: stdout, rate: 5/s }} ] }}");
    let rest = "faults: [ { outage: { of: backend, at: 60s, for: 40s } } ]";
    let scenario = scenario("3m", &workload, rest);
    let refused = observe(&scenario, "native-driver").get(Metric::RefusedStarts).unwrap();
    close(refused, 40.0 * (2.0 + 0.1), 8.0, "attempts refused");
    assert_eq!(observe(&scenario, "sidecar").get(Metric::RefusedStarts), Some(0.0));
}

#[test]
fn a_sidecar_told_to_stop_with_its_application_misses_the_last_lines() {
    // 60 pods that live 60 s on average (60.5 in whole seconds), with 6 s between two of them: 60 · 300/66.5 = 271 end,
    // and each still writes for 3 s, 10 lines a second.
    let workload = "{ name: w, replicas: 60, lifecycle: { churn: { lifetime: 60s, shutdown: 3s } }, \
                    logs: [ { stream: stdout, rate: 10/s } ] }";
    let run = |ordering: &str| {
        let rest = format!("collection: {{ ordering: {ordering} }}");
        observe(&scenario("5m", workload, &rest), "sidecar")
    };
    assert_eq!(run("native").ledger.lost_total(), 0);
    let classic = run("classic");
    assert_eq!(classic.ledger.lost_total(), classic.ledger.lost[Cause::RemovedWithPod as usize]);
    // A fifteenth either way for how many end, and those that live less than 3 s have no last three.
    close(classic.ledger.lost_total() as f64 / (271.0 * 30.0), 0.95, 0.15, "share of the last lines");
}

#[test]
fn a_classic_sidecar_keeps_jobs_from_completing_and_loses_nothing() {
    // A job of 10 s every 16 s in each of 20 places: 20 · 160/16 = 200 are done in 160 s.
    let workload = "{ name: w, replicas: 20, lifecycle: { job: { duration: 10s } }, \
                    logs: [ { stream: stdout, rate: 5/s } ] }";
    let stuck = |strategy: &str, ordering: &str| {
        let rest = format!("collection: {{ ordering: {ordering} }}");
        let run = observe(&scenario("160s", workload, &rest), strategy);
        assert!(strategy != "sidecar" || run.ledger.lost_total() == 0, "{ordering}");
        run.get(Metric::StuckPods).unwrap()
    };
    close(stuck("sidecar", "classic"), 200.0, 20.0, "jobs that did not complete");
    assert_eq!(stuck("sidecar", "native"), 0.0);
    assert_eq!(stuck("daemonset", "classic"), 0.0);
}

#[test]
fn virtual_nodes_have_no_daemonset() {
    let yaml = loghaul::scenario::embedded("serverless-mix").unwrap();
    let scenario = from_yaml("serverless-mix", yaml).unwrap();
    let daemonset = observe(&scenario, "daemonset");
    // 12 of 72 pods that write alike; rates differ by 30 %.
    close(daemonset.get(Metric::Undelivered).unwrap(), 12.0 / 72.0, 0.04, "share unread");
    assert_eq!((daemonset.get(Metric::Agents), daemonset.get(Metric::Connections)), (Some(6.0), Some(6.0)));
    let (sidecar, hybrid) = (observe(&scenario, "sidecar"), observe(&scenario, "hybrid"));
    assert_eq!((sidecar.get(Metric::Agents), hybrid.get(Metric::Agents)), (Some(72.0), Some(6.0 + 12.0)));
    for run in [&sidecar, &hybrid] {
        assert_eq!(run.get(Metric::Undelivered), Some(0.0));
    }
    assert!(hybrid.get(Metric::CollectorShare) < sidecar.get(Metric::CollectorShare));
}

#[test]
fn hybrid_gives_sidecars_to_those_who_need_them() {
    let workload = "{ name: web, replicas: 10, logs: [ { stream: stdout, rate: 5/s } ] }, \
                    { name: audit, replicas: 3, logs: [ { stream: stdout, rate: 5/s, wants: { ownLimits: true } } ] }";
    let scenario = scenario("30s", workload, "");
    let honoured = |strategy: &str| observe(&scenario, strategy).get(Metric::Honoured).unwrap();
    assert_eq!([honoured("daemonset"), honoured("hybrid"), honoured("sidecar")], [0.0, 1.0, 1.0]);
    assert_eq!(observe(&scenario, "hybrid").get(Metric::Agents), Some(4.0 + 3.0));
}

#[test]
fn a_streaming_sidecar_writes_everything_twice() {
    let workload = "{ name: w, replicas: 6, logs: [ { stream: file, rate: 50/s } ] }";
    let scenario = scenario("1m", workload, "");
    let [streaming, sidecar, daemonset] =
        ["sidecar-streaming", "sidecar", "daemonset"].map(|strategy| observe(&scenario, strategy));
    let disk = |run: &Observation| run.get(Metric::DiskWrites).unwrap();
    close(disk(&streaming), disk(&sidecar) + disk(&daemonset), 1.0, "bytes a second");
    // It looks once a second: half a second later on average.
    let later = streaming.get(Metric::FreshnessP50).unwrap() - daemonset.get(Metric::FreshnessP50).unwrap();
    close(later, 0.5, 0.06, "seconds");
    assert_eq!(streaming.get(Metric::Agents), Some(4.0 + 6.0));
}

#[test]
fn a_library_holds_its_queue_and_no_more() {
    // 500 lines/s for 20 s without an answer, into a queue of 2,048, with up to a batch of 512 on its way.
    let workload = "{ name: w, logs: [ { stream: stdout, rate: 500/s, spread: 0%, arrivals: constant } ] }";
    let rest = "faults: [ { outage: { of: backend, at: 20s, for: 20s, mode: stall } } ]";
    let run = observe(&scenario("1m", workload, rest), "direct");
    assert_eq!(run.ledger.lost_total(), run.ledger.lost[Cause::BufferOverflow as usize]);
    close(run.ledger.lost_total() as f64, 10_000.0 - 2_048.0, 600.0, "lines lost");
    assert_eq!((run.get(Metric::DiskWrites), run.get(Metric::Agents)), (Some(0.0), Some(0.0)));
}

#[test]
fn what_a_strategy_cannot_be_told_is_refused_where_it_stands() {
    let refused = |rest: &str, complaint: &str| {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]\n\
             {rest}\n"
        );
        let error = from_yaml("t.yaml", &yaml).unwrap_err().to_string();
        assert!(error.contains(complaint) && error.contains("t.yaml:4:"), "{error}");
    };
    refused("collection: { hybrid: { workloads: [nobody] } }", "\"nobody\" is none of the workloads");
    refused("collection: { driver: { ring: 10B } }", "ring is 10B");
    refused("collection: { driver: { kind: journald } }", "journald");
    refused("collection: { driver: { share: 0% } }", "share is 0");
}

#[test]
fn a_node_takes_as_many_sidecars_as_its_user_has_inotify_instances() {
    // 127 inputs are what a Fluent Bit that is alone can have (its profile); a pod more than that on one node of 250.
    let feasible = |pods: u64, agent: &str| {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 1, cpu: 64, pods: 250, grows: false }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: {pods}, requests: {{ cpu: 10m, memory: 8Mi }}, \
             logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]\ncollection: {{ agent: {agent} }}"
        );
        let setup = Setup::new(&from_yaml("t.yaml", &yaml).unwrap(), by_name("sidecar").unwrap());
        setup.infeasible().map(str::to_owned)
    };
    assert_eq!(feasible(127, "fluent-bit"), None);
    assert!(feasible(128, "fluent-bit").unwrap().contains("max_user_instances"));
    assert_eq!(feasible(128, "vector"), None);
}

#[test]
fn a_backend_of_few_connections_takes_a_daemonset_and_no_sidecars() {
    // Four nodes and ten pods: four connections, ten, one of the central collector.
    let of = |strategy: &str, most: u64| {
        let workload = "{ name: w, replicas: 10, logs: [ { stream: stdout, rate: 1/s } ] }";
        let rest = format!("backend: {{ connections: {most} }}");
        let setup = Setup::new(&scenario("30s", workload, &rest), by_name(strategy).unwrap());
        let run = Runner::new().observe(&[&setup], 1, 1).unwrap().remove(0);
        (run.first().and_then(|run| run.get(Metric::Connections)), setup.infeasible().map(str::to_owned))
    };
    assert_eq!(of("daemonset", 9), (Some(4.0), None));
    assert_eq!(of("native-driver", 9), (Some(1.0), None));
    assert_eq!(of("sidecar", 10), (Some(10.0), None));
    assert_eq!(of("sidecar", 9).1.unwrap(), "10 connections would be open; the backend takes 9 (LH0503)");
}

#[test]
fn a_sidecar_that_needs_the_next_size_doubles_the_bill() {
    // 100 pods of 0.25 cores and 200Mi; with the platform's 256Mi they are 0.25 cores and half a GB: 0.0123425 an hour. With a
    // sidecar of 50m and 64Mi the next size is 0.5 cores and 1 GB, twice as dear: 100 × 0.0123425 × 730 h = 901 a month more.
    let cost = |strategy: &str, cpu: &str, sidecar: &str| {
        let yaml = format!(
            "name: fargate\nduration: 1m\ncluster: {{ pools: [ {{ name: f, nodes: 1, serverless: true, podSizes: {{}} }} ] }}\n\
             tenants: [ {{ name: t, workloads: [ {{ name: app, replicas: 100, requests: {{ cpu: {cpu}, memory: 200Mi }}, \
             logs: [ {{ stream: stdout, rate: 2/s }} ] }} ] }} ]\n\
             collection: {{ sidecar: {{ requests: {sidecar} }} }}\n"
        );
        observe(&from_yaml("t.yaml", &yaml).unwrap(), strategy).get(Metric::Cost).unwrap()
    };
    let more = cost("sidecar", "250m", "{ cpu: 50m, memory: 64Mi }");
    assert!((more - 100.0 * 0.012_342_5 * 730.0).abs() < 0.01, "{more}");
    // What has room in the size of the pod costs nothing, and neither does what no pod brings along.
    assert_eq!(cost("sidecar", "200m", "{ cpu: 50m, memory: 40Mi }"), 0.0);
    assert_eq!(cost("native", "250m", "{ cpu: 50m, memory: 64Mi }"), 0.0);
}
