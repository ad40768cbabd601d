//! `loghaul scale-limit`: how far a cluster can grow.

use super::studied::COLUMNS;
use super::study::StudyArgs;
use super::{axes, output};
use crate::report::growth;
use crate::run::Runner;
use crate::study::{self, Axis, POINT_TIME, Search};

/// Along which axes a cluster grows.
const GROWTH: [Axis; 4] = [Axis::Tenants, Axis::Nodes, Axis::PodsPerNode, Axis::LinesPerSecond];

/// Find how far a cluster can grow.
#[derive(Debug, clap::Args)]
pub(super) struct ScaleLimit {
    #[command(flatten)]
    study: StudyArgs,
    /// What grows: tenants, nodes, pods-per-node or lines-per-second
    #[arg(long, value_name = "AXIS")]
    of: String,
    /// From where to where, such as 1:100; default: up to Kubernetes' own limits
    #[arg(long, value_name = "FROM:UNTIL")]
    range: Option<String>,
    /// Strategies
    #[arg(long, value_delimiter = ',', default_values_t = COLUMNS.map(str::to_owned))]
    strategies: Vec<String>,
    /// Replications, each searched by itself
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// Nodes of the slice that stands for the cluster at each value
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    nodes: u64,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: super::Format,
}

impl ScaleLimit {
    pub fn execute(self) -> anyhow::Result<()> {
        let axis = axes::axis(&self.of, &GROWTH)?;
        let strategies = super::strategies(&self.strategies)?;
        let scenario = self.study.scenario()?;
        let range = axes::range(axis, self.range.as_deref(), &scenario)?;
        let search = Search {
            axis,
            range,
            strategies: &strategies,
            nodes: self.nodes,
            time: POINT_TIME,
            seed: self.study.seed,
            replications: self.reps,
        };
        let (runner, seed) = (Runner::new(), self.study.seed);
        let (settled, warmup_by) =
            study::settle_on_slice(&runner, &scenario, &strategies, seed, (self.nodes, POINT_TIME))?;
        let limits = study::scale_limits(&runner, &settled, search)?;
        let own = format!(
            "--of {}{} --strategies {} --nodes {} --reps {}",
            axis.id(),
            output::option("range", self.range.as_ref()),
            self.strategies.join(","),
            self.nodes,
            self.reps
        );
        let command = self.study.command("scale-limit", &own);
        let settled = (&settled, warmup_by);
        let provenance = study::provenance(&scenario, settled, &strategies, seed, self.reps, &command);
        let (lang, nodes) = (self.study.lang, self.nodes.min(scenario.nodes().max(1)));
        match self.output {
            super::Format::Table => output::print(&growth::render(&limits, nodes, &provenance, lang, false)),
            super::Format::Md => output::print(&growth::render(&limits, nodes, &provenance, lang, true)),
            super::Format::Json => {
                output::print(&format!("{:#}", growth::to_json(&limits, nodes, &provenance)))
            }
            super::Format::Csv => output::print(&growth::to_csv(&limits)?),
        }
    }
}
