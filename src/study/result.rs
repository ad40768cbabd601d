//! What a comparison yields: every strategy's figures over its replications.

use super::growing::Growing;
use super::objectives::Verdict;
use super::replicate::Precision;
use super::resize::Slice;
use super::subject::Subject;
use super::warmup::WarmupBy;
use crate::metric::Metric;
use crate::observe::{Ledger, Observation, estimates};
use crate::run::Grown;
use crate::scenario::Objective;
use crate::stats::Estimate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a result comes from and how to remake it.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Version of the program.
    pub version: &'static str,
    /// Name of the scenario.
    pub scenario: String,
    /// Its question.
    pub question: String,
    /// Hash of the scenario with all defaults filled in, 16 hexadecimal digits.
    pub scenario_hash: String,
    /// Nodes of the cluster.
    pub nodes: u64,
    /// Pods of the cluster.
    pub pods: u64,
    /// Tenants of the cluster.
    pub tenants: u64,
    /// How the cluster grew because pods did not fit, whatever collects.
    pub grown: Option<Grown>,
    /// Simulated seconds.
    pub duration_s: f64,
    /// Seconds left out of freshness.
    pub warmup_s: f64,
    /// Where they come from.
    pub warmup_by: WarmupBy,
    /// Seconds in which agents may deliver what they hold, nothing being written any more.
    pub drain_s: f64,
    /// What stood for the cluster; `None` where it was simulated itself.
    pub slice: Option<Slice>,
    /// The seed.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
    /// Whether a precision that was asked for is reached; `None` where the number of replications was given.
    pub precision: Option<Precision>,
    /// The cost that strategies are ranked by (`rankBy`).
    pub money: Metric,
    /// The name of the agent.
    pub agent: String,
    /// The command that remakes it.
    pub command: String,
    /// What was simulated.
    pub subject: Subject,
}

/// One strategy over all replications.
#[derive(Clone, Debug)]
pub struct StrategyResult {
    /// The strategy's name.
    pub strategy: &'static str,
    /// Why it cannot be run here; `None` where it can.
    pub infeasible: Option<String>,
    /// How the cluster grew because pods did not fit, the strategy's agents included.
    pub grown: Option<Grown>,
    /// Loss that still grows when the run ends; `None` where it does not.
    pub growing: Option<Growing>,
    /// Whether pods share agents, or collectors behind them: an agent that is not shared loads its own config alone,
    /// however many there are.
    pub shares_agents: bool,
    /// Whether it routes lines to stores of their owners' choice: a declared capability.
    pub routes_by_store: bool,
    /// The scenario's objectives, and whether they are met; `None` where infeasible, or where the metric needs an
    /// experiment that was not run.
    pub objectives: Vec<(Objective, Option<Verdict>)>,
    /// One observation a replication; empty where infeasible.
    pub observations: Vec<Arc<Observation>>,
}

impl StrategyResult {
    /// A metric in each replication.
    pub fn values(&self, metric: Metric) -> Vec<Option<f64>> {
        self.observations.iter().map(|o| o.get(metric)).collect()
    }

    /// A metric over all replications.
    pub fn estimate(&self, metric: Metric) -> Estimate {
        estimates::estimate(&self.observations, metric)
    }

    /// How much more of a metric there is than under another strategy, replication by replication.
    pub fn difference(&self, other: &Self, metric: Metric) -> Estimate {
        estimates::difference(&self.observations, &other.observations, metric)
    }

    /// Every recorded metric over all replications.
    pub fn estimates(&self) -> BTreeMap<Metric, Estimate> {
        let recorded = self.observations.first().map(|o| o.metrics.keys().copied()).into_iter().flatten();
        recorded.map(|m| (m, self.estimate(m))).collect()
    }

    /// The ledger, summed over replications.
    pub fn ledger(&self) -> Ledger {
        let mut sum = Ledger::default();
        for observation in &self.observations {
            sum += &observation.ledger;
        }
        sum
    }
}

/// What collecting costs on one node of a density.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityPoint {
    /// Pods a node.
    pub pods_per_node: u64,
    /// The strategy.
    pub strategy: &'static str,
    /// Currency a month and node; `None` where the strategy is infeasible.
    pub cost: Option<f64>,
    /// Cores a node that agents use.
    pub agent_cpu: Option<f64>,
    /// Bytes a node that agents use, PSS.
    pub agent_memory: Option<f64>,
}
