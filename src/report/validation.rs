//! The model beside measurements: JSON, a table for a terminal, Markdown, a folder with charts.

mod tables;

use super::{ReportError, chart, folder};
use crate::validate::Validation;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where the method is said, in words.
const METHOD: &str = include_str!("validation/method.md");
/// What is known to be missing, in words.
const MISSING: &str = include_str!("validation/missing.md");

/// All figures and points, as `loghaul.validate/v1`.
///
/// # Errors
/// The figures cannot be written as JSON: a defect.
pub fn json(validation: &Validation, elsewhere: Option<&Validation>) -> Result<String, ReportError> {
    let mut document = json!({
        "schema": "loghaul.validate/v1",
        "version": env!("CARGO_PKG_VERSION"),
        "files": validation.files,
        "figures": validation.figures,
        "points": validation.points,
        "skipped": validation.skipped,
    });
    if let Some(elsewhere) = elsewhere {
        document["elsewhere"] = json!({
            "files": elsewhere.files, "figures": elsewhere.figures, "skipped": elsewhere.skipped,
        });
    }
    serde_json::to_string_pretty(&document).map_err(|e| ReportError::encode("JSON", &e))
}

/// For a terminal.
pub fn table(validation: &Validation, elsewhere: Option<&Validation>) -> String {
    let own = tables::terminal(validation);
    elsewhere.map_or_else(|| own.clone(), |other| format!("{own}\n\nelsewhere: {}", tables::terminal(other)))
}

/// A report without charts.
pub fn markdown(validation: &Validation, elsewhere: Option<&Validation>) -> String {
    report(validation, elsewhere, None)
}

/// Writes `validation.md` into a folder, and charts and points into `validation` below it; gives their paths.
///
/// # Errors
/// A chart cannot be drawn, and nothing was written; or the system refuses a file.
pub fn write_folder(
    dir: &Path,
    validation: &Validation,
    elsewhere: Option<&Validation>,
) -> Result<Vec<PathBuf>, ReportError> {
    let (svg, png) = chart::predicted_over_measured(validation)?;
    let below = [
        ("predicted-over-measured.svg".to_owned(), svg.into_bytes()),
        ("predicted-over-measured.png".to_owned(), png),
        ("points.csv".to_owned(), tables::csv(validation)?.into_bytes()),
    ];
    let mut paths = folder::write_files(&dir.join("validation"), &below)?;
    let report = report(validation, elsewhere, Some("validation/predicted-over-measured.svg"));
    paths.extend(folder::write_files(dir, &[("validation.md".to_owned(), report.into_bytes())])?);
    Ok(paths)
}

fn report(validation: &Validation, elsewhere: Option<&Validation>, chart: Option<&str>) -> String {
    let mut parts = vec![METHOD.trim_end().to_owned(), tables::overview(validation)];
    if let Some(chart) = chart {
        parts.push(format!("![Predicted over measured, a panel a figure]({chart})"));
    }
    parts.push(tables::by_layout(validation));
    parts.push(MISSING.trim_end().to_owned());
    parts.push(tables::worst(validation));
    parts.push(tables::skipped(validation));
    parts.extend(elsewhere.map(tables::elsewhere));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}
