//! Sizes of lines: counted exactly, given as evenly spaced quantiles.

use crate::scenario::LineSize;
use crate::units::Bytes;
use std::collections::BTreeMap;

/// Numbers of quantiles, tried in this order until the mean is right.
const POINTS: [usize; 5] = [65, 129, 257, 513, 1025];
/// How far the mean of the quantiles may be from the mean of the lines.
const MEAN_WITHIN: f64 = 0.01;

/// How many lines have each size.
#[derive(Debug, Default)]
pub(in crate::import) struct Sizes {
    counts: BTreeMap<u64, u64>,
    lines: u64,
    bytes: u64,
}

/// Quantiles, and what was lost.
#[derive(Debug)]
pub(super) struct Quantiles {
    pub(super) line: LineSize,
    /// A sentence where the quantiles are not simply the lines' own.
    pub(super) note: Option<String>,
}

impl Sizes {
    /// Counts a line of so many bytes, its end included.
    pub(super) fn add(&mut self, bytes: u64) {
        let bytes = bytes.max(1);
        *self.counts.entry(bytes).or_default() += 1;
        self.lines += 1;
        self.bytes += bytes;
    }

    /// Lines counted.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Mean size in bytes.
    pub(super) fn mean(&self) -> f64 {
        self.bytes as f64 / self.lines.max(1) as f64
    }

    /// Evenly spaced quantiles from the smallest to the largest line.
    ///
    /// Between quantiles a size is linear in its rank, so a single huge line would count for half of the
    /// last step. Therefore there are more points where the mean would be off, and where even that does not
    /// help, the last one is lowered so that the mean holds: bytes decide costs, one line does not.
    pub(super) fn quantiles(&self) -> Quantiles {
        let mut best: Vec<u64> = Vec::new();
        let mut error = f64::INFINITY;
        for points in POINTS {
            let sizes = self.at_ranks(points);
            let off = mean_of(&sizes) / self.mean() - 1.0;
            if best.is_empty() || off.abs() < error.abs() {
                (best, error) = (sizes, off);
            }
            if error.abs() <= MEAN_WITHIN {
                break;
            }
        }
        let mut note = None;
        if error > MEAN_WITHIN
            && let [.., before, last] = best.as_mut_slice()
        {
            let largest = *last;
            let steps = (self.mean() * error) * 2.0 * (POINTS[POINTS.len() - 1] - 1) as f64;
            *last = ((largest as f64 - steps).round().max(0.0) as u64).max(*before);
            note = Some(format!(
                "the largest line has {largest} B and is rare: the largest quantile is {last} B, so that the mean holds"
            ));
        } else if error < -MEAN_WITHIN {
            let percent = -error * 100.0;
            note = Some(format!(
                "there are too few lines for their sizes: the mean of the quantiles is {percent:.0}% too small"
            ));
        }
        Quantiles { line: LineSize::Quantiles(best.into_iter().map(Bytes::new).collect()), note }
    }

    /// Sizes at evenly spaced ranks, the first and the last line's included; between two ranks linear.
    fn at_ranks(&self, points: usize) -> Vec<u64> {
        // Sizes with the rank after their last line.
        let runs: Vec<(u64, u64)> = self
            .counts
            .iter()
            .scan(0, |until, (size, lines)| {
                *until += lines;
                Some((*until, *size))
            })
            .collect();
        let at = |rank: u64| {
            let run = runs.partition_point(|(until, _)| *until <= rank);
            runs.get(run).or(runs.last()).map_or(0, |(_, size)| *size)
        };
        let last = self.lines.saturating_sub(1) as f64;
        let quantile = |i: usize| {
            let rank = last * i as f64 / (points - 1) as f64;
            let (below, above) = (at(rank.floor() as u64), at(rank.ceil() as u64));
            (below as f64 + rank.fract() * (above - below) as f64).round() as u64
        };
        (0..points).map(quantile).collect()
    }
}

/// Mean of a distribution that is linear between its quantiles.
fn mean_of(quantiles: &[u64]) -> f64 {
    let steps = quantiles.windows(2).map(|pair| (pair[0] + pair[1]) as f64 / 2.0);
    steps.sum::<f64>() / (quantiles.len() - 1).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sizes: impl IntoIterator<Item = u64>) -> (Vec<u64>, Option<String>, f64) {
        let mut all = Sizes::default();
        sizes.into_iter().for_each(|s| all.add(s));
        let quantiles = all.quantiles();
        let LineSize::Quantiles(sizes) = quantiles.line else { panic!("no quantiles") };
        (sizes.iter().map(|b| b.get()).collect(), quantiles.note, all.mean())
    }

    #[test]
    fn evenly_spread_sizes_are_their_own_quantiles() {
        // 100, 101, … 164: 65 lines, one for each point.
        let (sizes, note, mean) = of((100..165).rev());
        assert_eq!(sizes, (100..165).collect::<Vec<_>>());
        assert_eq!((mean, note), (132.0, None));
        assert_eq!(of([7]).0, [7; 65]);
        // Half 10, half 30, one line of 20 between: rank 32 of 0 to 64 is the middle.
        let (sizes, _, _) = of([10; 32].into_iter().chain([20]).chain([30; 32]));
        assert_eq!((sizes[0], sizes[31], sizes[32], sizes[33], sizes[64]), (10, 10, 20, 30, 30));
    }

    #[test]
    fn the_mean_holds_in_spite_of_rare_huge_lines() {
        // 65 points would give a line of 3,000 B half of 1/64: 23 B on a mean of 101. More points are taken.
        let (sizes, note, mean) = of(std::iter::repeat_n(100, 1999).chain([3000]));
        assert_eq!((sizes[0], sizes[sizes.len() - 1], note), (100, 3000, None));
        assert!((mean_of(&sizes) / mean - 1.0).abs() <= 0.011, "{}", mean_of(&sizes));
        // A mebibyte is too much for any number of points.
        let (sizes, note, mean) = of(std::iter::repeat_n(100, 100_000).chain([1 << 20]));
        assert_eq!(sizes.len(), 1025);
        assert!((mean_of(&sizes) / mean - 1.0).abs() <= 0.011, "{} {mean}", mean_of(&sizes));
        assert!(sizes.is_sorted() && note.unwrap().contains("largest line has 1048576 B"));
    }

    #[test]
    fn too_few_lines_are_told() {
        // Linear between 10, 20 and 1000 the mean is (15 + 510) / 2 = 262.5; the lines' is 343.3.
        let (sizes, note, _) = of([10, 20, 1000]);
        assert_eq!((sizes[0], sizes[64]), (10, 1000));
        assert!(note.unwrap().contains("24% too small"));
    }
}
