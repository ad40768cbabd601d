//! `loghaul diff`: two results, or two scenarios, beside each other.

use super::ahead::{self, Ahead};
use super::show::ShowArgs;
use super::study::{COLUMNS, PriceArgs, RepsArgs, StudyArgs};
use super::tabled::DEFAULT_REPS;
use super::{BadInput, Outcome};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::report::{difference::Differing, recorded};
use crate::run::Runner;
use crate::scenario::Setting;
use crate::study::{self, HEADLINES, Recorded, Verdict};
use crate::units::Fraction;
use std::path::{Path, PathBuf};

/// Set two results beside each other: folders of `compare --out`, or two scenarios, which are run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loghaul diff reference mixed-paas --reps 2 --strategies daemonset")]
pub(super) struct Diff {
    /// What was: a result's folder or compare.json, or a scenario
    before: PathBuf,
    /// What is
    after: PathBuf,
    #[command(flatten)]
    reps: RepsArgs,
    #[command(flatten)]
    show: ShowArgs,
    /// Of scenarios: seed of all random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Language of tables and reports
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Of scenarios: set a value in both; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<Setting>,
    #[command(flatten)]
    money: PriceArgs,
    /// Of scenarios: strategies
    #[arg(long, value_delimiter = ',', default_values_t = COLUMNS.map(str::to_owned))]
    strategies: Vec<String>,
    /// Figures that are shown and judged; CSV and JSON hold all [default: cost and what decisions rest on]
    #[arg(long, value_delimiter = ',', value_name = "METRIC,…")]
    metrics: Vec<String>,
    /// Exit with 3 where something is surely worse, or an objective is missed that was not
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// With --fail-on: what is worse by less than this share does not count
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    least: Fraction,
}

/// What is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Something is surely worse
    Regression,
}

impl Diff {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let metrics = self.metrics()?;
        let [before, after] = [&self.before, &self.after];
        let (before, after) = match (is_result(before), is_result(after)) {
            (true, true) => {
                (recorded::read(before).map_err(BadInput::of)?, recorded::read(after).map_err(BadInput::of)?)
            }
            (false, false) => (self.run(before)?, self.run(after)?),
            _ => {
                return Err(BadInput::of(
                    "a result can be compared with a result, and a scenario with a scenario",
                ));
            }
        };
        let found = study::difference(&before, &after);
        self.show.print(&Differing { difference: &found, metrics: &metrics }, self.lang)?;
        let shown = found.changes.iter().filter(|change| metrics.contains(&change.metric));
        let is_worse = shown.clone().any(|change| change.is_regression(self.least.get()));
        match self.fail_on {
            Some(FailOn::Regression) if is_worse || !found.newly_missed.is_empty() => Err(Outcome::of(3)),
            _ => Ok(()),
        }
    }

    /// Runs a scenario, as far as a difference needs it.
    fn run(&self, path: &Path) -> anyhow::Result<Recorded> {
        let asked = StudyArgs {
            scenario: Some(path.to_owned()),
            seed: self.seed,
            lang: self.lang,
            settings: self.settings.clone(),
            profile: None,
            money: self.money.clone(),
        };
        let scenario = asked.scenario()?;
        let strategies = super::strategies(&self.strategies)?;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        Ahead::of(&scenario, &strategies, ahead::most(replications)).announce()?;
        let runner = Runner::new();
        let compared = study::compare(&runner, &scenario, &strategies, self.seed, replications, "")?;
        let figures = compared.strategies.iter().map(|result| {
            let metrics = result.estimates().into_keys().map(|metric| (metric, result.values(metric)));
            (result.strategy.to_owned(), metrics.collect())
        });
        let missed = compared.strategies.iter().map(|result| {
            let missed = result.objectives.iter().filter(|(_, verdict)| *verdict == Some(Verdict::Missed));
            (result.strategy.to_owned(), missed.map(|(objective, _)| objective.to_string()).collect())
        });
        Ok(Recorded {
            name: path.display().to_string(),
            scenario: Some(serde_json::to_value(&scenario)?),
            seed: self.seed,
            strategies: figures.collect(),
            missed: missed.collect(),
        })
    }

    fn metrics(&self) -> anyhow::Result<Vec<Metric>> {
        if self.metrics.is_empty() {
            return Ok([&[Metric::Cost], &HEADLINES[..]].concat());
        }
        super::metrics(&self.metrics)
    }
}

/// A folder, or the document in it; everything else is a scenario.
fn is_result(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|ending| ending == "json")
}
