//! What the further strategies need to know: log drivers, which workloads get sidecars, how sidecars stop.

use super::Count;
use super::buffer::BufferOn;
use crate::units::{Bytes, Fraction, LineRate, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Docker's log drivers, which the strategy `native-driver` uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Driver {
    /// The driver.
    pub kind: DriverKind,
    /// What happens to an application whose driver does not keep up.
    pub mode: Delivery,
    /// Bytes of messages that the ring of the non-blocking mode holds (`max-buffer-size`).
    pub ring: Bytes,
    /// Processes that receive at the central endpoint: Fluentd or rsyslog, as the driver has it.
    pub collectors: Count,
    /// Bytes, as the drivers send them, that each collector holds while the backend does not take them; where nothing is
    /// said they hold nothing, and whoever comes waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer: Option<Bytes>,
    /// Where they hold them; in memory where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer_on: Option<BufferOn>,
    /// What of the collectors is there for this cluster, for a scenario that is a part of a larger one.
    #[serde(skip_serializing_if = "is_whole")]
    pub share: Fraction,
    /// From the node to the central endpoint; the backend's own latency comes on top.
    pub hop: SimTime,
}

impl Default for Driver {
    /// Docker's defaults (moby `daemon/logger/ring.go`, `daemon/container/container.go`); one endpoint in the cluster.
    fn default() -> Self {
        Self {
            kind: DriverKind::default(),
            mode: Delivery::default(),
            ring: Bytes::new(1_000_000),
            collectors: Count::of(1),
            buffer: None,
            buffer_on: None,
            share: Fraction::new(1.0),
            hop: SimTime::from_ns(1_000_000),
        }
    }
}

fn is_whole(share: &Fraction) -> bool {
    share.get() == 1.0
}

impl Driver {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Where Docker sends standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DriverKind {
    /// To a central Fluentd; while nobody answers, writes wait.
    #[default]
    Fluentd,
    /// To a central syslog over TCP; what cannot be sent at once is gone.
    Syslog,
    /// To files that nobody rotates: Docker's own default.
    JsonFile,
    /// To files that are rotated at 20 MiB, five of them.
    Local,
}

/// What happens when a log driver does not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// The application waits.
    #[default]
    Blocking,
    /// A ring takes the messages, and drops new ones while it is full.
    NonBlocking,
}

/// Which workloads get sidecars under the strategy `hybrid`: those that any of this applies to. The others are left to
/// the DaemonSet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Hybrid {
    /// Those with wishes of their own (`wants`).
    pub wants: bool,
    /// Those whose pods write at least so many lines a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<LineRate>,
    /// All of these tenants, by the name of their entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<String>,
    /// Those of these names, of every tenant; or `tenant/workload` for those of one tenant entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<String>,
}

impl Default for Hybrid {
    fn default() -> Self {
        Self { wants: true, above: None, tenants: Vec::new(), workloads: Vec::new() }
    }
}

impl Hybrid {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// In which order a pod's containers stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Ordering {
    /// The sidecar after the application (KEP-753: an init container with `restartPolicy: Always`).
    #[default]
    Native,
    /// All at once: a sidecar that is a container like any other. It keeps a job's pod from completing.
    Classic,
}

impl Ordering {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
