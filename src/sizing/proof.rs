//! The proof of sizes: what is simulated with them on fresh seeds, and with less of each: a fifth, or the next whole step of
//! memory where that is less still, so that what rounding added is taken away again.

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
            let Less { scenario: less, bytes, step } = with_less(sized, container, what);
            let side = container.side;
            let found = match trials.run(&less, seed) {
                Ok(found) => found,
                // It would not even start.
                Err(SizeError::Infeasible { .. }) if what == What::Memory => {
                    let (kills, not_met) = (f64::INFINITY, reachable.to_vec());
                    fewer.push(Fewer { side, what, bytes, step, not_met, kills, refuses: true });
                    continue;
                }
                Err(error) => return Err(error),
            };
            let peak = side.usage_in(&found.uses).memory.most() as f64;
            let refuses = what == What::Memory
                && container.refuses_at < 1.0
                && peak > bytes as f64 * container.refuses_at;
            let not_met = found.not_met(reachable);
            fewer.push(Fewer { side, what, bytes, step, not_met, kills: found.kills, refuses });
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
struct Less {
    scenario: Scenario,
    bytes: u64,
    step: Option<u64>,
}

fn with_less(sized: &Scenario, container: &Container, what: What) -> Less {
    let mut scenario = sized.clone();
    let left = |bytes: u64| (bytes as f64 * LESS) as u64;
    let (bytes, step) = match what {
        What::Memory => less_memory(container.memory_limit, container.memory_step),
        What::Buffer => (left(container.buffer.bytes), None),
        What::Need => (left(container.buffer.need), None),
    };
    match what {
        What::Memory => container.side.terms_mut(&mut scenario).memory_limit = Some(Bytes::new(bytes)),
        What::Buffer | What::Need => {
            container.side.set_buffer(&mut scenario, container.buffer.on_disk, Bytes::new(bytes));
        }
    }
    Less { scenario, bytes, step }
}

/// What is left of a memory limit: a fifth less; or one step less, where steps are coarser than that and the limit is more
/// than one. A fifth less could be what rounding had added.
fn less_memory(limit: u64, step: u64) -> (u64, Option<u64>) {
    let (fifth, below) = ((limit as f64 * LESS) as u64, limit.saturating_sub(step));
    if (1..fifth).contains(&below) { (below, Some(step)) } else { (fifth, None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_less_by_a_fifth_or_by_a_step_that_is_more() {
        let mib = 1 << 20;
        // A fifth of 58 MiB is more than a step of one or of four.
        assert_eq!(less_memory(58 * mib, mib), ((58.0 * 0.8 * 1_048_576.0) as u64, None));
        assert_eq!(less_memory(60 * mib, 4 * mib), (48 * mib, None));
        // A fifth of 12 MiB is 2.4 MiB, less than a step of four: 9.6 MiB may be all that was ever used, rounded up to 12.
        assert_eq!(less_memory(12 * mib, 4 * mib), (8 * mib, Some(4 * mib)));
        assert_eq!(less_memory(20 * mib, 4 * mib), (16 * mib, None));
        // Below a single step there is none.
        assert_eq!(less_memory(5_000_000, 5_000_000), (4_000_000, None));
    }
}
