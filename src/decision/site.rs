//! Candidates as scenarios: made as `--set` makes them, run on a slice, and the last ones on the whole cluster.

use super::judged::{Run, run, run_alone};
use super::search::{Bench, Step};
use super::trial::Trial;
use super::turn::Turn;
use crate::metric::Metric;
use crate::run::{RunError, Runner};
use crate::scenario::{Amendments, Scenario, ScenarioError};
use crate::strategy::Strategy;

/// A cluster that candidates are run on.
#[derive(Debug)]
pub(super) struct Site {
    /// The scenario as it stands.
    pub scenario: Scenario,
    /// The same as text.
    yaml: String,
    /// What the strategy makes of it, to tell changes that change nothing.
    blueprint: String,
    /// What was found of it.
    pub base: Run,
}

impl Site {
    /// Runs a scenario as it stands.
    pub(super) fn new(
        runner: &Runner,
        scenario: Scenario,
        strategy: &'static Strategy,
        seed: u64,
        replications: u64,
    ) -> Result<Self, RunError> {
        let base = run(runner, &scenario, strategy, seed, replications)?;
        // A scenario that was read can be written.
        let yaml = scenario.to_yaml().unwrap_or_default();
        let blueprint = drawn(&scenario, strategy);
        Ok(Self { scenario, yaml, blueprint, base })
    }

    /// The scenario with some fields set.
    pub(super) fn with(&self, turns: &[&Turn]) -> Result<Scenario, ScenarioError> {
        let settings = turns.iter().filter_map(|turn| turn.setting()).collect();
        Amendments { profiles: None, settings }.read(&self.scenario.name, &self.yaml)
    }
}

fn drawn(scenario: &Scenario, strategy: &Strategy) -> String {
    format!("{:?}", strategy.blueprint(scenario, scenario.nodes()))
}

/// Where candidates of one strategy are tried.
#[derive(Debug)]
pub(super) struct Sites<'a> {
    pub runner: &'a Runner,
    pub strategy: &'static Strategy,
    pub turns: Vec<Turn>,
    pub steps: Vec<Step>,
    /// Which objectives count.
    pub counts: Vec<bool>,
    /// The metric that costs are.
    pub money: Metric,
    /// Where everything is tried.
    pub slice: &'a Site,
    /// Nodes of the whole over nodes of the slice.
    pub scale: f64,
    /// Where the last trials are, and on which seed, with what is there without any change.
    pub whole: &'a Site,
    pub fresh_cost: f64,
    pub seed: u64,
    pub fresh_seed: u64,
}

impl Sites<'_> {
    /// The changes as the search sees them.
    pub(super) fn steps_of(turns: &[Turn]) -> Vec<Step> {
        turns.iter().map(|turn| Step { field: turn.path.clone(), strength: turn.strength() }).collect()
    }

    fn turns_of(&self, candidate: &[usize]) -> Vec<&Turn> {
        candidate.iter().filter_map(|at| self.turns.get(*at)).collect()
    }

    /// Whether an objective that counts, other than those on neighbours, is missed in every replication.
    fn misses_otherwise(&self, trial: &Trial) -> bool {
        let objectives = &self.slice.scenario.objectives;
        let others = objectives.iter().zip(&self.counts).zip(&trial.short);
        others
            .filter(|((o, counts), _)| **counts && o.metric != Metric::NeighbourFreshness)
            .any(|(_, all)| all.iter().all(|short| *short > 0.0))
    }

    /// What a run comes to; `None` where agents request less than they use and did not before, which is no answer.
    fn judged(&self, found: &Run, site: &Site, base_cost: f64, scale: f64) -> Option<Trial> {
        if found.exceeds_requests() && !site.base.exceeds_requests() {
            return None;
        }
        let extra = (found.cost(self.money) - base_cost) * scale;
        Some(found.trial(&site.scenario.objectives, &self.counts, extra))
    }
}

impl Bench for Sites<'_> {
    type Error = RunError;

    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn attempt(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, RunError> {
        // What is refused together with the rest of the scenario cannot be.
        let Ok(scenario) = self.slice.with(&self.turns_of(candidate)) else { return Ok(None) };
        if candidate.len() == 1 && drawn(&scenario, self.strategy) == self.slice.blueprint {
            return Ok(None);
        }
        let base_cost = self.slice.base.cost(self.money);
        let asks = scenario.objectives.iter().any(|o| o.metric == Metric::NeighbourFreshness);
        if asks {
            // The experiment on neighbours takes longest: who misses something else need not be asked.
            let mut alone = run_alone(self.runner, &scenario, self.strategy, self.seed, replications)?;
            alone.neighbours_of(&self.slice.base);
            if let Some(trial) = self.judged(&alone, self.slice, base_cost, self.scale)
                && self.misses_otherwise(&trial)
            {
                return Ok(Some(trial));
            }
        }
        let found = run(self.runner, &scenario, self.strategy, self.seed, replications)?;
        Ok(self.judged(&found, self.slice, base_cost, self.scale))
    }

    fn confirm(&self, candidate: &[usize], replications: u64) -> Result<Option<Trial>, RunError> {
        let Ok(scenario) = self.whole.with(&self.turns_of(candidate)) else { return Ok(None) };
        let found = run(self.runner, &scenario, self.strategy, self.fresh_seed, replications)?;
        Ok(self.judged(&found, self.whole, self.fresh_cost, 1.0))
    }
}
