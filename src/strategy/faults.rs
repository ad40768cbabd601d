//! What goes wrong, as the world takes it: the same under every strategy.

use super::{backend, gateway};
use crate::blueprint::{
    Blueprint, Disturbance, Effect, EvictionStorm, Fault as WorldFault, NodeFault,
    NodesAdded as WorldNodesAdded, Outage as WorldOutage, PodTemplate, Rollout as WorldRollout, TemplateId,
};
use crate::scenario::{
    CrashOf, Fault, NodesAdded, Outage, OutageMode, OutageOf, ReadsFrom, Rollout, Scenario,
};
use crate::units::{HowMany, SimTime};

/// Adds the scenario's faults to a blueprint with its pools and tenants.
pub(super) fn add_faults(scenario: &Scenario, blueprint: &mut Blueprint) {
    for fault in &scenario.faults {
        if let Some(fault) = world_fault(scenario, fault, blueprint) {
            blueprint.faults.push(fault);
        }
    }
    blueprint.backend.outages.sort_by_key(|outage| outage.from_ns);
}

/// A fault of agents or nodes; one of the backend alone is added to it. What it is of may be missing in a slice of the
/// scenario, and nothing happens then.
fn world_fault(scenario: &Scenario, fault: &Fault, blueprint: &mut Blueprint) -> Option<WorldFault> {
    Some(match fault {
        Fault::Outage(outage) => {
            if let Some(outage) = backend::shard_outage(outage) {
                blueprint.backend.shard_outages.push(outage);
                return None;
            }
            let pool = pool_of(&outage.pool, blueprint)?;
            // Where nobody reaches a gateway is part of that; what is of some requests or nodes is of the way to it.
            let met = gateway::is_met_in(blueprint, scenario);
            if outage.of == OutageOf::Gateway && (outage.is_total() || !met) {
                return None;
            }
            let disturbance = add_outage(outage, blueprint)?;
            let nodes = outage.nodes.unwrap_or(HowMany::ALL);
            WorldFault::CutOff { disturbance, nodes, pool }
        }
        Fault::Crash(crash) if crash.of == CrashOf::Gateway => return None,
        Fault::Crash(crash) => WorldFault::Crash { at_ns: crash.at.as_ns(), agents: crash.agents },
        Fault::BadConfig(config) => WorldFault::BadConfig {
            tenant: blueprint.tenants.iter().position(|name| *name == config.tenant)? as u32,
            from_ns: config.at.as_ns(),
            until_ns: config.at.as_ns() + config.lasts.as_ns(),
        },
        Fault::Upgrade(upgrade) => WorldFault::Upgrade {
            at_ns: upgrade.at.as_ns(),
            max_unavailable: upgrade.max_unavailable,
            takes_ns: upgrade.takes.as_ns(),
        },
        Fault::NodeLoss(_)
        | Fault::Drain(_)
        | Fault::SpotWave(_)
        | Fault::EvictionStorm(_)
        | Fault::DiskFull(_)
        | Fault::Rollout(_)
        | Fault::NodesAdded(_) => return fault_of_nodes(fault, blueprint),
    })
}

/// A fault of nodes, or of the pods on them.
fn fault_of_nodes(fault: &Fault, blueprint: &Blueprint) -> Option<WorldFault> {
    let back = |time: Option<SimTime>| time.map(|time| time.as_ns());
    Some(match fault {
        Fault::Outage(_) | Fault::Crash(_) | Fault::BadConfig(_) | Fault::Upgrade(_) => return None,
        Fault::NodeLoss(loss) => WorldFault::Nodes(NodeFault {
            lost_ns: Some(loss.at.as_ns()),
            pause_ns: loss.evict_after.as_ns() + loss.pause.as_ns(),
            back_ns: back(loss.back),
            ..of_nodes(loss.nodes, pool_of(&loss.pool, blueprint)?)
        }),
        Fault::Drain(drain) => WorldFault::Nodes(NodeFault {
            drained: Some((drain.at.as_ns(), drain.apart.as_ns())),
            linger_ns: drain.linger.as_ns(),
            pause_ns: drain.pause.as_ns(),
            back_ns: back(drain.back),
            ..of_nodes(drain.nodes, pool_of(&drain.pool, blueprint)?)
        }),
        Fault::SpotWave(wave) => WorldFault::Nodes(NodeFault {
            drained: Some((wave.at.as_ns(), 0)),
            lost_ns: Some(wave.at.as_ns() + wave.notice.as_ns()),
            linger_ns: wave.linger.as_ns(),
            pause_ns: wave.pause.as_ns(),
            back_ns: back(wave.back),
            ..of_nodes(wave.nodes, pool_of(&wave.pool, blueprint)?)
        }),
        Fault::EvictionStorm(storm) => WorldFault::EvictionStorm(EvictionStorm {
            nodes: storm.nodes,
            pool: pool_of(&storm.pool, blueprint)?,
            pods: storm.pods,
            at_ns: storm.at.as_ns(),
            within_ns: storm.within.as_ns(),
            closed_ns: storm.closed.as_ns(),
            pause_ns: storm.pause.as_ns(),
        }),
        Fault::DiskFull(full) => WorldFault::DiskFull {
            nodes: full.nodes,
            pool: pool_of(&full.pool, blueprint)?,
            at_ns: full.at.as_ns(),
            until_ns: full.at.as_ns().saturating_add(full.lasts.as_ns()),
        },
        Fault::Rollout(rollout) => WorldFault::Rollout(WorldRollout {
            templates: templates_of(rollout, blueprint),
            at_ns: rollout.at.as_ns(),
            max_unavailable: rollout.max_unavailable,
            max_surge: rollout.max_surge,
            takes_ns: rollout.takes.as_ns(),
            linger_ns: rollout.linger.as_ns(),
            pause_ns: rollout.pause.as_ns(),
        }),
        Fault::NodesAdded(added) => WorldFault::NodesAdded(WorldNodesAdded {
            nodes: added.nodes.get(),
            pool: pool_of(&added.pool, blueprint)?.unwrap_or(0),
            at_ns: added.at.as_ns(),
            pods: added.pods,
            pause_ns: added.pause.as_ns(),
            agent_ready_ns: added.agent_ready.as_ns(),
            from_beginning: added.reads.map(|reads| reads == ReadsFrom::Beginning),
        }),
    })
}

/// Nodes to which nothing happens yet.
fn of_nodes(nodes: HowMany, pool: Option<usize>) -> NodeFault {
    NodeFault {
        nodes,
        pool,
        drained: None,
        lost_ns: None,
        linger_ns: 0,
        pause_ns: 0,
        back_ns: None,
        agent_ready_ns: NodesAdded::AGENT_READY.as_ns(),
        start_ns: NodesAdded::PAUSE.as_ns(),
    }
}

/// Which pool is meant: all where none is named, and nothing where it is not in the blueprint.
fn pool_of(name: &Option<String>, blueprint: &Blueprint) -> Option<Option<usize>> {
    match name {
        None => Some(None),
        Some(name) => blueprint.pools.iter().position(|pool| pool.name == *name).map(Some),
    }
}

/// The templates of the workloads that a rollout is of.
fn templates_of(rollout: &Rollout, blueprint: &Blueprint) -> Vec<TemplateId> {
    let is_meant = |template: &PodTemplate| {
        let tenant = &blueprint.tenants[template.tenant as usize];
        let workload = template.name.strip_prefix(tenant.as_str()).and_then(|rest| rest.strip_prefix('/'));
        rollout.tenant.as_ref().is_none_or(|name| name == tenant)
            && rollout.workload.as_ref().is_none_or(|name| Some(name.as_str()) == workload)
    };
    let templates = blueprint.pods.iter().enumerate();
    templates.filter(|(_, template)| is_meant(template)).map(|(number, _)| TemplateId::of(number)).collect()
}

/// Adds an outage to the backend. Gives the number of its disturbance where it is one of some nodes.
fn add_outage(outage: &Outage, blueprint: &mut Blueprint) -> Option<u32> {
    let (from_ns, until_ns) = (outage.at.as_ns(), outage.at.as_ns() + outage.lasts.as_ns());
    if outage.is_total() {
        let refuses = outage.mode == OutageMode::Refuse;
        blueprint.backend.outages.push(WorldOutage { from_ns, until_ns, refuses });
        return None;
    }
    let of_some_nodes = outage.nodes.is_some() || outage.pool.is_some();
    let disturbances = &mut blueprint.backend.disturbances;
    disturbances.push(Disturbance {
        from_ns,
        until_ns,
        effect: match outage.mode {
            OutageMode::Refuse => Effect::Refuse,
            OutageMode::Stall => Effect::Stall,
            OutageMode::Slow(factor) => Effect::Slow(factor),
        },
        share: outage.share.map_or(1.0, |share| share.get()),
        of_some_nodes,
    });
    of_some_nodes.then_some(disturbances.len() as u32 - 1)
}
