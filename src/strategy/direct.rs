//! Direct: a library in the application sends to the backend. Nothing is written to a file, and nothing is left when the
//! process is gone.

use super::draft::{Asked, Route, draft};
use super::sidecar::add_to_pods;
use super::{Honours, Strategy, sizing};
use crate::blueprint::{Blueprint, Reader};
use crate::flow::Medium;
use crate::scenario::Scenario;

/// A library in the application sends.
pub const DIRECT: Strategy = Strategy {
    name: "direct",
    about: "a library in the application sends to the backend",
    honours: Honours { parse: true, store: true, sampling: true, own_limits: true },
    exception: None,
    draw,
};

/// The library: OpenTelemetry's.
const PROFILE: &str = "otel-sdk";

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    let route = |asked: &Asked<'_>| match asked.log.fixed {
        // What an application writes somewhere whatever happens does not go through a library.
        true => Route::out_of_reach(asked.log),
        false => Route { medium: Medium::Memory, reader: Reader::Pod },
    };
    let mut blueprint = draft(DIRECT.name, scenario, &route).blueprint;
    let terms = &scenario.collection.direct;
    // What it is to do is part of the container: nothing is told to it later.
    blueprint.control = None;
    add_to_pods(&mut blueprint, |load| sizing::built_in(scenario, PROFILE, terms, load));
    blueprint
}
