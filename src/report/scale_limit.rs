//! Scale limits: how far a cluster can grow, and what gives way next.

use super::csv::Sheet;
use super::format::{estimate, quantity};
use super::page::{Cell, Column, Finding, Page, Table, json};
use super::words::pick;
use super::{ReportError, provenance};
use crate::lang::Lang;
use crate::report::json::Estimated;
use crate::report::sourced;
use crate::study::{GivesWay, Provenance, ScaleLimit};
use serde_json::json;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.scale-limit/v1";

/// The limits of some strategies, and what they were searched on.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// The limits.
    pub limits: &'a [ScaleLimit],
    /// Nodes of the slice that stood for the cluster.
    pub nodes: u64,
    /// Where they come from.
    pub provenance: &'a Provenance,
}

impl Finding for Limits<'_> {
    fn page(&self, lang: Lang) -> Page {
        let Self { limits, provenance: p, .. } = self;
        let Some(first) = limits.first() else { return Page::new(lang, p.scenario.as_str()) };
        let axis = first.axis.id();
        let [from, until] = [first.range.0, first.range.1].map(|v| quantity(v, first.axis.unit(), lang));
        let (title, subtitle) = match lang {
            Lang::En => (
                format!("how far {axis} can grow in slices of {}, from {from} to {until}", p.scenario),
                format!(
                    "{}, judged by the objectives that they meet as they stand",
                    provenance::simulated(p, lang)
                ),
            ),
            Lang::Zh => (
                format!("{} 的切片：{axis} 可以增长到多大（{from} 至 {until}）", p.scenario),
                format!("{}，以其现状满足的目标评判", provenance::simulated(p, lang)),
            ),
        };
        let mut page = Page::new(lang, title);
        page.subtitle = subtitle.into();
        let [strategy, configs, limit, next] = [
            ("strategy", "方式"),
            ("configs", "配置"),
            ("limit", "上限"),
            ("what gives way next", "其后失效"),
        ]
        .map(|(en, zh)| pick(lang, en, zh));
        let mut table = Table::new([
            Column::words(strategy),
            Column::words(configs),
            Column::words(limit),
            Column::words(next),
        ]);
        for limit in *limits {
            table.row([
                Cell::words(limit.strategy),
                Cell::words(mode(limit, lang)),
                Cell::words(shown(limit, lang)),
                Cell::words(reasons(limit, lang)),
            ]);
        }
        page.table(table);
        let mut objectives: Vec<String> = Vec::new();
        for limit in *limits {
            for objective in &limit.missed_before {
                let text = format!("{} ({})", objective, limit.strategy);
                if !objectives.contains(&text) {
                    objectives.push(text);
                }
            }
        }
        if !objectives.is_empty() {
            let missed = pick(lang, "missed as it stands, and not asked", "现状即不满足，故不作要求");
            page.paragraph(format!("{missed}: {}", objectives.join(", ")));
        }
        provenance::remake(&mut page, provenance::of_study(p, lang), &p.command);
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let Self { limits, nodes, provenance } = self;
        let one = |limit: &ScaleLimit| {
            json!({
                "strategy": limit.strategy,
                "configs": limit.configs_id(),
                "limit": Estimated::from(&limit.estimate()),
                "each": limit.limits,
                "beyond_range": limit.unlimited(),
                "gives_way": limit.gives_way.iter().map(reason).collect::<Vec<_>>(),
                "missed_before": limit.missed_before.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        };
        let document = json!({
            "agent": provenance.agent,
            "axis": limits.first().map(|l| l.axis.id()),
            "unit": limits.first().map(|l| l.axis.unit()),
            "range": limits.first().map(|l| [l.range.0, l.range.1]),
            "slice_nodes": nodes,
            "slice_s": provenance.slice.map(|slice| slice.seconds),
            "limits": limits.iter().map(one).collect::<Vec<_>>(),
        });
        json(&sourced::document(SCHEMA, provenance, document))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "strategy",
            "axis",
            "configs",
            "replication",
            "limit",
            "beyond_range",
            "unit",
            "gives_way",
        ])?;
        for limit in self.limits {
            let reasons: Vec<String> = limit.gives_way.iter().map(reason).collect();
            for (replication, value) in limit.limits.iter().enumerate() {
                let is_beyond = *value >= limit.range.1;
                sheet.row([
                    limit.strategy,
                    limit.axis.id(),
                    limit.configs_id(),
                    &replication.to_string(),
                    &value.to_string(),
                    &is_beyond.to_string(),
                    limit.axis.unit(),
                    &reasons.join("; "),
                ])?;
            }
        }
        sheet.finish()
    }
}

/// How configs are loaded.
fn mode(limit: &ScaleLimit, lang: Lang) -> &'static str {
    match (limit.configs_id(), lang) {
        ("own inputs", Lang::Zh) => "独立输入",
        ("routes", Lang::Zh) => "路由",
        (id, _) => id,
    }
}

fn shown(limit: &ScaleLimit, lang: Lang) -> String {
    let (unlimited, all) = (limit.unlimited(), limit.limits.len());
    let end = quantity(limit.range.1, limit.axis.unit(), lang);
    if unlimited == all {
        return match lang {
            Lang::En => format!("{end} and perhaps more"),
            Lang::Zh => format!("{end}，或更多"),
        };
    }
    let mean = estimate(Some(&limit.estimate()), limit.axis.unit(), lang);
    match (unlimited, lang) {
        (0, _) => mean,
        (n, Lang::En) => format!("{mean}; none up to {end} in {n} of {all}"),
        (n, Lang::Zh) => format!("{mean}；{all} 次中 {n} 次至 {end} 仍无"),
    }
}

fn reasons(limit: &ScaleLimit, lang: Lang) -> String {
    if limit.gives_way.is_empty() {
        return pick(lang, "nothing", "无").to_owned();
    }
    limit.gives_way.iter().map(reason).collect::<Vec<_>>().join("; ")
}

fn reason(gives_way: &GivesWay) -> String {
    match gives_way {
        GivesWay::Infeasible(reason) => reason.clone(),
        GivesWay::Objective(objective) => objective.to_string(),
    }
}
