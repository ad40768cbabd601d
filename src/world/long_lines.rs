//! Lines too long for their agent: which they are, and what it makes of them.
//!
//! Line *i* of a second belongs to one of the 256 classes of its law of sizes by a draw keyed by (stream, second, *i*), so
//! that the same lines are too long under every strategy, wherever a reader stops between them. The draw is apart from that
//! of the bytes of a second, which are a sum: the two agree on average. Streams whose largest class an agent takes are not
//! looked at.
//!
//! On standard output an agent sees pieces of up to 16 KiB with a prefix each. One that looks at the size of what it reads
//! before it joins pieces (`limits_joined`) is limited by those alone.
//!
//! Sources: Fluent Bit `in_tail` (`buffer_max_size`, `skip_long_lines`), Vector `max_line_bytes`, Filebeat
//! `message_max_bytes`, Loki `max_line_size`, Logtail's limits; the profiles name them.

use super::blueprint::{AgentPlan, Blueprint, StreamLaw};
use super::files::Files;
use super::runtime::SPLIT_BYTES;
use super::stream::Stream;
use super::tally::Tally;
use crate::engine::marks::CLASSES;
use crate::engine::random::{draw, subkey};
use crate::flow::{Cause, Chunk, Medium};
use crate::profile::LongLines;
use crate::units::NS_PER_SEC;

/// Purpose of the draws of lines' classes.
const LINE_CLASS: u64 = 0x4c4c;

/// The class of a stream in which no line is too long.
pub(super) const NONE_TOO_LONG: u16 = CLASSES as u16;

impl AgentPlan {
    /// The first class of a law whose lines are too long for the agent; [`NONE_TOO_LONG`] where none is.
    pub(super) fn first_too_long(&self, law: &StreamLaw, medium: Medium) -> u16 {
        if law.sizes.largest() <= self.line_limit_bytes {
            return NONE_TOO_LONG;
        }
        let in_pieces = medium.is_rotated_by_kubelet() && !self.limits_joined;
        let seen = |bytes: u64| match in_pieces {
            true => bytes.min(SPLIT_BYTES) + medium.prefix_bytes(),
            false => bytes,
        };
        let fits = |class: &usize| seen(law.sizes.value(*class)) <= self.line_limit_bytes;
        (0..CLASSES).take_while(fits).count() as u16
    }
}

impl Blueprint {
    /// Whether any line may be too long for the agent that reads it.
    pub fn has_long_lines(&self) -> bool {
        let largest = self.laws.iter().map(|law| law.sizes.largest()).max().unwrap_or(0);
        self.agents.iter().any(|plan| plan.line_limit_bytes < largest)
    }
}

/// Lines of a stream that are too long, in a span: calls `each` with the number of lines in the span before it, and its
/// bytes, as long as that gives `true`.
fn each_long(stream: &Stream, law: &StreamLaw, span: (u64, u64), mut each: impl FnMut(u64, u64) -> bool) {
    let (from_ns, until_ns) = span;
    let mut before = 0;
    for second in from_ns / NS_PER_SEC..until_ns.div_ceil(NS_PER_SEC) {
        let all = law.arrivals.count(stream.key, second);
        let begins_ns = second * NS_PER_SEC;
        let lines_at = |at_ns: u64| match at_ns.saturating_sub(begins_ns) {
            0 => 0,
            since_ns if since_ns >= NS_PER_SEC => all,
            since_ns => law.arrivals.before(stream.key, second, all, since_ns, NS_PER_SEC),
        };
        let key = subkey(subkey(stream.key, LINE_CLASS), second);
        let first = lines_at(from_ns);
        for line in first..lines_at(until_ns) {
            let class = (draw(key, line) >> 56) as usize;
            if class >= usize::from(stream.too_long) && !each(before, law.sizes.value(class)) {
                return;
            }
            before += 1;
        }
    }
}

/// Lines of a stream in a span that are too long.
pub(super) fn count_long(stream: &Stream, law: &StreamLaw, span: (u64, u64)) -> u64 {
    if stream.too_long == NONE_TOO_LONG {
        return 0;
    }
    let mut lines = 0;
    each_long(stream, law, span, |_, _| {
        lines += 1;
        true
    });
    lines
}

/// Lines that come before the first that is too long in a span; `None` where none is.
pub(super) fn lines_before_long(stream: &Stream, law: &StreamLaw, span: (u64, u64)) -> Option<u64> {
    let mut found = None;
    each_long(stream, law, span, |before, _| {
        found = Some(before);
        false
    });
    found
}

/// What an agent makes of a chunk with lines that are too long; `None` where nothing is left of it.
pub(super) fn treat(
    mut chunk: Chunk,
    stream: &Stream,
    law: &StreamLaw,
    plan: &AgentPlan,
    tally: &mut Tally,
) -> Option<Chunk> {
    let limit = plan.line_limit_bytes;
    let (mut lines, mut bytes, mut beyond, mut more) = (0, 0, 0, 0);
    each_long(stream, law, (chunk.from_ns, chunk.until_ns), |_, size| {
        lines += 1;
        bytes += size;
        beyond += size.saturating_sub(limit);
        more += size.div_ceil(limit) - 1;
        true
    });
    let lines = lines.min(chunk.lines);
    tally.long_lines += if chunk.copy { 0 } else { lines };
    // The bytes of a chunk are a sum drawn apart: none of its other lines is left without any.
    let most = |left: u64| chunk.bytes.saturating_sub(left);
    match plan.long_lines {
        LongLines::Skip => {
            tally.ledger.lose(Cause::LinesTooLong, if chunk.copy { 0 } else { lines });
            chunk.bytes -= bytes.min(most(chunk.lines - lines));
            chunk.lines -= lines;
        }
        LongLines::Truncate => chunk.bytes -= beyond.min(most(chunk.lines)),
        // Each further record has an overhead of its own in the buffer.
        LongLines::Split => chunk.bytes += more * plan.record_overhead_bytes,
        LongLines::Stop => {}
    }
    (chunk.lines > 0).then_some(chunk)
}

impl Files {
    /// The reader has come to a line at which it reads no further in its file: what is in it is left to nobody.
    pub fn stop(&mut self, stream: &mut Stream, law: &StreamLaw, tally: &mut Tally) {
        match self.end_of_file_at(stream.time_ns) {
            // A rotated one has an end.
            Some(until_ns) => self.abandon(stream, law, until_ns, Cause::LinesTooLong, tally),
            None => self.stop_live(stream, law),
        }
    }
}

#[cfg(test)]
mod tests;
