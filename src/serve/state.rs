//! All that a page's address says: a scenario and how it was turned.

use super::knob::{self, Knob};
use super::rehearsal::Rehearsal;
use crate::scenario::{Amendments, Scenario, ScenarioError, Setting, embedded, embedded_names};
use crate::strategy::{ALL, Strategy, by_name};
use crate::study::Recorded;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Pods that a workshop simulates at most: some 6 KB each, for each run under way.
const MOST_PODS: u64 = 60_000;

/// Seconds of pods on one node at most: between nodes a run can be stopped, within one it cannot.
const MOST_POD_SECONDS: f64 = 2e6;

/// Replications at most.
const MOST_REPS: u64 = 20;

/// Bytes of a dropped scenario at most, of one setting, and settings.
const MOST_YAML: usize = 4 << 20;
const MOST_SETTING: usize = 4096;
const MOST_SETTINGS: usize = 64;

/// What a page asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct State {
    /// An embedded scenario; not looked at where there is a file.
    pub scenario: String,
    /// A scenario that was dropped onto the page.
    pub file: Option<Dropped>,
    /// The agent; the scenario's own where nothing is said.
    pub agent: Option<String>,
    /// Knobs that were turned.
    pub knobs: BTreeMap<Knob, f64>,
    /// Faults that are played.
    pub rehearsals: BTreeSet<Rehearsal>,
    /// Further settings, as `--set` takes them.
    pub set: Vec<String>,
    /// Strategies, by name.
    pub strategies: Vec<String>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Replications.
    pub reps: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            scenario: "reference".to_owned(),
            file: None,
            agent: None,
            knobs: BTreeMap::new(),
            rehearsals: BTreeSet::new(),
            set: Vec::new(),
            strategies: ["native", "daemonset", "sidecar"].map(str::to_owned).to_vec(),
            seed: 1,
            reps: 5,
        }
    }
}

/// A scenario that was dropped onto the page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// What errors call it.
    pub name: String,
    /// Its text.
    pub yaml: String,
}

/// A result that the page holds on to, to be compared with: each figure in each replication.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// What it is called.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// By strategy and metric.
    pub values: BTreeMap<String, BTreeMap<crate::metric::Metric, Vec<Option<f64>>>>,
}

impl Pinned {
    /// As a difference takes it.
    pub fn recorded(&self) -> Recorded {
        let strategies = self.values.iter().map(|(name, values)| (name.clone(), values.clone()));
        let name = self.name.chars().take(80).collect();
        Recorded { name, seed: self.seed, strategies: strategies.collect(), ..Recorded::default() }
    }
}

/// A scenario as it was posed, and what it was made of.
#[derive(Clone, Debug)]
pub struct Posed {
    /// The scenario.
    pub scenario: Scenario,
    /// What it is called on the command line.
    pub name: String,
    /// The settings that made it, as `--set` takes them.
    pub settings: Vec<Setting>,
    /// The strategies asked for.
    pub strategies: Vec<&'static Strategy>,
}

/// Why a state is not run. The message is for people, and says what is allowed.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The scenario, or a setting, is not what it should be.
    #[error(transparent)]
    Scenario(#[from] Box<ScenarioError>),
    /// It asks for something that there is not, or for too much.
    #[error("{0}")]
    Asked(String),
}

impl From<ScenarioError> for Refusal {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(Box::new(error))
    }
}

fn refuse<T>(why: String) -> Result<T, Refusal> {
    Err(Refusal::Asked(why))
}

impl State {
    /// What errors and commands call the scenario, and its text as it was before anything was turned.
    ///
    /// # Errors
    /// There is no such scenario, or its text is too long.
    pub fn text(&self) -> Result<(&str, &str), Refusal> {
        match &self.file {
            Some(file) if file.yaml.len() > MOST_YAML => {
                refuse(format!("{} bytes of scenario; allowed are up to {MOST_YAML}", file.yaml.len()))
            }
            Some(file) => Ok((&file.name, &file.yaml)),
            None => match embedded(&self.scenario) {
                Some(yaml) => Ok((&self.scenario, yaml)),
                None => {
                    let known: Vec<&str> = embedded_names().collect();
                    refuse(format!(
                        "there is no scenario {:?}; there are {}",
                        self.scenario,
                        known.join(", ")
                    ))
                }
            },
        }
    }

    /// The scenario before anything was turned: where its knobs stand.
    ///
    /// # Errors
    /// It is none.
    pub fn plain(&self) -> Result<Scenario, Refusal> {
        let (name, text) = self.text()?;
        Ok(Amendments::default().read(name, text)?)
    }

    /// The scenario with everything turned, read and checked as the command line does.
    ///
    /// # Errors
    /// It is none, or larger than a workshop runs.
    pub fn posed(&self) -> Result<Posed, Refusal> {
        let (name, text) = self.text()?;
        self.check()?;
        let plain = Amendments::default().read(name, text)?;
        let agent = self.agent.iter().map(|agent| format!("collection.agent={agent}"));
        let mut written: Vec<String> = agent.collect();
        written.extend(knob::settings(&plain, &self.knobs));
        written.extend(self.rehearsals.iter().flat_map(|rehearsal| rehearsal.settings(&plain)));
        written.extend(self.set.iter().cloned());
        let read = |setting: &String| setting.parse::<Setting>().map_err(Refusal::Asked);
        let settings: Vec<Setting> = written.iter().map(read).collect::<Result<_, _>>()?;
        let scenario = Amendments { profiles: None, settings: settings.clone() }.read(name, text)?;
        small_enough(&scenario)?;
        Ok(Posed { scenario, name: name.to_owned(), settings, strategies: self.strategies()? })
    }

    fn check(&self) -> Result<(), Refusal> {
        if !(1..=MOST_REPS).contains(&self.reps) {
            return refuse(format!("{} replications; allowed are 1 to {MOST_REPS} here", self.reps));
        }
        if self.set.len() > MOST_SETTINGS || self.set.iter().any(|setting| setting.len() > MOST_SETTING) {
            return refuse(format!("allowed are up to {MOST_SETTINGS} settings of {MOST_SETTING} bytes"));
        }
        if let Some((knob, _)) = self.knobs.iter().find(|(_, value)| !value.is_finite()) {
            return refuse(format!("{} is no number", knob.id()));
        }
        Ok(())
    }

    fn strategies(&self) -> Result<Vec<&'static Strategy>, Refusal> {
        let mut found: Vec<&'static Strategy> = Vec::new();
        for name in &self.strategies {
            match by_name(name) {
                Some(strategy) if found.iter().all(|known| known.name != strategy.name) => {
                    found.push(strategy)
                }
                Some(_) => return refuse(format!("strategy {name:?} is named twice")),
                None => {
                    let known: Vec<&str> = ALL.iter().map(|strategy| strategy.name).collect();
                    return refuse(format!("there is no strategy {name:?}; there are {}", known.join(", ")));
                }
            }
        }
        if found.is_empty() {
            refuse("no strategy is named; name one at least".to_owned())
        } else {
            Ok(found)
        }
    }
}

/// A workshop waits for seconds, not for hours: what is larger belongs on the command line.
fn small_enough(scenario: &Scenario) -> Result<(), Refusal> {
    let pods = scenario.pods() / scenario.one_node_in.get();
    if pods > MOST_PODS {
        return refuse(format!(
            "{pods} pods are to be simulated; a workshop takes up to {MOST_PODS}: --set oneNodeIn={} simulates a sample, \
             and `loghaul compare` takes more",
            scenario.pods().div_ceil(MOST_PODS)
        ));
    }
    let density = scenario.pods() as f64 / scenario.nodes().max(1) as f64;
    let seconds = scenario.duration.as_secs_f64();
    if density * seconds > MOST_POD_SECONDS {
        return refuse(format!(
            "{density:.0} pods a node for {} are to be simulated; a workshop takes up to {:.0} s of them: shorten \
             `duration`, or use `loghaul compare`",
            scenario.duration,
            MOST_POD_SECONDS / density
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(json: serde_json::Value) -> State {
        serde_json::from_value(json).unwrap()
    }

    fn refused(json: serde_json::Value) -> String {
        state(json).posed().unwrap_err().to_string()
    }

    #[test]
    fn a_state_is_what_the_command_line_would_read() {
        let posed = state(serde_json::json!({
            "scenario": "reference", "agent": "vector", "knobs": { "nodes": 4, "outage": 30 },
            "rehearsals": ["upgrade"], "set": ["duration=3m"]
        }));
        let posed = posed.posed().unwrap();
        let again = Amendments { profiles: None, settings: posed.settings.clone() };
        let again = again.read("reference", embedded("reference").unwrap()).unwrap();
        assert_eq!(posed.scenario.to_yaml(), again.to_yaml());
        assert_eq!(posed.scenario.collection.agent.value, "vector");
        assert_eq!((posed.scenario.nodes(), posed.scenario.faults.len()), (4, 2));
    }

    #[test]
    fn what_cannot_be_run_says_what_can() {
        use serde_json::json;
        for (asked, words) in [
            (json!({ "scenario": "../../etc/passwd" }), "there is no scenario"),
            (json!({ "strategies": ["magic"] }), "daemonset"),
            (json!({ "strategies": [] }), "name one"),
            (json!({ "reps": 1000 }), "allowed are 1 to 20"),
            (json!({ "set": ["nonsense"] }), "path=value"),
            (json!({ "set": ["tenants[0].workloads[0].replicas=1000000000"] }), "from 1 to 10000000"),
            (json!({ "set": ["tenants[0].workloads[0].replicas=10000000"] }), "pods"),
            (json!({ "set": ["cluster.pools[0].nodes=3000", "tenants[0].count=3000"] }), "oneNodeIn=2"),
            (json!({ "set": ["duration=30d"] }), "duration"),
        ] {
            let error = refused(asked);
            assert!(error.contains(words), "{error}");
        }
        assert!(serde_json::from_value::<State>(json!({ "knobs": { "magic": 1 } })).is_err());
        assert!(serde_json::from_value::<State>(json!({ "path": "/etc/passwd" })).is_err());
    }
}
