//! Finds the time of each line, wherever it stands: decided line by line, the place of the line before tried first.

use super::json::Json;
use super::timestamp::{self, Known, LAYOUTS, Time};
use jiff::fmt::strtime::BrokenDownTime;
use std::collections::BTreeMap;

/// Bytes of a line in which a time is looked for.
const LOOK: usize = 1_000;
/// Bytes in which a bare time of day, or one in the middle of a sentence, counts.
const NEAR: usize = 160;

/// What the user says of times.
#[derive(Clone, Debug, Default)]
pub struct TimeHints {
    /// The key of JSON lines that has the time; dots lead deeper.
    pub key: Option<String>,
    /// A layout as `strptime` has them, such as `%d.%m.%y %H:%M:%S`.
    pub format: Option<String>,
}

/// Finds times, and counts how they were written.
#[derive(Debug, Default)]
pub(super) struct Finder {
    hints: TimeHints,
    /// Byte and layout of the last time.
    last: Option<(usize, usize)>,
    last_key: Option<String>,
    /// The last date that others would read otherwise.
    doubtful: Option<Doubtful>,
    /// What times so far are to be moved by, now that it is known how dates are written.
    moved_ms: i64,
    seen: BTreeMap<Way, u64>,
}

/// A date whose order of day, month and year is not certain.
#[derive(Debug)]
struct Doubtful {
    text: String,
    layout: usize,
    ms: i64,
}

/// A step from one line to the next that makes one look for another order of day and month.
const DOUBT_MS: i64 = 20 * timestamp::DAY_MS;
/// Bytes that the longest date and time takes.
const LONGEST: usize = 40;

/// How a time was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Layout(usize),
    Key(String),
    Epoch,
    Start,
    Own,
}

impl Finder {
    pub(super) fn with(hints: TimeHints) -> Self {
        Self { hints, ..Self::default() }
    }

    /// By how much the times so far are to be moved; asked after each time that was found.
    pub(super) fn moved_ms(&mut self) -> i64 {
        std::mem::take(&mut self.moved_ms)
    }

    /// The time of a line.
    pub(super) fn find(&mut self, line: &str) -> Option<Time> {
        let (time, way) = self.look(line)?;
        match self.seen.get_mut(&way) {
            Some(n) => *n += 1,
            None => {
                self.seen.insert(way, 1);
            }
        }
        Some(time)
    }

    fn look(&mut self, line: &str) -> Option<(Time, Way)> {
        if let Some(format) = &self.hints.format {
            return by_format(format, line).map(|time| (time, Way::Own));
        }
        if let Some(json) = Json::of(line) {
            let (time, key) = json.time(self.hints.key.as_deref(), self.last_key.as_deref())?;
            self.last_key = Some(key.clone());
            return Some((time, Way::Key(key)));
        }
        let plain = without_colours(line);
        let line = plain.as_deref().unwrap_or(line);
        if let Some((at, layout)) = self.last
            && let Some(text) = line.get(at..)
            && begins_word(line, at)
            && let Some((time, _)) = LAYOUTS[layout].read(text)
        {
            return Some(self.certain(text, time, at, layout));
        }
        self.scan(line)
    }

    /// A time as the other dates of the file say that it is to be read: the first of two orders of day and month that
    /// neither fails nor leaps by weeks.
    fn certain(&mut self, text: &str, time: Time, at: usize, layout: usize) -> (Time, Way) {
        self.last = Some((at, layout));
        if !LAYOUTS[layout].is_ambiguous() {
            self.doubtful = None;
            return (time, Way::Layout(layout));
        }
        let (mut time, mut layout) = (time, layout);
        if let Some(before) = &self.doubtful {
            let read = |layout: usize, text: &str| LAYOUTS[layout].read(text).map(|(time, _)| time);
            if layout != before.layout {
                // What cannot be read as the dates so far: these were in the other order too.
                if let Some(other) = read(layout, &before.text) {
                    self.moved_ms += other.ms - before.ms;
                }
            } else if time.ms.abs_diff(before.ms) > DOUBT_MS.unsigned_abs() {
                let others = (0..LAYOUTS.len()).filter(|n| *n != layout && LAYOUTS[*n].is_ambiguous());
                let near = others.filter_map(|n| {
                    let (then, now) = (read(n, &before.text)?, read(n, text)?);
                    (now.ms.abs_diff(then.ms) <= 2 * timestamp::DAY_MS.unsigned_abs())
                        .then_some((n, then, now))
                });
                if let Some((n, then, now)) = near.min_by_key(|(_, then, now)| now.ms.abs_diff(then.ms)) {
                    self.moved_ms += then.ms - before.ms;
                    (time, layout) = (now, n);
                    self.last = Some((at, n));
                }
            }
        }
        let text = text.char_indices().take_while(|(at, _)| *at < LONGEST).map(|(_, c)| c).collect();
        self.doubtful = Some(Doubtful { text, layout, ms: time.ms });
        (time, Way::Layout(layout))
    }

    /// The first date and time of a line; failing that a count since 1970, failing that a time of day.
    fn scan(&mut self, line: &str) -> Option<(Time, Way)> {
        if let Some(time) = timestamp::tai64n(line) {
            return Some((time, Way::Epoch));
        }
        let mut of_day = None;
        let bytes = line.as_bytes();
        for (at, byte) in bytes.iter().enumerate().take(LOOK) {
            let is_start = byte.is_ascii_alphanumeric() && begins_word(line, at);
            let Some(text) = is_start.then(|| line.get(at..)).flatten() else { continue };
            if let Some((time, _, layout)) = timestamp::any(text) {
                if time.known != Known::OfDay {
                    return Some(self.certain(text, time, at, layout));
                }
                if of_day.is_none() && at < NEAR {
                    of_day = Some((time, at, layout));
                }
            } else if (at == 0 || is_keyed(line, at))
                && byte.is_ascii_digit()
                && let Some((time, _)) = timestamp::epoch_at(text)
            {
                return Some((time, Way::Epoch));
            }
        }
        if let Some(time) = timestamp::since_start(line) {
            return Some((time, Way::Start));
        }
        let (time, at, layout) = of_day?;
        self.last = Some((at, layout));
        Some((time, Way::Layout(layout)))
    }

    /// What was recognised, for people, the most frequent first.
    pub(super) fn describe(&self) -> String {
        let mut ways: Vec<(&Way, &u64)> = self.seen.iter().collect();
        ways.sort_by_key(|(way, n)| (std::cmp::Reverse(**n), (*way).clone()));
        let name = |way: &Way| match way {
            Way::Layout(n) => format!("times like {}", LAYOUTS[*n].example()),
            Way::Key(key) => format!("JSON with times under {key:?}"),
            Way::Epoch => "times as counts since 1970".to_owned(),
            Way::Start => "seconds since a start".to_owned(),
            Way::Own => "times of the layout given".to_owned(),
        };
        const SHOWN: usize = 3;
        let names: Vec<String> = ways.iter().take(SHOWN).map(|(way, _)| name(way)).collect();
        names.join(", ")
    }
}

/// Whether a word begins here: at the start, or after a blank, a bracket, a quote or a sign. Dates in the names of files
/// are no words.
fn begins_word(line: &str, at: usize) -> bool {
    at == 0 || b" \t[(<{\"'|=,;:>#*".contains(&line.as_bytes()[at - 1])
}

/// Whether a number is one that a key calls a time, or stands first in brackets.
fn is_keyed(line: &str, at: usize) -> bool {
    let before = line[..at].trim_end_matches(['"', '\'', '=', ':', ' ', '(']);
    if before.len() == at || at > LOOK {
        return line[..at].trim_start_matches(['[', '(', '<', ' ', '|']).is_empty();
    }
    let word = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '@'))
        .next()
        .unwrap_or_default();
    matches!(
        word.trim_start_matches('@').to_ascii_lowercase().as_str(),
        "ts" | "time" | "timestamp" | "t" | "at" | "date" | "epoch" | "audit"
    )
}

/// A line without the sequences that colour it; `None` where it has none.
fn without_colours(line: &str) -> Option<String> {
    let start = line.find('\u{1b}')?;
    let mut plain = line[..start].to_owned();
    let mut rest = &line[start..];
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        rest = match sequence.strip_prefix('[') {
            Some(inner) => {
                let end = inner.find(|c: char| c.is_ascii_alphabetic()).map_or(inner.len(), |end| end + 1);
                &inner[end..]
            }
            None => sequence,
        };
    }
    plain.push_str(rest);
    Some(plain)
}

/// A time of the user's own layout, at the start of any word.
fn by_format(format: &str, line: &str) -> Option<Time> {
    let starts = (0..line.len().min(LOOK)).filter(|at| line.is_char_boundary(*at) && begins_word(line, *at));
    for at in starts {
        let Ok((parts, _)) = BrokenDownTime::parse_prefix(format, &line[at..]) else { continue };
        if let Ok(moment) = parts.to_timestamp() {
            return Some(Time::full(moment.as_millisecond()));
        }
        let known = match (parts.year(), parts.month()) {
            (Some(_), _) => Known::Full,
            (None, Some(_)) => Known::Yearless,
            (None, None) => Known::OfDay,
        };
        let day = match known {
            Known::Full => parts.to_date().ok(),
            Known::Yearless => jiff::civil::Date::new(2000, parts.month()?, parts.day()?).ok(),
            Known::OfDay => jiff::civil::Date::new(1970, 1, 1).ok(),
        };
        let of_day = parts.to_time().unwrap_or_default();
        let seconds =
            (i64::from(of_day.hour()) * 60 + i64::from(of_day.minute())) * 60 + i64::from(of_day.second());
        let ms =
            timestamp::days_of(day?) * timestamp::DAY_MS + seconds * 1000 + i64::from(of_day.millisecond());
        return Some(Time { ms, known });
    }
    None
}

/// Whether a layout is one; `Err` says what is wrong with it.
pub(super) fn check_format(format: &str) -> Result<(), String> {
    let moment = jiff::civil::date(2015, 7, 29).at(17, 41, 44, 0);
    match jiff::fmt::strtime::format(format, moment) {
        Ok(text) => match by_format(format, &text) {
            Some(_) => Ok(()),
            None => Err("it has no date and no time of day".to_owned()),
        },
        // Zones have no name in a moment of nowhere.
        Err(_) if format.contains("%z") || format.contains("%Z") => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(line: &str) -> Option<i64> {
        Finder::default().find(line).map(|time| time.ms / 1000)
    }

    #[test]
    fn times_are_found_wherever_logs_have_them() {
        // 2015-07-29 17:41:44 UTC by `date -u -d … +%s`.
        let at = Some(1_438_191_704);
        for line in [
            "2015-07-29 17:41:44,747 - INFO  [QuorumPeer] - x",
            "nova-api.log.1.2017-05-16_13:53:08 2015-07-29 17:41:44.008 25746 INFO x",
            "[Wed Jul 29 17:41:44 2015] [notice] x",
            "127.0.0.1 - frank [29/Jul/2015:17:41:44 +0000] \"GET / HTTP/1.0\" 200 2326",
            "<165>1 2015-07-29T17:41:44.003Z mymachine x",
            "time=\"2015-07-29T17:41:44Z\" level=info msg=x",
            "level=info ts=2015-07-29T17:41:44.1Z caller=x",
            "level=info ts=1438191704.25 caller=x",
            "1438191704 x",
            "[1438191704] x",
            "\u{1b}[2m2015-07-29T17:41:44.123456Z\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m x",
            "INFO|2015-07-29 17:41:44,123|x",
            "[GIN] 2015/07/29 - 17:41:44 | 200 | 1.2ms",
            "type=SYSCALL msg=audit(1438191704.123:1): arch=c",
            // 2⁶² + 1438191704 + 37 in base 16.
            "@4000000055b9107d0a1b2c3d plain",
            "July 29, 2015 17:41:44 x",
            "29 July 2015 17:41:44 x",
            "2015年7月29日 17:41:44 x",
            "=INFO REPORT==== 29-Jul-2015::17:41:44 ===",
            r#"{"level":"info","ts":1438191704.25,"msg":"x"}"#,
        ] {
            assert_eq!(second(line), at, "{line}");
        }
        for line in
            ["", "plain text", "42 1438191704", r#"{"time":"soon"}"#, "\tat java.lang.Thread.run", "é 12:3"]
        {
            assert_eq!(second(line), None, "{line}");
        }
    }

    #[test]
    fn times_since_a_start_and_of_clocks_of_twelve_hours_are_read() {
        for (line, ms) in [
            ("[   12.345678] eth0: link up", 12_346),
            ("[0.012s][info][gc] Using G1", 12),
            ("INFO[0012] hello", 12_000),
            ("5:41:44PM INF hello", 63_704_000),
            ("5:41PM INF hello", 63_660_000),
        ] {
            assert_eq!(Finder::default().find(line).map(|time| time.ms), Some(ms), "{line}");
        }
        for line in ["[12][info] x", "INFO[x] y", "WARN[12] y", "[1.5] x"] {
            assert_eq!(second(line), None, "{line}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_follows_from_the_dates_after() {
        // Days by `date -u -d 2023-10-11 +%s` ÷ 86,400: 19,641 is 11 October, 19,671 is 10 November.
        let days = |lines: &[&str]| {
            let (mut finder, mut days) = (Finder::default(), Vec::<i64>::new());
            for line in lines {
                let time = finder.find(line).unwrap();
                let moved = finder.moved_ms() / timestamp::DAY_MS;
                days.iter_mut().for_each(|day| *day += moved);
                days.push(time.ms.div_euclid(timestamp::DAY_MS));
            }
            days
        };
        assert_eq!(days(&["11/10/2023 23:59:59 a", "12/10/2023 00:00:01 b"]), [19_641, 19_642]);
        assert_eq!(days(&["10/11/2023 23:59:59 a", "10/12/2023 00:00:01 b"]), [19_641, 19_642]);
        // A day beyond the twelfth tells it at once.
        assert_eq!(days(&["12/10/2023 23:59:59 a", "13/10/2023 00:00:01 b"]), [19_642, 19_643]);
        assert_eq!(days(&["[10/11/23 23:59:59:1 UTC] a", "[10/12/23 0:00:01:1 UTC] b"]), [19_641, 19_642]);
    }

    #[test]
    fn the_users_key_and_layout_go_before_all() {
        let own = TimeHints { format: Some("%d.%m.%y %H-%M-%S".into()), key: None };
        let mut finder = Finder::with(own);
        assert_eq!(finder.find("x 29.07.15 17-41-44 y").map(|time| time.ms), Some(1_438_191_704_000));
        assert_eq!(finder.find("2015-07-29 17:41:44"), None);
        assert!(check_format("%d.%m.%y").is_ok() && check_format("%!").is_err());
    }
}
