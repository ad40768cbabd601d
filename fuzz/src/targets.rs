//! Readers, one each: what goes in, and what must hold of what comes out.

mod asked;
mod imports;
mod quantity;
mod scenario;
mod tables;

use super::random::Random;

/// What a reader says to an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is fine, and all that must hold of it does.
    Accepted,
    /// It is refused, in these words.
    Refused(String),
}

impl<T, E: std::fmt::Display> From<Result<T, E>> for Verdict {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Accepted,
            Err(error) => Self::Refused(error.to_string()),
        }
    }
}

/// Makes an input of a text of the corpus by more than mutation; `None` where that text is of no use for it.
pub(crate) type Make = fn(&[u8], &mut Random) -> Option<Vec<u8>>;

/// A reader.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub name: &'static str,
    /// Reads an input. It panics where something does not hold that must.
    pub run: fn(&[u8]) -> Verdict,
    pub make: Option<Make>,
    /// Words that mutation puts in.
    pub words: &'static [&'static str],
    /// Files and folders of the repository that are such inputs.
    pub also: &'static [&'static str],
    /// What every refusal begins with that names its place; empty where a text has no lines.
    pub placed: &'static str,
    /// Words of refusals of the whole of a file, which need no place.
    pub whole: &'static [&'static str],
}

impl Target {
    /// Whether a refusal names a line of the file, or is of the whole of it.
    pub(crate) fn is_placed(&self, message: &str) -> bool {
        let rest = message.strip_prefix(self.placed);
        let names_line = rest.is_some_and(|rest| {
            self.placed.is_empty()
                || rest.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        names_line || self.whole.iter().any(|words| message.contains(words))
    }
}

/// All of them.
pub(crate) const ALL: [Target; 14] = [
    scenario::SCENARIO,
    quantity::QUANTITY,
    tables::PROFILE,
    tables::RUBRIC,
    tables::POINTS,
    tables::ROWS,
    imports::CLUSTER,
    imports::LOGS,
    imports::LIFETIMES,
    imports::RATES,
    imports::STREAMS,
    asked::SETTING,
    asked::VARIATION,
    asked::BODY,
];
