//! Breaking text into lines of a width, Chinese and English mixed.

use crate::plain::is_unseen;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub(in crate::report) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Breaks a text into lines no wider than `limit` columns (at least 2). A line may break at spaces and
/// around wide characters, but not before a closing mark nor behind an opening one; what is longer than a
/// line breaks anywhere. Control characters, which a scenario's name might smuggle in, become spaces.
pub(in crate::report) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    // What is tied together and does not fit into a line is parted at its spaces after all.
    let parted = |piece: String| match width(piece.trim_end()) > limit {
        true => piece.split_inclusive(' ').map(str::to_owned).collect(),
        false => vec![piece],
    };
    for piece in pieces(text).into_iter().flat_map(parted) {
        let bare = piece.trim_end();
        if used > 0 && used + width(bare) > limit {
            lines.push(take_line(&mut line));
            used = 0;
        }
        for c in piece.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > limit {
                if c == ' ' {
                    continue;
                }
                lines.push(take_line(&mut line));
                used = 0;
            }
            if c == ' ' && used == 0 {
                continue;
            }
            line.push(c);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(take_line(&mut line));
    }
    lines
}

fn take_line(line: &mut String) -> String {
    std::mem::take(line).trim_end().to_owned()
}

/// The parts between which a line may break; spaces end the part before them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let (mut before, mut word_end): (Option<char>, Option<char>) = (None, None);
    for c in text.chars().map(|c| if is_unseen(c) { ' ' } else { c }) {
        let joined = match (before, pieces.last_mut()) {
            (Some(' '), Some(last)) if !breaks_at_space(word_end, c) => Some(last),
            (Some(b), Some(last)) if b != ' ' && !breaks(b, c) => Some(last),
            _ => None,
        };
        match joined {
            Some(last) => last.push(c),
            None => pieces.push(c.to_string()),
        }
        before = Some(c);
        if c != ' ' {
            word_end = Some(c);
        }
    }
    pieces
}

/// Whether a line may break between two characters that no space parts.
fn breaks(before: char, after: char) -> bool {
    const OPENING: &str = "([{（「《“【";
    const CLOSING: &str = ")]}）」》”】，。、；：！？,.;:!?%";
    let wide = |c: char| c.width().unwrap_or(0) > 1;
    if after == ' ' || CLOSING.contains(after) || OPENING.contains(before) {
        return false;
    }
    wide(before) || wide(after)
}

/// Whether a line may break at a space: not between a number and its unit or its interval.
fn breaks_at_space(before: Option<char>, after: char) -> bool {
    let unit = before.is_some_and(|b| b.is_ascii_digit()) && after.is_alphabetic();
    after != ' ' && after != '±' && !unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_breaks_at_spaces() {
        assert_eq!(wrap("one agent a node", 10), ["one agent", "a node"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
    }

    #[test]
    fn chinese_breaks_between_characters_but_keeps_marks_and_words() {
        let lines = wrap("一般，需维护DaemonSet", 12);
        assert_eq!(lines, ["一般，需维护", "DaemonSet"]);
        assert_eq!(wrap("低，原生支持", 6), ["低，原", "生支持"]);
        assert_eq!(wrap("无限制，", 6), ["无限", "制，"]);
    }

    #[test]
    fn a_number_keeps_its_unit_and_its_interval() {
        assert_eq!(wrap("low: 1.28 GiB ±0.05, more", 16), ["low:", "1.28 GiB ±0.05,", "more"]);
        assert_eq!(wrap("about 4.87 cores ±0.09", 18), ["about", "4.87 cores ±0.09"]);
    }

    #[test]
    fn no_line_is_too_wide_and_nothing_is_lost() {
        let text = "较高，每个需要采集日志的POD都需要部署sidecar容器 (600 agents, 12.3 cores ±0.1)";
        for limit in 2..60 {
            let lines = wrap(text, limit);
            assert!(lines.iter().all(|l| width(l) <= limit), "{limit}: {lines:?}");
            let strip = |s: &str| s.replace(' ', "");
            assert_eq!(strip(&lines.concat()), strip(text));
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert!(!wrap("\u{1b}[31mred\nline", 40).concat().contains(char::is_control));
    }
}
