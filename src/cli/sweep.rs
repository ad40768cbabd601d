//! `loghaul sweep`: a scenario over several values of its fields.

use super::studied::DEFAULT_REPS;
use super::study::{RepsArgs, StudyArgs};
use super::{BadInput, output};
use crate::metric::Metric;
use crate::report;
use crate::run::identity;
use crate::scenario::{Scenario, Setting};
use crate::study::{self, Variation};
use std::path::PathBuf;

/// Run a scenario over several values of its fields.
#[derive(Debug, clap::Args)]
pub(super) struct Sweep {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// A field and its values: path=a,b,c or path=from:until:step; several give every combination
    #[arg(long, value_name = "PATH=VALUES", required = true)]
    vary: Vec<Variation>,
    /// Strategies
    #[arg(long, value_delimiter = ',', default_value = "native,daemonset,sidecar")]
    strategies: Vec<String>,
    /// Figures of the table
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "METRIC,…",
        default_value = "cost,agent_cpu,agent_memory,freshness_p99,undelivered"
    )]
    metrics: Vec<String>,
    /// Format on standard output; CSV holds every metric
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Also write sweep.csv to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Table,
    /// A row for each value, strategy and metric
    Csv,
}

impl Sweep {
    pub fn execute(self) -> anyhow::Result<()> {
        let strategies = super::strategies(&self.strategies)?;
        let metrics = self.metrics()?;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        for (at, vary) in self.vary.iter().enumerate() {
            if self.vary[..at].iter().any(|v| v.path == vary.path) {
                return Err(BadInput::of(format!(
                    "{} varies twice; name it once, with all its values",
                    vary.path
                )));
            }
        }
        // All points are read before the first is run.
        let points: Vec<(Vec<String>, Scenario)> = study::combinations(&self.vary)
            .map_err(BadInput::of)?
            .into_iter()
            .map(|values| Ok((values.clone(), self.study.scenario_with(&self.settings(&values)?)?)))
            .collect::<anyhow::Result<_>>()?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let base = self.study.scenario()?;
        let paths = self.vary.iter().map(|v| v.path.clone()).collect();
        let swept = study::sweep(paths, points, &strategies, self.study.seed, replications)?;
        if let Some(folder) = &self.out {
            output::write_file(&folder.join("sweep.csv"), &report::sweep::csv(&swept)?)?;
        }
        let vary: String = self
            .vary
            .iter()
            .map(|v| format!(" --vary {}", output::quoted(&format!("{}={}", v.path, v.values.join(",")))))
            .collect();
        let own =
            format!("--strategies {} {}{vary}", self.strategies.join(","), self.reps.typed(replications));
        let footer = report::sweep::Footer {
            scenario: base.name.clone(),
            hash: format!("{:016x}", identity(&base)),
            seed: self.study.seed,
            command: self.study.command("sweep", &own),
        };
        match self.output {
            Format::Csv => output::print(&report::sweep::csv(&swept)?),
            Format::Table => output::print(&report::sweep::table(&swept, &metrics, &footer, self.study.lang)),
        }
    }

    fn settings(&self, values: &[String]) -> anyhow::Result<Vec<Setting>> {
        let written = self.vary.iter().zip(values).map(|(vary, value)| format!("{}={value}", vary.path));
        written.map(|text| text.parse().map_err(|e: String| BadInput::of(e))).collect()
    }

    fn metrics(&self) -> anyhow::Result<Vec<Metric>> {
        let find = |name: &String| {
            Metric::from_id(name.trim()).ok_or_else(|| {
                let known: Vec<&str> = Metric::ALL.iter().map(|m| m.id()).collect();
                BadInput::of(format!("there is no metric {name:?}; there are {}", known.join(", ")))
            })
        };
        self.metrics.iter().map(find).collect()
    }
}
