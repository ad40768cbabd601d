//! Lines that are JSON objects: times under the keys of the ecosystem, and Docker's json-file.

use super::timestamp::{self, Time, epoch_ms};
use serde_json::{Map, Value};

/// Keys under which times are looked for, the more telling first, in lower case without `@`, `_`, `-` and `.`. Sources:
/// zap, zerolog, logrus, slog, bunyan, pino, winston (`ts`, `time`, `timestamp`), Elastic and Logstash (`@timestamp`),
/// Serilog (`@t`), log4j2 (`instant`), Monolog (`datetime`), Python (`asctime`, `created`), Fluent Bit (`date`), nginx
/// (`time_iso8601`, `time_local`, `msec`), Traefik (`StartUTC`), Envoy (`start_time`), Stackdriver (`timestampSeconds`),
/// Kubernetes (`requestReceivedTimestamp`, `stageTimestamp`), journald (`__REALTIME_TIMESTAMP`), OpenTelemetry
/// (`timeUnixNano`), CloudTrail (`eventTime`), MongoDB (`t`), loguru (`record.time`).
const KEYS: [&str; 48] = [
    "timestamp",
    "time",
    "ts",
    "t",
    "datetime",
    "asctime",
    "instant",
    "timemillis",
    "eventtime",
    "logtime",
    "date",
    "timestampseconds",
    "timestampms",
    "timestampnanos",
    "timeiso8601",
    "timelocal",
    "msec",
    "timeunixnano",
    "observedtimeunixnano",
    "requestreceivedtimestamp",
    "stagetimestamp",
    "realtimetimestamp",
    "sourcerealtimetimestamp",
    "startutc",
    "startlocal",
    "starttime",
    "logtimestamp",
    "eventtimestamp",
    "timeutc",
    "utctime",
    "localtime",
    "epoch",
    "epochms",
    "epochmillis",
    "unixtime",
    "unixtimestamp",
    "createdat",
    "created",
    "loggedat",
    "receivedat",
    "receivetimestamp",
    "writetime",
    "eventcreated",
    "eventdate",
    "timegenerated",
    "when",
    "at",
    "d",
];
/// Objects in which a time may be deeper.
const NESTED: [&str; 8] = ["record", "metadata", "meta", "header", "log", "event", "extra", "fields"];

/// What a JSON line says of times.
pub(super) struct Json(Map<String, Value>);

impl Json {
    /// A line as an object, if it is one.
    pub(super) fn of(line: &str) -> Option<Self> {
        if !line.trim_start().starts_with('{') {
            return None;
        }
        serde_json::from_str(line).ok().map(Self)
    }

    /// Its time, and the key that it stands under. `asked` is a key that the user named, `last` the one of the line before.
    pub(super) fn time(&self, asked: Option<&str>, last: Option<&str>) -> Option<(Time, String)> {
        if let Some(key) = asked {
            return at_path(&self.0, key).and_then(time_of).map(|time| (time, key.to_owned()));
        }
        if let Some(time) = last.and_then(|key| self.0.get(key)).and_then(time_of) {
            return Some((time, last.unwrap_or_default().to_owned()));
        }
        in_object(&self.0)
            .or_else(|| {
                let nested = |name: &&str| self.0.get(*name).and_then(Value::as_object).and_then(in_object);
                NESTED.iter().find_map(nested)
            })
            .or_else(|| self.0.iter().find_map(|(key, value)| deep(key, value, 0)))
    }

    /// What Docker recorded, and from which stream, if it is Docker's.
    pub(super) fn docker(&self) -> Option<(&str, &str)> {
        let stream = self.0.get("stream")?.as_str().filter(|s| matches!(*s, "stdout" | "stderr"))?;
        Some((self.0.get("log")?.as_str()?, stream))
    }

    /// When Docker recorded it.
    pub(super) fn docker_time(&self) -> Option<Time> {
        self.0.get("time").and_then(time_of)
    }
}

/// A value at `a.b.c`, or under that very key.
fn at_path<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at_path(object.get(first)?.as_object()?, rest)
}

fn in_object(object: &Map<String, Value>) -> Option<(Time, String)> {
    let plain = |key: &str| -> String {
        let letters = key.chars().filter(|c| !"@_-.$ ".contains(*c));
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let rank = |key: &str| KEYS.iter().position(|known| *known == plain(key));
    let mut keys: Vec<(usize, &String)> =
        object.keys().filter_map(|key| rank(key).map(|rank| (rank, key))).collect();
    keys.sort_unstable();
    let known = keys.into_iter().find_map(|(_, key)| time_of(&object[key]).map(|time| (time, key.clone())));
    // Under any key what is a whole date and time is one.
    known.or_else(|| {
        object.iter().find_map(|(key, value)| {
            let text = value.as_str().filter(|text| (19..=40).contains(&text.len()))?;
            let (time, ..) = timestamp::any(text.trim())?;
            (time.known == timestamp::Known::Full).then(|| (time, key.clone()))
        })
    })
}

/// Objects and lists in each other in which a time is looked for.
const DEEPEST: usize = 8;

/// The first count since 1970, or whole date and time, at any depth, under a key that calls it one.
fn deep(key: &str, value: &Value, depth: usize) -> Option<(Time, String)> {
    match value {
        _ if depth > DEEPEST => None,
        Value::Object(object) => object.iter().find_map(|(key, value)| deep(key, value, depth + 1)),
        Value::Array(values) => values.iter().find_map(|value| deep(key, value, depth + 1)),
        _ if calls_a_time(key) => {
            let time = time_of(value).filter(|time| time.known == timestamp::Known::Full);
            time.map(|time| (time, key.to_owned()))
        }
        _ => None,
    }
}

/// Whether a word of a key says that it holds a moment: `EventTimestampMs`, `started_at`, `epoch_s`.
fn calls_a_time(key: &str) -> bool {
    let mut words = Vec::new();
    let mut was_upper = true;
    for c in key.chars() {
        let begins = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && !was_upper);
        if begins || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        was_upper = c.is_ascii_uppercase();
    }
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    has(&["time", "timestamp", "ts", "epoch", "date", "datetime", "at", "when"])
        && !has(&[
            "expires",
            "expiry",
            "expiration",
            "until",
            "deadline",
            "next",
            "birth",
            "modified",
            "updated",
        ])
}

/// A time in text, as a count, or in parts.
fn time_of(value: &Value) -> Option<Time> {
    match value {
        Value::Number(number) => epoch_ms(number.as_f64()?).map(Time::full),
        Value::String(text) => {
            let text = text.trim().trim_start_matches('[');
            let count = || text.parse::<f64>().ok().and_then(epoch_ms).map(Time::full);
            timestamp::any(text).map(|(time, ..)| time).or_else(count)
        }
        Value::Object(parts) => {
            let number = |keys: [&str; 3]| keys.iter().find_map(|key| parts.get(*key)?.as_f64());
            if let Some(seconds) = number(["seconds", "epochSecond", "sec"]) {
                let nanos = number(["nanos", "nanoOfSecond", "nsec"]).unwrap_or(0.0);
                return epoch_ms(seconds).map(|ms| Time::full(ms + (nanos / 1e6) as i64));
            }
            ["$date", "timestamp", "repr", "date", "$numberLong"]
                .iter()
                .find_map(|key| parts.get(*key).and_then(time_of))
        }
        // ISO 8601 in an array of numbers, as Jackson writes a LocalDateTime.
        Value::Array(parts) => {
            let part = |n: usize| parts.get(n).and_then(Value::as_i64);
            let text = format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                part(0)?,
                part(1)?,
                part(2)?,
                part(3)?,
                part(4)?,
                part(5).unwrap_or(0)
            );
            timestamp::any(&text).map(|(time, ..)| time)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_under_every_usual_key() {
        // 2015-07-29 17:41:44 UTC by `date -u -d … +%s`.
        for line in [
            r#"{"ts":1438191704.25}"#,
            r#"{"ts":1438191704250}"#,
            r#"{"timestamp":"2015-07-29 17:41:44,747"}"#,
            r#" {"@timestamp":"2015-07-29T17:41:44Z","log":{}}"#,
            r#"{"instant":{"epochSecond":1438191704,"nanoOfSecond":1}}"#,
            r#"{"timestamp":{"seconds":1438191704,"nanos":5}}"#,
            r#"{"t":{"$date":"2015-07-29T17:41:44.1+00:00"},"s":"I"}"#,
            r#"{"__REALTIME_TIMESTAMP":"1438191704123456"}"#,
            r#"{"record":{"time":{"repr":"2015-07-29 17:41:44+00:00","timestamp":1438191704.0}},"text":"x"}"#,
            r#"{"start_time": 0, "@timestamp": "2015-07-29T17:41:44Z"}"#,
            r#"{"StartUTC":"2015-07-29T17:41:44.1Z"}"#,
            r#"{"somebody's own":"2015-07-29T17:41:44Z"}"#,
            r#"{"timestamp":[2015,7,29,17,41,44,123]}"#,
            r#"{"EventTimestampMs":1438191704123,"Outcome":"ok"}"#,
            r#"{"expires_at":1538191704,"started_at":1438191704123}"#,
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1438191704000000000"}]}]}]}"#,
        ] {
            let time = Json::of(line).and_then(|json| json.time(None, None)).map(|(time, _)| time.ms / 1000);
            assert_eq!(time, Some(1_438_191_704), "{line}");
        }
        for line in [
            r#"{"time":{"at":1}}"#,
            r#"{"msg":"x","n":5}"#,
            r#"{"duration":12.5,"time":3}"#,
            r#"{"id":1438191704}"#,
        ] {
            assert_eq!(Json::of(line).and_then(|json| json.time(None, None)), None, "{line}");
        }
        let own = Json::of(r#"{"a":{"b":"2015-07-29T17:41:44Z"},"time":"2016-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!(own.time(Some("a.b"), None).unwrap().0.ms, 1_438_191_704_000);
    }

    #[test]
    fn dockers_own_lines_are_told_from_the_applications() {
        let docker = |line| Json::of(line).and_then(|json| json.docker().map(|(log, _)| log.to_owned()));
        let line = r#"{"log":"a \u003c b\n","stream":"stderr","time":"2015-07-29T17:41:44Z"}"#;
        assert_eq!(docker(line), Some("a < b\n".into()));
        assert_eq!(docker(r#"{"log":"mine","stream":"orders"}"#), None);
        assert_eq!(docker(r#"{"log":{"level":"x"},"stream":"stdout"}"#), None);
    }
}
