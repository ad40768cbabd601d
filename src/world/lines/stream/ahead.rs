//! What the intervals of a stream hold that somebody goes through one by one, drawn in one go.

use super::Amount;
use super::cursor::{Cursor, SIZES, SPANS, block_of, intervals_of};
use crate::blueprint::StreamLaw;
use crate::engine::arrivals::{BLOCK, Memo, Places};
use crate::units::NS_PER_SEC;

/// The length of a block.
pub(crate) const BLOCK_NS: u64 = BLOCK * NS_PER_SEC;

/// In place of a number of lines.
const UNDRAWN: u64 = u64::MAX;

/// What some intervals of a stream hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead {
    first: u64,
    lines: Vec<u64>,
    bytes: Vec<u64>,
    /// What is left of each one's block behind it, where the law is counted in blocks.
    rests: Vec<Amount>,
    /// Whole blocks.
    blocks: Vec<Amount>,
    memo: Memo,
    places: Places,
}

/// How somebody goes through intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    /// Looking into each once or twice.
    Long,
    /// Looking into each more often.
    Short,
}

impl Ahead {
    /// Draws what the intervals behind the cursor's hold, up to and including that of an instant.
    pub(crate) fn draw(&mut self, law: &StreamLaw, key: u64, cursor: &Cursor, until_ns: u64) {
        self.first = cursor.interval + 1;
        let many = (until_ns / NS_PER_SEC).saturating_sub(cursor.interval) as usize;
        self.lines.resize(many, 0);
        self.bytes.resize(many, 0);
        self.rests.clear();
        if law.arrivals.is_in_blocks() {
            self.draw_blocks(law, key, many);
            return;
        }
        law.arrivals.counts(key, self.first, &mut self.lines);
        law.sizes.sums(&self.lines, key ^ SIZES, self.first, &mut self.bytes);
    }

    /// The same of a law that is counted in blocks.
    fn draw_blocks(&mut self, law: &StreamLaw, key: u64, many: usize) {
        let Self { first, lines, bytes, rests, .. } = self;
        let (first, last) = (*first, *first + many as u64);
        for block in first / BLOCK..last.div_ceil(BLOCK) {
            let mut rest = block_of(law, key, block);
            for (interval, amount) in (block * BLOCK..).zip(intervals_of(law, key, block, rest)) {
                rest = rest - amount;
                if (first..last).contains(&interval) {
                    let place = (interval - first) as usize;
                    (lines[place], bytes[place]) = (amount.lines, amount.bytes);
                    rests.push(rest);
                }
            }
        }
    }

    /// What an interval holds, and what is left of its block.
    #[inline]
    fn of(&self, interval: u64) -> (Amount, Amount) {
        let place = (interval - self.first) as usize;
        let within = Amount { lines: self.lines[place], bytes: self.bytes[place] };
        (within, self.rests.get(place).copied().unwrap_or_default())
    }

    /// Draws what a reader takes that has read `before` in spans of time that follow one another from its place on, of these
    /// lengths, by a law that is counted in blocks. Blocks that lie within all of the spans together are what spans of a block's
    /// length take; what is left, by the ends of the first and the last block, is divided among the other spans by their lengths.
    /// As arrivals are Poisson at one rate, that has the law of what the spans hold where they are, and all of it together is the
    /// same. Returns what was written by the end, to which the cursor is taken.
    pub(crate) fn draw_spans(
        &mut self,
        (law, key): (&StreamLaw, u64),
        (cursor, before): (&mut Cursor, Amount),
        (since_ns, spans): (u64, &[u64]),
    ) -> Amount {
        let Self { lines, bytes, blocks, .. } = self;
        let all_ns = spans.iter().sum::<u64>();
        let last = (since_ns + all_ns) / NS_PER_SEC / BLOCK;
        let own = cursor.interval / BLOCK;
        blocks.clear();
        if last > own {
            let mut end = cursor.block_end();
            blocks.extend((own + 1..last).map(|block| block_of(law, key, block)));
            blocks.iter().for_each(|block| end += *block);
            *cursor = Cursor::in_block(law, key, (since_ns + all_ns) / NS_PER_SEC, end);
        }
        let written = cursor.written(law, key, since_ns + all_ns);
        lines.clear();
        bytes.clear();
        let (mut rest, mut rest_ns, mut whole) = (written - before, all_ns, blocks.iter());
        for span_ns in spans {
            let block = if *span_ns == BLOCK_NS { whole.next() } else { None };
            if let Some(block) = block {
                (rest, rest_ns) = (rest - *block, rest_ns - span_ns);
            }
            lines.push(block.map_or(UNDRAWN, |block| block.lines));
            bytes.push(block.map_or(0, |block| block.bytes));
        }
        let mut at_ns = since_ns;
        for ((span_ns, lines), bytes) in spans.iter().zip(lines).zip(bytes) {
            at_ns += span_ns;
            if *lines == UNDRAWN {
                *lines = law.arrivals.count_of_part(rest.lines, (*span_ns, rest_ns), key, at_ns);
                let counts = (*lines, rest.lines - *lines);
                *bytes = law.sizes.part_of(rest.bytes, counts, key ^ SPANS, at_ns);
                (rest, rest_ns) = (rest - Amount { lines: *lines, bytes: *bytes }, rest_ns - span_ns);
            }
        }
        written
    }

    /// Lines and bytes of each span.
    pub(crate) fn amounts(&self) -> (&[u64], &[u64]) {
        (&self.lines, &self.bytes)
    }
}

impl Cursor {
    /// What was written before `at_ns`, where what intervals hold was drawn ahead.
    #[inline(always)]
    pub(crate) fn written_ahead(
        &mut self,
        ahead: &mut Ahead,
        (law, key): (&StreamLaw, u64),
        at_ns: u64,
        steps: Steps,
    ) -> Amount {
        let interval = at_ns / NS_PER_SEC;
        while self.interval < interval {
            self.before += self.within;
            self.interval += 1;
            (self.within, self.rest) = ahead.of(self.interval);
        }
        let (lines, offset) = (self.within.lines, at_ns % NS_PER_SEC);
        let (arrivals, looked) = (&law.arrivals, (interval, lines));
        self.with(match steps {
            _ if arrivals.is_halved(lines) => {
                arrivals.before_with(&mut ahead.memo, key, looked, offset, NS_PER_SEC)
            }
            Steps::Long => arrivals.before(key, interval, lines, offset, NS_PER_SEC),
            Steps::Short => arrivals.before_by_places(&mut ahead.places, key, looked, offset, NS_PER_SEC),
        })
    }
}
