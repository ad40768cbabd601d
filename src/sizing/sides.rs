//! Sides of a strategy: the agent of each node and the agent of each pod, each with settings of its own in the scenario.

use super::rule::End;
use super::sizes::{Container, Side};
use crate::observe::{AgentUse, Usage};
use crate::profile::{self, Profile};
use crate::scenario::{AgentRequests, Cost, Override, Scenario, Settings};
use crate::strategy::{DAEMONSET, HYBRID, SIDECAR, Strategy};
use crate::units::{Bytes, Millicores};

/// As good as no limit.
const FREE_CORES: Millicores = Millicores::new(1_000_000);
pub(super) const FREE: Bytes = Bytes::new(1 << 40);

/// Costs that fall as their number rises, or that are no costs.
const NO_COSTS: [&str; 3] = ["cpu.readerShare", "cpu.coalesce", "cpu.coldGap"];

impl Side {
    /// The sides of a strategy; `None` where it has none that a scenario could size.
    pub fn of(strategy: &Strategy) -> Option<&'static [Self]> {
        match strategy.name {
            name if name == DAEMONSET.name => Some(&[Self::Daemonset]),
            name if name == SIDECAR.name => Some(&[Self::Sidecar]),
            name if name == HYBRID.name => Some(&[Self::Daemonset, Self::Sidecar]),
            _ => None,
        }
    }

    fn terms(self, scenario: &Scenario) -> &Override {
        match self {
            Self::Daemonset => &scenario.collection.daemonset,
            Self::Sidecar => &scenario.collection.sidecar,
        }
    }

    pub(super) fn terms_mut(self, scenario: &mut Scenario) -> &mut Override {
        match self {
            Self::Daemonset => &mut scenario.collection.daemonset,
            Self::Sidecar => &mut scenario.collection.sidecar,
        }
    }

    /// The agent's name, and the embedded profile that it is derived from.
    pub fn agent(self, scenario: &Scenario) -> (String, String) {
        let terms = self.terms(scenario);
        let name = &terms.agent.as_ref().unwrap_or(&scenario.collection.agent).value;
        let custom = scenario.profiles.iter().find(|profile| profile.name == *name);
        (name.clone(), custom.map_or_else(|| name.clone(), |custom| custom.base.value.clone()))
    }

    /// Its settings, the scenario's own for all agents included.
    pub(super) fn settings(self, scenario: &Scenario) -> Settings {
        let settings = self.terms(scenario).with.or(&scenario.collection.with);
        let (name, _) = self.agent(scenario);
        match scenario.profiles.iter().find(|profile| profile.name == name) {
            Some(custom) => settings.or(&custom.with),
            None => settings,
        }
    }

    /// Whether agents of this kind are its own.
    pub(super) fn has(self, kind: &AgentUse) -> bool {
        kind.pods.is_empty() == (self == Self::Daemonset)
    }

    /// What its agents used, each kind and pool by itself, as one: of each figure the kind that takes most.
    ///
    /// A scenario, as a DaemonSet has it, has one size for all pools, and one for all sidecars.
    pub(super) fn usage_in(self, uses: &[AgentUse]) -> Usage {
        let own = || uses.iter().filter(|kind| self.has(kind)).map(|kind| &kind.usage);
        let most = |key: fn(&Usage) -> f64| own().max_by(|a, b| key(a).total_cmp(&key(b)));
        let mut usage = Usage::default();
        if let Some(busiest) = most(|usage| usage.cpu.quantile(0.95)) {
            usage.cpu = busiest.cpu.clone();
        }
        // The busiest span may be another kind's: its most counts, and not one more span.
        if let Some(peak) = most(|usage| usage.cpu.most() as f64) {
            usage.cpu.record(peak.cpu.most(), 0);
        }
        if let Some(fullest) = most(|usage| usage.memory.most() as f64) {
            usage.memory = fullest.memory.clone();
        }
        if let Some(fullest) = most(|usage| usage.held.most() as f64) {
            usage.held = fullest.held.clone();
        }
        usage
    }

    /// Takes its limits away.
    pub(super) fn free(self, scenario: &mut Scenario) {
        let terms = self.terms_mut(scenario);
        (terms.cpu_limit, terms.memory_limit) = (Some(FREE_CORES), Some(FREE));
    }

    /// Gives it a buffer of so many bytes, on disk or in memory.
    pub(super) fn set_buffer(self, scenario: &mut Scenario, on_disk: bool, bytes: Bytes) {
        let with = &mut self.terms_mut(scenario).with;
        *(if on_disk { &mut with.storage_limit } else { &mut with.mem_buf_limit }) = Some(bytes);
    }

    /// Puts a container's sizes into the scenario; its buffer is there already.
    pub(super) fn put(self, scenario: &mut Scenario, container: &Container) {
        let terms = self.terms_mut(scenario);
        terms.requests = AgentRequests {
            cpu: Some(Millicores::new(container.cpu_request)),
            memory: Some(Bytes::new(container.memory_request)),
        };
        terms.cpu_limit = Some(Millicores::new(container.cpu_limit));
        terms.memory_limit = Some(Bytes::new(container.memory_limit));
    }
}

/// The scenario with agents of these sides that cost as little, or as much, as their profiles' sources suggest. What the
/// scenario itself says of a cost stays.
pub(super) fn at_end(scenario: &Scenario, sides: &[Side], end: End) -> Scenario {
    let mut changed = scenario.clone();
    for side in sides {
        let (name, base) = side.agent(scenario);
        let Some(Ok(mut known)) = profile::embedded(&base) else { continue };
        let costs = costs_at(&mut known, end);
        for (path, value) in costs {
            if changed.own_cost(&name, &path).is_none() {
                changed.set_cost(&name, &base, path, Cost::by_hand(value));
            }
        }
    }
    changed
}

/// Costs of a profile at one end of what their sources suggest, where they suggest one.
fn costs_at(profile: &mut Profile, end: End) -> Vec<(String, f64)> {
    let numbers = profile.numbers_mut().into_iter();
    let is_cost =
        |path: &str| (path.starts_with("cpu.") || path.starts_with("memory.")) && !NO_COSTS.contains(&path);
    numbers
        .filter(|(path, _)| is_cost(path))
        .filter_map(|(path, number)| {
            let value = if end == End::Low { number.low } else { number.high };
            Some((path.to_owned(), value?))
        })
        .collect()
}
