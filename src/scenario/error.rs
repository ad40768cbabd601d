//! Errors in a scenario: file, line, column, the line itself, what is allowed.

use std::fmt::Write as _;
use thiserror::Error;

/// Why a scenario was refused.
#[derive(Debug, Error)]
#[error("{rendered}")]
pub struct ScenarioError {
    rendered: String,
}

impl ScenarioError {
    /// The file as a whole is wrong.
    pub fn whole_file(file: &str, problem: String) -> Self {
        Self { rendered: format!("{file} {problem}") }
    }

    /// The file cannot be read.
    pub fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::whole_file(file, format!("cannot be read: {error}"))
    }

    /// A place in the file is wrong.
    pub fn at(file: &str, text: &str, line: u64, column: u64, problem: &str) -> Self {
        let mut rendered = format!("{file}:{line}:{column}: {problem}");
        let shown = usize::try_from(line).ok().and_then(|l| text.lines().nth(l.checked_sub(1)?));
        if let Some(shown) = shown {
            // Long lines are cut, so that one line of output stays one line.
            let shown: String = shown.chars().take(160).collect();
            let margin = " ".repeat(line.to_string().len());
            let indent = " ".repeat(usize::try_from(column.saturating_sub(1)).unwrap_or(0).min(160));
            // Writing to a string cannot fail.
            let _ = write!(rendered, "\n {margin} |\n {line} | {shown}\n {margin} | {indent}^");
        }
        Self { rendered }
    }

    pub(super) fn from_yaml(file: &str, text: &str, error: &serde_saphyr::Error) -> Self {
        let plain = error.without_snippet();
        let mut problem = plain.to_string();
        // The library closes its messages with the place, which stands in front already.
        if let Some(at) = problem.rfind(" at line ") {
            problem.truncate(at);
        }
        match plain.location() {
            Some(place) if place.line() > 0 => {
                Self::at(file, text, place.line(), place.column(), problem.trim())
            }
            _ => Self::whole_file(file, format!("is no scenario: {}", problem.trim())),
        }
    }
}
