//! Kubernetes quantities in JSON: `32000m`, `4`, `0.5`, `262144Mi`, `128974848`, `1e3`, `123M`, `100m`.
//!
//! Read with integers, rounded up as Kubernetes does, and refused at their place in the file.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// Processor, in thousandths of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cpu(pub(super) u64);

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory(pub(super) u64);

/// A plain number, of pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Whole(pub(super) u64);

/// Digits are bounded so that no product overflows unnoticed.
const MAX_DIGITS: usize = 24;

/// A quantity times `scale`, rounded up; `None` when the text is none, is negative, or is too large.
pub(super) fn parse(text: &str, scale: u128) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (amount, suffix) = text.split_at(split);
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = whole.len() + fraction.len();
    if digits == 0 || digits > MAX_DIGITS || fraction.contains('.') {
        return None;
    }
    let mantissa: u128 = format!("{whole}{fraction}").parse().ok()?;
    let (factor, power) = unit(suffix)?;
    let value = mantissa.checked_mul(factor)?.checked_mul(scale)?;
    let power = power - i32::try_from(fraction.len()).ok()?;
    let ten = 10u128.checked_pow(power.unsigned_abs())?;
    let scaled = if power < 0 { value.div_ceil(ten) } else { value.checked_mul(ten)? };
    u64::try_from(scaled).ok().filter(|n| *n <= i64::MAX as u64)
}

/// A suffix as a factor and a power of ten.
fn unit(suffix: &str) -> Option<(u128, i32)> {
    Some(match suffix {
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "" => (1, 0),
        "k" | "K" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            (1, Some(exponent).filter(|e| (-30..=30).contains(e))?)
        }
    })
}

struct Visitor {
    scale: u128,
    expected: &'static str,
}

impl de::Visitor<'_> for Visitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        parse(text, self.scale).ok_or_else(|| E::custom(format!("{text:?} is not {}", self.expected)))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<u64, E> {
        self.visit_str(&number.to_string())
    }
}

impl<'de> Deserialize<'de> for Cpu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a CPU quantity of Kubernetes such as 4, 0.5, 500m";
        deserializer.deserialize_any(Visitor { scale: 1000, expected }).map(Self)
    }
}

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a memory quantity of Kubernetes such as 128974848, 256Mi, 64Gi, 123M, 1e9";
        deserializer.deserialize_any(Visitor { scale: 1, expected }).map(Self)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a count of pods such as 110";
        deserializer.deserialize_any(Visitor { scale: 1, expected }).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_kubernetes_writes() {
        let cpu = |text| parse(text, 1000);
        assert_eq!(cpu("32000m"), Some(32_000));
        assert_eq!(cpu("4"), Some(4_000));
        assert_eq!(cpu("0.1"), Some(100));
        assert_eq!(cpu("1.1"), Some(1_100));
        // 15,500,000 billionths of a core are 15.5 thousandths, rounded up.
        assert_eq!(cpu("15500000n"), Some(16));
        let memory = |text| parse(text, 1);
        assert_eq!(memory("262144Mi"), Some(256 << 30));
        assert_eq!(memory("16393244Ki"), Some(16_393_244 << 10));
        assert_eq!(memory("128974848"), Some(128_974_848));
        assert_eq!(memory("1e3"), Some(1_000));
        assert_eq!(memory("123M"), Some(123_000_000));
        assert_eq!(memory("1E"), Some(1_000_000_000_000_000_000));
        // 100 thousandths of a byte: one byte is the least that holds it.
        assert_eq!(memory("100m"), Some(1));
        assert_eq!(memory("1.5Gi"), Some(3 << 29));
        assert_eq!(memory("0"), Some(0));
    }

    #[test]
    fn refuses_nonsense() {
        for text in ["", "lots", "-1", "1.2.3", "5Xi", "1e", "1e99", "9999999999E", "Mi", ".", "0x10", "NaN"]
        {
            assert_eq!(parse(text, 1000), None, "{text}");
        }
    }

    #[test]
    fn numbers_in_json_are_quantities_too() {
        assert_eq!(serde_json::from_str::<Cpu>("0.25").unwrap(), Cpu(250));
        assert_eq!(serde_json::from_str::<Memory>("1048576").unwrap(), Memory(1 << 20));
        let refused = serde_json::from_str::<Cpu>("\"many\"").unwrap_err().to_string();
        assert!(
            refused.contains("\"many\" is not a CPU quantity") && refused.contains("line 1"),
            "{refused}"
        );
    }
}
