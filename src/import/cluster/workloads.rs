//! Pods with one owner and one request become a workload; a namespace becomes a tenant.

use super::objects::{Metadata, Object, Owner};
use super::pools::shape_name;
use super::requests::{Shape, effective};
use crate::import::counted;
use crate::scenario::{Count, Lifecycle, LogSpec, Resources, Tenant, Workload};
use crate::units::{Bytes, Millicores};
use std::collections::{BTreeMap, BTreeSet};

/// Workloads that a scenario is given at most, as far as namespaces and request shapes allow.
pub(super) const MAX_WORKLOADS: usize = 2_000;
/// Where there are more, so many of them, those with the most pods, keep their names.
const NAMED: usize = 1_000;

/// What makes pods alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    namespace: String,
    name: String,
    kind: String,
    shape: Shape,
}

/// Running pods by workload.
#[derive(Debug, Default)]
pub(super) struct Pods {
    groups: BTreeMap<Key, u64>,
    finished: u64,
    pending: u64,
    without_cpu: u64,
    without_memory: u64,
    of_daemonsets: u64,
    agents: BTreeSet<String>,
    merged: usize,
}

impl Pods {
    /// Groups pods; those that are done or not yet running are counted and left out.
    pub(super) fn group(pods: &[Object], max: usize) -> Self {
        let mut all = Self::default();
        for pod in pods {
            match pod.status.phase.as_str() {
                "Succeeded" | "Failed" => all.finished += 1,
                "Pending" => all.pending += 1,
                _ => all.add(pod),
            }
        }
        if all.groups.len() > max {
            all.merge(max.min(NAMED));
        }
        all
    }

    fn add(&mut self, pod: &Object) {
        let shape = effective(&pod.spec);
        let (kind, name) = workload_of(&pod.metadata);
        let namespace = pod.metadata.namespace.clone().unwrap_or_else(|| "default".into());
        self.without_cpu += u64::from(shape.cpu == 0);
        self.without_memory += u64::from(shape.memory == 0);
        if kind == "DaemonSet" {
            self.of_daemonsets += 1;
            if is_log_agent(&name) {
                self.agents.insert(format!("{namespace}/{name}"));
            }
        }
        *self.groups.entry(Key { namespace, name, kind, shape }).or_default() += 1;
    }

    /// Leaves the largest `keep` groups; the rest are merged by namespace and request shape.
    fn merge(&mut self, keep: usize) {
        let mut groups: Vec<(Key, u64)> = std::mem::take(&mut self.groups).into_iter().collect();
        groups.sort_by(|(a, pods_a), (b, pods_b)| pods_b.cmp(pods_a).then_with(|| a.cmp(b)));
        let rest = groups.split_off(keep.min(groups.len()));
        self.merged = rest.len();
        self.groups = groups.into_iter().collect();
        for (key, pods) in rest {
            let name = format!("others-{}", shape_name(key.shape.cpu, key.shape.memory));
            *self.groups.entry(Key { name, kind: String::new(), ..key }).or_default() += pods;
        }
    }

    /// Pods that count.
    pub(super) fn running(&self) -> u64 {
        self.groups.values().sum()
    }

    /// Pods that do not.
    pub(super) fn left_out(&self) -> u64 {
        self.finished + self.pending
    }

    /// Workloads that were made.
    pub(super) fn workloads(&self) -> usize {
        self.groups.len()
    }

    /// Tenants in the order of their names; every workload writes `logs`.
    pub(super) fn tenants(&self, logs: &[LogSpec]) -> Vec<Tenant> {
        let mut by_namespace: BTreeMap<&str, Vec<(&Key, u64)>> = BTreeMap::new();
        for (key, pods) in &self.groups {
            by_namespace.entry(&key.namespace).or_default().push((key, *pods));
        }
        let tenant = |(namespace, keys): (&str, Vec<(&Key, u64)>)| Tenant {
            name: namespace.to_owned(),
            count: Count::of(1),
            loud: false,
            workloads: workloads(&keys, logs),
        };
        by_namespace.into_iter().map(tenant).collect()
    }

    /// What was left out or assumed, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |n: u64, what: &str| {
            if n > 0 {
                notes.push(format!("{} {what}", counted(n, "pod")));
            }
        };
        note(self.finished, "left out: finished (Succeeded or Failed)");
        note(self.pending, "left out: not running yet (Pending)");
        note(self.without_cpu, "with no CPU request: counted as 0, as the scheduler does");
        note(self.without_memory, "with no memory request: counted as 0, as the scheduler does");
        note(self.of_daemonsets, "of DaemonSets: placed like any other pod, not one a node");
        if !self.agents.is_empty() {
            let names: Vec<&str> = self.agents.iter().map(String::as_str).collect();
            notes.push(format!(
                "{} may be the cluster's log agent: remove it from the scenario if the simulated one replaces it",
                names.join(", ")
            ));
        }
        if self.merged > 0 {
            notes.push(format!(
                "{} merged by namespace and request into others-…, the largest keep their names: {} now",
                counted(self.merged as u64, "workload"),
                counted(self.workloads() as u64, "workload")
            ));
        }
        notes
    }
}

fn workloads(keys: &[(&Key, u64)], logs: &[LogSpec]) -> Vec<Workload> {
    // Plain names go to the first of each; the others are numbered around every name there is.
    let plain: BTreeSet<&str> = keys.iter().map(|(key, _)| key.name.as_str()).collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let workload = |(key, pods): &(&Key, u64)| {
        let numbered = (2..).map(|n| format!("{}-{n}", key.name)).filter(|n| !plain.contains(n.as_str()));
        let mut names = std::iter::once(key.name.clone()).chain(numbered);
        Workload {
            name: names.find(|name| used.insert(name.clone())).unwrap_or_default(),
            replicas: Count::of(*pods),
            requests: Resources { cpu: Millicores::new(key.shape.cpu), memory: Bytes::new(key.shape.memory) },
            pools: Vec::new(),
            pull: None,
            max_unavailable: None,
            lifecycle: Lifecycle::default(),
            machine_group: None,
            proxy: None,
            logs: logs.to_vec(),
        }
    };
    keys.iter().map(workload).collect()
}

/// Kind and name of what a pod belongs to; a pod that belongs to nothing is its own workload.
fn workload_of(pod: &Metadata) -> (String, String) {
    let owners = &pod.owner_references;
    let Some(Owner { kind, name, .. }) = owners.iter().find(|o| o.controller).or(owners.first()) else {
        return ("Pod".into(), or_unnamed(&pod.name));
    };
    let short = match kind.as_str() {
        "ReplicaSet" => without_hash(name, pod.labels.pod_template_hash.as_deref()),
        // A CronJob appends the minute of its run.
        "Job" => {
            without_end(name, |end| (8..=10).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_digit()))
        }
        // A static pod is named after its node.
        "Node" => pod.name.strip_suffix(name.as_str()).and_then(|p| p.strip_suffix('-')).unwrap_or(&pod.name),
        _ => name,
    };
    (kind.clone(), or_unnamed(short))
}

/// A ReplicaSet's name without what its Deployment appended: the pods' label, or what looks like it.
fn without_hash<'a>(name: &'a str, label: Option<&str>) -> &'a str {
    // Kubernetes encodes a 32-bit number in these, one for each decimal digit.
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    match label {
        Some(hash) => without_end(name, |end| end == hash),
        None => without_end(name, |end| {
            (8..=10).contains(&end.len()) && end.bytes().all(|b| ALPHABET.contains(&b))
        }),
    }
}

fn without_end(name: &str, is_end: impl Fn(&str) -> bool) -> &str {
    match name.rsplit_once('-') {
        Some((start, end)) if !start.is_empty() && is_end(end) => start,
        _ => name,
    }
}

fn or_unnamed(name: &str) -> String {
    if name.is_empty() { "unnamed".into() } else { name.into() }
}

/// Whether a DaemonSet's name is that of a well-known log agent.
fn is_log_agent(name: &str) -> bool {
    const AGENTS: [&str; 12] = [
        "fluent",
        "filebeat",
        "vector",
        "promtail",
        "alloy",
        "logtail",
        "loongcollector",
        "ilogtail",
        "otel",
        "datadog",
        "splunk",
        "logging-agent",
    ];
    AGENTS.iter().any(|agent| name.contains(agent))
}

#[cfg(test)]
mod tests;
