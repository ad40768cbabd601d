//! What the user asks for: a cluster, its workloads, how to collect, what goes wrong, what counts as good.
//!
//! Takes YAML; gives a [`Scenario`] in which every default is filled in, or a [`ScenarioError`] that names
//! file, line and column and says what is allowed. Every default is the default of the real thing, so a
//! short scenario is a complete one.
//!
//! ```
//! let scenario = loghaul::scenario::from_yaml("example.yaml", "
//! name: small
//! cluster: { pools: [ { name: general, nodes: 2 } ] }
//! tenants: [ { name: shop, workloads: [ { name: web, replicas: 4, logs: [ { stream: stdout, rate: 10/s } ] } ] } ]
//! ").unwrap();
//! assert_eq!(scenario.pods(), 4);
//! ```

mod amend;
mod as_is;
mod backend;
mod buffer;
mod check;
mod cluster;
mod collection;
mod control;
mod cost;
mod count;
mod embedded;
mod error;
mod fault;
mod gateway;
mod grown;
mod growth;
mod lifecycle;
mod log;
mod logs;
mod objective;
mod place;
mod placed;
mod prices;
mod profiles;
mod proxy;
mod ranges;
mod settings;
mod usage;
mod variants;
mod warmup;
mod workload;

pub use amend::{Amendments, Setting};
pub use as_is::{AsIs, NodeAgents, Sidecars};
pub use backend::{Backend, Partition, Quota, Shards};
pub use buffer::BufferOn;
pub(crate) use check::{MAX_CPU, MAX_MEMORY};
pub use cluster::{Cluster, Kubelet, PodSizes, Pool, Startup};
pub use collection::{Collection, ConfigMode};
pub use control::{Channel, Control, Credentials, Failure, MachineGroup, Push};
pub use cost::Cost;
pub use count::Count;
pub use embedded::{embedded, embedded_names};
pub use error::ScenarioError;
pub use fault::{
    BadConfig, Crash, CrashOf, DiskFull, Drain, EvictionStorm, Fault, NodeLoss, NodesAdded, Outage,
    OutageMode, OutageOf, ReadsFrom, Rollout, SpotWave, Upgrade,
};
pub use gateway::Gateway;
pub use growth::{Growth, GrowthRate};
pub use lifecycle::{Churn, CrashLoop, Job, Lifecycle};
pub use log::{
    ArrivalsSpec, Burst, Diurnal, LineSize, LogNormal, LogSource, LogSpec, Rotation, RotationMode, Trace,
    Wants,
};
pub use logs::{logs_from_yaml, logs_to_yaml};
pub use objective::{Comparison, Objective};
pub use placed::{NodeCounts, NodeRun, Placed};
pub use prices::Prices;
pub use profiles::{profiles_from_yaml, profiles_to_yaml};
pub use proxy::{Proxy, ProxyKind};
pub use ranges::FieldRange;
pub(crate) use settings::unplaced;
pub use settings::{AgentRequests, CustomProfile, Override, Settings, settings_reference};
pub use usage::{EvictionHard, Limits, Peak, Usage};
pub use variants::{Delivery, Driver, DriverKind, Hybrid, Ordering};
pub use warmup::Warmup;
pub use workload::{Resources, Tenant, Workload};

use crate::diagnosis::Code;
use crate::metric::Metric;
use crate::units::{ByteRate, Fraction, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// One cluster and one question about it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(title = "Loghaul scenario")]
pub struct Scenario {
    /// A short name, used in reports.
    pub name: String,
    /// What the scenario is to answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// The strategy that `run` shows where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Simulated time.
    #[serde(default = "defaults::duration")]
    pub duration: SimTime,
    /// Left out of freshness; never out of the ledger. At most half of the duration; `auto` finds it by MSER-5 on a
    /// pilot run.
    #[serde(default = "defaults::warmup")]
    pub warmup: Warmup,
    /// After the duration nothing is written any more, and agents have so long to deliver what they hold.
    #[serde(default = "defaults::drain")]
    pub drain: SimTime,
    /// Longest run of lines handled as one; down to 2ms. Results must not depend on it.
    #[serde(default = "defaults::chunk")]
    pub chunk: SimTime,
    /// Simulates one node in so many, against its share of the backend, and scales the sums up: for clusters too large
    /// to be simulated whole. Each replication draws other nodes.
    #[serde(default = "defaults::one_node_in")]
    pub one_node_in: Count,
    /// What the run begins with.
    #[serde(default, skip_serializing_if = "Start::is_mid_life")]
    pub start: Start,
    /// The nodes.
    pub cluster: Cluster,
    /// Who runs what.
    pub tenants: Vec<Tenant>,
    /// The agent and its settings.
    #[serde(default)]
    pub collection: Collection,
    /// How collection configs reach agents; where nothing is said they are there whenever an agent runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// The log service.
    #[serde(default)]
    pub backend: Backend,
    /// What goes wrong, and when.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What counts as good enough, for every strategy alike.
    #[serde(default = "objective::defaults")]
    pub objectives: Vec<Objective>,
    /// By which cost strategies are ranked where the cheapest is asked for.
    #[serde(default, skip_serializing_if = "RankBy::is_default")]
    pub rank_by: RankBy,
    /// How fast what runs here grows, for `forecast`; a workload may have a growth of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// Agents derived from embedded profiles.
    #[serde(default)]
    pub profiles: Vec<CustomProfile>,
    /// Within what fields may lie, by their paths, such as `backend.latency: 5ms:50ms`: what `sensitivity` looks into beside
    /// the ranges of agents' costs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranges: BTreeMap<String, FieldRange>,
}

/// A cost to rank strategies by. The two are never added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RankBy {
    /// The share of each pool's bill that agents reserve (`cost`): what capacity for others they take.
    #[default]
    Allocated,
    /// What the bill grows by (`cost_marginal`): nodes added for collecting, at their whole price.
    Marginal,
}

impl RankBy {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The figure that it is.
    pub fn metric(self) -> Metric {
        match self {
            Self::Allocated => Metric::Cost,
            Self::Marginal => Metric::CostMarginal,
        }
    }
}

/// What a run begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Start {
    /// The middle of life: files partly full, older ones there, timers of agents anywhere.
    #[default]
    MidLife,
    /// New nodes: files empty, no older ones, agents' timers counted from their start.
    Fresh(Fresh),
}

/// When agents start on new nodes: between `before` and `before + within` ahead of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Fresh {
    /// Ahead of the first line, at least.
    pub before: SimTime,
    /// How much more it may be; each agent has its own.
    pub within: SimTime,
}

impl Default for Fresh {
    fn default() -> Self {
        Self { before: SimTime::from_ns(0), within: SimTime::from_secs(1) }
    }
}

impl Start {
    fn is_mid_life(&self) -> bool {
        *self == Self::MidLife
    }
}

mod defaults {
    use crate::scenario::{Count, Warmup};
    use crate::units::SimTime;

    pub(super) fn duration() -> SimTime {
        SimTime::from_secs(600)
    }
    pub(super) fn warmup() -> Warmup {
        Warmup::Stated(SimTime::from_secs(10))
    }
    /// Longer than any default timer of an agent: what would still be delivered is.
    pub(super) fn drain() -> SimTime {
        SimTime::from_secs(75)
    }
    pub(super) fn chunk() -> SimTime {
        SimTime::from_secs(1)
    }
    pub(super) fn one_node_in() -> Count {
        Count::of(1)
    }
}

impl Scenario {
    /// Pods of all tenants.
    pub fn pods(&self) -> u64 {
        self.tenants
            .iter()
            .map(|t| t.count.get() * t.workloads.iter().map(|w| w.replicas.get()).sum::<u64>())
            .sum()
    }

    /// Nodes of all pools, before any are added.
    pub fn nodes(&self) -> u64 {
        self.cluster.pools.iter().map(|p| p.nodes.get()).sum()
    }

    /// Gives this scenario a share of what `whole` has in the backend and in central collectors.
    pub fn share_of_backend(&mut self, whole: &Self, share: f64) {
        self.backend.capacity = whole.backend.capacity.map(|c| ByteRate::per_sec(c.get() * share));
        // Where tenants are fewer, each has more of the pods that there are.
        let of_a_tenant = share * whole.tenant_count() as f64 / self.tenant_count().max(1) as f64;
        self.backend.quota = whole.backend.quota.as_ref().map(|quota| quota.share_of(of_a_tenant.min(1.0)));
        let connections = whole.backend.connections;
        self.backend.connections =
            connections.map(|most| Count::of(((most.get() as f64 * share).round() as u64).max(1)));
        self.collection.driver.share = Fraction::new(whole.collection.driver.share.get() * share);
        self.collection.gateway = whole.collection.gateway.as_ref().map(|gateway| gateway.share_of(share));
    }

    /// Tenants, each of a `count` by itself.
    pub fn tenant_count(&self) -> u64 {
        self.tenants.iter().map(|t| t.count.get()).sum()
    }

    /// The scenario with all defaults filled in, as YAML.
    ///
    /// # Errors
    /// The scenario cannot be written as YAML.
    pub fn to_yaml(&self) -> Result<String, String> {
        serde_saphyr::to_string(self).map_err(|e| e.to_string())
    }
}

/// Reads and checks a scenario file.
///
/// # Errors
/// The file cannot be read, is no scenario, or asks for something impossible.
pub fn load(path: &Path) -> Result<Scenario, ScenarioError> {
    from_yaml(&path.display().to_string(), &text_of(path)?)
}

/// The text of a file that a user wrote.
///
/// # Errors
/// The file cannot be read, or is no text.
pub fn text_of(path: &Path) -> Result<String, ScenarioError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| ScenarioError::unreadable(&name, &e))?;
    String::from_utf8(bytes).map_err(|e| ScenarioError::not_text(&name, e.as_bytes(), e.utf8_error()))
}

/// Reads and checks a scenario; `file` is what errors call it.
///
/// # Errors
/// The text is no scenario or asks for something impossible.
pub fn from_yaml(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let scenario: Scenario = read_yaml(file, text, error::NEEDS)?;
    check::check(&scenario).map_err(|problem| problem.into_error(file, text))?;
    Ok(scenario)
}

/// Reads any YAML that users write; `needs` says what the whole of it is to be.
pub(crate) fn read_yaml<T: serde::de::DeserializeOwned>(
    file: &str,
    text: &str,
    needs: &str,
) -> Result<T, ScenarioError> {
    if error::says_nothing(text) {
        let empty = ScenarioError::whole_file(file, format!("is empty; {needs}"));
        return Err(empty.coded(Code::Empty));
    }
    serde_saphyr::from_str_with_options(text, options())
        .map_err(|e| ScenarioError::from_yaml(file, text, needs, &e))
}

/// A complaint about the value at a path such as `rows/0/figure` of any YAML that users write.
pub(crate) fn wrong_at(file: &str, text: &str, path: &str, problem: &str) -> ScenarioError {
    match place::find(text, path) {
        Some((line, column)) => ScenarioError::at(file, text, line, column, problem),
        None => ScenarioError::whole_file(file, format!("is not what it should be: {problem}")),
    }
}

/// How YAML is read: a cluster of thousands of workloads may be written out, but aliases unfold to a million
/// values at most.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 5_000_000, max_events: 20_000_000 },
    }
}

/// The JSON Schema of scenarios, for editors.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Scenario).to_value()
}
