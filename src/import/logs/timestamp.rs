//! Times as logs write them: layouts of the ecosystem, read by `jiff`.
//!
//! Only differences matter here, so a layout without a year stands in the year 2000, one without a date on the first of
//! January 1970, and one without a zone in UTC.

use jiff::civil::Date as Day;
use jiff::fmt::strtime::BrokenDownTime;

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// How much of a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// Date and time.
    Full,
    /// No year.
    Yearless,
    /// The time of day.
    OfDay,
}

/// A time, in milliseconds since 1970, or since what its layout leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) ms: i64,
    pub(super) known: Known,
}

impl Time {
    pub(super) fn full(ms: i64) -> Self {
        Self { ms, known: Known::Full }
    }
}

/// What follows the seconds and their fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Perhaps a zone.
    Zone,
    /// Perhaps AM or PM, and a zone.
    Meridiem,
    /// Perhaps a zone's name, and a year.
    Year,
}

/// A way to write a time.
#[derive(Debug)]
pub(super) struct Layout {
    /// `d` stands for a digit, `D` for one or two, `a` for a letter, `w` for a word, `m` for what AM and PM begin with, `k` for
    /// a severity of klog; anything else for itself.
    shape: &'static str,
    format: &'static str,
    tail: Tail,
    known: Known,
}

const fn layout(shape: &'static str, format: &'static str, tail: Tail, known: Known) -> Layout {
    Layout { shape, format, tail, known }
}

use Known::{Full, OfDay, Yearless};
use Tail::{Meridiem, Year, Zone};

/// Layouts, the more telling first.
pub(super) const LAYOUTS: [Layout; 64] = [
    layout("dddd-dd-ddTdd:", "%Y-%m-%dT%H:%M:%S", Zone, Full),
    layout("dddd-dd-dd dd:", "%Y-%m-%d %H:%M:%S", Meridiem, Full),
    layout("dddd-dd-dd  dd:", "%Y-%m-%d %H:%M:%S", Zone, Full),
    layout("dddd-dd-ddtdd:", "%Y-%m-%dt%H:%M:%S", Zone, Full),
    layout("dddd-dd-dd_dd:", "%Y-%m-%d_%H:%M:%S", Zone, Full),
    layout("dddd-dd-dd, dd:", "%Y-%m-%d, %H:%M:%S", Zone, Full),
    layout("dddd-dd-dd-dd.", "%Y-%m-%d-%H.%M.%S", Zone, Full),
    layout("dddd-dd-dd:dd:", "%Y-%m-%d:%H:%M:%S", Zone, Full),
    layout("dddd-dd-dd dd.", "%Y-%m-%d %H.%M.%S", Zone, Full),
    layout("dddd/dd/dd dd:", "%Y/%m/%d %H:%M:%S", Meridiem, Full),
    layout("dddd/dd/dd - dd:", "%Y/%m/%d - %H:%M:%S", Zone, Full),
    layout("dddd/dd/dd-dd:", "%Y/%m/%d-%H:%M:%S", Zone, Full),
    layout("dddd/dd/ddTdd:", "%Y/%m/%dT%H:%M:%S", Zone, Full),
    layout("dddd.dd.dd dd:", "%Y.%m.%d %H:%M:%S", Zone, Full),
    layout("dddd.dd.dd-dd.", "%Y.%m.%d-%H.%M.%S", Zone, Full),
    layout("dddddddd dd:", "%Y%m%d %H:%M:%S", Zone, Full),
    layout("ddddddddTdddddd", "%Y%m%dT%H%M%S", Zone, Full),
    layout("ddddddddTdd:", "%Y%m%dT%H:%M:%S", Zone, Full),
    layout("dddddddd-d", "%Y%m%d-%H:%M:%S", Zone, Full),
    layout("dddddddd_dddddd", "%Y%m%d_%H%M%S", Zone, Full),
    layout("dddddd dd:", "%y%m%d %H:%M:%S", Zone, Full),
    layout("dddddd  d:", "%y%m%d %H:%M:%S", Zone, Full),
    layout("dddddd dddddd", "%y%m%d %H%M%S", Zone, Full),
    layout("dd/dd/dd dd:", "%y/%m/%d %H:%M:%S", Zone, Full),
    layout("D/D/dd D:", "%m/%d/%y %H:%M:%S", Meridiem, Full),
    layout("D/D/dd D:", "%d/%m/%y %H:%M:%S", Meridiem, Full),
    layout("D/D/dd, D:", "%m/%d/%y, %H:%M:%S", Meridiem, Full),
    layout("D/D/dddd D:", "%m/%d/%Y %H:%M:%S", Meridiem, Full),
    layout("D/D/dddd D:", "%d/%m/%Y %H:%M:%S", Meridiem, Full),
    layout("D/D/dddd, D:", "%m/%d/%Y, %H:%M:%S", Meridiem, Full),
    layout("D/D/dddd, D:", "%d/%m/%Y, %H:%M:%S", Meridiem, Full),
    layout("D/D/dddd-D:", "%m/%d/%Y-%H:%M:%S", Meridiem, Full),
    layout("D/aaa/dddd:", "%d/%b/%Y:%H:%M:%S", Zone, Full),
    layout("D/aaa/dddd ", "%d/%b/%Y %H:%M:%S", Zone, Full),
    layout("D aaa dddd ", "%d %b %Y %H:%M:%S", Meridiem, Full),
    layout("D aaa dddd, ", "%d %b %Y, %H:%M:%S", Meridiem, Full),
    layout("D-aaa-dddd ", "%d-%b-%Y %H:%M:%S", Meridiem, Full),
    layout("D-aaa-dddd::", "%d-%b-%Y::%H:%M:%S", Zone, Full),
    layout("D-aaa-dddd:", "%d-%b-%Y:%H:%M:%S", Zone, Full),
    layout("D-aaa-dd ", "%d-%b-%y %H:%M:%S", Meridiem, Full),
    layout("D.D.dddd D:", "%d.%m.%Y %H:%M:%S", Zone, Full),
    layout("D-D-dddd D:", "%d-%m-%Y %H:%M:%S", Zone, Full),
    layout("D-D-dddd D:", "%m-%d-%Y %H:%M:%S", Zone, Full),
    layout("aaa D, dddd ", "%b %d, %Y %H:%M:%S", Meridiem, Full),
    layout("aaa D, dddd, ", "%b %d, %Y, %H:%M:%S", Meridiem, Full),
    layout("aaa D dddd D:", "%b %d %Y %H:%M:%S", Meridiem, Full),
    layout("w D, dddd D:", "%B %d, %Y %H:%M:%S", Meridiem, Full),
    layout("w D dddd D:", "%B %d %Y %H:%M:%S", Meridiem, Full),
    layout("D w dddd D:", "%d %B %Y %H:%M:%S", Meridiem, Full),
    layout("dddd年D月D日 D:", "%Y年%m月%d日 %H:%M:%S", Zone, Full),
    layout("dddd年D月D日D:", "%Y年%m月%d日%H:%M:%S", Zone, Full),
    layout("aaa aaa D D:", "%a %b %d %H:%M:%S", Year, Yearless),
    layout("aaa, D aaa dddd ", "%a, %d %b %Y %H:%M:%S", Zone, Full),
    layout("aaa, D-aaa-dd ", "%a, %d-%b-%y %H:%M:%S", Zone, Full),
    layout("aaa D D:", "%b %d %H:%M:%S", Zone, Yearless),
    layout("kdddddddd dd:", "%Y%m%d %H:%M:%S", Zone, Full),
    layout("kdddd dd:", "%m%d %H:%M:%S", Zone, Yearless),
    layout("dddd/dddddd.", "%m%d/%H%M%S", Zone, Yearless),
    layout("dd-dd dd:dd:dd", "%m-%d %H:%M:%S", Zone, Yearless),
    layout("dd.dd dd:dd:dd", "%m.%d %H:%M:%S", Zone, Yearless),
    layout("dd:dd:dd", "%H:%M:%S", Meridiem, OfDay),
    layout("d:dd:dd ", "%H:%M:%S", Meridiem, OfDay),
    layout("d:dd:ddm", "%H:%M:%S", Meridiem, OfDay),
    layout("D:ddmM", "%H:%M", Meridiem, OfDay),
];

impl Layout {
    /// An example, for people.
    pub(super) fn example(&self) -> String {
        let day = jiff::civil::date(2015, 7, 29).at(17, 41, 44, 0);
        let example = jiff::fmt::strtime::format(self.format, day).unwrap_or_else(|_| self.format.to_owned());
        if self.shape.starts_with('k') { format!("I{example}") } else { example }
    }

    /// Whether others read the same text as another day: `02/03/2015`, `15/07/29`.
    pub(super) fn is_ambiguous(&self) -> bool {
        ["D/D/", "D-D-", "dd/dd/dd "].iter().any(|start| self.shape.starts_with(start))
    }

    /// Whether the text may begin with such a time.
    fn may_be(&self, text: &[u8]) -> bool {
        let mut at = 0;
        for wanted in self.shape.bytes() {
            let Some(byte) = text.get(at) else { return false };
            let fits = match wanted {
                b'd' => byte.is_ascii_digit(),
                b'a' => byte.is_ascii_alphabetic(),
                b'k' => b"IWEFD".contains(byte),
                b'm' => b"APap".contains(byte),
                b'w' => {
                    let letters = text[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    at += letters.saturating_sub(1);
                    letters >= 3
                }
                // One digit or two, or a blank and a digit.
                b'D' => {
                    let next = text.get(at + 1).copied().unwrap_or(0);
                    let two = next.is_ascii_digit();
                    at += usize::from(two && (byte.is_ascii_digit() || *byte == b' '));
                    byte.is_ascii_digit() || (*byte == b' ' && two)
                }
                own => *byte == own,
            };
            if !fits {
                return false;
            }
            at += 1;
        }
        true
    }

    /// The time at the start of `text`, and how many bytes it takes.
    pub(super) fn read(&self, text: &str) -> Option<(Time, usize)> {
        let bytes = text.as_bytes();
        if !self.may_be(bytes) {
            return None;
        }
        let skipped = usize::from(self.shape.starts_with('k'));
        let (parts, read) = BrokenDownTime::parse_prefix(self.format, &bytes[skipped..]).ok()?;
        let mut rest = Rest { bytes, at: skipped + read };
        let fraction_ms = rest.fraction_ms();
        let (mut year, mut known) = (parts.year(), self.known);
        let mut hour = i64::from(parts.hour()?);
        let mut zone_ms = 0;
        match self.tail {
            Tail::Zone => zone_ms = rest.zone_ms(),
            Tail::Meridiem => {
                if let Some(afternoon) = rest.meridiem() {
                    hour = hour % 12 + if afternoon { 12 } else { 0 };
                }
                zone_ms = rest.zone_ms();
            }
            Tail::Year => {
                if let Some(written) = rest.year() {
                    (year, known) = (Some(written), Known::Full);
                }
            }
        }
        if rest.bytes.get(rest.at).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let day = match known {
            Known::OfDay => Day::new(1970, 1, 1),
            Known::Yearless => Day::new(2000, parts.month()?, parts.day()?),
            Known::Full => Day::new(year?, parts.month()?, parts.day()?),
        };
        let day = day.ok().filter(|day| (1970..=2200).contains(&day.year()))?;
        let (minute, second) = (i64::from(parts.minute()?), i64::from(parts.second().unwrap_or(0)));
        let ms = days_of(day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction_ms - zone_ms;
        Some((Time { ms, known }, rest.at))
    }
}

/// Days since 1970.
pub(super) fn days_of(day: Day) -> i64 {
    i64::from((day - jiff::civil::date(1970, 1, 1)).get_days())
}

/// A time so many years later; the 29 February becomes the 28.
pub(super) fn years_later(ms: i64, years: i64) -> Option<i64> {
    let (days, of_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    let later = day.checked_add(jiff::Span::new().try_years(years).ok()?).ok()?;
    Some(days_of(later) * DAY_MS + of_day)
}

/// What was not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn digits(&self, ahead: usize) -> usize {
        self.bytes.iter().skip(self.at + ahead).take_while(|b| b.is_ascii_digit()).count()
    }

    fn number(&self, ahead: usize, digits: usize) -> i64 {
        let digits = self.bytes.iter().skip(self.at + ahead).take(digits);
        digits.fold(0, |n: i64, digit| n * 10 + i64::from(digit - b'0'))
    }

    /// A fraction of any length, after a point, a comma or a colon.
    fn fraction_ms(&mut self) -> i64 {
        let digits = self.digits(1);
        if !b".,:".contains(&self.peek(0)) || digits == 0 {
            return 0;
        }
        let taken = digits.min(3);
        let ms = self.number(1, taken) * 10i64.pow(3 - taken as u32);
        self.at += 1 + digits;
        ms
    }

    /// `Z`, `+02:00`, `-0500`, ` +0000`, ` UTC`: what it is ahead of UTC.
    fn zone_ms(&mut self) -> i64 {
        let blank = usize::from(self.peek(0) == b' ');
        match self.peek(blank) {
            b'Z' | b'z' if blank == 0 => {
                self.at += 1;
                0
            }
            sign @ (b'+' | b'-') => {
                let hours = self.digits(blank + 1);
                let (hours, minutes, taken) = match hours {
                    4 => (self.number(blank + 1, 2), self.number(blank + 3, 2), 4),
                    2 if self.peek(blank + 3) == b':' && self.digits(blank + 4) == 2 => {
                        (self.number(blank + 1, 2), self.number(blank + 4, 2), 5)
                    }
                    2 if blank == 0 => (self.number(1, 2), 0, 2),
                    _ => return 0,
                };
                self.at += blank + 1 + taken;
                let ahead = (hours * 60 + minutes) * 60_000;
                if sign == b'-' { -ahead } else { ahead }
            }
            _ => 0,
        }
    }

    /// Whether it is after noon, where that is said.
    fn meridiem(&mut self) -> Option<bool> {
        let blank = usize::from(self.peek(0) == b' ');
        let letters = [self.peek(blank), self.peek(blank + 1)].map(|b| b.to_ascii_uppercase());
        let afternoon = match &letters {
            b"AM" => false,
            b"PM" => true,
            _ => return None,
        };
        self.at += blank + 2;
        Some(afternoon)
    }

    /// ` 2005`, ` UTC 2005`.
    fn year(&mut self) -> Option<i16> {
        let rest = std::str::from_utf8(self.bytes.get(self.at..)?).ok()?;
        let mut words = rest.split_inclusive(' ').skip_while(|word| *word == " ");
        let mut passed = rest.len() - rest.trim_start().len();
        for _ in 0..2 {
            let word = words.next()?;
            let digits = word.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 4 && word.as_bytes().get(4).is_none_or(|b| !b.is_ascii_alphanumeric()) {
                self.at += passed + 4;
                return word[..4].parse().ok();
            }
            if !word.trim_end().bytes().all(|b| b.is_ascii_uppercase()) {
                return None;
            }
            passed += word.len();
        }
        None
    }
}

/// Milliseconds of a count since 1970 in seconds, milli-, micro- or nanoseconds, told apart by its size; from
/// 2001 to 2096, so that other numbers are not taken for times.
pub(in crate::import) fn epoch_ms(number: f64) -> Option<i64> {
    const FROM: f64 = 1e9;
    const UNTIL: f64 = 4e9;
    let units = [1.0, 1e3, 1e6, 1e9];
    let seconds =
        units.into_iter().map(|unit| number / unit).find(|seconds| (FROM..UNTIL).contains(seconds))?;
    Some((seconds * 1000.0).round() as i64)
}

/// The time that a text begins with, whatever its layout.
pub(super) fn any(text: &str) -> Option<(Time, usize, usize)> {
    LAYOUTS.iter().enumerate().find_map(|(n, layout)| layout.read(text).map(|(time, bytes)| (time, bytes, n)))
}

/// A count since 1970 at the start of a text, and its length.
pub(super) fn epoch_at(text: &str) -> Option<(Time, usize)> {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(whole, 10 | 13 | 16 | 19) {
        return None;
    }
    let fraction = match text[whole..].strip_prefix('.') {
        Some(rest) => 1 + rest.bytes().take_while(u8::is_ascii_digit).count(),
        None => 0,
    };
    let end = whole + fraction;
    if text[end..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    Some((Time::full(epoch_ms(text[..end].parse().ok()?)?), end))
}

/// Seconds since 1970 in TAI64N, as daemontools, runit and s6 write them before lines: `@`, 16 digits of seconds from 2⁶²
/// on, 8 of nanoseconds, in base 16. Source: cr.yp.to/libtai/tai64.html; TAI was 37 s ahead of UTC from 2017 on.
pub(super) fn tai64n(line: &str) -> Option<Time> {
    let digits = line.strip_prefix('@')?.get(..24)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let seconds = i64::from_str_radix(&digits[..16], 16).ok()? - (1 << 62);
    let nanos = i64::from_str_radix(&digits[16..], 16).ok()?;
    epoch_ms((seconds - 37) as f64).map(|ms| Time::full(ms + nanos / 1_000_000))
}

/// Seconds since a process or a machine started, at the start of a line: `[   12.345678] eth0` (the kernel),
/// `[0.012s][info][gc]` (Java), `[     0.001s]  INFO` (linkerd), `INFO[0012] text` (logrus on a terminal).
pub(super) fn since_start(line: &str) -> Option<Time> {
    let since = |seconds: f64| Time { ms: (seconds * 1000.0).round() as i64, known: Known::OfDay };
    let (level, rest) = line.split_once('[')?;
    let (number, _) = rest.split_once(']')?;
    if ["TRAC", "DEBU", "INFO", "WARN", "ERRO", "FATA", "PANI"].contains(&level) {
        let all_digits = number.len() >= 4 && number.len() <= 9 && number.bytes().all(|b| b.is_ascii_digit());
        return number.parse().ok().filter(|_| all_digits).map(since);
    }
    let seconds = number.trim_start();
    let (seconds, has_unit) = seconds.strip_suffix('s').map_or((seconds, false), |seconds| (seconds, true));
    let (whole, fraction) = seconds.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let fits = level.is_empty() && digits(whole) && digits(fraction) && (has_unit || fraction.len() == 6);
    seconds.parse().ok().filter(|_| fits).map(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_gives_its_moment() {
        // By `date -u -d '2015-07-29 17:41:44' +%s`.
        let at = 1_438_191_704_000;
        for (text, ms) in [
            ("2015-07-29 17:41:44,747 - INFO", 747),
            ("2015-07-29T17:41:44Z x", 0),
            ("2015-07-29T19:41:44.747123456+02:00", 747),
            ("2015-07-29 12:41:44.7 -0500 CDT", 700),
            ("2015-07-29 05:41:44 PM x", 0),
            ("2015/07/29 17:41:44 [error]", 0),
            ("2015/07/29 - 17:41:44 | 200", 0),
            ("2015.07.29 17:41:44.123456 [ 1 ]", 123),
            ("20150729 17:41:44.5 x", 500),
            ("20150729T174144Z", 0),
            ("20150729-17:41:44:606|x", 606),
            ("15/07/29 17:41:44 INFO", 0),
            ("150729 174144 148 INFO", 0),
            ("150729 17:41:44 [Note]", 0),
            ("07/29/2015 17:41:44 INFO", 0),
            ("7/29/2015 5:41:44 PM INFO", 0),
            ("7/29/2015, 5:41:44 PM: x", 0),
            ("29/07/2015 17:41:44 x", 0),
            ("29.07.2015 17:41:44 x", 0),
            ("Wed Jul 29 17:41:44 2015] [notice]", 0),
            ("Wed Jul 29 17:41:44.123456 2015]", 123),
            ("Wed Jul 29 17:41:44 UTC 2015", 0),
            ("Wed, 29 Jul 2015 17:41:44 GMT", 0),
            ("29/Jul/2015:19:41:44 +0200] \"GET", 0),
            ("29 Jul 2015 17:41:44.123 * ready", 123),
            ("29-Jul-2015 17:41:44.123 INFO", 123),
            ("Jul 29, 2015 5:41:44 PM org.x", 0),
            ("Jul 29 2015 17:41:44 x", 0),
            ("I20150729 17:41:44.123456 12 main.cc:1]", 123),
            ("2015-07-29-17.41.44.363779 x", 363),
        ] {
            let (time, ..) = any(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((time.ms, time.known), (at + ms, Known::Full), "{text}");
        }
        // 4 December 2000, 04:47:44.
        for text in [
            "Dec  4 04:47:44 host",
            "Dec 4 04:47:44 host",
            "I1204 04:47:44.000 1 x.go:1]",
            "12-04 04:47:44.0 1",
        ] {
            let (time, ..) = any(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((time.ms, time.known), (975_905_264_000, Known::Yearless), "{text}");
        }
        assert_eq!(
            any("17:41:44.123 [main]").map(|(t, ..)| (t.ms, t.known)),
            Some((63_704_123, Known::OfDay))
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "2015-13-29 17:41:44",
            "2015-07-29",
            "12345",
            "Dec 99 04:47:44",
            "25:61:00",
            "1.2.3.4:80",
        ] {
            assert_eq!(any(text), None, "{text}");
        }
    }

    #[test]
    fn counts_since_1970_are_told_by_their_size() {
        let at = Some(1_438_191_704_000);
        for text in
            ["1438191704 x", "1438191704.000:", "1438191704000 x", "1438191704000000", "1438191704000000000"]
        {
            assert_eq!(epoch_at(text).map(|(time, _)| time.ms), at, "{text}");
        }
        for text in ["99999999999999999999", "1438191704abc", "42"] {
            assert_eq!(epoch_at(text), None, "{text}");
        }
    }
}
