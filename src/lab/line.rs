//! A line that can be accounted for: it says which file it is from, which number it has there, and when it was
//! written. What the generator writes and the sink recognises stands here side by side.
//!
//! ```text
//! 2026-11-22T10:00:00.000000000Z stdout F @@0003:0000000042:1795341600000000000 so many words and then~
//! └── what a container runtime puts before it ──┘└file┘ └─ number ─┘ └── written, ns ──┘ └── text, a tilde ──┘
//! ```
//!
//! The payload begins at `@@`. No character of it is escaped in JSON, so that it can be recognised in what any agent
//! makes of it.

use memchr::{memchr, memmem};
use std::sync::LazyLock;

/// Bytes of a payload before its text: mark, file, number, time, blank.
const HEAD: usize = 38;

/// The shortest payload: a head and the tilde.
pub const SHORTEST_PAYLOAD: usize = HEAD + 1;

/// The longest payload: a container runtime would cut longer lines at 16 KiB.
pub const LONGEST_PAYLOAD: usize = 16_000;

/// Bytes that a container runtime adds to a payload: time, stream, tag, and the end of the line.
pub const RUNTIME_BYTES: usize = 41;

/// The most files: four digits.
pub const MOST_FILES: u32 = 10_000;

/// The text of every payload, of which each takes as much as it needs.
static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    b"so many words and then some more of them ".iter().copied().cycle().take(LONGEST_PAYLOAD).collect()
});

/// Finds the mark that a payload begins with.
static MARK: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"@@"));

/// What stands on each line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As a container runtime writes standard output: time, stream, tag, payload.
    Cri,
    /// As an application writes its own file: the payload alone.
    Plain,
}

impl Form {
    /// Bytes of a line beyond its payload.
    pub fn overhead(self) -> usize {
        match self {
            Self::Cri => RUNTIME_BYTES,
            Self::Plain => 1,
        }
    }
}

/// What a payload says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The file, from 0.
    pub file: u32,
    /// The line's number in it, from 0.
    pub seq: u64,
    /// When it was written, in nanoseconds since 1970.
    pub written_ns: u64,
    /// Bytes of the payload as it arrived; 0 where its text is not what was written.
    pub payload: u32,
}

/// An instant as lines name it: the part up to the second is written once a second.
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    second: u64,
    calendar: Vec<u8>,
    digits: [u8; 19],
}

impl Stamp {
    /// Sets the instant, in nanoseconds since 1970.
    pub fn set(&mut self, unix_ns: u64) {
        let (second, nanos) = (unix_ns / 1_000_000_000, unix_ns % 1_000_000_000);
        if second != self.second || self.calendar.is_empty() {
            self.second = second;
            let instant = jiff::Timestamp::from_second(second.cast_signed()).unwrap_or_default();
            self.calendar = instant.strftime("%Y-%m-%dT%H:%M:%S.").to_string().into_bytes();
            write_digits(&mut self.digits[..10], second);
        }
        write_digits(&mut self.digits[10..], nanos);
    }
}

/// Writes a number with leading zeros.
fn write_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Appends a line of a payload of so many bytes.
pub fn write(out: &mut Vec<u8>, form: Form, stamp: &Stamp, file: u32, seq: u64, payload: usize) {
    if form == Form::Cri {
        out.extend_from_slice(&stamp.calendar);
        out.extend_from_slice(&stamp.digits[10..]);
        out.extend_from_slice(b"Z stdout F ");
    }
    let mut head = *b"@@0000:0000000000:0000000000000000000 ";
    write_digits(&mut head[2..6], u64::from(file));
    write_digits(&mut head[7..17], seq);
    head[18..37].copy_from_slice(&stamp.digits);
    out.extend_from_slice(&head);
    out.extend_from_slice(&TEXT[..payload.saturating_sub(SHORTEST_PAYLOAD).min(LONGEST_PAYLOAD)]);
    out.extend_from_slice(b"~\n");
}

/// The first payload in some bytes, and how many of them it and what stands before it take; `None` where there is none.
pub fn find(bytes: &[u8]) -> Option<(Mark, usize)> {
    let mut from = 0;
    loop {
        let at = from + MARK.find(&bytes[from..])?;
        if let Some((mark, length)) = read(&bytes[at..]) {
            return Some((mark, at + length));
        }
        from = at + 1;
    }
}

/// The payload at the beginning of some bytes.
fn read(bytes: &[u8]) -> Option<(Mark, usize)> {
    let head = bytes.get(..HEAD)?;
    let is_shaped = head[6] == b':' && head[17] == b':' && head[37] == b' ';
    let file = number(&head[2..6]).filter(|_| is_shaped)?;
    let (seq, written_ns) = (number(&head[7..17])?, number(&head[18..37])?);
    let rest = &bytes[HEAD..];
    let text = memchr(b'~', &rest[..rest.len().min(LONGEST_PAYLOAD)]);
    let intact = text.filter(|end| TEXT[..*end] == rest[..*end]);
    let payload = intact.map_or(0, |end| HEAD + end + 1);
    let mark = Mark { file: file as u32, seq, written_ns, payload: payload as u32 };
    Some((mark, payload.max(HEAD)))
}

fn number(digits: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        number = number * 10 + u64::from(value);
    }
    Some(number)
}

/// How long payloads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// All of so many bytes.
    Constant(u32),
    /// From so many bytes to so many, each as often.
    Between(u32, u32),
}

impl Sizes {
    /// Bytes of a line's payload: of a file and a number always the same, so that the sink knows it as well.
    pub fn payload(self, file: u32, seq: u64) -> u32 {
        match self {
            Self::Constant(bytes) => bytes,
            Self::Between(least, most) => {
                // One step of SplitMix64 (Steele, Lea, Flood 2014) spreads neighbouring numbers over all values.
                let mut z = ((u64::from(file) << 40) ^ seq).wrapping_add(0x9E37_79B9_7F4A_7C15);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                least + ((z ^ (z >> 31)) % u64::from(most - least + 1)) as u32
            }
        }
    }

    /// Their mean, in bytes.
    pub fn mean(self) -> f64 {
        match self {
            Self::Constant(bytes) => f64::from(bytes),
            Self::Between(least, most) => f64::midpoint(f64::from(least), f64::from(most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(form: Form, payload: usize) -> Vec<u8> {
        let (mut stamp, mut out) = (Stamp::default(), Vec::new());
        stamp.set(1_795_341_600_000_000_042);
        write(&mut out, form, &stamp, 3, 42, payload);
        out
    }

    #[test]
    fn a_line_is_as_long_as_it_should_be_and_reads_as_a_runtime_writes_it() {
        let cri = line(Form::Cri, 200);
        assert_eq!(cri.len(), 241);
        // 1,795,341,600 s after 1970 is 2026-11-22 10:00:00 UTC: 20,779 days of 86,400 s and 36,000 s.
        let text = String::from_utf8(cri).unwrap();
        let start =
            "2026-11-22T10:00:00.000000042Z stdout F @@0003:0000000042:1795341600000000042 so many words";
        assert!(text.starts_with(start), "{text}");
        assert!(text.ends_with("~\n"));
        assert_eq!(line(Form::Plain, SHORTEST_PAYLOAD).len(), 40);
    }

    #[test]
    fn what_was_written_is_found_in_what_an_agent_makes_of_it() {
        let mut bytes = b"{\"log\":\"".to_vec();
        bytes.extend_from_slice(line(Form::Cri, 120).trim_ascii_end());
        bytes.extend_from_slice(b"\"}");
        let (mark, end) = find(&bytes).unwrap();
        let expected = Mark { file: 3, seq: 42, written_ns: 1_795_341_600_000_000_042, payload: 120 };
        assert_eq!((mark, end), (expected, bytes.len() - 2));
        assert_eq!(find(&bytes[end..]), None);
    }

    #[test]
    fn what_was_cut_or_changed_is_not_intact() {
        let whole = line(Form::Plain, 120);
        let (cut, _) = find(&whole[..100]).unwrap();
        assert_eq!((cut.seq, cut.payload), (42, 0));
        let mut changed = whole.clone();
        changed[60] = b'#';
        assert_eq!(find(&changed).unwrap().0.payload, 0);
        // A mark without a head is none, and what stands behind it is found.
        let mut behind = b"@@ user@@host ".to_vec();
        behind.extend_from_slice(&whole);
        assert_eq!(find(&behind).unwrap().0.payload, 120);
        assert_eq!(find(b"@@0003:00000000x2:1795341600000000000 text~"), None);
    }

    #[test]
    fn sizes_between_two_bounds_take_every_value_and_have_their_mean() {
        let sizes = Sizes::Between(100, 103);
        let mut seen = [0_u32; 4];
        for seq in 0..4000 {
            seen[(sizes.payload(7, seq) - 100) as usize] += 1;
        }
        // 1,000 expected of each, with a standard deviation of √(4000 · ¼ · ¾) = 27.
        assert!(seen.iter().all(|n| (865..=1135).contains(n)), "{seen:?}");
        assert_eq!((sizes.mean(), sizes.payload(7, 5)), (101.5, sizes.payload(7, 5)));
    }
}
