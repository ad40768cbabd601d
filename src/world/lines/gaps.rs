//! Spans in which an application writes nothing although its file goes on: its container is down, and its random
//! numbers run on without it, so that it writes the same lines from then on wherever it writes them.

use crate::units::NEVER_NS;
use crate::world::lines::stream::Amount;

/// A span without its application.
#[derive(Clone, Copy, Debug)]
struct Gap {
    from_ns: u64,
    /// `NEVER_NS` where it is not over.
    until_ns: u64,
    /// What would have been written before it began.
    before: Amount,
}

/// Spans of one stream, in order. Most have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    all: Vec<Gap>,
    /// What would have been written in those that are over.
    total: Amount,
}

impl Gaps {
    /// One begins, before which `written` would have been written.
    pub(crate) fn open(&mut self, now_ns: u64, written: Amount) {
        self.all.push(Gap { from_ns: now_ns, until_ns: NEVER_NS, before: written });
    }

    /// Whether one is not over.
    pub(crate) fn is_open(&self) -> bool {
        self.all.last().is_some_and(|gap| gap.until_ns == NEVER_NS)
    }

    /// Since when one is not over; `NEVER_NS` where none is.
    pub(crate) fn open_since(&self) -> u64 {
        self.all.last().filter(|gap| gap.until_ns == NEVER_NS).map_or(NEVER_NS, |gap| gap.from_ns)
    }

    /// The one that is open ends, before which `written` would have been written: gives what falls into it.
    pub(crate) fn close(&mut self, now_ns: u64, written: Amount) -> Amount {
        let Some(gap) = self.all.last_mut().filter(|gap| gap.until_ns == NEVER_NS) else {
            return Amount::default();
        };
        gap.until_ns = now_ns;
        let missing = written - gap.before;
        self.total += missing;
        missing
    }

    /// What would have been written in those that are over.
    pub(crate) fn total(&self) -> Amount {
        self.total
    }

    /// The end of the one that an instant falls into; `NEVER_NS` where it is not over.
    pub(crate) fn end_of(&self, at_ns: u64) -> Option<u64> {
        self.all.iter().find(|gap| (gap.from_ns..gap.until_ns).contains(&at_ns)).map(|gap| gap.until_ns)
    }

    /// The beginning of the first after an instant, `NEVER_NS` where there is none.
    pub(crate) fn next_after(&self, at_ns: u64) -> u64 {
        self.all.iter().map(|gap| gap.from_ns).find(|from_ns| *from_ns > at_ns).unwrap_or(NEVER_NS)
    }

    /// Those parts of a span that fall into gaps.
    pub(crate) fn within(&self, from_ns: u64, until_ns: u64) -> impl Iterator<Item = (u64, u64)> {
        let part = move |gap: &Gap| (gap.from_ns.max(from_ns), gap.until_ns.min(until_ns));
        self.all.iter().map(part).filter(|(from_ns, until_ns)| from_ns < until_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(lines: u64) -> Amount {
        Amount { lines, bytes: 10 * lines }
    }

    #[test]
    fn what_falls_into_gaps_is_known_when_they_are_over() {
        let mut gaps = Gaps::default();
        assert_eq!((gaps.end_of(5), gaps.next_after(0), gaps.is_open()), (None, NEVER_NS, false));
        gaps.open(10, amount(100));
        assert!(gaps.is_open());
        assert_eq!((gaps.end_of(10), gaps.end_of(9), gaps.next_after(9)), (Some(NEVER_NS), None, 10));
        assert_eq!(gaps.close(20, amount(130)).lines, 30);
        gaps.open(40, amount(200));
        assert_eq!(gaps.close(45, amount(205)).bytes, 50);
        assert_eq!(
            (gaps.total().lines, gaps.is_open(), gaps.end_of(20), gaps.next_after(10)),
            (35, false, None, 40)
        );
        assert_eq!(gaps.within(15, 42).collect::<Vec<_>>(), [(15, 20), (40, 42)]);
    }
}
