//! The proof of sizes: what is simulated with them on fresh seeds, and with a fifth less of each.

use super::search::Trials;
use super::{Container, Side, SizeError};
use crate::scenario::{Objective, Scenario};
use crate::study::Verdict;
use crate::units::Bytes;

/// What is left of a size to see whether it was needed.
pub const LESS: f64 = 0.8;

/// What was simulated with the sizes.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The seed, on which nothing had been looked for.
    pub seed: u64,
    /// Replications.
    pub replications: u64,
    /// The objectives that can be met, and their verdicts.
    pub objectives: Vec<(Objective, Verdict)>,
    /// Agents killed for their memory, a run.
    pub kills: f64,
    /// The same with less.
    pub fewer: Vec<Fewer>,
}

/// What is simulated with less.
#[derive(Clone, Debug)]
pub struct Fewer {
    /// Whose size it is.
    pub side: Side,
    /// What of it is less.
    pub what: What,
    /// How many bytes are left.
    pub bytes: u64,
    /// Objectives that are not met any more.
    pub not_met: Vec<Objective>,
    /// Agents killed for their memory, a run.
    pub kills: f64,
    /// Whether an agent's memory reaches the share of its limit at which it refuses lines.
    pub refuses: bool,
}

/// A size that is made smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The memory limit.
    Memory,
    /// The buffer.
    Buffer,
    /// The buffer below what was needed, where it stays as large as it is and that is more.
    Need,
}

impl Fewer {
    /// Whether everything is met with less, too.
    pub fn holds(&self) -> bool {
        self.not_met.is_empty() && self.kills == 0.0 && !self.refuses
    }
}

impl Proof {
    /// Whether all that can be met is met, and no agent is killed.
    pub fn holds(&self) -> bool {
        self.kills == 0.0 && self.objectives.iter().all(|(_, verdict)| *verdict == Verdict::Met)
    }
}

/// Holds sizes to the objectives on a fresh seed, and tries less.
///
/// # Errors
/// As [`Trials::run`].
pub fn prove(
    trials: &Trials<'_>,
    sized: &Scenario,
    containers: &[Container],
    reachable: &[Objective],
) -> Result<Proof, SizeError> {
    let seed = trials.ask.seed.wrapping_add(1);
    let proved = trials.run(sized, seed)?;
    let mut fewer = Vec::new();
    for container in containers {
        for what in [What::Memory, if container.buffer.is_kept() { What::Need } else { What::Buffer }] {
            let (less, bytes) = with_less(sized, container, what);
            let found = match trials.run(&less, seed) {
                Ok(found) => found,
                // It would not even start.
                Err(SizeError::Infeasible { .. }) if what == What::Memory => {
                    let (kills, not_met) = (f64::INFINITY, reachable.to_vec());
                    fewer.push(Fewer { side: container.side, what, bytes, not_met, kills, refuses: true });
                    continue;
                }
                Err(error) => return Err(error),
            };
            let peak = container.side.usage_in(&found.uses).memory.most() as f64;
            let refuses = what == What::Memory
                && container.refuses_at < 1.0
                && peak > bytes as f64 * container.refuses_at;
            let not_met = found.not_met(reachable);
            fewer.push(Fewer { side: container.side, what, bytes, not_met, kills: found.kills, refuses });
        }
    }
    let of_reachable = proved.objectives.iter().filter(|(objective, _)| reachable.contains(objective));
    Ok(Proof {
        seed,
        replications: trials.ask.replications,
        objectives: of_reachable.cloned().collect(),
        kills: proved.kills,
        fewer,
    })
}

/// The scenario with less of one size, and how much that is.
fn with_less(sized: &Scenario, container: &Container, what: What) -> (Scenario, u64) {
    let mut less = sized.clone();
    let left = |bytes: u64| (bytes as f64 * LESS) as u64;
    let bytes = match what {
        What::Memory => left(container.memory_limit),
        What::Buffer => left(container.buffer.bytes),
        What::Need => left(container.buffer.need),
    };
    match what {
        What::Memory => container.side.terms_mut(&mut less).memory_limit = Some(Bytes::new(bytes)),
        What::Buffer | What::Need => {
            container.side.set_buffer(&mut less, container.buffer.on_disk, Bytes::new(bytes));
        }
    }
    (less, bytes)
}
