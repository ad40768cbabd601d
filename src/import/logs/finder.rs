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
    seen: BTreeMap<Way, u64>,
}

/// How a time was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Layout(usize),
    Key(String),
    Epoch,
    Own,
}

impl Finder {
    pub(super) fn with(hints: TimeHints) -> Self {
        Self { hints, ..Self::default() }
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
            return Some((time, Way::Layout(layout)));
        }
        self.scan(line)
    }

    /// The first date and time of a line; failing that a count since 1970, failing that a time of day.
    fn scan(&mut self, line: &str) -> Option<(Time, Way)> {
        let mut of_day = None;
        let bytes = line.as_bytes();
        for (at, byte) in bytes.iter().enumerate().take(LOOK) {
            let is_start = byte.is_ascii_alphanumeric() && begins_word(line, at);
            let Some(text) = is_start.then(|| line.get(at..)).flatten() else { continue };
            if let Some((time, _, layout)) = timestamp::any(text) {
                if time.known != Known::OfDay {
                    self.last = Some((at, layout));
                    return Some((time, Way::Layout(layout)));
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
    let before = line[..at].trim_end_matches(['"', '\'', '=', ':', ' ']);
    if before.len() == at || at > LOOK {
        return line[..at].trim_start_matches(['[', '(', '<', ' ', '|']).is_empty();
    }
    let word = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '@'))
        .next()
        .unwrap_or_default();
    matches!(
        word.trim_start_matches('@').to_ascii_lowercase().as_str(),
        "ts" | "time" | "timestamp" | "t" | "at" | "date" | "epoch"
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
    fn the_users_key_and_layout_go_before_all() {
        let own = TimeHints { format: Some("%d.%m.%y %H-%M-%S".into()), key: None };
        let mut finder = Finder::with(own);
        assert_eq!(finder.find("x 29.07.15 17-41-44 y").map(|time| time.ms), Some(1_438_191_704_000));
        assert_eq!(finder.find("2015-07-29 17:41:44"), None);
        assert!(check_format("%d.%m.%y").is_ok() && check_format("%!").is_err());
    }
}
