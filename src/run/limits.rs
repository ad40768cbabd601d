//! What all runs of the program may take together, and how far they are: for whoever watches over them.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that the program may take with one run.
static MOST_BYTES: AtomicU64 = AtomicU64::new(u64::MAX);

/// Runs that are done, and the milliseconds of a processor that they were expected to take.
static RUNS: AtomicU64 = AtomicU64::new(0);
static MILLISECONDS: AtomicU64 = AtomicU64::new(0);

/// Runs that are done.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Done {
    /// How many.
    pub runs: u64,
    /// Seconds of a processor that they were expected to take.
    pub seconds: f64,
}

/// Lets runs take so many bytes, that of the program itself included. A run that would take more is not begun.
pub fn allow_bytes(bytes: u64) {
    MOST_BYTES.store(bytes, Ordering::Relaxed);
}

/// Bytes that a run may take.
pub(super) fn most_bytes() -> u64 {
    MOST_BYTES.load(Ordering::Relaxed)
}

/// Takes note of a run.
pub(super) fn count(seconds: f64) {
    RUNS.fetch_add(1, Ordering::Relaxed);
    MILLISECONDS.fetch_add((seconds * 1e3) as u64, Ordering::Relaxed);
}

/// How far all runs of the program are.
pub fn done() -> Done {
    let seconds = MILLISECONDS.load(Ordering::Relaxed) as f64 / 1e3;
    Done { runs: RUNS.load(Ordering::Relaxed), seconds }
}
