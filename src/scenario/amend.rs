//! Values set from outside, by their paths in the YAML: `collection.with.flush=2s`.
//!
//! A setting is applied to the text before it is read as a scenario, so that everything which can be written in
//! the file can be set, and is checked in the same way.

use super::{Scenario, ScenarioError, from_yaml};
use crate::diagnosis::Code;
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;

/// A value at a path. Written `tenants[0].workloads[0].replicas=20`; the value is YAML. `faults[+]=…` adds an entry to a
/// list.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    written: String,
    path: Vec<Step>,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// One entry more, at the end.
    Another,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        const EXAMPLE: &str = "such as collection.with.flush=2s or tenants[0].workloads[0].replicas=20";
        let Some((path, value)) = written.split_once('=') else {
            return Err(format!("{written:?} is no path=value, {EXAMPLE}"));
        };
        let path = steps(path.trim()).ok_or_else(|| format!("{path:?} is no path, {EXAMPLE}"))?;
        if value.trim().is_empty() {
            return Err(format!("{written:?} has no value, {EXAMPLE}"));
        }
        let value = serde_saphyr::from_str_with_options(value, super::options())
            .map_err(|e| format!("{value:?} is no YAML: {}", e.without_snippet()))?;
        Ok(Self { written: written.to_owned(), path, value })
    }
}

/// The steps of a path; `None` where it is none.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        let key = pieces.next()?;
        if key.is_empty() {
            return None;
        }
        steps.push(Step::Key(key.to_owned()));
        for index in pieces {
            let index = index.strip_suffix(']')?;
            steps.push(match index {
                "+" => Step::Another,
                _ => Step::Index(index.parse().ok()?),
            });
        }
    }
    Some(steps)
}

impl Setting {
    /// What stands at its path in a scenario with all defaults filled in; `None` where nothing does, or where the path adds
    /// an entry.
    pub fn now(&self, scenario: &Scenario) -> Option<Value> {
        let document: Value = super::read_yaml("", &scenario.to_yaml().ok()?, "").ok()?;
        let mut place = &document;
        for step in &self.path {
            place = match step {
                Step::Key(key) => place.get(key)?,
                Step::Index(index) => place.get(index)?,
                Step::Another => return None,
            };
        }
        Some(place.clone())
    }

    /// Puts the value in its place; mappings on the way that are not there are made.
    fn apply(&self, document: &mut Value) -> Result<(), String> {
        let (mut place, mut so_far) = (document, String::new());
        let mut steps = self.path.as_slice();
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            match step {
                Step::Key(key) => {
                    if place.is_null() {
                        *place = Value::Object(Map::new());
                    }
                    let Value::Object(fields) = place else {
                        return Err(format!(
                            "{} is {}, which has no field {key:?}",
                            named(&so_far),
                            kind(place)
                        ));
                    };
                    let mut key = key.clone();
                    // Costs of a profile have dots in their names.
                    if so_far.starts_with("profiles[") && so_far.ends_with("].set") {
                        for step in std::mem::take(&mut steps) {
                            let Step::Key(more) = step else { continue };
                            key = format!("{key}.{more}");
                        }
                    }
                    so_far = if so_far.is_empty() { key.clone() } else { format!("{so_far}.{key}") };
                    place = fields.entry(key).or_insert(Value::Null);
                }
                Step::Another => {
                    if place.is_null() {
                        *place = Value::Array(Vec::new());
                    }
                    let Value::Array(entries) = place else {
                        return Err(format!("{so_far} is {}; [+] needs a list", kind(place)));
                    };
                    so_far += &format!("[{}]", entries.len());
                    entries.push(Value::Null);
                    let at = entries.len() - 1;
                    place = &mut entries[at];
                }
                Step::Index(index) => {
                    let Value::Array(entries) = place else {
                        let what = if place.is_null() { "not in the file" } else { kind(place) };
                        return Err(format!("{so_far} is {what}; [{index}] needs a list"));
                    };
                    let count = entries.len();
                    place = entries.get_mut(*index).ok_or_else(|| match count {
                        0 => format!("{so_far} is empty; there is no [{index}]"),
                        1 => format!("{so_far} has one entry, [0]; there is no [{index}]"),
                        _ => format!("{so_far} has entries [0] to [{}]; there is no [{index}]", count - 1),
                    })?;
                    so_far += &format!("[{index}]");
                }
            }
        }
        *place = self.value.clone();
        Ok(())
    }
}

fn named(path: &str) -> &str {
    if path.is_empty() { "the scenario" } else { path }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// What to change in a scenario before it is read.
#[derive(Clone, Debug, Default)]
pub struct Amendments {
    /// Profiles to add, as YAML with the name of their file; the scenario collects with the first of them.
    pub profiles: Option<(String, String)>,
    /// Values to set, in this order.
    pub settings: Vec<Setting>,
}

impl Amendments {
    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.profiles.is_none() && self.settings.is_empty()
    }

    /// The scenario of a text with the changes made; `file` is what errors call it.
    ///
    /// # Errors
    /// The text is no scenario, even as it stands; or a setting leads nowhere or to something impossible, and is
    /// named.
    pub fn read(&self, file: &str, text: &str) -> Result<Scenario, ScenarioError> {
        let plain = from_yaml(file, text)?;
        if self.is_empty() {
            return Ok(plain);
        }
        let mut document: Value = super::read_yaml(file, text, super::error::NEEDS)?;
        if let Some((name, yaml)) = &self.profiles {
            let profiles = super::profiles_from_yaml(name, yaml)?;
            let added: Value = super::read_yaml(name, yaml, "")?;
            let first = profiles.first().map(|p| Value::String(p.name.clone())).unwrap_or_default();
            add_profiles(&mut document, added, first);
            read_back(&document).map_err(|(problem, code)| {
                ScenarioError::whole_file(name, format!("does not fit: {problem}")).coded(code)
            })?;
        }
        let start = document.clone();
        for setting in &self.settings {
            setting.apply(&mut document).map_err(|problem| blamed(&[setting], &problem, Code::NoPath))?;
        }
        read_back(&document).map_err(|(problem, code)| {
            // The one that is wrong by itself; where each is right, they are wrong together.
            let alone = self.settings.iter().find_map(|setting| {
                let mut document = start.clone();
                setting.apply(&mut document).ok()?;
                let (problem, code) = read_back(&document).err()?;
                Some(blamed(&[setting], &problem, code))
            });
            alone.unwrap_or_else(|| blamed(&self.settings.iter().collect::<Vec<_>>(), &problem, code))
        })
    }
}

fn blamed(settings: &[&Setting], problem: &str, code: Code) -> ScenarioError {
    let written: Vec<String> = settings.iter().map(|s| format!("--set {s}")).collect();
    ScenarioError::whole_file(&format!("{}:", written.join(" ")), problem.to_owned()).coded(code)
}

fn add_profiles(document: &mut Value, added: Value, agent: Value) {
    let Value::Object(fields) = document else { return };
    let profiles = fields.entry("profiles").or_insert(Value::Null);
    let mut all = profiles.as_array().cloned().unwrap_or_default();
    all.extend(added.get("profiles").and_then(Value::as_array).into_iter().flatten().cloned());
    *profiles = Value::Array(all);
    let collection = fields.entry("collection").or_insert(Value::Null);
    if collection.is_null() {
        *collection = Value::Object(Map::new());
    }
    if let Value::Object(collection) = collection {
        collection.insert("agent".to_owned(), agent);
    }
}

/// The scenario of a document, or what is wrong with it, in a word without a place.
fn read_back(document: &Value) -> Result<Scenario, (String, Code)> {
    // JSON is YAML.
    from_yaml("", &document.to_string()).map_err(|error| (error.problem().to_owned(), error.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "
name: t
cluster: { pools: [ { name: p, nodes: 2 } ] }
tenants: [ { name: a, workloads: [ { name: w, replicas: 4, logs: [ { stream: stdout, rate: 10/s } ] } ] } ]
";

    fn amended(settings: &[&str]) -> Result<Scenario, String> {
        let settings = settings.iter().map(|s| s.parse().unwrap()).collect();
        Amendments { profiles: None, settings }.read("t.yaml", YAML).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_set_is_as_if_it_stood_in_the_file() {
        let by_hand = from_yaml("t.yaml", &YAML.replace("replicas: 4", "replicas: 20")).unwrap();
        let set = amended(&["tenants[0].workloads[0].replicas=20"]).unwrap();
        assert_eq!(set.to_yaml(), by_hand.to_yaml());
        // What is not in the file yet is made.
        let set = amended(&["collection.with.flush=2s", "collection.sidecar={memoryLimit: 64Mi}"]).unwrap();
        assert_eq!(set.collection.with.flush.unwrap().to_string(), "2s");
        assert_eq!(set.collection.sidecar.memory_limit.unwrap().get(), 64 << 20);
        // A later setting takes the place of an earlier one.
        assert_eq!(amended(&["duration=1m", "duration=2m"]).unwrap().duration.as_secs_f64(), 120.0);
        // Costs have dots in their names.
        let set = amended(&[
            "profiles=[{name: m, base: fluent-bit}]",
            "profiles[0].set.cpu.line=5",
            "collection.agent=m",
        ]);
        assert_eq!(set.unwrap().profiles[0].set["cpu.line"].value.value, 5.0);
    }

    #[test]
    fn an_entry_is_added_to_a_list_that_need_not_be_there() {
        let set = amended(&[
            "faults[+]={outage: {of: backend, at: 1m, for: 10s}}",
            "faults[+].nodeLoss={nodes: 1, at: 2m}",
            "tenants[0].workloads[+]={name: v, replicas: 3, logs: []}",
        ]);
        let set = set.unwrap();
        assert_eq!(
            set.faults.iter().map(super::super::Fault::name).collect::<Vec<_>>(),
            ["outage", "nodeLoss"]
        );
        assert_eq!(set.pods(), 7);
        assert!(amended(&["name[+]=x"]).unwrap_err().contains("name is a text; [+] needs a list"));
    }

    #[test]
    fn what_is_wrong_names_its_path_and_what_is_allowed() {
        for (setting, words) in [
            ("collection.with.flush=2x", vec!["--set collection.with.flush=2x: ", "\"2x\"", "30s"]),
            ("collection.with.flsh=2s", vec!["flsh", "memBufLimit"]),
            ("collection.agent=fluentbit", vec!["no agent \"fluentbit\"", "fluent-bit"]),
            ("tenants[1].name=b", vec!["tenants has one entry, [0]; there is no [1]"]),
            ("faults[0].outage.at=1m", vec!["faults is not in the file; [0] needs a list"]),
            ("name.first=x", vec!["name is a text, which has no field \"first\""]),
            ("cluster[0]=1", vec!["cluster is a mapping; [0] needs a list"]),
            ("warmup=9m", vec!["--set warmup=9m", "more than half"]),
        ] {
            let error = amended(&[setting]).unwrap_err();
            words.iter().for_each(|word| assert!(error.contains(word), "{setting}: {error}"));
        }
        // One of two is wrong, and only it is named.
        let error = amended(&["duration=1m", "chunk=1h"]).unwrap_err();
        assert!(error.starts_with("--set chunk=1h: ") && !error.contains("duration=1m"), "{error}");
        // Each is right and both are wrong.
        let error = amended(&["duration=1m", "warmup=2m"]).unwrap_err();
        assert!(error.contains("--set warmup=2m"), "{error}");
        for (none, word) in
            [("flush", "path=value"), ("=1", "no path"), ("a[x]=1", "no path"), ("a=", "no value")]
        {
            assert!(none.parse::<Setting>().unwrap_err().contains(word), "{none}");
        }
    }
}
