//! `loghaul lab`: real agents measured on this machine.

mod beside;
mod compare;
mod run;

use super::{BadInput, Interrupted};
use crate::lab::agent::{self, Agent};
use crate::lab::error::LabError;
use crate::lab::{plan, process};
use std::path::PathBuf;

/// Measure real agents on this machine, and set the measurement beside the prediction.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul lab list")]
pub(super) struct Lab {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Carry out a plan: write logs, start agents, account for every line, measure what it costs
    Run(run::Run),
    /// Set two agents, or two versions of one, side by side on what both were measured at
    Compare(compare::Compare),
    /// List the agents, whether they are here, and how to get them; and the plans
    List(List),
    /// Become a program that ends when the lab does
    #[command(hide = true)]
    Exec(Exec),
}

/// Lists agents and plans.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    agents: AgentArgs,
}

/// Becomes another program.
#[derive(Debug, clap::Args)]
struct Exec {
    /// A cgroup to join first
    #[arg(long)]
    cgroup: Option<PathBuf>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    words: Vec<String>,
}

/// Which agents there are, and where.
#[derive(Debug, clap::Args)]
struct AgentArgs {
    /// An agent of your own, as YAML; repeatable (docs/lab.md)
    #[arg(long = "agent-file", value_name = "FILE.yaml")]
    files: Vec<PathBuf>,
    /// Where an agent's program is, where it is not in PATH; repeatable
    #[arg(long = "agent-bin", value_name = "NAME=FILE", value_parser = pair)]
    programs: Vec<(String, String)>,
}

/// A name and a value with an equals sign between them.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl Lab {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        match self.verb {
            Verb::Run(verb) => verb.execute(),
            Verb::Compare(verb) => verb.execute(),
            Verb::List(verb) => verb.execute(),
            Verb::Exec(verb) => match process::become_program(&verb.words, verb.cgroup.as_deref()) {
                Ok(never) => match never {},
                Err(error) => Err(of_lab(error)),
            },
        }
    }
}

impl AgentArgs {
    /// Those that ship, and before them the user's own; one of the same name takes the place of one that ships.
    fn all(&self) -> anyhow::Result<Vec<Agent>> {
        let mut all = Vec::new();
        for path in &self.files {
            let what = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|e| BadInput::of(format!("{what} cannot be read: {e}")))?;
            all.push(Agent::from_yaml(&what, &text).map_err(of_lab)?);
        }
        let own: Vec<String> = all.iter().map(|agent: &Agent| agent.name.clone()).collect();
        all.extend(agent::embedded().map_err(of_lab)?.into_iter().filter(|a| !own.contains(&a.name)));
        for (name, _) in &self.programs {
            if !all.iter().any(|agent| agent.name == *name) {
                return Err(no_agent(name, &all));
            }
        }
        Ok(all)
    }

    /// Where the user says that an agent is.
    fn given(&self, name: &str) -> Option<PathBuf> {
        self.programs.iter().rev().find(|(known, _)| known == name).map(|(_, path)| PathBuf::from(path))
    }
}

fn no_agent(name: &str, all: &[Agent]) -> anyhow::Error {
    let known: Vec<&str> = all.iter().map(|a| a.name.as_str()).collect();
    BadInput::of(format!("there is no agent {name:?}; there are {}", known.join(", ")))
}

impl List {
    fn execute(&self) -> anyhow::Result<()> {
        let mut lines = vec!["Agents:".to_owned()];
        for agent in self.agents.all()? {
            let found = agent.find(self.agents.given(&agent.name).as_deref());
            let place = match &found {
                Ok(found) => format!("{} at {}", found.version, found.program.display()),
                Err(error) => {
                    error.to_string().split_once(": ").map_or(String::new(), |(_, why)| why.to_owned())
                }
            };
            let tried = match agent.tried.as_str() {
                "never" => "; not run here: its configuration is from its documentation".to_owned(),
                version => format!("; run here with {version}"),
            };
            lines.push(format!("  {}: {place}{tried}\n      {}", agent.name, agent.about));
        }
        lines.push("\nPlans:".to_owned());
        for name in plan::names() {
            let text = plan::embedded(name).unwrap_or_default();
            let plan = plan::Plan::from_yaml(name, text, false, &[]).map_err(of_lab)?;
            lines.push(format!("  {name}: {}", plan.question));
        }
        super::output::print(&lines.join("\n"))
    }
}

/// An error of the lab as one of the command line.
fn of_lab(error: LabError) -> anyhow::Error {
    match error {
        LabError::Interrupted => anyhow::Error::new(Interrupted(error.to_string())),
        error if error.is_input() => BadInput::of(error),
        error => error.into(),
    }
}
