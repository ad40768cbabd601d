//! Counts and places of arrivals against their laws.

use super::*;
use statrs::distribution::DiscreteCDF;

/// Mean and variance of the counts of `n` intervals.
fn moments(arrivals: &Arrivals, n: u64) -> (f64, f64) {
    let counts: Vec<f64> = (0..n).map(|k| arrivals.count(99, k) as f64).collect();
    let mean = counts.iter().sum::<f64>() / n as f64;
    (mean, counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (n - 1) as f64)
}

/// Points within intervals, for few and many arrivals, in the order of a search and anew.
#[test]
fn what_is_known_of_an_interval_changes_no_answer() {
    for mean in [0.5, 40.0, 100.0, 930.0, 20_000.0] {
        let arrivals = Arrivals::poisson(mean, Modulation::Steady);
        let (mut memo, mut places) = (Memo::default(), Places::default());
        for k in 0..40 {
            let count = arrivals.count(5, k);
            let (mut low, mut high) = (0, NOTCHES);
            for step in 0..40 {
                let middle = low + (high - low) / 2;
                for offset in [middle, 0, NOTCHES, draw(k, step) % NOTCHES] {
                    let again = arrivals.before_with(&mut memo, 5, (k, count), offset, NOTCHES);
                    let by_places = arrivals.before_by_places(&mut places, 5, (k, count), offset, NOTCHES);
                    let before = arrivals.before(5, k, count, offset, NOTCHES);
                    assert_eq!((again, by_places), (before, before), "{mean} {k} {offset}");
                }
                if draw(k, 100 + step).is_multiple_of(2) { low = middle } else { high = middle }
            }
        }
    }
}

#[test]
fn poisson_counts_have_their_mean_and_variance() {
    // 40,000 intervals: the mean is good to sqrt(m/n), the variance to about m·sqrt(2/n) + sqrt(m/n).
    for m in [0.02, 1.0, 10.0, 380.0, 5000.0, 50_000.0] {
        let (mean, variance) = moments(&Arrivals::poisson(m, Modulation::Steady), 40_000);
        assert!((mean - m).abs() < 4.0 * (m / 40_000.0).sqrt(), "mean {mean} of {m}");
        let tolerance = 4.0 * (m * (2.0 / 40_000.0f64).sqrt() + (m / 40_000.0).sqrt());
        assert!((variance - m).abs() < tolerance, "variance {variance} of {m}");
    }
}

/// Small counts by a table from none on, larger ones by one around the mean, the largest by rejection: shares of 40,000 that are no
/// more than a number, beside the distribution function of statrs.
#[test]
fn poisson_counts_have_their_distribution_function() {
    let n = 40_000;
    for m in [3.0, 399.0, 401.0, 930.0, 9_900.0, 10_100.0] {
        let law = statrs::distribution::Poisson::new(m).unwrap();
        let arrivals = Arrivals::poisson(m, Modulation::Steady);
        let counts: Vec<u64> = (0..n).map(|k| arrivals.count(17, k)).collect();
        for deviations in [-2.5, -1.0, 0.0, 0.5, 2.0, 3.0] {
            let number = (m + deviations * m.sqrt()).max(0.0) as u64;
            let chance = law.cdf(number);
            let share = counts.iter().filter(|count| **count <= number).count() as f64 / n as f64;
            let tolerance = 4.5 * (chance * (1.0 - chance) / n as f64).sqrt() + 1e-9;
            assert!((share - chance).abs() < tolerance, "{m}, {number}: {share}, {chance}");
        }
    }
}

#[test]
fn modulation_keeps_the_mean_and_adds_variance() {
    let burst = Arrivals::poisson(10.0, Modulation::OnOff { slot: 5, duty: 0.2 });
    let (mean, variance) = moments(&burst, 100_000);
    // Slots of 5: 20,000 of them, each 0 or 250 with probability 0.2: sd of the mean 100/5/sqrt(20,000).
    assert!((mean - 10.0).abs() < 4.0 * 20.0 / 141.0, "{mean}");
    // Variance = 50 in a slot that is on, on average 10, plus 50²·0.2·0.8 = 400.
    assert!((variance - 410.0).abs() < 25.0, "{variance}");
    let trace = Arrivals::poisson(4.0, Modulation::Trace(vec![0.0, 2.0, 1.0].into()));
    assert!((moments(&trace, 30_000).0 - 4.0).abs() < 0.1);
    let sine = Modulation::Sine { period: 100.0, amplitude: 0.8, phase: 0.25 };
    let (mean, _) = moments(&Arrivals::poisson(10.0, sine), 10_000);
    assert!((mean - 10.0).abs() < 0.2, "{mean}");
}

#[test]
fn splits_grow_with_time_and_add_up() {
    let length = 1_000_000_000;
    for m in [3.0, 60.0, 300.0, 20_000.0] {
        let arrivals = Arrivals::poisson(m, Modulation::Steady);
        for k in 0..20 {
            let n = arrivals.count(5, k);
            let mut last = 0;
            for step in 0..=1000u64 {
                let before = arrivals.before(5, k, n, step * 1_000_000, length);
                assert!(before >= last && before <= n);
                last = before;
            }
            assert_eq!(last, n);
        }
    }
}

#[test]
fn a_split_is_binomial_for_poisson_arrivals() {
    // Arrivals in the first quarter of an interval of a Poisson(10) process are Poisson(2.5).
    let arrivals = Arrivals::poisson(10.0, Modulation::Steady);
    let n = 40_000;
    let quarter = |k| arrivals.before(3, k, arrivals.count(3, k), 250, 1000) as f64;
    let mean = (0..n).map(quarter).sum::<f64>() / n as f64;
    let variance = (0..n).map(|k| (quarter(k) - mean).powi(2)).sum::<f64>() / n as f64;
    assert!((mean - 2.5).abs() < 4.0 * (2.5 / n as f64).sqrt(), "{mean}");
    assert!((variance - 2.5).abs() < 0.12, "{variance}");
}

#[test]
fn each_arrival_is_where_the_counts_say() {
    let length = 1_000_000_000;
    for m in [0.7, 9.0, 700.0] {
        for arrivals in [Arrivals::poisson(m, Modulation::Steady), Arrivals::constant(m)] {
            for k in 0..30 {
                let count = arrivals.count(4, k);
                let mut places = Vec::new();
                arrivals.each(4, k, count, length, |place| places.push(place));
                assert_eq!(places.len() as u64, count);
                for (number, place) in (0..).zip(places) {
                    // Two nanoseconds for the rounding of either.
                    assert!(arrivals.before(4, k, count, place.saturating_sub(2), length) <= number);
                    assert!(arrivals.before(4, k, count, place + 2, length) > number, "{m}, {k}: {place}");
                }
            }
        }
    }
}

#[test]
fn ticked_arrivals_come_together_at_ticks() {
    // 1,000 an interval at ticks of a tenth of it: 100 at each, none between, whatever the stream.
    let arrivals = Arrivals::ticked(1000.0, NOTCHES / 10, 0);
    assert_eq!(arrivals.ticks(), 10.0);
    for key in 0..5 {
        let n = arrivals.count(key, 7);
        let at = |tenths: f64| arrivals.before(key, 7, n, (tenths * 1e8) as u64, NOTCHES);
        assert_eq!((n, at(0.5), at(1.0), at(1.01)), (1000, 100, 100, 200));
    }
    // With a spacing of 1/10,000 of the interval half of a tick's 100 are there after half of the next tenth's tenth.
    let spaced = Arrivals::ticked(1000.0, NOTCHES / 10, NOTCHES / 10_000);
    let n = spaced.count(1, 7);
    assert_eq!(spaced.before(1, 7, n, 100_000_000 + 5_000_000, NOTCHES), 100 + 50);
    // Rare arrivals keep their mean: one in 40 ticks.
    let rare = Arrivals::ticked(25.0, NOTCHES / 1000, 2000);
    assert_eq!((1..101).map(|k| rare.count(3, k)).sum::<u64>(), 2500);
}

#[test]
fn constant_arrivals_are_even() {
    let arrivals = Arrivals::constant(2.5);
    let total: u64 = (0..1000).map(|k| arrivals.count(8, k)).sum();
    assert!((2499..=2501).contains(&total));
    let n = arrivals.count(8, 3);
    assert_eq!(arrivals.before(8, 3, n, 10, 10), n);
}
