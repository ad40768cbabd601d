//! The reference of settings, as `docs/settings.md` has it: made of the same table as everything else about them.

use crate::profile::{
    Compress, Discovery, Inotify, LineLimit, LongLines, Most, Overflow, Position, Quality, Retries, Scope,
    StartAt, Storage, Successor, Timeout, Watching, agent_settings, range_in_words, yaml_key,
};
use crate::scenario::Count;
use crate::units::{Bytes, SimTime};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// One setting, as people read about it.
struct Row {
    en: &'static str,
    zh: &'static str,
    /// Its key in a profile, and how the value is written.
    profile: Option<(String, String)>,
    /// What a profile need not say, and where that comes from.
    default: Option<(String, &'static str, Quality)>,
    /// Its key in a scenario, and how the value is written.
    scenario: Option<(String, String)>,
    range: Option<(&'static str, &'static str)>,
}

macro_rules! rows {
    ($(
        en $en:literal zh $zh:literal
        profile { $($pkey:ident: $pty:ty $(= $default:expr, $source:literal, $quality:ident)?)? }
        scenario { $($key:ident: $ty:ty $(, $least:literal to $most:literal)?)? }
    )*) => {
        fn rows() -> Vec<Row> {
            vec![$(Row {
                en: $en,
                zh: $zh,
                profile: None$(.or(Some((yaml_key(stringify!($pkey)), written_as::<$pty>()))))?,
                default: None$($(.or(Some((value_of(&$default), $source, Quality::$quality))))?)?,
                scenario: None$(.or(Some((yaml_key(stringify!($key)), written_as::<$ty>()))))?,
                range: None$($(.or(Some(($least, $most))))?)?,
            },)*]
        }
    };
}
agent_settings!(rows);

/// Returns the reference of all settings in Markdown.
pub fn settings_reference() -> String {
    let mut page = "# Settings of agents\n\nMade of the table in `src/profile/settings.rs` by `LOGHAUL_DOCS=rewrite cargo test \
                    --test it settings`; do not edit.\n\nA scenario sets them under `collection.with`, for one strategy under \
                    `collection.daemonset.with`, `.sidecar.with` or `.direct.with`, for an agent of its own under\n\
                    `profiles[].with`, and on the command line with `--set collection.with.flush=2s`. A profile says them under \
                    `behaviour`; where a default is stated here it need not. What nobody sets is the profile's.\n\n"
        .to_owned();
    page += "| in a scenario | in a profile | written as | allowed | stated default | meaning | 含义 |\n";
    page += "|---|---|---|---|---|---|---|\n";
    for row in rows() {
        let key = |key: &Option<(String, String)>| {
            key.as_ref().map_or("–".to_owned(), |(key, _)| format!("`{key}`"))
        };
        let written = row.scenario.as_ref().or(row.profile.as_ref()).map_or("", |(_, written)| written);
        let allowed = row.range.map_or("–".to_owned(), |(least, most)| range_in_words(least, most));
        let default = row.default.as_ref().map_or("none".to_owned(), |(value, source, quality)| {
            format!("`{value}` ({quality:?}: {source})")
        });
        let _ = writeln!(
            page,
            "| {} | {} | {written} | {allowed} | {default} | {} | {} |",
            key(&row.scenario),
            key(&row.profile),
            row.en,
            row.zh
        );
    }
    page
}

fn value_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Returns how a value of this type is written, by its JSON Schema.
fn written_as<T: JsonSchema>() -> String {
    let schema = schema_for!(T).to_value();
    let mut ways = Vec::new();
    for way in schema["oneOf"].as_array().into_iter().flatten().chain(std::iter::once(&schema)) {
        let names = way["enum"].as_array().into_iter().flatten().chain(way.get("const"));
        ways.extend(names.filter_map(Value::as_str).map(|name| format!("`{name}`")));
        let fields = way["properties"].as_object().into_iter().flatten();
        ways.extend(fields.map(|(name, of)| format!("`{{ {name}: {} }}`", plain(of))));
    }
    if ways.is_empty() { plain(&schema) } else { ways.join(", ") }
}

/// Returns the field's word for a plain type.
fn plain(schema: &Value) -> String {
    let kind = schema["type"].as_str().unwrap_or_default();
    let named = schema["title"].as_str().or(schema["$ref"].as_str()).unwrap_or_default();
    match (named.rsplit('/').next().unwrap_or_default(), kind) {
        ("SimTime", _) => "duration",
        ("Bytes", _) => "size",
        ("Fraction", _) => "share",
        ("Count", _) | (_, "integer") => "count",
        (_, "boolean") => "true, false",
        _ => "number",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Settings;
    use crate::units::Fraction;

    #[test]
    fn ranges_are_quantities_of_their_types_and_hold_at_their_ends() {
        fn is_read<T: serde::de::DeserializeOwned>(text: &str) -> bool {
            text.is_empty() || serde_json::from_value::<T>(Value::from(text)).is_ok()
        }
        let mut found = 0;
        for row in rows() {
            let (Some((key, written)), Some((least, most))) = (&row.scenario, row.range) else { continue };
            found += 1;
            for end in [least, most] {
                let reads = match written.as_str() {
                    w if w.contains("duration") => is_read::<SimTime>(end),
                    w if w.contains("size") => is_read::<Bytes>(end),
                    w if w.contains("share") => is_read::<Fraction>(end),
                    _ => false,
                };
                assert!(reads, "{key}: {end:?} is no end of a range of {written}");
            }
        }
        assert!(found > 5);
        let settings = |yaml: &str| serde_saphyr::from_str::<Settings>(yaml).unwrap().out_of_range();
        assert_eq!(settings("{ flush: 10ms, requestTimeout: never }"), None);
        assert_eq!(
            settings("flush: 9ms").unwrap(),
            ("flush".into(), "flush is 9ms; allowed is 10ms to 1h".into())
        );
        let (at, problem) = settings("lineLimit: { limit: 255 }").unwrap();
        assert_eq!(at, "lineLimit/limit");
        assert!(problem.ends_with("allowed is 256B and more, or unlimited"), "{problem}");
    }

    #[test]
    fn types_are_told_in_the_words_of_the_guide() {
        assert_eq!(written_as::<SimTime>(), "duration");
        assert_eq!(written_as::<Retries>(), "`unlimited`, `{ limit: count }`");
        assert_eq!(written_as::<Timeout>(), "`never`, `{ after: duration }`");
        assert_eq!(written_as::<Position>(), "`read`, `acknowledged`");
        assert_eq!(written_as::<bool>(), "true, false");
    }
}
