//! Gateways, from the scenario to the figures: by what follows from arithmetic.

use super::support::{close, observe};
use loghaul::flow::Cause;
use loghaul::metric::Metric;
use loghaul::profile::{Costs, embedded};
use loghaul::scenario::{Scenario, from_yaml};
use loghaul::strategy::{self};

/// Two nodes and ten pods of 100 lines/s of 200 bytes at even distances, for two minutes; `rest` is YAML.
fn scenario(rest: &str) -> Scenario {
    scenario_of("replicas: 10", rest)
}

/// The same with other pods.
fn scenario_of(pods: &str, rest: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: 2m\nwarmup: 1s\nstart: {{ fresh: {{ before: 0s, within: 1s }} }}\n\
         cluster: {{ pools: [ {{ name: p, nodes: 2 }} ], kubelet: {{ containerLogMaxSize: 1Ti }} }}\n\
         tenants: [ {{ name: a, workloads: [ {{ name: w, {pods}, logs: [ {{ stream: stdout, rate: 100/s, \
         spread: 0%, arrivals: constant, line: {{ constant: 200B }}, rotate: {{ size: 1Ti }} }} ] }} ] }} ]\n{rest}"
    );
    from_yaml("t.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"))
}

/// Fluent Bit's 200 bytes a line and 105 of its output.
const LINE: f64 = 305.0;

#[test]
fn all_who_send_pass_it_and_it_is_part_of_the_cost() {
    let (with, without) = (scenario("collection: { gateway: { processes: 3 } }"), scenario(""));
    for strategy in strategy::ALL {
        let (with, without) = (observe(&with, strategy.name), observe(&without, strategy.name));
        assert_eq!(with.ledger.emitted, without.ledger.emitted, "{}", strategy.name);
        if strategy.name == "native" {
            assert_eq!(with.get(Metric::Agents), Some(0.0));
            assert_eq!(with.get(Metric::GatewayBuffer), None);
            continue;
        }
        let [more, agents] = [&with, &without].map(|run| run.get(Metric::Agents).unwrap());
        // A driver's own collector is replaced.
        let replaced = if strategy.name == "native-driver" { 1.0 } else { 0.0 };
        assert_eq!(more, agents + 3.0 - replaced, "{}", strategy.name);
        assert_eq!(with.get(Metric::Connections), Some(3.0), "{}", strategy.name);
        for metric in [Metric::AgentCpu, Metric::AgentMemory, Metric::AgentCpuRequested] {
            let costs_more = with.get(metric) > without.get(metric);
            assert!(costs_more || replaced > 0.0, "{metric} under {}", strategy.name);
        }
        assert_eq!(with.get(Metric::GatewayRefused), Some(0.0), "{}", strategy.name);
        assert_eq!(with.ledger.delivered, with.ledger.emitted, "{}", strategy.name);
    }
}

#[test]
fn a_profile_says_how_long_it_waits_and_how_much_it_takes() {
    // Ages of a sidecar's lines: even over its flush of 1 s, on top of 20 to 25 ms of latency and half of the hop of
    // 40 ms; then even over the 200 ms of the gateway. Half are younger than 0.5 + 0.1 + 0.0235 + 0.02 s.
    let run = observe(&scenario("collection: { gateway: { hop: 40ms } }"), "sidecar");
    close(run.get(Metric::FreshnessP50).unwrap(), 0.6435, 0.03, "freshness");
    // Fluentd takes what its profile says of a line of 200 bytes that is parsed already; twice as many come.
    let profile = embedded("fluentd").unwrap().unwrap();
    let ceiling =
        profile.behaviour.threads.value * 1e9 / Costs::new(&profile, false, 0.0).bulk_reader_ns(1.0, 200.0);
    let yaml = "collection: { with: { memBufLimit: 1Gi }, gateway: { agent: fluentd, flush: 1s } }\n\
                backend: { queue: 720h }\ndrain: 0s";
    let twice = scenario_of(&format!("replicas: {}", (ceiling / 50.0) as u64), yaml);
    let run = observe(&twice, "daemonset");
    close(run.get(Metric::Throughput).unwrap() / ceiling, 1.0, 0.05, "share of the ceiling");
    assert!(run.get(Metric::BackendWait).unwrap() > 10.0);
}

#[test]
fn a_buffer_moves_an_outage_from_the_agents_to_the_gateway() {
    // 60 s of 305 kB/s are 18.3 MB: two processes with 10 MB each hold them, with 5 MB each they refuse. Their tries are
    // up to 30 s apart (OpenTelemetry), so that the last come 30 s after the end.
    let outage = "faults: [ { outage: { of: backend, at: 20s, for: 60s } } ]";
    let with = |buffer: &str| {
        let yaml = format!("collection: {{ gateway: {{ processes: 2, buffer: {buffer} }} }}\n{outage}");
        observe(&scenario(&yaml), "daemonset")
    };
    let (large, small) = (with("20MB"), with("5MB"));
    assert_eq!(large.ledger.delivered, large.ledger.emitted);
    // What agents try again later and later may still be on its way at the end.
    assert_eq!(small.ledger.lost_total(), 0);
    assert_eq!((large.get(Metric::GatewayRefused), large.get(Metric::Paused)), (Some(0.0), Some(0.0)));
    let held = large.get(Metric::GatewayBuffer).unwrap() / (1_000.0 * LINE);
    assert!((60.0..90.0).contains(&held), "{held} s");
    assert!(small.get(Metric::GatewayRefused).unwrap() > 0.0);
    close(small.get(Metric::GatewayBuffer).unwrap() / 10e6, 1.0, 0.05, "a full buffer");
    // Memory is the gateway's now.
    let calm = observe(&scenario("collection: { gateway: { processes: 2, buffer: 20MB } }"), "daemonset");
    assert!(large.get(Metric::AgentMemory) > calm.get(Metric::AgentMemory));
    let on_disk = "collection: { gateway: { processes: 2, buffer: 20MB, bufferOn: disk } }";
    let on_disk = observe(&scenario(&format!("{on_disk}\n{outage}")), "daemonset");
    assert!(on_disk.get(Metric::AgentMemory) < large.get(Metric::AgentMemory));
}

#[test]
fn a_crash_of_the_gateway_loses_its_backlog_and_nothing_else() {
    // The backend gives no answer from 30 to 60 s; at 50 s the gateway has 20 s of 1,000 lines/s, up to a flush.
    let faults = "faults: [ { outage: { of: backend, at: 30s, for: 30s, mode: stall } }, \
                  { crash: { of: gateway, at: 50s } } ]";
    for (on, lost) in [("memory", 20_000.0), ("disk", 0.0)] {
        let yaml = format!("collection: {{ gateway: {{ buffer: 1Gi, bufferOn: {on} }} }}\n{faults}");
        for strategy in ["daemonset", "sidecar", "direct"] {
            let run = observe(&scenario(&yaml), strategy);
            assert_eq!(run.ledger.lost_total(), run.ledger.lost[Cause::AgentKilled as usize]);
            close(run.ledger.lost_total() as f64, lost, 700.0, on);
            assert_eq!(run.ledger.delivered + run.ledger.lost_total(), run.ledger.emitted);
        }
    }
}

#[test]
fn a_driver_whose_collector_has_a_buffer_does_not_stop_its_application() {
    // Without one, an outage of the backend is one of the collector: pipes are full after three seconds or so of 30, and
    // writers wait. With room for 30 s of 1,000 lines/s nobody notices. The outage is one without answers, so that the end
    // of it is one of nobody's wait for another try.
    let outage = "faults: [ { outage: { of: backend, at: 30s, for: 30s, mode: stall } } ]";
    let stalled = |driver: &str| {
        let run =
            observe(&scenario(&format!("collection: {{ driver: {driver} }}\n{outage}")), "native-driver");
        assert_eq!(run.ledger.lost_total(), 0);
        run.get(Metric::Stalled).unwrap() * 120.0
    };
    assert!(stalled("{}") > 10.0);
    assert_eq!(stalled("{ buffer: 512MB }"), 0.0);
    // With room for 10 s of them it comes later. What a driver sends takes a little more than a line.
    let late = stalled("{}") - stalled("{ buffer: 3MB }");
    assert!((7.0..16.0).contains(&late), "{late}");
    // Nobody can start while nobody reaches the collector, whatever the backend does.
    let jobs = |of: &str| {
        let rest = format!(
            "collection: {{ driver: {{ buffer: 512MB }} }}\nfaults: [ {{ outage: {{ of: {of}, at: 30s, for: 30s }} }} ]"
        );
        let jobs = scenario_of("replicas: 10, lifecycle: { job: { duration: 10s } }", &rest);
        observe(&jobs, "native-driver").get(Metric::RefusedStarts).unwrap()
    };
    assert_eq!(jobs("backend"), 0.0);
    assert!(jobs("gateway") > 10.0);
}

#[test]
fn a_sample_of_the_nodes_has_its_share_of_the_gateway() {
    // 40 nodes against one in two of them, at 60 % of what the gateway's buffer takes.
    let yaml = |one_in: u64| {
        format!(
            "name: t\nduration: 60s\noneNodeIn: {one_in}\n\
             cluster: {{ pools: [ {{ name: p, nodes: 40 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 200, logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n\
             collection: {{ gateway: {{ processes: 2, buffer: 30MB }} }}\n\
             faults: [ {{ outage: {{ of: backend, at: 20s, for: 20s, mode: stall }} }} ]"
        )
    };
    let [whole, sample] = [1, 2].map(|one_in| observe(&from_yaml("t", &yaml(one_in)).unwrap(), "daemonset"));
    for metric in [Metric::GatewayBuffer, Metric::AgentMemory, Metric::AgentCpu, Metric::FreshnessP99] {
        let [all, part] = [&whole, &sample].map(|run| run.get(metric).unwrap());
        close(part / all, 1.0, 0.1, metric.id());
    }
}

#[test]
fn the_scenario_that_ships_shows_what_it_says() {
    let text = loghaul::scenario::embedded("gateway").unwrap();
    let run = |text: &str| observe(&from_yaml("gateway", text).unwrap(), "daemonset");
    let crashed = run(text);
    // 60 s of 6,000 lines/s, a third of them: 240 flushes a minute and node with 12 files each. Rates of 120 replicas of 30 %
    // spread are off by 2.7 % on average, and shares of 600 requests by 1.9 %.
    close(crashed.ledger.lost_total() as f64, 120_000.0, 4.0 * 4_000.0, "lines lost");
    assert_eq!(crashed.get(Metric::Paused), Some(0.0));
    let held = crashed.get(Metric::GatewayBuffer).unwrap();
    assert!(held > 256e6 * 0.8 && held < 3.0 * 128.0 * 1048576.0, "{held}");
    assert_eq!(run(&text.replace("bufferOn: memory", "bufferOn: disk")).ledger.lost_total(), 0);
    // Without a gateway, agents' buffers are full within half a minute.
    let without = text
        .replace("collection:", "")
        .replace("  gateway: { agent: otel-collector, processes: 3, buffer: 128Mi, bufferOn: memory }", "");
    let without = without.replace("  - crash: { of: gateway, at: 3m, agents: 1 }", "");
    assert!(run(&without).get(Metric::Paused) > Some(0.1));
}

#[test]
fn what_cannot_be_is_refused_at_its_place() {
    let head = "name: t\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
                tenants: [ { name: a, workloads: [ { name: w, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
    for (rest, place, words) in [
        ("collection: { gateway: { agent: nobody } }", ":4:33:", "known: alloy"),
        ("collection: { gateway: { processes: 0 } }", ":4:37:", "whole number"),
        ("collection: { gateway: { processes: 2000 } }", ":4:37:", "allowed are 1 to 1000"),
        ("collection: { gateway: { buffer: 0B } }", ":4:34:", "allowed is 1B to"),
        ("collection: { gateway: { bufferOn: tape } }", ":4:36:", "memory, disk"),
        ("collection: { gateway: { flush: 1ms } }", ":4:33:", "allowed is 10ms to 1h"),
        ("collection: { gateway: { hop: 5s } }", ":4:31:", "allowed is up to 1s"),
        ("collection: { gateway: { share: 2 } }", ":4:33:", "up to 1"),
        ("collection: { driver: { buffer: 0 } }", ":4:33:", "allowed is 1B to"),
        ("faults: [ { outage: { of: gateway, at: 1s, for: 1s } } ]", ":4:27:", "there is no gateway"),
        ("faults: [ { crash: { of: gateway, at: 1s } } ]", ":4:26:", "there is no gateway"),
        (
            "collection: { gateway: {} }\nfaults: [ { outage: { of: backend, at: 1s, for: 1s, share: 5% } } ]",
            ":5:27:",
            "write of: gateway",
        ),
    ] {
        let error = from_yaml("t.yaml", &format!("{head}{rest}")).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(words), "{rest}\n{error}");
    }
}
