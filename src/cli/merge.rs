//! `loghaul merge`: parts of a sweep, put together.

use super::{BadInput, output};
use crate::campaign::{CampaignError, Merged};
use crate::report::sweep::Rows;
use std::io::Write;
use std::path::PathBuf;

/// Put the parts of a sweep together: all of them, each once, or nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul merge parts --out sweep.csv")]
pub(super) struct Merge {
    /// Parts as `loghaul sweep --shard` writes them, or folders that hold them
    #[arg(required = true, value_name = "PART|DIR")]
    parts: Vec<PathBuf>,
    /// Write to this file in place of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Merge {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let mut merged = Merged::open(&self.parts).map_err(explained)?;
        match &self.out {
            Some(path) => {
                output::write_file_with(path, |file| write(&mut merged, file))?;
                output::tell(&format!("{} points written to {}", merged.plan.points, path.display()));
                Ok(())
            }
            None => write(&mut merged, &mut std::io::stdout().lock()),
        }
    }
}

/// Writes all points of a sweep, in their order.
pub(super) fn write(merged: &mut Merged, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut rows = Rows::new(out, &merged.plan.paths, &merged.plan.strategies)?;
    for point in 0..merged.plan.points {
        rows.add(&merged.point(point).map_err(explained)?)?;
    }
    rows.finish()?.flush()?;
    Ok(())
}

/// What the system refuses is a failure; all else is the user's to mend.
pub(super) fn explained(error: CampaignError) -> anyhow::Error {
    match error {
        CampaignError::Io { .. } => anyhow::Error::new(error),
        other => BadInput::of(other),
    }
}
