//! `loghaul scale-limit`: how far a cluster can grow.

use super::ahead::Ahead;
use super::study::{ExperimentArgs, SliceArgs};
use super::{axes, output};
use crate::report::scale_limit::Limits;
use crate::run::Runner;
use crate::study::{self, Axis, POINT_TIME, Provenance, Search};

/// Along which axes a cluster grows.
const GROWTH: [Axis; 4] = [Axis::Tenants, Axis::Nodes, Axis::PodsPerNode, Axis::LinesPerSecond];

/// Points that a search comes to: doubling, then halving.
const POINTS: f64 = 20.0;

/// Find how far a cluster can grow.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul scale-limit proof-of-concept --of lines-per-second --reps 1")]
pub(super) struct ScaleLimit {
    #[command(flatten)]
    experiment: ExperimentArgs,
    #[command(flatten)]
    slice: SliceArgs,
    /// What grows: tenants, nodes, pods-per-node or lines-per-second
    #[arg(long, value_name = "AXIS")]
    of: String,
    /// From where to where, such as 1:100; default: up to Kubernetes' own limits
    #[arg(long, value_name = "FROM:UNTIL")]
    range: Option<String>,
}

impl ScaleLimit {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let axis = axes::axis(&self.of, &GROWTH)?;
        let strategies = self.experiment.strategies()?;
        let ExperimentArgs { study: asked, show, .. } = &self.experiment;
        let SliceArgs { reps, nodes } = self.slice;
        let scenario = asked.scenario()?;
        let range = axes::range(axis, self.range.as_deref(), &scenario)?;
        Ahead::default().and_slices(&scenario, &strategies, nodes, POINTS * reps as f64).announce()?;
        let (runner, seed) = (Runner::new(), asked.seed);
        let search = Search {
            axis,
            range,
            strategies: &strategies,
            nodes,
            time: POINT_TIME,
            seed,
            replications: reps,
        };
        let (settled, warmup_by) =
            study::settle_on_slice(&runner, &scenario, &strategies, seed, (nodes, POINT_TIME))?;
        let limits = study::scale_limits(&runner, &settled, search)?;
        let own = format!(
            "--of {}{} {}",
            axis.id(),
            output::option("range", self.range.as_ref()),
            self.slice.typed(&self.experiment.strategies)
        );
        let command = asked.command("scale-limit", &own);
        let settled = (&settled, warmup_by);
        let provenance = Provenance {
            slice: Some(study::slice_of(&scenario, nodes, POINT_TIME)),
            ..study::provenance(&scenario, settled, &strategies, seed, reps, &command)
        };
        let nodes = nodes.min(scenario.nodes().max(1));
        show.print(&Limits { limits: &limits, nodes, provenance: &provenance }, asked.lang)
    }
}
