//! Positions of an input's files, as they stand.

use crate::flow::OwnStream;

/// Positions of the files of an input, in the order of its streams. A position is an instant, as a place in a stream is.
#[derive(Clone, Debug)]
pub(crate) struct Offsets {
    /// When they are written next; never where they are not written by the clock.
    pub due_ns: u64,
    /// What is on disk.
    pub written_ns: Vec<u64>,
    /// What the backend has accepted without the agent knowing: when it will, the stream, and where it begins.
    pub pending: Vec<(u64, OwnStream, u64)>,
}
