//! `loghaul tune`: the cheapest change of settings that meets what is missed.

use super::ahead::{Ahead, TRIALS};
use super::show::ShowArgs;
use super::study::StudyArgs;
use super::{BadInput, output};
use crate::decision::{self, Asked, knobs_named};
use crate::run::Runner;
use crate::scenario::Objective;
use crate::strategy::{DAEMONSET, SIDECAR};

/// Find the cheapest change of settings that meets the objectives that a strategy misses.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul tune reference --strategy daemonset --knobs refreshInterval --reps 2 --nodes 1"
)]
pub(super) struct Tune {
    #[command(flatten)]
    study: StudyArgs,
    /// A strategy to tune; repeatable [default: the scenario's own, or daemonset and sidecar]
    #[arg(long = "strategy", value_name = "NAME", value_delimiter = ',')]
    strategies: Vec<String>,
    /// Settings that may be changed, such as memBufLimit or containerLogMaxSize [default: all of docs/decision.md]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    knobs: Vec<String>,
    /// An objective in place of the scenario's, such as 'loss <= 0.1%'; repeatable
    #[arg(long = "objective", value_name = "METRIC<=BOUND", value_parser = Objective::parse)]
    objectives: Vec<Objective>,
    /// Replications of what is tried in full, and of the last trial on fresh seeds
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// Nodes of the slice on which changes are tried; the whole cluster where it has no more than twice as many
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: u64,
    #[command(flatten)]
    show: ShowArgs,
}

impl Tune {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let knobs = knobs_named(&self.knobs).map_err(BadInput::of)?;
        let mut scenario = self.study.scenario()?;
        if !self.objectives.is_empty() {
            scenario.objectives.clone_from(&self.objectives);
        }
        if scenario.objectives.is_empty() {
            return Err(BadInput::of("there is no objective to meet; name one with --objective"));
        }
        let names = match (&self.strategies[..], &scenario.strategy) {
            ([], Some(own)) => vec![own.clone()],
            ([], None) => [DAEMONSET.name, SIDECAR.name].map(str::to_owned).to_vec(),
            (asked, _) => asked.to_vec(),
        };
        let strategies = super::strategies(&names)?;
        let runs = self.reps as f64;
        let slices = Ahead::of(&scenario, &strategies, 2.0 * runs);
        slices.and_slices(&scenario, &strategies, self.nodes, TRIALS * runs).announce()?;
        let command = self.command(&names);
        let asked = Asked {
            scenario: &scenario,
            strategies: &strategies,
            knobs: &knobs,
            seed: self.study.seed,
            replications: self.reps,
            nodes: self.nodes,
            on_average: false,
            command: &command,
        };
        let found = decision::tune(&Runner::new(), asked)?;
        self.show.print(&found, self.study.lang)
    }

    /// What a reader types to remake the result.
    fn command(&self, names: &[String]) -> String {
        let mut own = format!("--strategy {} --reps {} --nodes {}", names.join(","), self.reps, self.nodes);
        own += &output::option("knobs", (!self.knobs.is_empty()).then(|| self.knobs.join(",")));
        for objective in &self.objectives {
            own += &output::option("objective", Some(objective));
        }
        self.study.command("tune", &own)
    }
}
