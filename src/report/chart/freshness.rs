//! The distribution of freshness: a curve a strategy, a plateau where lines never come.

use super::Chart;
use super::axis::Logarithmic;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, FAINT, GRID, INK};
use crate::lang::Lang;
use crate::observe::Freshness;
use crate::report::words::pick;
use crate::report::{Report, format, pooled};
use plotters::prelude::DrawingBackend;

pub(super) const HEIGHT: f64 = 500.0;
const LEGEND: f64 = 232.0;
const LEFT: f64 = MARGIN + 44.0;
const RIGHT: f64 = WIDTH - MARGIN - LEGEND;
const BASE: f64 = HEIGHT - frame::BOTTOM - 46.0;

/// One strategy's curve.
struct Curve {
    strategy: &'static str,
    freshness: Freshness,
    /// Seconds and the share of all lines that are no older, ascending.
    points: Vec<(f64, f64)>,
    /// The share of lines that are delivered at all.
    delivered: f64,
}

impl Curve {
    fn of(strategy: &'static str, freshness: Freshness) -> Self {
        let delivered = match freshness.lines() {
            0 => 0.0,
            lines => freshness.delivered() as f64 / lines as f64,
        };
        let mut shares: Vec<f64> = (1..500).map(|i| f64::from(i) / 500.0).collect();
        shares.extend([0.999, 0.9995, 0.9999, 0.99999]);
        shares.iter_mut().for_each(|s| *s *= delivered);
        let seconds = freshness.quantiles(&shares);
        let points = seconds.into_iter().zip(shares).filter_map(|(t, s)| Some((t?, s))).collect();
        Self { strategy, freshness, points, delivered }
    }
}

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report) -> Drawn {
    let note = canvas.pick(
        "Share of all lines written after warm-up that can be queried within a time; a curve that ends below 100% never \
         delivers the rest",
        "预热后写入的行中，在给定时间内可查询的比例；终点低于 100% 的曲线，其余的行从未送达",
    );
    frame::draw(canvas, report, Chart::Freshness, note, HEIGHT)?;
    let curves: Vec<Curve> = report.feasible().map(|s| Curve::of(s.strategy, pooled::freshness(s))).collect();
    let times = || curves.iter().flat_map(|c| &c.points).map(|(t, _)| *t);
    let (lowest, highest) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let axis = if lowest.is_finite() {
        Logarithmic::between(lowest.max(0.001), highest.max(0.01))
    } else {
        Logarithmic::between(0.01, 10.0)
    };
    grid(canvas, &axis)?;
    for curve in &curves {
        let colour = palette::strategy(curve.strategy);
        canvas.dashed(&path(curve, &axis), colour, 2.25, palette::dashes(curve.strategy))?;
    }
    legend(canvas, report, &curves)
}

fn y(share: f64) -> f64 {
    BASE - share * (BASE - TOP)
}

fn grid<B: DrawingBackend>(canvas: &Canvas<B>, axis: &Logarithmic) -> Drawn {
    for percent in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let colour = if percent == 0.0 { AXIS } else { GRID };
        canvas.line(&[(LEFT, y(percent)), (RIGHT, y(percent))], colour, 1.0)?;
        let label = format::quantity(percent, "fraction", Lang::En);
        canvas.text((LEFT - 8.0, y(percent)), &label, SMALL, FAINT, Anchor::Right)?;
    }
    for tick in axis.ticks() {
        let x = LEFT + axis.share(tick) * (RIGHT - LEFT);
        canvas.line(&[(x, TOP), (x, BASE)], GRID, 1.0)?;
        let label = format::duration(tick, canvas.lang);
        canvas.text((x, BASE + 14.0), &label, SMALL, FAINT, Anchor::Middle)?;
    }
    let middle = (LEFT + RIGHT) / 2.0;
    let axis = canvas.pick("time from writing (log scale)", "自写入起的时间（对数刻度）");
    canvas.text((middle, BASE + 36.0), axis, SMALL, FAINT, Anchor::Middle)
}

/// A curve from its youngest lines to the right edge; one that delivers nothing is all along the bottom.
fn path(curve: &Curve, axis: &Logarithmic) -> Vec<(f64, f64)> {
    let x = |seconds: f64| LEFT + axis.share(seconds) * (RIGHT - LEFT);
    let start = curve.points.first().map_or(LEFT, |(t, _)| x(*t));
    let mut path = vec![(start, y(0.0))];
    path.extend(curve.points.iter().map(|(t, share)| (x(*t), y(*share))));
    let last = path.last().map_or(LEFT, |(x, _)| *x);
    path.extend([(last, y(curve.delivered)), (RIGHT, y(curve.delivered))]);
    path
}

/// Names with numbers, at the right: curves often lie on each other, numbers do not.
fn legend<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report, curves: &[Curve]) -> Drawn {
    let left = RIGHT + 24.0;
    let row = ((BASE - TOP) / report.strategies().len().max(1) as f64).min(64.0);
    for (i, result) in report.strategies().iter().enumerate() {
        let at = TOP + 8.0 + row * i as f64;
        let colour = palette::strategy(result.strategy);
        let swatch = [(left, at), (left + 28.0, at)];
        canvas.dashed(&swatch, colour, 2.25, palette::dashes(result.strategy))?;
        canvas.text((left + 38.0, at), result.strategy, LABEL, INK, Anchor::Left)?;
        let curve = curves.iter().find(|c| c.strategy == result.strategy);
        let text = curve
            .map_or_else(|| canvas.pick("infeasible here", "在此不可行").into(), |c| numbers(c, canvas.lang));
        canvas.text((left + 38.0, at + 17.0), &text, SMALL, FAINT, Anchor::Left)?;
        if let Some(curve) = curve.filter(|c| c.points.len() > 1 && c.delivered < 1.0) {
            let never = curve.freshness.lines() - curve.freshness.delivered();
            let never = format::share(never, curve.freshness.lines());
            let text = format!("{never} {}", canvas.pick("never delivered", "从未送达"));
            if row >= 48.0 {
                canvas.text((left + 38.0, at + 33.0), &text, SMALL, FAINT, Anchor::Left)?;
            }
        }
    }
    Ok(())
}

fn numbers(curve: &Curve, lang: Lang) -> String {
    if curve.freshness.lines() == 0 {
        return pick(lang, "no lines written", "没有写入").into();
    }
    if curve.points.is_empty() {
        return pick(lang, "nothing is delivered", "全部未送达").into();
    }
    let [median, tail] = [0.5, 0.99]
        .map(|share| curve.freshness.quantile(share).map(|seconds| format::duration(seconds, lang)));
    match lang {
        Lang::En => {
            let within = |q: Option<String>| q.map_or_else(|| "never".into(), |q| format!("in {q}"));
            format!("half {}, 99% {}", within(median), within(tail))
        }
        Lang::Zh => {
            let within = |q: Option<String>| q.map_or_else(|| "未送达".into(), |q| format!("{q} 内"));
            format!("半数 {}，99% {}", within(median), within(tail))
        }
    }
}
