//! Vector's chart. Its `role` is `Aggregator` unless it is said: an agent of nodes has to say `Agent`. `customConfig`
//! replaces the chart's pipeline whole, so that what is written here belongs behind the reader's own.

use super::document::{Resources, ValuesError, document};
use crate::sizing::sizes::Container;
use serde::Serialize;
use std::collections::BTreeMap;

/// Bytes of the smallest buffer on disk that Vector takes. Source: vector.dev, "Buffering model": 256 MiB and 32 bytes.
const LEAST_ON_DISK: u64 = 268_435_488;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    role: &'static str,
    resources: Resources,
    custom_config: CustomConfig<'a>,
}

#[derive(Serialize)]
struct CustomConfig<'a> {
    sinks: BTreeMap<&'a str, Sink>,
}

#[derive(Serialize)]
struct Sink {
    buffer: Buffer,
}

#[derive(Serialize)]
struct Buffer {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_events: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_size: Option<u64>,
    when_full: &'static str,
}

/// Values of vector/vector.
pub(super) fn values(container: &Container, sink: &str) -> Result<String, ValuesError> {
    let on_disk = container.buffer.on_disk;
    let (bytes, record_bytes) = (container.buffer.bytes, container.buffer.record_bytes.max(1.0));
    let events = (bytes as f64 / record_bytes).ceil() as u64;
    let buffer = Buffer {
        r#type: if on_disk { "disk" } else { "memory" },
        max_events: (!on_disk).then_some(events),
        max_size: on_disk.then_some(bytes.max(LEAST_ON_DISK)),
        when_full: "block",
    };
    let values = Values {
        role: "Agent",
        resources: Resources::of(container),
        custom_config: CustomConfig { sinks: BTreeMap::from([(sink, Sink { buffer })]) },
    };
    let mut remarks = vec![
        "Sizes for vector/vector, by `loghaul size`; behind your own values: helm upgrade -f own.yaml -f this.yaml"
            .to_owned(),
        format!("customConfig replaces the chart's pipeline: yours has to have the sink {sink} (--sink names it)."),
    ];
    if on_disk && bytes < LEAST_ON_DISK {
        remarks
            .push(format!("Vector takes no smaller buffer on disk; {bytes} bytes would have been enough."));
    } else if !on_disk {
        remarks.push(format!("{bytes} bytes, at {record_bytes:.0} a record."));
    }
    document(&remarks, &values)
}
