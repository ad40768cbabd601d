//! Which strategy is best over a plane of two axes, or along one.
//!
//! Grid points are fields of a colour a strategy; fields on which replications do not agree are paler. Lines through
//! the dots are where the change was bracketed between points, with its interval where there is one.

use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::image::{self, Picture};
use super::palette::{self, AXIS, FAINT, GROUND, INK};
use crate::lang::Lang;
use crate::report::ReportError;
use crate::report::break_even::{Found, nobody, strategies, tick};
use crate::report::words;
use crate::study::Stretch;
use plotters::prelude::DrawingBackend;
use plotters::style::{RGBColor, WHITE};

const LEFT: f64 = MARGIN + 78.0;
const RIGHT: f64 = WIDTH - MARGIN - 210.0;
const HEAD: f64 = TOP + 26.0;
/// A row of fields.
const ROW: f64 = 30.0;
const BELOW: f64 = 84.0;

/// The chart of a break-even study.
#[derive(Clone, Copy, Debug)]
pub struct PhaseMap<'a>(pub Found<'a>);

impl PhaseMap<'_> {
    /// The map as SVG.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn svg(&self) -> Result<String, ReportError> {
        image::svg(self)
    }

    /// The map as PNG, twice as large.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        image::png(self)
    }

    fn rows(&self) -> usize {
        self.0.result.y.map_or(1, |y| y.points().len())
    }

    fn base(&self) -> f64 {
        // As tall as the legend at least.
        HEAD + (self.rows() as f64 * ROW).clamp(4.0 * ROW, 480.0)
    }
}

impl Picture for PhaseMap<'_> {
    fn stem(&self) -> &'static str {
        "phase-map"
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.base() + BELOW) as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let found = &self.0;
        let (result, base) = (found.result, self.base());
        let title = format!("Where the best strategy by {} changes", words::metric(found.metric, Lang::En));
        let note = format!(
            "The best of those that meet the scenario's objectives, on a slice of {} nodes; paler where \
             replications differ",
            result.nodes
        );
        frame::titled(canvas, &title, &note, found.provenance, base + BELOW)?;
        let columns = result.x.points();
        let rows = result.y.map_or_else(|| vec![0.0], |y| y.points());
        let (wide, tall) = ((RIGHT - LEFT) / columns.len() as f64, (base - HEAD) / rows.len() as f64);
        for (number, point) in result.points.iter().enumerate() {
            let (column, row) = ((number % columns.len()) as f64, (number / columns.len()) as f64);
            let colour = field(point.contest.winner());
            let shade = palette::tint(colour, if found.agreement(point) < 1.0 { 0.30 } else { 0.62 });
            let (x, y) = (LEFT + column * wide, base - (row + 1.0) * tall);
            canvas.bar((x, y), (x + wide, y + tall), shade)?;
            canvas.outline((x, y), (x + wide, y + tall), WHITE, 0.75)?;
        }
        let x = |value: f64| LEFT + wide * (place(&result.x, &columns, value) + 0.5);
        let y = |value: Option<f64>| match (result.y, value) {
            (Some(axis), Some(value)) => base - tall * (place(&axis, &rows, value) + 0.5),
            _ => base - tall / 2.0,
        };
        self.axes(canvas, &columns, &rows, (wide, tall))?;
        let lines = if result.y.is_some() { &result.boundary } else { &result.along_x };
        for crossing in lines {
            let (at, height) = (x(crossing.at), y(crossing.other));
            if let Some((lo, hi)) = crossing.interval() {
                canvas.line(
                    &[(x(lo).clamp(LEFT, RIGHT), height), (x(hi).clamp(LEFT, RIGHT), height)],
                    INK,
                    1.5,
                )?;
            }
            canvas.dot((at, height), 3.0, INK)?;
        }
        let here = (x(result.here.0).clamp(LEFT, RIGHT), y(result.here.1).clamp(HEAD, base));
        canvas.dot(here, 6.5, WHITE)?;
        canvas.dot(here, 4.5, palette::HERE)?;
        self.legend(canvas)
    }
}

impl PhaseMap<'_> {
    fn axes<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        columns: &[f64],
        rows: &[f64],
        (wide, tall): (f64, f64),
    ) -> Drawn {
        let (result, base) = (self.0.result, self.base());
        let mut free = f64::NEG_INFINITY;
        for (number, value) in columns.iter().enumerate() {
            let at = LEFT + wide * (number as f64 + 0.5);
            let label = tick(*value, result.x.axis.unit());
            let half = canvas.text_width(&label, SMALL) / 2.0;
            // Labels that would touch the one before them are left out.
            if at - half > free {
                canvas.line(&[(at, base), (at, base + 4.0)], AXIS, 1.0)?;
                canvas.text((at, base + 15.0), &label, SMALL, FAINT, Anchor::Middle)?;
                free = at + half + 6.0;
            }
        }
        let title = axis_title(&result.x);
        canvas.text(((LEFT + RIGHT) / 2.0, base + 36.0), &title, SMALL, FAINT, Anchor::Middle)?;
        if let Some(y) = &result.y {
            let every = (16.0 / tall).ceil().max(1.0) as usize;
            for (number, value) in rows.iter().enumerate().step_by(every) {
                let at = base - tall * (number as f64 + 0.5);
                canvas.text((LEFT - 8.0, at), &tick(*value, y.axis.unit()), SMALL, FAINT, Anchor::Right)?;
            }
            canvas.text((MARGIN, TOP + 4.0), &axis_title(y), SMALL, FAINT, Anchor::Left)?;
        }
        Ok(())
    }

    fn legend<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let left = RIGHT + 22.0;
        let mut at = HEAD + 10.0;
        let result = self.0.result;
        for name in strategies(result).into_iter().map(Some).chain([None]) {
            // Only what is on the map.
            if !result.points.iter().any(|p| p.contest.winner() == name) {
                continue;
            }
            let colour = palette::tint(field(name), 0.62);
            canvas.bar((left, at - 7.0), (left + 14.0, at + 7.0), colour)?;
            let text = name.unwrap_or_else(|| nobody(Lang::En));
            canvas.text((left + 22.0, at), text, LABEL, INK, Anchor::Left)?;
            at += 22.0;
        }
        let lines = if result.y.is_some() { &result.boundary } else { &result.along_x };
        if !lines.is_empty() {
            canvas.line(&[(left, at), (left + 14.0, at)], INK, 1.5)?;
            canvas.dot((left + 7.0, at), 3.0, INK)?;
            canvas.text((left + 22.0, at), "change, 95% interval", SMALL, FAINT, Anchor::Left)?;
            at += 22.0;
        }
        canvas.dot((left + 7.0, at), 4.5, palette::HERE)?;
        canvas.text((left + 22.0, at), "the scenario itself", SMALL, FAINT, Anchor::Left)
    }
}

/// The colour of a field.
fn field(winner: Option<&str>) -> RGBColor {
    winner.map_or(GROUND, palette::strategy)
}

fn axis_title(stretch: &Stretch) -> String {
    let what = match stretch.axis.unit() {
        "lines/s" => " (mean of a pod that writes)",
        "fraction" => " (share of pods)",
        _ => "",
    };
    format!("{}{what}", stretch.axis.id())
}

/// Where a value stands among the points, in steps from the first; a field beyond the ends at most.
fn place(stretch: &Stretch, points: &[f64], value: f64) -> f64 {
    let scale = |v: f64| if stretch.axis.is_logarithmic() { libm::log(v.max(1e-12)) } else { v };
    let above = points.partition_point(|p| *p < value);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return 0.0 };
    if value <= *first {
        return if value < *first { -0.5 } else { 0.0 };
    }
    if value > *last {
        return points.len() as f64 - 0.5;
    }
    let (low, high) = (points[above - 1], points[above]);
    (above - 1) as f64 + (scale(value) - scale(low)) / (scale(high) - scale(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Axis;

    #[test]
    fn a_value_stands_between_its_neighbours() {
        let stretch = Stretch { axis: Axis::Tenants, from: 1.0, until: 100.0, steps: 3 };
        let at = |value| place(&stretch, &stretch.points(), value);
        assert_eq!([1.0, 10.0, 100.0, 0.5, 1e4].map(at), [0.0, 1.0, 2.0, -0.5, 2.5]);
        assert!((at(10f64.sqrt()) - 0.5).abs() < 1e-9);
    }
}
