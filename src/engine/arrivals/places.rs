//! Where in an interval its arrivals fall: halved until the few of a part have places of their own.

use super::{DEPTH, PHASE, PLACED};
use crate::engine::coins::heads;
use crate::engine::random::{draw, unit};

/// A one in each of eight bytes.
const BYTES: u64 = 0x0101_0101_0101_0101;

/// A part of an interval: its number, the arrivals left of it and in it. Parts count from 1, halves of part p are 2p and
/// 2p + 1, as in a heap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    number: u64,
    left_of: u64,
    n: u64,
}

impl Part {
    /// A whole interval of so many arrivals.
    #[inline(always)]
    pub(super) fn whole(n: u64) -> Self {
        Self { number: 1, left_of: 0, n }
    }

    /// The part of interval `k`, which has `count` arrivals, in which a point lies, halved until its arrivals have places of
    /// their own; and the point within it, in `[0, length)`.
    #[inline(always)]
    pub(super) fn at(split_key: u64, (k, count): (u64, u64), mut offset: u64, length: u64) -> (Self, u64) {
        let mut part = Self::whole(count);
        while part.n > PLACED && part.number < 1 << DEPTH {
            offset *= 2;
            let is_right = offset >= length;
            offset -= if is_right { length } else { 0 };
            part = part.half(split_key, k, is_right);
        }
        (part, offset)
    }

    #[inline(always)]
    fn half(self, split_key: u64, k: u64, is_right: bool) -> Self {
        let left = heads(self.n, split_key, (k << DEPTH) + self.number);
        match is_right {
            true => Self { number: 2 * self.number + 1, left_of: self.left_of + left, n: self.n - left },
            false => Self { number: 2 * self.number, left_of: self.left_of, n: left },
        }
    }

    /// Arrivals of interval `k` before a point of this part.
    #[inline(always)]
    pub(super) fn before(self, k: u64, offset: u64, length: u64, place_key: u64) -> u64 {
        let first_draw = (k << DEPTH | self.number) << 3;
        if self.n > PLACED {
            // The finest part, and still many: evenly spaced over all of it.
            return self.left_of + evenly(self.n, offset, length, place_key ^ PHASE, first_draw);
        }
        let (cell, rest) = ((offset << DEPTH) / length, (offset << DEPTH) % length);
        let (before, not_behind) = placed(self.n, cell, rest, place_key, first_draw);
        if rest == 0 || not_behind == before {
            return self.left_of + before;
        }
        let within = evenly(not_behind - before, rest, length, place_key ^ PHASE, first_draw + cell);
        self.left_of + before + within
    }
}

/// The way to the part of an interval that was looked at last, for somebody who looks at it again and again.
#[derive(Clone, Debug, Default)]
pub struct Memo {
    /// The interval, and its arrivals.
    interval: (u64, u64),
    /// How often it was halved, and the finest part that the point lay in.
    depth: u32,
    leaf: u64,
    /// Arrivals left of the part on the way that was halved so often, and in it.
    way: [(u64, u64); DEPTH as usize + 1],
}

impl Memo {
    /// Returns what [`Part::at`] does, by what is known of the way there.
    #[inline]
    pub(super) fn part_at(
        &mut self,
        split_key: u64,
        interval: (u64, u64),
        offset: u64,
        length: u64,
    ) -> (Part, u64) {
        let leaf = (offset << DEPTH) / length;
        let mut depth = match self.interval == interval {
            // As far as both ways are the same.
            true => self.depth.min(DEPTH - (leaf ^ self.leaf).checked_ilog2().map_or(0, |bit| bit + 1)),
            false => 0,
        };
        self.way[0] = (0, interval.1);
        let (left_of, n) = self.way[depth as usize];
        let mut part = Part { number: 1 << depth | leaf >> (DEPTH - depth), left_of, n };
        while part.n > PLACED && depth < DEPTH {
            depth += 1;
            part = part.half(split_key, interval.0, leaf >> (DEPTH - depth) & 1 == 1);
            self.way[depth as usize] = (part.left_of, part.n);
        }
        (self.interval, self.depth, self.leaf) = (interval, depth, leaf);
        (part, (offset << depth) % length)
    }
}

/// Of `n` places in cells of a part, how many lie before `cell`, and how many not behind it (worked out only where a
/// `rest` of that cell counts). Places are seven bits of a byte each, drawn from `first_draw` on.
#[inline(always)]
pub(super) fn placed(n: u64, cell: u64, rest: u64, key: u64, first_draw: u64) -> (u64, u64) {
    let (mut before, mut not_behind) = (n, n);
    let mut word = |word: u64| {
        let lanes = n.saturating_sub(8 * word).min(8) as u32;
        let mask = (BYTES << 7).unbounded_shl(64 - 8 * lanes);
        // The upper bit of a byte stays set where its place is not below the cell.
        let places = draw(key, first_draw + word) | BYTES << 7;
        before -= u64::from(((places - BYTES * cell) & mask).count_ones());
        if rest > 0 {
            // cell + 1 may be 128: then no place is beyond it, and the bit is gone in each byte.
            not_behind -= u64::from(((places - BYTES * (cell + 1)) & mask).count_ones());
        }
    };
    // Whether there are more than eight is a matter of luck: better drawn in vain than branched on.
    word(0);
    word(1);
    for more in 2..n.div_ceil(8) {
        word(more);
    }
    (before, not_behind)
}

/// Of `n` arrivals at even distances, the first after a random part of that distance, those before a point.
#[inline]
fn evenly(n: u64, offset: u64, length: u64, key: u64, counter: u64) -> u64 {
    let phase = unit(draw(key, counter));
    ((n as f64 * (offset as f64 / length as f64) + phase) as u64).min(n)
}
