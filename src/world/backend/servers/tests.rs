//! Quotas of tenants and shards of the backend, by what follows from arithmetic.

use crate::blueprint::{Blueprint, Outage, Partition, Quota, ShardOutage, Shards, TemplateId};
use crate::flow::Cause;
use crate::profile::Retries;
use crate::units::{HowMany, NS_PER_SEC};
use crate::world::testing::{layout, one_node, run};
use crate::world::{Pace, Tally, simulate, simulate_at};

const S: u64 = NS_PER_SEC;

/// Bytes of a line as agents send it.
const LINE: f64 = 305.0;

/// Ten pods of a loud tenant, which write 2,000 lines/s together, and ten of a quiet one with 200 lines/s, for 100 s; an
/// agent each, or one for all.
fn loud_and_quiet(sidecars: bool) -> Blueprint {
    let mut blueprint = layout(10, 200.0, sidecars, 100);
    let quiet = layout(10, 20.0, sidecars, 100);
    blueprint.tenants = vec!["loud".into(), "quiet".into()];
    let mut pod = quiet.pods[0].clone();
    (pod.name, pod.tenant) = ("quiet".into(), 1);
    pod.streams[0].first_law = blueprint.laws.len();
    blueprint.laws.extend(quiet.laws);
    blueprint.pods.push(pod);
    blueprint
}

fn placed(blueprint: &Blueprint) -> crate::blueprint::Placement {
    let mut placement = one_node(blueprint);
    placement.template_of = (0..20).map(|pod| TemplateId::of(pod / 10)).collect();
    placement.ordinal_of = (0..20).map(|pod| pod % 10).collect();
    placement
}

fn run_both(blueprint: &Blueprint) -> Tally {
    let tally = simulate(blueprint, &placed(blueprint), 1);
    tally.ledger.balance().unwrap();
    tally
}

/// 200 kB/s, and 2 MB at once.
const QUOTA: Quota = Quota { bytes_per_s: 200e3, burst_bytes: 2_000_000 };

#[test]
fn what_a_tenant_sends_beyond_its_quota_is_refused_and_nobody_elses() {
    let mut blueprint = loud_and_quiet(true);
    blueprint.agents[0].retries = Retries::Limit(0);
    let free = run_both(&blueprint);
    assert_eq!((free.ledger.delivered, free.throttled_bytes), (free.ledger.emitted, 0));
    for sidecars in [true, false] {
        let mut blueprint = loud_and_quiet(sidecars);
        blueprint.agents[0].retries = Retries::Limit(0);
        blueprint.backend.quota = Some(QUOTA);
        let tally = run_both(&blueprint);
        let quiet = &tally.tenants[1];
        assert_eq!(quiet.freshness.delivered(), quiet.emitted);
        // 100 s of 610 kB/s, less 100 s of 200 kB/s and the burst: 39 MB, all of it the loud tenant's.
        let lost = tally.ledger.lost_total();
        assert_eq!(lost, tally.ledger.lost[Cause::RetriesExhausted as usize]);
        let expected = (100.0 * (610e3 - 200e3) - 2e6) / LINE;
        assert!((lost as f64 / expected - 1.0).abs() < 0.02, "{lost} of {expected}, sidecars {sidecars}");
        assert!((tally.throttled_bytes as f64 / (lost as f64 * LINE) - 1.0).abs() < 0.02);
    }
}

#[test]
fn a_shared_agent_that_tries_for_ever_makes_a_quota_everybodys() {
    // What is refused stays in the agent's buffer: with one for both tenants, 5 MB are full of the loud one's lines within
    // half a minute, and the quiet one's are not read any more. Agents of its own do not care.
    let p99 = |sidecars: bool, quota: Option<Quota>| {
        let mut blueprint = loud_and_quiet(sidecars);
        (blueprint.agents[0].backoff_base_ns, blueprint.agents[0].backoff_cap_ns) = (S, S);
        blueprint.backend.quota = quota;
        let tally = run_both(&blueprint);
        assert_eq!(tally.ledger.lost_total(), 0);
        let quiet = &tally.tenants[1];
        let mut ages = quiet.freshness.clone();
        ages.add_never(quiet.emitted - quiet.freshness.delivered());
        ages.quantile(0.99).unwrap_or(f64::INFINITY)
    };
    for (sidecars, quota) in [(true, None), (true, Some(QUOTA)), (false, None)] {
        assert!(p99(sidecars, quota) < 1.1, "{sidecars} {quota:?}");
    }
    assert!(p99(false, Some(QUOTA)) > 10.0);
}

#[test]
fn a_burst_passes_and_what_is_larger_than_any_burst_too() {
    let mut blueprint = layout(1, 100.0, true, 60);
    blueprint.agents[0].retries = Retries::Limit(0);
    // 30 s of lines are sent at once: 915 kB, within the burst, and more than what has come back of it in 30 s is never used.
    blueprint.agents[0].flush_ns = 30 * S;
    blueprint.backend.quota = Some(Quota { bytes_per_s: 40e3, burst_bytes: 1_000_000 });
    assert_eq!(run(&blueprint).ledger.lost_total(), 0);
    // Two are sent in 60 s, at an instant drawn for each run and 30 s later. The first is taken, though it may be more than
    // the burst; the second, half of all, finds 300 kB that have come back: too little where the first took more than that,
    // as it does from 9.8 s of 30 on.
    blueprint.backend.quota = Some(Quota { bytes_per_s: 10e3, burst_bytes: 500_000 });
    let placement = one_node(&blueprint);
    let lost = |key: u64| {
        let tally = simulate(&blueprint, &placement, key);
        tally.ledger.lost_total() as f64 / tally.ledger.emitted as f64
    };
    let lost: Vec<f64> = (0..30).map(lost).collect();
    assert!(lost.iter().all(|share| *share == 0.0 || (0.3..0.7).contains(share)), "{lost:?}");
    // Twenty of thirty, with a deviation of 2.6.
    let refused = lost.iter().filter(|share| **share > 0.0).count();
    assert!((10..=29).contains(&refused), "{refused}");
}

fn sharded(by: Partition) -> Blueprint {
    let mut blueprint = layout(10, 200.0, true, 100);
    blueprint.backend.shards = Shards { count: 4, by };
    blueprint.backend.capacity_bytes_per_s = Some(1_200e3);
    blueprint
}

#[test]
fn shards_share_by_request_and_are_hot_by_tenant() {
    // 610 kB/s to four shards of 300 kB/s each: enough for all where each request goes its own way, and half of it where
    // one tenant is in one shard.
    let spread = run(&sharded(Partition::Request));
    assert_eq!(spread.ledger.delivered, spread.ledger.emitted);
    // Six of ten agents in one shard are a fifth of a second too much for it; a few such seconds follow one another.
    assert!(spread.longest_wait_ns < 2 * S, "{}", spread.longest_wait_ns);
    let mean = spread.shard_bytes.iter().sum::<u64>() as f64 / 4.0;
    // A thousand requests: a standard deviation of 14 of 250 a shard.
    assert!(spread.shard_bytes.iter().all(|bytes| (*bytes as f64 / mean - 1.0).abs() < 4.0 * 14.0 / 250.0));
    let hot = run(&sharded(Partition::Tenant));
    assert_eq!(hot.shard_bytes.iter().filter(|bytes| **bytes > 0).count(), 1);
    let sent = hot.ledger.delivered as f64 * LINE / 105.0;
    assert!(sent < 300e3 * 1.03 && sent > 250e3, "{sent}");
    assert!(hot.longest_wait_ns > 4 * S);
    // Ten agents, each in one shard for ever.
    let by_source = run(&sharded(Partition::Source));
    let each = by_source.ledger.delivered as f64 * LINE / 10.0;
    for bytes in by_source.shard_bytes.iter().map(|bytes| *bytes as f64 / each) {
        assert!((bytes - bytes.round()).abs() < 0.2, "{bytes} agents: {:?}", by_source.shard_bytes);
    }
}

#[test]
fn an_outage_of_a_shard_hits_its_share() {
    let struck = |by| {
        let mut blueprint = sharded(by);
        blueprint.backend.capacity_bytes_per_s = None;
        blueprint.agents[0].retries = Retries::Limit(0);
        let outage = Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true };
        blueprint.backend.shard_outages = vec![ShardOutage { shards: HowMany::Count(1), outage }];
        run(&blueprint).ledger.lost_total() as f64
    };
    // 20 flushes of ten agents with 200 lines each, one in four: 50, with a standard deviation of 6.
    let by_request = struck(Partition::Request);
    assert!((by_request - 10_000.0).abs() < 4.0 * 6.0 * 200.0, "{by_request}");
    // All flushes of some agents, 4,000 lines each.
    let agents = struck(Partition::Source) / 4_000.0;
    assert!((agents - agents.round()).abs() < 0.15 * agents.max(1.0), "{agents}");
    // All of one tenant or nothing.
    let all = struck(Partition::Tenant);
    assert!(all == 0.0 || (all - 40_000.0).abs() < 1_500.0, "{all}");
}

#[test]
fn a_stalled_shard_answers_when_it_is_back() {
    let mut blueprint = sharded(Partition::Request);
    let outage = Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: false };
    blueprint.backend.shard_outages = vec![ShardOutage { shards: HowMany::ALL, outage }];
    let by_shards = run(&blueprint);
    assert_eq!(by_shards.ledger.delivered, by_shards.ledger.emitted);
    // An outage of all shards is one of the backend, but for shares of its queue.
    blueprint.backend.shard_outages.clear();
    blueprint.backend.outages = vec![outage];
    assert_eq!(by_shards.ledger.delivered, run(&blueprint).ledger.delivered);
    // A fifth of all lines, up to 20 s old and as much as the catching up takes on top.
    let p90 = by_shards.tenants[0].freshness.quantiles(&[0.9])[0].unwrap();
    assert!(p90 > 8.0 && p90 < 45.0, "{p90}");
}

#[test]
fn slots_and_whole_runs_give_the_same_bits_with_quotas_and_shards() {
    for by in [Partition::Request, Partition::Source, Partition::Tenant] {
        for sidecars in [true, false] {
            let mut blueprint = loud_and_quiet(sidecars);
            blueprint.backend.latency_ns = S / 50;
            blueprint.backend.shards = Shards { count: 3, by };
            blueprint.backend.capacity_bytes_per_s = Some(900e3);
            blueprint.backend.quota = Some(Quota { bytes_per_s: 400e3, ..QUOTA });
            let outage = Outage { from_ns: 60 * S, until_ns: 65 * S, refuses: sidecars };
            blueprint.backend.shard_outages = vec![ShardOutage { shards: HowMany::Count(2), outage }];
            let mut placement = placed(&blueprint);
            placement.nodes = vec![0; 3];
            placement.node_of = (0..20).map(|pod| pod % 3).collect();
            let at = |pace| {
                let tally = simulate_at(pace, &blueprint, &placement, 5);
                tally.ledger.balance().unwrap();
                format!("{tally:?}")
            };
            let whole = at(Pace::default());
            for pace in [
                Pace { stretch_ns: 1, ..Pace::default() },
                Pace { stretch_ns: S, ..Pace::default() },
                Pace { flushes: 0, ..Pace::default() },
            ] {
                assert!(at(pace) == whole, "{by:?}, sidecars {sidecars}, {pace:?}");
            }
        }
    }
}

#[test]
fn the_tail_grows_as_the_time_in_a_queue_does() {
    // Flushes every 50 ms, two of each agent in a slot of 0.1 s, which is the latency: nobody waits. On top of that and of
    // ages even over F = 50 ms comes an exponential tail, whose mean at a utilisation of ρ is m = 0.2 s ÷ (1 − ρ). Of such a
    // sum the share below x > F is 1 − m/F · (e^(−(x−F)/m) − e^(−x/m)).
    const F: f64 = 0.05;
    let below = |x: f64, m: f64| 1.0 - m / F * (libm::exp(-(x - F) / m) - libm::exp(-x / m));
    let quantile = |share: f64, m: f64| {
        let (mut low, mut high) = (F, 60.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            match below(middle, m) < share {
                true => low = middle,
                false => high = middle,
            }
        }
        low
    };
    for utilisation in [0.2, 0.5, 0.75] {
        let mut blueprint = layout(10, 100.0, true, 100);
        // The first second is nobody's second before another.
        (blueprint.warmup_ns, blueprint.drain_ns) = (5 * S, 20 * S);
        blueprint.agents[0].flush_ns = S / 20;
        blueprint.backend.latency_ns = S / 10;
        blueprint.backend.latency_tail =
            crate::engine::marks::Marks::from_quantiles(|u| -200_000.0 * libm::log(1.0 - u));
        blueprint.backend.capacity_bytes_per_s = Some(1_000.0 * LINE / utilisation);
        let quantiles = |grows: bool| {
            let mut blueprint = blueprint.clone();
            blueprint.backend.tail_grows = grows;
            let quantiles = run(&blueprint).tenants[0].freshness.quantiles(&[0.5, 0.9]);
            quantiles.into_iter().map(Option::unwrap).collect::<Vec<_>>()
        };
        for (grows, mean) in [(true, 0.2 / (1.0 - utilisation)), (false, 0.2)] {
            for (share, found) in [0.5, 0.9].into_iter().zip(quantiles(grows)) {
                let expected = 0.1 + quantile(share, mean);
                assert!(
                    (found / expected - 1.0).abs() < 0.06,
                    "{utilisation}, {share}: {found} of {expected}"
                );
            }
        }
    }
}

#[test]
fn windows_of_a_second_give_the_same_bits_at_any_pace() {
    let mut blueprint = loud_and_quiet(true);
    blueprint.backend.latency_ns = S / 50;
    blueprint.backend.latency_tail = crate::engine::marks::Marks::constant(50_000);
    blueprint.backend.capacity_bytes_per_s = Some(1_000e3);
    blueprint.backend.shards = Shards { count: 2, by: Partition::Source };
    blueprint.backend.outages = vec![Outage { from_ns: 60 * S, until_ns: 65 * S, refuses: false }];
    blueprint.backend.tail_grows = true;
    let mut placement = placed(&blueprint);
    placement.nodes = vec![0; 3];
    placement.node_of = (0..20).map(|pod| pod % 3).collect();
    let at = |stretch_ns| {
        let pace = Pace { stretch_ns, ..Pace::default() };
        format!("{:?}", simulate_at(pace, &blueprint, &placement, 5))
    };
    let whole = at(Pace::default().stretch_ns);
    assert!(at(1) == whole && at(S / 3) == whole);
}
