//! Where in an interval its arrivals fall: halved until the few of a part have places of their own.

use super::{CELLS, DEPTH, PHASE, PLACE, PLACED};
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
            part = part.half(part.left_half(split_key, k), is_right);
        }
        (part, offset)
    }

    /// Arrivals in its left half.
    #[inline(always)]
    fn left_half(self, split_key: u64, k: u64) -> u64 {
        heads(self.n, split_key, (k << DEPTH) + self.number)
    }

    /// One of its halves, of which the left one has so many arrivals.
    #[inline(always)]
    fn half(self, left: u64, is_right: bool) -> Self {
        match is_right {
            true => Self { number: 2 * self.number + 1, left_of: self.left_of + left, n: self.n - left },
            false => Self { number: 2 * self.number, left_of: self.left_of, n: left },
        }
    }

    /// Arrivals of interval `k` before a point of this part.
    #[inline(always)]
    pub(super) fn before(self, k: u64, offset: u64, length: u64, place_key: u64) -> u64 {
        let first_draw = self.first_draw(k);
        self.before_by(|word| draw(place_key, first_draw + word), (k, place_key), (offset, length))
    }

    #[inline(always)]
    fn first_draw(self, k: u64) -> u64 {
        (k << DEPTH | self.number) << 3
    }

    /// The same, by `places`, the draws of eight places each.
    #[inline(always)]
    fn before_by(
        self,
        places: impl Fn(u64) -> u64,
        (k, place_key): (u64, u64),
        (offset, length): (u64, u64),
    ) -> u64 {
        let first_draw = self.first_draw(k);
        if self.n > PLACED {
            // The finest part, and still many: evenly spaced over all of it.
            return self.left_of + evenly(self.n, offset, length, place_key ^ PHASE, first_draw);
        }
        let (cell, rest) = ((offset << DEPTH) / length, (offset << DEPTH) % length);
        let (before, not_behind) = placed(self.n, cell, rest, places);
        if rest == 0 || not_behind == before {
            return self.left_of + before;
        }
        let within = evenly(not_behind - before, rest, length, place_key ^ PHASE, first_draw + cell);
        self.left_of + before + within
    }
}

/// How an interval was halved, for somebody who looks at it again and again: a half is drawn once, and places as long as looks
/// are into one part.
#[derive(Clone, Debug)]
pub struct Memo {
    /// The key of the stream, the interval, and its arrivals.
    of: (u64, u64, u64),
    /// Parts whose halves are known, a bit each.
    known: u128,
    /// Arrivals in the left half of each.
    left: [u32; 1 << DEPTH],
    /// Those of the part that was looked at last.
    places: Places,
}

impl Default for Memo {
    fn default() -> Self {
        Self { of: (0, 0, 0), known: 0, left: [0; 1 << DEPTH], places: Places::default() }
    }
}

impl Memo {
    /// Returns the arrivals of interval `k`, which has `count` of them, before a point of it.
    #[inline]
    pub(super) fn before(&mut self, split_key: u64, (k, count): (u64, u64), offset: u64, length: u64) -> u64 {
        let (part, offset) = self.part_at(split_key, (k, count), offset, length);
        self.places.before(part, (k, split_key ^ PLACE), (offset, length))
    }

    /// Returns what [`Part::at`] does, by what is known of the interval.
    #[inline]
    fn part_at(
        &mut self,
        split_key: u64,
        (k, count): (u64, u64),
        mut offset: u64,
        length: u64,
    ) -> (Part, u64) {
        let of = (split_key, k, count);
        if self.of != of {
            (self.of, self.known) = (of, 0);
        }
        let mut part = Part::whole(count);
        while part.n > PLACED && part.number < 1 << DEPTH {
            offset *= 2;
            let is_right = offset >= length;
            offset -= if is_right { length } else { 0 };
            let number = part.number as usize;
            if self.known >> number & 1 == 0 {
                self.known |= 1 << number;
                self.left[number] = part.left_half(split_key, k) as u32;
            }
            part = part.half(u64::from(self.left[number]), is_right);
        }
        (part, offset)
    }
}

/// The places of a part's arrivals, where they have places of their own, for somebody who looks at it again and again.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The key of the stream's places, and the number of the part's first draw.
    of: (u64, u64),
    n: u64,
    words: [u64; (PLACED / 8) as usize],
}

impl Places {
    /// Returns what [`Part::before`] does.
    #[inline]
    pub(super) fn before(
        &mut self,
        part: Part,
        (k, place_key): (u64, u64),
        (offset, length): (u64, u64),
    ) -> u64 {
        let first_draw = part.first_draw(k);
        if part.n <= PLACED && (self.of, self.n) != ((place_key, first_draw), part.n) {
            (self.of, self.n) = ((place_key, first_draw), part.n);
            // As many as are looked at.
            let words = (part.n.div_ceil(8) as usize).max(2);
            for (word, places) in (0..).zip(&mut self.words[..words]) {
                *places = draw(place_key, first_draw + word);
            }
        }
        part.before_by(|word| self.words[word as usize], (k, place_key), (offset, length))
    }
}

/// Of `n` places in cells of a part, how many lie before `cell`, and how many not behind it (worked out only where a
/// `rest` of that cell counts). Places are seven bits of a byte each, of which `places` gives eight at a time.
#[inline(always)]
fn placed(n: u64, cell: u64, rest: u64, places: impl Fn(u64) -> u64) -> (u64, u64) {
    let (mut before, mut not_behind) = (n, n);
    let mut word = |word: u64| {
        let lanes = n.saturating_sub(8 * word).min(8) as u32;
        let mask = (BYTES << 7).unbounded_shl(64 - 8 * lanes);
        // The upper bit of a byte stays set where its place is not below the cell.
        let places = places(word) | BYTES << 7;
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

/// How many of `n` places, as [`placed`] has them, lie in each cell of a part.
pub(super) fn in_cells(n: u64, places: impl Fn(u64) -> u64) -> [u8; CELLS as usize] {
    let mut cells = [0; CELLS as usize];
    for word in 0..n.div_ceil(8) {
        let lanes = (n - 8 * word).min(8) as usize;
        for place in &places(word).to_be_bytes()[..lanes] {
            cells[usize::from(place & (CELLS - 1) as u8)] += 1;
        }
    }
    cells
}

/// Of `n` arrivals at even distances, the first after a random part of that distance, those before a point.
#[inline]
fn evenly(n: u64, offset: u64, length: u64, key: u64, counter: u64) -> u64 {
    let phase = unit(draw(key, counter));
    ((n as f64 * (offset as f64 / length as f64) + phase) as u64).min(n)
}
