//! Metrics, paired differences and the ledger.

use super::head;
use crate::flow::Cause;
use crate::lang::Lang;
use crate::metric::Metric;
use crate::observe::Ledger;
use crate::report::words::{self, pick};
use crate::report::{Report, estimate, format, records};
use crate::stats::Estimate;
use crate::study::StrategyResult;
use std::fmt::Write as _;

/// What differences are shown of.
const COMPARED: [Metric; 8] = [
    Metric::Cost,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::CollectorShare,
    Metric::FreshnessP50,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
];

/// Every recorded metric with its interval.
pub(super) fn metrics(report: &Report) -> String {
    let lang = report.lang;
    let mut out = head(report, "", true);
    for metric in report.metrics() {
        let _ = write!(out, "| {} |", words::metric(metric, lang));
        for result in report.strategies() {
            let estimate = estimate(result, metric);
            let _ = write!(out, " {} |", format::estimate(estimate.as_ref(), metric.unit(), lang));
        }
        out.push('\n');
    }
    let replications = report.comparison.provenance.replications;
    let _ = match (lang, replications) {
        (Lang::En, 1) => writeln!(
            out,
            "\nOne replication, so there are no intervals. *never*: so many lines are not delivered within the \
             run and its drain. Cost is in the currency of the scenario's prices."
        ),
        (Lang::En, _) => writeln!(
            out,
            "\nMean of {replications} replications, ± half the width of its 95% interval (none: every digit \
             shown is certain). *never*: so many lines are not delivered within the run and its drain. Cost is \
             in the currency of the scenario's prices."
        ),
        (Lang::Zh, 1) => writeln!(
            out,
            "\n只有一次重复，没有置信区间。“未送达”表示在运行与排空期间未送达的行超过该分位。成本以场景中价格的货币计。"
        ),
        (Lang::Zh, _) => writeln!(
            out,
            "\n{replications} 次重复的均值，± 为 95% 置信区间的半宽（无 ± 表示所示各位均确定）。\
             “未送达”表示在运行与排空期间未送达的行超过该分位。成本以场景中价格的货币计。"
        ),
    };
    out
}

/// Differences to one strategy, replication by replication: all strategies face the same lines, so these
/// are narrower than the difference of two intervals. Empty where there is nothing to compare with.
pub(super) fn differences(report: &Report) -> String {
    let lang = report.lang;
    let Some(base) = baseline(report) else { return String::new() };
    let others: Vec<&StrategyResult> = report.feasible().filter(|s| s.strategy != base.strategy).collect();
    if others.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "{}\n\n| |",
        match lang {
            Lang::En => format!(
                "Against {}, replication by replication: all strategies face the same lines, so the \
                 differences are paired. `~`: the 95% interval holds zero. `=`: none.",
                base.strategy
            ),
            Lang::Zh => format!(
                "与 {} 相比，逐次重复配对：各策略面对相同的日志行。`~`：95% 置信区间包含零。`=`：无差异。",
                base.strategy
            ),
        }
    );
    for other in &others {
        let _ = write!(out, " {} |", other.strategy);
    }
    let _ = writeln!(out, "\n|---|{}", "--:|".repeat(others.len()));
    for metric in COMPARED.into_iter().filter(|m| records(base, *m)) {
        let _ = write!(out, "| {} |", words::metric(metric, lang));
        for other in &others {
            let difference = Estimate::of_differences(&other.values(metric), &base.values(metric));
            let _ = write!(out, " {} |", format::difference(&difference, metric.unit(), lang));
        }
        out.push('\n');
    }
    out
}

/// The DaemonSet, which most clusters have; without it the first strategy that has figures.
fn baseline<'a>(report: &Report<'a>) -> Option<&'a StrategyResult> {
    report.feasible().find(|s| s.strategy == "daemonset").or_else(|| report.feasible().next())
}

/// Where every line is: shares, and counts below.
pub(super) fn ledger(report: &Report) -> String {
    let lang = report.lang;
    let ledgers: Vec<Option<Ledger>> =
        report.strategies().iter().map(|s| (!s.observations.is_empty()).then(|| s.ledger())).collect();
    let mut out = head(report, "", true);
    let mut row = |name: &str, show: &dyn Fn(&Ledger) -> String| {
        let _ = write!(out, "| {name} |");
        for ledger in &ledgers {
            let _ = write!(out, " {} |", ledger.as_ref().map_or(format::NOTHING.into(), show));
        }
        out.push('\n');
    };
    let part = |lines: u64, ledger: &Ledger| match lines {
        0 => "0".to_owned(),
        _ => format!("{} ({})", format::integer(lines), format::share(lines, ledger.emitted)),
    };
    let [delivered, retained, in_flight] = words::states(lang);
    row(pick(lang, "**written**", "**写入**"), &|l| format::integer(l.emitted));
    row(delivered, &|l| part(l.delivered, l));
    row(retained, &|l| part(l.retained, l));
    row(in_flight, &|l| part(l.in_flight, l));
    for cause in Cause::ALL {
        if ledgers.iter().flatten().any(|l| l.lost[cause as usize] > 0) {
            row(words::cause(cause, lang), &|l| part(l.lost[cause as usize], l));
        }
    }
    row(pick(lang, "*delivered again*", "*重复送达*"), &|l| part(l.duplicated, l));
    row(pick(lang, "*never written (blocked)*", "*未写出（被阻塞）*"), &|l| part(l.withheld, l));
    out += pick(
        lang,
        "\nLines of all replications. Every written line is in exactly one state; the last two rows stand \
         outside of that account.\n",
        "\n所有重复的日志行合计。每一写入的行恰处于一种状态；最后两行不在此账内。\n",
    );
    out
}
