//! What collects today, as a part of the scenario: agents of nodes, and agents in pods.

use super::agents::{Agent, Role};
use super::facts::{Facts, Phase};
use super::workloads::{Group, Named};
use crate::import::counted;
use crate::scenario::{AgentRequests, AsIs, Count, NodeAgents, Override, Settings, Sidecars};
use crate::units::{Bytes, Millicores};
use std::collections::BTreeMap;

/// The agents that were found; `None` where there are none.
pub(super) fn as_is(facts: &Facts, groups: &[Group], named: &Named) -> Option<AsIs> {
    let mut nodes: BTreeMap<(&str, &str), BTreeMap<&Agent, u64>> = BTreeMap::new();
    for pod in facts.pods.iter().filter(|pod| pod.phase == Phase::Running) {
        let kind = &facts.kinds[pod.kind as usize];
        for agent in kind.agents.iter().filter(|agent| agent.role == Role::Node) {
            *nodes.entry((&kind.namespace, &kind.name)).or_default().entry(agent).or_default() += 1;
        }
    }
    let mut node: Vec<NodeAgents> = Vec::new();
    for ((namespace, name), agents) in nodes {
        // One DaemonSet has one template; during a rollout the more frequent one stands for both.
        let Some((agent, _)) = agents.iter().max_by_key(|(_, pods)| **pods) else { continue };
        let terms = terms(agent, settings(facts, namespace, agent));
        let pods = agents.values().sum();
        node.push(NodeAgents { name: format!("{namespace}/{name}"), agents: Count::of(pods), terms });
    }
    // Those of which there are most collect most; of equals one that there is a profile of.
    node.sort_by_key(|agents| (std::cmp::Reverse(agents.agents), agents.terms.agent.is_none()));
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
    (!node.is_empty() || !sidecars.is_empty()).then_some(AsIs { node, sidecars })
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
pub(super) fn notes(as_is: &AsIs, groups: &[Group]) -> Vec<String> {
    let mut notes = Vec::new();
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
    if as_is.node.len() > 1 {
        notes.push(format!(
            "{} collect on the same nodes: under as-is {} carries the lines, the others add their requests",
            counted(as_is.node.len() as u64, "DaemonSet"),
            as_is.node[0].name
        ));
    }
    notes
}
