//! Marks of arrivals (sizes, service times): a distribution as 256 equally likely values.
//!
//! A class stands for 1/256 of the distribution and holds its mean, so that the mean is exact and only the
//! spread inside a class is lost (the upper half-percent of a heavy tail is one or two values). A draw costs
//! one byte of randomness; the sum of many draws is normal by the central limit theorem.

use super::random::draw;

/// Classes of a [`Marks`] table.
pub const CLASSES: usize = 256;

/// From how many draws on a sum counts as normal.
const NORMAL_FROM: u64 = 64;

/// A distribution of non-negative marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    classes: Vec<u32>,
    mean: f64,
    deviation: f64,
}

impl Marks {
    /// Every mark the same.
    pub fn constant(value: u32) -> Self {
        Self::from_classes(vec![value; CLASSES])
    }

    /// From a quantile function on (0, 1): each class is the mean of 16 quantiles inside it.
    pub fn from_quantiles(quantile: impl Fn(f64) -> f64) -> Self {
        const INSIDE: usize = 16;
        let class = |c: usize| {
            let at = |i: usize| quantile((c as f64 + (i as f64 + 0.5) / INSIDE as f64) / CLASSES as f64);
            (0..INSIDE).map(at).sum::<f64>() / INSIDE as f64
        };
        Self::from_classes(
            (0..CLASSES).map(|c| class(c).clamp(0.0, f64::from(u32::MAX)).round() as u32).collect(),
        )
    }

    /// From 256 equally likely values.
    fn from_classes(classes: Vec<u32>) -> Self {
        debug_assert_eq!(classes.len(), CLASSES);
        let mean = classes.iter().map(|c| f64::from(*c)).sum::<f64>() / CLASSES as f64;
        let variance = classes.iter().map(|c| (f64::from(*c) - mean).powi(2)).sum::<f64>() / CLASSES as f64;
        Self { classes, mean, deviation: variance.sqrt() }
    }

    /// Mean mark.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation of a mark.
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// The sum of the marks of `n` arrivals, draw `counter` of the stream `key`.
    #[inline]
    pub fn sum(&self, n: u64, key: u64, counter: u64) -> u64 {
        if self.deviation == 0.0 {
            return n * u64::from(self.classes[0]);
        }
        let bits = draw(key, counter);
        if n <= NORMAL_FROM {
            let (mut sum, mut word, mut rest) = (0u64, bits, n);
            loop {
                for byte in word.to_le_bytes().into_iter().take(rest.min(8) as usize) {
                    sum += u64::from(self.classes[usize::from(byte)]);
                }
                if rest <= 8 {
                    return sum;
                }
                rest -= 8;
                word = draw(bits, rest);
            }
        }
        // 128 fair bits: mean 64, variance 32.
        let ones = bits.count_ones() + draw(bits, 0).count_ones();
        let normal = (f64::from(ones) - 64.0) / 32f64.sqrt();
        let sum = n as f64 * self.mean + (n as f64).sqrt() * self.deviation * normal;
        sum.max(n as f64 * f64::from(self.classes[0])).round() as u64
    }
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
    fn constant_marks_add_up_exactly() {
        assert_eq!(Marks::constant(241).sum(1000, 1, 2), 241_000);
    }
}
