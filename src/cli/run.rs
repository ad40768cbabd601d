//! `loghaul run`: one run of one strategy in detail.

use super::{Format, StudyArgs, output};
use crate::flow::Cause;
use crate::lang::Lang;
use crate::lang::format::{integer, quantity, share};
use crate::metric::Metric;
use crate::observe::Observation;
use crate::report::words::{self, pick};
use crate::run::{Runner, Setup};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::fmt::Write as _;

/// Run a scenario under one strategy.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    study: StudyArgs,
    /// The strategy
    #[arg(long, default_value = "daemonset")]
    strategy: String,
    /// Print the scenario with all defaults filled in, and run nothing
    #[arg(long)]
    show: bool,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

impl Run {
    pub fn execute(self) -> anyhow::Result<()> {
        let scenario = super::scenario(self.study.scenario.as_ref())?;
        let strategy = super::strategies(std::slice::from_ref(&self.strategy))?[0];
        if self.show {
            return output::print(&scenario.to_yaml().map_err(anyhow::Error::msg)?);
        }
        let setup = Setup::new(&scenario, strategy);
        if let Some(reason) = setup.infeasible() {
            anyhow::bail!("{} is infeasible here: {reason}", strategy.name);
        }
        let observed = Runner::new().observe(&[&setup], self.study.seed, 1)?;
        let observation = &observed[0][0];
        match self.output {
            Format::Json => output::print(&format!("{:#}", self.json(&scenario.name, observation))),
            Format::Csv => output::print(&csv(observation)),
            Format::Table | Format::Md => output::print(&self.table(&scenario.name, &setup, observation)),
        }
    }

    fn json(&self, scenario: &str, observation: &Observation) -> serde_json::Value {
        let ledger = &observation.ledger;
        let metrics: serde_json::Map<String, serde_json::Value> = observation
            .metrics
            .iter()
            .map(|(metric, value)| (metric.id().to_owned(), json!({ "value": value, "unit": metric.unit() })))
            .collect();
        let tenants: Vec<serde_json::Value> = observation
            .tenants
            .iter()
            .map(|t| json!({ "name": t.name, "lines": t.lines, "delivered": t.delivered, "freshness_p99": t.freshness_p99 }))
            .collect();
        json!({
            "schema": "loghaul.run/v1",
            "scenario": scenario,
            "strategy": self.strategy,
            "seed": self.study.seed,
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
        })
    }

    fn table(&self, scenario: &str, setup: &Setup, observation: &Observation) -> String {
        let (lang, strategy) = (self.study.lang, setup.strategy);
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let never = || word("never", "未送达").to_owned();
        let mut text = match lang {
            Lang::En => format!("{scenario} under {}: {}", strategy.name, strategy.about),
            Lang::Zh => format!("{scenario}，策略 {}", strategy.name),
        };
        let run = format!("{} {}{}", word("seed", "种子"), self.study.seed, word(", one run", "，一次运行"));
        // Writing to a string cannot fail.
        let _ = match self.output {
            Format::Md => write!(text, "\n\n{run}\n\n"),
            _ => write!(text, "\n{run}\n\n"),
        };
        if self.output == Format::Md {
            text.insert_str(0, "# ");
        }
        let mut metrics = self.grid([word("metric", "指标"), word("value", "数值"), word("meaning", "含义")]);
        for (metric, value) in &observation.metrics {
            let shown = value.map_or_else(never, |v| quantity(v, metric.unit(), lang));
            let meaning = match lang {
                Lang::En => metric.describe(),
                Lang::Zh => words::metric(*metric, lang),
            };
            metrics.add_row([metric.id(), &shown, meaning]);
        }
        align_right(&mut metrics, 1);
        let _ =
            writeln!(text, "{metrics}\n\n{}\n", self.heading(word("where every line is", "每一行的去向")));
        let least = word("tenants, the least fresh first", "租户，最不新鲜的在前");
        let _ = writeln!(text, "{}\n\n{}\n", self.ledger(observation), self.heading(least));
        let mut tenants: Vec<_> = observation.tenants.iter().collect();
        tenants.sort_by(|a, b| {
            let age = |t: &&crate::observe::TenantFigures| t.freshness_p99.unwrap_or(f64::INFINITY);
            age(b).total_cmp(&age(a)).then_with(|| a.name.cmp(&b.name))
        });
        let header = [word("tenant", "租户"), word("lines", "行数"), word("delivered", "送达"), "p99"];
        let mut rows = self.grid(header);
        rows.set_header(header);
        const SHOWN: usize = 10;
        for tenant in tenants.iter().take(SHOWN) {
            let p99 = tenant.freshness_p99.map_or_else(never, |v| quantity(v, "s", lang));
            let delivered = share(tenant.delivered, tenant.lines);
            rows.add_row([tenant.name.clone(), integer(tenant.lines), delivered, p99]);
        }
        (1..4).for_each(|column| align_right(&mut rows, column));
        let _ = write!(text, "{rows}");
        if tenants.len() > SHOWN {
            let more = tenants.len() - SHOWN;
            let _ = match lang {
                Lang::En => write!(text, "\n\nand {more} more; -o json lists them all"),
                Lang::Zh => write!(text, "\n\n另有 {more} 个；-o json 列出全部"),
            };
        }
        text
    }

    fn ledger(&self, observation: &Observation) -> Table {
        let (lang, ledger) = (self.study.lang, &observation.ledger);
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let mut rows = self.grid([word("state", "状态"), word("lines", "行数"), word("share", "比例")]);
        let mut add = |state: &str, lines: u64| {
            rows.add_row([state.to_owned(), integer(lines), share(lines, ledger.emitted)]);
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
        (1..3).for_each(|column| align_right(&mut rows, column));
        rows
    }

    fn heading(&self, words: &str) -> String {
        if self.output == Format::Md { format!("## {words}") } else { words.to_owned() }
    }

    /// An empty table; Markdown's needs a header.
    fn grid<const N: usize>(&self, header: [&str; N]) -> Table {
        let mut table = Table::new();
        if self.output == Format::Md {
            table.load_style(presets::ASCII_MARKDOWN);
            table.set_header(header);
        } else {
            table.load_style(presets::NOTHING);
        }
        table
    }
}

fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn csv(observation: &Observation) -> String {
    let mut text = String::from("metric,value,unit\n");
    for metric in Metric::ALL {
        if let Some(value) = observation.metrics.get(metric) {
            let value = value.map_or_else(String::new, |v| v.to_string());
            text.push_str(&format!("{},{value},{}\n", metric.id(), metric.unit()));
        }
    }
    text
}
