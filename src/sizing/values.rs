//! Sizes as official Helm charts and containers of pods take them.
//!
//! Every document is an overlay: it goes behind the reader's own values (`helm upgrade -f own.yaml -f sizes.yaml`), and Helm
//! merges what is in both, key by key. Lists and texts it replaces, which is why Fluent Bit's inputs are written whole. Keys
//! are those of fluent-bit 0.58.1, fluent-bit-collector 1.1.1, vector 0.57.0 and opentelemetry-collector 0.170.0.

mod container;
mod fluent_bit;
mod otel;
mod vector;

use super::{Container, Side, rule};
use serde::Serialize;

/// Where sizes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Chart {
    /// fluent/fluent-bit
    FluentBit,
    /// fluent/fluent-bit-collector
    FluentBitCollector,
    /// vector/vector, as an agent
    Vector,
    /// open-telemetry/opentelemetry-collector, as a DaemonSet
    OpentelemetryCollector,
    /// A sidecar among initContainers with restartPolicy Always (Kubernetes 1.29 or later)
    NativeSidecar,
    /// A sidecar among containers
    ClassicSidecar,
}

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ValuesError {
    /// The chart is another agent's, or of the other side.
    #[error("{chart} is no place for {agent} of the {side} side; it goes into {}", allowed.join(", "))]
    WrongChart {
        /// The chart.
        chart: &'static str,
        /// The agent.
        agent: String,
        /// The side.
        side: &'static str,
        /// Charts that it goes into.
        allowed: Vec<&'static str>,
    },
    /// There is no chart that is known here.
    #[error(
        "no chart of {0} is known here; -o set, -o json and -o table have its sizes. Known are fluent-bit, \
         fluent-bit-collector, vector and opentelemetry-collector"
    )]
    NoChart(String),
    /// It is no YAML: a defect.
    #[error("the values cannot be written: {0}")]
    Encode(String),
}

impl Chart {
    const ALL: [Self; 6] = [
        Self::FluentBit,
        Self::FluentBitCollector,
        Self::Vector,
        Self::OpentelemetryCollector,
        Self::NativeSidecar,
        Self::ClassicSidecar,
    ];

    /// Its name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::FluentBit => "fluent-bit",
            Self::FluentBitCollector => "fluent-bit-collector",
            Self::Vector => "vector",
            Self::OpentelemetryCollector => "opentelemetry-collector",
            Self::NativeSidecar => "native-sidecar",
            Self::ClassicSidecar => "classic-sidecar",
        }
    }

    /// Where a container's sizes can go, the usual place first.
    pub fn of(container: &Container) -> Vec<Self> {
        let takes = |chart: &Self| match (container.side, chart) {
            (Side::Sidecar, Self::NativeSidecar | Self::ClassicSidecar) => true,
            (Side::Daemonset, Self::FluentBit | Self::FluentBitCollector) => container.base == "fluent-bit",
            (Side::Daemonset, Self::Vector) => container.base == "vector",
            (Side::Daemonset, Self::OpentelemetryCollector) => container.base == "otel-collector",
            _ => false,
        };
        Self::ALL.into_iter().filter(takes).collect()
    }

    /// Writes a container's sizes for this place; `sink` is the name of the reader's own sink or exporter.
    ///
    /// # Errors
    /// The container does not go there.
    pub fn write(self, container: &Container, sink: &str) -> Result<String, ValuesError> {
        let allowed = Self::of(container);
        if allowed.is_empty() {
            return Err(ValuesError::NoChart(container.agent.clone()));
        }
        if !allowed.contains(&self) {
            return Err(ValuesError::WrongChart {
                chart: self.id(),
                agent: container.agent.clone(),
                side: container.side.id(),
                allowed: allowed.into_iter().map(Self::id).collect(),
            });
        }
        match self {
            Self::FluentBit => fluent_bit::classic(container),
            Self::FluentBitCollector => fluent_bit::collector(container),
            Self::Vector => vector::values(container, sink),
            Self::OpentelemetryCollector => otel::values(container, sink),
            Self::NativeSidecar => container::native(container),
            Self::ClassicSidecar => container::classic(container),
        }
    }
}

/// Requests and limits of a container.
#[derive(Debug, Serialize)]
struct Resources {
    requests: Amounts,
    limits: Amounts,
}

#[derive(Debug, Serialize)]
struct Amounts {
    cpu: String,
    memory: String,
}

impl Resources {
    fn of(container: &Container) -> Self {
        let amounts = |millicores: u64, bytes: u64| Amounts {
            cpu: rule::cpu_text(millicores),
            memory: rule::memory_text(bytes),
        };
        Self {
            requests: amounts(container.cpu_request, container.memory_request),
            limits: amounts(container.cpu_limit, container.memory_limit),
        }
    }
}

/// A document with remarks above it.
fn document(remarks: &[String], values: &impl Serialize) -> Result<String, ValuesError> {
    let yaml = serde_saphyr::to_string(values).map_err(|error| ValuesError::Encode(error.to_string()))?;
    let remarks: String = remarks.iter().map(|remark| format!("# {remark}\n")).collect();
    Ok(format!("{remarks}{yaml}"))
}
