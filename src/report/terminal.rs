//! The table for a terminal: rows and strategies, marks of agreement, the main figures with intervals.

mod layout;
pub(super) mod wrap;

use super::format;
use super::words::{self, pick};
use super::{Report, cell, estimate, provenance};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::study::StrategyResult;
use crate::table::{Agreement, Cell, Variant};
use layout::{Entry, Layout, Line, Style};

/// Columns, where a terminal's width is not known.
pub const DEFAULT_WIDTH: usize = 100;

/// The figures that stand under the table.
const METRICS: [Metric; 7] = [
    Metric::Cost,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
];

/// The report as lines no wider than `width` columns (40 at least), with a line break at the end. Colours
/// are escape sequences of ANSI; without them the text carries the same meaning.
pub fn render(report: &Report, width: usize, colour: bool) -> String {
    let layout = Layout::new(report, width.max(layout::NARROWEST), colour);
    let provenance = &report.comparison.provenance;
    let mut out = layout.paragraph(&provenance.scenario, Style::Strong);
    if !provenance.question.is_empty() {
        out += &layout.paragraph(&provenance.question, Style::Plain);
    }
    for block in layout.blocks(report.strategies()) {
        out.push('\n');
        out += &layout.table(block, &lines(report, block));
    }
    out.push('\n');
    for result in report.strategies() {
        if let Some(reason) = &result.infeasible {
            let text = pick(report.lang, "infeasible here", "在此不可行");
            out += &layout.paragraph(&format!("{}: {text}: {reason}", result.strategy), Style::Bad);
        }
    }
    out += &layout.paragraph(&agreement(report), Style::Plain);
    if let Some(text) = variants(report) {
        out += &layout.paragraph(&text, Style::Faint);
    }
    for text in provenance_lines(report) {
        out += &layout.paragraph(&text, Style::Faint);
    }
    out
}

/// The lines of the table, then the figures, for some strategies.
fn lines(report: &Report, block: &[StrategyResult]) -> Vec<Line> {
    let mut lines: Vec<Line> = report
        .table
        .rows
        .iter()
        .map(|row| Line {
            title: row.title.get(report.lang).to_owned(),
            entries: block.iter().map(|s| table_entry(cell(row, s.strategy), report.lang)).collect(),
        })
        .collect();
    lines.push(Line::rule());
    lines.extend(METRICS.iter().filter(|m| report.metrics().contains(m)).map(|metric| Line {
        title: words::metric(*metric, report.lang).to_owned(),
        entries: block.iter().map(|s| figure_entry(s, *metric, report.lang)).collect(),
    }));
    lines.push(Line {
        title: pick(report.lang, "objectives", "目标").to_owned(),
        entries: block.iter().map(|s| objectives_entry(s, report.lang)).collect(),
    });
    lines
}

fn objectives_entry(result: &StrategyResult, lang: Lang) -> Entry {
    let (text, is_good) = words::objectives(result, lang);
    Entry { mark: "", style: if is_good { Style::Good } else { Style::Bad }, text }
}

fn table_entry(cell: Option<&Cell>, lang: Lang) -> Entry {
    let Some(cell) = cell else {
        return Entry { mark: "", style: Style::Faint, text: format::NOTHING.into() };
    };
    let (mark, style) = match cell.agreement {
        Agreement::Agrees => ("✓", Style::Good),
        Agreement::Disagrees => ("✗", Style::Bad),
        Agreement::ByConstruction => ("=", Style::Faint),
        Agreement::Unknown => ("·", Style::Faint),
    };
    Entry { mark, style, text: cell.text.get(lang).to_owned() }
}

fn figure_entry(result: &StrategyResult, metric: Metric, lang: Lang) -> Entry {
    let text = format::estimate(estimate(result, metric).as_ref(), metric.unit(), lang);
    Entry { mark: "", style: Style::Plain, text }
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
    let more = [
        ("✗", tally.disagrees, pick(report.lang, "not", "不一致")),
        ("=", tally.by_construction, pick(report.lang, "by construction, not counted", "由定义得出，不计入")),
        ("·", tally.unknown, pick(report.lang, "with nothing to compare", "无可比较")),
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
    let interval = pick(report.lang, "± 95% interval", "± 为 95% 置信区间");
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
