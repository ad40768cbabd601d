//! `loghaul forecast`: the months ahead of a cluster that grows.

use super::study::ExperimentArgs;
use super::{BadInput, ahead, output};
use crate::decision::{self, Ahead};
use crate::report;
use crate::scenario::{Growth, Objective, Scenario, from_yaml};
use crate::study::slice;
use std::path::PathBuf;

/// Find the month in which a growing cluster first fails an objective, and what it costs until then.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul forecast reference --growth 10%/month --months 4 --reps 2 --nodes 1 --strategies daemonset"
)]
pub(super) struct Forecast {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// How far to look
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=120))]
    months: u64,
    /// Pods grow so fast, in place of the scenario's own growth, such as 5%/month or 80%/year
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    growth: Option<Growth>,
    /// An objective in place of the scenario's, such as 'loss <= 0.1%'; repeatable
    #[arg(long = "objective", value_name = "METRIC<=BOUND", value_parser = Objective::parse)]
    objectives: Vec<Objective>,
    /// Replications of each month
    #[arg(long, default_value_t = 3, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// A slice of so many nodes in place of the whole cluster
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: Option<u64>,
    /// Also write the page, JSON, CSV and the chart to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Forecast {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let strategies = self.experiment.strategies()?;
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let scenario = self.scenario()?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        // Months on the way are smaller than the last.
        let runs = decision::looks(self.months) * self.reps;
        ahead::Ahead::of(&scenario.in_months(self.months), &strategies, runs as f64).announce()?;
        let command = self.command();
        let ahead = Ahead {
            scenario: &scenario,
            strategies: &strategies,
            months: self.months,
            seed: asked.seed,
            replications: self.reps,
            command: &command,
        };
        let found = decision::forecast(ahead)?;
        if let Some(folder) = &self.out {
            let written = found.write_folder(folder, asked.lang)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        show.print(&found, asked.lang)
    }

    /// The scenario now, if it can be what it is to become.
    fn scenario(&self) -> anyhow::Result<Scenario> {
        let mut scenario = self.experiment.study.scenario()?;
        if let Some(growth) = self.growth {
            scenario.growth = Some(growth);
        }
        if !self.objectives.is_empty() {
            scenario.objectives.clone_from(&self.objectives);
        }
        if scenario.objectives.is_empty() {
            return Err(BadInput::of("there is no objective that could fail; name one with --objective"));
        }
        if !scenario.grows() {
            return Err(BadInput::of(
                "nothing grows: write growth: 5%/month into the scenario or one of its workloads, or say --growth 5%/month",
            ));
        }
        if let Some(nodes) = self.nodes {
            let time = scenario.duration;
            scenario = slice(&scenario, nodes, time);
        }
        let last = scenario.in_months(self.months).to_yaml().map_err(anyhow::Error::msg)?;
        from_yaml("", &last).map_err(|error| {
            let problem = error.problem();
            BadInput::of(format!("in month {} the scenario cannot be: {problem}; look less far", self.months))
        })?;
        Ok(scenario)
    }

    /// What a reader types to remake the result.
    fn command(&self) -> String {
        let strategies = self.experiment.strategies.join(",");
        let mut own = format!("--strategies {strategies} --months {} --reps {}", self.months, self.reps);
        own += &output::option("growth", self.growth);
        own += &output::option("nodes", self.nodes);
        for objective in &self.objectives {
            own += &output::option("objective", Some(objective));
        }
        self.experiment.study.command("forecast", &own)
    }
}
