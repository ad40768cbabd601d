//! What every document of a study says beside what was found, and how its shape is described.

use crate::study::Provenance;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The JSON Schema of a document of this type, as it is written.
pub(super) fn schema<D: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<D>()
}

/// What a study found, with what every document of a study says: the version of its shape, and from what it was made.
pub(super) fn document(schema: &str, from: &Provenance, mut found: Value) -> Value {
    found["schema"] = schema.into();
    found["scenario"] = from.scenario.as_str().into();
    found["scenario_hash"] = from.scenario_hash.as_str().into();
    found["seed"] = from.seed.into();
    found["replications"] = from.replications.into();
    found["version"] = from.version.into();
    found["command"] = from.command.as_str().into();
    found
}
