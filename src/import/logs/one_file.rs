//! One file while it is read: its seconds, and what belongs together of its lines.

use super::arrivals::Seconds;
use super::format::{Format, Reading};
use super::sizes::Sizes;

/// One file while it is read.
pub(super) struct OneFile {
    pub(super) format: Option<Format>,
    pub(super) seconds: Seconds,
    pub(super) lines: u64,
    pub(super) timed: u64,
    pub(super) two_byte_ends: u64,
    /// The second of the last line that had one; lines without belong to it.
    now: Option<i64>,
    /// Lines before the first time.
    early: u64,
    /// Seconds added because a format without years went past the end of one.
    later: i64,
    /// Bytes of a line that the runtime split and that goes on.
    begun: u64,
}

impl OneFile {
    pub(super) fn new(format: Option<Format>) -> Self {
        Self {
            format,
            seconds: Seconds::default(),
            lines: 0,
            timed: 0,
            two_byte_ends: 0,
            now: None,
            early: 0,
            later: 0,
            begun: 0,
        }
    }

    /// Takes one line; `end` is the size of its end in the file.
    pub(super) fn take(&mut self, text: &str, end: u64, sizes: &mut Sizes) {
        let reading = match self.format {
            Some(format) => format.read(text),
            None => Reading { second: None, bytes: text.len() as u64, end: None },
        };
        if let Some(second) = reading.second {
            self.timed += 1;
            self.now = Some(self.in_year(second));
        }
        if reading.end == Some(0) {
            self.begun += reading.bytes;
            return;
        }
        self.two_byte_ends += u64::from(reading.end.unwrap_or(end) == 2);
        sizes.add(std::mem::take(&mut self.begun) + reading.bytes + reading.end.unwrap_or(end));
        self.lines += 1;
        match self.now {
            Some(now) => self.seconds.add(now, 1 + std::mem::take(&mut self.early)),
            None => self.early += 1,
        }
    }

    /// A line that was begun and not ended counts as ended.
    pub(super) fn finish(&mut self, sizes: &mut Sizes) {
        if self.begun > 0 {
            sizes.add(std::mem::take(&mut self.begun) + 1);
            self.lines += 1;
        }
    }

    /// Without years, a jump back of more than half a year is the next year.
    fn in_year(&mut self, second: i64) -> i64 {
        const YEAR: i64 = 366 * 86_400;
        if self.format.is_some_and(Format::is_yearless)
            && self.now.is_some_and(|now| second + self.later < now - YEAR / 2)
        {
            self.later += YEAR;
        }
        second + self.later
    }
}
