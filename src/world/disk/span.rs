//! A span of a stream.

/// A span of the stream that the reader has open or knows of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Its beginning, in nanoseconds.
    pub from_ns: u64,
    /// Its end, in nanoseconds.
    pub until_ns: u64,
}
