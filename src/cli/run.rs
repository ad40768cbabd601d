//! `loghaul run`: one run of one strategy in detail.

mod sections;

use super::study::{RepsArgs, StudyArgs};
use super::{Format, output};
use crate::flow::Cause;
use crate::lang::Lang;
use crate::lang::format::{self, integer, quantity, share};
use crate::metric::Metric;
use crate::observe::{Ledger, Observation, TenantFigures};
use crate::report::provenance;
use crate::report::words::{self, pick};
use crate::run::{Runner, Setup, identity};
use crate::stats::Estimate;
use crate::strategy;
use crate::study::{Neighbours, Precision, Replications, WarmupBy, neighbours, replicate, settle_warmup};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Arc;

/// Run a scenario under one strategy.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// The strategy; default: the scenario's own, else daemonset
    #[arg(long)]
    strategy: Option<String>,
    /// Print the scenario with all defaults filled in, and run nothing
    #[arg(long)]
    show: bool,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// What was run.
struct Done {
    scenario: String,
    setup: Setup,
    observations: Vec<Arc<Observation>>,
    warmup_s: f64,
    warmup_by: WarmupBy,
    precision: Option<Precision>,
    neighbours: Vec<Neighbours>,
    hash: String,
    command: String,
}

impl Done {
    fn estimates(&self) -> Vec<(Metric, Estimate)> {
        let recorded = self.observations[0].metrics.keys();
        let values = |metric| self.observations.iter().map(|o| o.get(metric)).collect::<Vec<_>>();
        recorded.map(|metric| (*metric, Estimate::of(&values(*metric)))).collect()
    }

    /// Over all replications.
    fn ledger(&self) -> Ledger {
        let mut sum = Ledger::default();
        self.observations.iter().for_each(|o| sum += &o.ledger);
        sum
    }

    /// Lines over all replications; of freshness the mean, as of metrics.
    fn tenants(&self) -> Vec<TenantFigures> {
        let of = |at: usize| self.observations.iter().filter_map(move |o| o.tenants.get(at));
        let sum = |at: usize, lines: fn(&TenantFigures) -> u64| of(at).map(lines).sum();
        let tenants = self.observations[0].tenants.iter().enumerate();
        tenants
            .map(|(at, tenant)| TenantFigures {
                name: tenant.name.clone(),
                lines: sum(at, |t| t.lines),
                delivered: sum(at, |t| t.delivered),
                live: sum(at, |t| t.live),
                freshness_p99: Estimate::of(&of(at).map(|t| t.freshness_p99).collect::<Vec<_>>()).mean,
            })
            .collect()
    }
}

impl Run {
    pub fn execute(self) -> anyhow::Result<()> {
        let scenario = self.study.scenario()?;
        let named = self.strategy.clone().or_else(|| scenario.strategy.clone());
        let strategy = super::strategies(&[named.unwrap_or_else(|| "daemonset".to_owned())])?[0];
        let replications = self.reps.replications(1)?;
        if self.show {
            return output::print(&scenario.to_yaml().map_err(anyhow::Error::msg)?);
        }
        let (runner, seed) = (Runner::new(), self.study.seed);
        let (settled, warmup_by) = settle_warmup(&runner, &scenario, &[strategy], seed)?;
        let setup = Setup::new(&settled, strategy);
        if let Some(reason) = setup.infeasible() {
            anyhow::bail!("{} is infeasible here: {reason}", strategy.name);
        }
        let (mut observed, precision) = replicate(&runner, &[&setup], seed, replications)?;
        let runs = observed[0].len() as u64;
        let done = Done {
            scenario: scenario.name.clone(),
            setup,
            observations: observed.swap_remove(0),
            warmup_s: settled.warmup.time().as_secs_f64(),
            warmup_by,
            precision,
            neighbours: neighbours(&runner, &settled, &strategy::ALL, seed, runs)?,
            hash: format!("{:016x}", identity(&scenario)),
            command: self.command(strategy.name, replications),
        };
        match self.output {
            Format::Json => output::print(&format!("{:#}", self.json(&done))),
            Format::Csv => output::print(&csv(&done)),
            Format::Table | Format::Md => output::print(&self.table(&done)),
        }
    }

    /// What a reader types to remake the result.
    fn command(&self, strategy: &str, replications: Replications) -> String {
        let own = format!("--strategy {strategy} {}", self.reps.typed(replications));
        self.study.command("run", &own)
    }

    fn json(&self, done: &Done) -> serde_json::Value {
        let ledger = done.ledger();
        let metrics: serde_json::Map<String, serde_json::Value> = done
            .estimates()
            .iter()
            .map(|(metric, e)| {
                let value = json!({ "value": e.mean, "lo": e.lo, "hi": e.hi, "unit": metric.unit() });
                (metric.id().to_owned(), value)
            })
            .collect();
        let tenants: Vec<serde_json::Value> = done
            .tenants()
            .iter()
            .map(|t| json!({ "name": t.name, "lines": t.lines, "delivered": t.delivered, "freshness_p99": t.freshness_p99 }))
            .collect();
        let precision = done.precision.as_ref().map(crate::report::json::precision);
        let mut document = json!({
            "schema": "loghaul.run/v1",
            "scenario": done.scenario,
            "strategy": done.setup.strategy.name,
            "seed": self.study.seed,
            "replications": done.observations.len(),
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
                "scenario_hash": done.hash,
                "warmup_s": done.warmup_s,
                "warmup_by": crate::report::json::WarmupDocument::from(done.warmup_by),
                "precision": precision,
                "command": done.command,
            },
        });
        // What a scenario does not have is left out.
        if !done.neighbours.is_empty() {
            document["neighbours"] = sections::neighbours_json(&done.neighbours);
        }
        if !done.observations[0].proxies.is_empty() {
            document["proxies"] = sections::proxies_json(&done.observations[0].proxies);
        }
        document
    }

    fn table(&self, done: &Done) -> String {
        let (lang, strategy) = (self.study.lang, done.setup.strategy);
        let word = |en: &'static str, zh: &'static str| pick(lang, en, zh);
        let never = || word("never", "未送达").to_owned();
        let mut text = match lang {
            Lang::En => format!("{} under {}: {}", done.scenario, strategy.name, strategy.about),
            Lang::Zh => format!("{}，策略 {}", done.scenario, strategy.name),
        };
        let reps = match (done.observations.len(), lang) {
            (1, _) => word(", one run", "，一次运行").to_owned(),
            (n, Lang::En) => format!(", {n} replications, ± 95% interval"),
            (n, Lang::Zh) => format!("，{n} 次重复，± 为 95% 置信区间"),
        };
        let run = format!("{} {}{reps}", word("seed", "种子"), self.study.seed);
        // Writing to a string cannot fail.
        let _ = match self.output {
            Format::Md => write!(text, "\n\n{run}\n\n"),
            _ => write!(text, "\n{run}\n\n"),
        };
        if self.output == Format::Md {
            text.insert_str(0, "# ");
        }
        let mut metrics = self.grid([word("metric", "指标"), word("value", "数值"), word("meaning", "含义")]);
        for (metric, value) in done.estimates() {
            let shown = match value.mean {
                Some(_) => format::estimate(Some(&value), metric.unit(), lang),
                None => never(),
            };
            let meaning = match lang {
                Lang::En => metric.describe(),
                Lang::Zh => words::metric(metric, lang),
            };
            metrics.add_row([metric.id(), &shown, meaning]);
        }
        align_right(&mut metrics, 1);
        let _ =
            writeln!(text, "{metrics}\n\n{}\n", self.heading(word("where every line is", "每一行的去向")));
        let least = word("tenants, the least fresh first", "租户，最不新鲜的在前");
        let _ = writeln!(text, "{}\n\n{}\n", self.ledger(&done.ledger()), self.heading(least));
        let mut tenants = done.tenants();
        tenants.sort_by(|a, b| {
            let age = |t: &TenantFigures| t.freshness_p99.unwrap_or(f64::INFINITY);
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
        let more = [
            sections::neighbours(&done.neighbours, lang),
            sections::proxies(&done.observations[0].proxies, lang),
        ];
        for section in more.into_iter().flatten() {
            let _ = write!(text, "\n\n{}\n\n{}", self.heading(section.heading), self.section(&section));
        }
        if let Some(precision) = &done.precision {
            let _ = write!(text, "\n\n{}", provenance::precision(precision, lang));
        }
        let _ = write!(
            text,
            "\n\n{} · loghaul {} · {} {} · {}: {}",
            provenance::warmup(done.warmup_s, done.warmup_by, lang),
            env!("CARGO_PKG_VERSION"),
            word("scenario", "场景"),
            done.hash,
            word("remake", "重现"),
            done.command
        );
        text
    }

    fn ledger(&self, ledger: &Ledger) -> Table {
        let lang = self.study.lang;
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
        if ledger.duplicated > 0 {
            add(word("delivered again (on top)", "重复送达（另计）"), ledger.duplicated);
        }
        if ledger.withheld > 0 {
            add(word("never written (blocked)", "未写出（被阻塞）"), ledger.withheld);
        }
        (1..3).for_each(|column| align_right(&mut rows, column));
        rows
    }

    fn section(&self, section: &sections::Section) -> Table {
        let mut rows = Table::new();
        rows.load_style(if self.output == Format::Md { presets::ASCII_MARKDOWN } else { presets::NOTHING });
        rows.set_header(&section.header);
        for row in &section.rows {
            rows.add_row(row);
        }
        (1..section.header.len()).for_each(|column| align_right(&mut rows, column));
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

fn csv(done: &Done) -> String {
    let mut text = String::from("metric,value,unit,ci_low,ci_high,n\n");
    let plain = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
    for (metric, e) in done.estimates() {
        let (value, lo, hi) = (plain(e.mean), plain(e.lo), plain(e.hi));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{value},{},{lo},{hi},{}", metric.id(), metric.unit(), e.n);
    }
    text
}
