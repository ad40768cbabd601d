//! Marks of arrivals (sizes, service times): a distribution as 256 equally likely values.
//!
//! A class stands for 1/256 of the distribution and holds its mean, so that the mean is exact and only the
//! spread inside a class is lost (the upper half-percent of a heavy tail is one or two values). A draw costs
//! one byte of randomness. So does the sum of up to 64 draws: it has a table of its own, made from those of its
//! halves when it is first asked for. Longer sums are normal by the central limit theorem.

mod grouped;

use super::random::{draw, normal};
use crate::units::in_proportion;
use grouped::means_of_sums;
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// Classes of a [`Marks`] table.
pub const CLASSES: usize = 256;

/// Up to how many draws a sum has a table of its own.
const TABLED: usize = 64;

/// Classes of the longer half when two tables are added: products of classes are what making a table costs.
const COARSE: usize = 64;

/// Equally likely values, in ascending order.
type Table = [u32; CLASSES];

/// A distribution of non-negative marks. Copies share their tables.
#[derive(Clone, Debug)]
pub struct Marks(Arc<Tables>);

#[derive(Debug)]
struct Tables {
    classes: Table,
    mean: f64,
    deviation: f64,
    /// Sums of two and more marks, each made at its first use.
    sums: [OnceLock<Box<Table>>; TABLED + 1],
}

impl PartialEq for Marks {
    fn eq(&self, other: &Self) -> bool {
        self.0.classes == other.0.classes
    }
}

impl Marks {
    /// Every mark the same.
    pub fn constant(value: u32) -> Self {
        Self::from_classes([value; CLASSES])
    }

    /// From a quantile function on (0, 1): each class is the mean of 16 quantiles inside it.
    pub fn from_quantiles(quantile: impl Fn(f64) -> f64) -> Self {
        const INSIDE: usize = 16;
        let class = |c: usize| {
            let at = |i: usize| quantile((c as f64 + (i as f64 + 0.5) / INSIDE as f64) / CLASSES as f64);
            (0..INSIDE).map(at).sum::<f64>() / INSIDE as f64
        };
        Self::from_classes(std::array::from_fn(|c| class(c).clamp(0.0, f64::from(u32::MAX)).round() as u32))
    }

    /// From 256 equally likely values.
    fn from_classes(mut classes: Table) -> Self {
        classes.sort_unstable();
        let (mean, variance) = moments(&classes);
        let sums = std::array::from_fn(|_| OnceLock::new());
        Self(Arc::new(Tables { classes, mean, deviation: variance.sqrt(), sums }))
    }

    /// Mean mark.
    pub fn mean(&self) -> f64 {
        self.0.mean
    }

    /// The largest mark.
    pub fn largest(&self) -> u64 {
        self.value(CLASSES - 1)
    }

    /// Standard deviation of a mark.
    pub fn deviation(&self) -> f64 {
        self.0.deviation
    }

    /// Makes the tables of sums of `least` to `most` marks on all threads, so that nobody waits for them one by one.
    pub fn make_ready(&self, least: u64, most: u64) {
        let tables = &*self.0;
        if tables.deviation == 0.0 {
            return;
        }
        let (least, most) = (least.max(2) as usize, most.min(TABLED as u64) as usize);
        let missing = |n: &usize| tables.sums[*n].get().is_none();
        // Each is made of those of its halves.
        let mut wanted: Vec<usize> = (least..=most).filter(missing).collect();
        let mut rounds = Vec::new();
        while !wanted.is_empty() {
            let mut halves: Vec<usize> = wanted.iter().flat_map(|n| [n / 2, n - n / 2]).collect();
            halves.sort_unstable();
            halves.dedup();
            halves.retain(|n| *n > 1 && missing(n) && !wanted.contains(n));
            rounds.push(std::mem::replace(&mut wanted, halves));
        }
        for round in rounds.iter().rev() {
            round.par_iter().for_each(|n| {
                tables.of(*n);
            });
        }
    }

    /// The class of one mark, draw `counter` of the stream `key`; [`Marks::value`] gives its size.
    #[inline]
    pub fn class(&self, key: u64, counter: u64) -> usize {
        (draw(key, counter) >> 56) as usize
    }

    /// The mark of a class.
    #[inline]
    pub fn value(&self, class: usize) -> u64 {
        u64::from(self.0.classes[class])
    }

    /// The sums of the marks of so many arrivals each, draws `first` and on of the stream `key`.
    pub fn sums(&self, counts: &[u64], key: u64, first: u64, sums: &mut [u64]) {
        for ((n, sum), counter) in counts.iter().zip(sums).zip(first..) {
            *sum = self.sum(*n, key, counter);
        }
    }

    /// The sum of the marks of `n` arrivals, draw `counter` of the stream `key`.
    #[inline(always)]
    pub fn sum(&self, n: u64, key: u64, counter: u64) -> u64 {
        let tables = &*self.0;
        if tables.deviation == 0.0 {
            return n * u64::from(tables.classes[0]);
        }
        if n == 0 {
            return 0;
        }
        let bits = draw(key, counter);
        if n <= TABLED as u64 {
            return u64::from(tables.of(n as usize)[(bits >> 56) as usize]);
        }
        let sum = n as f64 * tables.mean + (n as f64).sqrt() * tables.deviation * normal(bits);
        sum.max(n as f64 * f64::from(tables.classes[0])).round() as u64
    }

    /// Of marks that add up to `sum`, what the first `n` come to where `others` are left: the share that they have of two sums
    /// that are drawn anew. Draw `counter` of the stream `key`.
    ///
    /// The share of some of n marks does not depend on their sum where marks have a gamma law (Lukacs, "A characterization of the
    /// gamma distribution", Annals of Mathematical Statistics 26, 1955), and there this is exact. For others mean and variance
    /// are right to the first order in one over the number of marks.
    pub fn part_of(&self, sum: u64, (n, others): (u64, u64), key: u64, counter: u64) -> u64 {
        if n == 0 || others == 0 {
            return if n == 0 { 0 } else { sum };
        }
        if self.0.deviation == 0.0 {
            return n * u64::from(self.0.classes[0]);
        }
        let (own, rest) = (self.sum(n, key, 2 * counter), self.sum(others, key, 2 * counter + 1));
        in_proportion(sum, own, (own + rest).max(1))
    }
}

impl Tables {
    /// The table of the sum of `n` marks, `n` from 1 to [`TABLED`].
    #[inline(always)]
    fn of(&self, n: usize) -> &Table {
        if n == 1 { &self.classes } else { self.sums[n].get_or_init(|| self.sum_of(n)) }
    }

    #[cold]
    fn sum_of(&self, n: usize) -> Box<Table> {
        let (one, other) = (self.of(n / 2), self.of(n - n / 2));
        let mean_of = |group: &[u32]| group.iter().copied().map(u64::from).sum::<u64>() / group.len() as u64;
        let coarse: Vec<u64> = other.chunks_exact(CLASSES / COARSE).map(mean_of).collect();
        let table = means_of_sums(one, &coarse, COARSE);
        // Means of classes spread less than what they stand for: they are moved apart until mean and variance are
        // those of n independent marks.
        let mean = table.iter().sum::<f64>() / CLASSES as f64;
        let variance = table.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / CLASSES as f64;
        let stretch = self.deviation * (n as f64).sqrt() / variance.sqrt();
        let smallest = n as f64 * f64::from(self.classes[0]);
        Box::new(std::array::from_fn(|class| {
            let value = n as f64 * self.mean + (table[class] - mean) * stretch;
            value.max(smallest).min(f64::from(u32::MAX)).round() as u32
        }))
    }
}

/// Mean and variance of equally likely values.
fn moments(classes: &Table) -> (f64, f64) {
    let mean = classes.iter().map(|c| f64::from(*c)).sum::<f64>() / CLASSES as f64;
    (mean, classes.iter().map(|c| (f64::from(*c) - mean).powi(2)).sum::<f64>() / CLASSES as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_the_mean_and_variance_of_independent_marks() {
        // Exponential with mean 200: quantile -200 ln(1-u); variance 200² less what the top class averages out.
        let marks = Marks::from_quantiles(|u| -200.0 * libm::log(1.0 - u));
        assert!((marks.mean() - 200.0).abs() < 1.0, "{}", marks.mean());
        for n in [1, 7, 40, 500] {
            let trials = 20_000;
            let sums: Vec<f64> = (0..trials).map(|i| marks.sum(n, 11, i) as f64).collect();
            let mean = sums.iter().sum::<f64>() / trials as f64;
            let variance = sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / trials as f64;
            let standard_error = marks.deviation() * (n as f64 / trials as f64).sqrt();
            assert!((mean - n as f64 * marks.mean()).abs() < 4.0 * standard_error, "n {n}: {mean}");
            assert!((variance / (n as f64 * marks.deviation().powi(2)) - 1.0).abs() < 0.08, "n {n}");
        }
    }

    #[test]
    fn tables_that_were_made_ready_are_those_that_are_made_when_asked_for() {
        let marks = || Marks::from_quantiles(|u| 60.0 - 200.0 * libm::log(1.0 - u));
        let (ready, lazy) = (marks(), marks());
        ready.make_ready(9, 40);
        assert!(ready.0.sums[9].get().is_some() && ready.0.sums[40].get().is_some());
        assert!(ready.0.sums[41].get().is_none() && lazy.0.sums[9].get().is_none());
        for n in 1..=TABLED {
            assert_eq!(ready.0.of(n), lazy.0.of(n), "{n}");
        }
    }

    /// A block of 60 lines is cut into 6, 14 and 40: each part has the mean of so many marks, and their variance, 40,000 times;
    /// the parts add up. Exponential marks have a gamma law, but for the last 256th, which is one value.
    #[test]
    fn parts_of_a_sum_have_the_mean_and_variance_of_independent_marks() {
        let marks = Marks::from_quantiles(|u| -200.0 * libm::log(1.0 - u));
        let (trials, parts) = (40_000u64, [6u64, 14, 40]);
        let (mut sums, mut squares, mut product) = ([0.0; 3], [0.0; 3], 0.0);
        for trial in 0..trials {
            let sum = marks.sum(60, 3, trial);
            let first = marks.part_of(sum, (6, 54), 4, trial);
            let second = marks.part_of(sum - first, (14, 40), 5, trial);
            let off: [f64; 3] = std::array::from_fn(|part| {
                let bytes = [first, second, sum - first - second][part] as f64;
                bytes - parts[part] as f64 * marks.mean()
            });
            for part in 0..3 {
                sums[part] += off[part] / trials as f64;
                squares[part] += off[part] * off[part] / trials as f64;
            }
            product += off[0] * off[2] / trials as f64;
        }
        for part in 0..3 {
            let variance = parts[part] as f64 * marks.deviation().powi(2);
            assert!(sums[part].abs() < 4.0 * (variance / trials as f64).sqrt(), "{part}: {}", sums[part]);
            assert!((squares[part] / variance - 1.0).abs() < 0.05, "{part}: {}", squares[part] / variance);
        }
        // Independent: the correlation of the first and the last is known to 0.005.
        let correlation = product / (marks.deviation().powi(2) * (6.0f64 * 40.0).sqrt());
        assert!(correlation.abs() < 0.03, "{correlation}");
    }

    #[test]
    fn constant_marks_add_up_exactly() {
        assert_eq!(Marks::constant(241).sum(1000, 1, 2), 241_000);
    }
}
