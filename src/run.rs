//! Runs: a scenario under a strategy, with a seed and a replication, gives an observation.
//!
//! Runs are remembered by (scenario, strategy, seed, replication), so that experiments which need the same run
//! share it; several run in parallel. The replication's key depends on neither the strategy nor the placement:
//! all strategies face the same lines.

mod figures;
mod stop;

pub use stop::Stop;

use crate::blueprint::{Blueprint, Placement};
use crate::diagnosis::Code;
use crate::engine::random::{named_key, subkey};
use crate::metric::Metric;
use crate::observe::{Imbalance, Observation, Unpaid};
pub use crate::placement::{Grown, Short, Shortage};
use crate::placement::{grown, place, strike};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
pub use crate::world::Pace;
use crate::world::{Tally, simulate_unless};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// A run that failed: a defect of the program, never of the input.
#[derive(Debug, Error)]
pub enum RunError {
    /// Lines are unaccounted for.
    #[error(
        "scenario {scenario:?}, strategy {strategy}, seed {seed}, replication {replication}: {imbalance}"
    )]
    Imbalance {
        /// The scenario's name.
        scenario: String,
        /// The strategy.
        strategy: &'static str,
        /// The seed.
        seed: u64,
        /// The replication.
        replication: u64,
        /// What does not balance.
        imbalance: Imbalance,
    },
    /// Lines were read for nothing.
    #[error("scenario {scenario:?}, strategy {strategy}, seed {seed}, replication {replication}: {unpaid}")]
    Unpaid {
        /// The scenario's name.
        scenario: String,
        /// The strategy.
        strategy: &'static str,
        /// The seed.
        seed: u64,
        /// The replication.
        replication: u64,
        /// What was not charged.
        unpaid: Unpaid,
    },
    /// Whoever asked for the run has asked to stop: no defect.
    #[error("stopped before it was done")]
    Stopped,
}

/// A scenario under a strategy, ready to run.
#[derive(Debug)]
pub struct Setup {
    /// The strategy.
    pub strategy: &'static Strategy,
    /// What there is.
    pub blueprint: Blueprint,
    /// Where it is, or why it cannot be.
    pub placement: Result<Placement, String>,
    /// Nodes that each pool needs beyond its own without any collection.
    extra_without: Vec<u64>,
    /// How the cluster grew, with the strategy's agents and without any.
    grown: [Option<Grown>; 2],
    /// Share of the workloads' wishes that the strategy can honour; `None` where none has any.
    honoured: Option<f64>,
    one_node_in: u64,
    /// Currency a byte sent: egress and ingest.
    price_per_byte: f64,
    scenario: String,
    identity: u64,
}

impl Setup {
    /// Draws and places a scenario under a strategy.
    pub fn new(scenario: &Scenario, strategy: &'static Strategy) -> Self {
        // What the cluster comes to without any collection: what pods need anyway is nobody's cost.
        let native = crate::strategy::ALL[0].blueprint(scenario, scenario.nodes());
        let without = place(&native);
        let nodes = without.as_ref().map_or(scenario.nodes(), |p| p.nodes.len() as u64);
        let grown_without = without.as_ref().ok().and_then(|p| grown(&native, p));
        let extra_without = without.map_or_else(|_| vec![0; native.pools.len()], |p| p.extra);
        let blueprint = strategy.blueprint(scenario, nodes);
        let own = blueprint.infeasible.clone().map(|reason| coded(reason, Code::NotPossible));
        let infeasible = own.or_else(|| too_little_memory(&blueprint));
        let placement = match infeasible {
            Some(reason) => Err(reason),
            None => place(&blueprint).map_err(|misfit| coded(misfit.to_string(), Code::DoesNotFit)).and_then(
                |placement| {
                    let refused = too_many_on_a_node(&blueprint, &placement)
                        .or_else(|| too_many_connections(scenario, &blueprint, &placement));
                    match refused {
                        Some(reason) => Err(reason),
                        None => Ok(placement),
                    }
                },
            ),
        };
        let grown_with = placement.as_ref().ok().and_then(|p| grown(&blueprint, p));
        Self {
            strategy,
            grown: [grown_with, grown_without],
            blueprint,
            placement,
            extra_without,
            honoured: honoured(scenario, strategy),
            one_node_in: scenario.one_node_in.get(),
            price_per_byte: price_per_byte(&scenario.backend),
            scenario: scenario.name.clone(),
            identity: identity(scenario),
        }
    }

    /// How the cluster grew because pods did not fit, agents of the strategy included.
    pub fn grown(&self) -> Option<&Grown> {
        self.grown[0].as_ref()
    }

    /// Nodes of the cluster as the scenario has it.
    pub fn nodes(&self) -> u64 {
        self.blueprint.pools.iter().map(|pool| pool.nodes).sum()
    }

    /// How the cluster grows without any collection.
    pub fn grown_without(&self) -> Option<&Grown> {
        self.grown[1].as_ref()
    }

    /// Why the strategy cannot be run here, where it cannot.
    pub fn infeasible(&self) -> Option<&str> {
        self.placement.as_ref().err().map(String::as_str)
    }
}

/// How the cluster grows for its pods alone, whatever collects.
///
/// # Errors
/// Pods fit nowhere, and no pool that they may run in may grow: the message holds the arithmetic.
pub fn growth_of(scenario: &Scenario) -> Result<Option<Grown>, String> {
    let native = crate::strategy::ALL[0].blueprint(scenario, scenario.nodes());
    let placement = place(&native).map_err(|misfit| misfit.to_string())?;
    Ok(grown(&native, &placement))
}

/// Why a strategy cannot be run, with the code under which `explain` says more.
fn coded(reason: String, code: Code) -> String {
    format!("{reason} ({code})")
}

/// An agent whose memory limit is below what it needs at rest never starts.
fn too_little_memory(blueprint: &Blueprint) -> Option<String> {
    blueprint.agents.iter().find_map(|agent| {
        let (limit, rest) = (agent.memory_limit_bytes?, agent.costs.rss_idle_bytes());
        (rest > limit as f64).then(|| {
            let reason = format!(
                "{} needs {} bytes at rest, more than its memory limit of {limit}",
                agent.name, rest as u64
            );
            coded(reason, Code::MemoryLimit)
        })
    })
}

/// Connections that the backend holds open: whoever sends keeps one (HTTP keep-alive, gRPC, TCP).
fn connections(blueprint: &Blueprint, placement: &Placement) -> u64 {
    if let Some(central) = blueprint.in_between() {
        return central.processes;
    }
    let of_pods: u64 = blueprint.pods.iter().filter(|p| p.agent.is_some()).map(|p| p.replicas).sum();
    of_pods + placement.node_agents(blueprint)
}

/// Why the backend cannot take as many connections as there would be.
fn too_many_connections(scenario: &Scenario, blueprint: &Blueprint, placement: &Placement) -> Option<String> {
    let most = scenario.backend.connections?.get();
    let wanted = connections(blueprint, placement);
    (wanted > most).then(|| {
        coded(format!("{wanted} connections would be open; the backend takes {most}"), Code::Connections)
    })
}

/// Agents in pods share what the kernel gives to each user of a node.
fn too_many_on_a_node(blueprint: &Blueprint, placement: &Placement) -> Option<String> {
    let mut on_node = vec![0u32; placement.nodes.len()];
    for (node, template) in placement.node_of.iter().zip(&placement.template_of) {
        let limited = blueprint.pods[*template as usize].agent.map(|agent| &blueprint.agents[agent]);
        let Some((agent, most)) = limited.and_then(|agent| Some((agent, agent.most_a_node?))) else {
            continue;
        };
        let count = &mut on_node[*node as usize];
        *count += 1;
        if *count > most {
            let reason = format!(
                "a node would run more than {most} sidecars of {}: the inotify instances that one user may have \
                 (fs.inotify.max_user_instances)",
                agent.name
            );
            return Some(coded(reason, Code::TooManySidecars));
        }
    }
    None
}

/// What a byte sent costs, in currency.
fn price_per_byte(backend: &crate::scenario::Backend) -> f64 {
    let prices = [backend.egress_price, backend.ingest_price];
    prices.into_iter().flatten().map(|price| price.get() / 1e9).sum()
}

/// A hash of the scenario with all its defaults filled in.
pub fn identity(scenario: &Scenario) -> u64 {
    // A scenario that was read can be written; were it not so, all it holds still tells it from others.
    named_key(0, &scenario.to_yaml().unwrap_or_else(|_| format!("{scenario:?}")))
}

/// Share of workloads with wishes, each tenant's by itself, whose wishes can all be honoured; `None` where
/// there are none.
fn honoured(scenario: &Scenario, strategy: &Strategy) -> Option<f64> {
    let (mut wishes, mut honoured) = (0, 0);
    for tenant in &scenario.tenants {
        for workload in &tenant.workloads {
            let mut wanted = workload.logs.iter().filter_map(|log| log.wants.as_ref()).peekable();
            if wanted.peek().is_some() {
                wishes += tenant.count.get();
                let honours = strategy.honours_of(scenario, tenant, workload);
                honoured += tenant.count.get() * u64::from(wanted.all(|w| honours.all_of(w)));
            }
        }
    }
    (wishes > 0).then(|| honoured as f64 / wishes as f64)
}

/// What names a run: scenario, strategy, seed, replication.
type RunKey = (u64, &'static str, u64, u64);

/// Runs, and remembers what it ran.
#[derive(Debug, Default)]
pub struct Runner {
    done: Mutex<BTreeMap<RunKey, Arc<Observation>>>,
    stop: Stop,
    runs: AtomicU64,
}

impl Runner {
    /// A runner that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A runner that remembers nothing yet, and whose runs end with [`RunError::Stopped`] once `stop` is stopped.
    pub fn stopped_by(stop: Stop) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Runs done so far, what was remembered not counted: for whoever shows progress.
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// Observes every setup in every replication, in parallel: one vector a setup, one observation a replication.
    /// Setups that are infeasible have none.
    ///
    /// # Errors
    /// A ledger does not balance.
    pub fn observe(
        &self,
        setups: &[&Setup],
        seed: u64,
        replications: u64,
    ) -> Result<Vec<Vec<Arc<Observation>>>, RunError> {
        let jobs: Vec<(usize, u64)> = setups
            .iter()
            .enumerate()
            .filter(|(_, setup)| setup.placement.is_ok())
            .flat_map(|(index, _)| (0..replications).map(move |replication| (index, replication)))
            .collect();
        let observed: Vec<Arc<Observation>> = jobs
            .par_iter()
            .map(|(index, replication)| self.one(setups[*index], seed, *replication))
            .collect::<Result<_, _>>()?;
        let mut by_setup = vec![Vec::new(); setups.len()];
        for ((index, _), observation) in jobs.into_iter().zip(observed) {
            by_setup[index].push(observation);
        }
        Ok(by_setup)
    }

    /// Observes a setup in one replication.
    ///
    /// # Errors
    /// A ledger does not balance.
    pub fn replication(
        &self,
        setup: &Setup,
        seed: u64,
        replication: u64,
    ) -> Result<Arc<Observation>, RunError> {
        self.one(setup, seed, replication)
    }

    fn one(&self, setup: &Setup, seed: u64, replication: u64) -> Result<Arc<Observation>, RunError> {
        let key = (setup.identity, setup.strategy.name, seed, replication);
        // A panic elsewhere leaves no half-made observation behind.
        let lock = || self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        if self.stop.is_stopped() {
            return Err(RunError::Stopped);
        }
        let observation = Arc::new(run_once(setup, seed, replication, Pace::default(), &self.stop)?);
        self.runs.fetch_add(1, Ordering::Relaxed);
        lock().insert(key, Arc::clone(&observation));
        Ok(observation)
    }
}

/// Observes one run at another pace: what comes out must not depend on it. Nothing is remembered. Empty where the
/// setup is infeasible.
///
/// # Errors
/// The ledger does not balance.
pub fn observe_at(setup: &Setup, seed: u64, pace: Pace) -> Result<Observation, RunError> {
    run_once(setup, seed, 0, pace, &Stop::default())
}

fn run_once(
    setup: &Setup,
    seed: u64,
    replication: u64,
    pace: Pace,
    stop: &Stop,
) -> Result<Observation, RunError> {
    let Ok(placement) = &setup.placement else {
        return Ok(Observation::default());
    };
    Ok(figures::observation(setup, placement, sums(setup, placement, (seed, replication), pace, stop)?))
}

/// What each tenant causes of a cost (`cost` or `cost_marginal`), currency a month, in the order of the blueprint's tenants:
/// they add up to what the run cost. `None` where the strategy cannot be run here, or the metric is no cost.
pub fn show_back(setup: &Setup, observation: &Observation, money: Metric) -> Option<Vec<f64>> {
    figures::by_tenant(setup, observation, money)
}

/// The raw sums of one run, for those who need more than its figures; `None` where the setup is infeasible.
///
/// # Errors
/// The ledger does not balance.
pub fn tally(setup: &Setup, seed: u64, replication: u64) -> Result<Option<Tally>, RunError> {
    let Ok(placement) = &setup.placement else { return Ok(None) };
    sums(setup, placement, (seed, replication), Pace::default(), &Stop::default()).map(Some)
}

fn sums(
    setup: &Setup,
    placement: &Placement,
    (seed, replication): (u64, u64),
    pace: Pace,
    stop: &Stop,
) -> Result<Tally, RunError> {
    let key = subkey(named_key(seed, "replication"), replication);
    // What agents and nodes suffer is known before the run.
    let struck = (!setup.blueprint.faults.is_empty()).then(|| strike(&setup.blueprint, placement, key));
    let placement = struck.as_ref().map_or(placement, |struck| &struck.placement);
    let mut tally = match setup.one_node_in {
        1 => simulate_unless(&stop.0, pace, &setup.blueprint, placement, key).ok_or(RunError::Stopped)?,
        one_in => {
            let mut part = setup.blueprint.clone();
            part.backend.capacity_bytes_per_s = part.backend.capacity_bytes_per_s.map(|c| c / one_in as f64);
            if let Some(quota) = &mut part.backend.quota {
                quota.bytes_per_s /= one_in as f64;
                quota.burst_bytes = (quota.burst_bytes / one_in).max(1);
            }
            if let Some(gateway) = &mut part.gateway {
                gateway.reduce_to(1.0 / one_in as f64);
            }
            let sample = placement.sample(&part, one_in, named_key(key, "sample"));
            let mut tally = simulate_unless(&stop.0, pace, &part, &sample, key).ok_or(RunError::Stopped)?;
            tally.scale(one_in);
            tally
        }
    };
    if let Some(struck) = &struck {
        tally.pod_gap_ns += struck.pod_gap_ns;
        tally.pods_pending = struck.pending;
    }
    tally.ledger.balance().map_err(|imbalance| RunError::Imbalance {
        scenario: setup.scenario.clone(),
        strategy: setup.strategy.name,
        seed,
        replication,
        imbalance,
    })?;
    tally.is_paid().map_err(|unpaid| RunError::Unpaid {
        scenario: setup.scenario.clone(),
        strategy: setup.strategy.name,
        seed,
        replication,
        unpaid,
    })?;
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;
    use std::sync::atomic::AtomicBool;

    fn scenario(extra: &str) -> Scenario {
        let yaml = format!(
            "name: t\nduration: 60s\ncluster: {{ pools: [ {{ name: p, nodes: 2 }} ] }}\n\
             tenants: [ {{ name: a, count: 2, workloads: [ {{ name: w, replicas: 5, \
             logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }} ]\n{extra}"
        );
        from_yaml("t.yaml", &yaml).unwrap()
    }

    fn observe(scenario: &Scenario, strategy: &str, seed: u64) -> Arc<Observation> {
        let setup = Setup::new(scenario, by_name(strategy).unwrap());
        Runner::new().observe(&[&setup], seed, 1).unwrap()[0][0].clone()
    }

    #[test]
    fn strategies_face_the_same_lines_and_seeds_do_not() {
        let scenario = scenario("");
        let emitted = |strategy, seed| observe(&scenario, strategy, seed).ledger.emitted;
        assert_eq!(emitted("daemonset", 1), emitted("sidecar", 1));
        assert_eq!(emitted("daemonset", 1), emitted("native", 1));
        assert_ne!(emitted("daemonset", 1), emitted("daemonset", 2));
    }

    #[test]
    fn one_tenant_more_disturbs_no_other() {
        let lines = |yaml: &str| {
            let scenario = from_yaml("t.yaml", yaml).unwrap();
            observe(&scenario, "sidecar", 1).tenants[0].lines
        };
        let tenant = |name: &str| {
            format!(
                "{{ name: {name}, workloads: [ {{ name: w, logs: [ {{ stream: stdout, rate: 9/s }} ] }} ] }}"
            )
        };
        let head = "name: t\nduration: 60s\ncluster: { pools: [ { name: p, nodes: 3 } ] }\n";
        let one = format!("{head}tenants: [ {} ]", tenant("a"));
        let two = format!("{head}tenants: [ {}, {} ]", tenant("a"), tenant("b"));
        assert_eq!(lines(&one), lines(&two));
    }

    #[test]
    fn cpu_is_what_the_cost_functions_expect_of_the_load() {
        // 10 pods of 20 lines/s on 2 nodes: measured use within 10 % of the closed form at the mean load (rates
        // differ between pods, so that the curve's bend shows).
        let setup = Setup::new(&scenario(""), by_name("daemonset").unwrap());
        let plan = &setup.blueprint.agents[0];
        let mean_bytes = setup.blueprint.laws[0].sizes.mean() + 41.0;
        let load = crate::profile::Load {
            files: 5.0,
            configs: 1.0,
            lines_per_s: 100.0,
            bytes_per_s: 100.0 * mean_bytes,
            buffered_bytes: 0.0,
        };
        let expected = 2.0 * plan.costs.expected(&load).0;
        let measured = Runner::new().observe(&[&setup], 3, 1).unwrap()[0][0].get(Metric::AgentCpu).unwrap();
        assert!((measured / expected - 1.0).abs() < 0.1, "{measured} of {expected}");
    }

    #[test]
    fn a_sample_of_nodes_agrees_with_all_of_them() {
        // 200 nodes, two kinds of tenants; samples of 20 nodes, eight replications, against the whole cluster, whose
        // 36,000 lines/s of 356 bytes take a fifth of the backend: a tenth of it is enough for a tenth of the nodes,
        // though their flushes are lumpier (docs/limitations.md). No file rotates: some five
        // rotations in each sample would decide its p99.
        let scenario = |one_in: u64| {
            let yaml = format!(
                "name: t\nduration: 60s\noneNodeIn: {one_in}\nbackend: {{ capacity: 60MB/s }}\n\
                 cluster: {{ pools: [ {{ name: p, nodes: 200 }} ], kubelet: {{ containerLogMaxSize: 1Ti }} }}\n\
                 tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 900, \
                 logs: [ {{ stream: stdout, rate: 20/s }} ] }} ] }}, {{ name: b, workloads: [ {{ name: w, \
                 replicas: 300, logs: [ {{ stream: stdout, rate: 60/s }} ] }} ] }} ]"
            );
            from_yaml("t.yaml", &yaml).unwrap()
        };
        let observe = |scenario: &Scenario, replications| {
            let setup = Setup::new(scenario, by_name("daemonset").unwrap());
            Runner::new().observe(&[&setup], 5, replications).unwrap().remove(0)
        };
        let (whole, samples) = (observe(&scenario(1), 2), observe(&scenario(10), 8));
        for metric in [Metric::AgentCpu, Metric::Throughput, Metric::AgentMemory, Metric::FreshnessP99] {
            let estimate = |runs: &[Arc<Observation>]| {
                let values: Vec<_> = runs.iter().map(|run| run.get(metric)).collect();
                crate::stats::Estimate::of(&values)
            };
            let (sampled, all) = (estimate(&samples), estimate(&whole).mean.unwrap());
            let (mean, half_width) = (sampled.mean.unwrap(), sampled.hi.unwrap() - sampled.mean.unwrap());
            // Half as wide again: one of four intervals of 95 % would miss in a fifth of all cases.
            assert!((mean - all).abs() <= 1.5 * half_width, "{metric:?}: {mean} ± {half_width}, all {all}");
            assert!((mean / all - 1.0).abs() < 0.05, "{metric:?}: {mean} of {all}");
        }
    }

    #[test]
    fn a_runner_that_is_stopped_has_no_result_but_what_it_had() {
        let setup = Setup::new(&scenario(""), by_name("native").unwrap());
        let stop = Stop::default();
        let runner = Runner::stopped_by(stop.clone());
        runner.observe(&[&setup], 1, 1).unwrap();
        stop.stop();
        assert!(matches!(runner.observe(&[&setup], 1, 2), Err(RunError::Stopped)));
        assert!(runner.observe(&[&setup], 1, 1).is_ok());
        assert_eq!(runner.runs(), 1);
        // Nor has a world whose flag is set, with a backend that nodes share and without one.
        let (Ok(placement), key) = (&setup.placement, 7) else { panic!() };
        let mut blueprint = setup.blueprint.clone();
        for capacity in [None, Some(1e9)] {
            blueprint.backend.capacity_bytes_per_s = capacity;
            let run =
                |set| simulate_unless(&AtomicBool::new(set), Pace::default(), &blueprint, placement, key);
            assert!(run(true).is_none() && run(false).is_some());
        }
    }

    #[test]
    fn a_runner_runs_nothing_twice() {
        let setup = Setup::new(&scenario(""), by_name("native").unwrap());
        let runner = Runner::new();
        let first = runner.observe(&[&setup], 1, 2).unwrap();
        let second = runner.observe(&[&setup, &setup], 1, 1).unwrap();
        assert!(Arc::ptr_eq(&first[0][0], &second[1][0]));
    }
}
