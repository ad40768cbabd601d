//! The OpenTelemetry Collector's chart: `mode` is required, and unknown keys are refused. Its `memory_limiter` refuses lines
//! at 55 % of the memory limit, which the limit here allows for. A queue that is full refuses too unless it blocks.

use super::document::{Resources, ValuesError, document};
use crate::sizing::sizes::Container;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Values<'a> {
    mode: &'static str,
    resources: Resources,
    presets: Presets,
    config: Config<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Presets {
    logs_collection: LogsCollection,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogsCollection {
    enabled: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    store_checkpoints: bool,
}

#[derive(Serialize)]
struct Config<'a> {
    exporters: BTreeMap<&'a str, Exporter>,
}

#[derive(Serialize)]
struct Exporter {
    sending_queue: Queue,
}

#[derive(Serialize)]
struct Queue {
    enabled: bool,
    sizer: &'static str,
    queue_size: u64,
    block_on_overflow: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<&'static str>,
}

/// Values of open-telemetry/opentelemetry-collector.
pub(super) fn values(container: &Container, exporter: &str) -> Result<String, ValuesError> {
    let on_disk = container.buffer.on_disk;
    let queue = Queue {
        enabled: true,
        sizer: "bytes",
        queue_size: container.buffer.bytes,
        block_on_overflow: true,
        // The extension that the preset adds with its checkpoints.
        storage: on_disk.then_some("file_storage"),
    };
    let values = Values {
        mode: "daemonset",
        resources: Resources::of(container),
        presets: Presets { logs_collection: LogsCollection { enabled: true, store_checkpoints: on_disk } },
        config: Config { exporters: BTreeMap::from([(exporter, Exporter { sending_queue: queue })]) },
    };
    let remarks = [
        "Sizes for open-telemetry/opentelemetry-collector, by `loghaul size`; behind your own values: helm upgrade -f own.yaml -f this.yaml"
            .to_owned(),
        format!("Yours has to have the exporter {exporter} in the logs pipeline (--sink names it)."),
        format!(
            "memory_limiter refuses at {:.0}% of the memory limit: that is what the fullest agent and headroom take.",
            container.refuses_at * 100.0
        ),
    ];
    document(&remarks, &values)
}
