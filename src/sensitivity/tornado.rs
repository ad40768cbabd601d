//! One input at a time, taken to both of its ends: what changes, what turns, and where.

use super::ground::{Ground, SensitivityError};
use super::outcome::Outcome;
use super::response::Of;
use crate::stats::Estimate;
use crate::study::Verdict;

/// Halvings of a range in which something turns: the place is known to a two-hundred-and-fifty-sixth of it.
const HALVINGS: u32 = 7;

/// An input at both of its ends, everything else as the scenario has it.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The input.
    pub input: usize,
    /// At its least and at its most.
    pub ends: [End; 2],
}

/// An input at an end.
#[derive(Clone, Debug)]
pub struct End {
    /// Its value there.
    pub value: f64,
    /// The figure that is looked at; `None` beyond the horizon.
    pub figure: Option<f64>,
    /// By how much that is more than in the scenario as it is, on the same random numbers.
    pub change: Estimate,
    /// What turns on the way.
    pub flips: Vec<Flip>,
}

/// Something that turns between where the scenario stands and an end of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The strategy whose objective turns, and which objective; `None` where it is the winner that changes.
    pub objective: Option<(usize, usize)>,
    /// Who wins at the end, where the winner changes; `None` for nobody.
    pub winner: Option<usize>,
    /// How the objective stands at the end.
    pub verdict: Verdict,
    /// Whether it is so in every replication, and beyond what is chance.
    pub sure: bool,
    /// Between which values it turns, the nearer to the scenario's first; taking it to turn once.
    pub between: (f64, f64),
}

impl Bar {
    /// Whether something turns for sure.
    pub fn turns(&self) -> bool {
        self.ends.iter().flat_map(|end| &end.flips).any(|flip| flip.sure)
    }

    /// Whether something turns, be it for sure or not.
    pub fn may_turn(&self) -> bool {
        self.ends.iter().any(|end| !end.flips.is_empty())
    }

    /// How far the figure goes from one end to the other.
    pub fn width(&self) -> f64 {
        let change = |end: &End| end.change.mean.unwrap_or(0.0);
        (change(&self.ends[0]) - change(&self.ends[1])).abs()
    }
}

/// Takes an input to both of its ends.
pub(super) fn bar(
    ground: &Ground<'_>,
    here: &Outcome,
    input: usize,
    of: &Of,
) -> Result<Bar, SensitivityError> {
    let end = |share: f64| {
        let there = ground.with(input, share)?;
        Ok(End {
            value: ground.inputs[input].at(share),
            figure: of.shown(&there),
            change: of.change(&there, here),
            flips: flips(ground, here, &there, input, share)?,
        })
    };
    let (low, high) = rayon::join(|| end(0.0), || end(1.0));
    let ends: [Result<End, SensitivityError>; 2] = [low, high];
    let [low, high] = ends;
    Ok(Bar { input, ends: [low?, high?] })
}

/// Everything that stands otherwise there than here.
fn flips(
    ground: &Ground<'_>,
    here: &Outcome,
    there: &Outcome,
    input: usize,
    share: f64,
) -> Result<Vec<Flip>, SensitivityError> {
    let mut all = Vec::new();
    let (before, after) = (here.winner(), there.winner());
    if before != after {
        let all_alike = |outcome: &Outcome, winner| {
            let n = outcome.replications();
            n > 1 && (0..n).all(|replication| outcome.winner_in(replication) == winner)
        };
        all.push(Flip {
            objective: None,
            winner: after,
            verdict: Verdict::Undecided,
            sure: all_alike(here, before) && all_alike(there, after),
            between: between(ground, input, share, |outcome| outcome.winner() == before)?,
        });
    }
    for strategy in 0..here.runs.len() {
        for objective in 0..here.objectives.len() {
            let met = |outcome: &Outcome| outcome.margin(strategy, objective) <= 0.0;
            if met(here) == met(there) {
                continue;
            }
            let verdicts = [here, there].map(|outcome| outcome.verdict(strategy, objective));
            all.push(Flip {
                objective: Some((strategy, objective)),
                winner: None,
                verdict: if met(there) { Verdict::Met } else { Verdict::Missed },
                sure: here.replications() > 1 && !verdicts.contains(&Verdict::Undecided),
                between: between(ground, input, share, |outcome| met(outcome) == met(here))?,
            });
        }
    }
    Ok(all)
}

/// Between which values something is no more as it is in the scenario, by halving.
fn between(
    ground: &Ground<'_>,
    input: usize,
    end: f64,
    as_here: impl Fn(&Outcome) -> bool,
) -> Result<(f64, f64), SensitivityError> {
    let (mut near, mut far) = (ground.inputs[input].stands(), end);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(near, far);
        let is_near = as_here(&ground.with(input, middle)?);
        *(if is_near { &mut near } else { &mut far }) = middle;
    }
    let value = |share| ground.inputs[input].at(share);
    Ok((value(near), value(far)))
}
