//! The months ahead: when a growing cluster first fails an objective under each strategy, and what it costs until then.
//!
//! Months are run on a grid from now to the last; between two neighbours at which an objective stands otherwise, the months
//! between are halved until the change is between two that follow each other. What turns there and back between two months of
//! the grid is not seen.

use super::judged::{Run, run};
use crate::metric::Metric;
use crate::run::{RunError, Runner};
use crate::scenario::{Objective, Scenario};
use crate::stats::Estimate;
use crate::strategy::Strategy;
use crate::study::{self, Provenance, Verdict};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Months of the grid beside the first, at most.
const STEPS: u64 = 8;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ahead<'a> {
    /// The scenario now, with its growth.
    pub scenario: &'a Scenario,
    /// Who takes part.
    pub strategies: &'a [&'static Strategy],
    /// The last month; 0 is now.
    pub months: u64,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Replications of each month.
    pub replications: u64,
    /// The command that remakes it.
    pub command: &'a str,
}

/// The months ahead.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The last month.
    pub months: u64,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// What costs are counted by.
    pub money: Metric,
    /// Pods and lines a second of every month, from now on.
    pub load: Vec<(u64, f64)>,
    /// Every strategy.
    pub strategies: Vec<Forecasted>,
}

/// A strategy in the months ahead.
#[derive(Clone, Debug)]
pub struct Forecasted {
    /// The strategy.
    pub strategy: &'static str,
    /// The months that were run, by their number.
    pub months: BTreeMap<u64, Month>,
}

/// A strategy in a month.
#[derive(Clone, Debug)]
pub struct Month {
    /// Why it cannot be run then.
    pub infeasible: Option<String>,
    /// Whether it can be run and nothing that is written arrives: then every objective is missed, whatever its figure.
    pub delivers_nothing: bool,
    /// Currency a month.
    pub cost: Estimate,
    /// Nodes of the cluster then.
    pub nodes: Option<f64>,
    /// What each objective bounds.
    pub figures: Vec<Estimate>,
    /// How each objective stands.
    pub verdicts: Vec<Verdict>,
}

/// When an objective fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fails {
    /// The first month in which it is surely missed.
    pub missed: Option<u64>,
    /// The first month in which that is open, where it comes before.
    pub open: Option<u64>,
}

impl Forecasted {
    /// When an objective first fails, by its place.
    pub fn fails(&self, objective: usize) -> Fails {
        let first = |verdict: Verdict| {
            let found = self.months.iter().find(|(_, month)| month.verdicts.get(objective) == Some(&verdict));
            found.map(|(month, _)| *month)
        };
        let missed = first(Verdict::Missed);
        let open = first(Verdict::Undecided).filter(|open| missed.is_none_or(|missed| *open < missed));
        Fails { missed, open }
    }

    /// The first month in which some objective is surely missed, and which.
    pub fn first_failure(&self) -> Option<(u64, usize)> {
        let objectives = self.months.values().next().map_or(0, |month| month.verdicts.len());
        (0..objectives).filter_map(|objective| Some((self.fails(objective).missed?, objective))).min()
    }

    /// The first month in which it cannot be run.
    pub fn infeasible_from(&self) -> Option<(u64, &str)> {
        self.months.iter().find_map(|(month, one)| Some((*month, one.infeasible.as_deref()?)))
    }
}

/// Looks ahead.
///
/// # Errors
/// A ledger does not balance.
pub fn forecast(runner: &Runner, ahead: Ahead<'_>) -> Result<Forecast, RunError> {
    let Ahead { scenario, strategies, months, seed, replications, command } = ahead;
    let (settled, by) = study::settle_warmup(&runner.anew(), scenario, strategies, seed)?;
    let ahead = Ahead { scenario: &settled, ..ahead };
    let found = strategies.par_iter().map(|strategy| one(runner, &ahead, strategy));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let load = (0..=months).map(|month| {
        let later = settled.in_months(month);
        (later.pods(), study::lines_per_s(&later))
    });
    Ok(Forecast {
        load: load.collect(),
        provenance: study::provenance(scenario, (&settled, by), strategies, seed, replications, command),
        months,
        objectives: scenario.objectives.clone(),
        money: scenario.rank_by.metric(),
        strategies: found,
    })
}

/// The months that are looked at in any case: the first, the last, and some between.
fn grid(months: u64) -> Vec<u64> {
    let step = months.div_ceil(STEPS).max(1);
    (0..months).step_by(step as usize).chain([months]).collect()
}

/// How many months are looked at, those aside that halving adds where something fails.
pub fn looks(months: u64) -> u64 {
    grid(months).len() as u64
}

fn one(runner: &Runner, ahead: &Ahead<'_>, strategy: &'static Strategy) -> Result<Forecasted, RunError> {
    let grid = grid(ahead.months);
    let run_all = |wanted: Vec<u64>| -> Result<Vec<(u64, Month)>, RunError> {
        wanted.into_par_iter().map(|month| Ok((month, at(&runner.anew(), ahead, strategy, month)?))).collect()
    };
    let mut known: BTreeMap<u64, Month> = run_all(grid)?.into_iter().collect();
    loop {
        let pairs = known.iter().zip(known.iter().skip(1));
        let apart = pairs.filter(|((a, early), (b, late))| **b > **a + 1 && early.verdicts != late.verdicts);
        let middles: Vec<u64> = apart.map(|((a, _), (b, _))| a.midpoint(*b)).collect();
        if middles.is_empty() {
            return Ok(Forecasted { strategy: strategy.name, months: known });
        }
        known.extend(run_all(middles)?);
    }
}

fn at(
    runner: &Runner,
    ahead: &Ahead<'_>,
    strategy: &'static Strategy,
    month: u64,
) -> Result<Month, RunError> {
    let later = ahead.scenario.in_months(month);
    let found: Run = run(runner, &later, strategy, ahead.seed, ahead.replications)?;
    let can_be_run = found.result.infeasible.is_none();
    let objectives = || later.objectives.iter();
    Ok(Month {
        infeasible: found.result.infeasible.clone(),
        delivers_nothing: can_be_run && !found.delivers(),
        cost: found.figure(later.rank_by.metric()),
        nodes: found.figure(Metric::Nodes).mean.filter(|_| can_be_run),
        figures: objectives().map(|objective| found.figure(objective.metric)).collect(),
        verdicts: objectives().map(|objective| found.verdict(objective)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::{DAEMONSET, SIDECAR};

    #[test]
    fn the_month_of_the_first_failure_is_where_arithmetic_puts_it() {
        // Sidecars that ask for 100 m of a node's 16 cores each: their share is bounded by 5 %, 800 m. Six pods grow by 5 % a
        // month: 6·1.05⁶ = 8.04 and 8 pods are just within it, 6·1.05⁷ = 8.44, still 8, 6·1.05⁸ = 8.86, which is 9.
        let scenario = from_yaml(
            "t.yaml",
            "name: t\nduration: 20s\nwarmup: 1s\ngrowth: 5%/month\ncluster: { pools: [ { name: p, nodes: 1 } ] }\n\
             tenants: [ { name: a, workloads: [ { name: w, replicas: 6, requests: { cpu: 10m, memory: 8Mi }, \
             logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n\
             collection: { sidecar: { requests: { cpu: 100m, memory: 1Mi } }, daemonset: { requests: { cpu: 100m, memory: 1Mi } } }\n\
             objectives: [ \"collector_share <= 5%\", \"loss <= 50%\" ]\n",
        )
        .unwrap();
        let ahead = Ahead {
            scenario: &scenario,
            strategies: &[&DAEMONSET, &SIDECAR],
            months: 24,
            seed: 1,
            replications: 2,
            command: "",
        };
        let found = forecast(&Runner::new(), ahead).unwrap();
        let [daemonset, sidecar] = &found.strategies[..] else { panic!() };
        assert_eq!(sidecar.fails(0), Fails { missed: Some(8), open: None });
        assert_eq!(sidecar.fails(1), Fails { missed: None, open: None });
        assert_eq!((sidecar.first_failure(), daemonset.first_failure()), (Some((8, 0)), None));
        // 6 and 9 pods for 0.40 an hour and 730 hours, 100 m of 16 cores each.
        let cost = |month: u64| sidecar.months[&month].cost.mean.unwrap();
        assert!((cost(0) - 6.0 * 1.825).abs() < 1e-9 && (cost(8) - 9.0 * 1.825).abs() < 1e-9);
        assert_eq!((found.load.len(), found.load[8].0), (25, 9));
        // A grid of every third month and halvings, not every month.
        assert!(sidecar.months.len() < 15, "{:?}", sidecar.months.keys());
    }
}
