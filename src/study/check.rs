//! Objectives as a gate: every one met, missed or undecided under a strategy, with what it was judged by.

use super::comparison::compare;
use super::objectives::Verdict;
use super::replicate::Replications;
use super::result::Provenance;
use crate::metric::Metric;
use crate::run::{RunError, Runner};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;

/// What was judged.
#[derive(Clone, Debug)]
pub struct Check {
    /// Where it comes from.
    pub provenance: Provenance,
    /// Every objective under every strategy.
    pub judged: Vec<Judged>,
}

/// An objective under a strategy.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The strategy.
    pub strategy: &'static str,
    /// What is asked for.
    pub objective: Objective,
    /// What there is; `None` where the strategy cannot be run here, or nothing was recorded.
    pub figure: Option<Estimate>,
    /// Whether that is good enough.
    pub verdict: Verdict,
    /// Why it is missed whatever the figure says.
    pub reason: Option<Reason>,
}

/// Why an objective is missed whatever its figure says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The strategy cannot be run on this cluster.
    Infeasible(String),
    /// Nothing arrives: who delivers nothing does not pass by losing nothing.
    DeliversNothing,
    /// The scenario has nothing of what is asked about, or it takes an experiment that a check does not run.
    NotRecorded,
}

/// Judges a scenario's objectives. With [`Replications::Auto`], replications are added while an objective is undecided,
/// up to the most that are allowed.
///
/// # Errors
/// A ledger does not balance.
pub fn check(
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: Replications,
    command: &str,
) -> Result<Check, RunError> {
    let runner = Runner::new();
    let (mut now, most) = match replications {
        Replications::Fixed(n) => (n, n),
        Replications::Auto { most, .. } => (FIRST.min(most), most),
    };
    loop {
        // What was run before is remembered.
        let found = once(&runner, scenario, strategies, seed, now, command)?;
        let is_open = found.judged.iter().any(|judged| judged.verdict == Verdict::Undecided);
        if !is_open || now >= most {
            return Ok(found);
        }
        now = (2 * now).min(most);
    }
}

/// Replications at first.
const FIRST: u64 = 5;

fn once(
    runner: &Runner,
    scenario: &Scenario,
    strategies: &[&'static Strategy],
    seed: u64,
    replications: u64,
    command: &str,
) -> Result<Check, RunError> {
    let comparison = compare(runner, scenario, strategies, seed, replications, command)?;
    let mut judged = Vec::new();
    for result in &comparison.strategies {
        let ledger = result.ledger();
        for (objective, verdict) in &result.objectives {
            let metric = objective.metric;
            let is_recorded = result.observations.first().is_some_and(|o| o.metrics.contains_key(&metric));
            let reason = match &result.infeasible {
                Some(why) => Some(Reason::Infeasible(why.clone())),
                None if ledger.emitted > 0 && ledger.delivered == 0 => Some(Reason::DeliversNothing),
                None if !is_recorded || metric == Metric::NeighbourFreshness => Some(Reason::NotRecorded),
                None => None,
            };
            let verdict =
                if reason.is_some() { Verdict::Missed } else { verdict.unwrap_or(Verdict::Undecided) };
            judged.push(Judged {
                strategy: result.strategy,
                objective: objective.clone(),
                figure: is_recorded.then(|| result.estimate(metric)),
                verdict,
                reason,
            });
        }
    }
    Ok(Check { provenance: comparison.provenance, judged })
}
