//! A comparison made by hand, as tests need it: plausible figures, none of them measured.

mod table;

use super::Report;
use crate::flow::Cause;
use crate::lang::Lang;
use crate::metric::Metric;
use crate::observe::{Freshness, Ledger, Observation, Spread, TimelineBin};
use crate::study::{Agent, Comparison, DensityPoint, Mark, Provenance, StrategyResult, Subject, WarmupBy};
use crate::table::Table;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All strategies, in the order of reports.
pub(super) const STRATEGIES: [&str; 7] =
    ["native", "native-driver", "daemonset", "sidecar", "sidecar-streaming", "direct", "hybrid"];

/// What a report borrows.
pub(super) struct Fixture {
    pub comparison: Comparison,
    pub table: Table,
    pub density: Vec<DensityPoint>,
}

impl Fixture {
    /// The article's three strategies with plausible figures.
    pub(super) fn three() -> Self {
        Self::of(&["native", "daemonset", "sidecar"])
    }

    /// Some strategies with plausible figures.
    pub(super) fn of(names: &[&'static str]) -> Self {
        let strategies: Vec<StrategyResult> = names.iter().map(|n| strategy(n)).collect();
        let comparison = Comparison { provenance: provenance(), strategies, band: None };
        Self { comparison, table: table::made(names), density: density(names) }
    }

    /// Every line of every strategy is lost.
    pub(super) fn all_lost() -> Self {
        let mut fixture = Self::of(&["daemonset", "sidecar"]);
        for observation in fixture.comparison.strategies.iter_mut().flat_map(|s| &mut s.observations) {
            let observation = Arc::make_mut(observation);
            let emitted = observation.ledger.emitted;
            observation.ledger = Ledger { emitted, ..Ledger::default() };
            observation.ledger.lose(Cause::RetriesExhausted, emitted);
            observation.freshness = Freshness::default();
            observation.freshness.add_never(emitted);
            observation.metrics.insert(Metric::FreshnessP50, None);
            observation.metrics.insert(Metric::FreshnessP99, None);
            observation.metrics.insert(Metric::Loss, Some(1.0));
            observation.metrics.insert(Metric::Undelivered, Some(1.0));
            observation.timeline.iter_mut().for_each(|b| b.delivered = 0);
        }
        fixture
    }

    /// Nothing was written, used or paid.
    pub(super) fn zeros() -> Self {
        let mut fixture = Self::three();
        for observation in fixture.comparison.strategies.iter_mut().flat_map(|s| &mut s.observations) {
            let observation = Arc::make_mut(observation);
            observation.ledger = Ledger::default();
            observation.freshness = Freshness::default();
            observation.metrics.values_mut().for_each(|v| *v = Some(0.0));
            observation.timeline.iter_mut().for_each(|b| (b.emitted, b.delivered) = (0, 0));
        }
        fixture.density.iter_mut().for_each(|p| p.cost = Some(0.0));
        fixture
    }

    /// The last strategy does not fit.
    pub(super) fn infeasible() -> Self {
        let mut fixture = Self::three();
        let sidecar = &mut fixture.comparison.strategies[2];
        sidecar.infeasible = Some("600 agents request 30 cores and 37.5 GiB more than the nodes have".into());
        sidecar.observations.clear();
        fixture.density.iter_mut().filter(|p| p.strategy == "sidecar").for_each(|p| {
            if p.pods_per_node > 30 {
                p.cost = None;
            }
        });
        fixture
    }

    pub(super) fn report(&self, lang: Lang) -> Report<'_> {
        Report {
            comparison: &self.comparison,
            table: &self.table,
            tuning: None,
            pods_per_node: &self.density,
            studies: &[],
            lang,
        }
    }
}

fn provenance() -> Provenance {
    Provenance {
        version: "0.1.0",
        scenario: "reference".into(),
        question:
            "What do native, DaemonSet and Sidecar collection cost and lose on 20 nodes with 30 pods each?"
                .into(),
        scenario_hash: "9f86d081884c7d65".into(),
        nodes: 20,
        pods: 600,
        tenants: 20,
        grown: None,
        duration_s: 600.0,
        warmup_s: 60.0,
        warmup_by: WarmupBy::Stated,
        drain_s: 30.0,
        slice: None,
        seed: 42,
        replications: 5,
        precision: None,
        money: Metric::Cost,
        agent: "fluent-bit".into(),
        command: "loghaul compare --seed 42".into(),
        subject: subject(),
    }
}

fn subject() -> Subject {
    Subject {
        pools: vec!["general: 20 × 16 cores, 64Gi".into()],
        workloads: vec!["team (× 20) / web|shop (× 30): stdout 10/s".into()],
        lines_per_s: 6000.0,
        backend: "capacity unlimited, latency 20ms + exponential 5ms, queue 5s".into(),
        faults: vec!["the backend refuses connections from 5m for 1m".into()],
        marks: vec![Mark { name: "outage".to_owned(), from_s: 180.0, until_s: 240.0 }],
        one_node_in: 1,
        objectives: vec!["loss <= 0.1%".into()],
        chunk_s: 1.0,
        strategies: STRATEGIES.iter().map(|s| (*s, "A way to collect.")).collect(),
        agents: vec![Agent {
            name: "mine".into(),
            base: "fluent-bit".into(),
            version: "5.1.1".into(),
            sources: vec!["Own measurements.".into()],
            set: vec![("cpu.line".into(), 5.0, "calibrated from mine.csv".into())],
        }],
        yaml: "name: reference\n".into(),
    }
}

/// What tells the strategies apart: cores used, cores requested, MiB used, MiB requested, cost, p50, p99,
/// and of a million lines: retained, in flight, rotated, killed.
fn traits(name: &str) -> ([f64; 7], [u64; 4]) {
    match name {
        "native" => ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [996_800, 0, 3_200, 0]),
        "native-driver" => ([0.9, 2.0, 640.0, 2560.0, 55.0, 0.4, 2.1], [0, 120, 0, 9_000]),
        "daemonset" => ([1.234, 2.0, 1310.0, 2560.0, 73.4, 0.62, 5.4], [0, 310, 41, 0]),
        "sidecar" => ([4.87, 30.0, 14_200.0, 38_400.0, 612.0, 0.58, 1.9], [0, 900, 0, 12]),
        "sidecar-streaming" => ([6.1, 32.0, 9_900.0, 29_000.0, 580.0, 1.4, 7.7], [0, 1200, 41, 30]),
        "direct" => ([0.4, 0.0, 300.0, 0.0, 20.0, 0.09, 0.7], [0, 0, 0, 21_000]),
        _ => ([2.0, 8.0, 4_100.0, 10_400.0, 190.0, 0.6, 3.1], [0, 420, 20, 5]),
    }
}

fn agents(name: &str) -> f64 {
    match name {
        "native" | "native-driver" | "direct" => 0.0,
        "daemonset" => 20.0,
        _ => 600.0,
    }
}

fn strategy(name: &'static str) -> StrategyResult {
    let observations = (0..5).map(|r| Arc::new(observation(name, r))).collect();
    StrategyResult {
        strategy: name,
        infeasible: None,
        grown: None,
        growing: None,
        shares_agents: name == "daemonset",
        routes_by_store: true,
        objectives: Vec::new(),
        observations,
    }
}

fn observation(name: &str, replication: u64) -> Observation {
    let ([cpu, cpu_requested, memory, memory_requested, cost, p50, p99], parts) = traits(name);
    let wobble = 1.0 + 0.02 * (replication as f64 - 2.0);
    let emitted = 6_840_000 + 1_700 * replication;
    let mut ledger = Ledger { emitted, ..Ledger::default() };
    ledger.retained = emitted * parts[0] / 1_000_000;
    ledger.in_flight = emitted * parts[1] / 1_000_000;
    ledger.lose(Cause::RotatedBeforeRead, emitted * parts[2] / 1_000_000);
    ledger.lose(Cause::AgentKilled, emitted * parts[3] / 1_000_000);
    ledger.delivered = emitted - ledger.retained - ledger.in_flight - ledger.lost_total();
    if name == "native" {
        ledger.retained += std::mem::take(&mut ledger.delivered);
    }
    let mut freshness = Freshness::default();
    let spread = |f: &mut Freshness, from: f64, to: f64, lines| {
        f.add(&Spread::between((from * 1e9) as u64, (to * wobble * 1e9) as u64), lines);
    };
    if ledger.delivered > 0 {
        let late = ledger.delivered / 50;
        spread(&mut freshness, 0.1 * p50, 1.9 * p50, ledger.delivered - late);
        spread(&mut freshness, 0.6 * p99, 1.4 * p99, late);
    }
    freshness.add_never(emitted - ledger.delivered);
    let undelivered = (emitted - ledger.delivered) as f64 / emitted as f64;
    let fresh = |v: f64| (ledger.delivered > 0).then_some(v * wobble);
    let metrics = BTreeMap::from([
        (Metric::AgentCpu, Some(cpu * wobble)),
        (Metric::AgentCpuRequested, Some(cpu_requested)),
        (Metric::AgentMemory, Some(memory * wobble * 1048576.0)),
        (Metric::AgentMemoryRss, Some(memory * 1.35 * wobble * 1048576.0)),
        (Metric::AgentMemoryRequested, Some(memory_requested * 1048576.0)),
        (Metric::CollectorShare, Some(cpu_requested / 320.0)),
        (Metric::Agents, Some(agents(name))),
        (Metric::Cost, Some(cost)),
        (Metric::FreshnessP50, fresh(p50)),
        (Metric::FreshnessP99, fresh(p99)),
        (Metric::Loss, Some(ledger.lost_total() as f64 / emitted as f64)),
        (Metric::Undelivered, Some(undelivered)),
        (Metric::Throughput, Some((emitted as f64) * (1.0 - undelivered) / 600.0)),
    ]);
    let timeline = (0..63).map(|bin| timeline_bin(name, bin, &ledger)).collect();
    Observation { metrics, ledger, freshness, timeline, ..Observation::default() }
}

/// Ten seconds of a run with an outage from 300 s to 360 s.
fn timeline_bin(name: &str, bin: u64, ledger: &Ledger) -> TimelineBin {
    let second = bin * 10;
    let emitted = if second < 600 { 114_000 + (bin * 7919) % 9_000 } else { 0 };
    let delivered = match second {
        _ if name == "native" || ledger.delivered == 0 => 0,
        300..360 => 0,
        360..420 => 2 * emitted,
        0 => emitted * 4 / 5,
        600 => 12_000,
        _ => emitted - emitted / 97,
    };
    TimelineBin { until_s: (second + 10) as f64, emitted, delivered }
}

fn density(names: &[&'static str]) -> Vec<DensityPoint> {
    let mut points = Vec::new();
    for strategy in names {
        for pods_per_node in [5u64, 10, 20, 30, 60, 110] {
            let ([cpu, _, memory, _, cost, ..], _) = traits(strategy);
            let growth = match *strategy {
                "daemonset" | "native-driver" => 0.7 + 0.01 * pods_per_node as f64,
                _ => pods_per_node as f64 / 30.0,
            };
            points.push(DensityPoint {
                pods_per_node,
                strategy,
                cost: Some(cost * growth),
                agent_cpu: Some(cpu * growth),
                agent_memory: Some(memory * growth * 1048576.0),
            });
        }
    }
    points
}
