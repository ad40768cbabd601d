//! A slow, obviously right simulator beside the fast world: one global list of events, one event a line, the state
//! of each line in a table. No chunks, no look-ahead, no quiet regime, no parallel nodes.
//!
//! It shares with the fast world what is public and cannot be otherwise if lines are to be the same: the blueprint,
//! the laws of arrivals and sizes, the cost of reading, and the keys of random draws (docs/model.md, section 16).
//! Everything that happens to a line — files, rotation, discovery, buffers, pauses, flushes, answers, retries, kills —
//! is written anew here from docs/model.md.

mod agent;
mod backend;
mod cluster;
mod lines;
mod log;

pub(crate) use cluster::{Outcome, simulate};
