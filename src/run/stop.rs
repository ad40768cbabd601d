//! Runs that are stopped from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops runs from outside: set once by whoever has the handle, and seen by runs before each replication and between
/// nodes. A run that is stopped has no result, so that no result depends on it.
#[derive(Clone, Debug, Default)]
pub struct Stop(pub(super) Arc<AtomicBool>);

impl Stop {
    /// Asks all runs that were begun with this handle to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether they have been asked to.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
