//! The months ahead: when each strategy first fails an objective, what it costs until then, and how the cluster grows.

use super::chart::CostByMonth;
use super::csv::{Sheet, plain};
use super::json::Estimated;
use super::page::{self, Cell, Column, Finding, Page, Prose, Table, json};
use super::sourced;
use super::words::{self, pick};
use super::{ReportError, provenance, write_files};
use crate::decision::{Fails, Forecast, Forecasted};
use crate::lang::format::{self, quantity};
use crate::lang::{Lang, question};
use crate::study::Verdict;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The version of the JSON document's shape.
pub const SCHEMA: &str = "loghaul.forecast/v1";

/// Rows of the table of months that a page has, at most.
const ROWS: usize = 13;

impl Finding for Forecast {
    fn page(&self, lang: Lang) -> Page {
        let title = pick(lang, "the months ahead", "未来各月");
        let mut page =
            Page::new(lang, format!("{}{}{title}", self.provenance.scenario, pick(lang, ": ", "：")));
        page.subtitle = question(&self.provenance.question, lang).into();
        page.list(self.strategies.iter().map(|one| self.sentence(one, lang)).collect());
        if let Some(text) = self.cheapest(lang) {
            page.paragraph(text);
        }
        page.heading(pick(lang, "When objectives first fail", "目标首次未满足的月份"));
        page.table(self.failures(lang));
        let money = words::metric(self.money, lang);
        page.heading(match lang {
            Lang::En => format!("Load and {money} by month"),
            Lang::Zh => format!("各月负载与{money}"),
        });
        page.table(self.by_month(lang));
        page.note(match lang {
            Lang::En => "pods grow as declared and keep their names, so that months are paired; nodes are added where pods need \
                         them, in pools that grow; the backend, tenants and prices stay",
            Lang::Zh => "Pod 按声明增长且名称不变，各月成对可比；允许扩容的节点池按需增加节点；后端、租户与价格不变",
        });
        provenance::remake(&mut page, provenance::of_study(&self.provenance, lang), &self.provenance.command);
        page
    }

    fn illustrated(&self, lang: Lang) -> Result<Page, ReportError> {
        let mut page = self.page(lang);
        let title = words::metric(self.money, lang).to_owned();
        let svg = Some(CostByMonth { found: self, lang }.svg()?);
        let chart = page::Chart { title, path: "cost-by-month".to_owned(), svg };
        let at = page.blocks.iter().position(|block| matches!(block, page::Block::Heading(..)));
        page.blocks.insert(at.unwrap_or(page.blocks.len()), page::Block::Chart(chart));
        Ok(page)
    }

    fn document(&self, lang: Lang) -> Result<String, ReportError> {
        let strategies = self.strategies.iter().map(|one| self.strategy_document(one));
        let load = self.load.iter().enumerate();
        let load =
            load.map(|(month, (pods, lines))| json!({ "month": month, "pods": pods, "lines_per_s": lines }));
        let sentences: Vec<String> =
            self.strategies.iter().map(|one| self.sentence(one, lang).words()).collect();
        json(&sourced::document(
            SCHEMA,
            &self.provenance,
            json!({
                "months": self.months,
                "money": self.money.id(),
                "answer": sentences,
                "load": load.collect::<Vec<Value>>(),
                "strategies": strategies.collect::<Vec<Value>>(),
            }),
        ))
    }

    fn records(&self, _: Lang) -> Result<String, ReportError> {
        let mut sheet = Sheet::new([
            "month",
            "strategy",
            "figure",
            "value",
            "ci_low",
            "ci_high",
            "unit",
            "objective",
            "met",
        ])?;
        for one in &self.strategies {
            for (number, month) in &one.months {
                let number = number.to_string();
                let mut row = |figure: &str, e: &crate::stats::Estimate, unit: &str, of: (&str, &str)| {
                    let (value, lo, hi) = (plain(e.mean), plain(e.lo), plain(e.hi));
                    sheet.row([&number, one.strategy, figure, &value, &lo, &hi, unit, of.0, of.1])
                };
                if month.infeasible.is_none() {
                    row(self.money.id(), &month.cost, self.money.unit(), ("", ""))?;
                }
                for (at, objective) in self.objectives.iter().enumerate() {
                    let (metric, met) = (objective.metric, month.verdicts[at].id());
                    row(metric.id(), &month.figures[at], metric.unit(), (&objective.to_string(), met))?;
                }
            }
        }
        sheet.finish()
    }
}

impl Forecast {
    /// When a strategy first fails, and what that is.
    fn sentence(&self, one: &Forecasted, lang: Lang) -> Prose {
        let name = Prose::default().strong(one.strategy);
        let (zero, months) = (one.months.get(&0), self.months);
        if let Some((month, why)) = one.infeasible_from() {
            return name.plain(match lang {
                Lang::En => format!(": from month {month} on it cannot be run: {why}"),
                Lang::Zh => format!("：自第 {month} 个月起无法运行：{why}"),
            });
        }
        let now = zero.filter(|month| month.verdicts.contains(&Verdict::Missed)).is_some();
        let open = (0..self.objectives.len()).filter_map(|at| self.opens(one, at)).min();
        let open = open.map_or_else(String::new, |(month, at)| match lang {
            Lang::En => format!("; from month {month} on {} is open", self.objectives[at]),
            Lang::Zh => format!("；自第 {month} 个月起 {} 未定", self.objectives[at]),
        });
        name.plain(match (one.first_failure(), lang) {
            (None, Lang::En) => format!(": misses nothing for sure in {months} months{open}"),
            (None, Lang::Zh) => format!("：{months} 个月内没有确定未满足的目标{open}"),
            (Some((month, _)), _) if one.months.get(&month).is_some_and(|found| found.delivers_nothing) => {
                // Its figures would say otherwise: who delivers nothing loses nothing either.
                match (now && month == 0, lang) {
                    (true, Lang::En) => ": delivers nothing, and so misses every objective today".to_owned(),
                    (true, Lang::Zh) => "：没有任何日志送达，因此现在即未满足全部目标".to_owned(),
                    (false, Lang::En) => {
                        format!(
                            ": delivers nothing in month {month}, and so first misses objectives then{open}"
                        )
                    }
                    (false, Lang::Zh) => {
                        format!("：第 {month} 个月没有任何日志送达，因此首次未满足目标{open}")
                    }
                }
            }
            (Some((month, at)), _) => {
                let objective = &self.objectives[at];
                let figure = one.months.get(&month).map(|found| &found.figures[at]);
                let shown = format::estimate(figure, objective.metric.unit(), lang);
                match (now && month == 0, lang) {
                    (true, Lang::En) => format!(": misses {objective} today ({shown})"),
                    (true, Lang::Zh) => format!("：现在即未满足 {objective}（{shown}）"),
                    (false, Lang::En) => {
                        format!(": first fails in month {month}, by {objective} ({shown}){open}")
                    }
                    (false, Lang::Zh) => format!("：第 {month} 个月首次未满足 {objective}（{shown}）{open}"),
                }
            }
        })
    }

    /// The first month in which an objective is open before any is missed.
    fn opens(&self, one: &Forecasted, at: usize) -> Option<(u64, usize)> {
        let open = one.fails(at).open?;
        one.first_failure().is_none_or(|(month, _)| open < month).then_some((open, at))
    }

    /// Who is the cheapest of those that fail nothing, now and at the end.
    fn cheapest(&self, lang: Lang) -> Option<String> {
        let best = |month: u64| {
            let meets = self.strategies.iter().filter_map(|one| {
                let found = one.months.get(&month)?;
                let met = found.infeasible.is_none() && found.verdicts.iter().all(|v| *v == Verdict::Met);
                Some((found.cost.mean.filter(|_| met)?, one.strategy))
            });
            meets.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        let shown =
            |(cost, name): (f64, &str)| format!("{name} ({})", quantity(cost, "currency/month", lang));
        let nobody = || pick(lang, "nobody", "无").to_owned();
        let [now, then] = [0, self.months].map(|month| best(month).map_or_else(nobody, shown));
        Some(match lang {
            Lang::En => {
                format!(
                    "The cheapest that surely meets everything: now {now}, in month {} {then}.",
                    self.months
                )
            }
            Lang::Zh => {
                format!("确定满足全部目标的最低成本方案：现在 {now}，第 {} 个月 {then}。", self.months)
            }
        })
    }

    fn failures(&self, lang: Lang) -> Table {
        let mut columns = vec![Column::words(pick(lang, "objective", "目标"))];
        columns.extend(self.strategies.iter().map(|one| Column::words(one.strategy)));
        let mut table = Table::new(columns);
        for (at, objective) in self.objectives.iter().enumerate() {
            let cells =
                self.strategies.iter().map(|one| Cell::words(self.fails_in_words(one.fails(at), lang)));
            table.row([vec![Cell::words(objective.to_string())], cells.collect()].concat());
        }
        table
    }

    fn fails_in_words(&self, fails: Fails, lang: Lang) -> String {
        let month = |month: u64| match (month, lang) {
            (0, Lang::En) => "now".to_owned(),
            (0, Lang::Zh) => "现在".to_owned(),
            (n, Lang::En) => format!("month {n}"),
            (n, Lang::Zh) => format!("第 {n} 个月"),
        };
        match (fails.missed, fails.open, lang) {
            (Some(missed), None, _) => month(missed),
            (Some(missed), Some(open), Lang::En) => {
                format!("{}, open from {} on", month(missed), month(open))
            }
            (Some(missed), Some(open), Lang::Zh) => format!("{}，自{}起未定", month(missed), month(open)),
            (None, Some(open), Lang::En) => format!("open from {} on", month(open)),
            (None, Some(open), Lang::Zh) => format!("自{}起未定", month(open)),
            (None, None, Lang::En) => format!("not in {} months", self.months),
            (None, None, Lang::Zh) => format!("{} 个月内不会", self.months),
        }
    }

    fn by_month(&self, lang: Lang) -> Table {
        let mut columns = vec![
            Column::figures(pick(lang, "month", "月")),
            Column::figures("Pod"),
            Column::figures(pick(lang, "lines/s", "行/秒")),
        ];
        columns.extend(self.strategies.iter().map(|one| Column::figures(one.strategy)));
        let mut table = Table::new(columns);
        let run: std::collections::BTreeSet<u64> =
            self.strategies.iter().flat_map(|one| one.months.keys().copied()).collect();
        // Of many the months of the grid; the others are in JSON and CSV.
        let every = (self.months / (ROWS as u64 - 1)).max(1);
        let shown =
            run.iter().filter(|month| run.len() <= ROWS || **month % every == 0 || **month == self.months);
        for month in shown {
            let (pods, lines) = self.load.get(*month as usize).copied().unwrap_or_default();
            let mut row = vec![
                Cell::count(*month),
                Cell::count(pods),
                Cell::number(lines, "count", page::Form::Suited),
            ];
            row.extend(self.strategies.iter().map(|one| match one.months.get(month) {
                Some(found) if found.infeasible.is_none() => {
                    Cell::estimate(Some(found.cost), self.money.unit())
                }
                Some(_) => Cell::words(pick(lang, "infeasible", "不可行")),
                None => Cell::Nothing,
            }));
            table.row(row);
        }
        table
    }

    fn strategy_document(&self, one: &Forecasted) -> Value {
        let months = one.months.iter().map(|(number, month)| {
            let objectives = self.objectives.iter().enumerate().map(|(at, objective)| {
                json!({
                    "objective": objective.to_string(),
                    "value": Estimated::from(&month.figures[at]),
                    "verdict": month.verdicts[at].id(),
                })
            });
            json!({
                "month": number,
                "infeasible": month.infeasible,
                "delivers_nothing": month.delivers_nothing,
                "cost": month.infeasible.is_none().then(|| Estimated::from(&month.cost)),
                "nodes": month.nodes,
                "objectives": objectives.collect::<Vec<Value>>(),
            })
        });
        let fails = self.objectives.iter().enumerate().map(|(at, objective)| {
            let fails = one.fails(at);
            json!({ "objective": objective.to_string(), "missed": fails.missed, "open": fails.open })
        });
        json!({
            "strategy": one.strategy,
            "first_failure": one.first_failure().map(|(month, _)| month),
            "fails": fails.collect::<Vec<Value>>(),
            "months": months.collect::<Vec<Value>>(),
        })
    }

    /// Writes page, JSON, CSV and the chart into a folder and gives the paths.
    ///
    /// # Errors
    /// The chart cannot be drawn, or the system refuses a file.
    pub fn write_folder(&self, dir: &Path, lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
        let chart = CostByMonth { found: self, lang };
        let files = [
            ("forecast.md", self.page(lang).to_markdown().into_bytes()),
            ("forecast.json", self.document(lang)?.into_bytes()),
            ("forecast.csv", self.records(lang)?.into_bytes()),
            ("cost-by-month.svg", chart.svg()?.into_bytes()),
            ("cost-by-month.png", chart.png()?),
        ];
        write_files(dir, &files.map(|(name, bytes)| (name.to_owned(), bytes)))
    }
}
