//! What must hold of every run, whatever was run: checked each time, in release builds too, on sums that are there anyway.

use crate::observe::{Imbalance, Unpaid};
use crate::world::Tally;
use thiserror::Error;

/// Something does not hold that must: a defect of the program.
#[derive(Debug, Error)]
pub enum Broken {
    /// Lines are unaccounted for.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
    /// Lines were read for nothing.
    #[error(transparent)]
    Unpaid(#[from] Unpaid),
    /// Two sums that must agree do not.
    #[error(
        "{what}: {this} against {that}; this is a defect of loghaul, please report it with the scenario and the seed"
    )]
    Sums {
        /// Which.
        what: &'static str,
        /// The one that may not be more.
        this: u64,
        /// The one that it may not exceed.
        that: u64,
    },
}

/// Checks all that must hold of a run. It takes a few additions a tenant and bin of the timeline.
///
/// # Errors
/// Something does not.
pub(super) fn check(tally: &Tally) -> Result<(), Broken> {
    tally.ledger.balance()?;
    tally.is_paid()?;
    let at_most = |what, this: u64, that: u64| {
        if this <= that { Ok(()) } else { Err(Broken::Sums { what, this, that }) }
    };
    for tenant in &tally.tenants {
        at_most(
            "lines of a tenant delivered, of those emitted",
            tenant.freshness.delivered(),
            tenant.emitted,
        )?;
    }
    let over_time: u64 = tally.timeline.iter().map(|(_, delivered)| delivered).sum();
    at_most("lines delivered over time, of all", over_time, tally.ledger.delivered)?;
    at_most("lines delivered, of those over time", tally.ledger.delivered, over_time)?;
    at_most(
        "lines delivered while lines are written, of all",
        tally.delivered_in_time,
        tally.ledger.delivered,
    )?;
    let by_tenants: u64 = tally.tenants.iter().map(|tenant| tenant.emitted).sum();
    at_most("lines of tenants after the warm-up, of all", by_tenants, tally.ledger.emitted)?;
    at_most("bytes sent by nobody", if tally.requests == 0 { tally.sent_bytes } else { 0 }, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Ledger;

    #[test]
    fn what_does_not_hold_is_told() {
        let mut tally = Tally::default();
        tally.ledger = Ledger { emitted: 10, delivered: 10, ..Ledger::default() };
        tally.timeline.push((10, 10));
        assert!(check(&tally).is_ok());
        tally.timeline[0].1 = 9;
        assert_eq!(
            check(&tally).unwrap_err().to_string().split(';').next(),
            Some("lines delivered, of those over time: 10 against 9")
        );
        tally.timeline[0].1 = 10;
        tally.sent_bytes = 5;
        assert!(matches!(
            check(&tally),
            Err(Broken::Sums { what: "bytes sent by nobody", this: 5, that: 0 })
        ));
        (tally.requests, tally.ledger.delivered) = (1, 9);
        assert!(matches!(check(&tally), Err(Broken::Imbalance(_))));
    }
}
