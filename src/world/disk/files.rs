//! The files of a stream: the live one, rotated ones still on disk, and which of them the reader knows.

use super::missable::Missable;
use super::owed::Replay;
use super::span::Span;
use crate::blueprint::{FileRotation, StreamLaw};
use crate::units::{NEVER_NS, in_proportion};

use crate::flow::{Cause, Medium};
use crate::world::lines::gaps::Gaps;
use crate::world::lines::runtime::GZIP_PPM;
use crate::world::lines::stream::{Amount, Cursor, Stream};
use crate::world::tally::Tally;
use smallvec::SmallVec;
use std::collections::VecDeque;

/// A rotated file on disk.
#[derive(Clone, Debug)]
pub(super) struct Rotated {
    pub(super) from_ns: u64,
    pub(super) until_ns: u64,
    pub(super) disk_bytes: u64,
    /// Lines in it that nobody will read any more, by cause.
    pub(super) abandoned: Abandoned,
    /// Lines in it times the chance that its reader missed it, in fixed point.
    pub(super) missable: u64,
}

/// Lines that nobody will read, by the reason.
pub(super) type Abandoned = [u64; Cause::ALL.len()];

/// What became of a rotation that was not noticed at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noticed {
    /// It still is not.
    NotYet,
    /// It is: whether the live file was found, and when older ones are given up.
    Now { found: bool, gives_up_ns: u64 },
}

/// A rotation that the reader has not noticed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unnoticed {
    /// The end of the rotated file.
    pub(super) end_ns: u64,
    /// Whether the reader watches the file; otherwise it peeks when it has read it to its end.
    pub(super) watched: bool,
}

/// All files of one stream. Cold: touched at rotations, scans, kills and at the ends of its pod only.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(super) rotation: FileRotation,
    /// Whether it is copied and emptied at that.
    pub is_truncated: bool,
    /// Nanoseconds from its rename until its successor is there, on average.
    pub gap_ns: u64,
    /// When the stream began, and when its container has written its last line.
    pub(super) born_ns: u64,
    pub(super) ended_ns: u64,
    /// Whether its pod has been deleted, and all files with it.
    pub is_gone: bool,
    /// When the live file was begun, and the lines of the stream before it.
    pub(super) live_from_ns: u64,
    pub(super) live_from_lines: u64,
    /// Disk bytes of the stream at which the live file began; negative where it began before the run.
    pub(super) live_base_bytes: i64,
    pub(super) live_abandoned: Abandoned,
    /// Property: each ends where the next one begins, and the last where the live one does; with that and those from before
    /// the run they are no more than are kept.
    pub(super) rotated: VecDeque<Rotated>,
    /// Rotated files from before the run that are still there; outside the ledger.
    pub(super) older: u64,
    /// Spans that the reader knows of, the one it reads first; none where there is no reader. Property: none begins before
    /// the one before it ends.
    pub(super) known: SmallVec<[Span; 2]>,
    /// Rotated files that the reader gives up: when, and where they end.
    pub(super) give_up: SmallVec<[(u64, u64); 1]>,
    /// A file that was rotated without the reader taking note so far.
    pub(super) unnoticed: Option<Unnoticed>,
    /// When the reader last found a live file.
    pub(super) found_ns: u64,
    /// Follows the live file's size.
    pub(super) cursor: Cursor,
    /// No need to look at the size before this.
    pub next_check_ns: u64,
    pub(super) has_reader: bool,
    pub(super) no_reader_cause: Cause,
    /// Where the lines lie.
    pub(super) medium: Medium,
    /// What its application would have written had it not stood still; and the lines of that from before the end of the
    /// warm-up.
    pub(super) withheld: Amount,
    pub(super) withheld_early: u64,
    /// Where the reader stopped in the live file, to read no further in it.
    pub(super) stopped_ns: Option<u64>,
    /// What the reader reads again.
    pub(super) replay: Option<Box<Replay>>,
    /// When its application was down while the file went on.
    pub(super) gaps: Gaps,
    /// What looks of its reader that come too early would miss.
    pub(super) missable: Missable,
}

impl Files {
    /// Files in the middle of their life: the live one holds `initial_bytes`, older ones are all there. With
    /// `None` the live one is new, and the first.
    pub(crate) fn new(
        medium: Medium,
        rotation: FileRotation,
        initial_bytes: Option<u64>,
        stream: &Stream,
        has_reader: bool,
        no_reader_cause: Cause,
    ) -> Self {
        let mut known = SmallVec::new();
        if has_reader {
            known.push(Span { from_ns: 0, until_ns: NEVER_NS });
        }
        Self {
            rotation,
            is_truncated: false,
            gap_ns: 0,
            born_ns: 0,
            ended_ns: NEVER_NS,
            is_gone: false,
            live_from_ns: 0,
            live_from_lines: 0,
            live_base_bytes: -(initial_bytes.unwrap_or(0) as i64),
            live_abandoned: Abandoned::default(),
            rotated: VecDeque::new(),
            older: if initial_bytes.is_some() { rotation.files.saturating_sub(1) } else { 0 },
            known,
            give_up: SmallVec::new(),
            unnoticed: None,
            found_ns: 0,
            cursor: stream.cursor(),
            next_check_ns: 0,
            has_reader,
            no_reader_cause,
            medium,
            withheld: Amount::default(),
            withheld_early: 0,
            stopped_ns: None,
            replay: None,
            gaps: Gaps::default(),
            missable: Missable::default(),
        }
    }

    /// The application is down from `now_ns` on, and its file is still there when it is back. Its reader must have been
    /// brought up to then.
    pub(crate) fn interrupt(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64, tally: &mut Tally) {
        if !self.has_reader {
            tally.emit_stream(stream, law, now_ns);
        }
        let written = self.written(stream, law, now_ns);
        self.gaps.open(now_ns, written);
        self.next_check_ns = NEVER_NS;
        self.settle(stream, law);
    }

    /// The application writes again, or will not any more.
    pub(crate) fn resume(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64) {
        if !self.gaps.is_open() {
            return;
        }
        let written = self.written(stream, law, now_ns);
        let missing = self.gaps.close(now_ns, written);
        self.live_from_lines += missing.lines;
        self.live_base_bytes += stream.on_disk(missing) as i64;
        self.next_check_ns = now_ns;
        if !self.has_reader {
            let here = stream.peek(law, now_ns);
            stream.advance_to(&here);
        }
        self.settle(stream, law);
    }

    /// The application has not written this, which it would have; `counts` tells whether it is behind the warm-up.
    pub(crate) fn withhold(&mut self, amount: Amount, counts: bool) {
        self.withheld += amount;
        self.withheld_early += if counts { 0 } else { amount.lines };
    }

    /// The files of the same container's successor, begun at `now_ns`; its reader has yet to find them.
    pub(crate) fn begin_anew(&self, stream: &Stream, now_ns: u64) -> Self {
        let mut files =
            Self::new(self.medium, self.rotation, None, stream, self.has_reader, self.no_reader_cause);
        (files.born_ns, files.live_from_ns, files.older) = (now_ns, now_ns, 0);
        (files.is_truncated, files.gap_ns) = (self.is_truncated, self.gap_ns);
        files.known.clear();
        files
    }

    /// The files of a container that has not begun: there are none.
    pub(crate) fn not_begun(&mut self, stream: &mut Stream) {
        (self.is_gone, self.older, self.ended_ns, self.next_check_ns) = (true, 0, 0, NEVER_NS);
        self.known.clear();
        stream.limit_ns = stream.time_ns;
    }

    /// Whether the live file is its container's first.
    pub(crate) fn is_first(&self) -> bool {
        self.live_from_ns == self.born_ns
    }

    /// Whether the container has written its last line.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended_ns != NEVER_NS
    }

    /// The container has written its last line. What its reader knows of the live file ends here.
    pub(crate) fn end(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64) {
        self.resume(stream, law, now_ns);
        self.ended_ns = now_ns;
        self.next_check_ns = NEVER_NS;
        if let Some(span) = self.known.last_mut().filter(|span| span.until_ns == NEVER_NS) {
            span.until_ns = now_ns;
        }
        self.settle(stream, law);
    }

    /// Lines that were written before the end of the warm-up, wherever the reader is.
    pub(crate) fn lines_before_warmup(&self, stream: &Stream, law: &StreamLaw, warmup_ns: u64) -> u64 {
        self.lines_until(stream, law, warmup_ns) - self.withheld_early
    }

    /// Lines that an application which never stands still had written before an instant.
    pub(crate) fn lines_until(&self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> u64 {
        let until_ns = at_ns.min(self.ended_ns);
        let lines = |at_ns| stream.lines_before(law, self.born_ns, at_ns);
        let missing: u64 =
            self.gaps.within(0, until_ns).map(|(from, until)| lines(until) - lines(from)).sum();
        lines(until_ns) - missing
    }

    /// When the stream began, and when its container has written its last line: `NEVER_NS` before that.
    pub(crate) fn lives(&self) -> (u64, u64) {
        (self.born_ns, self.ended_ns)
    }

    /// The reader looks for the live file that was just begun: too early with a chance, whatever comes of it; the scan at
    /// `scan_ns` finds what is there by then.
    pub(crate) fn look(&mut self, scan_ns: u64, chance: f64) {
        self.missable.look(scan_ns, chance);
    }

    /// Rotates at `at_ns`; `unseen` is why lines are lost of a file that the reader does not know. The reader must
    /// have been brought up to then. Gives the time at which the reader gives up what it has not read of the file,
    /// where that is so: `rotate_wait_ns` from now, or nothing where it has not noticed.
    pub(crate) fn rotate(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        at_ns: u64,
        rotate_wait_ns: Option<u64>,
        unseen: Cause,
        tally: &mut Tally,
    ) -> Option<u64> {
        let live_from_ns = self.live_from_ns;
        let written = self.written(stream, law, at_ns);
        let disk_bytes = (stream.on_disk(written) as i64 - self.live_base_bytes).max(0) as u64;
        let mut abandoned = std::mem::take(&mut self.live_abandoned);
        let mut deadline = None;
        if self.knows_live(stream) {
            if let Some(span) = self.known.last_mut() {
                span.until_ns = at_ns;
            }
            if let Some(wait_ns) = rotate_wait_ns.filter(|_| stream.time_ns < at_ns) {
                let until = at_ns.saturating_add(wait_ns);
                self.give_up.retain(|(_, end_ns)| *end_ns > stream.time_ns);
                self.give_up.push((until, at_ns));
                deadline = Some(until);
            }
        } else {
            let (from_ns, from_lines, unseen) = self.unread_from(stream, law, unseen);
            let cause = if self.has_reader { unseen } else { self.no_reader_cause };
            abandoned[cause as usize] += written.lines - from_lines;
            if self.has_reader {
                tally.emit(from_ns, at_ns, written.lines - from_lines);
            }
            self.stopped_ns = None;
        }
        if self.medium.is_gzipped()
            && let Some(last) = self.rotated.back_mut()
        {
            // The one before is compressed now; who has it open reads on.
            tally.gzipped_bytes += last.disk_bytes;
            last.disk_bytes = in_proportion(last.disk_bytes, GZIP_PPM, 1_000_000);
            tally.disk_bytes += last.disk_bytes;
        }
        let missable = self.missable.lines(at_ns, written.lines - self.live_from_lines);
        self.rotated.push_back(Rotated {
            from_ns: live_from_ns,
            until_ns: at_ns,
            disk_bytes,
            abandoned,
            missable,
        });
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

    /// Copies the live file at `at_ns` and empties it. Who reads it goes on in it; what it has not read by then is in the copy,
    /// which nobody reads. The reader must have been brought up to then.
    pub(crate) fn truncate(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        at_ns: u64,
        unseen: Cause,
        tally: &mut Tally,
    ) {
        let was_known = self.knows_live(stream);
        self.rotate(stream, law, at_ns, None, unseen, tally);
        tally.disk_bytes += self.rotated.back().map_or(0, |copy| copy.disk_bytes);
        if was_known {
            self.abandon(stream, law, at_ns, Cause::RotatedBeforeRead, tally);
            self.discover(stream, law);
        }
    }

    /// Deletes the oldest file of the run; what was not read of it is lost.
    fn delete_oldest(&mut self, stream: &mut Stream, law: &StreamLaw, tally: &mut Tally) {
        let Some(file) = self.rotated.pop_front() else { return };
        for (cause, lines) in Cause::ALL.into_iter().zip(file.abandoned) {
            tally.ledger.lose(cause, lines);
        }
        tally.missable += file.missable;
        let unread = self.skip_to(stream, law, file.until_ns, tally);
        tally.ledger.lose(Cause::RotatedBeforeRead, unread);
    }

    /// The end of the run: counts what was emitted and what is still on disk. Gives what the stream has written.
    /// A reader that is dead and keeps no checkpoints would skip what it has not read.
    pub(crate) fn close(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        horizon_ns: u64,
        reader_forgets: bool,
        tally: &mut Tally,
    ) -> Amount {
        let horizon_ns = horizon_ns.min(self.ended_ns);
        self.resume(stream, law, horizon_ns);
        if self.has_reader && reader_forgets {
            self.discover(stream, law);
            self.abandon(stream, law, horizon_ns, Cause::AgentKilled, tally);
        }
        tally.ledger.retained += self.live_abandoned.iter().sum::<u64>();
        tally.ledger.retained += self.rotated.iter().flat_map(|f| &f.abandoned).sum::<u64>();
        if self.has_reader {
            if self.stopped_ns.is_some() {
                let (from_ns, from_lines, _) = self.unread_from(stream, law, Cause::LinesTooLong);
                let left = self.written(stream, law, horizon_ns).lines - from_lines;
                tally.ledger.retained += left;
                tally.emit(from_ns, horizon_ns.max(from_ns), left);
            }
            // What is known, and a live file that the next scan would find, would still be read.
            self.discover(stream, law);
            tally.ledger.in_flight += self.skip_to(stream, law, horizon_ns, tally);
        } else {
            tally.emit_stream(stream, law, horizon_ns);
        }
        let unhindered = self.written(stream, law, horizon_ns) - self.withheld;
        let live = unhindered.lines - self.live_from_lines;
        let emitted = unhindered - self.gaps.total();
        tally.ledger.emitted += emitted.lines;
        if !self.has_reader {
            tally.ledger.retained += live;
        }
        if self.medium.is_on_disk() {
            tally.tenants[stream.tenant as usize].live += live;
        }
        emitted
    }

    /// The pod is deleted, and its files with it: whatever was not read is lost, all of it of the cause `with` that takes
    /// more than the pod, where there is one. Gives what the stream had written.
    pub(crate) fn delete(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        with: Option<Cause>,
        tally: &mut Tally,
    ) -> Amount {
        let of = |cause: Cause| match (cause, with) {
            (Cause::NotCollectable, _) | (_, None) => cause,
            (_, Some(cause)) => cause,
        };
        let gone = std::iter::once(self.live_abandoned).chain(self.rotated.iter().map(|f| f.abandoned));
        for (cause, lines) in gone.flat_map(|lines| Cause::ALL.into_iter().zip(lines)) {
            tally.ledger.lose(of(cause), lines);
        }
        let written = self.written(stream, law, self.ended_ns);
        let live_lines = written.lines - self.live_from_lines;
        tally.missable += self.rotated.iter().map(|file| file.missable).sum::<u64>()
            + self.missable.lines(self.ended_ns, live_lines);
        if self.has_reader {
            let (from_ns, from_lines, cause) = self.unread_from(stream, law, Cause::NeverDiscovered);
            let unseen = if self.knows_live(stream) { 0 } else { written.lines - from_lines };
            let unread = self.skip_to(stream, law, self.ended_ns, tally);
            tally.ledger.lose(of(Cause::RemovedWithPod), unread);
            tally.ledger.lose(of(cause), unseen);
            if unseen > 0 {
                tally.emit(from_ns, self.ended_ns, unseen);
            }
        } else {
            tally.emit_stream(stream, law, self.ended_ns);
            let cause = match self.no_reader_cause {
                Cause::RotatedBeforeRead => Cause::RemovedWithPod,
                cause => cause,
            };
            tally.ledger.lose(of(cause), written.lines - self.live_from_lines);
        }
        let emitted = written - self.withheld - self.gaps.total();
        tally.ledger.emitted += emitted.lines;
        self.is_gone = true;
        self.unnoticed = None;
        emitted
    }
}

#[cfg(test)]
mod tests;
