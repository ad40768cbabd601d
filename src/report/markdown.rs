//! A report to read, in Markdown as GitHub shows it.
//!
//! Text from scenarios is escaped, so that a name with a `|` or a `<` in it stays a name.

mod figures;
mod stress;
mod table;

pub(super) use table::cells as table_of;

use super::chart::Chart;
use super::words::pick;
use super::{Report, format, provenance};
use crate::lang::Lang;
use std::fmt::Write as _;

/// The report. `charts` says whether the charts lie beside it as SVG, to be shown.
pub fn render(report: &Report, charts: bool) -> String {
    let lang = report.lang;
    let provenance = &report.comparison.provenance;
    let heading = pick(lang, "Log collection compared", "日志采集方式对比");
    let mut out = format!("# {heading}{}{}\n\n", pick(lang, ": ", "："), escaped(&provenance.scenario));
    if !provenance.question.is_empty() {
        let _ = writeln!(out, "> {}\n", escaped(&provenance.question));
    }
    out += &infeasible(report);
    out += &section(pick(lang, "The table", "对比表"), &table::cells(report));
    out += &section(pick(lang, "Figures", "指标"), &figures::metrics(report));
    if charts && lang == Lang::Zh {
        out += "图中文字为英文：随程序附带的字体不含汉字。\n\n";
    }
    out += &chart(report, Chart::Resources, charts);
    out += &chart(report, Chart::Freshness, charts);
    out += &chart(report, Chart::Density, charts);
    let differences = figures::differences(report);
    if !differences.is_empty() {
        out += &section(pick(lang, "Differences", "差异"), &differences);
    }
    let ledger = pick(lang, "Where the lines end up", "日志行的去向");
    out += &section(ledger, &figures::ledger(report));
    out += &chart(report, Chart::Ledger, charts);
    out += &chart(report, Chart::Timeline, charts);
    out += &section(pick(lang, "What the cells rest on", "各单元格的依据"), &table::grounds(report));
    out += &section(pick(lang, "How to remake this report", "如何重现本报告"), &provenance_of(report));
    out += &stress::appendix(report);
    out
}

fn section(title: &str, body: &str) -> String {
    format!("## {title}\n\n{}\n\n", body.trim_end())
}

fn chart(report: &Report, chart: Chart, charts: bool) -> String {
    if !charts || !chart.has_data(report) {
        return String::new();
    }
    format!("![{}]({}.svg)\n\n", chart.title(report.lang), chart.stem())
}

/// Strategies that have no figures, and why.
fn infeasible(report: &Report) -> String {
    let mut out = String::new();
    for result in report.strategies() {
        if let Some(reason) = &result.infeasible {
            let text = pick(report.lang, "cannot be run on this cluster: ", "无法在该集群上运行：");
            let _ = writeln!(out, "**{}** {text}{}\n", result.strategy, escaped(reason));
        }
    }
    out
}

pub(super) fn provenance_of(report: &Report) -> String {
    let lang = report.lang;
    let p = &report.comparison.provenance;
    // A fence longer than any run of backticks in the command.
    let longest = p.command.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{fence}sh\n{}\n{fence}\n\n", p.command.replace(['\n', '\r'], " "));
    let rows = [
        (pick(lang, "version", "版本"), format!("loghaul {}", p.version)),
        (pick(lang, "scenario", "场景"), format!("{} (`{}`)", escaped(&p.scenario), p.scenario_hash)),
        (
            pick(lang, "cluster", "集群"),
            match lang {
                Lang::En => format!(
                    "{} nodes, {} pods, {} tenants",
                    format::integer(p.nodes),
                    format::integer(p.pods),
                    format::integer(p.tenants)
                ),
                Lang::Zh => format!(
                    "{} 个节点，{} 个 Pod，{} 个租户",
                    format::integer(p.nodes),
                    format::integer(p.pods),
                    format::integer(p.tenants)
                ),
            },
        ),
        (pick(lang, "agent", "采集器"), escaped(&p.agent)),
        (pick(lang, "simulated time", "模拟时长"), format::duration(p.duration_s, lang)),
        (pick(lang, "left out of freshness", "不计入新鲜度"), provenance::warmup_of(p, lang)),
        (
            pick(lang, "drain, in which nothing is written", "排空（不再写入）"),
            format::duration(p.drain_s, lang),
        ),
        (pick(lang, "seed", "种子"), p.seed.to_string()),
        (
            pick(lang, "replications", "重复次数"),
            match &p.precision {
                Some(precision) => {
                    format!("{}, {}", p.replications, escaped(&provenance::precision(precision, lang)))
                }
                None => p.replications.to_string(),
            },
        ),
    ];
    out += "| | |\n|---|---|\n";
    for (name, value) in rows {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    out
}

/// Text as it stands, whatever signs of Markdown or HTML are in it, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The head of a table with a column a strategy.
fn head(report: &Report, first: &str, right: bool) -> String {
    let mut out = format!("| {first} |");
    for result in report.strategies() {
        let _ = write!(out, " {} |", result.strategy);
    }
    out += "\n|---|";
    out += &if right { "--:|" } else { "---|" }.repeat(report.strategies().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests;
