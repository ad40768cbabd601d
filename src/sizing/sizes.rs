//! What sizes are: of a container, its buffer and rotation, with the proof and what is asked for. No arithmetic but texts.

use super::rule::{self, Range};
use crate::observe::AgentUse;
use crate::run::RunError;
use crate::scenario::Objective;
use crate::study::{Provenance, Verdict};

/// Whose container it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The agent of each node.
    Daemonset,
    /// The agent of each pod.
    Sidecar,
}

impl Side {
    /// Its key below `collection` in a scenario.
    pub fn id(self) -> &'static str {
        match self {
            Self::Daemonset => "daemonset",
            Self::Sidecar => "sidecar",
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// What is added to what is used, as a share of it.
    pub headroom: f64,
    /// The seed on which sizes are found; the next one proves them.
    pub seed: u64,
    /// Replications of each.
    pub replications: u64,
}

/// Sizes of agents, and what they rest on.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Where they come from.
    pub provenance: Provenance,
    /// The strategy.
    pub strategy: &'static str,
    /// What was added to what is used.
    pub headroom: f64,
    /// What agents use of each kind and pool, with these buffers and without limits.
    pub uses: Vec<AgentUse>,
    /// What the containers are to have.
    pub containers: Vec<Container>,
    /// Rotation by the kubelet, where it keeps what the agents read.
    pub rotation: Option<Rotation>,
    /// Objectives that no buffer meets beside the others, with the verdict at the buffer that was needed.
    pub out_of_reach: Vec<(Objective, Verdict)>,
    /// What was simulated with these sizes.
    pub proof: Proof,
}

/// A container, and how it came to its sizes.
#[derive(Clone, Debug)]
pub struct Container {
    /// Whose it is.
    pub side: Side,
    /// The agent's name.
    pub agent: String,
    /// The profile that it is derived from, by which charts are chosen.
    pub base: String,
    /// Thousandths of a core requested: what 95 in 100 spans of ten seconds take, and headroom.
    pub cpu_request: u64,
    /// Thousandths of a core at most: what the busiest span of ten seconds takes, and headroom.
    pub cpu_limit: u64,
    /// Bytes requested.
    pub memory_request: u64,
    /// Bytes at most: what the fullest agent takes, and headroom; over the share at which the agent refuses by itself.
    pub memory_limit: u64,
    /// Bytes to whole multiples of which memory is rounded up (`memoryStep`).
    pub memory_step: u64,
    /// The share of its memory limit at which the agent refuses lines by itself; 1 where it does not.
    pub refuses_at: f64,
    /// What an agent used, in cores and bytes, with the profile as it is and at its low and high.
    pub cpu_p95: Range,
    /// Its busiest span, likewise.
    pub cpu_peak: Range,
    /// Its fullest moment, likewise.
    pub memory_peak: Range,
    /// Its buffer.
    pub buffer: Buffer,
}

/// A buffer of an agent, in bytes of records.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Whether it is on disk, and not in memory.
    pub on_disk: bool,
    /// What it is to hold.
    pub bytes: u64,
    /// What the scenario has; `None` where nothing bounds it.
    pub as_is: Option<u64>,
    /// The least with which everything was met that can be met.
    pub need: u64,
    /// The most that an agent held where nothing bounded it.
    pub held_unbounded: u64,
    /// Chunks beside their files in memory, where it is on disk.
    pub max_chunks_up: Option<u64>,
    /// Bytes of a record, on average.
    pub record_bytes: f64,
}

impl Buffer {
    /// Whether it stays as it is.
    pub fn is_kept(&self) -> bool {
        self.as_is == Some(self.bytes)
    }
}

/// Rotation by the kubelet, and the one that would do without another buffer.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// `containerLogMaxSize`, in bytes.
    pub size_bytes: u64,
    /// `containerLogMaxFiles`.
    pub files: u64,
    /// Bytes a second that the busiest container writes to its disk, on average.
    pub busiest_bytes_per_s: f64,
    /// `containerLogMaxSize` with which the buffers may stay as they are, where that was looked for and found.
    pub instead: Option<u64>,
}

impl Rotation {
    /// Seconds in which the busiest container fills one file.
    pub fn file_lasts_s(&self) -> f64 {
        self.size_bytes as f64 / self.busiest_bytes_per_s.max(f64::MIN_POSITIVE)
    }
}

/// Why nothing can be sized.
#[derive(Debug, thiserror::Error)]
pub enum SizeError {
    /// The strategy has no agents of its own whose sizes a scenario could take.
    #[error("{0} runs no agents that can be sized; size takes daemonset, sidecar or hybrid")]
    NoAgents(&'static str),
    /// The strategy cannot be run here.
    #[error("{strategy} is infeasible here, whatever its sizes: {why}")]
    Infeasible {
        /// The strategy.
        strategy: &'static str,
        /// Why.
        why: String,
    },
    /// A run failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// What was simulated with the sizes.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The seed, on which nothing had been looked for.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
    /// The objectives that can be met, and their verdicts.
    pub objectives: Vec<(Objective, Verdict)>,
    /// Agents killed for their memory, a run.
    pub kills: f64,
    /// The same with less.
    pub fewer: Vec<Fewer>,
}

/// What is simulated with less.
#[derive(Clone, Debug)]
pub struct Fewer {
    /// Whose size it is.
    pub side: Side,
    /// What of it is less.
    pub what: What,
    /// How many bytes are left: a fifth less; or one step less, where that is more.
    pub bytes: u64,
    /// The step, where it is one step less.
    pub step: Option<u64>,
    /// Objectives that are not met any more.
    pub not_met: Vec<Objective>,
    /// Agents killed for their memory, a run.
    pub kills: f64,
    /// Whether an agent's memory reaches the share of its limit at which it refuses lines.
    pub refuses: bool,
}

/// A size that is made smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The memory limit.
    Memory,
    /// The buffer.
    Buffer,
    /// The buffer below what was needed, where it stays as large as it is and that is more.
    Need,
}

impl Fewer {
    /// Whether everything is met with less, too.
    pub fn holds(&self) -> bool {
        self.not_met.is_empty() && self.kills == 0.0 && !self.refuses
    }
}

impl Proof {
    /// Whether all that can be met is met, and no agent is killed.
    pub fn holds(&self) -> bool {
        self.kills == 0.0 && self.objectives.iter().all(|(_, verdict)| *verdict == Verdict::Met)
    }
}

impl Sizes {
    /// The settings that put the sizes into the scenario: paths and values as `--set` takes them.
    pub fn settings(&self) -> Vec<(String, String)> {
        self.containers.iter().flat_map(Container::settings).collect()
    }

    /// Whether everything is met, and by whom it is not where it is not.
    pub fn verdict(&self) -> Verdict {
        let all = || self.out_of_reach.iter().chain(&self.proof.objectives);
        let any = |verdict| all().any(|(_, found)| *found == verdict);
        match () {
            () if self.proof.kills > 0.0 || any(Verdict::Missed) => Verdict::Missed,
            () if any(Verdict::Undecided) => Verdict::Undecided,
            () => Verdict::Met,
        }
    }
}

impl Container {
    /// The settings that put it into the scenario.
    pub fn settings(&self) -> Vec<(String, String)> {
        let path = |rest: &str| format!("collection.{}.{rest}", self.side.id());
        let mut settings = vec![
            (path("requests.cpu"), rule::cpu_text(self.cpu_request)),
            (path("cpuLimit"), rule::cpu_text(self.cpu_limit)),
            (path("requests.memory"), rule::memory_text(self.memory_request)),
            (path("memoryLimit"), rule::memory_text(self.memory_limit)),
        ];
        if !self.buffer.is_kept() {
            let key = if self.buffer.on_disk { "with.storageLimit" } else { "with.memBufLimit" };
            settings.push((path(key), rule::buffer_text(self.buffer.bytes)));
        }
        settings
    }
}
