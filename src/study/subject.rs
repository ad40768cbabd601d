//! What was simulated, in the scenario's own words: what a report has to say about its subject.

use crate::profile;
use crate::scenario::{Backend, Fault, Gateway, Partition, Scenario, Tenant, Workload};
use crate::strategy::Strategy;

/// The subject of a study.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Node pools, such as `general: 20 × 16 cores, 64Gi`.
    pub pools: Vec<String>,
    /// Workloads and what each of their pods writes, such as `team (× 20) / web (× 2): stdout 100/s`.
    pub workloads: Vec<String>,
    /// Mean lines a second of all pods.
    pub lines_per_s: f64,
    /// What limits the log service.
    pub backend: String,
    /// What goes wrong, and when.
    pub faults: Vec<String>,
    /// The same as spans of time.
    pub marks: Vec<Mark>,
    /// One node in so many is simulated and stands for the others.
    pub one_node_in: u64,
    /// What counts as good enough.
    pub objectives: Vec<String>,
    /// The longest run of lines handled as one, in seconds.
    pub chunk_s: f64,
    /// Strategies and what each is.
    pub strategies: Vec<(&'static str, &'static str)>,
    /// The agents that collect.
    pub agents: Vec<Agent>,
    /// The scenario with all defaults, as YAML.
    pub yaml: String,
}

/// Something that goes wrong, as a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its name in a scenario, such as `outage`.
    pub name: String,
    /// When it begins, in seconds.
    pub from_s: f64,
    /// When what it does itself is over, in seconds.
    pub until_s: f64,
}

/// An agent and where its numbers come from.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its name in the scenario.
    pub name: String,
    /// The embedded profile that it is, or is derived from.
    pub base: String,
    /// The version that was measured.
    pub version: String,
    /// Sources of the base's numbers.
    pub sources: Vec<String>,
    /// Costs that the scenario sets: path, value, source.
    pub set: Vec<(String, f64, String)>,
}

impl Subject {
    /// The subject of a scenario under some strategies.
    pub fn of(scenario: &Scenario, strategies: &[&'static Strategy]) -> Self {
        let backend = &scenario.backend;
        let mut workloads = Vec::new();
        for tenant in &scenario.tenants {
            for workload in &tenant.workloads {
                let (tenants, pods) = (tenant.count.get(), workload.replicas.get());
                let logs: Vec<String> =
                    workload.logs.iter().map(|log| format!("{} {}", word(&log.stream), log.rate)).collect();
                let logs = if logs.is_empty() { "nothing".to_owned() } else { logs.join(", ") };
                workloads
                    .push(format!("{} (× {tenants}) / {} (× {pods}): {logs}", tenant.name, workload.name));
            }
        }
        Self {
            pools: scenario
                .cluster
                .pools
                .iter()
                .map(|p| format!("{}: {} × {} cores, {}", p.name, p.nodes.get(), p.cpu, p.memory))
                .collect(),
            workloads,
            lines_per_s: lines_per_s(scenario),
            backend: described(backend, scenario.collection.gateway.as_ref()),
            faults: scenario.faults.iter().map(Fault::in_words).collect(),
            marks: scenario.faults.iter().map(mark).collect(),
            one_node_in: scenario.one_node_in.get(),
            objectives: scenario.objectives.iter().map(ToString::to_string).collect(),
            chunk_s: scenario.chunk.as_secs_f64(),
            strategies: strategies.iter().map(|s| (s.name, s.about)).collect(),
            agents: agents(scenario),
            yaml: scenario.to_yaml().unwrap_or_default(),
        }
    }
}

/// Mean lines a second of all pods of a scenario.
pub fn lines_per_s(scenario: &Scenario) -> f64 {
    let rate = |workload: &Workload| workload.logs.iter().map(|log| log.rate.get()).sum::<f64>();
    let pods = |tenant: &Tenant, workload: &Workload| (tenant.count.get() * workload.replicas.get()) as f64;
    let of = |tenant: &'_ Tenant| {
        tenant.workloads.iter().map(|workload| rate(workload) * pods(tenant, workload)).collect::<Vec<f64>>()
    };
    scenario.tenants.iter().flat_map(of).sum()
}

/// When a fault begins and ends.
fn mark(fault: &Fault) -> Mark {
    Mark { name: fault.name(), from_s: fault.at().as_secs_f64(), until_s: fault.ends().as_secs_f64() }
}

/// The log service in a line, with the gateway in front of it.
fn described(backend: &Backend, gateway: Option<&Gateway>) -> String {
    let capacity = backend.capacity.map_or_else(|| "unlimited".to_owned(), |c| c.to_string());
    let mut text = format!(
        "capacity {capacity}, latency {} + exponential {}{}, queue {}",
        backend.latency,
        backend.latency_tail,
        if backend.tail_grows { ", longer under load" } else { "" },
        backend.queue
    );
    if let Some(shards) = &backend.shards {
        let by = match shards.by {
            Partition::Request => "request",
            Partition::Source => "source",
            Partition::Tenant => "tenant",
        };
        text += &format!(", {} shards by {by}", shards.count.get());
    }
    if let Some(quota) = &backend.quota {
        text += &format!(", {} a tenant and {} at once", quota.rate, quota.burst);
    }
    if let Some(gateway) = gateway {
        let buffer = gateway.buffer.map_or_else(|| "the profile's".to_owned(), |buffer| buffer.to_string());
        let processes = gateway.processes.get();
        text += &format!(
            "; behind a gateway of {processes} {} with a buffer of {buffer} each",
            gateway.agent.value
        );
    }
    text
}

fn word(stream: &crate::scenario::LogSource) -> &'static str {
    use crate::scenario::LogSource;
    match stream {
        LogSource::Stdout => "stdout",
        LogSource::File => "file",
        LogSource::HostPath => "hostPath",
    }
}

/// Every agent that some strategy may collect with, each once.
fn agents(scenario: &Scenario) -> Vec<Agent> {
    let collection = &scenario.collection;
    let mut names = vec![&collection.agent.value];
    names.extend(collection.daemonset.agent.as_ref().map(|a| &a.value));
    names.extend(collection.sidecar.agent.as_ref().map(|a| &a.value));
    names.extend(collection.gateway.as_ref().map(|gateway| &gateway.agent.value));
    let mut agents: Vec<Agent> = Vec::new();
    for name in names {
        if agents.iter().any(|a| a.name == *name) {
            continue;
        }
        let custom = scenario.profiles.iter().find(|p| p.name == *name);
        let base = custom.map_or(name, |c| &c.base.value);
        let Some(Ok(profile)) = profile::embedded(base) else { continue };
        let set = custom.into_iter().flat_map(|c| &c.set).map(|(path, cost)| {
            let source = cost.value.source.clone().unwrap_or_else(|| "set by hand".to_owned());
            (path.clone(), cost.value.value, source)
        });
        agents.push(Agent {
            name: name.clone(),
            base: base.clone(),
            set: set.collect(),
            sources: profile.all_sources(),
            version: profile.version,
        });
    }
    agents
}
