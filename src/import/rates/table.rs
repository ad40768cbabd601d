//! Tables: ours, and those that people export.

use super::samples::{Samples, Series};
use super::{Rate, Whose};
use crate::import::{ImportError, logs, time};
use std::collections::BTreeMap;
use std::io::BufRead;

/// Columns by what they say.
const NAMESPACE: [&str; 4] = ["namespace", "ns", "pod_namespace", "k8s_namespace_name"];
const WORKLOAD: [&str; 6] = ["workload", "deployment", "daemonset", "statefulset", "app", "owner"];
const POD: [&str; 4] = ["pod", "pod_name", "podname", "k8s_pod_name"];
const CONTAINER: [&str; 3] = ["container", "container_name", "k8s_container_name"];
const VALUE: [&str; 12] = [
    "value",
    "rate",
    "lines_per_s",
    "lines/s",
    "lines_per_second",
    "lps",
    "bytes_per_s",
    "bytes/s",
    "bytes_per_second",
    "lines",
    "bytes",
    "count",
];
const UNIT: [&str; 1] = ["unit"];
const FIGURE: [&str; 4] = ["metric", "__name__", "name", "figure"];
const TIME: [&str; 3] = ["time", "timestamp", "ts"];

fn header(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_owned();
    line.split(',').map(|column| column.trim().trim_matches('"').to_ascii_lowercase()).collect()
}

/// Whether a text begins with the header of such a table.
pub(super) fn is_one(head: &[u8]) -> bool {
    let columns = header(head);
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    has(&VALUE) && (has(&POD) || has(&NAMESPACE) || has(&WORKLOAD) || has(&CONTAINER))
}

/// Reads a table: rates, or samples where there is a column of times.
pub(super) fn read(file: &str, reader: &mut dyn BufRead, samples: &mut Samples) -> Result<(), ImportError> {
    let wrong = |line: u64, problem: String| ImportError::Table { file: file.to_owned(), line, problem };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
    let header = reader.headers().map_err(|e| wrong(1, e.to_string()))?.clone();
    let columns: Vec<String> =
        header.iter().map(|c| c.trim_start_matches('\u{feff}').to_ascii_lowercase()).collect();
    let column =
        |names: &[&str]| names.iter().find_map(|name| columns.iter().position(|column| column == name));
    let [namespace, workload, pod, container] = [&NAMESPACE[..], &WORKLOAD, &POD, &CONTAINER].map(column);
    let (unit, figure, time) = (column(&UNIT), column(&FIGURE), column(&TIME));
    let Some(value) = column(&VALUE) else {
        return Err(wrong(1, format!("there is no column with values; allowed are {}", VALUE.join(", "))));
    };
    for row in reader.records() {
        let row = row.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let text =
            |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default().to_owned();
        let number: f64 = text(Some(value))
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite() && *n >= 0.0)
            .ok_or_else(|| wrong(line, format!("{:?} is no number of at least 0", text(Some(value)))))?;
        let pod = text(pod);
        // A pod tells more than what it belongs to.
        let workload = if pod.is_empty() { text(workload) } else { String::new() };
        let whose = Whose { namespace: text(namespace), workload, pod, container: text(container) };
        if whose == Whose::default() {
            samples.nobodys += 1;
            continue;
        }
        let own = text(figure);
        let unit = if unit.is_some() { text(unit) } else { columns[value].clone() };
        let at = match time {
            Some(_) => {
                let text = text(time);
                let count = || text.parse::<f64>().ok().and_then(logs::epoch_ms);
                let ms = time::rfc3339_ms(&text).or_else(count).or_else(|| logs::written_ms(&text));
                ms.ok_or_else(|| wrong(line, format!("{text:?} is no time")))? as f64 / 1000.0
            }
            None => 0.0,
        };
        let figure = match (own.as_str(), unit.contains("byte") || unit.starts_with("B/")) {
            ("", true) => "bytes_per_s".to_owned(),
            ("", false) => String::new(),
            (own, _) => own.to_owned(),
        };
        // Without times a counter would be one sample: what such a table has are rates.
        let figure = if time.is_none() && !figure.is_empty() && figure != "bytes_per_s" {
            format!("{figure}:rate")
        } else {
            figure
        };
        samples.add(&Series { figure, whose, other: String::new() }, at, number);
    }
    Ok(())
}

/// Writes rates as a table that is read again.
pub(super) fn write(rates: &BTreeMap<Whose, Rate>) -> Result<String, ImportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| ImportError::Defaults(e.to_string());
    writer.write_record(["namespace", "workload", "pod", "container", "value", "unit"]).map_err(failed)?;
    for (whose, rate) in rates {
        let mut row = |value: f64, unit: &str| {
            let value = logs::digits_of(value, 6).to_string();
            let names = [&whose.namespace, &whose.workload, &whose.pod, &whose.container];
            writer.write_record(
                names.map(|name| plain(name)).iter().map(String::as_str).chain([value.as_str(), unit]),
            )
        };
        row(rate.lines_per_s, "lines/s").map_err(failed)?;
        if rate.bytes_per_s > 0.0 {
            row(rate.bytes_per_s, "bytes/s").map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| ImportError::Defaults(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| ImportError::Defaults(e.to_string()))
}

/// A name that no spreadsheet takes for a formula and no terminal obeys.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name }
}
