//! How the sink treats agents, changed while it works.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How the sink treats agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It answers at once.
    #[default]
    Open,
    /// It answers so much later.
    Slow(Duration),
    /// It stays connected, and neither reads nor answers.
    Stalling,
    /// It ends all connections, and refuses new ones.
    Refusing,
    /// It does not answer at all, not even to those who want to connect.
    Away,
    /// It is to end.
    Ended,
}

#[derive(Debug, Default)]
pub(super) struct Control {
    mood: Mutex<Mood>,
    changed: Condvar,
}

impl Control {
    fn lock(&self) -> MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn mood(&self) -> Mood {
        *self.lock()
    }

    /// Changes it; nothing follows the end.
    pub(super) fn set(&self, mood: Mood) {
        let mut now = self.lock();
        if *now != Mood::Ended {
            *now = mood;
        }
        drop(now);
        self.changed.notify_all();
    }

    /// Waits until a condition no longer holds, at once where it does not.
    pub(super) fn wait_while(&self, holds: impl Fn(Mood) -> bool) {
        let mut mood = self.lock();
        while holds(*mood) {
            mood = self.changed.wait(mood).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits as long as a slow sink does before it answers, and not longer than it is slow.
    pub(super) fn pause(&self) {
        let start = Instant::now();
        let mut mood = self.lock();
        while let Mood::Slow(delay) = *mood {
            let Some(left) = delay.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) else {
                return;
            };
            mood = self.changed.wait_timeout(mood, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
