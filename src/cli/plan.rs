//! `loghaul plan`: which workloads get sidecars.

use super::BadInput;
use super::ahead::{Ahead, TRIALS};
use super::show::ShowArgs;
use super::study::StudyArgs;
use crate::decision;
use crate::run::Runner;
use crate::strategy::{DAEMONSET, SIDECAR};

/// Find the cheapest assignment of strategies to workloads that meets the objectives.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul plan mixed-paas --reps 2 --nodes 2")]
pub(super) struct Plan {
    #[command(flatten)]
    study: StudyArgs,
    /// Replications on the whole cluster
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// Nodes of the slice on which assignments are tried
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: u64,
    #[command(flatten)]
    show: ShowArgs,
}

impl Plan {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let scenario = self.study.scenario()?;
        if scenario.objectives.is_empty() {
            return Err(BadInput::of(
                "the scenario has no objectives to meet; without any the cheapest is `native`",
            ));
        }
        let (both, runs) = ([&DAEMONSET, &SIDECAR], self.reps as f64);
        Ahead::of(&scenario, &both, 2.0 * runs)
            .and_slices(&scenario, &both, self.nodes, TRIALS)
            .announce()?;
        let command = self.study.command("plan", &format!("--reps {} --nodes {}", self.reps, self.nodes));
        let found =
            decision::plan(&Runner::new(), &scenario, self.study.seed, self.reps, self.nodes, &command)?;
        self.show.print(&found, self.study.lang)
    }
}
