//! `loghaul check`: objectives as a gate.

use super::ahead::{self, Ahead};
use super::show::ShowArgs;
use super::study::{RepsArgs, StudyArgs};
use super::tabled::DEFAULT_REPS;
use super::{BadInput, Outcome, output};
use crate::scenario::Objective;
use crate::strategy::DAEMONSET;
use crate::study::{self, Verdict};
use std::path::PathBuf;

/// Hold a scenario to its objectives: exit code 0 met, 99 missed, 4 undecided.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul check reference --strategies daemonset --objective 'loss <= 1%' --reps 3"
)]
pub(super) struct Check {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    #[command(flatten)]
    show: ShowArgs,
    /// Strategies that have to meet them [default: the scenario's own, or daemonset]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    strategies: Vec<String>,
    /// An objective in place of the scenario's, such as 'loss <= 0.1%'; repeatable
    #[arg(long = "objective", value_name = "METRIC<=BOUND", value_parser = Objective::parse)]
    objectives: Vec<Objective>,
    /// Also write JUnit XML to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also print annotations for GitHub Actions, on standard error
    #[arg(long)]
    github: bool,
}

impl Check {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let mut scenario = self.study.scenario()?;
        if !self.objectives.is_empty() {
            scenario.objectives.clone_from(&self.objectives);
        }
        if scenario.objectives.is_empty() {
            return Err(BadInput::of("there is no objective to hold anything to; name one with --objective"));
        }
        let names = match (&self.strategies[..], &scenario.strategy) {
            ([], Some(own)) => vec![own.clone()],
            ([], None) => vec![DAEMONSET.name.to_owned()],
            (asked, _) => asked.to_vec(),
        };
        let strategies = super::strategies(&names)?;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        let objectives: String = self
            .objectives
            .iter()
            .map(|o| format!(" --objective {}", output::quoted(&o.to_string())))
            .collect();
        let own = format!("--strategies {} {}{objectives}", names.join(","), self.reps.typed(replications));
        let command = self.study.command("check", &own);
        Ahead::of(&scenario, &strategies, ahead::most(replications)).announce()?;
        let found = study::check(&scenario, &strategies, self.study.seed, replications, &command)?;
        if let Some(path) = &self.junit {
            output::write_file(path, &found.junit())?;
        }
        self.show.print(&found, self.study.lang)?;
        if self.github {
            output::tell(found.annotations().trim_end());
        }
        match found.verdict() {
            Verdict::Met => Ok(()),
            Verdict::Missed => Err(Outcome::of(99)),
            Verdict::Undecided => Err(Outcome::of(4)),
        }
    }
}
