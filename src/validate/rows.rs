//! Measured rows: CSV whose kind is known by its columns.

use super::error::ValidateError;
use super::mapping::{Column, Kind, Mapping};
use std::sync::Arc;

/// A CSV file by its name and text.
#[derive(Clone, Debug)]
pub struct Source {
    /// What errors and rows call it.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn read(path: &std::path::Path) -> Result<Self, ValidateError> {
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|source| ValidateError::Unreadable { file: name.clone(), source })?;
        let text = String::from_utf8(bytes).map_err(|e| ValidateError::File {
            file: name.clone(),
            problem: format!(
                "is no text in UTF-8 from byte {} on; name a CSV file of measured rows",
                e.utf8_error().valid_up_to()
            ),
        })?;
        Ok(Self { name, text })
    }

    /// The name without folders.
    pub fn short_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name)
    }
}

/// A row, and which kind of file it stands in.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub kind: usize,
    pub file: Arc<str>,
    pub line: u64,
    columns: Arc<Vec<String>>,
    fields: Vec<String>,
}

impl Row {
    /// What stands in a column.
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|c| c == column)?;
        self.fields.get(place).map(String::as_str)
    }

    /// Everything that the mapping of its kind knows of: two rows that agree in it are the same measurement.
    pub fn content(&self, kind: &Kind) -> Vec<String> {
        kind.columns.keys().map(|c| self.get(c).unwrap_or_default().trim().to_owned()).collect()
    }
}

/// All rows of a file.
///
/// # Errors
/// It is empty, has columns of no known kind, or a row holds what it must not.
pub(super) fn read(source: &Source, mapping: &Mapping) -> Result<Vec<Row>, ValidateError> {
    let file_problem = |problem: String| ValidateError::File { file: source.name.clone(), problem };
    if source.text.trim().is_empty() {
        return Err(file_problem("is empty; it needs a line of column names and a line for each row".into()));
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(source.text.as_bytes());
    let header = reader.headers().map_err(|e| file_problem(format!("has no columns: {e}")))?.clone();
    let columns: Vec<String> = header.iter().map(|c| c.trim_start_matches('\u{feff}').to_owned()).collect();
    if let Some(twice) = columns.iter().enumerate().find(|(i, c)| columns[..*i].contains(c)) {
        return Err(file_problem(format!("has the column {:?} twice; each may stand once", twice.1)));
    }
    let kind = kind_of(&columns, mapping).map_err(file_problem)?;
    let (columns, file) = (Arc::new(columns), Arc::from(source.short_name()));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = line_of(&source.text, e.position());
            let problem = match e.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    format!(
                        "has {len} fields, but there are {expected_len} columns; quote fields with commas"
                    )
                }
                _ => e.to_string(),
            };
            ValidateError::Row { file: source.name.clone(), line, problem }
        })?;
        let line = line_of(&source.text, record.position());
        let fields: Vec<String> = record.iter().map(|f| f.trim().to_owned()).collect();
        let row = Row { kind, file: Arc::clone(&file), line, columns: Arc::clone(&columns), fields };
        for (column, holds) in &mapping.kinds[kind].columns {
            let text = row.get(column).unwrap_or_default();
            if let Some(allowed) = complaint(*holds, text) {
                let problem = format!("{column} is {text:?}; allowed is {allowed}");
                return Err(ValidateError::Row { file: source.name.clone(), line, problem });
            }
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(file_problem("has column names, but no rows; each measured point is a line".into()));
    }
    Ok(rows)
}

/// The line of a place, from 1: the reader counts the end of the line before with the record.
fn line_of(text: &str, place: Option<&csv::Position>) -> u64 {
    let byte = place.map_or(0, |p| p.byte() as usize).min(text.len());
    let ends = text.as_bytes()[byte..].iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    1 + text.as_bytes()[..byte + ends].iter().filter(|b| **b == b'\n').count() as u64
}

/// The kind that has all its columns here, or what the nearest one lacks.
fn kind_of(columns: &[String], mapping: &Mapping) -> Result<usize, String> {
    let missing = |kind: &Kind| -> Vec<String> {
        kind.columns.keys().filter(|c| !columns.contains(c)).cloned().collect()
    };
    if let Some(found) = mapping.kinds.iter().position(|kind| missing(kind).is_empty()) {
        return Ok(found);
    }
    let share = |kind: &Kind| missing(kind).len() as f64 / kind.columns.len() as f64;
    let nearest = mapping.kinds.iter().min_by(|a, b| share(a).total_cmp(&share(b)));
    let known: Vec<&str> = mapping.kinds.iter().map(|k| k.name.as_str()).collect();
    Err(match nearest {
        Some(kind) if share(kind) < 0.8 => format!(
            "lacks the column{} {}; rows of the kind {:?}, which comes nearest, need {}",
            if missing(kind).len() == 1 { "" } else { "s" },
            missing(kind).join(", "),
            kind.name,
            kind.columns.keys().cloned().collect::<Vec<_>>().join(", "),
        ),
        _ => format!("has columns of no kind of measurement that is known: {}", known.join(", ")),
    })
}

/// What would be allowed, where a text is not what its column holds.
fn complaint(holds: Column, text: &str) -> Option<&'static str> {
    let number: Option<f64> = text.parse().ok().filter(|n: &f64| n.is_finite());
    match (holds, number) {
        (Column::Text, _) => None,
        (Column::AsPublished, _) => match text.parse::<f64>() {
            Ok(n) if !(0.0..f64::INFINITY).contains(&n) => Some("a number of 0 or more, nothing, or words"),
            _ => None,
        },
        (Column::Number, Some(n)) if n >= 0.0 => None,
        (Column::Number, _) => Some("a number of 0 or more, without unit"),
        (Column::NumberOrNone, Some(n)) if n >= 0.0 || n == -1.0 => None,
        (Column::NumberOrNone, _) => {
            Some("a number of 0 or more, without unit, or -1 where nothing was measured")
        }
        (Column::Count, Some(n)) if n >= 1.0 && n.fract() == 0.0 && n <= 1e15 => None,
        (Column::Count, _) => Some("a whole number of 1 or more, without unit"),
    }
}
