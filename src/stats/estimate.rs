//! Means of replications with Student's t intervals.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean over replications with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean; `None` when a replication's value is beyond the horizon.
    pub mean: Option<f64>,
    /// Lower end of the interval; `None` with one replication.
    pub lo: Option<f64>,
    /// Upper end of the interval; `None` with one replication.
    pub hi: Option<f64>,
    /// Replications.
    pub n: usize,
}

impl Estimate {
    /// The mean of independent replications and its Student t interval.
    ///
    /// A missing value stands for one beyond every bound (a freshness that never came), and so does the mean
    /// of values among which there is one.
    pub fn of(values: &[Option<f64>]) -> Self {
        let n = values.len();
        let known: Option<Vec<f64>> = values.iter().copied().collect();
        let Some(known) = known.filter(|k| !k.is_empty()) else {
            return Self { mean: None, lo: None, hi: None, n };
        };
        let mean = known.iter().sum::<f64>() / n as f64;
        if n < 2 {
            return Self { mean: Some(mean), lo: None, hi: None, n };
        }
        let variance = known.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
        let half = t_quantile_975((n - 1) as f64) * (variance / n as f64).sqrt();
        Self { mean: Some(mean), lo: Some(mean - half), hi: Some(mean + half), n }
    }

    /// The mean of paired differences `a - b` and its interval: for replications that share random numbers.
    pub fn of_differences(a: &[Option<f64>], b: &[Option<f64>]) -> Self {
        let differences: Vec<Option<f64>> = a.iter().zip(b).map(|(a, b)| Some((*a)? - (*b)?)).collect();
        Self::of(&differences)
    }

    /// The difference `a - b` of means of independent samples and its interval, by Welch's approximation (B. L. Welch,
    /// Biometrika 1947): for replications that share no random numbers.
    pub fn of_independent(a: &[Option<f64>], b: &[Option<f64>]) -> Self {
        let (own, other) = (Self::of(a), Self::of(b));
        let n = own.n.min(other.n);
        let mean = own.mean.zip(other.mean).map(|(a, b)| a - b);
        let (Some(mean), Some(wa), Some(wb)) = (mean, own.half_width(), other.half_width()) else {
            return Self { mean, lo: None, hi: None, n };
        };
        // Squared standard errors, out of the halves of Student's intervals.
        let square = |half: f64, n: usize| (half / t_quantile_975((n - 1) as f64)).powi(2);
        let (sa, sb) = (square(wa, own.n), square(wb, other.n));
        let sum = sa + sb;
        let freedom = match sum > 0.0 {
            true => sum.powi(2) / (sa.powi(2) / (own.n - 1) as f64 + sb.powi(2) / (other.n - 1) as f64),
            false => n as f64,
        };
        let half = t_quantile_975(freedom) * sum.sqrt();
        Self { mean: Some(mean), lo: Some(mean - half), hi: Some(mean + half), n }
    }

    /// Half the width of the interval; `None` where there is none.
    pub fn half_width(&self) -> Option<f64> {
        Some((self.hi? - self.lo?) / 2.0)
    }

    /// Half the width of the interval as a share of a size, in the same unit: 0.05 is ±5 %. Nothing is certain to
    /// any share, zero included, where the width is zero; `None` where there is no interval, or no size to compare
    /// with.
    pub fn relative_to(&self, size: f64) -> Option<f64> {
        let half = self.half_width()?;
        if half == 0.0 { Some(0.0) } else { (size != 0.0).then(|| half / size.abs()) }
    }
}

/// The 97.5 % quantile of Student's t with so many degrees of freedom.
fn t_quantile_975(freedom: f64) -> f64 {
    // Location 0, scale 1 and at least one degree of freedom are always valid.
    StudentsT::new(0.0, 1.0, freedom.max(1.0)).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_students() {
        // Mean 3, s² = 2.5, t(0.975; 4) = 2.776: half width 2.776·sqrt(0.5) = 1.963.
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
        assert_eq!(estimate.mean, Some(3.0));
        assert!((estimate.hi.unwrap() - 4.963).abs() < 0.001);
        assert!((estimate.lo.unwrap() - 1.037).abs() < 0.001);
    }

    #[test]
    fn one_value_has_no_interval_and_a_missing_one_no_mean() {
        let one = Estimate::of(&[Some(2.0)]);
        assert_eq!((one.mean, one.lo, one.hi), (Some(2.0), None, None));
        assert_eq!(Estimate::of(&[Some(2.0), None]).mean, None);
    }

    #[test]
    fn precision_is_half_the_width_over_the_size() {
        // Half width 1.963 about a mean of 3, as above.
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
        assert!((estimate.relative_to(3.0).unwrap() - 1.963 / 3.0).abs() < 0.001);
        assert_eq!(estimate.relative_to(0.0), None);
        assert_eq!(Estimate::of(&[Some(0.0); 3]).relative_to(0.0), Some(0.0));
        assert_eq!(Estimate::of(&[Some(1.0)]).relative_to(1.0), None);
    }

    #[test]
    fn pairing_narrows_the_interval() {
        let a = [10.0, 20.0, 30.0, 40.0].map(Some);
        let b = [9.0, 19.1, 28.9, 39.0].map(Some);
        let paired = Estimate::of_differences(&a, &b);
        assert!((paired.mean.unwrap() - 1.0).abs() < 1e-9);
        assert!(paired.hi.unwrap() - paired.lo.unwrap() < 0.3);
    }

    #[test]
    fn independent_samples_are_compared_by_welch() {
        // Means 3 and 9, variances 2.5 and 10 over 5 and 5: standard error √(0.5 + 2) = 1.5811; degrees of freedom
        // 2.5² ÷ (0.5²/4 + 2²/4) = 5.882, t(0.975; 5.882) = 2.4593: half width 3.888.
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0].map(Some), [5.0, 7.0, 9.0, 11.0, 13.0].map(Some));
        let difference = Estimate::of_independent(&b, &a);
        assert_eq!(difference.mean, Some(6.0));
        assert!((difference.half_width().unwrap() - 3.888).abs() < 0.01, "{difference:?}");
    }
}
