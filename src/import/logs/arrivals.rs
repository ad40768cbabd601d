//! How lines fall in time: counts second by second, judged.
//!
//! **Idle gaps.** More than [`GAP`] seconds without a line are cut out: whether the source was idle or the
//! file is an excerpt cannot be told.
//!
//! **Dense enough.** What remains must cover at least [`LEAST_SECONDS`] seconds with at least [`LEAST_RATE`]
//! lines a second. Files that are a sample of a log fail this, as they should: sampling destroys bursts.
//!
//! **Burstier than chance.** The variance of the counts over their mean (the index of dispersion, `D`) is 1
//! for Poisson arrivals. Within three standard errors of 1 the arrivals count as Poisson. Otherwise they
//! become a trace. The engine draws Poisson counts around a trace's weights, so with the bare counts as
//! weights chance would count twice, and ever more so the higher the rate is set. The weights are the counts
//! drawn towards their mean by `√(1 − 1/D)`: at the observed rate the engine's counts then have the observed
//! `D` (law of total variance).

use crate::scenario::{ArrivalsSpec, Trace};

/// Seconds without a line that are cut out when there are more of them together.
pub(super) const GAP: u64 = 300;
/// Seconds that a trace covers at least.
pub(super) const LEAST_SECONDS: u64 = 300;
/// Lines a second that a trace has at least.
pub(super) const LEAST_RATE: f64 = 0.2;
/// Seconds that a trace has at most; of longer files the busiest so many.
pub(super) const MOST_SECONDS: u64 = 3_600;

/// Lines by second, of one file, in any order.
#[derive(Debug, Default)]
pub(super) struct Seconds {
    counts: Vec<(i64, u64)>,
    merged: usize,
}

impl Seconds {
    /// Counts lines at a second.
    pub(super) fn add(&mut self, second: i64, lines: u64) {
        match self.counts.last_mut() {
            Some((last, n)) if *last == second => *n += lines,
            _ => self.counts.push((second, lines)),
        }
        // Seconds that come back (several writers) must not pile up.
        if self.counts.len() > 2 * self.merged.max(1 << 16) {
            self.merge();
        }
    }

    fn merge(&mut self) {
        self.counts.sort_unstable_by_key(|(second, _)| *second);
        self.counts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        self.merged = self.counts.len();
    }
}

/// Seconds of all files on one axis, idle gaps cut out.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// Lines with a time.
    pub(super) lines: u64,
    /// Seconds from each file's first to its last line, all files together.
    pub(super) span: u64,
    /// The same without idle gaps.
    pub(super) covered: u64,
    /// Idle gaps that were cut out.
    pub(super) gaps: u64,
    /// Places on the axis that have lines, in order, and how many.
    points: Vec<(u64, u64)>,
}

impl Observed {
    /// Puts a file's seconds behind those that are there.
    pub(super) fn add(&mut self, mut file: Seconds) {
        file.merge();
        let mut last: Option<i64> = None;
        for (second, lines) in file.counts {
            let step = last.map_or(1, |last| second.abs_diff(last));
            self.span += step;
            if step > GAP {
                self.gaps += 1;
            }
            self.covered += if step > GAP { 1 } else { step };
            self.points.push((self.covered - 1, lines));
            self.lines += lines;
            last = Some(second);
        }
    }

    /// Whether a trace can be made of it.
    pub(super) fn is_dense(&self) -> bool {
        self.covered >= LEAST_SECONDS && self.lines as f64 >= LEAST_RATE * self.covered as f64
    }

    /// Mean lines a second: without idle gaps where that is dense, over the whole span otherwise. `None`
    /// when all lines are of one second.
    pub(super) fn rate(&self) -> Option<f64> {
        let seconds = if self.is_dense() { self.covered } else { self.span };
        (seconds > 1).then(|| self.lines as f64 / seconds as f64)
    }

    /// Arrivals by the busiest [`MOST_SECONDS`], their index of dispersion, and their mean rate.
    pub(super) fn arrivals(&self) -> (ArrivalsSpec, f64, f64) {
        let counts = self.busiest();
        let seconds = counts.len() as f64;
        let mean = counts.iter().map(|n| *n as f64).sum::<f64>() / seconds;
        let squares = counts.iter().map(|n| (*n as f64 - mean).powi(2)).sum::<f64>();
        let dispersion = squares / (seconds - 1.0).max(1.0) / mean;
        // Standard error of the index of dispersion of Poisson counts: √(2 / (n − 1)).
        if dispersion <= 1.0 + 3.0 * (2.0 / (seconds - 1.0).max(1.0)).sqrt() {
            return (ArrivalsSpec::Poisson, dispersion, mean);
        }
        let drawn = (1.0 - 1.0 / dispersion).sqrt();
        let weight = |n: &u64| (((mean + drawn * (*n as f64 - mean)) * 100.0).round() / 100.0) as f32;
        let per_second = counts.iter().map(weight).collect();
        (ArrivalsSpec::Trace(Trace { per_second }), dispersion, mean)
    }

    /// Counts of successive seconds: all, or the busiest [`MOST_SECONDS`].
    fn busiest(&self) -> Vec<u64> {
        let length = self.covered.min(MOST_SECONDS);
        let (mut first, mut sum, mut best) = (0, 0, (0, 0));
        for (at, lines) in &self.points {
            sum += lines;
            while self.points[first].0 + length <= *at {
                sum -= self.points[first].1;
                first += 1;
            }
            if sum > best.0 {
                best = (sum, (at + 1).saturating_sub(length));
            }
        }
        let mut counts = vec![0; usize::try_from(length).unwrap_or(0)];
        for (at, lines) in &self.points {
            let place = at.checked_sub(best.1).and_then(|place| usize::try_from(place).ok());
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += lines;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(i64, u64)]) -> Observed {
        let mut seconds = Seconds::default();
        counts.iter().for_each(|(second, lines)| seconds.add(*second, *lines));
        let mut observed = Observed::default();
        observed.add(seconds);
        observed
    }

    #[test]
    fn seconds_add_up_in_any_order() {
        let observed = of(&[(10, 1), (12, 2), (10, 3), (12, 1), (11, 1)]);
        assert_eq!((observed.lines, observed.span, observed.covered), (8, 3, 3));
        assert_eq!(observed.points, [(0, 4), (1, 1), (2, 3)]);
        assert!(!observed.is_dense());
        assert_eq!(observed.rate(), Some(8.0 / 3.0));
        assert_eq!(of(&[(10, 5)]).rate(), None);
    }

    #[test]
    fn idle_gaps_are_cut_and_shorter_ones_are_not() {
        // A step of 300 s stays; one of 301 s becomes one second.
        let observed = of(&[(0, 1), (300, 1), (601, 1)]);
        assert_eq!((observed.span, observed.covered, observed.gaps), (602, 302, 1));
        let mut two = of(&[(0, 1), (9, 1)]);
        let mut other = Seconds::default();
        other.add(1_000_000, 4);
        two.add(other);
        assert_eq!((two.span, two.covered, two.gaps, two.points.last()), (11, 11, 0, Some(&(10, 4))));
    }

    #[test]
    fn what_is_as_random_as_chance_is_poisson_and_bursts_are_a_trace() {
        // Alternating 1 and 3 lines: mean 2, variance 1, D = 0.5.
        let even: Vec<_> = (0..400).map(|s| (s, 1 + 2 * (s as u64 % 2))).collect();
        let (arrivals, dispersion, mean) = of(&even).arrivals();
        assert!(matches!(arrivals, ArrivalsSpec::Poisson));
        assert!((dispersion - 0.5).abs() < 0.01 && mean == 2.0, "{dispersion} {mean}");
        // 20 lines every tenth second: mean 2, variance 0.9·4 + 0.1·18² = 36, D = 18; drawn by √(17/18).
        let bursts: Vec<_> = (0..=399).map(|s| (s, if s % 10 == 0 { 20 } else { 0 })).collect();
        let (ArrivalsSpec::Trace(trace), dispersion, _) = of(&bursts).arrivals() else { panic!("no trace") };
        assert!((dispersion - 18.0).abs() < 0.1, "{dispersion}");
        assert_eq!(trace.per_second.len(), 400);
        // 2 + 0.9718·18 = 19.49 and 2 − 0.9718·2 = 0.06.
        assert_eq!((trace.per_second[0], trace.per_second[1]), (19.49, 0.06));
    }

    #[test]
    fn of_a_long_file_the_busiest_hour_is_taken() {
        // One line a second, but ten a second in [5000, 5100).
        let counts: Vec<_> =
            (0..10_000).map(|s| (s, if (5000..5100).contains(&s) { 10 } else { 1 })).collect();
        let observed = of(&counts);
        let (ArrivalsSpec::Trace(trace), _, mean) = observed.arrivals() else { panic!("no trace") };
        assert_eq!(trace.per_second.len(), 3600);
        // 3,500 seconds of one line and 100 of ten.
        assert!((mean - 4500.0 / 3600.0).abs() < 1e-12);
        assert_eq!(observed.rate(), Some(1.09));
    }
}
