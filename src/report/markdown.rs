//! The whole report of a comparison, as a page.

mod figures;
mod objectives;
mod stress;
mod table;

pub(super) use table::{cells as table_of, shown};

use super::chart::Chart;
use super::page::{self, Block, Cell, Column, Page, Prose, Table, Tone};
use super::words::{self, pick};
use super::{Report, ReportError, answer, band, format, grown, provenance, studies};
use crate::lang::{Lang, question};
use crate::study::StrategyResult;

/// Where a page's charts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charts {
    /// Nowhere.
    None,
    /// Beside the page, as SVG.
    Beside,
    /// In the page, whose cells open onto what they rest on.
    Inside,
}

/// The report as a page with its charts drawn: first the answer, then everything else.
///
/// # Errors
/// A chart cannot be drawn: a defect.
pub fn illustrated(report: &Report) -> Result<Page, ReportError> {
    let mut page = page(report, Charts::Inside);
    let mut further = Page::new(report.lang, "");
    studies::put(&mut further, report.studies)?;
    // Before what everything comes from.
    let ends = remade(report.lang);
    let is_end = |block: &Block| matches!(block, Block::Heading(2, text) if text.words() == ends);
    let at = page.blocks.iter().position(is_end).unwrap_or(page.blocks.len());
    page.blocks.splice(at..at, further.blocks);
    for block in &mut page.blocks {
        if let Block::Chart(one) = block
            && let Some(chart) = Chart::ALL.into_iter().find(|chart| chart.stem() == one.path)
        {
            one.svg = Some(chart.svg(report)?);
        }
    }
    Ok(page)
}

/// The article's table, whose cells open onto what they rest on.
pub(super) fn opened(page: &mut Page, report: &Report) {
    table::cells(page, report, true);
}

/// The report as a page.
pub fn page(report: &Report, charts: Charts) -> Page {
    let lang = report.lang;
    let provenance = &report.comparison.provenance;
    let heading = pick(lang, "Log collection compared", "日志采集方式对比");
    let title = format!("{heading}{}{}", pick(lang, ": ", "："), provenance.scenario);
    let mut page = Page::new(lang, title);
    grown::first(&mut page, report.comparison);
    if !provenance.question.is_empty() {
        page.blocks.push(Block::Quote(question(&provenance.question, lang).into()));
    }
    infeasible(&mut page, report);
    grown::put(&mut page, grown::growing(report.comparison, lang));
    if charts == Charts::Inside {
        objectives::answer(&mut page, report);
    }
    page.heading(pick(lang, "The table", "对比表"));
    table::cells(&mut page, report, charts == Charts::Inside);
    page.heading(pick(lang, "Figures", "指标"));
    figures::metrics(&mut page, report);
    for one in [Chart::Resources, Chart::Freshness, Chart::Density] {
        chart(&mut page, report, one, charts);
    }
    figures::agents(&mut page, report);
    figures::differences(&mut page, report);
    band::put(&mut page, report);
    page.heading(pick(lang, "Where the lines end up", "日志行的去向"));
    figures::ledger(&mut page, report);
    chart(&mut page, report, Chart::Ledger, charts);
    chart(&mut page, report, Chart::Timeline, charts);
    page.heading(pick(lang, "What the cells rest on", "各单元格的依据"));
    table::grounds(&mut page, report);
    if charts != Charts::Inside {
        page.heading(pick(lang, "The answer", "结论"));
        for sentence in answer::sentences(report) {
            page.paragraph(sentence);
        }
    }
    page.heading(remade(lang));
    provenance_of(&mut page, report);
    stress::appendix(&mut page, report);
    page
}

fn remade(lang: Lang) -> &'static str {
    pick(lang, "How to remake this report", "如何重现本报告")
}

fn chart(page: &mut Page, report: &Report, chart: Chart, charts: Charts) {
    if charts != Charts::None && chart.has_data(report) {
        let (title, path) = (chart.title(report.lang).to_owned(), chart.stem().to_owned());
        page.blocks.push(Block::Chart(page::Chart { title, path, svg: None }));
    }
}

/// Strategies that have no figures, and why.
fn infeasible(page: &mut Page, report: &Report) {
    for result in report.strategies() {
        if let Some(reason) = &result.infeasible {
            let text = pick(report.lang, " cannot be run on this cluster: ", " 无法在该集群上运行：");
            let text = Prose::default().strong(result.strategy).plain(format!("{text}{reason}"));
            page.blocks.push(Block::Note(Tone::Bad, text));
        }
    }
}

/// Where the figures come from, and the command that remakes them.
pub(super) fn provenance_of(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let p = &report.comparison.provenance;
    page.code("sh", p.command.replace(['\n', '\r'], " "));
    let mut table = Table::new([Column::words(""), Column::words("")]);
    let rows: [(&str, Prose); 9] = [
        (pick(lang, "version", "版本"), format!("loghaul {}", p.version).into()),
        (
            pick(lang, "scenario", "场景"),
            Prose::from(format!("{} (", p.scenario)).code(p.scenario_hash.as_str()).plain(")"),
        ),
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
            }
            .into(),
        ),
        (pick(lang, "agent", "采集器"), p.agent.as_str().into()),
        (pick(lang, "simulated time", "模拟时长"), format::duration(p.duration_s, lang).into()),
        (pick(lang, "left out of freshness", "不计入新鲜度"), provenance::warmup_of(p, lang).into()),
        (
            pick(lang, "drain, in which nothing is written", "排空（不再写入）"),
            format::duration(p.drain_s, lang).into(),
        ),
        (pick(lang, "seed", "种子"), p.seed.to_string().into()),
        (
            pick(lang, "replications", "重复次数"),
            match &p.precision {
                Some(precision) => {
                    format!("{}, {}", p.replications, provenance::precision(precision, lang))
                }
                None => p.replications.to_string(),
            }
            .into(),
        ),
    ];
    for (name, value) in rows {
        table.row([Cell::words(name), Cell::Words(value)]);
    }
    page.table(table);
}

/// An empty table with a column a strategy behind a first one.
fn table_by_strategy(report: &Report, first: Column, column: fn(&'static str) -> Column) -> Table {
    let mut columns = vec![first];
    let name = |s: &StrategyResult| words::strategy(s.strategy, report.lang);
    columns.extend(report.strategies().iter().map(|s| column(name(s))));
    Table::new(columns)
}

#[cfg(test)]
mod tests;
