//! The backend, or what stands before it, cannot be written to for a while, or not by all, or slowly.

use super::{Checked, Kind, Scene, allow, of_pool};
use crate::scenario::Scenario;
use crate::units::{Fraction, HowMany, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A span of time without the backend.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Outage {
    /// What fails.
    pub of: OutageOf,
    /// When it begins.
    pub at: SimTime,
    /// How long it lasts.
    #[serde(rename = "for")]
    pub lasts: SimTime,
    /// How it shows.
    #[serde(default)]
    pub mode: OutageMode,
    /// Share of requests that it hits, each drawn by itself; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Fraction>,
    /// Nodes that it cuts off (a partition); all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<HowMany>,
    /// The pool of these nodes; any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Shards of the backend that it hits; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<HowMany>,
}

impl Outage {
    /// Whether it hits every request of every node.
    pub fn is_total(&self) -> bool {
        self.share.is_none()
            && self.shards.is_none()
            && self.nodes.is_none()
            && self.pool.is_none()
            && !matches!(self.mode, OutageMode::Slow(_))
    }
}

/// What an outage is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutageOf {
    /// The log service.
    Backend,
    /// The gateway, or the log drivers' collectors with a buffer: nobody reaches it, and it goes on with what it has.
    Gateway,
}

/// How an outage shows to agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OutageMode {
    /// Connections are refused at once; agents back off.
    #[default]
    Refuse,
    /// Requests get no answer until it is over.
    Stall,
    /// Answers take so many times as long, 1 to 1,000,000.
    Slow(f64),
}

/// The most by which an outage can slow answers down.
const MAX_SLOWER: f64 = 1e6;

impl Kind for Outage {
    fn at(&self) -> SimTime {
        self.at
    }

    fn lasts(&self) -> SimTime {
        self.lasts
    }

    fn check(&self, scene: &Scene<'_>) -> Checked {
        scene.up_to_a_month(self.lasts, "for")?;
        if let OutageMode::Slow(factor) = self.mode {
            allow((1.0..=MAX_SLOWER).contains(&factor), scene.at("mode"), || {
                format!("answers take {factor} times as long; allowed is 1 to {MAX_SLOWER}")
            })?;
        }
        if let Some(share) = self.share {
            allow(share.get() > 0.0 && share.get() <= 1.0, scene.at("share"), || {
                format!("share is {share}; allowed is above 0% up to 100%")
            })?;
        }
        check_shards(self, scene)?;
        check_gateway(self, scene)?;
        scene.has_nodes(self.nodes, self.pool.as_deref())
    }

    fn in_words(&self) -> String {
        let mode = match self.mode {
            OutageMode::Refuse => "refuses connections".to_owned(),
            OutageMode::Stall => "does not answer".to_owned(),
            OutageMode::Slow(factor) => format!("takes {factor} times as long"),
        };
        let share = self.share.map_or(String::new(), |share| format!(" for {share} of requests"));
        let nodes = match (self.nodes, &self.pool) {
            (None, None) => String::new(),
            (nodes, pool) => {
                let nodes = nodes.map_or("all".to_owned(), |nodes| nodes.to_string());
                format!(" for {nodes} nodes{}", of_pool(pool))
            }
        };
        let of = match (self.of, self.shards) {
            (OutageOf::Gateway, _) => "the gateway".to_owned(),
            (OutageOf::Backend, None) => "the backend".to_owned(),
            (OutageOf::Backend, Some(HowMany::Count(1))) => "one shard of the backend".to_owned(),
            (OutageOf::Backend, Some(shards)) => format!("each of {shards} shards of the backend"),
        };
        format!("{of} {mode}{share}{nodes} from {} for {}", self.at, self.lasts)
    }
}

/// An outage of some shards.
fn check_shards(outage: &Outage, scene: &Scene<'_>) -> Checked {
    let Some(struck) = outage.shards else { return Ok(()) };
    let shards = scene.scenario.backend.shards.as_ref();
    let there = shards.map_or(1, |shards| shards.count.get());
    allow(shards.is_some(), scene.at("shards"), || {
        "the backend has no shards; write backend: { shards: { count: 4 } }".into()
    })?;
    if let HowMany::Count(count) = struck {
        allow(count <= there, scene.at("shards"), || {
            format!("{count} shards of {there}; write as many or fewer")
        })?;
    }
    let alone = outage.of == OutageOf::Backend
        && outage.share.is_none()
        && outage.nodes.is_none()
        && outage.pool.is_none()
        && !matches!(outage.mode, OutageMode::Slow(_));
    allow(alone, scene.at("shards"), || {
        "an outage of shards hits all requests to them: no share, nodes, pool or slow".into()
    })
}

/// An outage of or behind a gateway.
fn check_gateway(outage: &Outage, scene: &Scene<'_>) -> Checked {
    match outage.of {
        OutageOf::Gateway => there_is_a_gateway(scene),
        OutageOf::Backend => allow(outage.is_total() || !has_gateway(scene.scenario), scene.at("of"), || {
            "behind a gateway, or a driver's collector with a buffer, the backend is away for all or for none: share, \
             nodes, pool and slow are for what the agents send to; write of: gateway"
                .into()
        }),
    }
}

/// Whether something holds what the backend does not take.
fn has_gateway(scenario: &Scenario) -> bool {
    scenario.collection.gateway.is_some() || scenario.collection.driver.buffer.is_some()
}

/// What is to fail or crash is there.
pub(super) fn there_is_a_gateway(scene: &Scene<'_>) -> Checked {
    allow(has_gateway(scene.scenario), scene.at("of"), || {
        "there is no gateway; write collection: { gateway: { processes: 2 } }, or give collection.driver a buffer".into()
    })
}
