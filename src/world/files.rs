//! The files of a stream: the live one, rotated ones still on disk, and which of them the reader knows.

use super::blueprint::{FileRotation, StreamLaw};
use super::stream::{Amount, Head, Stream};
use super::tally::Tally;
use crate::flow::Cause;
use std::collections::VecDeque;

/// A rotated file on disk.
#[derive(Clone, Debug)]
struct Rotated {
    from_ns: u64,
    until_ns: u64,
    disk_bytes: u64,
    /// Lines in it that nobody will read any more, by cause.
    abandoned: Abandoned,
}

/// Lines that nobody will read, by the reason.
type Abandoned = [u64; Cause::ALL.len()];

/// A span of the stream that the reader has open or knows of.
#[derive(Clone, Copy, Debug)]
struct Span {
    from_ns: u64,
    until_ns: u64,
}

/// All files of one stream. Cold: touched at rotations, scans and kills only.
#[derive(Clone, Debug)]
pub(super) struct Files {
    rotation: FileRotation,
    /// When the live file was begun, and the lines of the stream before it.
    live_from_ns: u64,
    live_from_lines: u64,
    /// Disk bytes of the stream at which the live file began; negative where it began before the run.
    live_base_bytes: i64,
    live_abandoned: Abandoned,
    rotated: VecDeque<Rotated>,
    /// Rotated files from before the run that are still there; outside the ledger.
    older: u64,
    /// Spans that the reader knows of, the one it reads first; none where there is no reader.
    known: VecDeque<Span>,
    /// Rotated files that the reader gives up: when, and where they end.
    give_up: VecDeque<(u64, u64)>,
    /// Follows the live file's size.
    head: Head,
    /// No need to look at the size before this.
    pub next_check_ns: u64,
    has_reader: bool,
    no_reader_cause: Cause,
}

impl Files {
    /// Files in the middle of their life: the live one holds `initial_bytes`, older ones are all there.
    pub fn new(
        rotation: FileRotation,
        initial_bytes: u64,
        stream: &Stream,
        has_reader: bool,
        no_reader_cause: Cause,
    ) -> Self {
        let mut known = VecDeque::new();
        if has_reader {
            known.push_back(Span { from_ns: 0, until_ns: u64::MAX });
        }
        Self {
            rotation,
            live_from_ns: 0,
            live_from_lines: 0,
            live_base_bytes: -(initial_bytes as i64),
            live_abandoned: Abandoned::default(),
            rotated: VecDeque::new(),
            older: rotation.files.saturating_sub(1),
            known,
            give_up: VecDeque::new(),
            head: stream.head(),
            next_check_ns: 0,
            has_reader,
            no_reader_cause,
        }
    }

    /// What was written before `at_ns`, by the files' own head; the stream's is used where it is further on.
    pub fn written(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> Amount {
        let ahead = stream.head();
        if ahead.interval() > self.head.interval() && ahead.interval() * crate::units::NS_PER_SEC <= at_ns {
            self.head = ahead;
        }
        self.head.written(law, stream.key, at_ns)
    }

    /// Bytes of the live file at `at_ns`.
    pub fn live_bytes(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> u64 {
        let written = self.written(stream, law, at_ns);
        (stream.on_disk(written) as i64 - self.live_base_bytes).max(0) as u64
    }

    /// Whether the live file is due for rotation at `at_ns`. Where it is far from it, sets when to look next:
    /// not before it could be full at twice its peak rate.
    pub fn is_full(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> bool {
        let size = self.live_bytes(stream, law, at_ns);
        if size >= self.rotation.size_bytes {
            return true;
        }
        let per_s = 2.0 * law.arrivals.peak() * (law.sizes.mean() + f64::from(stream.prefix_bytes));
        let seconds = (self.rotation.size_bytes - size) as f64 / per_s.max(1e-9);
        self.next_check_ns = at_ns.saturating_add((seconds.min(1e9) * 1e9) as u64);
        false
    }

    /// The first instant in `(from_ns, until_ns]` at which the live file reaches its size, to the nanosecond;
    /// `None` where it does not.
    pub fn fills_at(&mut self, stream: &Stream, law: &StreamLaw, from_ns: u64, until_ns: u64) -> Option<u64> {
        let start = self.head;
        let full = |files: &mut Self, at_ns: u64| {
            files.head = start;
            files.live_bytes(stream, law, at_ns) >= files.rotation.size_bytes
        };
        let found = full(self, until_ns).then(|| {
            let (mut low, mut high) = (from_ns, until_ns);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if full(self, middle) { high = middle } else { low = middle }
            }
            high
        });
        self.head = start;
        found
    }

    /// Rotates at `at_ns`; `unseen` is why lines are lost of a file that the reader does not know. The reader must have been brought up to then. Gives the time at which the reader
    /// gives up what it has not read of the file, where that is so.
    pub fn rotate(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        at_ns: u64,
        rotate_wait_ns: u64,
        unseen: Cause,
        tally: &mut Tally,
    ) -> Option<u64> {
        let live_from_ns = self.live_from_ns;
        let written = self.written(stream, law, at_ns);
        let disk_bytes = (stream.on_disk(written) as i64 - self.live_base_bytes).max(0) as u64;
        let mut abandoned = std::mem::take(&mut self.live_abandoned);
        let mut deadline = None;
        let knows_live = self.known.back().is_some_and(|span| span.until_ns == u64::MAX);
        if knows_live {
            if let Some(span) = self.known.back_mut() {
                span.until_ns = at_ns;
            }
            if stream.time_ns < at_ns {
                let until = at_ns.saturating_add(rotate_wait_ns);
                self.give_up.push_back((until, at_ns));
                deadline = Some(until);
            }
        } else {
            let cause = if self.has_reader { unseen } else { self.no_reader_cause };
            abandoned[cause as usize] += written.lines - self.live_from_lines;
            if self.has_reader {
                tally.emit(live_from_ns, at_ns, written.lines - self.live_from_lines);
            }
        }
        self.rotated.push_back(Rotated { from_ns: live_from_ns, until_ns: at_ns, disk_bytes, abandoned });
        self.live_from_ns = at_ns;
        self.live_from_lines = written.lines;
        self.live_base_bytes = stream.on_disk(written) as i64;
        while self.older + self.rotated.len() as u64 >= self.rotation.files {
            if self.older > 0 {
                self.older -= 1;
            } else {
                self.delete_oldest(stream, law, tally);
            }
        }
        self.settle(stream, law);
        deadline
    }

    /// Deletes the oldest file of the run; what was not read of it is lost.
    fn delete_oldest(&mut self, stream: &mut Stream, law: &StreamLaw, tally: &mut Tally) {
        let Some(file) = self.rotated.pop_front() else { return };
        for (cause, lines) in Cause::ALL.into_iter().zip(file.abandoned) {
            tally.ledger.lose(cause, lines);
        }
        let unread = self.skip_to(stream, law, file.until_ns, tally);
        tally.ledger.lose(Cause::RotatedBeforeRead, unread);
    }

    /// The reader skips what it knows of before `until_ns`; gives the lines skipped.
    fn skip_to(&mut self, stream: &mut Stream, law: &StreamLaw, until_ns: u64, tally: &mut Tally) -> u64 {
        let mut skipped = 0;
        while let Some(span) = self.known.front().copied() {
            let from = stream.time_ns.max(span.from_ns);
            let end = span.until_ns.min(until_ns);
            if span.from_ns >= until_ns || from >= end && span.until_ns > until_ns {
                break;
            }
            if from < end {
                let start = stream.look(law, from).written;
                let stop = stream.look(law, end);
                let lines = stop.written.lines - start.lines;
                tally.emit(from, end, lines);
                skipped += lines;
                stream.go_to(&stop);
            }
            if span.until_ns > until_ns {
                break;
            }
            self.known.pop_front();
        }
        self.settle(stream, law);
        skipped
    }

    /// The reader's limit follows from the span it reads; a span read to its end is closed, and the reader
    /// goes on to the next it knows of.
    pub fn settle(&mut self, stream: &mut Stream, law: &StreamLaw) {
        while let Some(span) = self.known.front() {
            if stream.time_ns < span.from_ns {
                let start = stream.look(law, span.from_ns);
                stream.go_to(&start);
            }
            if stream.time_ns < span.until_ns {
                stream.limit_ns = span.until_ns;
                return;
            }
            self.known.pop_front();
        }
        // Nothing known: nothing can be read until a scan finds the live file.
        stream.limit_ns = stream.time_ns;
    }

    /// The reader looks for files and finds the live one.
    pub fn discover(&mut self, stream: &mut Stream, law: &StreamLaw) {
        match self.known.back_mut() {
            Some(span) if span.until_ns == u64::MAX => return,
            Some(span) if span.until_ns == self.live_from_ns => span.until_ns = u64::MAX,
            _ => self.known.push_back(Span { from_ns: self.live_from_ns, until_ns: u64::MAX }),
        }
        self.settle(stream, law);
    }

    /// Whether the reader knows the live file.
    pub fn knows_live(&self) -> bool {
        self.known.back().is_some_and(|span| span.until_ns == u64::MAX)
    }

    /// When the reader next gives a rotated file up.
    pub fn next_give_up(&self) -> Option<u64> {
        self.give_up.front().map(|(at, _)| *at)
    }

    /// The reader closes rotated files whose time is up; what it has not read of them is abandoned.
    pub fn give_up(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64, tally: &mut Tally) {
        while let Some((_, end_ns)) = self.give_up.front().copied().filter(|(at, _)| *at <= now_ns) {
            self.give_up.pop_front();
            self.abandon(stream, law, end_ns, Cause::RotatedBeforeRead, tally);
        }
    }

    /// The reader skips to `until_ns`; the lines stay on disk, and nobody will read them.
    pub fn abandon(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        until_ns: u64,
        cause: Cause,
        tally: &mut Tally,
    ) {
        let mut pieces: Vec<(u64, u64)> = self.rotated.iter().map(|f| (f.from_ns, f.until_ns)).collect();
        pieces.push((self.live_from_ns, u64::MAX));
        for (index, (_, end)) in pieces.into_iter().enumerate() {
            let skipped = self.skip_to(stream, law, end.min(until_ns), tally);
            match self.rotated.get_mut(index) {
                Some(file) => file.abandoned[cause as usize] += skipped,
                None => self.live_abandoned[cause as usize] += skipped,
            }
            if end >= until_ns {
                break;
            }
        }
    }

    /// The agent starts anew at `now_ns`. Without checkpoints it finds the live file and reads on from its
    /// end; with them it goes on where it was, as far as the file is still the live one.
    pub fn reopen(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        now_ns: u64,
        checkpoints: bool,
        tally: &mut Tally,
    ) {
        let resume_ns = if checkpoints { self.live_from_ns } else { now_ns };
        self.give_up.clear();
        self.discover(stream, law);
        self.abandon(stream, law, resume_ns, Cause::AgentKilled, tally);
    }

    /// The end of the run: counts what was emitted and what is still on disk. Gives the bytes on disk.
    /// A reader that is dead and keeps no checkpoints would skip what it has not read.
    pub fn close(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        horizon_ns: u64,
        reader_forgets: bool,
        tally: &mut Tally,
    ) -> u64 {
        if self.has_reader && reader_forgets {
            self.discover(stream, law);
            self.abandon(stream, law, horizon_ns, Cause::AgentKilled, tally);
        }
        tally.ledger.retained += self.live_abandoned.iter().sum::<u64>();
        tally.ledger.retained += self.rotated.iter().flat_map(|f| &f.abandoned).sum::<u64>();
        if self.has_reader {
            // What is known, and a live file that the next scan would find, would still be read.
            self.discover(stream, law);
            tally.ledger.in_flight += self.skip_to(stream, law, horizon_ns, tally);
        } else {
            tally.emit_stream(stream, law, horizon_ns);
        }
        let emitted = self.written(stream, law, horizon_ns);
        tally.ledger.emitted += emitted.lines;
        if !self.has_reader {
            tally.ledger.retained += emitted.lines - self.live_from_lines;
        }
        tally.tenants[stream.tenant as usize].live += emitted.lines - self.live_from_lines;
        let live = (stream.on_disk(emitted) as i64 - self.live_base_bytes).max(0) as u64;
        live + self.rotated.iter().map(|f| f.disk_bytes).sum::<u64>()
    }
}
