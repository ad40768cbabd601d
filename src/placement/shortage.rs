//! Pods that do not fit: what there is too little of, with the arithmetic, and the nodes that were added for them.

use super::{admits, empty_node};
use crate::blueprint::{Blueprint, Placement, PodTemplate, Requests, TemplateId};
use std::fmt;

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// CPU, in millicores.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Places for pods.
    Pods,
    /// Of each there is enough in all, and no node has enough left of it.
    Pieces,
}

/// Why pods of a kind do not fit into the pools that they may run in: what is asked for there, and what there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortage {
    /// What there is too little of; of several, what is short by most.
    pub of: Short,
    /// Pods that may run in these pools and nowhere else.
    pub pods: u64,
    /// Nodes of these pools, before any are added.
    pub nodes: u64,
    /// What the pods and the agents of nodes ask for, in the unit of `of`; of pieces, what one pod asks for in millicores.
    pub wanted: u64,
    /// What the nodes have of it; of pieces, what one empty node has.
    pub available: u64,
}

impl Shortage {
    /// The shortage that pods of a template meet.
    pub(super) fn of(blueprint: &Blueprint, template: TemplateId) -> Self {
        let pools: Vec<usize> =
            (0..blueprint.pools.len()).filter(|pool| admits(&blueprint.pods[template.at()], *pool)).collect();
        let agent = blueprint.node_agent.map_or(Requests::default(), |a| blueprint.agents[a].requests);
        // What empty nodes have left beside their agents, and what all pods that depend on them ask for.
        let (mut nodes, mut places, mut room) = (0, 0, Requests::default());
        let mut largest = 0;
        for pool in &pools {
            let (count, kind) = (blueprint.pools[*pool].nodes, &blueprint.pools[*pool]);
            let left = empty_node(blueprint, *pool, agent);
            let (free, slots) = left.map_or((Requests::default(), 0), |left| (left.free, left.pods));
            nodes += count;
            places += count * slots;
            room.cpu_millicores += count * free.cpu_millicores;
            room.memory_bytes += count * free.memory_bytes;
            largest = largest.max(kind.allocatable.cpu_millicores);
        }
        let depends = |pod: &&PodTemplate| {
            (0..blueprint.pools.len()).all(|pool| !admits(pod, pool) || pools.contains(&pool))
        };
        let (mut pods, mut asked) = (0, Requests::default());
        for pod in blueprint.pods.iter().filter(depends) {
            pods += pod.replicas;
            asked.cpu_millicores += pod.requests.cpu_millicores * pod.replicas;
            asked.memory_bytes += pod.requests.memory_bytes * pod.replicas;
        }
        let candidates = [
            (Short::Cpu, asked.cpu_millicores, room.cpu_millicores),
            (Short::Memory, asked.memory_bytes, room.memory_bytes),
            (Short::Pods, pods, places),
        ];
        let ratio = |(_, wanted, available): &(Short, u64, u64)| *wanted as f64 / (*available).max(1) as f64;
        let worst = candidates.into_iter().max_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        match worst.filter(|(_, wanted, available)| wanted > available) {
            Some((of, wanted, available)) => Self { of, pods, nodes, wanted, available },
            None => Self {
                of: Short::Pieces,
                pods,
                nodes,
                wanted: blueprint.pods[template.at()].requests.cpu_millicores,
                available: largest,
            },
        }
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, pods, nodes, wanted, available } = self;
        let have = if *nodes == 1 { "1 node has".to_owned() } else { format!("{nodes} nodes have") };
        let gib = |bytes: &u64| *bytes as f64 / (1u64 << 30) as f64;
        match of {
            Short::Cpu => write!(
                f,
                "{pods} pods request {} cores, and {have} {} for them",
                *wanted as f64 / 1000.0,
                *available as f64 / 1000.0
            ),
            Short::Memory => write!(
                f,
                "{pods} pods request {:.1} GiB, and {have} {:.1} GiB for them",
                gib(wanted),
                gib(available)
            ),
            Short::Pods => write!(f, "{pods} pods, and {have} room for {available}"),
            Short::Pieces => {
                write!(f, "one asks for {wanted}m, and no node has as much left: {have} {available}m at most")
            }
        }
    }
}

/// A cluster that became larger than it is said to be, because pods did not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Grown {
    /// Nodes that there were.
    pub from: u64,
    /// Nodes that there are now.
    pub to: u64,
    /// Nodes added, by pool; pools without any left out.
    pub added: Vec<(String, u64)>,
    /// The first workload that did not fit.
    pub workload: String,
    /// Pods that are on added nodes.
    pub pods: u64,
    /// What there was too little of.
    pub shortage: Shortage,
}

/// The growth of a placement; `None` where everything fitted.
pub fn grown(blueprint: &Blueprint, placement: &Placement) -> Option<Grown> {
    let extra: u64 = placement.extra.iter().sum();
    if extra == 0 {
        return None;
    }
    let from = placement.nodes.len() as u64 - extra;
    // Nodes are added behind those that there were; the first is added for the largest that does not fit.
    let first = placement.node_of.iter().position(|node| u64::from(*node) == from)?;
    let beyond =
        placement.node_of.iter().zip(&placement.template_of).filter(|(node, _)| u64::from(**node) >= from);
    let size = |template: TemplateId| {
        let wanted = blueprint.pods[template.at()].requests;
        (wanted.cpu_millicores, wanted.memory_bytes)
    };
    let largest =
        beyond.clone().map(|(_, template)| *template).max_by(|a, b| size(*a).cmp(&size(*b)).then(b.cmp(a)));
    let template = largest.unwrap_or(placement.template_of[first]);
    let added = placement.extra.iter().zip(&blueprint.pools).filter(|(n, _)| **n > 0);
    Some(Grown {
        from,
        to: placement.nodes.len() as u64,
        added: added.map(|(n, pool)| (pool.name.clone(), *n)).collect(),
        workload: blueprint.pods[template.at()].name.clone(),
        pods: beyond.count() as u64,
        shortage: Shortage::of(blueprint, template),
    })
}

#[cfg(test)]
mod tests {
    use super::super::place;
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn grown_of(pools: &str, workloads: &str) -> Option<Grown> {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {pools} ] }}\ntenants: [ {{ name: a, workloads: [ {workloads} ] }} ]"
        );
        let blueprint = by_name("native").unwrap().blueprint(&from_yaml("t.yaml", &yaml).unwrap(), 2);
        grown(&blueprint, &place(&blueprint).unwrap())
    }

    fn workload(name: &str, replicas: u64, cpu: &str, memory: &str, more: &str) -> String {
        format!(
            "{{ name: {name}, replicas: {replicas}, requests: {{ cpu: {cpu}, memory: {memory} }}, {more} \
             logs: [ {{ stream: stdout, rate: 1/s }} ] }}"
        )
    }

    #[test]
    fn what_is_short_is_told_with_the_sums() {
        const POOL: &str = "{ name: p, nodes: 2, cpu: 2, memory: 4Gi, pods: 20 }";
        assert_eq!(grown_of(POOL, &workload("w", 4, "1", "1Gi", "")), None);
        // Twelve pods of 500m are 6 cores of 4: one node more.
        let by_cpu = grown_of(POOL, &workload("w", 12, "500m", "64Mi", "")).unwrap();
        assert_eq!((by_cpu.from, by_cpu.to, by_cpu.pods, by_cpu.workload.as_str()), (2, 3, 4, "a/w"));
        assert_eq!(by_cpu.added, [("p".to_owned(), 1)]);
        assert_eq!(by_cpu.shortage.to_string(), "12 pods request 6 cores, and 2 nodes have 4 for them");
        // Nine of 1 GiB are 9 GiB of 8, though CPU is there.
        let by_memory = grown_of(POOL, &workload("w", 9, "1m", "1Gi", "")).unwrap();
        assert_eq!(
            by_memory.shortage.to_string(),
            "9 pods request 9.0 GiB, and 2 nodes have 8.0 GiB for them"
        );
        let by_count = grown_of(POOL, &workload("w", 41, "1m", "1Mi", "")).unwrap();
        assert_eq!(by_count.shortage.to_string(), "41 pods, and 2 nodes have room for 40");
        // Three pods of 1.1 cores are 3.3 of 4, and no node takes two.
        let in_pieces = grown_of(POOL, &workload("w", 3, "1100m", "1Mi", "")).unwrap();
        assert_eq!(in_pieces.shortage.of, Short::Pieces);
    }

    #[test]
    fn the_pools_that_a_workload_may_run_in_count() {
        // The large pool is idle; who may run only in the small one does not fit.
        let pools = "{ name: small, nodes: 1, cpu: 2, memory: 8Gi }, { name: large, nodes: 8, cpu: 16, memory: 64Gi }";
        let small = workload("s", 5, "500m", "64Mi", "pools: [small],");
        let any = workload("any", 1, "1500m", "64Mi", "pools: [large],");
        let grown = grown_of(pools, &format!("{small}, {any}")).unwrap();
        assert_eq!((grown.workload.as_str(), grown.shortage.nodes), ("a/s", 1));
        assert_eq!(grown.shortage.to_string(), "5 pods request 2.5 cores, and 1 node has 2 for them");
    }
}
