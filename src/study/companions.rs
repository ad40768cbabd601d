//! The clusters that a row of the table is run on, for whoever wants to open them.

use super::{archetypes, isolation, log_types, table_study};
use crate::scenario::Scenario;

/// What a row of the table rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestsOn {
    /// The scenario itself.
    Scenario,
    /// A cluster that writes every kind of log.
    LogTypes,
    /// A cluster with a loud tenant, and without.
    LoudTenant,
    /// A slice that is grown; it is given as the scenario stands.
    Slice,
    /// The archetypes.
    Archetypes,
}

impl RestsOn {
    /// The clusters, as scenarios; none where the scenario has nothing to make them of.
    pub fn clusters(self, scenario: &Scenario) -> Vec<Scenario> {
        match self {
            Self::Scenario => vec![scenario.clone()],
            Self::LogTypes => log_types::cluster(scenario).into_iter().collect(),
            Self::LoudTenant => {
                isolation::clusters(scenario).map_or_else(Vec::new, |(_, both)| both.to_vec())
            }
            Self::Slice => vec![table_study::growing_slice(scenario)],
            Self::Archetypes => {
                archetypes::clusters(scenario).into_iter().map(|(_, cluster)| cluster).collect()
            }
        }
    }
}
