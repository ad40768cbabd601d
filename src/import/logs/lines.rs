//! Lines of a file, one at a time, with their sizes.

use crate::import::{ImportError, text};
use std::io::{BufRead, Read as _};

/// The longest line that is taken, in bytes, its end not counted.
const MAX_LINE: usize = 1 << 20;

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Bytes of the line end: 1, or 2 with a carriage return. A last line without one counts as if it had
    /// the end of the line before.
    pub(super) end: u64,
}

/// Reads a file line by line and holds one of them.
pub(super) struct Lines<'f, R> {
    file: &'f str,
    reader: R,
    number: u64,
    end: u64,
    buffer: Vec<u8>,
}

impl<'f, R: BufRead> Lines<'f, R> {
    pub(super) fn new(file: &'f str, reader: R) -> Self {
        Self { file, reader, number: 0, end: 1, buffer: Vec::new() }
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        self.buffer.clear();
        let file = || self.file.to_owned();
        // Room for the line end and for one byte too many.
        let mut bounded = (&mut self.reader).take(MAX_LINE as u64 + 3);
        let read = bounded
            .read_until(b'\n', &mut self.buffer)
            .map_err(|source| ImportError::Unreadable { file: file(), source })?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let (line, end) = match self.buffer.as_slice() {
            [line @ .., b'\r', b'\n'] => (line, 2),
            [line @ .., b'\n'] => (line, 1),
            line => (line, self.end),
        };
        if line.len() > MAX_LINE {
            return Err(ImportError::LongLine { file: file(), line: self.number });
        }
        self.end = end;
        let text = text::utf8(self.file, self.number, line)?;
        let text = if self.number == 1 { text::without_bom(text) } else { text };
        Ok(Some(Line { text, end }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<(String, u64)>, ImportError> {
        let mut lines = Lines::new("a.log", bytes);
        let mut seen = Vec::new();
        while let Some(line) = lines.next()? {
            seen.push((line.text.to_owned(), line.end));
        }
        Ok(seen)
    }

    #[test]
    fn lines_end_in_one_byte_or_two_and_the_last_like_the_one_before() {
        let own = |text: &str, end| (text.to_owned(), end);
        assert_eq!(all(b"ab\n\nc").unwrap(), [own("ab", 1), own("", 1), own("c", 1)]);
        assert_eq!(all(b"ab\r\nc\rd").unwrap(), [own("ab", 2), own("c\rd", 2)]);
        assert!(all(b"").unwrap().is_empty());
    }

    #[test]
    fn a_line_has_at_most_a_mebibyte() {
        let mut bytes = vec![b'x'; MAX_LINE];
        bytes.extend(b"\r\n");
        assert_eq!(all(&bytes).unwrap()[0].0.len(), MAX_LINE);
        let mut bytes = b"short\n".to_vec();
        bytes.extend(vec![b'x'; MAX_LINE + 1]);
        let refused = all(&bytes).unwrap_err().to_string();
        assert!(refused.starts_with("a.log:2: the line is longer than 1 MiB; allowed"), "{refused}");
    }

    #[test]
    fn what_is_no_text_is_named_by_line_and_column() {
        let refused = all(b"one\ntw\xff\n").unwrap_err().to_string();
        assert!(refused.starts_with("a.log:2:3: is not UTF-8 text"), "{refused}");
    }
}
