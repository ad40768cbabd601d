//! `loghaul calibrate`: a profile's costs from a user's own measurements.

use super::{BadInput, output};
use crate::calibrate::{self, Calibration, Figure, Filter, Kept, Measured, ReadOptions, Term};
use crate::lang::format::{self, number};
use crate::profile::{self, Profile};
use crate::units::SimTime;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Fit a profile's costs to measured points.
#[derive(Debug, clap::Args)]
pub(super) struct Calibrate {
    /// A CSV, a row a measured point: files, agents, rate_node_lps, line_bytes, cpu_cores_schedstat; where measured
    /// also rss_sum_kib, pss_sum_kib, wakeups_per_s, payload_bytes, lines_recv_in_window, duration_s; variant may
    /// say tick5ms, buf64MB, k8s, configs=10, joined by +
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
    /// Format on standard output: the profile, the fit with its residuals, or both as JSON; default: yaml, with the
    /// fit on standard error; with --out the fit alone
    #[arg(short, long, value_enum)]
    output: Option<Format>,
    /// Also write the profile to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The profile, as a scenario takes it
    Yaml,
    /// The fit: costs, errors, warnings, residuals
    Table,
    /// The fit, as loghaul.calibrate/v1
    Json,
}

impl Calibrate {
    pub fn execute(self) -> anyhow::Result<()> {
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
        let file = self.file.display().to_string();
        let bytes =
            std::fs::read(&self.file).map_err(|e| BadInput::of(format!("{file} cannot be read: {e}")))?;
        let options = ReadOptions {
            filters: self.filters.clone(),
            tick: Some(self.tick).filter(|tick| *tick > SimTime::ZERO),
        };
        let measured = calibrate::read(&file, &bytes, &options).map_err(BadInput::of)?;
        let fits = calibrate::calibrate(&measured, &base).map_err(BadInput::of)?;
        let yaml = measured.to_yaml(&name, &base, &fits).map_err(anyhow::Error::msg)?;
        if let Some(path) = &self.out {
            output::write_file(path, &yaml)?;
            output::tell(&format!(
                "{} written; use it with: loghaul compare SCENARIO --profile {}",
                path.display(),
                output::quoted(&path.display().to_string())
            ));
        }
        let format = self.output.unwrap_or(if self.out.is_some() { Format::Table } else { Format::Yaml });
        match format {
            Format::Yaml => {
                output::tell(&table(&name, &base, &measured, &fits));
                output::print(&yaml)
            }
            Format::Table => output::print(&table(&name, &base, &measured, &fits)),
            Format::Json => output::print(&format!("{:#}", json(&name, &base, &measured, &fits))),
        }
    }
}

fn json(name: &str, base: &Profile, measured: &Measured, fits: &[Calibration]) -> serde_json::Value {
    let figures: Vec<serde_json::Value> = fits
        .iter()
        .map(|fit| {
            let (mape, bias) = fit.errors();
            json!({
                "figure": fit.figure, "n": fit.residuals.len(), "mape": mape, "bias": bias,
                "condition_index": fit.condition, "terms": fit.terms, "residuals": fit.residuals,
            })
        })
        .collect();
    json!({
        "schema": "loghaul.calibrate/v1", "version": env!("CARGO_PKG_VERSION"), "name": name, "base": base.name,
        "file": measured.file, "points": measured.points.len(), "notes": measured.notes, "figures": figures,
    })
}

fn table(name: &str, base: &Profile, measured: &Measured, fits: &[Calibration]) -> String {
    let mut text = format!("{name}: {} with costs fitted to {}", base.name, measured.file);
    // Writing to a string cannot fail.
    let _ = write!(text, " ({} points)", measured.points.len());
    for note in &measured.notes {
        let _ = write!(text, "\nnote: {note}");
    }
    for fit in fits {
        let (title, unit) = match fit.figure {
            Figure::AgentCpu => ("CPU", "cores"),
            Figure::Memory => ("memory, RSS and PSS", "bytes"),
        };
        let (mape, bias) = fit.errors();
        let _ = write!(
            text,
            "\n\n{title}: mean error {}, bias {}, {} rows, condition index {:.0}\n\n",
            percent(mape).trim_start_matches('+'),
            percent(bias),
            fit.residuals.len(),
            fit.condition
        );
        let mut terms = grid(["cost", "value", "± standard error", base.name.as_str(), "unit", ""]);
        fit.terms.iter().for_each(|term| {
            terms.add_row(term_row(term));
        });
        right(&mut terms, 1..4);
        let _ = write!(text, "{terms}\n\n");
        let mut rows = grid(["line", "of", "measured", "fitted", "error"]);
        for residual in &fit.residuals {
            let show = |value| format::quantity(value, unit, crate::lang::Lang::En);
            rows.add_row([
                residual.line.to_string(),
                residual.of.to_owned(),
                show(residual.measured),
                show(residual.predicted),
                residual.error().map_or_else(|| format::NOTHING.to_owned(), percent),
            ]);
        }
        right(&mut rows, 0..1);
        right(&mut rows, 2..5);
        let _ = write!(text, "{rows}");
    }
    let warnings: Vec<String> = fits
        .iter()
        .flat_map(|fit| &fit.terms)
        .filter_map(|term| Some(format!("warning: {} {}", term.path, term.warning.as_ref()?)))
        .collect();
    if !warnings.is_empty() {
        let _ = write!(text, "\n\n{}", warnings.join("\n"));
    }
    text
}

/// The unit of a cost, as in the profile.
fn unit(path: &str) -> &'static str {
    match path {
        "cpu.idle" | "cpu.config" | "cpu.configSquared" => "cores",
        "cpu.byte" => "ns",
        path if path.starts_with("cpu.") => "µs",
        "memory.bufferedByte" => "bytes/byte",
        "memory.bufferedRoot" => "bytes/√byte",
        _ => "bytes",
    }
}

/// A number with three digits, small ones as 1.23e-4.
fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.01 { format!("{value:.2e}") } else { number(value) }
}

fn term_row(term: &Term) -> [String; 6] {
    let note = match &term.kept {
        None if term.warning.is_some() => "see below".to_owned(),
        None => String::new(),
        Some(Kept::NoData) => "kept: no row tells".to_owned(),
        Some(Kept::TooFewRows) => "kept: too few rows".to_owned(),
        Some(Kept::Collinear(others)) => format!("kept: cannot be told from {}", others.join(", ")),
    };
    let error = match (&term.kept, term.standard_error) {
        (None, Some(error)) => shown(error),
        _ => format::NOTHING.to_owned(),
    };
    [term.path.to_owned(), shown(term.value), error, shown(term.base), unit(term.path).to_owned(), note]
}

fn percent(share: f64) -> String {
    format!("{:+.1} %", share * 100.0)
}

fn grid<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table
}

fn right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
