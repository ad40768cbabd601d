//! Pods of one kind: what they request and write, how they live, start and crash.

use crate::blueprint::Requests;
use crate::blueprint::purpose::Purpose;
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::flow::Medium;
use crate::profile::Parse;

/// Rotation of a log file.
#[derive(Clone, Copy, Debug)]
pub struct FileRotation {
    /// Bytes on disk.
    pub size_bytes: u64,
    /// Files kept, the live one included.
    pub files: u64,
}

/// How lines of a stream come about.
#[derive(Clone, Debug)]
pub struct StreamLaw {
    /// When, on a grid of one second.
    pub arrivals: Arrivals,
    /// How large, in bytes.
    pub sizes: Marks,
}

/// The number of a template among a blueprint's `pods`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateId(u32);

impl TemplateId {
    /// The template at this place; a blueprint has fewer than four thousand million.
    pub fn of(at: usize) -> Self {
        Self(at as u32)
    }

    /// Returns its place among the blueprint's `pods`.
    #[inline]
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// Pods of one kind.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    /// Names its random streams, whatever the strategy.
    pub name: String,
    /// Whose pods, an index into `tenants`.
    pub tenant: u32,
    /// How many.
    pub replicas: u64,
    /// What a pod requests, its sidecar included.
    pub requests: Requests,
    /// What it writes.
    pub streams: Vec<StreamPlan>,
    /// The agent that runs in each pod, an index into `agents`.
    pub agent: Option<usize>,
    /// How that starts; `None` where it is there at once.
    pub agent_start: Option<AgentStart>,
    /// Nanoseconds in which its image is pulled where the node has not run any of its pods.
    pub pull_ns: u64,
    /// How its pods come and go; `None` where each lives from beginning to end.
    pub life: Option<Life>,
    /// Pods of it that may be missing for a drain to take another; `None` is any number.
    pub max_unavailable: Option<u64>,
    /// How its container crashes; `None` where it does not. Of pods that live from beginning to end only.
    pub crashes: Option<CrashLoop>,
    /// Nanoseconds from the start of a pod until its agent's group knows it; 0 where it always does.
    pub registration_ns: u64,
    /// Whether its containers start only while the backend can be reached.
    pub needs_backend: bool,
    /// The process in each pod that writes the pod's files again to standard output.
    pub relay: Option<Relay>,
    /// Pools whose nodes take its pods; empty where all do.
    pub pools: Vec<usize>,
    /// Where its pods were seen to run; those of one pool together, in the order of nodes.
    pub placed: Vec<PlacedRun>,
    /// What its application wants of the CPU; `None` where nobody says.
    pub usage: Option<Usage>,
    /// Pods of the lowest are evicted first.
    pub priority: i32,
    /// Bytes of logs and volumes above which a pod is evicted.
    pub most_disk_bytes: Option<u64>,
}

/// A process that writes what is written to files again to standard output. It is taken to keep up.
#[derive(Clone, Copy, Debug)]
pub struct Relay {
    /// What it requests.
    pub requests: Requests,
    /// Cores in use with nothing to do.
    pub idle_cores: f64,
    /// Nanoseconds of CPU a line.
    pub line_ns: f64,
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// Nanoseconds from a line's writing until it is written again, on average.
    pub delay_ns: u64,
}

/// How pods come and go: one lives, ends, is deleted with its files, and another takes its place on the same node.
/// All in whole seconds.
#[derive(Clone, Debug)]
pub struct Life {
    /// Seconds that a pod lives.
    pub lifetime: Marks,
    /// Seconds from a pod's end until it is deleted, its logs with it.
    pub lingers_s: u64,
    /// Seconds from a pod's end until the next one writes; no less than it lingers.
    pub pause_s: u64,
    /// Seconds that the application still writes after an agent in its pod has been stopped; 0 where the agent goes
    /// last.
    pub agent_stops_s: u64,
    /// Whether an agent in the pod keeps it from completing.
    pub sticks: bool,
}

/// One log stream of each pod of a template.
#[derive(Clone, Debug)]
pub struct StreamPlan {
    /// Names its random numbers within the pod.
    pub name: String,
    /// Where it goes under this strategy.
    pub medium: Medium,
    /// Its laws, an index into `laws`: one of [`RATE_CLASSES`](StreamPlan::RATE_CLASSES) for each replica.
    pub first_law: usize,
    /// Who reads it.
    pub reader: Reader,
    /// Rotation by the application, where it is a file.
    pub rotation: FileRotation,
    /// Whether that copies the file and empties it, instead of renaming it.
    pub is_truncated: bool,
    /// Nanoseconds from that rename until the application has begun a new file, on average.
    pub gap_ns: u64,
    /// The collection config that covers it; 0 is the one that covers all others.
    pub config: u32,
    /// How its reader parses it.
    pub parse: Parse,
}

impl StreamPlan {
    /// Replicas fall into so many equally likely classes of mean rates.
    pub const RATE_CLASSES: usize = 16;
}

/// Who reads a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The agent of the node.
    Node,
    /// The agent in the pod.
    Pod,
    /// Nobody; by design, lines stay where they are written.
    Nobody,
    /// Nobody; the strategy has nothing that could.
    Impossible,
}

/// How the containers of a workload crash.
#[derive(Clone, Debug)]
pub struct CrashLoop {
    /// Seconds from a container's start until it crashes.
    pub runs: Marks,
    /// Before this none crashes, in nanoseconds.
    pub from_ns: u64,
    /// Crashes of a pod's container on a node after which it stays up; `None` where it never does.
    pub most: Option<u64>,
    /// Seconds from being started until it writes.
    pub starts_s: u64,
}

/// What the containers of a pod want of the CPU, agents and the writing of logs aside.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Cores at ordinary times.
    pub cores: f64,
    /// Cores at its peaks.
    pub peak_cores: f64,
    /// Probability that a slot is a peak.
    pub peak_share: f64,
    /// Nanoseconds of a slot; whole seconds.
    pub slot_ns: u64,
}

/// How the agent in a pod starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentStart {
    /// Nanoseconds in which its image is pulled, where the node has none; whole seconds.
    pub pull_ns: u64,
    /// Nanoseconds from then until it is ready; whole seconds.
    pub start_ns: u64,
    /// Nanoseconds that the application takes to start beside it; `None` where the application waits for it.
    pub beside_ns: Option<u64>,
}

/// The law of a stream: replicas differ in their mean rates.
pub(crate) fn law_of(plan: &StreamPlan, stream_key: u64) -> usize {
    plan.first_law + Purpose::RateClass.draw(stream_key) as usize % StreamPlan::RATE_CLASSES
}

/// Pods that were seen on successive nodes of a pool, as many on each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedRun {
    /// The pool, an index.
    pub pool: usize,
    /// Its nodes, from 0.
    pub nodes: std::ops::Range<u64>,
    /// Pods on each.
    pub pods: u64,
}
