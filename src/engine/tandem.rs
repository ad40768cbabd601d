//! Two servers one after the other, with room for so much between them.
//!
//! What the first has done in a slot is what comes to the second in it. Whoever arrives is told at once when it gets from
//! the first to the second, how much it finds there, and when the second is done with it: both serve in order of arrival,
//! so that nothing that comes later changes it.

use crate::engine::fluid::{SlottedServer, Work};

/// Two servers one after the other.
#[derive(Clone, Debug)]
pub struct Tandem {
    first: SlottedServer,
    second: SlottedServer,
}

/// The way of one who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When it comes to the second server, in nanoseconds.
    pub enters_ns: u64,
    /// Whole units that wait there then.
    pub ahead: u64,
    /// When these are done, in nanoseconds; `u64::MAX` is never.
    pub leaves_ns: u64,
}

impl Tandem {
    /// Two servers with the same slots.
    pub fn new(first: SlottedServer, second: SlottedServer) -> Self {
        Self { first, second }
    }

    /// The server that whoever comes meets first.
    pub fn first(&self) -> &SlottedServer {
        &self.first
    }

    /// The server behind it.
    pub fn second(&self) -> &SlottedServer {
        &self.second
    }

    /// Returns whether anything waits at either.
    pub fn has_backlog(&self) -> bool {
        self.first.has_backlog() || self.second.has_backlog()
    }

    /// Returns whether a demand of a slot passes both without waiting, where nothing waits at its beginning.
    pub fn fits(&self, demand: u64, slot: usize) -> bool {
        self.first.fits(demand, slot) && self.second.fits(demand, slot)
    }

    /// The way of what arrives at `at_ns`, in the first slot that is not settled, or in a later one if nothing waits and
    /// all demand fits until then.
    pub fn passage(&self, at_ns: u64) -> Passage {
        let waits = self.first.backlog();
        let enters_ns = self.first.done_ns(waits, at_ns);
        if enters_ns == u64::MAX {
            return Passage { enters_ns, ahead: 0, leaves_ns: u64::MAX };
        }
        let ahead = self.second.left_after(self.second.backlog(), at_ns, enters_ns, &self.first);
        Passage { enters_ns, ahead: ahead.units(), leaves_ns: self.second.done_ns(ahead, enters_ns) }
    }

    /// Settles the next slot.
    pub fn settle(&mut self, demand: u64) {
        let done = self.first.take(Work::of(demand));
        self.second.take(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;

    const S: u64 = 1_000_000_000;

    fn server(capacity: f64) -> SlottedServer {
        SlottedServer::new(capacity, SimTime::from_secs(1), SimTime::from_secs(100), &[])
    }

    #[test]
    fn what_comes_while_the_second_is_closed_leaves_in_order_when_it_opens() {
        // 10 units a second pass two servers of 100 and 40; the second is closed from 5 to 15 s. At 8 s 30 units wait,
        // which leave from 15 s on in 0.75 s.
        let closed = [(5 * S..15 * S, 0.0)];
        let mut tandem = Tandem::new(server(100.0), server(40.0).with_spells(closed));
        assert!(tandem.fits(10, 4) && !tandem.fits(10, 5) && !tandem.fits(41, 4));
        (0..8).for_each(|_| tandem.settle(10));
        let passage = tandem.passage(8 * S);
        assert_eq!(passage, Passage { enters_ns: 8 * S, ahead: 30, leaves_ns: 15 * S + S / 4 * 3 });
        // At 15 s 100 units wait, and 30 fewer each second: nothing at 19 s.
        (8..15).for_each(|_| tandem.settle(10));
        assert_eq!(tandem.passage(15 * S).ahead, 100);
        (15..19).for_each(|_| tandem.settle(10));
        assert!(!tandem.has_backlog());
        assert_eq!(tandem.second().most_backlog(), 100);
    }

    #[test]
    fn a_slow_first_server_keeps_the_second_from_filling() {
        // 30 units a second, of which the first does 10 and the second 40: all wait in front of the first.
        let mut tandem = Tandem::new(server(10.0), server(40.0));
        (0..5).for_each(|_| tandem.settle(30));
        // 100 units, 10 s.
        assert_eq!(tandem.passage(5 * S), Passage { enters_ns: 15 * S, ahead: 0, leaves_ns: 15 * S });
        assert_eq!(tandem.second().most_backlog(), 0);
    }

    #[test]
    fn what_enters_later_finds_what_has_come_in_between() {
        // The first has 50 units waiting at 5 s, which take 5 s; the second closes at 7 s for 20 s. What enters at 10 s
        // finds the 30 units that came in three seconds, and leaves 0.75 s after 27 s.
        let mut tandem = Tandem::new(server(10.0), server(40.0).with_spells([(7 * S..27 * S, 0.0)]));
        (0..5).for_each(|_| tandem.settle(20));
        let passage = tandem.passage(5 * S);
        assert_eq!(passage, Passage { enters_ns: 10 * S, ahead: 30, leaves_ns: 27 * S + S / 4 * 3 });
    }

    #[test]
    fn what_is_cleared_is_gone() {
        let closed = [(0..50 * S, 0.0)];
        let mut tandem =
            Tandem::new(server(100.0), server(40.0).with_spells(closed).cleared_at(&[3 * S + S / 2]));
        (0..3).for_each(|_| tandem.settle(10));
        assert_eq!(tandem.passage(3 * S).ahead, 30);
        tandem.settle(10);
        assert_eq!(tandem.passage(4 * S).ahead, 10);
    }

    #[test]
    fn a_server_that_never_opens_again_is_never_done() {
        let tandem = Tandem::new(server(1.0), server(1.0).with_spells([(10 * S..u64::MAX, 0.0)]));
        assert_eq!(tandem.passage(5 * S).leaves_ns, 5 * S);
        assert_eq!(tandem.passage(10 * S).leaves_ns, u64::MAX);
    }

    #[test]
    fn passages_are_those_of_units_moved_one_by_one() {
        // Against a plain simulation in slots of the same length: three units a slot come, the first does two, the
        // second one or, from 20 to 30 s, five. Whoever arrives in slot k has 3k units before it.
        let fast = [(20 * S..30 * S, 5.0)];
        let mut tandem = Tandem::new(server(2.0), server(1.0).with_spells(fast));
        let (mut first, mut second, mut done) = (0u64, 0u64, Vec::new());
        for slot in 0..90u64 {
            first += if slot < 12 { 3 } else { 0 };
            let moves = first.min(2);
            let out = (second + moves).min(if (20..30).contains(&slot) { 5 } else { 1 });
            (first, second) = (first - moves, second + moves - out);
            done.push(done.last().copied().unwrap_or(0) + out);
        }
        for slot in 0..12u64 {
            let leaves_s = tandem.passage(slot * S).leaves_ns.div_ceil(S);
            // The slot at whose end all 3k units are through.
            let expected = done.iter().position(|units| *units >= 3 * slot).unwrap() as u64 + 1;
            assert!(leaves_s.abs_diff(expected) <= 1, "slot {slot}: {leaves_s} s, {expected} s");
            tandem.settle(3);
        }
    }
}
