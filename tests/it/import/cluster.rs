//! Small clusters that were read wrong once, each with what is right.

use super::data;
use crate::support::loghaul;
use loghaul::import::{ClusterImport, ClusterOptions, Namespaces, Paths, read_cluster_paths};
use loghaul::scenario::{Lifecycle, Workload};
use loghaul::strategy::by_name;
use loghaul::units::SimTime;
use std::collections::BTreeMap;

fn imported(files: &[&str]) -> Option<ClusterImport> {
    let paths: Vec<_> =
        files.iter().map(|file| data(&format!("cases/import/{file}"))).collect::<Option<_>>()?;
    let import = read_cluster_paths(&Paths::of(paths), &ClusterOptions::named("x"));
    Some(import.unwrap_or_else(|e| panic!("{files:?}: {e}")))
}

fn workload<'a>(import: &'a ClusterImport, name: &str) -> &'a Workload {
    let mut all = import.scenario.tenants.iter().flat_map(|tenant| &tenant.workloads);
    all.find(|workload| workload.name == name).unwrap_or_else(|| panic!("no {name}: {}", import.yaml))
}

/// Pods by node as every strategy places them, in the order of pools and nodes.
fn pods_a_node(import: &ClusterImport, strategy: &str) -> Vec<usize> {
    let scenario = &import.scenario;
    let blueprint = by_name(strategy).unwrap().blueprint(scenario, scenario.nodes());
    let placement = loghaul::placement::place(&blueprint).unwrap();
    let on = |node| placement.node_of.iter().filter(|n| **n as usize == node).count();
    (0..placement.nodes.len()).map(on).collect()
}

#[test]
fn fargate_nodes_are_serverless_and_keep_their_pods() {
    let Some(import) = imported(&["fargate.json"]) else { return };
    let pools: Vec<_> = import.scenario.cluster.pools.iter().map(|p| (p.nodes.get(), p.serverless)).collect();
    assert_eq!(pools, [(1, false), (6, true)]);
    for strategy in ["native", "daemonset", "sidecar"] {
        // Three pods on the ordinary node, one on each of Fargate's.
        assert_eq!(pods_a_node(&import, strategy), [3, 1, 1, 1, 1, 1, 1], "{strategy}");
    }
}

#[test]
fn a_virtual_kubelet_has_the_pods_that_were_sent_there() {
    let Some(import) = imported(&["virtual-kubelet.json"]) else { return };
    assert_eq!(pods_a_node(&import, "daemonset"), [4, 4, 4, 4]);
    let serverless = import.scenario.cluster.pools.iter().find(|pool| pool.serverless).unwrap();
    assert_eq!((serverless.nodes.get(), serverless.pods.get()), (1, 1000));
    let placed: Vec<_> = workload(&import, "burst").placed.keys().cloned().collect();
    assert_eq!(placed.iter().collect::<Vec<_>>(), [&serverless.name]);
    assert!(workload(&import, "web").pools.is_empty());
}

#[test]
fn a_skewed_cluster_stays_skewed() {
    let Some(import) = imported(&["skewed-cluster.json"]) else { return };
    let mut pods = pods_a_node(&import, "native");
    pods.sort_unstable();
    assert_eq!(pods, [13, 21, 27, 27, 29, 66]);
    assert!(import.notes.iter().any(|n| n.starts_with("87 pods of DaemonSets")), "{:#?}", import.notes);
    assert!(import.scenario.cluster.pools.iter().all(|pool| pool.log_disk.get() == 115_470_533_646));
    // Containers write, not pods: as many streams as the file has containers.
    let streams: u64 = import
        .scenario
        .tenants
        .iter()
        .flat_map(|tenant| &tenant.workloads)
        .map(|workload| workload.replicas.get() * workload.logs.len() as u64)
        .sum();
    assert_eq!(streams, 342);
    let size = import.yaml.len();
    // Of a dump of 90 kB.
    assert!(size < 70_000, "{size} bytes");
}

#[test]
fn objects_are_read_from_every_container() {
    for files in [
        &["must-gather-node-1.yaml", "must-gather-node-2.yaml", "must-gather-pods.yaml"][..],
        &["kubectl-list.yaml"],
        &["cluster-info-dump.txt"],
        &["cluster.json.gz"],
    ] {
        let Some(import) = imported(files) else { return };
        assert_eq!((import.scenario.nodes(), import.scenario.pods()), (2, 6), "{files:?}");
        let dns = workload(&import, "dns-default");
        // Two containers: 50m and 10m, 70Mi and 40Mi.
        assert_eq!((dns.requests.cpu.get(), dns.requests.memory.get()), (60, 110 << 20), "{files:?}");
        assert_eq!((dns.replicas.get(), dns.logs.len()), (2, 2), "{files:?}");
        assert_eq!(pods_a_node(&import, "native"), [3, 3], "{files:?}");
    }
}

#[test]
fn static_pods_are_one_workload() {
    let Some(import) = imported(&["mirror-pods-no-owner.json"]) else { return };
    assert_eq!(workload(&import, "kube-proxy").replicas.get(), 3);
    assert!(!import.yaml.contains("192-0-2"), "{}", import.yaml);
}

#[test]
fn jobs_live_as_long_as_they_lived() {
    let Some(import) = imported(&["jobs.json"]) else { return };
    let Lifecycle::Job(job) = &workload(&import, "report").lifecycle else { panic!("{}", import.yaml) };
    assert_eq!(job.duration, Some(SimTime::from_secs(198)));
    // One an hour: 3,600 s from start to start, of which 198 s are work and one is lingering.
    assert_eq!(job.pause, SimTime::from_secs(3600 - 198 - 1));
}

#[test]
fn agents_are_recognised_by_name_where_nothing_else_is_known() {
    let Some(import) = imported(&["agents-by-name.json"]) else { return };
    let as_is = import.scenario.collection.as_is.as_ref().unwrap();
    let mut names: Vec<&str> = as_is.node.iter().map(|a| a.name.split_once('/').unwrap().1).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "ama-logs",
            "collector",
            "elastic-agent",
            "fluent-bit",
            "grafana-agent-logs",
            "log-pilot",
            "logdna-agent",
            "loggie",
            "nri-bundle-newrelic-logging",
            "omsagent",
            "rsyslog",
            "vlagent"
        ]
    );
    assert_eq!(workload(&import, "hotel-cache").replicas.get(), 2);
}

#[test]
fn agents_that_run_are_taken_out_and_become_as_is() {
    let Some(import) = imported(&["agents.json"]) else { return };
    for name in ["web", "pay"] {
        let requests = &workload(&import, name).requests;
        // Without the 100m and 64Mi of Vector, and the 10m and 32Mi of Filebeat.
        assert_eq!((requests.cpu.get(), requests.memory.get()), (100, 64 << 20), "{name}");
        assert_eq!(workload(&import, name).logs.len(), 1, "{name}");
    }
    let as_is = import.scenario.collection.as_is.as_ref().unwrap();
    assert_eq!((as_is.node[0].name.as_str(), as_is.node[0].agents.get()), ("logging/fluent-bit", 2));
    let scenario = &import.scenario;
    let blueprint = by_name("as-is").unwrap().blueprint(scenario, 2);
    let of: BTreeMap<&str, (u64, u64)> = blueprint
        .agents
        .iter()
        .map(|agent| {
            (agent.name.as_str(), (agent.requests.cpu_millicores, agent.requests.memory_bytes >> 20))
        })
        .collect();
    let expected = [("filebeat", (10, 32)), ("fluent-bit", (100, 64)), ("vector", (100, 64))];
    assert_eq!(of, BTreeMap::from(expected));
    // The pods are as large again as they are in the cluster: 200m and 110m.
    let requests: Vec<u64> = blueprint.pods.iter().map(|pod| pod.requests.cpu_millicores).collect();
    assert_eq!(requests, [110, 200]);
}

#[test]
fn namespaces_are_left_out_and_taken_alone() {
    let Some(path) = data("cases/import/fargate.json") else { return };
    let pods = |only: &[&str], exclude: &[&str]| {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let namespaces = Namespaces { only: own(only), exclude: own(exclude) };
        let options = ClusterOptions { namespaces, ..ClusterOptions::named("x") };
        read_cluster_paths(&Paths::of([path.clone()]), &options).unwrap().scenario.pods()
    };
    assert_eq!((pods(&[], &[]), pods(&["shop"], &[]), pods(&[], &["kube-*"])), (9, 6, 7));
}

#[test]
fn a_dump_goes_through_a_pipe_into_compare_with_what_runs_today_beside() {
    let Some(path) = data("cases/import/agents.json") else { return };
    let dump = std::fs::read(path).unwrap();
    let import = loghaul(&["import", "cluster", "-"]).write_stdin(dump).assert().success();
    let yaml = import.get_output().stdout.clone();
    let arguments = ["compare", "-", "--reps", "1", "--agents", "", "--set", "duration=1m"];
    let compare = loghaul(&arguments).write_stdin(yaml).assert().success();
    let text = String::from_utf8(compare.get_output().stdout.clone()).unwrap();
    assert!(text.contains("as-is"), "{text}");
    let answer: String =
        text.split("Moving from what runs today").nth(1).unwrap().split_whitespace().collect();
    for strategy in ["native", "daemonset", "sidecar"] {
        assert!(answer.contains(&format!("{strategy}saves")), "{text}");
    }
}
