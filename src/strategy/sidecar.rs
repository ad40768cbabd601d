//! Sidecar: one agent a pod tails the pod's files in a volume that both share.

use super::control::configs_of_sidecar;
use super::draft::{Asked, Draft, Route, draft, whole_ns};
use super::sizing;
use super::{Honours, Strategy};
use crate::blueprint::{AgentPlan, AgentStart, Blueprint, Reader};
use crate::flow::Medium;
use crate::scenario::{Lifecycle, LogSource, LogSpec, Ordering, Scenario};
use crate::units::{NS_PER_SEC, SimTime};

/// One agent a pod.
pub const SIDECAR: Strategy = Strategy {
    name: "sidecar",
    about: "one agent a pod tails the pod's files in a shared volume",
    honours: HONOURS,
    exception: None,
    draw,
};

pub(super) const HONOURS: Honours = Honours { parse: true, store: true, sampling: true, own_limits: true };

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    let mut draft = draft(SIDECAR.name, scenario, &|asked: &Asked<'_>| route(asked.log));
    add_agents(&mut draft, scenario);
    draft.blueprint
}

/// Where a log goes that an agent in its pod is to read.
pub(super) fn route(log: &LogSpec) -> Route {
    match (log.stream, log.fixed) {
        // A sidecar sees its pod's volumes: neither standard output nor the node's directories.
        (LogSource::Stdout | LogSource::HostPath, true) => Route::out_of_reach(log),
        _ => Route { medium: Medium::File, reader: Reader::Pod },
    }
}

/// Adds an agent to every pod that has something for one to read.
pub(super) fn add_agents(draft: &mut Draft, scenario: &Scenario) {
    let configs = configs_of_sidecar(scenario, draft.all_configs);
    let blueprint = &mut draft.blueprint;
    let terms = &scenario.collection.sidecar;
    add_to_pods(blueprint, |load| sizing::agent(scenario, terms, false, false, configs, load).0);
    in_order(blueprint, scenario);
}

/// Agents in pods start and stop in the order that the scenario has them in.
pub(super) fn in_order(blueprint: &mut Blueprint, scenario: &Scenario) {
    start_in_order(blueprint, scenario);
    end_in_order(blueprint, scenario);
    stop_in_order(blueprint, scenario);
}

/// Adds what `plan` makes of a pod's mean load to every pod with something to be read within it.
pub(super) fn add_to_pods(blueprint: &mut Blueprint, plan: impl Fn(&sizing::MeanLoad) -> AgentPlan) {
    // Tenants of one kind run the same pods, and these the same sidecar.
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    for index in 0..blueprint.pods.len() {
        let template = &blueprint.pods[index];
        if template.streams.iter().all(|s| s.reader != Reader::Pod) {
            continue;
        }
        let kind = template.streams[0].first_law;
        let agent = match drawn.iter().find(|(known, _)| *known == kind) {
            Some((_, agent)) => *agent,
            None => {
                let load = sizing::load_of(blueprint, &blueprint.pods[index..=index], Reader::Pod)
                    .scaled(1.0 / template.replicas as f64);
                blueprint.agents.push(plan(&load));
                drawn.push((kind, blueprint.agents.len() - 1));
                blueprint.agents.len() - 1
            }
        };
        let requests = blueprint.agents[agent].requests;
        let template = &mut blueprint.pods[index];
        template.agent = Some(agent);
        // KEP-753: a sidecar's requests are summed with those of the pod's containers.
        template.requests += requests;
    }
}

/// Sidecars that are containers like any other are told to stop when their applications are, and keep jobs from
/// completing. Source: KEP-753, "Motivation"; Kubernetes, "Sidecar Containers".
fn stop_in_order(blueprint: &mut Blueprint, scenario: &Scenario) {
    if scenario.collection.ordering == Ordering::Native {
        return;
    }
    let lifecycles = scenario.tenants.iter().flat_map(|tenant| {
        (0..tenant.count.get()).flat_map(|_| tenant.workloads.iter().map(|workload| &workload.lifecycle))
    });
    for (template, lifecycle) in blueprint.pods.iter_mut().zip(lifecycles) {
        let (Some(life), Some(_)) = (&mut template.life, template.agent) else { continue };
        match lifecycle {
            Lifecycle::Service | Lifecycle::CrashLoop(_) => {}
            Lifecycle::Churn(churn) => life.agent_stops_s = whole_seconds(churn.shutdown),
            Lifecycle::Job(_) => {
                // Its files stay with it, and its agent has all the time it needs.
                life.lingers_s = life.pause_s;
                life.sticks = true;
            }
        }
    }
}

/// Seconds that a pod is given to end.
/// Source: Kubernetes, `terminationGracePeriodSeconds`.
const GRACE_S: u64 = 30;

/// A pod whose sidecars are native is deleted when these have ended, which is after its application has: they have the rest
/// of the pod's grace to send what they hold, as far as the pod's successor leaves it. Source: KEP-753, "Termination".
fn end_in_order(blueprint: &mut Blueprint, scenario: &Scenario) {
    if scenario.collection.ordering == Ordering::Classic {
        return;
    }
    for template in blueprint.pods.iter_mut().filter(|template| template.agent.is_some()) {
        if let Some(life) = &mut template.life {
            life.lingers_s = life.lingers_s.max(GRACE_S.min(life.pause_s));
        }
    }
}

/// Native sidecars have started before their applications, which wait for them; containers like any other start beside
/// them. Source: KEP-753.
fn start_in_order(blueprint: &mut Blueprint, scenario: &Scenario) {
    let startup = &scenario.cluster.startup;
    let (pull_ns, start_ns) = (whole_ns(startup.agent_pull), whole_ns(startup.agent_start));
    if pull_ns + start_ns == 0 {
        return;
    }
    for template in blueprint.pods.iter_mut().filter(|template| template.agent.is_some()) {
        let pause_s = template.life.as_ref().map_or(PAUSE_S, |life| life.pause_s - life.lingers_s);
        let beside_ns = (scenario.collection.ordering == Ordering::Classic).then_some(pause_s * NS_PER_SEC);
        template.agent_start = Some(AgentStart { pull_ns, start_ns, beside_ns });
    }
}

/// Seconds that an application takes to start that a fault has moved. Source: Kubernetes, "Pod startup latency SLO".
const PAUSE_S: u64 = 5;

fn whole_seconds(time: SimTime) -> u64 {
    time.as_secs_f64().ceil() as u64
}
