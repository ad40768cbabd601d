//! Ranges within which fields of a scenario may lie: what is known of them, for `loghaul sensitivity`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The least and the most that a field may be. Written `low:high`, each as the field itself is written: `5/s:20/s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRange {
    /// The least, as the field is written.
    pub low: String,
    /// The most.
    pub high: String,
}

const EXAMPLE: &str = "such as 5/s:20/s, 10ms:100ms or 0.8:1.2";

impl FieldRange {
    /// Both ends as numbers, and the unit that they share.
    ///
    /// # Errors
    /// An end does not begin with a number, the units differ, or the range is empty.
    pub fn numbers(&self) -> Result<(f64, f64, &str), String> {
        let problem = |what: &str| format!("{self} {what}; needed is low:high, {EXAMPLE}");
        let (low, unit) =
            number_and_unit(&self.low).ok_or_else(|| problem("does not begin with a number"))?;
        let (high, other) =
            number_and_unit(&self.high).ok_or_else(|| problem("has an end that is no number"))?;
        match unit == other {
            false => Err(problem(&format!("has the units {unit:?} and {other:?}, which must be one"))),
            true if low >= high => Err(problem("is empty: the first end must be below the second")),
            true => Ok((low, high, unit)),
        }
    }
}

/// A number and what stands behind it.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

impl fmt::Display for FieldRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.low, self.high)
    }
}

impl FromStr for FieldRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once(':').filter(|(_, high)| !high.contains(':'));
        let (low, high) =
            ends.ok_or_else(|| format!("{text:?} is no range; needed is low:high, {EXAMPLE}"))?;
        let range = Self { low: low.trim().to_owned(), high: high.trim().to_owned() };
        range.numbers()?;
        Ok(range)
    }
}

impl Serialize for FieldRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for FieldRange {
    fn schema_name() -> Cow<'static, str> {
        "FieldRange".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *[0-9.]+[^:]*: *[0-9.]+[^:]*$",
            "description": "The least and the most that a field may be, such as 5/s:20/s",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends_of_one_unit() {
        let range: FieldRange = " 5/s : 20/s ".parse().unwrap();
        assert_eq!(range.numbers().unwrap(), (5.0, 20.0, "/s"));
        assert_eq!(range.to_string(), "5/s:20/s");
        assert_eq!("0.8:1.2".parse::<FieldRange>().unwrap().numbers().unwrap(), (0.8, 1.2, ""));
        for (wrong, word) in [
            ("5/s", "low:high"),
            ("1:2:3", "low:high"),
            ("5/s:20ms", "must be one"),
            ("20/s:5/s", "empty"),
            ("5:5", "empty"),
            ("a:b", "number"),
        ] {
            let error = wrong.parse::<FieldRange>().unwrap_err();
            assert!(error.contains(word), "{wrong}: {error}");
        }
    }
}
