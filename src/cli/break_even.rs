//! `loghaul break-even`: where the best strategy changes.

use super::ahead::Ahead;
use super::study::{ExperimentArgs, SliceArgs};
use super::{BadInput, axes, output};
use crate::metric::Metric;
use crate::report;
use crate::report::break_even::Mapped;
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::study::{self, Axis, POINT_TIME, Provenance, Rules, Stretch};
use std::path::PathBuf;

/// How far the map beside a report reaches from where the scenario stands: to so many times as much.
const REACH: f64 = 8.0;

/// What a search is over, and by what.
#[derive(Debug)]
pub(super) struct Asks {
    x: Stretch,
    y: Option<Stretch>,
    metric: Metric,
    strategies: Vec<&'static Strategy>,
}

/// Find where the cheapest strategy that meets the objectives changes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul break-even proof-of-concept --x pods-per-node --reps 1")]
pub(super) struct BreakEven {
    #[command(flatten)]
    experiment: ExperimentArgs,
    #[command(flatten)]
    slice: SliceArgs,
    /// First axis: pods-per-node, lines-per-second, nodes, tenants, collected or outage
    #[arg(long, value_name = "AXIS", default_value = "pods-per-node")]
    x: String,
    /// Second axis, for a map
    #[arg(long, value_name = "AXIS")]
    y: Option<String>,
    /// From where to where on the first axis, such as 1:100
    #[arg(long, value_name = "FROM:UNTIL")]
    x_range: Option<String>,
    /// From where to where on the second axis
    #[arg(long, value_name = "FROM:UNTIL", requires = "y")]
    y_range: Option<String>,
    /// Points on each axis; between those of different winners the change is searched
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u64).range(2..=200))]
    steps: u64,
    /// What the best strategy is best by
    #[arg(long, default_value = "cost")]
    metric: String,
    /// Also write text, JSON, CSV and the map to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl BreakEven {
    /// The map that reports and the workshop page have: from an eighth of where the scenario stands to eight times that, on
    /// few points.
    pub(super) fn beside(experiment: ExperimentArgs, scenario: &Scenario) -> Self {
        let range = |axis: Axis| {
            let (least, most) = axis.range(scenario);
            let here = axis.of(scenario);
            // Two digits, so that what is typed is what was run.
            let round = |value: f64| format!("{value:.1e}").parse::<f64>().unwrap_or(value);
            let end = |value: f64| if axis.is_whole() { value.round() } else { round(value) };
            let (from, until) = (end((here / REACH).max(least)), end((here * REACH).min(most)));
            (here > 0.0 && from < until).then(|| format!("{from}:{until}"))
        };
        Self {
            x_range: range(Axis::PodsPerNode),
            y_range: range(Axis::LinesPerSecond),
            experiment,
            slice: SliceArgs { reps: 3, nodes: 2 },
            x: Axis::PodsPerNode.id().to_owned(),
            y: Some(Axis::LinesPerSecond.id().to_owned()),
            steps: 7,
            metric: scenario.rank_by.metric().id().to_owned(),
            out: None,
        }
    }

    pub(super) fn execute(self) -> anyhow::Result<()> {
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let scenario = asked.scenario()?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let asks = self.asks(&scenario)?;
        self.ahead(&scenario, &asks).announce()?;
        let mapped = self.find(&Runner::new(), &scenario, &asks)?;
        let found = mapped.found();
        if let Some(folder) = &self.out {
            let written = found.write_folder(folder, asked.lang)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        show.print(&found, asked.lang)
    }

    /// What is asked for, if it can be.
    pub(super) fn asks(&self, scenario: &Scenario) -> anyhow::Result<Asks> {
        let x = axes::axis(&self.x, &Axis::ALL)?;
        let y = self.y.as_ref().map(|y| axes::axis(y, &Axis::ALL)).transpose()?;
        if y == Some(x) {
            return Err(BadInput::of(format!("{} stands on both axes", x.id())));
        }
        let metric = self.metric.trim();
        let metric =
            Metric::from_id(metric).filter(|m| *m != Metric::NeighbourFreshness).ok_or_else(|| {
                let known: Vec<&str> = Metric::ALL.iter().map(|m| m.id()).collect();
                BadInput::of(format!(
                    "there is no metric {metric:?} to be best by; there are {}",
                    known.join(", ")
                ))
            })?;
        let stretch = |axis: Axis, given: Option<&String>| -> anyhow::Result<Stretch> {
            let (from, until) = axes::range(axis, given.map(String::as_str), scenario)?;
            Ok(Stretch { axis, from, until, steps: self.steps as usize })
        };
        let x = stretch(x, self.x_range.as_ref())?;
        let y = y.map(|y| stretch(y, self.y_range.as_ref())).transpose()?;
        Ok(Asks { x, y, metric, strategies: self.experiment.strategies()? })
    }

    /// What is run for it.
    pub(super) fn ahead(&self, scenario: &Scenario, asks: &Asks) -> Ahead {
        // Between points of different winners some more are looked at.
        let steps = self.steps as f64;
        let points = if asks.y.is_some() { 1.5 * steps * steps } else { 3.0 * steps };
        let runs = points * self.slice.reps as f64;
        Ahead::default().and_slices(scenario, &asks.strategies, self.slice.nodes, runs)
    }

    /// Looks for it.
    pub(super) fn find(&self, runner: &Runner, scenario: &Scenario, asks: &Asks) -> anyhow::Result<Mapped> {
        let Asks { x, y, metric, strategies } = asks;
        let (seed, SliceArgs { reps: replications, nodes }) = (self.experiment.study.seed, self.slice);
        let rules = Rules { strategies, metric: *metric, seed, replications };
        let (settled, warmup_by) =
            study::settle_on_slice(runner, scenario, strategies, seed, (nodes, POINT_TIME))?;
        let result = study::break_even(runner, &settled, rules, *x, *y, nodes)?;
        let settled = (&settled, warmup_by);
        let provenance = Provenance {
            slice: Some(study::slice_of(scenario, nodes, POINT_TIME)),
            ..study::provenance(scenario, settled, strategies, seed, replications, &self.command())
        };
        Ok(Mapped { result, metric: *metric, provenance })
    }

    /// What a reader types to remake the result.
    fn command(&self) -> String {
        let mut own = format!("--x {}", output::quoted(&self.x));
        for (option, value) in [("y", &self.y), ("x-range", &self.x_range), ("y-range", &self.y_range)] {
            own += &output::option(option, value.as_ref());
        }
        let (metric, slice) =
            (output::quoted(self.metric.trim()), self.slice.typed(&self.experiment.strategies));
        own += &format!(" --steps {} --metric {metric} {slice}", self.steps);
        self.experiment.study.command("break-even", &own)
    }
}
