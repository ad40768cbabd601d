//! The single point of shipping by the runtime's own log drivers: one central collector takes so many lines a second.
//!
//! By arithmetic: what the collector takes follows from its profile's costs, as the world has it under `native-driver`.

use crate::blueprint::Reader;
use crate::scenario::{Backend, Driver, DriverKind, Scenario};
use crate::strategy::NATIVE_DRIVER;

/// A central collector, and how far it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinglePoint {
    /// The driver that sends to it, as Docker names it.
    pub driver: &'static str,
    /// Nodes like the scenario's whose lines it takes.
    pub nodes: f64,
}

const DRIVERS: [(DriverKind, &str); 2] = [(DriverKind::Syslog, "syslog"), (DriverKind::Fluentd, "fluentd")];

/// One collector behind each driver that has a central one; none where nothing writes to standard output.
pub(super) fn single_points(scenario: &Scenario) -> Vec<SinglePoint> {
    DRIVERS.into_iter().filter_map(|(kind, driver)| single_point(scenario, kind, driver)).collect()
}

fn single_point(scenario: &Scenario, kind: DriverKind, driver: &'static str) -> Option<SinglePoint> {
    let mut alone = scenario.clone();
    alone.collection.driver = Driver { kind, ..Driver::default() };
    alone.collection.gateway = None;
    // What the collector takes, and nobody behind it.
    alone.backend = Backend { capacity: None, ..alone.backend };
    let blueprint = NATIVE_DRIVER.blueprint(&alone, scenario.nodes());
    let overhead = blueprint.agents.first()?.line_overhead_bytes as f64;
    let mut sent_per_s = 0.0;
    for template in &blueprint.pods {
        for stream in template.streams.iter().filter(|stream| stream.reader == Reader::Pod) {
            let bytes = blueprint.lines_per_s(stream) * (blueprint.line_bytes(stream) + overhead);
            sent_per_s += template.replicas as f64 * bytes;
        }
    }
    let takes = blueprint.backend.capacity_bytes_per_s?;
    let nodes = scenario.nodes() as f64 * takes / sent_per_s;
    nodes.is_finite().then_some(SinglePoint { driver, nodes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::run::{Runner, Setup};
    use crate::scenario::from_yaml;

    #[test]
    fn beyond_its_single_point_a_driver_holds_applications_up() {
        let scenario = |rate: f64| {
            let yaml = format!(
                "name: t\nduration: 60s\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ] }}\n\
                 tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 20, logs: [ {{ stream: stdout, rate: {rate}/s, \
                 spread: 0%, arrivals: constant, line: {{ constant: 200B }} }} ] }} ] }} ]\n"
            );
            from_yaml("t.yaml", &yaml).unwrap()
        };
        let found = single_points(&scenario(50.0));
        let [syslog, fluentd] = &found[..] else { panic!("{found:?}") };
        // rsyslog takes a line for a few microseconds, Fluentd for a hundred: both on one thread.
        assert!(syslog.nodes > 5.0 * fluentd.nodes, "{found:?}");
        // At half of what it takes nobody waits, at twice that half of the lines do.
        let stalled = |share: f64| {
            let rate = 50.0 * fluentd.nodes / 2.0 * share;
            let setup = Setup::new(&scenario(rate), &NATIVE_DRIVER);
            Runner::new().observe(&[&setup], 1, 1).unwrap()[0][0].get(Metric::Stalled).unwrap()
        };
        assert!(stalled(0.5) < 0.01, "{}", stalled(0.5));
        assert!(stalled(2.0) > 0.2, "{}", stalled(2.0));
    }
}
