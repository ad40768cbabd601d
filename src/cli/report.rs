//! `loghaul report`: one file to mail.

use super::compare::Compare;
use super::study::{COLUMNS, ExperimentArgs, RepsArgs, StudyArgs};
use super::{BadInput, output, studies};
use std::path::{Path, PathBuf};

/// Write one HTML file with everything: the answer, table, figures, charts, studies, assumptions, how to remake it.
///
/// Beside the table's own experiments it has three studies, each within seconds where the table is: a map of the best strategy
/// and its cost, what the verdict depends on, and the months ahead. They are made on slices of the cluster, over few points;
/// `break-even`, `sensitivity` and `forecast` make them as fine as is wanted. Given the folder that `compare --out` wrote, it
/// takes the report from there, without studies.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul report proof-of-concept --reps 2 --studies forecast --out report.html"
)]
pub(super) struct Report {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// Strategies; "all" for every one that there is
    #[arg(long, value_delimiter = ',', default_values_t = COLUMNS.map(str::to_owned))]
    strategies: Vec<String>,
    /// Studies beside the table: phase-map, tornado, forecast; none for none of them
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "phase-map,tornado,forecast")]
    studies: Vec<String>,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    out: PathBuf,
}

impl Report {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        match &self.study.scenario {
            Some(folder) if folder.is_dir() => of_folder(folder, &self.out),
            _ => {
                let (study, strategies) = (self.study, self.strategies);
                let mut compare = Compare::reference();
                compare.experiment = ExperimentArgs { study, strategies, ..ExperimentArgs::default() };
                (compare.reps, compare.html) = (self.reps, Some(self.out));
                compare.studies = studies::named(&self.studies)?;
                compare.execute()
            }
        }
    }
}

/// The report of an earlier comparison, which its folder holds.
fn of_folder(folder: &Path, out: &Path) -> anyhow::Result<()> {
    let file = folder.join("report.html");
    let text = std::fs::read_to_string(&file).map_err(|error| {
        BadInput::of(format!(
            "{} cannot be read: {error}; `loghaul compare SCENARIO --out {}` writes it",
            file.display(),
            output::quoted(&folder.display().to_string())
        ))
    })?;
    output::write_file(out, &text)?;
    output::tell(&format!("report written to {}", out.display()));
    Ok(())
}
