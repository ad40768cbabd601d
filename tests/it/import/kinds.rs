//! Kinds of nodes, pods and agents that clusters have, each as small as it can be.

use loghaul::import::{ClusterImport, ClusterOptions, read_cluster};
use serde_json::{Value, json};

fn imported(objects: &[Value]) -> ClusterImport {
    let list = json!({"kind": "List", "items": objects}).to_string().into_bytes();
    read_cluster(&[("c.json".to_owned(), list)], &ClusterOptions::named("x")).unwrap()
}

/// A node with 4 cores and 16 Gi, and whatever else `more` says of it.
fn node(name: &str, labels: Value, more: Value) -> Value {
    let mut node = json!({"kind": "Node", "metadata": {"name": name, "labels": labels},
                          "status": {"allocatable": {"cpu": "4", "memory": "16Gi", "pods": "110"}}});
    for (key, value) in more.as_object().unwrap() {
        node[key] = value.clone();
    }
    node
}

/// A pod of an owner (kind and name) on a node.
fn pod(name: &str, owner: (&str, &str), on: &str, containers: Value, more: Value) -> Value {
    let mut pod = json!({"kind": "Pod",
        "metadata": {"name": name, "namespace": "x",
                     "ownerReferences": [{"kind": owner.0, "name": owner.1, "controller": true}]},
        "spec": {"nodeName": on, "containers": containers}, "status": {"phase": "Running"}});
    for (key, value) in more.as_object().unwrap() {
        pod["spec"][key] = value.clone();
    }
    pod
}

fn container(image: &str, cpu: &str) -> Value {
    json!([{"name": "c", "image": image, "resources": {"requests": {"cpu": cpu, "memory": "100Mi"}}}])
}

/// Pools by name: nodes, and whether they are serverless.
fn pools(import: &ClusterImport) -> Vec<(String, u64, bool)> {
    let pools = &import.scenario.cluster.pools;
    pools.iter().map(|pool| (pool.name.clone(), pool.nodes.get(), pool.serverless)).collect()
}

#[test]
fn hybrid_and_auto_nodes_of_eks_are_ordinary_and_fargate_is_not() {
    let of = |kind: &str| json!({"eks.amazonaws.com/compute-type": kind});
    let import = imported(&[
        node("mi-1", of("hybrid"), json!({})),
        node("i-1", of("auto"), json!({})),
        node("ip-1", of("ec2"), json!({})),
        node("fargate-ip-1", of("fargate"), json!({})),
        pod("web-0", ("StatefulSet", "web"), "mi-1", container("app", "1"), json!({})),
    ]);
    let own = |name: &str, nodes, serverless| (name.to_owned(), nodes, serverless);
    assert_eq!(pools(&import), [own("cpu4-mem16Gi", 3, false), own("cpu4-mem16Gi-serverless", 1, true)]);
}

#[test]
fn what_runs_on_windows_alone_is_one_with_what_runs_elsewhere() {
    let windows = json!({"kubernetes.io/os": "windows"});
    let folder = |path: &str| json!({"volumes": [{"name": "v", "hostPath": {"path": path}}]});
    let azure = "mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3.1";
    let import = imported(&[
        node("n1", json!({}), json!({})),
        node("n2", json!({}), json!({})),
        node("w1", windows, json!({})),
        pod("a", ("DaemonSet", "ama-logs"), "n1", container(azure, "170m"), folder("/var/log")),
        pod("b", ("DaemonSet", "ama-logs"), "n2", container(azure, "170m"), folder("/var/log")),
        pod(
            "c",
            ("DaemonSet", "ama-logs-windows"),
            "w1",
            container(azure, "500m"),
            folder("C:\\ProgramData\\docker"),
        ),
        pod("d", ("DaemonSet", "other"), "n1", container("fluentd", "50m"), folder("/var/log")),
        pod("web-0", ("StatefulSet", "web"), "n1", container("app", "1"), json!({})),
    ]);
    let as_is = import.scenario.collection.as_is.as_ref().unwrap();
    let agents: Vec<(&str, u64, u64)> = as_is
        .node
        .iter()
        .map(|own| (own.name.as_str(), own.agents.get(), own.terms.requests.cpu.unwrap().get()))
        .collect();
    // (2 · 170m + 500m) / 3 = 280m; Fluentd is beside it on one node of the three.
    assert_eq!(agents, [("x/ama-logs", 3, 280), ("x/other", 1, 50)]);
    assert!(
        import.notes.iter().any(|n| n.contains("ama-logs-windows runs on 1 node where")),
        "{:#?}",
        import.notes
    );
    let blueprint = loghaul::strategy::by_name("as-is").unwrap().blueprint(&import.scenario, 3);
    // A third of 50m, rounded up.
    assert_eq!(blueprint.agents[0].requests.cpu_millicores, 280 + 17);
}

#[test]
fn unknown_images_with_containers_logs_mounted_collect() {
    let folder = json!({"volumes": [{"name": "v", "hostPath": {"path": "/var/lib/docker/containers"}}]});
    let import = imported(&[
        node("n1", json!({}), json!({})),
        pod("a", ("DaemonSet", "lc"), "n1", container("corp/platform-lc:1", "50m"), folder.clone()),
        pod("b", ("DaemonSet", "logrotate"), "n1", container("corp/cron:1", "50m"), folder),
        pod("web-0", ("StatefulSet", "web"), "n1", container("app", "1"), json!({})),
    ]);
    let as_is = import.scenario.collection.as_is.as_ref().unwrap();
    assert_eq!(as_is.node.iter().map(|own| own.name.as_str()).collect::<Vec<_>>(), ["x/lc"]);
    assert!(
        import.notes.iter().any(|n| n.starts_with("x/lc: images that are not known")),
        "{:#?}",
        import.notes
    );
    assert_eq!(import.scenario.pods(), 2);
}

#[test]
fn pods_that_do_not_run_are_told_by_what_they_are() {
    let phase = |mut pod: Value, phase: &str| {
        pod["status"]["phase"] = json!(phase);
        pod
    };
    let of = |name: &str, on: &str| pod(name, ("StatefulSet", "web"), on, container("app", "1"), json!({}));
    let mut bare = of("bare", "n1");
    bare["metadata"]["ownerReferences"] = json!([]);
    bare["spec"]["ephemeralContainers"] = json!([{"name": "debugger", "image": "busybox"}]);
    let import = imported(&[
        node("n1", json!({}), json!({})),
        bare,
        of("web-0", "n1"),
        of("web-1", "a-node-that-is-gone"),
        phase(of("web-2", ""), "Pending"),
        phase(of("web-3", "n1"), "Pending"),
        phase(of("web-4", "n1"), "Failed"),
        phase(of("web-5", "n1"), "Unknown"),
    ]);
    // Bare, 0, 1 and 5, of which nobody has heard that it ended; a debugger is no container of the application.
    let workloads: Vec<(&str, u64, usize)> = import.scenario.tenants[0]
        .workloads
        .iter()
        .map(|w| (w.name.as_str(), w.replicas.get(), w.logs.len()))
        .collect();
    assert_eq!(workloads, [("bare", 1, 1), ("web", 3, 1)]);
    for note in [
        "1 pod left out: finished",
        "2 pods left out: not running yet",
        "1 pod of these on a node already",
        "1 pod on no node of the files",
    ] {
        assert!(import.notes.iter().any(|n| n.starts_with(note)), "{note}: {:#?}", import.notes);
    }
}
