//! What collects today, as a part of the scenario: agents of nodes, and agents in pods.

use super::agents::{Agent, Role};
use super::facts::{Facts, Phase};
use super::workloads::{Group, Named};
use crate::import::counted;
use crate::scenario::{AgentRequests, AsIs, Count, NodeAgents, Override, Settings, Sidecars};
use crate::units::{Bytes, Millicores};
use std::collections::{BTreeMap, BTreeSet};

/// A DaemonSet's agents, and the nodes that have them.
struct OfNodes {
    agents: NodeAgents,
    on: BTreeSet<u32>,
}

/// What collects today, and what people are to know of it.
pub(super) struct Found {
    pub(super) as_is: Option<AsIs>,
    notes: Vec<String>,
}

/// The agents that were found.
pub(super) fn as_is(facts: &Facts, groups: &[Group], named: &Named) -> Found {
    let mut nodes: BTreeMap<(&str, &str), BTreeMap<&Agent, Vec<u32>>> = BTreeMap::new();
    for pod in facts.pods.iter().filter(|pod| pod.phase == Phase::Running) {
        let kind = &facts.kinds[pod.kind as usize];
        for agent in kind.agents.iter().filter(|agent| agent.role == Role::Node) {
            let own = nodes.entry((&kind.namespace, &kind.name)).or_default();
            own.entry(agent).or_default().push(pod.node);
        }
    }
    let mut node: Vec<OfNodes> = Vec::new();
    for ((namespace, name), agents) in nodes {
        // One DaemonSet has one template; during a rollout the more frequent one stands for both.
        let Some((agent, _)) = agents.iter().max_by_key(|(_, pods)| pods.len()) else { continue };
        let terms = terms(agent, settings(facts, namespace, agent));
        let on: Vec<u32> = agents.into_values().flatten().collect();
        let agents =
            NodeAgents { name: format!("{namespace}/{name}"), agents: Count::of(on.len() as u64), terms };
        node.push(OfNodes { agents, on: on.into_iter().collect() });
    }
    // Those of which there are most collect most; of equals one that there is a profile of.
    node.sort_by_key(|of| (std::cmp::Reverse(of.agents.agents), of.agents.terms.agent.is_none()));
    let (node, notes) = join_elsewhere(node);
    let mut sidecars: BTreeMap<(&Agent, &str), Vec<String>> = BTreeMap::new();
    for (group, name) in groups.iter().zip(&named.names) {
        for agent in &group.agents {
            sidecars.entry((agent, &group.namespace)).or_default().push(name.clone());
        }
    }
    let sidecars: Vec<Sidecars> = sidecars
        .into_iter()
        .map(|((agent, namespace), of)| Sidecars {
            name: agent.name.to_owned(),
            of,
            terms: terms(agent, settings(facts, namespace, agent)),
        })
        .collect();
    let as_is = (!node.is_empty() || !sidecars.is_empty()).then_some(AsIs { node, sidecars });
    Found { as_is, notes }
}

/// DaemonSets that run where the first does not (of Windows, of another architecture, of another pool) are one with it, as
/// no node has both: with the requests of the mean node.
fn join_elsewhere(all: Vec<OfNodes>) -> (Vec<NodeAgents>, Vec<String>) {
    let (mut beside, mut notes) = (Vec::new(), Vec::new());
    let mut all = all.into_iter();
    let Some(mut first) = all.next() else { return (beside, notes) };
    for other in all {
        if !first.on.is_disjoint(&other.on) || first.on.contains(&u32::MAX) {
            beside.push(other.agents);
            continue;
        }
        let (own, more) = (first.agents.agents.get(), other.agents.agents.get());
        let mean = |a: u64, b: u64| {
            let sum = u128::from(a) * u128::from(own) + u128::from(b) * u128::from(more);
            u64::try_from(sum.div_ceil(u128::from(own + more))).unwrap_or(u64::MAX)
        };
        let (a, b) = (first.agents.terms.requests, other.agents.terms.requests);
        first.agents.terms.requests = AgentRequests {
            cpu: a.cpu.zip(b.cpu).map(|(a, b)| Millicores::new(mean(a.get(), b.get()))),
            memory: a.memory.zip(b.memory).map(|(a, b)| Bytes::new(mean(a.get(), b.get()))),
        };
        first.agents.agents = Count::of(own + more);
        first.on.extend(other.on);
        notes.push(format!(
            "{} runs on {} where {} does not: under as-is both are one, with the requests of the mean node",
            other.agents.name,
            counted(more, "node"),
            first.agents.name
        ));
    }
    (std::iter::once(first.agents).chain(beside).collect(), notes)
}

/// Settings of the ConfigMaps that a pod mounts.
fn settings(facts: &Facts, namespace: &str, agent: &Agent) -> Settings {
    let found =
        agent.configs.iter().filter_map(|name| facts.settings.get(&(namespace.to_owned(), name.clone())));
    found.fold(Settings::default(), |sum, found| sum.or(&found.settings))
}

fn terms(agent: &Agent, with: Settings) -> Override {
    Override {
        agent: agent.profile.map(|name| crate::scenario::unplaced(name.to_owned())),
        with,
        requests: AgentRequests {
            cpu: Some(Millicores::new(agent.requests.cpu)),
            memory: Some(Bytes::new(agent.requests.memory)),
        },
        cpu_limit: agent.cpu_limit.map(Millicores::new),
        memory_limit: agent.memory_limit.map(Bytes::new),
    }
}

/// What was taken out, for people.
pub(super) fn notes(found: &Found, groups: &[Group]) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(as_is) = &found.as_is else { return notes };
    let by_profile = |terms: &Override| match &terms.agent {
        Some(agent) => format!("simulated as {}", agent.value),
        None => "of which there is no profile: simulated as collection.agent".to_owned(),
    };
    for agents in &as_is.node {
        notes.push(format!(
            "{} collects logs on {}, {}: taken out of the workloads, kept as the strategy as-is",
            agents.name,
            counted(agents.agents.get(), "node"),
            by_profile(&agents.terms)
        ));
    }
    for sidecars in &as_is.sidecars {
        let natives = groups.iter().flat_map(|group| &group.agents).filter(|a| a.name == sidecars.name);
        let native = if natives.clone().all(|agent| agent.native) { " (native sidecars)" } else { "" };
        notes.push(format!(
            "{} in pods of {}{native}, {}: their requests are taken out of the applications', kept as as-is",
            sidecars.name,
            sidecars.of.join(", "),
            by_profile(&sidecars.terms)
        ));
    }
    notes.extend(found.notes.iter().cloned());
    if as_is.node.len() > 1 {
        notes.push(format!(
            "{} collect on the same nodes: under as-is {} carries the lines, the others add their requests",
            counted(as_is.node.len() as u64, "DaemonSet"),
            as_is.node[0].name
        ));
    }
    notes
}
