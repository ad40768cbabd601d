//! Reading a CSV of measured points.

use super::error::{CalibrateError, REQUIRED};
use super::point::{Measured, Point};
use crate::sheet::{Row, Sheet};
use crate::units::{Bytes, SimTime};
use std::collections::BTreeSet;

/// An agent that gets less than this share of what is written does not keep up: it is paused, or reads in bulk, and
/// its events cannot be counted from rates.
const KEEPS_UP: f64 = 0.97;

/// RSS of one process that can be believed, in KiB: what is outside was measured in another unit.
const PROCESS_KIB: std::ops::RangeInclusive<f64> = 64.0..=4_194_304.0;

/// The largest number that is taken: far beyond what is measured, and small enough that sums and products of a few stay
/// finite.
const MOST: f64 = 1e15;

/// Cores of one process that can be believed.
const MOST_CORES: f64 = 128.0;

/// A column's values that rows must have, all others being left out. Written `agent=fluent-bit,vector`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// Its values.
    pub values: Vec<String>,
}

impl std::str::FromStr for Filter {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not a column and its values, such as agent=fluent-bit");
        let (column, values) = text.split_once('=').ok_or_else(problem)?;
        if column.is_empty() || values.is_empty() {
            return Err(problem());
        }
        Ok(Self {
            column: column.trim().to_owned(),
            values: values.split(',').map(|v| v.trim().to_owned()).collect(),
        })
    }
}

/// How a file is to be read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Rows to take; all where there is none.
    pub filters: Vec<Filter>,
    /// Time between writes to all files at once, for rows whose `variant` does not say; `None` where writers are
    /// independent of each other.
    pub tick: Option<SimTime>,
}

/// Reads measured points; `file` is what errors call it.
///
/// # Errors
/// No CSV, a column is missing, a value is no number, negative, or cannot be in the column's unit, or no row is
/// left.
pub fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<Measured, CalibrateError> {
    let needs = format!("needed is a header with {} and a row a measured point", REQUIRED.join(", "));
    let sheet = Sheet::read(bytes).map_err(|error| match error.line {
        Some(line) => CalibrateError::row(file, line, error.problem),
        None => CalibrateError::file(file, format!("{}; {needs}", error.problem)),
    })?;
    let has = |name: &str| sheet.columns.iter().any(|column| column == name);
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| !has(name)).collect();
    if !missing.is_empty() {
        let are = if missing.len() == 1 { "the column" } else { "the columns" };
        let problem = format!("{are} {} is missing; {needs}", missing.join(", "));
        return Err(CalibrateError::row(file, 1, problem));
    }
    for filter in &options.filters {
        if !has(&filter.column) {
            let known = sheet.columns.join(", ");
            let problem = format!("there is no column {:?}; there are {known}", filter.column);
            return Err(CalibrateError::row(file, 1, problem));
        }
    }
    let (mut points, mut behind, rows) = (Vec::new(), 0, sheet.rows.len());
    let mut agents: BTreeSet<String> = BTreeSet::new();
    for row in sheet.rows {
        let row = Measurement { file, row };
        if !options.filters.iter().all(|f| f.values.iter().any(|v| *v == row.text(&f.column))) {
            continue;
        }
        let agent = row.text("agent");
        if !agent.is_empty() {
            agents.insert(agent.to_owned());
        }
        match row.point(options)? {
            Some(point) => points.push(point),
            None => behind += 1,
        }
    }
    if agents.len() > 1 {
        let names: Vec<&str> = agents.iter().map(String::as_str).collect();
        let problem =
            format!("holds measurements of {}; choose one with --where agent=NAME", names.join(", "));
        return Err(CalibrateError::file(file, problem));
    }
    if points.is_empty() {
        let problem = format!(
            "holds no row to fit: of {rows}, {behind} did not keep up, and the rest is left out by --where"
        );
        return Err(CalibrateError::file(file, problem));
    }
    let mut notes = Vec::new();
    if behind > 0 {
        notes.push(format!(
            "{behind} rows are left out: less than {} % of their lines arrived in time, so that their reads cannot be counted",
            KEEPS_UP * 100.0
        ));
    }
    if points.iter().any(|p| p.wakeups_per_s.is_none()) {
        notes.push(
            "wakeups_per_s is not given in all rows; there it follows from the rates and the base's costs"
                .into(),
        );
    }
    Ok(Measured { file: file.to_owned(), points, notes })
}

/// A row of a file.
struct Measurement<'a> {
    file: &'a str,
    row: Row,
}

impl Measurement<'_> {
    fn text(&self, column: &str) -> &str {
        self.row.get(column).unwrap_or_default()
    }

    fn wrong(&self, problem: impl Into<String>) -> CalibrateError {
        CalibrateError::row(self.file, self.row.line, problem)
    }

    /// The number in a column; `None` where the column is not there or the field is empty.
    fn optional(&self, column: &str) -> Result<Option<f64>, CalibrateError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value > MOST => {
                Err(self.wrong(format!("{column} is {text}; allowed is up to {MOST:e}")))
            }
            Ok(value) if value >= 0.0 => Ok(Some(value)),
            Ok(value) if value < 0.0 => {
                Err(self.wrong(format!("{column} is {text}; a number below 0 cannot have been measured")))
            }
            _ => Err(self.wrong(format!("{column} is {text:?}; needed is a number of at least 0"))),
        }
    }

    fn required(&self, column: &str) -> Result<f64, CalibrateError> {
        let value = self.optional(column)?;
        value.ok_or_else(|| self.wrong(format!("{column} is empty; needed is a number of at least 0")))
    }

    fn count(&self, column: &str) -> Result<f64, CalibrateError> {
        let value = self.required(column)?;
        if value < 1.0 || value.fract() != 0.0 {
            return Err(self.wrong(format!("{column} is {value}; needed is a whole number of at least 1")));
        }
        Ok(value)
    }

    /// KiB of all agents, in bytes.
    fn memory(&self, column: &str, agents: f64) -> Result<Option<f64>, CalibrateError> {
        let Some(kib) = self.optional(column)? else { return Ok(None) };
        if !PROCESS_KIB.contains(&(kib / agents)) {
            let (least, most) = (PROCESS_KIB.start(), PROCESS_KIB.end());
            return Err(self.wrong(format!(
                "{column} is {kib} for {agents} agents; it is in KiB, and allowed are {least} to {most} an agent"
            )));
        }
        Ok(Some(kib * 1024.0))
    }

    /// The point; `None` where the agents did not keep up.
    fn point(&self, options: &ReadOptions) -> Result<Option<Point>, CalibrateError> {
        let (files, agents) = (self.count("files")?, self.count("agents")?);
        if files < agents {
            return Err(
                self.wrong(format!("files is {files}, fewer than the {agents} agents that tail them"))
            );
        }
        let lines_per_s = self.required("rate_node_lps")?;
        let line_bytes = self.required("line_bytes")?;
        if lines_per_s > 0.0 && line_bytes < 1.0 {
            return Err(self.wrong(format!("line_bytes is {line_bytes} while lines are written")));
        }
        let cpu_cores = self.required("cpu_cores_schedstat")?;
        if cpu_cores > MOST_CORES * agents {
            return Err(self.wrong(format!(
                "cpu_cores_schedstat is {cpu_cores} for {agents} agents; it is in cores (350m is 0.35), and allowed \
                 are up to {MOST_CORES} an agent"
            )));
        }
        let variant = Variant::of(self.text("variant")).map_err(|problem| self.wrong(problem))?;
        let wakeups_per_s = self.optional("wakeups_per_s")?;
        let point = Point {
            line: self.row.line,
            files,
            agents,
            lines_per_s,
            line_bytes,
            payload_bytes: self.optional("payload_bytes")?.unwrap_or(line_bytes),
            tick_s: variant.tick.or(options.tick).map(SimTime::as_secs_f64).filter(|t| *t > 0.0),
            enriched: variant.enriched,
            configs: variant.configs,
            buffer_bytes: variant.buffer.map(Bytes::as_f64),
            wakeups_per_s,
            cpu_cores,
            rss_bytes: self.memory("rss_sum_kib", agents)?,
            // Shared pages count for a part only: what a process has to itself may be little.
            pss_bytes: self.optional("pss_sum_kib")?.filter(|kib| *kib > 0.0).map(|kib| kib * 1024.0),
        };
        let received = (self.optional("lines_recv_in_window")?, self.optional("duration_s")?);
        let keeps_up = match received {
            (Some(lines), Some(seconds)) if seconds > 0.0 => lines / seconds >= KEEPS_UP * lines_per_s,
            _ => true,
        };
        Ok(keeps_up.then_some(point))
    }
}

/// What the `variant` of a row says: words joined by `+`, of which these are known: `tick1ms`, `buf64MB`, `k8s`
/// (metadata are added), `configs=10`.
struct Variant {
    tick: Option<SimTime>,
    buffer: Option<Bytes>,
    enriched: bool,
    configs: f64,
}

impl Variant {
    fn of(text: &str) -> Result<Self, String> {
        let mut variant = Self { tick: None, buffer: None, enriched: false, configs: 1.0 };
        for word in text.split('+') {
            if let Some(tick) = word.strip_prefix("tick") {
                let tick = tick.parse().map_err(|e| format!("variant has the word {word:?}, and {e}"))?;
                variant.tick = Some(tick);
            } else if let Some(buffer) = word.strip_prefix("buf") {
                let buffer = buffer.parse().map_err(|e| format!("variant has the word {word:?}, and {e}"))?;
                variant.buffer = Some(buffer);
            } else if let Some(configs) = word.strip_prefix("configs=") {
                let number: Result<u32, _> = configs.parse();
                variant.configs = f64::from(number.map_err(|_| {
                    format!("variant has the word {word:?}; needed is a whole number, such as configs=10")
                })?);
            } else if word == "k8s" {
                variant.enriched = true;
            }
        }
        Ok(variant)
    }
}
