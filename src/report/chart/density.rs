//! Cost against pods a node: a line a strategy, named at its end.

use super::Chart;
use super::axis::{Linear, spread};
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, FAINT, GRID};
use crate::lang::Lang;
use crate::report::{Report, format};
use crate::study::{DensityPoint, Provenance, density_slice};
use plotters::prelude::DrawingBackend;

pub(super) const HEIGHT: f64 = 460.0;
const LEFT: f64 = MARGIN + 52.0;
const RIGHT: f64 = WIDTH - MARGIN - 200.0;
const BASE: f64 = HEIGHT - frame::BOTTOM - 46.0;
const HEAD: f64 = TOP + 20.0;

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report) -> Drawn {
    let note = canvas.pick(
        "A node of its pool: the reserved share of it, and what is added for collection; currency is that of the \
         scenario's prices",
        "资源池中的一个节点：为采集预留的份额及新增部分；货币同场景中的价格",
    );
    let p = &report.comparison.provenance;
    let from = Provenance { slice: Some(density_slice(p.nodes)), replications: 1, ..p.clone() };
    frame::titled(canvas, Chart::Density.title(canvas.lang), note, &from, HEIGHT)?;
    let points = report.pods_per_node;
    let costs = Linear::up_to(points.iter().filter_map(|p| p.cost).fold(0.0, f64::max), 5.0);
    let most = points.iter().map(|p| p.pods_per_node).max().unwrap_or(0);
    let x = |pods: u64| LEFT + (RIGHT - LEFT) * pods as f64 / (most.max(1) as f64 * 1.02);
    let y = |cost: f64| BASE - (BASE - HEAD) * costs.share(cost);

    canvas.text(
        (MARGIN, TOP),
        canvas.pick("cost a month and node", "每节点每月成本"),
        SMALL,
        FAINT,
        Anchor::Left,
    )?;
    for tick in costs.ticks() {
        let colour = if tick == 0.0 { AXIS } else { GRID };
        canvas.line(&[(LEFT, y(tick)), (RIGHT, y(tick))], colour, 1.0)?;
        canvas.text((LEFT - 8.0, y(tick)), &costs.label(tick), SMALL, FAINT, Anchor::Right)?;
    }
    let mut densities: Vec<u64> = points.iter().map(|p| p.pods_per_node).collect();
    densities.sort_unstable();
    densities.dedup();
    let mut free = 0.0;
    for pods in densities {
        canvas.line(&[(x(pods), BASE), (x(pods), BASE + 4.0)], AXIS, 1.0)?;
        // Labels that would touch the one before them are left out.
        let (label, at) = (format::integer(pods), x(pods));
        let half = canvas.text_width(&label, SMALL) / 2.0;
        if at - half > free {
            canvas.text((at, BASE + 16.0), &label, SMALL, FAINT, Anchor::Middle)?;
            free = at + half + 6.0;
        }
    }
    let middle = (LEFT + RIGHT) / 2.0;
    canvas.text(
        (middle, BASE + 36.0),
        canvas.pick("pods on each node", "每节点 Pod 数"),
        SMALL,
        FAINT,
        Anchor::Middle,
    )?;

    let lines: Vec<(&str, Vec<&DensityPoint>)> =
        strategies(points).into_iter().map(|name| (name, of(points, name))).collect();
    let last =
        |line: &[&DensityPoint]| line.iter().rev().find_map(|p| Some((x(p.pods_per_node), y(p.cost?))));
    let ends: Vec<(f64, f64)> = lines.iter().map(|(_, l)| last(l).unwrap_or((LEFT, BASE))).collect();
    let heights: Vec<f64> = ends.iter().map(|(_, y)| *y).collect();
    let places = spread(&heights, 18.0, (HEAD, BASE));
    for (((name, line), end), place) in lines.iter().zip(&ends).zip(places) {
        let colour = palette::strategy(name);
        for run in line.split(|p| p.cost.is_none()).filter(|run| !run.is_empty()) {
            let path: Vec<(f64, f64)> =
                run.iter().filter_map(|p| Some((x(p.pods_per_node), y(p.cost?)))).collect();
            canvas.dashed(&path, colour, 2.25, palette::dashes(name))?;
            for at in path {
                canvas.dot(at, 3.25, colour)?;
            }
        }
        // From the end of the line to its name, which may have had to move.
        canvas.line(&[(end.0 + 6.0, end.1), (RIGHT + 4.0, end.1), (RIGHT + 16.0, place)], AXIS, 0.75)?;
        canvas.text(
            (RIGHT + 20.0, place),
            &named(name, line, canvas.lang),
            LABEL,
            palette::dark(colour),
            Anchor::Left,
        )?;
    }
    Ok(())
}

/// The strategies, in the order in which they first stand.
fn strategies(points: &[DensityPoint]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for point in points {
        if !names.contains(&point.strategy) {
            names.push(point.strategy);
        }
    }
    names
}

/// A strategy's points by density.
fn of<'p>(points: &'p [DensityPoint], strategy: &str) -> Vec<&'p DensityPoint> {
    let mut line: Vec<&DensityPoint> = points.iter().filter(|p| p.strategy == strategy).collect();
    line.sort_by_key(|p| p.pods_per_node);
    line
}

/// A strategy's name, and from where on it is infeasible.
fn named(name: &str, line: &[&DensityPoint], lang: Lang) -> String {
    let feasible = line.iter().rposition(|p| p.cost.is_some());
    match (feasible, lang) {
        (None, Lang::En) => format!("{name} (infeasible)"),
        (None, Lang::Zh) => format!("{name}（不可行）"),
        (Some(last), lang) if last + 1 < line.len() => match (line[last + 1].pods_per_node, lang) {
            (from, Lang::En) => format!("{name} (infeasible from {from})"),
            (from, Lang::Zh) => format!("{name}（自 {from} 起不可行）"),
        },
        (Some(_), _) => name.to_owned(),
    }
}
