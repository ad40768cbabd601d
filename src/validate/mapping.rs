//! How measured rows become scenarios: data, read from `measurements/mapping.yaml`.

use super::error::ValidateError;
use super::score::Figure;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The mapping of all kinds of files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Mapping {
    /// Profiles by the patterns of names under which agents are measured; the first that fits.
    pub agents: Vec<(String, String)>,
    /// Spread of an agent's figures that nothing was fitted to, as a standard deviation of logarithms.
    pub elsewhere: f64,
    /// Noise of a measurement by figure, as a standard deviation of logarithms, where no residuals tell.
    pub noise: BTreeMap<Figure, f64>,
    /// Kinds of files.
    pub kinds: Vec<Kind>,
}

/// Files with the same columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Kind {
    pub name: String,
    /// Columns that a file of this kind has; it may have more.
    pub columns: BTreeMap<String, Column>,
    /// What a row is called.
    pub row: String,
    /// The name under which the agent was measured.
    pub agent: String,
    /// The layout as measured, and strategies by patterns of it.
    pub layout: Choice,
    /// Rows that are no measurement of what is predicted: where a text has one of these forms, the reason.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// What may stand in the scenario, by name; texts may use columns and each other.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Words in columns that change values.
    #[serde(default)]
    pub words: Vec<Words>,
    /// The span that was measured, in seconds of the run.
    pub window: Window,
    /// Whether it was measured on other machines and pipelines than the profile.
    #[serde(default)]
    pub elsewhere: bool,
    /// Seeds to run.
    #[serde(default = "few")]
    pub seeds: u64,
    pub scenario: Value,
    pub figures: Vec<Measured>,
    /// What two rows have in common that differ in their layout only.
    #[serde(default)]
    pub pair: Option<String>,
}

fn few() -> u64 {
    5
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Column {
    #[serde(rename = "text")]
    Text,
    /// A number of 0 or more.
    #[serde(rename = "number")]
    Number,
    /// A whole number of 1 or more.
    #[serde(rename = "count")]
    Count,
    /// A number of 0 or more, or −1 where there was nothing to measure.
    #[serde(rename = "number or -1")]
    NumberOrNone,
    /// As others publish it: a number, nothing, or words that say more than a number could.
    #[serde(rename = "as published")]
    AsPublished,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    pub of: String,
    pub is: Vec<(String, String)>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    pub of: String,
    pub is: Vec<String>,
    pub because: String,
}

/// Words in a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub column: String,
    /// What stands between words; none where the column is one word.
    #[serde(default)]
    pub between: Option<String>,
    /// What each does, by its pattern; the first that fits.
    pub mean: Vec<(String, Rule)>,
}

/// What a word does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    /// Values that it sets.
    pub set: BTreeMap<String, Value>,
    /// It tells repetitions apart, which are averaged.
    pub repeat: bool,
    /// Figures that mean nothing then.
    pub without: Vec<Figure>,
    /// The row cannot be predicted, for this reason.
    pub skip: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    pub from: String,
    pub until: String,
}

/// A figure of a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measured {
    pub figure: Figure,
    /// Its measured value, in the figure's unit.
    pub measured: String,
    /// The step in which a share can be measured, where losses come in whole files; an expression too.
    #[serde(default)]
    pub quantum: Option<String>,
    /// The tenant whose it is; all by default.
    #[serde(default)]
    pub tenant: Option<String>,
}

impl Mapping {
    /// The mapping that ships with the program.
    pub(super) fn embedded() -> Result<Self, ValidateError> {
        serde_saphyr::from_str(include_str!("../../measurements/mapping.yaml"))
            .map_err(|e| ValidateError::Embedded { what: "mapping", problem: e.to_string() })
    }
}
