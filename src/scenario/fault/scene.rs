//! The scenario that a fault strikes: what it may name.

use crate::scenario::check::{Checked, MONTH, allow, is_one_of, there_is, up_to};
use crate::scenario::{Scenario, Tenant};
use crate::units::{HowMany, SimTime};

/// A scenario, and where in its text the fault stands.
pub(super) struct Scene<'a> {
    pub scenario: &'a Scenario,
    path: String,
}

impl<'a> Scene<'a> {
    pub(super) fn new(scenario: &'a Scenario, path: String) -> Self {
        Self { scenario, path }
    }

    /// Returns the place of a field.
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.path)
    }

    /// Nothing lasts longer than a month.
    pub(super) fn up_to_a_month(&self, time: SimTime, field: &str) -> Checked {
        up_to(MONTH, time, field, self.at(field))
    }

    /// A pool that there is, and no more nodes than it has.
    pub(super) fn has_nodes(&self, nodes: Option<HowMany>, pool: Option<&str>) -> Checked {
        let scenario = self.scenario;
        let pools = &scenario.cluster.pools;
        let mut there = scenario.nodes();
        if let Some(name) = pool {
            let found = pools.iter().find(|pool| pool.name == name);
            there_is(found.is_some(), self.at("pool"), || {
                let names: Vec<&str> = pools.iter().map(|pool| pool.name.as_str()).collect();
                format!("there is no pool {name:?}; there are {}", names.join(", "))
            })?;
            there = found.map_or(there, |pool| pool.nodes.get());
        }
        if let Some(HowMany::Count(count)) = nodes {
            allow(count <= there, self.at("nodes"), || {
                format!("{count} nodes of {there}; write as many or fewer")
            })?;
        }
        Ok(())
    }

    /// A workload that one of the tenants has, or the one that is named.
    pub(super) fn has_workload(&self, tenant: Option<&str>, workload: Option<&str>) -> Checked {
        let scenario = self.scenario;
        let Some(workload) = workload else { return Ok(()) };
        let is_meant = |t: &&Tenant| tenant.is_none_or(|name| t.name == name || is_one_of(name, t));
        let meant = scenario.tenants.iter().filter(is_meant).flat_map(|tenant| &tenant.workloads);
        let names: Vec<&str> = meant.map(|workload| workload.name.as_str()).collect();
        there_is(names.contains(&workload), self.at("workload"), || {
            format!("there is no workload {workload:?} there; there are {}", names.join(", "))
        })
    }

    /// One tenant, under the name that it has in the run.
    pub(super) fn has_tenant(&self, name: &str) -> Checked {
        let scenario = self.scenario;
        let known = scenario.tenants.iter().any(|tenant| match tenant.count.get() {
            1 => tenant.name == name,
            _ => is_one_of(name, tenant),
        });
        there_is(known, self.at("tenant"), || {
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
}
