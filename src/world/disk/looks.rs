//! What would be lost had an agent looked too early at a rotation.
//!
//! Whether an agent that looks for a rotated file's successor finds it is one draw of a chance. What it would miss otherwise
//! is all files that come and go before its next scan. Their lines times that chance, added up over all looks that are
//! made, are what it loses on average, whatever was drawn: a loss that comes in one run of a thousand shows in every run
//! this way. The method is conditional expectation (Asmussen and Glynn, "Stochastic Simulation", 2007, V.4). It is exact
//! where chances are large, too: after a miss nobody looks until the scan, and of a file that two looks put at stake both
//! chances count in just those runs in which the first one finds.

use crate::world::tally::MISSABLE_POINT as POINT;

/// A look for a new file.
#[derive(Clone, Copy, Debug)]
struct Look {
    at_ns: u64,
    /// When the next scan finds what is there by then.
    scan_ns: u64,
    /// The chance that it comes before the file, in fixed point: all of it is 2^24.
    chance: u64,
}

/// Looks whose next scan has not come.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks(Vec<Look>);

impl Looks {
    /// The reader looks at `at_ns`, too early with a chance; it scans at `scan_ns`.
    pub(super) fn add(&mut self, at_ns: u64, scan_ns: u64, chance: f64) {
        let chance = (chance * (1u64 << POINT) as f64) as u64;
        if chance > 0 {
            self.0.push(Look { at_ns, scan_ns, chance });
        }
    }

    /// Lines of a file that was the live one between two instants, times the chances of the looks that would have missed it,
    /// in fixed point.
    pub(super) fn missable(&mut self, from_ns: u64, until_ns: u64, lines: u64) -> u64 {
        // What is there at a scan is found, however early the look before it.
        self.0.retain(|look| look.scan_ns >= until_ns);
        let chances = self.0.iter().filter(|look| look.at_ns <= from_ns).map(|look| look.chance);
        lines * chances.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_puts_at_stake_what_comes_and_goes_before_the_next_scan() {
        let mut looks = Looks::default();
        // Too early once in four times at 20, the next scan at 60; once in two at 40.
        looks.add(20, 60, 0.25);
        assert_eq!(looks.missable(0, 20, 100), 0, "it was there before");
        looks.add(40, 60, 0.5);
        assert_eq!(looks.missable(20, 40, 100), 25 << POINT);
        // Put at stake by both looks.
        assert_eq!(looks.missable(40, 55, 100), 75 << POINT);
        // Still there when the agent scans.
        assert_eq!(looks.missable(55, 61, 100), 0);
        assert_eq!(looks.missable(61, 62, 100), 0);
    }
}
