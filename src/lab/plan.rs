//! Plans as data: which set-ups are measured, how long, how often, and which table they become.

use super::error::LabError;
use super::setup::Setup;
use crate::units::SimTime;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The plans that ship.
const EMBEDDED: [(&str, &str); 8] = [
    ("layouts", include_str!("../../lab/plans/layouts.yaml")),
    ("ceiling", include_str!("../../lab/plans/ceiling.yaml")),
    ("noisy-neighbour", include_str!("../../lab/plans/noisy-neighbour.yaml")),
    ("rotation", include_str!("../../lab/plans/rotation.yaml")),
    ("outage", include_str!("../../lab/plans/outage.yaml")),
    ("configs", include_str!("../../lab/plans/configs.yaml")),
    ("short-lived", include_str!("../../lab/plans/short-lived.yaml")),
    ("memory", include_str!("../../lab/plans/memory.yaml")),
];

/// The table that rows become: its columns are those of the lab's own file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// CPU, memory and freshness of steady loads.
    Layouts,
    /// Whether a rate is carried.
    Saturation,
    /// Quiet files beside a loud one.
    NoisyNeighbour,
    /// Loss where files rotate or end, the sink is away, or agents are killed.
    Rotation,
}

impl Table {
    /// Its file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Layouts => "layouts.csv",
            Self::Saturation => "saturation.csv",
            Self::NoisyNeighbour => "noisy-neighbour.csv",
            Self::Rotation => "rotation.csv",
        }
    }
}

/// A change of some fields, by path: `rotation.gap: 3ms`.
type Fields = Map<String, Value>;

/// What `--quick` changes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Quick {
    repetitions: Option<u32>,
    lead: Option<SimTime>,
    window: Option<SimTime>,
    drain: Option<SimTime>,
    vary: Option<Map<String, Value>>,
    set: Fields,
}

/// A plan as its YAML says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Spec {
    name: String,
    question: String,
    table: Table,
    repetitions: u32,
    lead: SimTime,
    window: SimTime,
    drain: SimTime,
    #[serde(default)]
    set: Fields,
    #[serde(default)]
    vary: Map<String, Value>,
    #[serde(default)]
    quick: Quick,
}

/// A plan, with its set-ups.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// What it answers.
    pub question: String,
    /// The table that its rows become.
    pub table: Table,
    /// How often each set-up is measured.
    pub repetitions: u32,
    /// Time that is written before the span that is measured.
    pub lead: SimTime,
    /// The span that is measured.
    pub window: SimTime,
    /// Time at most that late lines have to arrive in.
    pub drain: SimTime,
    /// What is measured.
    pub setups: Vec<Setup>,
}

/// The names of the plans that ship.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// The text of a plan that ships.
pub fn embedded(name: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

impl Plan {
    /// Reads a plan; `what` is what errors call it, `set` are fields that are set in every set-up, over all others.
    ///
    /// # Errors
    /// It is no plan, or one of its set-ups cannot be measured.
    pub fn from_yaml(what: &str, text: &str, quick: bool, set: &[(String, Value)]) -> Result<Self, LabError> {
        let mut spec: Spec =
            serde_saphyr::from_str(text).map_err(|e| LabError::input(what, e.to_string()))?;
        if quick {
            spec.shorten();
        }
        if spec.repetitions == 0 || spec.window == SimTime::ZERO {
            return Err(LabError::input(what, "repetitions and window have to be above zero"));
        }
        let mut combinations = vec![spec.set.clone()];
        for (path, values) in &spec.vary {
            let Value::Array(values) = values else {
                return Err(LabError::input(what, format!("vary.{path} needs a list of values")));
            };
            combinations = combinations
                .into_iter()
                .flat_map(|fields| {
                    values.iter().map(move |value| {
                        let mut fields = fields.clone();
                        fields.insert(path.clone(), value.clone());
                        fields
                    })
                })
                .collect();
        }
        let setups = combinations
            .into_iter()
            .map(|fields| {
                let mut whole = Value::Object(Map::new());
                let all = fields.iter().chain(set.iter().map(|(path, value)| (path, value)));
                for (path, value) in all {
                    put(&mut whole, path, value.clone());
                }
                Setup::from_value(what, whole)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            name: spec.name,
            question: spec.question,
            table: spec.table,
            repetitions: spec.repetitions,
            lead: spec.lead,
            window: spec.window,
            drain: spec.drain,
            setups,
        })
    }
}

impl Spec {
    fn shorten(&mut self) {
        let quick = std::mem::take(&mut self.quick);
        self.repetitions = quick.repetitions.unwrap_or(1);
        self.lead = quick.lead.unwrap_or(self.lead);
        self.window = quick.window.unwrap_or(self.window);
        self.drain = quick.drain.unwrap_or(self.drain);
        self.set.extend(quick.set);
        if let Some(vary) = quick.vary {
            self.vary = vary;
        }
    }
}

/// Puts a value at a path of names with points between them. An object is taken in field by field.
fn put(whole: &mut Value, path: &str, value: Value) {
    let mut at = whole;
    for name in path.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(map) = at else { return };
        at = map.entry(name).or_insert(Value::Null);
    }
    match (at, value) {
        (Value::Object(old), Value::Object(new)) => old.extend(new),
        (at, value) => *at = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::setup::{Layout, real};
    use std::time::Duration;

    #[test]
    fn every_plan_that_ships_is_named_as_its_file_whole_and_quick() {
        for name in names() {
            for quick in [false, true] {
                let plan = Plan::from_yaml(name, embedded(name).unwrap(), quick, &[]).unwrap();
                assert_eq!(plan.name, name);
                assert!(!plan.setups.is_empty() && !plan.question.is_empty());
                let once: Duration = [plan.lead, plan.window].map(real).iter().sum();
                // Quick is under a minute for one agent, if nothing has to be waited for.
                let all = once * plan.setups.len() as u32 * plan.repetitions;
                assert!(!quick || all < Duration::from_secs(45), "{name}: {all:?}");
            }
        }
    }

    #[test]
    fn every_combination_is_measured_and_what_is_set_last_holds() {
        let text = "
name: mine
question: x
table: layouts
repetitions: 2
lead: 1s
window: 5s
drain: 5s
set: { payload: 300B, rotation.size: 10Mi, rotation.gap: 1ms }
vary: { layout: [daemonset, sidecar], files: [1, 10], rotation.gap: [0s, 3ms] }
quick: { window: 2s, vary: { files: [5] } }
";
        let plan = Plan::from_yaml("mine.yaml", text, false, &[("rate".into(), 50.into())]).unwrap();
        assert_eq!((plan.setups.len(), plan.repetitions), (8, 2));
        assert!(plan.setups.iter().all(|s| s.rate == 50.0 && s.rotation.unwrap().size.get() == 10 << 20));
        let slow = plan.setups.iter().filter(|s| s.rotation.unwrap().gap == SimTime::from_ns(3_000_000));
        assert_eq!(slow.filter(|s| s.layout == Layout::Sidecar).count(), 2);
        let quick = Plan::from_yaml("mine.yaml", text, true, &[]).unwrap();
        assert_eq!((quick.setups.len(), quick.setups[0].files, quick.repetitions), (1, 5, 1));
        assert_eq!(quick.window, SimTime::from_secs(2));
    }

    #[test]
    fn what_cannot_be_measured_is_said_with_what_is_allowed() {
        let plan = |set: &str| {
            let text = format!(
                "name: x\nquestion: x\ntable: layouts\nrepetitions: 1\nlead: 1s\nwindow: 1s\ndrain: 1s\nset: {set}\n"
            );
            Plan::from_yaml("x.yaml", &text, false, &[]).unwrap_err().to_string()
        };
        assert!(plan("{ payload: 20B }").contains("39 to 16000 bytes"));
        assert!(plan("{ files: 0 }").contains("allowed are 1 to 1000"));
        assert!(plan("{ colour: red }").contains("colour"));
        assert!(plan("{ configs: 5, files: 10 }").contains("at least one for each file"));
    }
}
