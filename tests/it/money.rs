//! Money by hand: what is charged to whom, and clusters that grew.

use super::support::{Folder, close, json, loghaul, observe, stdout};
use loghaul::metric::Metric;
use loghaul::run::Setup;
use loghaul::scenario::{Scenario, from_yaml};
use loghaul::strategy::by_name;

const POOL: &str = "{ name: cheap, nodes: 4, cpu: \"16\", memory: 64Gi, price: 0.10/h }";

/// Eighty pods that may run on cheap nodes alone.
fn cheap(more_pools: &str, more: &str) -> Scenario {
    let yaml = format!(
        "name: t\nduration: 20s\nwarmup: 1s\ncluster: {{ pools: [ {POOL}{more_pools} ] }}\ntenants: [ {{ name: a, workloads: [ \
         {{ name: web, pools: [cheap], replicas: 80, logs: [ {{ stream: stdout, rate: 50/s }} ] }} ] }} ]\n{more}"
    );
    from_yaml("t.yaml", &yaml).unwrap()
}

fn cost(scenario: &Scenario, strategy: &str) -> f64 {
    observe(scenario, strategy).get(Metric::Cost).unwrap()
}

#[test]
fn idle_nodes_that_cost_more_do_not_make_agents_dearer_that_may_not_run_there() {
    const GPU: &str = ", { name: gpu, nodes: 4, cpu: \"16\", memory: 64Gi, price: 10/h }";
    // 80 sidecars of 10m on 64 cores, 4 nodes of 0.10/h, 730 h a month.
    let by_hand = 80.0 * 0.010 / 64.0 * 4.0 * 0.10 * 730.0;
    close(cost(&cheap("", ""), "sidecar"), by_hand, 0.005, "sidecars on cheap nodes");
    close(cost(&cheap(GPU, ""), "sidecar"), by_hand, 0.005, "with dear nodes idle beside them");
    // A DaemonSet runs on the dear ones too, and pays for them: its requests are those of the mean node everywhere.
    let setup = Setup::new(&cheap(GPU, ""), by_name("daemonset").unwrap());
    let requests = setup.blueprint.agents[setup.blueprint.node_agent.unwrap()].requests;
    let (cpu, memory) =
        (requests.cpu_millicores as f64 / 16_000.0, requests.memory_bytes as f64 / (64u64 << 30) as f64);
    let by_hand = cpu.max(memory) * 4.0 * (0.10 + 10.0) * 730.0;
    close(cost(&cheap(GPU, ""), "daemonset"), by_hand, 0.001, "a DaemonSet on both pools");
}

#[test]
fn a_gateway_is_paid_for_where_it_costs_least() {
    const GATEWAY: &str =
        "collection: { gateway: { agent: vector, processes: 2, requests: { cpu: 800m, memory: 256Mi } } }";
    let dear = ", { name: gpu, nodes: 4, cpu: \"16\", memory: 64Gi, price: 10/h }";
    let alone = cost(&cheap("", GATEWAY), "sidecar") - cost(&cheap("", ""), "sidecar");
    // Two processes of 800m are a twentieth of a node each.
    close(alone, 2.0 * 0.05 * 0.10 * 730.0, 0.5, "the gateway");
    close(
        cost(&cheap(dear, GATEWAY), "sidecar"),
        cost(&cheap("", GATEWAY), "sidecar"),
        1e-9,
        "dear nodes beside",
    );
}

/// Ten nodes of 4 cores, of pods of 260m: fifteen a node, and 100m left. An agent fits beside them, fifteen sidecars do not.
fn full(more: &str) -> String {
    format!(
        "name: full\nduration: 20s\nwarmup: 1s\ncluster: {{ pools: [ {{ name: general, nodes: 10, cpu: \"4\", memory: 16Gi, \
         price: 0.20/h }} ]{more} }}\ntenants: [ {{ name: a, workloads: [ {{ name: web, replicas: 150, \
         requests: {{ cpu: 260m, memory: 256Mi }}, logs: [ {{ stream: stdout, rate: 50/s }} ] }} ] }} ]"
    )
}

#[test]
fn a_share_of_the_bill_and_what_it_grows_by_are_two_figures() {
    let scenario = from_yaml("t.yaml", &full("")).unwrap();
    let observed = observe(&scenario, "sidecar");
    let get = |metric| observed.get(metric).unwrap();
    // 150 pods of 260m and 10m: 14 fit on a node, so that an eleventh is needed, at its whole price.
    assert_eq!((get(Metric::Nodes), get(Metric::ExtraNodes)), (11.0, 1.0));
    close(get(Metric::CostMarginal), 0.20 * 730.0, 1e-9, "one node");
    let share = 150.0 * 0.010 / 44.0;
    close(get(Metric::Cost), share * 11.0 * 0.20 * 730.0, 1e-9, "the share of eleven nodes");
    // An agent that finds room costs its share, and the bill does not grow.
    let daemonset = observe(&scenario, "daemonset");
    assert_eq!(daemonset.get(Metric::CostMarginal), Some(0.0));
    assert!(daemonset.get(Metric::Cost).unwrap() > 0.0);
}

#[test]
fn what_ranks_strategies_is_the_scenarios_to_say() {
    let by = |rank: &str| {
        let text = format!("{}\nrankBy: {rank}\nobjectives: [ \"loss <= 50%\" ]", full(""));
        from_yaml("t.yaml", &text).unwrap().rank_by.metric()
    };
    assert_eq!((by("allocated"), by("marginal")), (Metric::Cost, Metric::CostMarginal));
}

#[test]
fn requests_are_written_in_the_steps_that_the_scenario_says() {
    let of = |more: &str, strategy: &str| {
        let setup = Setup::new(&cheap("", more), by_name(strategy).unwrap());
        setup.blueprint.agents[0].requests
    };
    // A sidecar is expected to use so many millicores at 1.5 times its load; the step only rounds up.
    let fine = of("collection: { cpuStep: 1m, memoryStep: 1B }", "sidecar");
    for step in [1, 3, 5, 50] {
        let coarse = of(&format!("collection: {{ cpuStep: {step}m, memoryStep: 4Mi }}"), "sidecar");
        // What is expected lies within the last millicore below `fine`.
        assert_eq!(coarse.cpu_millicores, fine.cpu_millicores.div_ceil(step) * step, "{step}");
        assert_eq!(coarse.memory_bytes, fine.memory_bytes.div_ceil(4 << 20) * (4 << 20));
    }
    // A library is no container of its own: the application's request has been rounded once.
    let library = of("collection: { cpuStep: 50m }", "direct");
    assert!(library.cpu_millicores < 50, "{library:?}");
}

#[test]
fn relays_are_sized_by_the_rule_for_all_agents() {
    let scenario = |step: &str| {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {POOL} ] }}\ntenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 2, \
             logs: [ {{ stream: file, rate: 10000/s }} ] }} ] }} ]\ncollection: {{ cpuStep: {step} }}"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    };
    let relay = |step: &str| {
        let setup = Setup::new(&scenario(step), by_name("sidecar-streaming").unwrap());
        setup.blueprint.pods[0].relay.unwrap().requests
    };
    // 10,000 lines/s × 1.5 × 2.1 µs = 31.5m, and 45 µs a second idle.
    assert_eq!((relay("1m").cpu_millicores, relay("5m").cpu_millicores), (32, 35));
}

/// Pods of 250m for more cores than there are.
const TOO_MANY: &str = "
name: too-many
duration: 10s
warmup: 1s
cluster: { pools: [ { name: general, nodes: 6 } ] }
tenants:
  - { name: team, count: 32, workloads: [ { name: app, replicas: 18, requests: { cpu: 250m, memory: 16Mi },
      logs: [ { stream: stdout, rate: 1/s } ] } ] }
  - { name: noisy, workloads: [ { name: app, replicas: 84, requests: { cpu: 250m, memory: 16Mi },
      logs: [ { stream: stdout, rate: 9/s } ] } ] }
";

#[test]
fn that_a_cluster_grew_comes_first_with_the_arithmetic() {
    let (_folder, path) = Folder::with("too-many.yaml", TOO_MANY);
    // 32 × 18 + 84 = 660 pods of 250m are 165 cores; 6 nodes of 16 have 96, and 110 pods each are the limit of 6 × 110.
    let says = "660 pods request 165 cores, and 6 nodes have 96 for them";
    let table = stdout(&["compare", &path, "--reps", "1", "--agents", ""]);
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.starts_with("too-many The cluster grew: 6 nodes became 11 (pool general +5)"), "{flat}");
    assert!(flat.contains(says), "{flat}");
    let markdown = stdout(&["compare", &path, "--reps", "1", "--agents", "", "-o", "md"]);
    assert!(markdown.lines().take(8).any(|line| line.contains(says)), "{markdown}");
    let run = stdout(&["run", &path]);
    let flat = run.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    assert!(flat.contains(says), "{run}");
    let document = json(&["run", &path, "-o", "json"]);
    assert!(document["grown"][0].as_str().unwrap().contains(says));
    assert_eq!(document["metrics"]["nodes"]["value"], 11.0);
    // A verb that prints something else says it on standard error.
    let output =
        loghaul(&["sweep", &path, "--vary", "duration=10s", "--strategies", "native", "--reps", "1"])
            .output()
            .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains(says));
}

#[test]
fn a_cluster_that_may_not_grow_is_refused_with_the_arithmetic() {
    let (_folder, path) =
        Folder::with("too-many.yaml", TOO_MANY.replace("cluster: {", "cluster: { grow: false,"));
    let output = loghaul(&["compare", &path]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("too-many.yaml:5") && errors.contains("165 cores"), "{errors}");
    // Where the pods fit and a strategy's agents do not, that strategy cannot be run here.
    let (_folder, path) = Folder::with("full.yaml", full(", grow: false"));
    let document = json(&["compare", &path, "--reps", "1", "--agents", "", "-o", "json"]);
    let reason = document["strategies"]["sidecar"]["infeasible"].as_str().unwrap();
    assert!(reason.contains("150 pods request 40.5 cores, and 10 nodes have 40 for them"), "{reason}");
    assert_eq!(document["strategies"]["daemonset"]["feasible"], true);
}
