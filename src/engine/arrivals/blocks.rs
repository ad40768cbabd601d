//! Arrivals counted block by block: ten intervals in one draw, which is divided only where somebody looks inside.
//!
//! Of a Poisson process at a steady rate the ten counts of a block add up to a Poisson number of ten times the mean, and given that
//! sum each arrival falls into any of the ten with the same chance. So its first eight have binomial(n, 4/5) of them, and halves
//! of these and of the last two binomial(n, ½), down to single intervals: the counts that result are independent Poisson
//! numbers, as those of [`Arrivals::count`], with other values.

use super::{Arrivals, COUNT, Inversion, poisson_of, table_for};
use crate::engine::coins::{heads, some_of};
use crate::engine::random::draw;
use std::sync::Arc;

/// Intervals of a block.
pub const BLOCK: u64 = 10;

/// Intervals of the parts of a block, powers of two: the first part and the second.
pub const PARTS: [u64; 2] = [8, 2];

/// Purposes of draws, apart from [`COUNT`] under one stream's key: of blocks and of their first parts.
const BLOCK_COUNT: u64 = 6;
const FIRST_PART: u64 = 7;
const HALF: u64 = 0x3C6E_F372_FE94_F82B;
const SPAN: u64 = 0x6C62_272E_07BB_0142;

/// How many arrivals a block has.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    mean: f64,
    table: Option<Arc<Inversion>>,
}

impl Arrivals {
    /// The same process counted in blocks, where its intervals have one law and are independent of each other; others are as
    /// they were.
    #[must_use]
    pub fn in_blocks(self) -> Self {
        let mean = self.mean * BLOCK as f64;
        let blocks = self.is_alike().then(|| Blocks { mean, table: table_for(mean) });
        Self { blocks, ..self }
    }

    /// Whether the process is counted in blocks, by [`Arrivals::block_count`] in place of [`Arrivals::count`].
    #[inline]
    pub fn is_in_blocks(&self) -> bool {
        self.blocks.is_some()
    }

    /// Arrivals in a block, whose first interval is `block * BLOCK`; none where the process is not counted in blocks.
    #[inline]
    pub fn block_count(&self, key: u64, block: u64) -> u64 {
        let Some(blocks) = &self.blocks else { return 0 };
        let bits = draw(key, BLOCK_COUNT + (block << 3));
        match &blocks.table {
            Some(table) => table.sample(bits),
            None => poisson_of(blocks.mean, bits),
        }
    }

    /// Of the arrivals in a block, those in its first part.
    pub fn first_part_of(&self, all: u64, key: u64, block: u64) -> u64 {
        some_of(all, (PARTS[0], BLOCK), key, FIRST_PART + (block << 3))
    }

    /// Of the arrivals in `2 * width` intervals from `first` on, which lie in one part of a block, those in the first `width`.
    #[inline]
    pub fn half_of(&self, all: u64, key: u64, (first, width): (u64, u64)) -> u64 {
        heads(all, key ^ HALF, first << 3 | width)
    }

    /// Of `all` arrivals in a span of time, those in the first `part` of it, given as lengths:
    /// binomial, as arrivals of a steady rate are. `counter` names the draw.
    pub fn count_of_part(&self, all: u64, (part, whole): (u64, u64), key: u64, counter: u64) -> u64 {
        some_of(all, (part, whole), key ^ SPAN, counter)
    }
}

const _: () = assert!(COUNT != BLOCK_COUNT && COUNT != FIRST_PART, "draws of one purpose are another's");
const _: () = assert!(PARTS[0] + PARTS[1] == BLOCK, "parts make a block");

#[cfg(test)]
mod tests {
    use super::super::Modulation;
    use super::*;

    /// The counts of a block's intervals.
    fn block(arrivals: &Arrivals, key: u64, block: u64) -> [u64; BLOCK as usize] {
        let mut counts = [0; BLOCK as usize];
        let all = arrivals.block_count(key, block);
        counts[0] = arrivals.first_part_of(all, key, block);
        counts[8] = all - counts[0];
        for (first, width) in [(0, 4), (0, 2), (4, 2), (0, 1), (2, 1), (4, 1), (6, 1), (8, 1)] {
            let left = arrivals.half_of(counts[first], key, (block * BLOCK + first as u64, width as u64));
            (counts[first], counts[first + width]) = (left, counts[first] - left);
        }
        assert_eq!(counts.iter().sum::<u64>(), all);
        counts
    }

    /// 20,000 blocks: each interval's count has the mean and variance of a Poisson law, m, and those of two intervals are
    /// independent. Standard errors: √(m/n), m·√(2/n + 1/(mn)), m/√n; 4.5 of them, as there are many.
    #[test]
    fn intervals_of_blocks_are_independent_poisson_numbers() {
        for mean in [0.3, 9.0, 120.0] {
            let arrivals = Arrivals::poisson(mean, Modulation::Steady).in_blocks();
            let blocks = 20_000;
            let n = blocks as f64;
            let (mut sums, mut squares, mut products) = ([0.0; 10], [0.0; 10], [0.0; 10]);
            let mut empty = [0.0; 10];
            for number in 0..blocks {
                let counts = block(&arrivals, 77, number);
                for (k, count) in counts.iter().enumerate() {
                    let off = *count as f64 - mean;
                    sums[k] += off / n;
                    squares[k] += off * off / n;
                    products[k] += off * (counts[(k + 1) % 10] as f64 - mean) / n;
                    empty[k] += if *count == 0 { 1.0 / n } else { 0.0 };
                }
            }
            for k in 0..10 {
                assert!(sums[k].abs() < 4.5 * (mean / n).sqrt(), "{mean}, {k}: mean off by {}", sums[k]);
                let spread = mean * (2.0 / n + 1.0 / (mean * n)).sqrt();
                assert!((squares[k] - mean).abs() < 4.5 * spread, "{mean}, {k}: variance {}", squares[k]);
                assert!(products[k].abs() < 4.5 * mean / n.sqrt(), "{mean}, {k}: {}", products[k]);
                // None at all: e^-m.
                let none = libm::exp(-mean);
                assert!((empty[k] - none).abs() <= 4.5 * (none / n).sqrt(), "{mean}, {k}: {}", empty[k]);
            }
        }
    }

    /// Only where all intervals have one law do ten of them have one.
    #[test]
    fn what_is_not_steady_is_not_counted_in_blocks() {
        let sine = Modulation::Sine { period: 100.0, amplitude: 0.5, phase: 0.0 };
        for arrivals in [Arrivals::poisson(9.0, sine), Arrivals::constant(9.0)] {
            assert!(!arrivals.in_blocks().is_in_blocks());
        }
    }
}
