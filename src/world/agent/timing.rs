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
use crate::world::lines::stream::{Search, Stream};

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
            let first_ns = Unread::new(self, now_ns).gathers_ns(1);
            return first_ns.max(now_ns + LEAST_FULL_NS).min(input.deadline_ns);
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
        if room >= need && self.is_out_of_reach(need, now_ns) {
            return NEVER_NS;
        }
        // It is not sent before, however soon it is full.
        let soonest_ns = (input.deadline_ns.saturating_sub(plan.flush_ns) + LEAST_NS).max(now_ns);
        let mut unread = Unread::new(self, now_ns);
        let batch_ns = match soonest_ns < input.deadline_ns {
            true if unread.by(soonest_ns).record_bytes >= need => unread.read_ns(need, soonest_ns),
            _ => unread.gathers_ns(need),
        };
        let is_full_before = match batch_ns {
            NEVER_NS => room < need,
            _ => unread.by(batch_ns).record_bytes >= room,
        };
        let room_ns = if is_full_before { unread.gathers_ns(room) } else { NEVER_NS };
        batch_ns.max(soonest_ns).min(room_ns).max(now_ns + LEAST_FULL_NS)
    }

    /// Whether so many record bytes are more than the input's timer lets come together, as far as whole seconds tell.
    fn is_out_of_reach(&self, record_bytes: u64, now_ns: u64) -> bool {
        let end_ns = self.input.deadline_ns;
        let span_s = end_ns.saturating_sub(now_ns) as f64 / NS_PER_SEC as f64;
        if self.bytes_per_s() * span_s > record_bytes as f64 {
            return false;
        }
        let looked_ns = self.input.looked_ns(end_ns, self.plan).min(self.blueprint.horizon_ns);
        let whole_ns = looked_ns.next_multiple_of(NS_PER_SEC);
        let mut most = Volume::default();
        for stream in &*self.streams {
            if stream.time_ns < whole_ns {
                let peek = stream.peek(&self.blueprint.laws[stream.law as usize], whole_ns);
                most.add(peek.written - stream.read, stream, self.plan);
            }
        }
        most.record_bytes < record_bytes
    }

    /// Returns the record bytes a second that its streams write on average.
    fn bytes_per_s(&self) -> f64 {
        let of = |stream: &Stream| {
            let law = &self.blueprint.laws[stream.law as usize];
            law.arrivals.mean() * (law.sizes.mean() + self.plan.record_overhead_bytes as f64)
        };
        self.streams.iter().map(of).sum()
    }
}

/// What the files of an input that are known so far will have for their reader, for somebody who looks again and again.
struct Unread<'a> {
    desk: &'a Desk<'a>,
    now_ns: u64,
    /// One a stream.
    searches: Vec<Search<'a>>,
}

impl<'a> Unread<'a> {
    fn new(desk: &'a Desk<'_>, now_ns: u64) -> Self {
        let search = |stream: &'a Stream| Search::new(stream, &desk.blueprint.laws[stream.law as usize]);
        Self { desk, now_ns, searches: desk.streams.iter().map(search).collect() }
    }

    /// Returns what they will have at an instant.
    fn by(&mut self, at_ns: u64) -> Volume {
        let mut all = Volume::default();
        let looked_ns = self.desk.input.looked_ns(at_ns, self.desk.plan);
        for (stream, search) in self.desk.streams.iter().zip(&mut self.searches) {
            let until_ns = looked_ns.min(stream.limit_ns).min(self.desk.blueprint.horizon_ns);
            if stream.time_ns < until_ns {
                all.add(search.written(until_ns) - stream.read, stream, self.desk.plan);
            }
        }
        all
    }

    /// Returns when the input will have read so many record bytes more; never where not before its timer.
    fn gathers_ns(&mut self, record_bytes: u64) -> u64 {
        let now = self.by(self.now_ns).record_bytes;
        let mut at_ns = self.now_ns;
        if now < record_bytes {
            let Some((end_ns, by_then)) = self.gathered_by_ns(record_bytes, now) else {
                return NEVER_NS;
            };
            let known = (now as f64, by_then as f64, record_bytes as f64 - 0.5);
            let step_ns = end_ns - self.now_ns;
            let gathered = |cut_ns| self.by(cut_ns).record_bytes as f64;
            let found_ns = last_within((at_ns, end_ns), step_ns, RESOLUTION_NS, known, gathered);
            at_ns = (found_ns + RESOLUTION_NS).min(end_ns);
        }
        self.read_ns(record_bytes, at_ns)
    }

    /// Returns when the input will have read so many record bytes of those that its files have at an instant: then, or when its
    /// reader has come so far.
    fn read_ns(&mut self, record_bytes: u64, at_ns: u64) -> u64 {
        let volume = self.by(at_ns);
        let share = record_bytes as f64 / volume.record_bytes as f64;
        let reader_ns = volume.reader_ns(self.desk.plan) * share / self.desk.input.cores;
        at_ns.max(self.now_ns.saturating_add(reader_ns as u64))
    }

    /// Returns an instant at which the files have so many record bytes for their reader, of which there are some `now`, no later
    /// than its timer, and how many they have by then; `None` where they are fewer. Where they fill up quickly the instant is
    /// near, so that nothing is drawn that is far.
    fn gathered_by_ns(&mut self, record_bytes: u64, now: u64) -> Option<(u64, u64)> {
        let (now_ns, end_ns) = (self.now_ns, self.desk.input.deadline_ns);
        if end_ns <= now_ns {
            return None;
        }
        let lacks = (record_bytes - now) as f64;
        let soon_ns = 2.0 * lacks / self.desk.bytes_per_s() * NS_PER_SEC as f64;
        let mut by = |at_ns| Some((at_ns, self.by(at_ns).record_bytes)).filter(|by| by.1 >= record_bytes);
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
}
