//! What the agents' costs leave open: figures between the ends of what their sources suggest, and conclusions that survive.

use super::format::{NOTHING, Scale, number};
use super::page::{Cell, Column, Page, Prose, Table};
use super::words::{self, pick};
use super::{Report, line, records};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::study::{Band, Sign, StrategyResult, Turned};
use schemars::JsonSchema;
use serde::Serialize;

/// What signs are looked at of.
const COMPARED: [Metric; 6] = [
    Metric::Cost,
    Metric::AgentCpu,
    Metric::AgentMemory,
    Metric::FreshnessP99,
    Metric::Loss,
    Metric::Undelivered,
];

/// Names in a sentence, at most.
const NAMED: usize = 4;

/// A band narrower than this share of its figure is none that a reader need see.
const SEEN: f64 = 0.01;

/// The band of a comparison in JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BandDocument {
    /// Replications of each end.
    pub replications: u64,
    /// Embedded profiles whose costs are taken at their ends, one list for agents that move together.
    pub profiles: Vec<Vec<String>>,
    /// Who is the answer at some combination of ends, the answer with stated costs first.
    pub winners: Vec<&'static str>,
    /// Paired differences of headline figures, between the ends of both.
    pub differences: Vec<DifferenceDocument>,
    /// Verdicts on objectives that are others at an end.
    pub turned: Vec<TurnedDocument>,
}

/// A paired difference `of − to`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceDocument {
    /// The strategy.
    pub of: &'static str,
    /// The strategy that it is compared with.
    pub to: &'static str,
    /// The figure.
    pub metric: &'static str,
    /// The mean with stated costs; null beyond the horizon.
    pub mean: Option<f64>,
    /// The least that it is between the ends.
    pub lo: Option<f64>,
    /// The most; null where it has no end.
    pub hi: Option<f64>,
    /// `holds`, `turns`, or `unresolved` by the replications in the first place.
    pub sign: &'static str,
}

/// A verdict that is another at an end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TurnedDocument {
    /// The strategy.
    pub strategy: &'static str,
    /// The objective.
    pub objective: String,
    /// The verdict with stated costs.
    pub stated: &'static str,
    /// `low` or `high`.
    pub end: &'static str,
    /// The verdict there; null where the strategy cannot be run there.
    pub there: Option<&'static str>,
}

/// A difference that was looked at.
struct Looked<'a> {
    of: &'a StrategyResult,
    to: &'a StrategyResult,
    metric: Metric,
    range: (f64, f64),
    sign: Sign,
}

fn looked<'a>(report: &Report<'a>, band: &Band) -> Vec<Looked<'a>> {
    let all: Vec<&StrategyResult> = report.feasible().collect();
    let pairs = all.iter().enumerate().flat_map(|(i, to)| all[i + 1..].iter().map(move |of| (*of, *to)));
    let both = pairs.flat_map(|(of, to)| COMPARED.map(|metric| (of, to, metric)));
    both.filter(|(of, to, metric)| records(of, *metric) && records(to, *metric))
        .filter_map(|(of, to, metric)| {
            let (lo, hi, sign) = band.difference(of, to, metric)?;
            Some(Looked { of, to, metric, range: (lo, hi), sign })
        })
        .collect()
}

/// The band as it stands in JSON.
pub(super) fn document(report: &Report) -> Option<BandDocument> {
    let band = report.comparison.band.as_ref()?;
    let finite = |v: f64| v.is_finite().then_some(v);
    let differences = looked(report, band).into_iter().map(|one| DifferenceDocument {
        of: one.of.strategy,
        to: one.to.strategy,
        metric: one.metric.id(),
        mean: one.of.difference(one.to, one.metric).mean,
        lo: finite(one.range.0),
        hi: finite(one.range.1),
        sign: match one.sign {
            Sign::Holds => "holds",
            Sign::Turns => "turns",
            Sign::Unresolved => "unresolved",
        },
    });
    let turned = band.turned(report.strategies()).into_iter().map(|one| TurnedDocument {
        strategy: one.strategy,
        objective: one.objective.to_string(),
        stated: one.stated.id(),
        end: if one.high { "high" } else { "low" },
        there: one.there.map(|verdict| verdict.id()),
    });
    Some(BandDocument {
        replications: band.replications,
        profiles: profiles(band),
        winners: band.winners(report.strategies()),
        differences: differences.collect(),
        turned: turned.collect(),
    })
}

/// Profiles by who moves together.
fn profiles(band: &Band) -> Vec<Vec<String>> {
    let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
    for banded in band.strategies.iter().filter(|banded| banded.moves()) {
        let at = groups.iter().position(|(group, _)| *group == banded.group).unwrap_or_else(|| {
            groups.push((banded.group, Vec::new()));
            groups.len() - 1
        });
        let known = &mut groups[at].1;
        known
            .extend(banded.profiles.iter().filter(|name| !known.contains(name)).cloned().collect::<Vec<_>>());
    }
    groups.into_iter().map(|(_, names)| names).collect()
}

/// The band of a figure; `None` where it is not known, or too narrow to be seen.
pub(super) fn range(report: &Report, result: &StrategyResult, metric: Metric) -> Option<(f64, f64)> {
    let (lo, hi) = report.comparison.band.as_ref()?.range(result, metric)?;
    let mean = result.estimate(metric).mean?;
    (hi - lo > SEEN * mean.abs()).then_some((lo, hi))
}

/// A row of bands of a metric, a cell a strategy; `None` where there is none to see.
pub(super) fn row(report: &Report, metric: Metric) -> Option<Vec<Cell>> {
    let lang = report.lang;
    if !report.feasible().any(|result| range(report, result, metric).is_some()) {
        return None;
    }
    let name = words::metric(metric, lang);
    let title = match lang {
        Lang::En => format!("{name}, as costs are known"),
        Lang::Zh => format!("{name}（成本上下限）"),
    };
    let shown = |result: &StrategyResult| match range(report, result, metric) {
        Some(ends) => Cell::words(span(ends, metric.unit(), lang)),
        None => Cell::words(NOTHING),
    };
    Some(line(report, title, shown))
}

/// From one end to the other, in the unit that suits the larger.
fn span((lo, hi): (f64, f64), unit: &str, lang: Lang) -> String {
    let scale = Scale::of(if hi.is_finite() { hi } else { lo }, unit, lang);
    format!("{} – {}{}", number(lo * scale.factor), number(hi * scale.factor), scale.suffix)
}

/// Which conclusions survive, in a sentence; `None` where nothing was run for it, or no agent's costs matter.
pub(super) fn sentence(report: &Report) -> Option<Prose> {
    let lang = report.lang;
    let band = report.comparison.band.as_ref().filter(|band| band.strategies.iter().any(|b| b.moves()))?;
    let names = profiles(band).concat().join(pick(lang, ", ", "、"));
    let mut parts = vec![winner(report, band)?];
    parts.extend(signs(&looked(report, band), lang));
    parts.extend(verdicts(report, band));
    Some(match lang {
        Lang::En => format!(
            "How well it is known: with all costs of an agent ({names}) at the low or at the high end of what its sources \
             suggest, {}.",
            parts.join("; ")
        ),
        Lang::Zh => {
            format!("已知程度：采集器（{names}）各项成本同取来源所示的下限或上限时，{}。", parts.join("；"))
        }
    }
    .into())
}

fn winner(report: &Report, band: &Band) -> Option<String> {
    let winners = band.winners(report.strategies());
    let (first, others) = winners.split_first()?;
    Some(match (report.lang, others.is_empty()) {
        (Lang::En, true) => format!("{first} stays the answer"),
        (Lang::Zh, true) => format!("结论仍为 {first}"),
        (Lang::En, false) => format!("the answer may be {} instead of {first}", others.join(" or ")),
        (Lang::Zh, false) => format!("结论可能由 {first} 变为 {}", others.join(" 或 ")),
    })
}

fn signs(looked: &[Looked], lang: Lang) -> Option<String> {
    let turns: Vec<&Looked> = looked.iter().filter(|one| one.sign == Sign::Turns).collect();
    let resolved = looked.iter().filter(|one| one.sign != Sign::Unresolved).count();
    if resolved == 0 {
        return None;
    }
    if turns.is_empty() {
        return Some(match (lang, resolved) {
            (Lang::En, 1) => "the one difference that the replications resolve keeps its sign".to_owned(),
            (Lang::En, n) => format!("all {n} differences that the replications resolve keep their sign"),
            (Lang::Zh, n) => format!("重复可分辨的 {n} 项差异符号均不变"),
        });
    }
    let name = |one: &&Looked| {
        let metric = words::metric(one.metric, lang);
        match lang {
            Lang::En => format!("{metric} of {} against {}", one.of.strategy, one.to.strategy),
            Lang::Zh => format!("{} 与 {} 的{metric}", one.of.strategy, one.to.strategy),
        }
    };
    let named = listed(turns.iter().map(name).collect(), lang);
    Some(match lang {
        Lang::En => {
            format!("of {resolved} differences that the replications resolve these may turn: {named}")
        }
        Lang::Zh => format!("重复可分辨的 {resolved} 项差异中，符号可能改变的有：{named}"),
    })
}

fn verdicts(report: &Report, band: &Band) -> Option<String> {
    let lang = report.lang;
    if report.feasible().all(|result| result.objectives.is_empty()) {
        return None;
    }
    let turned = band.turned(report.strategies());
    if turned.is_empty() {
        return Some(pick(lang, "no verdict on an objective turns", "各目标的判定均不变").to_owned());
    }
    let named = listed(turned.iter().map(|one| turn(one, lang)).collect(), lang);
    Some(format!("{}{named}", pick(lang, "verdicts that turn: ", "判定改变的有：")))
}

fn turn(one: &Turned, lang: Lang) -> String {
    let end = match one.high {
        false => pick(lang, "at low costs", "成本取下限时"),
        true => pick(lang, "at high costs", "成本取上限时"),
    };
    let there = match one.there {
        Some(verdict) => words::verdict(verdict, lang),
        None => pick(lang, "cannot be run", "无法运行"),
    };
    let stated = words::verdict(one.stated, lang);
    match lang {
        Lang::En => format!("{} {} ({stated}; {there} {end})", one.strategy, one.objective),
        Lang::Zh => format!("{} {}（{stated}；{end}{there}）", one.strategy, one.objective),
    }
}

fn listed(all: Vec<String>, lang: Lang) -> String {
    let more = all.len().saturating_sub(NAMED);
    let shown = all.into_iter().take(NAMED).collect::<Vec<_>>().join(pick(lang, ", ", "，"));
    match (more, lang) {
        (0, _) => shown,
        (n, Lang::En) => format!("{shown} and {n} more"),
        (n, Lang::Zh) => format!("{shown} 等 {} 项", n + NAMED),
    }
}

/// Puts bands of figures and of differences on a page; nothing where they were not run.
pub(super) fn put(page: &mut Page, report: &Report) {
    let lang = report.lang;
    let Some(band) = &report.comparison.band else { return };
    let looked = looked(report, band);
    let rows: Vec<Vec<Cell>> =
        report.metrics().into_iter().filter_map(|metric| row(report, metric)).collect();
    if rows.is_empty() {
        return;
    }
    page.heading(pick(lang, "How well the agents' costs are known", "采集器成本的已知程度"));
    page.paragraph(how(band, lang));
    let mut columns = vec![Column::stub("")];
    columns.extend(report.strategies().iter().map(|s| Column::words(words::strategy(s.strategy, lang))));
    page.table(Table { blocks: true, rows, ..Table::new(columns) });
    let mut table = Table::titled(
        &[
            ("difference", "差异"),
            ("figure", "指标"),
            ("between the ends", "上下限之间"),
            ("its sign", "符号"),
        ],
        &[],
        lang,
    );
    let is_seen = |one: &&Looked| {
        let (lo, hi) = one.range;
        one.sign == Sign::Turns || one.sign == Sign::Holds && hi - lo > SEEN * lo.abs().max(hi.abs())
    };
    for one in looked.iter().filter(is_seen) {
        let sign = match one.sign {
            Sign::Holds => pick(lang, "holds", "不变"),
            _ => pick(lang, "may turn", "可能改变"),
        };
        table.row([
            Cell::words(format!("{} − {}", one.of.strategy, one.to.strategy)),
            Cell::words(words::metric(one.metric, lang)),
            Cell::words(span(one.range, one.metric.unit(), lang)),
            Cell::words(sign),
        ]);
    }
    if !table.rows.is_empty() {
        page.table(table);
    }
}

/// How the band was made.
fn how(band: &Band, lang: Lang) -> String {
    let n = band.replications;
    match lang {
        Lang::En => format!(
            "{n} replication{} again with collection.costs at low and at high, on the same lines. Strategies that share an \
             agent move together, others apart. All costs at one end at a time is more than is likely: these are outer bounds. \
             What seeds differ by (±) comes on top; behaviour and what the scenario sets itself have no band.",
            if n == 1 { "" } else { "s" }
        ),
        Lang::Zh => format!(
            "以 collection.costs 的 low 与 high、相同的日志行各重复 {n} 次。共用采集器的方案同升同降，其余相互独立。各项成本同取一端\
             偏于极端，故为外界；种子间的差异（±）另计；行为参数与场景自设的成本没有区间。"
        ),
    }
}
