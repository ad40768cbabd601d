//! `loghaul size`: requests, limits and buffers, and the proof that they suffice.

use super::ahead::{Ahead, TRIALS};
use super::study::StudyArgs;
use super::tabled::DEFAULT_REPS;
use super::{BadInput, Outcome, output, show};
use crate::report::Format;
use crate::report::sizes::Sized;
use crate::scenario::Objective;
use crate::sizing::values::Chart;
use crate::sizing::{self, Ask, SizeError, Sizes};
use crate::strategy::DAEMONSET;
use crate::study::Verdict;
use crate::units::Fraction;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::sync::LazyLock;

/// Size agents at the scenario's worst moment: exit code 0 proved, 99 an objective is missed, 4 undecided.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul size backend-outage --objective 'loss <= 0.1%' --reps 2\n\nThe sizes go into the scenario \
                  with -o set, and into a chart with -o values."
)]
pub(super) struct Size {
    #[command(flatten)]
    study: StudyArgs,
    /// The strategy: daemonset, sidecar or hybrid [default: the scenario's own, or daemonset]
    #[arg(long)]
    strategy: Option<String>,
    /// An objective in place of the scenario's, such as 'loss <= 0.1%'; repeatable
    #[arg(long = "objective", value_name = "METRIC<=BOUND", value_parser = Objective::parse)]
    objectives: Vec<Objective>,
    /// What is added to what agents use
    #[arg(long, value_name = "SHARE", default_value = "20%", value_parser = headroom)]
    headroom: Fraction,
    /// Replications, for finding sizes and for proving them
    #[arg(long, default_value_t = DEFAULT_REPS, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    reps: u64,
    /// Format on standard output
    #[arg(short, long, value_enum, default_value_t)]
    output: Printed,
    /// With -o values: where they go [default: the agent's chart, or a native sidecar]
    #[arg(long, value_enum)]
    chart: Option<Chart>,
    /// With -o values: the name of your own sink (Vector) or exporter (OpenTelemetry Collector)
    #[arg(long, value_name = "NAME", default_value = "backend")]
    sink: String,
}

/// What is printed: a report in a format, or what goes into a chart or a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Printed {
    Report(Format),
    Values,
    Set,
}

impl Default for Printed {
    fn default() -> Self {
        Self::Report(Format::Table)
    }
}

impl ValueEnum for Printed {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Printed>> = LazyLock::new(|| {
            let reports = Format::value_variants().iter().map(|format| Printed::Report(*format));
            reports.chain([Printed::Values, Printed::Set]).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Report(Format::Table) => Format::Table.to_possible_value().map(|value| value.alias("text")),
            Self::Report(format) => format.to_possible_value(),
            Self::Values => Some(
                PossibleValue::new("values").help("Values of an official chart, or a sidecar's container"),
            ),
            Self::Set => Some(
                PossibleValue::new("set")
                    .help("Arguments that put the sizes into the scenario: --set PATH=VALUE …"),
            ),
        }
    }
}

/// More than this is no headroom.
const MOST_HEADROOM: f64 = 10.0;

fn headroom(text: &str) -> Result<Fraction, String> {
    let share: Fraction = text.parse().map_err(|e| format!("{e}"))?;
    let in_range = (0.0..=MOST_HEADROOM).contains(&share.get());
    if in_range { Ok(share) } else { Err("allowed are 0% to 1000%".to_owned()) }
}

impl Size {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let mut scenario = self.study.scenario()?;
        if !self.objectives.is_empty() {
            scenario.objectives.clone_from(&self.objectives);
        }
        let named = self.strategy.clone().or_else(|| scenario.strategy.clone());
        let strategy = super::strategies(&[named.unwrap_or_else(|| DAEMONSET.name.to_owned())])?[0];
        let ask = Ask { headroom: self.headroom.get(), seed: self.study.seed, replications: self.reps };
        let objectives: String = self
            .objectives
            .iter()
            .map(|o| format!(" --objective {}", output::quoted(&o.to_string())))
            .collect();
        let own = format!(
            "--strategy {} --headroom {} --reps {}{objectives}",
            strategy.name, self.headroom, self.reps
        );
        let command = self.study.command("size", &own);
        Ahead::of(&scenario, &[strategy], TRIALS / 5.0 * self.reps as f64).announce()?;
        let sizes = sizing::size(&scenario, strategy, ask, &command).map_err(|error| match error {
            SizeError::Run(error) => anyhow::Error::new(error),
            error => BadInput::of(error),
        })?;
        self.print(&sizes)?;
        match sizes.verdict() {
            Verdict::Met => Ok(()),
            Verdict::Missed => Err(Outcome::of(99)),
            Verdict::Undecided => Err(Outcome::of(4)),
        }
    }

    fn print(&self, sizes: &Sizes) -> anyhow::Result<()> {
        let format = match self.output {
            Printed::Values => return self.print_values(sizes),
            Printed::Set => {
                let word = |(path, value): (String, String)| {
                    format!("--set {}", output::quoted(&format!("{path}={value}")))
                };
                let words: Vec<String> = sizes.settings().into_iter().map(word).collect();
                return output::print(&format!("{}\n", words.join(" ")));
            }
            Printed::Report(format) => format,
        };
        output::print(&format.write(&Sized { sizes, sink: &self.sink }, show::look(self.study.lang))?)
    }

    /// A document a container, as far as it goes where the values are to go.
    fn print_values(&self, sizes: &Sizes) -> anyhow::Result<()> {
        let mut documents = Vec::new();
        let takes = |container: &&sizing::Container| match self.chart {
            Some(chart) => sizes.containers.len() == 1 || Chart::of(container).contains(&chart),
            None => true,
        };
        for container in sizes.containers.iter().filter(takes) {
            let usual = Chart::of(container).first().copied();
            let chart = self.chart.or(usual).unwrap_or(Chart::FluentBit);
            documents.push(chart.write(container, &self.sink).map_err(BadInput::of)?);
        }
        output::print(&documents.join("---\n"))
    }
}
