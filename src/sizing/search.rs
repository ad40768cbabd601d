//! Buffers found by simulation: the least with which everything is met that any buffer meets.
//!
//! First nothing bounds the buffer: what agents hold then is the most that any could use. From there it is halved down to
//! a megabyte, and what most objectives are met with, and what the smallest of these is, follows; the step below it is halved
//! four times more, so that the need is known to a sixteenth. What none meets is out of reach of sizes.

use super::rule;
use super::sides::FREE;
use super::sizes::{Ask, Buffer, Container, Rotation, Side, SizeError};
use crate::blueprint::{Blueprint, Reader, StreamPlan};
use crate::metric::Metric;
use crate::observe::{AgentUse, estimates};
use crate::profile::Storage;
use crate::run::{Runner, Setup};
use crate::scenario::{Objective, Scenario};
use crate::strategy::Strategy;
use crate::study::{Provenance, Verdict, compare};
use crate::units::Bytes;

/// Bytes of the least buffer that is looked at.
const LEAST: u64 = 1_000_000;

/// Halvings of the last step.
const HALVINGS: usize = 4;

/// A buffer of this size or more is no bound: no agent of a node has so much.
const NO_BOUND: u64 = 1 << 30;

/// Doublings of the files' size that are tried in place of a larger buffer.
const DOUBLINGS: u32 = 4;

/// Runs of one strategy.
pub struct Trials<'a> {
    /// It remembers what it ran.
    pub runner: &'a Runner,
    /// The strategy.
    pub strategy: &'static Strategy,
    /// How often, and on which seed.
    pub ask: Ask,
}

/// What a scenario comes to.
pub struct Trial {
    /// Objectives that can be judged here.
    pub objectives: Vec<(Objective, Verdict)>,
    /// What agents used, by kind and pool.
    pub uses: Vec<AgentUse>,
    /// Agents killed for their memory, a run.
    pub kills: f64,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Trial {
    /// Those of some objectives that are not surely met.
    pub fn not_met(&self, of: &[Objective]) -> Vec<Objective> {
        let open = self.objectives.iter().filter(|(_, verdict)| *verdict != Verdict::Met);
        open.map(|(objective, _)| objective.clone()).filter(|objective| of.contains(objective)).collect()
    }
}

impl Trials<'_> {
    /// Runs a scenario on a seed.
    ///
    /// # Errors
    /// A ledger does not balance, or the strategy cannot be run.
    pub fn run(&self, scenario: &Scenario, seed: u64) -> Result<Trial, SizeError> {
        let strategies = [self.strategy];
        let mut compared = compare(self.runner, scenario, &strategies, seed, self.ask.replications, "")?;
        let result = compared.strategies.remove(0);
        if let Some(why) = result.infeasible {
            return Err(SizeError::Infeasible { strategy: self.strategy.name, why });
        }
        // Who delivers nothing does not pass by losing nothing.
        let is_idle = result.observations.iter().all(|o| o.ledger.delivered == 0 && o.ledger.emitted > 0);
        let judged = result.objectives.iter().filter_map(|(objective, verdict)| {
            let verdict = if is_idle { Some(Verdict::Missed) } else { *verdict };
            Some((objective.clone(), verdict?))
        });
        let kills = result.values(Metric::OomKills).into_iter().flatten();
        let n = result.observations.len().max(1) as f64;
        Ok(Trial {
            objectives: judged.collect(),
            uses: estimates::uses(&result.observations),
            kills: kills.sum::<f64>() / n,
            provenance: compared.provenance,
        })
    }
}

/// Buffers that suffice.
pub struct Found {
    /// The scenario with these buffers and without limits.
    pub scenario: Scenario,
    /// One a side.
    pub buffers: Vec<Buffer>,
    /// Objectives that are met without a bound.
    pub reachable: Vec<Objective>,
    /// Objectives that are not, and their verdicts.
    pub out_of_reach: Vec<(Objective, Verdict)>,
}

/// Finds the buffer of every side, one after the other.
///
/// # Errors
/// As [`Trials::run`].
pub fn buffers(trials: &Trials<'_>, scenario: &Scenario, sides: &[Side]) -> Result<Found, SizeError> {
    let mut settled = scenario.clone();
    for side in sides {
        side.free(&mut settled);
    }
    let mut now = settled.clone();
    for side in sides {
        side.set_buffer(&mut now, is_on_disk(*side, scenario), FREE);
    }
    let blueprint = Setup::new(scenario, trials.strategy).blueprint;
    let (mut found, mut best) = (Vec::new(), Best::default());
    for side in sides {
        let on_disk = is_on_disk(*side, scenario);
        let held = side.usage_in(&trials.run(&now, trials.ask.seed)?.uses).held.most();
        let plans = plans_of(*side, &blueprint);
        let plan = plans.first().map(|index| &blueprint.agents[*index]);
        let as_is = plan.map(|plan| plan.buffer_limit_bytes).filter(|bytes| *bytes < NO_BOUND);
        let search = Search { trials, scenario: &now, side: *side, on_disk };
        best = search.best(held, as_is)?;
        let (need, with_headroom) = (best.need, trials.ask.headroom);
        let wanted = match as_is {
            Some(_) => rule::buffer(need, with_headroom),
            // Where nothing bounds it, a bound that was never reached changes nothing but what memory has to hold.
            None => rule::buffer(need.max(held), with_headroom),
        };
        let bytes = match as_is {
            Some(bytes) if bytes >= wanted && search.meets(bytes, &best.reachable)? => bytes,
            _ if search.meets(wanted, &best.reachable)? => wanted,
            _ => need,
        };
        side.set_buffer(&mut now, on_disk, Bytes::new(bytes));
        // A buffer that stays is the scenario's own word.
        if as_is != Some(bytes) {
            side.set_buffer(&mut settled, on_disk, Bytes::new(bytes));
        }
        found.push(Buffer {
            on_disk,
            bytes,
            as_is,
            need,
            held_unbounded: held,
            max_chunks_up: on_disk
                .then(|| side.settings(scenario).max_chunks_up.map_or(128, |count| count.get())),
            record_bytes: record_bytes(&blueprint, *side, &plans),
        });
    }
    Ok(Found {
        scenario: settled,
        buffers: found,
        reachable: best.reachable,
        out_of_reach: best.out_of_reach,
    })
}

/// The search for one side's buffer, everything else being as it is.
struct Search<'a> {
    trials: &'a Trials<'a>,
    scenario: &'a Scenario,
    side: Side,
    on_disk: bool,
}

/// What the buffers that were tried come to.
#[derive(Default)]
struct Best {
    /// The least with which everything is met that any of them meets.
    need: u64,
    reachable: Vec<Objective>,
    out_of_reach: Vec<(Objective, Verdict)>,
}

impl Search<'_> {
    fn at(&self, bytes: u64) -> Result<Trial, SizeError> {
        let mut tried = self.scenario.clone();
        self.side.set_buffer(&mut tried, self.on_disk, Bytes::new(bytes));
        self.trials.run(&tried, self.trials.ask.seed)
    }

    fn meets(&self, bytes: u64, reachable: &[Objective]) -> Result<bool, SizeError> {
        Ok(self.at(bytes)?.not_met(reachable).is_empty())
    }

    /// Tries buffers from the most that was ever `held` down by halves, and the one that there is. A larger buffer may lose
    /// less and be late more often, so that none is taken to be better for being larger.
    fn best(&self, held: u64, as_is: Option<u64>) -> Result<Best, SizeError> {
        // On disk nothing smaller than a mebibyte is allowed.
        let least = LEAST.max(if self.on_disk { 1 << 20 } else { 0 });
        let mut sizes: Vec<u64> = as_is.into_iter().collect();
        let mut size = held.max(least);
        while size > least {
            sizes.push(size);
            size = (size / 2).max(least);
        }
        sizes.push(least);
        sizes.sort_unstable();
        sizes.dedup();
        let mut tried = Vec::with_capacity(sizes.len());
        for bytes in sizes {
            tried.push((bytes, self.at(bytes)?));
        }
        let met = |trial: &Trial| trial.objectives.iter().filter(|(_, v)| *v == Verdict::Met).count();
        let most = tried.iter().map(|(_, trial)| met(trial)).max().unwrap_or(0);
        let Some(first) = tried.iter().position(|(_, trial)| met(trial) == most) else {
            return Ok(Best::default());
        };
        let (reached, out_of_reach): (Vec<_>, Vec<_>) =
            tried[first].1.objectives.iter().cloned().partition(|(_, verdict)| *verdict == Verdict::Met);
        let reachable: Vec<Objective> = reached.into_iter().map(|(objective, _)| objective).collect();
        let mut enough = tried[first].0;
        // Between the smallest that is enough and the next smaller, which is not.
        let mut short = first.checked_sub(1).map_or(enough, |below| tried[below].0);
        for _ in 0..if short < enough { HALVINGS } else { 0 } {
            let middle = short + (enough - short) / 2;
            *(if self.meets(middle, &reachable)? { &mut enough } else { &mut short }) = middle;
        }
        Ok(Best { need: enough, reachable, out_of_reach })
    }
}

/// Rotation by the kubelet, where agents of nodes read what it rotates; and, where a buffer had to grow, the size of files
/// with which it need not.
///
/// # Errors
/// As [`Trials::run`].
pub fn rotation(
    trials: &Trials<'_>,
    scenario: &Scenario,
    found: &Found,
    containers: &[Container],
) -> Result<Option<Rotation>, SizeError> {
    let blueprint = Setup::new(scenario, trials.strategy).blueprint;
    let busiest = busiest_bytes_per_s(&blueprint);
    if busiest <= 0.0 {
        return Ok(None);
    }
    let own = containers.iter().find(|container| container.side == Side::Daemonset);
    let grew = own.is_some_and(|own| !own.buffer.is_kept() && own.buffer.as_is.is_some());
    let mut instead = None;
    for doublings in 1..=if grew { DOUBLINGS } else { 0 } {
        let mut tried = found.scenario.clone();
        let size = Bytes::new(blueprint.kubelet.size_bytes << doublings);
        tried.cluster.kubelet.container_log_max_size = size;
        if let Some(bytes) = own.and_then(|own| own.buffer.as_is) {
            Side::Daemonset.set_buffer(&mut tried, is_on_disk(Side::Daemonset, scenario), Bytes::new(bytes));
        }
        if trials.run(&tried, trials.ask.seed)?.not_met(&found.reachable).is_empty() {
            instead = Some(size.get());
            break;
        }
    }
    Ok(Some(Rotation {
        size_bytes: blueprint.kubelet.size_bytes,
        files: blueprint.kubelet.files,
        busiest_bytes_per_s: busiest,
        instead,
    }))
}

/// Whether a side's buffer is on disk.
fn is_on_disk(side: Side, scenario: &Scenario) -> bool {
    side.settings(scenario).storage == Some(Storage::Filesystem)
}

/// A side's agents in a blueprint.
fn plans_of(side: Side, blueprint: &Blueprint) -> Vec<usize> {
    match side {
        Side::Daemonset => blueprint.node_agent.into_iter().collect(),
        Side::Sidecar => {
            let mut plans: Vec<usize> = blueprint.pods.iter().filter_map(|pod| pod.agent).collect();
            plans.sort_unstable();
            plans.dedup();
            plans
        }
    }
}

/// Bytes of a record of what a side's agents read, on average.
fn record_bytes(blueprint: &Blueprint, side: Side, plans: &[usize]) -> f64 {
    let reader = if side == Side::Daemonset { Reader::Node } else { Reader::Pod };
    let (mut lines, mut bytes) = (0.0, 0.0);
    for pod in &blueprint.pods {
        for stream in pod.streams.iter().filter(|stream| stream.reader == reader) {
            let written = pod.replicas as f64 * blueprint.lines_per_s(stream);
            lines += written;
            bytes += written * blueprint.line_bytes(stream);
        }
    }
    let overhead = plans.first().map_or(0, |plan| blueprint.agents[*plan].record_overhead_bytes);
    if lines > 0.0 { bytes / lines + overhead as f64 } else { overhead as f64 }
}

/// Bytes a second that the busiest container writes to a file that the kubelet rotates, on average; 0 where none does.
fn busiest_bytes_per_s(blueprint: &Blueprint) -> f64 {
    let streams = blueprint.pods.iter().flat_map(|pod| &pod.streams);
    let rotated = streams.filter(|s| s.medium.is_rotated_by_kubelet() && s.reader == Reader::Node);
    let of = |stream: &StreamPlan| {
        let rates = blueprint.laws_of(stream).iter().map(|law| law.arrivals.mean());
        rates.fold(0.0, f64::max) * (blueprint.line_bytes(stream) + stream.medium.prefix_bytes() as f64)
    };
    rotated.map(of).fold(0.0, f64::max)
}
