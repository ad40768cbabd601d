//! Parsing, serde and JSON Schema of quantities, in one place for all of them.

use std::fmt;
use thiserror::Error;

/// A text that is not the quantity it should be; says what would be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text:?} is not {expected}")]
pub struct ParseQuantityError {
    pub(super) text: String,
    pub(super) expected: &'static str,
}

/// A newtype that people write as text with a unit.
pub trait Quantity: Sized + fmt::Display {
    /// What may be written, with examples, as it stands in error messages.
    const EXPECTED: &'static str;
    /// The JSON Schema pattern of the text.
    const PATTERN: &'static str;
    /// From text with its unit; `None` when the text is no such quantity.
    fn from_text(text: &str) -> Option<Self>;
    /// From a bare number, where that is unambiguous.
    fn from_number(number: f64) -> Option<Self>;
}

/// A finite number that is not negative.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    text.parse::<f64>().ok().filter(|n| plain && n.is_finite() && *n >= 0.0)
}

/// Nanoseconds of a Go duration (`1h30m`, `20ms`).
pub(super) fn duration_from_str(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total_ns) = (text, 0.0);
    while !rest.is_empty() {
        let split = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (amount, tail) = rest.split_at(split);
        let unit_len = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, next) = tail.split_at(unit_len);
        let unit_ns = match unit {
            "ns" => 1.0,
            "us" | "µs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total_ns += number(amount)? * unit_ns;
        rest = next;
    }
    // A century: keeps every sum of times inside u64.
    (!text.is_empty() && total_ns <= 3.2e18).then(|| total_ns.round() as u64)
}

/// Bytes of a Kubernetes quantity, an optional `B` behind it.
pub(super) fn bytes_from_str(text: &str) -> Option<f64> {
    let text = text.strip_suffix('B').unwrap_or(text);
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (amount, unit) = text.split_at(split);
    let size = match unit {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        _ => return None,
    };
    number(amount).map(|n| n * size).filter(|b| *b <= 9e18)
}

/// An amount a second, a minute or an hour, as an amount a second.
pub(super) fn rate_from_str(text: &str, amount: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let (value, per) = text.split_once('/')?;
    let seconds = match per {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    amount(value).map(|v| v / seconds)
}

/// At most twelve decimals, no trailing zeros.
pub(super) fn trim_float(value: f64) -> String {
    let text = format!("{value:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

macro_rules! quantity {
    ($($ty:ident: $expected:literal, $pattern:literal, |$text:ident| $from_text:expr, |$number:ident| $from_number:expr;)*) => {$(
        impl $crate::units::Quantity for $ty {
            const EXPECTED: &'static str = $expected;
            const PATTERN: &'static str = $pattern;
            fn from_text($text: &str) -> Option<Self> {
                $from_text
            }
            fn from_number($number: f64) -> Option<Self> {
                $from_number
            }
        }
        impl std::str::FromStr for $ty {
            type Err = $crate::units::ParseQuantityError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <Self as $crate::units::Quantity>::from_text(text.trim()).ok_or_else(|| {
                    $crate::units::ParseQuantityError { text: text.to_owned(), expected: $expected }
                })
            }
        }
        impl<'de> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::units::quantity::TextOrNumber(std::marker::PhantomData))
            }
        }
        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl schemars::JsonSchema for $ty {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($ty).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": ["string", "number"],
                    "pattern": $pattern,
                    "description": $expected,
                })
            }
        }
    )*};
}
pub(super) use quantity;

/// Reads a [`Quantity`] from text, or from a bare number where the quantity allows one.
pub(super) struct TextOrNumber<Q>(pub(super) std::marker::PhantomData<Q>);

impl<Q: Quantity> serde::de::Visitor<'_> for TextOrNumber<Q> {
    type Value = Q;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Q::EXPECTED)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Q, E> {
        let bare = || text.trim().parse().ok().and_then(Q::from_number);
        Q::from_text(text.trim())
            .or_else(bare)
            .ok_or_else(|| E::custom(format!("{text:?} is not {}", Q::EXPECTED)))
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Q, E> {
        Q::from_number(number).ok_or_else(|| E::custom(format!("{number} is not {}", Q::EXPECTED)))
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Q, E> {
        self.visit_f64(number as f64)
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Q, E> {
        self.visit_f64(number as f64)
    }
}

#[cfg(test)]
mod tests {
    use crate::units::{ByteRate, Bytes, Fraction, LineRate, Millicores, Price, SimTime};

    #[test]
    fn reads_what_people_write() {
        assert_eq!("1h30m".parse::<SimTime>().unwrap().as_secs_f64(), 5400.0);
        assert_eq!("20ms".parse::<SimTime>().unwrap().as_ns(), 20_000_000);
        assert_eq!("5MB".parse::<Bytes>().unwrap().get(), 5_000_000);
        assert_eq!("10Mi".parse::<Bytes>().unwrap().get(), 10_485_760);
        assert_eq!("16".parse::<Millicores>().unwrap().get(), 16_000);
        assert_eq!("2k/s".parse::<LineRate>().unwrap().get(), 2000.0);
        assert_eq!("6/m".parse::<LineRate>().unwrap().get(), 0.1);
        assert_eq!("200MB/s".parse::<ByteRate>().unwrap().get(), 2e8);
        assert_eq!("0.1%".parse::<Fraction>().unwrap().get(), 0.001);
        assert_eq!("0.40/h".parse::<Price>().unwrap().get(), 0.4);
    }

    #[test]
    fn refuses_what_it_is_not() {
        for text in ["-1s", "10", "", "1x", "s", "1e99h", "inf"] {
            assert!(text.parse::<SimTime>().is_err(), "{text}");
        }
        for text in ["-5/s", "5", "5/d", "NaN/s", "five/s"] {
            assert!(text.parse::<LineRate>().is_err(), "{text}");
        }
        assert!("5Xi".parse::<Bytes>().is_err());
        assert!("-1".parse::<Millicores>().is_err());
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["1h30m", "20ms", "0s", "1m30s", "1.5s"] {
            assert_eq!(text.parse::<SimTime>().unwrap().to_string(), text);
        }
        for text in ["10Mi", "180B", "5MB", "64Gi"] {
            assert_eq!(text.parse::<Bytes>().unwrap().to_string(), text);
        }
    }
}
