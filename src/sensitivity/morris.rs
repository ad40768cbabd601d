//! Morris' screening: how much each input moves an output, by steps of one input at a time from many places.
//!
//! Inputs stand on a grid of four levels from 0 to 1. A trajectory begins somewhere on it and moves one input after the
//! other, in an order of its own, by two thirds of its range; each move gives one elementary effect, the change of the output
//! over the change of the input. Sources: Morris, "Factorial sampling plans for preliminary computational experiments",
//! Technometrics 33 (1991); the mean of absolute effects (μ*) from Campolongo, Cariboni and Saltelli, Environmental
//! Modelling & Software 22 (2007).

use super::bootstrap::interval;
use crate::engine::random::{draw, subkey};
use crate::stats::Estimate;

/// Levels of the grid.
const LEVELS: u64 = 4;
/// Length of a move: `p / (2 (p − 1))` with p levels, so that all levels are equally likely (Morris).
const STEP: f64 = LEVELS as f64 / (2.0 * (LEVELS - 1) as f64);

/// A way through the inputs' ranges that moves every one of them once.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// Its points, one more than there are inputs; every input from 0 to 1.
    pub points: Vec<Vec<f64>>,
    /// Of each move, which input it moves and by how much.
    pub moves: Vec<(usize, f64)>,
}

/// What was found of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// The mean of absolute effects (μ*), in units of the output over the whole range of the input.
    pub mean_abs: Estimate,
    /// The mean of effects (μ): its sign says which way the output goes.
    pub mean: f64,
    /// The standard deviation of effects (σ): beside μ* it is large where the effect depends on the place, by a bend or by
    /// what other inputs are.
    pub spread: Estimate,
}

/// So many trajectories through so many inputs.
pub fn trajectories(inputs: usize, count: usize, key: u64) -> Vec<Trajectory> {
    (0..count as u64).map(|number| trajectory(inputs, subkey(key, number))).collect()
}

fn trajectory(inputs: usize, key: u64) -> Trajectory {
    let level = |at: usize| (draw(key, at as u64) % LEVELS) as f64 / (LEVELS - 1) as f64;
    let mut here: Vec<f64> = (0..inputs).map(level).collect();
    let mut order: Vec<usize> = (0..inputs).collect();
    let shuffle = subkey(key, 1);
    // Fisher and Yates.
    for last in (1..inputs).rev() {
        order.swap(last, (draw(shuffle, last as u64) % (last as u64 + 1)) as usize);
    }
    let (mut points, mut moves) = (vec![here.clone()], Vec::with_capacity(inputs));
    for input in order {
        // From the lower half of the grid upwards, from the upper half downwards: both stay on it.
        let step = if here[input] < 0.5 { STEP } else { -STEP };
        here[input] = (here[input] + step).clamp(0.0, 1.0);
        points.push(here.clone());
        moves.push((input, step));
    }
    Trajectory { points, moves }
}

/// The effects of each input on an output; `outputs` are its values at the points of each trajectory.
pub fn effects(inputs: usize, all: &[Trajectory], outputs: &[Vec<f64>], key: u64) -> Vec<Effects> {
    let mut each: Vec<Vec<f64>> = vec![Vec::with_capacity(all.len()); inputs];
    for (trajectory, values) in all.iter().zip(outputs) {
        for ((input, step), pair) in trajectory.moves.iter().zip(values.windows(2)) {
            each[*input].push((pair[1] - pair[0]) / step);
        }
    }
    let of = |(input, effects): (usize, &Vec<f64>)| {
        let mean = |of: &[usize], value: &dyn Fn(f64) -> f64| {
            of.iter().map(|at| value(effects[*at])).sum::<f64>() / of.len().max(1) as f64
        };
        let spread = |of: &[usize]| {
            let middle = mean(of, &|effect| effect);
            let squares = mean(of, &|effect| (effect - middle).powi(2));
            // What is left of a difference of equal numbers is no spread.
            let squares = if squares <= (1e-9 * middle).powi(2) { 0.0 } else { squares };
            (squares * of.len() as f64 / (of.len().max(2) - 1) as f64).sqrt()
        };
        let key = subkey(key, input as u64);
        let whole: Vec<usize> = (0..effects.len()).collect();
        Effects {
            mean_abs: interval(effects.len(), key, |of| mean(of, &f64::abs)),
            mean: mean(&whole, &|effect| effect),
            spread: interval(effects.len(), key, spread),
        }
    };
    each.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(inputs: usize, count: usize, output: impl Fn(&[f64]) -> f64) -> Vec<Effects> {
        let all = trajectories(inputs, count, 5);
        let outputs: Vec<Vec<f64>> =
            all.iter().map(|t| t.points.iter().map(|point| output(point)).collect()).collect();
        effects(inputs, &all, &outputs, 6)
    }

    #[test]
    fn a_trajectory_moves_every_input_once_and_stays_on_the_grid() {
        for trajectory in trajectories(7, 50, 3) {
            let mut moved: Vec<usize> = trajectory.moves.iter().map(|(input, _)| *input).collect();
            moved.sort_unstable();
            assert_eq!(moved, (0..7).collect::<Vec<_>>());
            assert!(trajectory.points.iter().flatten().all(|x| {
                let level = x * 3.0;
                (0.0..=3.0 + 1e-9).contains(&level) && (level - level.round()).abs() < 1e-9
            }));
        }
    }

    #[test]
    fn the_effects_of_a_sum_are_its_slopes() {
        // y = 3 a − 2 b + 0 c: effects are the same everywhere, so that μ* is the slope's size and σ is nothing.
        let found = found(3, 20, |x| 3.0 * x[0] - 2.0 * x[1]);
        for (effects, (mean, mean_abs)) in found.iter().zip([(3.0, 3.0), (-2.0, 2.0), (0.0, 0.0)]) {
            assert!(
                (effects.mean - mean).abs() < 1e-9
                    && (effects.mean_abs.mean.unwrap() - mean_abs).abs() < 1e-9
            );
            assert!(effects.spread.mean.unwrap() < 1e-9 && effects.spread.hi.unwrap() < 1e-9);
        }
    }

    #[test]
    fn the_effects_of_a_product_spread_as_the_other_factor_does() {
        // y = a·b: the effect of a is b, evenly on 0, 1/3, 2/3, 1: mean 1/2, standard deviation √(5/36) = 0.3727. With 400
        // trajectories the standard error of the mean is 0.0186; four of them are allowed, the intervals hold both.
        let found = found(2, 400, |x| x[0] * x[1]);
        for effects in found {
            assert!((effects.mean_abs.mean.unwrap() - 0.5).abs() < 4.0 * 0.0186, "{effects:?}");
            assert!((effects.spread.mean.unwrap() - 0.3727).abs() < 0.04, "{effects:?}");
            assert!(effects.mean_abs.lo.unwrap() < 0.5 + 0.04 && effects.mean_abs.hi.unwrap() > 0.5 - 0.04);
        }
    }

    #[test]
    fn an_effect_that_changes_its_sign_shows_in_the_mean_of_sizes_alone() {
        // y = (a − 1/2)²: moves from 0 to 2/3 and from 1 to 1/3 change it by (1/6)² − (1/2)² = −2/9, those from 1/3 to 1 and
        // from 2/3 to 0 by 2/9, over ±2/3: effects are −1/3, 1/3, 1/3, −1/3, evenly. μ* is 1/3 exactly, μ about 0.
        let found = found(1, 400, |x| (x[0] - 0.5).powi(2));
        assert!((found[0].mean_abs.mean.unwrap() - 1.0 / 3.0).abs() < 1e-9);
        assert!(found[0].mean.abs() < 4.0 * (1.0 / 3.0) / 20.0, "{}", found[0].mean);
    }
}
