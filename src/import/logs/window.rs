//! The time in which each writer was observed.
//!
//! A writer's window begins at its first line, and ends when the collection ended: at the last line of all, where dates are
//! whole. Lines that jump back in time within a file are another writer's, whose window is its own.

use super::arrivals::Seconds;
use super::gaps::Gaps;
use super::writer::Part;
use crate::import::counted;
use std::collections::BTreeMap;

/// A writer in its window.
#[derive(Debug)]
pub(in crate::import) struct Seen {
    pub(in crate::import) name: String,
    pub(in crate::import) seconds: Seconds,
    pub(in crate::import) lines: u64,
    pub(in crate::import) gaps: Gaps,
    /// First second of the window, and its last.
    pub(in crate::import) from_s: i64,
    pub(in crate::import) until_s: i64,
}

/// Parts by writer, as files are read.
#[derive(Debug, Default)]
pub(in crate::import) struct Windows {
    writers: BTreeMap<String, Vec<Part>>,
    files: u64,
    split: u64,
}

impl Windows {
    /// Adds what a file has of a writer.
    pub(in crate::import) fn add(&mut self, writer: &str, parts: Vec<Part>) {
        self.files += 1;
        self.split += parts.len() as u64 - 1;
        self.writers.entry(writer.to_owned()).or_default().extend(parts);
    }

    /// Writers in their windows, and what was taken for them.
    pub(in crate::import) fn finish(
        self,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
    ) -> (Vec<Seen>, Vec<String>) {
        let whole = self.writers.values().flatten().filter(|part| part.whole);
        let end_ms = whole.map(|part| part.last_ms).max();
        let many = self.writers.len() > 1;
        let (mut seen, mut notes) = (Vec::new(), Vec::new());
        let split = self.split;
        for (name, parts) in self.writers {
            // A piece of a rotated file goes on where another ended.
            let is_one = split == 0 && parts.len() > 1;
            let joined = if is_one { vec![join(parts)] } else { parts };
            let alone = joined.len() == 1;
            for part in joined {
                let until_ms = match (until_ms, end_ms) {
                    (Some(until), _) if part.whole => until.max(part.last_ms),
                    (_, Some(end)) if part.whole && many && alone => end,
                    _ => part.last_ms,
                };
                let from_ms =
                    since_ms.filter(|_| part.whole).map_or(part.first_ms, |since| since.min(part.first_ms));
                seen.push(Seen {
                    name: name.clone(),
                    seconds: part.seconds,
                    lines: part.lines,
                    gaps: part.gaps,
                    from_s: from_ms.div_euclid(1000),
                    until_s: until_ms.div_euclid(1000),
                });
            }
        }
        if split > 0 {
            notes.push(format!(
                "time jumps back {}: what follows is taken for another writer's",
                match split {
                    1 => "once".to_owned(),
                    n => counted(n, "time"),
                }
            ));
        }
        if many && !seen.is_empty() {
            let how = match (until_ms, end_ms) {
                (Some(_), _) => "to the end that was given",
                (None, Some(_)) => "to the last line of all",
                (None, None) => "to its last, as dates are not whole",
            };
            notes.push(format!("each writer's window is from its first line {how}"));
        }
        (seen, notes)
    }
}

/// Pieces of one writer's file, put together.
fn join(parts: Vec<Part>) -> Part {
    let mut parts = parts.into_iter();
    let nothing = || Part {
        seconds: Seconds::default(),
        first_ms: 0,
        last_ms: 0,
        lines: 0,
        gaps: Gaps::default(),
        whole: false,
    };
    let first = parts.next().unwrap_or_else(nothing);
    parts.fold(first, |mut sum, part| {
        sum.seconds.absorb(part.seconds);
        sum.first_ms = sum.first_ms.min(part.first_ms);
        sum.last_ms = sum.last_ms.max(part.last_ms);
        sum.lines += part.lines;
        sum.whole &= part.whole;
        if part.gaps.n > sum.gaps.n {
            sum.gaps = part.gaps;
        }
        sum
    })
}
