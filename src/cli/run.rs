//! `loghaul run`: one run of one strategy in detail.

use super::{Format, StudyArgs, output};
use crate::lang::format::{integer, quantity, share};
use crate::metric::Metric;
use crate::observe::Observation;
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
        let lang = self.study.lang;
        let mut text = format!(
            "{scenario} under {}: {}\nseed {}, one run\n\n",
            setup.strategy.name, setup.strategy.about, self.study.seed
        );
        let mut metrics = grid();
        for (metric, value) in &observation.metrics {
            let shown = value.map_or_else(|| "never".to_owned(), |v| quantity(v, metric.unit(), lang));
            metrics.add_row([metric.id().to_owned(), shown, metric.describe().to_owned()]);
        }
        align_right(&mut metrics, 1);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{metrics}\n\nwhere every line is");
        let _ = writeln!(text, "{}\n\ntenants, the least fresh first", ledger_table(observation));
        let mut tenants: Vec<_> = observation.tenants.iter().collect();
        tenants.sort_by(|a, b| {
            let age = |t: &&crate::observe::TenantFigures| t.freshness_p99.unwrap_or(f64::INFINITY);
            age(b).total_cmp(&age(a)).then_with(|| a.name.cmp(&b.name))
        });
        let mut rows = grid();
        rows.set_header(["tenant", "lines", "delivered", "p99"]);
        const SHOWN: usize = 10;
        for tenant in tenants.iter().take(SHOWN) {
            let p99 = tenant.freshness_p99.map_or_else(|| "never".to_owned(), |v| quantity(v, "s", lang));
            rows.add_row([
                tenant.name.clone(),
                integer(tenant.lines),
                share(tenant.delivered, tenant.lines),
                p99,
            ]);
        }
        (1..4).for_each(|column| align_right(&mut rows, column));
        let _ = write!(text, "{rows}");
        if tenants.len() > SHOWN {
            let _ = write!(text, "\n  and {} more; -o json lists them all", tenants.len() - SHOWN);
        }
        text
    }
}

fn ledger_table(observation: &Observation) -> Table {
    let ledger = &observation.ledger;
    let mut rows = grid();
    let mut add = |state: &str, lines: u64| {
        rows.add_row([state.to_owned(), integer(lines), share(lines, ledger.emitted)]);
    };
    add("emitted", ledger.emitted);
    add("delivered", ledger.delivered);
    add("retained on nodes", ledger.retained);
    add("in flight", ledger.in_flight);
    for (cause, lines) in ledger.lost_by_cause() {
        add(&format!("lost: {}", cause.replace('_', " ")), lines);
    }
    (1..3).for_each(|column| align_right(&mut rows, column));
    rows
}

fn grid() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
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
