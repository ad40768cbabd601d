//! Where a log has its times, and what of a line the application wrote itself.

use super::json::{Key, Keys};
use super::timestamp::Notation;
use std::collections::BTreeMap;

/// Words of a line, from its start, among which a time is looked for.
const WORDS: usize = 6;
/// One line in so many must have a time; stack traces and other continued lines have none.
const ONE_IN: usize = 20;

/// How one file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    /// As a container runtime writes: `2016-10-06T00:17:09.669794202Z stdout F ` before each line.
    Cri,
    /// As Docker's json-file driver writes: `{"log":"…\n","stream":"stdout","time":"…"}`
    Docker,
    /// JSON objects with a time under one of the usual keys.
    Json(Key),
    /// Text with a time at the start of a word.
    Text {
        /// Which word, from 0.
        word: usize,
        /// How the time is written.
        notation: Notation,
    },
}

/// What one line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The second, where there is one.
    pub(super) second: Option<i64>,
    /// Bytes that the application wrote, without a line end.
    pub(super) bytes: u64,
    /// Bytes of the line end, where it is known otherwise than from the file; 0 where the line goes on.
    pub(super) end: Option<u64>,
}

impl Format {
    /// The format that most of the lines have; `None` where hardly any line has a time.
    pub(super) fn sniff<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut votes, mut total) = (BTreeMap::<Self, usize>::new(), 0);
        for line in lines.filter(|line| !line.trim().is_empty()) {
            total += 1;
            Self::candidates(line, |format| *votes.entry(format).or_default() += 1);
        }
        // Of equals the first in order, which is the most telling.
        let (format, hits) = votes.into_iter().rev().max_by_key(|(_, hits)| *hits)?;
        (hits * ONE_IN >= total).then_some(format)
    }

    fn candidates(line: &str, mut vote: impl FnMut(Self)) {
        if cri_prefix(line).is_some() {
            vote(Self::Cri);
        }
        if let Some(keys) = Keys::of(line) {
            if keys.docker().is_some() && keys.second(Key::Time).is_some() {
                vote(Self::Docker);
            }
            for key in Key::ALL {
                if keys.second(key).is_some() {
                    vote(Self::Json(key));
                }
            }
            return;
        }
        for word in 0..WORDS {
            for notation in Notation::ALL {
                if in_word(line, word, notation).is_some() {
                    vote(Self::Text { word, notation });
                }
            }
        }
    }

    /// What a line of this format says.
    pub(super) fn read(self, line: &str) -> Reading {
        let whole = |second| Reading { second, bytes: line.len() as u64, end: None };
        match self {
            Self::Cri => match cri_prefix(line) {
                Some((second, prefix, complete)) => Reading {
                    second: Some(second),
                    bytes: (line.len() - prefix) as u64,
                    end: Some(u64::from(complete)),
                },
                None => whole(None),
            },
            Self::Docker => match Keys::of(line) {
                Some(keys) => match keys.docker() {
                    Some(log) => {
                        let text = log.strip_suffix('\n').unwrap_or(log);
                        Reading {
                            second: keys.second(Key::Time),
                            bytes: text.len() as u64,
                            end: Some((log.len() - text.len()) as u64),
                        }
                    }
                    None => whole(keys.second(Key::Time)),
                },
                None => whole(None),
            },
            Self::Json(key) => whole(Keys::of(line).and_then(|keys| keys.second(key))),
            Self::Text { word, notation } => whole(in_word(line, word, notation)),
        }
    }

    /// Whether the year is left open.
    pub(super) fn is_yearless(self) -> bool {
        matches!(self, Self::Text { notation, .. } if notation.is_yearless())
    }

    /// What was recognised, for people.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Cri => "a container runtime's prefix (CRI), which is left out of the sizes".into(),
            Self::Docker => "Docker's json-file, of which the sizes count the log alone".into(),
            Self::Json(k) => format!("JSON lines with their time under {:?}", k.written()),
            Self::Text { notation, .. } => format!("times like {}", notation.example()),
        }
    }
}

/// Second and length of a CRI prefix, and whether the line is complete.
fn cri_prefix(line: &str) -> Option<(i64, usize, bool)> {
    let (second, at) = Notation::Iso.read(line)?;
    let rest = line[at..].strip_prefix(" stdout ").or_else(|| line[at..].strip_prefix(" stderr "))?;
    let (tags, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let complete = match tags.split(':').next()? {
        "F" => true,
        "P" => false,
        _ => return None,
    };
    Some((second, line.len() - text.len(), complete))
}

/// The second that a word starts with, quotes, brackets, a syslog priority and `key=` before it aside.
fn in_word(line: &str, word: usize, notation: Notation) -> Option<i64> {
    let mut text = line.trim_start();
    for _ in 0..word {
        text = text.split_once([' ', '\t'])?.1.trim_start();
    }
    let (text, keyed) = bare(text);
    // A number is a time only where a time is to be expected.
    if notation == Notation::Epoch && word > 0 && !keyed {
        return None;
    }
    notation.read(text).map(|(second, _)| second)
}

fn bare(mut text: &str) -> (&str, bool) {
    if let Some((priority, rest)) = text.strip_prefix('<').and_then(|t| t.split_once('>'))
        && (1..=3).contains(&priority.len())
        && priority.bytes().all(|b| b.is_ascii_digit())
    {
        text = rest;
    }
    let keyed = text.split_once('=').filter(|(key, _)| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphabetic() || b"_@.".contains(&b))
    });
    (keyed.map_or(text, |(_, value)| value).trim_start_matches(['[', '(', '"', '\'', '|']), keyed.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(line: &str) -> Option<i64> {
        Format::sniff(std::iter::once(line)).and_then(|format| format.read(line).second)
    }

    #[test]
    fn times_are_found_wherever_logs_have_them() {
        // 2015-07-29 17:41:44 UTC by `date -u -d … +%s`.
        let at = Some(1_438_191_704);
        for line in [
            "2015-07-29 17:41:44,747 - INFO  [QuorumPeer] - x",
            "nova-api.log.1.2017-05-16_13:53:08 2015-07-29 17:41:44.008 25746 INFO x",
            "[Wed Jul 29 17:41:44 2015] [notice] x",
            "15/07/29 17:41:44 INFO executor x",
            "150729 174144 148 INFO dfs.DataNode x",
            "127.0.0.1 - frank [29/Jul/2015:17:41:44 +0000] \"GET / HTTP/1.0\" 200 2326",
            "<165>1 2015-07-29T17:41:44.003Z mymachine x",
            "time=\"2015-07-29T17:41:44Z\" level=info msg=x",
            "level=info ts=2015-07-29T17:41:44.1Z caller=x",
            "level=info ts=1438191704.25 caller=x",
            "1438191704 x",
            "2015-07-29T17:41:44.669794202Z stdout F a line",
            r#"{"level":"info","ts":1438191704.25,"msg":"x"}"#,
            r#"{"time":"2015-07-29T17:41:44Z","msg":"x"}"#,
            r#"{"@timestamp":"2015-07-29T17:41:44.000Z","log":{"level":"x"}}"#,
            r#"{"timestamp":1438191704123}"#,
            r#"{"log":"x\n","stream":"stdout","time":"2015-07-29T17:41:44.1Z"}"#,
        ] {
            assert_eq!(second(line), at, "{line}");
        }
        for line in ["", "plain text", "42 1438191704", r#"{"time":"soon"}"#, "\tat java.lang.Thread.run"] {
            assert_eq!(second(line), None, "{line}");
        }
    }

    #[test]
    fn what_the_runtime_added_is_no_part_of_the_line() {
        let cri = |line| Format::Cri.read(line);
        let f = cri("2015-07-29T17:41:44.669794202Z stdout F a line");
        assert_eq!((f.bytes, f.end), (6, Some(1)));
        let p = cri("2015-07-29T17:41:44.669794202Z stderr P part");
        assert_eq!((p.bytes, p.end), (4, Some(0)));
        assert_eq!(cri("2015-07-29T17:41:44.669794202Z stdout F ").bytes, 0);
        // "é\n" is two bytes and the line end.
        let docker = r#"{"log":"\u00e9\n","stream":"stdout","time":"2015-07-29T17:41:44Z"}"#;
        let d = Format::Docker.read(docker);
        assert_eq!((d.bytes, d.end), (2, Some(1)));
    }

    #[test]
    fn the_format_of_most_lines_wins() {
        let lines = ["1438191704 once", "Jul 29 17:41:44 h a", "Jul 29 17:41:45 h b", "\tat x", ""];
        let format = Format::sniff(lines.into_iter());
        assert_eq!(format, Some(Format::Text { word: 0, notation: Notation::Syslog }));
        let mut rare = vec!["  at com.example.Thing"; 40];
        rare.push("2015-07-29 17:41:44 x");
        assert_eq!(Format::sniff(rare.into_iter()), None);
    }
}
