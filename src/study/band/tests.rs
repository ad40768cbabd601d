//! Bands by arithmetic on made results, and on a run.

use super::*;
use crate::scenario::from_yaml;
use crate::strategy::by_name;
use crate::study::{Comparison, compare};

fn sets(all: &[&[&str]]) -> Vec<BTreeSet<String>> {
    all.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).collect()
}

#[test]
fn who_shares_an_agent_moves_together() {
    // The hybrid has both agents, and so ties the two pure strategies to each other; who has no agent is alone.
    let tied = sets(&[&[], &["fluent-bit"], &["vector"], &["fluent-bit", "vector"], &["otel-sdk"]]);
    assert_eq!(groups(&tied), [0, 1, 1, 1, 4]);
    assert_eq!(groups(&tied[..3]), [0, 1, 2]);
}

fn observation(cost: f64, late: Option<f64>) -> Arc<Observation> {
    let mut one = Observation::default();
    one.metrics.insert(Metric::Cost, Some(cost));
    one.metrics.insert(Metric::ArrivedP99, late);
    one.ledger.emitted = 10;
    one.ledger.delivered = 10;
    Arc::new(one)
}

/// A strategy whose cost is `stated`, and so much at both ends, with an objective on cost.
fn made(strategy: &'static str, group: usize, costs: [f64; 3], bound: f64) -> (StrategyResult, Banded) {
    let objective = Objective::parse(&format!("cost <= {bound}")).unwrap();
    let observations = vec![observation(costs[1], Some(1.0)); 5];
    let verdict = Verdict::of(&objective, &estimates::estimate(&observations, Metric::Cost));
    let result = StrategyResult {
        strategy,
        infeasible: None,
        grown: None,
        growing: None,
        shares_agents: true,
        routes_by_store: true,
        objectives: vec![(objective, Some(verdict))],
        observations,
    };
    let banded = Banded {
        strategy,
        profiles: BTreeSet::from([group.to_string()]),
        group,
        infeasible: [None, None, None],
        runs: costs.map(|cost| vec![observation(cost, Some(1.0))]),
    };
    (result, banded)
}

fn comparison(made: Vec<(StrategyResult, Banded)>) -> (Comparison, Band) {
    let scenario = from_yaml("t.yaml", SCENARIO).unwrap();
    let of = compare(&Runner::new(), &scenario, &[], 1, 1u64, "").unwrap();
    let (strategies, banded) = made.into_iter().unzip();
    (Comparison { strategies, ..of }, Band { replications: 1, strategies: banded })
}

const SCENARIO: &str = "name: t\nduration: 30s\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
     tenants: [ { name: a, workloads: [ { name: w, replicas: 8, logs: [ { stream: stdout, rate: 100/s } ] } ] } ]\n";

#[test]
fn a_difference_of_one_agent_is_paired_and_of_two_is_not() {
    // 10 against 15 with stated costs. Of one agent both are at their ends together: 5 against 8, 20 against 29. Of two,
    // the one may be dear where the other is cheap: 5 − 29 to 20 − 8.
    let costs = ([5.0, 10.0, 20.0], [8.0, 15.0, 29.0]);
    for (groups, range, sign) in [([1, 1], (-9.0, -3.0), Sign::Holds), ([1, 2], (-24.0, 12.0), Sign::Turns)] {
        let (of, band) =
            comparison(vec![made("a", groups[0], costs.0, 100.0), made("b", groups[1], costs.1, 100.0)]);
        let (a, b) = (&of.strategies[0], &of.strategies[1]);
        assert_eq!(band.difference(a, b, Metric::Cost), Some((range.0, range.1, sign)));
        assert_eq!(band.range(a, Metric::Cost), Some((5.0, 20.0)));
        // The cheapest is the answer; of two agents it may be either.
        assert_eq!(
            band.winners(&of.strategies),
            if groups[0] == groups[1] { vec!["a"] } else { vec!["a", "b"] }
        );
    }
    // Equal figures that move alike differ by nothing, and that is resolved by nobody.
    let (of, band) = comparison(vec![made("a", 1, costs.0, 100.0), made("b", 1, costs.0, 100.0)]);
    let none = band.difference(&of.strategies[0], &of.strategies[1], Metric::Cost);
    assert_eq!(none, Some((0.0, 0.0, Sign::Unresolved)));
}

#[test]
fn verdicts_that_hang_on_costs_are_named() {
    let (of, mut band) =
        comparison(vec![made("a", 1, [5.0, 10.0, 20.0], 15.0), made("b", 1, [8.0, 18.0, 29.0], 16.0)]);
    let turned = |band: &Band, of: &Comparison| {
        band.turned(&of.strategies)
            .into_iter()
            .map(|t| (t.strategy, t.high, t.stated, t.there))
            .collect::<Vec<_>>()
    };
    let a = ("a", true, Verdict::Met, Some(Verdict::Missed));
    assert_eq!(turned(&band, &of), [a, ("b", false, Verdict::Missed, Some(Verdict::Met))]);
    band.strategies[1].infeasible[2] = Some("too little memory".into());
    assert_eq!(turned(&band, &of)[2], ("b", true, Verdict::Missed, None));
}

#[test]
fn lines_that_never_arrive_at_an_end_are_later_than_anything() {
    let (of, mut band) = comparison(vec![made("a", 1, [5.0, 10.0, 20.0], 15.0)]);
    band.strategies[0].runs[2] = vec![observation(20.0, None)];
    assert_eq!(band.range(&of.strategies[0], Metric::ArrivedP99), Some((1.0, f64::INFINITY)));
}

#[test]
fn a_run_at_an_end_costs_what_the_profile_says_there() {
    let strategies = ["native", "daemonset", "sidecar"].map(|name| by_name(name).unwrap());
    let scenario = from_yaml("t.yaml", SCENARIO).unwrap();
    let runner = Runner::new();
    let of = compare(&runner, &scenario, &strategies, 1, 2u64, "").unwrap();
    let band = band(&runner, &scenario, &strategies, 1, 1).unwrap();
    assert_eq!(band.strategies.iter().map(|b| b.group).collect::<Vec<_>>(), [0, 1, 1]);
    let of = |name: &str| of.get(name).unwrap();
    // Nobody collects, nothing is known badly.
    let cpu = |name: &str| band.range(of(name), Metric::AgentCpu).unwrap();
    assert_eq!(cpu("native"), (0.0, 0.0));
    // Fluent Bit: 1.8 to 7.9 µs a line and 7.1 to 33 ns a byte, its reads and metadata within ×0.8 and ×1.2.
    let (least, most) = cpu("sidecar");
    let stated = of("sidecar").estimate(Metric::AgentCpu).mean.unwrap();
    assert!(
        (0.4..0.9).contains(&(least / stated)) && (1.2..2.4).contains(&(most / stated)),
        "{least} {stated} {most}"
    );
    // Costs move no line: what is written and when it arrives is the same while the agent keeps up.
    let (least, most) = band.range(of("sidecar"), Metric::Loss).unwrap();
    assert_eq!((least, most), (0.0, 0.0));
}

#[test]
fn what_seeds_differ_by_shrinks_with_what_agents_use() {
    // 10 ± 6 against none: at a fifth of the costs 2 ± 1.2, which is more than none. Waits do not shrink so.
    let (mut of, mut band) =
        comparison(vec![made("a", 1, [2.0, 10.0, 20.0], 99.0), made("b", 2, [0.0; 3], 99.0)]);
    let wait = |run: &mut Arc<Observation>, value: f64| {
        Arc::make_mut(run).metrics.insert(Metric::BackendWait, Some(value));
    };
    for (run, cost) in of.strategies[0].observations.iter_mut().zip([4.0, 7.0, 10.0, 13.0, 16.0]) {
        Arc::make_mut(run).metrics.insert(Metric::Cost, Some(cost));
        wait(run, cost);
    }
    of.strategies[1].observations.iter_mut().for_each(|run| wait(run, 0.0));
    for (end, value) in [2.0, 10.0, 20.0].into_iter().enumerate() {
        band.strategies[0].runs[end].iter_mut().for_each(|run| wait(run, value));
        band.strategies[1].runs[end].iter_mut().for_each(|run| wait(run, 0.0));
    }
    let sign = |metric| band.difference(&of.strategies[0], &of.strategies[1], metric).unwrap().2;
    assert_eq!((sign(Metric::Cost), sign(Metric::BackendWait)), (Sign::Holds, Sign::Turns));
}
