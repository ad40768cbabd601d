//! `loghaul verify`: is the engine what theory says, and the world what arithmetic says?

use super::show::ShowArgs;
use crate::lang::Lang;
use crate::verify::{Effort, verify};

/// Verify the engine and the world.
#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    /// Fewer and shorter experiments
    #[arg(long)]
    quick: bool,
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
    pub fn execute(self) -> anyhow::Result<()> {
        let effort = if self.quick { Effort::Quick } else { Effort::Full };
        let verification = verify(self.seed, effort)?;
        self.show.print(&verification, self.lang)?;
        anyhow::ensure!(verification.passed, "verification failed: see the rows marked ✗");
        Ok(())
    }
}
