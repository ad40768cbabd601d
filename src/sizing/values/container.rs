//! A sidecar's container, to be merged by its name into a pod's template: native among `initContainers` with
//! `restartPolicy: Always` (KEP-753), classic among `containers`.

use super::document::{Resources, ValuesError, document};
use crate::sizing::rule;
use crate::sizing::sizes::Container;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Native<'a> {
    init_containers: [One<'a>; 1],
}

#[derive(Serialize)]
struct Classic<'a> {
    containers: [One<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart_policy: Option<&'static str>,
    resources: Resources,
}

pub(super) fn native(container: &Container) -> Result<String, ValuesError> {
    let one = one(container, Some("Always"));
    document(&remarks(container), &Native { init_containers: [one] })
}

pub(super) fn classic(container: &Container) -> Result<String, ValuesError> {
    document(&remarks(container), &Classic { containers: [one(container, None)] })
}

fn one<'a>(container: &'a Container, restart_policy: Option<&'static str>) -> One<'a> {
    One { name: &container.agent, restart_policy, resources: Resources::of(container) }
}

fn remarks(container: &Container) -> Vec<String> {
    let bytes = rule::buffer_text(container.buffer.bytes);
    let buffer = match (container.base.as_str(), container.buffer.on_disk) {
        ("fluent-bit", false) => format!("In its inputs: Mem_Buf_Limit {}.", bytes.to_uppercase()),
        ("fluent-bit", true) => format!(
            "In its inputs storage.type filesystem, in each output storage.total_limit_size {}.",
            bytes.to_uppercase()
        ),
        (_, false) => format!("Its buffer in memory: {bytes} of records."),
        (_, true) => format!("Its buffer on disk: {bytes} of records."),
    };
    vec![
        "A sidecar's sizes, by `loghaul size`; merged by its name into spec.template.spec of the workload."
            .to_owned(),
        buffer,
    ]
}
