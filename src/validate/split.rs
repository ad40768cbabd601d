//! Which rows the model was fitted to: data, read from `measurements/split.yaml`.

use super::error::ValidateError;
use super::score::Figure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Lines of the embedded files, by figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Split {
    groups: Vec<Group>,
}

/// Figures that were fitted together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    figures: Vec<Figure>,
    /// Lines by file.
    fitted: BTreeMap<String, Lines>,
}

/// Lines of a file.
#[derive(Clone, Debug, Deserialize)]
enum Lines {
    /// All of them.
    #[serde(rename = "all")]
    All,
    /// These.
    #[serde(rename = "lines")]
    Some(Vec<u64>),
}

impl Split {
    /// The split that ships with the program.
    pub(super) fn embedded() -> Result<Self, ValidateError> {
        serde_saphyr::from_str(include_str!("../../measurements/split.yaml"))
            .map_err(|e| ValidateError::Embedded { what: "split", problem: e.to_string() })
    }

    /// Whether a figure was fitted to a line of an embedded file.
    pub(super) fn is_fitted(&self, figure: Figure, file: &str, line: u64) -> bool {
        self.groups.iter().filter(|g| g.figures.contains(&figure)).any(|group| match group.fitted.get(file) {
            Some(Lines::All) => true,
            Some(Lines::Some(lines)) => lines.contains(&line),
            None => false,
        })
    }
}
