//! How lines fall in time: counts second by second and minute by minute, judged.
//!
//! **Window.** A rate is lines over the time that was observed, quiet time included. Each writer has its own window, and
//! its counts are judged about its own mean, so that writers of different rates are no bursts.
//!
//! **Even.** Where times from one line to the next hardly vary (by less than a tenth), arrivals are constant.
//!
//! **Burstier than chance.** The variance of counts over their mean (the index of dispersion, `D`) is 1 for Poisson
//! arrivals. Within three standard errors of 1 they count as Poisson. Where there are enough lines ([`LEAST_SECONDS`],
//! [`LEAST_RATE`]) they become a trace of seconds. The engine draws Poisson counts around a trace's weights, so with the
//! bare counts as weights chance would count twice. The weights are the counts drawn towards their mean by `√(1 − 1/D)`: at
//! the observed rate the engine's counts then have the observed `D` (law of total variance). Where there are fewer lines,
//! they are on for a share `d` of slots of a minute, or of a second: on-off slots of mean `m` have `D = 1 + m (1/d − 1)`.

use super::gaps::Gaps;
use crate::scenario::{ArrivalsSpec, Burst, Trace};
use crate::units::{Fraction, SimTime};

/// Seconds that a trace covers at least.
pub(super) const LEAST_SECONDS: u64 = 300;
/// Lines a second that a trace has at least.
pub(super) const LEAST_RATE: f64 = 0.2;
/// Seconds that a trace has at most; of longer files the busiest so many.
pub(super) const MOST_SECONDS: u64 = 3_600;
/// Times between lines that vary less are even.
const EVEN: f64 = 0.1;
/// Times between lines from which evenness is told.
const EVEN_FROM: u64 = 10;
/// Seconds of a window from which its first and its last do not count.
const EDGES_FROM: u64 = 10;
/// Minutes from which bursts of minutes are told.
const LEAST_MINUTES: f64 = 10.0;

/// Lines by second, of one writer, in any order.
#[derive(Debug, Default)]
pub(in crate::import) struct Seconds {
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

    /// Moves everything.
    pub(super) fn shift(&mut self, by: i64) {
        self.counts.iter_mut().for_each(|(second, _)| *second += by);
    }

    /// Takes in the seconds of another piece of the same writer.
    pub(super) fn absorb(&mut self, other: Self) {
        self.counts.extend(other.counts);
        self.merge();
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

/// Squared deviations of counts in slots of one length, of all writers about their own means.
#[derive(Clone, Copy, Debug, Default)]
struct Dispersion {
    slots: f64,
    lines: f64,
    squares: f64,
}

impl Dispersion {
    fn add(&mut self, counts: impl Iterator<Item = u64>, slots: f64) {
        if slots <= 0.0 {
            return;
        }
        let counts: Vec<u64> = counts.collect();
        let lines = counts.iter().map(|count| *count as f64).sum::<f64>();
        let mean = lines / slots;
        let (mut seen, mut squares) = (0.0, 0.0);
        for count in counts {
            seen += 1.0;
            squares += (count as f64 - mean).powi(2);
        }
        self.squares += squares + (slots - seen).max(0.0) * mean * mean;
        self.slots += slots;
        self.lines += lines;
    }

    fn index(&self) -> f64 {
        if self.lines > 0.0 { self.squares / self.lines } else { 1.0 }
    }

    /// Standard error of the index of dispersion of Poisson counts: √(2 / (n − 1)).
    fn is_chance(&self) -> bool {
        self.index() <= 1.0 + 3.0 * (2.0 / (self.slots - 1.0).max(1.0)).sqrt()
    }

    /// On-off slots of this length with this index.
    fn burst(&self, slot_s: u64) -> ArrivalsSpec {
        let mean = self.lines / self.slots;
        let duty = (mean / (mean + self.index() - 1.0)).clamp(0.001, 1.0);
        // In tenths of a per cent, as it is written and read back.
        let duty = Fraction::new((duty * 1000.0).round() / 10.0 / 100.0);
        ArrivalsSpec::Burst(Burst { duty, slot: SimTime::from_secs(slot_s) })
    }
}

/// What lines were seen to do in time.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// Lines with a time.
    pub(super) lines: u64,
    /// Seconds of all windows.
    pub(super) window: u64,
    /// Each writer's lines a second.
    pub(super) rates: Vec<f64>,
    seconds: Dispersion,
    minutes: Dispersion,
    even: bool,
    gaps: u64,
    /// Places on an axis of all windows one after the other that have lines, in order, and how many.
    points: Vec<(u64, u64)>,
    /// By writer: its first minute, and the counts of its minutes.
    by_minute: Vec<(i64, Vec<u32>)>,
}

/// Minutes of a writer that are kept to see writers together.
const MINUTES_KEPT: usize = 10_000;

impl Observed {
    /// Puts a writer behind those that are there; its window begins and ends at these seconds.
    pub(super) fn add(&mut self, mut writer: Seconds, (from, until): (i64, i64), gaps: Gaps) {
        writer.merge();
        let window = until.abs_diff(from) + 1;
        let inside = |second: i64| second.clamp(from, until).abs_diff(from);
        let lines: u64 = writer.counts.iter().map(|(_, n)| n).sum();
        self.points.extend(writer.counts.iter().map(|(second, n)| (self.window + inside(*second), *n)));
        // The first second and the last are cut by the window, and so is what is left of the last minute: they say nothing
        // of bursts.
        let edge = u64::from(window >= EDGES_FROM);
        let is_whole = |second: &i64| (edge..window - edge).contains(&inside(*second));
        let whole = writer.counts.iter().filter(|(second, _)| is_whole(second)).map(|(_, n)| *n);
        self.seconds.add(whole, (window - 2 * edge) as f64);
        let minutes = window.div_ceil(60);
        let mut by_minute: Vec<(u64, u64)> = Vec::new();
        for (second, n) in &writer.counts {
            let minute = inside(*second) / 60;
            match by_minute.last_mut() {
                Some((last, sum)) if *last == minute => *sum += n,
                _ => by_minute.push((minute, *n)),
            }
        }
        let whole = by_minute.iter().filter(|(minute, _)| *minute < window / 60).map(|(_, n)| *n);
        self.minutes.add(whole, (window / 60) as f64);
        if minutes as usize <= MINUTES_KEPT {
            let mut kept = vec![0; minutes as usize];
            for (minute, n) in by_minute {
                kept[minute as usize] = u32::try_from(n).unwrap_or(u32::MAX);
            }
            self.by_minute.push((from.div_euclid(60), kept));
        }
        let is_even = gaps.n >= EVEN_FROM && gaps.variation() < EVEN;
        self.even = is_even && (self.even || self.lines == 0);
        self.gaps += gaps.n;
        self.rates.push(lines as f64 / window as f64);
        self.window += window;
        self.lines += lines;
    }

    /// Whether a trace can be made of it.
    pub(super) fn is_dense(&self) -> bool {
        self.window >= LEAST_SECONDS && self.lines as f64 >= LEAST_RATE * self.window as f64
    }

    /// Mean lines a second of a writer. `None` when all lines are of one second.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.window > self.rates.len() as u64)
            .then(|| self.rates.iter().sum::<f64>() / self.rates.len() as f64)
    }

    /// Arrivals, and a sentence that says why.
    pub(super) fn arrivals(&self) -> (ArrivalsSpec, String) {
        if self.even {
            let why = "lines arrive evenly: times from one to the next vary by less than a tenth".to_owned();
            return (ArrivalsSpec::Constant, why);
        }
        let (of_seconds, of_minutes) = (self.seconds.index(), self.minutes.index());
        let how =
            format!("variance over mean is {of_seconds:.1} by the second, {of_minutes:.1} by the minute");
        let slow = self.minutes.slots >= LEAST_MINUTES && !self.minutes.is_chance();
        if !slow && self.seconds.is_chance() {
            let why =
                format!("lines arrive independently of each other (Poisson): {how}, no more than chance");
            return (ArrivalsSpec::Poisson, why);
        }
        if self.is_dense() {
            let (trace, busiest) = self.trace();
            let covered = SimTime::from_secs(self.window);
            let span = match self.window > MOST_SECONDS {
                true => format!("the busiest hour of {covered} ({busiest:.3}/s)"),
                false => format!("all {covered}"),
            };
            return (trace, format!("lines arrive in bursts, kept as a trace of {span}: {how}"));
        }
        let (slot, name) = if slow { (60, "minutes") } else { (1, "seconds") };
        let spec = if slow { self.minutes.burst(slot) } else { self.seconds.burst(slot) };
        (spec, format!("lines arrive in bursts of {name}: {how}"))
    }

    /// How minutes of writers go together: the mean correlation of pairs, of those that were seen together for long enough.
    pub(super) fn correlation(&self) -> Option<f64> {
        let from = self.by_minute.iter().map(|(from, _)| *from).max()?;
        let until = self.by_minute.iter().map(|(from, counts)| from + counts.len() as i64).min()?;
        let n = usize::try_from(until - from).ok().filter(|n| *n >= 10 && self.by_minute.len() >= 2)?;
        let part = |(first, counts): &(i64, Vec<u32>)| counts[(from - first) as usize..][..n].to_vec();
        let variance = |counts: &[f64]| {
            let mean = counts.iter().sum::<f64>() / n as f64;
            counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / n as f64
        };
        let (mut sum, mut variances, mut deviations) = (vec![0.0; n], 0.0, 0.0);
        for writer in &self.by_minute {
            let counts: Vec<f64> = part(writer).into_iter().map(f64::from).collect();
            sum.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
            variances += variance(&counts);
            deviations += variance(&counts).sqrt();
        }
        let pairs = deviations * deviations - variances;
        (pairs > 0.0).then(|| (variance(&sum) - variances) / pairs)
    }

    /// Weights of the busiest [`MOST_SECONDS`], and their mean rate.
    fn trace(&self) -> (ArrivalsSpec, f64) {
        let counts = self.busiest();
        let seconds = counts.len() as f64;
        let mean = counts.iter().map(|n| *n as f64).sum::<f64>() / seconds;
        let squares = counts.iter().map(|n| (*n as f64 - mean).powi(2)).sum::<f64>();
        let dispersion = squares / (seconds - 1.0).max(1.0) / mean;
        let drawn = (1.0 - 1.0 / dispersion.max(1.0)).sqrt();
        let weight = |n: &u64| (((mean + drawn * (*n as f64 - mean)) * 100.0).round() / 100.0) as f32;
        let per_second: Vec<f32> = counts.iter().map(weight).collect();
        (ArrivalsSpec::Trace(Trace { per_second }), mean)
    }

    /// Counts of successive seconds: all, or the busiest [`MOST_SECONDS`].
    fn busiest(&self) -> Vec<u64> {
        let length = self.window.min(MOST_SECONDS);
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
        let mut observed = Observed::default();
        add(&mut observed, counts);
        observed
    }

    fn add(observed: &mut Observed, counts: &[(i64, u64)]) {
        let mut seconds = Seconds::default();
        counts.iter().for_each(|(second, lines)| seconds.add(*second, *lines));
        let from = counts.iter().map(|(second, _)| *second).min().unwrap();
        let until = counts.iter().map(|(second, _)| *second).max().unwrap();
        observed.add(seconds, (from, until), Gaps::default());
    }

    #[test]
    fn seconds_add_up_in_any_order_and_quiet_ones_count() {
        let observed = of(&[(10, 1), (12, 2), (10, 3), (12, 1), (11, 1)]);
        assert_eq!((observed.lines, observed.window), (8, 3));
        assert_eq!(observed.points, [(0, 4), (1, 1), (2, 3)]);
        assert_eq!(observed.rate(), Some(8.0 / 3.0));
        assert_eq!(of(&[(10, 5)]).rate(), None);
        assert_eq!(of(&[(0, 1), (999, 1)]).rate(), Some(0.002));
        // The rate of a writer is the mean of the writers' rates: 2/2 and 4/4 are one each.
        let mut two = of(&[(0, 1), (1, 1)]);
        add(&mut two, &[(100, 3), (103, 1)]);
        assert_eq!((two.rate(), two.rates.len()), (Some(1.0), 2));
    }

    #[test]
    fn what_is_as_random_as_chance_is_poisson_and_bursts_are_a_trace() {
        // Alternating 1 and 3 lines: mean 2, variance 1, D = 0.5.
        let even: Vec<_> = (0..400).map(|s| (s, 1 + 2 * (s as u64 % 2))).collect();
        assert!(matches!(of(&even).arrivals().0, ArrivalsSpec::Poisson));
        // 20 lines every tenth second: mean 2, variance 0.9·4 + 0.1·18² = 36, D = 18; drawn by √(17/18).
        let bursts: Vec<_> = (0..=399).map(|s| (s, if s % 10 == 0 { 20 } else { 0 })).collect();
        let (ArrivalsSpec::Trace(trace), why) = of(&bursts).arrivals() else { panic!("no trace") };
        assert!(why.contains("18.0 by the second"), "{why}");
        assert_eq!(trace.per_second.len(), 400);
        // 2 + 0.9718·18 = 19.49 and 2 − 0.9718·2 = 0.06.
        assert_eq!((trace.per_second[0], trace.per_second[1]), (19.49, 0.06));
    }

    #[test]
    fn what_the_window_cuts_is_no_burst() {
        // 500 lines in each of 604 seconds but the first and the last, which the window cuts in half: four seconds are left of
        // the eleventh minute.
        let counts: Vec<_> = (0..604).map(|s| (s, if s % 603 == 0 { 250 } else { 500 })).collect();
        let (arrivals, why) = of(&counts).arrivals();
        assert!(matches!(arrivals, ArrivalsSpec::Poisson), "{why}");
        // The first of ten whole minutes has 250 lines less than 30,000: (225² + 9 · 25²) / 299,750.
        assert!(why.contains("0.0 by the second, 0.2 by the minute"), "{why}");
    }

    #[test]
    fn few_lines_in_bursts_are_slots_of_minutes() {
        // 30 lines in one minute of every hundred, 1,000 minutes: m = 0.3 a minute, D = 0.99·0.3 + 0.01·29.7²/0.3… = 29.7.
        let counts: Vec<_> = (0..10).map(|n| (n * 6_000, 30)).chain([(59_999, 0)]).collect();
        let (ArrivalsSpec::Burst(burst), _) = of(&counts).arrivals() else { panic!("no bursts") };
        assert_eq!(burst.slot, SimTime::from_secs(60));
        // d = m / (m + D − 1) = 0.3 / (0.3 + 28.7) = 0.0103.
        assert!((burst.duty.get() - 0.010).abs() < 1e-9, "{}", burst.duty);
    }

    #[test]
    fn of_a_long_file_the_busiest_hour_is_taken() {
        // One line a second, but ten a second in [5000, 5100).
        let counts: Vec<_> =
            (0..10_000).map(|s| (s, if (5000..5100).contains(&s) { 10 } else { 1 })).collect();
        let observed = of(&counts);
        let (ArrivalsSpec::Trace(trace), why) = observed.arrivals() else { panic!("no trace") };
        assert_eq!(trace.per_second.len(), 3600);
        // 3,500 seconds of one line and 100 of ten.
        assert!(why.contains("(1.250/s)"), "{why}");
        assert_eq!(observed.rate(), Some(1.09));
    }

    #[test]
    fn writers_that_burst_together_are_correlated() {
        let bursts: Vec<_> = (0..1200).map(|s| (s, if s < 600 { 10 } else { 1 })).collect();
        let mut two = of(&bursts);
        add(&mut two, &bursts);
        assert!((two.correlation().unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(of(&bursts).correlation(), None);
    }
}
