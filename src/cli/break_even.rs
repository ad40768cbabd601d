//! `loghaul break-even`: where the best strategy changes.

use super::ahead::Ahead;
use super::study::{ExperimentArgs, SliceArgs};
use super::{BadInput, axes, output};
use crate::metric::Metric;
use crate::report;
use crate::report::break_even::Found;
use crate::run::Runner;
use crate::study::{self, Axis, POINT_TIME, Provenance, Rules, Stretch};
use std::path::PathBuf;

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
    pub(super) fn execute(self) -> anyhow::Result<()> {
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
        let strategies = self.experiment.strategies()?;
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let scenario = asked.scenario()?;
        let steps = self.steps as usize;
        let stretch = |axis: Axis, given: Option<&String>| -> anyhow::Result<Stretch> {
            let (from, until) = axes::range(axis, given.map(String::as_str), &scenario)?;
            Ok(Stretch { axis, from, until, steps })
        };
        let x = stretch(x, self.x_range.as_ref())?;
        let y = y.map(|y| stretch(y, self.y_range.as_ref())).transpose()?;
        if let Some(folder) = &self.out {
            report::check_folder(folder).map_err(BadInput::of)?;
        }
        let (seed, SliceArgs { reps: replications, nodes }) = (asked.seed, self.slice);
        let rules = Rules { strategies: &strategies, metric, seed, replications };
        // Between points of different winners some more are looked at.
        let points = if y.is_some() { 1.5 * (steps * steps) as f64 } else { 3.0 * steps as f64 };
        let runs = points * replications as f64;
        Ahead::default().and_slices(&scenario, &strategies, nodes, runs).announce()?;
        let runner = Runner::new();
        let (settled, warmup_by) =
            study::settle_on_slice(&runner, &scenario, &strategies, seed, (nodes, POINT_TIME))?;
        let result = study::break_even(&runner, &settled, rules, x, y, nodes)?;
        let settled = (&settled, warmup_by);
        let provenance = Provenance {
            slice: Some(study::slice_of(&scenario, nodes, POINT_TIME)),
            ..study::provenance(&scenario, settled, &strategies, seed, replications, &self.command())
        };
        let found = Found { result: &result, metric, provenance: &provenance };
        if let Some(folder) = &self.out {
            let written = found.write_folder(folder)?;
            output::tell(&format!("{} files written to {}", written.len(), folder.display()));
        }
        show.print(&found, asked.lang)
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
