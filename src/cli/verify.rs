//! `loghaul verify`: is the engine what theory says, and the world what arithmetic says?

use super::show::ShowArgs;
use crate::lang::Lang;
use crate::verify::{Effort, intervals, verify};

/// Verify the engine and the world.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul verify --quick")]
pub(super) struct Verify {
    /// Fewer and shorter experiments
    #[arg(long)]
    quick: bool,
    /// Only how often intervals of the simulated cluster's figures hold what they say: the table of docs/verification.md
    #[arg(long, conflicts_with = "quick")]
    intervals: bool,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    show: ShowArgs,
    /// Language of tables and reports
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

impl Verify {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let effort = if self.quick { Effort::Quick } else { Effort::Full };
        let verification = match self.intervals {
            true => intervals(self.seed)?,
            false => verify(self.seed, effort)?,
        };
        self.show.print(&verification, self.lang)?;
        anyhow::ensure!(verification.passed, "verification failed: see the rows marked ✗");
        Ok(())
    }
}
