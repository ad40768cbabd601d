//! What all documents have: resources, remarks, and what can go wrong.

use crate::sizing::rule;
use crate::sizing::sizes::Container;
use serde::Serialize;

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

/// Requests and limits of a container.
#[derive(Debug, Serialize)]
pub(super) struct Resources {
    requests: Amounts,
    limits: Amounts,
}

#[derive(Debug, Serialize)]
pub(super) struct Amounts {
    cpu: String,
    memory: String,
}

impl Resources {
    pub(super) fn of(container: &Container) -> Self {
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
pub(super) fn document(remarks: &[String], values: &impl Serialize) -> Result<String, ValuesError> {
    let yaml = serde_saphyr::to_string(values).map_err(|error| ValuesError::Encode(error.to_string()))?;
    let remarks: String = remarks.iter().map(|remark| format!("# {remark}\n")).collect();
    Ok(format!("{remarks}{yaml}"))
}
