//! The table for a terminal: rows and strategies, marks of agreement, the main figures with intervals.

pub(super) mod layout;
pub(super) mod wrap;

use super::format;
use super::page::{self, Block, Column, Judged, Page, Tone};
use super::words::{self, pick};
use super::{Report, answer, band, cell, estimate, grown, line, provenance};
use crate::lang::{Lang, question};
use crate::metric::Metric;
use crate::study::StrategyResult;
use crate::table::{Cell, Variant};

/// The figures that stand under the table.
const METRICS: [Metric; 8] = [
    Metric::Cost,
    Metric::CostMarginal,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
];

/// The main figures, for a terminal: the table with its marks, and the figures that stand under it.
pub(super) fn page(report: &Report) -> Page {
    let lang = report.lang;
    let provenance = &report.comparison.provenance;
    let mut page = Page::new(lang, provenance.scenario.as_str());
    page.subtitle = question(&provenance.question, lang).into();
    grown::first(&mut page, report.comparison);
    page.table(table(report));
    let note = |tone, text: String| Block::Note(tone, text.into());
    for result in report.strategies() {
        if let Some(reason) = &result.infeasible {
            let text = pick(lang, "infeasible here", "在此不可行");
            page.blocks.push(note(Tone::Bad, format!("{}: {text}: {reason}", result.strategy)));
        }
    }
    grown::put(&mut page, grown::growing(report.comparison, lang));
    page.blocks.push(note(Tone::Plain, agreement(report)));
    let small = variants(report).into_iter().chain(provenance_lines(report));
    page.blocks.extend(small.map(|text| note(Tone::Faint, text)));
    for sentence in answer::sentences(report) {
        page.paragraph(sentence);
    }
    page
}

/// The lines of the article's table, then the figures.
fn table(report: &Report) -> page::Table {
    let lang = report.lang;
    let mut columns = vec![Column::stub("")];
    columns.extend(report.strategies().iter().map(|s| Column::words(words::strategy(s.strategy, lang))));
    let mut table = page::Table { blocks: true, ..page::Table::new(columns) };
    for row in &report.table.rows {
        table.row(line(report, row.title.get(lang), |s| judged(cell(row, s.strategy), lang)));
    }
    table.row([]);
    let recorded = report.metrics();
    for metric in METRICS.into_iter().filter(|m| recorded.contains(m)) {
        let figure = |s: &StrategyResult| page::Cell::estimate(estimate(s, metric), metric.unit());
        table.row(line(report, words::metric(metric, lang), figure));
        table.rows.extend(band::row(report, metric));
    }
    let objectives = |s: &StrategyResult| page::Cell::words(words::objectives(s, lang).0);
    table.row(line(report, pick(lang, "objectives", "目标"), objectives));
    table
}

fn judged(cell: Option<&Cell>, lang: Lang) -> page::Cell {
    let Some(cell) = cell else { return page::Cell::Nothing };
    page::Cell::Judged(Box::new(Judged {
        mark: cell.agreement.mark(),
        good: cell.agreement.as_bool(),
        text: cell.text.get(lang).into(),
        aside: None,
        quoted: None,
        evidence: Vec::new(),
    }))
}

/// How many cells agree, which is also the legend of the marks.
fn agreement(report: &Report) -> String {
    let tally = report.tally();
    let compared = tally.agrees + tally.disagrees;
    let mut parts = vec![match report.lang {
        Lang::En => {
            let cells = if compared == 1 { "cell agrees" } else { "cells agree" };
            format!("✓ {} of {compared} {cells} with the article", tally.agrees)
        }
        Lang::Zh => format!("✓ {compared} 格中有 {} 格与文章一致", tally.agrees),
    }];
    let [sure, against, open] = tally.by_construction;
    let more = [
        ("✗", tally.disagrees, pick(report.lang, "not", "不一致")),
        ("(✓)", sure, pick(report.lang, "by construction, not counted", "由定义得出而一致，不计入")),
        ("(✗)", against, pick(report.lang, "not, by construction", "由定义得出而不一致，不计入")),
        ("·", tally.unknown + open, pick(report.lang, "with nothing to compare", "无可比较")),
    ];
    parts.extend(more.iter().filter(|(_, n, _)| *n > 0).map(|(mark, n, what)| match report.lang {
        Lang::En => format!("{mark} {n} {what}"),
        Lang::Zh => format!("{mark} {n} 格{what}"),
    }));
    let tied = parts.iter().map(|part| part.replace(' ', &layout::TIE.to_string()));
    tied.collect::<Vec<_>>().join("   ")
}

/// How many cells agree if something were otherwise.
fn variants(report: &Report) -> Option<String> {
    let one = |v: &Variant| format!("{} {}", v.what.get(report.lang), v.share());
    let all: Vec<String> = report.table.variants.iter().map(one).collect();
    let agree = pick(report.lang, "agree otherwise", "其他条件下一致");
    (!all.is_empty()).then(|| format!("{agree}: {}", all.join(" · ")))
}

/// Where the figures come from.
fn provenance_lines(report: &Report) -> [String; 2] {
    let p = &report.comparison.provenance;
    let count = |n: u64, one: &str, many: &str, zh: &str| match report.lang {
        Lang::En => format!("{} {}", format::integer(n), if n == 1 { one } else { many }),
        Lang::Zh => format!("{} {zh}", format::integer(n)),
    };
    let cluster = [
        count(p.nodes, "node", "nodes", "个节点"),
        count(p.pods, "pod", "pods", "个 Pod"),
        count(p.tenants, "tenant", "tenants", "个租户"),
        format::duration(p.duration_s, report.lang),
        p.agent.clone(),
        count(p.replications, "replication", "replications", "次重复"),
    ];
    let interval = pick(report.lang, "± 95% interval over seeds", "± 为种子间的 95% 置信区间");
    let warmup = provenance::warmup_of(p, report.lang);
    let precision = p
        .precision
        .as_ref()
        .map_or_else(String::new, |p| format!(" · {}", provenance::precision(p, report.lang)));
    let remake = pick(report.lang, "remake", "重现");
    [
        format!("{} · {interval}{precision} · {warmup}", cluster.join(" · ")),
        format!(
            "loghaul {} · {} {} · {} {} · {remake}: {}",
            p.version,
            pick(report.lang, "scenario", "场景"),
            p.scenario_hash,
            pick(report.lang, "seed", "种子"),
            p.seed,
            p.command
        ),
    ]
}

#[cfg(test)]
mod tests;
