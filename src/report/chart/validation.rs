//! Predicted over measured: a panel a figure, both axes alike, what is right on the diagonal.

use super::axis::Logarithmic;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{BOTTOM, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, FAINT, GRID, INK};
use crate::lang::Lang;
use crate::report::format;
use crate::strategy::{DAEMONSET, SIDECAR};
use crate::validate::{Figure, Point, Validation};
use plotters::prelude::DrawingBackend;

const COLUMNS: usize = 3;
/// A panel with its labels.
const CELL: f64 = (WIDTH - 2.0 * MARGIN) / COLUMNS as f64;
/// Inside of a panel, each way.
const SIDE: f64 = CELL - 66.0;
const ROW: f64 = SIDE + 84.0;
const HEAD: f64 = TOP + 16.0;

/// Figures that have points.
fn figures(validation: &Validation) -> Vec<Figure> {
    let has = |figure: &Figure| validation.points.iter().any(|p| p.figure == *figure && shown(p));
    Figure::ALL.into_iter().filter(has).collect()
}

/// Whether a logarithmic axis has a place for a point.
fn shown(point: &Point) -> bool {
    point.measured > 0.0 && point.predicted > 0.0
}

pub(super) fn height(validation: &Validation) -> f64 {
    HEAD + figures(validation).len().div_ceil(COLUMNS).max(1) as f64 * ROW + BOTTOM
}

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, validation: &Validation) -> Drawn {
    canvas.text((MARGIN, 27.0), "Predicted over measured", 20.0, INK, Anchor::Left)?;
    let note = "A point a measured set-up; lines: predicted as measured, and a fifth more or less. \
                Filled: not fitted";
    canvas.text((MARGIN, 52.0), note, LABEL, FAINT, Anchor::Left)?;
    let mut at = WIDTH - MARGIN - 190.0;
    for layout in [DAEMONSET.name, SIDECAR.name] {
        canvas.dot((at, 27.0), 4.0, palette::strategy(layout))?;
        canvas.text((at + 9.0, 27.0), layout, LABEL, INK, Anchor::Left)?;
        at += 105.0;
    }
    for (number, figure) in figures(validation).into_iter().enumerate() {
        let left = MARGIN + (number % COLUMNS) as f64 * CELL + 46.0;
        let top = HEAD + (number / COLUMNS) as f64 * ROW + 18.0;
        let points: Vec<&Point> =
            validation.points.iter().filter(|p| p.figure == figure && shown(p)).collect();
        panel(canvas, figure, &points, (left, top))?;
    }
    let source = format!(
        "{}  ·  {} points  ·  loghaul {}",
        validation.files.join(", "),
        validation.points.len(),
        env!("CARGO_PKG_VERSION")
    );
    canvas.text((MARGIN, height(validation) - 16.0), &source, 11.0, FAINT, Anchor::Left)
}

fn panel<B: DrawingBackend>(
    canvas: &Canvas<B>,
    figure: Figure,
    points: &[&Point],
    (left, top): (f64, f64),
) -> Drawn {
    let values = || points.iter().flat_map(|p| [p.measured, p.predicted]);
    let axis = Logarithmic::between(values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let bottom = top + SIDE;
    let place = |measured: f64, predicted: f64| {
        (left + SIDE * axis.share(measured), bottom - SIDE * axis.share(predicted))
    };
    canvas.text(
        (left, top - 14.0),
        &format!("{} ({})", figure.id(), figure.unit()),
        LABEL,
        INK,
        Anchor::Left,
    )?;
    // Labels that would touch the one before are left out.
    let mut free = (f64::NEG_INFINITY, f64::INFINITY);
    for tick in axis.ticks() {
        let (x, y) = place(tick, tick);
        canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
        canvas.line(&[(left, y), (left + SIDE, y)], GRID, 1.0)?;
        let label = short(tick, figure);
        let half = canvas.text_width(&label, SMALL) / 2.0;
        if x - half > free.0 {
            canvas.text((x, bottom + 14.0), &label, SMALL, FAINT, Anchor::Middle)?;
            free.0 = x + half + 6.0;
        }
        if y < free.1 {
            canvas.text((left - 6.0, y), &label, SMALL, FAINT, Anchor::Right)?;
            free.1 = y - 14.0;
        }
    }
    canvas.line(&[(left, top), (left, bottom), (left + SIDE, bottom)], AXIS, 1.0)?;
    canvas.text((left + SIDE / 2.0, bottom + 32.0), "measured", SMALL, FAINT, Anchor::Middle)?;
    let ticks = axis.ticks();
    let (low, high) = (ticks.first().copied().unwrap_or(1.0), ticks.last().copied().unwrap_or(1.0));
    for (factor, width) in [(1.0, 1.5), (1.2, 0.75), (1.0 / 1.2, 0.75)] {
        let from = low.max(low / factor);
        let until = high.min(high / factor);
        canvas.line(&[place(from, from * factor), place(until, until * factor)], AXIS, width)?;
    }
    for point in points {
        let at = place(point.measured, point.predicted);
        let colour = palette::strategy(&point.layout);
        canvas.dot(at, 3.25, colour)?;
        if point.fitted {
            canvas.dot(at, 1.9, palette::tint(colour, 0.15))?;
        }
    }
    Ok(())
}

/// A tick's label, without the unit's name where it can do without.
fn short(value: f64, figure: Figure) -> String {
    match figure.unit() {
        "bytes" => format!("{} MB", (value / 1e3).round() / 1e3),
        "lines/s" if value >= 1000.0 => format!("{}k", (value / 10.0).round() / 100.0),
        "s" => format::quantity(value, figure.unit(), Lang::En),
        "fraction" => format!("{}%", (value * 1e6).round() / 1e4),
        _ => format!("{}", (value * 1e6).round() / 1e6),
    }
}
