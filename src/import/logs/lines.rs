//! Lines of a file, one at a time, with their sizes.

use crate::import::{ImportError, text};
use std::borrow::Cow;
use std::io::{BufRead, Read as _};

/// Bytes of a line that are held, its end not counted; no scenario takes longer ones.
const MAX_LINE: usize = 1 << 20;

/// A line without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// What is no UTF-8 of it replaced.
    pub(super) text: Cow<'a, str>,
    /// Its bytes in the file.
    pub(super) bytes: u64,
    /// Bytes of the line end: 1, or 2 with a carriage return. A last line without one counts as if it had
    /// the end of the line before.
    pub(super) end: u64,
}

/// Reads a file line by line and holds one of them.
pub(super) struct Lines<'f> {
    file: &'f str,
    reader: &'f mut dyn BufRead,
    first: bool,
    end: u64,
    buffer: Vec<u8>,
    /// Lines that were longer than is held.
    pub(super) cut: u64,
    /// Lines with bytes that are no UTF-8.
    pub(super) not_utf8: u64,
}

impl<'f> Lines<'f> {
    pub(super) fn new(file: &'f str, reader: &'f mut dyn BufRead) -> Self {
        Self { file, reader, first: true, end: 1, buffer: Vec::new(), cut: 0, not_utf8: 0 }
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        self.buffer.clear();
        let unreadable = |source| ImportError::Unreadable { file: self.file.to_owned(), source };
        // Room for the line end and for one byte too many.
        let mut bounded = (&mut *self.reader).take(MAX_LINE as u64 + 3);
        let read = bounded.read_until(b'\n', &mut self.buffer).map_err(unreadable)?;
        if read == 0 {
            return Ok(None);
        }
        if !self.buffer.ends_with(b"\n") && self.buffer.len() > MAX_LINE {
            // What is left of it is passed over.
            self.reader.skip_until(b'\n').map_err(unreadable)?;
            self.cut += 1;
        }
        let (line, end) = match self.buffer.as_slice() {
            [line @ .., b'\r', b'\n'] => (line, 2),
            [line @ .., b'\n'] => (line, 1),
            line => (line, self.end),
        };
        let line = &line[..line.len().min(MAX_LINE)];
        self.end = end;
        let decoded = String::from_utf8_lossy(line);
        self.not_utf8 += u64::from(matches!(decoded, Cow::Owned(_)));
        let first = std::mem::take(&mut self.first);
        let text = match decoded {
            Cow::Borrowed(decoded) if first => Cow::Borrowed(text::without_bom(decoded)),
            other => other,
        };
        let mark = if first && line.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        Ok(Some(Line { text, bytes: (line.len() - mark) as u64, end }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Vec<(String, u64, u64)>, u64, u64) {
        let mut reader = bytes;
        let mut lines = Lines::new("a.log", &mut reader);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.text.into_owned(), line.bytes, line.end));
        }
        (seen, lines.cut, lines.not_utf8)
    }

    #[test]
    fn lines_end_in_one_byte_or_two_and_the_last_like_the_one_before() {
        let own = |text: &str, end| (text.to_owned(), text.len() as u64, end);
        assert_eq!(all(b"ab\n\nc").0, [own("ab", 1), own("", 1), own("c", 1)]);
        assert_eq!(all(b"ab\r\nc\rd").0, [own("ab", 2), own("c\rd", 2)]);
        assert!(all(b"").0.is_empty());
        assert_eq!(all("\u{feff}ab\n".as_bytes()).0, [own("ab", 1)]);
    }

    #[test]
    fn a_longer_line_than_a_mebibyte_is_cut_and_counted() {
        let mut bytes = vec![b'x'; MAX_LINE + 5];
        bytes.extend(b"yyy\nshort\n");
        let (lines, cut, _) = all(&bytes);
        assert_eq!((lines[0].1, lines[1].0.as_str(), lines.len(), cut), (MAX_LINE as u64, "short", 2, 1));
    }

    #[test]
    fn what_is_no_utf8_is_read_all_the_same() {
        let (lines, _, not_utf8) = all(b"caf\xe9\nfine\n");
        assert_eq!((lines[0].1, not_utf8), (4, 1));
    }
}
