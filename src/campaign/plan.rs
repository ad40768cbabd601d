//! What a sweep is: enough to tell its parts from those of any other.

use crate::engine::random::named_key;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is swept, and how. Parts of one sweep have equal plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the program: another may give other figures.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the scenario with all defaults filled in, nothing varied.
    pub hash: String,
    /// The paths that vary.
    pub paths: Vec<String>,
    /// Hash of the points' values, in their order.
    pub points_hash: String,
    /// Points in all.
    pub points: usize,
    /// Strategies.
    pub strategies: Vec<String>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How many replications, as they were asked for.
    pub replications: String,
}

impl Plan {
    /// Returns the hash of points' values.
    pub fn hash_of(points: &[Vec<String>]) -> String {
        let key = points.iter().flatten().fold(points.len() as u64, |key, value| named_key(key, value));
        format!("{key:016x}")
    }

    /// Returns in what this plan differs from another, a sentence a field; empty where they are equal.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut all = Vec::new();
        let mut differ = |name: &str, own: &dyn fmt::Display, its: &dyn fmt::Display| {
            let (own, its) = (own.to_string(), its.to_string());
            if own != its {
                all.push(format!("{name} is {its} there and {own} here"));
            }
        };
        differ("the version", &self.version, &other.version);
        differ("the scenario", &self.scenario, &other.scenario);
        differ("the scenario's hash", &self.hash, &other.hash);
        differ("what varies", &self.paths.join(", "), &other.paths.join(", "));
        differ("the number of points", &self.points, &other.points);
        differ("the hash of the points' values", &self.points_hash, &other.points_hash);
        differ("the list of strategies", &self.strategies.join(", "), &other.strategies.join(", "));
        differ("the seed", &self.seed, &other.seed);
        differ("the number of replications", &self.replications, &other.replications);
        all
    }
}

/// Which of how many parts: part `number` of `of` holds every point whose index has that remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from 0.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// The whole sweep in one part.
    pub const WHOLE: Self = Self { number: 0, of: 1 };

    /// The most parts.
    pub const MOST: usize = 100_000;

    /// Returns whether a point is in this part.
    pub fn holds(self, point: usize) -> bool {
        point % self.of == self.number
    }

    /// Returns the name of its file when all of its points are there.
    pub fn file_name(self) -> String {
        format!("part-{:05}-of-{:05}.jsonl", self.number, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let needed = "needed is i/N with i from 0 to N - 1, such as 3/16";
        let (number, of) = text.split_once('/').ok_or_else(|| format!("{text:?} is no part; {needed}"))?;
        let parse = |t: &str| t.trim().parse::<usize>().map_err(|_| format!("{t:?} is no number; {needed}"));
        let (number, of) = (parse(number)?, parse(of)?);
        if of == 0 || of > Self::MOST {
            return Err(format!("there cannot be {of} parts; allowed are 1 to {}", Self::MOST));
        }
        if number >= of {
            return Err(format!("there is no part {number} of {of}; {needed}"));
        }
        Ok(Self { number, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_one_part() {
        for of in [1, 3, 16] {
            for point in 0..50 {
                let holding = (0..of).filter(|number| Shard { number: *number, of }.holds(point)).count();
                assert_eq!(holding, 1, "point {point} of {of} parts");
            }
        }
    }

    #[test]
    fn what_is_no_part_is_refused_with_what_is() {
        assert_eq!("3/16".parse::<Shard>().unwrap(), Shard { number: 3, of: 16 });
        for (text, word) in [
            ("16/16", "no part 16 of 16"),
            ("1/0", "cannot be 0 parts"),
            ("3", "is no part"),
            ("a/4", "\"a\" is no number"),
            ("-1/4", "\"-1\" is no number"),
            ("1/200000", "allowed are 1 to 100000"),
        ] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
