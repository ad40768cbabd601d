//! How much of a run is settled at once, and the flag that ends it before its time.

use crate::units::NS_PER_SEC;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is settled at once. It changes the time that a run takes, and no bit of its result; it is here to be
/// verified.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest stretch in which waits for the backend are foreseen, in nanoseconds; 1 is slot by slot.
    pub stretch_ns: u64,
    /// Flushes of a quiet input; 0 is event by event.
    pub flushes: usize,
}

impl Default for Pace {
    /// Stretches long enough that what keeping a copy of their beginning costs does not count.
    fn default() -> Self {
        Self { stretch_ns: 960 * NS_PER_SEC, flushes: MOST_FLUSHES }
    }
}

/// Flushes settled at once at most.
pub(crate) const MOST_FLUSHES: usize = 64;

/// The flag of runs that nobody stops.
pub(super) static NEVER: AtomicBool = AtomicBool::new(false);

pub(super) fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}
