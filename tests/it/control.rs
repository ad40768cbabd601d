//! Control plane, proxies, loud tenants, short jobs: the scenarios that ship for them show what they say.

use super::support::{json, stdout};
use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::{self, Scenario};
use loghaul::strategy;
use serde_json::Value;

/// A scenario that ships, with one thing in it replaced.
fn shipped(name: &str, from: &str, to: &str) -> Scenario {
    let text = scenario::embedded(name).unwrap();
    assert!(text.contains(from), "{from} is not in {name} any more");
    scenario::from_yaml(name, &text.replace(from, to)).unwrap()
}

fn observe(scenario: &Scenario, strategy: &str) -> Observation {
    let setup = Setup::new(scenario, strategy::by_name(strategy).unwrap());
    let observed = Runner::new().observe(&[&setup], 1, 1).unwrap();
    (*observed[0][0]).clone()
}

fn share(observation: &Observation, tenant: &str) -> f64 {
    let tenant = observation.tenants.iter().find(|t| t.name == tenant).unwrap();
    tenant.delivered as f64 / tenant.lines as f64
}

#[test]
fn config_push_shows_the_gap_of_groups_by_address_and_its_absence_with_identifiers() {
    let by_server = observe(&shipped("config-push", "", ""), "sidecar");
    // Every agent waits for its first question; by address two minutes more.
    let gap = by_server.get(Metric::ConfigGapMax).unwrap();
    assert!((120.0..=130.0).contains(&gap), "{gap}");
    let p99 = |run: &Observation, tenant: &str| {
        run.tenants.iter().find(|t| t.name == tenant).unwrap().freshness_p99.unwrap_or(f64::INFINITY)
    };
    assert!(p99(&by_server, "by-address") > 60.0);
    assert!(p99(&by_server, "by-identifier") < 14.0, "10 s until the first answer, 3 s until a flush");
    assert!(share(&by_server, "by-identifier") > 0.999);
    // Of exponential lives of 300 s those shorter than the gap of some 125 s hold 1 - e^-x·(1 + x) of all lines, 6.6 % at
    // x = 125/300. Pods that began in the run write 1 - (1 - e^-2)/2, 57 %, of the lines of 600 s: 3.7 % are lost. Some
    // fifteen pods decide that, give or take a half.
    let lost = 2.0 * by_server.get(Metric::Loss).unwrap();
    assert!((0.018..0.056).contains(&lost), "{lost}");
    // A change is everywhere after ten seconds, and restarts nobody.
    let last = by_server.get(Metric::ConfigDelayLast).unwrap();
    assert!((7.0..=10.0).contains(&last), "{last}");
    assert_eq!(by_server.get(Metric::PodsRestarted), Some(0.0));
    // 80 agents ask once in 10 s each.
    assert_eq!(by_server.get(Metric::ConfigRequests), Some(8.0));
    // Nodes keep their addresses.
    let on_nodes = observe(&shipped("config-push", "", ""), "daemonset");
    assert_eq!(on_nodes.get(Metric::Uncovered), Some(0.0));
    assert!(share(&on_nodes, "by-address") > 0.999);
}

#[test]
fn each_channel_has_its_own_delay_restarts_and_watches() {
    let run = |channel: &str, strategy: &str| {
        observe(&shipped("config-push", "channel: server", &format!("channel: {channel}")), strategy)
    };
    let figures = |run: &Observation| {
        [Metric::ConfigDelayLast, Metric::PodsRestarted, Metric::ApiWatches]
            .map(|metric| run.get(metric).unwrap())
    };
    // Forty pods, twenty a wave of a minute: some have been replaced by then anyway.
    let [last, restarted, watches] = figures(&run("environment", "sidecar"));
    assert!(
        last <= 120.0 && (50.0..=80.0).contains(&restarted) && watches == 0.0,
        "{last} {restarted} {watches}"
    );
    // Kubelets look every 60 to 90 s; each of four nodes has pods of two workloads, with a ConfigMap each.
    let [last, restarted, watches] = figures(&run("configMap", "sidecar"));
    assert!(
        (60.0..=90.0).contains(&last) && restarted == 0.0 && watches == 8.0,
        "{last} {restarted} {watches}"
    );
    // Every agent watches.
    let [last, restarted, watches] = figures(&run("customResource", "sidecar"));
    assert!(last <= 1.0 && restarted == 0.0 && watches == 80.0, "{last} {restarted} {watches}");
    // A DaemonSet is replaced node by node, and no pod of the business.
    let [last, restarted, _] = figures(&run("environment", "daemonset"));
    assert_eq!((last, restarted), (240.0, 0.0));
}

#[test]
fn custom_resources_burden_every_agent_with_every_config() {
    // Two workloads with wishes and one config for all others are three; a sidecar needs one of them.
    let idle = |channel: &str| {
        let scenario = shipped("config-push", "channel: server", &format!("channel: {channel}"));
        let setup = Setup::new(&scenario, strategy::by_name("sidecar").unwrap());
        (setup.blueprint.agents[0].configs, setup.blueprint.agents[0].idle_cores)
    };
    let ((one, alone), (all, burdened)) = (idle("server"), idle("customResource"));
    assert_eq!((one, all), (1, 3));
    assert!(burdened > alone, "{burdened} {alone}");
}

#[test]
fn metadata_of_new_pods_are_asked_for_once_or_watched() {
    // 80 pods of 300 s and 6 s between: 0.261 a second. Fluent Bit asks once for each; Vector on four nodes keeps three
    // watches each, and is sent six events of 9,800 bytes for each pod.
    let of = |agent: &str| {
        observe(&shipped("config-push", "agent: logtail", &format!("agent: {agent}")), "daemonset")
    };
    let new = 80.0 / 306.0;
    let near = |value: Option<f64>, expected: f64| {
        assert!((value.unwrap() / expected - 1.0).abs() < 0.01, "{value:?} {expected}");
    };
    let asks = of("fluent-bit");
    near(asks.get(Metric::ApiRequests), new);
    near(asks.get(Metric::ApiBytes), new * 9_800.0);
    let watches = of("vector");
    assert_eq!((watches.get(Metric::ApiWatches), watches.get(Metric::ApiRequests)), (Some(12.0), Some(0.0)));
    near(watches.get(Metric::ApiBytes), new * 6.0 * 9_800.0);
    near(watches.get(Metric::ApiListed), 80.0 * 9_800.0);
    // Promtail's four agents are sent every pod of the cluster, and keep one watch each.
    let everywhere = of("promtail");
    assert_eq!(everywhere.get(Metric::ApiWatches), Some(4.0));
    near(everywhere.get(Metric::ApiBytes), 4.0 * new * 6.0 * 9_800.0);
    near(everywhere.get(Metric::ApiListed), 4.0 * 80.0 * 9_800.0);
    // Of an agent whose profile does not say nothing is said.
    assert_eq!(of("fluentd").get(Metric::ApiWatches), None);
}

#[test]
fn half_of_the_jobs_of_half_a_minute_fall_between_two_looks() {
    // A pod and its files are there for 31 s of the 60 s between two looks: 29 of 60 are never seen. Places begin with
    // pods that are known: of the 600 s they have 15 s on average, so that 585 s are of pods that have to be found.
    let seen = observe(&shipped("short-jobs", "", ""), "daemonset");
    let expected = 29.0 / 60.0 * 585.0 / 600.0;
    let lost = seen.get(Metric::Loss).unwrap();
    assert!((lost / expected - 1.0).abs() < 0.12, "{lost} of {expected}");
    assert_eq!(seen.ledger.lost_total(), seen.ledger.lost[loghaul::flow::Cause::NeverDiscovered as usize]);
    assert_eq!(observe(&shipped("short-jobs", "", ""), "sidecar").ledger.lost_total(), 0);
    let often = shipped("short-jobs", "tenants:", "collection: { with: { refreshInterval: 5s } }\ntenants:");
    assert_eq!(observe(&often, "daemonset").ledger.lost_total(), 0);
}

#[test]
fn noisy_neighbour_prints_the_others_with_and_without_the_loud_tenant() {
    let run = json(&["run", "noisy-neighbour", "-o", "json"]);
    let of = |strategy: &str| -> Value {
        let all = run["neighbours"].as_array().unwrap();
        all.iter().find(|n| n["strategy"] == strategy).unwrap().clone()
    };
    let p99 = |strategy: &str| {
        let found = of(strategy);
        (
            found["freshness_p99_with"].as_f64().unwrap_or(f64::INFINITY),
            found["freshness_p99_without"].as_f64().unwrap(),
        )
    };
    let ((shared, alone), (own, own_alone)) = (p99("daemonset"), p99("sidecar"));
    assert!(shared > 1.3 * alone, "{shared} {alone}");
    assert!((own / own_alone - 1.0).abs() < 0.02, "{own} {own_alone}");
    let text = stdout(&["run", "noisy-neighbour"]);
    assert!(text.contains("the loud tenants' neighbours") && text.contains("p99 without"), "{text}");
}

#[test]
fn six_services_stand_side_by_side() {
    let figures = |scenario: &Scenario| observe(scenario, "daemonset").proxies;
    let plain = figures(&shipped("six-services", "", ""));
    let [library, sidecar, node] = plain.as_slice() else { panic!("{plain:?}") };
    assert_eq!([library.kind, sidecar.kind, node.kind], ["library", "sidecar", "node"]);
    // 4·200 + 3·100 + 3·120 + 2·80 + 3·120 + 2·60 requests a second of 17 pods.
    for proxies in &plain {
        assert_eq!((proxies.pods, proxies.requests_per_s), (17, 2_100.0));
    }
    // Six features in four languages, or once.
    assert_eq!([library, sidecar, node].map(|p| p.implementations), [24, 6, 6]);
    // A process a pod, or one on each of six nodes.
    assert_eq!([library, sidecar, node].map(|p| p.processes), [0, 17, 6]);
    let near =
        |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 1e-9, "{value} {expected}");
    near(sidecar.cpu_cores, 2.1 * 0.20);
    near(node.cpu_cores, 2.1 * 0.06);
    near(sidecar.memory_bytes, 17.0 * 60e6);
    near(node.memory_requested_bytes, 6.0 * f64::from(512 << 20));
    // Each pod begins and ends once in 1,206 s, and each of the proxies hears of it.
    let pushes = 17.0 * 2.0 * 17.0 / 1_206.0;
    assert!((sidecar.pushes_per_s / pushes - 1.0).abs() < 1e-3, "lives are in whole seconds");
    // Twice the requests take twice the CPU and no more processes.
    let text = scenario::embedded("six-services").unwrap();
    let doubled = [200, 100, 120, 80, 60].iter().fold(text.to_owned(), |text, rate| {
        text.replace(&format!("requestsPerSecond: {rate},"), &format!("requestsPerSecond: {}.0,", 2 * rate))
    });
    let doubled = figures(&scenario::from_yaml("doubled", &doubled).unwrap());
    for (twice, once) in doubled.iter().zip(&plain) {
        near(twice.cpu_cores + 1.0, 2.0 * once.cpu_cores + 1.0);
        assert_eq!((twice.processes, twice.implementations), (once.processes, once.implementations));
    }
    // A tenth of the requests is logged: 17 pods of 5 lines/s, and 210 lines/s of each way's 2,100.
    let lines = observe(&shipped("six-services", "", ""), "sidecar").ledger.emitted as f64 / 120.0;
    let expected = 3.0 * (17.0 * 5.0 + 210.0);
    assert!((lines / expected - 1.0).abs() < 0.1, "{lines} of {expected}");
}

#[test]
fn requests_of_proxies_take_room_on_the_nodes() {
    // A node of one core and pods of 250m: four fit; with a sidecar of 100m two do; beside a proxy of the node of 200m
    // three do. Twelve pods need 3, 6 and 4 nodes.
    let nodes = |proxy: &str| {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: 1, cpu: 1, memory: 8Gi }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 12, {proxy} \
             logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]\n"
        );
        let scenario = scenario::from_yaml("t.yaml", &yaml).unwrap();
        let setup = Setup::new(&scenario, strategy::by_name("native").unwrap());
        setup.placement.unwrap().nodes.len()
    };
    assert_eq!(nodes(""), 3);
    assert_eq!(nodes("proxy: { kind: library, requestsPerSecond: 10 },"), 3);
    assert_eq!(nodes("proxy: { kind: sidecar, requestsPerSecond: 10 },"), 6);
    assert_eq!(nodes("proxy: { kind: node, requestsPerSecond: 10 },"), 4);
}

/// Four nodes and four tenants of five pods each, with configs that reach agents over this channel. Files begin empty and
/// do not fill.
fn four_tenants(channel: &str, with: &str) -> Scenario {
    let yaml = format!(
        "name: four\nduration: 400s\nstart: {{ fresh: {{ before: 0s, within: 0s }} }}\ncluster: {{ pools: [ {{ name: p, nodes: 4 }} ] }}\n\
         tenants: [ {{ name: a, count: 4, workloads: [ {{ name: w, replicas: 5, logs: [ {{ stream: stdout, rate: 8/s, \
         arrivals: constant, spread: 0%, wants: {{ store: s }} }} ] }} ] }} ]\n\
         control: {{ channel: {channel}, push: [ {{ at: 60s }} ] }}\ncollection: {{ with: {{ {with} }} }}\n"
    );
    scenario::from_yaml("four.yaml", &yaml).unwrap()
}

#[test]
fn an_agent_a_node_reaches_its_node_and_writes_for_all_tenants() {
    let reach = |channel: &str, strategy: &str| {
        let run = observe(&four_tenants(channel, ""), strategy);
        [Metric::ReachPods, Metric::ReachTenants].map(|metric| run.get(metric))
    };
    // Five pods a node, whose one agent has what it needs to write for all four tenants; a sidecar has its pod and tenant.
    assert_eq!(reach("configMap", "daemonset"), [Some(5.0), Some(4.0)]);
    assert_eq!(reach("configMap", "sidecar"), [Some(1.0), Some(1.0)]);
    // Where every agent may list every custom resource it may list those of all tenants.
    assert_eq!(reach("customResource", "sidecar"), [Some(1.0), Some(4.0)]);
    assert_eq!(reach("customResource", "daemonset"), [Some(5.0), Some(4.0)]);
    // Drivers and libraries take no configs, so that nothing is said of them.
    assert_eq!(reach("configMap", "native-driver"), [None, None]);
    assert_eq!(reach("configMap", "direct"), [None, None]);
    // Nobody is there to be taken over.
    assert_eq!(reach("configMap", "native"), [None, None]);
    // Scenarios that do not say how configs travel have no such figure.
    assert_eq!(observe(&shipped("proof-of-concept", "", ""), "daemonset").get(Metric::ReachPods), None);
}

#[test]
fn a_change_of_the_environment_replaces_the_agents_of_nodes_one_after_the_other() {
    // Four agents are missing for a minute each, while five pods write 8 lines/s each. What was written then is passed
    // over by one that begins at the end, and still on disk.
    let plain = observe(&four_tenants("environment", ""), "daemonset");
    assert_eq!(plain.get(Metric::AgentDown), Some(240.0));
    let retained = plain.ledger.retained as f64;
    assert!((retained - 4.0 * 60.0 * 40.0).abs() <= 40.0, "{retained}");
    // The change has arrived with the last agent, a minute after its stop.
    assert_eq!(plain.get(Metric::ConfigDelayLast), Some(240.0));
    // One that kept its positions reads it late: lines wait for up to a minute, and 15 % of them did.
    let kept = observe(&four_tenants("environment", "checkpoints: true"), "daemonset");
    assert_eq!((kept.ledger.lost_total(), kept.ledger.retained, kept.ledger.duplicated), (0, 0, 0));
    let p99 = kept.get(Metric::FreshnessP99).unwrap();
    assert!((50.0..62.0).contains(&p99), "{p99}");
    // Sidecars go with their pods, and no agent of a node is there.
    let sidecars = observe(&four_tenants("environment", ""), "sidecar");
    assert!(sidecars.get(Metric::PodsRestarted).unwrap() > 0.0);
}
