//! What the world says of a measured set-up.
//!
//! A measurement covers a span of a run: lines that arrived in it, CPU that was used in it. The span is the difference
//! of two runs of the same seed, one up to its end and one up to its beginning, which is the same run cut short.

use super::plan::Plan;
use super::score::Figure;
use crate::observe::Freshness;
use crate::run::{RunError, Setup, tally};
use crate::scenario::Scenario;
use crate::units::SimTime;
use crate::world::Tally;

/// One seed's run.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    span_s: f64,
    agent_cpu_ns: u64,
    delivered_in_span: u64,
    rss_bytes: u64,
    pss_bytes: u64,
    /// Ages of what arrived in the span, by tenant.
    freshness: Vec<(String, Freshness)>,
    emitted: u64,
    delivered: u64,
    /// The largest share of lines not delivered, of any tenant.
    worst_loss: Option<f64>,
    /// Share of the span that inputs stood still.
    pub paused: f64,
}

/// Runs a plan with all its seeds; `Err` within is the reason for which it cannot be run.
///
/// # Errors
/// A run fails: a defect.
pub(super) fn run(plan: &Plan) -> Result<Result<Vec<Outcome>, String>, RunError> {
    let (from_s, until_s) = plan.window_s;
    let whole = Setup::new(&lasting(&plan.scenario, until_s, plan.scenario.drain), plan.strategy);
    if let Some(reason) = whole.infeasible() {
        return Ok(Err(reason.to_owned()));
    }
    let before = (from_s > 0.0)
        .then(|| Setup::new(&lasting(&plan.scenario, from_s, SimTime::from_ns(0)), plan.strategy));
    let mut outcomes = Vec::new();
    for seed in 1..=plan.seeds {
        let Some(whole_tally) = tally(&whole, seed, 0)? else { break };
        let before_tally = before.as_ref().map(|setup| tally(setup, seed, 0)).transpose()?.flatten();
        outcomes.push(outcome(&whole, &whole_tally, before_tally.as_ref(), until_s - from_s));
    }
    Ok(Ok(outcomes))
}

/// The scenario as far as some instant.
fn lasting(scenario: &Scenario, seconds: f64, drain: SimTime) -> Scenario {
    Scenario {
        duration: SimTime::from_secs_f64(seconds),
        warmup: SimTime::from_ns(0).into(),
        drain,
        ..scenario.clone()
    }
}

fn outcome(setup: &Setup, whole: &Tally, before: Option<&Tally>, span_s: f64) -> Outcome {
    let earlier = |of: fn(&Tally) -> u64| before.map_or(0, of);
    let freshness = setup.blueprint.tenants.iter().enumerate().map(|(index, name)| {
        let mut ages = whole.tenants[index].freshness.clone();
        if let Some(before) = before {
            ages -= &before.tenants[index].freshness;
        }
        (name.clone(), ages)
    });
    Outcome {
        span_s,
        agent_cpu_ns: whole.agent_cpu_ns - earlier(|t| t.agent_cpu_ns).min(whole.agent_cpu_ns),
        delivered_in_span: whole.delivered_in_time.saturating_sub(earlier(|t| t.delivered_in_time)),
        rss_bytes: whole.agent_rss_bytes,
        pss_bytes: whole.agent_pss_bytes,
        freshness: freshness.collect(),
        emitted: whole.ledger.emitted,
        delivered: whole.ledger.delivered,
        worst_loss: whole
            .tenants
            .iter()
            .filter(|tenant| tenant.emitted > 0)
            .map(|tenant| 1.0 - tenant.freshness.delivered() as f64 / tenant.emitted as f64)
            .reduce(f64::max),
        paused: (whole.paused_ns - earlier(|t| t.paused_ns).min(whole.paused_ns)) as f64
            / 1e9
            / span_s
            / whole.inputs.max(1) as f64,
    }
}

impl Outcome {
    /// A figure of this run; `None` where it has none, such as an age where nothing arrived.
    pub(super) fn figure(&self, figure: Figure, tenant: Option<&str>) -> Option<f64> {
        let ages = || {
            let mut all = Freshness::default();
            for (name, own) in &self.freshness {
                if tenant.is_none_or(|wanted| wanted == name) {
                    all += own;
                }
            }
            all
        };
        match figure {
            Figure::AgentCpu => Some(self.agent_cpu_ns as f64 / 1e9 / self.span_s),
            Figure::MemoryRss => Some(self.rss_bytes as f64),
            Figure::MemoryPss => Some(self.pss_bytes as f64),
            Figure::Throughput => Some(self.delivered_in_span as f64 / self.span_s),
            Figure::FreshnessP50 => ages().quantile(0.5),
            Figure::FreshnessP99 => ages().quantile(0.99),
            Figure::FreshnessMean => mean(&ages()),
            // What no agent would read any more, and what had not arrived when the drain ended.
            Figure::Loss => {
                (self.emitted > 0).then(|| (self.emitted - self.delivered) as f64 / self.emitted as f64)
            }
            // Where every stream is a tenant of its own.
            Figure::WorstStreamLoss => self.worst_loss,
            Figure::CpuRatio => None,
        }
    }
}

/// The mean age, from 200 quantiles.
fn mean(ages: &Freshness) -> Option<f64> {
    const POINTS: u32 = 200;
    let shares: Vec<f64> = (0..POINTS).map(|i| (f64::from(i) + 0.5) / f64::from(POINTS)).collect();
    let values: Option<Vec<f64>> = ages.quantiles(&shares).into_iter().collect();
    values.map(|v| v.iter().sum::<f64>() / f64::from(POINTS))
}

/// A figure over all seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OverSeeds {
    pub mean: f64,
    /// The span that holds 95 of 100 of them.
    pub lo: f64,
    pub hi: f64,
    /// How far one of them is from the mean on average: what a model shows as its error that is right.
    pub luck: f64,
}

impl OverSeeds {
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        // Each is compared with the mean of the others, which a measurement is no part of.
        let luck = values.iter().map(|value| (value - mean).abs()).sum::<f64>() / (n - 1.0).max(1.0);
        Some(Self { mean, lo: of_sorted(&values, 0.025), hi: of_sorted(&values, 0.975), luck })
    }
}

/// A quantile of values in order, between two neighbours by their distance.
fn of_sorted(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (below, inside) = (place as usize, place.fract());
    let above = values[(below + 1).min(values.len() - 1)];
    values[below] + (above - values[below]) * inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_is_how_far_one_seed_is_from_the_others() {
        // A file of four is lost in one of four runs: 0.25 on average. The mean of the three others of one is 1/3, 1/3,
        // 1/3 and 0, so that they are off by 1/3, 1/3, 1/3 and 1.
        let over = OverSeeds::of(vec![0.0, 0.0, 1.0, 0.0]).unwrap();
        assert_eq!(over.mean, 0.25);
        assert!((over.luck - 0.5).abs() < 1e-12, "{}", over.luck);
        assert_eq!(OverSeeds::of(vec![3.0]).unwrap().luck, 0.0);
        assert_eq!(OverSeeds::of(Vec::new()), None);
    }
}
