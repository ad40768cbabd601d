//! How well a strategy does by a scenario's objectives, beside others.

use super::objectives::Verdict;
use super::result::StrategyResult;

/// What a strategy leaves undone: less is better. Who misses fewer objectives comes before whoever leaves fewer open; who
/// delivers nothing comes last, since losing nothing is no merit then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// Whether lines were written and none was delivered.
    pub silent: bool,
    /// Objectives that are missed.
    pub missed: usize,
    /// Objectives that are undecided, or that nothing was run for.
    pub open: usize,
}

impl Standing {
    /// Where a strategy stands by its results.
    pub fn of(result: &StrategyResult) -> Self {
        Self::by(result, result.objectives.iter().map(|(_, verdict)| *verdict))
    }

    /// Where it would stand with these verdicts.
    pub fn by(result: &StrategyResult, verdicts: impl Iterator<Item = Option<Verdict>>) -> Self {
        let ledger = result.ledger();
        let silent = ledger.emitted > 0 && ledger.delivered == 0;
        let mut standing = Self { silent, missed: 0, open: 0 };
        for verdict in verdicts {
            match verdict {
                Some(Verdict::Met) => {}
                Some(Verdict::Missed) => standing.missed += 1,
                Some(Verdict::Undecided) | None => standing.open += 1,
            }
        }
        standing
    }
}
