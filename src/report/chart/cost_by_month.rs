//! Cost by month under each strategy; a line ends its colour where the strategy first fails an objective for sure.

use super::axis::Linear;
use super::canvas::{Anchor, Canvas, Drawn};
use super::frame::{self, LABEL, MARGIN, SMALL, TOP, WIDTH};
use super::image::{self, Picture};
use super::palette::{self, AXIS, FAINT, GRID, HERE};
use crate::decision::{Forecast, Forecasted};
use crate::lang::Lang;
use crate::lang::format::Scale;
use crate::report::{ReportError, words};
use plotters::prelude::DrawingBackend;
use plotters::style::WHITE;

const LEFT: f64 = MARGIN + 60.0;
const RIGHT: f64 = WIDTH - MARGIN - 150.0;
const HEAD: f64 = TOP + 12.0;
const BASE: f64 = HEAD + 300.0;
const HEIGHT: f64 = BASE + 84.0;

/// The chart of a forecast.
#[derive(Clone, Copy, Debug)]
pub struct CostByMonth<'a> {
    /// What was found.
    pub found: &'a Forecast,
    /// The language of labels.
    pub lang: Lang,
}

impl CostByMonth<'_> {
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
}

/// Months and costs, as far as the strategy can be run.
fn costs(one: &Forecasted) -> Vec<(u64, f64)> {
    let feasible = one.months.iter().filter(|(_, month)| month.infeasible.is_none());
    feasible.filter_map(|(number, month)| Some((*number, month.cost.mean?))).collect()
}

impl Picture for CostByMonth<'_> {
    fn stem(&self) -> &'static str {
        "cost-by-month"
    }

    fn lang(&self) -> Lang {
        self.lang
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, HEIGHT as u32)
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn {
        let found = self.found;
        let money = words::metric(found.money, canvas.lang);
        let title = match canvas.lang {
            Lang::En => format!("The months ahead: {money}"),
            Lang::Zh => format!("未来各月：{money}"),
        };
        let note = canvas.pick(
            "A circle is the month in which an objective is first missed for sure; from there on the line is pale",
            "圆圈为首次确定未满足目标的月份，其后线条变淡",
        );
        frame::titled(canvas, &title, note, &found.provenance, HEIGHT)?;
        let all: Vec<(&Forecasted, Vec<(u64, f64)>)> =
            found.strategies.iter().map(|one| (one, costs(one))).collect();
        let highest = all.iter().flat_map(|(_, costs)| costs).map(|(_, cost)| *cost).fold(0.0, f64::max);
        let scale = Scale::of(highest, found.money.unit(), canvas.lang);
        let axis = Linear::up_to(highest * scale.factor, 5.0);
        let y = |cost: f64| BASE - (BASE - HEAD) * axis.share(cost * scale.factor);
        let x = |month: u64| LEFT + (RIGHT - LEFT) * month as f64 / found.months.max(1) as f64;
        for tick in axis.ticks() {
            let at = y(tick / scale.factor);
            canvas.line(&[(LEFT, at), (RIGHT, at)], if tick == 0.0 { AXIS } else { GRID }, 1.0)?;
            canvas.text((LEFT - 8.0, at), &axis.label(tick), SMALL, FAINT, Anchor::Right)?;
        }
        canvas.text((MARGIN, TOP - 4.0), scale.suffix.trim_start(), SMALL, FAINT, Anchor::Left)?;
        let step = found.months.div_ceil(12).max(1) as usize;
        for month in (0..=found.months).step_by(step) {
            canvas.line(&[(x(month), BASE), (x(month), BASE + 4.0)], AXIS, 1.0)?;
            canvas.text((x(month), BASE + 16.0), &month.to_string(), SMALL, FAINT, Anchor::Middle)?;
        }
        let months = canvas.pick("months from now", "自现在起的月数");
        canvas.text(((LEFT + RIGHT) / 2.0, BASE + 36.0), months, SMALL, FAINT, Anchor::Middle)?;
        for (one, costs) in &all {
            let colour = palette::strategy(one.strategy);
            let fails = one.first_failure().map(|(month, _)| month);
            let points = |of: &dyn Fn(u64) -> bool| -> Vec<(f64, f64)> {
                costs
                    .iter()
                    .filter(|(month, _)| of(*month))
                    .map(|(month, cost)| (x(*month), y(*cost)))
                    .collect()
            };
            let (good, bad) = (
                points(&|month| fails.is_none_or(|fails| month <= fails)),
                points(&|month| fails.is_some_and(|fails| month >= fails)),
            );
            canvas.dashed(&bad, palette::tint(colour, 0.4), 1.75, palette::dashes(one.strategy))?;
            canvas.dashed(&good, colour, 2.0, palette::dashes(one.strategy))?;
            if let (Some(_), Some(at)) = (fails, bad.first()) {
                canvas.dot(*at, 6.0, HERE)?;
                canvas.dot(*at, 4.0, WHITE)?;
            }
        }
        let last: Vec<(&str, f64)> =
            all.iter().filter_map(|(one, costs)| Some((one.strategy, y(costs.last()?.1)))).collect();
        let places: Vec<f64> = last.iter().map(|(_, at)| *at).collect();
        let places = super::axis::spread(&places, 16.0, (HEAD, BASE));
        for ((name, _), at) in last.iter().zip(places) {
            let colour = palette::dark(palette::strategy(name));
            canvas.text((RIGHT + 12.0, at), name, LABEL, colour, Anchor::Left)?;
        }
        Ok(())
    }
}
