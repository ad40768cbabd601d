//! The length of the initial transient of a series, by MSER-5.

/// Observations averaged into one, which is the 5 in MSER-5.
const BATCH: usize = 5;

/// Means that must remain behind every cut looked at, and a quarter of all if that is more: the criterion is erratic
/// over fewer. With a quarter, noise alone is refused in one case of ten with 25 means, and of sixty with 50.
const REMAIN: usize = 5;

/// Returns how many observations at the beginning of a series to leave out, by MSER-5: the cut that minimises the
/// squared standard error of the mean of what remains, over means of five observations,
///
/// ```text
/// MSER(d) = Σ (Y_j − mean of those behind d)² ÷ (k − d)²,   j = d+1 … k
/// ```
///
/// A multiple of five. `None` where the best cut lies in the second half of the series, or where there are fewer
/// than ten means: then the series is too short for the cut to be believed.
///
/// Source: K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation
/// 69(6), 1997; means of five from White, Cobb and Spratt, WSC 2000.
pub fn mser5(series: &[f64]) -> Option<usize> {
    let means: Vec<f64> =
        series.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    if means.len() < 2 * REMAIN {
        return None;
    }
    let mut best = (0, f64::INFINITY);
    let remain = REMAIN.max(means.len() / 4);
    for cut in 0..=means.len() - remain {
        let kept = &means[cut..];
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let squares: f64 = kept.iter().map(|y| (y - mean).powi(2)).sum();
        let statistic = squares / (kept.len() as f64).powi(2);
        if statistic < best.1 {
            best = (cut, statistic);
        }
    }
    (2 * best.0 <= means.len()).then_some(best.0 * BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise without a generator: the fractional parts of multiples of the golden ratio, even over ±1/2.
    fn noise(i: usize) -> f64 {
        (i as f64 * 0.618_033_988_749_895).fract() - 0.5
    }

    #[test]
    fn a_transient_is_cut_where_it_ends() {
        // 40 observations far off, then a steady state: each of the first 8 means is 10 off, noise is below 1/2.
        let series: Vec<f64> = (0..200).map(|i| if i < 40 { 10.0 } else { 20.0 } + noise(i)).collect();
        assert_eq!(mser5(&series), Some(40));
        // One that ends inside a batch takes the whole batch with it.
        let series: Vec<f64> = (0..200).map(|i| if i < 37 { 10.0 } else { 20.0 } + noise(i)).collect();
        assert_eq!(mser5(&series), Some(40));
    }

    #[test]
    fn a_transient_that_decays_is_cut_within_a_few_of_its_time_constants() {
        // 10·exp(−i/15) falls below the noise's ±1/2 at i = 45, below a tenth of it at i = 80.
        let series: Vec<f64> =
            (0..600).map(|i| 20.0 - 10.0 * (-(i as f64) / 15.0).exp() + noise(i)).collect();
        let cut = mser5(&series).unwrap();
        assert!((30..=110).contains(&cut), "{cut}");
    }

    #[test]
    fn a_steady_series_is_kept_whole() {
        assert_eq!(mser5(&[3.0; 100]), Some(0));
    }

    #[test]
    fn a_series_without_a_steady_state_has_no_cut() {
        // Rising all along, whatever is cut: the best cut leaves as little as it may.
        let rising: Vec<f64> = (0..200).map(f64::from).collect();
        assert_eq!(mser5(&rising), None);
        assert_eq!(mser5(&[1.0; 49]), None);
    }

    #[test]
    fn the_statistic_is_the_one_of_the_paper() {
        // Ten means 0 1 1 1 1 1 1 1 1 1: uncut Σ = 0.9, 0.9/100; cut by one, 0. The first mean is left out.
        let series: Vec<f64> = (0..50).map(|i| if i < 5 { 0.0 } else { 1.0 }).collect();
        assert_eq!(mser5(&series), Some(5));
        // Means 1.1 1.3 0.9 then seven of 1 ± 0.2 by turns: cutting one more loses more by (k − d)² than it gains.
        let means = [1.1, 1.3, 0.9, 1.2, 0.8, 1.2, 0.8, 1.2, 0.8, 1.2];
        let series: Vec<f64> = means.iter().flat_map(|m| [*m; 5]).collect();
        assert_eq!(mser5(&series), Some(0));
    }
}
