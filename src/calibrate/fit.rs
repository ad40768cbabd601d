//! From points to costs: what is fitted, what is kept, and how well it does.

use super::design::{self, Design, Row};
use super::error::CalibrateError;
use super::point::Measured;
use super::solve::{self, Dependency};
use crate::profile::Profile;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Condition indices above which two terms cannot be told apart at all: a rounding of 0.1 % in one row decides.
const HOPELESS: f64 = 1000.0;

/// A measured figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Cores.
    AgentCpu,
    /// Bytes, RSS and PSS.
    Memory,
}

/// Why a cost stayed what it is in the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It contributes to no row, or to all rows alike.
    NoData,
    /// It goes together with these in all rows.
    Collinear(Vec<&'static str>),
    /// There are too few rows for so many costs.
    TooFewRows,
}

/// A cost after the fit, in the profile's unit.
#[derive(Clone, Debug, Serialize)]
pub struct Term {
    /// Its path in the profile.
    pub path: &'static str,
    /// Its value: fitted, or the base's where it was kept.
    pub value: f64,
    /// Its standard error; `None` where it was kept, is 0, or rows are as few as costs.
    pub standard_error: Option<f64>,
    /// What it is in the base.
    pub base: f64,
    /// Why it was not fitted; `None` where it was.
    pub kept: Option<Kept>,
    /// What to know before it is believed; empty where there is nothing.
    pub warning: Option<String>,
}

/// A measured value beside the fit's.
#[derive(Clone, Debug, Serialize)]
pub struct Residual {
    /// The point's line in the file.
    pub line: u64,
    /// What it is of: `cpu`, `rss` or `pss`.
    pub of: &'static str,
    /// What was measured, in cores or bytes.
    pub measured: f64,
    /// What the fit gives.
    pub predicted: f64,
}

impl Residual {
    /// The error as a share of what was measured; `None` where nothing was.
    pub fn error(&self) -> Option<f64> {
        (self.measured > 0.0).then(|| self.predicted / self.measured - 1.0)
    }
}

/// One figure's fit.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// The figure.
    pub figure: Figure,
    /// All its costs.
    pub terms: Vec<Term>,
    /// All its rows.
    pub residuals: Vec<Residual>,
    /// Largest condition index of the costs that were fitted: 30 and more is a warning.
    pub condition: f64,
}

impl Calibration {
    /// Mean absolute error and mean error of the rows, as shares.
    pub fn errors(&self) -> (f64, f64) {
        let errors: Vec<f64> = self.residuals.iter().filter_map(Residual::error).collect();
        let n = errors.len().max(1) as f64;
        (errors.iter().map(|e| e.abs()).sum::<f64>() / n, errors.iter().sum::<f64>() / n)
    }
}

/// Fits a profile's CPU costs, and its memory costs where memory was measured, to points.
///
/// # Errors
/// Nothing that was measured is above zero.
pub fn calibrate(measured: &Measured, base: &Profile) -> Result<Vec<Calibration>, CalibrateError> {
    let points = &measured.points;
    if points.iter().all(|p| p.cpu_cores == 0.0) {
        return Err(CalibrateError::File {
            file: measured.file.clone(),
            problem: "has no row in which an agent used any CPU".to_owned(),
        });
    }
    let cpu = fit(Figure::AgentCpu, &design::cpu(points, base), base);
    let memory = design::memory(points, base);
    let memory = (!memory.rows.is_empty()).then(|| fit(Figure::Memory, &memory, base));
    Ok([Some(cpu), memory].into_iter().flatten().collect())
}

fn fit(figure: Figure, design: &Design, base: &Profile) -> Calibration {
    let mut numbers = base.clone();
    let values: Vec<f64> = {
        let all = numbers.numbers_mut();
        let value = |path: &str| all.iter().find(|(known, _)| *known == path).map_or(0.0, |(_, n)| n.value);
        design.paths.iter().map(|path| value(path)).collect()
    };
    let rows = &design.rows;
    let scale = DVector::from_fn(rows.len(), |i, _| rows[i].measured);
    let (free, kept, condition) = choose(design, &values, &scale);
    let x = DMatrix::from_fn(rows.len(), free.len(), |i, j| rows[i].columns[free[j]]);
    let fixed = |row: &Row| -> f64 {
        kept.iter().enumerate().filter(|(_, k)| k.is_some()).map(|(j, _)| values[j] * row.columns[j]).sum()
    };
    let y = DVector::from_fn(rows.len(), |i, _| rows[i].measured - fixed(&rows[i]));
    let solution = solve::relative(&x, &y, &scale);
    let together = solve::dependency(&x, &scale).filter(|d| d.index > solve::STRONG);
    let terms: Vec<Term> = (0..design.paths.len())
        .map(|j| {
            let at = free.iter().position(|f| *f == j);
            let value = at.map_or(values[j], |at| solution.values[at]);
            let error = at.and_then(|at| solution.errors[at]);
            let warning = at.and_then(|at| warning(at, value, error, together.as_ref(), &free, design));
            Term {
                path: design.paths[j],
                value,
                standard_error: error,
                base: values[j],
                kept: kept[j].clone(),
                warning,
            }
        })
        .collect();
    let predicted =
        |row: &Row| terms.iter().zip(&row.columns).map(|(term, column)| term.value * column).sum();
    let residuals = rows
        .iter()
        .map(|row| Residual { line: row.line, of: row.of, measured: row.measured, predicted: predicted(row) })
        .collect();
    Calibration { figure, terms, residuals, condition }
}

/// Which terms the rows can tell: their columns, why the others are kept, and the condition index of those left.
///
/// While two or more terms go together in all rows, that which the base says matters least is kept as it is there.
fn choose(design: &Design, values: &[f64], scale: &DVector<f64>) -> (Vec<usize>, Vec<Option<Kept>>, f64) {
    let rows = &design.rows;
    let mut kept: Vec<Option<Kept>> = vec![None; values.len()];
    for (j, reason) in kept.iter_mut().enumerate() {
        if rows.iter().all(|row| row.columns[j] == 0.0) {
            *reason = Some(Kept::NoData);
        }
    }
    // Configs that are the same everywhere tell nothing beside what each agent costs.
    let configs = |path: &str| design.paths.iter().position(|p| *p == path);
    if let (Some(agents), Some(one), Some(two)) =
        (configs("cpu.idle"), configs("cpu.config"), configs("cpu.configSquared"))
    {
        let loaded = |row: &Row| row.columns[one] / row.columns[agents];
        if rows.iter().all(|row| loaded(row) == loaded(&rows[0])) {
            (kept[one], kept[two]) = (Some(Kept::NoData), Some(Kept::NoData));
        }
    }
    let matters = |j: usize| -> f64 {
        rows.iter()
            .map(|row| row.columns[j] * values[j] / row.measured.max(f64::MIN_POSITIVE).max(1e-9))
            .sum()
    };
    loop {
        let free: Vec<usize> = (0..values.len()).filter(|j| kept[*j].is_none()).collect();
        let x = DMatrix::from_fn(rows.len(), free.len(), |i, j| rows[i].columns[free[j]]);
        let found = solve::dependency(&x, scale);
        let index = found.as_ref().map_or(1.0, |d| d.index);
        let too_few = rows.len() <= free.len();
        if free.len() < 2 || (index <= HOPELESS && !too_few) {
            return (free, kept, index);
        }
        let together: Vec<usize> = match found {
            Some(found) if index > HOPELESS => found.columns.iter().map(|at| free[*at]).collect(),
            _ => free,
        };
        let Some(least) = together.iter().copied().min_by(|a, b| matters(*a).total_cmp(&matters(*b))) else {
            continue;
        };
        let others = together.iter().filter(|j| **j != least).map(|j| design.paths[*j]).collect();
        kept[least] = Some(if index > HOPELESS { Kept::Collinear(others) } else { Kept::TooFewRows });
    }
}

/// What to know about a fitted term.
fn warning(
    at: usize,
    value: f64,
    error: Option<f64>,
    together: Option<&Dependency>,
    free: &[usize],
    design: &Design,
) -> Option<String> {
    if value == 0.0 {
        return Some("is at its bound of 0: the rows alone would have it negative".to_owned());
    }
    let Some(error) = error else {
        return Some("has no standard error: there are no more rows than costs".to_owned());
    };
    if let Some(found) = together.filter(|d| d.columns.contains(&at)) {
        let others: Vec<&str> =
            found.columns.iter().filter(|c| **c != at).map(|c| design.paths[free[*c]]).collect();
        return Some(format!(
            "is hard to tell from {} (condition index {:.0}): their sum is known better than each",
            others.join(", "),
            found.index
        ));
    }
    (2.0 * error > value).then(|| "is not told apart from 0: two standard errors reach it".to_owned())
}
