//! Settings of agents that run already, as their ConfigMaps say.
//!
//! Only values that the simulator has a setting for are kept; the text is not.

use crate::scenario::Settings;
use crate::units::{Bytes, SimTime};

/// What a ConfigMap sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) settings: Settings,
}

impl Found {
    /// The settings that texts have; `None` where they have none. Of several inputs the first that says anything counts.
    pub(super) fn in_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut settings = Settings::default();
        for text in texts {
            for line in text.lines() {
                take(line, &mut settings);
            }
        }
        (settings != Settings::default()).then_some(Self { settings })
    }
}

/// A line such as `Mem_Buf_Limit 5MB`, `flush_interval: 5s` or `refresh_interval = "10s"`.
fn take(line: &str, settings: &mut Settings) {
    let line = line.trim().trim_start_matches("- ");
    let Some(end) = line.find([' ', '\t', ':', '=']) else { return };
    let key = line[..end].trim_matches('"').to_ascii_lowercase().replace(['.', '-'], "_");
    let value = line[end..].trim_start_matches([' ', '\t', ':', '=']).trim();
    let value = value.split(['#', ';']).next().unwrap_or(value).trim().trim_matches(['"', '\'', ',']);
    match key.as_str() {
        "mem_buf_limit" if settings.mem_buf_limit.is_none() => settings.mem_buf_limit = size(value),
        "flush" | "flush_interval" if settings.flush.is_none() => settings.flush = seconds(value),
        "refresh_interval" | "scan_frequency" | "glob_minimum_cooldown_ms"
            if settings.refresh_interval.is_none() =>
        {
            settings.refresh_interval = if key.ends_with("_ms") {
                value.parse::<u64>().ok().map(|ms| SimTime::from_ns(ms.saturating_mul(1_000_000)))
            } else {
                seconds(value)
            };
        }
        "rotate_wait" if settings.rotate_wait.is_none() => settings.rotate_wait = seconds(value),
        _ => {}
    }
}

/// Sizes as Fluent Bit reads them: `5MB`, `5M`, `512k`, bytes.
fn size(text: &str) -> Option<Bytes> {
    let text = text.trim_end_matches(['b', 'B']);
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "ki" => 1024.0,
        "mi" => 1_048_576.0,
        "gi" => 1_073_741_824.0,
        _ => return None,
    };
    let bytes = number * unit;
    (1.0..1e12).contains(&bytes).then(|| Bytes::new(bytes as u64))
}

/// Times: bare seconds, or with a unit.
fn seconds(text: &str) -> Option<SimTime> {
    let time = match text.parse::<f64>() {
        Ok(seconds) => SimTime::from_secs_f64(seconds),
        Err(_) => text.parse::<SimTime>().ok()?,
    };
    let range = SimTime::from_ns(1_000_000)..=SimTime::from_secs(86_400);
    range.contains(&time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_every_dialect_and_nothing_else_is() {
        let fluent_bit = "[SERVICE]\n    Flush 5\n[INPUT]\n    Name tail\n    Mem_Buf_Limit 25MB\n    \
                          Refresh_Interval 10\n    Rotate_Wait 30 # s\n[OUTPUT]\n    http_passwd hush\n";
        let found = Found::in_texts([fluent_bit].into_iter()).unwrap().settings;
        assert_eq!(found.flush, Some(SimTime::from_secs(5)));
        assert_eq!(found.mem_buf_limit, Some(Bytes::new(25_000_000)));
        assert_eq!(found.refresh_interval, Some(SimTime::from_secs(10)));
        assert_eq!(found.rotate_wait, Some(SimTime::from_secs(30)));
        assert!(!format!("{found:?}").contains("hush"));
        let yaml =
            Found::in_texts(["service:\n  flush: 1\nfilebeat.inputs:\n- scan_frequency: 10s\n"].into_iter());
        let yaml = yaml.unwrap().settings;
        assert_eq!(
            (yaml.flush, yaml.refresh_interval),
            (Some(SimTime::from_secs(1)), Some(SimTime::from_secs(10)))
        );
        assert_eq!(Found::in_texts(["user: admin\npassword: hush\n"].into_iter()), None);
    }
}
