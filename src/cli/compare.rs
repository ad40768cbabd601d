//! `loghaul compare`: the main job.

use super::studied::{self, COLUMNS, DEFAULT_REPS, Request, Yardstick};
use super::study::{RepsArgs, StudyArgs};
use super::{BadInput, Format, output};
use crate::report;
use crate::run::Runner;
use crate::study::{self, Replications};
use crate::table;
use std::path::PathBuf;

/// Compare strategies on a scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Compare {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// Strategies, the columns of the table; "all" for every one that there is
    #[arg(long, value_delimiter = ',', default_value = "native,daemonset,sidecar")]
    strategies: Vec<String>,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Thresholds of grades, in place of the embedded ones
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// Other agents whose agreement with the article is shown beside, each tried on a slice of four nodes; "" for none.
    /// Default: fluent-bit and logtail
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    agents: Option<Vec<String>>,
    /// Also write report, CSV, JSON and charts to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also write the table by itself to this folder, in both languages, with a paragraph for every cell that disagrees
    /// with the article
    #[arg(long, value_name = "DIR")]
    article_table: Option<PathBuf>,
}

impl Compare {
    /// What `loghaul` without a verb does: the embedded reference study.
    pub fn reference() -> Self {
        Self {
            study: StudyArgs { seed: 1, ..StudyArgs::default() },
            reps: RepsArgs::default(),
            strategies: COLUMNS.map(str::to_owned).to_vec(),
            output: Format::Table,
            rubric: None,
            agents: None,
            out: None,
            article_table: None,
        }
    }

    pub fn execute(self) -> anyhow::Result<()> {
        let scenario = self.study.scenario()?;
        let strategies = super::strategies(&self.strategies)?;
        let yardstick = Yardstick::of(self.rubric.as_ref())?;
        for folder in self.out.iter().chain(&self.article_table) {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let runner = Runner::new();
        let seed = self.study.seed;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        let request = Request { scenario: &scenario, strategies: &strategies, seed, replications };
        let others = studied::other_agents(&scenario, self.agents.as_deref())?;
        let (comparison, mut table) =
            studied::study(&runner, request, &yardstick, &self.command(replications))?;
        // They rest on as many replications as the comparison came to.
        let request = Request { replications: comparison.provenance.replications.into(), ..request };
        studied::set_beside(&mut table, &others, &runner, request, &yardstick)?;
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
        if let Some(folder) = &self.article_table {
            let disagreements = table::disagreements(&table, &yardstick.rubric, &yardstick.reference);
            let written = report::article_table::write(folder, &report, &disagreements)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        if let Some(folder) = &self.out {
            let written = report::write_folder(folder, &report)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        output::print(&text)
    }

    /// What a reader types to remake the result.
    fn command(&self, replications: Replications) -> String {
        let mut own = format!("--strategies {} {}", self.strategies.join(","), self.reps.typed(replications));
        own += &output::option("rubric", self.rubric.as_ref().map(|p| p.display()));
        own += &output::option("agents", self.agents.as_ref().map(|names| names.join(",")));
        own += &output::option("article-table", self.article_table.as_ref().map(|dir| dir.display()));
        self.study.command("compare", &own)
    }
}
