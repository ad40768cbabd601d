//! All strategies on the same traffic.

use super::{Provenance, StrategyResult};

/// Every strategy's result on one scenario: the same lines for all, replication by replication.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where the figures come from and how to remake them.
    pub provenance: Provenance,
    /// One result a strategy, in the order of reports.
    pub strategies: Vec<StrategyResult>,
}

impl Comparison {
    /// The result of a strategy.
    pub fn get(&self, strategy: &str) -> Option<&StrategyResult> {
        self.strategies.iter().find(|s| s.strategy == strategy)
    }
}
