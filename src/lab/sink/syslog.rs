//! Syslog over TCP (RFC 6587): a message a line, or its length, a blank and then the message.

use super::Connection;
use memchr::{memchr, memchr_iter};
use std::io::{self, Read};

/// Bytes read at once.
const PIECE: usize = 256 * 1024;

/// Longest message; a longer one ends the connection.
const LONGEST: usize = 4 * 1024 * 1024;

pub(super) fn serve(connection: &mut Connection) -> io::Result<()> {
    let (mut buffer, mut filled) = (vec![0; PIECE], 0);
    loop {
        if filled == buffer.len() {
            if buffer.len() >= LONGEST {
                return Err(io::Error::other("a message of more than 4 MiB"));
            }
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = connection.read(&mut buffer[filled..])?;
        if read == 0 {
            // Whoever hangs up in the middle of a message has not sent it.
            if filled > 0 {
                connection.batch.garbage += 1;
                connection.deliver();
            }
            return Ok(());
        }
        filled += read;
        let taken = take(connection, &buffer[..filled]);
        if taken > 0 {
            buffer.copy_within(taken..filled, 0);
            filled -= taken;
            connection.pause();
            connection.deliver();
        }
    }
}

/// Takes all whole messages; returns how many bytes they are.
fn take(connection: &mut Connection, bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some((length, digits)) = counted(&bytes[at..]) {
        let Some(message) = bytes.get(at + digits..at + digits + length) else { return at };
        connection.batch.take(message);
        at += digits + length;
    }
    at + lines(connection, &bytes[at..])
}

/// Takes whole lines; returns how many bytes they are.
fn lines(connection: &mut Connection, bytes: &[u8]) -> usize {
    let mut start = 0;
    for end in memchr_iter(b'\n', bytes) {
        if end > start {
            connection.batch.take(&bytes[start..end]);
        }
        start = end + 1;
    }
    start
}

/// The length of a message that has it before it, and how many bytes say so. A priority in angle brackets follows:
/// a line may begin with digits as well.
fn counted(bytes: &[u8]) -> Option<(usize, usize)> {
    let blank = memchr(b' ', &bytes[..bytes.len().min(8)]).filter(|blank| *blank > 0)?;
    let digits = std::str::from_utf8(&bytes[..blank]).ok()?;
    let length = digits.parse().ok()?;
    (bytes.get(blank + 1) == Some(&b'<')).then_some((length, blank + 1))
}
