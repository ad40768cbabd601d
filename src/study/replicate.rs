//! How many replications: a number, or as many as a precision needs.

use crate::metric::Metric;
use crate::observe::{Observation, estimates};
use crate::run::{RunError, Runner, Setup};
use crate::stats::Estimate;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// What must be precise: the figures that decisions rest on.
pub const HEADLINES: [Metric; 5] =
    [Metric::FreshnessP99, Metric::Loss, Metric::Undelivered, Metric::AgentCpu, Metric::AgentMemory];

/// Replications at first, and in each further batch: fewer give a Student interval that is hardly one.
const BATCH: u64 = 5;

/// How many replications to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Replications {
    /// So many.
    Fixed(u64),
    /// In batches of five, until every headline figure is precise enough or there are `most`.
    Auto {
        /// Half the width of the 95 % interval, as a share of the mean.
        precision: f64,
        /// Replications at most.
        most: u64,
    },
}

impl From<u64> for Replications {
    fn from(n: u64) -> Self {
        Self::Fixed(n)
    }
}

/// Whether a precision that was asked for is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Half the width of the 95 % interval that was asked for, as a share of the mean.
    pub asked: f64,
    /// Replications allowed.
    pub most: u64,
    /// What is less precise; empty where everything is as asked.
    pub wide: Vec<Wide>,
}

/// A figure that is less precise than asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wide {
    /// The strategy.
    #[serde(deserialize_with = "known")]
    pub strategy: StrategyName,
    /// For a difference, the strategy that it is the difference to.
    #[serde(deserialize_with = "known_or_none")]
    pub against: Option<StrategyName>,
    /// The figure.
    pub metric: Metric,
    /// Half the width of its interval, as a share of its mean; of a difference, as a share of the larger of the two
    /// means. `None` where some replications lie beyond the horizon and others do not.
    pub relative: Option<f64>,
}

/// The name of a strategy that there is.
type StrategyName = &'static str;

/// A strategy that there is, by its name.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let name = String::deserialize(deserializer)?;
    let strategy = crate::strategy::by_name(&name);
    strategy.map(|s| s.name).ok_or_else(|| serde::de::Error::custom(format!("there is no strategy {name:?}")))
}

fn known_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static str>, D::Error> {
    #[derive(Deserialize)]
    struct Known(#[serde(deserialize_with = "known")] StrategyName);
    Ok(Option::<Known>::deserialize(deserializer)?.map(|Known(name)| name))
}

/// Observations of every setup, one a replication, and whether the precision was reached where one was asked for.
pub type Replicated = (Vec<Vec<Arc<Observation>>>, Option<Precision>);

/// Observes setups in as many replications as asked for. All setups have the same number, which keeps them paired.
///
/// Looking again and again stops a little too early more often than too late, so that intervals found with
/// [`Replications::Auto`] hold the true mean a little less often than in 95 of 100 cases.
///
/// # Errors
/// A ledger does not balance.
pub fn replicate(
    runner: &Runner,
    setups: &[&Setup],
    seed: u64,
    replications: Replications,
) -> Result<Replicated, RunError> {
    let (precision, most) = match replications {
        Replications::Fixed(n) => return Ok((runner.observe(setups, seed, n)?, None)),
        Replications::Auto { precision, most } => (precision, most),
    };
    let mut n = BATCH.min(most);
    loop {
        // Those that are there already are remembered by the runner.
        let observed = runner.observe(setups, seed, n)?;
        let named: Vec<_> = setups.iter().map(|s| s.strategy.name).zip(&observed).collect();
        let wide = wide(&named, precision);
        if wide.is_empty() || n >= most {
            return Ok((observed, Some(Precision { asked: precision, most, wide })));
        }
        n = (n + BATCH).min(most);
    }
}

/// Headline figures, and paired differences of them, that are less precise than asked. Figures that are zero, or
/// beyond the horizon in every replication, have no interval and are as certain as they can be.
fn wide(observed: &[(&'static str, &Vec<Arc<Observation>>)], precision: f64) -> Vec<Wide> {
    let mut wide = Vec::new();
    for metric in HEADLINES {
        let all: Vec<(&'static str, &Vec<Arc<Observation>>)> = observed
            .iter()
            .filter(|(_, observations)| observations.iter().any(|o| o.get(metric).is_some()))
            .copied()
            .collect();
        for (at, (strategy, observations)) in all.iter().enumerate() {
            let own = estimates::estimate(observations, metric);
            let mut look = |against, estimate: &Estimate, size: f64| {
                let relative = estimate.relative_to(size).filter(|r| r.is_finite());
                if size > 0.0 && relative.is_none_or(|r| r > precision) {
                    wide.push(Wide { strategy, against, metric, relative });
                }
            };
            // A figure that is missing because some lines never come is as wide as can be.
            look(None, &own, own.mean.unwrap_or(f64::INFINITY));
            for (other, others) in &all[..at] {
                let (Some(mean), Some(other_mean)) = (own.mean, estimates::estimate(others, metric).mean)
                else {
                    continue;
                };
                let difference = estimates::difference(observations, others, metric);
                look(Some(other), &difference, mean.abs().max(other_mean.abs()));
            }
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

    fn observations(metric: Metric, values: &[Option<f64>]) -> Vec<Arc<Observation>> {
        let one = |value: &Option<f64>| {
            Arc::new(Observation { metrics: [(metric, *value)].into(), ..Observation::default() })
        };
        values.iter().map(one).collect()
    }

    #[test]
    fn what_is_wide_is_named_with_its_width() {
        // Mean 10, s = 1, t(0.975; 4) = 2.776: half width 2.776/√5 = 1.241, 12.4 % of the mean.
        let spread = 2.5_f64.sqrt();
        let values: Vec<Option<f64>> =
            [-2.0, -1.0, 0.0, 1.0, 2.0].iter().map(|v| Some(10.0 + v / spread)).collect();
        let noisy = observations(Metric::AgentCpu, &values);
        let found = wide(&[("daemonset", &noisy)], 0.05);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].strategy, found[0].metric), ("daemonset", Metric::AgentCpu));
        assert!((found[0].relative.unwrap() - 0.1241).abs() < 0.001);
        assert!(wide(&[("daemonset", &noisy)], 0.13).is_empty());
        // Twice as much in every replication: the difference is as wide as the smaller, over the larger mean.
        let twice: Vec<Option<f64>> = values.iter().map(|v| v.map(|v| 2.0 * v)).collect();
        let twice = observations(Metric::AgentCpu, &twice);
        let found = wide(&[("daemonset", &noisy), ("sidecar", &twice)], 0.05);
        let difference = found.iter().find(|w| w.against.is_some()).unwrap();
        assert_eq!((difference.strategy, difference.against), ("sidecar", Some("daemonset")));
        assert!((difference.relative.unwrap() - 0.0620).abs() < 0.001);
    }

    #[test]
    fn what_is_zero_or_never_comes_is_certain() {
        let zero = observations(Metric::Loss, &[Some(0.0); 5]);
        let never = observations(Metric::FreshnessP99, &[None; 5]);
        assert!(wide(&[("native", &zero)], 0.01).is_empty());
        assert!(wide(&[("native", &never)], 0.01).is_empty());
        let some = observations(Metric::FreshnessP99, &[Some(1.0), None, Some(1.0)]);
        let found = wide(&[("native", &some)], 0.01);
        assert_eq!((found.len(), found[0].relative), (1, None));
    }

    #[test]
    fn batches_are_added_until_it_is_narrow_or_the_cap_is_reached() {
        let scenario = from_yaml(
            "t.yaml",
            "name: t\nduration: 60s\ncluster: { pools: [ { name: p, nodes: 1 } ] }\n\
             tenants: [ { name: a, workloads: [ { name: w, replicas: 8, \
             logs: [ { stream: stdout, rate: 20/s, rotate: { size: 1Ti }, \
             arrivals: { burst: { duty: 20%, slot: 5s } } } ] } ] } ]\n",
        )
        .unwrap();
        let setup = Setup::new(&scenario, by_name("sidecar").unwrap());
        let runner = Runner::new();
        let go = |precision, most| {
            let replications = Replications::Auto { precision, most };
            let (observed, precision) = replicate(&runner, &[&setup], 1, replications).unwrap();
            (observed[0].len(), precision.unwrap())
        };
        let (few, met) = go(1.0, 50);
        assert!(met.wide.is_empty() && few <= 50 && few.is_multiple_of(5), "{few} {met:?}");
        // No file is rotated, which would make single runs very late. 8 pods × 12 slots that are on by chance of 20 %: lines vary by √(0.8/0.2/96) = 20 % between runs, and ±8 %
        // takes some 25 of them. What was asked for holds of what was found, by the definition itself.
        let (more, met) = go(0.08, 1000);
        assert!(more > few && met.wide.is_empty(), "{more} {met:?}");
        let (observed, _) = replicate(&runner, &[&setup], 1, Replications::Fixed(more as u64)).unwrap();
        let cpu = Estimate::of(&observed[0].iter().map(|o| o.get(Metric::AgentCpu)).collect::<Vec<_>>());
        assert!(cpu.relative_to(cpu.mean.unwrap()).unwrap() <= 0.08);
        let (capped, missed) = go(1e-6, 7);
        assert_eq!(capped, 7);
        assert!(missed.wide.iter().any(|w| w.metric == Metric::AgentCpu), "{missed:?}");
    }

    #[test]
    fn stopping_early_costs_little_of_the_confidence() {
        // Normal figures of mean 10 and s = 2, in batches of 5 until ±5 %: the interval at the end must hold the 10
        // in most of 1,000 tries. Sequential stopping at such a width is known to cost some points of the 95 %
        // (Law, Simulation Modeling and Analysis, 9.4): 90 % is asked for.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut hits = 0;
        for _ in 0..1000 {
            let mut values = Vec::new();
            loop {
                for _ in 0..BATCH {
                    let z: f64 = StandardNormal.sample(&mut rng);
                    values.push(Some(10.0 + 2.0 * z));
                }
                let all = observations(Metric::AgentCpu, &values);
                if wide(&[("sidecar", &all)], 0.05).is_empty() {
                    break;
                }
            }
            let estimate = Estimate::of(&values);
            hits += u32::from(estimate.lo.unwrap() <= 10.0 && 10.0 <= estimate.hi.unwrap());
        }
        assert!((900..=970).contains(&hits), "{hits}");
    }
}
