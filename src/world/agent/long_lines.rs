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

use crate::blueprint::{AgentPlan, BackendPlan, Blueprint, Purpose, StreamLaw, member};
use crate::engine::marks::CLASSES;
use crate::engine::random::draw;
use crate::flow::{Cause, Chunk, Medium};
use crate::profile::LongLines;
use crate::units::NS_PER_SEC;
use crate::world::disk::files::Files;
use crate::world::lines::runtime::SPLIT_BYTES;
use crate::world::lines::stream::{Cursor, NONE_TOO_LONG, Stream};
use crate::world::tally::Tally;

impl AgentPlan {
    /// The first class of a law whose lines are too long for the agent; [`NONE_TOO_LONG`] where none is.
    pub(crate) fn first_too_long(&self, law: &StreamLaw, medium: Medium) -> u16 {
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

impl BackendPlan {
    /// The first class of a law whose lines the backend rejects; [`NONE_TOO_LONG`] where it takes all.
    pub(crate) fn first_rejected(&self, law: &StreamLaw) -> u16 {
        (0..CLASSES).take_while(|class| law.sizes.value(*class) <= self.line_limit_bytes).count() as u16
    }
}

impl Blueprint {
    /// Whether any line may be too long for the agent that reads it.
    pub fn has_long_lines(&self) -> bool {
        let largest = self.laws.iter().map(|law| law.sizes.largest()).max().unwrap_or(0);
        self.agents.iter().any(|plan| plan.line_limit_bytes < largest)
    }
}

/// A line that is too long for its reader or for the backend.
struct Long {
    /// Lines in the span before it.
    before: u64,
    /// The class of its size.
    class: u16,
    bytes: u64,
}

/// Lines of a stream of the class `first_class` and above, in a span: calls `each` with each, as long as that gives `true`.
fn each_long(
    (stream, first_class): (&Stream, u16),
    law: &StreamLaw,
    span: (u64, u64),
    mut each: impl FnMut(Long) -> bool,
) {
    let (from_ns, until_ns) = span;
    let mut before = 0;
    let mut cursor = Cursor::new(law, stream.key, from_ns / NS_PER_SEC);
    for second in from_ns / NS_PER_SEC..until_ns.div_ceil(NS_PER_SEC) {
        cursor.walk_to(law, stream.key, second);
        let all = cursor.lines();
        let begins_ns = second * NS_PER_SEC;
        let lines_at = |at_ns: u64| match at_ns.saturating_sub(begins_ns) {
            0 => 0,
            since_ns if since_ns >= NS_PER_SEC => all,
            since_ns => law.arrivals.before(stream.key, second, all, since_ns, NS_PER_SEC),
        };
        let key = member(Purpose::LineClass.key(stream.key), second);
        let first = lines_at(from_ns);
        for line in first..lines_at(until_ns) {
            let class = (draw(key, line) >> 56) as u16;
            if class >= first_class {
                let bytes = law.sizes.value(usize::from(class));
                if !each(Long { before, class, bytes }) {
                    return;
                }
            }
            before += 1;
        }
    }
}

/// Lines that are not in what an agent holds, as they were too long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DroppedLines {
    /// The agent has passed them over.
    pub skipped: u64,
    /// The backend takes none of them.
    pub rejected: u64,
}

/// Whether an agent passes a line over.
fn is_skipped(line: &Long, stream: &Stream, plan: &AgentPlan) -> bool {
    line.class >= stream.too_long && plan.long_lines == LongLines::Skip
}

/// Whether the backend rejects what an agent makes of a line that it does not pass over.
fn is_rejected(line: &Long, stream: &Stream, plan: &AgentPlan, backend: &BackendPlan) -> bool {
    let is_cut =
        line.class >= stream.too_long && matches!(plan.long_lines, LongLines::Truncate | LongLines::Split);
    line.class >= stream.rejected && !(is_cut && plan.line_limit_bytes <= backend.line_limit_bytes)
}

/// Lines of a stream in a span that no agent holds.
pub(crate) fn count_dropped(
    stream: &Stream,
    law: &StreamLaw,
    span: (u64, u64),
    (plan, backend): (&AgentPlan, &BackendPlan),
) -> DroppedLines {
    let mut dropped = DroppedLines::default();
    if stream.has_long() {
        each_long((stream, stream.too_long.min(stream.rejected)), law, span, |line| {
            let is_skipped = is_skipped(&line, stream, plan);
            dropped.skipped += u64::from(is_skipped);
            dropped.rejected += u64::from(!is_skipped && is_rejected(&line, stream, plan, backend));
            true
        });
    }
    dropped
}

/// Lines that come before the first that is too long for their reader in a span; `None` where none is.
pub(crate) fn lines_before_long(stream: &Stream, law: &StreamLaw, span: (u64, u64)) -> Option<u64> {
    let mut found = None;
    each_long((stream, stream.too_long), law, span, |line| {
        found = Some(line.before);
        false
    });
    found
}

/// What becomes of a chunk with lines that are too long; `None` where nothing is left of it. Lines that the backend will
/// reject are taken out here, where they are read.
pub(crate) fn treat(
    mut chunk: Chunk,
    stream: &Stream,
    law: &StreamLaw,
    (plan, backend): (&AgentPlan, &BackendPlan),
    tally: &mut Tally,
) -> Option<Chunk> {
    let limit = plan.line_limit_bytes;
    let (mut long, mut bytes, mut beyond, mut more) = (0, 0, 0, 0);
    let mut dropped = DroppedLines::default();
    each_long((stream, stream.too_long.min(stream.rejected)), law, (chunk.from_ns, chunk.until_ns), |line| {
        let is_long = line.class >= stream.too_long;
        long += u64::from(is_long);
        if is_skipped(&line, stream, plan) {
            dropped.skipped += 1;
            bytes += line.bytes;
        } else if is_rejected(&line, stream, plan, backend) {
            dropped.rejected += 1;
            bytes += line.bytes;
        } else if is_long {
            beyond += line.bytes.saturating_sub(limit);
            more += line.bytes.div_ceil(limit) - 1;
        }
        true
    });
    let lines = (dropped.skipped + dropped.rejected).min(chunk.lines);
    if !chunk.copy {
        tally.long_lines += long.min(chunk.lines);
        let skipped = dropped.skipped.min(lines);
        tally.ledger.lose(Cause::LinesTooLong, skipped);
        tally.ledger.lose(Cause::RejectedByBackend, lines - skipped);
    }
    // The bytes of a chunk are a sum drawn apart: none of its other lines is left without any.
    chunk.bytes -= bytes.min(chunk.bytes.saturating_sub(chunk.lines - lines));
    chunk.lines -= lines;
    match plan.long_lines {
        LongLines::Truncate => chunk.bytes -= beyond.min(chunk.bytes.saturating_sub(chunk.lines)),
        // Each further record has an overhead of its own in the buffer.
        LongLines::Split => chunk.bytes += more * plan.record_overhead_bytes,
        LongLines::Skip | LongLines::Stop => {}
    }
    (chunk.lines > 0).then_some(chunk)
}

impl Files {
    /// The reader has come to a line at which it reads no further in its file: what is in it is left to nobody.
    pub(crate) fn stop(&mut self, stream: &mut Stream, law: &StreamLaw, tally: &mut Tally) {
        match self.end_of_file_at(stream.time_ns) {
            // A rotated one has an end.
            Some(until_ns) => self.abandon(stream, law, until_ns, Cause::LinesTooLong, tally),
            None => self.stop_live(stream, law),
        }
    }
}

#[cfg(test)]
mod tests;
