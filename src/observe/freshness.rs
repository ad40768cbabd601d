//! Freshness as an integer histogram that takes whole spreads at once.
//!
//! Lines of a chunk were written evenly over a span, so that at delivery their ages are spread evenly too.
//! Adding such a spread touches the two bins at its ends only: the density begins in one and ends in the
//! other, and is integrated when the histogram is read. All sums are integers in fixed point: adding
//! commutes, and parallel runs have the same bits in any order.

use crate::stats::pooled::Curve;
use std::ops::{AddAssign, SubAssign};

/// Fixed point of densities and masses: 2^24 a line.
const POINT: u32 = 24;
/// Ages are counted in units of 2^18 ns, 0.26 ms.
const UNIT_BITS: u32 = 18;
/// Linear bins an octave; a bin is at most 1/32 of its age wide.
const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;
/// Octaves above the linear part: ages up to 2^(29+5) units, 52 days. Runs last 31 days at most, with what they drain.
const OCTAVES: u64 = 29;
const BINS: usize = (SUB * (OCTAVES + 1)) as usize;

/// Ages of lines at delivery. Empty bins take no memory: thousands of tenants may have one each.
#[derive(Clone, Debug, Default)]
pub struct Freshness {
    /// Mass in each bin whose density does not reach the bins behind it.
    mass: Vec<i64>,
    /// Change of density at each bin, in force in the bins behind it.
    slope: Vec<i64>,
    delivered: u64,
    never: u64,
}

/// An even spread of ages between two, worked out once for all lines that share it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spread {
    youngest_ns: u64,
    oldest_ns: u64,
    first: usize,
    last: usize,
    /// A line's mass for each unit of age.
    density: i64,
    /// A line's mass in the first bin.
    first_mass: i64,
    /// What the density in force puts too much into the last bin.
    last_mass: i64,
}

impl Spread {
    /// An even spread between two ages.
    #[inline]
    pub fn between(youngest_ns: u64, oldest_ns: u64) -> Self {
        let (from, until) = (youngest_ns >> UNIT_BITS, oldest_ns >> UNIT_BITS);
        let (first, last) = (bin_of(from), bin_of(until));
        let line = 1i64 << POINT;
        if first == last {
            return Self { youngest_ns, oldest_ns, first, last, density: 0, first_mass: line, last_mass: 0 };
        }
        let span = (until - from) as i64;
        let density = line / span;
        // What the division leaves over stays in the first bin, so that no part of a line is lost.
        let first_mass = line - density * span + density * (start_of(first + 1) - from) as i64;
        let last_mass = density * (start_of(last + 1) - until) as i64;
        Self { youngest_ns, oldest_ns, first, last, density, first_mass, last_mass }
    }

    /// Becomes the spread between two ages, if it is not already.
    #[inline]
    pub fn set(&mut self, youngest_ns: u64, oldest_ns: u64) {
        if (youngest_ns, oldest_ns) != (self.youngest_ns, self.oldest_ns) || oldest_ns == 0 {
            *self = Self::between(youngest_ns, oldest_ns);
        }
    }
}

/// The bin of an age in units.
#[inline]
fn bin_of(units: u64) -> usize {
    let bin = if units < SUB {
        units
    } else {
        let octave = u64::from(units.ilog2() - SUB_BITS);
        (octave + 1) * SUB + (units >> octave) - SUB
    };
    (bin as usize).min(BINS - 1)
}

/// Where a bin begins, in units.
fn start_of(bin: usize) -> u64 {
    let bin = bin as u64;
    if bin < SUB { bin } else { (SUB + bin % SUB) << (bin / SUB - 1) }
}

/// How wide a bin is, in units; the last, which has no end, counts as one.
fn width_of(bin: usize) -> u64 {
    if bin + 1 < BINS { start_of(bin + 1) - start_of(bin) } else { 1 }
}

impl Freshness {
    /// The largest error of a quantile, as a share of the age: a bin's width over its beginning. Adding up
    /// histograms adds none: theirs are the same bins.
    pub const RELATIVE_ERROR: f64 = 1.0 / SUB as f64;

    /// The largest error of a quantile of young lines, in seconds: the width of a linear bin.
    pub const ABSOLUTE_ERROR_S: f64 = (1u64 << UNIT_BITS) as f64 / 1e9;

    /// Adds `lines` lines whose ages are spread evenly.
    #[inline]
    pub fn add(&mut self, spread: &Spread, lines: u64) {
        if self.mass.is_empty() {
            self.make_room();
        }
        self.delivered += lines;
        let lines = lines as i64;
        self.mass[spread.first] += lines * spread.first_mass;
        if spread.first != spread.last {
            self.slope[spread.first] += lines * spread.density;
            self.mass[spread.last] -= lines * spread.last_mass;
            self.slope[spread.last] -= lines * spread.density;
        }
    }

    #[cold]
    fn make_room(&mut self) {
        self.mass = vec![0; BINS];
        self.slope = vec![0; BINS];
    }

    /// Adds lines that were not delivered at all.
    pub fn add_never(&mut self, lines: u64) {
        self.never += lines;
    }

    /// Each line stands for `factor` lines.
    pub fn scale(&mut self, factor: u64) {
        self.mass.iter_mut().chain(&mut self.slope).for_each(|mass| *mass *= factor as i64);
        self.delivered *= factor;
        self.never *= factor;
    }

    /// Whether every delivered line has one age, at or after nothing: no bin holds less than none, and all add up.
    pub fn is_whole(&self) -> bool {
        let (mut density, mut sum) = (0i128, 0i128);
        for (bin, (mass, slope)) in self.mass.iter().zip(&self.slope).enumerate() {
            let mass = i128::from(*mass) + density * i128::from(width_of(bin));
            if mass < 0 {
                return false;
            }
            sum += mass;
            density += i128::from(*slope);
        }
        sum == i128::from(self.delivered) << POINT
    }

    /// Lines delivered.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// All lines, delivered or not.
    pub fn lines(&self) -> u64 {
        self.delivered + self.never
    }

    /// Masses of all bins, in fixed point.
    fn masses(&self) -> Vec<i128> {
        let mut density = 0i128;
        // None where nothing was delivered.
        (0..self.mass.len())
            .map(|bin| {
                let mass = i128::from(self.mass[bin]) + density * i128::from(width_of(bin));
                density += i128::from(self.slope[bin]);
                mass
            })
            .collect()
    }

    /// The ages, in seconds, that given shares of all lines do not exceed; lines never delivered are
    /// infinitely old (`None`). Shares must ascend. The error is at most [`Freshness::RELATIVE_ERROR`] of the age or
    /// [`Freshness::ABSOLUTE_ERROR_S`], whichever is more.
    pub fn quantiles(&self, shares: &[f64]) -> Vec<Option<f64>> {
        self.quantiles_among(self.lines(), shares)
    }

    /// The same of delivered lines alone; `None` where there is none.
    pub fn arrived_quantiles(&self, shares: &[f64]) -> Vec<Option<f64>> {
        self.quantiles_among(self.delivered, shares)
    }

    fn quantiles_among(&self, lines: u64, shares: &[f64]) -> Vec<Option<f64>> {
        let seconds = |units: f64| units * (1u64 << UNIT_BITS) as f64 / 1e9;
        let masses = self.masses();
        let (mut bin, mut below) = (0, 0i128);
        shares
            .iter()
            .map(|share| {
                let rank = (share * lines as f64 * (1u64 << POINT) as f64) as i128;
                if self.delivered == 0 || rank > i128::from(self.delivered) << POINT {
                    return None;
                }
                while bin + 1 < BINS && below + masses[bin] < rank {
                    below += masses[bin];
                    bin += 1;
                }
                let start = start_of(bin) as f64;
                let width = width_of(bin) as f64;
                let inside = if masses[bin] > 0 { (rank - below) as f64 / masses[bin] as f64 } else { 0.0 };
                Some(seconds(start + width * inside.clamp(0.0, 1.0)))
            })
            .collect()
    }

    /// How many lines are at most as old as each of [`Freshness::edges_s`], and how many there are.
    pub fn curve(&self) -> Curve {
        let line = (1u64 << POINT) as f64;
        let mut sum = 0i128;
        let mut below: Vec<f64> = self
            .masses()
            .into_iter()
            .map(|mass| {
                let before = sum;
                sum += mass;
                before as f64 / line
            })
            .collect();
        if !below.is_empty() {
            below.push(sum as f64 / line);
        }
        Curve { below, total: self.lines() as f64 }
    }

    /// Where bins begin, and where the last ends, in seconds.
    pub fn edges_s() -> Vec<f64> {
        let seconds = |units: u64| units as f64 * (1u64 << UNIT_BITS) as f64 / 1e9;
        let last = start_of(BINS - 1) + 1;
        (0..BINS).map(start_of).chain([last]).map(seconds).collect()
    }

    /// One quantile, as [`Freshness::quantiles`] gives it.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        self.quantiles(&[share])[0]
    }
}

impl AddAssign<&Self> for Freshness {
    fn add_assign(&mut self, other: &Self) {
        if self.mass.is_empty() && !other.mass.is_empty() {
            self.make_room();
        }
        for (total, part) in self.mass.iter_mut().zip(&other.mass) {
            *total += part;
        }
        for (total, part) in self.slope.iter_mut().zip(&other.slope) {
            *total += part;
        }
        self.delivered += other.delivered;
        self.never += other.never;
    }
}

impl SubAssign<&Self> for Freshness {
    /// Takes away what an earlier state of the same record held: what is left came in between.
    fn sub_assign(&mut self, earlier: &Self) {
        for (total, part) in self.mass.iter_mut().zip(&earlier.mass) {
            *total -= part;
        }
        for (total, part) in self.slope.iter_mut().zip(&earlier.slope) {
            *total -= part;
        }
        self.delivered = self.delivered.saturating_sub(earlier.delivered);
        self.never = self.never.saturating_sub(earlier.never);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn no_age_that_a_run_may_come_to_is_beyond_the_bins() {
        // 30 days of writing and one more until all is delivered; and a bin is a 32nd of its age wide.
        let days = |n: u64| n * 86_400 * 1_000_000_000;
        let mut ages = Freshness::default();
        ages.add(&Spread::between(days(31), days(31)), 1);
        let oldest = ages.quantile(1.0).unwrap() / days(1) as f64 * 1e9;
        assert!((oldest / 31.0 - 1.0).abs() <= Freshness::RELATIVE_ERROR, "{oldest}");
        assert!(bin_of(days(50) >> UNIT_BITS) < BINS - 1);
    }

    #[test]
    fn bins_tile_all_ages() {
        for bin in 0..BINS - 1 {
            assert!(start_of(bin) < start_of(bin + 1));
            assert_eq!(bin_of(start_of(bin)), bin);
            assert_eq!(bin_of(start_of(bin + 1) - 1), bin);
        }
    }

    #[test]
    fn an_even_spread_has_even_quantiles() {
        // Ages even over 20 to 1,020 ms: the quantile q is at 20 + 1000·q ms.
        let mut freshness = Freshness::default();
        for _ in 0..100 {
            freshness.add(&Spread::between(20 * MS, 1020 * MS), 10);
        }
        for share in [0.01, 0.25, 0.5, 0.9, 0.99] {
            let expected = 0.020 + share;
            let got = freshness.quantile(share).unwrap();
            assert!((got / expected - 1.0).abs() < 0.01, "{share}: {got} of {expected}");
        }
    }

    #[test]
    fn no_part_of_a_line_is_lost() {
        let mut freshness = Freshness::default();
        for i in 0..1000 {
            freshness.add(&Spread::between(i * 7 * MS, i * 7 * MS + 13 * i * MS), i % 17);
        }
        let total: i128 = freshness.masses().iter().sum();
        assert_eq!(total, i128::from(freshness.delivered()) << POINT);
    }

    proptest::proptest! {
        #[test]
        fn quantiles_are_within_the_stated_error(
            // Nanoseconds, from the linear part to hours.
            ages in proptest::collection::vec(
                proptest::prop_oneof![0..30_000_000u64, 0..10_000_000_000u64, 0..10_000_000_000_000u64], 1..300),
            never in 0u64..20,
            share in 0.001f64..1.0,
            cut in 0usize..300,
        ) {
            // In two histograms that are added up, as two nodes have them.
            let (mut one, mut two) = (Freshness::default(), Freshness::default());
            for (at, age) in ages.iter().enumerate() {
                let part = if at < cut { &mut one } else { &mut two };
                part.add(&Spread::between(*age, *age), 1);
            }
            one.add_never(never);
            one += &two;
            let mut exact = ages.clone();
            exact.sort_unstable();
            // The smallest age that at least that share of all lines does not exceed.
            let rank = (share * (ages.len() as u64 + never) as f64).ceil().max(1.0) as usize;
            match (one.quantile(share), exact.get(rank - 1)) {
                (Some(found), Some(exact)) => {
                    let exact_s = *exact as f64 / 1e9;
                    let allowed = (exact_s * Freshness::RELATIVE_ERROR).max(Freshness::ABSOLUTE_ERROR_S);
                    proptest::prop_assert!((found - exact_s).abs() <= allowed, "{} of {}", found, exact_s);
                }
                (found, exact) => proptest::prop_assert_eq!(found.is_none(), exact.is_none()),
            }
        }
    }

    #[test]
    fn what_is_never_delivered_is_infinitely_old() {
        let mut freshness = Freshness::default();
        freshness.add(&Spread::between(0, 1000 * MS), 90);
        freshness.add_never(10);
        assert!((freshness.quantile(0.45).unwrap() - 0.5).abs() < 0.01);
        assert_eq!(freshness.quantile(0.95), None);
        assert_eq!(Freshness::default().quantile(0.5), None);
        // Of those that arrived, 95 in 100 took no more than 0.95 s.
        assert!((freshness.arrived_quantiles(&[0.95])[0].unwrap() - 0.95).abs() < 0.02);
    }

    #[test]
    fn a_curve_has_the_same_quantiles() {
        let mut freshness = Freshness::default();
        freshness.add(&Spread::between(20 * MS, 1020 * MS), 90);
        freshness.add(&Spread::between(5000 * MS, 9000 * MS), 7);
        freshness.add_never(3);
        for share in [0.1, 0.5, 0.89, 0.95] {
            let pooled = crate::stats::pooled::quantile(&[freshness.curve()], &Freshness::edges_s(), share);
            let own = freshness.quantile(share).unwrap();
            assert!((pooled.mean.unwrap() / own - 1.0).abs() < 1e-6, "{share}: {pooled:?}, {own}");
        }
        assert_eq!(
            crate::stats::pooled::quantile(&[freshness.curve()], &Freshness::edges_s(), 0.98).mean,
            None
        );
    }

    #[test]
    fn sums_with_nothing_change_nothing() {
        let (mut empty, mut some) = (Freshness::default(), Freshness::default());
        some.add(&Spread::between(0, 1000 * MS), 90);
        some += &empty;
        assert!((some.quantile(0.5).unwrap() - 0.5).abs() < 0.01);
        empty += &some;
        assert_eq!(empty.quantile(0.5), some.quantile(0.5));
    }
}
