//! A profile at one end of what the sources of its costs suggest.

use super::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where in their ranges the costs of agents are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CostEnd {
    /// As little as other measurements suggest.
    Low,
    /// As the profile states them.
    #[default]
    Stated,
    /// As much as other measurements suggest.
    High,
}

impl CostEnd {
    /// From the cheapest to the dearest.
    pub const ALL: [Self; 3] = [Self::Low, Self::Stated, Self::High];

    /// Whether costs are as profiles state them.
    pub fn is_stated(&self) -> bool {
        *self == Self::Stated
    }
}

/// Numbers that are no costs, or of which a larger one is no dearer: how the work is shared among threads, how soon new
/// lines are seen, after which gap caches are cold.
const NO_COSTS: [&str; 3] = ["cpu.readerShare", "cpu.coalesce", "cpu.coldGap"];

impl Profile {
    /// Takes all costs (processor time, memory, bytes on the wire) at one end of their ranges; those without a range, and
    /// behaviour, stay as they are.
    #[must_use]
    pub fn spending(mut self, end: CostEnd) -> Self {
        for (_, number) in self.numbers_mut().into_iter().filter(|(path, _)| !NO_COSTS.contains(path)) {
            let bound = match end {
                CostEnd::Low => number.low,
                CostEnd::Stated => None,
                CostEnd::High => number.high,
            };
            number.value = bound.unwrap_or(number.value);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Costs, Load, built_in_names, embedded, names};

    #[test]
    fn costs_are_taken_at_the_ends_that_their_sources_suggest() {
        let at = |end| embedded("fluent-bit").unwrap().unwrap().spending(end);
        // profiles/fluent-bit.yaml: line 1.8 to 7.9 µs around 3.95; readerShare has no range, coldGap is no cost.
        assert_eq!(CostEnd::ALL.map(|end| at(end).cpu.line.value), [1.8, 3.95, 7.9]);
        assert_eq!(CostEnd::ALL.map(|end| at(end).cpu.cold_gap.value), [3.0; 3]);
        assert_eq!(CostEnd::ALL.map(|end| at(end).cpu.idle_wakeups.value), [6.4; 3]);
    }

    #[test]
    fn no_agent_spends_less_at_a_dearer_end() {
        let load =
            Load { files: 10.0, configs: 3.0, lines_per_s: 1e3, bytes_per_s: 2e5, buffered_bytes: 1e6 };
        for name in names().chain(built_in_names()) {
            let of = |end| {
                let profile = embedded(name).unwrap().unwrap().spending(end);
                Costs::new(&profile, true, profile.cpu.parse.cri.value).expected(&load)
            };
            let [low, stated, high] = CostEnd::ALL.map(of);
            assert!(low.0 <= stated.0 && stated.0 <= high.0, "{name}: {low:?} {stated:?} {high:?}");
            assert!(low.1 <= stated.1 && stated.1 <= high.1, "{name}: {low:?} {stated:?} {high:?}");
        }
    }
}
