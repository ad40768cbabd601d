//! What ends the program from outside: files under way are removed, and the exit code says which signal it was.

/// Watches for signals that ask the program to end, from a thread of its own.
#[cfg(unix)]
pub(super) fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // Where signals cannot be watched they end the program all the same, and the next one clears what it left.
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            super::progress::rest();
            crate::files::abandon();
            // As a shell tells it of whoever was ended by a signal.
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system's own way ends the program, and the next one clears what it left.
#[cfg(not(unix))]
pub(super) fn watch() {}
