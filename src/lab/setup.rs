//! One set-up: load, layout, agent's settings, limits and faults, as a plan says it.

use super::error::LabError;
use super::line::{Form, LONGEST_PAYLOAD, MOST_FILES, SHORTEST_PAYLOAD, Sizes};
use super::load::{Calls, Group, Lives, Load};
use super::log_file::{Rotation, Style};
use super::pace::{Burst, Pace};
use super::sink::Mood;
use crate::units::{Bytes, Millicores, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// One agent for all files, or one for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One for all.
    #[default]
    Daemonset,
    /// One for each.
    Sidecar,
}

impl Layout {
    /// Its name in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Daemonset => "daemonset",
            Self::Sidecar => "sidecar",
        }
    }
}

/// What a sink does to agents for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutageMode {
    /// It answers later, by `delay`.
    Slow,
    /// It stays connected, and neither reads nor answers.
    Stall,
    /// It ends all connections, and refuses new ones.
    Refuse,
    /// It does not answer at all.
    Away,
}

/// A time in which the sink is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutageSpec {
    /// How.
    pub mode: OutageMode,
    /// When, from the beginning of the load.
    pub at: SimTime,
    /// For how long.
    #[serde(rename = "for")]
    pub lasts: SimTime,
    /// How much later a slow sink answers.
    #[serde(default)]
    pub delay: SimTime,
}

/// A kill of all agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillSpec {
    /// When, from the beginning of the load.
    pub at: SimTime,
    /// How long until they are started again.
    pub restart: SimTime,
}

/// When and how files are rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationSpec {
    /// Size from which a file is due.
    pub size: Bytes,
    /// Files kept, the one being written among them.
    #[serde(default = "five")]
    pub keep: usize,
    /// Time between rename and creation.
    #[serde(default)]
    pub gap: SimTime,
    /// Time between looks at the size; zero is at every write.
    #[serde(default)]
    pub check: SimTime,
    /// Who does it.
    #[serde(default)]
    pub style: Style,
}

/// The kubelet's default, `containerLogMaxFiles`.
fn five() -> usize {
    5
}

/// Files that do not last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivesSpec {
    /// How long each is written.
    pub last: SimTime,
    /// How long it stays after that.
    #[serde(default)]
    pub remain: SimTime,
}

/// Bursts with silence between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurstSpec {
    /// Writing.
    pub on: SimTime,
    /// Silence.
    pub off: SimTime,
}

/// One file that is louder than the others.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoudSpec {
    /// Its lines a second.
    pub rate: f64,
}

/// A search for the largest rate that is carried.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSpec {
    /// The rate to begin with, in lines a second; doubled until it is not carried.
    pub from: f64,
    /// Where to give up, in lines a second.
    pub until: f64,
    /// Halvings of the span between the last rate carried and the first that was not.
    pub halvings: u32,
}

/// Bytes of payloads: one size, or the least and the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Payload {
    /// All alike.
    One(Bytes),
    /// Each as often.
    Between {
        /// The least and the most.
        between: [Bytes; 2],
    },
}

/// One set-up. Rates are of all files together; times count from the beginning of the load.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Setup {
    /// One agent for all files, or one for each.
    pub layout: Layout,
    /// Files, the loud one among them.
    pub files: u32,
    /// Lines a second of all files together, but for the loud one.
    pub rate: f64,
    /// Bytes of payloads.
    pub payload: Payload,
    /// Time between writes.
    pub tick: SimTime,
    /// What stands on a line.
    pub form: Form,
    /// How lines are handed to the kernel.
    pub calls: Calls,
    /// Bursts; none is an even rate.
    pub burst: Option<BurstSpec>,
    /// Whether and how files are rotated.
    pub rotation: Option<RotationSpec>,
    /// Whether files are replaced.
    pub lives: Option<LivesSpec>,
    /// A file that is louder.
    pub loud: Option<LoudSpec>,
    /// Inputs of each agent; the first are of the files, the others have none. 0 is one input for all.
    pub configs: u32,
    /// A time in which the sink is not as it should be.
    pub outage: Option<OutageSpec>,
    /// A kill of all agents.
    pub kill: Option<KillSpec>,
    /// Limit of each agent's CPU, by cgroup v2.
    pub cpu_limit: Option<Millicores>,
    /// Limit of each agent's memory, by cgroup v2.
    pub memory_limit: Option<Bytes>,
    /// Size of the disk that agents have for their buffers and positions: a file system of its own in memory.
    pub disk: Option<Bytes>,
    /// A search for the largest rate; `rate` is not used then.
    pub search: Option<SearchSpec>,
    /// Settings of agents, by agent, over their own.
    pub settings: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            layout: Layout::Daemonset,
            files: 1,
            rate: 1000.0,
            payload: Payload::One(Bytes::new(200)),
            tick: SimTime::from_ns(5_000_000),
            form: Form::Cri,
            calls: Calls::Line,
            burst: None,
            rotation: None,
            lives: None,
            loud: None,
            configs: 0,
            outage: None,
            kill: None,
            cpu_limit: None,
            memory_limit: None,
            disk: None,
            search: None,
            settings: BTreeMap::new(),
        }
    }
}

/// A span of the world's time as one of ours.
pub fn real(time: SimTime) -> Duration {
    Duration::from_nanos(time.as_ns())
}

impl Setup {
    /// Reads a set-up and checks it; `what` is what errors call it.
    ///
    /// # Errors
    /// A field is unknown, or a value is none that can be measured.
    pub fn from_value(what: &str, value: serde_json::Value) -> Result<Self, LabError> {
        let setup: Self =
            serde_json::from_value(value).map_err(|error| LabError::input(what, error.to_string()))?;
        match setup.complaint() {
            Some(problem) => Err(LabError::input(what, problem)),
            None => Ok(setup),
        }
    }

    fn complaint(&self) -> Option<String> {
        let bounds = (SHORTEST_PAYLOAD as u64, LONGEST_PAYLOAD as u64);
        let fits = |bytes: Bytes| (bounds.0..=bounds.1).contains(&bytes.get());
        let (least, most) = self.payload_bounds();
        let rates = [Some(self.rate), self.loud.map(|l| l.rate), self.search.map(|s| s.from)];
        let spans = [self.lives.map(|l| l.last), self.burst.map(|b| b.on), Some(self.tick)];
        if !(1..=MOST_FILES / 10).contains(&self.files) {
            Some(format!("files is {}; allowed are 1 to {}", self.files, MOST_FILES / 10))
        } else if !rates.into_iter().flatten().all(|rate| (0.0..=1e7).contains(&rate)) {
            Some("a rate is below 0 or above 10,000,000 lines/s".into())
        } else if !fits(least) || !fits(most) || least > most {
            Some(format!("payload is {least} to {most}; allowed are {} to {} bytes", bounds.0, bounds.1))
        } else if spans.into_iter().flatten().any(|span| span == SimTime::ZERO) {
            Some("tick, lives.last and burst.on have to be above zero".into())
        } else if self.rotation.is_some_and(|r| r.size.get() == 0 || r.keep < 2) {
            Some("rotation.size has to be above zero, and rotation.keep 2 or more".into())
        } else if self.configs > 0 && (self.configs < self.files || self.layout == Layout::Sidecar) {
            Some("configs are inputs of one agent, layout daemonset, at least one for each file".into())
        } else if self.lives.is_some() && self.layout == Layout::Sidecar {
            Some("lives are of files of one agent, layout daemonset: a sidecar ends with its pod".into())
        } else if self.loud.is_some() && self.files < 2 {
            Some("loud is one of the files; at least one more is needed".into())
        } else if self.search.is_some_and(|s| s.from < 1.0 || s.until < s.from || s.halvings > 8) {
            Some("search goes from at least 1 line/s to until, with at most 8 halvings".into())
        } else {
            None
        }
    }

    fn payload_bounds(&self) -> (Bytes, Bytes) {
        match self.payload {
            Payload::One(bytes) => (bytes, bytes),
            Payload::Between { between: [least, most] } => (least, most),
        }
    }

    /// Bytes of payloads.
    pub fn sizes(&self) -> Sizes {
        let (least, most) = self.payload_bounds();
        let bytes = |b: Bytes| b.get() as u32;
        if least == most { Sizes::Constant(bytes(least)) } else { Sizes::Between(bytes(least), bytes(most)) }
    }

    /// Files other than the loud one.
    pub fn quiet_files(&self) -> u32 {
        self.files - u32::from(self.loud.is_some())
    }

    /// The load.
    pub fn load(&self) -> Load {
        let burst = self.burst.map(|b| Burst { on: real(b.on), off: real(b.off) });
        let quiet = self.quiet_files();
        let pace = Pace { lines_per_s: self.rate / f64::from(quiet), burst };
        // Where one file is loud, it alone is rotated.
        let mut groups = vec![Group { files: quiet, pace, rotates: self.loud.is_none() }];
        if let Some(loud) = self.loud {
            let pace = Pace { lines_per_s: loud.rate, burst: None };
            groups.push(Group { files: 1, pace, rotates: true });
        }
        Load {
            groups,
            tick: real(self.tick),
            form: self.form,
            sizes: self.sizes(),
            rotation: self.rotation.map(|r| Rotation {
                size: r.size.get(),
                keep: r.keep,
                gap: real(r.gap),
                check: real(r.check),
                style: r.style,
            }),
            lives: self.lives.map(|l| Lives { lasts: real(l.last), remains: real(l.remain) }),
            calls: self.calls,
        }
    }

    /// Agents that it needs.
    pub fn agents(&self) -> u32 {
        match self.layout {
            Layout::Daemonset => 1,
            Layout::Sidecar => self.files,
        }
    }
}

impl OutageSpec {
    /// What the sink does in it.
    pub fn mood(&self) -> Mood {
        match self.mode {
            OutageMode::Slow => Mood::Slow(real(self.delay)),
            OutageMode::Stall => Mood::Stalling,
            OutageMode::Refuse => Mood::Refusing,
            OutageMode::Away => Mood::Away,
        }
    }

    /// What rows call it.
    pub fn name(&self) -> &'static str {
        match self.mode {
            OutageMode::Slow => "slow",
            OutageMode::Stall => "stall",
            OutageMode::Refuse => "refuse",
            OutageMode::Away => "away",
        }
    }
}
