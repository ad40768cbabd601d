//! The answer: which strategy meets the objectives, at what cost, and what the others miss.

use super::table_by_strategy;
use crate::lang::Lang;
use crate::report::page::{Cell, Column, Judged, Page, Prose};
use crate::report::words::{self, pick};
use crate::report::{Report, answer, line};
use crate::study::{StrategyResult, Verdict};

/// How a strategy does by all objectives together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Met,
    Missed,
    Open,
}

fn outcome(result: &StrategyResult) -> Outcome {
    let mut judged = result.objectives.iter().map(|(_, met)| *met);
    match result.observations.is_empty() {
        _ if judged.any(|met| met == Some(Verdict::Missed)) => Outcome::Missed,
        false if result.objectives.iter().all(|(_, met)| *met == Some(Verdict::Met)) => Outcome::Met,
        _ => Outcome::Open,
    }
}

/// Adds the answer and the objectives one by one.
pub(super) fn answer(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let asked = report.feasible().any(|s| !s.objectives.is_empty());
    page.heading(pick(lang, "The answer", "结论"));
    for sentence in answer::sentences(report) {
        page.paragraph(sentence);
    }
    let missed = |s: &StrategyResult| {
        let (text, _) = words::objectives(s, lang);
        Prose::default().strong(s.strategy).plain(format!("{}{text}", pick(lang, ": ", "：")))
    };
    page.list(report.feasible().filter(|s| outcome(s) == Outcome::Missed).map(missed).collect());
    let tally = report.tally();
    let compared = tally.agrees + tally.disagrees;
    let replications = report.comparison.provenance.replications;
    page.paragraph(match lang {
        Lang::En => format!(
            "{} of {compared} cells that can be compared agree with the article. Figures are means of {replications} \
             {}; ± is the 95% interval over replications, and holds for this model and scenario alone.",
            tally.agrees,
            if replications == 1 { "replication" } else { "replications" }
        ),
        Lang::Zh => format!(
            "可比较的 {compared} 格中有 {} 格与文章一致。数值为 {replications} 次重复的均值；± 为各次重复的 95% 置信区间，\
             仅对本模型与本场景成立。",
            tally.agrees
        ),
    });
    if asked {
        table(page, report);
    }
}

/// Each objective, met or missed by each strategy.
fn table(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let Some(first) = report.feasible().find(|s| !s.objectives.is_empty()) else { return };
    let mut table = table_by_strategy(report, Column::stub(pick(lang, "objective", "目标")), Column::words);
    table.blocks = true;
    for (at, (objective, _)) in first.objectives.iter().enumerate() {
        table.row(line(report, objective.to_string(), |s| match s.objectives.get(at) {
            Some((_, met)) => verdict(met.and_then(Verdict::as_bool), lang),
            None => Cell::Nothing,
        }));
    }
    page.table(table);
}

fn verdict(met: Option<bool>, lang: Lang) -> Cell {
    let (mark, text) = match met {
        Some(true) => ("✓", pick(lang, "met", "满足")),
        Some(false) => ("✗", pick(lang, "missed", "未满足")),
        None => ("·", pick(lang, "undecided", "未定")),
    };
    Cell::Judged(Box::new(Judged {
        mark,
        good: met,
        text: text.into(),
        aside: None,
        quoted: None,
        evidence: Vec::new(),
    }))
}
