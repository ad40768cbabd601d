//! A strategy run on a scenario and judged by all of its objectives, those on neighbours too.

use super::trial::{NEVER, Trial};
use crate::flow::Cause;
use crate::metric::Metric;
use crate::observe::estimates;
use crate::run::{RunError, Runner};
use crate::scenario::{Comparison, Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::study::{self, Isolation, StrategyResult, Verdict};

/// A strategy on a scenario over some replications.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was found.
    pub result: StrategyResult,
    /// The effect of a loud tenant, where an objective asks for it.
    neighbours: Option<Isolation>,
}

/// Runs a strategy on a scenario without the experiment on neighbours, of which nothing is known then.
///
/// # Errors
/// A ledger does not balance.
pub(super) fn run_alone(
    runner: &Runner,
    scenario: &Scenario,
    strategy: &'static Strategy,
    seed: u64,
    replications: u64,
) -> Result<Run, RunError> {
    let mut found = study::compare(runner, scenario, &[strategy], seed, replications, "")?.strategies;
    Ok(Run { result: found.swap_remove(0), neighbours: None })
}

/// Runs a strategy on a scenario.
///
/// # Errors
/// A ledger does not balance.
pub fn run(
    runner: &Runner,
    scenario: &Scenario,
    strategy: &'static Strategy,
    seed: u64,
    replications: u64,
) -> Result<Run, RunError> {
    let asks = scenario.objectives.iter().any(|o| o.metric == Metric::NeighbourFreshness);
    let one = [strategy];
    let (comparison, neighbours) = rayon::join(
        || study::compare(runner, scenario, &one, seed, replications, ""),
        || match asks {
            true => study::isolation(runner, scenario, &one, seed, replications, study::Behind::Own),
            false => Ok(Vec::new()),
        },
    );
    let mut found = comparison?.strategies;
    Ok(Run { result: found.swap_remove(0), neighbours: neighbours?.into_iter().next() })
}

impl Run {
    /// Takes the effect of a loud tenant from another run.
    pub(super) fn neighbours_of(&mut self, other: &Self) {
        self.neighbours.clone_from(&other.neighbours);
    }

    /// A metric in each replication.
    pub fn values(&self, metric: Metric) -> Vec<Option<f64>> {
        match (metric, &self.neighbours) {
            (Metric::NeighbourFreshness, Some(isolation)) => isolation.freshness_ratio.clone(),
            _ => self.result.values(metric),
        }
    }

    /// A metric over all replications.
    pub fn figure(&self, metric: Metric) -> Estimate {
        match (metric, &self.neighbours) {
            (Metric::NeighbourFreshness, Some(isolation)) => isolation.estimate(),
            _ => self.result.estimate(metric),
        }
    }

    /// Whether it can be run and delivers anything: who delivers nothing meets nothing by losing nothing.
    pub fn delivers(&self) -> bool {
        let ledger = self.result.ledger();
        self.result.infeasible.is_none() && (ledger.emitted == 0 || ledger.delivered > 0)
    }

    /// Whether an objective is met.
    pub fn verdict(&self, objective: &Objective) -> Verdict {
        match self.delivers() {
            true => Verdict::of(objective, &self.figure(objective.metric)),
            false => Verdict::Missed,
        }
    }

    /// Currency a month; infinitely much where it cannot be run.
    pub fn cost(&self, money: Metric) -> f64 {
        match self.result.infeasible {
            None => self.result.estimate(money).mean.unwrap_or(f64::INFINITY),
            Some(_) => f64::INFINITY,
        }
    }

    /// Whether agents use more than they request: some at their fullest more memory, or in more than one of twenty spans of
    /// ten seconds more CPU. What is throttled or given way to for a moment is nobody's harm; memory cannot be taken back.
    pub fn exceeds_requests(&self) -> bool {
        let uses = estimates::uses(&self.result.observations);
        uses.iter().any(|kind| {
            let cpu = kind.usage.cpu.quantile(BUSY) / 1e6 * 1_000.0;
            cpu > kind.cpu_requested_millicores as f64
                || kind.usage.memory.most() > kind.memory_requested_bytes
        })
    }

    /// The same as the search sees it: which objectives count, and what it costs beyond what there is.
    pub fn trial(&self, objectives: &[Objective], counts: &[bool], extra_cost: f64) -> Trial {
        let replications = self.result.observations.len().max(1);
        let short = |objective: &Objective| match self.delivers() {
            true => {
                let all = self.values(objective.metric);
                all.iter().enumerate().map(|(r, value)| self.short_in(objective, *value, r)).collect()
            }
            false => vec![NEVER; replications],
        };
        Trial {
            short: objectives.iter().map(short).collect(),
            verdicts: objectives.iter().map(|o| self.verdict(o)).collect(),
            figures: objectives.iter().map(|o| self.figure(o.metric).mean).collect(),
            parts: self.parts(),
            counts: counts.to_vec(),
            extra_cost,
            replications: replications as u64,
        }
    }

    /// By how much an objective is missed in a replication, in parts of its bound. A quantile of freshness that never comes
    /// says nothing of how many lines are missing, which tells a change that helps from one that does not: it is taken to
    /// be a thousand bounds for every share of lines that may be missing.
    fn short_in(&self, objective: &Objective, value: Option<f64>, replication: usize) -> f64 {
        let may_miss = match objective.metric {
            Metric::FreshnessP50 => 0.5,
            Metric::FreshnessP99 => 0.01,
            _ => return short_of(objective, value),
        };
        match (value, self.result.observations.get(replication)) {
            (None, Some(observed)) => {
                let ledger = &observed.ledger;
                let missing = 1.0 - ledger.delivered as f64 / ledger.emitted.max(1) as f64;
                (NEVER_S * missing / may_miss).clamp(NEVER_S, NEVER)
            }
            _ => short_of(objective, value),
        }
    }

    /// Shares of all lines: lost by each cause, and not delivered yet; and of the time of agents that stood still.
    fn parts(&self) -> Vec<f64> {
        let ledger = self.result.ledger();
        let all = ledger.emitted.max(1) as f64;
        let lost = Cause::ALL.iter().map(|cause| ledger.lost[*cause as usize] as f64 / all);
        let waiting = (ledger.retained + ledger.in_flight) as f64 / all;
        let paused = self.result.estimate(Metric::Paused).mean.unwrap_or(0.0);
        lost.chain([waiting, paused]).collect()
    }
}

/// The quantile of spans whose CPU a request is to cover, as `size` has it.
const BUSY: f64 = 0.95;

/// Bounds that a quantile of freshness counts as which just does not come.
const NEVER_S: f64 = 1e3;

/// By how much an objective is missed, in parts of its bound; 0 where it is met.
fn short_of(objective: &Objective, value: Option<f64>) -> f64 {
    let Some(value) = value else { return NEVER };
    let beyond = match objective.comparison {
        Comparison::AtMost => value - objective.bound,
        Comparison::AtLeast => objective.bound - value,
    };
    (beyond / objective.bound.abs().max(1e-9)).clamp(0.0, NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    #[test]
    fn what_is_missed_is_measured_in_bounds() {
        let late = Objective::parse("freshness_p99 <= 10s").unwrap();
        assert_eq!(short_of(&late, Some(25.0)), 1.5);
        assert_eq!((short_of(&late, Some(10.0)), short_of(&late, None)), (0.0, NEVER));
        let honoured = Objective::parse("honoured >= 80%").unwrap();
        assert!((short_of(&honoured, Some(0.6)) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn who_delivers_nothing_meets_nothing() {
        let scenario = from_yaml(
            "t.yaml",
            "name: t\nduration: 30s\ncluster: { pools: [ { name: p, nodes: 1 } ] }\n\
             tenants: [ { name: a, workloads: [ { name: w, replicas: 2, logs: [ { stream: stdout, rate: 5/s } ] } ] } ]\n\
             objectives: [ \"loss <= 1%\" ]\n",
        )
        .unwrap();
        let of = |name: &str| {
            run(&Runner::new(), &scenario, by_name(name).unwrap(), 1, 2).unwrap().trial(
                &scenario.objectives,
                &[true],
                0.0,
            )
        };
        let (native, daemonset) = (of("native"), of("daemonset"));
        assert!(!native.is_met() && native.misses_throughout() && native.figures == [Some(0.0)]);
        assert!(daemonset.is_met() && daemonset.meets(0) && daemonset.distance() == 0.0);
    }
}
