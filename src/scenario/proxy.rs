//! Proxies beside the pods of a workload: where they run, what passes them, what they do for it.

use super::{LineSize, LogNormal, LogSource, LogSpec};
use crate::units::{Bytes, Fraction, LineRate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What does for a service's requests what every service needs: encryption, retries, tracing and the like.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Proxy {
    /// Where it runs.
    pub kind: ProxyKind,
    /// Requests a second that pass it for one pod, those that the pod makes and those that it gets.
    pub requests_per_second: f64,
    /// Share of them for which a line is written to standard output.
    #[serde(default = "nothing")]
    pub access_log: Fraction,
    /// What the service is written in: a library has to be written, or taken up, once for each language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// What is done for every request, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// Where a proxy runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProxyKind {
    /// In the service itself: no process of its own, and its CPU is the service's.
    Library,
    /// In each pod: Envoy under Istio.
    Sidecar,
    /// On each node: ztunnel of Istio's ambient mode.
    Node,
}

fn nothing() -> Fraction {
    Fraction::new(0.0)
}

impl Proxy {
    /// Its access log. Sizes are an assumption: Istio's default format with short paths and header values.
    pub(super) fn access_lines(&self) -> Option<LogSpec> {
        let per_s = self.requests_per_second * self.access_log.get();
        (per_s > 0.0).then(|| LogSpec {
            stream: LogSource::Stdout,
            rate: LineRate::per_sec(per_s),
            arrivals: super::ArrivalsSpec::default(),
            spread: Fraction::new(0.0),
            line: LineSize::Lognormal(LogNormal { median: Bytes::new(350), p99: Bytes::new(900) }),
            wants: None,
            fixed: false,
            rotate: super::Rotation::default(),
        })
    }
}
