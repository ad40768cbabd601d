//! The model beside measurements: JSON, a table for a terminal, Markdown.

use super::ReportError;
use crate::validate::Validation;
use serde_json::json;

/// All figures and points, as `loghaul.validate/v1`.
///
/// # Errors
/// The figures cannot be written as JSON: a defect.
pub fn json(validation: &Validation) -> Result<String, ReportError> {
    let document = json!({
        "schema": "loghaul.validate/v1",
        "version": env!("CARGO_PKG_VERSION"),
        "files": validation.files,
        "figures": validation.figures,
        "points": validation.points,
        "skipped": validation.skipped,
    });
    serde_json::to_string_pretty(&document).map_err(|e| ReportError::encode("JSON", &e))
}

/// For a terminal.
pub fn table(_validation: &Validation) -> String { String::new() }
/// A report.
pub fn markdown(_validation: &Validation) -> String { String::new() }
