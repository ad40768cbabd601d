//! What counts as good enough.

use crate::metric::Metric;
use crate::units::{Fraction, Quantity, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A bound on a metric, such as `loss <= 0.1%` or `freshness_p99 <= 10s`.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What is bounded.
    pub metric: Metric,
    /// Which way.
    pub comparison: Comparison,
    /// The bound, in the metric's unit.
    pub bound: f64,
    text: String,
}

/// Which way an objective bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

/// The objectives of a scenario that states none: little loss, fresh lines, collection within 5 % of the
/// cluster.
pub(super) fn defaults() -> Vec<Objective> {
    ["loss <= 0.1%", "freshness_p99 <= 10s", "collector_share <= 5%"]
        .iter()
        .filter_map(|text| Objective::parse(text).ok())
        .collect()
}

impl Objective {
    /// Reads an objective.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (left, comparison, right) = if let Some((l, r)) = text.split_once("<=") {
            (l, Comparison::AtMost, r)
        } else if let Some((l, r)) = text.split_once(">=") {
            (l, Comparison::AtLeast, r)
        } else {
            return Err(format!(
                "{text:?} is no objective; write a metric, <= or >=, and a bound, such as \"loss <= 0.1%\""
            ));
        };
        let (name, value) = (left.trim(), right.trim());
        let metric = Metric::from_id(name).ok_or_else(|| {
            let known: Vec<&str> = Metric::ALL.iter().map(|m| m.id()).collect();
            format!("{name:?} is no metric; there are {}", known.join(", "))
        })?;
        let plain = || value.parse::<f64>().ok().filter(|v| v.is_finite());
        let (bound, expected) = match metric.unit() {
            "s" => (SimTime::from_text(value).map(SimTime::as_secs_f64), SimTime::EXPECTED),
            "fraction" => (Fraction::from_text(value).map(Fraction::get), Fraction::EXPECTED),
            "bytes" => {
                (crate::units::Bytes::from_text(value).map(|b| b.as_f64()), crate::units::Bytes::EXPECTED)
            }
            _ => (plain(), "a number"),
        };
        let bound = bound.ok_or_else(|| format!("{value:?} bounds {metric} and is not {expected}"))?;
        Ok(Self { metric, comparison, bound, text: format!("{metric} {} {value}", comparison.sign()) })
    }

    /// An objective on a metric whose bound is a plain number in the metric's unit; `None` where it cannot be written.
    pub fn on(metric: Metric, comparison: Comparison, bound: f64) -> Option<Self> {
        let value = match metric.unit() {
            "fraction" => format!("{}%", bound * 100.0),
            "s" => format!("{bound}s"),
            "bytes" => format!("{bound}B"),
            _ => bound.to_string(),
        };
        Self::parse(&format!("{metric} {} {value}", comparison.sign())).ok()
    }

    /// Whether a value meets it; a missing value (freshness beyond the horizon) is infinitely large.
    pub fn is_met(&self, value: Option<f64>) -> bool {
        let value = value.unwrap_or(f64::INFINITY);
        match self.comparison {
            Comparison::AtMost => value <= self.bound,
            Comparison::AtLeast => value >= self.bound,
        }
    }
}

impl Comparison {
    fn sign(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Objective {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Objective {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Objective;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an objective such as \"loss <= 0.1%\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Objective, E> {
                Objective::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl JsonSchema for Objective {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Objective".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = Metric::ALL.iter().map(|m| m.id()).collect();
        schemars::json_schema!({
            "type": "string",
            "pattern": format!("^({}) *[<>]= *[0-9.]+.*$", names.join("|")),
            "description": "A bound on a metric, such as loss <= 0.1%",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_in_the_metrics_unit() {
        assert_eq!(Objective::parse("freshness_p99 <= 500ms").unwrap().bound, 0.5);
        assert_eq!(Objective::parse("loss<=0.1%").unwrap().bound, 0.001);
        assert_eq!(Objective::parse("cost <= 120.5").unwrap().bound, 120.5);
        let share = Objective::on(Metric::CollectorShare, Comparison::AtMost, 0.05).unwrap();
        assert_eq!((share.to_string().as_str(), share.bound), ("collector_share <= 5%", 0.05));
        for wrong in ["loss < 1%", "lost <= 1%", "freshness_p99 <= 10", "loss <= lots"] {
            assert!(Objective::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_never_arrives_meets_no_freshness() {
        assert!(!Objective::parse("freshness_p99 <= 10s").unwrap().is_met(None));
        assert!(Objective::parse("honoured >= 90%").unwrap().is_met(Some(0.9)));
    }
}
