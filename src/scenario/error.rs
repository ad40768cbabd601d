//! Errors in a scenario: file, line, column, the line itself, what is allowed.

use super::place::Place;
use crate::diagnosis::Code;
use crate::plain::is_unseen;
use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};
use std::fmt::Write as _;
use thiserror::Error;

/// Why a scenario was refused.
#[derive(Debug, Error)]
#[error("{rendered}")]
pub struct ScenarioError {
    rendered: String,
    /// Where in the rendering the problem stands: behind the place, before the line that is shown.
    problem: std::ops::Range<usize>,
    code: Code,
}

/// What a scenario needs, for those who begin with nothing.
pub(super) const NEEDS: &str = "a scenario is a mapping with name, cluster and tenants";

/// The widest part of a line that is shown.
const WIDTH: usize = 160;

impl ScenarioError {
    /// The file as a whole is wrong.
    pub fn whole_file(file: &str, problem: String) -> Self {
        Self::of(format!("{file} "), &problem, "")
    }

    /// The file cannot be read.
    pub fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::whole_file(file, format!("cannot be read: {error}")).coded(Code::Unreadable)
    }

    /// The file is no text.
    pub fn not_text(file: &str, bytes: &[u8], error: std::str::Utf8Error) -> Self {
        let good = &bytes[..error.valid_up_to()];
        let line = good.iter().filter(|b| **b == b'\n').count() + 1;
        let start = good.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&good[start..]).chars().count() + 1;
        let hint = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "; it is UTF-16: save it as UTF-8",
            [0x1f, 0x8b, ..] => "; it is compressed by gzip: unpack it first",
            _ => "",
        };
        let problem = format!("is not UTF-8 text, and a scenario is YAML{hint}");
        Self::of(format!("{file}:{line}:{column}: "), &problem, "").coded(Code::NotText)
    }

    /// A place in the file is wrong.
    pub fn at(file: &str, text: &str, line: u64, column: u64, problem: &str) -> Self {
        let mut snippet = String::new();
        if let Some(shown) = line_of(text, line) {
            let at = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
            let (shown, at) = window(shown, at);
            let margin = " ".repeat(line.to_string().len());
            let indent = " ".repeat(at);
            // Writing to a string cannot fail.
            let _ = write!(snippet, "\n {margin} |\n {line} | {shown}\n {margin} | {indent}^");
        }
        Self::of(format!("{file}:{line}:{column}: "), problem, &snippet)
    }

    fn of(place: String, problem: &str, behind: &str) -> Self {
        let from = place.len();
        Self {
            rendered: place + problem + behind,
            problem: from..from + problem.len(),
            code: Code::WrongValue,
        }
    }

    /// The same with what was refused; a wrong value where nobody says.
    #[must_use]
    pub fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// What was refused.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> &str {
        &self.rendered[self.problem.clone()]
    }

    /// `needs` says what the whole document is to be, for those that are something else altogether.
    pub(super) fn from_yaml(file: &str, text: &str, needs: &str, error: &Error) -> Self {
        let plain = error.without_snippet();
        let place = plain.location().filter(|p| p.line() > 0).map(|p| (p.line(), p.column()));
        let problem = match plain {
            Error::Unexpected { .. } if place.is_none_or(|place| begins_at(text, place)) => needs.to_owned(),
            _ => words(plain, text, place),
        };
        let found = match place {
            Some((line, column)) => Self::at(file, text, line, column, &problem),
            None => Self::whole_file(file, format!("is not what it should be: {problem}")),
        };
        found.coded(code_of(plain))
    }
}

/// Whether a text says nothing at all: blanks, comments and document marks only.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().map(str::trim);
    lines.all(|line| line.is_empty() || line.starts_with('#') || matches!(line, "---" | "..." | "null" | "~"))
}

/// Whether the first thing that the text says stands at this place.
fn begins_at(text: &str, (line, column): Place) -> bool {
    let skipped = |line: &&str| line.trim().is_empty() || line.starts_with('#') || *line == "---";
    let before = usize::try_from(line - 1).unwrap_or(usize::MAX);
    let own = line_of(text, line).unwrap_or_default();
    let indent = own.chars().take_while(|c| *c == ' ' || *c == '\u{feff}').count() as u64;
    text.lines().take(before).all(|line| skipped(&line)) && column <= indent + 1
}

fn line_of(text: &str, line: u64) -> Option<&str> {
    text.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?)
}

/// The part of a line around a column (from 0), so that one line of output stays one line, and the column in it.
fn window(line: &str, at: usize) -> (String, usize) {
    let from = if at < WIDTH - 20 { 0 } else { at - WIDTH / 2 };
    let mut shown: String = line.chars().skip(from).take(WIDTH).collect();
    // What a terminal would not show, or would obey.
    shown = shown.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    let mut at = at - from;
    if from > 0 {
        shown.insert_str(0, "… ");
        at += 2;
    }
    if line.chars().nth(from + WIDTH).is_some() {
        shown.push_str(" …");
    }
    (shown, at)
}

/// What is wrong, in words of those who write scenarios.
fn words(error: &Error, text: &str, place: Option<Place>) -> String {
    let written = || place.map_or_else(|| "this".to_owned(), |place| scalar_at(text, place));
    match error {
        Error::AliasError { error, .. } => words(error.without_snippet(), text, place),
        Error::InvalidScalar { ty, .. } => {
            let needed = match *ty {
                "floating point" => "a number",
                "boolean" => "true or false",
                ty if ty.starts_with(['i', 'u']) => "a whole number of at least 0",
                ty => ty,
            };
            format!("{} is not {needed}", written())
        }
        Error::InvalidBooleanStrict { .. } => format!("{} is not true or false", written()),
        Error::NonFiniteFloat { value, .. } => format!("{value:?} is not a finite number"),
        Error::NullIntoString { .. } => "nothing is written here; needed is a text".to_owned(),
        Error::Unexpected { expected, .. } => format!("needed here is {}", kind(expected)),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => {
            "needed here is a word, or a mapping such as key: { … }".to_owned()
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            let found = match unexpected.as_str() {
                "unit value" => "nothing".to_owned(),
                "map" => "a mapping".to_owned(),
                "sequence" => "a list".to_owned(),
                other => other.replace('`', ""),
            };
            format!("needed here is {}, not {found}", kind(expected))
        }
        Error::SerdeUnknownField { field, expected, .. } => {
            format!("unknown field {field:?}; {}{}", allowed(expected), nearest(field, expected))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let near = nearest(variant, expected);
            format!("{variant:?} is not allowed here; {}{}{near}", allowed(expected), example(expected))
        }
        Error::UnexpectedValueForUnitEnumVariant { .. } => {
            "a value too many: this word stands alone".to_owned()
        }
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            "one key too many: only one of them may be written here".to_owned()
        }
        Error::UnexpectedMappingEnd { .. } | Error::UnexpectedSequenceEnd { .. } => {
            "a value is missing before this".to_owned()
        }
        Error::SerdeMissingField { field, .. } => format!("the field {field:?} is missing"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the field {key:?} is there twice"),
        Error::DuplicateMappingKey { .. } => "a field is there twice".to_owned(),
        Error::MultipleDocuments { .. } => "a second document begins here; a file holds one".to_owned(),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => {
            "the text, its aliases unfolded, is larger than any scenario; use fewer aliases, or count and \
             replicas in place of copies"
                .to_owned()
        }
        other => UserMessageFormatter.format_message(other).trim().to_owned(),
    }
}

/// What of YAML was refused.
fn code_of(error: &Error) -> Code {
    match error {
        Error::AliasError { error, .. } => code_of(error.without_snippet()),
        Error::SerdeUnknownField { .. } => Code::UnknownField,
        Error::SerdeMissingField { .. } => Code::MissingField,
        Error::SerdeUnknownVariant { .. } => Code::UnknownWord,
        Error::DuplicateMappingKey { .. } | Error::MultipleDocuments { .. } => Code::Twice,
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => Code::TooLarge,
        Error::InvalidScalar { .. }
        | Error::InvalidBooleanStrict { .. }
        | Error::NonFiniteFloat { .. }
        | Error::NullIntoString { .. }
        | Error::Unexpected { .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::SerdeInvalidType { .. }
        | Error::SerdeInvalidValue { .. }
        | Error::UnexpectedValueForUnitEnumVariant { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. }
        | Error::UnexpectedMappingEnd { .. }
        | Error::UnexpectedSequenceEnd { .. }
        | Error::Message { .. } => Code::WrongValue,
        _ => Code::Syntax,
    }
}

/// The kinds of YAML in words.
fn kind(library: &str) -> &str {
    match library {
        "mapping start" | "map" => "a mapping such as { key: value }",
        "sequence start" | "sequence" | "a sequence" => "a list such as [ a, b ]",
        "string scalar" => "a text",
        other => other,
    }
}

fn allowed(names: &[&str]) -> String {
    match names {
        [] => "nothing is allowed here".to_owned(),
        [one] => format!("allowed is {one}"),
        many => format!("allowed are {}", many.join(", ")),
    }
}

/// The most letters by which what was meant differs from what was written.
const SLIPS: usize = 2;

/// What was meant, where a known word is only a slip or two away.
fn nearest(written: &str, known: &[&str]) -> String {
    let slips = |word: &&&str| strsim::damerau_levenshtein(&word.to_lowercase(), &written.to_lowercase());
    let near = known.iter().min_by_key(slips).filter(|word| slips(word) <= SLIPS && written.len() > SLIPS);
    near.map_or_else(String::new, |word| format!("; did you mean {word}?"))
}

/// How to write what is more than a word.
fn example(names: &[&str]) -> &'static str {
    match names.first() {
        Some(&"constant") => ", such as { constant: 400B }",
        Some(&"poisson") => ", such as poisson or { burst: { duty: 20%, slot: 10s } }",
        Some(&"unlimited") => ", such as unlimited or { limit: 5 }",
        Some(&"refuse") => ", such as stall or { slow: 10 }",
        Some(&"outage") => ", such as outage: { of: backend, at: 3m, for: 60s }",
        _ => "",
    }
}

/// The scalar that begins at a place, quoted.
fn scalar_at(text: &str, (line, column): Place) -> String {
    let line = line_of(text, line).unwrap_or_default();
    let rest: String = line.chars().skip(usize::try_from(column - 1).unwrap_or(usize::MAX)).collect();
    let inner = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
        _ => {
            let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
            rest[..end].split(" #").next().unwrap_or_default().trim()
        }
    };
    if inner.is_empty() { "nothing".to_owned() } else { format!("{inner:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let line = format!("{}x{}", "a".repeat(500), "b".repeat(500));
        let (shown, at) = window(&line, 500);
        assert_eq!(shown.chars().nth(at), Some('x'));
        assert!(shown.starts_with("… a") && shown.ends_with("b …") && shown.chars().count() <= WIDTH + 4);
        assert_eq!(window("short", 2), ("short".to_owned(), 2));
        assert_eq!(window("tab\there", 0).0, "tab here");
    }

    #[test]
    fn a_text_that_says_nothing_is_told_from_one_that_does() {
        for nothing in ["", " \n\n", "# comment\n", "---\n", "\u{feff}---\n# x\n...\n", "null\n"] {
            assert!(says_nothing(nothing), "{nothing:?}");
        }
        for something in ["a: 1", "---\nname: x", "hello"] {
            assert!(!says_nothing(something), "{something:?}");
        }
    }

    #[test]
    fn a_slip_or_two_are_seen_through_and_no_more() {
        let known = ["collection", "cluster", "chunk"];
        assert_eq!(nearest("colection", &known), "; did you mean collection?");
        assert_eq!(nearest("clutser", &known), "; did you mean cluster?");
        assert_eq!([nearest("agents", &known), nearest("ch", &known), nearest("x", &[])], [""; 3]);
    }

    #[test]
    fn the_scalar_at_a_place_is_quoted() {
        let text = "a: { b: lots, c: 'x y' }\nd: 1.5 # half\ne:\n";
        assert_eq!(scalar_at(text, (1, 9)), "\"lots\"");
        assert_eq!(scalar_at(text, (1, 18)), "\"x y\"");
        assert_eq!(scalar_at(text, (2, 4)), "\"1.5\"");
        assert_eq!(scalar_at(text, (3, 3)), "nothing");
    }
}
