//! Indices after Sobol: which share of an output's variance is due to each input, by itself and with all that it does
//! together with others.
//!
//! Two samples A and B of all inputs, and for each input the sample A with that input taken from B, Aᵢ. The first index is
//! `Σ f(B) (f(Aᵢ) − f(A)) / nV`, the total one `Σ (f(A) − f(Aᵢ))² / 2nV`, with the mean of f taken away from it. Sources:
//! Sobol, Mathematics and Computers in Simulation 55 (2001); Jansen, Computer Physics Communications 117 (1999); Saltelli et
//! al., Computer Physics Communications 181 (2010), which compares estimators and recommends these two.

use super::bootstrap::interval;
use crate::engine::random::{draw, subkey, unit};
use crate::stats::Estimate;

/// Shares of an output's variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Index {
    /// What would go if this input alone were known.
    pub first: Estimate,
    /// What would be left if all others were known.
    pub total: Estimate,
}

/// Where the output is needed: for each of `samples` rows the point of A, that of B, then A with each input from B. Every
/// input from 0 to 1, by a Latin hypercube a sample.
pub fn points(inputs: usize, samples: usize, key: u64) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> =
        (0..2 * inputs).map(|column| stratified(samples, subkey(key, column as u64))).collect();
    let (a, b) = columns.split_at(inputs);
    let row = |row: usize| {
        let of = |columns: &[Vec<f64>]| columns.iter().map(|column| column[row]).collect::<Vec<f64>>();
        let (a, b) = (of(a), of(b));
        let mixed = (0..inputs).map(|input| {
            let mut mixed = a.clone();
            mixed[input] = b[input];
            mixed
        });
        let mixed: Vec<Vec<f64>> = mixed.collect();
        [vec![a, b], mixed].concat()
    };
    (0..samples).flat_map(row).collect()
}

/// One number in each of so many equal parts of 0 to 1, in an order by chance.
fn stratified(samples: usize, key: u64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..samples).collect();
    for last in (1..samples).rev() {
        order.swap(last, (draw(key, last as u64) % (last as u64 + 1)) as usize);
    }
    let within = subkey(key, 1);
    let place = |(row, part): (usize, usize)| (part as f64 + unit(draw(within, row as u64))) / samples as f64;
    order.into_iter().enumerate().map(place).collect()
}

/// The indices of each input; `outputs` are the values at [`points`], in their order. `None` where the output does not vary.
pub fn indices(inputs: usize, outputs: &[f64], key: u64) -> Option<Vec<Index>> {
    let rows: Vec<&[f64]> = outputs.chunks_exact(inputs + 2).collect();
    let varies = |of: &[usize]| variance(of.iter().flat_map(|row| rows[*row][..2].iter().copied()));
    let all: Vec<usize> = (0..rows.len()).collect();
    // What is left of a sum of equal numbers is no variance.
    let largest = outputs.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if varies(&all) <= (1e-12 * largest).powi(2) {
        return None;
    }
    let middle = rows.iter().map(|row| row[0] + row[1]).sum::<f64>() / (2.0 * rows.len() as f64);
    let index = |input: usize| {
        let mean = |chosen: &[usize], of: &dyn Fn(&[f64]) -> f64| {
            chosen.iter().map(|row| of(rows[*row])).sum::<f64>() / (chosen.len() as f64 * varies(chosen))
        };
        let first = |row: &[f64]| (row[1] - middle) * (row[2 + input] - row[0]);
        let total = |row: &[f64]| (row[0] - row[2 + input]).powi(2) / 2.0;
        let key = subkey(key, input as u64);
        // A share is one, whatever an estimate of few points says.
        let share = |estimate: Estimate| {
            let mean = estimate.mean.map(|mean| mean.clamp(0.0, 1.0));
            Estimate { mean, ..estimate.within(0.0, 1.0) }
        };
        Index {
            first: share(interval(rows.len(), key, |chosen| mean(chosen, &first))),
            total: share(interval(rows.len(), key, |chosen| mean(chosen, &total))),
        }
    };
    Some((0..inputs).map(index).collect())
}

fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count().max(2) as f64;
    let mean = values.clone().sum::<f64>() / n;
    values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn found(inputs: usize, samples: usize, output: impl Fn(&[f64]) -> f64) -> Vec<Index> {
        let outputs: Vec<f64> = points(inputs, samples, 11).iter().map(|point| output(point)).collect();
        indices(inputs, &outputs, 12).unwrap()
    }

    /// Estimates lie near what is known, and their intervals are no wider than they should be nor beside it by more than
    /// their own width.
    fn holds(found: &Estimate, known: f64, near: f64) -> bool {
        let half = found.half_width().unwrap();
        (found.mean.unwrap() - known).abs() < near && (found.mean.unwrap() - known).abs() < 2.0 * half + 1e-6
    }

    #[test]
    fn ishigamis_function_has_the_indices_of_its_closed_form() {
        // f = sin x + 7 sin² y + 0.1 z⁴ sin x on (−π, π)³. V = 7²/8 + 0.1 π⁴/5 + 0.1² π⁸/18 + 1/2, of which x has
        // (1 + 0.1 π⁴/5)²/2, y 7²/8, z nothing, and x with z 8·0.1² π⁸/225 (Ishigami and Homma, 1990; Sobol and Levitan,
        // 1999): first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437.
        let (a, b) = (7.0, 0.1);
        let all = a * a / 8.0 + b * PI.powi(4) / 5.0 + b * b * PI.powi(8) / 18.0 + 0.5;
        let (x, y) = ((1.0 + b * PI.powi(4) / 5.0).powi(2) / 2.0, a * a / 8.0);
        let together = 8.0 * b * b * PI.powi(8) / 225.0;
        let angle = |share: f64| PI * (2.0 * share - 1.0);
        let found = found(3, 2048, |u| {
            let (x, y, z) = (angle(u[0]), angle(u[1]), angle(u[2]));
            x.sin() + a * y.sin().powi(2) + b * z.powi(4) * x.sin()
        });
        let known = [(x, x + together), (y, y), (0.0, together)];
        for (index, (first, total)) in found.iter().zip(known) {
            assert!(holds(&index.first, first / all, 0.04), "{index:?} {}", first / all);
            assert!(holds(&index.total, total / all, 0.04), "{index:?} {}", total / all);
        }
    }

    #[test]
    fn sobols_g_function_has_the_indices_of_its_closed_form() {
        // g = Π (|4 xᵢ − 2| + aᵢ)/(1 + aᵢ): Vᵢ = 1/(3 (1 + aᵢ)²), V = Π (1 + Vᵢ) − 1, first Vᵢ/V, total
        // Vᵢ Π_{j≠i} (1 + Vⱼ)/V (Saltelli and Sobol, 1995).
        let a = [0.0, 1.0, 4.5, 9.0, 99.0];
        let part = |a: f64| 1.0 / (3.0 * (1.0 + a) * (1.0 + a));
        let product: f64 = a.iter().map(|a| 1.0 + part(*a)).product();
        let found = found(5, 2048, |u| {
            u.iter().zip(a).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product()
        });
        for (index, a) in found.iter().zip(a) {
            let (first, total) = (part(a), part(a) * product / (1.0 + part(a)));
            assert!(holds(&index.first, first / (product - 1.0), 0.04), "{index:?}");
            assert!(holds(&index.total, total / (product - 1.0), 0.04), "{index:?}");
        }
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        let outputs = vec![0.1 + 0.2; points(2, 8, 1).len()];
        assert_eq!(indices(2, &outputs, 1), None);
    }
}
