//! Fluent Bit's two charts.
//!
//! `config.inputs` of fluent/fluent-bit is one text, and `pipeline.inputs` of the collector's chart one list: both replace
//! the chart's, and hold what it has beside the buffer. `Mem_Buf_Limit` counts with `storage.type memory` alone; with files,
//! `storage.max_chunks_up` bounds memory, in the service, and `storage.total_limit_size` the files, in each output.

use super::document::{Resources, ValuesError, document};
use crate::sizing::rule;
use crate::sizing::sizes::Container;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// The chart's own inputs and service, with the places for the buffer.
const INPUTS: &str = include_str!("fluent_bit/inputs.conf");
const SERVICE: &str = include_str!("fluent_bit/service.conf");

#[derive(Serialize)]
struct Classic {
    resources: Resources,
    config: ClassicConfig,
}

#[derive(Serialize)]
struct ClassicConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    inputs: String,
}

/// Values of fluent/fluent-bit.
pub(super) fn classic(container: &Container) -> Result<String, ValuesError> {
    let values = Classic {
        resources: Resources::of(container),
        config: ClassicConfig {
            service: if container.buffer.on_disk { Some(render(SERVICE, container)?) } else { None },
            inputs: render(INPUTS, container)?,
        },
    };
    document(&remarks(container, "fluent/fluent-bit"), &values)
}

/// A text of the chart with the buffer in it. What Helm is to fill in stands in a raw block.
fn render(template: &str, container: &Container) -> Result<String, ValuesError> {
    let encode = |error: minijinja::Error| ValuesError::Encode(error.to_string());
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(encode)?);
    let facts = context! {
        on_disk => container.buffer.on_disk,
        mem_buf_limit => rule::buffer_text(container.buffer.bytes).to_uppercase(),
        max_chunks_up => container.buffer.max_chunks_up.unwrap_or_default(),
    };
    environment.render_str(template, facts).map_err(encode)
}

#[derive(Serialize)]
struct Collector {
    resources: Resources,
    storage: Enabled,
    config: CollectorConfig,
}

#[derive(Serialize)]
struct Enabled {
    enabled: bool,
}

#[derive(Serialize)]
struct CollectorConfig {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    service: BTreeMap<&'static str, u64>,
    pipeline: Pipeline,
}

#[derive(Serialize)]
struct Pipeline {
    inputs: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// The chart's own input.
const INPUT: &str = include_str!("fluent_bit/collector_input.json");

/// Values of fluent/fluent-bit-collector.
pub(super) fn collector(container: &Container) -> Result<String, ValuesError> {
    let on_disk = container.buffer.on_disk;
    let mut input: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(INPUT).map_err(|error| ValuesError::Encode(error.to_string()))?;
    let mut service = BTreeMap::new();
    if on_disk {
        service.insert("storage.max_chunks_up", container.buffer.max_chunks_up.unwrap_or_default());
    } else {
        let limit = rule::buffer_text(container.buffer.bytes).to_uppercase();
        input.insert("mem_buf_limit".to_owned(), limit.into());
    }
    let values = Collector {
        resources: Resources::of(container),
        storage: Enabled { enabled: on_disk },
        config: CollectorConfig { service, pipeline: Pipeline { inputs: vec![input] } },
    };
    document(&remarks(container, "fluent/fluent-bit-collector"), &values)
}

fn remarks(container: &Container, chart: &str) -> Vec<String> {
    let mut remarks = vec![
        format!("Sizes for {chart}, by `loghaul size`; behind your own values: helm upgrade -f own.yaml -f this.yaml"),
        "The inputs replace the chart's (Helm merges no texts and no lists): put your own changes of them here.".to_owned(),
    ];
    remarks.push(match container.buffer.on_disk {
        true => format!(
            "On disk, in each of your outputs: storage.total_limit_size {}. Mem_Buf_Limit would not count.",
            rule::buffer_text(container.buffer.bytes).to_uppercase()
        ),
        false => "Mem_Buf_Limit counts with storage.type memory alone.".to_owned(),
    });
    remarks
}
