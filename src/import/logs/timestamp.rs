//! Times as logs write them, to the second.
//!
//! Only differences matter here, so a format without a year stands in the year 2000, and one without a zone
//! in UTC.

use super::cursor::{Cursor, Seconds, time_of_day};

/// How a log writes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Notation {
    /// `2015-07-29 17:41:44,747`, `2015-07-29T17:41:44.747+02:00`, `2015/07/29 17:41:44`
    Iso,
    /// `17/06/09 20:10:40`: year, month, day
    ShortYear,
    /// `081109 203615`
    Compact,
    /// `Dec  4 04:47:44`
    Syslog,
    /// `Sun Dec 04 04:47:44 2005`
    Ctime,
    /// `10/Oct/2000:13:55:36 +0000`, `10 Oct 2000 13:55:36.123`
    DayFirst,
    /// `I0602 10:11:12.123456`: Kubernetes' own components
    Klog,
    /// `1700000000`, `1700000000.123`, `1700000000123`
    Epoch,
}

impl Notation {
    /// All of them, the most telling first.
    pub(super) const ALL: [Self; 8] = [
        Self::Iso,
        Self::ShortYear,
        Self::Compact,
        Self::Syslog,
        Self::Ctime,
        Self::DayFirst,
        Self::Klog,
        Self::Epoch,
    ];

    /// An example, for people.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Iso => "2015-07-29 17:41:44,747",
            Self::ShortYear => "17/06/09 20:10:40 (year first)",
            Self::Compact => "081109 203615",
            Self::Syslog => "Dec  4 04:47:44",
            Self::Ctime => "Sun Dec 04 04:47:44 2005",
            Self::DayFirst => "10/Oct/2000:13:55:36 +0000",
            Self::Klog => "I0602 10:11:12.123456",
            Self::Epoch => "1700000000.123 (since 1970)",
        }
    }

    /// Whether the year is left open.
    pub(super) fn is_yearless(self) -> bool {
        matches!(self, Self::Syslog | Self::Klog)
    }

    /// The time at the start of `text`, and how many bytes it takes.
    pub(super) fn read(self, text: &str) -> Option<(Seconds, usize)> {
        let mut c = Cursor::new(text);
        let seconds = match self {
            Self::Iso => {
                let year = c.number(4)?;
                let separator = c.one_of(b"-/")?;
                let month = c.number(2)?;
                c.one_of(&[separator])?;
                let day = c.number(2)?;
                c.one_of(b"Tt ")?;
                let clock = c.clock()?;
                let zone = c.zone();
                date(year, month, day)? + clock - zone
            }
            Self::ShortYear => {
                let year = c.number(2)?;
                c.one_of(b"/")?;
                let month = c.number(2)?;
                c.one_of(b"/")?;
                let day = c.number(2)?;
                c.one_of(b" ")?;
                date(century(year), month, day)? + c.clock()?
            }
            Self::Compact => {
                let (year, month, day) = (c.number(2)?, c.number(2)?, c.number(2)?);
                c.one_of(b" ")?;
                let (hour, minute, second) = (c.number(2)?, c.number(2)?, c.number(2)?);
                date(century(year), month, day)? + time_of_day(hour, minute, second)?
            }
            Self::Syslog => {
                let month = c.month()?;
                let day = c.day()?;
                c.one_of(b" ")?;
                date(2000, month, day)? + c.clock()?
            }
            Self::Ctime => {
                c.word(3)?;
                c.one_of(b" ")?;
                let month = c.month()?;
                let day = c.day()?;
                c.one_of(b" ")?;
                let clock = c.clock()?;
                c.one_of(b" ")?;
                date(c.number(4)?, month, day)? + clock
            }
            Self::DayFirst => {
                let day = c.number(2)?;
                c.one_of(b"/ -")?;
                let month = c.month()?;
                c.one_of(b"/ -")?;
                let year = c.number(4)?;
                c.one_of(b": ")?;
                let clock = c.clock()?;
                let zone = c.zone();
                date(year, month, day)? + clock - zone
            }
            Self::Klog => {
                c.one_of(b"IWEF")?;
                let (month, day) = (c.number(2)?, c.number(2)?);
                c.one_of(b" ")?;
                date(2000, month, day)? + c.clock()?
            }
            Self::Epoch => {
                let number = c.number(c.digits())?;
                if c.one_of(b".").is_some() {
                    c.skip_digits();
                }
                epoch(number)?
            }
        };
        c.at_word_end().then_some((seconds, text.len() - c.left()))
    }
}

/// Seconds of a count since 1970 in seconds, milli-, micro- or nanoseconds, told apart by its size; from
/// 2001 to 2096, so that other numbers are not taken for times.
pub(super) fn epoch(number: i64) -> Option<Seconds> {
    const FROM: i64 = 1_000_000_000;
    const UNTIL: i64 = 4_000_000_000;
    let units = [1, 1_000, 1_000_000, 1_000_000_000];
    units.into_iter().map(|unit| number / unit).find(|seconds| (FROM..UNTIL).contains(seconds))
}

/// Years of two digits: 1970 to 2069.
fn century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Seconds at the start of a day of the Gregorian calendar (Hinnant's `days_from_civil`).
fn date(year: i64, month: i64, day: i64) -> Option<Seconds> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1900..=2200).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::Notation::{self, *};

    fn read(notation: Notation, text: &str) -> Option<i64> {
        notation.read(text).map(|(seconds, _)| seconds)
    }

    #[test]
    fn every_notation_gives_its_second() {
        // By `date -u -d … +%s`.
        let at = 1_438_191_704;
        assert_eq!(read(Iso, "2015-07-29 17:41:44,747 - INFO"), Some(at));
        assert_eq!(read(Iso, "2015-07-29T17:41:44Z x"), Some(at));
        assert_eq!(read(Iso, "2015-07-29T19:41:44.747123456+02:00"), Some(at));
        assert_eq!(read(Iso, "2015-07-29 12:41:44.7 -0500 CDT"), Some(at));
        assert_eq!(read(Iso, "2015/07/29 17:41:44 [error]"), Some(at));
        assert_eq!(read(ShortYear, "15/07/29 17:41:44 INFO"), Some(at));
        assert_eq!(read(Compact, "150729 174144 148 INFO"), Some(at));
        assert_eq!(read(Ctime, "Wed Jul 29 17:41:44 2015] [notice]"), Some(at));
        assert_eq!(read(Ctime, "Wed Jul 29 17:41:44.123456 2015]"), Some(at));
        assert_eq!(read(DayFirst, "29/Jul/2015:19:41:44 +0200] \"GET"), Some(at));
        assert_eq!(read(DayFirst, "29 Jul 2015 17:41:44.123 * ready"), Some(at));
        assert_eq!(read(Epoch, "1438191704 x"), Some(at));
        assert_eq!(read(Epoch, "1438191704.747:"), Some(at));
        assert_eq!(read(Epoch, "1438191704747 x"), Some(at));
        assert_eq!(read(Epoch, "1438191704747123456"), Some(at));
        // 4 December 2000, 04:47:44.
        assert_eq!(read(Syslog, "Dec  4 04:47:44 host"), Some(975_905_264));
        assert_eq!(read(Syslog, "Dec 4 04:47:44 host"), Some(975_905_264));
        assert_eq!(read(Klog, "I1204 04:47:44.123456       1 main.go:10]"), Some(975_905_264));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for notation in Notation::ALL {
            for text in
                ["", "x", "2015-13-29 17:41:44", "2015-07-29", "12345", "Dec 99 04:47:44", "999999 999999"]
            {
                assert_eq!(read(notation, text), None, "{notation:?} {text}");
            }
        }
        assert_eq!(read(Epoch, "99999999999999999999"), None);
        assert_eq!(read(Epoch, "1438191704abc"), None);
    }
}
