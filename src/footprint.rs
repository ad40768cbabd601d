//! What a run will take, before it starts: lines, pods, events, time of a processor, memory, and which field makes it so.
//!
//! Takes what a strategy made of a scenario; gives a [`Footprint`] by arithmetic on what there will be of each thing that
//! costs, without simulating anything. Right within a factor of two for memory, which a test holds it to, and of some three for
//! time: enough to refuse what cannot be and to announce what will be long.
//!
//! - `counts`: how many of each thing there will be
//! - `load`: what there is to be read and sent, and how the backend takes it
//! - `prices`: what one of each costs, measured

mod counts;
mod load;
mod prices;

use crate::blueprint::Blueprint;
use counts::Counts;
use prices::{BASE_BYTES, Price};

/// Something of which there is a number, and which costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Pods, with what each writes and reads.
    Pods,
    /// Seconds of log streams, whose lines are drawn.
    StreamSeconds,
    /// Flushes of agents.
    Flushes,
    /// Files that are rotated, and kept.
    Rotations,
    /// Containers that start.
    Starts,
    /// Time slots in which the backend has a backlog.
    Slots,
    /// Requests whose answers agents wait for.
    Waiting,
    /// Seconds of streams that are written and not read yet.
    Unread,
    /// Histograms of tenants.
    Histograms,
}

impl Thing {
    /// What there is much of, and which fields of a scenario decide it; `whose` is the workload or the agent.
    pub fn told(self, whose: &str) -> String {
        match self {
            Self::Pods => format!("the pods of {whose} (replicas, count)"),
            Self::StreamSeconds => format!("the lines of {whose} (duration, replicas, logs)"),
            Self::Flushes => format!("the flushes of {whose} (duration, flush, replicas)"),
            Self::Rotations => {
                format!("the files that {whose} rotates (rotate.size, containerLogMaxSize, rate)")
            }
            Self::Starts => format!("the containers that {whose} starts (lifecycle, duration)"),
            Self::Slots => {
                "the time in which the backend does not keep up (backend.capacity, backend.latency, faults)"
                    .to_owned()
            }
            Self::Waiting => format!(
                "the requests of {whose} that wait for answers (backend.capacity, faults, memBufLimit, flush)"
            ),
            Self::Unread => {
                format!("the lines of {whose} that wait to be read (backend.capacity, faults, duration)")
            }
            Self::Histograms => "the tenants (count)".to_owned(),
        }
    }
}

/// A part of a footprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Of what.
    pub thing: Thing,
    /// The workload or the agent that has most of it.
    pub whose: String,
    /// How many, in the whole run.
    pub count: f64,
    /// Seconds of one processor.
    pub seconds: f64,
    /// Bytes at the fullest.
    pub bytes: f64,
}

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprint {
    /// Lines that are written.
    pub lines: f64,
    /// Pods that are simulated.
    pub pods: f64,
    /// Things that happen one by one: flushes, rotations, starts, slots of a backlog.
    pub events: f64,
    /// Seconds of one processor, of the kind that prices were measured on.
    pub seconds: f64,
    /// Bytes at the fullest, the program itself aside.
    pub bytes: f64,
    /// What it is made of, one part a thing.
    pub parts: Vec<Part>,
}

impl Footprint {
    /// What a run of the blueprint takes on so many nodes, of which one in `one_node_in` is simulated, by so many threads.
    pub fn of(blueprint: &Blueprint, nodes: u64, one_node_in: u64, threads: usize) -> Self {
        let counts = Counts::of(blueprint, nodes as f64, one_node_in.max(1) as f64, threads as f64);
        let mut parts: Vec<Part> = Vec::new();
        let (mut events, mut most): (f64, Vec<f64>) = (0.0, Vec::new());
        for entry in &counts.entries {
            let Price { ns, bytes } = prices::of(entry.kind);
            let (seconds, bytes) = (entry.happen * ns / 1e9, entry.held * bytes);
            let size = seconds / 10.0 + bytes / 1e9;
            events += if entry.kind.is_event() { entry.happen } else { 0.0 };
            let own = match parts.iter().position(|part| part.thing == entry.kind.thing()) {
                Some(own) => own,
                None => {
                    let (thing, whose) = (entry.kind.thing(), String::new());
                    parts.push(Part { thing, whose, count: 0.0, seconds: 0.0, bytes: 0.0 });
                    most.push(-1.0);
                    parts.len() - 1
                }
            };
            if size > most[own] {
                (most[own], parts[own].whose) = (size, entry.whose.to_owned());
            }
            parts[own].count += entry.happen.max(entry.held);
            parts[own].seconds += seconds;
            parts[own].bytes += bytes;
        }
        let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum();
        Self {
            lines: counts.lines,
            pods: counts.pods,
            events,
            seconds: sum(|p| p.seconds),
            bytes: sum(|p| p.bytes),
            parts,
        }
    }

    /// Bytes of the program with this run alone.
    pub fn peak_bytes(&self) -> f64 {
        BASE_BYTES + self.bytes
    }

    /// The part that takes most time.
    pub fn longest(&self) -> Option<&Part> {
        self.parts.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds))
    }

    /// The part that takes most memory.
    pub fn largest(&self) -> Option<&Part> {
        self.parts.iter().max_by(|a, b| a.bytes.total_cmp(&b.bytes))
    }
}

#[cfg(test)]
mod tests;
