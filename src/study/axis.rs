//! One thing about a scenario that is varied while everything else stays: tenants, nodes, density, rate, share
//! collected, outage.
//!
//! A pod keeps its name and number along an axis, so that it writes the same lines wherever it stands: results along
//! an axis are paired, as those of strategies are.

use super::resize::{resized, slice};
use crate::scenario::{Count, Fault, Outage, OutageMode, OutageOf, Resources, Scenario, Workload};
use crate::units::{Bytes, LineRate, Millicores, SimTime};

/// Namespaces of a cluster. Source: Kubernetes scalability thresholds (sig-scalability), 10,000 namespaces.
const MOST_TENANTS: f64 = 10_000.0;
/// Nodes of a cluster. Source: Kubernetes, "Considerations for large clusters".
const MOST_NODES: f64 = 5_000.0;
/// Lines a second of one pod up to which is searched: a hundred times what the article's example writes.
const MOST_LINES: f64 = 10_000.0;

/// What is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Tenants with a collection config each; pods and lines stay as they are and are divided among them.
    Tenants,
    /// Nodes; pods a node stay, and so does the backend.
    Nodes,
    /// Pods on a node; nodes, and what all pods of a node request together, stay.
    PodsPerNode,
    /// Mean lines a second of a pod that writes; the workloads keep their proportions.
    LinesPerSecond,
    /// Share of each workload's pods whose logs are collected; the others write nothing.
    Collected,
    /// Seconds that the backend cannot be written to.
    Outage,
}

impl Axis {
    /// Every axis.
    pub const ALL: [Self; 6] =
        [Self::Tenants, Self::Nodes, Self::PodsPerNode, Self::LinesPerSecond, Self::Collected, Self::Outage];

    /// Its name on the command line and in results.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tenants => "tenants",
            Self::Nodes => "nodes",
            Self::PodsPerNode => "pods-per-node",
            Self::LinesPerSecond => "lines-per-second",
            Self::Collected => "collected",
            Self::Outage => "outage",
        }
    }

    /// The axis of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.id() == id)
    }

    /// The unit of its values.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Tenants | Self::Nodes | Self::PodsPerNode => "count",
            Self::LinesPerSecond => "lines/s",
            Self::Collected => "fraction",
            Self::Outage => "s",
        }
    }

    /// Whether its values are whole numbers.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Tenants | Self::Nodes | Self::PodsPerNode)
    }

    /// Whether equal steps are equal ratios.
    pub fn is_logarithmic(self) -> bool {
        !matches!(self, Self::Collected | Self::Outage)
    }

    /// From where to where it is searched if nobody says: from the least there can be to Kubernetes' own limits, where
    /// it has one.
    pub fn range(self, scenario: &Scenario) -> (f64, f64) {
        match self {
            Self::Tenants => (1.0, MOST_TENANTS),
            Self::Nodes => (1.0, MOST_NODES),
            // One of the node's pods may be an agent.
            Self::PodsPerNode => {
                let pods = scenario.cluster.pools.iter().map(|p| p.pods.get()).min().unwrap_or(2);
                (1.0, pods.saturating_sub(1).max(2) as f64)
            }
            Self::LinesPerSecond => (1.0, MOST_LINES),
            Self::Collected => (0.05, 1.0),
            Self::Outage => (0.0, 600.0),
        }
    }

    /// The values that can be asked for at all.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::Tenants => (1.0, 1e6),
            Self::Nodes | Self::PodsPerNode => (1.0, 1e5),
            Self::LinesPerSecond => (1e-6, 1e6),
            Self::Collected => (0.0, 1.0),
            Self::Outage => (0.0, 86_400.0),
        }
    }

    /// Where the scenario itself stands.
    pub fn of(self, scenario: &Scenario) -> f64 {
        let pods = scenario.pods().max(1) as f64;
        match self {
            Self::Tenants => scenario.tenant_count() as f64,
            Self::Nodes => scenario.nodes() as f64,
            Self::PodsPerNode => pods / scenario.nodes().max(1) as f64,
            Self::LinesPerSecond => lines_per_writing_pod(scenario),
            Self::Collected => writing_pods(scenario) / pods,
            Self::Outage => outages(scenario).map(|o| o.lasts.as_secs_f64()).sum::<f64>(),
        }
    }

    /// The scenario with this one thing set to a value; values beyond the [`bounds`](Self::bounds) become them.
    pub fn set(self, scenario: &Scenario, value: f64) -> Scenario {
        let (least, most) = self.bounds();
        let value = value.clamp(least, most);
        match self {
            Self::Tenants => with_tenants(scenario, value.round() as u32),
            Self::Nodes => {
                let nodes = value.round() as u64;
                let density = scenario.pods() as f64 / scenario.nodes().max(1) as f64;
                resized(scenario, nodes, ((density * nodes as f64).round() as u64).max(1))
            }
            Self::PodsPerNode => {
                let nodes = scenario.nodes();
                let pods = ((value * nodes as f64).round() as u64).max(1);
                let mut changed = resized(scenario, nodes, pods);
                let share = scenario.pods() as f64 / pods as f64;
                each_workload(&mut changed, |w| w.requests = scaled(w.requests, share));
                changed
            }
            Self::LinesPerSecond => {
                let mut changed = scenario.clone();
                let now = lines_per_writing_pod(scenario);
                let factor = if now > 0.0 { value / now } else { 1.0 };
                each_workload(&mut changed, |w| {
                    for log in &mut w.logs {
                        log.rate = LineRate::per_sec(log.rate.get() * factor);
                    }
                });
                changed
            }
            Self::Collected => collected(scenario, value),
            Self::Outage => with_outage(scenario, value),
        }
    }
}

/// A slice of the scenario moved along some axes. Nodes beyond the slice's own leave it as it is, but for its share of
/// the backend, so that nothing but that share changes along them.
pub(super) fn slice_at(scenario: &Scenario, moves: &[(Axis, f64)], nodes: u64, time: SimTime) -> Scenario {
    let others = moves.iter().filter(|(axis, _)| *axis != Axis::Nodes);
    let moved = others.fold(scenario.clone(), |moved, (axis, value)| axis.set(&moved, *value));
    let mut small = slice(&moved, nodes, time);
    let Some((_, wanted)) = moves.iter().find(|(axis, _)| *axis == Axis::Nodes) else { return small };
    let wanted = wanted.round().max(1.0);
    if wanted < small.nodes() as f64 {
        return slice(&Axis::Nodes.set(&moved, wanted), nodes, time);
    }
    let share = small.nodes() as f64 / wanted;
    small.share_of_backend(&moved, share);
    small
}

fn each_workload(scenario: &mut Scenario, change: impl Fn(&mut Workload)) {
    scenario.tenants.iter_mut().flat_map(|t| &mut t.workloads).for_each(change);
}

/// Whether a pod of the workload writes anything.
fn writes(workload: &Workload) -> bool {
    workload.logs.iter().any(|log| log.rate.get() > 0.0)
}

fn writing_pods(scenario: &Scenario) -> f64 {
    let writing = scenario
        .tenants
        .iter()
        .flat_map(|t| t.workloads.iter().filter(|w| writes(w)).map(|w| t.count.get() * w.replicas.get()));
    writing.sum::<u64>() as f64
}

fn lines_per_writing_pod(scenario: &Scenario) -> f64 {
    let lines = scenario.tenants.iter().flat_map(|t| {
        let pods = |w: &Workload| (t.count.get() * w.replicas.get()) as f64;
        t.workloads.iter().map(move |w| pods(w) * w.logs.iter().map(|l| l.rate.get()).sum::<f64>())
    });
    lines.sum::<f64>() / writing_pods(scenario).max(1.0)
}

fn scaled(requests: Resources, share: f64) -> Resources {
    Resources {
        cpu: Millicores::new(((requests.cpu.get() as f64 * share).floor() as u64).max(1)),
        memory: Bytes::new(((requests.memory.as_f64() * share).floor() as u64).max(1 << 20)),
    }
}

/// The same pods and lines, and one collection config for each of so many tenants.
fn with_tenants(scenario: &Scenario, tenants: u32) -> Scenario {
    let mut changed = scenario.clone();
    each_workload(&mut changed, |w| w.logs.iter_mut().for_each(|log| log.wants = None));
    changed.collection.extra_configs = tenants.max(1) - 1;
    changed
}

/// Of each workload the first so many pods write as before, and the others nothing. Rounding carries over from one
/// workload to the next, so that the share of all pods is met as nearly as whole pods of a tenant allow.
fn collected(scenario: &Scenario, share: f64) -> Scenario {
    let mut changed = scenario.clone();
    let mut owed = 0.0;
    // Of a workload in two parts nobody knows which was where.
    each_workload(&mut changed, |workload| workload.placed.clear());
    for tenant in &mut changed.tenants {
        let mut workloads = Vec::new();
        for workload in tenant.workloads.drain(..) {
            let replicas = workload.replicas.get();
            let wanted = replicas as f64 * share + owed;
            let kept = (wanted.round().max(0.0) as u64).min(replicas);
            owed = wanted - kept as f64;
            if kept < replicas {
                let mut silent = workload.clone();
                silent.name = format!("{}-uncollected", workload.name);
                silent.replicas = Count::of(replicas - kept);
                silent.logs.clear();
                workloads.push(silent);
            }
            if kept > 0 {
                workloads.push(Workload { replicas: Count::of(kept), ..workload });
            }
        }
        tenant.workloads = workloads;
    }
    changed
}

/// Outages of the scenario; its other faults stay as they are along every axis.
fn outages(scenario: &Scenario) -> impl Iterator<Item = &Outage> {
    scenario.faults.iter().filter_map(Fault::outage)
}

/// One outage of so many seconds, when and as the scenario's first; refused, after a quarter of the run, where it has
/// none. The run is long enough for it and a quarter more.
fn with_outage(scenario: &Scenario, seconds: f64) -> Scenario {
    let mut changed = scenario.clone();
    let quarter = SimTime::from_ns(scenario.duration.as_ns() / 4);
    let first = outages(scenario).next().cloned();
    let lasts = SimTime::from_secs_f64(seconds);
    changed.faults.retain(|fault| fault.outage().is_none());
    if lasts > SimTime::ZERO {
        let mut outage = first.unwrap_or(Outage {
            of: OutageOf::Backend,
            at: quarter,
            lasts,
            mode: OutageMode::Refuse,
            share: None,
            nodes: None,
            pool: None,
            shards: None,
        });
        outage.lasts = lasts;
        let end = outage.at.as_ns() + lasts.as_ns() + quarter.as_ns();
        changed.duration = SimTime::from_ns(changed.duration.as_ns().max(end));
        changed.faults.push(Fault::Outage(outage));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{embedded, from_yaml};

    fn reference() -> Scenario {
        from_yaml("reference", embedded("reference").unwrap()).unwrap()
    }

    #[test]
    fn a_scenario_stands_where_it_was_set() {
        let scenario = reference();
        // 8,600 lines/s of 600 pods on 20 nodes.
        let stands = [20.0, 20.0, 30.0, 8600.0 / 600.0, 1.0, 0.0];
        for (axis, stands) in Axis::ALL.into_iter().zip(stands) {
            assert!((axis.of(&scenario) - stands).abs() < 1e-9, "{}", axis.id());
            assert_eq!(Axis::from_id(axis.id()), Some(axis));
            let (from, until) = axis.range(&scenario);
            for value in [from, until, (from * until).sqrt().max(from).round().max(from)] {
                let value = if axis == Axis::Collected { value.min(1.0) } else { value };
                let set = axis.set(&scenario, value);
                // Whole pods: half a pod of a tenant's thirty is how near a share can be met.
                let slack = if axis == Axis::Collected { 0.5 / 30.0 + 1e-9 } else { 0.02 * value };
                let found = match axis {
                    // The tenants are in the number of configs.
                    Axis::Tenants => f64::from(set.collection.extra_configs) + 1.0,
                    _ => axis.of(&set),
                };
                assert!((found - value).abs() <= slack, "{} {value} {found}", axis.id());
                // What was made can be written, read and checked like any other.
                let yaml = set.to_yaml().unwrap();
                from_yaml("made", &yaml).unwrap_or_else(|e| panic!("{} {value}: {e}", axis.id()));
            }
        }
    }

    #[test]
    fn nothing_else_moves() {
        let scenario = reference();
        let dense = Axis::PodsPerNode.set(&scenario, 60.0);
        assert_eq!((dense.nodes(), dense.pods()), (20, 1200));
        assert!((Axis::LinesPerSecond.of(&dense) - Axis::LinesPerSecond.of(&scenario)).abs() < 1e-9);
        let cpu = |s: &Scenario| {
            let each = |t: &crate::scenario::Tenant| {
                t.count.get()
                    * t.workloads.iter().map(|w| w.replicas.get() * w.requests.cpu.get()).sum::<u64>()
            };
            s.tenants.iter().map(each).sum::<u64>()
        };
        assert_eq!(cpu(&dense), cpu(&scenario));
        let half = Axis::Collected.set(&scenario, 0.5);
        assert_eq!(half.pods(), 600);
        let tenants = Axis::Tenants.set(&scenario, 500.0);
        assert_eq!(
            (tenants.pods(), Axis::LinesPerSecond.of(&tenants)),
            (600, Axis::LinesPerSecond.of(&scenario))
        );
    }
}
