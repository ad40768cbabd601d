//! Pods with one owner and one request become a workload; a namespace becomes a tenant.

mod grouped;

pub(super) use grouped::{Group, Grouped, Measured, PodRates};

use super::facts::{Facts, Kind, Phase, Pod};
use super::jobs::Lives;
use super::pools::{Pools, shape_name};
use super::streams::Streams;
use crate::import::{ImportError, counted};
use crate::scenario::{Count, MAX_CPU, MAX_MEMORY, NodeCounts, Placed, Resources, Tenant, Workload};
use crate::units::{Bytes, Millicores};
use std::collections::{BTreeMap, BTreeSet};

/// Workloads that a scenario is given at most, as far as namespaces and request shapes allow.
pub(super) const MAX_WORKLOADS: usize = 2_000;
/// Where there are more, so many of them, those with the most pods, keep their names.
const NAMED: usize = 1_000;

/// Running pods by workload, and those that are none.
#[derive(Debug, Default)]
pub(super) struct Pods {
    groups: Vec<Group>,
    finished: u64,
    pending: u64,
    /// Of these, those that have a node already.
    bound: u64,
    without_cpu: u64,
    without_memory: u64,
    of_daemonsets: u64,
    /// Pods that the file puts on no node that it has.
    unplaced: u64,
    /// Pods that are agents of their nodes.
    agents: u64,
    merged: usize,
    lives: Lives,
}

/// Tenants, and by its group's number what each workload is called.
pub(super) struct Named {
    pub(super) tenants: Vec<Tenant>,
    /// `tenant/workload`.
    pub(super) names: Vec<String>,
}

impl Pods {
    /// Groups pods; those that are done or not yet running are counted and left out, agents of nodes too.
    pub(super) fn group(facts: &Facts, pools: &Pools, streams: &Streams<'_>, max: usize) -> Self {
        let mut all = Self::default();
        let mut grouped = Grouped::default();
        for pod in &facts.pods {
            let kind = &facts.kinds[pod.kind as usize];
            all.lives.learn(kind, pod);
            match pod.phase {
                Phase::Finished => all.finished += 1,
                Phase::Pending => {
                    all.pending += 1;
                    all.bound += u64::from(pod.node != u32::MAX);
                }
                Phase::Running if kind.is_node_agent() => all.agents += 1,
                Phase::Running => all.add(kind, pod, pools, streams, &mut grouped),
            }
        }
        all.groups = grouped.into_groups(facts);
        if all.groups.len() > max {
            all.merge(max.min(NAMED));
        }
        all
    }

    fn add(&mut self, kind: &Kind, pod: &Pod, pools: &Pools, streams: &Streams<'_>, grouped: &mut Grouped) {
        self.without_cpu += u64::from(kind.shape.cpu == 0);
        self.without_memory += u64::from(kind.shape.memory == 0);
        self.of_daemonsets += u64::from(kind.owner == "DaemonSet");
        let place = pools.place_of.get(pod.node as usize).copied().flatten();
        self.unplaced += u64::from(place.is_none());
        grouped.add(pod, place, streams.rates_of(kind, pod));
    }

    /// Leaves the largest `keep` groups; the rest are merged by namespace, request shape and what admits them.
    fn merge(&mut self, keep: usize) {
        self.groups.sort_by(|a, b| b.pods.cmp(&a.pods).then_with(|| a.key().cmp(&b.key())));
        let rest = self.groups.split_off(keep.min(self.groups.len()));
        self.merged = rest.len();
        let mut others: BTreeMap<_, Group> = BTreeMap::new();
        for mut group in rest {
            group.name = format!("others-{}", shape_name(group.shape.cpu, group.shape.memory));
            group.owner = String::new();
            group.agents.clear();
            let key = (group.namespace.clone(), group.shape, group.containers.len(), group.admission.clone());
            match others.get_mut(&key) {
                Some(there) => there.absorb(&group),
                None => {
                    others.insert(key, group);
                }
            }
        }
        self.groups.extend(others.into_values());
        self.groups.sort_by(|a, b| a.key().cmp(&b.key()));
    }

    /// Groups in the order in which [`Named::names`] calls them.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Pods that count.
    pub(super) fn running(&self) -> u64 {
        self.groups.iter().map(|group| group.pods).sum()
    }

    /// Pods that do not.
    pub(super) fn left_out(&self) -> u64 {
        self.finished + self.pending
    }

    /// Workloads that were made.
    pub(super) fn workloads(&self) -> usize {
        self.groups.len()
    }

    /// Tenants in the order of their names.
    ///
    /// # Errors
    /// A pod requests more than a scenario takes.
    pub(super) fn tenants(&self, pools: &Pools, streams: &Streams<'_>) -> Result<Named, ImportError> {
        let mut by_namespace: BTreeMap<&str, Vec<(usize, &Group)>> = BTreeMap::new();
        for (number, group) in self.groups.iter().enumerate() {
            by_namespace.entry(&group.namespace).or_default().push((number, group));
        }
        let mut named = Named { tenants: Vec::new(), names: vec![String::new(); self.groups.len()] };
        for (namespace, groups) in by_namespace {
            let workloads = self.workloads_of(&groups, pools, streams)?;
            for ((number, _), workload) in groups.iter().zip(&workloads) {
                named.names[*number] = format!("{namespace}/{}", workload.name);
            }
            let name = namespace.to_owned();
            named.tenants.push(Tenant { name, count: Count::of(1), loud: false, workloads });
        }
        Ok(named)
    }

    fn workloads_of(
        &self,
        groups: &[(usize, &Group)],
        pools: &Pools,
        streams: &Streams<'_>,
    ) -> Result<Vec<Workload>, ImportError> {
        // Plain names go to the first of each; the others are numbered around every name there is.
        let plain: BTreeSet<&str> = groups.iter().map(|(_, group)| group.name.as_str()).collect();
        let mut used: BTreeSet<String> = BTreeSet::new();
        let workload = |(_, group): &(usize, &Group)| {
            let numbered =
                (2..).map(|n| format!("{}-{n}", group.name)).filter(|n| !plain.contains(n.as_str()));
            let mut names = std::iter::once(group.name.clone()).chain(numbered);
            let name = names.find(|name| used.insert(name.clone())).unwrap_or_default();
            let mut workload =
                Workload::plain(name, Count::of(group.pods), requests(group)?, streams.logs_of(group)?);
            workload.lifecycle = self.lives.lifecycle(group);
            let named = |pool: usize| pools.pools[pool].name.clone();
            // Where pods run, such pods may run.
            let mut allowed = pools.allowed(&group.admission).map(<[usize]>::to_vec);
            if group.placed.keys().any(|pool| pools.pools[*pool].serverless) && allowed.is_none() {
                allowed =
                    Some((0..pools.pools.len()).filter(|pool| !pools.pools[*pool].serverless).collect());
            }
            if let Some(mut allowed) = allowed {
                allowed.extend(group.placed.keys());
                allowed.sort_unstable();
                allowed.dedup();
                workload.pools = allowed.into_iter().map(named).collect();
            }
            workload.placed = group
                .placed
                .iter()
                .map(|(pool, counts)| (named(*pool), NodeCounts::of(counts)))
                .collect::<Placed>();
            Ok(workload)
        };
        groups.iter().map(workload).collect()
    }

    /// What was left out or assumed, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |n: u64, what: &str| {
            if n > 0 {
                notes.push(format!("{} {what}", counted(n, "pod")));
            }
        };
        note(self.finished, "left out: finished (Succeeded or Failed)");
        note(self.pending, "left out: not running yet (Pending)");
        note(self.bound, "of these on a node already: their room counts as free");
        note(self.without_cpu, "with no CPU request: counted as 0, as the scheduler does");
        note(self.without_memory, "with no memory request: counted as 0, as the scheduler does");
        note(self.of_daemonsets, "of DaemonSets, on the nodes where they run; nodes that are added get none");
        note(self.unplaced, "on no node of the files: placed as the scheduler would");
        notes.extend(self.lives.notes(self.groups.iter()));
        if self.merged > 0 {
            notes.push(format!(
                "{} merged by namespace and request into others-…, the largest keep their names: {} now",
                counted(self.merged as u64, "workload"),
                counted(self.workloads() as u64, "workload")
            ));
        }
        notes
    }
}

/// What a pod of a group requests, if that is possible.
fn requests(group: &Group) -> Result<Resources, ImportError> {
    let (cpu, memory) = (Millicores::new(group.shape.cpu), Bytes::new(group.shape.memory));
    let refuse = |problem: String| {
        let object = format!("a pod of {}/{}", group.namespace, group.name);
        Err(ImportError::TooLarge { object, problem })
    };
    if cpu > MAX_CPU {
        return refuse(format!("requests {cpu} cores; allowed are up to {MAX_CPU}"));
    }
    if memory > MAX_MEMORY {
        return refuse(format!("requests {memory} of memory; allowed are up to {MAX_MEMORY}"));
    }
    Ok(Resources { cpu, memory })
}

#[cfg(test)]
mod tests;
