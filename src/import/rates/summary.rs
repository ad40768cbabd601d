//! The kubelet's `stats/summary`: how large each container's logs are.

use super::Whose;
use super::samples::{Samples, Series};
use crate::import::time::rfc3339_ms;
use serde::Deserialize;

/// The node that a snapshot is of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Node {
    pub(super) node_name: String,
}

/// A pod of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Pod {
    pod_ref: Reference,
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    name: String,
    namespace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Container {
    name: String,
    start_time: Option<String>,
    logs: Option<Logs>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Logs {
    time: Option<String>,
    used_bytes: Option<f64>,
}

/// The name of the figure.
const FIGURE: &str = "stats/summary logs used_bytes";

/// Whether a text begins as a snapshot does.
pub(super) fn is_snapshot(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.trim_start().starts_with('{') && text.contains("\"node\"") && text.contains("\"nodeName\"")
}

/// Takes the sizes of a snapshot. The second one of a container makes a rate of them.
pub(super) fn take(_node: &Node, pods: &[Pod], samples: &mut Samples) {
    for pod in pods {
        for container in &pod.containers {
            let Some(logs) = &container.logs else { continue };
            let (Some(at), Some(bytes)) = (logs.time.as_deref().and_then(rfc3339_ms), logs.used_bytes) else {
                continue;
            };
            let whose = Whose {
                namespace: pod.pod_ref.namespace.clone(),
                workload: String::new(),
                pod: pod.pod_ref.name.clone(),
                container: container.name.clone(),
            };
            let series = Series { figure: FIGURE.to_owned(), whose, other: String::new() };
            let at_s = at as f64 / 1000.0;
            match samples.of_life.remove(&series.whose) {
                None if !samples.knows(&series) => {
                    let began =
                        container.start_time.as_deref().and_then(rfc3339_ms).unwrap_or(at) as f64 / 1000.0;
                    samples.of_life.insert(series.whose.clone(), (bytes, at_s - began));
                }
                _ => {}
            }
            samples.add(&series, at_s, bytes);
        }
    }
}
