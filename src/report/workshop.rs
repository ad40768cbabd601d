//! Parts of the report that stand by themselves, for a page on which results arrive one after the other.
//!
//! Each is a page without a title, in one language; they share their tables and charts with the whole report.

use super::chart::Chart;
use super::markdown;
use super::page::{self, Block, Cell, Column, Page, Prose, Table, Tone};
use super::words::{self, pick};
use super::{Report, ReportError, estimate, grown, line};
use crate::lang::Lang;
use crate::metric::Metric;

/// What a workshop looks at first: what decisions rest on.
pub const PLAIN: [Metric; 8] = [
    Metric::Cost,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
    Metric::OomKills,
];

/// How much is behind figures that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// One run of one node in so many, scaled up.
    Sample(u64),
    /// One run of the whole cluster.
    OneRun,
    /// As many runs as were asked for.
    Replicated(u64),
}

impl Sure {
    /// In words.
    pub fn words(self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Sample(one_in), Lang::En) => {
                format!("a first look: one run of one node in {one_in}, scaled up; no intervals yet")
            }
            (Self::Sample(one_in), Lang::Zh) => {
                format!("初步结果：每 {one_in} 个节点取一个运行一次再放大；尚无置信区间")
            }
            (Self::OneRun, Lang::En) => "one run: no intervals, another seed gives other digits".to_owned(),
            (Self::OneRun, Lang::Zh) => "一次运行：无置信区间，换种子结果会不同".to_owned(),
            (Self::Replicated(1), lang) => Self::OneRun.words(lang),
            (Self::Replicated(n), Lang::En) => format!("{n} replications, ± 95% interval"),
            (Self::Replicated(n), Lang::Zh) => format!("{n} 次重复，± 为 95% 置信区间"),
        }
    }
}

/// The plain figures, a column a strategy.
pub fn figures(report: &Report, sure: Sure) -> Page {
    let lang = report.lang;
    let mut page = Page { lang, level: 2, ..Page::default() };
    for result in report.strategies() {
        if let Some(reason) = &result.infeasible {
            let text = pick(lang, " cannot be run on this cluster: ", " 无法在该集群上运行：");
            let text = Prose::default().strong(result.strategy).plain(format!("{text}{reason}"));
            page.blocks.push(Block::Note(Tone::Bad, text));
        }
    }
    grown::first(&mut page, report.comparison);
    let mut columns = vec![Column::stub("")];
    columns.extend(report.strategies().iter().map(|result| Column::figures(result.strategy)));
    let mut table = Table::new(columns);
    let recorded = report.metrics();
    for metric in PLAIN.into_iter().filter(|metric| recorded.contains(metric)) {
        let figure = |result: &_| Cell::estimate(estimate(result, metric), metric.unit());
        table.row(line(report, words::metric(metric, lang), figure));
    }
    let judged = |result: &crate::study::StrategyResult| match result.infeasible {
        Some(_) => Cell::Nothing,
        None => {
            let (text, met) = words::objectives(result, lang);
            Cell::Words(if met { text.into() } else { Prose::default().strong(text) })
        }
    };
    table.row(line(report, pick(lang, "objectives", "目标"), judged));
    page.table(table);
    page.note(sure.words(lang));
    page
}

/// Charts of what was run; those that a report has nothing for are left out.
///
/// # Errors
/// A chart cannot be drawn: a defect.
pub fn charts(report: &Report, charts: &[Chart]) -> Result<Page, ReportError> {
    let lang = report.lang;
    let mut page = Page { lang, level: 2, ..Page::default() };
    for chart in charts.iter().filter(|chart| chart.has_data(report)) {
        page.blocks.push(Block::Chart(page::Chart {
            title: chart.title(lang).to_owned(),
            path: chart.stem().to_owned(),
            svg: Some(chart.svg(report)?),
        }));
    }
    Ok(page)
}

/// The article's table, whose cells open onto what they rest on.
pub fn table(report: &Report) -> Page {
    let mut page = Page { lang: report.lang, level: 2, ..Page::default() };
    markdown::opened(&mut page, report);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::Fixture;

    #[test]
    fn figures_say_how_sure_they_are_in_both_languages() {
        let fixture = Fixture::three();
        for (lang, words) in [(Lang::En, "5 replications"), (Lang::Zh, "5 次重复")] {
            let html = figures(&fixture.report(lang), Sure::Replicated(5)).to_fragment();
            assert!(html.contains(words) && html.contains("daemonset"), "{html}");
            assert!(html.contains(words::metric(Metric::FreshnessP99, lang)));
        }
        let html = figures(&Fixture::infeasible().report(Lang::En), Sure::OneRun).to_fragment();
        assert!(html.contains("cannot be run on this cluster") && html.contains("30 cores"), "{html}");
    }

    #[test]
    fn charts_and_table_are_those_of_the_report() {
        let fixture = Fixture::three();
        let report = fixture.report(Lang::Zh);
        let html = charts(&report, &[Chart::Resources]).unwrap().to_fragment();
        assert!(html.contains("<svg ") && html.contains(Chart::Resources.title(Lang::Zh)));
        let html = table(&report).to_fragment();
        // A cell a strategy and row.
        assert_eq!(html.matches("class=\"judged").count(), 3 * report.table.rows.len());
    }
}
