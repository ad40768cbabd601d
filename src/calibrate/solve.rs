//! Non-negative least squares with standard errors, and what can be told apart: on nalgebra's QR and SVD.

use nalgebra::{DMatrix, DVector};

/// Condition indices above which terms are so nearly collinear that their errors blow up.
///
/// Source: Belsley, Kuh and Welsch, "Regression Diagnostics", Wiley 1980, ch. 3: 30 to 100 is strong.
pub(super) const STRONG: f64 = 30.0;

/// Share of a coefficient's variance that one near dependency must hold to count as part of it (the same source).
const INVOLVED: f64 = 0.5;

/// The coefficients of a fit, in the order of the columns.
pub(super) struct Solution {
    /// All at least 0.
    pub values: Vec<f64>,
    /// Standard errors; `None` for a coefficient at 0, and where there are no more rows than coefficients.
    pub errors: Vec<Option<f64>>,
}

/// Coefficients c ≥ 0 that minimise Σ (1 − Σ c·x ÷ y)², rows being divided by what is predicted for them.
///
/// Dividing by the measured value would make rows that came out small by chance weigh more, and all costs too small
/// by about twice the squared noise; so weights are taken from the prediction, over a few rounds. `scale` holds the
/// first weights.
pub(super) fn relative(x: &DMatrix<f64>, y: &DVector<f64>, scale: &DVector<f64>) -> Solution {
    const ROUNDS: usize = 6;
    let floor = scale.iter().copied().filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min);
    let floor = if floor.is_finite() { floor } else { 1.0 };
    let mut weights = scale.map(|s| 1.0 / s.max(floor));
    let mut values = non_negative(&weighted(x, &weights), &y.component_mul(&weights));
    for _ in 1..ROUNDS {
        let predicted = x * &values;
        // What is held fixed is part of what a row costs, too: it is in the scale and not in y.
        let whole = DVector::from_fn(y.len(), |i, _| predicted[i] + (scale[i] - y[i]));
        weights = whole.map(|p| 1.0 / p.max(floor));
        values = non_negative(&weighted(x, &weights), &y.component_mul(&weights));
    }
    let errors = standard_errors(&weighted(x, &weights), &y.component_mul(&weights), &values);
    Solution { values: values.iter().copied().collect(), errors }
}

fn weighted(x: &DMatrix<f64>, weights: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(x.nrows(), x.ncols(), |row, column| x[(row, column)] * weights[row])
}

/// c ≥ 0 that minimises |x·c − y|.
///
/// The solution is the plain one on its own positive coefficients, and of all sets of columns whose plain solution
/// is positive it leaves the least: with at most eight columns all sets are tried, which needs no rule of when to
/// stop.
fn non_negative(x: &DMatrix<f64>, y: &DVector<f64>) -> DVector<f64> {
    let columns = x.ncols();
    let scales: Vec<f64> = (0..columns).map(|j| x.column(j).norm().max(f64::MIN_POSITIVE)).collect();
    let scaled = DMatrix::from_fn(x.nrows(), columns, |i, j| x[(i, j)] / scales[j]);
    // Lengths and angles are all that counts, so that rows may be rotated into as few as there are columns.
    let qr = scaled.qr();
    let (r, target) = (qr.r(), qr.q().transpose() * y);
    let mut best = (DVector::zeros(columns), target.norm_squared());
    for set in 1_usize..1 << columns {
        let chosen: Vec<usize> = (0..columns).filter(|j| set >> j & 1 == 1).collect();
        let part = r.select_columns(&chosen);
        let Ok(found) = part.clone().svd(true, true).solve(&target, 1e-12) else { continue };
        if found.iter().any(|c| *c <= 0.0) {
            continue;
        }
        let left = (&part * &found - &target).norm_squared();
        if left < best.1 * (1.0 - 1e-12) {
            let mut values = DVector::zeros(columns);
            chosen.iter().zip(found.iter()).for_each(|(j, c)| values[*j] = c / scales[*j]);
            best = (values, left);
        }
    }
    best.0
}

/// √ of the diagonal of s²·(XᵀX)⁻¹ over the coefficients above 0, s² = Σ residual² ÷ (rows − coefficients).
fn standard_errors(x: &DMatrix<f64>, y: &DVector<f64>, values: &DVector<f64>) -> Vec<Option<f64>> {
    let free: Vec<usize> = (0..values.len()).filter(|j| values[*j] > 0.0).collect();
    let mut errors = vec![None; values.len()];
    if free.is_empty() || x.nrows() <= free.len() {
        return errors;
    }
    let variance = (x * values - y).norm_squared() / (x.nrows() - free.len()) as f64;
    let part = x.select_columns(&free);
    let scales: Vec<f64> = (0..free.len()).map(|j| part.column(j).norm().max(f64::MIN_POSITIVE)).collect();
    let scaled = DMatrix::from_fn(part.nrows(), part.ncols(), |i, j| part[(i, j)] / scales[j]);
    let svd = scaled.svd(false, true);
    let Some(v_t) = &svd.v_t else { return errors };
    for (at, j) in free.iter().enumerate() {
        let sum: f64 = (0..free.len()).map(|k| (v_t[(k, at)] / svd.singular_values[k]).powi(2)).sum();
        errors[*j] = Some((variance * sum).sqrt() / scales[at]).filter(|e| e.is_finite());
    }
    errors
}

/// The worst near dependency among columns.
pub(super) struct Dependency {
    /// Its condition index: the largest singular value over its own, columns scaled to length 1.
    pub index: f64,
    /// The columns that are part of it, two at least.
    pub columns: Vec<usize>,
}

/// The worst near dependency among the columns of `x`, rows divided by `scale`; `None` with fewer than two columns.
pub(super) fn dependency(x: &DMatrix<f64>, scale: &DVector<f64>) -> Option<Dependency> {
    let columns = x.ncols();
    if columns < 2 {
        return None;
    }
    let floor = scale.iter().copied().filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min);
    let weights = scale.map(|s| 1.0 / s.max(if floor.is_finite() { floor } else { 1.0 }));
    let x = weighted(x, &weights);
    let scaled = DMatrix::from_fn(x.nrows().max(columns), columns, |i, j| {
        if i < x.nrows() { x[(i, j)] / x.column(j).norm().max(f64::MIN_POSITIVE) } else { 0.0 }
    });
    let svd = scaled.svd(false, true);
    let v_t = svd.v_t.as_ref()?;
    let largest = svd.singular_values.max();
    // An exact dependency has a singular value of rounding errors; its index is then as good as infinite.
    let values: Vec<f64> = svd.singular_values.iter().map(|s| s.max(largest * 1e-14)).collect();
    let worst = (0..columns).min_by(|a, b| values[*a].total_cmp(&values[*b]))?;
    let part = |k: usize, j: usize| (v_t[(k, j)] / values[k]).powi(2);
    let share = |j: usize| part(worst, j) / (0..columns).map(|k| part(k, j)).sum::<f64>();
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by(|a, b| share(*b).total_cmp(&share(*a)));
    let involved = order.iter().filter(|j| share(**j) > INVOLVED).count().max(2);
    let mut chosen = order[..involved].to_vec();
    chosen.sort_unstable();
    Some(Dependency { index: largest / values[worst], columns: chosen })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> DMatrix<f64> {
        DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
    }

    #[test]
    fn what_is_exact_is_found_exactly() {
        let x = matrix(&[&[1.0, 0.0], &[1.0, 10.0], &[1.0, 20.0], &[1.0, 50.0]]);
        let y = &x * DVector::from_vec(vec![3.0, 0.2]);
        let solution = relative(&x, &y, &y);
        assert!((solution.values[0] - 3.0).abs() < 1e-9 && (solution.values[1] - 0.2).abs() < 1e-10);
        assert!(solution.errors.iter().all(|e| e.unwrap() < 1e-9));
    }

    #[test]
    fn a_coefficient_that_would_be_negative_is_zero_and_the_rest_is_fitted_without_it() {
        // y falls with x: the slope is held at 0, and the level is the (weighted) mean of the rest.
        let x = matrix(&[&[1.0, 1.0], &[1.0, 2.0], &[1.0, 3.0]]);
        let y = DVector::from_vec(vec![3.0, 2.0, 1.0]);
        let found = non_negative(&x, &y);
        assert!((found[0] - 2.0).abs() < 1e-12, "the mean");
        assert_eq!(found[1], 0.0);
    }

    #[test]
    fn standard_errors_are_those_of_a_straight_line() {
        let x = matrix(&[&[1.0, 1.0], &[1.0, 2.0], &[1.0, 3.0], &[1.0, 4.0]]);
        let y = DVector::from_vec(vec![2.1, 2.9, 3.9, 5.1]);
        // Plain least squares by hand: slope = Σ(x − 2.5)(y − 3.5)/5 = (2.1+0.3+0.2+2.4)/5 = 1.0, level 1.0;
        // residuals 0.1 −0.1 −0.1 0.1, s² = 0.04/2 = 0.02; the slope's variance is s²/Σ(x − 2.5)², the
        // level's s²·Σx²/(4·Σ(x − 2.5)²).
        let values = non_negative(&x, &y);
        assert!((values[0] - 1.0).abs() < 1e-9 && (values[1] - 1.0).abs() < 1e-9);
        let errors = standard_errors(&x, &y, &values);
        assert!((errors[1].unwrap() - (0.02_f64 / 5.0).sqrt()).abs() < 1e-9);
        assert!((errors[0].unwrap() - (0.02_f64 * 30.0 / (4.0 * 5.0)).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn columns_that_go_together_are_named() {
        let ones = DVector::from_element(4, 1.0);
        let x = matrix(&[&[1.0, 241.0, 1.0], &[2.0, 482.0, 1.0], &[5.0, 1205.0, 1.0], &[9.0, 2169.0, 1.0]]);
        let found = dependency(&x, &ones).unwrap();
        assert!(found.index > 1e10, "{}", found.index);
        assert_eq!(found.columns, [0, 1]);
        let apart = matrix(&[&[1.0, 0.0], &[0.0, 1.0], &[1.0, 1.0]]);
        assert!(dependency(&apart, &DVector::from_element(3, 1.0)).unwrap().index < 2.0);
    }
}
