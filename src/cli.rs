//! The command line: what the user types, and what the program answers. One file a verb.
//!
//! Data go to standard output, everything else to standard error. Exit codes: 0 done, 1 failure, 2 bad usage or
//! input, 128 and the signal's number where one ended it (130 for an interruption, 143 for a termination).

mod ahead;
mod axes;
mod break_even;
mod calibrate;
mod check;
mod codes;
mod compare;
mod completions;
mod diff;
mod explain;
mod forecast;
mod import;
mod init;
mod interrupt;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(not(target_os = "linux"))]
#[path = "cli/lab_elsewhere.rs"]
mod lab;
mod limits;
mod merge;
mod output;
mod plan;
mod progress;
mod report;
mod run;
mod scale_limit;
mod schema;
mod sensitivity;
mod serve;
mod show;
mod show_back;
mod size;
mod studies;
mod study;
mod sweep;
mod tabled;
mod tune;
mod validate;
mod verify;
mod watch;

use crate::diagnosis::Code;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Simulates how a Kubernetes cluster collects its logs: natively, with an agent a node, or with an agent a pod.
#[derive(Debug, Parser)]
#[command(name = "loghaul", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    limits: limits::Limits,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Compare strategies on a scenario and regenerate the article's table; without a scenario, the embedded
    /// reference study
    ///
    /// `-o json` prints loghaul.compare/v1.
    Compare(compare::Compare),
    /// Write one HTML file to mail: the answer, the table whose cells open onto their evidence, charts, assumptions
    Report(report::Report),
    /// Show a page to play with, on this machine: sliders, faults, results as they come
    Serve(serve::Serve),
    /// Show how a row of the table came to be: figures, thresholds, what would change it
    ///
    /// `-o json` prints loghaul.explain/v1.
    Explain(explain::Explain),
    /// Find where the cheapest strategy that meets the objectives changes, along one axis or over two
    ///
    /// `-o json` prints loghaul.break-even/v1.
    BreakEven(break_even::BreakEven),
    /// Find how far a cluster can grow before something gives way, and what does
    ///
    /// `-o json` prints loghaul.scale-limit/v1.
    ScaleLimit(scale_limit::ScaleLimit),
    /// Hold a scenario to its objectives, for CI: exit code 0 met, 99 missed, 4 undecided
    ///
    /// `-o json` prints loghaul.check/v1.
    Check(check::Check),
    /// Find the cheapest change of settings that meets what a strategy misses
    ///
    /// `-o json` prints loghaul.tune/v1.
    Tune(tune::Tune),
    /// Find the cheapest assignment of sidecars and DaemonSet to workloads that meets the objectives
    ///
    /// `-o json` prints loghaul.plan/v1.
    Plan(plan::Plan),
    /// Find which inputs decide the verdict within their ranges, where it turns, and what to measure first
    ///
    /// `-o json` prints loghaul.sensitivity/v1.
    Sensitivity(sensitivity::Sensitivity),
    /// Find the month in which a growing cluster first fails an objective, and what it costs until then
    ///
    /// `-o json` prints loghaul.forecast/v1.
    Forecast(forecast::Forecast),
    /// Share the cost of collecting out to the tenants who cause it, under every strategy
    ///
    /// `-o json` prints loghaul.show-back/v1.
    ShowBack(show_back::ShowBack),
    /// Size agents: requests, limits and buffers at the worst moment, proved on fresh seeds; as values of Helm charts
    ///
    /// `-o json` prints loghaul.size/v1.
    Size(size::Size),
    /// Set two results, or two scenarios, beside each other: paired differences and what is more than chance
    ///
    /// `-o json` prints loghaul.diff/v1.
    Diff(diff::Diff),
    /// Run a scenario under one strategy and print the run in detail
    ///
    /// `-o json` prints loghaul.run/v1.
    Run(run::Run),
    /// Run a scenario over several values of its fields
    ///
    /// `-o json` prints loghaul.sweep/v1.
    Sweep(sweep::Sweep),
    /// Put the parts of a sweep together
    Merge(merge::Merge),
    /// Read a real cluster or real logs into a scenario
    Import(import::Import),
    /// Hold the engine to queueing theory, and the world to closed forms and to itself in finer steps
    ///
    /// `-o json` prints loghaul.verify/v1.
    Verify(verify::Verify),
    /// Measure real agents on this machine, beside what the model predicts
    Lab(lab::Lab),
    /// Fit an agent's costs to your own measurements, with standard errors
    ///
    /// `-o json` prints loghaul.calibrate/v1.
    Calibrate(calibrate::Calibrate),
    /// Hold the model to measurements: predicted beside measured, with errors and intervals
    ///
    /// `-o json` prints loghaul.validate/v1.
    Validate(validate::Validate),
    /// Write a commented scenario of your own, from answers given as options
    Init(init::Init),
    /// Print a script that completes words in a shell
    Completions(completions::Completions),
    /// Write manual pages
    Man(completions::Man),
    /// Print the JSON Schema of scenarios, or of the result file
    Schema(schema::Schema),
}

/// What was asked for was done, and what was found is no success: a code of its own, and nothing more to be said.
#[derive(Debug, thiserror::Error)]
#[error("exit code {0}")]
struct Outcome(u8);

impl Outcome {
    fn of(code: u8) -> anyhow::Error {
        anyhow::Error::new(Self(code))
    }
}

/// An error of the user's: bad usage or bad input. Everything else is a failure of the program.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct BadInput {
    text: String,
    /// Under which `explain` says more.
    code: Option<Code>,
}

/// The user has asked to stop.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Interrupted(String);

impl BadInput {
    fn of(error: impl std::fmt::Display + 'static) -> anyhow::Error {
        let code = codes::of(&error);
        anyhow::Error::new(Self { text: error.to_string(), code })
    }

    fn coded(code: Code, text: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self { text: text.into(), code: Some(code) })
    }
}

impl Cli {
    /// Carries out what was asked for. Errors are printed to standard error.
    pub fn execute(self) -> ExitCode {
        let verb = self.verb.unwrap_or_else(|| Verb::Compare(compare::Compare::reference()));
        // The lab has agents to end and folders to remove first, and sees to it by itself.
        if !matches!(verb, Verb::Lab(_)) {
            interrupt::watch();
            self.limits.enforce();
            // These show by themselves how far they are.
            watch::begin(!matches!(verb, Verb::Sweep(_) | Verb::Import(_) | Verb::Serve(_)));
        }
        let done = match verb {
            Verb::Compare(verb) => verb.execute(),
            Verb::Report(verb) => verb.execute(),
            Verb::Serve(verb) => verb.execute(),
            Verb::Explain(verb) => verb.execute(),
            Verb::BreakEven(verb) => verb.execute(),
            Verb::ScaleLimit(verb) => verb.execute(),
            Verb::Check(verb) => verb.execute(),
            Verb::Tune(verb) => verb.execute(),
            Verb::Plan(verb) => verb.execute(),
            Verb::Sensitivity(verb) => verb.execute(),
            Verb::Forecast(verb) => verb.execute(),
            Verb::ShowBack(verb) => verb.execute(),
            Verb::Size(verb) => verb.execute(),
            Verb::Diff(verb) => verb.execute(),
            Verb::Run(verb) => verb.execute(),
            Verb::Sweep(verb) => verb.execute(),
            Verb::Merge(verb) => verb.execute(),
            Verb::Import(verb) => verb.execute(),
            Verb::Verify(verb) => verb.execute(),
            Verb::Lab(verb) => verb.execute(),
            Verb::Calibrate(verb) => verb.execute(),
            Verb::Init(verb) => verb.execute(),
            Verb::Completions(verb) => verb.execute(),
            Verb::Man(verb) => verb.execute(),
            Verb::Schema(verb) => verb.execute(),
            Verb::Validate(verb) => verb.execute(),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
            Err(error) if error.is::<Outcome>() => {
                ExitCode::from(error.downcast_ref::<Outcome>().map_or(1, |outcome| outcome.0))
            }
            Err(error) => {
                output::complain(&error);
                if let Some(code) = error.downcast_ref::<BadInput>().and_then(|error| error.code) {
                    output::tell(&format!("more on {code}: loghaul explain {code}"));
                }
                let code = if error.is::<BadInput>() || is_too_large(&error) { 2 } else { 1 };
                ExitCode::from(if error.is::<Interrupted>() { 130 } else { code })
            }
        }
    }
}

/// Whether something was not run because it does not fit into memory, however deep inside that was found.
fn is_too_large(error: &anyhow::Error) -> bool {
    let runs = error.chain().filter_map(|cause| cause.downcast_ref::<crate::run::RunError>());
    runs.into_iter().any(|run| matches!(run, crate::run::RunError::TooLarge { .. }))
}

/// Metrics by their names.
fn metrics(names: &[String]) -> anyhow::Result<Vec<crate::metric::Metric>> {
    let find = |name: &String| {
        crate::metric::Metric::from_id(name.trim()).ok_or_else(|| {
            let known: Vec<&str> = crate::metric::Metric::ALL.iter().map(|m| m.id()).collect();
            let problem = format!("there is no metric {name:?}; there are {}", known.join(", "));
            BadInput::coded(Code::NoMetric, problem)
        })
    };
    names.iter().map(find).collect()
}

/// Strategies by their names.
fn strategies(names: &[String]) -> anyhow::Result<Vec<&'static crate::strategy::Strategy>> {
    if let [all] = names
        && all.trim() == "all"
    {
        return Ok(crate::strategy::ALL.to_vec());
    }
    let mut found: Vec<&'static crate::strategy::Strategy> = Vec::new();
    for name in names {
        let Some(strategy) = crate::strategy::by_name(name.trim()) else {
            let known: Vec<&str> = crate::strategy::ALL.iter().map(|s| s.name).collect();
            let problem = format!("there is no strategy {name:?}; there are {}", known.join(", "));
            return Err(BadInput::coded(Code::NoStrategy, problem));
        };
        if found.iter().any(|s| s.name == strategy.name) {
            return Err(BadInput::of(format!("strategy {name:?} is named twice")));
        }
        found.push(strategy);
    }
    Ok(found)
}
