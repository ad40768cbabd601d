//! Native: nothing is shipped. The runtime's files stay on the node, where `kubectl logs` reads them.

use super::draft::{Route, draft};
use super::{Honours, Strategy};
use crate::flow::Medium;
use crate::scenario::{LogSource, LogSpec, Scenario};
use crate::world::{Blueprint, Reader};

pub(super) const NATIVE: Strategy = Strategy {
    name: "native",
    about: "nothing is shipped: runtime files on the node, read by kubectl logs",
    honours: Honours { parse: false, store: false, sampling: false, own_limits: false },
    draw,
};

fn draw(scenario: &Scenario, _nodes: u64) -> Blueprint {
    draft(NATIVE.name, scenario, &|log: &LogSpec| match (log.stream, log.fixed) {
        // What kubectl logs cannot show is there, but not collected.
        (LogSource::File, true) => Route { medium: Medium::File, reader: Reader::Impossible },
        (LogSource::HostPath, true) => Route { medium: Medium::HostPath, reader: Reader::Impossible },
        _ => Route { medium: Medium::Stdout, reader: Reader::Nobody },
    })
    .blueprint
}
