//! The fast world against the slow reference, on the same lines.

use super::reference_model::{Outcome, simulate};
use loghaul::engine::random::{named_key, subkey};
use loghaul::flow::Cause;
use loghaul::run::Setup;
use loghaul::scenario::{self, Scenario};
use loghaul::strategy;
use loghaul::world::{self, Tally};

fn both(scenario: &Scenario, strategy: &str, seed: u64) -> (Tally, Outcome) {
    let setup = Setup::new(scenario, strategy::by_name(strategy).unwrap());
    let placement = setup.placement.as_ref().unwrap();
    let key = subkey(named_key(seed, "replication"), 0);
    let fast = world::simulate(&setup.blueprint, placement, key);
    fast.ledger.balance().unwrap();
    (fast, simulate(&setup.blueprint, placement, key))
}

fn show(name: &str, fast: &Tally, slow: &Outcome) {
    let l = &fast.ledger;
    eprintln!("{name}");
    eprintln!("  fast emitted {} delivered {} retained {} in_flight {} lost {:?} kills {} paused {} wait {} in time {} sent {}", l.emitted, l.delivered, l.retained, l.in_flight, l.lost, fast.oom_kills, fast.paused_ns / 1_000_000, fast.longest_wait_ns, fast.delivered_in_time, fast.sent_bytes);
    eprintln!("  slow emitted {} delivered {} retained {} in_flight {} lost {:?} kills {} paused {} wait {} in time {} sent {}", slow.emitted, slow.delivered, slow.retained, slow.in_flight, slow.lost, slow.oom_kills, slow.paused_ns / 1_000_000, slow.longest_wait_ns, slow.delivered_in_time, slow.sent_bytes);
    let mut freshness = loghaul::observe::Freshness::default();
    for t in &fast.tenants {
        let mut own = t.freshness.clone();
        own.add_never(t.emitted - own.delivered());
        freshness += &own;
    }
    let shares = [0.1, 0.5, 0.9, 0.99];
    eprintln!("  fast {:?}\n  slow {:?}", freshness.quantiles(&shares), shares.map(|s| slow.age_s(s)));
    let _ = Cause::ALL;
}

#[test]
#[ignore = "exploration"]
fn explore() {
    let text = std::fs::read_to_string(std::env::var("PAIR").unwrap()).unwrap();
    let strategies = std::env::var("STRATEGY").unwrap_or("daemonset".into());
    let seed = std::env::var("SEED").map_or(1, |s| s.parse().unwrap());
    for line in text.split("\n===\n") {
        let scenario = scenario::from_yaml("x", line).unwrap();
        for strategy in strategies.split(',') {
            let (fast, slow) = both(&scenario, strategy, seed);
            show(&format!("{} {strategy} chunk {} for {}", scenario.name, scenario.chunk, scenario.duration), &fast, &slow);
        }
    }
}
