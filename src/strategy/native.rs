//! Native: nothing is shipped. The runtime's files stay on the node, where `kubectl logs` reads them.

use super::draft::{Asked, Route, draft};
use super::{Honours, Strategy};
use crate::blueprint::{Blueprint, Reader};
use crate::flow::Medium;
use crate::scenario::{LogSource, Scenario};

/// Nothing is shipped.
pub const NATIVE: Strategy = Strategy {
    name: "native",
    about: "nothing is shipped: runtime files on the node, read by kubectl logs",
    honours: Honours { parse: false, store: false, sampling: false, own_limits: false },
    exception: None,
    draw,
};

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    let route = |asked: &Asked<'_>| match (asked.log.stream, asked.log.fixed) {
        // What kubectl logs cannot show is there, but not collected.
        (LogSource::File | LogSource::HostPath, true) => Route::out_of_reach(asked.log),
        _ => Route { medium: Medium::Stdout, reader: Reader::Nobody },
    };
    draft(NATIVE.name, scenario, &route).blueprint
}
