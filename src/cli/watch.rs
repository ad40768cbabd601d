//! Somebody who watches what is run: how far it is, on a terminal, and that it takes no more memory and time than it may.

use super::limits::{InForce, in_force, resident_bytes};
use super::output;
use crate::run;
use crate::units::Bytes;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(100);

/// What takes less is shown when it is done.
const PATIENCE: Duration = Duration::from_secs(1);

/// Milliseconds of a processor that all runs are expected to take; 0 where nobody knows.
static EXPECTED: AtomicU64 = AtomicU64::new(0);

/// What is drawn; `None` before the first time, and once there is something else to be shown.
static BAR: Mutex<Bar> = Mutex::new(Bar::NotYet);

enum Bar {
    NotYet,
    Drawn(ProgressBar),
    Over,
}

fn bar() -> MutexGuard<'static, Bar> {
    // A bar is whole whoever panicked.
    BAR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says how long all runs together will take one processor, in seconds.
pub(super) fn expect(seconds: f64) {
    EXPECTED.store((seconds * 1e3) as u64, Ordering::Relaxed);
}

/// Takes what is drawn from the terminal, for good: something is to be printed.
pub(super) fn rest() {
    let mut bar = bar();
    if let Bar::Drawn(drawn) = &*bar {
        drawn.finish_and_clear();
    }
    *bar = Bar::Over;
}

/// Begins to watch, from a thread of its own, and draws on a terminal where nobody else does.
pub(super) fn begin(draws: bool) {
    let limits = in_force();
    if !draws || !std::io::stderr().is_terminal() {
        *bar() = Bar::Over;
    }
    let watch = move || loop {
        std::thread::sleep(EVERY);
        if let Some(problem) = exceeded(&limits) {
            rest();
            crate::files::abandon();
            output::tell(&format!("error: {problem}"));
            std::process::exit(2);
        }
        if limits.began.elapsed() >= PATIENCE {
            draw(limits.began);
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

fn draw(began: Instant) {
    let mut bar = bar();
    if matches!(*bar, Bar::NotYet) {
        let drawn = ProgressBar::with_draw_target(Some(1000), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar}") {
            drawn.set_style(style);
        }
        *bar = Bar::Drawn(drawn);
    }
    let Bar::Drawn(drawn) = &*bar else { return };
    let (done, seconds) = (run::done(), began.elapsed().as_secs_f64());
    let share = done.seconds * 1e3 / EXPECTED.load(Ordering::Relaxed).max(1) as f64;
    let runs = if done.runs == 1 { "run" } else { "runs" };
    // What is searched is not known beforehand, and an estimate is none of the truth.
    let left = match EXPECTED.load(Ordering::Relaxed) > 0 && (0.02..0.98).contains(&share) {
        true => format!(", {:.0} s left", seconds * (1.0 - share) / share),
        false => String::new(),
    };
    drawn.set_message(format!("{seconds:.0} s, {} {runs}{left}", done.runs));
    drawn.set_position((share * 1e3).min(990.0) as u64);
    drawn.tick();
}
