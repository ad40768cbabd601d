//! Faults of all kinds at once: the ledger balances, and neither threads nor the pace of a run change a bit.

use loghaul::engine::random::draw;
use loghaul::metric::Metric;
use loghaul::run::{Pace, Runner, Setup, observe_at};
use loghaul::scenario::{self, Scenario, from_yaml};
use loghaul::strategy::{self, by_name};

/// A scenario with two to five faults drawn at random.
fn stormy(number: u64) -> Scenario {
    let mut draws = 0;
    let mut pick = |words: &[&str]| {
        draws += 1;
        words[draw(number, draws) as usize % words.len()].to_owned()
    };
    let mut faults = Vec::new();
    for _ in 0..2 + number % 4 {
        let at = pick(&["0s", "3s", "7500ms", "11s", "16s", "22s", "31s"]);
        let nodes = pick(&["1", "2", "25%", "50%", "100%"]);
        let lasts = pick(&["0s", "1s", "2500ms", "9s", "30s"]);
        let fault = match pick(&[
            "partial", "cut", "crash", "config", "upgrade", "loss", "drain", "spot", "join", "back", "roll",
            "storm",
        ])
        .as_str()
        {
            "partial" => {
                let mode = pick(&["refuse", "stall", "{ slow: 50 }"]);
                let share = pick(&["10%", "60%", "100%"]);
                format!("outage: {{ of: backend, at: {at}, for: {lasts}, share: {share}, mode: {mode} }}")
            }
            "cut" => {
                let mode = pick(&["refuse", "stall"]);
                format!("outage: {{ of: backend, at: {at}, for: {lasts}, nodes: {nodes}, mode: {mode} }}")
            }
            "crash" => format!("crash: {{ at: {at}, agents: {nodes} }}"),
            "config" => format!("badConfig: {{ tenant: shop-2, at: {at}, for: {lasts} }}"),
            "upgrade" => format!("upgrade: {{ at: {at}, maxUnavailable: {nodes}, takes: {lasts} }}"),
            "loss" => format!("nodeLoss: {{ nodes: {nodes}, at: {at}, evictAfter: {lasts}, pause: 1s }}"),
            "drain" => {
                format!("drain: {{ nodes: {nodes}, at: {at}, apart: {lasts}, linger: 500ms, pause: 2s }}")
            }
            "join" => {
                let reads = pick(&["", ", reads: beginning", ", reads: end"]);
                format!("nodesAdded: {{ nodes: 2, at: {at}, pods: {nodes}, agentReady: {lasts}{reads} }}")
            }
            "storm" => {
                format!(
                    "evictionStorm: {{ nodes: {nodes}, pods: 50%, at: {at}, within: {lasts}, closed: 2s }}"
                )
            }
            "roll" => {
                format!("rollout: {{ workload: web, at: {at}, maxUnavailable: {nodes}, takes: {lasts} }}")
            }
            "back" => format!("nodeLoss: {{ nodes: {nodes}, at: {at}, evictAfter: 0s, back: {lasts} }}"),
            _ => format!("spotWave: {{ nodes: {nodes}, at: {at}, notice: {lasts}, linger: 0s, pause: 0s }}"),
        };
        faults.push(format!("  - {fault}\n"));
    }
    let lifecycle = pick(&[
        "service",
        "{ churn: { lifetime: 12s } }",
        "{ job: { duration: 5s, pause: 3s } }",
        "{ crashLoop: { runs: 2s, p99: 9s, starts: 1s } }",
    ]);
    let capacity =
        pick(&["", "backend: { capacity: 300kB/s }\n", "backend: { capacity: 1MB/s, latency: 300ms }\n"]);
    let startup = pick(&["", "  startup: { pull: 2s, agentPull: 3s, agentStart: 1s }\n"]);
    let ordering = pick(&["native", "classic"]);
    let agent = pick(&["fluent-bit", "vector", "filebeat", "logtail"]);
    let yaml = format!(
        "name: stormy\nduration: 40s\nwarmup: 5s\ndrain: 20s\n\
         cluster:\n  pools: [ {{ name: p, nodes: 5, pods: 12, grows: false }} ]\n  \
         kubelet: {{ containerLogMaxSize: 64Ki, containerLogMaxFiles: 3, containerLogMonitorInterval: 3s }}\n{startup}\
         tenants:\n  - name: shop\n    count: 2\n    workloads:\n      \
         - {{ name: web, replicas: 8, maxUnavailable: 2, lifecycle: {lifecycle}, logs: [ {{ stream: stdout, rate: 30/s }} ] }}\n  \
         - {{ name: own, workloads: [ {{ name: books, replicas: 5, requests: {{ cpu: 8 }}, logs: [ \
         {{ stream: file, rate: 90/s, rotate: {{ size: 50kB, files: 2 }} }}, {{ stream: hostPath, rate: 3/s, fixed: true }} ] }} ] }}\n\
         collection: {{ agent: {agent}, ordering: {ordering}, with: {{ refreshInterval: 7s }} }}\n{capacity}faults:\n{}",
        faults.concat()
    );
    from_yaml("stormy.yaml", &yaml).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn whatever_goes_wrong_every_line_is_accounted_for_at_any_pace_and_number_of_threads() {
    let [one, four] =
        [1, 4].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    // `LOGHAUL_STORMS` asks for more.
    let storms = std::env::var("LOGHAUL_STORMS").ok().and_then(|n| n.parse().ok()).unwrap_or(16);
    for number in 0..storms {
        let scenario = stormy(number);
        for strategy in strategy::ALL {
            let setup = Setup::new(&scenario, strategy);
            let at = |pace| {
                let observed = observe_at(&setup, number, pace);
                format!(
                    "{:?}",
                    observed.unwrap_or_else(|error| panic!("{error}\n{}", scenario.to_yaml().unwrap()))
                )
            };
            let expected = one.install(|| at(Pace::default()));
            let paces = [
                Pace::default(),
                Pace { stretch_ns: 1, ..Pace::default() },
                Pace { flushes: 0, ..Pace::default() },
            ];
            for pace in paces {
                let found = four.install(|| at(pace));
                assert!(found == expected, "{} {number}: {pace:?}\n{:?}", strategy.name, scenario.faults);
            }
        }
    }
}

#[test]
fn a_sample_of_nodes_suffers_what_all_of_them_do() {
    // 200 nodes, a quarter of which is lost at half time: with them 4 of 8 pods a node and the lines that their agents
    // had not sent. In one node of ten, eight times over, the share of lines lost and written is the same.
    let scenario = |one_in: u64| {
        let yaml = format!(
            "name: t\nduration: 60s\noneNodeIn: {one_in}\ncluster: {{ pools: [ {{ name: p, nodes: 200 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 800, logs: [ {{ stream: stdout, rate: 10/s, spread: 0% }} ] }} ] }} ]\n\
             faults: [ {{ nodeLoss: {{ nodes: 25%, at: 30s, evictAfter: 5s }} }}, {{ outage: {{ of: backend, at: 20s, for: 15s, nodes: 50% }} }} ]"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    let mean = |one_in, replications: u64, figure: &dyn Fn(&loghaul::observe::Observation) -> f64| {
        let setup = Setup::new(&scenario(one_in), by_name("daemonset").unwrap());
        let runs = Runner::new().observe(&[&setup], 5, replications).unwrap().remove(0);
        runs.iter().map(|run| figure(run)).sum::<f64>() / replications as f64
    };
    let emitted = |run: &loghaul::observe::Observation| run.ledger.emitted as f64;
    let lost = |run: &loghaul::observe::Observation| run.get(Metric::Loss).unwrap();
    // A quarter of the pods is missing for 10 of 60 s.
    let whole = mean(1, 1, &emitted);
    assert!((whole / (8_000.0 * 60.0 * (1.0 - 0.25 / 6.0)) - 1.0).abs() < 0.02, "{whole}");
    // Pods of the lost nodes go mostly out of the sample, and others come. Of its 20 nodes 5 ± 1.9 are lost, with half of
    // what their pods write: 5 % of all lines, and as much again for those who come; over eight samples 2.5 %.
    let sampled = mean(10, 8, &emitted);
    assert!((sampled / whole - 1.0).abs() < 4.0 * 0.025, "{sampled} of {whole}");
    // Half of the lost nodes had held ten seconds: 0.25 · 0.5 · 10 of 57.5 s, and half a flush of the others.
    let share = mean(1, 2, &lost);
    assert!((share / (0.25 * (0.5 * 10.5 + 0.5 * 0.5) / 57.5) - 1.0).abs() < 0.25, "{share}");
    assert!((mean(10, 8, &lost) / share - 1.0).abs() < 0.6, "{} {share}", mean(10, 8, &lost));
}

/// Runs a scenario that ships, under a strategy.
fn shipped(name: &str, strategy: &str) -> std::sync::Arc<loghaul::observe::Observation> {
    let scenario = from_yaml(name, scenario::embedded(name).unwrap()).unwrap();
    let setup = Setup::new(&scenario, by_name(strategy).unwrap());
    Runner::new().replication(&setup, 1, 0).unwrap()
}

#[test]
fn shipped_faults_do_what_the_heads_of_their_files_expect() {
    use loghaul::flow::Cause;
    // Nothing is lost in the outage, and a sidecar never pauses.
    let [daemonset, sidecar] = ["daemonset", "sidecar"].map(|strategy| shipped("backend-outage", strategy));
    for run in [&daemonset, &sidecar] {
        assert_eq!(run.ledger.lost_total(), 0, "{:?}", run.ledger.lost_by_cause());
        let undelivered = run.get(Metric::Undelivered).unwrap();
        assert!(undelivered < 0.05, "{:?}", run.ledger);
    }
    assert_eq!(sidecar.get(Metric::Paused), Some(0.0));
    // Full after 23 of 120 s, and then until what waits is sent: a tenth of 480 s and more.
    assert!(daemonset.get(Metric::Paused).unwrap() > 97.0 / 480.0, "{:?}", daemonset.get(Metric::Paused));

    // Upgrades: 40 s of 600 are skipped, or not written.
    let [daemonset, sidecar] = ["daemonset", "sidecar"].map(|strategy| shipped("upgrade", strategy));
    let skipped = daemonset.ledger.retained + daemonset.ledger.lost[Cause::AgentKilled as usize];
    let share = skipped as f64 / daemonset.ledger.emitted as f64;
    assert!((share / (40.0 / 600.0) - 1.0).abs() < 0.1, "{share}");
    assert_eq!(daemonset.get(Metric::AgentDown), Some(20.0 * 40.0));
    assert_eq!(sidecar.get(Metric::AgentDown), Some(0.0));
    assert_eq!(sidecar.get(Metric::PodGap), Some(600.0 * 40.0));
    assert_eq!(daemonset.get(Metric::PodGap), Some(0.0));
    assert!(sidecar.get(Metric::Undelivered).unwrap() < 0.001);

    // Drains: sidecars lose what is turned away as they stop, agents of nodes what they have not found; both what the lost
    // node held. Nobody fits nowhere.
    for (strategy, cause) in [("daemonset", Cause::NeverDiscovered), ("sidecar", Cause::AgentKilled)] {
        let run = shipped("node-drain", strategy);
        let causes: Vec<&str> = run.ledger.lost_by_cause().into_keys().collect();
        assert!(causes.iter().all(|c| [cause.id(), "node_lost"].contains(c)), "{strategy}: {causes:?}");
        assert!(causes.contains(&"node_lost"), "{strategy}: {causes:?}");
        assert_eq!(run.get(Metric::PodsPending), Some(0.0));
        assert!(run.get(Metric::Loss).unwrap() < 0.002, "{:?}", run.ledger.lost_by_cause());
    }

    // Storm: of 3 loud and 30 quiet containers the loud write 98 % of all lines. An agent of a node reads about one file in
    // six; a sidecar one of eight late.
    let [daemonset, sidecar] = ["daemonset", "sidecar"].map(|strategy| shipped("rotation-storm", strategy));
    let undelivered = |run: &loghaul::observe::Observation| run.get(Metric::Undelivered).unwrap();
    assert!((undelivered(&daemonset) / (5.0 / 6.0 * 0.98) - 1.0).abs() < 0.1, "{}", undelivered(&daemonset));
    assert!(undelivered(&sidecar) < 0.8 * undelivered(&daemonset), "{}", undelivered(&sidecar));
}
