//! A reader that is taken back, and which lines of its way are new to the ledger.

use super::files::Files;
use super::owed::{Owed, Replay};
use super::span::Span;
use crate::blueprint::StreamLaw;
use crate::world::lines::stream::Stream;

impl Files {
    /// Where a reader goes on whose position this is, if that is before its place: no earlier than the live file.
    pub(crate) fn goes_on_at(&self, stream: &Stream, position_ns: u64) -> Option<u64> {
        let from_ns = position_ns.max(self.live_from_ns);
        (self.has_reader && !self.is_gone && from_ns < stream.time_ns).then_some(from_ns)
    }

    /// The stream with a reader at its beginning.
    pub(crate) fn fresh(&self, stream: &Stream, law: &StreamLaw) -> Stream {
        Stream::new(stream.law, law, stream.tenant, stream.prefix_bytes, stream.key, self.born_ns)
            .like(stream)
    }

    /// Takes the reader back to `from_ns`, in the live file; `fresh` is the stream with a reader at its beginning.
    pub(crate) fn rewind(
        &mut self,
        stream: &mut Stream,
        law: &StreamLaw,
        mut fresh: Stream,
        from_ns: u64,
        mut owed: Vec<Owed>,
    ) {
        let place_ns = stream.time_ns;
        let mut until_ns = place_ns;
        if let Some(before) = self.replay.take().filter(|before| before.until_ns > place_ns) {
            // It had not read again all that it was to.
            until_ns = before.until_ns;
            let left = before.owed.into_iter().filter(|(_, end_ns)| *end_ns > place_ns);
            owed.extend(left.map(|(begin_ns, end_ns)| (begin_ns.max(place_ns), end_ns)));
        }
        owed.sort_unstable();
        let start = fresh.peek(law, from_ns);
        fresh.advance_to(&start);
        *stream = fresh;
        match self.known.last_mut() {
            Some(span) if span.until_ns == self.ended_ns => span.from_ns = span.from_ns.min(from_ns),
            _ => self.known.push(Span { from_ns, until_ns: self.ended_ns }),
        }
        self.stopped_ns = None;
        self.replay = Some(Box::new(Replay { until_ns, owed }));
        self.settle(stream, law);
    }

    /// Up to where lines behind the reader's place are alike, and whether they are owed; `None` where it reads them for the
    /// first time.
    pub(crate) fn replays_at(&self, at_ns: u64) -> Option<(u64, bool)> {
        self.replay.as_ref()?.at(at_ns)
    }

    /// Lines of a span that nobody has, and the place from which on they are read for the first time; the span begins no
    /// earlier than the reader's place.
    pub(crate) fn new_lines(
        &self,
        stream: &Stream,
        law: &StreamLaw,
        from_ns: u64,
        until_ns: u64,
    ) -> (u64, u64) {
        let lines = |at_ns| stream.peek(law, at_ns).written.lines;
        let (mut at_ns, mut new) = (from_ns, 0);
        while at_ns < until_ns
            && let Some((edge_ns, is_owed)) = self.replays_at(at_ns)
        {
            let edge_ns = edge_ns.min(until_ns);
            new += if is_owed { lines(edge_ns) - lines(at_ns) } else { 0 };
            at_ns = edge_ns;
        }
        (new + self.written_between(stream, law, at_ns.min(until_ns), until_ns), at_ns)
    }
}
