//! `loghaul calibrate`: a profile's costs from a user's own measurements.

use super::show::{self, ShowArgs};
use super::{BadInput, output};
use crate::calibrate::{self, Filter, ReadOptions};
use crate::diagnosis::Code;
use crate::lang::Lang;
use crate::profile;
use crate::report::Format;
use crate::report::calibration::Fitted;
use crate::units::SimTime;
use clap::builder::PossibleValue;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Fit a profile's costs to measured points.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loghaul calibrate measurements/lab/layouts.csv --base fluent-bit --where agent=fluent-bit"
)]
pub(super) struct Calibrate {
    /// A CSV, a row a measured point: files, agents, rate_node_lps, line_bytes, cpu_cores_schedstat; where measured
    /// also rss_sum_kib, pss_sum_kib, wakeups_per_s, payload_bytes, lines_recv_in_window, duration_s; variant may
    /// say tick5ms, buf64MB, k8s, configs=10, joined by +; or a folder that lab run wrote
    file: PathBuf,
    /// The profile to begin from: what the points do not tell stays as it is there
    #[arg(long, default_value = "fluent-bit")]
    base: String,
    /// The name of the new profile; default: that of the file
    #[arg(long)]
    name: Option<String>,
    /// Take only rows with these values of a column, such as agent=fluent-bit; repeatable
    #[arg(long = "where", value_name = "COLUMN=VALUE,…")]
    filters: Vec<Filter>,
    /// Time between writes to all files at once, for rows whose variant does not say; 0 for writers that are
    /// independent of each other, as real pods are
    #[arg(long, default_value = "5ms")]
    tick: SimTime,
    /// What is on standard output: the profile, or the fit in a format; default: yaml, with the fit on standard error;
    /// with --out the fit alone
    #[arg(short, long, value_enum)]
    output: Option<Printed>,
    /// Language of the fit's tables
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Also write the profile to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What is printed: the profile, or the fit in a format of its own.
#[derive(Clone, Copy, Debug)]
enum Printed {
    Yaml,
    Fit(Format),
}

impl clap::ValueEnum for Printed {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Printed>> = LazyLock::new(|| {
            let fits = Format::value_variants().iter().map(|format| Printed::Fit(*format));
            std::iter::once(Printed::Yaml).chain(fits).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Yaml => Some(PossibleValue::new("yaml").help("The profile, as a scenario takes it")),
            Self::Fit(format) => format.to_possible_value(),
        }
    }
}

impl Calibrate {
    pub(super) fn execute(self) -> anyhow::Result<()> {
        let known: Vec<&str> = profile::names().collect();
        let Some(base) = profile::embedded(&self.base) else {
            let problem =
                format!("there is no profile {:?} to begin from; there are {}", self.base, known.join(", "));
            return Err(BadInput::of(problem));
        };
        let base = base?;
        let stem = || self.file.file_stem().map(|s| s.to_string_lossy().into_owned());
        let name = self.name.clone().or_else(stem).unwrap_or_default();
        if known.contains(&name.as_str()) {
            return Err(BadInput::of(format!(
                "{name:?} is a profile that there is already; choose another with --name"
            )));
        }
        let path = if self.file.is_dir() { self.file.join("layouts.csv") } else { self.file.clone() };
        let file = path.display().to_string();
        let bytes = std::fs::read(&path)
            .map_err(|e| BadInput::coded(Code::Unreadable, format!("{file} cannot be read: {e}")))?;
        let options = ReadOptions {
            filters: self.filters.clone(),
            tick: Some(self.tick).filter(|tick| *tick > SimTime::ZERO),
        };
        let measured = calibrate::read(&file, &bytes, &options).map_err(BadInput::of)?;
        let fits = calibrate::calibrate(&measured, &base).map_err(BadInput::of)?;
        let held_out = calibrate::held_out(&measured, &base).map_err(BadInput::of)?;
        let yaml = measured.to_yaml(&name, &base, &fits).map_err(anyhow::Error::msg)?;
        if let Some(path) = &self.out {
            output::write_file(path, &yaml)?;
            output::tell(&format!(
                "{} written; use it with: loghaul compare SCENARIO --profile {}",
                path.display(),
                output::quoted(&path.display().to_string())
            ));
        }
        let fitted =
            Fitted { name: &name, base: &base.name, measured: &measured, fits: &fits, held_out: &held_out };
        let default = if self.out.is_some() { Printed::Fit(Format::Table) } else { Printed::Yaml };
        match self.output.unwrap_or(default) {
            Printed::Yaml => {
                output::tell(Format::Table.write(&fitted, show::look(self.lang))?.trim_end());
                output::print(&yaml)
            }
            Printed::Fit(output) => ShowArgs { output }.print(&fitted, self.lang),
        }
    }
}
