//! `loghaul validate`: the model beside measurements.

use super::show::ShowArgs;
use super::{BadInput, output};
use crate::lang::Lang;
use crate::report::{self, validation::Validated};
use crate::validate::{self, Source};
use std::path::PathBuf;

/// Predict measured rows.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul validate measurements/lab/layouts.csv")]
pub(super) struct Validate {
    /// CSV files of measured rows; without any, the lab's own, which are embedded
    #[arg(value_name = "FILE.csv")]
    files: Vec<PathBuf>,
    /// Further CSV files, such as published measurements, whose scores stand apart and whose rows are not listed
    #[arg(long, value_name = "FILE.csv", num_args = 1..)]
    elsewhere: Vec<PathBuf>,
    #[command(flatten)]
    show: ShowArgs,
    /// Language of tables and reports
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Also write a report with charts to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Validate {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let sources: Vec<Source> = if self.files.is_empty() {
            validate::embedded()
        } else {
            self.files.iter().map(|path| Source::read(path)).collect::<Result<_, _>>().map_err(bad_input)?
        };
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let elsewhere: Vec<Source> = self
            .elsewhere
            .iter()
            .map(|path| Source::read(path))
            .collect::<Result<_, _>>()
            .map_err(bad_input)?;
        let validation = validate::validate(&sources).map_err(bad_input)?;
        let elsewhere = match elsewhere.is_empty() {
            true => None,
            false => Some(validate::validate(&elsewhere).map_err(bad_input)?),
        };
        let validated = Validated { own: &validation, elsewhere: elsewhere.as_ref(), chart: false };
        if let Some(folder) = &self.out {
            let written = report::validation::write_folder(folder, validated, self.lang)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        self.show.print(&validated, self.lang)
    }
}

fn bad_input(error: validate::ValidateError) -> anyhow::Error {
    if error.is_input() { BadInput::of(error) } else { error.into() }
}
