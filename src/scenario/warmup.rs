//! How long the beginning of a run is left out.

use crate::units::SimTime;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;

/// The word for a warm-up that is to be found.
const AUTO: &str = "auto";

/// The warm-up: stated, or to be found from a pilot run. Written `10s`, or `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmup {
    /// So long.
    Stated(SimTime),
    /// As long as the initial transient of a pilot run; such a run itself leaves out nothing.
    Auto,
}

impl Warmup {
    /// So long; nothing as long as it has not been found.
    pub fn time(self) -> SimTime {
        match self {
            Self::Stated(time) => time,
            Self::Auto => SimTime::ZERO,
        }
    }
}

impl From<SimTime> for Warmup {
    fn from(time: SimTime) -> Self {
        Self::Stated(time)
    }
}

impl Serialize for Warmup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Stated(time) => time.serialize(serializer),
            Self::Auto => serializer.serialize_str(AUTO),
        }
    }
}

impl<'de> Deserialize<'de> for Warmup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeOrAuto;
        impl de::Visitor<'_> for TimeOrAuto {
            type Value = Warmup;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as 30s, 20ms, 1h30m, or auto")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Warmup, E> {
                if text == AUTO {
                    return Ok(Warmup::Auto);
                }
                let time = text.parse::<SimTime>();
                time.map(Warmup::Stated).map_err(|e| E::custom(format_args!("{e}, or auto")))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Warmup, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Warmup, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Warmup, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(TimeOrAuto)
    }
}

impl JsonSchema for Warmup {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Warmup".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let time = generator.subschema_for::<SimTime>();
        json_schema!({ "anyOf": [ { "const": AUTO }, time ] })
    }
}
