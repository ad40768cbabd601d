//! Answers of Prometheus and Loki, and the kubelet's snapshots: JSON.

use super::labels;
use super::samples::{Samples, Series};
use super::summary::{self, Node, Pod};
use crate::import::ImportError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::BufRead;

/// Any of the documents that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    status: Option<String>,
    error: Option<String>,
    data: Option<Data>,
    node: Option<Node>,
    pods: Vec<Pod>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    result: Vec<Answer>,
}

/// A series of an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    metric: BTreeMap<String, String>,
    /// Loki calls the labels of lines so.
    stream: Option<BTreeMap<String, String>>,
    value: Option<(f64, String)>,
    values: Vec<(Stamp, String)>,
}

/// Seconds, or nanoseconds as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stamp {
    Seconds(f64),
    Nanoseconds(String),
}

/// Whether a text begins as an answer does.
pub(super) fn is_answer(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start();
    start.starts_with('{')
        && (start.contains("\"resultType\"") || (start.contains("\"status\"") && start.contains("\"data\"")))
        || (start.starts_with('{') && start.contains("\"status\":\"error\""))
}

/// Reads one document after the other.
pub(super) fn read(file: &str, reader: &mut dyn BufRead, samples: &mut Samples) -> Result<(), ImportError> {
    for document in serde_json::Deserializer::from_reader(reader).into_iter::<Document>() {
        let document = document.map_err(|e| ImportError::from_json(file, &e, 1, 1))?;
        if document.status.as_deref() == Some("error") {
            let problem = format!("the answer is an error: {}", document.error.unwrap_or_default());
            return Err(ImportError::Table { file: file.to_owned(), line: 1, problem });
        }
        if let Some(node) = &document.node {
            summary::take(node, &document.pods, samples);
        }
        for answer in document.data.unwrap_or_default().result {
            take(answer, samples);
        }
    }
    Ok(())
}

/// Labels that make no series of their own.
const BESIDE: [&str; 3] = ["__name__", "instance", "job"];

fn take(answer: Answer, samples: &mut Samples) {
    let is_lines = answer.stream.is_some();
    let labels = answer.stream.unwrap_or(answer.metric);
    // Of a pipeline's parts the source alone sees each line once.
    let is_part = labels.get("component_kind").is_some_and(|kind| kind != "source");
    let Some(whose) = labels::whose(&labels).filter(|_| !is_part) else {
        samples.nobodys += 1;
        return;
    };
    let figure = labels.get("__name__").cloned().unwrap_or_default();
    let others = labels.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str()));
    let mut other: Vec<String> = others.map(|(key, value)| format!("{key}={value}")).collect();
    if let Some(instance) = labels.get("instance") {
        other.push(instance.clone());
    }
    let mut series = Series { figure, whose, other: other.join(",") };
    if is_lines {
        // Loki's lines themselves: so many between the first and the last.
        let seconds = |stamp: &Stamp| match stamp {
            Stamp::Nanoseconds(ns) => ns.parse::<f64>().unwrap_or(0.0) / 1e9,
            Stamp::Seconds(seconds) => *seconds,
        };
        let times: Vec<f64> = answer.values.iter().map(|(stamp, _)| seconds(stamp)).collect();
        let (first, last) = times.iter().fold((f64::INFINITY, 0.0f64), |(a, b), t| (a.min(*t), b.max(*t)));
        series.figure = "lines_total".to_owned();
        samples.add(&series, first, 0.0);
        samples.add(&series, last.max(first + 1.0), times.len() as f64);
        return;
    }
    for (at, value) in
        answer.value.into_iter().map(|(at, value)| (Stamp::Seconds(at), value)).chain(answer.values)
    {
        let Stamp::Seconds(at) = at else { continue };
        if let Ok(value) = value.parse() {
            samples.add(&series, at, value);
        }
    }
}
