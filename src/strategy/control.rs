//! How collection configs reach agents: from the scenario's channel to what the world is told.

use crate::blueprint::{Arrival, Blueprint, ControlPlan, CredentialsPlan, Fault, PushPlan, Watched};
use crate::scenario::{Channel, MachineGroup, Scenario, Workload};
use crate::units::NS_PER_SEC;

/// How much longer than its period a kubelet may wait, as a share of it. Source: Kubernetes, `pod_workers.go`,
/// `workerResyncIntervalJitterFactor`.
const SYNC_JITTER: f64 = 0.5;

/// Nanoseconds within which a watch delivers a change. Assumed: Kubernetes promises no figure.
const WATCH_NS: u64 = NS_PER_SEC;

/// The control plane of a scenario; none where it says nothing.
pub(super) fn control_of(scenario: &Scenario) -> Option<ControlPlan> {
    let control = scenario.control.as_ref()?;
    let watched = match control.channel {
        Channel::ConfigMap => Watched::Mounts,
        Channel::CustomResource => Watched::Resources,
        Channel::Environment | Channel::Server => Watched::Nothing,
    };
    let arrival = match control.channel {
        Channel::Environment => {
            Arrival::Waves { wave_ns: Arrival::POD_READY_NS, nodes: Arrival::NODES_AT_ONCE }
        }
        Channel::ConfigMap => Arrival::Looks { every_ns: control.sync.as_ns(), jitter: SYNC_JITTER },
        Channel::CustomResource => Arrival::Looks { every_ns: WATCH_NS, jitter: 0.0 },
        Channel::Server => Arrival::Looks { every_ns: control.poll.as_ns(), jitter: 0.0 },
    };
    let pushes = control.push.iter().map(|push| PushPlan {
        at_ns: push.at.as_ns(),
        concerns: scenario
            .tenants
            .iter()
            .flat_map(|tenant| {
                let concerned = push.tenant.as_ref().is_none_or(|name| name.value == tenant.name);
                std::iter::repeat_n(concerned, tenant.count.get() as usize)
            })
            .collect(),
    });
    let asks = control.channel == Channel::Server;
    let poll_ns = if asks { control.poll.as_ns() } else { 0 };
    let credentials = control.credentials.as_ref().map(|credentials| CredentialsPlan {
        lifetime_ns: credentials.lifetime.as_ns(),
        renew_before_ns: credentials.renew_before.as_ns(),
        fails_from_ns: credentials.fails.at.as_ns(),
        fails_until_ns: credentials.fails.at.as_ns() + credentials.fails.lasts.as_ns(),
    });
    Some(ControlPlan { poll_ns, arrival, watched, pushes: pushes.collect(), credentials })
}

/// Where configs stand in the environment, each change replaces the agents of nodes one after the other: a DaemonSet's pods
/// have one template. Agents in pods go with their pods, each by itself.
pub(super) fn add_restarts(blueprint: &mut Blueprint) {
    let Some(ControlPlan { arrival: Arrival::Waves { wave_ns, nodes }, pushes, .. }) = &blueprint.control
    else {
        return;
    };
    let restart = |push: &PushPlan| Fault::Restart { at_ns: push.at_ns, nodes: *nodes, takes_ns: *wave_ns };
    let concerning = pushes.iter().filter(|push| push.concerns.contains(&true));
    blueprint.faults.extend(concerning.map(restart).collect::<Vec<_>>());
}

/// Nanoseconds from the start of a workload's pod until the config server knows its agent.
pub(super) fn registration_ns(scenario: &Scenario, workload: &Workload) -> u64 {
    let Some(control) = scenario.control.as_ref().filter(|c| c.channel == Channel::Server) else { return 0 };
    match workload.machine_group.unwrap_or(control.machine_group) {
        MachineGroup::Ip => control.registration.map_or(0, |time| time.as_ns()),
        MachineGroup::Identifier => 0,
    }
}

/// Collection configs that the agent in a pod loads, of so many that there are.
pub(super) fn configs_of_sidecar(scenario: &Scenario, all: u32) -> u32 {
    match &scenario.control {
        Some(control) if control.channel == Channel::CustomResource => {
            all + scenario.collection.extra_configs
        }
        _ => 1,
    }
}
