//! Measured points as people keep them: CSV with a line of column names, and a row a point.
//!
//! Takes the bytes of a file; gives a [`Sheet`] whose rows know their lines, or a [`SheetError`] that says what is wrong
//! where. What columns there must be is for whoever asks.

use std::sync::Arc;
use thiserror::Error;

/// A file of rows under named columns.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The names of its columns; no name stands twice.
    pub columns: Arc<Vec<String>>,
    /// Its rows, in their order; at least one.
    pub rows: Vec<Row>,
}

/// A row of a sheet.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line that it begins in, from 1; the column names stand before it.
    pub line: u64,
    columns: Arc<Vec<String>>,
    fields: Vec<String>,
}

/// Why bytes are no sheet.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{problem}")]
pub struct SheetError {
    /// The line that is wrong, from 1; `None` where it is the whole of it.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

impl Row {
    /// Returns what stands in a column, without spaces around it; `None` where there is no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|name| name == column)?;
        self.fields.get(place).map(String::as_str)
    }
}

impl Sheet {
    /// Reads a sheet.
    ///
    /// # Errors
    /// It is empty, no text in UTF-8 or no CSV, has a column twice, a row of more or fewer fields than there are columns, or
    /// no rows.
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let whole = |problem: String| SheetError { line: None, problem };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(whole("is empty".into()));
        }
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let header = reader.headers().map_err(|e| wrong(bytes, &e))?;
        let columns: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let twice = columns.iter().enumerate().find(|(place, name)| columns[..*place].contains(name));
        if let Some((_, name)) = twice {
            return Err(whole(format!("has the column {name:?} twice; each may stand once")));
        }
        let columns = Arc::new(columns);
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| wrong(bytes, &e))?;
            rows.push(Row {
                line: line_of(bytes, record.position()),
                columns: Arc::clone(&columns),
                fields: record.iter().map(str::to_owned).collect(),
            });
        }
        if rows.is_empty() {
            return Err(whole("has column names, but no rows".into()));
        }
        Ok(Self { columns, rows })
    }
}

fn wrong(bytes: &[u8], error: &csv::Error) -> SheetError {
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8 text".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} fields, but there are {expected_len} columns; quote fields with commas")
        }
        _ => format!("is no CSV: {error}"),
    };
    SheetError { line: error.position().map(|place| line_of(bytes, Some(place))), problem }
}

/// Returns the line of a place, from 1: the reader counts the end of the line before with the record.
fn line_of(bytes: &[u8], place: Option<&csv::Position>) -> u64 {
    let byte = place.map_or(0, |place| place.byte() as usize).min(bytes.len());
    let ends = bytes[byte..].iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    1 + bytes[..byte + ends].iter().filter(|b| **b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines_and_columns_their_names() {
        let sheet = Sheet::read("\u{feff}a, b\r\n\r\n1 ,\"x, y\"\n\n2,z\n".as_bytes()).unwrap();
        assert_eq!(*sheet.columns, ["a", "b"]);
        let found: Vec<_> = sheet.rows.iter().map(|row| (row.line, row.get("a"), row.get("b"))).collect();
        assert_eq!(found, [(3, Some("1"), Some("x, y")), (5, Some("2"), Some("z"))]);
        assert_eq!(sheet.rows[0].get("c"), None);
    }

    #[test]
    fn what_is_no_sheet_is_told_with_its_line() {
        for (bytes, line, word) in [
            (&b" \n"[..], None, "is empty"),
            (b"a,b\n", None, "no rows"),
            (b"a,a\n1,2\n", None, "\"a\" twice"),
            (b"a,b\n1,2\n\n1,2,3\n", Some(4), "has 3 fields, but there are 2 columns"),
            (b"a,b\n1,\xff\n", Some(2), "not UTF-8"),
        ] {
            let error = Sheet::read(bytes).unwrap_err();
            assert!(error.line == line && error.problem.contains(word), "{error:?}");
        }
    }
}
