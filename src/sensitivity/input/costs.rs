//! Costs of agents, within what their sources leave open.

use super::{Input, Kind};
use crate::profile;
use crate::run::Setup;
use crate::scenario::{Cost, Scenario};
use crate::strategy::Strategy;

/// Standard errors on each side of what was fitted: 95 % of a normal distribution.
const STANDARD_ERRORS: f64 = 1.96;

/// Costs of the agents that these strategies collect with, where they have a range and are of consequence here.
pub(super) fn costs(scenario: &Scenario, strategies: &[&'static Strategy]) -> Vec<Input> {
    let mut names: Vec<String> = Vec::new();
    let blueprints = strategies.iter().map(|strategy| Setup::new(scenario, strategy).blueprint);
    for agent in blueprints.flat_map(|blueprint| blueprint.agents) {
        if !names.contains(&agent.name) {
            names.push(agent.name);
        }
    }
    let mut all = Vec::new();
    for agent in names {
        let custom = scenario.profiles.iter().find(|profile| profile.name == agent);
        let base = custom.map_or(&agent, |custom| &custom.base.value).clone();
        let Some(Ok(mut profile)) = profile::embedded(&base) else { continue };
        let sources = profile.sources.clone();
        for (path, number) in profile.numbers_mut() {
            let source = sources.get(&number.source).unwrap_or(&number.source).clone();
            let (value, range, source, quality) = match scenario.own_cost(&agent, path) {
                Some(own) => match fitted(own) {
                    Some(range) => (own.value, range, own.source.clone().unwrap_or_default(), own.quality),
                    // Who sets a cost by hand knows it.
                    None => continue,
                },
                None => match number.low.zip(number.high) {
                    Some(range) => (number.value, range, source, Some(number.quality)),
                    None => continue,
                },
            };
            if range.0 < range.1 {
                let kind = Kind::Cost { agent: agent.clone(), base: base.clone(), path: path.to_owned() };
                all.push(Input {
                    name: format!("{agent}/{path}"),
                    kind,
                    low: range.0,
                    now: value,
                    high: range.1,
                    unit: String::new(),
                    source,
                    quality,
                });
            }
        }
    }
    all.retain(|input| matters(scenario, strategies, input));
    all
}

/// What a fit leaves open.
fn fitted(own: &Cost) -> Option<(f64, f64)> {
    let half = STANDARD_ERRORS * own.standard_error?;
    Some(((own.value - half).max(0.0), own.value + half))
}

/// Whether a cost makes a difference to what any of the strategies draws.
fn matters(scenario: &Scenario, strategies: &[&'static Strategy], input: &Input) -> bool {
    let drawn = |value: f64| {
        let mut changed = scenario.clone();
        input.set_cost(&mut changed, value);
        let drawn = strategies
            .iter()
            .map(|strategy| format!("{:?}", Setup::new(&changed, strategy).blueprint.agents));
        drawn.collect::<Vec<_>>()
    };
    drawn(input.low) != drawn(input.high)
}
