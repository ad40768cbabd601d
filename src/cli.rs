//! The command line: what the user types, and what the program answers. One file a verb.
//!
//! Data go to standard output, everything else to standard error. Exit codes: 0 done, 1 failure, 2 bad usage or
//! input.

mod axes;
mod break_even;
mod compare;
mod explain;
mod import;
mod output;
mod run;
mod scale_limit;
mod schema;
mod studied;

use crate::lang::Lang;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Simulates how a Kubernetes cluster collects its logs: natively, with an agent a node, or with an agent a pod.
#[derive(Debug, Parser)]
#[command(name = "loghaul", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Compare strategies on a scenario and regenerate the article's table; without a scenario, the embedded
    /// reference study
    Compare(compare::Compare),
    /// Show how a row of the table came to be: figures, thresholds, what would change it
    Explain(explain::Explain),
    /// Find where the cheapest strategy that meets the objectives changes, along one axis or over two
    BreakEven(break_even::BreakEven),
    /// Find how far a cluster can grow before something gives way, and what does
    ScaleLimit(scale_limit::ScaleLimit),
    /// Run a scenario under one strategy and print the run in detail
    Run(run::Run),
    /// Read a real cluster or real logs into a scenario
    Import(import::Import),
    /// Print the JSON Schema of scenarios, or of the result file
    Schema(schema::Schema),
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// Everything, as loghaul.compare/v1.
    Json,
    /// One figure a row, plain numbers.
    Csv,
    /// A report.
    Md,
}

/// What a study is run with.
#[derive(Clone, Debug, clap::Args)]
struct StudyArgs {
    /// Scenario file, or the name of an embedded scenario
    scenario: Option<PathBuf>,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    seed: u64,
    /// Language of tables and reports
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

/// An error of the user's: bad usage or bad input. Everything else is a failure of the program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BadInput(String);

impl BadInput {
    fn of(error: impl std::fmt::Display) -> anyhow::Error {
        anyhow::Error::new(Self(error.to_string()))
    }
}

impl Cli {
    /// Carries out what was asked for. Errors are printed to standard error.
    pub fn execute(self) -> ExitCode {
        let verb = self.verb.unwrap_or_else(|| Verb::Compare(compare::Compare::reference()));
        let done = match verb {
            Verb::Compare(verb) => verb.execute(),
            Verb::Explain(verb) => verb.execute(),
            Verb::BreakEven(verb) => verb.execute(),
            Verb::ScaleLimit(verb) => verb.execute(),
            Verb::Run(verb) => verb.execute(),
            Verb::Import(verb) => verb.execute(),
            Verb::Schema(verb) => verb.execute(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                output::complain(&error);
                ExitCode::from(if error.is::<BadInput>() { 2 } else { 1 })
            }
        }
    }
}

/// A path as a shell takes it for one word.
fn quoted(path: &str) -> String {
    if path.is_empty() {
        return "''".to_owned();
    }
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// The scenario asked for: a file, an embedded one by name, or the reference.
fn scenario(path: Option<&PathBuf>) -> anyhow::Result<crate::scenario::Scenario> {
    use crate::scenario::{embedded, embedded_names, from_yaml, load};
    let Some(path) = path else {
        return from_yaml("reference", embedded("reference").unwrap_or_default()).map_err(BadInput::of);
    };
    let name = path.to_string_lossy();
    if !path.exists()
        && let Some(yaml) = embedded(&name)
    {
        return from_yaml(&name, yaml).map_err(BadInput::of);
    }
    if !path.exists() {
        let known: Vec<&str> = embedded_names().collect();
        return Err(BadInput::of(format!(
            "there is no file {name}, and no embedded scenario of that name; embedded are {}",
            known.join(", ")
        )));
    }
    load(path).map_err(BadInput::of)
}

/// Strategies by their names.
fn strategies(names: &[String]) -> anyhow::Result<Vec<&'static crate::strategy::Strategy>> {
    let mut found: Vec<&'static crate::strategy::Strategy> = Vec::new();
    for name in names {
        let Some(strategy) = crate::strategy::by_name(name.trim()) else {
            let known: Vec<&str> = crate::strategy::ALL.iter().map(|s| s.name).collect();
            return Err(BadInput::of(format!(
                "there is no strategy {name:?}; there are {}",
                known.join(", ")
            )));
        };
        if found.iter().any(|s| s.name == strategy.name) {
            return Err(BadInput::of(format!("strategy {name:?} is named twice")));
        }
        found.push(strategy);
    }
    Ok(found)
}
