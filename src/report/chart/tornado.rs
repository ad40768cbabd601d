//! A figure with one input at a time at both of its ends: a bar an input, the widest above.
//!
//! Blue is the input at its least, red at its most; thin lines are 95 % intervals of the change.

use super::axis::Linear;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::image::{self, Picture};
use super::palette::{self, AXIS, FAINT, GRID, HERE, INK};
use crate::lang::Lang;
use crate::lang::format::Scale;
use crate::report::ReportError;
use crate::sensitivity::{End, Sensitivity};
use crate::strategy;
use plotters::prelude::DrawingBackend;

/// Room for the inputs' names and ranges.
const LEFT: f64 = MARGIN + 236.0;
const RIGHT: f64 = WIDTH - MARGIN - 24.0;
const HEAD: f64 = TOP + 16.0;
const ROW: f64 = 40.0;
/// Half the height of a bar.
const HALF: f64 = 9.0;
const BELOW: f64 = 84.0;

/// The chart of a sensitivity study.
#[derive(Clone, Copy, Debug)]
pub struct Tornado<'a> {
    /// What was found.
    pub found: &'a Sensitivity,
    /// The language of labels.
    pub lang: Lang,
}

impl Tornado<'_> {
    /// The chart as SVG.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn svg(&self) -> Result<String, ReportError> {
        image::svg(self)
    }

    /// The chart as PNG, twice as large.
    ///
    /// # Errors
    /// It cannot be drawn: a defect.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        image::png(self)
    }

    fn base(&self) -> f64 {
        HEAD + ROW * self.found.bars.len().max(1) as f64
    }
}

/// Mean change and its interval as far as they can be drawn.
fn change(end: &End) -> Option<(f64, f64, f64)> {
    let mean = end.change.mean?;
    let end_at = |end: Option<f64>| end.filter(|value| value.is_finite()).unwrap_or(mean);
    Some((mean, end_at(end.change.lo), end_at(end.change.hi)))
}

impl Picture for Tornado<'_> {
    fn stem(&self) -> &'static str {
        "tornado"
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.base() + BELOW) as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let found = self.found;
        let title = match canvas.lang {
            Lang::En => format!("What moves the {}", found.focus_in_words(Lang::En)),
            Lang::Zh => format!("影响{}的因素", found.focus_in_words(Lang::Zh)),
        };
        let note = canvas.pick(
            "One input at a time: blue at its least, red at its most; change against the scenario as it is, 95 % interval",
            "每次一个输入：蓝色取最低，红色取最高；相对场景现状的变化，95 % 区间",
        );
        frame::titled(canvas, &title, note, &found.provenance, self.base() + BELOW)?;
        let ends = || found.bars.iter().flat_map(|bar| bar.ends.iter().filter_map(change));
        let reach = |of: &dyn Fn((f64, f64, f64)) -> f64| ends().map(of).fold(0.0, f64::max);
        let (below, above) = (reach(&|e| -e.0.min(e.1)), reach(&|e| e.0.max(e.2)));
        let unit = found.unit_of_focus();
        let scale = Scale::of(below.max(above), unit, canvas.lang);
        let axis = Linear::up_to(below.max(above) * scale.factor, 5.0);
        // Both sides in the same scale, as far as either reaches.
        let span = |side: f64| {
            let steps = (side * scale.factor / axis.step - 1e-9).ceil().max(1.0);
            if axis.end > 0.0 { steps * axis.step } else { 1.0 }
        };
        let (left, right) = (span(below), span(above));
        let x = |value: f64| LEFT + (RIGHT - LEFT) * (value * scale.factor + left) / (left + right);
        let mut tick = -left;
        while tick <= right + axis.step / 2.0 {
            let at = x(tick / scale.factor);
            canvas.line(
                &[(at, HEAD), (at, self.base())],
                if tick.abs() < axis.step / 2.0 { AXIS } else { GRID },
                1.0,
            )?;
            let sign = if tick.abs() < axis.step / 2.0 {
                ""
            } else if tick > 0.0 {
                "+"
            } else {
                "−"
            };
            let label = format!("{sign}{}", axis.label(tick.abs()));
            canvas.text((at, self.base() + 16.0), &label, SMALL, FAINT, Anchor::Middle)?;
            tick += axis.step;
        }
        let middle = (LEFT + RIGHT) / 2.0;
        canvas.text((middle, self.base() + 36.0), scale.suffix.trim_start(), SMALL, FAINT, Anchor::Middle)?;
        self.bars(canvas, x)
    }
}

impl Tornado<'_> {
    fn bars<B: DrawingBackend>(&self, canvas: &Canvas<B>, x: impl Fn(f64) -> f64) -> Drawn {
        let found = self.found;
        let colours =
            [palette::strategy(strategy::DAEMONSET.name), palette::strategy(strategy::SIDECAR.name)];
        for (row, bar) in found.bars.iter().enumerate() {
            let y = HEAD + ROW * (row as f64 + 0.5);
            let input = &found.inputs[bar.input];
            let colour = if bar.may_turn() { HERE } else { INK };
            canvas.text((LEFT - 12.0, y - 7.0), &input.name, LABEL, colour, Anchor::Right)?;
            let range =
                [input.low, input.now, input.high].map(|value| found.shown(bar.input, value)).join(" – ");
            canvas.text((LEFT - 12.0, y + 9.0), &range, 11.0, FAINT, Anchor::Right)?;
            for (end, colour) in bar.ends.iter().zip(colours) {
                let Some((mean, lo, hi)) = change(end) else { continue };
                let (from, until) = (x(0.0).min(x(mean)), x(0.0).max(x(mean)));
                canvas.bar(
                    (from, y - HALF),
                    (until.max(from + 1.0), y + HALF),
                    palette::tint(colour, 0.72),
                )?;
                if hi > lo {
                    canvas.line(&[(x(lo), y), (x(hi), y)], colour, 1.0)?;
                }
            }
        }
        Ok(())
    }
}
