//! Sizing: requests, limits and buffers of agents at a scenario's worst moment, and the proof that they suffice.
//!
//! Takes a scenario, a strategy with agents of its own and a headroom; gives [`Sizes`]: what an agent of each kind and pool
//! uses, what a container of each side of the strategy is to have, how that came about, what is simulated with it on fresh
//! seeds and with a fifth less or a step, and the settings that put it into the scenario. [`rule`] is the arithmetic, [`search`] finds
//! buffers by simulation, [`proof`] holds sizes to objectives, and [`values`] writes them as charts and containers take them.

pub mod proof;
pub mod rule;
pub mod search;
mod sides;
mod sizes;
pub mod values;

pub use sizes::{Ask, Buffer, Container, Fewer, Proof, Rotation, Side, SizeError, Sizes, What};

use crate::observe::{AgentUse, Usage};
use crate::profile::{self, CostEnd};
use crate::run::Runner;
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::study::Provenance;
use rule::{Range, Steps};
use search::Trials;

/// Sizes a strategy's agents. `command` is what a reader types to remake it.
///
/// # Errors
/// The strategy has no agents, or cannot be run here; a ledger does not balance.
pub fn size(
    scenario: &Scenario,
    strategy: &'static Strategy,
    ask: Ask,
    command: &str,
) -> Result<Sizes, SizeError> {
    let sides = Side::of(strategy).ok_or(SizeError::NoAgents(strategy.name))?;
    let runner = Runner::new();
    let trials = Trials { runner: &runner, strategy, ask };
    let found = search::buffers(&trials, scenario, sides)?;
    let used = trials.run(&found.scenario, ask.seed)?;
    // The model's band is paired: the same lines, and agents that cost as little, or as much, as their profiles allow.
    let [low, high] =
        [CostEnd::Low, CostEnd::High].map(|end| trials.run(&found.scenario.spending(end), ask.seed));
    let (low, high) = (low?, high?);
    let mut sized = found.scenario.clone();
    let mut containers = Vec::new();
    for (side, buffer) in sides.iter().zip(&found.buffers) {
        let of = |uses: &[AgentUse]| side.usage_in(uses);
        let container = container_of(
            *side,
            scenario,
            [&of(&low.uses), &of(&used.uses), &of(&high.uses)],
            buffer.clone(),
            ask.headroom,
        );
        side.put(&mut sized, &container);
        containers.push(container);
    }
    let rotation = search::rotation(&trials, scenario, &found, &containers)?;
    let proof = proof::prove(&trials, &sized, &containers, &found.reachable)?;
    Ok(Sizes {
        provenance: Provenance { command: command.to_owned(), ..used.provenance },
        strategy: strategy.name,
        headroom: ask.headroom,
        uses: used.uses,
        containers,
        rotation,
        out_of_reach: found.out_of_reach,
        proof,
    })
}

/// A container with its sizes, from what was used at the profile's low, as it is, and at its high.
fn container_of(
    side: Side,
    scenario: &Scenario,
    [low, used, high]: [&Usage; 3],
    buffer: Buffer,
    headroom: f64,
) -> Container {
    let (agent, base) = side.agent(scenario);
    let of = |levels: fn(&Usage) -> f64| Range { low: levels(low), value: levels(used), high: levels(high) };
    let cpu_p95 = of(|usage| usage.cpu.quantile(0.95) / 1e6);
    let cpu_peak = of(|usage| usage.cpu.most() as f64 / 1e6);
    let memory_peak = of(|usage| usage.memory.most() as f64);
    let refuses_at = match profile::embedded(&base) {
        Some(Ok(profile)) => profile.behaviour.refuses_at.value,
        _ => 1.0,
    };
    let steps = Steps::of(&scenario.collection);
    let cpu_request = steps.cpu(cpu_p95.value, headroom);
    let memory_limit = steps.memory(memory_peak.value, headroom, refuses_at);
    Container {
        side,
        agent,
        base,
        cpu_request,
        cpu_limit: steps.cpu(cpu_peak.value, headroom).max(cpu_request),
        memory_request: memory_limit,
        memory_limit,
        memory_step: steps.bytes,
        refuses_at,
        cpu_p95,
        cpu_peak,
        memory_peak,
        buffer,
    }
}
