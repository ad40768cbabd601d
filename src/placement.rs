//! Which pod runs on which node, for every strategy alike.
//!
//! Takes a blueprint with its requests; gives a [`Placement`], or says what fits nowhere. Nodes are filled as
//! the default scheduler does, the least allocated first; larger pods first, so that a packed cluster packs
//! again. Pods that were seen to run somewhere stay there as far as they fit beside the strategy's agents, and move like
//! any other where they do not. What does not fit gets extra nodes of the first pool that grows and is large enough.

mod incidents;
mod observed;
mod shortage;

pub use incidents::{Struck, strike};
pub use shortage::{Grown, Short, Shortage, grown};

use crate::blueprint::{Blueprint, Placement, PodTemplate, Requests, TemplateId};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use thiserror::Error;

/// Pods that fit no node.
#[derive(Debug, Error)]
pub enum Misfit {
    /// The node agent alone is too large.
    #[error("the agent requests more than a node of pool {pool:?} has")]
    AgentTooLarge {
        /// The pool.
        pool: String,
    },
    /// A pod is too large, or there is no room and no pool grows.
    #[error(
        "a pod of {template:?} requests {cpu_millicores}m and {memory_mib} MiB and fits no node: {shortage}"
    )]
    PodFitsNowhere {
        /// The pod's template.
        template: String,
        /// Its CPU request, sidecar included.
        cpu_millicores: u64,
        /// Its memory request, sidecar included.
        memory_mib: u64,
        /// What there is too little of.
        shortage: Shortage,
    },
}

/// What a node has left.
#[derive(Clone, Copy, Debug)]
struct Room {
    free: Requests,
    pods: u64,
}

impl Room {
    fn fits(&self, wanted: Requests) -> bool {
        self.pods > 0
            && self.free.cpu_millicores >= wanted.cpu_millicores
            && self.free.memory_bytes >= wanted.memory_bytes
    }

    fn give(&mut self, back: Requests) {
        self.free += back;
        self.pods += 1;
    }

    fn take(&mut self, wanted: Requests) {
        self.free.cpu_millicores -= wanted.cpu_millicores;
        self.free.memory_bytes -= wanted.memory_bytes;
        self.pods -= 1;
    }
}

/// Nodes in the order in which pods are offered to them: the least allocated first, then the lower number.
#[derive(PartialEq)]
struct Offer {
    allocated: f64,
    node: usize,
}

impl Eq for Offer {}
impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Offer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.allocated.total_cmp(&other.allocated).then(self.node.cmp(&other.node))
    }
}

/// Places all pods.
///
/// # Errors
/// A pod, or the agent of a node, fits nowhere.
pub fn place(blueprint: &Blueprint) -> Result<Placement, Misfit> {
    let agent = blueprint.node_agent.map_or(Requests::default(), |a| blueprint.agents[a].requests);
    let mut placement = Placement {
        nodes: Vec::new(),
        extra: vec![0; blueprint.pools.len()],
        node_of: Vec::new(),
        template_of: Vec::new(),
        ordinal_of: Vec::new(),
        residences: Vec::new(),
        happenings: Vec::new(),
    };
    let (mut rooms, mut offers) = (Vec::new(), BinaryHeap::new());
    for (index, pool) in blueprint.pools.iter().enumerate() {
        let Some(room) = empty_node(blueprint, index, agent) else {
            return Err(Misfit::AgentTooLarge { pool: pool.name.clone() });
        };
        for _ in 0..pool.nodes {
            rooms.push(room);
            placement.nodes.push(index);
        }
    }
    // Where each template's pods begin in the placement.
    let mut first = Vec::new();
    for (number, template) in blueprint.pods.iter().enumerate() {
        first.push(placement.node_of.len());
        let replicas = template.replicas as usize;
        placement.node_of.extend(std::iter::repeat_n(u32::MAX, replicas));
        placement.template_of.extend(std::iter::repeat_n(TemplateId::of(number), replicas));
        placement.ordinal_of.extend(0..replicas as u32);
    }
    let mut order: Vec<TemplateId> = (0..blueprint.pods.len()).map(TemplateId::of).collect();
    let largest = |template: &TemplateId| {
        let wanted = blueprint.pods[template.at()].requests;
        (Reverse(wanted.cpu_millicores), Reverse(wanted.memory_bytes))
    };
    order.sort_by_key(largest);
    observed::keep(blueprint, &order, &first, &mut placement, &mut rooms);
    for (node, room) in rooms.iter().enumerate() {
        offers.push(Reverse(offer(blueprint, placement.nodes[node], node, room)));
    }
    let mut passed = Vec::new();
    for number in order {
        let template = &blueprint.pods[number.at()];
        let wanted = template.requests;
        let admits = |pool: usize| admits(template, pool);
        for ordinal in 0..template.replicas as usize {
            if placement.node_of[first[number.at()] + ordinal] != u32::MAX {
                continue;
            }
            let node = loop {
                match offers.pop() {
                    Some(Reverse(Offer { node, .. }))
                        if rooms[node].fits(wanted) && admits(placement.nodes[node]) =>
                    {
                        break node;
                    }
                    Some(offer) => passed.push(offer),
                    None => {
                        let pool = growing_pool(blueprint, agent, wanted, number)?;
                        placement.extra[pool.0] += 1;
                        add_node(blueprint, &mut placement, &mut rooms, &mut offers, pool.0, pool.1);
                    }
                }
            };
            rooms[node].take(wanted);
            placement.node_of[first[number.at()] + ordinal] = node as u32;
            offers.push(Reverse(offer(blueprint, placement.nodes[node], node, &rooms[node])));
        }
        // Too full for these pods, perhaps not for the smaller ones to come.
        offers.extend(passed.drain(..));
    }
    Ok(placement)
}

/// Returns whether nodes of a pool take pods of a template.
fn admits(template: &PodTemplate, pool: usize) -> bool {
    template.pools.is_empty() || template.pools.contains(&pool)
}

/// A node of a pool with nothing but its agent, where that fits.
fn empty_node(blueprint: &Blueprint, pool: usize, agent: Requests) -> Option<Room> {
    let has_agent = blueprint.node_agent_in(pool).is_some();
    let pool = &blueprint.pools[pool];
    let mut room = Room { free: pool.allocatable, pods: pool.max_pods };
    if has_agent {
        if !room.fits(agent) {
            return None;
        }
        room.take(agent);
    }
    if let Some(proxy) = blueprint.node_proxy {
        if !room.fits(proxy) {
            return None;
        }
        room.take(proxy);
    }
    Some(room)
}

fn growing_pool(
    blueprint: &Blueprint,
    agent: Requests,
    wanted: Requests,
    template: TemplateId,
) -> Result<(usize, Room), Misfit> {
    (0..blueprint.pools.len())
        .filter(|pool| blueprint.pools[*pool].grows && admits(&blueprint.pods[template.at()], *pool))
        .find_map(|pool| {
            empty_node(blueprint, pool, agent).filter(|room| room.fits(wanted)).map(|room| (pool, room))
        })
        .ok_or_else(|| Misfit::PodFitsNowhere {
            template: blueprint.pods[template.at()].name.clone(),
            cpu_millicores: wanted.cpu_millicores,
            memory_mib: wanted.memory_bytes >> 20,
            shortage: Shortage::of(blueprint, template),
        })
}

fn add_node(
    blueprint: &Blueprint,
    placement: &mut Placement,
    rooms: &mut Vec<Room>,
    offers: &mut BinaryHeap<Reverse<Offer>>,
    pool: usize,
    room: Room,
) {
    offers.push(Reverse(offer(blueprint, pool, rooms.len(), &room)));
    rooms.push(room);
    placement.nodes.push(pool);
}

fn offer(blueprint: &Blueprint, pool: usize, node: usize, room: &Room) -> Offer {
    let all = blueprint.pools[pool].allocatable;
    let cpu = 1.0 - room.free.cpu_millicores as f64 / all.cpu_millicores.max(1) as f64;
    let memory = 1.0 - room.free.memory_bytes as f64 / all.memory_bytes.max(1) as f64;
    let pods = 1.0 - room.pods as f64 / blueprint.pools[pool].max_pods as f64;
    Offer { allocated: (cpu + memory + pods) / 3.0, node }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn blueprint(strategy: &str, nodes: u64, replicas: u64, cpu: &str, grows: bool) -> Blueprint {
        let yaml = format!(
            "name: t\ncluster: {{ pools: [ {{ name: p, nodes: {nodes}, cpu: 2, memory: 8Gi, grows: {grows} }} ] }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: {replicas}, \
             requests: {{ cpu: {cpu}, memory: 64Mi }}, logs: [ {{ stream: stdout, rate: 1/s }} ] }} ] }} ]"
        );
        by_name(strategy).unwrap().blueprint(&from_yaml("t.yaml", &yaml).unwrap(), nodes)
    }

    #[test]
    fn pods_spread_over_equal_nodes() {
        let placement = place(&blueprint("native", 4, 8, "100m", true)).unwrap();
        for node in 0..4 {
            assert_eq!(placement.node_of.iter().filter(|n| **n == node).count(), 2);
        }
    }

    #[test]
    fn sidecars_that_do_not_fit_get_an_extra_node() {
        // Four pods of 500m fill a node of 2 cores; with a sidecar of a few millicores each, three do.
        assert_eq!(place(&blueprint("native", 1, 4, "500m", true)).unwrap().extra, [0]);
        assert_eq!(place(&blueprint("sidecar", 1, 4, "500m", true)).unwrap().extra, [1]);
    }

    #[test]
    fn without_a_pool_that_grows_it_is_a_misfit() {
        let misfit = place(&blueprint("sidecar", 1, 4, "500m", false)).unwrap_err();
        assert!(misfit.to_string().contains("fits no node"), "{misfit}");
        assert!(place(&blueprint("native", 1, 1, "3", true)).is_err());
    }

    #[test]
    fn more_pods_than_a_node_takes_go_elsewhere() {
        let placement = place(&blueprint("native", 1, 111, "1m", true)).unwrap();
        assert_eq!(placement.extra, [1]);
    }
}
