//! How logs are collected: by which agent, and what is different where a strategy asks for it.

use super::Scenario;
use super::as_is::AsIs;
use super::gateway::Gateway;
use super::settings::{Override, Settings, unplaced};
use super::variants::{Driver, Hybrid, Ordering};
use crate::profile::CostEnd;
use crate::units::{Bytes, Millicores};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

/// How logs are collected, whatever the strategy; each strategy may differ.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Collection {
    /// The agent: an embedded profile, or one of the scenario's own.
    #[schemars(with = "String")]
    pub agent: Spanned<String>,
    /// Settings of the agent.
    pub with: Settings,
    /// Where in the ranges that profiles give for them the costs of all agents are taken: `low`, `stated` or `high`. What
    /// `profiles` sets by itself stays.
    #[serde(skip_serializing_if = "CostEnd::is_stated")]
    pub costs: CostEnd,
    /// What is different where an agent a node collects.
    pub daemonset: Override,
    /// What is different where an agent a pod collects.
    pub sidecar: Override,
    /// In which order sidecars and applications stop.
    #[serde(skip_serializing_if = "Ordering::is_default")]
    pub ordering: Ordering,
    /// What collects today, for the strategy `as-is`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_is: Option<AsIs>,
    /// Which workloads get sidecars where most are left to the DaemonSet.
    #[serde(skip_serializing_if = "Hybrid::is_default")]
    pub hybrid: Hybrid,
    /// The log driver, where Docker itself ships.
    #[serde(skip_serializing_if = "Driver::is_default")]
    pub driver: Driver,
    /// Collectors with buffers between all agents and the backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
    /// What is different where a library in the application sends.
    #[serde(skip_serializing_if = "Override::is_default")]
    pub direct: Override,
    /// How a shared agent takes the tenants' collection configs.
    pub configs: ConfigMode,
    /// Collection configs that a shared agent loads beyond those of the workloads here: for a scenario that is
    /// a part of a larger cluster.
    pub extra_configs: u32,
    /// Headroom of requests where the chart sets none: requests are the expected use at so many times the
    /// mean load.
    pub headroom: f64,
    /// Whole steps to which the CPU requests of that rule are rounded up, of each container: Kubernetes takes none finer
    /// than 1m, and charts are written in 5m or 10m. Default 5m, which is an assumption; `explain` says what hangs on it.
    pub cpu_step: Millicores,
    /// The same of memory requests. Default 4Mi, which is an assumption.
    pub memory_step: Bytes,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            agent: unplaced("fluent-bit".to_owned()),
            with: Settings::default(),
            costs: CostEnd::Stated,
            daemonset: Override::default(),
            sidecar: Override::default(),
            ordering: Ordering::default(),
            as_is: None,
            hybrid: Hybrid::default(),
            driver: Driver::default(),
            gateway: None,
            direct: Override::default(),
            configs: ConfigMode::default(),
            extra_configs: 0,
            headroom: 1.5,
            cpu_step: Millicores::new(5),
            memory_step: Bytes::new(4 << 20),
        }
    }
}

impl Scenario {
    /// The same with agents whose costs are taken at one end of what their profiles' sources suggest. What the scenario itself
    /// says of a cost stays.
    #[must_use]
    pub fn spending(&self, end: CostEnd) -> Self {
        let collection = Collection { costs: end, ..self.collection.clone() };
        Self { collection, ..self.clone() }
    }
}

/// How a shared agent takes collection configs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConfigMode {
    /// One shared input, as the charts set it up, and a route for each config.
    #[default]
    Routes,
    /// Each config is an input of its own, with a buffer of its own.
    OwnInputs,
}
