//! What a reader knows of a stream's files: which it finds, reads, leaves and gives up.

use super::files::{Files, Noticed, Rotated, Unnoticed};
use super::span::Span;
use crate::blueprint::StreamLaw;
use crate::flow::Cause;
use crate::units::NEVER_NS;
use crate::world::lines::stream::Stream;
use crate::world::tally::Tally;

impl Files {
    /// Lines that were written in a span that begins no earlier than the reader's place; what would have been written while
    /// the application was down is none.
    pub(crate) fn written_between(
        &self,
        stream: &Stream,
        law: &StreamLaw,
        from_ns: u64,
        until_ns: u64,
    ) -> u64 {
        let lines = |at_ns| stream.peek(law, at_ns).written.lines;
        let missing: u64 =
            self.gaps.within(from_ns, until_ns).map(|(from, until)| lines(until) - lines(from)).sum();
        lines(until_ns) - lines(from_ns) - missing
    }

    /// The reader skips what it knows of before `until_ns`; gives the lines skipped.
    pub(crate) fn skip_to(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        until_ns: u64,
        tally: &mut Tally,
    ) -> u64 {
        let mut skipped = 0;
        while let Some(span) = self.known.first().copied() {
            let from = stream.time_ns.max(span.from_ns);
            let end = span.until_ns.min(until_ns);
            if span.from_ns >= until_ns || from >= end && span.until_ns > until_ns {
                break;
            }
            if from < end {
                let stop = stream.peek(law, end);
                let first_ns = match &self.replay {
                    None => from,
                    Some(_) => {
                        let (new, first_ns) = self.new_lines(stream, law, from, end);
                        skipped += new;
                        first_ns
                    }
                };
                let lines = self.written_between(stream, law, first_ns, end);
                tally.emit(first_ns, end, lines);
                skipped += if self.replay.is_none() { lines } else { 0 };
                stream.advance_to(&stop);
            }
            if span.until_ns > until_ns {
                break;
            }
            self.known.remove(0);
        }
        self.settle(stream, law);
        skipped
    }

    /// The reader's limit follows from the span it reads; a span read to its end is closed, and the reader
    /// goes on to the next it knows of.
    pub(crate) fn settle(&mut self, stream: &mut Stream, law: &StreamLaw) {
        while let Some(span) = self.known.first() {
            let mut from_ns = stream.time_ns.max(span.from_ns);
            if let Some(end_ns) = self.gaps.end_of(from_ns) {
                if end_ns == NEVER_NS {
                    // Nothing is written before its application is back.
                    stream.limit_ns = stream.time_ns;
                    return;
                }
                from_ns = end_ns;
            }
            if stream.time_ns < from_ns {
                let start = stream.peek(law, from_ns);
                stream.advance_to(&start);
            }
            if stream.time_ns < span.until_ns {
                stream.limit_ns = span.until_ns.min(self.gaps.next_after(stream.time_ns));
                return;
            }
            self.known.remove(0);
        }
        // Nothing known: nothing can be read until a scan finds the live file.
        stream.limit_ns = stream.time_ns;
    }

    /// The reader peeks for files and finds the live one.
    pub(crate) fn discover_at(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64) {
        self.found_ns = now_ns;
        self.discover(stream, law);
    }

    /// As above, of a file that is watched at once.
    pub(crate) fn discover(&mut self, stream: &mut Stream, law: &StreamLaw) {
        if self.is_gone || self.stopped_ns.is_some() {
            return;
        }
        match self.known.last_mut() {
            Some(span) if span.until_ns == self.ended_ns => return,
            Some(span) if span.until_ns == self.live_from_ns => span.until_ns = self.ended_ns,
            _ => self.known.push(Span { from_ns: self.live_from_ns, until_ns: self.ended_ns }),
        }
        self.settle(stream, law);
    }

    /// Where what nobody will read of a live file begins that its reader does not know, the lines before, and why: the
    /// whole file, or what is behind the place where the reader stopped.
    pub(crate) fn unread_from(&self, stream: &Stream, law: &StreamLaw, unseen: Cause) -> (u64, u64, Cause) {
        match self.stopped_ns {
            None => (self.live_from_ns, self.live_from_lines, unseen),
            Some(at_ns) => {
                // As lines before the live file: those of gaps since are not in it either.
                let lines = |at_ns| stream.lines_before(law, self.born_ns, at_ns);
                let closed = self.gaps.within(at_ns, NEVER_NS).filter(|(_, until_ns)| *until_ns < NEVER_NS);
                let missing: u64 = closed.map(|(from_ns, until_ns)| lines(until_ns) - lines(from_ns)).sum();
                (at_ns, lines(at_ns) + missing, Cause::LinesTooLong)
            }
        }
    }

    /// The end of the rotated file that holds this place; `None` where the live one does.
    pub(crate) fn end_of_file_at(&self, at_ns: u64) -> Option<u64> {
        self.rotated.iter().map(|file| file.until_ns).find(|until_ns| *until_ns > at_ns)
    }

    /// The reader reads no further in the live file.
    pub(crate) fn stop_live(&mut self, stream: &mut Stream, law: &StreamLaw) {
        self.known.retain(|span| span.until_ns <= stream.time_ns);
        self.stopped_ns = Some(stream.time_ns);
        self.settle(stream, law);
    }

    /// Whether the reader knows the live file, or has read it to its end.
    pub(crate) fn knows_live(&self, stream: &Stream) -> bool {
        let is_over = stream.time_ns >= self.ended_ns || self.is_gone;
        is_over || self.known.last().is_some_and(|span| span.until_ns == self.ended_ns)
    }

    /// Whether a reader that was last at the end of all that it knew at `caught_up_ns` watches the live file: a file
    /// just found is read to its end first.
    pub(crate) fn is_watched(&self, caught_up_ns: u64) -> bool {
        caught_up_ns > self.found_ns
    }

    /// The live file ends at `end_ns`, and its reader takes no note so far.
    pub(crate) fn pass_unnoticed(&mut self, end_ns: u64, watched: bool) {
        self.unnoticed = Some(Unnoticed { end_ns, watched });
    }

    /// The reader takes note of an earlier rotation, if the time for that has come: where it watches, when it
    /// `resumes`; where not, when it has read the file to its end. Then it peeks for the live file once, but if
    /// the rotated one is gone by then it only forgets it. `None` where nothing is left to be noticed; otherwise
    /// whether it found a file, and when it gives up what it has not read of older ones.
    pub(crate) fn notice(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        now_ns: u64,
        resumes: bool,
        rotate_wait_ns: u64,
    ) -> Option<Noticed> {
        let Unnoticed { end_ns, watched } = self.unnoticed?;
        let is_it = |file: &Rotated| file.until_ns == end_ns;
        if !self.rotated.back().is_some_and(is_it) && !self.rotated.iter().any(is_it) {
            self.unnoticed = None;
            return None;
        }
        if !(if watched { resumes } else { stream.time_ns >= end_ns }) {
            return Some(Noticed::NotYet);
        }
        self.unnoticed = None;
        let found = !self.knows_live(stream);
        let until = now_ns.saturating_add(rotate_wait_ns);
        let given_up = self.give_up.last().map_or(0, |(_, end)| *end);
        let open: Vec<u64> = self
            .known
            .iter()
            .map(|span| span.until_ns)
            // A file that was found behind it in the meantime is of the same span.
            .map(|until| if until == self.ended_ns { end_ns } else { until })
            .filter(|end| *end > given_up && *end > stream.time_ns)
            .collect();
        self.give_up.extend(open.iter().map(|end| (until, *end)));
        if found {
            self.discover_at(stream, law, now_ns);
        }
        Some(Noticed::Now { found, gives_up_ns: if open.is_empty() { NEVER_NS } else { until } })
    }

    /// When the reader next gives a rotated file up.
    pub(crate) fn next_give_up(&self) -> Option<u64> {
        self.give_up.first().map(|(at, _)| *at)
    }

    /// The reader closes rotated files whose time is up; what it has not read of them is abandoned.
    pub(crate) fn give_up(&mut self, stream: &mut Stream, law: &StreamLaw, now_ns: u64, tally: &mut Tally) {
        while let Some((_, end_ns)) = self.give_up.first().copied().filter(|(at, _)| *at <= now_ns) {
            self.give_up.remove(0);
            self.abandon(stream, law, end_ns, Cause::RotatedBeforeRead, tally);
        }
    }

    /// The reader skips to `until_ns`; the lines stay on disk, and nobody will read them.
    pub(crate) fn abandon(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        until_ns: u64,
        cause: Cause,
        tally: &mut Tally,
    ) {
        let mut pieces: Vec<(u64, u64)> = self.rotated.iter().map(|f| (f.from_ns, f.until_ns)).collect();
        pieces.push((self.live_from_ns, NEVER_NS));
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

    /// The agent starts anew at `now_ns`. Where it is to begin at the end it finds the live file and reads on from its
    /// end; otherwise it goes on where it was or was taken back to, as far as the file is still the live one.
    pub(crate) fn reopen(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        now_ns: u64,
        remembers: bool,
        tally: &mut Tally,
    ) {
        let resume_ns = if remembers { self.live_from_ns } else { now_ns };
        self.give_up.clear();
        self.unnoticed = None;
        // A file in which it stopped it has never seen.
        let cause = self.stopped_ns.take().map_or(Cause::AgentKilled, |_| Cause::LinesTooLong);
        self.discover(stream, law);
        self.abandon(stream, law, resume_ns, cause, tally);
    }
}
