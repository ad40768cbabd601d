//! `loghaul explain`: how a cell of the table came to be.

use super::ahead::{self, TRIALS};
use super::compare::DECIDED_ON;
use super::show::ShowArgs;
use super::study::{COLUMNS, RepsArgs, StudyArgs};
use super::tabled::{self, DEFAULT_REPS, Request, Yardstick};
use super::{BadInput, output};
use crate::decision::{self, Clue};
use crate::diagnosis::{self, Code};
use crate::metric::Metric;
use crate::plain::file_name;
use crate::report::{self, diagnosis::Diagnosis, explanation::Explained};
use crate::run::Runner;
use crate::scenario::{Comparison, Objective, Scenario};
use crate::strategy;
use crate::study::RestsOn;
use crate::table::{self, Agreement, CellExplanation, Explanation, Rule};
use std::path::PathBuf;

/// Explain a row of the table, or what is behind the code of an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul explain LH0102")]
pub(super) struct Explain {
    /// Row of the table, such as tenant_isolation; or the code of an error, such as LH0102
    row: String,
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// One column of the row; default: all three of the article's
    #[arg(long)]
    strategy: Option<String>,
    /// Also search the setting that would turn what disagrees with the article: some seconds to minutes
    #[arg(long)]
    decide: bool,
    #[command(flatten)]
    show: ShowArgs,
    /// Thresholds of grades, in place of the embedded ones
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// Also write the clusters that the row was run on to this folder, as scenarios for `loghaul run` and `compare`
    #[arg(long, value_name = "DIR")]
    clusters: Option<PathBuf>,
}

impl Explain {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        if diagnosis::is_code(&self.row) {
            let code: Code = self.row.parse().map_err(BadInput::of)?;
            return self.show.print(&Diagnosis(code), self.study.lang);
        }
        let row = row(&self.row)?;
        let asked = self.strategy.as_ref().map(|s| super::strategies(std::slice::from_ref(s)));
        let asked = asked.transpose()?.map(|found| found[0]);
        let scenario = self.study.scenario()?;
        if let Some(folder) = &self.clusters {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let yardstick = Yardstick::of(self.rubric.as_ref())?;
        // Some rows set strategies against each other: all columns are there, whichever is asked for.
        let mut strategies = super::strategies(&COLUMNS.map(str::to_owned))?;
        if let Some(one) = asked.filter(|one| !COLUMNS.contains(&one.name)) {
            strategies.push(one);
        }
        let replications = self.reps.replications(DEFAULT_REPS)?;
        let own = self.reps.typed(replications)
            + &output::option("strategy", asked.map(|s| s.name))
            + if self.decide { " --decide" } else { "" }
            + &output::option("rubric", self.rubric.as_ref().map(|p| p.display()));
        let command = self.study.command(&format!("explain {row}"), &own);
        let request =
            Request { scenario: &scenario, strategies: &strategies, seed: self.study.seed, replications };
        let runner = Runner::new();
        let trials = if self.decide { ahead::most(replications) * TRIALS } else { 0.0 };
        request.ahead(0).and_slices(&scenario, &strategies, DECIDED_ON, trials).announce()?;
        let (comparison, table) = tabled::study(&runner, request, &yardstick, &command)?;
        let column = asked.map(|s| s.name);
        let explained = table::explain(&table, row, column, &yardstick.rubric, &yardstick.reference);
        // The row's name was checked, and a rubric has a rule for every row.
        let explained = explained.ok_or_else(|| anyhow::anyhow!("the table has no row {row}"))?;
        if let Some(folder) = &self.clusters {
            let written = report::write_files(folder, &clusters(row, &scenario)?)?;
            let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
            output::tell(&format!(
                "written: {}; open one with loghaul run FILE --strategy NAME",
                names.join(", ")
            ));
        }
        let clues = self.clues(&runner, &explained, &scenario, comparison.provenance.replications)?;
        let found = Explained { explanation: &explained, provenance: &comparison.provenance, clues: &clues };
        self.show.print(&found, self.study.lang)
    }
}

impl Explain {
    /// What would turn the cells that disagree with the article by simulation: on the archetypes what is missed, on other
    /// rows the bound that the article's grade sets on the row's figure.
    fn clues(
        &self,
        runner: &Runner,
        explained: &Explanation,
        scenario: &Scenario,
        replications: u64,
    ) -> anyhow::Result<Vec<Clue>> {
        let mut all = Vec::new();
        for cell in explained.cells.iter().filter(|c| c.cell.agreement == Agreement::Disagrees) {
            let Some(strategy) = strategy::by_name(cell.cell.strategy) else { continue };
            let clusters = match table::rests_on(explained.row) {
                Some(RestsOn::Archetypes) => RestsOn::Archetypes.clusters(scenario),
                _ => with_objective(explained, cell, scenario).into_iter().collect(),
            };
            let (seed, search) = (self.study.seed, self.decide);
            all.extend(decision::clues(runner, &clusters, strategy, seed, replications, search)?);
        }
        Ok(all)
    }
}

/// The scenario with the bounds of the article's grade as its objectives; `None` where the row is graded by something that
/// no run records.
fn with_objective(explained: &Explanation, cell: &CellExplanation, scenario: &Scenario) -> Option<Scenario> {
    let Rule::Bands { figure, .. } = &explained.rule else { return None };
    let (metric, band) = (Metric::from_id(figure)?, cell.claim.as_ref()?.band.as_ref()?);
    let above = band.above.and_then(|bound| Objective::on(metric, Comparison::AtLeast, bound));
    let at_most = band.at_most.and_then(|bound| Objective::on(metric, Comparison::AtMost, bound));
    Some(Scenario { objectives: above.into_iter().chain(at_most).collect(), ..scenario.clone() })
}

/// The clusters that a row was run on, as files.
fn clusters(row: &str, scenario: &Scenario) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let all = table::rests_on(row).map(|on| on.clusters(scenario)).unwrap_or_default();
    let file = |cluster: Scenario| {
        Ok((file_name(&cluster.name, "yaml"), cluster.to_yaml().map_err(anyhow::Error::msg)?.into_bytes()))
    };
    all.into_iter().map(file).collect()
}

/// The row of that name; `-` and `_` are the same.
fn row(name: &str) -> anyhow::Result<&'static str> {
    let plain = name.trim().replace('-', "_").to_lowercase();
    table::row_names().find(|row| *row == plain).ok_or_else(|| {
        let known: Vec<&str> = table::row_names().collect();
        BadInput::of(format!(
            "the table has no row {name:?}; there are {}; or a code such as LH0102",
            known.join(", ")
        ))
    })
}
