//! A search for a place in what a stream has for its reader: many looks, each closer to what is looked for.

use super::{Amount, Peek, STRIDE, Stream};
use crate::blueprint::StreamLaw;
use crate::units::{NEVER_NS, NS_PER_SEC};

/// Somebody who looks for a place in what a stream has for its reader: each look begins where one before was, and is answered
/// without one where nothing was written between the two around it.
pub(crate) struct Search<'a> {
    stream: &'a Stream,
    law: &'a StreamLaw,
    /// The closest looks before and behind the last one, and the last one.
    before: Peek,
    behind: Peek,
    last: Peek,
}

impl<'a> Search<'a> {
    pub(crate) fn new(stream: &'a Stream, law: &'a StreamLaw) -> Self {
        let here = stream.here();
        Self { stream, law, before: here, behind: Self::never(stream), last: here }
    }

    /// Behind all that is ever written.
    fn never(stream: &Stream) -> Peek {
        let written = Amount { lines: u64::MAX, bytes: u64::MAX };
        Peek { at_ns: NEVER_NS, written, cursor: stream.cursor }
    }

    /// Returns what was written before `at_ns`, as [`Stream::peek`] does: it must not lie before the reader.
    #[inline]
    pub(crate) fn written(&mut self, at_ns: u64) -> Amount {
        debug_assert!(at_ns >= self.stream.time_ns, "nobody looks behind a reader");
        if at_ns != self.last.at_ns {
            self.turn_to(at_ns);
        }
        self.last.written
    }

    fn turn_to(&mut self, at_ns: u64) {
        if at_ns > self.last.at_ns {
            self.before = self.last;
            if at_ns > self.behind.at_ns {
                self.behind = Self::never(self.stream);
            }
        } else {
            self.behind = self.last;
            if at_ns < self.before.at_ns {
                self.before = self.stream.here();
            }
        }
        self.last = match self.before.written == self.behind.written {
            true => {
                self.stream.last.set((at_ns, self.before.written.lines));
                Peek { at_ns, ..self.before }
            }
            false => self.look(at_ns),
        };
    }

    fn look(&self, at_ns: u64) -> Peek {
        let interval = at_ns / NS_PER_SEC;
        let mut cursor = match interval >= self.behind.cursor.interval {
            true => self.behind.cursor,
            false => self.before.cursor,
        };
        if interval >= cursor.interval + STRIDE {
            cursor = self.stream.peek(self.law, interval * NS_PER_SEC).cursor;
        }
        cursor.walk_to(self.law, self.stream.key, interval);
        let written = cursor.with(self.stream.lines_within(&cursor, self.law, at_ns));
        Peek { at_ns, written, cursor }
    }

    /// Returns the place at `at_ns`, as [`Stream::peek`] does: the sooner, the later it was looked at.
    pub(crate) fn peek(&self, at_ns: u64) -> Peek {
        let known = [&self.last, &self.before].into_iter().find(|known| known.at_ns == at_ns);
        let Some(known) = known else { return self.stream.peek(self.law, at_ns) };
        let mut place = *known;
        place.cursor.walk_to(self.law, self.stream.key, at_ns / NS_PER_SEC);
        place
    }
}
