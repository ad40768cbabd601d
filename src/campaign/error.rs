//! What can be wrong with a sweep on disk.

use super::plan::{Plan, Shard};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A sweep on disk that cannot be written, gone on with, or merged.
#[derive(Debug, Error)]
pub enum CampaignError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A line of a part is none.
    #[error(
        "{path}:{line}: {problem}; a part is written by `loghaul sweep` alone: remove it and run it again"
    )]
    Line {
        /// The part.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder has this part already.
    #[error("{folder} holds part {shard} of this sweep; --resume goes on with it, or choose another folder")]
    Unfinished {
        /// The folder.
        folder: PathBuf,
        /// The part.
        shard: Shard,
    },
    /// A part of another sweep.
    #[error("{path} is of another sweep: {}; choose another folder", differences.join("; "))]
    Foreign {
        /// The part.
        path: PathBuf,
        /// In what they differ.
        differences: Vec<String>,
    },
    /// A part of the same sweep in another number of parts.
    #[error("{path} is part {its}, of {} parts, where {} are asked for (part {own})", its.of, own.of)]
    OtherCut {
        /// The part.
        path: PathBuf,
        /// What it is.
        its: Shard,
        /// What is asked for.
        own: Shard,
    },
    /// Another process writes this part.
    #[error("{path} is being written by another process")]
    InUse {
        /// The part.
        path: PathBuf,
    },
    /// There is nothing to merge.
    #[error("{folder} holds no part of a sweep (part-…-of-….jsonl)")]
    NoParts {
        /// The folder.
        folder: PathBuf,
    },
    /// Parts are missing or not finished.
    #[error("of {of} parts {} missing: {}", are(numbers.len()), listed(numbers))]
    Missing {
        /// How many parts there are.
        of: usize,
        /// The numbers of those that are not there.
        numbers: Vec<usize>,
    },
    /// Parts lack points.
    #[error("{path} lacks {} of its points, the first of them {first}; run it again with --resume", lacking)]
    Incomplete {
        /// The part.
        path: PathBuf,
        /// The first point that it lacks.
        first: usize,
        /// How many.
        lacking: usize,
    },
    /// Two files are the same part.
    #[error("{first} and {second} are both part {shard}; name it once")]
    Doubled {
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// Which part.
        shard: Shard,
    },
    /// A part holds a point of another.
    #[error("{path} is part {shard} and holds point {point}, which is not one of its points")]
    Astray {
        /// The part.
        path: PathBuf,
        /// What it is.
        shard: Shard,
        /// The point.
        point: usize,
    },
}

impl CampaignError {
    /// Returns what makes an error of an input or output error at a path.
    pub(super) fn at(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::Io { path: path.clone(), error }
    }

    pub(super) fn foreign(path: &Path, own: &Plan, its: &Plan) -> Self {
        Self::Foreign { path: path.to_owned(), differences: own.differences(its) }
    }
}

fn are(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// Numbers in ranges: 0, 3–5, 9.
fn listed(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in numbers.iter().copied() {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let shown = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_parts_are_named_by_number() {
        let error = CampaignError::Missing { of: 16, numbers: vec![0, 3, 4, 5, 9, 10] };
        assert_eq!(error.to_string(), "of 16 parts 6 are missing: 0, 3–5, 9, 10");
        let error = CampaignError::Missing { of: 2, numbers: vec![1] };
        assert_eq!(error.to_string(), "of 2 parts 1 is missing: 1");
    }
}
