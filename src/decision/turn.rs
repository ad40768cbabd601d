//! A knob turned: a field of a scenario and the value that it is set to.

use super::knob::{Knob, Ladder, Owner};
use crate::blueprint::Blueprint;
use crate::scenario::{Scenario, Setting};
use crate::strategy::{AS_IS, DAEMONSET, DIRECT, HYBRID, SIDECAR, SIDECAR_STREAMING, Strategy};
use std::fmt;

/// A field of a scenario and a value for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The knob.
    pub knob: &'static str,
    /// The field's path, as `--set` takes it.
    pub path: String,
    /// The value, as the file has it.
    pub value: String,
    /// How far up its ladder it stands; 0 is the mildest.
    pub step: usize,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.path, self.value)
    }
}

impl Turn {
    /// How much of a change it is, to choose among equals: a setting of the agent comes with the agent, and before one of the
    /// kubelet, for which every node is set up anew; within a field by the ladder.
    pub fn strength(&self) -> usize {
        const OF_THE_NODE: usize = 10;
        self.step + if self.path.starts_with("cluster.") { OF_THE_NODE } else { 0 }
    }

    /// The same as a setting; `None` where it is none, which is a defect of the table of knobs.
    pub fn setting(&self) -> Option<Setting> {
        self.to_string().parse().ok()
    }
}

/// Every turn of these knobs that there is for a strategy; `blueprint` is what the strategy makes of the scenario.
pub fn turns(
    scenario: &Scenario,
    strategy: &Strategy,
    blueprint: &Blueprint,
    knobs: &[&'static Knob],
) -> Vec<Turn> {
    let places = places(scenario, strategy);
    let mut all = Vec::new();
    for knob in knobs {
        for path in paths(knob, &places) {
            match knob.ladder {
                Ladder::Values(values) => all.extend(values.iter().enumerate().map(|(step, value)| Turn {
                    knob: knob.key,
                    path: path.clone(),
                    value: (*value).to_owned(),
                    step,
                })),
                Ladder::Times(factors) => {
                    let Some((now, unit)) = now(knob, blueprint) else { continue };
                    all.extend(factors.iter().enumerate().map(|(step, factor)| Turn {
                        knob: knob.key,
                        path: path.clone(),
                        value: format!("{}{unit}", ((now as f64 * factor).ceil() as u64).max(1)),
                        step,
                    }));
                }
            }
        }
    }
    all
}

/// Where a scenario says what agents are like.
struct Place {
    path: String,
    /// Whether they are the agents of nodes, and not of pods.
    of_nodes: bool,
}

/// Where a scenario says what a strategy's agents are like: of those of nodes first, then of those in pods.
fn places(scenario: &Scenario, strategy: &Strategy) -> Vec<Place> {
    let place = |of_nodes: bool, path: &str| Place { path: format!("collection.{path}"), of_nodes };
    match strategy.name {
        name if name == AS_IS.name => {
            let Some(as_is) = &scenario.collection.as_is else { return Vec::new() };
            // Of the agents of nodes the first collects.
            let node = as_is.node.iter().take(1).map(|_| place(true, "asIs.node[0].terms"));
            let pods =
                (0..as_is.sidecars.len()).map(|at| place(false, &format!("asIs.sidecars[{at}].terms")));
            node.chain(pods).collect()
        }
        name if [DAEMONSET.name, SIDECAR_STREAMING.name].contains(&name) => vec![place(true, "daemonset")],
        name if name == SIDECAR.name => vec![place(false, "sidecar")],
        name if name == DIRECT.name => vec![place(false, "direct")],
        name if name == HYBRID.name => vec![place(true, "daemonset"), place(false, "sidecar")],
        _ => Vec::new(),
    }
}

fn paths(knob: &Knob, places: &[Place]) -> Vec<String> {
    match knob.owner {
        Owner::Agent => places.iter().map(|place| format!("{}.with.{}", place.path, knob.key)).collect(),
        Owner::Kubelet => vec![format!("cluster.kubelet.{}", knob.key)],
        // Agents in pods have requests of their own by the load of each pod: one number would not do for all.
        Owner::Request | Owner::Limit => {
            let of_nodes = places.iter().filter(|place| place.of_nodes);
            of_nodes.take(1).map(|place| format!("{}.{}", place.path, knob.key)).collect()
        }
    }
}

/// What the agent of a node requests, or may use, and the unit behind the number.
fn now(knob: &Knob, blueprint: &Blueprint) -> Option<(u64, &'static str)> {
    let agent = &blueprint.agents[blueprint.node_agent?];
    match knob.key {
        "requests.cpu" => Some((agent.requests.cpu_millicores, "m")),
        "requests.memory" => Some((agent.requests.memory_bytes, "")),
        "cpuLimit" => {
            let quota = agent.quota_ns? as f64 / crate::blueprint::CPU_PERIOD_NS as f64;
            Some(((quota * 1000.0).round() as u64, "m"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::knob::KNOBS;
    use crate::scenario::{Amendments, embedded, from_yaml};
    use crate::strategy::{ALL, by_name};

    fn of(strategy: &str) -> (Scenario, Vec<Turn>) {
        let scenario = from_yaml("reference", embedded("reference").unwrap()).unwrap();
        let strategy = by_name(strategy).unwrap();
        let blueprint = strategy.blueprint(&scenario, scenario.nodes());
        let knobs: Vec<&Knob> = KNOBS.iter().collect();
        let all = turns(&scenario, strategy, &blueprint, &knobs);
        (scenario, all)
    }

    #[test]
    fn every_value_of_every_ladder_can_be_set() {
        for strategy in ALL {
            let (scenario, all) = of(strategy.name);
            let yaml = scenario.to_yaml().unwrap();
            for turn in all {
                let settings = vec![turn.setting().unwrap()];
                let set = Amendments { profiles: None, settings }.read("reference", &yaml);
                let set = set.unwrap_or_else(|e| panic!("{turn}: {e}"));
                assert_ne!(set.to_yaml().unwrap(), yaml, "{turn} changes nothing");
            }
        }
    }

    #[test]
    fn a_strategy_has_the_knobs_of_its_own_agents() {
        let paths = |strategy: &str| {
            let (_, all) = of(strategy);
            all.into_iter().map(|turn| turn.path).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(paths("daemonset").contains("collection.daemonset.with.memBufLimit"));
        assert!(!paths("daemonset").contains("collection.sidecar.with.memBufLimit"));
        let both = paths("hybrid");
        assert!(
            ["daemonset", "sidecar"].iter().all(|of| both.contains(&format!("collection.{of}.with.flush")))
        );
        assert!(paths("native").iter().all(|path| path.starts_with("cluster.kubelet.")));
    }

    #[test]
    fn requests_are_multiples_of_what_there_is() {
        let (scenario, all) = of("daemonset");
        let blueprint = by_name("daemonset").unwrap().blueprint(&scenario, scenario.nodes());
        let now = blueprint.agents[blueprint.node_agent.unwrap()].requests.cpu_millicores;
        let doubled = all.iter().find(|t| t.knob == "requests.cpu" && t.step == 1).unwrap();
        assert_eq!(doubled.to_string(), format!("collection.daemonset.requests.cpu={}m", 2 * now));
    }
}
