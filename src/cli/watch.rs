//! Somebody who watches what is run: how far it is, on a terminal, and that it takes no more memory and time than it may.

use super::limits::{InForce, in_force, resident_bytes};
use super::{output, progress};
use crate::run;
use crate::units::Bytes;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(100);

/// What takes less is shown when it is done.
const PATIENCE: Duration = Duration::from_secs(1);

/// Milliseconds of a processor that all runs are expected to take; 0 where nobody knows.
static EXPECTED: AtomicU64 = AtomicU64::new(0);

/// Says how long all runs together will take one processor, in seconds.
pub(super) fn expect(seconds: f64) {
    EXPECTED.store((seconds * 1e3) as u64, Ordering::Relaxed);
}

/// Begins to watch, from a thread of its own, and draws on a terminal where nobody else does.
pub(super) fn begin(draws: bool) {
    let limits = in_force();
    if !draws {
        progress::rest();
    }
    let watch = move || loop {
        std::thread::sleep(EVERY);
        if let Some(problem) = exceeded(&limits) {
            progress::rest();
            crate::files::abandon();
            output::tell(&format!("error: {problem}"));
            std::process::exit(2);
        }
        if limits.began.elapsed() >= PATIENCE {
            let seconds = EXPECTED.load(Ordering::Relaxed) as f64 / 1e3;
            progress::draw(limits.began, run::done(), seconds);
        }
    };
    // Without a watcher everything is done all the same.
    let _ = std::thread::Builder::new().name("watch".to_owned()).spawn(watch);
}

/// What of the limits is exceeded, and what to do.
fn exceeded(limits: &InForce) -> Option<String> {
    if let Some(time) = limits.time.filter(|time| limits.began.elapsed() > *time) {
        return Some(format!(
            "this takes longer than the {} s of --max-time; nothing is written. Shorten `duration`, simulate fewer nodes \
             (--set oneNodeIn=N), or allow more",
            time.as_secs_f64()
        ));
    }
    let (most, now) = (limits.bytes?, resident_bytes()?);
    (now > most).then(|| {
        format!(
            "this takes more than the {} of memory that are allowed (--max-memory); nothing is written. Shorten `duration`, or \
             simulate fewer nodes (--set oneNodeIn=N)",
            Bytes::about(most as f64)
        )
    })
}
