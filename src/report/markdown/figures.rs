//! Metrics, paired differences and the ledger.

use super::table_by_strategy;
use crate::flow::Cause;
use crate::lang::Lang;
use crate::metric::Metric;
use crate::observe::Ledger;
use crate::report::page::{Cell, Column, Figure, Form, Page, Prose, Table};
use crate::report::words::{self, pick};
use crate::report::{Report, agent_use, estimate, line, records};
use crate::strategy::DAEMONSET;
use crate::study::StrategyResult;

/// What differences are shown of.
const COMPARED: [Metric; 9] = [
    Metric::Cost,
    Metric::CostMarginal,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::CollectorShare,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
];

/// Every recorded metric with its interval.
pub(super) fn metrics(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let mut table = table_by_strategy(report, Column::stub(""), Column::figures);
    for metric in report.metrics() {
        let figure = |s: &StrategyResult| Cell::estimate(estimate(s, metric), metric.unit());
        table.row(line(report, words::metric(metric, lang), figure));
    }
    page.table(table);
    let replications = report.comparison.provenance.replications;
    page.paragraph(match (lang, replications) {
        (Lang::En, 1) => Prose::from("One replication, so there are no intervals. ").stress("never").plain(
            ": so many lines are not delivered within the run and its drain. Cost is in the currency of the \
             scenario's prices.",
        ),
        (Lang::En, _) => Prose::from(format!(
            "Of {replications} replications: freshness over all their lines, memory of the middle one, the mean of all \
             else; ± half the width of the 95% interval, or its ends (none: other seeds give the same digits; how well the \
             agents' costs are known is another matter). "
        ))
        .stress("never")
        .plain(
            ": so many lines are not delivered within the run and its drain. Cost is in the currency of the \
             scenario's prices.",
        ),
        (Lang::Zh, 1) => {
            "只有一次重复，没有置信区间。“未送达”表示在运行与排空期间未送达的行超过该分位。成本以场景中价格的货币计。".into()
        }
        (Lang::Zh, _) => format!(
            "{replications} 次重复：新鲜度取全部行的分位数，内存取中位数，其余取均值；± 为 95% 置信区间的半宽，或给出两端（无 ± 表示换种子各位不变；采集器成本本身的不确定性另当别论）。\
             “未送达”表示在运行与排空期间未送达的行超过该分位。成本以场景中价格的货币计。"
        )
        .into(),
    });
}

/// What agents use at their fullest beside what they request, strategy by strategy.
pub(super) fn agents(page: &mut Page, report: &Report) {
    for result in report.feasible() {
        agent_use::put(page, &result.observations, Some(result.strategy));
        if let Some(warning) = agent_use::warning(&result.observations, result.strategy, report.lang) {
            page.note(warning);
        }
    }
}

/// Differences to one strategy, replication by replication: all strategies face the same lines, so these
/// are narrower than the difference of two intervals. Nothing where there is nothing to compare with.
pub(super) fn differences(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let Some(base) = baseline(report) else { return };
    let others: Vec<&StrategyResult> = report.feasible().filter(|s| s.strategy != base.strategy).collect();
    if others.is_empty() {
        return;
    }
    page.heading(pick(lang, "Differences", "差异"));
    page.paragraph(match lang {
        Lang::En => Prose::from(format!(
            "Against {}, replication by replication: all strategies face the same lines, so the differences are \
             paired. ",
            base.strategy
        ))
        .code("~")
        .plain(": the 95% interval holds zero. ")
        .code("=")
        .plain(": none."),
        Lang::Zh => Prose::from(format!("与 {} 相比，逐次重复配对：各策略面对相同的日志行。", base.strategy))
            .code("~")
            .plain("：95% 置信区间包含零。")
            .code("=")
            .plain("：无差异。"),
    });
    let mut columns = vec![Column::words("")];
    columns.extend(others.iter().map(|other| Column::figures(other.strategy)));
    let mut table = Table::new(columns);
    for metric in COMPARED.into_iter().filter(|m| records(base, *m)) {
        let difference = |other: &&StrategyResult| {
            let value = other.difference(base, metric);
            Cell::Figure(Figure { value, unit: metric.unit(), form: Form::Difference })
        };
        let mut cells = vec![Cell::words(words::metric(metric, lang))];
        cells.extend(others.iter().map(difference));
        table.row(cells);
    }
    page.table(table);
}

/// The DaemonSet, which most clusters have; without it the first strategy that has figures.
fn baseline<'a>(report: &Report<'a>) -> Option<&'a StrategyResult> {
    report.feasible().find(|s| s.strategy == DAEMONSET.name).or_else(|| report.feasible().next())
}

/// Where every line is: counts and shares.
pub(super) fn ledger(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let mut table = table_by_strategy(report, Column::stub(""), Column::figures);
    let ledger = |s: &StrategyResult| (!s.observations.is_empty()).then(|| s.ledger());
    let mut row = |name: Prose, lines: &dyn Fn(&Ledger) -> u64| {
        let part = |l: Ledger| Cell::number(lines(&l) as f64, "lines", Form::CountOf(l.emitted));
        table.row(line(report, name, |s| ledger(s).map_or(Cell::Nothing, part)));
    };
    let [delivered, retained, in_flight] = words::states(lang);
    row(delivered.into(), &|l| l.delivered);
    row(retained.into(), &|l| l.retained);
    row(in_flight.into(), &|l| l.in_flight);
    for cause in Cause::ALL {
        let lost = |l: &Ledger| l.lost[cause as usize];
        if report.strategies().iter().filter_map(ledger).any(|l| lost(&l) > 0) {
            row(words::cause(cause, lang).into(), &lost);
        }
    }
    row(Prose::default().stress(pick(lang, "delivered again", "重复送达")), &|l| l.duplicated);
    row(Prose::default().stress(pick(lang, "never written (blocked)", "未写出（被阻塞）")), &|l| {
        l.withheld
    });
    let written = |s: &StrategyResult| ledger(s).map_or(Cell::Nothing, |l| Cell::count(l.emitted));
    table.rows.insert(0, line(report, Prose::default().strong(pick(lang, "written", "写入")), written));
    page.table(table);
    page.paragraph(pick(
        lang,
        "Lines of all replications. Every written line is in exactly one state; the last two rows stand outside of \
         that account.",
        "所有重复的日志行合计。每一写入的行恰处于一种状态；最后两行不在此账内。",
    ));
}
