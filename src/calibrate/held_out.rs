//! What a fit says of set-ups that it has not seen.

use super::design::{self, Design};
use super::error::CalibrateError;
use super::fit::{Calibration, Figure, calibrate};
use super::point::{Measured, Point};
use crate::profile::Profile;
use serde::Serialize;

/// One set-up in so many is held out.
const ONE_IN: usize = 3;

/// Fewer set-ups than this are too few to hold any out.
const FEWEST: usize = 6;

/// Errors on set-ups that were held out of a fit to the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeldOut {
    /// The figure.
    pub figure: Figure,
    /// Measured values held out.
    pub n: usize,
    /// Mean absolute error of the base there, a share.
    pub base: f64,
    /// The same of the fit.
    pub fitted: f64,
}

/// Holds every third set-up out, repetitions together, fits the others, and predicts those held out. Empty where there
/// are fewer than six set-ups.
///
/// # Errors
/// Nothing that was measured is above zero.
pub fn held_out(measured: &Measured, base: &Profile) -> Result<Vec<HeldOut>, CalibrateError> {
    let mut setups: Vec<Point> = Vec::new();
    let mut which = Vec::new();
    for point in &measured.points {
        let at = setups.iter().position(|known| same(known, point)).unwrap_or_else(|| {
            setups.push(point.clone());
            setups.len() - 1
        });
        which.push(at);
    }
    if setups.len() < FEWEST {
        return Ok(Vec::new());
    }
    let part = |held: bool| -> Vec<Point> {
        let all = measured.points.iter().zip(&which);
        all.filter(|(_, at)| (*at % ONE_IN == ONE_IN - 1) == held).map(|(point, _)| point.clone()).collect()
    };
    let seen = Measured { points: part(false), ..measured.clone() };
    let unseen = part(true);
    let fits = calibrate(&seen, base)?;
    Ok(fits
        .iter()
        .filter_map(|fit| {
            let design = match fit.figure {
                Figure::AgentCpu => design::cpu(&unseen, base),
                Figure::Memory => design::memory(&unseen, base),
            };
            judged(fit, &design)
        })
        .collect())
}

fn same(a: &Point, b: &Point) -> bool {
    let of = |p: &Point| (p.files, p.agents, p.lines_per_s, p.line_bytes, p.configs, p.tick_s, p.enriched);
    of(a) == of(b)
}

fn judged(fit: &Calibration, design: &Design) -> Option<HeldOut> {
    let rows: Vec<_> = design.rows.iter().filter(|row| row.measured > 0.0).collect();
    let error = |of: &dyn Fn(usize) -> f64| {
        let off = |row: &&design::Row| {
            let predicted: f64 = row.columns.iter().enumerate().map(|(j, column)| of(j) * column).sum();
            (predicted / row.measured - 1.0).abs()
        };
        rows.iter().map(off).sum::<f64>() / rows.len() as f64
    };
    (!rows.is_empty()).then(|| HeldOut {
        figure: fit.figure,
        n: rows.len(),
        base: error(&|j| fit.terms[j].base),
        fitted: error(&|j| fit.terms[j].value),
    })
}
