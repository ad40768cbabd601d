//! A plan: which workloads get sidecars, what that costs, why each is where it is, and what pure strategies come to.

use super::csv::{Sheet, plain};
use super::format::{self, quantity};
use super::page::{Cell, Column, Finding, Form, Page, Prose, Table, json};
use super::sourced;
use super::tuning::extra;
use super::words::pick;
use super::{ReportError, provenance};
use crate::decision::{Plan, Planned, Unit, Why};
use crate::lang::{Lang, question};
use crate::study::Verdict;
use serde_json::{Value, json};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.plan/v1";

impl Finding for Plan {
    fn page(&self, lang: Lang) -> Page {
        let title = pick(lang, "which workloads get sidecars", "哪些工作负载用 Sidecar");
        let mut page =
            Page::new(lang, format!("{}{}{title}", self.provenance.scenario, pick(lang, ": ", "：")));
        page.subtitle = question(&self.provenance.question, lang).into();
        for sentence in self.answer(lang) {
            page.paragraph(sentence);
        }
        page.heading(pick(lang, "Each workload", "各工作负载"));
        page.table(self.workloads(lang));
        page.heading(pick(lang, "Beside the others", "与其他方案对比"));
        page.table(self.others(lang));
        if let Some(yaml) = self.selector() {
            page.code("yaml", yaml);
        }
        page.note(match lang {
            Lang::En => format!(
                "{} assignments tried on {} nodes (seed {}); figures are of the whole cluster, on seed {} that nothing was \
                 chosen by",
                self.tried, self.nodes, self.provenance.seed, self.fresh_seed
            ),
            Lang::Zh => format!(
                "在 {} 个节点上试了 {} 种分配（种子 {}）；数值为整个集群、未参与选择的种子 {} 下的结果",
                self.nodes, self.tried, self.provenance.seed, self.fresh_seed
            ),
        });
        provenance::remake(&mut page, provenance::of_study(&self.provenance, lang), &self.provenance.command);
        page
    }

    fn document(&self, _: Lang) -> Result<String, ReportError> {
        let sidecars = |planned: &Planned| -> Vec<&String> {
            let own = planned.sidecars.iter().flatten().zip(&self.units).filter(|(own, _)| **own);
            own.flat_map(|(_, unit)| &unit.names).collect()
        };
        let one = |planned: &Planned| {
            let objectives = self.objectives().zip(0..).map(|(objective, at)| {
                json!({
                    "objective": objective,
                    "verdict": planned.trial.verdicts[at].id(),
                    "value": planned.trial.figures[at],
                })
            });
            json!({
                "strategy": planned.strategy,
                "infeasible": planned.infeasible,
                "sidecars": planned.sidecars.as_ref().map(|_| sidecars(planned)),
                "cost": Some(planned.cost).filter(|cost| cost.is_finite()),
                "meets_all": planned.is_met(),
                "objectives": objectives.collect::<Vec<Value>>(),
                "late_tenants": planned.late_tenants.0,
                "tenants": planned.late_tenants.1,
            })
        };
        let workloads = self.units.iter().enumerate().map(|(at, unit)| {
            let why = self.why.get(at);
            json!({
                "workloads": unit.names,
                "pods": unit.pods,
                "lines_per_s": unit.lines_per_s,
                "sidecar": self.chosen().and_then(|own| own.get(at)),
                "otherwise": why.map(|why| json!({
                    "extra_cost": Some(why.extra_cost).filter(|cost| cost.is_finite()),
                    "misses": why.misses.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    "late_tenants": why.late_tenants,
                })),
            })
        });
        json(&sourced::document(
            SCHEMA,
            &self.provenance,
            json!({
                "money": self.money.id(),
                "fresh_seed": self.fresh_seed,
                "meets_all": self.best.is_some(),
                "plan": self.planned.first().map(one),
                "others": self.planned.iter().skip(1).map(one).collect::<Vec<Value>>(),
                "workloads": workloads.collect::<Vec<Value>>(),
                "tried": self.tried,
                "slice_nodes": self.nodes,
            }),
        ))
    }

    fn records(&self, lang: Lang) -> Result<String, ReportError> {
        let mut sheet = Sheet::new(["assignment", "strategy", "cost", "objective", "value", "unit", "met"])?;
        for planned in &self.planned {
            let (name, cost) =
                (self.name(planned, lang), plain(Some(planned.cost).filter(|c| c.is_finite())));
            for (at, objective) in self.objectives.iter().enumerate() {
                let (text, unit) = (objective.to_string(), objective.metric.unit());
                let (value, met) = (plain(planned.trial.figures[at]), planned.trial.verdicts[at].id());
                sheet.row([&name, planned.strategy, &cost, &text, &value, unit, met])?;
            }
        }
        sheet.finish()
    }
}

impl Plan {
    fn objectives(&self) -> impl Iterator<Item = String> + '_ {
        self.objectives.iter().map(ToString::to_string)
    }

    /// Which units have sidecars under the plan.
    fn chosen(&self) -> Option<&Vec<bool>> {
        self.planned.first()?.sidecars.as_ref()
    }

    /// The answer in some sentences.
    fn answer(&self, lang: Lang) -> Vec<Prose> {
        let Some(first) = self.planned.first() else {
            return vec![
                pick(lang, "Nothing writes: there is nothing to assign.", "没有日志，无可分配。").into(),
            ];
        };
        let cost = quantity(first.cost, "currency/month", lang);
        let name = Prose::default().strong(self.name(first, lang));
        let missed = self.missed(first, lang);
        let mut all = vec![match (self.best.is_some(), lang) {
            (true, Lang::En) => name.plain(format!(" meets every objective at {cost}, and nothing that was tried does for less.")),
            (true, Lang::Zh) => name.plain(format!(" 以 {cost} 满足全部目标，所试方案中没有更便宜者。")),
            (false, Lang::En) => name.plain(format!(
                " comes nearest, at {cost}, and does not surely meet {missed}: no assignment that was tried meets everything."
            )),
            (false, Lang::Zh) => name.plain(format!(" 最接近，费用 {cost}，但不能确定满足 {missed}：所试分配均未满足全部目标。")),
        }];
        let others = self.planned.iter().skip(1).filter(|other| other.infeasible.is_none());
        // The pure ones, and what runs today.
        let told = others.filter(|other| other.strategy != "hybrid").map(|other| {
            let (name, more) = (self.name(other, lang), extra(other.cost - first.cost, lang));
            let missed = self.missed(other, lang);
            match (missed.is_empty(), lang) {
                (true, Lang::En) => format!("{name} meets everything too, {more}"),
                (true, Lang::Zh) => format!("{name} 亦满足全部目标，{more}"),
                (false, Lang::En) => format!("{name} does not meet {missed}, {more}"),
                (false, Lang::Zh) => format!("{name} 未满足 {missed}，{more}"),
            }
        });
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            all.push(format!("{}{}", told.join(pick(lang, "; ", "；")), pick(lang, ".", "。")).into());
        }
        let next = self.planned.iter().skip(1).filter(|other| other.is_met());
        if let Some(next) = next.min_by(|a, b| a.cost.total_cmp(&b.cost)) {
            let (name, more) = (self.name(next, lang), extra(next.cost - first.cost, lang));
            all.push(match lang {
                Lang::En => format!("The next best is {name}, {more}.").into(),
                Lang::Zh => format!("次优为 {name}，{more}。").into(),
            });
        }
        all
    }

    /// Objectives that an assignment does not surely meet.
    fn missed(&self, planned: &Planned, lang: Lang) -> String {
        let all = self.objectives.iter().zip(&planned.trial.verdicts).enumerate();
        let missed =
            all.filter(|(_, (_, verdict))| **verdict != Verdict::Met).map(|(at, (objective, verdict))| {
                let unit = objective.metric.unit();
                let shown = planned.trial.figures[at].map_or_else(
                    || format::never(unit, lang).to_owned(),
                    |value| quantity(value, unit, lang),
                );
                let open =
                    if *verdict == Verdict::Undecided { pick(lang, ", open", "，未定") } else { "" };
                format!("{objective} ({shown}{open})")
            });
        let (late, all) = planned.late_tenants;
        let tenants = (late > 0).then(|| match lang {
            Lang::En => format!("the freshness of {late} of {all} tenants by themselves"),
            Lang::Zh => format!("{all} 个租户中 {late} 个自身的新鲜度"),
        });
        missed.chain(tenants).collect::<Vec<_>>().join(", ")
    }

    fn name(&self, planned: &Planned, lang: Lang) -> String {
        let Some(own) = &planned.sidecars else { return planned.strategy.to_owned() };
        let chosen: Vec<String> =
            own.iter().zip(&self.units).filter(|(own, _)| **own).map(|(_, unit)| unit.name()).collect();
        match (chosen.len(), lang) {
            (0, Lang::En) => "all-DaemonSet".to_owned(),
            (0, Lang::Zh) => "全部 DaemonSet".to_owned(),
            (n, Lang::En) if n == own.len() => "all-Sidecar".to_owned(),
            (n, Lang::Zh) if n == own.len() => "全部 Sidecar".to_owned(),
            (_, Lang::En) => format!("Sidecars for {}, a DaemonSet for the rest", chosen.join(", ")),
            (_, Lang::Zh) => format!("{} 用 Sidecar，其余用 DaemonSet", chosen.join("、")),
        }
    }

    fn workloads(&self, lang: Lang) -> Table {
        let mut table = Table::new([
            Column::words(pick(lang, "workload", "工作负载")),
            Column::figures("Pod"),
            Column::figures(pick(lang, "lines/s", "行/秒")),
            Column::words(pick(lang, "collected by", "采集方式")),
            Column::figures(pick(lang, "otherwise costs", "换另一种的费用差")),
            Column::words(pick(lang, "and does not meet", "且未满足")),
        ]);
        for (at, unit) in self.units.iter().enumerate() {
            table.row(self.workload(unit, at, lang));
        }
        table
    }

    fn workload(&self, unit: &Unit, at: usize, lang: Lang) -> Vec<Cell> {
        let own = self.chosen().and_then(|own| own.get(at)).copied().unwrap_or(false);
        let misses = |why: &Why| {
            let late = (why.late_tenants > 0).then(|| match lang {
                Lang::En => format!("freshness of {} tenants", why.late_tenants),
                Lang::Zh => format!("{} 个租户的新鲜度", why.late_tenants),
            });
            why.misses.iter().map(ToString::to_string).chain(late).collect::<Vec<_>>().join(", ")
        };
        let why = self.why.get(at);
        vec![
            Cell::words(unit.name()),
            Cell::count(unit.pods),
            Cell::number(unit.lines_per_s, "count", Form::Suited),
            Cell::words(if own { "Sidecar" } else { "DaemonSet" }),
            why.filter(|why| why.extra_cost.is_finite())
                .map_or(Cell::Nothing, |why| Cell::number(why.extra_cost, "currency/month", Form::Signed(2))),
            match why.map(misses) {
                Some(text) if !text.is_empty() => Cell::words(text),
                Some(_) => Cell::words(pick(lang, "meets all", "全部满足")),
                None => Cell::Nothing,
            },
        ]
    }

    fn others(&self, lang: Lang) -> Table {
        let mut columns = vec![
            Column::words(pick(lang, "assignment", "分配")),
            Column::figures(pick(lang, "cost", "费用")),
        ];
        columns.extend(self.objectives().map(Column::figures));
        columns.push(Column::figures(pick(lang, "late tenants", "延迟超标租户")));
        let mut table = Table::new(columns);
        for planned in &self.planned {
            let mut row = vec![Cell::words(self.name(planned, lang))];
            match &planned.infeasible {
                Some(_) => row.push(Cell::words(pick(lang, "infeasible", "不可行"))),
                None => row.push(Cell::quantity(planned.cost, "currency/month")),
            }
            let figures = planned.trial.figures.iter().zip(&self.objectives);
            row.extend(figures.map(|(value, o)| Cell::within_horizon(*value, o.metric.unit())));
            row.push(Cell::words(format!("{}/{}", planned.late_tenants.0, planned.late_tenants.1)));
            table.row(row);
        }
        table
    }

    /// What a scenario says to be collected by this plan; `None` for a pure strategy.
    fn selector(&self) -> Option<String> {
        let own = self.chosen()?;
        if self.planned.first()?.strategy != "hybrid" {
            return None;
        }
        let names = own.iter().zip(&self.units).filter(|(own, _)| **own).flat_map(|(_, unit)| &unit.names);
        let names: Vec<&str> = names.map(String::as_str).collect();
        Some(format!(
            "strategy: hybrid\ncollection:\n  hybrid: {{ wants: false, workloads: [ {} ] }}\n",
            names.join(", ")
        ))
    }
}
