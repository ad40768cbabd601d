//! What decides an objective: the largest cause of loss, what saturates, what is reserved.

use crate::flow::Cause;
use crate::metric::Metric;
use crate::study::StrategyResult;

/// Something that decides an objective, with its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decides {
    /// Lines lost by this cause, which takes most: as a share of all lines.
    Lost(Cause, f64),
    /// Lines that are still on nodes or with agents when the run ends: as a share of all lines.
    Waiting(f64),
    /// Agents whose input stands still because the buffer is full: as a share of their time.
    Paused(f64),
    /// The longest wait for the backend's capacity, in seconds.
    Backend(f64),
    /// Agents killed for exceeding their memory limit, in a run.
    Killed(f64),
    /// What agents request: cores, bytes, and how many there are.
    Requests(f64, f64, f64),
    /// Half of the lines that arrive are older than so many seconds: nothing but the agents' own timers.
    Timers(f64),
    /// What the strategy can honour, which is a property of the strategy.
    Capability,
    /// A loud tenant beside the others.
    Neighbour,
}

/// A share of lines or of time that is worth a word.
const NOTABLE: f64 = 0.001;
/// A wait for the backend that is worth a word: as long as the shortest default flush of most agents.
const NOTABLE_WAIT_S: f64 = 1.0;

/// What decides a figure under a strategy, the largest first; empty where nothing stands out.
pub fn decides(result: &StrategyResult, metric: Metric) -> Vec<Decides> {
    match metric {
        Metric::Honoured => vec![Decides::Capability],
        Metric::NeighbourFreshness => [vec![Decides::Neighbour], saturated(result)].concat(),
        Metric::CollectorShare
        | Metric::Cost
        | Metric::CostMarginal
        | Metric::AgentCpuRequested
        | Metric::AgentMemoryRequested
        | Metric::ExtraNodes => requests(result).into_iter().collect(),
        Metric::Loss => [lost(result), saturated(result)].concat(),
        Metric::Undelivered | Metric::FreshnessP50 | Metric::FreshnessP99 => undelivered(result, metric),
        _ => saturated(result),
    }
}

/// The causes of loss, the largest first, at most two.
fn lost(result: &StrategyResult) -> Vec<Decides> {
    let ledger = result.ledger();
    let all = ledger.emitted.max(1) as f64;
    let mut causes: Vec<(Cause, f64)> =
        Cause::ALL.iter().map(|cause| (*cause, ledger.lost[*cause as usize] as f64 / all)).collect();
    causes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let largest = causes.first().map_or(0.0, |(_, share)| *share);
    let notable = causes.into_iter().filter(|(_, share)| *share > 0.0 && *share >= largest / 10.0);
    notable.take(2).map(|(cause, share)| Decides::Lost(cause, share)).collect()
}

/// What keeps lines from arriving, or from arriving soon.
fn undelivered(result: &StrategyResult, metric: Metric) -> Vec<Decides> {
    let ledger = result.ledger();
    let all = ledger.emitted.max(1) as f64;
    let waiting = (ledger.retained + ledger.in_flight) as f64 / all;
    let mut found = lost(result);
    if waiting >= NOTABLE {
        found.push(Decides::Waiting(waiting));
    }
    found.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    // So few missing lines leave a quantile of all lines alone.
    let enough = match metric {
        Metric::FreshnessP99 => 0.01,
        Metric::FreshnessP50 => 0.5,
        _ => 0.0,
    };
    if found.iter().map(|one| size(*one)).sum::<f64>() < enough {
        found.clear();
    }
    found.extend(saturated(result));
    let late = result.estimate(Metric::ArrivedP50).mean;
    if let (true, Some(late)) = (found.is_empty(), late) {
        found.push(Decides::Timers(late));
    }
    found
}

fn size(one: Decides) -> f64 {
    match one {
        Decides::Lost(_, share) | Decides::Waiting(share) => share,
        _ => 0.0,
    }
}

/// What stands at its limit.
fn saturated(result: &StrategyResult) -> Vec<Decides> {
    let mean = |metric| result.estimate(metric).mean.unwrap_or(0.0);
    let (paused, wait, kills) = (mean(Metric::Paused), mean(Metric::BackendWait), mean(Metric::OomKills));
    let mut found = Vec::new();
    if kills > 0.0 {
        found.push(Decides::Killed(kills));
    }
    if paused >= NOTABLE {
        found.push(Decides::Paused(paused));
    }
    if wait >= NOTABLE_WAIT_S {
        found.push(Decides::Backend(wait));
    }
    found
}

fn requests(result: &StrategyResult) -> Option<Decides> {
    let mean = |metric| result.estimate(metric).mean;
    Some(Decides::Requests(
        mean(Metric::AgentCpuRequested)?,
        mean(Metric::AgentMemoryRequested)?,
        mean(Metric::Agents)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Ledger, Observation};
    use std::sync::Arc;

    fn result(metrics: &[(Metric, f64)], ledger: Ledger) -> StrategyResult {
        let metrics = metrics.iter().map(|(metric, value)| (*metric, Some(*value))).collect();
        StrategyResult {
            strategy: "daemonset",
            infeasible: None,
            grown: None,
            growing: None,
            shares_agents: true,
            routes_by_store: true,
            objectives: Vec::new(),
            observations: vec![Arc::new(Observation { metrics, ledger, ..Observation::default() })],
        }
    }

    #[test]
    fn the_largest_cause_comes_first_and_small_ones_are_left_out() {
        let mut ledger = Ledger { emitted: 1000, delivered: 580, in_flight: 50, ..Ledger::default() };
        ledger.lose(Cause::NeverDiscovered, 60);
        ledger.lose(Cause::RotatedBeforeRead, 300);
        ledger.lose(Cause::NodeLost, 10);
        let found = result(&[(Metric::Paused, 0.4)], ledger);
        // 10 of 1,000 are less than a tenth of 300.
        let lost =
            [Decides::Lost(Cause::RotatedBeforeRead, 0.3), Decides::Lost(Cause::NeverDiscovered, 0.06)];
        assert_eq!(decides(&found, Metric::Loss), [&lost[..], &[Decides::Paused(0.4)]].concat());
        let late = decides(&found, Metric::FreshnessP99);
        assert_eq!(late, [&lost[..], &[Decides::Waiting(0.05), Decides::Paused(0.4)]].concat());
        // 41 % of lines missing do not move the median line.
        assert_eq!(decides(&found, Metric::FreshnessP50), [Decides::Paused(0.4)]);
    }

    #[test]
    fn where_nothing_is_lost_and_nothing_full_timers_decide() {
        let ledger = Ledger { emitted: 100, delivered: 100, ..Ledger::default() };
        let found = result(&[(Metric::ArrivedP50, 2.5)], ledger);
        assert_eq!(decides(&found, Metric::FreshnessP99), [Decides::Timers(2.5)]);
        assert_eq!(decides(&found, Metric::Honoured), [Decides::Capability]);
    }
}
