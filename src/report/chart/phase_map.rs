//! Which strategy is best over a plane of two axes, or along one.
//!
//! Grid points are fields of a colour a strategy, with what it costs there; fields on which replications do not agree are
//! paler. Lines through the dots are where the change was bracketed between points, with its interval where there is one.

use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::image::{self, Picture};
use super::palette::{self, AXIS, FAINT, GROUND, INK};
use crate::lang::Lang;
use crate::lang::format::{Scale, number};
use crate::report::ReportError;
use crate::report::break_even::{Found, nobody, strategies, tick};
use crate::report::words;
use crate::study::Stretch;
use plotters::prelude::DrawingBackend;
use plotters::style::{RGBColor, WHITE};

const LEFT: f64 = MARGIN + 78.0;
const RIGHT: f64 = WIDTH - MARGIN - 210.0;
const HEAD: f64 = TOP + 26.0;
/// A row of fields: room for a figure above the line of a change.
const ROW: f64 = 40.0;
/// How strong the colour of a field is on which replications agree: text on it is to be read.
const SURE: f64 = 0.5;
/// How far below a field's upper edge its figure stands.
const FIGURE: f64 = 11.0;
const BELOW: f64 = 84.0;

/// The chart of a break-even study.
#[derive(Clone, Copy, Debug)]
pub struct PhaseMap<'a> {
    /// What was found.
    pub found: Found<'a>,
    /// The language of labels.
    pub lang: Lang,
}

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
        self.found.result.y.map_or(1, |y| y.points().len())
    }

    fn base(&self) -> f64 {
        // As tall as the legend at least.
        HEAD + (self.rows() as f64 * ROW).clamp(3.0 * ROW, 480.0)
    }
}

impl Picture for PhaseMap<'_> {
    fn stem(&self) -> &'static str {
        "phase-map"
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.base() + BELOW) as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let found = &self.found;
        let (result, base) = (found.result, self.base());
        let (title, note) = titles(found, &self.scale(canvas.lang).suffix, canvas.lang);
        frame::titled(canvas, &title, &note, found.provenance, base + BELOW)?;
        let columns = result.x.points();
        let rows = result.y.map_or_else(|| vec![0.0], |y| y.points());
        let (wide, tall) = ((RIGHT - LEFT) / columns.len() as f64, (base - HEAD) / rows.len() as f64);
        for (number, point) in result.points.iter().enumerate() {
            let (column, row) = ((number % columns.len()) as f64, (number / columns.len()) as f64);
            let colour = field(point.contest.winner());
            let shade = palette::tint(colour, if found.agreement(point) < 1.0 { 0.24 } else { SURE });
            let (x, y) = (LEFT + column * wide, base - (row + 1.0) * tall);
            canvas.bar((x, y), (x + wide, y + tall), shade)?;
            canvas.outline((x, y), (x + wide, y + tall), WHITE, 0.75)?;
        }
        self.figures(canvas, columns.len(), (wide, tall))?;
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
    /// What the best strategy comes to in each field, where there is room for all of them.
    fn figures<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        columns: usize,
        (wide, tall): (f64, f64),
    ) -> Drawn {
        let scale = self.scale(canvas.lang);
        let figures = self.found.result.points.iter().map(|point| self.found.figure_at(point));
        let texts: Vec<String> =
            figures.map(|value| value.map_or_else(String::new, |v| number(v * scale.factor))).collect();
        let has_room = |text: &String| canvas.text_width(text, 11.0) <= wide - 8.0;
        if tall < ROW - 1.0 || !texts.iter().all(has_room) {
            return Ok(());
        }
        for (at, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let (column, row) = ((at % columns) as f64, (at / columns) as f64);
            let place = (LEFT + (column + 0.5) * wide, self.base() - (row + 1.0) * tall + FIGURE);
            canvas.text(place, text, 11.0, INK, Anchor::Middle)?;
        }
        Ok(())
    }

    /// The scale that suits the figures of all fields.
    fn scale(&self, lang: Lang) -> Scale {
        let figures = self.found.result.points.iter().filter_map(|point| self.found.figure_at(point));
        Scale::of(figures.fold(0.0, |most, value| most.max(value.abs())), self.found.metric.unit(), lang)
    }

    fn axes<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        columns: &[f64],
        rows: &[f64],
        (wide, tall): (f64, f64),
    ) -> Drawn {
        let (result, base) = (self.found.result, self.base());
        let mut free = f64::NEG_INFINITY;
        for (number, value) in columns.iter().enumerate() {
            let at = LEFT + wide * (number as f64 + 0.5);
            let label = tick(*value, result.x.axis.unit(), canvas.lang);
            let half = canvas.text_width(&label, SMALL) / 2.0;
            // Labels that would touch the one before them are left out.
            if at - half > free {
                canvas.line(&[(at, base), (at, base + 4.0)], AXIS, 1.0)?;
                canvas.text((at, base + 15.0), &label, SMALL, FAINT, Anchor::Middle)?;
                free = at + half + 6.0;
            }
        }
        let title = axis_title(&result.x, canvas.lang);
        canvas.text(((LEFT + RIGHT) / 2.0, base + 36.0), title, SMALL, FAINT, Anchor::Middle)?;
        if let Some(y) = &result.y {
            let every = (16.0 / tall).ceil().max(1.0) as usize;
            for (number, value) in rows.iter().enumerate().step_by(every) {
                let at = base - tall * (number as f64 + 0.5);
                canvas.text(
                    (LEFT - 8.0, at),
                    &tick(*value, y.axis.unit(), canvas.lang),
                    SMALL,
                    FAINT,
                    Anchor::Right,
                )?;
            }
            canvas.text((MARGIN, TOP + 4.0), axis_title(y, canvas.lang), SMALL, FAINT, Anchor::Left)?;
        }
        Ok(())
    }

    fn legend<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let left = RIGHT + 22.0;
        let mut at = HEAD + 10.0;
        let result = self.found.result;
        for name in strategies(result).into_iter().map(Some).chain([None]) {
            // Only what is on the map.
            if !result.points.iter().any(|p| p.contest.winner() == name) {
                continue;
            }
            let colour = palette::tint(field(name), SURE);
            canvas.bar((left, at - 7.0), (left + 14.0, at + 7.0), colour)?;
            let text = name.unwrap_or_else(|| nobody(canvas.lang));
            canvas.text((left + 22.0, at), text, LABEL, INK, Anchor::Left)?;
            at += 22.0;
        }
        let lines = if result.y.is_some() { &result.boundary } else { &result.along_x };
        if !lines.is_empty() {
            canvas.line(&[(left, at), (left + 14.0, at)], INK, 1.5)?;
            canvas.dot((left + 7.0, at), 3.0, INK)?;
            let text = canvas.pick("change, 95% interval", "变化处，95% 区间");
            canvas.text((left + 22.0, at), text, SMALL, FAINT, Anchor::Left)?;
            at += 22.0;
        }
        canvas.dot((left + 7.0, at), 4.5, palette::HERE)?;
        let text = canvas.pick("the scenario itself", "场景现状");
        canvas.text((left + 22.0, at), text, SMALL, FAINT, Anchor::Left)
    }
}

/// The colour of a field.
fn field(winner: Option<&str>) -> RGBColor {
    winner.map_or(GROUND, palette::strategy)
}

fn axis_title(stretch: &Stretch, lang: Lang) -> &'static str {
    words::axis(stretch.axis, lang)
}

/// Title and the line below it.
fn titles(found: &Found<'_>, unit: &str, lang: Lang) -> (String, String) {
    let name = words::metric(found.metric, lang);
    // What nobody has named a currency for is so much a month.
    let unit = match (unit.trim(), lang) {
        ("", _) => String::new(),
        (unit, Lang::En) => format!(" ({})", unit.replacen('/', "a ", usize::from(unit.starts_with('/')))),
        (unit, Lang::Zh) => format!("，{}", unit.replacen('/', "每", usize::from(unit.starts_with('/')))),
    };
    match lang {
        Lang::En => (
            format!("Where the best strategy changes (by {name})"),
            format!(
                "The best that meets the objectives, and its {name} on the slice{unit}; paler where replications differ"
            ),
        ),
        Lang::Zh => (
            format!("最优方案在何处改变：按{name}"),
            format!("满足目标的方案中最优者及其在切片上的{name}{unit}；各次重复不一致处颜色较浅"),
        ),
    }
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
