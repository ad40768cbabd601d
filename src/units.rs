//! Quantities as people write them, and their units in types.
//!
//! Takes text such as `500m`, `256Mi`, `30s`, `2k/s` and gives newtypes that carry their unit across every
//! boundary of the program. Inside hot loops plain integers with a suffix (`_ns`, `_bytes`) are used.
//!
//! ```
//! use loghaul::units::{Bytes, Millicores, SimTime};
//! assert_eq!("256Mi".parse::<Bytes>().unwrap().get(), 256 << 20);
//! assert_eq!("500m".parse::<Millicores>().unwrap().cores(), 0.5);
//! assert_eq!("1m30s".parse::<SimTime>().unwrap().as_secs_f64(), 90.0);
//! assert!("30 parsecs".parse::<SimTime>().unwrap_err().to_string().contains("30s"));
//! ```

mod how_many;
mod quantity;

pub use how_many::HowMany;
pub use quantity::{ParseQuantityError, Quantity};

use quantity::{bytes_from_str, duration_from_str, number, rate_from_str, trim_float};
use std::fmt;

/// Nanoseconds in a second.
pub const NS_PER_SEC: u64 = 1_000_000_000;

/// An instant that never comes, where instants are plain nanoseconds.
pub const NEVER_NS: u64 = SimTime::NEVER.as_ns();

/// What `part` of a `whole`, which is not nothing, has of an amount, rounded down: amount · part / whole. It must fit.
#[inline]
pub(crate) fn in_proportion(amount: u64, part: u64, whole: u64) -> u64 {
    match amount.checked_mul(part) {
        Some(product) => product / whole,
        // Divisions of 128 bits take several times as long, and are hardly ever needed.
        None => (u128::from(amount) * u128::from(part) / u128::from(whole)) as u64,
    }
}

/// A point in simulated time, or a span of it, in integer nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimTime {
    /// The start of a run, and the empty span.
    pub const ZERO: Self = Self(0);
    /// Beyond every horizon.
    pub const NEVER: Self = Self(u64::MAX);

    /// From integer nanoseconds.
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }
    /// From whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * NS_PER_SEC)
    }
    /// From seconds, rounded to the nanosecond; negative and non-finite values give zero.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self((secs * NS_PER_SEC as f64).round() as u64)
    }
    /// Integer nanoseconds.
    pub const fn as_ns(self) -> u64 {
        self.0
    }
    /// Seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NS_PER_SEC as f64
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0;
        if ns == u64::MAX {
            return f.write_str("never");
        }
        if ns == 0 {
            return f.write_str("0s");
        }
        if ns < NS_PER_SEC {
            for (unit, size) in [("ms", 1_000_000), ("us", 1_000)] {
                if ns >= size {
                    return write!(f, "{}{unit}", trim_float(ns as f64 / size as f64));
                }
            }
            return write!(f, "{ns}ns");
        }
        let (hours, rest) = (ns / (3600 * NS_PER_SEC), ns % (3600 * NS_PER_SEC));
        let (minutes, rest) = (rest / (60 * NS_PER_SEC), rest % (60 * NS_PER_SEC));
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        if rest > 0 {
            write!(f, "{}s", trim_float(rest as f64 / NS_PER_SEC as f64))?;
        }
        Ok(())
    }
}

/// An amount of data, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

impl Bytes {
    /// From a count of bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }
    /// The count of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// As a float, for arithmetic with rates.
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
    /// So many bytes to two digits, for people: `1.5 GB`, `66 GB`, `20 MB`.
    pub fn about(bytes: f64) -> String {
        const SIZES: [(&str, f64); 4] = [("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)];
        let (unit, size) = SIZES.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("kB", 1e3));
        let amount = bytes / size;
        if amount < 9.95 { format!("{amount:.1} {unit}") } else { format!("{amount:.0} {unit}") }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BINARY: [(&str, u64); 4] = [("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
        const DECIMAL: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
        let exact =
            BINARY.iter().chain(&DECIMAL).find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size));
        match exact {
            Some((unit, size)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}B", self.0),
        }
    }
}

/// Processor capacity or use, in thousandths of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millicores(u64);

impl Millicores {
    /// From thousandths of a core.
    pub const fn new(millicores: u64) -> Self {
        Self(millicores)
    }
    /// Thousandths of a core.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// Cores.
    pub fn cores(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl fmt::Display for Millicores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

/// Log lines a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct LineRate(f64);

impl LineRate {
    /// From lines a second.
    pub const fn per_sec(lines: f64) -> Self {
        Self(lines)
    }
    /// Lines a second.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for LineRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", trim_float(self.0))
    }
}

/// Bytes a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct ByteRate(f64);

impl ByteRate {
    /// From bytes a second.
    pub const fn per_sec(bytes: f64) -> Self {
        Self(bytes)
    }
    /// Bytes a second.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.fract() == 0.0 {
            write!(f, "{}/s", Bytes(self.0 as u64))
        } else {
            write!(f, "{}B/s", trim_float(self.0))
        }
    }
}

/// A share of a whole: 1 is all of it. Written `0.1%` or `0.001`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Fraction(f64);

impl Fraction {
    /// From a share, 1 being the whole.
    pub const fn new(share: f64) -> Self {
        Self(share)
    }
    /// The share, 1 being the whole.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        fraction.get()
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", trim_float(self.0 * 100.0))
    }
}

/// A price in currency an hour. Written `0.40/h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Price(f64);

impl Price {
    /// From currency an hour.
    pub const fn per_hour(price: f64) -> Self {
        Self(price)
    }
    /// Currency an hour.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/h", trim_float(self.0))
    }
}

/// A price of data in currency a gigabyte (10⁹ bytes). Written `0.50/GB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct DataPrice(f64);

impl DataPrice {
    /// From currency a gigabyte.
    pub const fn per_gb(price: f64) -> Self {
        Self(price)
    }
    /// Currency a gigabyte.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for DataPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/GB", trim_float(self.0))
    }
}

quantity::quantity! {
    SimTime: "a duration such as 30s, 20ms, 1h30m" up to "876000h", r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$|^0$",
    |text| duration_from_str(text).map(SimTime), |_number| None;
    Bytes: "a size such as 180B, 5MB, 256Mi, 10Gi" up to "8000Pi", r"^[0-9]+(\.[0-9]+)?([kKMGTP]i?)?B?$",
    |text| bytes_from_str(text).map(|b| Bytes(b.round() as u64)),
    |number| (number >= 0.0 && number.fract() == 0.0).then_some(Bytes(number as u64));
    Millicores: "a CPU quantity such as 500m, 2, 0.25" up to "1000000000", r"^[0-9]+(\.[0-9]+)?m?$",
    |text| match text.strip_suffix('m') {
        Some(milli) => number(milli).map(|m| Millicores(m.round() as u64)),
        None => number(text).map(|cores| Millicores((cores * 1000.0).round() as u64)),
    },
    |number| (number >= 0.0).then_some(Millicores((number * 1000.0).round() as u64));
    LineRate: "a rate of lines such as 120/s, 2k/s, 6/m" up to "1000000000M/s", r"^[0-9]+(\.[0-9]+)?[kM]?/(s|m|h)$",
    |text| rate_from_str(text, |amount| match amount.strip_suffix(['k', 'M']) {
        Some(n) if amount.ends_with('k') => number(n).map(|n| n * 1e3),
        Some(n) => number(n).map(|n| n * 1e6),
        None => number(amount),
    }).map(LineRate), |_number| None;
    ByteRate: "a rate of data such as 200MB/s, 64Ki/s" up to "8000Pi/s", r"^[0-9]+(\.[0-9]+)?([kKMGTP]i?)?B?/(s|m|h)$",
    |text| rate_from_str(text, bytes_from_str).map(ByteRate), |_number| None;
    Fraction: "a share such as 0.1% or 0.001" up to "100000000%", r"^[0-9]+(\.[0-9]+)?%?$",
    |text| match text.strip_suffix('%') {
        Some(percent) => number(percent).map(|p| Fraction(p / 100.0)),
        None => number(text).map(Fraction),
    },
    |number| (number >= 0.0).then_some(Fraction(number));
    Price: "a price an hour such as 0.40/h" up to "1000000000000/h", r"^[0-9]+(\.[0-9]+)?/h$",
    |text| text.strip_suffix("/h").and_then(number).map(Price), |_number| None;
    HowMany: "a number such as 3, or a share such as 25%" up to "100%", r"^[0-9]+(\.[0-9]+)?%$",
    |text| HowMany::from_text(text), |number| HowMany::from_number(number);
    DataPrice: "a price a gigabyte such as 0.50/GB" up to "1000000000000/GB", r"^[0-9]+(\.[0-9]+)?/GB$",
    |text| text.strip_suffix("/GB").and_then(number).map(DataPrice), |_number| None;
}

#[cfg(test)]
mod tests {
    use super::in_proportion;

    #[test]
    fn a_proportion_is_rounded_down_and_needs_no_room_for_the_product() {
        assert_eq!(in_proportion(10, 2, 3), 6);
        assert_eq!(in_proportion(0, 5, 7), 0);
        // 2^63 · 3 / 4 = 3 · 2^61.
        assert_eq!(in_proportion(1 << 63, 3, 4), 3 << 61);
        assert_eq!(in_proportion(u64::MAX, u64::MAX, u64::MAX), u64::MAX);
    }
}
