//! Parsing, serde and JSON Schema of quantities, in one place for all of them.

use std::fmt;
use thiserror::Error;

/// A text that is not the quantity it should be; says what would be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseQuantityError {
    /// It is something else.
    #[error("{text:?} is not {expected}")]
    Not {
        /// What is written.
        text: String,
        /// What should be.
        expected: &'static str,
    },
    /// It is larger than anything that there is.
    #[error("{text:?} is too large: allowed is up to {most}")]
    TooLarge {
        /// What is written.
        text: String,
        /// The largest that is taken.
        most: &'static str,
    },
}

/// A newtype that people write as text with a unit.
pub trait Quantity: Sized + PartialOrd + fmt::Display {
    /// What may be written, with examples, as it stands in error messages.
    const EXPECTED: &'static str;
    /// The JSON Schema pattern of the text.
    const PATTERN: &'static str;
    /// The largest that is taken, as it is written: far beyond what there is, and small enough that sums and products
    /// of a few stay finite.
    const MOST: &'static str;
    /// From text with its unit; `None` when the text is no such quantity. It may be larger than [`Quantity::MOST`].
    fn from_text(text: &str) -> Option<Self>;
    /// From a bare number, where that is unambiguous.
    fn from_number(number: f64) -> Option<Self>;

    /// Reads text, a bare number too if `bare`.
    ///
    /// # Errors
    /// The text is no such quantity, or one that is too large.
    fn read(text: &str, bare: bool) -> Result<Self, ParseQuantityError> {
        let written = text.trim();
        let number = || written.parse().ok().filter(|_| bare).and_then(Self::from_number);
        let read = Self::from_text(written).or_else(number);
        let not = || ParseQuantityError::Not { text: text.to_owned(), expected: Self::EXPECTED };
        read.ok_or_else(not)?.bounded(text)
    }

    /// Returns the quantity, unless it is larger than [`Quantity::MOST`].
    ///
    /// # Errors
    /// It is, and was written as `text`.
    fn bounded(self, text: &str) -> Result<Self, ParseQuantityError> {
        match Self::from_text(Self::MOST) {
            Some(most) if self > most => {
                Err(ParseQuantityError::TooLarge { text: text.to_owned(), most: Self::MOST })
            }
            _ => Ok(self),
        }
    }
}

/// A finite number that is not negative, in digits and a point as the patterns have it.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.parse::<f64>().ok().filter(|n| plain && n.is_finite())
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
    (!text.is_empty()).then(|| total_ns.round() as u64)
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
    number(amount).map(|n| n * size)
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
    ($($ty:ident: $expected:literal up to $most:literal, $pattern:literal, |$text:ident| $from_text:expr, |$number:ident| $from_number:expr;)*) => {$(
        impl $crate::units::Quantity for $ty {
            const EXPECTED: &'static str = $expected;
            const PATTERN: &'static str = $pattern;
            const MOST: &'static str = $most;
            fn from_text($text: &str) -> Option<Self> {
                $from_text
            }
            fn from_number($number: f64) -> Option<Self> {
                // Less than nothing by nothing is nothing, and is written so.
                let $number = $number + 0.0;
                $from_number
            }
        }
        impl std::str::FromStr for $ty {
            type Err = $crate::units::ParseQuantityError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <Self as $crate::units::Quantity>::read(text, false)
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
        Q::read(text, true).map_err(E::custom)
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Q, E> {
        let read = Q::from_number(number);
        let read = read.ok_or_else(|| E::custom(format!("{number} is not {}", Q::EXPECTED)))?;
        read.bounded(&number.to_string()).map_err(E::custom)
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
    use super::{ParseQuantityError, Quantity};
    use crate::units::{ByteRate, Bytes, DataPrice, Fraction, LineRate, Millicores, Price, SimTime};

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
    fn minus_nothing_is_nothing() {
        let read: Fraction = serde_json::from_str("-0.0").unwrap();
        assert_eq!((read.to_string().as_str(), read.get().is_sign_negative()), ("0%", false));
        let read = Fraction::read("-0", true).unwrap();
        assert_eq!((read.to_string().as_str(), read.get().is_sign_negative()), ("0%", false));
    }

    #[test]
    fn refuses_what_it_is_not() {
        for text in ["-1s", "10", "", "1x", "s", "1e99h", "inf", "NaNs", "1..2s", "1e5s"] {
            assert!(text.parse::<SimTime>().is_err(), "{text}");
        }
        for text in ["-5/s", "5", "5/d", "NaN/s", "five/s"] {
            assert!(text.parse::<LineRate>().is_err(), "{text}");
        }
        assert!("5Xi".parse::<Bytes>().is_err());
        assert!("-1".parse::<Millicores>().is_err());
    }

    /// Whatever is accepted is finite and no larger than what is said to be allowed; what is not says what is.
    fn holds_its_bound<Q: Quantity>(units: &[&str], amount: impl Fn(&Q) -> f64) {
        let most = Q::from_text(Q::MOST).unwrap();
        assert_eq!(Q::read(Q::MOST, false).map(|q| amount(&q)), Ok(amount(&most)));
        for unit in units {
            for number in ["1e308", "19e305", "1.7976931348623157e308", "99999999999999999999999999"] {
                let text = format!("{number}{unit}");
                let refused = Q::read(&text, true).map(|q| amount(&q)).unwrap_err().to_string();
                assert!(refused.contains(Q::MOST) || refused.contains(Q::EXPECTED), "{refused}");
            }
            for exponent in 0..40 {
                let text = format!("1{}{unit}", "0".repeat(exponent));
                match Q::read(&text, true) {
                    Ok(read) => assert!(amount(&read).is_finite() && read <= most, "{text}"),
                    Err(refused) => {
                        assert_eq!(refused, ParseQuantityError::TooLarge { text, most: Q::MOST });
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_overflows() {
        holds_its_bound::<SimTime>(&["ns", "s", "h", "h1h"], |t| t.as_secs_f64());
        holds_its_bound::<Bytes>(&["", "B", "kB", "Pi", "PB"], |b| b.as_f64());
        holds_its_bound::<Millicores>(&["", "m"], |m| m.cores());
        holds_its_bound::<LineRate>(&["/s", "M/s", "k/h"], |r| r.get());
        holds_its_bound::<ByteRate>(&["/s", "Pi/s", "B/m"], |r| r.get());
        holds_its_bound::<Fraction>(&["", "%"], |f| f.get());
        holds_its_bound::<Price>(&["/h"], |p| p.get());
        holds_its_bound::<DataPrice>(&["/GB"], |p| p.get());
        let most = |text: &str| text.parse::<LineRate>().unwrap_err().to_string();
        assert_eq!(most("19e305M/s"), "\"19e305M/s\" is not a rate of lines such as 120/s, 2k/s, 6/m");
        assert_eq!(most("2000000000M/s"), "\"2000000000M/s\" is too large: allowed is up to 1000000000M/s");
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
