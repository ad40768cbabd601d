//! A drawing surface in the chart's own pixels, over any backend of plotters.

use crate::lang::Lang;
use crate::report::words::pick;
use plotters::coord::Shift;
use plotters::prelude::{Circle, DrawingArea, DrawingBackend, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE};
use unicode_width::UnicodeWidthChar as _;

/// Units of the backend in a pixel of the chart.
pub(super) const FINENESS: u32 = 4;
/// The drawing library takes a font's line height for its size.
const LINE_HEIGHT: f64 = 1.24;

/// The outcome of drawing: the library's complaint, if any.
pub(super) type Drawn = Result<(), String>;

/// Where text stands to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    /// The point is at its left.
    Left,
    /// The point is in its middle.
    Middle,
    /// The point is at its right.
    Right,
}

/// How a backend sets text.
#[derive(Clone, Copy)]
pub(super) struct Typesetting {
    /// How far below its point text is to be set to stand in its middle, in sizes of the font.
    pub drop: f64,
    /// Sets each glyph twice, a quarter of a pixel apart: the one weight that the font has is a light one.
    pub twice: bool,
    /// Whether it can be relied on for Chinese: viewers have fonts for it, the embedded font has not.
    pub chinese: bool,
}

impl Typesetting {
    /// A viewer's font, centred by half the height of an x.
    pub(super) const SVG: Self = Self { drop: 0.05, twice: false, chinese: true };
    /// The embedded font, which the library sets too high.
    pub(super) const BITMAP: Self = Self { drop: 0.2, twice: true, chinese: false };
}

/// The surface. Coordinates and sizes are in pixels of the chart, from the upper left corner.
pub(super) struct Canvas<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    typesetting: Typesetting,
    /// The language of labels.
    pub lang: Lang,
}

fn fine(length: f64) -> i32 {
    (length * f64::from(FINENESS)).round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (fine(x), fine(y))
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: fine(width).max(1) as u32 }
}

impl<B: DrawingBackend> Canvas<B> {
    /// A surface over a whole backend, for readers of a language; where that cannot be set, labels are in English.
    pub(super) fn new(area: DrawingArea<B, Shift>, typesetting: Typesetting, lang: Lang) -> Self {
        Self { area, typesetting, lang: if typesetting.chinese { lang } else { Lang::En } }
    }

    /// The words of its language.
    pub(super) fn pick<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        pick(self.lang, en, zh)
    }

    /// Paints everything white.
    pub(super) fn clear(&self) -> Drawn {
        self.area.fill(&WHITE).map_err(|e| e.to_string())
    }

    /// Completes the image.
    pub(super) fn finish(&self) -> Drawn {
        self.area.present().map_err(|e| e.to_string())
    }

    /// A line through points.
    pub(super) fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: f64) -> Drawn {
        let path = straightened(points.iter().copied().map(point));
        if path.len() < 2 {
            return Ok(());
        }
        self.area.draw(&PathElement::new(path, stroke(colour, width))).map_err(|e| e.to_string())
    }

    /// A line through points with gaps: lengths of dash, gap, dash, gap, …; none for a whole line.
    pub(super) fn dashed(
        &self,
        points: &[(f64, f64)],
        colour: RGBColor,
        width: f64,
        pattern: &[f64],
    ) -> Drawn {
        if pattern.is_empty() {
            return self.line(points, colour, width);
        }
        for dash in dashes(points, pattern) {
            self.line(&dash, colour, width)?;
        }
        Ok(())
    }

    /// A filled rectangle.
    pub(super) fn bar(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn {
        let corners = [point(from), point(to)];
        self.area.draw(&Rectangle::new(corners, colour.filled())).map_err(|e| e.to_string())
    }

    /// The edge of a rectangle, inside of it.
    pub(super) fn outline(&self, from: (f64, f64), to: (f64, f64), colour: RGBColor, width: f64) -> Drawn {
        let ((x0, y0), (x1, y1), half) = (from, to, width / 2.0);
        let (x0, y0, x1, y1) = (x0 + half, y0 + half, x1 - half, y1 - half);
        for edge in [[(x0, y0), (x1, y0)], [(x0, y1), (x1, y1)], [(x0, y0), (x0, y1)], [(x1, y0), (x1, y1)]] {
            self.line(&edge, colour, width)?;
        }
        Ok(())
    }

    /// A filled shape.
    pub(super) fn area(&self, points: &[(f64, f64)], colour: RGBColor) -> Drawn {
        let path: Vec<(i32, i32)> = points.iter().copied().map(point).collect();
        self.area.draw(&Polygon::new(path, colour.filled())).map_err(|e| e.to_string())
    }

    /// A filled circle.
    pub(super) fn dot(&self, centre: (f64, f64), radius: f64, colour: RGBColor) -> Drawn {
        self.area.draw(&Circle::new(point(centre), fine(radius), colour.filled())).map_err(|e| e.to_string())
    }

    /// A line of text, centred on its point vertically.
    pub(super) fn text(
        &self,
        at: (f64, f64),
        text: &str,
        size: f64,
        colour: RGBColor,
        anchor: Anchor,
    ) -> Drawn {
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = style(size).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        let (x, y) = point((at.0, at.1 + self.typesetting.drop * size));
        for shift in 0..=i32::from(self.typesetting.twice) {
            let text = Text::new(text.to_owned(), (x + shift, y), style.clone());
            self.area.draw(&text).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// A line of text that hides what is behind it.
    pub(super) fn label(&self, at: (f64, f64), text: &str, size: f64, colour: RGBColor) -> Drawn {
        let (wide, half) = (self.text_width(text, size), size * 0.55);
        self.bar((at.0 - 2.0, at.1 - half), (at.0 + wide + 2.0, at.1 + half), WHITE)?;
        self.text(at, text, size, colour, Anchor::Left)
    }

    /// The width of a text. Viewers of an SVG may use a font that is somewhat wider.
    pub(super) fn text_width(&self, text: &str, size: f64) -> f64 {
        // What the embedded font does not have is as wide as it is high.
        let (wide, narrow): (String, String) = text.chars().partition(|c| c.width() == Some(2));
        let measured = self.area.estimate_text_size(&narrow, &style(size));
        let narrow = measured.map_or(0.0, |(width, _)| f64::from(width) / f64::from(FINENESS));
        narrow + wide.chars().count() as f64 * size
    }
}

fn style(size: f64) -> TextStyle<'static> {
    ("sans-serif", size * LINE_HEIGHT * f64::from(FINENESS)).into_font().into()
}

/// Leaves out points that do not turn a line: the library bends thick lines at them.
fn straightened(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    let mut path: Vec<(i32, i32)> = Vec::new();
    for next in points {
        if path.last() == Some(&next) {
            continue;
        }
        if let [.., a, b] = path[..] {
            let (ax, ay) = (i64::from(b.0 - a.0), i64::from(b.1 - a.1));
            let (bx, by) = (i64::from(next.0 - b.0), i64::from(next.1 - b.1));
            if ax * by == ay * bx && ax * bx + ay * by > 0 {
                path.pop();
            }
        }
        path.push(next);
    }
    path
}

/// Cuts a line into the dashes of a pattern.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let (mut dashes, mut current) = (Vec::new(), Vec::new());
    let (mut part, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = libm::hypot(x1 - x0, y1 - y0);
        let mut at = 0.0;
        let place = |at: f64| {
            let share = if length > 0.0 { at / length } else { 0.0 };
            (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
        };
        while at < length {
            let step = left.min(length - at);
            if part % 2 == 0 {
                if current.is_empty() {
                    current.push(place(at));
                }
                current.push(place(at + step));
            }
            at += step;
            left -= step;
            if left <= 0.0 {
                part = (part + 1) % pattern.len();
                left = pattern[part].max(0.1);
                if !current.is_empty() {
                    dashes.push(std::mem::take(&mut current));
                }
            }
        }
    }
    if current.len() > 1 {
        dashes.push(current);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_lines_have_two_points() {
        let stair = [(0, 5), (4, 5), (4, 5), (9, 5), (9, 2), (9, 8)];
        assert_eq!(straightened(stair.into_iter()), [(0, 5), (9, 5), (9, 2), (9, 8)]);
    }

    #[test]
    fn dashes_follow_the_line_round_its_corners() {
        let cut = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], &[4.0, 2.0]);
        assert_eq!(cut, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]);
        assert!(dashes(&[(0.0, 0.0)], &[4.0, 2.0]).is_empty());
    }
}
