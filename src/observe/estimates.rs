//! What replications say of a metric, by one rule for every study, table and report.
//!
//! | metric | of several replications | interval |
//! |---|---|---|
//! | freshness | the quantile of all their lines together | inverted test of the share of lines (`stats::pooled`) |
//! | memory, what buffers held, freshness of what arrived | the median | order statistics |
//! | all others | the mean | Student's t |
//!
//! Differences of two strategies are paired: of memory by the median of differences, of all others by their mean. Those of
//! quantiles follow from the intervals of both; leaving out one replication at a time says nothing of a quantile that jumps.
//! No interval reaches beyond what a figure can be.
//!
//! Loss may be rare, and replications that all lose nothing say only that it comes in few of them. What is at stake then:
//!
//! - Where agents stand still now and then, what is written meanwhile may be rotated away, in one run of thirty, say. With
//!   `n` replications without any it comes in `1 − 0.05^(1/n)` of them at most, with 95 % confidence (Hanley and
//!   Lippman-Hand, JAMA 249, 1983), and takes what is written while agents stand still.
//! - An agent may look too early for a rotated file's successor, in one run of a thousand, say. The chance of each look is
//!   known, and so are the lines that would have been lost by it: their mean over replications is what such looks lose,
//!   and the upper end of its interval is the end of loss's.
//!
//! Where agents neither stand still nor may miss a file that is gone at the end, nothing is at stake, and none is none.

use super::{AgentUse, Freshness, Observation};
use crate::metric::Metric;
use crate::stats::Estimate;
use crate::stats::pooled::{self, Curve};
use std::sync::Arc;

/// How replications of a metric are brought together.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    /// The quantile of all lines.
    Quantile(f64),
    Median,
    Mean,
}

fn rule(metric: Metric) -> Rule {
    match metric {
        Metric::FreshnessP50 => Rule::Quantile(0.5),
        Metric::FreshnessP99 => Rule::Quantile(0.99),
        Metric::AgentMemory
        | Metric::AgentMemoryRss
        | Metric::AgentCpuP95
        | Metric::AgentCpuPeak
        | Metric::AgentMemoryP95
        | Metric::AgentMemoryPeak
        | Metric::GatewayBuffer
        | Metric::NeighbourFreshness
        | Metric::ArrivedP50
        | Metric::ArrivedP99 => Rule::Median,
        _ => Rule::Mean,
    }
}

/// The largest value that a metric can have.
fn most(metric: Metric) -> f64 {
    match metric {
        Metric::Loss
        | Metric::Undelivered
        | Metric::CpuOverRequest
        | Metric::MemoryOverRequest
        | Metric::Paused
        | Metric::Stalled
        | Metric::AppSlowdown
        | Metric::AppSlowdownWorst
        | Metric::DiskPressure
        | Metric::CrashLogsMissed
        | Metric::Honoured => 1.0,
        _ => f64::INFINITY,
    }
}

/// A metric over replications.
pub fn estimate(observations: &[Arc<Observation>], metric: Metric) -> Estimate {
    let values = || observations.iter().map(|o| o.get(metric)).collect::<Vec<_>>();
    match rule(metric) {
        // A record of figures alone has no lines.
        Rule::Quantile(share) if observations.iter().any(|o| o.freshness.lines() > 0) => {
            pooled::quantile(&curves(observations), &Freshness::edges_s(), share)
        }
        _ => unseen(observations, metric, of_values(metric, &values())),
    }
}

/// The same where a rare loss may have gone unseen: no replication lost anything, and agents stood still or may have
/// missed files.
fn unseen(observations: &[Arc<Observation>], metric: Metric, estimate: Estimate) -> Estimate {
    let n = observations.len();
    if metric != Metric::Loss || n < 2 || estimate.hi != Some(0.0) {
        return estimate;
    }
    let paused = observations.iter().map(|o| o.get(Metric::Paused).unwrap_or(0.0)).sum::<f64>() / n as f64;
    let replications = 1.0 - libm::pow(0.05, 1.0 / n as f64);
    let missable: Vec<Option<f64>> = observations.iter().map(|o| Some(o.missable)).collect();
    let missed = Estimate::of(&missable).hi.unwrap_or(0.0);
    Estimate { hi: Some(replications * paused + missed), ..estimate }.within(0.0, 1.0)
}

/// A metric over replications of which nothing but its values is known: of freshness the median of replications.
pub fn of_values(metric: Metric, values: &[Option<f64>]) -> Estimate {
    let estimate = match rule(metric) {
        Rule::Mean => Estimate::of(values),
        Rule::Median | Rule::Quantile(_) => Estimate::median(values),
    };
    estimate.within(0.0, most(metric))
}

/// What agents used over all replications, by kind and pool.
pub fn uses(observations: &[Arc<Observation>]) -> Vec<AgentUse> {
    let mut uses: Vec<AgentUse> = Vec::new();
    for one in observations.iter().flat_map(|o| &o.uses) {
        let same = |u: &&mut AgentUse| (&u.agent, &u.pods, &u.pool) == (&one.agent, &one.pods, &one.pool);
        match uses.iter_mut().find(same) {
            Some(known) => known.usage += &one.usage,
            None => uses.push(one.clone()),
        }
    }
    uses
}

/// How much more of a metric there is than in the same replications of something else.
pub fn difference(a: &[Arc<Observation>], b: &[Arc<Observation>], metric: Metric) -> Estimate {
    let pairs = || a.iter().zip(b).map(|(a, b)| Some(a.get(metric)? - b.get(metric)?)).collect::<Vec<_>>();
    match rule(metric) {
        Rule::Quantile(share) => {
            let n = a.len().min(b.len());
            let edges = Freshness::edges_s();
            let (a, b) = (curves(&a[..n]), curves(&b[..n]));
            let [own, other] = [&a, &b].map(|curves| pooled::quantile(curves, &edges, share));
            // The same lines at the same ages differ by nothing.
            match a == b && own.mean.is_some() {
                true => Estimate { mean: Some(0.0), lo: own.lo.map(|_| 0.0), hi: own.hi.map(|_| 0.0), n },
                false => Estimate::of_intervals(&own, &other),
            }
        }
        Rule::Median => Estimate::median(&pairs()),
        Rule::Mean => {
            let seen = Estimate::of(&pairs());
            // What went unseen of either is open in their difference.
            let open = |all: &[Arc<Observation>]| {
                let values: Vec<Option<f64>> = all.iter().map(|o| o.get(metric)).collect();
                let values = of_values(metric, &values);
                Some(unseen(all, metric, values).hi? - values.hi?)
            };
            match (metric, open(a), open(b)) {
                (Metric::Loss, Some(more), Some(less)) if more > 0.0 || less > 0.0 => {
                    let reach = |end: f64, by: f64, mean: f64| libm::hypot(end - mean, by);
                    let mean = seen.mean.unwrap_or(0.0);
                    let lo = seen.lo.map(|lo| mean - reach(lo, less, mean));
                    Estimate { lo, hi: seen.hi.map(|hi| mean + reach(hi, more, mean)), ..seen }
                }
                _ => seen,
            }
        }
    }
}

fn curves(observations: &[Arc<Observation>]) -> Vec<Curve> {
    observations.iter().map(|o| o.freshness.curve()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Spread;

    /// Lines even over the first second, and some that are twenty seconds late.
    fn observation(late: u64, memory: f64) -> Arc<Observation> {
        let mut one = Observation::default();
        one.freshness.add(&Spread::between(0, 1_000_000_000), 1000 - late);
        one.freshness.add(&Spread::between(20_000_000_000, 20_100_000_000), late);
        one.metrics.insert(Metric::FreshnessP99, one.freshness.quantile(0.99));
        one.metrics.insert(Metric::AgentMemory, Some(memory));
        one.metrics.insert(Metric::Loss, Some(late as f64 / 1000.0));
        Arc::new(one)
    }

    #[test]
    fn quantiles_are_of_all_lines_and_memory_is_of_the_middle_replication() {
        let runs: Vec<_> = [0, 0, 0, 0, 20].map(|late| observation(late, 5.0 - late as f64 / 10.0)).into();
        // 20 of 5,000 lines are late: the p99 is the first second's 0.99/0.996, where the mean of p99s is 4.8 s.
        let p99 = estimate(&runs, Metric::FreshnessP99);
        assert!((p99.mean.unwrap() - 0.99 / 0.996).abs() < 0.02, "{p99:?}");
        assert_eq!(estimate(&runs, Metric::AgentMemory).mean, Some(5.0));
        // 0.004 ± 2.776·0.004, and no loss is below none.
        let loss = estimate(&runs, Metric::Loss);
        assert_eq!(loss.lo, Some(0.0));
        assert!((loss.hi.unwrap() - 0.0151).abs() < 1e-4, "{loss:?}");
    }

    #[test]
    fn a_loss_that_no_replication_shows_may_be_where_agents_stand_still() {
        let run = |paused| {
            let mut one = (*observation(0, 5.0)).clone();
            one.metrics.insert(Metric::Paused, Some(paused));
            Arc::new(one)
        };
        let loss = |paused: f64| {
            estimate(&[run(paused), run(paused), run(paused), run(paused), run(paused)], Metric::Loss)
        };
        // 1 − 0.05^(1/5) = 0.451 of the replications, a hundredth of the lines in each.
        assert!((loss(0.01).hi.unwrap() - 0.00451).abs() < 1e-5, "{:?}", loss(0.01));
        assert_eq!((loss(0.01).mean, loss(0.0).hi), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn a_loss_that_no_replication_shows_may_be_of_files_that_were_nearly_missed() {
        let run = |missable: f64| Arc::new(Observation { missable, ..(*observation(0, 5.0)).clone() });
        let runs = [1.0, 2.0, 3.0, 4.0, 5.0].map(|of| run(of * 1e-5));
        // Mean 3, s² = 2.5, t(0.975; 4) = 2.776: up to 4.963 hundred-thousandths.
        let loss = estimate(&runs, Metric::Loss);
        assert!((loss.hi.unwrap() - 4.963e-5).abs() < 1e-8 && loss.lo == Some(0.0), "{loss:?}");
        // The same under a strategy that loses 0.4 % of the lines in all of them: 0.4 % less, or a little less less.
        let others: Vec<_> = (0..5).map(|_| observation(4, 5.0)).collect();
        let difference = difference(&runs, &others, Metric::Loss);
        assert!((difference.lo.unwrap() + 0.004).abs() < 1e-12, "{difference:?}");
        assert!((difference.hi.unwrap() + 0.004 - 4.963e-5).abs() < 1e-8, "{difference:?}");
        // In one replication of them something was lost, and they say themselves what that may come to.
        let one = [run(1e-5), run(1e-5), run(1e-5), run(1e-5), observation(4, 5.0)];
        assert!((estimate(&one, Metric::Loss).hi.unwrap() - 0.0008 * 3.776).abs() < 1e-5);
    }

    #[test]
    fn differences_are_paired() {
        let (a, b): (Vec<_>, Vec<_>) =
            [0, 5, 1, 3, 2].map(|late| (observation(late, 9.0), observation(late, 7.0))).into_iter().unzip();
        for metric in [Metric::FreshnessP99, Metric::Loss] {
            let none = difference(&a, &b, metric);
            assert_eq!((none.mean, none.lo, none.hi), (Some(0.0), Some(0.0), Some(0.0)), "{metric}");
        }
        let memory = difference(&a, &b, Metric::AgentMemory);
        assert_eq!((memory.lo, memory.hi), (Some(2.0), Some(2.0)));
    }
}
