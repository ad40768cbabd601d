//! Times as machines write them to each other: RFC 3339.

use jiff::Timestamp;

/// Milliseconds since 1970 of an RFC 3339 time; `None` where it is none.
pub fn rfc3339_ms(text: &str) -> Option<i64> {
    text.trim().parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_kubernetes_are_read() {
        // By `date -u -d 2024-05-01T10:03:20Z +%s`.
        assert_eq!(rfc3339_ms("2024-05-01T10:03:20Z"), Some(1_714_557_800_000));
        assert_eq!(rfc3339_ms("2024-05-01T12:03:20.5+02:00"), Some(1_714_557_800_500));
        assert_eq!(rfc3339_ms("<none>"), None);
    }
}
