//! `loghaul sensitivity`: which inputs decide the verdict.

use super::ahead::Ahead;
use super::show::ShowArgs;
use super::study::ExperimentArgs;
use super::{BadInput, output};
use crate::metric::Metric;
use crate::report;
use crate::run::Runner;
use crate::scenario::{FieldRange, Objective, Scenario};
use crate::sensitivity::{self, Ask, Input, Origin, SensitivityError, inputs};
use crate::strategy::Strategy;
use std::path::PathBuf;

/// Find which inputs decide the verdict, within the ranges that are left open.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul sensitivity reference --strategies daemonset,sidecar --inputs lines,cpu-step --points 12 --reps 1 --nodes 1"
)]
pub(super) struct Sensitivity {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Replications at every point, the same random numbers at all of them
    #[arg(long, default_value_t = 3, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// Nodes of the slice that stands for the cluster; more where the verdict is another on it
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: u64,
    /// An objective in place of the scenario's, such as 'loss <= 0.1%'; repeatable
    #[arg(long = "objective", value_name = "METRIC<=BOUND", value_parser = Objective::parse)]
    objectives: Vec<Objective>,
    /// Look at a figure, such as agent_cpu, in place of the verdict
    #[arg(long, conflicts_with = "objectives")]
    metric: Option<String>,
    /// What to look into: costs (of agents), declared (ranges), assumed, or inputs by name [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    inputs: Vec<String>,
    /// Within what a field may lie, such as backend.latency=5ms:50ms; repeatable, beside the scenario's own ranges
    #[arg(long = "range", value_name = "PATH=LOW:HIGH", value_parser = range)]
    ranges: Vec<(String, FieldRange)>,
    /// Points of the screening, and as many again for indices; four ways through all inputs at least
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    points: u64,
    /// How many of the foremost inputs are taken to both of their ends
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=100))]
    top: u64,
    /// Also write the page, JSON, CSV and the tornado to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn range(text: &str) -> Result<(String, FieldRange), String> {
    let parts = text.split_once('=').filter(|(path, _)| !path.trim().is_empty());
    let (path, range) = parts.ok_or_else(|| {
        format!("{text:?} is no range of a field; needed is path=low:high, such as backend.latency=5ms:50ms")
    })?;
    Ok((path.trim().to_owned(), range.parse()?))
}

impl Sensitivity {
    /// The look that reports and the workshop page take: few points, on a small slice.
    pub(super) fn beside(experiment: ExperimentArgs) -> Self {
        Self {
            experiment,
            reps: 2,
            nodes: 2,
            objectives: Vec::new(),
            metric: None,
            inputs: Vec::new(),
            ranges: Vec::new(),
            points: 60,
            top: 6,
            out: None,
        }
    }

    pub(super) fn execute(self) -> anyhow::Result<()> {
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let (show, lang): (ShowArgs, _) = (*show, asked.lang);
        let mut scenario = asked.scenario()?;
        if !self.objectives.is_empty() {
            scenario.objectives.clone_from(&self.objectives);
        }
        let inputs = self.all_inputs(&scenario)?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        self.ahead(&scenario)?.announce()?;
        let found = self.find(&Runner::new(), &scenario, inputs)?;
        if let Some(folder) = &self.out {
            let written = found.write_folder(folder, lang)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        show.print(&found, lang)
    }

    /// What is run for it.
    pub(super) fn ahead(&self, scenario: &Scenario) -> anyhow::Result<Ahead> {
        let strategies = self.experiment.strategies()?;
        // The screening, as many points for indices, and both ends of the foremost; the whole cluster once beside them.
        let on_slices = (2 * self.points + 2 * self.top) * self.reps;
        let whole = Ahead::of(scenario, &strategies, self.reps as f64);
        Ok(whole.and_slices(scenario, &strategies, self.nodes, on_slices as f64))
    }

    /// Looks into it.
    pub(super) fn find(
        &self,
        runner: &Runner,
        scenario: &Scenario,
        inputs: Vec<Input>,
    ) -> anyhow::Result<sensitivity::Sensitivity> {
        let command = self.command();
        let ask = Ask {
            strategies: &self.experiment.strategies()?,
            inputs,
            metric: self.metric()?,
            points: self.points as usize,
            top: self.top as usize,
            seed: self.experiment.study.seed,
            replications: self.reps,
            nodes: self.nodes,
            command: &command,
        };
        sensitivity::sensitivity(runner, scenario, &ask).map_err(|error| match error {
            SensitivityError::Run(error) => error.into(),
            error => BadInput::of(error),
        })
    }

    /// Every input of a scenario.
    pub(super) fn all_inputs(&self, scenario: &Scenario) -> anyhow::Result<Vec<Input>> {
        self.inputs(scenario, &self.experiment.strategies()?)
    }

    fn metric(&self) -> anyhow::Result<Option<Metric>> {
        let Some(name) = &self.metric else { return Ok(None) };
        Ok(super::metrics(std::slice::from_ref(name))?.first().copied())
    }

    /// The inputs asked for, all that there are where nothing is said.
    fn inputs(&self, scenario: &Scenario, strategies: &[&'static Strategy]) -> anyhow::Result<Vec<Input>> {
        let mut all = inputs(scenario, strategies, &self.ranges).map_err(BadInput::of)?;
        let is = |name: &str, input: &Input| input.name == name || input.origin().id() == name;
        let asked: Vec<&str> = self.inputs.iter().map(|name| name.trim()).collect();
        let groups = Origin::ALL.map(Origin::id);
        for name in &asked {
            if !all.iter().any(|input| is(name, input)) {
                let known: Vec<&str> = all.iter().map(|input| input.name.as_str()).collect();
                let none =
                    if groups.contains(name) { "this scenario has none of" } else { "there is no input" };
                return Err(BadInput::of(format!(
                    "{none} {name:?}; there are {}, or {}; declare one with --range path=low:high",
                    known.join(", "),
                    groups.join(", ")
                )));
            }
        }
        all.retain(|input| asked.is_empty() || asked.iter().any(|name| is(name, input)));
        Ok(all)
    }

    /// What a reader types to remake the result.
    fn command(&self) -> String {
        let strategies = self.experiment.strategies.join(",");
        let mut own = format!("--strategies {strategies} --nodes {} --reps {}", self.nodes, self.reps);
        own += &format!(" --points {} --top {}", self.points, self.top);
        own += &output::option("metric", self.metric.as_ref());
        own += &output::option("inputs", (!self.inputs.is_empty()).then(|| self.inputs.join(",")));
        for objective in &self.objectives {
            own += &output::option("objective", Some(objective));
        }
        for (path, range) in &self.ranges {
            own += &output::option("range", Some(format!("{path}={range}")));
        }
        self.experiment.study.command("sensitivity", &own)
    }
}
