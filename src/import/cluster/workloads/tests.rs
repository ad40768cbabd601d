use super::*;
use crate::import::cluster::facts::{Namespaces, workload_of};
use crate::import::cluster::objects::Object;
use crate::import::cluster::streams::logs_of_each;

fn pod(name: &str, namespace: &str, owner: &str, cpu: &str, phase: &str) -> Object {
    let owners = match owner.split_once('/') {
        Some((kind, name)) => serde_json::json!([
            { "kind": "Other", "name": "x" },
            { "kind": kind, "name": name, "controller": true },
        ]),
        None => serde_json::json!(null),
    };
    serde_json::from_value(serde_json::json!({
        "kind": "Pod",
        "metadata": { "name": name, "namespace": namespace, "ownerReferences": owners },
        "spec": { "containers": [ { "name": "c", "resources": { "requests": { "cpu": cpu, "memory": "1Mi" } } } ] },
        "status": { "phase": phase },
    }))
    .unwrap()
}

fn grouped(pods: Vec<Object>, max: usize) -> (Pods, Vec<Tenant>) {
    let mut facts = Facts::of(Namespaces::default());
    pods.into_iter().for_each(|pod| facts.pod(pod, false));
    let like = serde_json::from_str(r#"{"name":"like","nodes":1}"#).unwrap();
    let pools = Pools::of(&facts, &like).unwrap();
    let streams = Streams { logs: logs_of_each(None, None).unwrap(), rates: None };
    let all = Pods::group(&facts, &pools, &streams, max);
    let tenants = all.tenants(&pools, &streams).unwrap().tenants;
    (all, tenants)
}

fn names(tenant: &Tenant) -> Vec<(&str, u64)> {
    tenant.workloads.iter().map(|w| (w.name.as_str(), w.replicas.get())).collect()
}

#[test]
fn pods_are_grouped_by_namespace_owner_and_request() {
    let pods = vec![
        pod("web-75b66db9b9-a", "shop", "ReplicaSet/web-75b66db9b9", "100m", "Running"),
        pod("web-75b66db9b9-b", "shop", "ReplicaSet/web-75b66db9b9", "100m", "Running"),
        // The next revision of the same Deployment requests more.
        pod("web-6d4cf56db6-c", "shop", "ReplicaSet/web-6d4cf56db6", "200m", "Running"),
        pod("web-2", "shop", "", "0", "Running"),
        pod("db-0", "data", "StatefulSet/db", "1", ""),
        pod("done", "data", "Job/done", "1", "Succeeded"),
        pod("oom", "gone", "Job/oom", "1", "Failed"),
        pod("waits", "gone", "", "1", "Pending"),
    ];
    let (all, tenants) = grouped(pods, MAX_WORKLOADS);
    assert_eq!((all.running(), all.left_out()), (5, 3));
    assert_eq!(tenants.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["data", "shop"]);
    assert_eq!(names(&tenants[0]), [("db", 1)]);
    // "web-2" is a name of its own, so the second "web" is numbered 3.
    assert_eq!(names(&tenants[1]), [("web", 2), ("web-3", 1), ("web-2", 1)]);
    assert_eq!(tenants[1].workloads[1].requests.cpu.get(), 200);
    let notes = all.notes().join("\n");
    assert!(notes.contains("2 pods left out: finished"), "{notes}");
    assert!(notes.contains("1 pod left out: not running yet"), "{notes}");
    assert!(notes.contains("1 pod with no CPU request: counted as 0"), "{notes}");
}

#[test]
fn names_lose_what_controllers_append_and_nothing_else() {
    let of =
        |owner: &str, pod_name: &str| workload_of(&pod(pod_name, "n", owner, "1", "").metadata, "node-1").1;
    assert_eq!(of("ReplicaSet/random-pod-75b66db9b9", "p"), "random-pod");
    assert_eq!(of("ReplicaSet/qos-ls-120200m", "p"), "qos-ls-120200m");
    assert_eq!(of("ReplicaSet/75b66db9b9", "p"), "75b66db9b9");
    assert_eq!(of("Job/backup-28391040", "p"), "backup");
    assert_eq!(of("Job/load-2024", "p"), "load-2024");
    assert_eq!(of("Node/node-1", "kube-proxy-node-1"), "kube-proxy");
    assert_eq!(of("DaemonSet/fluent-bit", "p"), "fluent-bit");
    assert_eq!(of("", "alone"), "alone");
    assert_eq!(of("", "kube-proxy-node-1"), "kube-proxy-node-1");
    let mut mirrored = pod("kube-proxy-node-1", "n", "", "1", "");
    mirrored.metadata.annotations = serde_json::from_str(r#"{"kubernetes.io/config.mirror":"abc"}"#).unwrap();
    assert_eq!(workload_of(&mirrored.metadata, "node-1").1, "kube-proxy");
}

#[test]
fn more_workloads_than_allowed_are_merged_by_namespace_and_request() {
    let namespace = |i| if i < 4 { "a" } else { "b" };
    let mut pods: Vec<Object> = (0..6).map(|i| pod(&format!("p{i}"), namespace(i), "", "1", "")).collect();
    pods.extend((0..2).map(|i| pod(&format!("big-{i}"), "a", "StatefulSet/big", "1", "")));
    // Seven groups, five allowed: the largest five stay as they are (big, then p0 to p3), p4 and p5 merge.
    let (all, tenants) = grouped(pods, 5);
    assert_eq!(names(&tenants[0]), [("big", 2), ("p0", 1), ("p1", 1), ("p2", 1), ("p3", 1)]);
    assert_eq!(names(&tenants[1]), [("others-cpu1-mem1Mi", 2)]);
    assert!(all.notes().iter().any(|n| n.starts_with("2 workloads merged")), "{:?}", all.notes());
    assert_eq!(all.running(), 8);
}
