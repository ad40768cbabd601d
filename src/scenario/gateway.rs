//! Gateways: collectors that stand between all agents and the log service.

use super::Count;
use super::buffer::BufferOn;
use super::settings::{AgentRequests, unplaced};
use crate::units::{Bytes, Fraction, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

/// Collectors that all agents send to, and that send on to the backend what it takes: an OpenTelemetry gateway, a Fluentd
/// aggregator.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Gateway {
    /// What they are: an embedded profile, or one of the scenario's own.
    #[schemars(with = "String")]
    pub agent: Spanned<String>,
    /// How many processes; each request goes to one of them.
    pub processes: Count,
    /// Bytes, as agents send them, that each process holds while the backend does not take them. Default: the profile's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer: Option<Bytes>,
    /// Where it holds them. Default: the profile's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer_on: Option<BufferOn>,
    /// How often a process sends on what has come. Default: the profile's, or what fills a batch at the mean load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flush: Option<SimTime>,
    /// From an agent's request to its answer.
    pub hop: SimTime,
    /// Requests of each process, in place of the sizing rule's.
    pub requests: AgentRequests,
    /// What of it is there for this cluster, for a scenario that is a part of a larger one.
    #[serde(skip_serializing_if = "is_whole")]
    pub share: Fraction,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            agent: unplaced("otel-collector".to_owned()),
            processes: Count::of(1),
            buffer: None,
            buffer_on: None,
            flush: None,
            hop: SimTime::from_ns(1_000_000),
            requests: AgentRequests::default(),
            share: Fraction::new(1.0),
        }
    }
}

fn is_whole(share: &Fraction) -> bool {
    share.get() == 1.0
}

impl Gateway {
    /// A share of it, of as few processes as go with that.
    pub(super) fn share_of(&self, share: f64) -> Self {
        let processes = self.processes.get() as f64;
        let fewer = (processes * share).ceil().max(1.0);
        Self {
            processes: Count::of(fewer as u64),
            share: Fraction::new(self.share.get() * share * processes / fewer),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_all_processes_are_their_share() {
        let whole = Gateway { processes: Count::of(10), ..Gateway::default() };
        for share in [0.01, 0.1, 0.25, 1.0] {
            let part = whole.share_of(share);
            let (processes, each) = (part.processes.get() as f64, part.share.get());
            assert!(
                (processes * each - 10.0 * share).abs() < 1e-9 && each <= 1.0,
                "{share}: {processes} · {each}"
            );
        }
    }
}
