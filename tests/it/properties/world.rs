//! The world as a whole: nothing is lost sight of, nothing comes before its cause, nothing depends on order.

use super::{Small, cases, small};
use loghaul::blueprint::{Blueprint, Outage, Placement};
use loghaul::engine::random::{named_key, subkey};
use loghaul::metric::Metric;
use loghaul::observe::Observation;
use loghaul::profile::Successor;
use loghaul::run::{Runner, Setup};
use loghaul::scenario::Scenario;
use loghaul::stats::Estimate;
use loghaul::strategy;
use loghaul::world::{self, Tally};
use proptest::prelude::*;

/// One run; `None` where it is infeasible.
fn observe(scenario: &Scenario, strategy: &str) -> Option<Observation> {
    let setup = Setup::new(scenario, strategy::by_name(strategy).unwrap());
    Runner::new().observe(&[&setup], 1, 1).unwrap()[0].first().map(|one| (**one).clone())
}

proptest! {
    #![proptest_config(cases(40))]

    /// Every line is in one state, in the ledger, over time and over tenants; none is delivered before it is written,
    /// and none sooner than the backend can answer.
    #[test]
    fn lines_are_conserved_and_come_after_their_cause(small in small()) {
        let scenario = small.scenario();
        let mut emitted = None;
        for strategy in strategy::ALL {
            let Some(observation) = observe(&scenario, strategy.name) else { continue };
            let ledger = &observation.ledger;
            let accounted = ledger.delivered + ledger.retained + ledger.in_flight + ledger.lost_total();
            prop_assert_eq!(ledger.emitted, accounted);
            // What a blocked application does not write it would have written.
            let wanted = ledger.emitted + ledger.withheld;
            prop_assert_eq!(*emitted.get_or_insert(wanted), wanted);
            let (mut written, mut delivered) = (0, 0);
            for bin in &observation.timeline {
                written += bin.emitted;
                delivered += bin.delivered;
                prop_assert!(delivered <= written, "{delivered} of {written} at {}", bin.until_s);
            }
            prop_assert_eq!((written, delivered), (ledger.emitted, ledger.delivered));
            prop_assert!(observation.tenants.iter().all(|t| t.delivered <= t.lines));
            let youngest = observation.freshness.quantile(1e-9);
            // To a bin of the histogram below 20 ms, 0.5 ms wide.
            prop_assert!(youngest.is_none_or(|age| age >= 0.0194), "{youngest:?}");
            for (metric, value) in &observation.metrics {
                prop_assert!(value.is_none_or(|v| v.is_finite() && v >= 0.0), "{metric:?} {value:?}");
            }
        }
    }

    /// The order in which tenants and workloads are written down changes no tenant's figures: not where each pod has
    /// an agent of its own, nor where one agent reads them all and keeps up.
    #[test]
    fn the_order_of_tenants_and_workloads_changes_nobodys_figures(mut small in small()) {
        let figures = |small: &Small, strategy| {
            let observation = observe(&small.scenario(), strategy)?;
            let mut tenants: Vec<(String, u64, u64, Option<f64>)> = observation
                .tenants
                .into_iter()
                .map(|t| (t.name, t.lines, t.delivered, t.freshness_p99))
                .collect();
            tenants.sort_by(|a, b| a.0.cmp(&b.0));
            Some(tenants)
        };
        let turned = |small: &Small| {
            let mut turned = small.clone();
            turned.tenants.reverse();
            turned.tenants.iter_mut().for_each(|t| t.workloads.reverse());
            turned
        };
        // Nodes are filled in the order of pods, and a node's kubelet has a phase of its own.
        small.tenants.iter_mut().for_each(|t| (t.stream, t.fixed) = ("file", false));
        // Nothing but the order: no queue that both share.
        small.capacity_kb = None;
        prop_assert_eq!(figures(&small, "sidecar"), figures(&turned(&small), "sidecar"));
        (small.nodes, small.buffer_kb) = (1, 100_000);
        small.tenants.iter_mut().for_each(|t| t.rate = t.rate.min(100));
        prop_assert_eq!(figures(&small, "daemonset"), figures(&turned(&small), "daemonset"));
    }

    /// The same bits at any number of threads.
    #[test]
    fn threads_change_nothing(small in small()) {
        let scenario = small.scenario();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| ["native", "daemonset", "sidecar"].map(|s| format!("{:?}", observe(&scenario, s))))
        };
        let one = run(1);
        prop_assert!(one == run(2) && one == run(5));
    }
}

/// Nodes are handed out in blocks of 64 and more: several of them, and a backend that they share and exceed.
#[test]
fn threads_change_nothing_in_a_large_cluster() {
    let text = "name: many\nduration: 12s\nwarmup: 2s\ndrain: 5s\ncluster: { pools: [ { name: p, nodes: 200 } ] }\n\
                tenants: [ { name: t, count: 3, workloads: [ { name: w, replicas: 100, logs: [ { stream: stdout, rate: 9/s } ] } ] } ]\n\
                backend: { capacity: 700kB/s, queue: 2s }\nfaults: [ { outage: { of: backend, at: 4s, for: 2s } } ]";
    let scenario = loghaul::scenario::from_yaml("many", text).unwrap();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| ["daemonset", "sidecar"].map(|s| observe(&scenario, s).unwrap()))
    };
    let (one, four) = (run(1), run(4));
    assert!(one[0].get(Metric::BackendWait).unwrap() > 0.1, "nobody waits");
    assert_eq!(format!("{one:?}"), format!("{four:?}"));
}

/// A blueprint with what makes loss depend on luck switched off: scans, rotate wait, memory limits, and with outages
/// that stall and an endless queue, refusals.
fn plain(small: &Small, strategy: &str) -> Option<(Blueprint, Placement)> {
    let mut small = small.clone();
    (small.refuses, small.retries) = (false, None);
    let setup = Setup::new(&small.scenario(), strategy::by_name(strategy).unwrap());
    let mut blueprint = setup.blueprint;
    for agent in &mut blueprint.agents {
        agent.successor = Successor::AtOnce;
        agent.rotate_wait_ns = u64::MAX / 4;
        agent.memory_limit_bytes = None;
    }
    blueprint.backend.queue_ns = u64::MAX / 4;
    Some((blueprint, setup.placement.ok()?))
}

fn simulate(blueprint: &Blueprint, placement: &Placement) -> Tally {
    world::simulate(blueprint, placement, subkey(named_key(1, "replication"), 0))
}

proptest! {
    #![proptest_config(cases(30))]

    /// With back-off, scans and memory limits off: twice the capacity never loses more; a longer outage or a smaller
    /// buffer never loses less.
    #[test]
    fn less_room_never_loses_less(small in small(), shared in any::<bool>()) {
        let strategy = if shared { "daemonset" } else { "sidecar" };
        let Some((blueprint, placement)) = plain(&small, strategy) else { return Ok(()) };
        let lost = |change: &dyn Fn(&mut Blueprint)| {
            let mut changed = blueprint.clone();
            change(&mut changed);
            simulate(&changed, &placement).ledger.lost_total()
        };
        let all = simulate(&blueprint, &placement).ledger.emitted;
        // The instant at which a buffer is full is known to 0.25 ms, for each file and pause.
        let slack = 5 + all / 500;
        let base = lost(&|_| ());
        let richer = lost(&|b| {
            if let Some(capacity) = &mut b.backend.capacity_bytes_per_s {
                *capacity *= 2.0;
            }
        });
        prop_assert!(richer <= base + slack, "twice the capacity: {richer} instead of {base}");
        let longer = lost(&|b| {
            b.backend.outages.iter_mut().for_each(|o: &mut Outage| o.until_ns += 5_000_000_000);
        });
        prop_assert!(longer + slack >= base, "a longer outage: {longer} instead of {base}");
        let smaller = lost(&|b| b.agents.iter_mut().for_each(|a| a.buffer_limit_bytes /= 2));
        prop_assert!(smaller + slack >= base, "a smaller buffer: {smaller} instead of {base}");
    }
}

/// A figure of a run.
type Figure = fn(&Observation) -> f64;

/// Twice the identical nodes with twice the pods: twice of everything, within the interval over replications.
#[test]
fn twice_the_nodes_give_twice_the_totals() {
    let observe = |factor: u64, strategy: &str| {
        let text = format!(
            "name: scale\nduration: 40s\nwarmup: 5s\ndrain: 10s\ncluster: {{ pools: [ {{ name: p, nodes: {} }} ], \
             kubelet: {{ containerLogMaxSize: 256Ki, containerLogMonitorInterval: 4s }} }}\n\
             tenants: [ {{ name: t, workloads: [ {{ name: w, replicas: {}, logs: [ {{ stream: stdout, rate: 120/s, \
             rotate: {{ size: 256Ki }} }} ] }} ] }} ]\ncollection: {{ with: {{ memBufLimit: 150kB }} }}\n\
             faults: [ {{ outage: {{ of: backend, at: 12s, for: 9s, mode: stall }} }} ]",
            3 * factor,
            12 * factor
        );
        let scenario = loghaul::scenario::from_yaml("scale", &text).unwrap();
        let setup = Setup::new(&scenario, strategy::by_name(strategy).unwrap());
        Runner::new().observe(&[&setup], 1, 12).unwrap().remove(0)
    };
    for strategy in ["daemonset", "sidecar"] {
        let (single, double) = (observe(1, strategy), observe(2, strategy));
        let figures: [(&str, Figure); 6] = [
            ("emitted", |o| o.ledger.emitted as f64),
            ("delivered", |o| o.ledger.delivered as f64),
            ("lost", |o| o.ledger.lost_total() as f64),
            ("cpu", |o| o.get(Metric::AgentCpu).unwrap()),
            ("memory", |o| o.get(Metric::AgentMemory).unwrap()),
            ("network", |o| o.get(Metric::Network).unwrap()),
        ];
        for (name, figure) in figures {
            let over: Vec<Option<f64>> = double.iter().map(|o| Some(figure(o))).collect();
            let under: Vec<Option<f64>> = single.iter().map(|o| Some(2.0 * figure(o))).collect();
            let difference = Estimate::of_differences(&over, &under);
            let (mean, hi) = (difference.mean.unwrap(), difference.hi.unwrap());
            // Twelve figures, so twice the half width of 95 %: one in some hundred would be outside by chance.
            let most = 2.0 * (hi - mean) + 1e-9 * Estimate::of(&under).mean.unwrap();
            assert!(mean.abs() <= most, "{strategy}: {name} differs by {mean}, not within {most}");
        }
    }
}
