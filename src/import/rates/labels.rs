//! Whose a series is, by the labels that collectors and scrapers give it.

use super::{Whose, folder};
use std::collections::BTreeMap;

/// Labels by what they say, the more telling first. A scraper's own `namespace` and `pod` are the collector's: what the
/// collector says of the container stands in `exported_…`, or under names of its own. Sources: Vector's `kubernetes_logs`
/// (`pod_namespace`, `pod_name`, `container_name`), OpenTelemetry's semantic conventions (`k8s_namespace_name`, …),
/// promtail and Alloy (`path`, `filename`), Fluentd (`tag`, `path`), OpenShift's Fluentd (`containername`), the kubelet.
const NAMESPACE: [&str; 8] = [
    "exported_namespace",
    "pod_namespace",
    "k8s_namespace_name",
    "k8s.namespace.name",
    "kubernetes_namespace_name",
    "kubernetes_namespace",
    "namespace_name",
    "namespace",
];
const POD: [&str; 9] = [
    "exported_pod",
    "pod_name",
    "k8s_pod_name",
    "k8s.pod.name",
    "kubernetes_pod_name",
    "kubernetes_pod",
    "podname",
    "pod",
    "instance_pod",
];
const CONTAINER: [&str; 8] = [
    "exported_container",
    "container_name",
    "k8s_container_name",
    "k8s.container.name",
    "kubernetes_container_name",
    "kubernetes_container",
    "containername",
    "container",
];
const WORKLOAD: [&str; 9] = [
    "workload",
    "owner_name",
    "deployment",
    "daemonset",
    "statefulset",
    "k8s_deployment_name",
    "k8s_daemonset_name",
    "k8s_statefulset_name",
    "app",
];
/// Labels with the name of a container's log file in them.
const FILE: [&str; 6] = ["path", "filename", "file", "tag", "log_file_path", "log.file.path"];

/// Whose a series is; `None` where it says nothing of namespaces and pods.
pub(super) fn whose(labels: &BTreeMap<String, String>) -> Option<Whose> {
    let of = |names: &[&str]| {
        let named = names.iter().find_map(|name| labels.get(*name).filter(|value| !value.is_empty()));
        named.cloned().unwrap_or_default()
    };
    if let Some(whose) = FILE.iter().find_map(|name| labels.get(*name)).and_then(|file| folder::whose(file)) {
        return Some(whose);
    }
    let whose = Whose {
        namespace: of(&NAMESPACE),
        workload: of(&WORKLOAD),
        pod: of(&POD),
        container: of(&CONTAINER),
    };
    // A pod tells more than what it belongs to.
    let workload = if whose.pod.is_empty() { whose.workload } else { String::new() };
    let whose = Whose { workload, ..whose };
    (!whose.namespace.is_empty() || !whose.pod.is_empty()).then_some(whose)
}
