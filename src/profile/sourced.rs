//! A value with where it comes from and how good it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Quality {
    /// Read in source code or measured with raw data at hand.
    A,
    /// Published numbers without raw data, or official documentation.
    B,
    /// A rule of thumb.
    C,
    /// Set by hand, by a user or for want of a source.
    Assumed,
}

/// A value, its source and quality, and the range that other measurements suggest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Sourced<T> {
    /// The value used.
    pub value: T,
    /// The short name of its source, or the source itself.
    pub source: String,
    /// How good it is.
    pub quality: Quality,
    /// The least that other measurements suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<T>,
    /// The most that other measurements suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<T>,
}
