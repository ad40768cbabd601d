//! A text that is read piece by piece, and where one is in it.

use std::io::{BufRead, ErrorKind, Read};

/// Bytes of a line that are looked at; longer ones are passed over.
const LOOK: usize = 4096;
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

/// A text and where one is in it.
pub(super) struct Source<'a> {
    pub(super) reader: &'a mut dyn BufRead,
    /// From 1.
    pub(super) line: usize,
    /// In bytes, from 1.
    pub(super) column: usize,
}

impl Source<'_> {
    /// What comes next, as far as it is there; nothing at the end.
    pub(super) fn peek(&mut self) -> std::io::Result<&[u8]> {
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

    pub(super) fn advance(&mut self, bytes: usize) -> std::io::Result<()> {
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

    pub(super) fn skip_blank(&mut self) -> std::io::Result<()> {
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

    pub(super) fn skip_line(&mut self) -> std::io::Result<()> {
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
