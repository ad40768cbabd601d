//! Sizing: requests, limits and buffers of agents at a scenario's worst moment, and the proof that they suffice.
//!
//! Takes a scenario, a strategy with agents of its own and a headroom; gives [`Sizes`]: what an agent of each kind and pool
//! uses, what a container of each side of the strategy is to have, how that came about, what is simulated with it on fresh
//! seeds and with a fifth less, and the settings that put it into the scenario. [`rule`] is the arithmetic, [`search`] finds
//! buffers by simulation, [`proof`] holds sizes to objectives, and [`values`] writes them as charts and containers take them.

pub mod proof;
pub mod rule;
pub mod search;
mod sides;
pub mod values;

pub use proof::{Fewer, Proof};
pub use sides::Side;

use crate::observe::{AgentUse, Usage};
use crate::run::{RunError, Runner};
use crate::scenario::{Objective, Scenario};
use crate::strategy::Strategy;
use crate::study::{Provenance, Verdict};
use rule::Range;
use search::Trials;

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

/// Sizes a strategy's agents. `command` is what a reader types to remake it.
///
/// # Errors
/// The strategy has no agents, or cannot be run here; a ledger does not balance.
pub fn size(
    scenario: &Scenario,
    strategy: &'static Strategy,
    ask: Ask,
    command: &str,
) -> Result<Sizes, SizeError> {
    let sides = Side::of(strategy).ok_or(SizeError::NoAgents(strategy.name))?;
    let runner = Runner::new();
    let trials = Trials { runner: &runner, strategy, ask };
    let found = search::buffers(&trials, scenario, sides)?;
    let used = trials.run(&found.scenario, ask.seed)?;
    // The model's band is paired: the same lines, and agents that cost as little, or as much, as their profiles allow.
    let [low, high] = [rule::End::Low, rule::End::High]
        .map(|end| trials.run(&sides::at_end(&found.scenario, sides, end), ask.seed));
    let (low, high) = (low?, high?);
    let mut sized = found.scenario.clone();
    let mut containers = Vec::new();
    for (side, buffer) in sides.iter().zip(&found.buffers) {
        let of = |uses: &[AgentUse]| side.usage_in(uses);
        let container = Container::of(
            *side,
            scenario,
            [&of(&low.uses), &of(&used.uses), &of(&high.uses)],
            buffer.clone(),
            ask.headroom,
        );
        side.put(&mut sized, &container);
        containers.push(container);
    }
    let rotation = search::rotation(&trials, scenario, &found, &containers)?;
    let proof = proof::prove(&trials, &sized, &containers, &found.reachable)?;
    Ok(Sizes {
        provenance: Provenance { command: command.to_owned(), ..used.provenance },
        strategy: strategy.name,
        headroom: ask.headroom,
        uses: used.uses,
        containers,
        rotation,
        out_of_reach: found.out_of_reach,
        proof,
    })
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
    fn of(
        side: Side,
        scenario: &Scenario,
        [low, used, high]: [&Usage; 3],
        buffer: Buffer,
        headroom: f64,
    ) -> Self {
        let (agent, base) = side.agent(scenario);
        let of =
            |levels: fn(&Usage) -> f64| Range { low: levels(low), value: levels(used), high: levels(high) };
        let cpu_p95 = of(|usage| usage.cpu.quantile(0.95) / 1e6);
        let cpu_peak = of(|usage| usage.cpu.most() as f64 / 1e6);
        let memory_peak = of(|usage| usage.memory.most() as f64);
        let refuses_at = rule::refuses_at(&base);
        let cpu_request = rule::millicores(cpu_p95.value, headroom);
        let memory_limit = rule::memory(memory_peak.value, headroom, refuses_at);
        Self {
            side,
            agent,
            base,
            cpu_request,
            cpu_limit: rule::millicores(cpu_peak.value, headroom).max(cpu_request),
            memory_request: memory_limit,
            memory_limit,
            refuses_at,
            cpu_p95,
            cpu_peak,
            memory_peak,
            buffer,
        }
    }

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
