//! As is: the agents that an import found running, each where it was, with its own requests and limits.

use super::control::configs_of_sidecar;
use super::draft::{Asked, Route, draft};
use super::{Strategy, daemonset, sidecar, sizing};
use crate::blueprint::{Blueprint, Reader, Requests};
use crate::scenario::{AsIs, Override, Scenario, Tenant, Workload};

pub(super) const AS_IS: Strategy = Strategy {
    name: "as-is",
    about: "the agents that run today, as an import found them",
    honours: daemonset::DAEMONSET.honours,
    exception: Some((has_sidecars, sidecar::HONOURS)),
    draw,
};

fn has_sidecars(scenario: &Scenario, tenant: &Tenant, workload: &Workload) -> bool {
    scenario
        .collection
        .as_is
        .as_ref()
        .is_some_and(|is| is.sidecars_of(&tenant.name, &workload.name).is_some())
}

fn draw(scenario: &Scenario, nodes: u64) -> Blueprint {
    let nothing = AsIs::default();
    let as_is = scenario.collection.as_is.as_ref().unwrap_or(&nothing);
    let mut draft = draft(AS_IS.name, scenario, &|asked: &Asked<'_>| {
        if has_sidecars(scenario, asked.tenant, asked.workload) {
            return sidecar::route(asked.log);
        }
        match as_is.node.is_empty() {
            true => Route::out_of_reach(asked.log),
            false => daemonset::route(asked.log),
        }
    });
    if scenario.collection.as_is.is_none() {
        draft.blueprint.infeasible = Some(
            "the scenario does not say what runs today (collection.asIs); import cluster does".to_owned(),
        );
        return draft.blueprint;
    }
    if let Some(first) = as_is.node.first() {
        let mut own = scenario.clone();
        own.collection.daemonset = first.terms.or(&scenario.collection.daemonset);
        daemonset::add_agent(&mut draft, &own, nodes);
        // A DaemonSet that only some of the nodes have weighs as much as there are of it.
        let others = as_is.node[1..].iter().map(|agents| {
            let (own, all) = (u128::from(agents.agents.get()), u128::from(first.agents.get().max(1)));
            let share = |n: u64| u64::try_from((u128::from(n) * own.min(all)).div_ceil(all)).unwrap_or(n);
            let Requests { cpu_millicores, memory_bytes } = requests(&agents.terms);
            Requests { cpu_millicores: share(cpu_millicores), memory_bytes: share(memory_bytes) }
        });
        if let Some(agent) = draft.blueprint.node_agent {
            others.for_each(|more| draft.blueprint.agents[agent].requests += more);
        }
    }
    let configs = configs_of_sidecar(scenario, draft.all_configs);
    let blueprint = &mut draft.blueprint;
    // Templates follow the order of tenants, each of a count by itself, and their workloads.
    let owners = scenario.tenants.iter().flat_map(|tenant| {
        (0..tenant.count.get())
            .flat_map(move |_| tenant.workloads.iter().map(move |workload| (tenant, workload)))
    });
    for (index, (tenant, workload)) in owners.enumerate() {
        let Some(sidecars) = as_is.sidecars_of(&tenant.name, &workload.name) else { continue };
        let template = &blueprint.pods[index];
        if template.streams.iter().all(|stream| stream.reader != Reader::Pod) {
            continue;
        }
        let load = sizing::load_of(blueprint, &blueprint.pods[index..=index], Reader::Pod)
            .scaled(1.0 / template.replicas as f64);
        let terms = sidecars.terms.or(&scenario.collection.sidecar);
        let (plan, _) = sizing::agent(scenario, &terms, false, false, configs, &load);
        let template = &mut blueprint.pods[index];
        template.agent = Some(blueprint.agents.len());
        template.requests += plan.requests;
        blueprint.agents.push(plan);
    }
    sidecar::in_order(blueprint, scenario);
    draft.blueprint
}

fn requests(terms: &Override) -> Requests {
    Requests {
        cpu_millicores: terms.requests.cpu.map_or(0, |cpu| cpu.get()),
        memory_bytes: terms.requests.memory.map_or(0, |memory| memory.get()),
    }
}
