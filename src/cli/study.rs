//! What studies are run with: scenario, settings, seed, replications.

use super::show::ShowArgs;
use super::{BadInput, output};
use crate::diagnosis::Code;
use crate::lang::{Lang, format};
use crate::report;
use crate::run::growth_of;
use crate::scenario::{Amendments, Prices, Scenario, Setting, embedded, embedded_names, text_of, wrong_at};
use crate::strategy::{ALL, DAEMONSET, NATIVE, SIDECAR, Strategy, by_name};
use crate::study::Replications;
use crate::units::Fraction;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What a study is run with.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct StudyArgs {
    /// Scenario file, the name of an embedded scenario, or - for standard input
    pub scenario: Option<PathBuf>,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    /// Language of tables and reports
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Set a value of the scenario, such as collection.with.flush=2s or tenants[0].workloads[0].replicas=20;
    /// repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub settings: Vec<Setting>,
    #[command(flatten)]
    pub money: PriceArgs,
    /// Collect with the profile in this file, as calibrate writes it
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

/// What things cost, and in which currency.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct PriceArgs {
    /// Prices of nodes (by pool or instance type) and data in place of the scenario's: YAML, or CSV by its ending
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// What prices are in, such as EUR: stands behind every cost that people read [default: the file of prices' own]
    #[arg(long, value_parser = currency)]
    currency: Option<String>,
}

impl PriceArgs {
    /// The scenario with the prices of a file, where there is one; and what they are in is what costs are shown in.
    fn put(&self, mut scenario: Scenario) -> anyhow::Result<Scenario> {
        let mut shown = self.currency.clone();
        if let Some(path) = &self.prices {
            let prices = Prices::read(&path.display().to_string(), &text_of(path).map_err(BadInput::of)?);
            let prices = prices.map_err(BadInput::of)?;
            prices.put(&mut scenario).map_err(BadInput::of)?;
            if let (None, Some(own)) = (&shown, &prices.currency) {
                let wrong =
                    |problem| BadInput::of(format!("{}: currency {own:?}: {problem}", path.display()));
                shown = Some(currency(own).map_err(wrong)?);
            }
        }
        if let Some(shown) = shown {
            format::set_currency(shown);
        }
        Ok(scenario)
    }

    /// As it is typed, with a blank before; nothing where nothing is said.
    pub(super) fn typed(&self) -> String {
        output::option("prices", self.prices.as_ref().map(|path| path.display()))
            + &output::option("currency", self.currency.as_ref())
    }
}

/// A currency as it is shown: a short word or a sign.
fn currency(text: &str) -> Result<String, String> {
    let is_shown = |c: char| c.is_alphanumeric() || "$€£¥₹₩₽₺₫₱฿₪".contains(c);
    let short = (1..=8).contains(&text.chars().count());
    match short && text.chars().all(is_shown) {
        true => Ok(text.to_owned()),
        false => Err("needed is a short word or a sign, such as EUR, USD or €".to_owned()),
    }
}

/// The columns of the article's table: what is compared where nothing is said.
pub(super) const COLUMNS: [&str; 3] = [NATIVE.name, DAEMONSET.name, SIDECAR.name];

/// What an experiment with several strategies is run with, and how it is shown.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ExperimentArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    /// Strategies; "all" for every one that there is
    #[arg(long, value_delimiter = ',', default_values_t = COLUMNS.map(str::to_owned))]
    pub strategies: Vec<String>,
    #[command(flatten)]
    pub show: ShowArgs,
}

impl ExperimentArgs {
    /// The strategies asked for.
    pub(super) fn strategies(&self) -> anyhow::Result<Vec<&'static Strategy>> {
        super::strategies(&self.strategies)
    }
}

/// The slice of a cluster that stands for it at each point of a search.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct SliceArgs {
    /// Replications, each searched by itself
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=MOST_REPS))]
    pub reps: u64,
    /// Nodes of the slice that stands for the cluster at each point
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub nodes: u64,
}

impl SliceArgs {
    /// As it is typed to remake a result.
    pub(super) fn typed(self, strategies: &[String]) -> String {
        format!("--strategies {} --nodes {} --reps {}", strategies.join(","), self.nodes, self.reps)
    }
}

/// How many replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reps {
    /// So many.
    Number(u64),
    /// As many as the precision needs.
    Auto,
}

/// The most replications that may be asked for.
const MOST_REPS: u64 = 1000;

fn reps(text: &str) -> Result<Reps, String> {
    let allowed = || format!("allowed are 1..={MOST_REPS}, or auto");
    match text {
        "auto" => Ok(Reps::Auto),
        number => match number.parse() {
            Ok(n) if (1..=MOST_REPS).contains(&n) => Ok(Reps::Number(n)),
            _ => Err(allowed()),
        },
    }
}

fn precision(text: &str) -> Result<Fraction, String> {
    let share: Fraction = text.parse().map_err(|e| format!("{e}"))?;
    let in_range = (0.001..=1.0).contains(&share.get());
    if in_range { Ok(share) } else { Err("allowed are 0.1% to 100%".to_owned()) }
}

/// How many replications are run.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct RepsArgs {
    /// Replications: several give means with 95 % intervals; auto adds them, five at a time, until freshness p99,
    /// loss, undelivered lines, agent CPU and memory of every strategy, and their paired differences, are precise
    #[arg(long, value_name = "N|auto", value_parser = reps, allow_negative_numbers = true)]
    reps: Option<Reps>,
    /// With --reps auto: half the width of the interval, as a share of the mean [default: 5%]
    #[arg(long, value_parser = precision)]
    precision: Option<Fraction>,
    /// With --reps auto: replications at most [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=MOST_REPS))]
    max_reps: Option<u64>,
}

impl RepsArgs {
    const PRECISION: Fraction = Fraction::new(0.05);
    const MOST: u64 = 50;

    /// The replications asked for; `default` where nothing is said.
    pub(super) fn replications(self, default: u64) -> anyhow::Result<Replications> {
        let is_auto = self.reps == Some(Reps::Auto) || self.reps.is_none() && self.precision.is_some();
        match self.reps {
            _ if is_auto => Ok(Replications::Auto {
                precision: self.precision.unwrap_or(Self::PRECISION).get(),
                most: self.max_reps.unwrap_or(Self::MOST),
            }),
            _ if self.precision.is_some() || self.max_reps.is_some() => Err(BadInput::of(
                "--precision and --max-reps go with --reps auto, not with a number of replications",
            )),
            Some(Reps::Number(n)) => Ok(Replications::Fixed(n)),
            _ => Ok(Replications::Fixed(default)),
        }
    }

    /// As it is typed to remake a result.
    pub(super) fn typed(self, replications: Replications) -> String {
        match replications {
            Replications::Fixed(n) => format!("--reps {n}"),
            Replications::Auto { precision, most } => {
                format!("--reps auto --precision {} --max-reps {most}", Fraction::new(precision))
            }
        }
    }
}

impl StudyArgs {
    /// The scenario asked for, with what is set: a file, an embedded one by name, or the reference.
    pub(super) fn scenario(&self) -> anyhow::Result<Scenario> {
        self.scenario_with(&[])
    }

    /// The same with further settings.
    pub(super) fn scenario_with(&self, more: &[Setting]) -> anyhow::Result<Scenario> {
        let (file, text) = self.text()?;
        let profiles = match &self.profile {
            Some(path) => Some((path.display().to_string(), text_of(path).map_err(BadInput::of)?)),
            None => None,
        };
        let settings = [&self.settings[..], more].concat();
        let set = settings.iter().map(ToString::to_string).find(|setting| setting.starts_with("strategy="));
        let scenario = Amendments { profiles, settings }.read(&file, &text).map_err(BadInput::of)?;
        let scenario = self.money.put(scenario)?;
        match &scenario.strategy {
            Some(name) if by_name(name).is_none() => {
                let known: Vec<&str> = ALL.iter().map(|strategy| strategy.name).collect();
                let problem = format!("there is no strategy {name:?}; there are {}", known.join(", "));
                Err(match set {
                    Some(setting) => BadInput::coded(Code::NoStrategy, format!("--set {setting}: {problem}")),
                    None => {
                        BadInput::of(wrong_at(&file, &text, "strategy", &problem).coded(Code::NoStrategy))
                    }
                })
            }
            _ => self.placed(scenario, &file, &text),
        }
    }

    /// The scenario, if its pods fit or its cluster may grow; that it grows is said first, whatever the verb.
    fn placed(&self, scenario: Scenario, file: &str, text: &str) -> anyhow::Result<Scenario> {
        match growth_of(&scenario) {
            Ok(Some(grown)) => output::tell(&report::grown::without(&grown, self.lang)),
            Err(misfit) if !scenario.cluster.grow => {
                let problem = format!("grow is false, and {misfit}; add nodes, or leave grow out");
                return Err(BadInput::of(
                    wrong_at(file, text, "cluster/grow", &problem).coded(Code::DoesNotFit),
                ));
            }
            // Pools that do not grow: no strategy can be run here, and each says so.
            _ => {}
        }
        Ok(scenario)
    }

    /// What errors call the scenario, and its text.
    pub(super) fn text(&self) -> anyhow::Result<(String, String)> {
        let Some(path) = &self.scenario else {
            return Ok(("reference".to_owned(), embedded("reference").unwrap_or_default().to_owned()));
        };
        let name = path.to_string_lossy().into_owned();
        if name == "-" {
            return Ok(("standard input".to_owned(), output::standard_input()?));
        }
        if path.exists() {
            return Ok((name, text_of(path).map_err(BadInput::of)?));
        }
        if let Some(yaml) = embedded(&name) {
            return Ok((name, yaml.to_owned()));
        }
        let known: Vec<&str> = embedded_names().collect();
        let problem = format!(
            "there is no file {name}, and no embedded scenario of that name; embedded are {}",
            known.join(", ")
        );
        Err(BadInput::coded(Code::NoScenario, problem))
    }

    /// What a reader types to remake a result: the verb, the scenario, `own` of the verb's, seed and settings.
    pub(super) fn command(&self, verb: &str, own: &str) -> String {
        let given =
            self.scenario.as_ref().map_or_else(|| "reference".to_owned(), |p| p.display().to_string());
        let mut text = format!("loghaul {verb} {} {own} --seed {}", output::quoted(&given), self.seed);
        // Writing to a string cannot fail.
        if let Some(path) = &self.profile {
            let _ = write!(text, " --profile {}", output::quoted(&path.display().to_string()));
        }
        text += &self.money.typed();
        for setting in &self.settings {
            let _ = write!(text, " --set {}", output::quoted(&setting.to_string()));
        }
        text
    }
}
