//! Texts changed a little: bytes, words, lines, and pieces of other texts.

use super::random::Random;

/// What readers trip over: ends of ranges, words of other formats, characters that terminals, pages and spreadsheets obey.
pub(crate) const WORDS: [&str; 64] = [
    "0",
    "-1",
    "1",
    "2",
    "1e308",
    "19e305",
    "1e-320",
    "0.1",
    "-0.0",
    "NaN",
    "inf",
    "-inf",
    "1e9",
    "255",
    "65536",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999",
    "250000000",
    "1e308Ti",
    "8000Pi",
    "876000h",
    "0s",
    "1ns",
    "1ms",
    "720h",
    "1M/s",
    "0/s",
    "1B",
    "1Ti",
    "100%",
    "0.0001%",
    "1m",
    "500m",
    "1000000/h",
    "true",
    "false",
    "null",
    "~",
    "\"\"",
    "''",
    "[]",
    "{}",
    "[[[[",
    "}}",
    ":",
    "- ",
    "&a",
    "*a",
    "!!int",
    "=cmd",
    "+1",
    "@SUM(1)",
    "../../etc",
    "CON",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "<script>",
    "|",
    ",",
    "\t",
];

/// The longest text that mutation makes, in bytes.
const MOST: usize = 64 << 10;

/// A text made of `seed` by a few changes; `others` are where pieces come from, `words` are the target's own.
pub(crate) fn mutated(seed: &[u8], others: &[Vec<u8>], words: &[&str], random: &mut Random) -> Vec<u8> {
    let mut text = seed.to_vec();
    for _ in 0..1 + random.below(4) {
        match random.below(12) {
            0 | 1 => change_byte(&mut text, random),
            2 => text.truncate(random.below(text.len() + 1)),
            3 => splice(&mut text, others, random),
            4 | 5 => change_line(&mut text, random),
            _ => change_word(&mut text, words, random),
        }
        text.truncate(MOST);
    }
    text
}

fn change_byte(text: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(text.len() + 1);
    match random.below(3) {
        0 if at < text.len() => text[at] ^= 1 << random.below(8),
        1 if at < text.len() => {
            text.remove(at);
        }
        _ => text.insert(at, random.next() as u8),
    }
}

/// A piece of another text in place of a piece of this one.
fn splice(text: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let Some(other) = others.get(random.below(others.len())) else { return };
    let piece = |length: usize, random: &mut Random| {
        let from = random.below(length + 1);
        from..(from + random.below(200)).min(length)
    };
    let (own, theirs) = (piece(text.len(), random), piece(other.len(), random));
    text.splice(own, other[theirs].iter().copied());
}

/// A line removed, there twice, elsewhere, or moved to the side.
fn change_line(text: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let (at, other) = (random.below(lines.len()), random.below(lines.len()));
    let indented;
    match random.below(4) {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(other, lines[at]),
        2 => lines.swap(at, other),
        _ => {
            indented = [b" ".repeat(1 + random.below(4)).as_slice(), lines[at]].concat();
            lines[at] = &indented;
        }
    }
    *text = lines.concat();
}

/// A word removed, there twice, or another in its place; now and then one that is much too long.
fn change_word(text: &mut Vec<u8>, words: &[&str], random: &mut Random) {
    let spans = spans(text);
    if spans.is_empty() {
        return;
    }
    let span = spans[random.below(spans.len())].clone();
    let new = match random.below(16) {
        0 => Vec::new(),
        1 => [&text[span.clone()], &text[span.clone()]].concat(),
        2 => b"n".repeat(1 + random.below(12_000)),
        3..=6 if !words.is_empty() => random.pick(words).as_bytes().to_vec(),
        7 => {
            let other = spans[random.below(spans.len())].clone();
            text[other].to_vec()
        }
        _ => random.pick(&WORDS).as_bytes().to_vec(),
    };
    text.splice(span, new);
}

/// Words and numbers, and signs by themselves.
fn spans(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/%".contains(&byte) || byte >= 0x80;
    let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match spans.last_mut() {
            Some(last) if is_word(*byte) && last.end == at && is_word(text[at - 1]) => last.end += 1,
            _ if byte.is_ascii_whitespace() => {}
            _ => spans.push(at..at + 1),
        }
    }
    spans
}
