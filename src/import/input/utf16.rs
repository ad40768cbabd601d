//! UTF-16, as Windows writes it, read as UTF-8.

use std::io::Read;

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// Whether a text begins as UTF-16 does: by its mark, or as text in which every second byte is nothing.
pub(super) fn order_of(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        [a, 0, b, 0, c, 0, d, 0, ..] if ![a, b, c, d].contains(&&0) => Some(Order::Little),
        [0, a, 0, b, 0, c, 0, d, ..] if ![a, b, c, d].contains(&&0) => Some(Order::Big),
        _ => None,
    }
}

/// A reader of UTF-16 that gives UTF-8; what is no character becomes U+FFFD.
pub(super) struct Utf8<R> {
    inner: R,
    order: Order,
    /// The first half of a character of two units.
    high: Option<u16>,
    /// UTF-8 that was not yet asked for.
    ready: Vec<u8>,
    taken: usize,
    at_start: bool,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(inner: R, order: Order) -> Self {
        Self { inner, order, high: None, ready: Vec::new(), taken: 0, at_start: true }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        let mut block = Vec::with_capacity(1 << 14);
        (&mut self.inner).take(1 << 14).read_to_end(&mut block)?;
        let units = block.chunks(2).map(|pair| match (pair, self.order) {
            ([a, b], Order::Little) => u16::from_le_bytes([*a, *b]),
            ([a, b], Order::Big) => u16::from_be_bytes([*a, *b]),
            _ => 0xfffd,
        });
        let mut units: Vec<u16> = self.high.take().into_iter().chain(units).collect();
        let is_high = |unit: &u16| (0xd800..0xdc00).contains(unit);
        if !block.is_empty() && units.last().is_some_and(is_high) {
            self.high = units.pop();
        }
        let mut text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if std::mem::take(&mut self.at_start) && text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        self.ready = text.into_bytes();
        self.taken = 0;
        if self.ready.is_empty() && !block.is_empty() {
            return self.refill();
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.ready.len() {
            self.refill()?;
        }
        let n = buffer.len().min(self.ready.len() - self.taken);
        buffer[..n].copy_from_slice(&self.ready[self.taken..self.taken + n]);
        self.taken += n;
        Ok(n)
    }
}
