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

/// Bytes of the longest name of a file beside its ending: file systems allow 255 in all, and a file that is under way has
/// some more.
const LONGEST_STEM: usize = 180;

/// Names that are devices on Windows, whatever stands behind a dot (Microsoft, "Naming Files, Paths, and Namespaces"); and so
/// are COM and LPT with a digit, superscripts among them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns a name of a file that follows from a name from outside, with an ending: one that is a file of this name on every
/// system, and nothing else. Letters and digits of all languages stay, and `-`, `_` and `.` within; everything else becomes
/// `-`, dots and dashes at either end go, names of devices get a `_`, and what is too long loses its middle.
///
/// ```
/// use loghaul::plain::file_name;
/// assert_eq!(file_name("shop: 3 nodes", "yaml"), "shop--3-nodes.yaml");
/// assert_eq!(file_name("con.fig", "yaml"), "con_.fig.yaml");
/// ```
pub fn file_name(name: &str, ending: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let mut stem: String = name.chars().map(plain).collect();
    if stem.len() > LONGEST_STEM {
        // What tells names apart is often at their end.
        let until = stem.floor_char_boundary(LONGEST_STEM / 2);
        let from = stem.ceil_char_boundary(stem.len() - (LONGEST_STEM / 2 - 1));
        stem.replace_range(until..from, "-");
    }
    // A dot before hides, a dot behind is not there on Windows, and a dash is an option of programs.
    let mut stem = stem.trim_matches(['.', '-']).to_owned();
    let first = stem.find('.').unwrap_or(stem.len());
    if is_device(&stem[..first]) {
        stem.insert(first, '_');
    }
    format!("{}.{ending}", if stem.is_empty() { "_" } else { &stem })
}

fn is_device(name: &str) -> bool {
    let name = name.to_lowercase();
    let is_port = |rest: &str| {
        let mut rest = rest.chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.contains(&name.as_str())
        || name.strip_prefix("com").or_else(|| name.strip_prefix("lpt")).is_some_and(is_port)
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
    fn a_name_of_a_file_is_a_file_on_every_system() {
        for (name, file) in [
            ("shop", "shop.yaml"),
            ("商店 a/b\\c", "商店-a-b-c.yaml"),
            // Devices, in any case and with anything behind a dot; what only begins as one is none.
            ("CON", "CON_.yaml"),
            ("nul.tar.gz", "nul_.tar.gz.yaml"),
            ("Com1", "Com1_.yaml"),
            ("lpt²", "lpt²_.yaml"),
            ("aux ", "aux_.yaml"),
            ("conin$", "conin.yaml"),
            ("console", "console.yaml"),
            ("com10", "com10.yaml"),
            // Dots and blanks at the ends, which Windows leaves out or which hide; folders that are meant otherwise.
            ("ends. . ", "ends.yaml"),
            ("..", "_.yaml"),
            (".hidden", "hidden.yaml"),
            ("-rf", "rf.yaml"),
            ("a<b>:\"|?*", "a-b.yaml"),
            ("", "_.yaml"),
        ] {
            assert_eq!(file_name(name, "yaml"), file, "{name:?}");
        }
    }

    #[test]
    fn a_name_of_a_file_is_no_longer_than_file_systems_allow() {
        for letter in ["n", "é", "字", "𝔫"] {
            for long in [100, 253] {
                let name = format!("{}-end", letter.repeat(long));
                let file = file_name(&name, "yaml");
                assert!(file.len() <= LONGEST_STEM + ".yaml".len() && file.ends_with("-end.yaml"), "{file}");
                assert!(file.starts_with(&letter.repeat(20)), "{file}");
            }
        }
        assert_eq!(file_name(&"n".repeat(LONGEST_STEM), "md"), format!("{}.md", "n".repeat(LONGEST_STEM)));
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
