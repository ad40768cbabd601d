//! From a row to what is to be run for it: scenario, strategy, the span that was measured.

use super::expression::{evaluate, fill, matched, sole_name};
use super::mapping::{Kind, Mapping, Measured};
use super::rows::Row;
use super::score::Figure;
use crate::scenario::{self, Scenario};
use crate::strategy::{self, Strategy};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The longest run that is made for a row: a day.
const LONGEST_S: f64 = 86_400.0;

/// What is to be run for a row.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What the row is called.
    pub name: String,
    /// The agent's name in reports: that of its profile.
    pub agent: String,
    pub strategy: &'static Strategy,
    pub scenario: Scenario,
    /// The scenario as text: what is the same is run once.
    pub text: String,
    /// The span that was measured, in seconds of the run.
    pub window_s: (f64, f64),
    pub seeds: u64,
    /// Whether it is one of several repetitions.
    pub repeated: bool,
    /// What it has in common with the row of the other layout.
    pub pair: Option<String>,
    pub measured: Vec<Reading>,
}

/// A figure's measured value.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub spec: Measured,
    pub value: f64,
    /// The step in which it can be measured; 0 where there is none.
    pub quantum: f64,
}

/// Turns a row into a plan.
///
/// # Errors
/// The reason for which the row cannot be predicted.
pub(super) fn plan(row: &Row, mapping: &Mapping) -> Result<Plan, String> {
    let kind = &mapping.kinds[row.kind];
    let mut terms = Terms { row, values: kind.values.clone(), words: Vec::new(), depth: 6 };
    let (mut repeated, mut without) = (false, BTreeSet::new());
    let agent_name = terms.fill(&kind.agent)?;
    let Some(agent) = first_match(&mapping.agents, &agent_name) else {
        return Err(format!("there is no profile for the agent {agent_name:?}"));
    };
    terms.values.insert("profile".into(), Value::String(agent.clone()));
    for skip in &kind.skip {
        let text = terms.fill(&skip.of)?;
        if skip.is.iter().any(|pattern| matched(pattern, &text).is_some()) {
            return Err(skip.because.clone());
        }
    }
    for words in &kind.words {
        let text = row.get(&words.column).unwrap_or_default();
        let all: Vec<&str> = match &words.between {
            Some(between) => text.split(between.as_str()).map(str::trim).collect(),
            None => vec![text],
        };
        for word in all {
            let found = words.mean.iter().find_map(|(p, rule)| Some((matched(p, word)?, rule)));
            let Some((parts, rule)) = found else {
                return Err(format!("{} has {word:?}, which the mapping does not know", words.column));
            };
            if let Some(reason) = &rule.skip {
                return Err(reason.clone());
            }
            for (name, value) in &rule.set {
                terms.values.insert(name.clone(), with_parts(value, &parts));
            }
            without.extend(rule.without.iter().copied());
            repeated |= rule.repeat;
            if !rule.repeat && words.between.is_some() {
                terms.words.push(word.to_owned());
            }
        }
    }
    let layout = terms.fill(&kind.layout.of)?;
    let Some(strategy) = first_match(&kind.layout.is, &layout) else {
        return Err(format!("the layout {layout:?} is none that the mapping knows"));
    };
    terms.values.insert("strategy".into(), Value::String(strategy.clone()));
    let Some(strategy) = strategy::by_name(strategy) else {
        return Err(format!("there is no strategy {strategy:?}"));
    };
    let text = terms.build(&kind.scenario)?.to_string();
    let scenario = scenario::from_yaml("scenario", &text).map_err(|e| one_line(&e.to_string()))?;
    let seconds = |text: &str| evaluate(text, &|name| terms.text(name));
    let window_s = (seconds(&kind.window.from)?, seconds(&kind.window.until)?);
    if !(0.0..window_s.1).contains(&window_s.0) {
        return Err(format!("nothing was measured: the span is from {} to {} s", window_s.0, window_s.1));
    }
    if window_s.1 > LONGEST_S {
        return Err(format!("it was measured until {} s; predicted is up to {LONGEST_S} s", window_s.1));
    }
    let measured = measured(kind, &terms, &without)?;
    if measured.is_empty() {
        return Err("it measures none of the figures that are predicted".into());
    }
    Ok(Plan {
        name: terms.fill(&kind.row)?,
        agent: agent.clone(),
        strategy,
        scenario,
        text,
        window_s,
        seeds: kind.seeds,
        repeated,
        pair: kind.pair.as_deref().map(|pair| terms.fill(pair)).transpose()?,
        measured,
    })
}

/// The figures that the row has values of.
fn measured(kind: &Kind, terms: &Terms<'_>, without: &BTreeSet<Figure>) -> Result<Vec<Reading>, String> {
    let mut found = Vec::new();
    for spec in kind.figures.iter().filter(|spec| !without.contains(&spec.figure)) {
        let has_none = std::cell::Cell::new(false);
        let lookup = |name: &str| {
            let text = terms.text(name)?;
            // Nothing was measured, or it was said in words.
            let none = text == "-1.0" || text == "-1" || text.parse::<f64>().is_err();
            has_none.set(has_none.get() || none);
            Ok(if none { "1".into() } else { text })
        };
        let value = evaluate(&spec.measured, &lookup);
        if !has_none.get() {
            let quantum = spec.quantum.as_ref().map(|quantum| evaluate(quantum, &|name| terms.text(name)));
            let quantum = quantum.transpose()?.unwrap_or(0.0).clamp(0.0, 1.0);
            found.push(Reading { spec: spec.clone(), value: value?, quantum });
        }
    }
    Ok(found)
}

fn first_match<'m>(table: &'m [(String, String)], text: &str) -> Option<&'m String> {
    table.iter().find(|(pattern, _)| matched(pattern, text).is_some()).map(|(_, meaning)| meaning)
}

/// A rule's value with what the names of its pattern stand for; other places are left for later.
fn with_parts(value: &Value, parts: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => {
            let replaced = parts.iter().fold(text.clone(), |t, (n, v)| t.replace(&format!("{{{n}}}"), v));
            Value::String(replaced)
        }
        Value::Array(list) => Value::Array(list.iter().map(|v| with_parts(v, parts)).collect()),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), with_parts(v, parts))).collect(),
        other => other.clone(),
    }
}

/// An error of a scenario on one line, without the picture of its place.
fn one_line(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.split_once(": ").map_or(first, |(_, behind)| behind).to_owned()
}

/// What names stand for: values of the mapping first, then columns of the row.
struct Terms<'a> {
    row: &'a Row,
    values: BTreeMap<String, Value>,
    /// Words of its columns of several that are no mark of repetition.
    words: Vec<String>,
    /// How deep values may stand in values.
    depth: u32,
}

impl Terms<'_> {
    fn deeper(&self) -> Result<Terms<'_>, String> {
        let depth = self.depth.checked_sub(1).ok_or("values of the mapping stand in a circle")?;
        Ok(Terms { row: self.row, values: self.values.clone(), words: self.words.clone(), depth })
    }

    fn text(&self, name: &str) -> Result<String, String> {
        if name == "words" {
            return Ok(self.words.join("+"));
        }
        match self.values.get(name) {
            Some(Value::String(text)) => self.deeper()?.fill(text),
            Some(other) => Ok(other.to_string()),
            None => match self.row.get(name) {
                Some(text) => Ok(text.to_owned()),
                None => Err(format!("there is neither a column nor a value {name:?}")),
            },
        }
    }

    fn fill(&self, template: &str) -> Result<String, String> {
        fill(template, &|name| self.text(name))
    }

    /// A template with its places filled in; a place that is all of a text takes values of any type.
    fn build(&self, template: &Value) -> Result<Value, String> {
        Ok(match template {
            Value::String(text) => match sole_name(text).and_then(|name| self.values.get(name)) {
                Some(value) => self.deeper()?.build(value)?,
                None => {
                    let filled = self.fill(text)?;
                    // A place that is all of a text may as well be a number or a yes or no.
                    let is_place = text.starts_with('{') && text.find('}') == Some(text.len() - 1);
                    let typed = is_place.then(|| serde_json::from_str(&filled).ok()).flatten();
                    typed.filter(|v: &Value| v.is_number() || v.is_boolean()).unwrap_or(Value::String(filled))
                }
            },
            Value::Array(list) => list.iter().map(|v| self.build(v)).collect::<Result<_, _>>()?,
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| Ok((key.clone(), self.build(value)?)))
                .collect::<Result<_, String>>()?,
            other => other.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{ArrivalsSpec, LineSize, OutageMode};
    use crate::units::{Bytes, SimTime};
    use crate::validate::rows;

    /// The plan of a line of an embedded file.
    fn plan_of(file: &str, line: u64) -> Plan {
        let mapping = Mapping::embedded().unwrap();
        let source = crate::validate::embedded().into_iter().find(|s| s.name == file).unwrap();
        let rows = rows::read(&source, &mapping).unwrap();
        plan(rows.iter().find(|row| row.line() == line).unwrap(), &mapping).unwrap()
    }

    fn log_of(plan: &Plan) -> &crate::scenario::LogSpec {
        &plan.scenario.tenants[0].workloads[0].logs[0]
    }

    #[test]
    fn a_row_of_one_agent_becomes_a_daemonset() {
        // fluent-bit,5.1.1,mlcri,daemonset,40,1,1000,25.0,200,…: 40 files of 25 lines/s.
        let plan = plan_of("layouts.csv", 10);
        assert_eq!((plan.strategy.name, plan.agent.as_str()), ("daemonset", "fluent-bit"));
        assert_eq!(plan.scenario.pods(), 40);
        let log = log_of(&plan);
        assert_eq!(log.rate.get(), 25.0);
        assert!(matches!(log.line, LineSize::Constant(size) if size == Bytes::new(200)));
        assert!(matches!(log.arrivals, ArrivalsSpec::Ticked(tick) if tick == SimTime::from_ns(5_000_000)));
        assert_eq!(plan.scenario.collection.with.mem_buf_limit, Some(Bytes::new(5_000_000)));
        assert_eq!(plan.window_s, (3.485, 17.485));
    }

    #[test]
    fn words_of_a_variant_set_buffer_tick_and_repetition() {
        // fluent-bit,5.1.1,mlcri+buf64MB+tick1ms+rep1,sidecar,1,1,1000,…
        let plan = plan_of("repeats.csv", 3);
        assert!(plan.repeated);
        assert_eq!(plan.strategy.name, "sidecar");
        let log = log_of(&plan);
        // Sidecars read the lines with what the runtime puts before them: 41 bytes, which parsing takes off.
        assert!(matches!(log.line, LineSize::Constant(size) if size == Bytes::new(241)));
        assert!(matches!(log.arrivals, ArrivalsSpec::Ticked(tick) if tick == SimTime::from_ns(1_000_000)));
        assert_eq!(plan.scenario.collection.with.mem_buf_limit, Some(Bytes::new(64_000_000)));
        assert_eq!(plan.scenario.profiles[0].set["wire.recordOverhead"].value.value, 37.0);
        assert_eq!(plan.pair.as_deref(), Some("fluent-bit mlcri+buf64MB+tick1ms 1 1000 200"));
    }

    #[test]
    fn an_outage_and_a_rotation_check_become_a_fault_and_a_size() {
        // …,"5MB,retry=no_limits,rotcheck10s",refuse,30,7200,1.735,10485760,5,10,80.0,…
        let plan = plan_of("rotation.csv", 11);
        let outage = plan.scenario.faults[0].outage().unwrap();
        assert_eq!((outage.at, outage.lasts), (SimTime::from_secs(10), SimTime::from_secs(30)));
        assert_eq!(outage.mode, OutageMode::Refuse);
        // A file of 10 MiB is looked at after 10 s, when it holds 7,200 · 241 · 10 bytes.
        assert_eq!(log_of(&plan).rotate.size, Bytes::new(17_352_000));
        assert_eq!(plan.measured.len(), 1);
        assert!((plan.measured[0].value - 176_917.0 / 575_979.0).abs() < 1e-12);
    }

    #[test]
    fn a_filter_adds_metadata_and_a_missing_output_has_no_throughput() {
        assert_eq!(plan_of("layouts.csv", 37).scenario.collection.with.enrich, Some(true));
        let plan = plan_of("layouts.csv", 56);
        let figures: Vec<Figure> = plan.measured.iter().map(|m| m.spec.figure).collect();
        assert_eq!(figures, [Figure::AgentCpu, Figure::MemoryRss, Figure::MemoryPss]);
    }
}
