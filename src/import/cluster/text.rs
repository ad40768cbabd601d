//! Texts with objects in them: JSON, YAML, or either between lines of something else.
//!
//! `kubectl` prints warnings before its JSON, `cluster-info dump` prints logs between lists, a watch prints one event
//! after the other. Lines that begin no object are passed over; what is between the marks of a log is never looked at.

use super::source::{Seen, Source};
use super::stream::{Seed, Sink};
use crate::import::ImportError;
use serde::de::DeserializeSeed;
use std::io::BufRead;

/// Lines before the first object, at most, of a file that nobody named.
const PATIENCE: usize = 50;

/// Reads all objects of a text. `patient` is whether lines that are no object may be any number.
pub(super) fn read(
    file: &str,
    reader: &mut dyn BufRead,
    patient: bool,
    sink: Sink<'_>,
) -> Result<Seen, ImportError> {
    let mut source = Source { reader, line: 1, column: 1 };
    let mut seen = Seen { nothing: true, ..Seen::default() };
    let unreadable = |source: std::io::Error| ImportError::Unreadable { file: file.to_owned(), source };
    let mut in_log = false;
    loop {
        source.skip_blank().map_err(unreadable)?;
        let (line, column) = (source.line, source.column);
        let start = source.peek().map_err(unreadable)?;
        if start.is_empty() {
            return Ok(seen);
        }
        seen.nothing = false;
        if !in_log && begins_json(start) {
            let mut json = serde_json::Deserializer::from_reader(&mut source);
            let object = Seed { sink: &mut *sink, of: None }.deserialize(&mut json);
            let object = object.map_err(|e| ImportError::from_json(file, &e, line, column))?;
            seen.objects += 1;
            if !object.is_list {
                sink(object);
            }
            continue;
        }
        if !in_log && column == 1 && begins_yaml(start) {
            super::yaml::read(file, &mut source, &mut seen, sink)?;
            continue;
        }
        in_log = match in_log {
            true => !start.starts_with(b"==== END logs"),
            false => start.starts_with(b"==== START logs"),
        };
        seen.passed += u64::from(!in_log);
        if !patient && seen.objects == 0 && seen.passed > PATIENCE as u64 {
            return Ok(seen);
        }
        source.skip_line().map_err(unreadable)?;
    }
}

/// Whether JSON begins here, and not a line such as `[WARN] …` or a template.
fn begins_json(start: &[u8]) -> bool {
    let next = |from: usize| start[from..].iter().copied().find(|b| !b.is_ascii_whitespace());
    match start.first() {
        Some(b'{') => matches!(next(1), None | Some(b'"' | b'}')),
        Some(b'[') => matches!(next(1), None | Some(b'{' | b'[' | b']')),
        _ => false,
    }
}

/// Whether a document of Kubernetes begins here.
fn begins_yaml(start: &[u8]) -> bool {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let keys: [&[u8]; 10] = [
        b"---",
        b"apiVersion:",
        b"kind:",
        b"items:",
        b"metadata:",
        b"spec:",
        b"status:",
        b"- apiVersion:",
        b"- metadata:",
        b"- kind:",
    ];
    keys.iter().any(|key| line.starts_with(key))
}
