//! Faults: within the run, of tenants, pools and nodes that exist.

use super::super::{Fault, OutageMode, Scenario, Tenant};
use super::backend::check_shard_outage;
use super::gateway::{check_crash, check_outage};
use super::{Checked, MAX_NODES, MONTH, allow, up_to};
use crate::units::{HowMany, SimTime};

/// The most by which an outage can slow answers down.
const MAX_SLOWER: f64 = 1e6;

/// `path` is where the fault stands in the text, such as `faults/0`.
pub(super) fn check_fault(fault: &Fault, scenario: &Scenario, path: &str) -> Checked {
    let path = format!("{path}/{}", fault.name());
    let at = |field: &str| format!("{path}/{field}");
    allow(fault.at() < scenario.duration, at("at"), || {
        let what = match fault {
            Fault::Outage(_) => "an outage".to_owned(),
            other => format!("a fault ({})", other.name()),
        };
        format!("{what} at {} begins after the duration of {}", fault.at(), scenario.duration)
    })?;
    let lasts = |time: SimTime, field: &str| up_to(MONTH, time, field, at(field));
    match fault {
        Fault::Outage(outage) => {
            lasts(outage.lasts, "for")?;
            if let OutageMode::Slow(factor) = outage.mode {
                allow((1.0..=MAX_SLOWER).contains(&factor), at("mode"), || {
                    format!("answers take {factor} times as long; allowed is 1 to {MAX_SLOWER}")
                })?;
            }
            if let Some(share) = outage.share {
                allow(share.get() > 0.0 && share.get() <= 1.0, at("share"), || {
                    format!("share is {share}; allowed is above 0% up to 100%")
                })?;
            }
            check_shard_outage(scenario, outage, &at)?;
            check_outage(scenario, outage, &at)?;
            check_nodes(scenario, outage.nodes, outage.pool.as_deref(), &at)
        }
        Fault::Crash(crash) => check_crash(scenario, crash, &at),
        Fault::BadConfig(config) => {
            lasts(config.lasts, "for")?;
            check_tenant(scenario, &config.tenant, &at)
        }
        Fault::Upgrade(upgrade) => lasts(upgrade.takes, "takes"),
        Fault::NodeLoss(loss) => {
            lasts(loss.evict_after, "evictAfter")?;
            lasts(loss.pause, "pause")?;
            lasts(loss.back.unwrap_or_default(), "back")?;
            check_nodes(scenario, Some(loss.nodes), loss.pool.as_deref(), &at)
        }
        Fault::Drain(drain) => {
            lasts(drain.apart, "apart")?;
            lasts(drain.linger, "linger")?;
            lasts(drain.pause, "pause")?;
            lasts(drain.back.unwrap_or_default(), "back")?;
            check_nodes(scenario, Some(drain.nodes), drain.pool.as_deref(), &at)
        }
        Fault::SpotWave(wave) => {
            lasts(wave.notice, "notice")?;
            lasts(wave.linger, "linger")?;
            lasts(wave.pause, "pause")?;
            lasts(wave.back.unwrap_or_default(), "back")?;
            check_nodes(scenario, Some(wave.nodes), wave.pool.as_deref(), &at)
        }
        Fault::EvictionStorm(storm) => {
            lasts(storm.within, "within")?;
            lasts(storm.closed, "closed")?;
            lasts(storm.pause, "pause")?;
            check_nodes(scenario, Some(storm.nodes), storm.pool.as_deref(), &at)
        }
        Fault::Rollout(rollout) => {
            lasts(rollout.takes, "takes")?;
            lasts(rollout.linger, "linger")?;
            lasts(rollout.pause, "pause")?;
            if let Some(tenant) = &rollout.tenant {
                check_tenant(scenario, tenant, &at)?;
            }
            check_workload(scenario, rollout.tenant.as_deref(), rollout.workload.as_deref(), &at)
        }
        Fault::NodesAdded(added) => {
            lasts(added.pause, "pause")?;
            lasts(added.agent_ready, "agentReady")?;
            let all = scenario.nodes() + added.nodes.get();
            allow(all <= MAX_NODES, at("nodes"), || {
                format!("the cluster would have {all} nodes; allowed are up to {MAX_NODES}")
            })?;
            check_nodes(scenario, None, added.pool.as_deref(), &at)
        }
    }
}

/// A pool that there is, and no more nodes than it has.
fn check_nodes(
    scenario: &Scenario,
    nodes: Option<HowMany>,
    pool: Option<&str>,
    at: &dyn Fn(&str) -> String,
) -> Checked {
    let pools = &scenario.cluster.pools;
    let mut there = scenario.nodes();
    if let Some(name) = pool {
        let found = pools.iter().find(|pool| pool.name == name);
        allow(found.is_some(), at("pool"), || {
            let names: Vec<&str> = pools.iter().map(|pool| pool.name.as_str()).collect();
            format!("there is no pool {name:?}; there are {}", names.join(", "))
        })?;
        there = found.map_or(there, |pool| pool.nodes.get());
    }
    if let Some(HowMany::Count(count)) = nodes {
        allow(count <= there, at("nodes"), || format!("{count} nodes of {there}; write as many or fewer"))?;
    }
    Ok(())
}

/// A workload that one of the tenants has, or the one that is named.
fn check_workload(
    scenario: &Scenario,
    tenant: Option<&str>,
    workload: Option<&str>,
    at: &dyn Fn(&str) -> String,
) -> Checked {
    let Some(workload) = workload else { return Ok(()) };
    let is_meant = |t: &&Tenant| tenant.is_none_or(|name| t.name == name || super::is_one_of(name, t));
    let meant = scenario.tenants.iter().filter(is_meant).flat_map(|tenant| &tenant.workloads);
    let names: Vec<&str> = meant.map(|workload| workload.name.as_str()).collect();
    allow(names.contains(&workload), at("workload"), || {
        format!("there is no workload {workload:?} there; there are {}", names.join(", "))
    })
}

/// One tenant, under the name that it has in the run.
fn check_tenant(scenario: &Scenario, name: &str, at: &dyn Fn(&str) -> String) -> Checked {
    let known = scenario.tenants.iter().any(|tenant| match tenant.count.get() {
        1 => tenant.name == name,
        _ => super::is_one_of(name, tenant),
    });
    allow(known, at("tenant"), || {
        let names: Vec<String> = scenario
            .tenants
            .iter()
            .take(8)
            .map(|tenant| match tenant.count.get() {
                1 => tenant.name.clone(),
                count => format!("{0}-1 to {0}-{count}", tenant.name),
            })
            .collect();
        format!("there is no tenant {name:?}; there are {}", names.join(", "))
    })
}
