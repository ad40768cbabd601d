//! Progress on a terminal, on standard error; nothing where that is none.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

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
