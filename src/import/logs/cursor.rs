//! Reading a time from left to right.

/// Seconds since 1970, or since a year that the format leaves open.
pub(super) type Seconds = i64;

/// Seconds since midnight; `None` where there is no such time.
pub(super) fn time_of_day(hour: i64, minute: i64, second: i64) -> Option<Seconds> {
    // 60 is a leap second.
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// A place in a text, moved on by what is read there.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the start of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.as_bytes() }
    }

    /// Bytes that were not read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Digits that follow.
    pub(super) fn digits(&self) -> usize {
        self.rest.iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// Whether no letter or digit follows.
    pub(super) fn at_word_end(&self) -> bool {
        self.rest.first().is_none_or(|b| !b.is_ascii_alphanumeric())
    }

    /// A number of exactly so many digits.
    pub(super) fn number(&mut self, digits: usize) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(digits)?;
        let digit = |n: i64, b: &u8| n.checked_mul(10)?.checked_add(i64::from((*b).checked_sub(b'0')?));
        let plain = digits > 0 && head.iter().all(u8::is_ascii_digit);
        let number = plain.then(|| head.iter().try_fold(0, digit)).flatten()?;
        self.rest = rest;
        Some(number)
    }

    /// One of these bytes.
    pub(super) fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        allowed.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    /// So many letters.
    pub(super) fn word(&mut self, letters: usize) -> Option<&[u8]> {
        let (head, rest) = self.rest.split_at_checked(letters)?;
        self.rest = rest;
        head.iter().all(u8::is_ascii_alphabetic).then_some(head)
    }

    /// A month by the three letters of its English name, from 1.
    pub(super) fn month(&mut self) -> Option<i64> {
        const MONTHS: &[u8] = b"janfebmaraprmayjunjulaugsepoctnovdec";
        let name = self.word(3)?.to_ascii_lowercase();
        MONTHS.chunks(3).zip(1..).find_map(|(month, n)| (month == name).then_some(n))
    }

    /// ` 4`, `  4`, ` 04` after the month.
    pub(super) fn day(&mut self) -> Option<i64> {
        self.one_of(b" ")?;
        match self.one_of(b" ") {
            Some(_) => self.number(1),
            None => self.number(2).or_else(|| self.number(1)),
        }
    }

    /// `17:41:44`, with a fraction of any length.
    pub(super) fn clock(&mut self) -> Option<Seconds> {
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        self.one_of(b":")?;
        let second = self.number(2)?;
        if matches!(self.rest, [b'.' | b',', digit, ..] if digit.is_ascii_digit()) {
            self.rest = &self.rest[1..];
            self.skip_digits();
        }
        time_of_day(hour, minute, second)
    }

    /// Goes past all digits.
    pub(super) fn skip_digits(&mut self) {
        self.rest = &self.rest[self.digits()..];
    }

    /// `Z`, `+02:00`, ` +0200`; UTC where there is none.
    pub(super) fn zone(&mut self) -> Seconds {
        if self.one_of(b"Zz").is_some() {
            return 0;
        }
        let mut ahead = Cursor { rest: self.rest };
        let Some(seconds) = ahead.offset() else { return 0 };
        self.rest = ahead.rest;
        seconds
    }

    fn offset(&mut self) -> Option<Seconds> {
        self.one_of(b" ");
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2)?;
        self.one_of(b":");
        let minutes = self.number(2)?;
        (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }
}
