//! How many of something there are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole number of at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Count(u64);

impl Count {
    /// The most that a count may be: far beyond the largest cluster.
    pub const MAX: u64 = 10_000_000;

    /// A count known to be in range.
    pub(crate) const fn of(n: u64) -> Self {
        Self(n)
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Count;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a whole number from 1 to {}", Count::MAX)
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Count, E> {
                if (1..=Count::MAX).contains(&n) { Ok(Count(n)) } else { Err(no_count(n)) }
            }
            fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Count, E> {
                u64::try_from(n).map_or_else(|_| Err(no_count(n)), |n| self.visit_u64(n))
            }
            fn visit_f64<E: serde::de::Error>(self, n: f64) -> Result<Count, E> {
                Err(no_count(n))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Count, E> {
                text.parse().map_or_else(|_| Err(no_count(format_args!("{text:?}"))), |n| self.visit_u64(n))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn no_count<E: serde::de::Error>(written: impl std::fmt::Display) -> E {
    E::custom(format!("{written} is not a whole number from 1 to {}", Count::MAX))
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": Count::MAX })
    }
}
