//! What further strategies are told: names that must exist, sizes that make sense.

use super::{Checked, allow, there_is};
use crate::scenario::{Scenario, Workload};
use crate::units::{Bytes, SimTime};

/// Collectors at a central endpoint at most.
const MAX_COLLECTORS: u64 = 1_000;

/// A workload's pools exist.
pub(super) fn check_pools(scenario: &Scenario, workload: &Workload, path: &str) -> Checked {
    let known: Vec<&str> = scenario.cluster.pools.iter().map(|pool| pool.name.as_str()).collect();
    for (number, name) in workload.pools.iter().enumerate() {
        there_is(known.contains(&name.as_str()), format!("{path}/pools/{number}"), || {
            format!("there is no pool {name:?}; there are {}", known.join(", "))
        })?;
    }
    for name in workload.placed.keys() {
        there_is(known.contains(&name.as_str()), format!("{path}/placed/{name}"), || {
            format!("there is no pool {name:?}; there are {}", known.join(", "))
        })?;
    }
    Ok(())
}

pub(super) fn check_variants(scenario: &Scenario) -> Checked {
    let (driver, hybrid) = (&scenario.collection.driver, &scenario.collection.hybrid);
    let (least, most) = (Bytes::new(1_000), Bytes::new(1 << 30));
    allow((least..=most).contains(&driver.ring), "collection/driver/ring", || {
        format!("ring is {}; allowed is {least} to {most}", driver.ring)
    })?;
    allow(driver.collectors.get() <= MAX_COLLECTORS, "collection/driver/collectors", || {
        format!("there are {} collectors; allowed are 1 to {MAX_COLLECTORS}", driver.collectors.get())
    })?;
    let share = driver.share.get();
    allow(share > 0.0 && share <= 1.0, "collection/driver/share", || {
        format!("share is {share}; allowed is more than 0 and up to 1")
    })?;
    let second = SimTime::from_secs(1);
    allow(driver.hop <= second, "collection/driver/hop", || {
        format!("hop is {}; allowed is up to {second}", driver.hop)
    })?;
    let tenants: Vec<&str> = scenario.tenants.iter().map(|t| t.name.as_str()).collect();
    let placed = || scenario.tenants.iter().flat_map(|t| t.workloads.iter().map(move |w| (t, w)));
    let mut workloads: Vec<&str> = placed().map(|(_, w)| w.name.as_str()).collect();
    workloads.sort_unstable();
    workloads.dedup();
    for (named, known, what) in
        [(&hybrid.tenants, &tenants, "tenants"), (&hybrid.workloads, &workloads, "workloads")]
    {
        for (number, name) in named.iter().enumerate() {
            let one_tenants = what == "workloads"
                && placed().any(|(t, w)| name.split_once('/') == Some((t.name.as_str(), w.name.as_str())));
            allow(
                one_tenants || known.contains(&name.as_str()),
                format!("collection/hybrid/{what}/{number}"),
                || format!("{name:?} is none of the {what}; there are {}", known.join(", ")),
            )?;
        }
    }
    Ok(())
}
