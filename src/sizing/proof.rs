//! The proof of sizes: what is simulated with them on fresh seeds, and with a fifth less of each.

use super::search::Trials;
use super::sizes::{Container, Fewer, Proof, SizeError, What};
use crate::scenario::{Objective, Scenario};
use crate::units::Bytes;

/// What is left of a size to see whether it was needed.
pub const LESS: f64 = 0.8;

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
