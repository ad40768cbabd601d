//! `loghaul forecast`: the months ahead of a cluster that grows.

use super::study::ExperimentArgs;
use super::{BadInput, ahead, output};
use crate::decision::{self, Ahead};
use crate::report;
use crate::run::Runner;
use crate::scenario::{Growth, GrowthRate, Objective, Scenario, from_yaml};
use crate::study::{Slice, slice};
use std::path::PathBuf;

/// What the forecast beside a report takes a scenario to grow by that says nothing of it: five of a hundred pods a month.
const ASSUMED: GrowthRate = GrowthRate::a_month(0.05);

/// Nodes from which on it takes a slice of so many in place of the whole cluster.
const NODES: u64 = 20;

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
    /// The months that reports and the workshop page look ahead, with few replications; a scenario that says
    /// nothing of growth is taken to grow, and the command says by how much.
    pub(super) fn beside(experiment: ExperimentArgs, scenario: &Scenario) -> Self {
        let growth = (!scenario.grows()).then(|| Growth { pods: ASSUMED, ..Growth::default() });
        let nodes = (scenario.nodes() > NODES).then_some(NODES);
        Self { experiment, months: 24, growth, objectives: Vec::new(), reps: 2, nodes, out: None }
    }

    pub(super) fn execute(self) -> anyhow::Result<()> {
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let scenario = self.now(asked.scenario()?)?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        self.ahead(&scenario)?.announce()?;
        let found = self.find(&Runner::new(), &scenario)?;
        if let Some(folder) = &self.out {
            let written = found.write_folder(folder, asked.lang)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        show.print(&found, asked.lang)
    }

    /// What is run for a scenario as it is [`now`](Self::now).
    pub(super) fn ahead(&self, scenario: &Scenario) -> anyhow::Result<ahead::Ahead> {
        // Months on the way are smaller than the last.
        let runs = decision::looks(self.months) * self.reps;
        let last = scenario.in_months(self.months);
        Ok(ahead::Ahead::of(&last, &self.experiment.strategies()?, runs as f64))
    }

    /// Looks ahead from a scenario as it is [`now`](Self::now).
    pub(super) fn find(&self, runner: &Runner, scenario: &Scenario) -> anyhow::Result<decision::Forecast> {
        let command = self.command();
        let ahead = Ahead {
            scenario,
            strategies: &self.experiment.strategies()?,
            months: self.months,
            seed: self.experiment.study.seed,
            replications: self.reps,
            command: &command,
        };
        let mut found = decision::forecast(runner, ahead)?;
        if self.nodes.is_some() {
            // A slice is said to be one of the scenario, and is none by itself.
            let p = &mut found.provenance;
            p.slice = Some(Slice { nodes: p.nodes, seconds: p.duration_s });
            p.scenario = p.scenario.trim_end_matches("/slice").to_owned();
        }
        Ok(found)
    }

    /// The scenario now, if it can be what it is to become.
    pub(super) fn now(&self, mut scenario: Scenario) -> anyhow::Result<Scenario> {
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
