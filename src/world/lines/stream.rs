//! A log stream: lines written so far at any instant, and how far its reader has come.
//!
//! A stream is an append-only sequence, so that a place in it is a point in time: the reader of a stream has
//! read what was written before [`Stream::time_ns`]. Files of the stream are spans of time as well.

mod ahead;
mod cursor;
mod search;

pub(crate) use ahead::{Ahead, BLOCK_NS, Steps};
pub(crate) use cursor::{Cursor, block_of};
use cursor::{Intervals, intervals_of};
pub(crate) use search::Search;

use crate::blueprint::StreamLaw;
use crate::engine::arrivals::{BLOCK, Memo};
use crate::engine::marks::CLASSES;
use crate::units::{NEVER_NS, NS_PER_SEC};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::num::NonZeroU32;

/// The class of sizes from which on lines are too long, where none is.
pub(crate) const NONE_TOO_LONG: u16 = CLASSES as u16;

/// Lines and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub lines: u64,
    pub bytes: u64,
}

impl std::ops::Sub for Amount {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self { lines: self.lines - other.lines, bytes: self.bytes - other.bytes }
    }
}

impl std::ops::AddAssign for Amount {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.bytes += other.bytes;
    }
}

/// Intervals from one place of a trail to the next, blocks where counts are drawn in blocks: whoever looks in between walks fewer
/// than that.
const STRIDE: u64 = BLOCK;

/// What was written before places in a backlog, one each [`STRIDE`] intervals: whoever looks at some place in the middle
/// of it need not walk there from the reader.
#[derive(Clone, Debug, Default)]
struct Trail {
    /// The first place, in strides.
    first: u64,
    /// What was written before it and each next one.
    before: VecDeque<Amount>,
}

impl Trail {
    /// Takes note of a place, and forgets those before the reader's interval.
    fn push(&mut self, place: u64, before: Amount, reader: u64) {
        if self.first + self.before.len() as u64 != place {
            // The reader had kept up in between, and is beyond all older ones.
            self.before.clear();
            self.first = place;
        }
        self.before.push_back(before);
        while self.first * STRIDE < reader && self.before.pop_front().is_some() {
            self.first += 1;
        }
    }

    /// The last place that is no later than an interval: its own interval, and what was written before it.
    fn last_before(&self, interval: u64) -> Option<(u64, Amount)> {
        let index = (interval / STRIDE).checked_sub(self.first)?;
        let index = index.min((self.before.len() as u64).checked_sub(1)?);
        Some(((self.first + index) * STRIDE, self.before[index as usize]))
    }
}

/// Intervals of which something is known at once: those that a reader with a backlog is at, and what is written now.
const KNOWN: usize = 4;

/// What is known of intervals that were looked into, where there was much to find out: of each that leaves the same rest, the
/// last. A copy knows nothing.
#[derive(Debug, Default)]
struct Looked {
    memos: RefCell<Option<Box<Memos>>>,
    /// The block that was looked into last, and what its intervals hold, where the law is counted in blocks.
    block: RefCell<Option<Box<(u64, Intervals)>>>,
}

type Memos = [Option<Box<Memo>>; KNOWN];

impl Clone for Looked {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The number of a stream among those of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamId(NonZeroU32);

impl StreamId {
    /// The stream at this place; a node has fewer than four thousand million.
    #[inline]
    pub(crate) fn of(at: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(at as u32))
    }

    /// Returns its place among the streams of the node.
    #[inline]
    pub(crate) fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The hot state of one stream: what every flush of its reader touches.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub key: u64,
    pub law: u32,
    pub tenant: u32,
    /// Stands where the reader stands.
    cursor: Cursor,
    /// Stands at the furthest interval that was looked at: whoever looks there again need not walk the backlog of
    /// a reader that is far behind.
    furthest: Cell<Cursor>,
    /// Places between the two; none while the reader keeps up.
    trail: RefCell<Option<Box<Trail>>>,
    looked: Looked,
    /// The instant that was looked at last, and the lines before it: who said when a batch is full reads up to there.
    last: Cell<(u64, u64)>,
    /// The reader has read what was written before this.
    pub time_ns: u64,
    /// What that was, in all.
    pub read: Amount,
    /// The end of the span that the reader knows of; lines behind it cannot be read yet.
    pub limit_ns: u64,
    /// Bytes on disk a line beyond the line itself.
    pub prefix_bytes: u32,
    /// The first class of sizes that its reader does not take.
    pub too_long: u16,
    /// The first class of sizes that the backend does not take.
    pub rejected: u16,
    /// Milliseconds for which its reader holds lines back, on average.
    pub held_ms: u16,
}

/// What was written before an instant, and the cursor that found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peek {
    pub at_ns: u64,
    pub written: Amount,
    cursor: Cursor,
}

impl Stream {
    /// A stream that begins at `born_ns`, a whole second.
    pub(crate) fn new(
        law_index: u32,
        law: &StreamLaw,
        tenant: u32,
        prefix_bytes: u32,
        key: u64,
        born_ns: u64,
    ) -> Self {
        debug_assert_eq!(born_ns % NS_PER_SEC, 0);
        let cursor = Cursor::new(law, key, born_ns / NS_PER_SEC);
        let (read, limit_ns) = (Amount::default(), NEVER_NS);
        let (furthest, trail, looked) = (Cell::new(cursor), RefCell::default(), Looked::default());
        let last = Cell::new((NEVER_NS, 0));
        let (too_long, rejected, held_ms) = (NONE_TOO_LONG, NONE_TOO_LONG, 0);
        let time_ns = born_ns;
        Self {
            key,
            law: law_index,
            tenant,
            cursor,
            furthest,
            trail,
            looked,
            last,
            time_ns,
            read,
            limit_ns,
            prefix_bytes,
            too_long,
            rejected,
            held_ms,
        }
    }

    /// Whether its reader cannot take it as it comes.
    #[inline]
    pub(crate) fn is_special(&self) -> bool {
        self.has_long() || self.held_ms > 0
    }

    /// Whether any of its lines may be too long for its reader or for the backend.
    #[inline]
    pub(crate) fn has_long(&self) -> bool {
        self.too_long.min(self.rejected) < NONE_TOO_LONG
    }

    /// Another stream that the same reader reads as it does this one.
    pub(crate) fn like(mut self, other: &Self) -> Self {
        (self.too_long, self.rejected, self.held_ms) = (other.too_long, other.rejected, other.held_ms);
        self
    }

    /// What was written before `at_ns`, which must not lie before the reader.
    #[inline]
    pub(crate) fn peek(&self, law: &StreamLaw, at_ns: u64) -> Peek {
        let furthest = self.furthest.get();
        let interval = at_ns / NS_PER_SEC;
        let mut cursor = if interval >= furthest.interval { furthest } else { self.cursor };
        if interval >= self.cursor.interval + STRIDE {
            self.come_near(&mut cursor, law, interval);
        }
        match law.arrivals.is_in_blocks() {
            true => self.walk_in_blocks(&mut cursor, law, interval),
            false => cursor.walk_to(law, self.key, interval),
        }
        let written = cursor.with(self.lines_within(&cursor, law, at_ns));
        if cursor.interval > furthest.interval {
            self.furthest.set(cursor);
        }
        Peek { at_ns, written, cursor }
    }

    /// Takes a cursor to an interval, where the law is counted in blocks: who looks into one mostly does so again.
    #[inline(never)]
    fn walk_in_blocks(&self, cursor: &mut Cursor, law: &StreamLaw, interval: u64) {
        let block = interval / BLOCK;
        if interval <= cursor.interval {
            return;
        }
        if block > cursor.interval / BLOCK {
            return cursor.walk_to(law, self.key, interval);
        }
        let mut looked = self.looked.block.borrow_mut();
        let known = looked.get_or_insert_with(|| Box::new((NEVER_NS, Intervals::default())));
        if known.0 != block {
            **known = (block, intervals_of(law, self.key, block, block_of(law, self.key, block)));
        }
        while cursor.interval < interval {
            cursor.step(known.1[((cursor.interval + 1) % BLOCK) as usize]);
        }
    }

    /// Lines of the cursor's interval before an instant in it.
    #[inline]
    fn lines_within(&self, cursor: &Cursor, law: &StreamLaw, at_ns: u64) -> u64 {
        let (last_ns, lines) = self.last.get();
        if at_ns == last_ns {
            return lines - cursor.before.lines;
        }
        let within = self.lines_in(cursor, law, at_ns % NS_PER_SEC);
        self.last.set((at_ns, cursor.before.lines + within));
        within
    }

    /// Lines of the cursor's interval before a place in it.
    #[inline]
    fn lines_in(&self, cursor: &Cursor, law: &StreamLaw, offset_ns: u64) -> u64 {
        let interval = (cursor.interval, cursor.within.lines);
        if !law.arrivals.is_halved(interval.1) {
            return law.arrivals.before(self.key, interval.0, interval.1, offset_ns, NS_PER_SEC);
        }
        let mut looked = self.looked.memos.borrow_mut();
        let memo = &mut looked.get_or_insert_default()[interval.0 as usize % KNOWN];
        law.arrivals.before_with(memo.get_or_insert_default(), self.key, interval, offset_ns, NS_PER_SEC)
    }

    /// Takes a cursor close to an interval that is far from the reader: from the furthest interval along places to be taken
    /// note of, or from the reader's by what is known of such places.
    #[inline(never)]
    fn come_near(&self, cursor: &mut Cursor, law: &StreamLaw, interval: u64) {
        let mut trail = self.trail.borrow_mut();
        if cursor.interval >= self.furthest.get().interval {
            let next = cursor.interval / STRIDE + 1;
            if law.arrivals.is_in_blocks() {
                // A place a block: nobody looks inside before the last.
                let mut before = cursor.block_end();
                for place in next..=interval / STRIDE {
                    trail.get_or_insert_default().push(place, before, self.cursor.interval);
                    if place == interval / STRIDE {
                        *cursor = Cursor::in_block(law, self.key, interval, before);
                    } else {
                        before += block_of(law, self.key, place);
                    }
                }
                return;
            }
            for place in next..=interval / STRIDE {
                cursor.walk_to(law, self.key, place * STRIDE);
                trail.get_or_insert_default().push(place, cursor.before, self.cursor.interval);
            }
        } else if let Some((at, before)) = trail.as_ref().and_then(|trail| trail.last_before(interval))
            && at > cursor.interval
        {
            *cursor = Cursor::at(law, self.key, at, before);
        }
    }

    /// Where the reader is.
    #[inline]
    pub(crate) fn here(&self) -> Peek {
        Peek { at_ns: self.time_ns, written: self.read, cursor: self.cursor }
    }

    /// Lines of a stream that began at `born_ns` that were written before an instant, wherever the reader is.
    pub(crate) fn lines_before(&self, law: &StreamLaw, born_ns: u64, at_ns: u64) -> u64 {
        if at_ns <= born_ns {
            return 0;
        }
        Cursor::new(law, self.key, born_ns / NS_PER_SEC).written(law, self.key, at_ns).lines
    }

    /// Bytes on disk of some lines.
    #[inline]
    pub(crate) fn on_disk(&self, amount: Amount) -> u64 {
        amount.bytes + amount.lines * u64::from(self.prefix_bytes)
    }

    /// The cursor, for others to start from.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The cursor and what was written before the reader's place, to be taken further.
    #[inline]
    pub(crate) fn start(&self) -> (Cursor, Amount) {
        (self.cursor, self.read)
    }

    /// The reader goes on to `at_ns`, where `cursor` was taken to, and before which `written` was written.
    #[inline]
    pub(crate) fn advance_with(&mut self, at_ns: u64, cursor: Cursor, written: Amount) {
        self.advance_to(&Peek { at_ns, written, cursor });
        if cursor.interval > self.furthest.get().interval {
            self.furthest.set(cursor);
        }
    }

    /// The reader goes on.
    #[inline]
    pub(crate) fn advance_to(&mut self, peek: &Peek) {
        self.time_ns = peek.at_ns;
        self.read = peek.written;
        self.cursor = peek.cursor;
    }
}

#[cfg(test)]
mod tests;
