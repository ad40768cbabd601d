//! Verification: the engine against queueing theory, the world against closed forms and against itself in finer
//! steps.
//!
//! Takes a seed and how much to do; gives a [`Verification`]: rows with what theory says, what was simulated, how far
//! they are apart and whether that is good enough. The queues are built from the engine's own parts: event list,
//! arrivals, marks, random streams, station, slotted server.
//!
//! - [`theory`]: closed forms, with their sources.
//! - `queue`: one experiment on a station; `slotted`: one on the server that the backend is.
//! - `coverage`: many experiments, and how often theory lies inside their intervals.
//! - `world`: how often intervals of the world's own figures hold what they say.
//! - `closed`: the world where arithmetic says what must come out.
//! - `convergence`: the world with shorter chunks and other windows.

mod batch;
mod closed;
mod convergence;
mod coverage;
mod queue;
mod slotted;
pub mod theory;
mod world;

pub use closed::Closed;
pub use convergence::{Convergence, Shift};
pub use coverage::{Coverage, Effort, Little};
pub use world::Held;

use crate::run::RunError;
use serde::Serialize;

/// How a row came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within its bounds.
    Ok,
    /// Outside, and docs/limitations.md says so.
    Known,
    /// Outside.
    Failed,
}

/// Everything that was verified.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// `loghaul.verify/v1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The seed of all experiments.
    pub seed: u64,
    /// Whether it was the quick form.
    pub quick: bool,
    /// Queues against theory.
    pub theory: Vec<Coverage>,
    /// Little's law on the same queues.
    pub little: Vec<Little>,
    /// How often intervals of the world's figures hold what they say; empty in the quick form.
    pub held: Vec<Held>,
    /// The world against closed forms.
    pub closed: Vec<Closed>,
    /// The world in finer steps.
    pub convergence: Vec<Convergence>,
    /// Whether no row failed.
    pub passed: bool,
}

/// Looks at nothing but how often intervals of the world's figures hold what they say.
///
/// # Errors
/// A ledger does not balance.
pub fn intervals(seed: u64) -> Result<Verification, RunError> {
    let held = world::all(seed)?;
    Ok(Verification {
        schema: "loghaul.verify/v1",
        version: env!("CARGO_PKG_VERSION"),
        seed,
        quick: false,
        theory: Vec::new(),
        little: Vec::new(),
        passed: held.iter().all(|row| row.verdict != Verdict::Failed),
        held,
        closed: Vec::new(),
        convergence: Vec::new(),
    })
}

/// Verifies everything.
///
/// # Errors
/// A ledger does not balance.
pub fn verify(seed: u64, effort: Effort) -> Result<Verification, RunError> {
    let (theory, little) = coverage::all(seed, effort);
    // Some thousand runs: nothing for every test.
    let held = if effort == Effort::Full { world::all(seed)? } else { Vec::new() };
    let closed = closed::all(seed)?;
    let convergence = convergence::all(seed)?;
    let verdicts = theory.iter().map(|row| row.verdict).chain(little.iter().map(|row| row.verdict));
    let verdicts = verdicts.chain(held.iter().map(|row| row.verdict));
    let verdicts = verdicts.chain(closed.iter().map(|row| row.verdict));
    let passed = verdicts.chain(convergence.iter().map(|row| row.verdict)).all(|v| v != Verdict::Failed);
    Ok(Verification {
        schema: "loghaul.verify/v1",
        version: env!("CARGO_PKG_VERSION"),
        seed,
        quick: effort == Effort::Quick,
        theory,
        little,
        held,
        closed,
        convergence,
        passed,
    })
}
