//! Ways to collect, each a pure function from a scenario to a blueprint.
//!
//! A strategy decides which agents there are, which stream each of them reads, what they request and how
//! configs reach them. It never touches the world, and the world never names a strategy. A new strategy is a
//! file here and a line in [`ALL`].
//!
//! All strategies carry the same load: a workload writes the same lines to where the strategy under study can
//! read them, unless a stream is marked `fixed`.

mod as_is;
mod backend;
mod control;
mod daemonset;
mod direct;
mod draft;
mod drivers;
mod faults;
mod gateway;
mod hybrid;
mod laws;
mod native;
mod native_driver;
mod pod_sizes;
mod proxy;
mod sidecar;
mod sidecar_streaming;
mod sizing;

pub use daemonset::DAEMONSET;
pub use direct::DIRECT;
pub use hybrid::HYBRID;
pub use native::NATIVE;
pub use native_driver::NATIVE_DRIVER;
pub use sidecar::SIDECAR;
pub use sidecar_streaming::SIDECAR_STREAMING;

use crate::blueprint::Blueprint;
use crate::scenario::{Scenario, Tenant, Wants, Workload};

/// A way to collect.
#[derive(Clone, Copy, Debug)]
pub struct Strategy {
    /// Its name on the command line and in results.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// What it can honour of a workload's wishes.
    pub honours: Honours,
    /// Workloads of which it can honour something else.
    exception: Option<(Chooses, Honours)>,
    draw: fn(&Scenario, u64) -> Blueprint,
}

/// Whether a strategy treats a workload of a scenario apart.
type Chooses = fn(&Scenario, &Tenant, &Workload) -> bool;

/// What a strategy can honour of a workload's own wishes: a declared capability, not a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Honours {
    /// Parsing of its own.
    pub parse: bool,
    /// A store of its own, and with it a retention of its own.
    pub store: bool,
    /// Sampling of its own.
    pub sampling: bool,
    /// Buffers and limits of its own.
    pub own_limits: bool,
}

/// Every strategy, in the order of tables.
pub const ALL: [&Strategy; 7] =
    [&NATIVE, &NATIVE_DRIVER, &DAEMONSET, &SIDECAR, &SIDECAR_STREAMING, &DIRECT, &HYBRID];

/// What an import found running: a strategy for scenarios that say so (`collection.asIs`), and none of [`ALL`].
pub const AS_IS: &Strategy = &as_is::AS_IS;

/// The columns of the article's table.
pub const COLUMNS: [&Strategy; 3] = [&NATIVE, &DAEMONSET, &SIDECAR];

/// The strategy of that name.
pub fn by_name(name: &str) -> Option<&'static Strategy> {
    ALL.into_iter().chain([AS_IS]).find(|s| s.name == name)
}

impl Strategy {
    /// What there is when the scenario is collected this way, on a cluster that comes to `nodes` nodes.
    pub fn blueprint(&self, scenario: &Scenario, nodes: u64) -> Blueprint {
        let mut blueprint = (self.draw)(scenario, nodes);
        gateway::add(scenario, &mut blueprint);
        pod_sizes::fit(scenario, &mut blueprint);
        blueprint
    }

    /// What it can honour of one workload's wishes.
    pub fn honours_of(&self, scenario: &Scenario, tenant: &Tenant, workload: &Workload) -> Honours {
        match self.exception {
            Some((chooses, honours)) if chooses(scenario, tenant, workload) => honours,
            _ => self.honours,
        }
    }
}

impl Honours {
    /// Whether all of a workload's wishes can be honoured at once.
    pub fn all_of(&self, wants: &Wants) -> bool {
        (self.parse || wants.parse.is_none())
            && (self.store || (wants.store.is_none() && wants.retention.is_none()))
            && (self.sampling || wants.sampling.is_none())
            && (self.own_limits || !wants.own_limits)
    }
}
