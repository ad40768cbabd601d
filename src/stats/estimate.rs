//! What replications say of a figure: a mean with Student's t, a median with order statistics, differences of intervals.

use serde::Serialize;
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

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

    /// The median of independent replications with the interval between two of them, for figures that have a limit which
    /// most replications touch (a buffer, the range of a search) or that are very large now and then: of such a Student
    /// interval holds the mean far less often than it says. Nothing is assumed of the distribution: with five
    /// replications the interval from the least to the largest holds the median in 93.75 of 100 cases, with more it is 95
    /// by interpolating between the nearest pairs. With fewer than five there is no such interval, and Student's stands in
    /// about the median.
    ///
    /// A missing value stands for one beyond every bound. Sources: David and Nagaraja, "Order Statistics", 7.1;
    /// Hettmansperger and Sheather, "Confidence intervals based on interpolated order statistics", Statistics &
    /// Probability Letters 4 (1986).
    pub fn median(values: &[Option<f64>]) -> Self {
        let n = values.len();
        let mut sorted: Vec<f64> = values.iter().map(|v| v.unwrap_or(f64::INFINITY)).collect();
        sorted.sort_by(f64::total_cmp);
        let finite = |v: f64| v.is_finite().then_some(v);
        let Some(middle) = n.checked_sub(1).map(|last| last / 2) else { return Self::of(&[]) };
        let mean = finite(if n.is_multiple_of(2) {
            between(sorted[middle], sorted[middle + 1], 0.5)
        } else {
            sorted[middle]
        });
        if n < FEWEST {
            let student = Self::of(values);
            let half = student.half_width();
            let end = |sign: f64| Some(mean? + sign * half?);
            return Self { mean, lo: end(-1.0), hi: end(1.0), n };
        }
        let (depth, part) = depth_of_median(n);
        let lo = between(sorted[depth - 1], sorted[depth], part);
        let hi = between(sorted[n - depth], sorted[n - depth - 1], part);
        Self { mean, lo: finite(lo), hi: Some(hi), n }
    }

    /// The difference `a − b` of two figures of which only intervals are known, with the interval that follows from these: as
    /// far below as `a` may be lower and `b` higher, in squares. What they have in common is not used, so that it is rather
    /// too wide than too narrow. Source: Zou and Donner, "Construction of confidence limits about effect measures",
    /// Statistics in Medicine 27 (2008), with a correlation of nothing.
    ///
    /// Where one of them lies beyond every bound, so does the difference, and its interval has one end: as far as what is
    /// beyond may come back, which is where the rule above goes as that grows without end. Of two beyond nothing is known.
    pub fn of_intervals(a: &Self, b: &Self) -> Self {
        let n = a.n.min(b.n);
        let beyond = |lo, hi| Self { mean: None, lo, hi, n };
        let is_open = |end: Option<f64>| end == Some(f64::INFINITY);
        let (own, other) = match (a.mean, b.mean) {
            (Some(own), Some(other)) => (own, other),
            (None, Some(other)) if is_open(a.hi) => {
                let least = if is_open(b.hi) { Some(f64::NEG_INFINITY) } else { a.lo.map(|lo| lo - other) };
                return beyond(least, a.hi);
            }
            (Some(own), None) if is_open(b.hi) => {
                let most = if is_open(a.hi) { a.hi } else { b.lo.map(|lo| own - lo) };
                return beyond(Some(f64::NEG_INFINITY), most);
            }
            _ => return beyond(None, None),
        };
        let reach = |from: f64, to: Option<f64>| to.map(|to| (to - from).abs());
        let half = |x: Option<f64>, y: Option<f64>| Some(libm::hypot(x?, y?));
        let (below, above) =
            (half(reach(own, a.lo), reach(other, b.hi)), half(reach(own, a.hi), reach(other, b.lo)));
        let mean = own - other;
        Self { mean: Some(mean), lo: below.map(|by| mean - by), hi: above.map(|by| mean + by), n }
    }

    /// A share of independent trials with Wilson's interval: from none and all of them, too, it reaches to what is possible.
    /// Source: Wilson, "Probable inference", JASA 22 (1927).
    pub fn of_share(hits: usize, trials: usize) -> Self {
        if trials == 0 {
            return Self { mean: None, lo: None, hi: None, n: 0 };
        }
        let (n, share) = (trials as f64, hits as f64 / trials as f64);
        let z2 = 1.96_f64.powi(2);
        let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
        Self { mean: Some(share), lo: Some(middle - half), hi: Some(middle + half), n: trials }
            .within(0.0, 1.0)
    }

    /// The same with an interval that reaches no further than the figure can.
    #[must_use]
    pub fn within(self, least: f64, most: f64) -> Self {
        let clip = |end: Option<f64>| end.map(|v| if v.is_finite() { v.clamp(least, most) } else { v });
        Self { lo: clip(self.lo), hi: clip(self.hi), ..self }
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

/// Replications from which an interval of a median exists that is worth its 95 %: 1 − 2·2⁻⁵ = 93.75 %.
const FEWEST: usize = 5;

/// What the interval is to hold.
const CONFIDENCE: f64 = 0.95;

/// From which of the sorted values, counted from 1, the interval of a median reaches to its mirror, and how far inwards
/// to the next pair.
fn depth_of_median(n: usize) -> (usize, f64) {
    // Valid for any n.
    let Ok(law) = Binomial::new(0.5, n as u64) else { return (1, 0.0) };
    let holds = |depth: usize| 1.0 - 2.0 * law.cdf(depth as u64 - 1);
    let depth = (1..=n / 2).take_while(|depth| holds(*depth) >= CONFIDENCE).last().unwrap_or(1);
    let (wide, narrow) = (holds(depth), holds(depth + 1));
    if wide < CONFIDENCE || depth >= n / 2 {
        return (depth, 0.0);
    }
    let share = (wide - CONFIDENCE) / (wide - narrow);
    let (n, d) = (n as f64, depth as f64);
    (depth, (n - d) * share / (d + (n - 2.0 * d) * share))
}

/// A part of the way from one value to another, either of which may be infinite.
fn between(from: f64, to: f64, part: f64) -> f64 {
    if part == 0.0 || from == to { from } else { from + (to - from) * part }
}

/// The 97.5 % quantile of Student's t with so many degrees of freedom.
pub(super) fn t_quantile_975(freedom: f64) -> f64 {
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
    fn a_median_lies_between_order_statistics() {
        let five = Estimate::median(&[5.0, 1.0, 4.0, 2.0, 30.0].map(Some));
        assert_eq!((five.mean, five.lo, five.hi), (Some(4.0), Some(1.0), Some(30.0)));
        // Beyond every bound is beyond every bound.
        let late = Estimate::median(&[Some(1.0), None, Some(2.0), Some(3.0), Some(4.0)]);
        assert_eq!((late.mean, late.lo, late.hi), (Some(3.0), Some(1.0), Some(f64::INFINITY)));
        assert_eq!(Estimate::median(&[None; 5]).mean, None);
        // Nine values: the second and the eighth hold the median in 1 − 2·10/512 = 96.1 %, the third and the seventh in
        // 82.0 %: I = (0.9609 − 0.95)/(0.9609 − 0.8203) = 0.0778, and (9 − 2)·I ÷ (2 + 5·I) = 0.228 of the way.
        let nine: Vec<Option<f64>> = (1..=9).map(|v| Some(f64::from(v))).collect();
        let nine = Estimate::median(&nine);
        assert!(
            (nine.lo.unwrap() - 2.228).abs() < 0.001 && (nine.hi.unwrap() - 7.772).abs() < 0.001,
            "{nine:?}"
        );
        // Fewer than five: Student's about the median.
        let three = Estimate::median(&[1.0, 2.0, 6.0].map(Some));
        assert_eq!(three.mean, Some(2.0));
        assert!(three.lo.unwrap() < 0.0 && Estimate::median(&[Some(1.0)]).lo.is_none());
    }

    #[test]
    fn intervals_of_two_figures_give_one_of_their_difference() {
        // 10 from 7 to 16 and 4 from 0 to 12: below 6 by √(3² + 8²), above by √(6² + 4²).
        let interval = |mean, lo, hi| Estimate { mean: Some(mean), lo: Some(lo), hi: Some(hi), n: 5 };
        let difference = Estimate::of_intervals(&interval(10.0, 7.0, 16.0), &interval(4.0, 0.0, 12.0));
        assert_eq!(difference.mean, Some(6.0));
        assert!((difference.lo.unwrap() - (6.0 - 73f64.sqrt())).abs() < 1e-12);
        assert!((difference.hi.unwrap() - (6.0 + 52f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn a_difference_to_what_never_comes_has_one_end() {
        let interval = |mean, lo, hi| Estimate { mean: Some(mean), lo: Some(lo), hi: Some(hi), n: 5 };
        let never = Estimate { mean: None, lo: Some(30.0), hi: Some(f64::INFINITY), n: 5 };
        let ends = |a: &Estimate, b: &Estimate| {
            let difference = Estimate::of_intervals(a, b);
            (difference.mean, difference.lo, difference.hi)
        };
        // At least 30 − 4; the rule for two that are known goes there: 10⁹ − 4 − √((10⁹ − 30)² + 8²) = 26 less 3·10⁻⁸.
        let some = interval(4.0, 0.0, 12.0);
        assert_eq!(ends(&never, &some), (None, Some(26.0), Some(f64::INFINITY)));
        assert_eq!(ends(&some, &never), (None, Some(f64::NEG_INFINITY), Some(-26.0)));
        let far = Estimate::of_intervals(&interval(1e9, 30.0, 2e9), &some);
        assert!((far.lo.unwrap() - 26.0).abs() < 1e-6, "{far:?}");
        // What may never come either may be as late, and of two that never come nothing is known.
        let open = interval(4.0, 0.0, f64::INFINITY);
        assert_eq!(ends(&never, &open), (None, Some(f64::NEG_INFINITY), Some(f64::INFINITY)));
        assert_eq!(ends(&never, &never), (None, None, None));
    }

    #[test]
    fn no_interval_reaches_beyond_what_can_be() {
        let rare = Estimate::of(&[0.0, 0.0, 0.0, 0.0, 1.0].map(Some)).within(0.0, 1.0);
        assert_eq!(rare.lo, Some(0.0));
        assert!((rare.hi.unwrap() - 0.755).abs() < 0.001);
    }

    #[test]
    fn a_share_has_wilsons_interval() {
        // 8 of 10: z² = 3.8416, middle (0.8 + 0.19208)/1.38416 = 0.71674, half √(3.8416·(0.016 + 0.009604))/1.38416 = 0.22658.
        let eight = Estimate::of_share(8, 10);
        assert!(
            (eight.lo.unwrap() - 0.4902).abs() < 1e-4 && (eight.hi.unwrap() - 0.9433).abs() < 1e-4,
            "{eight:?}"
        );
        // None of 10: from 0 to 3.8416/13.8416.
        let none = Estimate::of_share(0, 10);
        assert!(none.lo.unwrap().abs() < 1e-9 && (none.hi.unwrap() - 0.2775).abs() < 1e-4, "{none:?}");
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
