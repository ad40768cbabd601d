//! Sizes as official Helm charts and containers of pods take them.
//!
//! Every document is an overlay: it goes behind the reader's own values (`helm upgrade -f own.yaml -f sizes.yaml`), and Helm
//! merges what is in both, key by key. Lists and texts it replaces, which is why Fluent Bit's inputs are written whole. Keys
//! are those of fluent-bit 0.58.1, fluent-bit-collector 1.1.1, vector 0.57.0 and opentelemetry-collector 0.170.0.

mod container;
mod document;
mod fluent_bit;
mod otel;
mod vector;

pub use document::ValuesError;

use super::sizes::{Container, Side};

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
