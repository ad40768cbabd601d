//! `loghaul report`: one file to mail.

use super::compare::Compare;
use super::study::{COLUMNS, ExperimentArgs, RepsArgs, StudyArgs};
use super::{BadInput, output};
use std::path::{Path, PathBuf};

/// Write one HTML file with everything.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul report proof-of-concept --reps 2 --out report.html")]
pub(super) struct Report {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// Strategies; "all" for every one that there is
    #[arg(long, value_delimiter = ',', default_values_t = COLUMNS.map(str::to_owned))]
    strategies: Vec<String>,
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
