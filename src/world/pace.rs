//! How much of a run is settled at once, and the flag that ends it before its time.

use crate::blueprint::MANY_PODS;
use crate::units::NS_PER_SEC;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is settled at once. Its first two fields change the time that a run takes, and no bit of its result where the third is not set; they are here
/// to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest stretch in which waits for the backend are foreseen, in nanoseconds; 1 is slot by slot.
    pub stretch_ns: u64,
    /// Flushes of a quiet input; 0 is event by event.
    pub flushes: usize,
    /// Whether what is written is drawn in blocks of ten seconds where it comes at a steady rate, and calm flushes are settled span
    /// by span of the meter. Lines are other ones by the same law.
    pub in_spans: bool,
}

impl Default for Pace {
    /// Stretches long enough that what keeping a copy of their beginning costs does not count.
    fn default() -> Self {
        Self { stretch_ns: 960 * NS_PER_SEC, flushes: MOST_FLUSHES, in_spans: false }
    }
}

impl Pace {
    /// The pace for so many pods: of very many ([`MANY_PODS`]) calm flushes are settled span by span.
    pub fn of(pods: usize) -> Self {
        Self { in_spans: pods >= MANY_PODS, ..Self::default() }
    }
}

/// Flushes settled at once at most.
pub(crate) const MOST_FLUSHES: usize = 64;

/// The flag of runs that nobody stops.
pub(super) static NEVER: AtomicBool = AtomicBool::new(false);

pub(super) fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}
