//! Where lines end: a bar a strategy; where little is lost, that part by itself and enlarged, because a loss that
//! matters can be too small to be seen; and the numbers below.

use super::Chart;
use super::axis::Linear;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::palette::{self, AXIS, FAINT, GRID, INK};
use crate::flow::Cause;
use crate::lang::Lang;
use crate::observe::Ledger;
use crate::report::{Report, format, words};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

const BAR: f64 = 34.0;
const ROW: f64 = 21.0;
/// Below this share of all lines what is lost has a panel of its own, with a title so high.
const SMALL_LOSS: f64 = 0.2;
const ENLARGED: f64 = 30.0;

/// One state of lines: its name, its colour, how many lines are in it.
struct State {
    name: &'static str,
    colour: RGBColor,
    lines: fn(&Ledger) -> u64,
    cause: Option<Cause>,
}

impl State {
    fn count(&self, ledger: &Ledger) -> u64 {
        self.cause.map_or_else(|| (self.lines)(ledger), |cause| ledger.lost[cause as usize])
    }
}

/// Delivered, and every other state that any strategy has lines in.
fn states(report: &Report, lang: Lang) -> Vec<State> {
    let [delivered, retained, in_flight] = words::states(lang);
    let lines: [fn(&Ledger) -> u64; 3] = [|l| l.delivered, |l| l.in_flight, |l| l.retained];
    let names = [delivered, in_flight, retained];
    let kept =
        (0..3).map(|i| State { name: names[i], colour: palette::STATES[i], lines: lines[i], cause: None });
    let lost = Cause::ALL.into_iter().map(|cause| State {
        name: words::cause(cause, lang),
        colour: palette::cause(cause),
        lines: Ledger::lost_total,
        cause: Some(cause),
    });
    let ledgers: Vec<Ledger> = report.feasible().map(|s| s.ledger()).collect();
    let shown = |s: &State| s.name == delivered || ledgers.iter().any(|l| s.count(l) > 0);
    kept.chain(lost).filter(shown).collect()
}

/// The largest share of lines that any strategy loses, where that is too small to be told apart beside the rest.
fn small_loss(report: &Report) -> Option<f64> {
    let ledgers = report.feasible().map(|s| s.ledger());
    let lost = ledgers.map(|l| l.lost_total() as f64 / l.emitted.max(1) as f64);
    let most = lost.fold(0.0, f64::max);
    (0.0 < most && most < SMALL_LOSS).then_some(most)
}

/// What a panel of bars takes, with its axis.
fn panel(report: &Report) -> f64 {
    BAR * report.strategies().len() as f64 + 34.0
}

pub(super) fn height(report: &Report) -> f64 {
    let enlarged = if small_loss(report).is_some() { panel(report) + ENLARGED } else { 0.0 };
    let rows = ROW * (states(report, report.lang).len() as f64 + 2.0);
    TOP + panel(report) + enlarged + 24.0 + rows + 8.0 + frame::BOTTOM
}

pub(super) fn draw<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report) -> Drawn {
    let note = canvas.pick(
        "Share of all lines written, over all replications; every line is in exactly one state",
        "占全部写入行的比例，各次重复合计；每一行恰处于一种状态",
    );
    frame::draw(canvas, report, Chart::Ledger, note, height(report))?;
    let states = states(report, canvas.lang);
    bars(canvas, report, &states, TOP, 1.0)?;
    let mut bottom = TOP + panel(report);
    if let Some(most) = small_loss(report) {
        let title = canvas.pick("What is lost, enlarged", "丢失部分（放大）");
        canvas.text((MARGIN, bottom + ENLARGED / 2.0 + 4.0), title, LABEL, INK, Anchor::Left)?;
        bottom += ENLARGED;
        let lost = &states[states.partition_point(|state| state.cause.is_none())..];
        // A third of the panel is left for the shares behind the bars.
        bars(canvas, report, lost, bottom, Linear::up_to(most * 150.0, 4.0).end / 100.0)?;
        bottom += panel(report);
    }
    numbers(canvas, report, &states, bottom + 24.0)
}

/// A bar a strategy, on an axis that ends at a share of all lines.
fn bars<B: DrawingBackend>(
    canvas: &Canvas<B>,
    report: &Report,
    states: &[State],
    top: f64,
    end: f64,
) -> Drawn {
    let names = report.strategies().iter().map(|s| canvas.text_width(s.strategy, LABEL));
    let left = MARGIN + names.fold(0.0, f64::max) * 1.08 + 12.0;
    let right = WIDTH - MARGIN - 8.0;
    let bottom = top + BAR * report.strategies().len() as f64;
    for quarter in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = left + (right - left) * quarter;
        canvas.line(&[(x, top), (x, bottom)], if quarter == 0.0 { AXIS } else { GRID }, 1.0)?;
        let label = format::quantity(quarter * end, "fraction", Lang::En);
        canvas.text((x, bottom + 13.0), &label, SMALL, FAINT, Anchor::Middle)?;
    }
    for (i, result) in report.strategies().iter().enumerate() {
        let middle = top + BAR * (i as f64 + 0.5);
        canvas.text((left - 12.0, middle), result.strategy, LABEL, INK, Anchor::Right)?;
        let ledger = result.ledger();
        if ledger.emitted == 0 {
            let why = match result.observations.is_empty() {
                true => canvas.pick("infeasible here", "在此不可行"),
                false => canvas.pick("no lines written", "没有写入"),
            };
            canvas.text((left + 8.0, middle), why, SMALL, FAINT, Anchor::Left)?;
            continue;
        }
        let mut x = left;
        for state in states {
            let wide = (right - left) * state.count(&ledger) as f64 / ledger.emitted as f64 / end;
            if wide > 0.0 {
                // What is there is seen: no state is thinner than a line.
                let from = x.min(x + wide - 1.5).max(left);
                canvas.bar((from, middle - 11.0), (from + wide.max(1.5), middle + 11.0), state.colour)?;
            }
            x += wide;
        }
        if end < 1.0 {
            let lines = states.iter().map(|state| state.count(&ledger)).sum();
            let share = if lines == 0 { "0".to_owned() } else { format::share(lines, ledger.emitted) };
            canvas.label((x.max(left + 1.5) + 8.0, middle), &share, SMALL, FAINT)?;
        }
    }
    Ok(())
}

/// The states, which are the bars' legend, with every strategy's share.
fn numbers<B: DrawingBackend>(canvas: &Canvas<B>, report: &Report, states: &[State], top: f64) -> Drawn {
    const NAMES: f64 = 172.0;
    let column = ((WIDTH - 2.0 * MARGIN - NAMES) / report.strategies().len().max(1) as f64).min(150.0);
    let x = |i: usize| MARGIN + NAMES + column * (i as f64 + 1.0);
    let rule = |y: f64| canvas.line(&[(MARGIN, y), (x(report.strategies().len() - 1), y)], GRID, 1.0);
    for (i, result) in report.strategies().iter().enumerate() {
        let size = if column < 110.0 { 10.5 } else { SMALL };
        canvas.text((x(i), top), result.strategy, size, INK, Anchor::Right)?;
    }
    rule(top + ROW / 2.0)?;
    for (j, state) in states.iter().enumerate() {
        let y = top + ROW * (j as f64 + 1.0);
        canvas.bar((MARGIN, y - 6.0), (MARGIN + 12.0, y + 6.0), state.colour)?;
        canvas.text((MARGIN + 20.0, y), state.name, SMALL, INK, Anchor::Left)?;
        for (i, result) in report.strategies().iter().enumerate() {
            let ledger = result.ledger();
            let lines = state.count(&ledger);
            let shown = if ledger.emitted > 0 && lines == 0 {
                "0".into()
            } else {
                format::share(lines, ledger.emitted)
            };
            let colour = if lines == 0 { AXIS } else { INK };
            canvas.text((x(i), y), &shown, SMALL, colour, Anchor::Right)?;
        }
    }
    let y = top + ROW * (states.len() as f64 + 1.0);
    rule(y - ROW / 2.0)?;
    canvas.text((MARGIN + 20.0, y), canvas.pick("lines written", "写入行数"), SMALL, FAINT, Anchor::Left)?;
    for (i, result) in report.strategies().iter().enumerate() {
        let written = result.ledger().emitted;
        let text =
            if result.observations.is_empty() { format::NOTHING.into() } else { short(written, canvas.lang) };
        canvas.text((x(i), y), &text, SMALL, FAINT, Anchor::Right)?;
    }
    Ok(())
}

/// A count in three digits: 34.2 million.
fn short(lines: u64, lang: Lang) -> String {
    let of = |unit: f64, name: &str| format!("{} {name}", format::number(lines as f64 / unit));
    match (lines, lang) {
        (0..100_000, _) => format::integer(lines),
        (100_000..1_000_000_000, Lang::En) => of(1e6, "million"),
        (_, Lang::En) => of(1e9, "billion"),
        (100_000..100_000_000, Lang::Zh) => of(1e4, "万"),
        (_, Lang::Zh) => of(1e8, "亿"),
    }
}
