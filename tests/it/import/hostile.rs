//! Whatever an import writes is a scenario that the checker takes, or it is refused by the name of what is wrong.

use loghaul::import::{ClusterOptions, read_cluster};
use loghaul::scenario::from_yaml;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names as nobody should give them.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}(-[a-z0-9]{1,5})?",
        ".{0,12}",
        Just("\u{1b}[31mred\u{1b}[0m".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("../../etc/passwd".to_owned()),
        Just("<script>alert(1)</script>".to_owned()),
        Just("a: [b, {c: *d".to_owned()),
        Just("null".to_owned()),
        Just("1e308".to_owned()),
        Just("x".repeat(10_000)),
    ]
}

fn quantity() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,4}m?",
        "[0-9]{1,4}(Ki|Mi|Gi)",
        Just("250000000".to_owned()),
        Just("16Ei".to_owned()),
        Just("0".to_owned()),
        Just("9223372036854775807".to_owned()),
    ]
}

fn objects() -> impl Strategy<Value = Vec<Value>> {
    let node = (name(), quantity(), quantity(), 0u32..400, any::<bool>()).prop_map(
        |(name, cpu, memory, pods, off)| {
            json!({"kind": "Node", "metadata": {"name": name, "labels": {"a": name}},
               "spec": {"unschedulable": off, "taints": [{"key": name, "effect": "NoSchedule"}]},
               "status": {"allocatable": {"cpu": cpu, "memory": memory, "pods": pods.to_string()}}})
        },
    );
    let owner = prop_oneof![Just("DaemonSet"), Just("Job"), Just("ReplicaSet"), Just("Node"), Just("Odd")];
    let pod = (name(), name(), owner, name(), quantity(), quantity(), 0i64..4_000_000_000).prop_map(
        |(name, namespace, owner, of, cpu, memory, at)| {
            json!({"kind": "Pod",
                   "metadata": {"name": name, "namespace": namespace, "ownerReferences": [{"kind": owner, "name": of}]},
                   "spec": {"nodeName": of, "nodeSelector": {"a": of}, "containers": [
                       {"name": name, "image": of, "resources": {"requests": {"cpu": cpu, "memory": memory}}}]},
                   "status": {"phase": if at % 3 == 0 { "Succeeded" } else { "Running" }, "containerStatuses": [
                       {"state": {"terminated": {"startedAt": "2024-05-01T10:00:00Z",
                                                 "finishedAt": format!("20{:02}-05-01T10:00:00Z", at % 100)}}}]}})
        },
    );
    (prop::collection::vec(node, 1..5), prop::collection::vec(pod, 1..12))
        .prop_map(|(nodes, pods)| nodes.into_iter().chain(pods).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_accepted_or_refused_by_name(objects in objects(), title in name()) {
        let text = json!({"kind": "List", "items": objects}).to_string();
        let files = [("c.json".to_owned(), text.into_bytes())];
        match read_cluster(&files, &ClusterOptions::named(title)) {
            Ok(import) => {
                let back = from_yaml("back.yaml", &import.yaml).map_err(|e| TestCaseError::fail(e.to_string()))?;
                prop_assert_eq!(back.to_yaml().unwrap(), import.scenario.to_yaml().unwrap());
                let shown = import.yaml + &import.notes.join("\n");
                prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{:?}", shown);
                prop_assert!(!shown.contains("<script>"), "{}", shown);
            }
            Err(error) => {
                let error = error.to_string();
                let named = ["node ", "a pod of ", "c.json", "rate is"].iter().any(|start| error.contains(start));
                prop_assert!(named, "{}", error);
            }
        }
    }
}
