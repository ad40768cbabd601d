//! What moving from what runs today would save, and what would become of the lines.

use crate::lang::Lang;
use crate::lang::format::{difference, quantity};
use crate::metric::Metric;
use crate::report::page::Prose;
use crate::report::words::pick;
use crate::report::{Report, estimate};
use crate::stats::Estimate;
use crate::strategy::AS_IS;
use crate::study::StrategyResult;

/// What moving saves, each strategy beside what runs today; nothing where that is not among them.
pub(super) fn sentence(report: &Report) -> Option<Prose> {
    let lang = report.lang;
    let money = report.comparison.provenance.money;
    let today = report.feasible().find(|result| result.strategy == AS_IS.name)?;
    let now = estimate(today, money)?.mean?;
    let others = report.feasible().filter(|result| result.strategy != AS_IS.name);
    let told: Vec<String> = others.map(|other| moved(today, other, money, lang)).collect();
    let now = quantity(now, money.unit(), lang);
    (!told.is_empty()).then(|| match lang {
        Lang::En => format!("Moving from what runs today (as-is, {now}): {}.", told.join("; ")).into(),
        Lang::Zh => format!("与现状（as-is，{now}）相比：{}。", told.join("；")).into(),
    })
}

fn moved(today: &StrategyResult, other: &StrategyResult, money: Metric, lang: Lang) -> String {
    let more = other.difference(today, money);
    // What is saved is shown without its sign, with the interval that the difference has.
    let negative = |end: Option<f64>| end.map(|end| -end);
    let saved =
        Estimate { mean: negative(more.mean), lo: negative(more.hi), hi: negative(more.lo), n: more.n };
    let shown = |of: &Estimate| difference(of, money.unit(), lang).trim_start_matches('+').to_owned();
    let undelivered = |result: &StrategyResult| {
        let share = result.estimate(Metric::Undelivered).mean.unwrap_or(1.0);
        quantity(share, "fraction", lang)
    };
    let (name, after, before) = (other.strategy, undelivered(other), undelivered(today));
    let cost = match (difference(&more, money.unit(), lang).as_str(), more.mean.unwrap_or(0.0) > 0.0) {
        ("~" | "=", _) => pick(lang, "costs as much", "费用相当").to_owned(),
        (_, true) => format!("{}{}", pick(lang, "costs ", "费用增加 "), shown(&more)),
        (_, false) => format!("{}{}", pick(lang, "saves ", "节省 "), shown(&saved)),
    };
    match lang {
        Lang::En => format!("{name} {cost}, and {after} of lines are undelivered instead of {before}"),
        Lang::Zh => format!("{name} {cost}，未送达 {after}（现为 {before}）"),
    }
}
