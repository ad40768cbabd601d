//! A place in what a stream writes, and how it is taken further.

use super::Amount;
use crate::blueprint::StreamLaw;
use crate::engine::arrivals::{BLOCK, PARTS};
use crate::units::{NS_PER_SEC, in_proportion};

/// A place on the grid of one-second intervals: what was written before an interval and within it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(super) interval: u64,
    pub(super) before: Amount,
    pub(super) within: Amount,
    /// What is left of the interval's block behind it, where the law is counted in blocks; otherwise nothing.
    pub(super) rest: Amount,
}

/// Draws of sizes, apart from those of counts.
pub(super) const SIZES: u64 = 0x5153;
/// Draws of what is written in the first part of a block, in half of a time, and in a span.
const FIRST_PARTS: u64 = 0x2E57;
const HALVES: u64 = 0x4A91;
pub(super) const SPANS: u64 = 0x7B3D;

impl Cursor {
    /// Before the first line of a stream that begins with an interval.
    pub(crate) fn new(law: &StreamLaw, key: u64, interval: u64) -> Self {
        Self::at(law, key, interval, Amount::default())
    }

    /// At the beginning of an interval, before which so much was written.
    #[inline]
    pub(super) fn at(law: &StreamLaw, key: u64, interval: u64, before: Amount) -> Self {
        if law.arrivals.is_in_blocks() {
            return Self { before, ..Self::in_block(law, key, interval, Amount::default()) };
        }
        Self { interval, before, within: Self::draw(law, key, interval), rest: Amount::default() }
    }

    /// At the beginning of an interval, before whose block so much was written.
    pub(super) fn in_block(law: &StreamLaw, key: u64, interval: u64, mut before: Amount) -> Self {
        let (block, place) = (interval / BLOCK, interval % BLOCK);
        let [eight, two] = parts_of(law, key, block, block_of(law, key, block));
        let is_first = place < PARTS[0];
        let (mut first, mut width) =
            if is_first { (block * BLOCK, PARTS[0]) } else { (block * BLOCK + PARTS[0], PARTS[1]) };
        let (mut within, mut rest) = if is_first { (eight, two) } else { (two, Amount::default()) };
        if !is_first {
            before += eight;
        }
        while width > 1 {
            width /= 2;
            let left = left_of(law, key, within, (first, width));
            let right = within - left;
            if interval < first + width {
                rest += right;
                within = left;
            } else {
                before += left;
                within = right;
                first += width;
            }
        }
        Self { interval, before, within, rest }
    }

    /// Goes on to an interval, where the law is counted in blocks.
    #[inline(never)]
    fn walk_by_blocks(&mut self, law: &StreamLaw, key: u64, interval: u64) {
        let (own, block) = (self.interval / BLOCK, interval / BLOCK);
        let mut before = self.block_end();
        if block > own {
            (own + 1..block).for_each(|between| before += block_of(law, key, between));
            *self = Self::in_block(law, key, interval, before);
            return;
        }
        // From its end: a stream may have begun in the middle of it.
        *self = Self::in_block(law, key, interval, Amount::default());
        self.before = before - self.within - self.rest;
    }

    /// Goes on to an interval of a law that is counted in blocks; `before` was written before its block, where that is another.
    pub(crate) fn walk_on(&mut self, law: &StreamLaw, key: u64, interval: u64, before: Amount) {
        if interval / BLOCK > self.interval / BLOCK {
            *self = Self::in_block(law, key, interval, before);
        }
    }

    /// Goes on to the next interval of its block, which holds so much.
    #[inline]
    pub(super) fn step(&mut self, next: Amount) {
        self.before += self.within;
        (self.interval, self.within, self.rest) = (self.interval + 1, next, self.rest - next);
    }

    /// What was written before the end of its block.
    pub(crate) fn block_end(&self) -> Amount {
        let mut before = self.before;
        before += self.within;
        before += self.rest;
        before
    }

    /// Lines of its interval.
    pub(crate) fn lines(&self) -> u64 {
        self.within.lines
    }

    #[inline]
    fn draw(law: &StreamLaw, key: u64, interval: u64) -> Amount {
        let lines = law.arrivals.count(key, interval);
        Amount { lines, bytes: law.sizes.sum(lines, key ^ SIZES, interval) }
    }

    /// What was written before `at_ns`, which must not lie before this cursor's interval.
    // A cursor lives in registers where this is part of a loop, and most of a run's time is spent here.
    #[inline(always)]
    pub(crate) fn written(&mut self, law: &StreamLaw, key: u64, at_ns: u64) -> Amount {
        let interval = at_ns / NS_PER_SEC;
        debug_assert!(interval >= self.interval, "a cursor never goes back");
        self.walk_to(law, key, interval);
        self.with(law.arrivals.before(key, interval, self.within.lines, at_ns % NS_PER_SEC, NS_PER_SEC))
    }

    /// Takes the cursor on to an interval.
    #[inline]
    pub(crate) fn walk_to(&mut self, law: &StreamLaw, key: u64, interval: u64) {
        if interval <= self.interval {
            return;
        }
        if law.arrivals.is_in_blocks() {
            return self.walk_by_blocks(law, key, interval);
        }
        self.before += self.within;
        if interval > self.interval + 1 {
            self.before += between(law, key, self.interval + 1, interval);
        }
        self.interval = interval;
        self.within = Self::draw(law, key, interval);
    }

    /// What was written before so many of its interval's lines are.
    #[inline]
    pub(super) fn with(&self, lines: u64) -> Amount {
        let bytes = share_of(self.within.bytes, lines, self.within.lines);
        Amount { lines: self.before.lines + lines, bytes: self.before.bytes + bytes }
    }

    /// The interval that the cursor stands at.
    pub(crate) fn interval(&self) -> u64 {
        self.interval
    }
}

/// Intervals that are drawn in one go.
const AT_ONCE: usize = 32;

/// What the intervals from one until before another hold together.
fn between(law: &StreamLaw, key: u64, from: u64, until: u64) -> Amount {
    let (mut lines, mut bytes) = ([0; AT_ONCE], [0; AT_ONCE]);
    let (mut all, mut first) = (Amount::default(), from);
    while first < until {
        let many = (until - first).min(AT_ONCE as u64) as usize;
        law.arrivals.counts(key, first, &mut lines[..many]);
        law.sizes.sums(&lines[..many], key ^ SIZES, first, &mut bytes[..many]);
        all += Amount { lines: lines[..many].iter().sum(), bytes: bytes[..many].iter().sum() };
        first += many as u64;
    }
    all
}

/// What a block holds.
#[inline]
pub(crate) fn block_of(law: &StreamLaw, key: u64, block: u64) -> Amount {
    let lines = law.arrivals.block_count(key, block);
    Amount { lines, bytes: law.sizes.sum(lines, key ^ SIZES, block) }
}

/// What its parts hold.
fn parts_of(law: &StreamLaw, key: u64, block: u64, all: Amount) -> [Amount; 2] {
    let lines = law.arrivals.first_part_of(all.lines, key, block);
    let bytes = law.sizes.part_of(all.bytes, (lines, all.lines - lines), key ^ FIRST_PARTS, block);
    let first = Amount { lines, bytes };
    [first, all - first]
}

/// Of what `2 * width` intervals from `first` on hold, which lie in one part of a block, what the first `width` do.
#[inline]
fn left_of(law: &StreamLaw, key: u64, all: Amount, (first, width): (u64, u64)) -> Amount {
    let lines = law.arrivals.half_of(all.lines, key, (first, width));
    let counts = (lines, all.lines - lines);
    Amount { lines, bytes: law.sizes.part_of(all.bytes, counts, key ^ HALVES, first << 3 | width) }
}

/// What the intervals of a block hold.
pub(super) type Intervals = [Amount; BLOCK as usize];

/// The same of a block that holds so much.
pub(super) fn intervals_of(law: &StreamLaw, key: u64, block: u64, all: Amount) -> Intervals {
    let mut intervals = Intervals::default();
    let mut begin = 0;
    for (part, long) in parts_of(law, key, block, all).into_iter().zip(PARTS) {
        intervals[begin] = part;
        let mut width = long as usize / 2;
        while width > 0 {
            for first in (begin..begin + long as usize).step_by(2 * width) {
                let left = left_of(law, key, intervals[first], (block * BLOCK + first as u64, width as u64));
                intervals[first + width] = intervals[first] - left;
                intervals[first] = left;
            }
            width /= 2;
        }
        begin += long as usize;
    }
    intervals
}

/// One over a number of lines in 2^-32, rounded up: of less than 2^26 it gives the exact quotient.
static INVERSE: [u64; 65] = {
    let mut table = [0; 65];
    let mut n = 1;
    while n < table.len() {
        table[n] = (1u64 << 32).div_ceil(n as u64);
        n += 1;
    }
    table
};

/// Bytes of a part of a chunk: its share of the lines.
#[inline]
fn share_of(bytes: u64, lines: u64, all: u64) -> u64 {
    if lines == all {
        return bytes;
    }
    match INVERSE.get(all as usize) {
        // Divisions are slow, and of few lines at a time there are very many.
        Some(inverse) if bytes < 1 << 20 => (bytes * lines * inverse) >> 32,
        _ => in_proportion(bytes, lines, all),
    }
}
