//! `loghaul lab run`: a plan carried out.

use super::super::{BadInput, output};
use super::{AgentArgs, beside, no_agent, of_lab, pair};
use crate::diagnosis::Code;
use crate::lab::agent::Found;
use crate::lab::campaign::{Campaign, Results, to_csv};
use crate::lab::error::LabError;
use crate::lab::machine::Machine;
use crate::lab::plan::{self, Plan};
use crate::lab::process::Launcher;
use crate::lab::row::Fields;
use comfy_table::{CellAlignment, Table, presets};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Carries out a plan.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// A plan: a file, or the name of one that ships (loghaul lab list)
    plan: PathBuf,
    /// The folder that rows are written to, as CSV
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A short form of the plan: under a minute an agent
    #[arg(long)]
    quick: bool,
    /// Take these agents alone; default: all that are here; repeatable
    #[arg(long = "agent", value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    agents: AgentArgs,
    /// Set a field of every set-up, such as files=20 or settings.rsyslog.queue=1000; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// How often each set-up is measured, instead of what the plan says
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    reps: Option<u32>,
    /// Seed of the order of measurements
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder in which work folders are made; default: the system's for temporary files
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Measure alone, without the prediction beside
    #[arg(long)]
    no_prediction: bool,
}

impl Run {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let (what, text) = self.text()?;
        let typed = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| text.clone().into());
        let set: Vec<(String, serde_json::Value)> =
            self.settings.iter().map(|(path, value)| (path.clone(), typed(value))).collect();
        let mut plan = Plan::from_yaml(&what, &text, self.quick, &set).map_err(of_lab)?;
        plan.repetitions = self.reps.unwrap_or(plan.repetitions);
        let file = self.out.join(plan.table.file());
        if file.exists() {
            let problem = format!("{} is there already; choose another folder with --out", file.display());
            return Err(BadInput::of(problem));
        }
        let found = self.found()?;
        std::fs::create_dir_all(&self.out)
            .map_err(|e| BadInput::of(format!("{} cannot be made: {e}", self.out.display())))?;
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
        {
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        let launcher = Launcher { program: std::env::current_exe().ok(), cgroup: None };
        let campaign = Campaign {
            plan: &plan,
            agents: &found,
            seed: self.seed,
            launcher,
            work: self.work.clone(),
            stop: &stop,
        };
        output::tell(&plan.question);
        let mut kept = |results: &Results| keep(&file, &results.rows);
        let results = campaign.run(&mut output::tell, &mut kept).map_err(of_lab)?;
        output::print(&answer(&plan, &results))?;
        if results.rows.is_empty() {
            anyhow::bail!("nothing could be measured; the reasons stand above");
        }
        output::tell(&format!("{} rows written to {}", results.rows.len(), file.display()));
        if !self.no_prediction {
            output::print(&beside::beside(&file)?)?;
        }
        Ok(())
    }

    fn text(&self) -> anyhow::Result<(String, String)> {
        let what = self.plan.display().to_string();
        if let Some(text) = plan::embedded(&what) {
            return Ok((what, text.to_owned()));
        }
        let known: Vec<&str> = plan::names().collect();
        let text = std::fs::read_to_string(&self.plan).map_err(|e| {
            let known = known.join(", ");
            BadInput::coded(Code::Lab, format!("{what} cannot be read: {e}; plans that ship are {known}"))
        })?;
        Ok((what, text))
    }

    /// Agents that are here. One that is missing is said, and is no reason to leave the others.
    fn found(&self) -> anyhow::Result<Vec<Found>> {
        let all = self.agents.all()?;
        for name in &self.names {
            if !all.iter().any(|agent| agent.name == *name) {
                return Err(no_agent(name, &all));
            }
        }
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for agent in all {
            if !self.names.is_empty() && !self.names.contains(&agent.name) {
                continue;
            }
            match agent.find(self.agents.given(&agent.name).as_deref()) {
                Ok(agent) => {
                    output::tell(&format!(
                        "{} {} at {}",
                        agent.agent.name,
                        agent.version,
                        agent.program.display()
                    ));
                    found.push(agent);
                }
                Err(error) => missing.push(error.to_string()),
            }
        }
        missing.iter().for_each(|why| output::tell(why));
        if found.is_empty() {
            return Err(BadInput::of("none of the agents is here"));
        }
        Ok(found)
    }
}

/// Writes rows; nothing is half written.
fn keep(file: &Path, rows: &[Fields]) -> Result<(), LabError> {
    if rows.is_empty() {
        return Ok(());
    }
    let text = to_csv(rows)?;
    output::write_file(file, &text)
        .map_err(|e| LabError::Input { what: "rows".into(), problem: format!("{e:#}") })
}

/// The columns that a terminal shows, those that there are.
const SHOWN: [(&str, &str); 27] = [
    ("agent", "agent"),
    ("layout", "layout"),
    ("files", "files"),
    ("config", "config"),
    ("variant", "variant"),
    ("rate_node_lps", "lines/s"),
    ("rate_lps", "lines/s"),
    ("offered_lps", "offered/s"),
    ("loud_lps_offered", "loud/s"),
    ("outage_mode", "outage"),
    ("outage_s", "s"),
    ("cpu_cores_schedstat", "cores"),
    ("cpu_cores_sum", "cores"),
    ("rss_sum_kib", "RSS KiB"),
    ("pss_sum_kib", "PSS KiB"),
    ("rss_in_outage_kib", "in outage"),
    ("recv_lps", "arrived/s"),
    ("lat_p50_ms", "p50 ms"),
    ("lat_p99_ms", "p99 ms"),
    ("quiet_p50_ms", "quiet p50"),
    ("quiet_p99_ms", "quiet p99"),
    ("sent", "written"),
    ("lines_sent", "written"),
    ("lost", "missing"),
    ("dup", "twice"),
    ("damaged", "damaged"),
    ("garbage", "garbage"),
];

/// What came of a plan, for people: the rows, what was left out, and how far the machine can be trusted.
fn answer(plan: &Plan, results: &Results) -> String {
    let mut text = vec![plan.question.clone(), String::new()];
    if let Some(first) = results.rows.first() {
        let shown: Vec<&(&str, &str)> =
            SHOWN.iter().filter(|(column, _)| first.iter().any(|(name, _)| name == column)).collect();
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(shown.iter().map(|(_, title)| *title).chain(["machine"]));
        for row in &results.rows {
            let of = |column: &str| row.iter().find(|(n, _)| *n == column).map_or("", |(_, v)| v.as_str());
            let machine = if of("disturbed") == "no" { "calm" } else { "disturbed" };
            table.add_row(shown.iter().map(|(column, _)| of(column)).chain([machine]));
        }
        for (at, (column, _)) in shown.iter().enumerate() {
            let words = ["agent", "layout", "config", "variant", "outage_mode"].contains(column);
            if let Some(column) = table.column_mut(at).filter(|_| !words) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        text.push(table.to_string());
    }
    text.extend(results.ceilings.iter().map(|words| format!("\n{words}")));
    let notes = results.rows.iter().flat_map(|row| {
        let of = |column: &str| row.iter().find(|(n, _)| *n == column).map_or("", |(_, v)| v.as_str());
        (!of("notes").is_empty()).then(|| format!("\n{} {}: {}", of("agent"), of("layout"), of("notes")))
    });
    text.extend(notes);
    if !results.left_out.is_empty() {
        text.push(format!("\nLeft out:\n  {}", results.left_out.join("\n  ")));
    }
    text.push(format!(
        "\nMachine: {}. {} of {} rows were measured while it was disturbed{}.",
        Machine::here().words(),
        results.disturbed,
        results.rows.len(),
        if results.disturbed > 0 {
            ": CPU and ages of those are not to be relied on, counts of lines are"
        } else {
            ""
        }
    ));
    text.join("\n")
}
