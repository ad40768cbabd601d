//! What is kept of nodes and pods: sizes, names, owners, where pods run, which agents they have.
//!
//! Pods are many, so that of each no more than its kind, its node and its times are held; what pods of a kind have in
//! common is held once.

use super::admission::Admission;
use super::agents::{Agent, Role, agents_of};
use super::node::Node;
use super::objects::{Container, Metadata, Object, Owner, Taint};
use super::requests::{Shape, effective_without};
use super::settings::Found;
use crate::import::time;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Which namespaces count.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    /// These alone, where there are any.
    pub only: Vec<String>,
    /// Never these.
    pub exclude: Vec<String>,
}

impl Namespaces {
    fn count(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|pattern| matches_name(pattern, name));
        (self.only.is_empty() || named(&self.only)) && !named(&self.exclude)
    }
}

/// A name, or the beginning of names: `openshift-*`.
fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

/// What pods of a workload have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Kind {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) owner: String,
    /// Requests without those of agents in the pod.
    pub(super) shape: Shape,
    /// Containers that write: the application's, native sidecars too, agents not.
    pub(super) containers: Vec<String>,
    /// Agents in the pod, or the pod as the agent of its node.
    pub(super) agents: Vec<Agent>,
    pub(super) admission: Admission,
}

/// How far a pod is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Pending,
    Running,
    Finished,
}

/// A pod.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pod {
    pub(super) kind: u32,
    /// Its node's number, `u32::MAX` where it has none.
    pub(super) node: u32,
    pub(super) phase: Phase,
    /// What tells it from all others: a hash of namespace and name.
    pub(super) key: u64,
    /// When its containers began and ended, in milliseconds since 1970; 0 where that is not known.
    pub(super) began_ms: i64,
    pub(super) ended_ms: i64,
    gone: bool,
}

/// Everything that is kept.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) namespaces: Namespaces,
    pub(super) nodes: Vec<Node>,
    pub(super) pods: Vec<Pod>,
    pub(super) kinds: Vec<Arc<Kind>>,
    /// Settings of agents by namespace and name of the ConfigMap.
    pub(super) settings: BTreeMap<(String, String), Found>,
    pub(super) twice: u64,
    /// Pods of namespaces that do not count.
    pub(super) filtered: u64,
    /// Names that had to be changed.
    pub(super) renamed: u64,
    known: HashMap<Arc<Kind>, u32>,
    node_numbers: HashMap<String, u32>,
    seen_pods: HashMap<u64, u32>,
    named_nodes: u64,
}

impl Facts {
    pub(super) fn of(namespaces: Namespaces) -> Self {
        Self { namespaces, ..Self::default() }
    }

    /// Nodes and pods so far, those of other namespaces and those given twice too.
    pub(super) fn taken(&self) -> u64 {
        self.named_nodes + self.pods.len() as u64 + self.twice + self.filtered
    }

    pub(super) fn node(&mut self, object: Object, gone: bool) {
        let status = &object.status;
        let (allocatable, capacity) = (&status.allocatable, &status.capacity);
        let labels: BTreeMap<String, String> =
            object.metadata.labels.into_iter().map(|(key, value)| (key, value.0)).collect();
        let taints = object.spec.taints;
        let ready = status.conditions.iter().find(|condition| condition.name == "Ready");
        let has_label = |key: &str| labels.contains_key(key);
        let node = Node {
            cpu: allocatable.cpu.or(capacity.cpu).map_or(0, |c| c.0),
            memory: allocatable.memory.or(capacity.memory).map_or(0, |m| m.0),
            pods: allocatable.pods.or(capacity.pods).map(|p| p.0),
            disk: allocatable.ephemeral_storage.or(capacity.ephemeral_storage).map(|d| d.0),
            by_capacity: allocatable.cpu.is_none() || allocatable.memory.is_none(),
            serverless: is_serverless(
                &object.metadata.name,
                &labels,
                &taints,
                &status.node_info.kubelet_version,
            ),
            windows: status.node_info.operating_system.eq_ignore_ascii_case("windows")
                || ["kubernetes.io/os", "beta.kubernetes.io/os"]
                    .iter()
                    .any(|key| labels.get(*key).is_some_and(|os| os.eq_ignore_ascii_case("windows"))),
            control_plane: has_label("node-role.kubernetes.io/control-plane")
                || has_label("node-role.kubernetes.io/master")
                || has_label("node-role.kubernetes.io/controlplane"),
            cordoned: object.spec.unschedulable,
            not_ready: ready.is_some_and(|condition| condition.status != "True"),
            name: object.metadata.name,
            labels,
            taints,
            read: true,
            gone,
        };
        self.named_nodes += 1;
        match self.node_numbers.get(&node.name) {
            Some(number) if !node.name.is_empty() => {
                let there = &mut self.nodes[*number as usize];
                // A node may have been named by its pods before.
                self.twice += u64::from(there.read);
                *there = node;
            }
            _ => {
                self.node_numbers.insert(node.name.clone(), self.nodes.len() as u32);
                self.nodes.push(node);
            }
        }
    }

    pub(super) fn pod(&mut self, object: Object, gone: bool) {
        let metadata = &object.metadata;
        let namespace = metadata.namespace.as_deref().filter(|n| !n.is_empty()).unwrap_or("default");
        if !self.namespaces.count(namespace) {
            self.filtered += 1;
            return;
        }
        let (owner, name) = workload_of(metadata, &object.spec.node_name);
        let found = agents_of(&object, &owner, &name, namespace);
        let is_agent = |container: &Container| found.containers.contains(&container.name.as_str());
        let is_restarted = |container: &&Container| container.restart_policy.as_deref() == Some("Always");
        let spec = &object.spec;
        let writers = spec.init_containers.iter().filter(is_restarted).chain(&spec.containers);
        let mut containers: Vec<String> =
            writers.filter(|c| !is_agent(c)).map(|c| self.renamed_to(&c.name)).collect();
        containers.sort_unstable();
        let kind = Kind {
            namespace: self.renamed_to(namespace),
            name: self.renamed_to(&name),
            owner,
            shape: effective_without(spec, &is_agent),
            containers,
            admission: Admission::of(spec),
            agents: found.agents,
        };
        let node = self.number_of_node(&object);
        let (began_ms, ended_ms) = times(&object);
        let phase = match object.status.phase.as_str() {
            "Succeeded" | "Failed" => Phase::Finished,
            "Pending" => Phase::Pending,
            _ => Phase::Running,
        };
        let key = key_of(namespace, &metadata.name);
        let kind = self.number_of_kind(kind);
        let pod = Pod { kind, node, phase, key, began_ms, ended_ms, gone };
        match self.seen_pods.get(&key) {
            Some(at) if !metadata.name.is_empty() => {
                self.twice += 1;
                self.pods[*at as usize] = pod;
            }
            _ => {
                self.seen_pods.insert(key, self.pods.len() as u32);
                self.pods.push(pod);
            }
        }
    }

    pub(super) fn config_map(&mut self, object: &Object) {
        let found = Found::in_texts(object.data.values().map(String::as_str));
        if let Some(found) = found {
            let namespace = object.metadata.namespace.clone().unwrap_or_else(|| "default".into());
            self.settings.insert((namespace, object.metadata.name.clone()), found);
        }
    }

    /// Pods that run and are not the agents of their nodes.
    pub(super) fn writing_pods(&self) -> impl Iterator<Item = &Pod> {
        let writes =
            |pod: &&Pod| pod.phase == Phase::Running && !self.kinds[pod.kind as usize].is_node_agent();
        self.pods.iter().filter(writes)
    }

    /// Takes out what a watch saw deleted.
    pub(super) fn settle(&mut self) {
        self.pods.retain(|pod| !pod.gone);
        if self.nodes.iter().any(|node| node.gone) {
            let mut numbers = Vec::with_capacity(self.nodes.len());
            let mut next = 0;
            for node in &self.nodes {
                numbers.push(if node.gone { u32::MAX } else { next });
                next += u32::from(!node.gone);
            }
            self.nodes.retain(|node| !node.gone);
            for pod in self.pods.iter_mut().filter(|pod| pod.node != u32::MAX) {
                pod.node = numbers[pod.node as usize];
            }
        }
    }

    fn number_of_kind(&mut self, kind: Kind) -> u32 {
        if let Some(number) = self.known.get(&kind) {
            return *number;
        }
        let number = self.kinds.len() as u32;
        let kind = Arc::new(kind);
        self.kinds.push(Arc::clone(&kind));
        self.known.insert(kind, number);
        number
    }

    fn number_of_node(&mut self, pod: &Object) -> u32 {
        let name = &pod.spec.node_name;
        if name.is_empty() {
            return u32::MAX;
        }
        if let Some(number) = self.node_numbers.get(name) {
            return *number;
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(Node { name: name.clone(), ..Node::default() });
        self.node_numbers.insert(name.clone(), number);
        number
    }

    /// A name as scenarios take it; hostile ones are changed.
    fn renamed_to(&mut self, name: &str) -> String {
        let clean = clean(name);
        self.renamed += u64::from(clean != name);
        clean
    }
}

/// Characters of a name, at most: Kubernetes has up to 253 (RFC 1123 subdomain), and numbers are appended here.
const LONGEST_NAME: usize = 240;

/// A name of letters, digits, `-`, `.` and `_`, as Kubernetes has them; anything else becomes `-`.
pub(super) fn clean(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._:".contains(c) { c } else { '-' };
    let clean: String = name.chars().take(LONGEST_NAME).map(plain).collect();
    // Spreadsheets take what begins with a dash for a formula.
    let clean = clean.trim_start_matches(['-', '.', ':']);
    if clean.is_empty() { "unnamed".into() } else { clean.to_owned() }
}

/// What tells a pod from all others.
pub(crate) fn key_of(namespace: &str, pod: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (namespace, pod).hash(&mut hasher);
    hasher.finish()
}

/// Whether nobody has a kubelet of their own there, and DaemonSets do not run: EKS Fargate, and virtual kubelets (ACI,
/// ECI and others).
///
/// Sources: EKS user guide, "Fargate considerations"; virtual-kubelet's default taint `virtual-kubelet.io/provider` and
/// label `type=virtual-kubelet`.
fn is_serverless(
    name: &str,
    labels: &BTreeMap<String, String>,
    taints: &[Taint],
    kubelet_version: &str,
) -> bool {
    let label = |key: &str, value: &str| labels.get(key).is_some_and(|v| v == value);
    let virtual_taints = [
        "virtual-kubelet.io/provider",
        "eks.amazonaws.com/compute-type",
        "azure.com/aci",
        "kubernetes.io/vk",
    ];
    label("eks.amazonaws.com/compute-type", "fargate")
        || label("type", "virtual-kubelet")
        || label("type", "virtual-node")
        || label("kubernetes.io/role", "virtual-kubelet")
        || label("node.kubernetes.io/instance-type", "virtual-kubelet")
        || label("node.kubernetes.io/instance-type", "eklet")
        || labels.contains_key("virtual-kubelet.io/provider")
        || labels.contains_key("alibabacloud.com/virtual-node")
        || taints.iter().any(|taint| {
            virtual_taints.contains(&taint.key.as_str())
                && !(taint.key.starts_with("eks.") && taint.value != "fargate")
        })
        || name.starts_with("fargate-ip-")
        || name.starts_with("virtual-kubelet-")
        || name.starts_with("virtual-node-")
        || kubelet_version.contains("-vk-")
}

/// When a pod's containers began first and ended last; 0 where nobody says.
fn times(pod: &Object) -> (i64, i64) {
    let at = |text: &Option<String>| text.as_deref().and_then(time::rfc3339_ms);
    let states = pod.status.container_statuses.iter().map(|status| &status.state);
    let spans = states.flat_map(|state| state.terminated.iter().chain(&state.running));
    let (mut began, mut ended) = (i64::MAX, 0);
    for span in spans {
        began = at(&span.started_at).unwrap_or(i64::MAX).min(began);
        ended = at(&span.finished_at).unwrap_or(0).max(ended);
    }
    if began == i64::MAX {
        began = at(&pod.status.start_time).unwrap_or(0);
    }
    (began, ended)
}

/// Kind and name of what a pod belongs to; a pod that belongs to nothing is its own workload.
pub(super) fn workload_of(pod: &Metadata, node: &str) -> (String, String) {
    let owners = &pod.owner_references;
    let of_node = |name: &str| {
        let short = pod.name.strip_suffix(name).and_then(|p| p.strip_suffix('-'));
        short.filter(|short| !short.is_empty() && !name.is_empty()).unwrap_or(&pod.name).to_owned()
    };
    let Some(Owner { kind, name, .. }) = owners.iter().find(|o| o.controller).or(owners.first()) else {
        // A static pod is named after its node; the kubelet marks what it shows of it.
        return match pod.annotations.mirror {
            Some(_) => ("Node".into(), of_node(node)),
            None => ("Pod".into(), pod.name.clone()),
        };
    };
    let short = match kind.as_str() {
        "ReplicaSet" | "ReplicationController" => {
            without_hash(name, pod.labels.get("pod-template-hash").map(|label| label.0.as_str())).to_owned()
        }
        // A CronJob appends the minute of its run.
        "Job" => {
            without_end(name, |end| (8..=10).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_digit()))
                .to_owned()
        }
        "Node" => of_node(if node.is_empty() { name } else { node }),
        _ => name.clone(),
    };
    (kind.clone(), short)
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

impl Node {
    /// Whether the files have it, and not only pods that name it.
    pub(super) fn is_known(&self) -> bool {
        self.cpu > 0 || self.memory > 0 || self.pods.is_some() || self.read
    }
}

impl Kind {
    /// Whether its pods are the agents of their nodes.
    pub(super) fn is_node_agent(&self) -> bool {
        self.agents.iter().any(|agent| agent.role == Role::Node)
    }
}
