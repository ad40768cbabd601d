//! What must hold of every run, whatever was run: checked each time, in release builds too, on sums that are there anyway.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::metric::Metric;
use crate::observe::{Imbalance, Observation, Unpaid};
use crate::world::Tally;
use thiserror::Error;

/// Something does not hold that must: a defect of the program.
#[derive(Debug, Error)]
pub enum Broken {
    /// Lines are unaccounted for.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
    /// Lines were read for nothing.
    #[error(transparent)]
    Unpaid(#[from] Unpaid),
    /// Two sums that must agree do not.
    #[error(
        "{what}: {this} against {that}; this is a defect of loghaul, please report it with the scenario and the seed"
    )]
    Sums {
        /// Which.
        what: &'static str,
        /// The one that may not be more.
        this: u64,
        /// The one that it may not exceed.
        that: u64,
    },
    /// A figure is none.
    #[error(
        "{what} is {value}; this is a defect of loghaul, please report it with the scenario and the seed"
    )]
    Figure {
        /// Its name.
        what: &'static str,
        /// Not a finite number, or less than nothing.
        value: f64,
    },
}

/// The first may not exceed the second.
fn at_most(what: &'static str, this: u64, that: u64) -> Result<(), Broken> {
    if this <= that { Ok(()) } else { Err(Broken::Sums { what, this, that }) }
}

/// Checks all that must hold of a run's sums. It takes a few additions for each tenant and bin of the timeline.
///
/// # Errors
/// Something does not.
pub(super) fn check(tally: &Tally, blueprint: &Blueprint) -> Result<(), Broken> {
    tally.ledger.balance()?;
    tally.is_paid()?;
    lines(tally)?;
    at_most("lines delivered before they were written", tally.early, 0)?;
    memory(tally, blueprint)?;
    bytes(tally, blueprint)
}

/// Checks what all figures of a run have in common: they are numbers, and none of time is less than nothing. Each delivered
/// line has one age.
///
/// # Errors
/// One is not.
pub(super) fn check_figures(observation: &Observation) -> Result<(), Broken> {
    let is_figure = |metric: Metric, value: f64| value.is_finite() && (metric.unit() != "s" || value >= 0.0);
    for (metric, value) in &observation.metrics {
        if let Some(value) = value.filter(|value| !is_figure(*metric, *value)) {
            return Err(Broken::Figure { what: metric.id(), value });
        }
    }
    for tenant in &observation.tenants {
        for value in [tenant.freshness_p50, tenant.freshness_p99].into_iter().flatten() {
            if !is_figure(Metric::FreshnessP99, value) {
                return Err(Broken::Figure { what: "the freshness of a tenant", value });
            }
        }
    }
    let torn = u64::from(!observation.freshness.is_whole());
    at_most("histograms of ages that are not those of the lines delivered", torn, 0)
}

/// What is delivered was emitted, by tenant, over time and in all.
fn lines(tally: &Tally) -> Result<(), Broken> {
    for tenant in &tally.tenants {
        at_most(
            "lines of a tenant delivered, of those emitted",
            tenant.freshness.delivered(),
            tenant.emitted,
        )?;
    }
    let over_time: u64 = tally.timeline.iter().map(|(_, delivered)| delivered).sum();
    at_most("lines delivered over time, of all", over_time, tally.ledger.delivered)?;
    at_most("lines delivered, of those over time", tally.ledger.delivered, over_time)?;
    at_most(
        "lines delivered while lines are written, of all",
        tally.delivered_in_time,
        tally.ledger.delivered,
    )?;
    let by_tenants: u64 = tally.tenants.iter().map(|tenant| tenant.emitted).sum();
    at_most("lines of tenants after the warm-up, of all", by_tenants, tally.ledger.emitted)
}

/// Where an agent's memory is more than it may have, some agent was killed for it. One that holds nothing is not looked at,
/// nor are several inputs of one process, each of which is judged by itself: see `docs/limitations.md`.
fn memory(tally: &Tally, blueprint: &Blueprint) -> Result<(), Broken> {
    let of_kind = |kind: &AgentPlan| kind.memory_limit_bytes.filter(|_| !kind.own_inputs);
    let groups = tally.usage.chunks(blueprint.pools.len().max(1));
    let limited = blueprint.agents.iter().zip(groups).filter_map(|(kind, own)| Some((of_kind(kind)?, own)));
    for (limit, own) in limited.filter(|_| tally.oom_kills == 0) {
        for usage in own.iter().filter(|usage| usage.held.most() > 0) {
            at_most(
                "bytes of memory of an agent that was not killed, of its limit",
                usage.memory.most(),
                limit,
            )?;
        }
    }
    Ok(())
}

/// Bytes go with requests, which hold so much each, and with lines, which take so much each.
fn bytes(tally: &Tally, blueprint: &Blueprint) -> Result<(), Broken> {
    let sent = tally.sent_bytes;
    at_most("bytes sent by nobody", if tally.requests == 0 { sent } else { 0 }, 0)?;
    let product = |many: u64, each: u128| u64::try_from(u128::from(many) * each).unwrap_or(u64::MAX);
    let largest = blueprint.agents.iter().map(most_of_a_request).max().unwrap_or(0);
    at_most("bytes sent, of what their requests hold", sent, product(tally.requests, largest))?;
    let least = blueprint.agents.iter().map(least_of_a_line).min().unwrap_or(0);
    at_most("bytes of lines delivered, of those sent", product(tally.delivered_in_time, least), sent)
}

/// The most that a request takes on the network: records that fill a batch, of lines that are all overhead or of a single
/// one. Nothing bounds it where empty lines take no room in the buffer.
fn most_of_a_request(agent: &AgentPlan) -> u128 {
    let (in_buffer, on_wire) = (agent.record_overhead_bytes, agent.line_overhead_bytes);
    let (batch, compression) = (u128::from(agent.batch_bytes), u128::from(agent.compression_ppm));
    let plain = match in_buffer {
        0 if on_wire > 0 => return u128::from(u64::MAX),
        0 => batch,
        _ => batch.max((batch * u128::from(on_wire)).div_ceil(u128::from(in_buffer))),
    };
    (plain * compression).div_ceil(1_000_000)
}

/// The least that a line takes on the network: nothing but overhead, whatever is rounded down.
fn least_of_a_line(agent: &AgentPlan) -> u128 {
    u128::from(agent.line_overhead_bytes) * u128::from(agent.compression_ppm) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Freshness, Ledger, Spread, Usage};
    use crate::run::Setup;
    use crate::scenario::from_yaml;
    use crate::strategy::DAEMONSET;
    use crate::world::TenantTally;

    fn setup(tenants: u64, more: &str) -> Setup {
        let yaml = format!(
            "name: t\nduration: 60s\ncluster: {{ pools: [ {{ name: p, nodes: 4 }} ] }}\n\
             tenants: [ {{ name: a, count: {tenants}, workloads: [ {{ name: w, replicas: 2, \
             requests: {{ cpu: 1m, memory: 1Mi }}, logs: [ {{ stream: stdout, rate: 2/s }} ] }} ] }} ]\n{more}"
        );
        Setup::new(&from_yaml("t.yaml", &yaml).unwrap(), &DAEMONSET)
    }

    /// A run of one tenant: ten lines in one request, one of which is 200 B on the network.
    fn whole() -> (Tally, Blueprint) {
        let mut tally = Tally::default();
        tally.ledger = Ledger { emitted: 10, delivered: 10, ..Ledger::default() };
        tally.timeline.push((10, 10));
        let mut tenant = TenantTally { emitted: 10, ..TenantTally::default() };
        tenant.freshness.add(&Spread::between(0, 3_000_000_000), 10);
        tally.tenants.push(tenant);
        tally.usage.push(Usage::default());
        (tally.requests, tally.delivered_in_time, tally.sent_bytes) = (1, 10, 2_000);
        let mut blueprint = setup(1, "").blueprint;
        assert_eq!((blueprint.agents.len(), blueprint.pools.len()), (1, 1));
        let agent = &mut blueprint.agents[0];
        (agent.record_overhead_bytes, agent.line_overhead_bytes) = (50, 100);
        (agent.batch_bytes, agent.compression_ppm, agent.memory_limit_bytes) =
            (5_000, 1_000_000, Some(1_000));
        check(&tally, &blueprint).unwrap();
        (tally, blueprint)
    }

    /// What is told of a run with something changed in it.
    fn told(change: impl FnOnce(&mut Tally, &mut Blueprint)) -> String {
        let (mut tally, mut blueprint) = whole();
        change(&mut tally, &mut blueprint);
        let told = check(&tally, &blueprint).map_or_else(|broken| broken.to_string(), |()| "fine".into());
        told.split(';').next().unwrap().to_owned()
    }

    #[test]
    fn lines_that_do_not_add_up_are_told() {
        assert!(told(|tally, _| tally.ledger.delivered = 9).starts_with("the ledger does not balance"));
        assert_eq!(
            told(|tally, _| tally.timeline[0].1 = 9),
            "lines delivered, of those over time: 10 against 9"
        );
        assert_eq!(
            told(|tally, _| tally.tenants[0].emitted = 9),
            "lines of a tenant delivered, of those emitted: 10 against 9"
        );
        assert_eq!(
            told(|tally, _| tally.delivered_in_time = 11),
            "lines delivered while lines are written, of all: 11 against 10"
        );
        assert_eq!(
            told(|tally, _| tally.tenants[0].emitted = 11),
            "lines of tenants after the warm-up, of all: 11 against 10"
        );
        // A hundredth of what was charged may be unpaid, and a millisecond.
        assert!(told(|tally, _| tally.unpaid_ns = 1_000_001).starts_with("agents read lines that take"));
        assert_eq!(told(|tally, _| tally.unpaid_ns = 1_000_000), "fine");
    }

    #[test]
    fn ages_that_cannot_be_are_told() {
        assert_eq!(told(|tally, _| tally.early = 3), "lines delivered before they were written: 3 against 0");
    }

    #[test]
    fn ages_that_are_not_those_of_the_lines_are_told() {
        let mut observation = Observation::default();
        observation.freshness.add(&Spread::between(0, 3_000_000_000), 10);
        check_figures(&observation).unwrap();
        // The ages of five lines are taken out of the middle of those of ten.
        let mut five = Freshness::default();
        five.add(&Spread::between(1_000_000_000, 1_001_000_000), 5);
        observation.freshness -= &five;
        let told = check_figures(&observation).unwrap_err().to_string();
        assert!(
            told.starts_with("histograms of ages that are not those of the lines delivered: 1 against 0")
        );
    }

    #[test]
    fn memory_beyond_its_limit_without_a_kill_is_told() {
        let beyond = |held: u64, kills: u64| {
            told(|tally, _| {
                tally.usage[0].memory.record(1_001, 1);
                tally.usage[0].held.record(held, 1);
                tally.oom_kills = kills;
            })
        };
        assert_eq!(
            beyond(1, 0),
            "bytes of memory of an agent that was not killed, of its limit: 1001 against 1000"
        );
        assert_eq!([beyond(0, 0), beyond(1, 1)], ["fine", "fine"]);
        let at_limit = told(|tally, _| {
            tally.usage[0].memory.record(1_000, 1);
            tally.usage[0].held.record(1, 1);
        });
        assert_eq!(at_limit, "fine");
    }

    #[test]
    fn bytes_that_do_not_go_with_requests_or_lines_are_told() {
        assert_eq!(told(|tally, _| tally.requests = 0), "bytes sent by nobody: 2000 against 0");
        // 5,000 B of records are 100 lines of 50 B that are all overhead, and 100 B each on the network.
        assert_eq!(told(|tally, _| tally.sent_bytes = 10_000), "fine");
        assert_eq!(
            told(|tally, _| tally.sent_bytes = 10_001),
            "bytes sent, of what their requests hold: 10001 against 10000"
        );
        // Ten lines take 100 B each, and half as much where half is left after compression.
        assert_eq!(
            told(|tally, _| tally.sent_bytes = 999),
            "bytes of lines delivered, of those sent: 1000 against 999"
        );
        let half = |sent: u64| {
            told(|tally, blueprint| {
                tally.sent_bytes = sent;
                blueprint.agents[0].compression_ppm = 500_000;
            })
        };
        assert_eq!(half(500), "fine");
        assert_eq!(half(499), "bytes of lines delivered, of those sent: 500 against 499");
        assert_eq!(half(5_001), "bytes sent, of what their requests hold: 5001 against 5000");
    }

    #[test]
    fn figures_that_are_none_are_told() {
        let of = |metric: Metric, value: f64| {
            let mut observation = Observation::default();
            observation.metrics.insert(metric, Some(value));
            check_figures(&observation)
                .map_or_else(|broken| broken.to_string(), |()| "fine".into())
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(of(Metric::Loss, f64::NAN), "loss is NaN");
        assert_eq!(of(Metric::Network, f64::INFINITY), "network is inf");
        assert_eq!(of(Metric::FreshnessP99, -0.5), "freshness_p99 is -0.5");
        assert_eq!(of(Metric::FreshnessP99, 0.0), "fine");
    }
}
