//! `loghaul run`: one run of one strategy in detail.

use super::ahead::{self, Ahead};
use super::output;
use super::show::ShowArgs;
use super::study::{RepsArgs, StudyArgs};
use crate::report::run::Done;
use crate::run::{Runner, Setup, identity};
use crate::strategy;
use crate::study::{Replications, neighbours, replicate, settle_warmup};

/// Run a scenario under one strategy.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul run short-jobs --strategy daemonset --reps 1")]
pub(super) struct Run {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// The strategy; default: the scenario's own, else daemonset
    #[arg(long)]
    strategy: Option<String>,
    /// Print the scenario with all defaults filled in, and run nothing
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    output: ShowArgs,
}

impl Run {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let scenario = self.study.scenario()?;
        let named = self.strategy.clone().or_else(|| scenario.strategy.clone());
        let strategy = super::strategies(&[named.unwrap_or_else(|| strategy::DAEMONSET.name.to_owned())])?[0];
        let replications = self.reps.replications(1)?;
        if self.show {
            return output::print(&scenario.to_yaml().map_err(anyhow::Error::msg)?);
        }
        // Of loud tenants' neighbours it is said what all strategies make of them, with these and without.
        let loud = if scenario.tenants.iter().any(|tenant| tenant.loud) { 2.0 } else { 0.0 };
        let runs = ahead::most(replications);
        Ahead::of(&scenario, &[strategy], runs).and(&scenario, &strategy::ALL, loud * runs).announce()?;
        let (runner, seed) = (Runner::new(), self.study.seed);
        let (settled, warmup_by) = settle_warmup(&runner, &scenario, &[strategy], seed)?;
        let setup = Setup::new(&settled, strategy);
        if let Some(reason) = setup.infeasible() {
            anyhow::bail!("{} is infeasible here: {reason}", strategy.name);
        }
        let (mut observed, precision) = replicate(&runner, &[&setup], seed, replications)?;
        let runs = observed[0].len() as u64;
        let grown = [setup.grown_without().cloned(), setup.grown().cloned()];
        let done = Done {
            scenario: scenario.name.clone(),
            hash: format!("{:016x}", identity(&scenario)),
            strategy: strategy.name,
            about: strategy.about,
            seed,
            observations: observed.swap_remove(0),
            warmup_s: settled.warmup.time().as_secs_f64(),
            warmup_by,
            precision,
            neighbours: neighbours(&runner, &settled, &strategy::ALL, seed, runs)?,
            grown,
            nodes: setup.nodes(),
            command: self.command(strategy.name, replications),
        };
        self.output.print(&done, self.study.lang)
    }

    /// What a reader types to remake the result.
    fn command(&self, strategy: &str, replications: Replications) -> String {
        let own = format!("--strategy {strategy} {}", self.reps.typed(replications));
        self.study.command("run", &own)
    }
}
