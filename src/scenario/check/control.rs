//! The control plane: times that make sense, groups that can be joined, tenants that exist.

use super::super::{Channel, MachineGroup, Scenario};
use super::{Checked, MONTH, Problem, allow, up_to};
use crate::diagnosis::Code;
use crate::units::SimTime;

/// Changes in a run at most.
const MAX_PUSHES: usize = 100;

pub(super) fn check_control(scenario: &Scenario) -> Checked {
    let by_ip = workload_groups(scenario).find(|(_, group)| *group == MachineGroup::Ip);
    let Some(control) = &scenario.control else {
        return match workload_groups(scenario).next() {
            None => Ok(()),
            Some((path, _)) => Err(Problem::new(
                path,
                "machineGroup means nothing without control: { channel: server, … }".into(),
            )),
        };
    };
    let second = SimTime::from_secs(1);
    for (name, time) in [("poll", control.poll), ("sync", control.sync)] {
        allow((second..=MONTH).contains(&time), format!("control/{name}"), || {
            format!("{name} is {time}; allowed is 1s to {MONTH}")
        })?;
    }
    if let Some(registration) = control.registration {
        up_to(MONTH, registration, "registration", "control/registration")?;
    }
    let by_ip = match control.machine_group {
        MachineGroup::Ip => Some("control/machineGroup".to_owned()),
        MachineGroup::Identifier => by_ip.map(|(path, _)| path),
    };
    if let (Some(path), Channel::Server, None) = (by_ip, control.channel, control.registration) {
        let message = "a machine group that goes by IP needs control.registration: the time from the start of a pod \
                       until its address is entered in the group, such as 2m";
        return Err(Problem::new(path, message.into()));
    }
    check_credentials(scenario)?;
    allow(control.push.len() <= MAX_PUSHES, "control/push", || {
        format!("there are {} changes; allowed are up to {MAX_PUSHES}", control.push.len())
    })?;
    for (number, push) in control.push.iter().enumerate() {
        let path = format!("control/push/{number}");
        allow(push.at < scenario.duration, format!("{path}/at"), || {
            format!("a change at {} comes after the duration of {}", push.at, scenario.duration)
        })?;
        let Some(tenant) = &push.tenant else { continue };
        if !scenario.tenants.iter().any(|t| t.name == tenant.value) {
            let known: Vec<&str> = scenario.tenants.iter().map(|t| t.name.as_str()).collect();
            let message = format!("there is no tenant {:?}; known: {}", tenant.value, known.join(", "));
            return Err(Problem::at(tenant, format!("{path}/tenant"), message).coded(Code::NoSuch));
        }
    }
    Ok(())
}

fn check_credentials(scenario: &Scenario) -> Checked {
    let Some(credentials) = scenario.control.as_ref().and_then(|c| c.credentials.as_ref()) else {
        return Ok(());
    };
    let path = |field: &str| format!("control/credentials/{field}");
    let (lifetime, before) = (credentials.lifetime, credentials.renew_before);
    allow((SimTime::from_secs(1)..=MONTH).contains(&lifetime), path("lifetime"), || {
        format!("lifetime is {lifetime}; allowed is 1s to {MONTH}")
    })?;
    allow(before < lifetime, path("renewBefore"), || {
        format!("renewBefore is {before}, no less than the lifetime of {lifetime}")
    })?;
    allow(credentials.fails.at < scenario.duration, path("fails/at"), || {
        format!("a failure at {} begins after the duration of {}", credentials.fails.at, scenario.duration)
    })?;
    up_to(MONTH, credentials.fails.lasts, "for", path("fails/for"))
}

/// The machine groups of workloads that have their own, and where they stand.
fn workload_groups(scenario: &Scenario) -> impl Iterator<Item = (String, MachineGroup)> + '_ {
    scenario.tenants.iter().enumerate().flat_map(|(t, tenant)| {
        tenant.workloads.iter().enumerate().filter_map(move |(w, workload)| {
            Some((format!("tenants/{t}/workloads/{w}/machineGroup"), workload.machine_group?))
        })
    })
}
