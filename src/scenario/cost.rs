//! A cost that takes the place of a profile's: a number, or a number with where it comes from.

use crate::profile::Quality;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A cost of an agent, in the unit of the profile's own. Written `2.5`, or
/// `{ value: 2.5, source: "…", quality: A, standardError: 0.1 }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The number used.
    pub value: f64,
    /// Where it comes from; without one it was set by hand.
    pub source: Option<String>,
    /// How good it is; assumed where nothing is said.
    pub quality: Option<Quality>,
    /// The standard error of a number that was fitted, in the same unit.
    pub standard_error: Option<f64>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    /// The number used.
    value: f64,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// How good it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quality: Option<Quality>,
    /// The standard error of a number that was fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standard_error: Option<f64>,
}

impl Cost {
    /// A number that somebody set.
    pub fn by_hand(value: f64) -> Self {
        Self { value, source: None, quality: None, standard_error: None }
    }
}

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::by_hand(self.value) {
            return serializer.serialize_f64(self.value);
        }
        let Self { value, source, quality, standard_error } = self.clone();
        Written { value, source, quality, standard_error }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrMore;
        impl<'de> Visitor<'de> for NumberOrMore {
            type Value = Cost;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a mapping with value and source")
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Cost, E> {
                Ok(Cost::by_hand(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Cost, E> {
                Ok(Cost::by_hand(value as f64))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Cost, E> {
                Ok(Cost::by_hand(value as f64))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Cost, E> {
                Err(E::custom(format_args!("{text:?} is not a number")))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cost, A::Error> {
                let Written { value, source, quality, standard_error } =
                    Written::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cost { value, source, quality, standard_error })
            }
        }
        deserializer.deserialize_any(NumberOrMore)
    }
}

impl JsonSchema for Cost {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Cost".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let written = generator.subschema_for::<Written>();
        json_schema!({ "anyOf": [ { "type": "number", "minimum": 0 }, written ] })
    }
}
