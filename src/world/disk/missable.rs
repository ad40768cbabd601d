//! What would be lost had an agent looked too early at a rotation.
//!
//! Whether an agent that looks for a rotated file's successor finds it is one draw of a chance. What it would miss otherwise
//! is all files that come and go before its next scan. Their lines times that chance, added up over all looks that are
//! made, are what it loses on average, whatever was drawn: a loss that comes in one run of a thousand shows in every run
//! this way. The method is conditional expectation (Asmussen and Glynn, "Stochastic Simulation", 2007, V.4). It is exact
//! where chances are large, too: after a miss nobody looks until the scan, and of a file that two looks put at stake both
//! chances count in just those runs in which the first one finds. Of an agent that is killed before that scan it is rather too
//! much.

use crate::world::tally::MISSABLE_POINT as POINT;

/// What looks have put at stake until the next scan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Missable {
    /// When what is there is found, however early the looks before were.
    scan_ns: u64,
    /// The chances of the looks since the scan before, in fixed point: one is 2^24.
    chances: u64,
}

impl Missable {
    /// The reader looks for a new file, too early with a chance; it scans at `scan_ns`.
    pub(super) fn look(&mut self, scan_ns: u64, chance: f64) {
        if scan_ns != self.scan_ns {
            *self = Self { scan_ns, chances: 0 };
        }
        self.chances += (chance * (1u64 << POINT) as f64) as u64;
    }

    /// Lines of a file that is no longer the live one at `until_ns`, times the chances of the looks since the scan before,
    /// its own being the last of them, in fixed point.
    pub(super) fn lines(&self, until_ns: u64, lines: u64) -> u64 {
        if until_ns <= self.scan_ns { lines * self.chances } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_puts_at_stake_what_comes_and_goes_before_the_next_scan() {
        let mut missable = Missable::default();
        assert_eq!(missable.lines(20, 100), 0, "nobody has looked yet");
        // At 20 too early once in four times, at 40 once in two; the next scan is at 60.
        missable.look(60, 0.25);
        assert_eq!(missable.lines(40, 100), 25 << POINT);
        missable.look(60, 0.5);
        assert_eq!(missable.lines(55, 100), 75 << POINT, "put at stake by both looks");
        // Still there when the agent scans; and the scan after that is another.
        missable.look(60, 0.0);
        assert_eq!(missable.lines(61, 100), 0);
        missable.look(120, 0.125);
        assert_eq!(missable.lines(80, 800), 100 << POINT);
    }
}
