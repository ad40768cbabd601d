//! Rates of a whole cluster, and the cluster with them.

use super::data;
use crate::support::observe;
use loghaul::import::{ClusterOptions, Paths, RatesOptions, learn_rates_in, read_cluster_paths};
use loghaul::placement::place;
use loghaul::scenario::Scenario;
use loghaul::strategy::by_name;
use loghaul::units::SimTime;

/// Lines a second that the pods on each node write, by the scenario's rates.
fn lines_by_node(scenario: &Scenario) -> Vec<f64> {
    let placement = place(&by_name("native").unwrap().blueprint(scenario, scenario.nodes())).unwrap();
    let workloads: Vec<_> = scenario.tenants.iter().flat_map(|tenant| &tenant.workloads).collect();
    let mut lines = vec![0.0; placement.nodes.len()];
    for (pod, node) in placement.node_of.iter().enumerate() {
        let workload = workloads[placement.template_of[pod].at()];
        lines[*node as usize] += workload.logs.iter().map(|log| log.rate.get()).sum::<f64>();
    }
    lines
}

#[test]
fn measured_rates_give_the_cluster_its_lines_and_the_busiest_node_its_share() {
    let Some(path) = data("cases/import/skewed-cluster.json") else { return };
    let dump: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    // Rates over six decades, pods of one workload differing by a hundred; those on node-5 write most.
    let (mut table, mut by_node) =
        ("namespace,pod,container,value\n".to_owned(), std::collections::BTreeMap::new());
    let pods = dump["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "Pod");
    for (number, pod) in pods.enumerate() {
        let node = pod["spec"]["nodeName"].as_str().unwrap();
        for (index, container) in pod["spec"]["containers"].as_array().unwrap().iter().enumerate() {
            let spread = 10f64.powi((number * 7 + index) as i32 % 6 - 5);
            let rate = if node == "node-5" { 8.0 * spread } else { spread };
            let name = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let (namespace, pod_name) = (name(&pod["metadata"]["namespace"]), name(&pod["metadata"]["name"]));
            table += &format!("{namespace},{pod_name},{},{rate}\n", name(&container["name"]));
            *by_node.entry(node.to_owned()).or_insert(0.0) += rate;
        }
    }
    let rates =
        learn_rates_in(&[("t.csv".to_owned(), table.into_bytes())], &RatesOptions::default()).unwrap();
    let options = ClusterOptions { rates: Some(rates.to_rates()), ..ClusterOptions::named("x") };
    let scenario = read_cluster_paths(&Paths::of([path]), &options).unwrap().scenario;
    let lines = lines_by_node(&scenario);
    let (total, right): (f64, f64) = (lines.iter().sum(), by_node.values().sum());
    assert!((total / right - 1.0).abs() < 0.01, "{total} instead of {right}");
    let busiest = |values: &mut dyn Iterator<Item = f64>, sum: f64| values.fold(0.0, f64::max) / sum;
    let (found, wanted) =
        (busiest(&mut lines.into_iter(), total), busiest(&mut by_node.into_values(), right));
    assert!((found - wanted).abs() < 0.02, "{found} instead of {wanted}");
    assert_eq!(scenario.pods(), 183);
    // What the simulator writes in ten minutes, warm-up left out, is what was measured: pods of one workload spread about
    // their mean, and chance has its part.
    let minutes = SimTime::from_secs(600);
    let scenario = Scenario { duration: minutes, ..scenario };
    let seconds = (minutes.as_ns() - scenario.warmup.time().as_ns()) as f64 / 1e9;
    let emitted = observe(&scenario, "native").ledger.emitted as f64 / seconds;
    assert!((emitted / right - 1.0).abs() < 0.01, "{emitted} instead of {right}");
}
