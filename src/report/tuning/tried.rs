//! The table of what was tried.

use super::{stage, typed};
use crate::decision::{Stage, Tried, Tuned, Tuning};
use crate::lang::Lang;
use crate::report::page::{Cell, Column, Form, Page, Table};
use crate::report::words::pick;

impl Tuning {
    /// What was tried: the answer first, then what came nearest.
    pub(super) fn tried(&self, page: &mut Page, tuned: &Tuned, shown: usize) {
        let lang = page.lang;
        let Some(outcome) = &tuned.outcome else { return };
        let mut columns = vec![
            Column::words(pick(lang, "change", "改动")),
            Column::words(pick(lang, "came to", "结果")),
            Column::figures(pick(lang, "extra cost", "增加费用")),
        ];
        columns.extend(tuned.objectives.iter().map(|(o, ..)| Column::figures(o.to_string())));
        let mut table = Table::new(columns);
        let mut order: Vec<&Tried> = outcome.tried.iter().collect();
        order.sort_by(|a, b| {
            let key = |t: &Tried| (t.stage != Stage::Confirmed, t.trial.distance(), t.trial.extra_cost);
            key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal)
        });
        for tried in order.iter().take(shown) {
            let trial = tried.last.as_ref().unwrap_or(&tried.trial);
            let mut row = vec![
                Cell::words(typed(&tuned.turns_of(&tried.candidate))),
                Cell::words(stage(tried.stage, lang)),
                Cell::number(trial.extra_cost, "currency/month", Form::Signed(2)),
            ];
            let figure =
                |at: usize| Cell::within_horizon(trial.figures[at], tuned.objectives[at].0.metric.unit());
            row.extend((0..tuned.objectives.len()).map(figure));
            table.row(row);
        }
        if !table.rows.is_empty() {
            page.table(table);
        }
        let count = |stage| outcome.tried.iter().filter(|tried| tried.stage == stage).count();
        let (all, dropped, left) = (outcome.tried.len(), count(Stage::Dropped), count(Stage::Left));
        let full = all - dropped - left;
        page.note(match lang {
            Lang::En => format!(
                "{all} changes tried on {} nodes: {dropped} dropped after two replications, {full} tried in full, {left} not \
                 further because something that costs no more was found; {} more change nothing or cannot be. The first {} \
                 are shown; -o csv has all.",
                tuned.nodes,
                outcome.idle,
                all.min(shown)
            ),
            Lang::Zh => format!(
                "在 {} 个节点上试了 {all} 种改动：{dropped} 种两次重复后淘汰，{full} 种完整试验，{left} 种因已有不更贵者而未继续；\
                 另有 {} 种不起作用或不可行。此处列出前 {} 种，-o csv 含全部。",
                tuned.nodes,
                outcome.idle,
                all.min(shown)
            ),
        });
    }
}
