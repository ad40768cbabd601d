//! Faults of the way to the backend that are less than an outage of all of it: some requests fail, answers take
//! longer, some nodes are cut off.
//!
//! Which requests are hit is drawn by (agent, request) and which nodes are cut off is part of the placement, so that
//! neither depends on the order in which nodes run. Latency only grows: the shortest way from one node to another, which
//! slots rest on, stays what it is.

use crate::blueprint::{Disturbance, Purpose, member};
use crate::engine::random::{draw, unit};

impl Disturbance {
    /// Whether it lasts at an instant.
    pub(crate) fn lasts_at(&self, at_ns: u64) -> bool {
        (self.from_ns..self.until_ns).contains(&at_ns)
    }

    /// Whether it hits the request of an agent, itself being the run's number `index`.
    pub(crate) fn hits(&self, index: usize, key: u64, request: u64) -> bool {
        self.share >= 1.0
            || unit(draw(member(Purpose::PartialOutage.key(key), index as u64), request)) < self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{Blueprint, Effect, Happening, Incident};
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, one_node, run};
    use crate::world::{Pace, simulate, simulate_at};

    const S: u64 = NS_PER_SEC;

    fn disturbed(effect: Effect, share: f64) -> Blueprint {
        let mut blueprint = layout(5, 100.0, false, 120);
        // What was refused is tried again after a second.
        (blueprint.agents[0].backoff_base_ns, blueprint.agents[0].backoff_cap_ns) = (S, S);
        blueprint.backend.disturbances =
            vec![Disturbance { from_ns: 20 * S, until_ns: 100 * S, effect, share, of_some_nodes: false }];
        blueprint
    }

    #[test]
    fn its_share_of_requests_is_hit() {
        let disturbance = &disturbed(Effect::Refuse, 0.3).backend.disturbances[0];
        let hit = (0..10_000).filter(|request| disturbance.hits(0, 7, *request)).count();
        // A standard deviation of 46.
        assert!((hit as f64 - 3_000.0).abs() < 4.0 * 46.0, "{hit}");
        // Another one of the same agent hits others.
        let both = (0..10_000).filter(|r| disturbance.hits(0, 7, *r) && disturbance.hits(1, 7, *r)).count();
        assert!((both as f64 - 900.0).abs() < 4.0 * 29.0, "{both}");
    }

    #[test]
    fn a_share_of_refusals_costs_retries_and_no_lines() {
        // Eighty flushes are sent while every second request is refused; a refused one is tried again, and again with
        // probability 1/2: 80 refusals on average, with a standard deviation of √(80 · 2) = 13.
        let flushes = |tally: &crate::world::Tally| tally.requests as f64 / 5.0;
        let (calm, half) = (run(&layout(5, 100.0, false, 120)), run(&disturbed(Effect::Refuse, 0.5)));
        assert_eq!(half.ledger.delivered, half.ledger.emitted);
        let refused = flushes(&half) - flushes(&calm);
        assert!((refused - 80.0).abs() < 4.0 * 13.0, "{refused}");
        // With no retry, what is refused is lost: of 80 s of 500 lines a second half, ± 4 · √80/2 of 500.
        let mut blueprint = disturbed(Effect::Refuse, 0.5);
        blueprint.agents[0].retries = crate::profile::Retries::Limit(0);
        let lost = run(&blueprint).ledger.lost_total() as f64;
        assert!((lost - 20_000.0).abs() < 4.0 * 4.5 * 500.0, "{lost}");
    }

    #[test]
    fn a_slow_backend_adds_to_every_age() {
        // 300 times 1 ms: ages even over 0.3 to 1.3 s while it lasts, which all lines after the warm-up are in.
        let mut blueprint = disturbed(Effect::Slow(300.0), 1.0);
        (blueprint.warmup_ns, blueprint.backend.disturbances[0].until_ns) = (30 * S, 1_000 * S);
        let quantiles = run(&blueprint).tenants[0].freshness.quantiles(&[0.1, 0.5, 0.9]);
        for (got, expected) in quantiles.into_iter().zip([0.4, 0.8, 1.2]) {
            assert!((got.unwrap() - expected).abs() < 0.03, "{got:?} of {expected}");
        }
    }

    #[test]
    fn a_stalled_request_is_answered_when_it_is_over() {
        // One request in four sent between 20 and 100 s waits for the end, on average 40 s: a quarter of two thirds of
        // all lines, one in six, are older than a second, evenly up to 80 s.
        let tally = run(&disturbed(Effect::Stall, 0.25));
        assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
        let quantiles = tally.tenants[0].freshness.quantiles(&[0.75, 0.917]);
        assert!(quantiles[0].unwrap() < 1.1, "{quantiles:?}");
        // The middle of them; 20 stalled flushes spread over 80 s have a median off by 9 s or so.
        assert!((quantiles[1].unwrap() - 40.0).abs() < 30.0, "{quantiles:?}");
    }

    #[test]
    fn only_nodes_that_are_cut_off_wait() {
        // Two nodes with half of the files each; one is cut off for the last minute and the drain.
        let mut blueprint = disturbed(Effect::Refuse, 1.0);
        blueprint.pods[0].replicas = 4;
        blueprint.backend.disturbances[0] = Disturbance {
            from_ns: 60 * S,
            until_ns: 1_000 * S,
            effect: Effect::Refuse,
            share: 1.0,
            of_some_nodes: true,
        };
        let mut placement = one_node(&blueprint);
        placement.nodes.push(0);
        placement.node_of = vec![0, 0, 1, 1];
        let whole = simulate(&blueprint, &placement, 1);
        assert_eq!(whole.ledger.delivered, whole.ledger.emitted);
        placement.happenings.push(Happening { node: 1, at_ns: 0, what: Incident::CutOff(0) });
        let tally = simulate(&blueprint, &placement, 1);
        tally.ledger.balance().unwrap();
        let by_events = simulate_at(Pace { flushes: 0, ..Pace::default() }, &blueprint, &placement, 1);
        assert_eq!(format!("{tally:?}"), format!("{by_events:?}"));
        // Half of the lines of half of the time: 60 s of 200 lines a second, and up to a second more in the last flush.
        let waiting = tally.ledger.in_flight as f64;
        assert!((waiting / (60.5 * 200.0) - 1.0).abs() < 0.03, "{waiting}");
    }
}
