//! Runs: a scenario under a strategy, with a seed and a replication, gives an observation.
//!
//! Runs are remembered by (scenario, strategy, seed, replication), so that experiments which need the same run
//! share it; several run in parallel. The replication's key depends on neither the strategy nor the placement:
//! all strategies face the same lines.

mod figures;
mod invariants;
mod limits;
mod stop;

pub use invariants::Broken;
pub use limits::{Done, allow_bytes, done};
pub use stop::Stop;

use crate::blueprint::{Blueprint, Placement};
use crate::diagnosis::Code;
use crate::engine::random::{named_key, subkey};
use crate::footprint::Footprint;
use crate::metric::Metric;
use crate::observe::Observation;
pub use crate::placement::{Grown, Short, Shortage};
use crate::placement::{grown, place, strike};
use crate::scenario::Scenario;
use crate::strategy::Strategy;
use crate::units::Bytes;
pub use crate::world::Pace;
use crate::world::{MOST_PARTS, Tally, simulate_unless};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// A run that failed: a defect of the program, never of the input.
#[derive(Debug, Error)]
pub enum RunError {
    /// Something does not hold that must.
    #[error("scenario {scenario:?}, strategy {strategy}, seed {seed}, replication {replication}: {broken}")]
    Broken {
        /// The scenario's name.
        scenario: String,
        /// The strategy.
        strategy: &'static str,
        /// The seed.
        seed: u64,
        /// The replication.
        replication: u64,
        /// What does not hold.
        broken: Broken,
    },
    /// Whoever asked for the run has asked to stop: no defect.
    #[error("stopped before it was done")]
    Stopped,
    /// It would take more memory than there is: the input's fault, and no defect.
    #[error(
        "scenario {scenario:?} under {strategy} would take about {needed} of memory, and {allowed} are allowed: mostly {mostly}"
    )]
    TooLarge {
        /// The scenario's name.
        scenario: String,
        /// The strategy.
        strategy: &'static str,
        /// What it would take.
        needed: String,
        /// What it may take.
        allowed: String,
        /// What there is so much of, and which fields decide it.
        mostly: String,
    },
}

/// From how many bytes on a run is large.
const LARGE_BYTES: f64 = 1.5e8;

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
    footprint: Footprint,
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
        let nodes = placement.as_ref().map_or(nodes, |placement| placement.nodes.len() as u64);
        let footprint =
            Footprint::of(&blueprint, nodes, scenario.one_node_in.get(), rayon::current_num_threads());
        Self {
            footprint,
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

    /// What a run will take.
    pub fn footprint(&self) -> &Footprint {
        &self.footprint
    }

    /// The pace that its runs go at.
    fn pace(&self) -> Pace {
        self.placement
            .as_ref()
            .map_or_else(|_| Pace::default(), |placement| Pace::of(placement.node_of.len()))
    }

    /// The error of a run that would take more than all runs may.
    fn too_large(&self) -> Option<RunError> {
        let (needed, allowed) = (self.footprint.peak_bytes(), limits::most_bytes());
        if needed <= allowed as f64 {
            return None;
        }
        let mostly = self.footprint.largest().map(|part| part.thing.told(&part.whose)).unwrap_or_default();
        Some(RunError::TooLarge {
            scenario: self.scenario.clone(),
            strategy: self.strategy.name,
            needed: Bytes::about(needed),
            allowed: Bytes::about(allowed as f64),
            mostly,
        })
    }

    /// The error of a run of which something does not hold.
    fn broken(&self, (seed, replication): (u64, u64), broken: Broken) -> RunError {
        let (scenario, strategy) = (self.scenario.clone(), self.strategy.name);
        RunError::Broken { scenario, strategy, seed, replication, broken }
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
        let limited = blueprint.pods[template.at()].agent.map(|agent| &blueprint.agents[agent]);
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
    runs: Arc<AtomicU64>,
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

    /// A runner that remembers nothing yet, stops with this one and counts its runs with it: for points that are no one
    /// else's, which would be remembered for nothing.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { stop: self.stop.clone(), runs: Arc::clone(&self.runs), ..Self::default() }
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
        let one = |(index, replication): &(usize, u64)| self.one(setups[*index], seed, *replication);
        // Large runs are beside each other only where one does not keep all threads busy: that would take several times the
        // memory and no less time.
        let is_large = |(index, _): &&(usize, u64)| setups[*index].footprint.peak_bytes() > LARGE_BYTES;
        let (large, small): (Vec<&(usize, u64)>, Vec<_>) = jobs.iter().partition(is_large);
        let mut observed: Vec<((usize, u64), Arc<Observation>)> =
            small.into_par_iter().map(|job| Ok((*job, one(job)?))).collect::<Result<_, RunError>>()?;
        for few in large.chunks(rayon::current_num_threads().div_ceil(MOST_PARTS)) {
            let ran = few.par_iter().map(|job| Ok((**job, one(job)?)));
            observed.extend(ran.collect::<Result<Vec<_>, RunError>>()?);
        }
        observed.sort_unstable_by_key(|(job, _)| *job);
        let mut by_setup = vec![Vec::new(); setups.len()];
        for ((index, _), observation) in observed {
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
        let pace = setup.pace();
        let observation = Arc::new(run_once(setup, seed, replication, pace, &self.stop)?);
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
    let tally = sums(setup, placement, (seed, replication), pace, stop)?;
    let observation = figures::observation(setup, placement, tally);
    invariants::check_figures(&observation).map_err(|broken| setup.broken((seed, replication), broken))?;
    Ok(observation)
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
    sums(setup, placement, (seed, replication), setup.pace(), &Stop::default()).map(Some)
}

fn sums(
    setup: &Setup,
    placement: &Placement,
    (seed, replication): (u64, u64),
    pace: Pace,
    stop: &Stop,
) -> Result<Tally, RunError> {
    if let Some(error) = setup.too_large() {
        return Err(error);
    }
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
    invariants::check(&tally, &setup.blueprint)
        .map_err(|broken| setup.broken((seed, replication), broken))?;
    limits::count(setup.footprint.seconds);
    Ok(tally)
}

#[cfg(test)]
mod tests;
