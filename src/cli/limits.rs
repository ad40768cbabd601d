//! What the program may take: memory and time, and what the machine has.

use crate::units::{Bytes, Quantity, SimTime};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What everything that is run may take.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Limits {
    /// Refuse what would take more memory, such as 2GB [default: nine tenths of what is free]
    #[arg(long, global = true, value_name = "SIZE", value_parser = read::<Bytes>)]
    max_memory: Option<Bytes>,
    /// Refuse what would take longer, such as 10m, and end what does [default: no limit]
    #[arg(long, global = true, value_name = "TIME", value_parser = read::<SimTime>)]
    max_time: Option<SimTime>,
}

fn read<Q: Quantity>(text: &str) -> Result<Q, String> {
    Q::read(text, true).map_err(|error| error.to_string())
}

/// What is in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct InForce {
    /// Bytes; `None` where nobody says, and the machine does not tell.
    pub bytes: Option<u64>,
    /// Time from the beginning of the program.
    pub time: Option<Duration>,
    /// When that was.
    pub began: Instant,
}

/// Set once.
static IN_FORCE: OnceLock<InForce> = OnceLock::new();

/// Share of free memory that is used where nobody says: others need some, and estimates are rough.
const SHARE: f64 = 0.9;

impl Limits {
    /// Puts the limits into force for all of the program.
    pub(super) fn enforce(self) {
        let free = || free_bytes().map(|bytes| (bytes as f64 * SHARE) as u64);
        let bytes = self.max_memory.map(Bytes::get).or_else(free);
        let time = self.max_time.map(|time| Duration::from_nanos(time.as_ns()));
        // Whoever comes second finds the first.
        let _ = IN_FORCE.set(InForce { bytes, time, began: Instant::now() });
        if let Some(bytes) = bytes {
            crate::run::allow_bytes(bytes);
        }
    }
}

/// What is in force; nothing before anything is.
pub(super) fn in_force() -> InForce {
    *IN_FORCE.get_or_init(|| InForce { bytes: None, time: None, began: Instant::now() })
}

/// Bytes that the program may have before the machine or its container runs out of them.
#[cfg(target_os = "linux")]
fn free_bytes() -> Option<u64> {
    use procfs::{Current, Meminfo};
    let of_machine = Meminfo::current().ok()?.mem_available?;
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    // Of a container its own files say so, whatever the machine has.
    let of_container = number("/sys/fs/cgroup/memory.max").map(|most| {
        let used = number("/sys/fs/cgroup/memory.current").unwrap_or(0);
        most.saturating_sub(used)
    });
    Some(of_machine.min(of_container.unwrap_or(u64::MAX)))
}

/// Elsewhere nobody is asked.
#[cfg(not(target_os = "linux"))]
fn free_bytes() -> Option<u64> {
    None
}

/// Bytes that the program has in memory now.
#[cfg(target_os = "linux")]
pub(super) fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * procfs::page_size())
}

/// Elsewhere nobody is asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn resident_bytes() -> Option<u64> {
    None
}
