//! The account of every line.

use crate::flow::Cause;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use thiserror::Error;

/// Where every emitted line is. Each term is counted where it happens; none is a difference of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Lines that applications wrote.
    pub emitted: u64,
    /// First copies that the backend accepted.
    pub delivered: u64,
    /// Lines on a node's disk that no agent will read.
    pub retained: u64,
    /// Lines written or buffered that an agent would still deliver.
    pub in_flight: u64,
    /// Lines lost, by cause, in the order of [`Cause::ALL`].
    pub lost: [u64; Cause::ALL.len()],
    /// Further copies that the backend accepted; outside the balance.
    pub duplicated: u64,
    /// Lines that a blocked application never wrote; outside the balance.
    pub withheld: u64,
}

/// A ledger that does not balance: a defect of the program.
#[derive(Debug, Error)]
#[error(
    "the ledger does not balance: {emitted} lines emitted, {accounted} accounted for; \
     this is a defect of loghaul, please report it with the scenario and the seed"
)]
pub struct Imbalance {
    emitted: u64,
    accounted: u64,
}

/// Work of agents that nobody charged: a defect of the program.
#[derive(Debug, Error)]
#[error(
    "agents read lines that take {unpaid_ns} ns of CPU more than the {charged_ns} ns that they are charged; \
     this is a defect of loghaul, please report it with the scenario and the seed"
)]
pub struct Unpaid {
    /// What was not charged.
    pub unpaid_ns: u64,
    /// What was.
    pub charged_ns: u64,
}

impl Ledger {
    /// Lines lost, whatever the cause.
    pub fn lost_total(&self) -> u64 {
        self.lost.iter().sum()
    }

    /// Adds lost lines.
    pub fn lose(&mut self, cause: Cause, lines: u64) {
        self.lost[cause as usize] += lines;
    }

    /// Lost lines by the name of their cause, causes without any left out.
    pub fn lost_by_cause(&self) -> BTreeMap<&'static str, u64> {
        Cause::ALL.iter().map(|c| (c.id(), self.lost[*c as usize])).filter(|(_, lines)| *lines > 0).collect()
    }

    /// Each line stands for `factor` lines.
    pub fn scale(&mut self, factor: u64) {
        let Self { emitted, delivered, retained, in_flight, lost, duplicated, withheld } = self;
        for term in [emitted, delivered, retained, in_flight, duplicated, withheld].into_iter().chain(lost) {
            *term *= factor;
        }
    }

    /// Checks that every emitted line is in exactly one state.
    ///
    /// # Errors
    /// It is not.
    pub fn balance(&self) -> Result<(), Imbalance> {
        let accounted = self.delivered + self.retained + self.in_flight + self.lost_total();
        if accounted == self.emitted { Ok(()) } else { Err(Imbalance { emitted: self.emitted, accounted }) }
    }
}

impl AddAssign<&Self> for Ledger {
    fn add_assign(&mut self, other: &Self) {
        self.emitted += other.emitted;
        self.delivered += other.delivered;
        self.retained += other.retained;
        self.in_flight += other.in_flight;
        for (total, part) in self.lost.iter_mut().zip(other.lost) {
            *total += part;
        }
        self.duplicated += other.duplicated;
        self.withheld += other.withheld;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imbalance_is_an_error() {
        let mut ledger = Ledger { emitted: 10, delivered: 7, in_flight: 1, ..Ledger::default() };
        ledger.lose(Cause::RetriesExhausted, 1);
        assert!(ledger.balance().unwrap_err().to_string().contains("10 lines emitted, 9"));
        ledger.retained = 1;
        assert!(ledger.balance().is_ok());
        assert_eq!(ledger.lost_by_cause(), BTreeMap::from([("retries_exhausted", 1)]));
    }
}
