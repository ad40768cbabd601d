//! `loghaul compare`: the main job.

use super::ahead::{self, TRIALS};
use super::show::{ShowArgs, look};
use super::study::{COLUMNS, ExperimentArgs, RepsArgs, StudyArgs};
use super::tabled::{self, DEFAULT_REPS, Request, Yardstick};
use super::{BadInput, output, studies};
use crate::decision;
use crate::report::{self, Format};
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::strategy;
use crate::study::{Comparison, Further, Replications, Verdict, density};
use crate::table;
use std::path::PathBuf;

/// Nodes of the slice on which `--decide` tries settings, as `tune` does.
pub(super) const DECIDED_ON: u64 = 2;

/// Compare strategies on a scenario.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul compare proof-of-concept --reps 2")]
pub(super) struct Compare {
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    #[command(flatten)]
    pub reps: RepsArgs,
    /// Thresholds of grades, in place of the embedded ones
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// Other agents whose agreement with the article is shown beside, each tried on a slice of four nodes; "" for none.
    /// Default: fluent-bit and logtail
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    agents: Option<Vec<String>>,
    /// Replications that are run again with all costs of agents at the low and at the high end of what their sources suggest:
    /// which conclusions survive that is said beside them; 0 for none. Default: 1, and 0 with --reps 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1000))]
    band: Option<u64>,
    /// Also search, for every strategy that misses an objective, the setting that would change that: up to some minutes
    #[arg(long)]
    decide: bool,
    /// Also write report, CSV, JSON and charts to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also write the table by itself to this folder, in both languages, with a paragraph for every cell that disagrees
    /// with the article
    #[arg(long, value_name = "DIR")]
    article_table: Option<PathBuf>,
    /// Write one HTML file, and print nothing.
    #[arg(skip)]
    pub html: Option<PathBuf>,
    /// Studies beside the table, in that file.
    #[arg(skip)]
    pub studies: Vec<Further>,
}

impl Compare {
    /// What `loghaul` without a verb does: the embedded reference study.
    pub(super) fn reference() -> Self {
        Self {
            experiment: ExperimentArgs {
                study: StudyArgs { seed: 1, ..StudyArgs::default() },
                strategies: COLUMNS.map(str::to_owned).to_vec(),
                show: ShowArgs::default(),
            },
            reps: RepsArgs::default(),
            rubric: None,
            agents: None,
            band: None,
            decide: false,
            out: None,
            article_table: None,
            html: None,
            studies: Vec::new(),
        }
    }

    pub(super) fn execute(mut self) -> anyhow::Result<()> {
        let scenario = self.experiment.study.scenario()?;
        // What runs today stands beside its alternatives.
        if scenario.collection.as_is.is_some() && self.experiment.strategies == COLUMNS {
            self.experiment.strategies.push(strategy::AS_IS.name.to_owned());
        }
        let ExperimentArgs { study: args, show, .. } = &self.experiment;
        let strategies = self.experiment.strategies()?;
        let yardstick = Yardstick::of(self.rubric.as_ref())?;
        for folder in self.out.iter().chain(&self.article_table) {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let runner = Runner::new();
        let seed = args.seed;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        let request = Request { scenario: &scenario, strategies: &strategies, seed, replications };
        let others = tabled::other_agents(&scenario, self.agents.as_deref())?;
        let tunes = if self.decide { ahead::most(replications) * TRIALS } else { 0.0 };
        let ahead = request.ahead(others.len()).and_slices(&scenario, &strategies, DECIDED_ON, tunes);
        let beside = self.studies.iter().map(|one| studies::ahead(*one, &scenario, self.experiment.clone()));
        beside.fold(ahead, ahead::Ahead::and_all).announce()?;
        let (mut comparison, mut table) =
            tabled::study(&runner, request, &yardstick, &self.command(replications))?;
        // They rest on as many replications as the comparison came to.
        let replications = comparison.provenance.replications;
        let request = Request { replications: replications.into(), ..request };
        tabled::set_beside(&mut table, &others, &runner, request, &yardstick)?;
        tabled::put_in_band(&mut comparison, self.band, &runner, request)?;
        let needs_density = self.out.is_some() || self.html.is_some() || show.output == Format::Html;
        let points = if needs_density { density(&runner, &scenario, &strategies, seed)? } else { Vec::new() };
        let tuning = match self.decide {
            true => self.tuned(&runner, &scenario, &comparison)?,
            false => None,
        };
        let beside = self.studies.iter();
        let beside = beside.map(|one| studies::make(*one, &runner, &scenario, self.experiment.clone()));
        let beside = beside.collect::<anyhow::Result<Vec<_>>>()?;
        let report = report::Report {
            comparison: &comparison,
            table: &table,
            tuning: tuning.as_ref(),
            pods_per_node: &points,
            studies: &beside,
            lang: args.lang,
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
        match &self.html {
            Some(file) => {
                output::write_file(file, &Format::Html.write(&report, look(args.lang))?)?;
                output::tell(&format!("report written to {}", file.display()));
                Ok(())
            }
            None => show.print(&report, args.lang),
        }
    }

    /// What would change what strategies miss; nothing where nothing is missed.
    fn tuned(
        &self,
        runner: &Runner,
        scenario: &Scenario,
        comparison: &Comparison,
    ) -> anyhow::Result<Option<decision::Tuning>> {
        let missing = comparison.strategies.iter().filter(|result| {
            result.objectives.iter().any(|(_, verdict)| *verdict == Some(Verdict::Missed))
                && result.ledger().delivered > 0
        });
        let strategies: Vec<_> = missing.filter_map(|result| strategy::by_name(result.strategy)).collect();
        if strategies.is_empty() {
            return Ok(None);
        }
        let knobs: Vec<_> = decision::KNOBS.iter().collect();
        let asked = decision::Asked {
            scenario,
            strategies: &strategies,
            knobs: &knobs,
            seed: self.experiment.study.seed,
            replications: comparison.provenance.replications,
            nodes: DECIDED_ON,
            on_average: false,
            command: "",
        };
        Ok(Some(decision::tune(runner, asked)?))
    }

    /// What a reader types to remake the result.
    fn command(&self, replications: Replications) -> String {
        let mut own = format!(
            "--strategies {} {}",
            self.experiment.strategies.join(","),
            self.reps.typed(replications)
        );
        own += &output::option("rubric", self.rubric.as_ref().map(|p| p.display()));
        own += &output::option("agents", self.agents.as_ref().map(|names| names.join(",")));
        own += &output::option("band", self.band);
        if self.decide {
            own += " --decide";
        }
        own += &output::option("article-table", self.article_table.as_ref().map(|dir| dir.display()));
        if self.html.is_some() {
            own += &output::option("studies", Some(studies::typed(&self.studies)));
        }
        own += &output::option("out", self.html.as_ref().map(|file| file.display()));
        let verb = if self.html.is_some() { "report" } else { "compare" };
        self.experiment.study.command(verb, &own)
    }
}
