//! What containers that crash did.

use crate::world::tally::total::totals;

totals! {
    /// What containers that crash did.
    pub struct ContainerTally {
        /// Times that a container crashed.
        sum pub crashes: u64,
        /// Logs of containers that crashed.
        sum pub crash_logs: u64,
        /// Of these, logs whose end nobody had read when they were removed, or that were still held by a library in the
        /// application.
        sum pub missed: u64,
    }
}
