//! When an input sends: at its timer, or as soon as a batch is full and the backend has room for it.
//!
//! An agent that sends full batches at once is looked at when the batch that it fills will be full: what its files will
//! give is known beforehand, as nothing that happens to it changes what is written. Where it has to wait for room it is
//! looked at when the answer is there that makes it, never at its timer.

use crate::engine::search::last_within;
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::catch_up::{RESOLUTION_NS, Volume};
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Mode;
use crate::world::lines::stream::{Amount, Search, Stream};

/// The shortest time between two flushes: below this, neither freshness nor memory depends on it any more.
const LEAST_NS: u64 = 50_000_000;

/// Of a buffer that is full before that, the shortest time.
const LEAST_FULL_NS: u64 = 1_000_000;

impl Desk<'_> {
    /// Sets when the buffer is looked at next.
    pub(crate) fn schedule_flush(&mut self, now_ns: u64) {
        self.input.flush_ns = match self.input.mode {
            Mode::Down => NEVER_NS,
            _ if now_ns >= self.blueprint.horizon_ns && self.is_finished() => NEVER_NS,
            _ if self.plan.sends_full => self.next_flush_ns(now_ns),
            _ => self.input.deadline_ns,
        };
    }

    /// Returns when an agent that sends full batches at once has something to send, or to ask for.
    fn next_flush_ns(&self, now_ns: u64) -> u64 {
        let (input, plan) = (&self.input, self.plan);
        let answer_ns = input.answers_due.first_behind(now_ns).unwrap_or(NEVER_NS);
        let is_full = input.filling.record_bytes >= plan.full_batch_bytes();
        if input.filling.lines > 0 && (is_full || now_ns >= input.deadline_ns) {
            // It would have been sent if there were not too many under way; retries have events of their own.
            return answer_ns;
        }
        if plan.flush_check_ns > 0 && input.filling.lines == 0 && input.mode == Mode::Reading {
            // Its wait begins when the first line is read.
            return self
                .gathers_ns(1, now_ns, &self.unread(now_ns))
                .max(now_ns + LEAST_FULL_NS)
                .min(input.deadline_ns);
        }
        let next_ns = match input.mode {
            Mode::Reading if input.held_bytes < plan.buffer_limit_bytes => self.full_ns(now_ns),
            // Nothing comes in before an answer makes room.
            _ => answer_ns,
        };
        next_ns.min(input.deadline_ns)
    }

    /// Returns when the batch will be full, or the buffer before it; never where neither is before the timer.
    fn full_ns(&self, now_ns: u64) -> u64 {
        let (input, plan) = (&self.input, self.plan);
        let need = plan.full_batch_bytes() - input.filling.record_bytes;
        let room = plan.buffer_limit_bytes.saturating_sub(input.held_bytes);
        // It is not sent before, however soon it is full.
        let soonest_ns = (input.deadline_ns.saturating_sub(plan.flush_ns) + LEAST_NS).max(now_ns);
        let now = self.unread(now_ns);
        let batch_ns = match soonest_ns < input.deadline_ns {
            true if self.unread(soonest_ns).record_bytes >= need => self.read_ns(need, now_ns, soonest_ns),
            _ => self.gathers_ns(need, now_ns, &now),
        };
        let is_full_before = match batch_ns {
            NEVER_NS => room < need,
            _ => self.unread(batch_ns).record_bytes >= room,
        };
        let room_ns = if is_full_before { self.gathers_ns(room, now_ns, &now) } else { NEVER_NS };
        batch_ns.max(soonest_ns).min(room_ns).max(now_ns + LEAST_FULL_NS)
    }

    /// Returns when the input will have read so many record bytes more; never where not before its timer, given what there
    /// is now.
    fn gathers_ns(&self, record_bytes: u64, now_ns: u64, now: &Volume) -> u64 {
        let mut at_ns = now_ns;
        if now.record_bytes < record_bytes {
            let Some((end_ns, by_then)) = self.gathered_by_ns(record_bytes, now_ns, now) else {
                return NEVER_NS;
            };
            let mut searches: Vec<_> = self
                .streams
                .iter()
                .map(|stream| Search::new(stream, &self.blueprint.laws[stream.law as usize]))
                .collect();
            let gathered = |cut_ns| {
                let written = |number: usize, until_ns| searches[number].written(until_ns);
                self.unread_by(cut_ns, written).record_bytes as f64
            };
            let known = (now.record_bytes as f64, by_then as f64, record_bytes as f64 - 0.5);
            let step_ns = end_ns - now_ns;
            let found_ns = last_within((now_ns, end_ns), step_ns, RESOLUTION_NS, known, gathered);
            at_ns = (found_ns + RESOLUTION_NS).min(end_ns);
        }
        self.read_ns(record_bytes, now_ns, at_ns)
    }

    /// Returns when the input will have read so many record bytes of those that its files have at an instant: then, or when its
    /// reader has come so far.
    fn read_ns(&self, record_bytes: u64, now_ns: u64, at_ns: u64) -> u64 {
        let volume = self.unread(at_ns);
        let share = record_bytes as f64 / volume.record_bytes as f64;
        let reader_ns = volume.reader_ns(self.plan) * share / self.input.cores;
        at_ns.max(now_ns.saturating_add(reader_ns as u64))
    }

    /// Returns an instant at which the files have so many record bytes for their reader, no later than its timer, and how many
    /// they have by then; `None` where they are fewer. Where they fill up quickly the instant is near, so that nothing is
    /// drawn that is far.
    fn gathered_by_ns(&self, record_bytes: u64, now_ns: u64, now: &Volume) -> Option<(u64, u64)> {
        let end_ns = self.input.deadline_ns;
        if end_ns <= now_ns {
            return None;
        }
        let lacks = (record_bytes - now.record_bytes) as f64;
        let soon_ns = 2.0 * lacks / self.bytes_per_s() * NS_PER_SEC as f64;
        let by =
            |at_ns: u64| Some((at_ns, self.unread(at_ns).record_bytes)).filter(|by| by.1 >= record_bytes);
        if soon_ns < (end_ns - now_ns) as f64 {
            let soon_ns = now_ns + soon_ns as u64 + RESOLUTION_NS;
            if soon_ns < end_ns
                && let Some(soon) = by(soon_ns)
            {
                return Some(soon);
            }
        }
        by(end_ns)
    }

    /// Returns the record bytes a second that its streams write on average.
    fn bytes_per_s(&self) -> f64 {
        let of = |stream: &Stream| {
            let law = &self.blueprint.laws[stream.law as usize];
            law.arrivals.mean() * (law.sizes.mean() + self.plan.record_overhead_bytes as f64)
        };
        self.streams.iter().map(of).sum()
    }

    /// Returns what the files known so far will have for their reader at an instant.
    fn unread(&self, at_ns: u64) -> Volume {
        self.unread_by(at_ns, |number, until_ns| {
            let stream = &self.streams[number];
            stream.peek(&self.blueprint.laws[stream.law as usize], until_ns).written
        })
    }

    /// The same by `written`, which tells what the stream of a number has written before an instant.
    #[inline]
    fn unread_by(&self, at_ns: u64, mut written: impl FnMut(usize, u64) -> Amount) -> Volume {
        let mut all = Volume::default();
        let looked_ns = self.input.looked_ns(at_ns, self.plan);
        for (number, stream) in self.streams.iter().enumerate() {
            let until_ns = looked_ns.min(stream.limit_ns).min(self.blueprint.horizon_ns);
            if stream.time_ns < until_ns {
                all.add(written(number, until_ns) - stream.read, stream, self.plan);
            }
        }
        all
    }
}
