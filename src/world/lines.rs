//! What was written: streams of lines, their gaps and groups, and what the runtime makes of them.

pub(crate) mod gaps;
pub(crate) mod multiline;
pub(crate) mod runtime;
pub(crate) mod stream;
