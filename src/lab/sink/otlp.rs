//! OTLP over HTTP in JSON (`ExportLogsServiceRequest`).

use crate::lab::ledger::Batch;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export<'a> {
    #[serde(borrow)]
    resource_logs: Vec<ResourceLogs<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceLogs<'a> {
    #[serde(borrow)]
    scope_logs: Vec<ScopeLogs<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScopeLogs<'a> {
    #[serde(borrow)]
    log_records: Vec<LogRecord<'a>>,
}

#[derive(Deserialize)]
struct LogRecord<'a> {
    #[serde(borrow)]
    body: Body<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body<'a> {
    #[serde(borrow)]
    string_value: Cow<'a, str>,
}

/// Takes the records of a request.
pub(super) fn take(batch: &mut Batch, body: &[u8]) {
    match serde_json::from_slice::<Export<'_>>(body) {
        Ok(export) => {
            let scopes = export.resource_logs.iter().flat_map(|r| &r.scope_logs);
            scopes.flat_map(|s| &s.log_records).for_each(|r| batch.take(r.body.string_value.as_bytes()));
        }
        Err(_) => batch.garbage += 1,
    }
}
