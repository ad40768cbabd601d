//! What the intervals of a stream hold that somebody goes through one by one, drawn in one go.

use super::{Amount, Cursor, SIZES};
use crate::blueprint::StreamLaw;
use crate::engine::arrivals::{Memo, Places};
use crate::units::NS_PER_SEC;

/// What some intervals of a stream hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead {
    first: u64,
    lines: Vec<u64>,
    bytes: Vec<u64>,
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
        law.arrivals.counts(key, self.first, &mut self.lines);
        law.sizes.sums(&self.lines, key ^ SIZES, self.first, &mut self.bytes);
    }

    #[inline]
    fn of(&self, interval: u64) -> Amount {
        let place = (interval - self.first) as usize;
        Amount { lines: self.lines[place], bytes: self.bytes[place] }
    }

    /// Draws what a reader takes that comes once an interval and has read `before`, up to `until_ns`, as if it took whole
    /// intervals, and the last time what is left of the first and has come of the last. Where intervals are alike and
    /// independent of each other, what it takes has the same law as if it were cut off where the reader comes, and all of it
    /// together is the same. Returns what was written by then, to which the cursor is taken.
    pub(crate) fn draw_in_whole(
        &mut self,
        (law, key): (&StreamLaw, u64),
        (cursor, before): (&mut Cursor, Amount),
        until_ns: u64,
    ) -> Amount {
        self.draw(law, key, cursor, until_ns);
        let written = cursor.written_ahead(self, (law, key), until_ns, Steps::Long);
        let all = written - before;
        let rest = |total: u64, parts: &mut [u64]| {
            if let Some((last, others)) = parts.split_last_mut() {
                *last = total - others.iter().sum::<u64>();
            }
        };
        rest(all.lines, &mut self.lines);
        rest(all.bytes, &mut self.bytes);
        written
    }

    /// Lines and bytes of each interval or, where they were drawn in whole ones, of each time.
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
            self.within = ahead.of(self.interval);
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
