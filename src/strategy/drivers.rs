//! What stands behind the container runtime's log drivers: which collector they send to, and what it holds.

use crate::scenario::{DriverKind, Gateway, Scenario};

/// What the drivers of the container runtime send to, where it holds what the backend does not take: the gateway, or a
/// collector of their own.
pub(super) fn behind_drivers(scenario: &Scenario) -> Option<Gateway> {
    let driver = &scenario.collection.driver;
    if let Some(gateway) = &scenario.collection.gateway {
        return Some(gateway.clone());
    }
    let mut own = Gateway::default();
    own.agent.value = collector_of(driver.kind)?.into();
    own.processes = driver.collectors;
    (own.buffer, own.buffer_on) = (Some(driver.buffer?), driver.buffer_on);
    (own.hop, own.share) = (driver.hop, driver.share);
    Some(own)
}

/// The profile of what a driver sends to.
pub(super) fn collector_of(driver: DriverKind) -> Option<&'static str> {
    match driver {
        DriverKind::Fluentd => Some("fluentd"),
        DriverKind::Syslog => Some("rsyslog"),
        DriverKind::JsonFile | DriverKind::Local => None,
    }
}
