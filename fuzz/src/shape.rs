//! Scenarios made after their schema: fields set to what the schema allows there, and to its ends.

use super::random::Random;
use serde_json::{Map, Value};

/// Quantities by what their patterns begin with and end in: ordinary ones and the ends of what is allowed.
const TEXTS: [(&str, &[&str]); 9] = [
    ("/(s|m|h)$?B", &["1B/s", "1kB/s", "800kB/s", "200MB/s", "9000P/s", "1e3B/s"]),
    ("B?$", &["0", "1", "1B", "400B", "16Ki", "1Mi", "5MB", "10Gi", "1Ti", "16Ti", "8000Pi"]),
    ("/GB$", &["0/GB", "0.50/GB", "1000000/GB"]),
    ("%?$", &["0", "0.0001%", "0.1%", "5%", "30%", "50%", "100%", "500%", "1"]),
    ("%$", &["1%", "25%", "100%"]),
    ("/(s|m|h)$", &["0/s", "1/h", "1/s", "10/s", "200/s", "5k/s", "1M/s"]),
    ("m?$", &["0", "1m", "20m", "500m", "2", "64", "10000"]),
    ("/h$", &["0/h", "0.40/h", "1000000/h"]),
    (
        "|^0$",
        &["0", "1ns", "2ms", "10ms", "100ms", "1s", "3s", "5s", "17s", "1m", "10m", "1h", "24h", "720h"],
    ),
];

/// How deep values are made.
const DEPTH: usize = 7;

/// A schema, with what its references stand for.
#[derive(Debug)]
pub(crate) struct Shape(Value);

impl Shape {
    /// The shape of scenarios.
    pub(crate) fn of_scenarios() -> Self {
        Self(loghaul::scenario::json_schema())
    }

    /// Sets a few fields of a document to what the schema allows there.
    pub(crate) fn amend(&self, document: &mut Value, random: &mut Random) {
        for _ in 0..1 + random.below(5) {
            self.amend_once(document, random);
        }
    }

    fn amend_once(&self, document: &mut Value, random: &mut Random) {
        let (mut place, mut schema) = (document, &self.0);
        for depth in 0..DEPTH {
            schema = self.resolved(schema, place, random);
            let stop = depth > 0 && random.one_in(5);
            let properties = schema.get("properties").and_then(Value::as_object);
            match (place.is_object(), place.is_array(), properties, schema.get("items")) {
                (true, _, Some(properties), _) if !stop && !properties.is_empty() => {
                    let keys: Vec<&String> = properties.keys().collect();
                    let key = keys[random.below(keys.len())];
                    schema = &properties[key];
                    let Value::Object(fields) = place else { return };
                    let is_new = !fields.contains_key(key);
                    place = fields.entry(key.clone()).or_insert(Value::Null);
                    if is_new {
                        *place = self.value(schema, DEPTH - depth, random);
                        return;
                    }
                }
                (_, true, _, Some(items)) if !stop => {
                    let Value::Array(entries) = place else { return };
                    if entries.is_empty() || random.one_in(4) {
                        entries.push(self.value(items, DEPTH - depth, random));
                        return;
                    }
                    let at = random.below(entries.len());
                    (place, schema) = (&mut entries[at], items);
                }
                _ => break,
            }
        }
        *place = self.value(schema, 3, random);
    }

    /// What a reference or a choice stands for: of several the one that fits what is there, or any.
    fn resolved<'a>(&'a self, mut schema: &'a Value, there: &Value, random: &mut Random) -> &'a Value {
        for _ in 0..8 {
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                schema = self.0.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
                continue;
            }
            let choices = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
            let Some(choices) = choices else { break };
            let fits = |choice: &&Value| {
                let key = there.as_object().and_then(|fields| fields.keys().next());
                key.is_some_and(|key| choice.pointer("/properties").is_some_and(|p| p.get(key).is_some()))
            };
            schema = choices.iter().find(fits).unwrap_or(&choices[random.below(choices.len())]);
        }
        schema
    }

    /// A value that the schema allows.
    fn value(&self, schema: &Value, depth: usize, random: &mut Random) -> Value {
        let schema = self.resolved(schema, &Value::Null, random);
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return words[random.below(words.len())].clone();
        }
        let kind = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds[random.below(kinds.len())].as_str(),
            kind => kind.and_then(Value::as_str),
        };
        match kind.unwrap_or("null") {
            "object" => self.object(schema, depth, random),
            "array" => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let many = if depth == 0 { 0 } else { random.below(4) };
                (0..many).map(|_| self.value(items, depth.saturating_sub(1), random)).collect()
            }
            "boolean" => random.one_in(2).into(),
            "integer" => random
                .pick(&[&0u64, &1, &2, &5, &10, &100, &1_000, &100_000, &4_000_000_000])
                .to_owned()
                .into(),
            "number" => random.pick(&[&0.0f64, &0.5, &1.0, &2.0, &10.0, &1e3, &1e6, &1e12]).to_owned().into(),
            "string" => text(schema, random).into(),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, depth: usize, random: &mut Random) -> Value {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut fields = Map::new();
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let wanted = required.contains(&key.as_str()) || depth > 0 && random.one_in(4);
            if wanted {
                fields.insert(key.clone(), self.value(property, depth.saturating_sub(1), random));
            }
        }
        Value::Object(fields)
    }
}

fn text(schema: &Value, random: &mut Random) -> String {
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let ends = |end: &str| match end.split_once('?') {
        Some((end, of)) if end.ends_with('$') => pattern.ends_with(end) && pattern.contains(of),
        _ => pattern.ends_with(end),
    };
    if pattern.starts_with("^(agent_cpu") {
        return random
            .pick(&["loss <= 0.1%", "freshness_p99 <= 10s", "cost <= 100", "agents >= 3"])
            .to_owned();
    }
    match TEXTS.iter().find(|(end, _)| !pattern.is_empty() && ends(end)) {
        Some((_, texts)) => random.pick(texts).to_owned(),
        None => {
            random.pick(&["a", "b", "web", "p", "fluent-bit", "vector", "sidecar", "cpu.line"]).to_owned()
        }
    }
}
