//! Balls that fall into a few cells, each into any of them with the same chance: how many cells get any, and how much the
//! fullest has.
//!
//! What is known of a number of arrivals in equal parts of a time, where only the whole was drawn.

use super::random::unit;
use statrs::distribution::{ContinuousCDF, Normal};
use std::sync::OnceLock;

/// The most cells that there are tables for.
pub const MOST_CELLS: usize = 10;

/// With so many balls a cell, none is empty: ten cells with fewer than one in 2^55.
const BALLS_A_CELL: usize = 40;

/// Classes of the fullest cell.
const CLASSES: usize = 64;

/// Some cells.
#[derive(Debug)]
pub struct Cells {
    /// For each number of balls, the chances that at most so many cells are empty, from none on.
    at_most_empty: Vec<[f64; MOST_CELLS]>,
    /// How far the fullest is above the mean, in standard deviations, in ascending order: equally likely.
    above: [f64; CLASSES],
    cells: usize,
}

static CELLS: [OnceLock<Cells>; MOST_CELLS] = [const { OnceLock::new() }; MOST_CELLS];

impl Cells {
    /// So many cells: 1 to [`MOST_CELLS`].
    #[inline]
    pub fn of(cells: usize) -> &'static Self {
        let cells = cells.clamp(1, MOST_CELLS);
        CELLS[cells - 1].get_or_init(|| Self::new(cells))
    }

    fn new(cells: usize) -> Self {
        // Of so many balls, the chance that so many cells have any: a further ball takes an empty one or does not.
        let mut occupied = [0.0; MOST_CELLS + 1];
        occupied[0] = 1.0;
        let mut at_most_empty = Vec::new();
        for _ in 0..=BALLS_A_CELL * cells {
            let mut sum = 0.0;
            at_most_empty.push(std::array::from_fn(|empty| {
                sum += cells.checked_sub(empty).map_or(0.0, |some| occupied[some]);
                sum
            }));
            for some in (0..=cells).rev() {
                let stays = occupied[some] * some as f64;
                let comes = if some > 0 { occupied[some - 1] * (cells + 1 - some) as f64 } else { 0.0 };
                occupied[some] = (stays + comes) / cells as f64;
            }
        }
        // The largest of independent numbers is below x where all are: its quantile u is theirs at the root of u.
        const INSIDE: usize = 8;
        let root = 1.0 / cells as f64;
        let quantile = |u: f64| Normal::standard().inverse_cdf(libm::pow(u, root));
        let at = |class: usize, i: usize| {
            quantile((class as f64 + (i as f64 + 0.5) / INSIDE as f64) / CLASSES as f64)
        };
        let above =
            std::array::from_fn(|class| (0..INSIDE).map(|i| at(class, i)).sum::<f64>() / INSIDE as f64);
        Self { at_most_empty, above, cells }
    }

    /// How many cells get any of so many balls, by uniform bits.
    #[inline]
    pub fn occupied(&self, balls: u64, bits: u64) -> u64 {
        let Some(at_most) = usize::try_from(balls).ok().and_then(|balls| self.at_most_empty.get(balls))
        else {
            return self.cells as u64;
        };
        let u = unit(bits);
        let empty = at_most[..self.cells].iter().take_while(|chance| u >= **chance).count();
        ((self.cells - empty) as u64).max(balls.min(1))
    }

    /// What the fullest cell has where a ball's weight has this mean and mean square, the law of so many balls being taken for
    /// normal, with its skewness as balls of one weight have it; by uniform bits.
    #[inline]
    pub fn fullest(&self, balls: u64, (mean, mean_square): (f64, f64), bits: u64) -> f64 {
        let each = balls as f64 / self.cells as f64;
        let z = self.above[(bits >> 58) as usize];
        // The first term of Cornish and Fisher's expansion: a Poisson number's skewness is one over its deviation.
        let skewed = (z * z - 1.0) / 6.0;
        let above = (each * mean_square).sqrt() * z + mean_square.sqrt() * skewed;
        each * mean + if self.cells > 1 { above } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::draw;

    /// Balls thrown one by one, beside the table: how many of ten cells, and of three, get any, on average over 20,000 throws.
    #[test]
    fn cells_that_get_a_ball_are_as_many_as_when_each_is_thrown() {
        for (cells, balls) in [(10u64, 0u64), (10, 1), (10, 7), (10, 30), (3, 4), (1, 2)] {
            let (throws, mut thrown, mut drawn) = (20_000, 0.0, 0.0);
            for throw in 0..throws {
                let hit = (0..balls).fold(0u64, |hit, ball| hit | 1 << (draw(5, throw * 64 + ball) % cells));
                thrown += f64::from(hit.count_ones()) / throws as f64;
                drawn += Cells::of(cells as usize).occupied(balls, draw(6, throw)) as f64 / throws as f64;
            }
            // Exactly: each cell is empty with chance (1 - 1/cells)^balls.
            let empty = libm::pow(1.0 - 1.0 / cells as f64, balls as f64);
            let exact = cells as f64 * (1.0 - empty);
            for (what, mean) in [("thrown", thrown), ("drawn", drawn)] {
                assert!((mean - exact).abs() < 0.03, "{what}: {balls} in {cells}: {mean}, {exact}");
            }
        }
        assert_eq!(Cells::of(10).occupied(100_000, 3), 10);
        assert_eq!(Cells::of(10).occupied(0, u64::MAX), 0);
    }

    /// The fullest of ten cells of 100 and of 1,000 balls, thrown one by one 4,000 times: its mean is known to 0.03 and 0.1, and the
    /// normal law with its skewness is held to 0.15 of a cell's deviation.
    #[test]
    fn the_fullest_cell_has_what_it_has_when_each_is_thrown() {
        for balls in [100u64, 1_000] {
            let (throws, mut thrown, mut drawn) = (4_000, 0.0, 0.0);
            for throw in 0..throws {
                let mut cells = [0u64; 10];
                (0..balls).for_each(|ball| cells[(draw(8, throw * 1_000 + ball) % 10) as usize] += 1);
                thrown += cells.iter().copied().fold(0, u64::max) as f64 / throws as f64;
                drawn += Cells::of(10).fullest(balls, (1.0, 1.0), draw(9, throw)) / throws as f64;
            }
            let deviation = (balls as f64 / 10.0).sqrt();
            assert!((thrown - drawn).abs() < 0.15 * deviation, "{balls}: {thrown}, {drawn}");
        }
    }
}
