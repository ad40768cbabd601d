//! Log drivers: the container runtime itself pushes standard output to a central endpoint, or writes it in Docker's own
//! formats.
//!
//! The endpoint is a collector with a profile of its own, and with the capacity that follows from its costs: one for the
//! whole cluster, or several behind one address. While it cannot be reached, applications wait or a ring drops what is
//! new, and containers cannot start. A collector with a buffer, or a gateway in its place, is what `gateway` draws.

use super::draft::{Asked, Route, draft};
use super::sidecar::add_to_pods;
use super::{Honours, Strategy, drivers, gateway, sizing};
use crate::blueprint::{Blueprint, Reader};
use crate::flow::Medium;
use crate::scenario::{Delivery, DriverKind, LogSource, Override, Scenario, Settings};

/// The container runtime pushes.
pub const NATIVE_DRIVER: Strategy = Strategy {
    name: "native-driver",
    about: "the runtime pushes standard output to a central endpoint",
    honours: Honours { parse: false, store: false, sampling: false, own_limits: false },
    exception: None,
    draw,
};

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    let terms = &scenario.collection.driver;
    let (medium, reader) = match terms.kind {
        DriverKind::Fluentd | DriverKind::Syslog => (Medium::Pipe, Reader::Pod),
        DriverKind::JsonFile => (Medium::JsonFile, Reader::Nobody),
        DriverKind::Local => (Medium::LocalFile, Reader::Nobody),
    };
    let route = |asked: &Asked<'_>| match (asked.log.stream, asked.log.fixed) {
        (LogSource::File | LogSource::HostPath, true) => Route::out_of_reach(asked.log),
        _ => Route { medium, reader },
    };
    let mut blueprint = draft(NATIVE_DRIVER.name, scenario, &route).blueprint;
    let Some(collector) = drivers::collector_of(terms.kind) else { return blueprint };
    let driver = if terms.kind == DriverKind::Syslog { "docker-syslog" } else { "docker-fluentd" };
    let ring = (terms.mode == Delivery::NonBlocking).then_some(terms.ring);
    let overflow = ring.map(|_| crate::profile::Overflow::DropNewest);
    let with = Settings { mem_buf_limit: ring, overflow, ..Settings::default() };
    let settings = Override { with, ..Override::default() };
    // What it is to do is part of the container: nothing is told to it later.
    blueprint.control = None;
    add_to_pods(&mut blueprint, |load| sizing::built_in(scenario, driver, &settings, load));
    blueprint.pods.iter_mut().for_each(|pod| pod.needs_backend = pod.agent.is_some());
    let Some(first) = blueprint.agents.first() else { return blueprint };
    if let Some(terms) = drivers::behind_drivers(scenario) {
        let plan = gateway::plan(scenario, &terms, &blueprint);
        blueprint.backend.queue_ns = u64::MAX;
        blueprint.central = Some(plan.central.clone());
        blueprint.gateway = Some(plan);
        return blueprint;
    }
    let load = sizing::load_of(&blueprint, &blueprint.pods, Reader::Pod);
    let collector = sizing::profile_of(scenario, collector, None);
    let (central, lines_per_s) = sizing::central(scenario, &collector, terms.collectors.get(), &load);
    // The backend takes bytes; what a line comes to on its way is the driver's to say.
    let bytes_per_s = lines_per_s * load.wire_bytes(first) * terms.share.get();
    let backend = &mut blueprint.backend;
    backend.capacity_bytes_per_s =
        Some(backend.capacity_bytes_per_s.unwrap_or(f64::INFINITY).min(bytes_per_s));
    // A connection that is not read from stands still; nobody is told to go away.
    backend.queue_ns = u64::MAX;
    backend.latency_ns += terms.hop.as_ns();
    blueprint.central = Some(central);
    blueprint
}
