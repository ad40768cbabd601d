//! One run of one strategy, in detail.
//!
//! Takes the observations of its replications ([`Done`]); gives its metrics, where every line is, its tenants, and what
//! only some scenarios have.

mod sections;

use super::page::{Cell, Column, Finding, Form, Page, Prose, Table, json};
use super::words::{self, pick};
use super::{ReportError, agent_use, csv, grown, provenance};
use crate::flow::Cause;
use crate::lang::Lang;
use crate::metric::Metric;
use crate::observe::{Ledger, Observation, TenantFigures, estimates};
use crate::stats::Estimate;
use crate::study::{Grown, Neighbours, Precision, WarmupBy};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.run/v1";

/// Tenants that are shown; JSON has them all.
const SHOWN: usize = 10;

/// What was run.
#[derive(Debug)]
pub struct Done {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the scenario with all defaults filled in.
    pub hash: String,
    /// The strategy's name.
    pub strategy: &'static str,
    /// The strategy in a sentence.
    pub about: &'static str,
    /// The seed.
    pub seed: u64,
    /// What each replication observed; one at least.
    pub observations: Vec<Arc<Observation>>,
    /// What is left out of freshness, in seconds.
    pub warmup_s: f64,
    /// Where that comes from.
    pub warmup_by: WarmupBy,
    /// What was reached, where a precision was asked for.
    pub precision: Option<Precision>,
    /// What loud tenants do to the others; empty where there are none.
    pub neighbours: Vec<Neighbours>,
    /// How the cluster grew without any collection, and with the strategy's agents.
    pub grown: [Option<Grown>; 2],
    /// Nodes of the cluster as the scenario has it.
    pub nodes: u64,
    /// The command that remakes it.
    pub command: String,
}

impl Done {
    fn first(&self) -> Option<&Observation> {
        self.observations.first().map(Arc::as_ref)
    }

    fn estimates(&self) -> Vec<(Metric, Estimate)> {
        let recorded = self.first().into_iter().flat_map(|o| o.metrics.keys());
        recorded.map(|metric| (*metric, estimates::estimate(&self.observations, *metric))).collect()
    }

    /// How the cluster grew, in sentences.
    fn grown(&self, lang: Lang) -> Vec<String> {
        let [before, own] = &self.grown;
        grown::all(self.nodes, before.as_ref(), [(self.strategy, own.as_ref())].into_iter(), lang)
    }

    /// Over all replications.
    fn ledger(&self) -> Ledger {
        let mut sum = Ledger::default();
        self.observations.iter().for_each(|o| sum += &o.ledger);
        sum
    }

    /// Lines over all replications; of freshness the median of replications.
    fn tenants(&self) -> Vec<TenantFigures> {
        let of = |at: usize| self.observations.iter().filter_map(move |o| o.tenants.get(at));
        let sum = |at: usize, lines: fn(&TenantFigures) -> u64| of(at).map(lines).sum();
        let tenants = self.first().into_iter().flat_map(|o| &o.tenants).enumerate();
        tenants
            .map(|(at, tenant)| TenantFigures {
                name: tenant.name.clone(),
                lines: sum(at, |t| t.lines),
                delivered: sum(at, |t| t.delivered),
                live: sum(at, |t| t.live),
                freshness_p50: Estimate::median(&of(at).map(|t| t.freshness_p50).collect::<Vec<_>>()).mean,
                freshness_p99: Estimate::median(&of(at).map(|t| t.freshness_p99).collect::<Vec<_>>()).mean,
            })
            .collect()
    }

    fn metrics(&self, lang: Lang) -> Table {
        let [metric, value, meaning] =
            [("metric", "指标"), ("value", "数值"), ("meaning", "含义")].map(|(en, zh)| pick(lang, en, zh));
        let mut table = Table::new([Column::words(metric), Column::figures(value), Column::words(meaning)]);
        for (metric, value) in self.estimates() {
            let meaning = match lang {
                Lang::En => metric.describe(),
                Lang::Zh => words::metric(metric, lang),
            };
            let name = Cell::Words(Prose::default().code(metric.id()));
            table.row([name, Cell::estimate(Some(value), metric.unit()), Cell::words(meaning)]);
        }
        table
    }

    fn ledger_table(&self, lang: Lang) -> Table {
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let ledger = self.ledger();
        let mut table = Table::new([
            Column::words(word("state", "状态")),
            Column::figures(word("lines", "行数")),
            Column::figures(word("share", "比例")),
        ]);
        let mut add = |state: &str, lines: u64| {
            let share = Cell::number(lines as f64, "lines", Form::PartOf(ledger.emitted));
            table.row([Cell::words(state), Cell::count(lines), share]);
        };
        add(word("written", "写出"), ledger.emitted);
        let kept = [ledger.delivered, ledger.retained, ledger.in_flight];
        words::states(lang).into_iter().zip(kept).for_each(|(state, lines)| add(state, lines));
        for cause in Cause::ALL {
            let lines = ledger.lost[cause as usize];
            if lines > 0 {
                add(words::cause(cause, lang), lines);
            }
        }
        if ledger.duplicated > 0 {
            add(word("delivered again (on top)", "重复送达（另计）"), ledger.duplicated);
        }
        if ledger.withheld > 0 {
            add(word("never written (blocked)", "未写出（被阻塞）"), ledger.withheld);
        }
        table
    }

    /// Some tenants, the least fresh first, and how many there are in all.
    fn tenant_table(&self, lang: Lang) -> (Table, usize) {
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let mut tenants = self.tenants();
        tenants.sort_by(|a, b| {
            let age = |t: &TenantFigures| t.freshness_p99.unwrap_or(f64::INFINITY);
            age(b).total_cmp(&age(a)).then_with(|| a.name.cmp(&b.name))
        });
        let mut table = Table::new([
            Column::words(word("tenant", "租户")),
            Column::figures(word("lines", "行数")),
            Column::figures(word("delivered", "送达")),
            Column::figures("p99"),
        ]);
        for tenant in tenants.iter().take(SHOWN) {
            table.row([
                Cell::words(tenant.name.as_str()),
                Cell::count(tenant.lines),
                Cell::number(tenant.delivered as f64, "lines", Form::PartOf(tenant.lines)),
                Cell::within_horizon(tenant.freshness_p99, "s"),
            ]);
        }
        (table, tenants.len())
    }
}

impl Finding for Done {
    fn page(&self, lang: Lang) -> Page {
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let mut page = Page::new(
            lang,
            match lang {
                Lang::En => format!("{} under {}: {}", self.scenario, self.strategy, self.about),
                Lang::Zh => format!("{}，策略 {}", self.scenario, self.strategy),
            },
        );
        let reps = match (self.observations.len(), lang) {
            (1, _) => word(", one run", "，一次运行").to_owned(),
            (n, Lang::En) => format!(", {n} replications, ± 95% interval"),
            (n, Lang::Zh) => format!("，{n} 次重复，± 为 95% 置信区间"),
        };
        page.subtitle = format!("{} {}{reps}", word("seed", "种子"), self.seed).into();
        grown::put(&mut page, self.grown(lang));
        page.table(self.metrics(lang));
        agent_use::put(&mut page, &self.observations, None);
        if let Some(warning) = agent_use::warning(&self.observations, self.strategy, lang) {
            page.note(warning);
        }
        page.heading(word("where every line is", "每一行的去向"));
        page.table(self.ledger_table(lang));
        page.heading(word("tenants, the least fresh first", "租户，最不新鲜的在前"));
        let (tenants, all) = self.tenant_table(lang);
        page.table(tenants);
        if let Some(more) = all.checked_sub(SHOWN).filter(|more| *more > 0) {
            page.note(match lang {
                Lang::En => format!("and {more} more; -o json lists them all"),
                Lang::Zh => format!("另有 {more} 个；-o json 列出全部"),
            });
        }
        sections::neighbours(&mut page, &self.neighbours);
        sections::proxies(&mut page, self.first().map(|o| o.proxies.as_slice()).unwrap_or_default());
        if let Some(precision) = &self.precision {
            page.note(provenance::precision(precision, lang));
        }
        let mut from = vec![provenance::warmup(self.warmup_s, self.warmup_by, lang)];
        from.push(format!("{} {}", word("scenario", "场景"), self.hash));
        provenance::remake(&mut page, from, &self.command);
        page
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        let ledger = self.ledger();
        let metrics: Map<String, Value> = self
            .estimates()
            .iter()
            .map(|(metric, e)| {
                let value = json!({ "value": e.mean, "lo": e.lo, "hi": e.hi, "unit": metric.unit() });
                (metric.id().to_owned(), value)
            })
            .collect();
        let tenants: Vec<Value> = self
            .tenants()
            .iter()
            .map(|t| json!({ "name": t.name, "lines": t.lines, "delivered": t.delivered, "freshness_p99": t.freshness_p99 }))
            .collect();
        let mut document = json!({
            "schema": SCHEMA,
            "scenario": self.scenario,
            "strategy": self.strategy,
            "seed": self.seed,
            "replications": self.observations.len(),
            "metrics": metrics,
            "ledger": {
                "emitted": ledger.emitted,
                "delivered": ledger.delivered,
                "retained": ledger.retained,
                "in_flight": ledger.in_flight,
                "lost": ledger.lost_by_cause(),
                "duplicated": ledger.duplicated,
                "withheld": ledger.withheld,
            },
            "tenants": tenants,
            "provenance": {
                "version": env!("CARGO_PKG_VERSION"),
                "scenario_hash": self.hash,
                "warmup_s": self.warmup_s,
                "warmup_by": super::json::WarmupDocument::from(self.warmup_by),
                "precision": self.precision.as_ref().map(super::json::precision),
                "command": self.command,
            },
        });
        // What a scenario does not have is left out.
        let agents = agent_use::documents(&self.observations);
        if !agents.is_empty() {
            document["agents"] = json!(agents);
        }
        let grown = self.grown(lang);
        if !grown.is_empty() {
            document["grown"] = json!(grown);
        }
        if !self.neighbours.is_empty() {
            document["neighbours"] = sections::neighbours_json(&self.neighbours);
        }
        if let Some(first) = self.first().filter(|first| !first.proxies.is_empty()) {
            document["proxies"] = sections::proxies_json(&first.proxies);
        }
        json(&document)
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet = csv::Sheet::new(["metric", "value", "unit", "ci_low", "ci_high", "n"])?;
        for (metric, e) in self.estimates() {
            let [value, lo, hi] = [e.mean, e.lo, e.hi].map(csv::plain);
            sheet.row([metric.id(), &value, metric.unit(), &lo, &hi, &e.n.to_string()])?;
        }
        sheet.finish()
    }
}
