//! Small clusters made of a scenario's own parts.

use crate::scenario::{Cluster, Control, Count, LogSource, LogSpec, Resources, Scenario, Tenant, Workload};
use crate::units::{Bytes, LineRate, Millicores, SimTime};

/// The most pods a node that a companion has: more makes it slower, not different.
const MAX_DENSITY: u64 = 30;

/// Seconds in which a companion's agents may deliver what they hold.
pub(super) const DRAIN_SECONDS: u64 = 75;

/// What a companion's pod requests: so little that any number fits. What collecting costs is the question, not
/// whether the pods have room.
pub(super) const TINY: Resources = Resources { cpu: Millicores::new(1), memory: Bytes::new(1 << 20) };

/// What a scenario's pods are like on average.
pub(super) struct Typical {
    /// Pods a node.
    pub density: u64,
    /// What a pod writes: its mean rate, in lines like those of the stream that writes most.
    pub log: LogSpec,
}

impl Typical {
    /// The average of a scenario; `None` where nothing writes.
    pub(super) fn of(scenario: &Scenario) -> Option<Self> {
        let (mut pods, mut lines) = (0, 0.0);
        let mut most: Option<(f64, &LogSpec)> = None;
        for tenant in &scenario.tenants {
            for workload in &tenant.workloads {
                let n = tenant.count.get() * workload.replicas.get();
                pods += n;
                for log in &workload.logs {
                    let total = n as f64 * log.rate.get();
                    lines += total;
                    if most.is_none_or(|(rate, _)| total > rate) {
                        most = Some((total, log));
                    }
                }
            }
        }
        let (_, log) = most.filter(|(rate, _)| *rate > 0.0)?;
        let density = (pods as f64 / scenario.nodes() as f64).round() as u64;
        Some(Self {
            density: density.clamp(1, MAX_DENSITY),
            log: LogSpec {
                stream: LogSource::Stdout,
                rate: LineRate::per_sec(lines / pods as f64),
                wants: None,
                fixed: false,
                ..log.clone()
            },
        })
    }

    /// A workload of such pods.
    pub(super) fn workload(&self, name: &str, replicas: u64) -> Workload {
        Workload::plain(name.to_owned(), Count::of(replicas.max(1)), TINY, vec![self.log.clone()])
    }

    /// Tenants of one workload each.
    pub(super) fn tenants(&self, name: &str, count: u64, pods_each: u64) -> Tenant {
        Tenant {
            name: name.to_owned(),
            count: Count::of(count.max(1)),
            loud: false,
            workloads: vec![self.workload("pod", pods_each)],
        }
    }
}

/// A cluster of `nodes` nodes like those of the scenario's largest pool, collected the same way, with these tenants; the
/// backend's capacity is cut to its share, and nothing fails.
pub(super) fn companion(
    scenario: &Scenario,
    name: &str,
    nodes: u64,
    tenants: Vec<Tenant>,
    seconds: u64,
) -> Scenario {
    let largest = scenario.cluster.pools.iter().max_by_key(|p| (p.nodes, std::cmp::Reverse(&p.name)));
    let mut pool = largest.unwrap_or(&scenario.cluster.pools[0]).clone();
    let share = nodes as f64 / scenario.nodes() as f64;
    pool.nodes = Count::of(nodes);
    pool.grows = true;
    // Nobody asks here what fills a disk.
    pool.other_data = Bytes::new(0);
    let mut made = Scenario {
        name: format!("{}/{name}", scenario.name),
        question: String::new(),
        duration: SimTime::from_secs(seconds),
        warmup: SimTime::from_secs(seconds / 6).into(),
        drain: SimTime::from_secs(DRAIN_SECONDS),
        one_node_in: Count::of(1),
        cluster: Cluster {
            grow: true,
            pools: vec![pool],
            kubelet: scenario.cluster.kubelet.clone(),
            inotify_watches: None,
            startup: scenario.cluster.startup,
        },
        tenants,
        faults: Vec::new(),
        control: scenario.control.as_ref().map(Control::steady),
        ..scenario.clone()
    };
    made.share_of_backend(scenario, share.min(1.0));
    made
}
