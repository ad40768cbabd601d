//! `loghaul sweep`: a scenario over several values of its fields.

mod parts;

use super::ahead::{self, Ahead};
use super::study::{ExperimentArgs, RepsArgs};
use super::tabled::DEFAULT_REPS;
use super::{BadInput, output, progress};
use crate::campaign::{Design, Engine, Shard, points};
use crate::report::sweep::{Footer, Swept as Shown};
use crate::run::identity;
use crate::scenario::{Scenario, Setting};
use crate::strategy::Strategy;
use crate::study::{Replications, Sweep as Swept, SweepPoint, Variation, sweep_point};
use rayon::prelude::*;
use std::path::PathBuf;

/// Run a scenario over several values of its fields.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul sweep reference --vary duration=1m,2m --vary agent=fluent-bit,vector --reps 1"
)]
pub(super) struct Sweep {
    #[command(flatten)]
    experiment: ExperimentArgs,
    #[command(flatten)]
    reps: RepsArgs,
    /// A field and its values: path=a,b,c or path=from:until:step; several give every combination. agent is short for
    /// collection.agent, and seed is the seed
    #[arg(long, value_name = "PATH=VALUES", required = true)]
    vary: Vec<Variation>,
    /// Which points: every combination, or a Latin hypercube of --points
    #[arg(long, value_enum, default_value_t)]
    design: DesignName,
    /// With --design lhs: how many points
    #[arg(long, value_name = "N")]
    points: Option<usize>,
    /// Figures of tables; CSV and JSON hold every metric
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "METRIC,…",
        default_value = "cost,agent_cpu,agent_memory,freshness_p99,undelivered"
    )]
    metrics: Vec<String>,
    /// Write points to this folder as they finish, and sweep.csv when all are there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// With --out: go on with what the folder holds of this sweep
    #[arg(long, requires = "out")]
    resume: bool,
    /// With --out: only part i of N, from 0; `loghaul merge` puts the parts together
    #[arg(long, value_name = "i/N", requires = "out", allow_hyphen_values = true)]
    shard: Option<Shard>,
    /// Run nothing: print a script that hands the parts to a scheduler
    #[arg(long, value_enum, requires = "parts", requires = "out")]
    emit: Option<Engine>,
    /// With --emit: how many parts
    #[arg(long, value_name = "N", requires = "emit",
          value_parser = clap::value_parser!(u32).range(1..=Shard::MOST as i64))]
    parts: Option<u32>,
    /// With --emit kubernetes: the image with the program
    #[arg(long, default_value = concat!("loghaul:", env!("CARGO_PKG_VERSION")))]
    image: String,
}

/// Which points are run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum DesignName {
    /// Every combination of the values
    #[default]
    Full,
    /// A Latin hypercube: so many points, every value equally often
    Lhs,
}

/// The most points that are held in memory: more are written to a folder.
const MOST_IN_MEMORY: usize = 1000;

/// What is run at every point.
struct Job<'a> {
    args: &'a Sweep,
    base: Scenario,
    strategies: Vec<&'static Strategy>,
    points: Vec<Vec<String>>,
    replications: Replications,
}

impl Sweep {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let metrics = super::metrics(&self.metrics)?;
        let job = self.job()?;
        if let Some(engine) = self.emit {
            return output::print(&job.script(engine)?);
        }
        job.ahead()?;
        let swept = match &self.out {
            Some(folder) => match job.to_folder(folder)? {
                Some(swept) => swept,
                None => return Ok(()),
            },
            None => job.in_memory()?,
        };
        let footer = job.footer();
        let ExperimentArgs { study, show, .. } = &self.experiment;
        show.print(&Shown { sweep: &swept, metrics: &metrics, footer: &footer }, study.lang)
    }

    fn job(&self) -> anyhow::Result<Job<'_>> {
        let strategies = self.experiment.strategies()?;
        let replications = self.reps.replications(DEFAULT_REPS)?;
        for (at, vary) in self.vary.iter().enumerate() {
            if self.vary[..at].iter().any(|v| full(&v.path) == full(&vary.path)) {
                return Err(BadInput::of(format!(
                    "{} varies twice; name it once, with all its values",
                    vary.path
                )));
            }
        }
        let design = match (self.design, self.points) {
            (DesignName::Full, None) => Design::Full,
            (DesignName::Full, Some(_)) => return Err(BadInput::of("--points goes with --design lhs")),
            (DesignName::Lhs, Some(points)) => Design::Lhs { points },
            (DesignName::Lhs, None) => return Err(BadInput::of("--design lhs needs --points N")),
        };
        let points = points(&self.vary, design, self.experiment.study.seed).map_err(BadInput::of)?;
        if self.out.is_none() && points.len() > MOST_IN_MEMORY {
            return Err(BadInput::of(format!(
                "{} points are more than {MOST_IN_MEMORY}: name a folder for them with --out, or vary less at a time",
                points.len()
            )));
        }
        let job =
            Job { args: self, base: self.experiment.study.scenario()?, strategies, points, replications };
        // All points are read before the first is run; of many, those at which a value stands for the first time.
        let mut seen: Vec<Vec<&str>> = vec![Vec::new(); self.vary.len()];
        for values in &job.points {
            let mut is_new = false;
            for (value, seen) in values.iter().zip(&mut seen) {
                if !seen.contains(&value.as_str()) {
                    seen.push(value);
                    is_new = true;
                }
            }
            if is_new || job.points.len() <= MOST_IN_MEMORY {
                job.scenario(values)?;
            }
        }
        Ok(job)
    }
}

/// A path without its short forms.
fn full(path: &str) -> &str {
    if path == "agent" { "collection.agent" } else { path }
}

impl Job<'_> {
    /// The scenario of a point, and its seed.
    fn scenario(&self, values: &[String]) -> anyhow::Result<(Scenario, u64)> {
        let (mut settings, mut seed) = (Vec::new(), self.args.experiment.study.seed);
        for (vary, value) in self.args.vary.iter().zip(values) {
            if vary.path == "seed" {
                let number = value.parse();
                seed = number.map_err(|_| BadInput::of(format!("seed={value}: a seed is a whole number")))?;
            } else {
                let text = format!("{}={value}", full(&vary.path));
                settings.push(text.parse::<Setting>().map_err(BadInput::of)?);
            }
        }
        Ok((self.args.experiment.study.scenario_with(&settings)?, seed))
    }

    /// Says beforehand how long it takes: of many points, by some of them.
    fn ahead(&self) -> anyhow::Result<()> {
        const LOOKED_AT: usize = 20;
        let step = self.points.len().div_ceil(LOOKED_AT).max(1);
        let mut ahead = Ahead::default();
        for values in self.points.iter().step_by(step) {
            let runs = step as f64 * ahead::most(self.replications);
            ahead = ahead.and(&self.scenario(values)?.0, &self.strategies, runs);
        }
        ahead.announce()
    }

    fn run(&self, values: &[String]) -> anyhow::Result<SweepPoint> {
        let (scenario, seed) = self.scenario(values)?;
        Ok(sweep_point(values.to_vec(), &scenario, &self.strategies, seed, self.replications)?)
    }

    fn in_memory(&self) -> anyhow::Result<Swept> {
        let bar = progress::bar("points", self.points.len() as u64, 0);
        let run = |values: &Vec<String>| {
            let point = self.run(values);
            bar.inc(1);
            point
        };
        let points = self.points.par_iter().map(run).collect::<anyhow::Result<_>>();
        bar.finish_and_clear();
        Ok(self.swept(points?))
    }

    fn swept(&self, points: Vec<SweepPoint>) -> Swept {
        let strategies = self.strategies.iter().map(|s| s.name).collect();
        Swept { paths: self.paths(), strategies, points }
    }

    fn paths(&self) -> Vec<String> {
        self.args.vary.iter().map(|vary| vary.path.clone()).collect()
    }

    /// What is typed for this sweep behind its scenario, word by word, but for folder and part.
    fn options(&self) -> Vec<String> {
        let args = self.args;
        let mut words = vec!["--strategies".to_owned(), args.experiment.strategies.join(",")];
        words.extend(args.reps.typed(self.replications).split(' ').map(str::to_owned));
        for vary in &args.vary {
            words.extend(["--vary".to_owned(), format!("{}={}", vary.path, vary.values.join(","))]);
        }
        if let Some(points) = args.points {
            words.extend(["--design", "lhs", "--points"].map(str::to_owned));
            words.push(points.to_string());
        }
        words
    }

    fn footer(&self) -> Footer {
        let own: Vec<String> = self.options().iter().map(|word| output::quoted(word)).collect();
        Footer {
            scenario: self.base.name.clone(),
            hash: format!("{:016x}", identity(&self.base)),
            seed: self.args.experiment.study.seed,
            command: self.args.experiment.study.command("sweep", &own.join(" ")),
        }
    }
}
