//! Counting processes on a fixed grid, open to any instant in any order.
//!
//! Time is cut into intervals of one length; how many arrivals fall into interval `k` is a draw keyed by
//! (stream, `k`), and so is where in the interval they fall: for Poisson arrivals each of up to 64 has a place of
//! seven random bits, eight of which are compared at once; more are halved first (the count of a left half is
//! binomial(n, ½), drawn with a key of its own). So every reader of a stream sees the same arrivals, whatever
//! instants it looks at, and nothing is stored. Within the smallest cell (1/128 of the interval) arrivals are
//! evenly spaced, with a random phase.

mod blocks;
mod places;

pub use blocks::{BLOCK, PARTS};
pub use places::{Memo, Places};

use super::coins::heads;
use super::inversion::Inversion;
use super::random::{draw, generator, subkey, unit};
use crate::units::in_proportion;
use blocks::Blocks;
use places::{Part, in_cells};
use rand_distr::{Distribution, Poisson};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The smallest cell is 1/128 of an interval or less.
pub const DEPTH: u32 = 7;

const CELLS: u64 = 1 << DEPTH;

/// Arrivals that have places of their own; more are halved first.
const PLACED: u64 = 64;

/// Purposes of draws, apart from each other under one stream's key.
const COUNT: u64 = 1;
/// Keeps the draws of halvings apart from those of counts.
const SPLIT_SALT: u64 = 0xA076_1D64_78BD_642F;
const STATE: u64 = 3;
const OFFSET: u64 = 4;
const PHASE: u64 = 5;
const PLACE: u64 = 0x2545_F491_4F6C_DD1D;

/// How the rate of arrivals moves over time. Means are arrivals an interval.
#[derive(Clone, Debug)]
pub enum Modulation {
    /// Always the mean.
    Steady,
    /// On or off for whole slots, independently, `duty` of the slots on; the mean holds over both.
    OnOff {
        /// Length of a slot, in intervals.
        slot: u32,
        /// Share of slots that are on, in (0, 1].
        duty: f64,
    },
    /// A sine over `period` intervals: the rate swings by `amplitude` (0 to 1) around the mean.
    Sine {
        /// Intervals of a full swing.
        period: f64,
        /// Half the swing over the mean, 0 to 1.
        amplitude: f64,
        /// Where the run starts within the swing, 0 to 1.
        phase: f64,
    },
    /// Recorded weights, one an interval, mean 1, repeated for ever, begun at a random place in each stream.
    Trace(Arc<[f32]>),
}

/// A counting process: a mean, how it moves, and whether it is random within an interval.
#[derive(Clone, Debug)]
pub struct Arrivals {
    mean: f64,
    modulation: Modulation,
    poisson: bool,
    /// Where arrivals are even: they wait for the next tick, in [`NOTCHES`] of an interval; 0 for no wait.
    tick: u64,
    /// How long after the one before each arrival of a tick comes, in [`NOTCHES`] of an interval.
    spacing: u64,
    table: Option<Arc<Inversion>>,
    /// Where it is counted in blocks.
    blocks: Option<Blocks>,
}

/// Parts of an interval in which ticks are counted, so that they fall on exact instants.
pub const NOTCHES: u64 = 1_000_000_000;

impl Arrivals {
    /// Evenly spaced arrivals, `mean` an interval.
    pub fn constant(mean: f64) -> Self {
        let modulation = Modulation::Steady;
        Self { mean, modulation, poisson: false, tick: 0, spacing: 0, table: None, blocks: None }
    }

    /// Evenly spaced arrivals, `mean` an interval, that are let in at ticks only: at 0, `tick`, 2 `tick`, …, the
    /// same instants for every stream, one `spacing` after the other. Both are in [`NOTCHES`] of an interval.
    pub fn ticked(mean: f64, tick: u64, spacing: u64) -> Self {
        Self { tick, spacing, ..Self::constant(mean) }
    }

    /// Ticks an interval; 0 where arrivals come by themselves.
    #[inline]
    pub fn ticks(&self) -> f64 {
        if self.tick == 0 { 0.0 } else { NOTCHES as f64 / self.tick as f64 }
    }

    /// How far the arrivals of a tick are apart, in [`NOTCHES`] of an interval; 0 where they come by themselves.
    #[inline]
    pub fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Poisson arrivals of `mean` an interval, moved by `modulation`.
    pub fn poisson(mean: f64, modulation: Modulation) -> Self {
        let steady_mean = match modulation {
            Modulation::Steady => Some(mean),
            Modulation::OnOff { duty, .. } => Some(mean / duty),
            Modulation::Sine { .. } | Modulation::Trace(_) => None,
        };
        let table = steady_mean.and_then(table_for);
        Self { mean, modulation, poisson: true, tick: 0, spacing: 0, table, blocks: None }
    }

    /// Returns whether arrivals come at even distances.
    pub fn is_even(&self) -> bool {
        !self.poisson
    }

    /// Returns whether intervals have one law and are independent of each other.
    pub fn is_alike(&self) -> bool {
        self.poisson && matches!(self.modulation, Modulation::Steady)
    }

    /// Mean arrivals an interval.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The largest mean that any interval has.
    pub fn peak(&self) -> f64 {
        match &self.modulation {
            Modulation::Steady => self.mean,
            Modulation::OnOff { duty, .. } => self.mean / duty,
            Modulation::Sine { amplitude, .. } => self.mean * (1.0 + amplitude),
            Modulation::Trace(weights) => self.mean * f64::from(weights.iter().copied().fold(0.0, f32::max)),
        }
    }

    /// Arrivals in the interval `k` of the stream `key`, where they are not counted in blocks.
    #[inline]
    pub fn count(&self, key: u64, k: u64) -> u64 {
        debug_assert!(!self.is_in_blocks(), "blocks are divided");
        match (&self.table, &self.modulation) {
            (Some(table), Modulation::Steady) => table.sample(draw(key, COUNT + (k << 3))),
            _ => self.modulated_count(key, k),
        }
    }

    /// Arrivals in each of the intervals from `first` on, where they are not counted in blocks.
    pub fn counts(&self, key: u64, first: u64, counts: &mut [u64]) {
        debug_assert!(!self.is_in_blocks(), "blocks are divided");
        let places = (first..).zip(counts);
        match (&self.table, &self.modulation) {
            // The common case by itself, as nothing but the draws is in its way.
            (Some(table), Modulation::Steady) => {
                let table = &**table;
                places.for_each(|(k, count)| *count = table.sample(draw(key, COUNT + (k << 3))));
            }
            _ => places.for_each(|(k, count)| *count = self.modulated_count(key, k)),
        }
    }

    fn modulated_count(&self, key: u64, k: u64) -> u64 {
        if !self.poisson {
            return self.even_before(key, k + 1, 0) - self.even_before(key, k, 0);
        }
        let mean = match &self.modulation {
            Modulation::Steady => self.mean,
            Modulation::OnOff { slot, duty } => {
                let on = unit(draw(subkey(key, STATE), k / u64::from((*slot).max(1)))) < *duty;
                if !on {
                    return 0;
                }
                self.mean / duty
            }
            Modulation::Sine { period, amplitude, phase } => {
                let turn = (k as f64 + 0.5) / period + phase;
                self.mean * (1.0 + amplitude * libm::sin(std::f64::consts::TAU * turn))
            }
            Modulation::Trace(weights) => {
                let start = draw(key, OFFSET) % weights.len() as u64;
                self.mean * f64::from(weights[((start + k) % weights.len() as u64) as usize])
            }
        };
        let bits = draw(key, COUNT + (k << 3));
        match &self.table {
            Some(table) => table.sample(bits),
            None => poisson_of(mean, bits),
        }
    }

    /// Returns how many of the `count` arrivals of interval `k` fall before `offset`, a point in `[0, length]`.
    #[inline(always)]
    pub fn before(&self, key: u64, k: u64, count: u64, offset: u64, length: u64) -> u64 {
        if self.poisson && count <= PLACED && offset < length {
            // The common case by itself: with a length that the compiler knows there is no division in it.
            return Part::whole(count).before(k, offset, length, key ^ SPLIT_SALT ^ PLACE);
        }
        self.before_any(key, k, count, offset, length)
    }

    fn before_any(&self, key: u64, k: u64, count: u64, offset: u64, length: u64) -> u64 {
        if offset == 0 || count == 0 {
            return 0;
        }
        if offset >= length {
            return count;
        }
        if !self.poisson {
            let notch = if length == NOTCHES { offset } else { in_proportion(offset, NOTCHES, length) };
            return (self.even_before(key, k, notch) - self.even_before(key, k, 0)).min(count);
        }
        debug_assert!(length < 1 << 50, "places are 64-bit");
        let split_key = key ^ SPLIT_SALT;
        let (part, offset) = Part::at(split_key, (k, count), offset, length);
        part.before(k, offset, length, split_key ^ PLACE)
    }
}

impl Arrivals {
    /// Whether a look into an interval of so many arrivals halves it, so that a [`Memo`] of it is worth something.
    #[inline]
    pub fn is_halved(&self, count: u64) -> bool {
        self.poisson && count > PLACED && count <= u64::from(u32::MAX)
    }

    /// Returns what [`Arrivals::before`] does, sooner where the same interval was looked at before.
    #[inline]
    pub fn before_with(
        &self,
        memo: &mut Memo,
        key: u64,
        (k, count): (u64, u64),
        offset: u64,
        length: u64,
    ) -> u64 {
        if !self.is_halved(count) || offset == 0 || offset >= length {
            return self.before(key, k, count, offset, length);
        }
        memo.before(key ^ SPLIT_SALT, (k, count), offset, length)
    }
}

impl Arrivals {
    /// Returns what [`Arrivals::before`] does, sooner where one interval is looked at many times in turn.
    #[inline]
    pub fn before_by_places(
        &self,
        places: &mut Places,
        key: u64,
        (k, count): (u64, u64),
        offset: u64,
        length: u64,
    ) -> u64 {
        if !self.poisson || count > PLACED || offset >= length {
            return self.before(key, k, count, offset, length);
        }
        places.before(Part::whole(count), (k, key ^ SPLIT_SALT ^ PLACE), (offset, length))
    }
}

impl Arrivals {
    /// Gives `take` the places in `[0, length]` of the `count` arrivals of interval `k`, in their order: those whose
    /// numbers [`Arrivals::before`] gives, to the unit of `length`.
    pub fn each(&self, key: u64, k: u64, count: u64, length: u64, mut take: impl FnMut(u64)) {
        if !self.poisson {
            let first = self.even_before(key, k, 0) + 1;
            let start = self.mean * k as f64 + unit(draw(key, COUNT));
            for arrival in first..first + count {
                take((((arrival as f64 - start) / self.mean * length as f64) as u64).min(length));
            }
            return;
        }
        let (split_key, place_key) = (key ^ SPLIT_SALT, key ^ SPLIT_SALT ^ PLACE);
        // Arrivals of a span of the interval, both as shares of it, at even distances.
        let mut spread = |n: u64, from: f64, width: f64, counter: u64| {
            let phase = unit(draw(place_key ^ PHASE, counter));
            for arrival in 1..=n {
                let place = from + width * ((arrival as f64 - phase) / n as f64);
                take(((place * length as f64) as u64).min(length));
            }
        };
        // Parts are visited in their order: the left half of a part comes before its right one.
        let mut parts = [(0u64, 0u64); DEPTH as usize + 2];
        parts[0] = (1, count);
        let mut open = 1;
        while open > 0 {
            open -= 1;
            let (part, n) = parts[open];
            if n > PLACED && part < 1 << DEPTH {
                let left = heads(n, split_key, (k << DEPTH) + part);
                parts[open] = (2 * part + 1, n - left);
                parts[open + 1] = (2 * part, left);
                open += 2;
                continue;
            }
            let depth = part.ilog2();
            let width = 1.0 / f64::from(1u32 << depth);
            let from = (part - (1 << depth)) as f64 * width;
            let first_draw = (k << DEPTH | part) << 3;
            if n > PLACED {
                spread(n, from, width, first_draw);
                continue;
            }
            let cell_width = width / CELLS as f64;
            let in_cells = in_cells(n, |word| draw(place_key, first_draw + word));
            for (cell, n) in (0..).zip(in_cells).filter(|(_, n)| *n > 0) {
                spread(u64::from(n), from + cell as f64 * cell_width, cell_width, first_draw + cell);
            }
        }
    }

    /// Arrivals of an even process before a notch of interval `k`; the phase of each stream is its own.
    fn even_before(&self, key: u64, k: u64, notch: u64) -> u64 {
        let due = |k: u64, notch: u64| {
            (self.mean * (k as f64 + notch as f64 / NOTCHES as f64) + unit(draw(key, COUNT))) as u64
        };
        if self.tick == 0 {
            return due(k, notch);
        }
        // Let in at the last tick before the notch is what was due by then.
        let place = u128::from(k) * u128::from(NOTCHES) + u128::from(notch);
        let Some(before) = place.checked_sub(1) else { return 0 };
        let inside = before % u128::from(self.tick);
        let due_at =
            |place: u128| due((place / u128::from(NOTCHES)) as u64, (place % u128::from(NOTCHES)) as u64);
        let all = due_at(before - inside);
        if self.spacing == 0 {
            return all;
        }
        let earlier = (before - inside).checked_sub(u128::from(self.tick)).map_or(0, due_at);
        all.min(earlier + 1 + (inside / u128::from(self.spacing)) as u64)
    }
}

fn poisson_of(mean: f64, bits: u64) -> u64 {
    // A mean that is not positive (a silent interval) has no Poisson law and no arrivals.
    Poisson::new(mean).map_or(0, |p| p.sample(&mut generator(bits, 0)) as u64)
}

/// Means up to this have a table of at most some 15 KB; larger ones are sampled by rejection.
const MAX_TABLED: f64 = 10_000.0;

/// Means up to this have one from no arrivals on; those of larger ones begin where there is something to be seen.
const MAX_FROM_NONE: f64 = 400.0;

/// So many deviations from the mean, a table begins and ends: beyond are less than one part in 2^53.
const DEVIATIONS: f64 = 9.0;

/// Tables that are kept, 30 MB at most.
const MOST_TABLES: usize = 2000;

/// The table of a mean, where it may have one.
fn table_for(mean: f64) -> Option<Arc<Inversion>> {
    (mean <= MAX_TABLED).then(|| poisson_table(mean))
}

/// A table of the Poisson distribution. Setups have the same means again and again, and share their tables.
fn poisson_table(mean: f64) -> Arc<Inversion> {
    static MADE: Mutex<BTreeMap<u64, Arc<Inversion>>> = Mutex::new(BTreeMap::new());
    // Whoever panicked with it left a whole map.
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(table) = made().get(&mean.to_bits()) {
        return table.clone();
    }
    let table = Arc::new(new_poisson_table(mean));
    let mut made = made();
    if made.len() >= MOST_TABLES {
        made.clear();
    }
    made.insert(mean.to_bits(), table.clone());
    table
}

fn new_poisson_table(mean: f64) -> Inversion {
    if mean > MAX_FROM_NONE {
        let far = DEVIATIONS * mean.sqrt();
        let (first, last) = ((mean - far) as u64, (mean + far) as u64);
        // Each from the one before, as many times the first: an inversion makes them add up to one.
        let term = |term: &mut f64, n: u64| {
            *term *= if n > first { mean / n as f64 } else { 1.0 };
            Some(*term)
        };
        return Inversion::of(first, (first..=last).scan(1.0, term));
    }
    // Each term from the one before: the first is far above the smallest number for every such mean.
    let (mut term, mut n, mut sum) = (libm::exp(-mean), 0.0, 0.0);
    let mut terms = Vec::new();
    // Up to where the rest is below one part in 2^53.
    while n < mean + 1.0 || sum < 1.0 - 1e-16 && terms.len() < 1000 {
        terms.push(term);
        sum += term;
        n += 1.0;
        term *= mean / n;
        if mean <= 0.0 {
            break;
        }
    }
    Inversion::of(0, terms.iter().copied())
}

#[cfg(test)]
mod tests;
