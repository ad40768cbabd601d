//! Answers on their way to an input: when each is there, and the record bytes that it frees.
//!
//! Of a backend with a queue there may be hundreds at a time, so that they stand in the order in which they come: what is
//! sent later is nearly always answered later.

use smallvec::SmallVec;

/// Answers to come, and those that nobody has taken note of yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// In the order of their instants.
    due: SmallVec<[(u64, u64); 2]>,
    /// So many at the beginning have been taken note of, and are nobody's any more.
    taken: usize,
}

impl Answers {
    /// Becomes a copy of others.
    #[inline]
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.clear();
        self.due.extend_from_slice(other.waiting());
    }

    /// An answer comes at `at_ns` and frees so many record bytes.
    #[inline]
    pub(crate) fn push(&mut self, at_ns: u64, record_bytes: u64) {
        if self.due.last().is_none_or(|(last_ns, _)| *last_ns <= at_ns) {
            return self.due.push((at_ns, record_bytes));
        }
        let place = self.due.partition_point(|(other_ns, _)| *other_ns <= at_ns).max(self.taken);
        self.due.insert(place, (at_ns, record_bytes));
    }

    /// Takes note of those that are there at `now_ns`. Gives the record bytes that they free.
    #[inline]
    pub(crate) fn take_until(&mut self, now_ns: u64) -> u64 {
        let mut freed = 0;
        while let Some((at_ns, record_bytes)) = self.due.get(self.taken)
            && *at_ns <= now_ns
        {
            freed += record_bytes;
            self.taken += 1;
        }
        if self.taken == self.due.len() {
            self.clear();
        } else if self.taken > self.due.len() / 2 {
            self.due.drain(..self.taken);
            self.taken = 0;
        }
        freed
    }

    /// The record bytes that those free that are there at `now_ns`.
    pub(crate) fn freed_by(&self, now_ns: u64) -> u64 {
        let there = self.waiting().iter().take_while(|(at_ns, _)| *at_ns <= now_ns);
        there.map(|(_, record_bytes)| record_bytes).sum()
    }

    /// When the first behind an instant comes; `None` where there is none.
    #[inline]
    pub(crate) fn first_behind(&self, now_ns: u64) -> Option<u64> {
        self.waiting().iter().map(|(at_ns, _)| *at_ns).find(|at_ns| *at_ns > now_ns)
    }

    /// How many nobody has taken note of yet.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.due.len() - self.taken
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.due.clear();
        self.taken = 0;
    }

    /// The record bytes that all of them free.
    pub(crate) fn record_bytes(&self) -> u64 {
        self.waiting().iter().map(|(_, record_bytes)| record_bytes).sum()
    }

    fn waiting(&self) -> &[(u64, u64)] {
        &self.due[self.taken..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::draw;

    /// The oracle is a list that is searched from one end to the other.
    #[test]
    fn they_come_in_the_order_of_their_instants() {
        let (mut answers, mut oracle) = (Answers::default(), Vec::new());
        for now_ns in 0..2_000 {
            for number in 0..draw(1, now_ns) % 3 {
                // Now and then one is answered long before or after its neighbours.
                let at_ns =
                    now_ns + draw(2, 3 * now_ns + number) % if now_ns.is_multiple_of(7) { 500 } else { 40 };
                answers.push(at_ns, at_ns * 3 + 1);
                oracle.push((at_ns, at_ns * 3 + 1));
            }
            let there: u64 = oracle.iter().filter(|(at, _)| *at <= now_ns).map(|(_, bytes)| bytes).sum();
            assert_eq!(answers.freed_by(now_ns), there);
            let behind = oracle.iter().map(|(at_ns, _)| *at_ns).filter(|at_ns| *at_ns > now_ns).min();
            assert_eq!(answers.first_behind(now_ns), behind);
            if !draw(3, now_ns).is_multiple_of(4) {
                assert_eq!(answers.take_until(now_ns), there);
                oracle.retain(|(at_ns, _)| *at_ns > now_ns);
            }
            assert_eq!((answers.len(), answers.is_empty()), (oracle.len(), oracle.is_empty()));
            assert_eq!(answers.record_bytes(), oracle.iter().map(|(_, bytes)| bytes).sum::<u64>());
        }
        assert!(oracle.len() > 3);
        answers.clear();
        assert!(answers.is_empty() && answers.first_behind(0).is_none());
    }
}
