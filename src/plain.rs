//! Texts from outside, made fit to be shown: what moves a cursor, turns the direction of writing or hides is spelled out, and
//! what goes on for ever is cut.
//!
//! Takes any text; gives one that a terminal, a page or a person can be shown. Whoever refuses a name or prints a message that
//! quotes one asks here.
//!
//! ```
//! use loghaul::plain::printable;
//! assert_eq!(printable("a \u{1b}[31mred\u{202e} name\n"), "a \\u{1b}[31mred\\u{202e} name\n");
//! ```

use std::fmt::Write as _;

/// The longest word that is shown whole, in characters: longer than any name that is allowed, and than most paths.
const LONGEST_WORD: usize = 300;

/// Characters that are shown of a longer one, at its beginning and at its end.
const BEGINNING: usize = 120;
const END: usize = 40;

/// Returns whether a character is not shown but obeyed: control characters, marks of direction, joiners, ends of lines and
/// paragraphs, and the mark that some editors put in front of UTF-8.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Returns a text whose characters are all seen, line breaks aside, and whose words end.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        for piece in line.split_inclusive([' ', '\t']) {
            let long = piece.chars().count();
            if long <= LONGEST_WORD {
                show(&mut out, piece.chars());
                continue;
            }
            show(&mut out, piece.chars().take(BEGINNING));
            // Writing to a string cannot fail.
            let _ = write!(out, "…({} characters)…", long - BEGINNING - END);
            show(&mut out, piece.chars().skip(long - END));
        }
    }
    out
}

fn show(out: &mut String, text: impl Iterator<Item = char>) {
    for c in text {
        match c {
            '\t' => out.push(' '),
            // The file came from a system with other ends of lines.
            '\r' => {}
            c if is_unseen(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_obeyed_is_spelled_out_and_what_is_seen_stays() {
        for (text, shown) in [
            ("plain, 中文, é", "plain, 中文, é"),
            ("two\nlines\r\n", "two\nlines\n"),
            ("\u{7}\u{9b}31m\u{200b}\u{feff}", "\\u{7}\\u{9b}31m\\u{200b}\\u{feff}"),
            ("\u{2066}x\u{2069}\t.", "\\u{2066}x\\u{2069} ."),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn a_word_that_goes_on_for_ever_is_cut() {
        let long = format!("\"{}\" is no name", "n".repeat(10_000));
        // Of 10,002 characters and a blank behind them 120 and 40 are left.
        let shown = format!("\"{}…(9843 characters)…{}\" is no name", "n".repeat(119), "n".repeat(38));
        assert_eq!(printable(&long), shown);
        let just = format!("{} .", "n".repeat(LONGEST_WORD - 1));
        assert_eq!(printable(&just), just);
    }
}
