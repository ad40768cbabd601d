//! `loghaul explain`: how a cell of the table came to be.

use super::show::ShowArgs;
use super::study::{COLUMNS, RepsArgs, StudyArgs};
use super::tabled::{self, DEFAULT_REPS, Request, Yardstick};
use super::{BadInput, output};
use crate::report::{self, explanation::Explained};
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::table;
use std::path::PathBuf;

/// Explain a row of the table.
#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// Row of the table, such as tenant_isolation
    row: String,
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// One column of the row; default: all three of the article's
    #[arg(long)]
    strategy: Option<String>,
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
    pub fn execute(self) -> anyhow::Result<()> {
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
            + &output::option("rubric", self.rubric.as_ref().map(|p| p.display()));
        let command = self.study.command(&format!("explain {row}"), &own);
        let request =
            Request { scenario: &scenario, strategies: &strategies, seed: self.study.seed, replications };
        let (comparison, table) = tabled::study(&Runner::new(), request, &yardstick, &command)?;
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
        let found = Explained { explanation: &explained, provenance: &comparison.provenance };
        self.show.print(&found, self.study.lang)
    }
}

/// The clusters that a row was run on, as files.
fn clusters(row: &str, scenario: &Scenario) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let all = table::rests_on(row).map(|on| on.clusters(scenario)).unwrap_or_default();
    let file = |cluster: Scenario| {
        let name: String = cluster
            .name
            .chars()
            .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' })
            .collect();
        Ok((format!("{name}.yaml"), cluster.to_yaml().map_err(anyhow::Error::msg)?.into_bytes()))
    };
    all.into_iter().map(file).collect()
}

/// The row of that name; `-` and `_` are the same.
fn row(name: &str) -> anyhow::Result<&'static str> {
    let plain = name.trim().replace('-', "_").to_lowercase();
    table::row_names().find(|row| *row == plain).ok_or_else(|| {
        let known: Vec<&str> = table::row_names().collect();
        BadInput::of(format!("the table has no row {name:?}; there are {}", known.join(", ")))
    })
}
