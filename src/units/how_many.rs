//! Some of many: a number of them, or a share.

use super::quantity::{number, trim_float};
use std::fmt;

/// How many of a number of things: `3` of them, or a share such as `25%`. As Kubernetes writes `maxUnavailable`
/// (`IntOrString`).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum HowMany {
    /// So many, or all where there are fewer.
    Count(u64),
    /// This share of them, 1 being all; at least one.
    Share(f64),
}

impl HowMany {
    /// All of them.
    pub const ALL: Self = Self::Share(1.0);

    /// Returns how many that is of `all`: shares are rounded to the next whole number, and to one at least.
    pub fn of(self, all: u64) -> u64 {
        match self {
            Self::Count(count) => count.min(all),
            Self::Share(share) => ((all as f64 * share).round() as u64).max(1).min(all),
        }
    }

    /// Returns how many that is of `all`, shares rounded up.
    pub fn rounded_up(self, all: u64) -> u64 {
        match self {
            Self::Count(count) => count.min(all),
            Self::Share(share) => ((share * all as f64).ceil() as u64).min(all),
        }
    }

    /// Returns how many that is of `all`, shares rounded down, and to nothing if need be.
    pub fn rounded_down(self, all: u64) -> u64 {
        match self {
            Self::Count(count) => count.min(all),
            Self::Share(share) => (share * all as f64) as u64,
        }
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let percent = number(text.strip_suffix('%')?)?;
        (percent > 0.0 && percent <= 100.0).then_some(Self::Share(percent / 100.0))
    }

    pub(super) fn from_number(number: f64) -> Option<Self> {
        (number.fract() == 0.0 && (1.0..=1e7).contains(&number)).then_some(Self::Count(number as u64))
    }
}

impl fmt::Display for HowMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Share(share) => write!(f, "{}%", trim_float(share * 100.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_never_nothing() {
        let shares = [(0.25, 8), (0.25, 10), (0.25, 1), (0.01, 20), (1.0, 7), (0.5, 0)];
        assert_eq!(shares.map(|(share, all)| HowMany::Share(share).of(all)), [2, 3, 1, 1, 7, 0]);
        assert_eq!([2, 9].map(|all| HowMany::Count(3).of(all)), [2, 3]);
    }

    #[test]
    fn a_number_is_a_count_and_a_percentage_a_share() {
        assert_eq!("25%".parse::<HowMany>().unwrap(), HowMany::Share(0.25));
        assert_eq!(HowMany::from_number(3.0), Some(HowMany::Count(3)));
        for number in [0.0, 0.5, -1.0, 1e9] {
            assert_eq!(HowMany::from_number(number), None, "{number}");
        }
        for text in ["0%", "101%", "-5%", "some", "%"] {
            assert!(text.parse::<HowMany>().is_err(), "{text}");
        }
        for shown in ["3", "25%", "0.5%"] {
            let read = HowMany::from_text(shown).or_else(|| HowMany::from_number(shown.parse().ok()?));
            assert_eq!(read.unwrap().to_string(), shown);
        }
    }
}
