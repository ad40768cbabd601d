//! Nodes and their kubelet.

use super::Count;
use super::usage::EvictionHard;
use crate::units::{Bytes, Millicores, Price, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Node pools, and the kubelet's settings on all of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cluster {
    /// Kinds of nodes.
    pub pools: Vec<Pool>,
    /// Whether nodes may be added where requests do not fit, in the pools that grow. With `false` a scenario whose pods do
    /// not fit by themselves is refused, and a strategy whose agents do not fit beside them cannot be run here.
    #[serde(default = "default_grows", skip_serializing_if = "Clone::clone")]
    pub grow: bool,
    /// Log rotation of containers' standard output.
    #[serde(default)]
    pub kubelet: Kubelet,
    /// Inotify watches that one user may have on a node (`fs.inotify.max_user_watches`): 8192 on kernels before 5.11. Where
    /// nothing is said they suffice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inotify_watches: Option<Count>,
    /// What it takes to start pods, beyond what a pod takes whose images are there.
    #[serde(default, skip_serializing_if = "Startup::is_nothing")]
    pub startup: Startup,
}

/// What it takes to start pods beyond what Kubernetes promises where images are there (5 s, the `pause` of lifecycles and
/// faults). Without sources for any image and registry, nothing is the default. In whole seconds, rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Startup {
    /// The image of a workload is pulled where the node has not run any of its pods.
    pub pull: SimTime,
    /// The image of an agent in a pod is pulled where the node has not run any.
    pub agent_pull: SimTime,
    /// From the start of an agent in a pod until it is ready.
    pub agent_start: SimTime,
}

impl Startup {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Nodes of one kind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Pool {
    /// The pool's name.
    pub name: String,
    /// What its nodes are called where they are rented, such as `m5.4xlarge`: by it a file of prices prices them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// How many nodes.
    pub nodes: Count,
    /// Allocatable CPU of a node.
    #[serde(default = "default_cpu")]
    pub cpu: Millicores,
    /// Allocatable memory of a node.
    #[serde(default = "default_memory")]
    pub memory: Bytes,
    /// Pods a node takes at most. Default: the kubelet's 110.
    #[serde(default = "default_pods")]
    pub pods: Count,
    /// Disk that logs lie on. Where too little of it is free the kubelet evicts pods.
    #[serde(default = "default_log_disk")]
    pub log_disk: Bytes,
    /// What else lies on that disk: images, and files of the system.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub other_data: Bytes,
    /// Price of a node.
    #[serde(default = "default_price")]
    pub price: Price,
    /// Whether nodes of this pool may be added when requests do not fit.
    #[serde(default = "default_grows")]
    pub grows: bool,
    /// Virtual nodes: they run pods, and no DaemonSet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub serverless: bool,
    /// Each pod gets a node of its own, of the next size above its requests, and is charged for that size; of a serverless
    /// pool. Its number of nodes, their size and their price follow from the pods that run there alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_sizes: Option<PodSizes>,
}

/// How pods are charged for by size. Sizes are AWS Fargate's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct PodSizes {
    /// Memory that the platform takes beside the pod's requests. Default: 256Mi (Amazon EKS user guide, Fargate).
    pub overhead: Bytes,
    /// Price of a core. Default: AWS Fargate, us-east-1, Linux/x86.
    pub cpu_price: Price,
    /// Price of a GiB. Default: AWS Fargate, us-east-1, Linux/x86.
    pub memory_price: Price,
}

impl Default for PodSizes {
    fn default() -> Self {
        Self {
            overhead: Bytes::new(256 << 20),
            cpu_price: Price::per_hour(0.04048),
            memory_price: Price::per_hour(0.004_445),
        }
    }
}

fn is_nothing(size: &Bytes) -> bool {
    size.get() == 0
}
fn default_cpu() -> Millicores {
    Millicores::new(16_000)
}
fn default_memory() -> Bytes {
    Bytes::new(64 << 30)
}
fn default_pods() -> Count {
    Count::of(110)
}
fn default_log_disk() -> Bytes {
    Bytes::new(50 << 30)
}
fn default_price() -> Price {
    Price::per_hour(0.40)
}
fn default_grows() -> bool {
    true
}

/// Rotation of container logs, as the kubelet does it. Defaults: kubelet `v1beta1/defaults.go`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Kubelet {
    /// A file at least so large when the kubelet looks is rotated; a trigger, not a cap.
    pub container_log_max_size: Bytes,
    /// Files kept of a container, the one being written included.
    pub container_log_max_files: Count,
    /// How often the kubelet looks.
    pub container_log_monitor_interval: SimTime,
    /// Time from its rename of a file until the runtime has begun a new one, on average. The kubelet asks the runtime for that
    /// by a call (`ReopenContainerLog`): some milliseconds, plausibly 1 to 10.
    pub reopen_gap: SimTime,
    /// When pods are evicted.
    pub eviction_hard: EvictionHard,
}

impl Default for Kubelet {
    fn default() -> Self {
        Self {
            container_log_max_size: Bytes::new(10 << 20),
            container_log_max_files: Count::of(5),
            container_log_monitor_interval: SimTime::from_secs(10),
            reopen_gap: SimTime::from_ns(3_000_000),
            eviction_hard: EvictionHard::default(),
        }
    }
}
