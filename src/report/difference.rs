//! Two results beside each other, for people and programs.

use super::ReportError;
use super::csv::plain;
use super::page::{Cell, Column, Finding, Page, Table, json};
use super::words::{self, pick};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::study::{Change, Difference, Significance};
use serde_json::{Value, json};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.diff/v1";

/// A difference as a reader wants it.
#[derive(Clone, Copy, Debug)]
pub struct Differing<'a> {
    /// What was found.
    pub difference: &'a Difference,
    /// Metrics that people are shown; programs get all.
    pub metrics: &'a [Metric],
}

impl Finding for Differing<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Difference { before, after, paired, .. } = self.difference;
        let mut page = Page::new(lang, format!("{before} → {after}"));
        page.paragraph(self.sentence(lang));
        let shown: Vec<&Change> = self.shown().collect();
        if !shown.is_empty() {
            page.table(figures(&shown, lang));
        }
        for (objectives, words) in [
            (&self.difference.newly_missed, pick(lang, "missed now, and not before", "现在未达到，之前达到")),
            (&self.difference.newly_met, pick(lang, "met now, and not before", "现在达到，之前未达到")),
        ] {
            if !objectives.is_empty() {
                page.heading(words);
                page.list(objectives.iter().map(|(strategy, o)| format!("{strategy}: {o}").into()).collect());
            }
        }
        self.scenario(&mut page, lang);
        page.note(match (lang, paired) {
            (Lang::En, true) => {
                "~ where the 95% interval of the difference holds zero · replications are paired"
            }
            (Lang::En, false) => {
                "~ where the 95% interval of the difference holds zero · other seeds: not paired (Welch)"
            }
            (Lang::Zh, true) => "~ 表示差异的 95% 置信区间包含零 · 各次重复配对",
            (Lang::Zh, false) => "~ 表示差异的 95% 置信区间包含零 · 种子不同，未配对（Welch）",
        });
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let Difference { before, after, paired, scenario, newly_missed, newly_met, unmatched, .. } =
            self.difference;
        let changes = self.difference.changes.iter().map(|c| {
            json!({
                "strategy": c.strategy, "metric": c.metric.id(), "unit": c.metric.unit(),
                "before": c.before, "after": c.after, "difference": c.difference,
                "significance": id(c.significance),
            })
        });
        let fields = scenario.as_ref().map(|all| {
            let field = |f: &crate::study::FieldChange| json!({ "path": f.path, "before": f.before, "after": f.after });
            all.iter().map(field).collect::<Vec<Value>>()
        });
        json(&json!({
            "schema": SCHEMA, "before": before, "after": after, "paired": paired, "scenario": fields,
            "newly_missed": newly_missed, "newly_met": newly_met, "only_in_one": unmatched,
            "changes": changes.collect::<Vec<Value>>(),
        }))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let header = [
            "strategy",
            "metric",
            "before",
            "after",
            "difference",
            "diff_low",
            "diff_high",
            "significance",
            "unit",
        ];
        let mut sheet = super::csv::Sheet::with_header(&header)?;
        for c in &self.difference.changes {
            let [before, after] = [c.before.mean, c.after.mean].map(plain);
            let [mean, lo, hi] = [c.difference.mean, c.difference.lo, c.difference.hi].map(plain);
            let (metric, unit) = (c.metric.id(), c.metric.unit());
            sheet.record([
                &c.strategy,
                metric,
                &before,
                &after,
                &mean,
                &lo,
                &hi,
                id(c.significance),
                unit,
            ])?;
        }
        sheet.finish()
    }
}

impl Differing<'_> {
    /// Changes that people are shown: of the metrics asked for, those that are not the same to the bit.
    fn shown(&self) -> impl Iterator<Item = &Change> {
        let asked = |c: &&Change| self.metrics.contains(&c.metric) && c.significance != Significance::Same;
        self.difference.changes.iter().filter(asked)
    }

    fn sentence(&self, lang: Lang) -> String {
        let count = |of| self.shown().filter(|c| c.significance == of).count();
        let (better, worse) = (count(Significance::Better), count(Significance::Worse));
        let open = count(Significance::Chance) + count(Significance::Unresolved);
        match (lang, better + worse + open) {
            (Lang::En, 0) => "No figure differs.".to_owned(),
            (Lang::Zh, 0) => "没有任何差异。".to_owned(),
            (Lang::En, _) => format!("{worse} worse, {better} better, {open} not significant."),
            (Lang::Zh, _) => format!("变差 {worse} 项，变好 {better} 项，不显著 {open} 项。"),
        }
    }

    fn scenario(&self, page: &mut Page, lang: Lang) {
        let Some(fields) = self.difference.scenario.as_ref().filter(|fields| !fields.is_empty()) else {
            return;
        };
        page.heading(pick(lang, "What differs in the scenario", "场景的差异"));
        let columns = [
            Column::words(pick(lang, "field", "字段")),
            Column::words(self.difference.before.as_str()),
            Column::words(self.difference.after.as_str()),
        ];
        let mut table = Table::new(columns);
        for field in fields {
            let shown = |value: &Option<String>| Cell::words(value.clone().unwrap_or_else(|| "–".to_owned()));
            table.row([Cell::words(field.path.as_str()), shown(&field.before), shown(&field.after)]);
        }
        page.table(table);
    }
}

fn figures(changes: &[&Change], lang: Lang) -> Table {
    let columns = [
        Column::words(pick(lang, "strategy", "策略")),
        Column::words(pick(lang, "figure", "指标")),
        Column::figures(pick(lang, "before", "之前")),
        Column::figures(pick(lang, "after", "之后")),
        Column::figures(pick(lang, "difference", "差异")),
        Column::words(""),
    ];
    let mut table = Table::new(columns);
    for change in changes {
        let unit = change.metric.unit();
        table.row([
            Cell::words(change.strategy.as_str()),
            Cell::words(words::metric(change.metric, lang)),
            Cell::estimate(Some(change.before), unit),
            Cell::estimate(Some(change.after), unit),
            Cell::estimate(Some(change.difference), unit),
            Cell::words(mark(change.significance, lang)),
        ]);
    }
    table
}

fn mark(significance: Significance, lang: Lang) -> &'static str {
    match significance {
        Significance::Same => "=",
        Significance::Chance => "~",
        Significance::Unresolved => pick(lang, "not resolved", "无法判定"),
        Significance::Better => pick(lang, "better", "变好"),
        Significance::Worse => pick(lang, "worse", "变差"),
    }
}

fn id(significance: Significance) -> &'static str {
    match significance {
        Significance::Same => "same",
        Significance::Chance => "not_significant",
        Significance::Unresolved => "not_resolved",
        Significance::Better => "better",
        Significance::Worse => "worse",
    }
}
