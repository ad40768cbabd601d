//! Lines emitted and delivered over time: a panel a strategy, so that an outage is seen in each.

use super::Chart;
use super::axis::Linear;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, BAND, FAINT, FAULT, GRID, GROUND, HERE};
use crate::lang::format::Scale;
use crate::report::{Report, pooled, words};
use crate::study::{Mark, WarmupBy};
use plotters::prelude::DrawingBackend;

const LEFT: f64 = MARGIN + 52.0;
const RIGHT: f64 = WIDTH - MARGIN - 8.0;
/// Above a panel, for its name.
const NAME: f64 = 22.0;
/// Lines for the names of faults, and how high one is.
const ROWS: usize = 3;
const NAMES: f64 = 14.0;

/// A span of time: its ends in seconds, lines emitted and delivered a second.
struct Span {
    from: f64,
    until: f64,
    emitted: f64,
    delivered: f64,
}

fn panel(report: &Report) -> f64 {
    if report.feasible().count() > 4 { 64.0 } else { 96.0 }
}

/// The faults of a report.
fn marks<'r>(report: &Report<'r>) -> &'r [Mark] {
    &report.comparison.provenance.subject.marks
}

/// Where the first panel's space begins: below the names of faults.
fn head(report: &Report) -> f64 {
    TOP + 14.0 + if marks(report).is_empty() { 0.0 } else { NAMES * ROWS as f64 }
}

pub(super) fn height(report: &Report) -> f64 {
    head(report) + (panel(report) + NAME) * report.feasible().count() as f64 + 50.0 + frame::BOTTOM
}

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report) -> Drawn {
    let note = canvas.pick(
        "Grey: lines written a second; coloured: lines delivered a second; red: what goes wrong; mean over replications",
        "灰色：每秒写入的行；彩色：每秒送达的行；红色：故障；各次重复的均值",
    );
    frame::draw(canvas, report, Chart::Timeline, note, height(report))?;
    let all: Vec<(&str, Vec<Span>)> =
        report.feasible().map(|s| (s.strategy, spans(&pooled::timeline(s)))).collect();
    let spans = || all.iter().flat_map(|(_, spans)| spans);
    let highest = spans().map(|s| s.emitted.max(s.delivered)).fold(0.0, f64::max);
    let end = spans().map(|s| s.until).fold(0.0, f64::max);
    let scale = Scale::of(highest, "lines/s", canvas.lang);
    let axis = Linear::up_to(highest * scale.factor, 2.5);
    let x = |seconds: f64| LEFT + (RIGHT - LEFT) * if end > 0.0 { seconds / end } else { 0.0 };

    let unit = scale.suffix.trim_start();
    canvas.text((MARGIN, TOP), unit, SMALL, FAINT, Anchor::Left)?;
    let bottom = head(report) + (panel(report) + NAME) * all.len() as f64;
    let (warmup, drain) = (report.comparison.provenance.warmup_s, report.comparison.provenance.drain_s);
    let found = report.comparison.provenance.warmup_by == WarmupBy::Mser5;
    let cut = format!("{}{}", canvas.pick("warm-up", "预热"), if found { " (MSER-5)" } else { "" });
    let drained = canvas.pick("drain", "排空");
    for (from, until, what) in [(0.0, warmup.min(end), &*cut), ((end - drain).max(0.0), end, drained)] {
        if x(until) - x(from) >= 1.0 {
            canvas.bar((x(from), TOP + 12.0), (x(until), bottom), BAND)?;
            let middle = f64::midpoint(x(from), x(until));
            // At the edge a name wider than its band would leave the picture.
            let half = canvas.text_width(what, 11.0) * 0.55;
            let middle = middle.clamp(LEFT + half + 34.0, WIDTH - MARGIN - half);
            canvas.text((middle, TOP + 2.0), what, 11.0, FAINT, Anchor::Middle)?;
        }
    }
    faults(canvas, marks(report), end, bottom, &x)?;
    for (i, (strategy, spans)) in all.iter().enumerate() {
        let top = head(report) + (panel(report) + NAME) * i as f64 + NAME;
        let base = top + panel(report);
        let y = |rate: f64| base - (base - top) * axis.share(rate * scale.factor);
        for tick in axis.ticks() {
            let at = y(tick / scale.factor);
            canvas.line(&[(LEFT, at), (RIGHT, at)], GRID, 1.0)?;
            canvas.text((LEFT - 8.0, at), &axis.label(tick), SMALL, FAINT, Anchor::Right)?;
        }
        let ground: Vec<(f64, f64)> = steps(spans, |s| s.emitted).map(|(t, r)| (x(t), y(r))).collect();
        if ground.len() > 1 {
            let closed = [(x(0.0), base)].into_iter().chain(ground).chain([(x(end), base)]);
            canvas.area(&closed.collect::<Vec<_>>(), GROUND)?;
        }
        canvas.line(&[(LEFT, base), (RIGHT, base)], AXIS, 1.0)?;
        let line: Vec<(f64, f64)> = steps(spans, |s| s.delivered).map(|(t, r)| (x(t), y(r))).collect();
        let colour = palette::strategy(strategy);
        canvas.line(&line, colour, 1.75)?;
        canvas.text((LEFT, top - 10.0), strategy, LABEL, palette::dark(colour), Anchor::Left)?;
    }
    times(canvas, end, bottom, x)
}

/// Spans in which something goes wrong, behind all panels, named above them; names that would meet stand in lines below
/// each other, and one that no line is free for stands as a mark alone.
fn faults<B: DrawingBackend>(
    canvas: &Canvas<B>,
    marks: &[Mark],
    end: f64,
    bottom: f64,
    x: &impl Fn(f64) -> f64,
) -> Drawn {
    let mut marks: Vec<&Mark> = marks.iter().filter(|m| m.from_s <= end).collect();
    marks.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    // How far each line is taken.
    let mut taken = [f64::NEG_INFINITY; ROWS];
    for mark in marks {
        let (from, until) = (x(mark.from_s), x(mark.until_s.min(end)));
        if until - from >= 1.0 {
            canvas.bar((from, TOP + 14.0), (until, bottom), FAULT)?;
        }
        canvas.line(&[(from, TOP + 14.0), (from, bottom)], HERE, 1.0)?;
        let name = words::fault(&mark.name, canvas.lang);
        let wide = canvas.text_width(name, 11.0) * 1.1;
        // At the right edge a name stands before its line.
        let (at, anchor, reach) = match from + 4.0 + wide > WIDTH - MARGIN {
            true => (from - 4.0, Anchor::Right, from),
            false => (from + 4.0, Anchor::Left, from + 4.0 + wide),
        };
        let begins = if matches!(anchor, Anchor::Right) { from - 4.0 - wide } else { from };
        let Some(row) = taken.iter().position(|reached| *reached + 4.0 <= begins) else { continue };
        taken[row] = reach;
        let y = TOP + 20.0 + NAMES * row as f64;
        canvas.text((at, y), name, 11.0, HERE, anchor)?;
    }
    Ok(())
}

/// Ticks of time below the last panel: seconds, minutes or hours, whatever suits the end.
fn times<B: DrawingBackend>(canvas: &Canvas<B>, end: f64, bottom: f64, x: impl Fn(f64) -> f64) -> Drawn {
    let (unit, name) = match end {
        e if e >= 4.0 * 3600.0 => (3600.0, canvas.pick("hours", "小时")),
        e if e >= 240.0 => (60.0, canvas.pick("minutes", "分钟")),
        _ => (1.0, canvas.pick("seconds", "秒")),
    };
    let axis = Linear::up_to(end / unit, 10.0);
    for tick in axis.ticks().into_iter().filter(|t| t * unit <= end * 1.0001) {
        let at = x(tick * unit);
        canvas.line(&[(at, bottom), (at, bottom + 4.0)], AXIS, 1.0)?;
        canvas.text((at, bottom + 16.0), &axis.label(tick), SMALL, FAINT, Anchor::Middle)?;
    }
    canvas.text(((LEFT + RIGHT) / 2.0, bottom + 36.0), name, SMALL, FAINT, Anchor::Middle)
}

fn spans(bins: &[(f64, f64, f64)]) -> Vec<Span> {
    let starts = std::iter::once(0.0).chain(bins.iter().map(|b| b.0));
    bins.iter()
        .zip(starts)
        .filter(|((until, ..), from)| until > from)
        .map(|(&(until, emitted, delivered), from)| {
            let seconds = until - from;
            Span { from, until, emitted: emitted / seconds, delivered: delivered / seconds }
        })
        .collect()
}

/// The corners of a stair: a rate holds for its span.
fn steps(spans: &[Span], rate: impl Fn(&Span) -> f64) -> impl Iterator<Item = (f64, f64)> {
    spans.iter().flat_map(move |s| [(s.from, rate(s)), (s.until, rate(s))])
}
