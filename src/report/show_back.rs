//! Show-back: a table of tenants and what each causes of the cost of collecting, under every strategy.

use super::csv::{Sheet, plain};
use super::json::Estimated;
use super::page::{Cell, Column, Finding, Form, Page, Prose, Table, json};
use super::sourced;
use super::words::{self, pick};
use super::{ReportError, provenance};
use crate::lang::Lang;
use crate::lang::format::quantity;
use crate::study::{ShowBack, ShownBack};
use serde_json::{Value, json};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.show-back/v1";

/// Tenants that a terminal shows, the dearest first.
const SHOWN: usize = 20;

impl Finding for ShowBack {
    fn page(&self, lang: Lang) -> Page {
        self.written(lang, usize::MAX)
    }

    fn brief(&self, lang: Lang) -> Page {
        self.written(lang, SHOWN)
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let strategies = self.strategies.iter().map(|one| {
            let tenants = self.tenants.iter().zip(&one.of).map(|(tenant, cost)| {
                json!({ "tenant": tenant, "cost": Estimated::from(cost), "share": share(cost.mean, one) })
            });
            json!({
                "strategy": one.strategy,
                "infeasible": one.infeasible,
                "cost": one.infeasible.is_none().then(|| Estimated::from(&one.whole)),
                "tenants": tenants.collect::<Vec<Value>>(),
            })
        });
        let lines = self.tenants.iter().zip(&self.lines);
        json(&sourced::document(
            SCHEMA,
            &self.provenance,
            json!({
                "money": self.money.id(),
                "unit": self.money.unit(),
                "lines": lines.map(|(tenant, lines)| json!({ "tenant": tenant, "lines": lines })).collect::<Vec<Value>>(),
                "strategies": strategies.collect::<Vec<Value>>(),
            }),
        ))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet =
            Sheet::new(["tenant", "strategy", "metric", "value", "ci_low", "ci_high", "unit", "share"])?;
        for one in &self.strategies {
            for (tenant, cost) in self.tenants.iter().zip(&one.of) {
                let (value, lo, hi) = (plain(cost.mean), plain(cost.lo), plain(cost.hi));
                let (metric, unit, part) = (self.money.id(), self.money.unit(), plain(share(cost.mean, one)));
                sheet.row([tenant, one.strategy, metric, &value, &lo, &hi, unit, &part])?;
            }
        }
        sheet.finish()
    }
}

/// A tenant's part of the whole.
fn share(cost: Option<f64>, one: &ShownBack) -> Option<f64> {
    let whole = one.whole.mean.filter(|whole| *whole > 0.0)?;
    Some(cost? / whole)
}

impl ShowBack {
    fn written(&self, lang: Lang, shown: usize) -> Page {
        let title = pick(lang, "what each tenant's logs cost to collect", "各租户的采集成本");
        let mut page =
            Page::new(lang, format!("{}{}{title}", self.provenance.scenario, pick(lang, ": ", "：")));
        page.subtitle = words::metric(self.money, lang).into();
        page.list(self.strategies.iter().filter_map(|one| self.sentence(one, lang)).collect());
        page.table(self.table(lang, shown));
        let left = self.tenants.len().saturating_sub(shown);
        page.note(match lang {
            Lang::En => "an agent in a pod goes to the pod's tenant, one of a node by the lines that each tenant writes there, \
                         sending by bytes; the parts add up to the whole",
            Lang::Zh => "Pod 内采集器计入该 Pod 的租户，节点采集器按各租户在该节点写入的行数分摊，传输按字节分摊；各部分之和等于总成本",
        });
        if left > 0 {
            page.note(match lang {
                Lang::En => format!("{left} more tenants in -o csv"),
                Lang::Zh => format!("另有 {left} 个租户见 -o csv"),
            });
        }
        provenance::remake(&mut page, provenance::of_study(&self.provenance, lang), &self.provenance.command);
        page
    }

    /// Who causes most under a strategy.
    fn sentence(&self, one: &ShownBack, lang: Lang) -> Option<Prose> {
        let name = Prose::default().strong(one.strategy);
        if let Some(why) = &one.infeasible {
            return Some(
                name.plain(format!("{}{why}", pick(lang, " cannot be run here: ", " 在此无法运行："))),
            );
        }
        let costs = one.of.iter().map(|cost| cost.mean.unwrap_or(0.0)).enumerate();
        let (at, most) = costs.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let whole = one.whole.mean?;
        let shown = |cost: f64| quantity(cost, self.money.unit(), lang);
        if whole <= 0.0 {
            return Some(name.plain(pick(lang, " costs nothing.", " 没有成本。")));
        }
        let (tenant, part) = (&self.tenants[at], quantity(most / whole, "fraction", lang));
        Some(name.plain(match lang {
            Lang::En => {
                format!(" costs {}, of which {tenant} causes most: {} ({part}).", shown(whole), shown(most))
            }
            Lang::Zh => format!(" 共 {}，其中 {tenant} 最多：{}（{part}）。", shown(whole), shown(most)),
        }))
    }

    fn table(&self, lang: Lang, shown: usize) -> Table {
        let mut columns = vec![
            Column::words(pick(lang, "tenant", "租户")),
            Column::figures(pick(lang, "of the lines", "行数占比")),
        ];
        columns.extend(self.strategies.iter().map(|one| Column::figures(one.strategy)));
        let mut table = Table::new(columns);
        let dearest = |at: usize| {
            let costs = self.strategies.iter().filter_map(|one| one.of.get(at)?.mean);
            costs.fold(0.0, f64::max)
        };
        let mut order: Vec<usize> = (0..self.tenants.len()).collect();
        order.sort_by(|a, b| dearest(*b).total_cmp(&dearest(*a)).then(a.cmp(b)));
        let all: f64 = self.lines.iter().sum();
        for at in order.into_iter().take(shown) {
            let part = self.lines[at] / all.max(1.0);
            let mut row =
                vec![Cell::words(self.tenants[at].as_str()), Cell::number(part, "fraction", Form::Suited)];
            row.extend(
                self.strategies.iter().map(|one| Cell::estimate(one.of.get(at).copied(), self.money.unit())),
            );
            table.row(row);
        }
        let mut whole =
            vec![Cell::words(pick(lang, "all", "合计")), Cell::number(1.0, "fraction", Form::Suited)];
        whole.extend(self.strategies.iter().map(|one| {
            let feasible = one.infeasible.is_none().then_some(one.whole);
            Cell::estimate(feasible, self.money.unit())
        }));
        table.row(whole);
        table
    }
}
