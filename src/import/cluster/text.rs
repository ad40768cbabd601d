//! Texts with objects in them: JSON, YAML, or either between lines of something else.
//!
//! `kubectl` prints warnings before its JSON, `cluster-info dump` prints logs between lists, a watch prints one event
//! after the other. Lines that begin no object are passed over; what is between the marks of a log is never looked at.

use super::objects::Object;
use super::stream::{Seed, Sink};
use crate::import::ImportError;
use serde::de::DeserializeSeed;
use std::io::{BufRead, ErrorKind, Read};

/// Bytes of a line that are looked at; longer ones are passed over.
const LOOK: usize = 4096;
/// Lines before the first object, at most, of a file that nobody named.
const PATIENCE: usize = 50;
/// The largest object in YAML: what etcd takes is 1.5 MiB.
const MAX_OBJECT: usize = 8 << 20;

/// What was in a text.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Objects and lists that were read.
    pub(super) objects: u64,
    /// Lines between them that are neither, logs aside.
    pub(super) passed: u64,
    /// Whether there was anything at all.
    pub(super) nothing: bool,
}

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

/// A text and where one is in it.
pub(super) struct Source<'a> {
    reader: &'a mut dyn BufRead,
    /// From 1.
    pub(super) line: usize,
    /// In bytes, from 1.
    pub(super) column: usize,
}

impl Source<'_> {
    /// What comes next, as far as it is there; nothing at the end.
    fn peek(&mut self) -> std::io::Result<&[u8]> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let there = self.reader.fill_buf()?;
        Ok(&there[..there.len().min(LOOK)])
    }

    fn advance(&mut self, bytes: usize) -> std::io::Result<()> {
        let there = self.reader.fill_buf()?;
        let passed = &there[..bytes.min(there.len())];
        match passed.iter().rposition(|b| *b == b'\n') {
            Some(last) => {
                self.line += passed.iter().filter(|b| **b == b'\n').count();
                self.column = passed.len() - last;
            }
            None => self.column += passed.len(),
        }
        let n = passed.len();
        self.reader.consume(n);
        Ok(())
    }

    fn skip_blank(&mut self) -> std::io::Result<()> {
        loop {
            let there = self.peek()?;
            let mark = if there.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let blank = there[mark..].iter().take_while(|b| b.is_ascii_whitespace() || **b == b',').count();
            let (all, whole) = (mark + blank, mark + blank == there.len());
            if all == 0 {
                return Ok(());
            }
            self.advance(all)?;
            if mark > 0 {
                self.column -= mark;
            }
            if !whole {
                return Ok(());
            }
        }
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let there = self.peek()?;
            let (bytes, done) = match there.iter().position(|b| *b == b'\n') {
                Some(at) => (at + 1, true),
                None => (there.len(), there.is_empty()),
            };
            self.advance(bytes)?;
            if done {
                return Ok(());
            }
        }
    }

    /// The next line with its end; `None` at the end of the text.
    pub(super) fn next_line(&mut self, line: &mut Vec<u8>) -> std::io::Result<bool> {
        line.clear();
        let mut bounded = (&mut *self.reader).take(MAX_OBJECT as u64);
        let read = bounded.read_until(b'\n', line)?;
        self.line += usize::from(line.ends_with(b"\n"));
        self.column = 1;
        Ok(read > 0)
    }

    /// Bytes of an object, at most.
    pub(super) const MOST: usize = MAX_OBJECT;
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.reader.read(buffer)?;
        for byte in &buffer[..n] {
            if *byte == b'\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        Ok(n)
    }
}

/// One object in YAML.
pub(super) fn from_yaml(text: &str) -> Result<Object, serde_saphyr::Error> {
    serde_saphyr::from_str(text)
}
