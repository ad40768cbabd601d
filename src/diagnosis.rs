//! Codes of what the program refuses, and what each means: `loghaul explain LH0102`.
//!
//! A code is stable: it is never given to something else. Which error has which code is decided where the error is made; what
//! it means at length, with an example that is wrong and one that is right, stands in `texts`.

mod texts;

use std::fmt;
use std::str::FromStr;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A file cannot be read.
    Unreadable,
    /// A file is no text.
    NotText,
    /// A file says nothing.
    Empty,
    /// A text is no YAML.
    Syntax,
    /// A field that there is not.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// A value that is not what the field takes.
    WrongValue,
    /// A word that is not among those allowed.
    UnknownWord,
    /// A field or a document is there twice.
    Twice,
    /// A text that is larger than any scenario.
    TooLarge,
    /// A value beyond what is allowed.
    OutOfRange,
    /// A name that cannot be one, or that something else has.
    Name,
    /// A name of something that the scenario does not have.
    NoSuch,
    /// Two fields that exclude each other.
    Contradiction,
    /// A setting whose path leads nowhere.
    NoPath,
    /// No scenario of that name.
    NoScenario,
    /// No strategy of that name.
    NoStrategy,
    /// No metric of that name.
    NoMetric,
    /// Pods, or agents beside them, fit nowhere.
    DoesNotFit,
    /// An agent needs more memory at rest than its limit allows.
    MemoryLimit,
    /// More connections than the backend takes.
    Connections,
    /// More sidecars on a node than its kernel takes.
    TooManySidecars,
    /// A strategy that this scenario leaves nothing to work with.
    NotPossible,
    /// A file that holds no cluster of Kubernetes.
    NoCluster,
    /// A table of measurements, or a row of it, that is not what it should be.
    Measured,
    /// Nothing says how many lines a second there are.
    RateUnknown,
    /// A plan of the lab, or an agent of it, that is not what it should be.
    Lab,
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The code.
    pub code: Code,
    /// The code as it is shown and typed.
    pub id: &'static str,
    /// What was refused, in a few words: English, Chinese.
    pub title: [&'static str; 2],
    /// Why, and what to do: English, Chinese.
    pub text: [&'static str; 2],
    /// An example that is refused with this code: part of a scenario, or a command.
    pub wrong: &'static str,
    /// The same as it would be right.
    pub right: &'static str,
}

impl Code {
    /// What it means.
    pub fn meaning(self) -> &'static Meaning {
        let found = texts::ALL.iter().find(|meaning| meaning.code == self);
        // A test holds the table to the codes.
        found.unwrap_or(&texts::ALL[0])
    }
}

/// Everything that codes mean, in their order.
pub fn all() -> &'static [Meaning] {
    &texts::ALL
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meaning().id)
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let asked = text.trim();
        let found = texts::ALL.iter().find(|meaning| meaning.id.eq_ignore_ascii_case(asked));
        found.map(|meaning| meaning.code).ok_or_else(|| {
            let known: Vec<&str> = texts::ALL.iter().map(|meaning| meaning.id).collect();
            format!("there is no code {asked:?}; there are {}", known.join(", "))
        })
    }
}

/// Whether a text is meant to be a code.
pub fn is_code(text: &str) -> bool {
    let text = text.trim();
    let digits = text.get(..2).filter(|start| start.eq_ignore_ascii_case("LH")).and_then(|_| text.get(2..));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_its_own_id_and_all_of_its_texts() {
        let codes: BTreeSet<Code> = texts::ALL.iter().map(|meaning| meaning.code).collect();
        let ids: BTreeSet<&str> = texts::ALL.iter().map(|meaning| meaning.id).collect();
        // The last of the enumeration is as many as there are.
        assert_eq!((codes.len(), ids.len()), (texts::ALL.len(), texts::ALL.len()));
        assert_eq!(codes.len(), Code::Lab as usize + 1);
        for meaning in texts::ALL {
            assert!(is_code(meaning.id) && meaning.id.len() == 6, "{}", meaning.id);
            assert_eq!(meaning.id.parse::<Code>().unwrap(), meaning.code);
            let texts = [meaning.title, meaning.text].concat();
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", meaning.id);
            assert!(!meaning.wrong.is_empty() && !meaning.right.is_empty() && meaning.wrong != meaning.right);
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(meaning.text[1]) && !chinese(meaning.text[0]), "{}", meaning.id);
        }
        assert!(texts::ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!("LH9999".parse::<Code>().unwrap_err().contains("LH0102"));
        assert!(is_code("lh0102") && !is_code("query") && !is_code("LH") && !is_code("fit"));
    }
}
