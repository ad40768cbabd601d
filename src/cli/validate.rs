//! `loghaul validate`: the model beside measurements.

use super::{BadInput, output};
use crate::report;
use crate::validate::{self, Source};
use std::path::PathBuf;

/// Predict measured rows.
#[derive(Debug, clap::Args)]
pub(super) struct Validate {
    /// CSV files of measured rows; without any, the lab's own, which are embedded
    #[arg(value_name = "FILE.csv")]
    files: Vec<PathBuf>,
    /// Further CSV files, such as published measurements, whose scores stand apart and whose rows are not listed
    #[arg(long, value_name = "FILE.csv", num_args = 1..)]
    elsewhere: Vec<PathBuf>,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: ValidationFormat,
    /// Also write a report with charts to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How a validation is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ValidationFormat {
    /// For a terminal.
    #[default]
    Table,
    /// Everything, as loghaul.validate/v1.
    Json,
    /// A report.
    Md,
}

impl Validate {
    pub fn execute(self) -> anyhow::Result<()> {
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
        let elsewhere = elsewhere.as_ref();
        if let Some(folder) = &self.out {
            let written = report::validation::write_folder(folder, &validation, elsewhere)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        match self.output {
            ValidationFormat::Json => output::print(&report::validation::json(&validation, elsewhere)?),
            ValidationFormat::Table => output::print(&report::validation::table(&validation, elsewhere)),
            ValidationFormat::Md => output::print(&report::validation::markdown(&validation, elsewhere)),
        }
    }
}

fn bad_input(error: validate::ValidateError) -> anyhow::Error {
    if error.is_input() { BadInput::of(error) } else { error.into() }
}
