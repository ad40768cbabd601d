//! How fast what runs on the cluster grows: pods, and lines of each pod.
//!
//! Pods are more of the same, each with its own lines, requests and agents; nodes are added as pods need them, in pools that
//! grow. What does not follow by itself (the backend's capacity, tenants, prices, nodes of pools that do not grow) stays.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Months of a year.
const MONTHS: f64 = 12.0;

/// So much more each month, on what there was the month before: 0.05 is 5 %. Written `5%/month` or `80%/year`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GrowthRate(f64);

impl GrowthRate {
    /// From the share by which something grows a month.
    pub const fn a_month(share: f64) -> Self {
        Self(share)
    }

    /// The share by which it grows a month.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// How many times as much there is after so many months.
    pub fn after(self, months: u64) -> f64 {
        libm::pow(1.0 + self.0, months as f64)
    }
}

impl fmt::Display for GrowthRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As it is read back: to a billionth.
        write!(f, "{}%/month", (self.0 * 1e11).round() / 1e9)
    }
}

impl FromStr for GrowthRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NEEDED: &str = "a rate of growth such as 5%/month, 80%/year or -2%/month";
        let wrong = || format!("{text:?} is not {NEEDED}");
        let (share, per) = text.split_once("%/").ok_or_else(wrong)?;
        let share: f64 = share.trim().parse::<f64>().map_err(|_| wrong())? / 100.0;
        let a_month = match per.trim() {
            "month" => share,
            "year" => libm::pow(1.0 + share, 1.0 / MONTHS) - 1.0,
            _ => return Err(wrong()),
        };
        match (-0.5..=1.0).contains(&a_month) {
            true => Ok(Self(a_month)),
            false => Err(format!("{text:?} is too fast: allowed is from -50%/month to 100%/month")),
        }
    }
}

impl Serialize for GrowthRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GrowthRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for GrowthRate {
    fn schema_name() -> Cow<'static, str> {
        "GrowthRate".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *-?[0-9]+(\\.[0-9]+)?%/(month|year)$",
            "description": "Growth a month or a year, such as 5%/month",
        })
    }
}

/// What grows. Written `5%/month`, which is pods, or `{ pods: 5%/month, lines: 2%/month }`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Growth {
    /// Pods of each workload.
    pub pods: GrowthRate,
    /// Lines that each pod writes.
    pub lines: GrowthRate,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[derive(Default)]
struct Written {
    /// Pods of each workload.
    pods: GrowthRate,
    /// Lines that each pod writes.
    lines: GrowthRate,
}

impl FromStr for Growth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self { pods: text.parse()?, lines: GrowthRate::default() })
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines == GrowthRate::default() {
            true => self.pods.fmt(f),
            false => write!(f, "{{ pods: {}, lines: {} }}", self.pods, self.lines),
        }
    }
}

impl Serialize for Growth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.lines == GrowthRate::default() {
            true => self.pods.serialize(serializer),
            false => Written { pods: self.pods, lines: self.lines }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Growth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RateOrMore;
        impl<'de> Visitor<'de> for RateOrMore {
            type Value = Growth;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a rate such as 5%/month, or a mapping such as { pods: 5%/month, lines: 2%/month }",
                )
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Growth, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Growth, A::Error> {
                let Written { pods, lines } = Written::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Growth { pods, lines })
            }
        }
        deserializer.deserialize_any(RateOrMore)
    }
}

impl JsonSchema for Growth {
    fn schema_name() -> Cow<'static, str> {
        "Growth".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (rate, more) = (generator.subschema_for::<GrowthRate>(), generator.subschema_for::<Written>());
        json_schema!({ "description": "What grows: a rate, which is of pods, or each by itself", "anyOf": [rate, more] })
    }
}
