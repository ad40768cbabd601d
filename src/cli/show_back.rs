//! `loghaul show-back`: which tenant causes what part of the cost.

use super::ahead::Ahead;
use super::study::ExperimentArgs;
use crate::strategy::AS_IS;
use crate::study;

/// Share the cost of collecting out to the tenants who cause it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul show-back reference --strategies daemonset,sidecar --reps 1")]
pub(super) struct ShowBack {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Replications
    #[arg(long, default_value_t = 3, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
}

impl ShowBack {
    pub(super) fn execute(mut self) -> anyhow::Result<()> {
        let scenario = self.experiment.study.scenario()?;
        // What runs today stands beside its alternatives.
        if scenario.collection.as_is.is_some() && self.experiment.strategies == super::study::COLUMNS {
            self.experiment.strategies.push(AS_IS.name.to_owned());
        }
        let strategies = self.experiment.strategies()?;
        let names = self.experiment.strategies.join(",");
        let study = &self.experiment.study;
        let command = study.command("show-back", &format!("--strategies {names} --reps {}", self.reps));
        Ahead::of(&scenario, &strategies, self.reps as f64).announce()?;
        let found = study::show_back(&scenario, &strategies, study.seed, self.reps, &command)?;
        self.experiment.show.print(&found, study.lang)
    }
}
