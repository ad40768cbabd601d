//! Measured rows: CSV whose kind is known by its columns.

use super::error::ValidateError;
use super::mapping::{Column, Kind, Mapping};
use crate::sheet::{self, Sheet};
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
    row: sheet::Row,
}

impl Row {
    /// Returns what stands in a column.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        self.row.get(column)
    }

    /// Returns the line that it begins in, from 1.
    pub(super) fn line(&self) -> u64 {
        self.row.line
    }

    /// Everything that the mapping of its kind knows of: two rows that agree in it are the same measurement.
    pub(super) fn content(&self, kind: &Kind) -> Vec<String> {
        kind.columns.keys().map(|c| self.get(c).unwrap_or_default().to_owned()).collect()
    }
}

/// All rows of a file.
///
/// # Errors
/// It is empty, has columns of no known kind, or a row holds what it must not.
pub(super) fn read(source: &Source, mapping: &Mapping) -> Result<Vec<Row>, ValidateError> {
    let file_problem = |problem: String| ValidateError::File { file: source.name.clone(), problem };
    let row_problem = |line, problem| ValidateError::Row { file: source.name.clone(), line, problem };
    let sheet = Sheet::read(source.text.as_bytes()).map_err(|error| match error.line {
        Some(line) => row_problem(line, error.problem),
        None => {
            file_problem(format!("{}; it needs a line of column names and a line a point", error.problem))
        }
    })?;
    let kind = kind_of(&sheet.columns, mapping).map_err(file_problem)?;
    let file = Arc::from(source.short_name());
    for row in &sheet.rows {
        for (column, holds) in &mapping.kinds[kind].columns {
            let text = row.get(column).unwrap_or_default();
            if let Some(allowed) = complaint(*holds, text) {
                return Err(row_problem(row.line, format!("{column} is {text:?}; allowed is {allowed}")));
            }
        }
    }
    Ok(sheet.rows.into_iter().map(|row| Row { kind, file: Arc::clone(&file), row }).collect())
}

/// The kind that has all its columns here, or what the nearest one lacks.
fn kind_of(columns: &[String], mapping: &Mapping) -> Result<usize, String> {
    let missing = |kind: &Kind| -> Vec<String> {
        kind.columns.keys().filter(|c| !columns.contains(c)).cloned().collect()
    };
    // Of several the one that asks for most: what a lab writes has all of an older kind's columns, and more.
    let whole = mapping.kinds.iter().enumerate().filter(|(_, kind)| missing(kind).is_empty());
    if let Some((found, _)) = whole.max_by_key(|(_, kind)| kind.columns.len()) {
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
