//! Lines that are JSON objects: times under the usual keys, and Docker's json-file.

use super::timestamp::{Notation, epoch};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Keys of JSON lines under which times are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Time,
    Ts,
    Timestamp,
    AtTimestamp,
}

impl Key {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Time, Self::Ts, Self::Timestamp, Self::AtTimestamp];

    /// The key as it is written.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Ts => "ts",
            Self::Timestamp => "timestamp",
            Self::AtTimestamp => "@timestamp",
        }
    }
}

/// The keys of a JSON line that matter.
#[derive(Deserialize)]
pub(super) struct Keys<'a> {
    #[serde(default, borrow)]
    log: Option<Text<'a>>,
    #[serde(default)]
    stream: Option<Value>,
    #[serde(default)]
    time: Option<Value>,
    #[serde(default)]
    ts: Option<Value>,
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(default, rename = "@timestamp")]
    at_timestamp: Option<Value>,
}

/// Text that is not copied, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text<'a> {
    Written(#[serde(borrow)] Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl Keys<'_> {
    /// The keys of a line, if it is a JSON object.
    pub(super) fn of(line: &str) -> Option<Keys<'_>> {
        line.trim_start().starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()
    }

    /// The second under a key.
    pub(super) fn second(&self, key: Key) -> Option<i64> {
        let value = match key {
            Key::Time => &self.time,
            Key::Ts => &self.ts,
            Key::Timestamp => &self.timestamp,
            Key::AtTimestamp => &self.at_timestamp,
        };
        match value.as_ref()? {
            Value::Number(number) => epoch(number.as_i64().or(number.as_f64().map(|f| f as i64))?),
            Value::String(text) => Notation::ALL.iter().find_map(|n| n.read(text.trim())).map(|(s, _)| s),
            _ => None,
        }
    }

    /// What Docker recorded, if it is Docker's.
    pub(super) fn docker(&self) -> Option<&str> {
        let stream = self.stream.as_ref()?.as_str()?;
        match &self.log {
            Some(Text::Written(log)) if matches!(stream, "stdout" | "stderr") => Some(log),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_or_text_under_the_usual_keys() {
        // 2015-07-29 17:41:44 UTC by `date -u -d … +%s`.
        let at = Some(1_438_191_704);
        let second = |line, key| Keys::of(line).and_then(|keys| keys.second(key));
        assert_eq!(second(r#"{"ts":1438191704.25}"#, Key::Ts), at);
        assert_eq!(second(r#"{"ts":1438191704250}"#, Key::Ts), at);
        assert_eq!(second(r#"{"timestamp":"2015-07-29 17:41:44,747"}"#, Key::Timestamp), at);
        assert_eq!(second(r#" {"@timestamp":"2015-07-29T17:41:44Z","log":{}}"#, Key::AtTimestamp), at);
        assert_eq!(second(r#"{"time":{"at":1}}"#, Key::Time), None);
        assert_eq!(second(r#"{"time":"#, Key::Time), None);
    }

    #[test]
    fn dockers_own_lines_are_told_from_the_applications() {
        let docker = |line| Keys::of(line).and_then(|keys| keys.docker().map(str::to_owned));
        let line = r#"{"log":"a \u003c b\n","stream":"stderr","time":"2015-07-29T17:41:44Z"}"#;
        assert_eq!(docker(line), Some("a < b\n".into()));
        assert_eq!(docker(r#"{"log":"mine","stream":"orders"}"#), None);
        assert_eq!(docker(r#"{"log":{"level":"x"},"stream":"stdout"}"#), None);
    }
}
