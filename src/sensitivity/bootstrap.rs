//! Intervals of statistics by resampling (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13: percentiles).

use crate::engine::random::draw;
use crate::stats::Estimate;

/// Resamples: enough for the 2.5th and 97.5th percentile to settle.
const RESAMPLES: u64 = 400;

/// A statistic of `n` independent observations with its 95 % interval; `of` is told which of them to take. No interval with
/// fewer than four of them.
pub(super) fn interval(n: usize, key: u64, of: impl Fn(&[usize]) -> f64) -> Estimate {
    let whole: Vec<usize> = (0..n).collect();
    let mean = Some(of(&whole)).filter(|value| value.is_finite());
    if n < 4 {
        return Estimate { mean, lo: None, hi: None, n };
    }
    let mut found: Vec<f64> = (0..RESAMPLES)
        .map(|resample| {
            let take = |at| (draw(key, resample * n as u64 + at) % n as u64) as usize;
            of(&(0..n as u64).map(take).collect::<Vec<usize>>())
        })
        .filter(|value| value.is_finite())
        .collect();
    found.sort_by(f64::total_cmp);
    let at = |share: f64| found.get((share * found.len() as f64) as usize).copied();
    Estimate { mean, lo: at(0.025), hi: at(0.975), n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_wide() {
        // Whole numbers from 1 to 100: mean 50.5, standard deviation √((100² − 1)/12) = 28.87, standard error 2.887. The
        // 95 % interval is 1.96 of them on each side, 5.66; a tenth of that for the noise of 400 resamples.
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let mean = |of: &[usize]| of.iter().map(|at| values[*at]).sum::<f64>() / of.len() as f64;
        let found = interval(100, 7, mean);
        assert_eq!(found.mean, Some(50.5));
        assert!((found.half_width().unwrap() - 5.66).abs() < 0.57, "{found:?}");
        assert_eq!(interval(3, 7, mean).lo, None);
    }
}
