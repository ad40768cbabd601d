//! Nodes of one size that take the same pods become a pool.

use super::admission::Admission;
use super::facts::Facts;
use super::node::Node;
use crate::import::{ImportError, counted};
use crate::scenario::{Count, MAX_CPU, MAX_MEMORY, Pool};
use crate::units::{Bytes, Millicores};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes whose memory or disk differs by no more than this share of the smaller are of one size: machines of one kind
/// differ by what firmware and kernel keep for themselves.
const SAME: f64 = 0.01;
/// Pools at most that nodes are divided into for the pods that they take.
const MOST_POOLS: usize = 100;

/// What nodes are beside their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Sort {
    serverless: bool,
    not_ready: bool,
    cordoned: bool,
    windows: bool,
    control_plane: bool,
}

impl Sort {
    fn of(node: &Node) -> Self {
        let keeps_off =
            node.taints.iter().any(|taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute"));
        Self {
            serverless: node.serverless,
            not_ready: node.not_ready && !node.serverless,
            cordoned: node.cordoned,
            windows: node.windows,
            control_plane: node.control_plane && keeps_off,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self { serverless: true, .. } => "-serverless",
            Self { not_ready: true, .. } => "-not-ready",
            Self { cordoned: true, .. } => "-cordoned",
            Self { windows: true, .. } => "-windows",
            Self { control_plane: true, .. } => "-control-plane",
            _ => "",
        }
    }

    /// Whether a cluster gets more of them when pods do not fit.
    fn grows(self) -> bool {
        !self.not_ready && !self.cordoned && !self.control_plane
    }
}

/// Nodes of one size.
#[derive(Debug)]
struct Group {
    sort: Sort,
    cpu: u64,
    pods: u64,
    /// Of the smallest node, so that no node gets more than it has.
    memory: u64,
    disk: Option<u64>,
    nodes: Vec<u32>,
    differ: bool,
    /// Which admissions take its nodes.
    takes: Vec<bool>,
}

/// Pools, and which node is which of them.
#[derive(Debug)]
pub(super) struct Pools {
    pub(super) pools: Vec<Pool>,
    /// By the node's number: its pool, and its number in it from 1; `None` where it was left out.
    pub(super) place_of: Vec<Option<(usize, u32)>>,
    /// By admission: pools whose nodes take such pods, in order; `None` where that is what a scenario takes for granted.
    allowed: BTreeMap<Admission, Option<Vec<usize>>>,
    pub(super) notes: Vec<String>,
}

impl Pools {
    /// Pools that take pods of this admission; `None` where nothing has to be said.
    pub(super) fn allowed(&self, admission: &Admission) -> Option<&[usize]> {
        self.allowed.get(admission)?.as_deref()
    }

    /// Pools of all nodes in a stable order. `like` is a pool whose other fields the pools take.
    ///
    /// # Errors
    /// A node is larger than a scenario's may be.
    pub(super) fn of(facts: &Facts, like: &Pool) -> Result<Self, ImportError> {
        let admissions: BTreeSet<&Admission> = facts.kinds.iter().map(|kind| &kind.admission).collect();
        let admissions: Vec<&Admission> = admissions.into_iter().collect();
        let mut notes = Notes::default();
        let mut groups = group(facts, like, &admissions, &mut notes)?;
        let divided = groups.len() <= MOST_POOLS;
        if !divided {
            groups = group(facts, like, &[], &mut Notes::default())?;
        }
        let pools = named(&groups, like);
        let mut place_of = vec![None; facts.nodes.len()];
        for (pool, group) in groups.iter().enumerate() {
            for (number, node) in group.nodes.iter().enumerate() {
                place_of[*node as usize] = Some((pool, number as u32 + 1));
            }
        }
        let mut allowed = BTreeMap::new();
        if divided {
            let ordinary = pools.iter().any(|pool| !pool.serverless);
            let granted: Vec<usize> =
                (0..pools.len()).filter(|pool| !pools[*pool].serverless || !ordinary).collect();
            for (number, admission) in admissions.iter().enumerate() {
                let takes: Vec<usize> =
                    (0..pools.len()).filter(|pool| groups[*pool].takes.get(number) == Some(&true)).collect();
                let own = (takes != granted && !takes.is_empty()).then_some(takes);
                allowed.insert((*admission).clone(), own);
            }
        } else {
            notes.list.push(format!(
                "nodes differ in more than {MOST_POOLS} ways for the pods that they take: selectors and taints are \
                 left out, pods stay where they run"
            ));
        }
        notes.about(&groups);
        Ok(Self { pools, place_of, allowed, notes: notes.list })
    }
}

#[derive(Default)]
struct Notes {
    list: Vec<String>,
}

impl Notes {
    fn note(&mut self, n: u64, what: &str) {
        if n > 0 {
            self.list.push(format!("{} {what}", counted(n, "node")));
        }
    }

    fn about(&mut self, groups: &[Group]) {
        let nodes = |of: &dyn Fn(&Group) -> bool| {
            groups.iter().filter(|group| of(group)).map(|group| group.nodes.len() as u64).sum::<u64>()
        };
        self.note(
            nodes(&|g| g.differ),
            "share a pool with others whose memory or disk differs by up to 1%: the pool has the smallest",
        );
        self.note(
            nodes(&|g| g.sort.serverless),
            "serverless (Fargate or virtual kubelet): pools of their own, no DaemonSet runs there",
        );
        self.note(
            nodes(&|g| g.sort.not_ready),
            "not ready: pools of their own, pods stay there and none is moved to them",
        );
        self.note(
            nodes(&|g| g.sort.cordoned),
            "cordoned (unschedulable): pools of their own, pods stay there and none is moved to them",
        );
        self.note(
            nodes(&|g| g.sort.windows),
            "of Windows: pools of their own; agents' costs are those on Linux",
        );
        self.note(
            nodes(&|g| g.sort.control_plane),
            "of the control plane, tainted: pools of their own, for pods that bear the taint",
        );
        self.note(
            nodes(&|g| g.disk.is_none()),
            "without ephemeral-storage: the log disk is the default, set logDisk",
        );
    }
}

/// The largest node that a scenario takes: what a virtual one claims beyond is nothing that it has.
fn sized(node: &Node, cpu: u64, memory: u64) -> Result<(u64, u64), ImportError> {
    let (most_cpu, most_memory) = (MAX_CPU.get(), MAX_MEMORY.get());
    if node.serverless {
        return Ok((cpu.min(most_cpu), memory.min(most_memory)));
    }
    let refuse = |what: String| {
        Err(ImportError::TooLarge {
            object: format!("node {}", super::facts::clean(&node.name)),
            problem: what,
        })
    };
    if cpu > most_cpu {
        return refuse(format!("has {} cores; allowed are up to {MAX_CPU}", Millicores::new(cpu)));
    }
    if memory > most_memory {
        return refuse(format!("has {} of memory; allowed are up to {MAX_MEMORY}", Bytes::new(memory)));
    }
    Ok((cpu, memory))
}

fn group(
    facts: &Facts,
    like: &Pool,
    admissions: &[&Admission],
    notes: &mut Notes,
) -> Result<Vec<Group>, ImportError> {
    let keys: BTreeSet<&str> = admissions.iter().flat_map(|admission| admission.keys()).collect();
    // Nodes alike in all that admissions look at are looked at once.
    let mut alike = BTreeMap::new();
    let mut sizes = Vec::new();
    let (mut without, mut by_capacity) = (0, 0);
    for (number, node) in facts.nodes.iter().enumerate() {
        let pods = node.pods.unwrap_or(like.pods.get()).min(Count::MAX);
        if node.cpu == 0 || node.memory == 0 || pods == 0 {
            // A node that only pods name is none of the file's.
            without += u64::from(node.is_known());
            continue;
        }
        by_capacity += u64::from(node.by_capacity);
        let (cpu, memory) = sized(node, node.cpu, node.memory)?;
        let labels: Vec<Option<&String>> = keys.iter().map(|key| node.labels.get(*key)).collect();
        let own = (&node.taints, labels, node.cordoned, node.not_ready, node.windows);
        let takes = alike.entry(own).or_insert_with(|| {
            admissions.iter().map(|admission| admission.admits(node)).collect::<Vec<bool>>()
        });
        sizes.push((Sort::of(node), cpu, pods, takes.clone(), memory, node.disk, number as u32));
    }
    sizes.sort();
    let mut groups: Vec<Group> = Vec::new();
    for (sort, cpu, pods, takes, memory, disk, number) in sizes {
        let near = |a: u64, b: u64| a.abs_diff(b) as f64 <= SAME * a.min(b) as f64;
        // Pools of one kind stand together; disks may alternate between them.
        let fits = |group: &&mut Group| {
            (group.sort, group.cpu, group.pods) == (sort, cpu, pods)
                && group.takes == takes
                && near(group.memory, memory)
                && match (group.disk, disk) {
                    (Some(own), Some(other)) => near(own, other),
                    (own, other) => own == other,
                }
        };
        match groups.iter_mut().rev().take(16).find(fits) {
            Some(group) => {
                group.differ |= group.memory != memory || group.disk != disk;
                group.memory = group.memory.min(memory);
                group.disk = group.disk.min(disk);
                group.nodes.push(number);
            }
            None => {
                let nodes = vec![number];
                groups.push(Group { sort, cpu, pods, memory, disk, nodes, differ: false, takes });
            }
        }
    }
    for group in &mut groups {
        group.nodes.sort_unstable();
    }
    notes.note(without, "left out: no CPU, memory or pods are allocatable");
    notes.note(by_capacity, "without allocatable CPU or memory: the capacity is taken");
    Ok(groups)
}

fn named(groups: &[Group], like: &Pool) -> Vec<Pool> {
    let mut used = BTreeSet::new();
    let pool = |group: &Group| {
        let base = format!("{}{}", shape_name(group.cpu, group.memory), group.sort.name());
        let with_pods = format!("{base}-pods{}", group.pods);
        let own = base.clone();
        let numbered = (2..).map(move |n| format!("{own}-{n}"));
        // One of the names has the pods in it, where that is what tells two pools apart.
        let same_size =
            |other: &&Group| (other.sort, other.cpu, other.memory) == (group.sort, group.cpu, group.memory);
        let by_pods = groups.iter().filter(same_size).any(|other| other.pods != group.pods);
        let second = by_pods.then_some(with_pods);
        let mut names = std::iter::once(base).chain(second).chain(numbered);
        let name = names.find(|name| used.insert(name.clone())).unwrap_or_default();
        Pool {
            name,
            nodes: Count::of(group.nodes.len() as u64),
            cpu: Millicores::new(group.cpu),
            memory: Bytes::new(group.memory),
            pods: Count::of(group.pods),
            log_disk: group.disk.filter(|disk| *disk > 0).map_or(like.log_disk, Bytes::new),
            grows: group.sort.grows(),
            serverless: group.sort.serverless,
            ..like.clone()
        }
    };
    groups.iter().map(pool).collect()
}

/// A size as a name: `cpu32-mem256Gi`, `cpu1930m-mem6.8Gi`; memory to a tenth, rounded down.
pub(super) fn shape_name(cpu: u64, memory: u64) -> String {
    const GI: u64 = 1 << 30;
    let cpu = Millicores::new(cpu);
    let memory = match memory {
        m if m >= GI && m % GI == 0 => format!("{}Gi", m / GI),
        m if m >= GI => {
            let tenths = u128::from(m) * 10 / u128::from(GI);
            if tenths % 10 == 0 {
                format!("{}Gi", tenths / 10)
            } else {
                format!("{}.{}Gi", tenths / 10, tenths % 10)
            }
        }
        m => format!("{}Mi", m >> 20),
    };
    format!("cpu{cpu}-mem{memory}")
}

#[cfg(test)]
mod tests;
