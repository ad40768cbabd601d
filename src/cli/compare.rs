//! `loghaul compare`: the main job.

use super::study::{RepsArgs, StudyArgs};
use super::{BadInput, Format, output};
use crate::report;
use crate::run::Runner;
use crate::study::{self, Replications};
use crate::table;
use std::path::PathBuf;

/// Replications where nothing is said.
const DEFAULT_REPS: u64 = 5;

/// Compare strategies on a scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Compare {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// Strategies, the columns of the table
    #[arg(long, value_delimiter = ',', default_value = "native,daemonset,sidecar")]
    strategies: Vec<String>,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Thresholds of grades, in place of the embedded ones
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// Also write report, CSV, JSON and charts to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Compare {
    /// What `loghaul` without a verb does: the embedded reference study.
    pub fn reference() -> Self {
        Self {
            study: StudyArgs { seed: 1, ..StudyArgs::default() },
            reps: RepsArgs::default(),
            strategies: ["native", "daemonset", "sidecar"].map(str::to_owned).to_vec(),
            output: Format::Table,
            rubric: None,
            out: None,
        }
    }

    pub fn execute(self) -> anyhow::Result<()> {
        let scenario = self.study.scenario()?;
        let strategies = super::strategies(&self.strategies)?;
        let rubric = self.rubric()?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let runner = Runner::new();
        let seed = self.study.seed;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        let command = self.command(replications);
        let compare = || study::compare(&runner, &scenario, &strategies, seed, replications, &command);
        let others = |n| study::table_study(&runner, &scenario, &strategies, seed, n);
        let (mut comparison, study) = match replications {
            Replications::Fixed(n) => {
                let (comparison, study) = rayon::join(compare, || others(n));
                (comparison?, study?)
            }
            // The other rows rest on as many replications, which are not known before.
            Replications::Auto { .. } => {
                let comparison = compare()?;
                let n = comparison.provenance.replications;
                (comparison, others(n)?)
            }
        };
        comparison.judge_neighbours(&study);
        let table = table::build(&comparison, &study, &rubric, &table::Reference::embedded()?);
        let needs_density = self.out.is_some();
        let density =
            if needs_density { study::density(&runner, &scenario, &strategies, seed)? } else { Vec::new() };
        let report = report::Report {
            comparison: &comparison,
            table: &table,
            pods_per_node: &density,
            lang: self.study.lang,
        };
        let text = match self.output {
            Format::Table => report::terminal::render(&report, output::width(), output::colours()),
            Format::Json => report::json::to_string(&report)?,
            Format::Csv => report::csv::summary(&report)?,
            Format::Md => report::markdown::render(&report, false),
        };
        if let Some(folder) = &self.out {
            let written = report::write_folder(folder, &report)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        output::print(&text)
    }

    fn rubric(&self) -> anyhow::Result<table::Rubric> {
        let Some(path) = &self.rubric else { return Ok(table::Rubric::embedded()?) };
        let name = path.display().to_string();
        let yaml =
            std::fs::read_to_string(path).map_err(|e| BadInput::of(format!("{name} cannot be read: {e}")))?;
        table::Rubric::from_yaml(&name, &yaml).map_err(BadInput::of)
    }

    /// What a reader types to remake the result.
    fn command(&self, replications: Replications) -> String {
        let rubric = self.rubric.as_ref().map(|p| output::quoted(&p.display().to_string()));
        let own = format!("--strategies {} {}", self.strategies.join(","), self.reps.typed(replications));
        let rubric = rubric.map(|path| format!(" --rubric {path}")).unwrap_or_default();
        self.study.command("compare", &own) + &rubric
    }
}
