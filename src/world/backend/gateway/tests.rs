//! Gateways: what passes them, what waits in them, what is lost with them.

use super::*;
use crate::blueprint::{
    Blueprint, Central, Disturbance, Effect, GatewayCrash, GatewayPlan, Outage, Requests,
};
use crate::flow::Cause;
use crate::units::{HowMany, NS_PER_SEC};
use crate::world::testing::{layout, one_node, run};
use crate::world::{Pace, Tally, simulate, simulate_at};

const S: u64 = NS_PER_SEC;
const MS: u64 = S / 1_000;

/// Bytes of a line as agents send it.
const LINE: u64 = 305;

/// Ten pods that write 1,000 lines/s together, an agent each, and a gateway with room and capacity for all.
fn behind(processes: u64, seconds: u64) -> Blueprint {
    let mut blueprint = layout(10, 100.0, true, seconds);
    blueprint.drain_ns = 30 * S;
    let agent = &mut blueprint.agents[0];
    (agent.backoff_base_ns, agent.backoff_cap_ns) = (S, S);
    blueprint.gateway = Some(GatewayPlan {
        central: Central {
            name: "gateway".into(),
            processes,
            requests: Requests::default(),
            idle_cores: 0.0,
            line_ns: 0.0,
            memory_bytes: 0,
        },
        costs: blueprint.agents[0].costs.clone(),
        capacity_bytes_per_s: 1e9,
        buffer_bytes: 1 << 40,
        on_disk: false,
        flush_ns: 1,
        hop_ns: MS,
        backoff_base_ns: MS,
        backoff_cap_ns: MS,
        restart_ns: 2 * S,
        outages: Vec::new(),
        crashes: Vec::new(),
    });
    blueprint
}

fn gateway(blueprint: &mut Blueprint) -> &mut GatewayPlan {
    blueprint.gateway.as_mut().unwrap()
}

fn outage(from_s: u64, until_s: u64) -> Vec<Outage> {
    vec![Outage { from_ns: from_s * S, until_ns: until_s * S, refuses: true }]
}

fn crash(at_s: u64, processes: u64) -> Vec<GatewayCrash> {
    vec![GatewayCrash { at_ns: at_s * S, processes: HowMany::Count(processes) }]
}

fn quantile(tally: &Tally, share: f64) -> f64 {
    tally.tenants[0].freshness.quantiles(&[share])[0].unwrap()
}

#[test]
fn a_gateway_adds_its_hop_and_its_flush_to_freshness() {
    // Ages are even over a second, and 1 ms of latency. Half of a hop of 10 ms comes on top, and a wait for the next
    // flush that is even over 0.37 s: half of all lines are younger than 0.5 + 0.001 + 0.005 + 0.185 s.
    let mut blueprint = behind(1, 300);
    (gateway(&mut blueprint).flush_ns, gateway(&mut blueprint).hop_ns) = (370 * MS, 10 * MS);
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    assert!((quantile(&tally, 0.5) - 0.691).abs() < 0.02, "{}", quantile(&tally, 0.5));
    // None is older than 1.376 s, and 1 % older than 1.376 − √(2 · 1 · 0.37 · 0.01) s.
    assert!((quantile(&tally, 0.99) - 1.29).abs() < 0.04, "{}", quantile(&tally, 0.99));
    blueprint.gateway = None;
    assert!((quantile(&run(&blueprint), 0.5) - 0.501).abs() < 0.01);
}

#[test]
fn a_buffer_covers_an_outage_and_agents_do_not_notice() {
    let calm = run(&behind(1, 120));
    let mut blueprint = behind(1, 120);
    blueprint.backend.outages = outage(30, 90);
    let tally = run(&blueprint);
    assert_eq!((tally.ledger.delivered, tally.gateway_refused), (tally.ledger.emitted, 0));
    // Agents hold and send what they would have without it.
    assert_eq!((tally.agent_rss_bytes, tally.requests), (calm.agent_rss_bytes, calm.requests));
    // 60 s of 1,000 lines/s of 305 bytes are in the gateway at the end.
    let held = tally.gateway_bytes as f64 / (60_000 * LINE) as f64;
    assert!((held - 1.0).abs() < 0.02, "{held}");
    // Half of all lines come in the outage, of ages even up to 60 s and a second more.
    assert!((quantile(&tally, 0.75) - 30.5).abs() < 1.5, "{}", quantile(&tally, 0.75));
    // Without a gateway agents are refused.
    blueprint.gateway = None;
    assert!(run(&blueprint).agent_rss_bytes > calm.agent_rss_bytes);
}

#[test]
fn a_full_buffer_refuses_and_agents_hold_the_rest() {
    // Room for 20 s of 60: it is full at 50 s, and from there each agent keeps 100 lines/s of 278 bytes for itself. Its
    // buffer of 278 kB is full 10 s after the last flush that was taken, half a second before 50 s on average, and it
    // stands still until a retry within a second after 90 s: 31 s. Of the 3,100 lines that lie in its file then a flush
    // carries 1,000, while 100 come: for 3.4 s more it stands still for most of the time.
    let mut blueprint = behind(1, 120);
    blueprint.backend.outages = outage(30, 90);
    gateway(&mut blueprint).buffer_bytes = 20_000 * LINE;
    blueprint.agents[0].buffer_limit_bytes = 1_000 * 278;
    blueprint.agents[0].buffer_memory_bytes = 1_000 * 278;
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.delivered, tally.ledger.emitted);
    assert!(tally.gateway_refused > 0);
    let held = tally.gateway_bytes as f64 / (20_000 * LINE) as f64;
    assert!((0.98..1.02).contains(&held), "{held}");
    let paused_s = tally.paused_ns as f64 / S as f64 / 10.0;
    assert!((32.0..35.0).contains(&paused_s), "{paused_s}");
}

#[test]
fn a_gateway_that_dies_takes_what_it_holds_in_memory_with_it() {
    // The backend is away from 30 s on; at 50 s the gateway holds 20 s of 1,000 lines/s.
    let mut blueprint = behind(1, 120);
    blueprint.backend.outages = outage(30, 70);
    gateway(&mut blueprint).crashes = crash(50, 1);
    let tally = run(&blueprint);
    assert_eq!(tally.ledger.lost_total(), tally.ledger.lost[Cause::AgentKilled as usize]);
    let lost = tally.ledger.lost_total() as f64;
    assert!((lost - 20_000.0).abs() < 600.0, "{lost}");
    // What comes while it is down is refused and comes again.
    assert_eq!(tally.ledger.delivered + tally.ledger.lost_total(), tally.ledger.emitted);
    assert!(tally.gateway_refused >= 10, "{}", tally.gateway_refused);
    // On disk it survives.
    gateway(&mut blueprint).on_disk = true;
    assert_eq!(run(&blueprint).ledger.lost_total(), 0);
    // One of two takes half of it, 200 requests of 100 lines each drawn: a standard deviation of 710 lines.
    let mut two = behind(2, 120);
    two.backend.outages = outage(30, 70);
    gateway(&mut two).crashes = crash(50, 1);
    let lost = run(&two).ledger.lost_total() as f64;
    assert!((lost - 10_000.0).abs() < 4.0 * 710.0, "{lost}");
    // Without anything in it, nothing is lost that was not on its way.
    gateway(&mut two).crashes = crash(20, 2);
    assert_eq!(run(&two).ledger.lost_total(), 0);
}

#[test]
fn one_that_nobody_reaches_is_one_point_of_failure() {
    // Nobody reaches it for 20 s: 20 flushes of each of ten agents are refused, and the retries a second later each.
    let mut blueprint = behind(3, 120);
    gateway(&mut blueprint).outages = outage(40, 60);
    let tally = run(&blueprint);
    assert_eq!((tally.ledger.delivered, tally.gateway_bytes), (tally.ledger.emitted, 0));
    // Of a batch of second k, 20 − k retries: 10 · (1 + … + 20).
    let refused = tally.gateway_refused as f64;
    assert!((refused / 2_100.0 - 1.0).abs() < 0.1, "{refused}");
    // A third of the processes: a third of the requests is refused for 2 s, and goes to another one at its next try.
    let mut third = behind(3, 120);
    gateway(&mut third).crashes = crash(40, 1);
    let refused = run(&third).gateway_refused;
    assert!((1..30).contains(&refused), "{refused}");
}

#[test]
fn a_slow_gateway_makes_agents_wait_and_its_buffer_stays_empty() {
    // 305 kB/s to a process of 200 kB/s: what it has not looked at is not acknowledged.
    let mut blueprint = behind(1, 60);
    gateway(&mut blueprint).capacity_bytes_per_s = 200e3;
    let tally = run(&blueprint);
    let sent = (tally.ledger.delivered * LINE) as f64 / 90.0;
    assert!(sent < 200e3 * 1.02 && sent > 150e3, "{sent}");
    assert!(tally.longest_wait_ns > S && tally.gateway_bytes < 20_000, "{tally:?}");
    // The backend of 200 kB/s is another matter: the buffer takes the excess.
    let mut blueprint = behind(1, 60);
    blueprint.backend.capacity_bytes_per_s = Some(200e3);
    let tally = run(&blueprint);
    assert!(tally.longest_wait_ns == 0 && tally.gateway_refused == 0, "{tally:?}");
    // 60 s of 105 kB/s, the retries of nobody among them.
    let held = tally.gateway_bytes as f64 / (60.0 * 105e3);
    assert!((held - 1.0).abs() < 0.05, "{held}");
}

#[test]
fn a_process_that_is_down_leaves_its_share_of_the_backend_to_the_others() {
    let plan = behind(4, 10).gateway.unwrap();
    let down = vec![vec![], vec![2 * S..4 * S], vec![3 * S..4 * S], vec![]];
    let rates =
        rates(&down, std::slice::from_ref(&(6 * S..7 * S)), 0, plan.capacity_bytes_per_s, Some(12e6), S);
    let at = |at_s: u64| rates.iter().find(|(span, _)| span.contains(&(at_s * S))).unwrap().1;
    assert_eq!([1, 2, 3, 4, 6, 7].map(at), [3e6, 4e6, 6e6, 3e6, 0.0, 3e6]);
}

#[test]
fn it_tries_again_as_an_agent_does() {
    // Waits of 1 to 2, 1 to 4, 1 to 8, 1 to 16, 1 to 32 s and so on: one of the longest is under way at the end of an
    // outage of 60 s.
    let mut plan = behind(1, 10).gateway.unwrap();
    (plan.backoff_base_ns, plan.backoff_cap_ns) = (S, 32 * S);
    let outage = |refuses| Outage { from_ns: 100 * S, until_ns: 160 * S, refuses };
    let late: Vec<u64> = (0..100).map(|key| tries_again_ns(&plan, &outage(true), key) - 160 * S).collect();
    assert!(late.iter().max() < Some(&(32 * S)) && late.iter().max() > Some(&(20 * S)), "{late:?}");
    assert_eq!(tries_again_ns(&plan, &outage(false), 1), 160 * S);
}

#[test]
fn a_process_that_dies_again_and_again_stays_away_longer() {
    let mut plan = behind(2, 10).gateway.unwrap();
    plan.crashes = [10, 20, 25, 60]
        .map(|at_s| GatewayCrash { at_ns: at_s * S + 7, processes: HowMany::Count(2) })
        .to_vec();
    // Two seconds, then ten more, in which it cannot die, then twenty more.
    let expected = vec![10 * S..12 * S, 20 * S..32 * S, 60 * S..82 * S];
    assert_eq!(spans_down(&plan, 2, MS, 1), vec![expected.clone(), expected]);
}

#[test]
fn slots_and_whole_runs_and_any_order_give_the_same_bits() {
    let mut blueprint = behind(3, 90);
    blueprint.backend.latency_ns = 20 * MS;
    blueprint.backend.outages = outage(30, 40);
    blueprint.backend.capacity_bytes_per_s = Some(700e3);
    blueprint.backend.disturbances = vec![Disturbance {
        from_ns: 60 * S,
        until_ns: 70 * S,
        effect: Effect::Refuse,
        share: 0.3,
        of_some_nodes: false,
    }];
    let plan = gateway(&mut blueprint);
    plan.capacity_bytes_per_s = 500e3;
    plan.buffer_bytes = 800_000;
    plan.flush_ns = 200 * MS;
    plan.crashes = crash(36, 1);
    let placement = one_node(&blueprint);
    let whole = simulate(&blueprint, &placement, 7);
    whole.ledger.balance().unwrap();
    assert!(whole.ledger.lost_total() > 0 && whole.gateway_refused > 0 && whole.longest_wait_ns > 0);
    for pace in [
        Pace { stretch_ns: 1, ..Pace::default() },
        Pace { stretch_ns: S / 2, ..Pace::default() },
        Pace { flushes: 0, ..Pace::default() },
    ] {
        let other = simulate_at(pace, &blueprint, &placement, 7);
        assert_eq!(format!("{whole:?}"), format!("{other:?}"));
    }
    // Nodes of their own, on one thread and on several.
    let mut placement = placement;
    placement.nodes = vec![0; 200];
    placement.node_of = (0..10).map(|pod| pod * 19).collect();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", simulate(&blueprint, &placement, 7)))
    };
    assert_eq!(on(1), on(3));
}
