//! CPU and memory that agents use and request: a group of bars a strategy, two panels.

use super::Chart;
use super::axis::Linear;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, FAINT, GRID, INK};
use crate::lang::format::{self, Scale};
use crate::metric::Metric;
use crate::report::{Report, estimate};
use crate::stats::Estimate;
use plotters::prelude::DrawingBackend;

/// A bar's height and what a group takes.
const BAR: f64 = 15.0;
const GROUP: f64 = 68.0;
/// The share of a panel that the longest bar takes; the rest is for its label.
const LONGEST: f64 = 0.58;

/// One panel: a metric a bar, what its label adds, how strong its colour is.
struct Panel {
    title: (&'static str, &'static str),
    unit: &'static str,
    bars: &'static [(Metric, (&'static str, &'static str), f64)],
}

const REQUESTED: (&str, &str) = ("requested", "申请");

const PANELS: [Panel; 2] = [
    Panel {
        title: ("CPU", "CPU"),
        unit: "cores",
        bars: &[(Metric::AgentCpu, ("used", "使用"), 1.0), (Metric::AgentCpuRequested, REQUESTED, 0.25)],
    },
    Panel {
        title: ("Memory", "内存"),
        unit: "bytes",
        bars: &[
            (Metric::AgentMemory, ("PSS", "PSS"), 1.0),
            (Metric::AgentMemoryRss, ("RSS", "RSS"), 0.6),
            (Metric::AgentMemoryRequested, REQUESTED, 0.25),
        ],
    },
];

pub(super) fn height(report: &Report) -> f64 {
    TOP + 26.0 + GROUP * report.strategies().len() as f64 + 34.0 + frame::BOTTOM
}

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report) -> Drawn {
    let note = canvas.pick(
        "All agents together; memory counts shared pages once a node (PSS) or in every agent (RSS); whiskers are 95% \
         intervals",
        "全部采集器合计；共享内存页每节点计一次（PSS）或在每个采集器中各计一次（RSS）；须线为 95% 置信区间",
    );
    frame::draw(canvas, report, Chart::Resources, note, height(report))?;
    let names = report.strategies().iter().map(|s| canvas.text_width(s.strategy, LABEL));
    let names = names.fold(0.0, f64::max) * 1.08;
    let left = MARGIN + names + 12.0;
    let wide = (WIDTH - MARGIN - left - 28.0) / 2.0;
    for (i, result) in report.strategies().iter().enumerate() {
        let middle = TOP + 26.0 + GROUP * (i as f64 + 0.5);
        canvas.text((left - 12.0, middle), result.strategy, LABEL, INK, Anchor::Right)?;
    }
    for (i, panel) in PANELS.iter().enumerate() {
        panel_of(canvas, report, panel, left + i as f64 * (wide + 28.0), wide)?;
    }
    Ok(())
}

fn panel_of<B: DrawingBackend>(
    canvas: &Canvas<B>,
    report: &Report,
    panel: &Panel,
    left: f64,
    wide: f64,
) -> Drawn {
    let all = report.feasible().flat_map(|s| panel.bars.iter().filter_map(|(m, ..)| estimate(s, *m)));
    let highest = all.filter_map(|e| e.hi.or(e.mean)).fold(0.0, f64::max);
    let scale = Scale::of(highest, panel.unit, canvas.lang);
    let axis = Linear::up_to(highest * scale.factor, 4.0);
    // The longest bar, not the last tick, decides how far bars reach.
    let reach = wide * LONGEST * axis.share(highest * scale.factor).max(0.8);
    let x = |value: f64| left + reach * if highest > 0.0 { value / highest } else { 0.0 };
    let (top, bottom) = (TOP + 26.0, TOP + 26.0 + GROUP * report.strategies().len() as f64);

    let title = format!("{},{}", canvas.pick(panel.title.0, panel.title.1), scale.suffix);
    canvas.text((left, TOP + 8.0), &title, LABEL, INK, Anchor::Left)?;
    for tick in axis.ticks() {
        let at = x(tick / scale.factor);
        if at > left + wide * 0.98 {
            continue;
        }
        canvas.line(&[(at, top), (at, bottom)], if tick == 0.0 { AXIS } else { GRID }, 1.0)?;
        canvas.text((at, bottom + 13.0), &axis.label(tick), SMALL, FAINT, Anchor::Middle)?;
    }
    for (i, result) in report.strategies().iter().enumerate() {
        let middle = top + GROUP * (i as f64 + 0.5);
        if result.observations.is_empty() {
            canvas.label((left + 8.0, middle), canvas.pick("infeasible here", "在此不可行"), SMALL, FAINT)?;
            continue;
        }
        let first = middle - BAR * panel.bars.len() as f64 / 2.0;
        for (j, (metric, what, strength)) in panel.bars.iter().enumerate() {
            let Some(estimate) = estimate(result, *metric) else { continue };
            let y = first + BAR * (j as f64 + 0.5);
            let colour = palette::strategy(result.strategy);
            let end = bar(canvas, &estimate, colour, *strength, y, &x)?;
            let text = format!(
                "{} {}",
                format::estimate(Some(&estimate), panel.unit, canvas.lang),
                canvas.pick(what.0, what.1)
            );
            canvas.label((end + 6.0, y), &text, SMALL, FAINT)?;
        }
    }
    Ok(())
}

/// Draws a bar with its whiskers and says where the two end.
fn bar<B: DrawingBackend>(
    canvas: &Canvas<B>,
    estimate: &Estimate,
    colour: plotters::style::RGBColor,
    strength: f64,
    y: f64,
    x: &impl Fn(f64) -> f64,
) -> Result<f64, String> {
    let (from, end) = (x(0.0), x(estimate.mean.unwrap_or(0.0)));
    let half = BAR / 2.0 - 1.0;
    if end - from >= 0.5 {
        canvas.bar((from, y - half), (end, y + half), palette::tint(colour, strength))?;
        if strength < 0.5 {
            canvas.outline((from, y - half), (end, y + half), colour, 1.0)?;
        }
    }
    let (Some(lo), Some(hi)) = (estimate.lo, estimate.hi) else { return Ok(end) };
    let (lo, hi) = (x(lo.max(0.0)), x(hi));
    if hi - lo < 2.0 {
        return Ok(end);
    }
    canvas.line(&[(lo, y), (hi, y)], INK, 1.25)?;
    for at in [lo, hi] {
        canvas.line(&[(at, y - 3.5), (at, y + 3.5)], INK, 1.25)?;
    }
    Ok(hi.max(end))
}
