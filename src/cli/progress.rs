//! Progress on a terminal, on standard error; nothing where that is none.

use crate::run::Done;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Begins a bar over so many steps of `what`, some of them done: share done and time left.
pub(super) fn bar(what: &str, steps: u64, done: u64) -> ProgressBar {
    let target = match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(Some(steps), target).with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left") {
        bar.set_style(style);
    }
    bar.set_position(done);
    // What was done before says nothing about how long the rest takes.
    bar.reset_eta();
    bar
}

/// What is drawn; `None` before the first time, and once there is something else to be shown.
static BAR: Mutex<Bar> = Mutex::new(Bar::NotYet);

enum Bar {
    NotYet,
    Drawn(ProgressBar),
    Over,
}

fn of_all() -> MutexGuard<'static, Bar> {
    // A bar is whole whoever panicked.
    BAR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes what is drawn from the terminal, for good: something is to be printed.
pub(super) fn rest() {
    let mut bar = of_all();
    if let Bar::Drawn(drawn) = &*bar {
        drawn.finish_and_clear();
    }
    *bar = Bar::Over;
}

/// Draws how far everything is, of so many seconds of a processor that it was expected to take; 0 where nobody knows.
pub(super) fn draw(began: Instant, done: Done, expected: f64) {
    let mut bar = of_all();
    if matches!(*bar, Bar::NotYet) {
        if !std::io::stderr().is_terminal() {
            *bar = Bar::Over;
            return;
        }
        let drawn = ProgressBar::with_draw_target(Some(1000), ProgressDrawTarget::stderr());
        // What nobody knows the length of has no bar.
        let template = if expected > 0.0 { "{msg} {wide_bar}" } else { "{msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            drawn.set_style(style);
        }
        *bar = Bar::Drawn(drawn);
    }
    let Bar::Drawn(drawn) = &*bar else { return };
    let seconds = began.elapsed().as_secs_f64();
    let share = if expected > 0.0 { done.seconds / expected } else { 0.0 };
    let runs = if done.runs == 1 { "run" } else { "runs" };
    // What is searched is not known beforehand, and an estimate is none of the truth.
    let left = match (0.02..0.98).contains(&share) {
        true => format!(", {:.0} s left", seconds * (1.0 - share) / share),
        false => String::new(),
    };
    let of_runs = if done.runs > 0 { format!(", {} {runs}", done.runs) } else { String::new() };
    drawn.set_message(format!("{seconds:.0} s{of_runs}{left}"));
    drawn.set_position((share * 1e3).min(990.0) as u64);
    drawn.tick();
}
