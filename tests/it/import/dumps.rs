//! Every dump there is, placement node by node, and what goes through a pipe.

use super::data;
use loghaul::import::{ClusterImport, ClusterOptions, Paths, read_cluster_paths};
use loghaul::placement::place;
use loghaul::strategy::by_name;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Dumps of which a JSON file holds everything; agents of their nodes, which are no pods of the scenario.
const DUMPS: [(&str, &[&str]); 9] = [
    ("cases/import/agents.json", &["logging/fluent-bit"]),
    (
        "cases/import/agents-by-name.json",
        &[
            "kube-system/ama-logs",
            "kube-system/log-pilot",
            "kube-system/omsagent",
            "logging/elastic-agent",
            "logging/fluent-bit",
            "logging/logdna-agent",
            "logging/loggie",
            "logging/rsyslog",
            "logging/vlagent",
            "monitoring/grafana-agent-logs",
            "newrelic/nri-bundle-newrelic-logging",
            "openshift-logging/collector",
        ],
    ),
    ("cases/import/fargate.json", &[]),
    ("cases/import/jobs.json", &[]),
    ("cases/import/mirror-pods-no-owner.json", &[]),
    ("cases/import/skewed-cluster.json", &[]),
    ("cases/import/virtual-kubelet.json", &[]),
    ("cases/import/cluster.json.gz", &[]),
    ("openb/cluster.json", &[]),
];

fn json(path: &PathBuf) -> Value {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "gz") {
        return serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).unwrap();
    }
    serde_json::from_slice(&bytes).unwrap()
}

/// Pods by namespace on each node, by the file's own words.
fn in_file(dump: &Value, agents: &[&str]) -> Vec<BTreeMap<String, u64>> {
    let items = || dump["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = items().filter(|item| item["kind"] == "Node");
    let mut nodes: BTreeMap<String, BTreeMap<String, u64>> =
        nodes.map(|node| (text(&node["metadata"]["name"]), BTreeMap::new())).collect();
    for pod in items().filter(|item| item["kind"] == "Pod" && item["status"]["phase"] == "Running") {
        let (namespace, owner) =
            (text(&pod["metadata"]["namespace"]), &pod["metadata"]["ownerReferences"][0]);
        if agents.contains(&format!("{namespace}/{}", text(&owner["name"])).as_str()) {
            continue;
        }
        let on = nodes.get_mut(&text(&pod["spec"]["nodeName"])).unwrap();
        *on.entry(namespace).or_default() += 1;
    }
    nodes.into_values().collect()
}

/// Pods by tenant on each node as a strategy places them.
fn placed(import: &ClusterImport, strategy: &str) -> Vec<BTreeMap<String, u64>> {
    let scenario = &import.scenario;
    let placement = place(&by_name(strategy).unwrap().blueprint(scenario, scenario.nodes())).unwrap();
    let tenants: Vec<&str> =
        scenario.tenants.iter().flat_map(|t| t.workloads.iter().map(|_| t.name.as_str())).collect();
    let mut nodes = vec![BTreeMap::new(); placement.nodes.len()];
    for (pod, node) in placement.node_of.iter().enumerate() {
        let tenant = tenants[placement.template_of[pod].at()];
        *nodes[*node as usize].entry(tenant.to_owned()).or_default() += 1;
    }
    nodes
}

#[test]
fn every_dump_has_the_pods_of_each_node_that_its_file_has() {
    for (file, agents) in DUMPS {
        let Some(path) = data(file) else { return };
        let import = read_cluster_paths(&Paths::of([path.clone()]), &ClusterOptions::named("x")).unwrap();
        let as_is = import.scenario.collection.as_is.iter().flat_map(|as_is| &as_is.node);
        let found: BTreeSet<&str> = as_is.map(|agents| agents.name.as_str()).collect();
        assert_eq!(found, agents.iter().copied().collect(), "{file}");
        // Nodes have no names in a scenario: those of one kind stand for each other.
        let sorted = |mut nodes: Vec<BTreeMap<String, u64>>| {
            nodes.sort();
            nodes
        };
        let right = sorted(in_file(&json(&path), agents));
        assert_eq!(sorted(placed(&import, "native")), right, "{file}");
    }
}

#[test]
fn whats_default_is_not_written() {
    for (file, _) in DUMPS {
        let Some(path) = data(file) else { return };
        let import = read_cluster_paths(&Paths::of([path]), &ClusterOptions::named("x")).unwrap();
        for default in
            ["arrivals:", "lognormal:", "rotate:", "lifecycle: service", "kubelet:", "backend:", "headroom:"]
        {
            assert!(!import.yaml.contains(default), "{file}: {default}");
        }
    }
}

mod slow {
    use super::*;
    use crate::support::loghaul;

    /// The files of each dump.
    fn dumps() -> Option<Vec<Vec<PathBuf>>> {
        let mut all: Vec<Vec<PathBuf>> =
            DUMPS.iter().map(|(file, _)| data(file).map(|path| vec![path])).collect::<Option<_>>()?;
        let must_gather = ["must-gather-node-1.yaml", "must-gather-node-2.yaml", "must-gather-pods.yaml"];
        all.push(must_gather.iter().map(|f| data(&format!("cases/import/{f}"))).collect::<Option<_>>()?);
        for file in ["cases/import/kubectl-list.yaml", "cases/import/cluster-info-dump.txt", "kubectl"] {
            all.push(vec![data(file)?]);
        }
        Some(all)
    }

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn every_dump_goes_through_a_pipe_into_compare() {
        for files in dumps().unwrap_or_default() {
            let mut arguments = vec!["import", "cluster"];
            arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
            let import = loghaul(&arguments).assert().success();
            let yaml = import.get_output().stdout.clone();
            let notes = String::from_utf8_lossy(&import.get_output().stderr).into_owned();
            let compare = ["compare", "-", "--reps", "1", "--agents", "", "--set", "duration=30s"];
            let compare = loghaul(&compare).write_stdin(yaml).assert().success();
            let text = String::from_utf8(compare.get_output().stdout.clone()).unwrap();
            // `note: 6 nodes in 3 pools …` and `6 nodes · 183 pods · …`.
            let nodes = notes.split_whitespace().nth(1).unwrap();
            let is_same = |line: &str| line.starts_with(&format!("{nodes} node")) && line.contains(" · ");
            assert!(text.lines().any(is_same), "{files:?}: {nodes}\n{text}");
        }
    }
}
