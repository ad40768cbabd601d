//! What goes wrong: the backend, the network, agents, nodes. One file a kind, with its checks and its words.
//!
//! What a fault strikes is drawn by the run's key, the same under every strategy; when it strikes is written here. A new kind
//! is a file here, a line in [`Fault`], what `strategy/faults.rs` makes of it, and its mechanism in the world.

mod bad_config;
mod crash;
mod disk_full;
mod drain;
mod eviction_storm;
mod node_loss;
mod nodes_added;
mod outage;
mod rollout;
mod scene;
mod spot_wave;
mod upgrade;

pub use bad_config::BadConfig;
pub use crash::{Crash, CrashOf};
pub use disk_full::DiskFull;
pub use drain::Drain;
pub use eviction_storm::EvictionStorm;
pub use node_loss::NodeLoss;
pub use nodes_added::{NodesAdded, ReadsFrom};
pub use outage::{Outage, OutageMode, OutageOf};
pub use rollout::Rollout;
pub use spot_wave::SpotWave;
pub use upgrade::Upgrade;

use super::check::{Checked, allow};
use crate::units::{HowMany, SimTime};
use scene::Scene;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What every kind of fault says of itself.
trait Kind {
    /// Returns when it begins.
    fn at(&self) -> SimTime;

    /// Returns how long what it does itself lasts, as far as that depends on the scenario alone.
    fn lasts(&self) -> SimTime {
        SimTime::ZERO
    }

    /// What the types alone cannot hold.
    fn check(&self, scene: &Scene<'_>) -> Checked;

    /// Returns what happens and when, as a report says it.
    fn in_words(&self) -> String;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// Something that goes wrong.
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub enum Fault {
            $($(#[$doc])* $kind($kind),)*
        }

        impl Fault {
            fn kind(&self) -> (&'static str, &dyn Kind) {
                match self {
                    $(Self::$kind(kind) => (stringify!($kind), kind),)*
                }
            }
        }
    };
}
kinds! {
    /// The backend cannot be written to for a while, or not by all, or slowly.
    Outage,
    /// Agents die at once, with what they hold in memory, and are started again.
    Crash,
    /// A collection config that no agent can start with.
    BadConfig,
    /// Another version of the agent is rolled out.
    Upgrade,
    /// Nodes are gone from one moment to the next.
    NodeLoss,
    /// Nodes are emptied, one after the other.
    Drain,
    /// Nodes are taken away after a notice.
    SpotWave,
    /// Nodes join the cluster.
    NodesAdded,
    /// Nodes evict pods at once.
    EvictionStorm,
    /// A new version of workloads is rolled out.
    Rollout,
    /// Something else fills the log disk of nodes.
    DiskFull,
}

impl Fault {
    /// Returns the name that it has in a scenario.
    pub fn name(&self) -> String {
        let (name, _) = self.kind();
        let (first, rest) = name.split_at(1);
        first.to_lowercase() + rest
    }

    /// Returns when it begins.
    pub fn at(&self) -> SimTime {
        self.kind().1.at()
    }

    /// Returns when what it does itself is over, as far as that depends on the scenario alone; what follows from it may
    /// last longer.
    pub fn ends(&self) -> SimTime {
        let (_, kind) = self.kind();
        SimTime::from_ns(kind.at().as_ns().saturating_add(kind.lasts().as_ns()))
    }

    /// Returns what happens and when, as a report says it.
    pub fn in_words(&self) -> String {
        self.kind().1.in_words()
    }

    /// Returns the outage, where it is one.
    pub fn outage(&self) -> Option<&Outage> {
        match self {
            Self::Outage(outage) => Some(outage),
            _ => None,
        }
    }

    /// Within the run, of what there is; `path` is where the fault stands in the text, such as `faults/0`.
    pub(super) fn check(&self, scenario: &super::Scenario, path: &str) -> Checked {
        let scene = Scene::new(scenario, format!("{path}/{}", self.name()));
        allow(self.at() < scenario.duration, scene.at("at"), || {
            let what = match self {
                Self::Outage(_) => "an outage".to_owned(),
                other => format!("a fault ({})", other.name()),
            };
            format!("{what} at {} begins after the duration of {}", self.at(), scenario.duration)
        })?;
        self.kind().1.check(&scene)
    }
}

/// Returns the pool that is meant, as an addition to `nodes`.
fn of_pool(pool: &Option<String>) -> String {
    pool.as_ref().map_or(String::new(), |pool| format!(" of pool {pool}"))
}

fn all() -> HowMany {
    HowMany::ALL
}
fn one_second() -> SimTime {
    SimTime::from_secs(1)
}
fn five_seconds() -> SimTime {
    SimTime::from_secs(5)
}
fn minute() -> SimTime {
    SimTime::from_secs(60)
}
