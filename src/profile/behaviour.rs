//! How an agent behaves: buffers, batches, retries, discovery, restarts.

use super::{LineLimit, LongLines, Position, Sourced, StartAt, Timeout};
use crate::units::{Bytes, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the agent behaves, as its chart and program set it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Behaviour {
    /// How often the buffer is flushed.
    pub flush: Sourced<SimTime>,
    /// Bytes of records the agent holds at most.
    pub buffer_limit: Sourced<Bytes>,
    /// Lines the agent holds at most, where it counts them.
    pub buffer_lines: Sourced<Most>,
    /// Of what it holds, bytes in memory; more goes to disk, and what waits there survives the process.
    pub buffer_memory: Sourced<Bytes>,
    /// What happens to input when the buffer is full.
    pub overflow: Sourced<Overflow>,
    /// Bytes of the largest request.
    pub batch: Sourced<Bytes>,
    /// Lines of the largest request, where it counts them.
    pub batch_lines: Sourced<Most>,
    /// Whether a full batch is sent before its flush is due.
    pub sends_full: Sourced<bool>,
    /// Requests under way at most.
    pub max_in_flight: Sourced<u32>,
    /// How long the answer to a request is waited for before it is sent again.
    pub request_timeout: Sourced<Timeout>,
    /// Bytes read at once from a file that is behind.
    pub read_chunk: Sourced<Bytes>,
    /// Bytes of the longest line that the agent takes.
    pub line_limit: Sourced<LineLimit>,
    /// What becomes of longer ones.
    pub long_lines: Sourced<LongLines>,
    /// Whether that is asked of a line whose pieces of 16 KiB have been joined, and not of each piece.
    pub limits_joined: Sourced<bool>,
    /// How long a parser of events of several lines waits for the next line before it hands the last event on.
    pub multiline_flush: Sourced<SimTime>,
    /// Retries of a failed request.
    pub retries: Sourced<Retries>,
    /// Shortest wait before a retry.
    pub backoff_base: Sourced<SimTime>,
    /// Longest wait before a retry; each one doubles until there.
    pub backoff_cap: Sourced<SimTime>,
    /// How often the agent looks for new files.
    pub scan_interval: Sourced<SimTime>,
    /// How a file that replaces a rotated one is found.
    pub successor: Sourced<Successor>,
    /// Share of successors that are missed although they appear at once: the agent looked too early.
    pub missed_successors: Sourced<f64>,
    /// How long a rotated file may still be read.
    pub rotate_wait: Sourced<SimTime>,
    /// Whether positions in files survive the process.
    pub checkpoints: Sourced<bool>,
    /// What such a position says.
    pub checkpoint_of: Sourced<Position>,
    /// How often positions are written to disk; `0s` at once. A process that ends by itself writes them too.
    pub checkpoint_every: Sourced<SimTime>,
    /// Where a file is read from that was there when the process started, and of which it has no position.
    pub start_at: Sourced<StartAt>,
    /// From the kill of the process until it reads again.
    pub restart: Sourced<SimTime>,
    /// Cores that the agent's reading can use at most.
    pub threads: Sourced<f64>,
    /// Collection configs, as inputs of their own, that one process can load.
    pub max_inputs: Sourced<Most>,
    /// How the agent learns that a file has new lines.
    pub watching: Sourced<Watching>,
    /// Files that one process can have open.
    pub max_files: Sourced<Most>,
}

/// How often a failed request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Retries {
    /// Until it succeeds.
    Unlimited,
    /// So many times, then it is dropped.
    Limit(u32),
}

/// How an agent finds the file that takes a rotated one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Successor {
    /// It looks when it notices the rotation, and again at the next scan. A file that appears between
    /// (the runtime reopens its log some milliseconds after the kubelet's rename) waits for the scan.
    NextScan,
    /// It is found at once.
    AtOnce,
}

/// How an agent learns that a file has new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Watching {
    /// It looks at its files: no watch of the kernel is needed.
    Polls,
    /// By an inotify watch a file, and where there is none it looks at its scan interval.
    Polled,
    /// By an inotify watch a file; one without is not read.
    Needed,
}

/// A count that must not be exceeded, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Most {
    /// Nothing limits it.
    Unlimited,
    /// No more than this.
    Limit(u32),
}

impl Most {
    /// The limit as a number, infinite where there is none.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Unlimited => f64::INFINITY,
            Self::Limit(most) => f64::from(most),
        }
    }
}

/// What becomes of lines when an agent's buffer is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Overflow {
    /// Reading stops until there is room; lines wait in their files. For an agent that tails files this is what
    /// others call to block.
    Pause,
    /// Reading goes on, and what does not fit is dropped.
    DropNewest,
    /// Reading goes on, and what has waited longest is dropped to make room.
    DropOldest,
    /// Whoever writes waits until there is room: for lines that come through a pipe, whose writer then stands still.
    Block,
}

/// How a line is parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Parse {
    /// Not at all.
    #[default]
    Raw,
    /// As JSON.
    Json,
    /// By a delimiter.
    Delimiter,
    /// By a regular expression.
    Regex,
    /// Several lines joined to one event, such as a stack trace.
    Multiline,
}

impl Parse {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Raw, Self::Json, Self::Delimiter, Self::Regex, Self::Multiline];
}
