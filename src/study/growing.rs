//! Loss that is not over: a run too short for its losses says so, with what a longer one comes to.
//!
//! Lines count as lost when what holds them is deleted or given up; until then a backlog grows. An agent that carries less
//! than is written loses nothing in the first minute, and in the end all that it does not carry. What it does not carry in
//! the last quarter of the run, when files have been rotated as often as they will be, is where its loss goes.

use crate::observe::Observation;
use crate::scenario::Scenario;
use crate::stats::Estimate;
use std::sync::Arc;

/// Loss that still grows when the run ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growing {
    /// Share of the lines lost so far.
    pub so_far: f64,
    /// Share of the lines written in the last quarter that are not delivered in it: what loss comes to in a long run.
    pub towards: f64,
    /// Lines a second that are written and not delivered, at the end.
    pub lines_per_s: f64,
}

/// From which share of the run on the state is taken for the one that it would stay in.
const FROM: f64 = 0.75;

/// The least by which what is not carried exceeds what is lost so far: below, it is flushes that fall to one side or
/// the other.
const LEAST: f64 = 0.02;

/// Whether loss still grows when nothing is written any more; `None` where it does not, where nothing is shipped, or where
/// a fault in the last quarter would be taken for the rest of the cluster's life.
pub(super) fn growing(scenario: &Scenario, observations: &[Arc<Observation>]) -> Option<Growing> {
    let until_s = scenario.duration.as_secs_f64();
    let from_s = FROM * until_s;
    let is_struck = scenario.faults.iter().any(|fault| fault.ends().as_secs_f64() > from_s);
    if is_struck || observations.iter().all(|o| o.ledger.delivered == 0) {
        return None;
    }
    let (mut behind, mut written_per_s) = (Vec::new(), 0.0);
    for observation in observations {
        let last = observation.timeline.iter().filter(|bin| bin.until_s > from_s && bin.until_s <= until_s);
        let (written, delivered) =
            last.clone().fold((0u64, 0u64), |(w, d), bin| (w + bin.emitted, d + bin.delivered));
        behind.push((written > 0).then(|| 1.0 - delivered as f64 / written as f64));
        written_per_s += written as f64 / (until_s - from_s) / observations.len() as f64;
    }
    let behind = Estimate::of(&behind);
    let towards = behind.mean?.min(1.0);
    let written: u64 = observations.iter().map(|o| o.ledger.emitted).sum();
    let lost: u64 = observations.iter().map(|o| o.ledger.lost_total()).sum();
    let so_far = lost as f64 / written.max(1) as f64;
    let least = behind.lo.unwrap_or(towards);
    (least > so_far && towards > so_far + LEAST).then_some(Growing {
        so_far,
        towards,
        lines_per_s: towards * written_per_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::TimelineBin;
    use crate::scenario::from_yaml;

    fn scenario(more: &str) -> Scenario {
        let yaml = format!(
            "name: t\nduration: 100s\ncluster: {{ pools: [ {{ name: p, nodes: 1 }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 1000/s }} ] }} ] }} ]\n{more}"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    /// A hundred seconds of a thousand lines, of which so many are delivered, and some are lost.
    fn observation(delivered_a_second: u64, lost: u64) -> Arc<Observation> {
        let bin = |s: u64| TimelineBin { until_s: s as f64, emitted: 1000, delivered: delivered_a_second };
        let mut one = Observation { timeline: (1..=100).map(bin).collect(), ..Observation::default() };
        one.ledger.emitted = 100_000;
        one.ledger.delivered = 100 * delivered_a_second;
        one.ledger.lose(crate::flow::Cause::RotatedBeforeRead, lost);
        Arc::new(one)
    }

    #[test]
    fn a_backlog_that_grows_is_loss_to_come() {
        let slow = [observation(450, 19_000), observation(450, 19_000)];
        let found = growing(&scenario(""), &slow).unwrap();
        assert!((found.so_far - 0.19).abs() < 1e-9 && (found.towards - 0.55).abs() < 1e-9, "{found:?}");
        assert!((found.lines_per_s - 550.0).abs() < 1e-6);
        // In the end the loss is what is not carried, and grows no more.
        assert_eq!(growing(&scenario(""), &[observation(450, 55_000)]), None);
        assert_eq!(growing(&scenario(""), &[observation(1000, 0)]), None);
        // Nothing is shipped: nothing is behind.
        assert_eq!(growing(&scenario(""), &[observation(0, 0)]), None);
    }

    #[test]
    fn an_outage_in_the_last_quarter_is_no_state_to_stay_in() {
        let late = scenario("faults: [ { outage: { of: backend, at: 60s, for: 30s } } ]");
        assert_eq!(growing(&late, &[observation(450, 0)]), None);
        let early = scenario("faults: [ { outage: { of: backend, at: 10s, for: 30s } } ]");
        assert!(growing(&early, &[observation(450, 0)]).is_some());
    }
}
