//! Pods that are alike, counted by node.

use crate::import::cluster::admission::Admission;
use crate::import::cluster::agents::Agent;
use crate::import::cluster::facts::{Facts, Pod};
use crate::import::cluster::requests::Shape;
use std::collections::BTreeMap;

/// Pods of one workload with one request.
#[derive(Clone, Debug)]
pub(in crate::import::cluster) struct Group {
    pub(in crate::import::cluster) namespace: String,
    pub(in crate::import::cluster) name: String,
    pub(in crate::import::cluster) owner: String,
    pub(in crate::import::cluster) shape: Shape,
    pub(in crate::import::cluster) containers: Vec<String>,
    pub(in crate::import::cluster) agents: Vec<Agent>,
    pub(in crate::import::cluster) admission: Admission,
    pub(in crate::import::cluster) pods: u64,
    /// Pods by pool and node of it, from 1.
    pub(in crate::import::cluster) placed: BTreeMap<usize, BTreeMap<u32, u32>>,
    /// By container: sums of lines and of squared lines a second of the pods; empty where nobody measured them.
    pub(in crate::import::cluster) rates: Vec<Measured>,
}

/// Rates of pods that were measured, summed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::import::cluster) struct Measured {
    pub(in crate::import::cluster) lines_per_s: f64,
    pub(in crate::import::cluster) squares: f64,
    pub(in crate::import::cluster) bytes_per_s: f64,
}

/// A pod's rates by container, and pods of which class they are grouped with.
#[derive(Clone, Debug, Default)]
pub(in crate::import::cluster) struct PodRates {
    /// Pods whose rates differ much are not of one class.
    pub(in crate::import::cluster) class: i32,
    /// Lines and bytes a second by container.
    pub(in crate::import::cluster) of: Vec<(f64, f64)>,
}

/// Pods while they are counted.
#[derive(Debug, Default)]
pub(in crate::import::cluster) struct Grouped {
    groups: BTreeMap<(u32, i32), Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    pods: u64,
    placed: BTreeMap<usize, BTreeMap<u32, u32>>,
    rates: Vec<Measured>,
}

impl Grouped {
    /// Counts a pod at a node of a pool.
    pub(in crate::import::cluster) fn add(
        &mut self,
        pod: &Pod,
        place: Option<(usize, u32)>,
        rates: Option<PodRates>,
    ) {
        let class = rates.as_ref().map_or(0, |rates| rates.class);
        let group = self.groups.entry((pod.kind, class)).or_default();
        group.pods += 1;
        if let Some((pool, node)) = place {
            *group.placed.entry(pool).or_default().entry(node).or_default() += 1;
        }
        if let Some(rates) = rates {
            group.rates.resize(rates.of.len(), Measured::default());
            for (sum, (lines, bytes)) in group.rates.iter_mut().zip(rates.of) {
                sum.lines_per_s += lines;
                sum.squares += lines * lines;
                sum.bytes_per_s += bytes;
            }
        }
    }

    /// Groups in the order of namespace, name, owner, shape; the busier ones of one kind last.
    pub(in crate::import::cluster) fn into_groups(self, facts: &Facts) -> Vec<Group> {
        let group = |((kind, class), counted): ((u32, i32), Counted)| {
            let kind = &facts.kinds[kind as usize];
            let group = Group {
                namespace: kind.namespace.clone(),
                name: kind.name.clone(),
                owner: kind.owner.clone(),
                shape: kind.shape,
                containers: kind.containers.clone(),
                agents: kind.agents.clone(),
                admission: kind.admission.clone(),
                pods: counted.pods,
                placed: counted.placed,
                rates: counted.rates,
            };
            (class, group)
        };
        let mut groups: Vec<(i32, Group)> = self.groups.into_iter().map(group).collect();
        groups.sort_by(|(a_class, a), (b_class, b)| {
            (a.key(), &a.containers, &a.agents, &a.admission, a_class).cmp(&(
                b.key(),
                &b.containers,
                &b.agents,
                &b.admission,
                b_class,
            ))
        });
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

impl Group {
    /// What it is sorted by.
    pub(in crate::import::cluster) fn key(&self) -> (&str, &str, &str, Shape) {
        (&self.namespace, &self.name, &self.owner, self.shape)
    }

    /// Takes in the pods of another.
    pub(in crate::import::cluster) fn absorb(&mut self, other: &Self) {
        self.pods += other.pods;
        for (pool, counts) in &other.placed {
            let own = self.placed.entry(*pool).or_default();
            for (node, pods) in counts {
                *own.entry(*node).or_default() += pods;
            }
        }
        if self.rates.len() == other.rates.len() {
            for (own, sum) in self.rates.iter_mut().zip(&other.rates) {
                own.lines_per_s += sum.lines_per_s;
                own.squares += sum.squares;
                own.bytes_per_s += sum.bytes_per_s;
            }
        }
    }
}
