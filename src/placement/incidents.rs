//! What a run's faults do to a placement: which agents and nodes they strike, and where pods go.
//!
//! Takes a blueprint's faults, a placement and the run's key; gives the placement with all stays of the pods that move
//! and with everything that happens on nodes. Nothing of it depends on what is written or sent, so that it is known
//! before the run, and nodes need not hear of each other.
//!
//! Pods leave at stated instants. They are placed as at first, each on the least allocated node that has room and is
//! neither emptied nor lost; what fits nowhere is pending until nodes join, or to the end. Sources: Kubernetes, "Safely
//! Drain a Node", "Taints and Tolerations"; DaemonSet and Deployment rolling updates (`maxUnavailable` 1, and 25% with as
//! much `maxSurge`, which is left out here: a pod that is replaced is missed).

mod evictions;
mod joins;
mod rollout;

use super::{Offer, Room, admits, empty_node, offer};
use crate::blueprint::{
    AgentPlan, Blueprint, EvictionStorm, Fault, Happening, Incident, NodeFault, Placement, Requests,
    Residence, Stay, TemplateId, Who, member,
};
use crate::engine::random::{draw, named_key};
use crate::units::{HowMany, NS_PER_SEC};
use joins::Joining;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

const NEVER: u64 = u64::MAX;

/// A placement with its faults.
#[derive(Clone, Debug)]
pub struct Struck {
    /// Where pods are, and what happens.
    pub placement: Placement,
    /// Time in which pods that faults moved write nowhere, added up over pods up to the horizon, in nanoseconds.
    pub pod_gap_ns: u64,
    /// Pods that fit nowhere after they had to leave.
    pub pending: u64,
}

/// Plans what the faults do; `key` is the run's.
pub fn strike(blueprint: &Blueprint, placement: &Placement, key: u64) -> Struck {
    let key = named_key(key, "fault");
    let mut plan = Plan::new(blueprint, placement);
    let mut crashes = Vec::new();
    for (number, fault) in blueprint.faults.iter().enumerate() {
        let key = member(key, number as u64);
        match fault {
            Fault::Nodes(fault) => plan.add_nodes(fault, key),
            Fault::NodesAdded(added) => plan.add_joining(added, key),
            Fault::Rollout(rollout) => plan.add_rollout(rollout),
            Fault::EvictionStorm(storm) => plan.add_storm(storm, key),
            Fault::CutOff { disturbance, nodes, pool } => {
                for node in plan.draw_nodes(*nodes, *pool, key) {
                    plan.happens(node, 0, Incident::CutOff(*disturbance));
                }
            }
            Fault::DiskFull { nodes, pool, at_ns, until_ns } => {
                for node in plan.draw_nodes(*nodes, *pool, key) {
                    plan.happens(node, *at_ns, Incident::DiskFull(*until_ns));
                }
            }
            Fault::Upgrade { at_ns, max_unavailable, takes_ns } => {
                plan.add_upgrade(*at_ns, *max_unavailable, *takes_ns);
            }
            Fault::Restart { at_ns, nodes, takes_ns } => plan.add_restarts(*at_ns, *nodes, *takes_ns),
            Fault::BadConfig { .. } | Fault::Crash { .. } => crashes.push((fault, key)),
        }
    }
    plan.move_pods();
    // Where pods are by then is known now.
    for (fault, key) in crashes {
        plan.add_crash(fault, key);
    }
    plan.finish()
}

/// What makes pods leave, in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Leave {
    /// All of a node's pods end, are deleted after the first span, and write elsewhere after the second.
    Emptied { node: u32, linger_ns: u64, pause_ns: u64 },
    /// The node is gone; its pods write elsewhere after a span.
    Lost { node: u32, pause_ns: u64 },
    /// A pod is replaced where it is, which takes a span.
    Replaced { pod: u32, takes_ns: u64 },
    /// Nodes join.
    Joined(Joining),
    /// A node takes pods again; those that are pending write there after a span.
    Opened { node: u32, pause_ns: u64 },
    /// A pod of a workload's old version ends; its successor is there or follows.
    Rolled { pod: u32, surges: bool, linger_ns: u64, pause_ns: u64 },
    /// A node will evict some of its pods, and takes none.
    Pressed { node: u32, storm: usize },
    /// It takes pods again.
    Relieved { node: u32, pause_ns: u64 },
    /// A pod is thrown out at once.
    Evicted { pod: u32, node: u32, pause_ns: u64 },
    /// A drain asks again for a pod.
    Refused { pod: u32, node: u32, linger_ns: u64, pause_ns: u64 },
}

struct Plan<'a> {
    blueprint: &'a Blueprint,
    before: &'a Placement,
    /// The pool of each node, those that join behind the others; and when agents are on these.
    nodes: Vec<usize>,
    joined: Vec<(u32, u64)>,
    rooms: Vec<Room>,
    /// Nodes that take no pods any more.
    closed: Vec<bool>,
    /// Those of them that are lost.
    gone: Vec<bool>,
    /// Storms of evictions that each node is in; it takes no pods meanwhile.
    pressed: Vec<u32>,
    storms: Vec<(EvictionStorm, u64)>,
    /// Pods now on each node, or on their way to it.
    on: Vec<Vec<u32>>,
    leaves: BinaryHeap<Reverse<(u64, Leave)>>,
    /// All stays of the pods that moved; the last is the present one, none where a pod fits nowhere.
    stays: BTreeMap<u32, Vec<(u32, Stay)>>,
    homeless: BTreeMap<u32, u64>,
    /// Pods that nodes are added for, and since when pods are wanted that are not from the beginning.
    late: Vec<Vec<u32>>,
    wanted_from: BTreeMap<u32, u64>,
    /// When the images of templates are on nodes that have not had them from the start; and those that have.
    images: BTreeMap<(u32, TemplateId), u64>,
    /// When pods that wait for an image would have begun with it.
    unhindered: BTreeMap<u32, u64>,
    happenings: Vec<Happening>,
}

impl<'a> Plan<'a> {
    fn new(blueprint: &'a Blueprint, before: &'a Placement) -> Self {
        let agent = blueprint.node_agent.map_or(Requests::default(), |a| blueprint.agents[a].requests);
        let full = Room { free: Requests::default(), pods: 0 };
        let mut rooms: Vec<Room> =
            before.nodes.iter().map(|pool| empty_node(blueprint, *pool, agent).unwrap_or(full)).collect();
        let mut on = vec![Vec::new(); before.nodes.len()];
        for (pod, node) in before.node_of.iter().enumerate() {
            on[*node as usize].push(pod as u32);
            rooms[*node as usize].take(blueprint.pods[before.template_of[pod].at()].requests);
        }
        let closed = vec![false; rooms.len()];
        let (leaves, happenings) = (BinaryHeap::new(), Vec::new());
        let (stays, homeless) = (BTreeMap::new(), BTreeMap::new());
        let pulls = |template: TemplateId| blueprint.pods[template.at()].pull_ns > 0;
        let there = before.node_of.iter().zip(&before.template_of).filter(|(_, template)| pulls(**template));
        let images = there.map(|(node, template)| ((*node, *template), 0)).collect();
        let unhindered = BTreeMap::new();
        let nodes = before.nodes.clone();
        let (joined, late, wanted_from) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self {
            blueprint,
            before,
            nodes,
            joined,
            rooms,
            gone: vec![false; before.nodes.len()],
            pressed: vec![0; before.nodes.len()],
            storms: Vec::new(),
            closed,
            on,
            leaves,
            stays,
            homeless,
            late,
            wanted_from,
            images,
            unhindered,
            happenings,
        }
    }

    fn happens(&mut self, node: u32, at_ns: u64, what: Incident) {
        if at_ns < self.blueprint.horizon_ns {
            self.happenings.push(Happening { node, at_ns, what });
        }
    }

    /// Something is to happen to pods, if lines are written by then.
    fn plan(&mut self, at_ns: u64, leave: Leave) {
        if at_ns < self.blueprint.horizon_ns {
            self.leaves.push(Reverse((at_ns, leave)));
        }
    }

    /// Nodes of a pool, drawn at random, in order of their numbers; of those that are there from the beginning.
    fn draw_nodes(&self, how_many: HowMany, pool: Option<usize>, key: u64) -> Vec<u32> {
        let nodes = self.before.nodes.iter().zip(0..);
        drawn(nodes.filter(|(of, _)| pool.is_none_or(|pool| pool == **of)).map(|(_, n)| n), how_many, key)
    }

    fn add_nodes(&mut self, fault: &NodeFault, key: u64) {
        let NodeFault { linger_ns, pause_ns, .. } = *fault;
        for (turn, node) in self.draw_nodes(fault.nodes, fault.pool, key).into_iter().enumerate() {
            if let Some((at_ns, apart_ns)) = fault.drained {
                let at_ns = at_ns.saturating_add(apart_ns.saturating_mul(turn as u64));
                self.plan(at_ns, Leave::Emptied { node, linger_ns, pause_ns });
                if let Some(back_ns) = fault.back_ns.filter(|_| fault.lost_ns.is_none()) {
                    self.plan(at_ns.saturating_add(back_ns), Leave::Opened { node, pause_ns });
                }
            }
            if let Some(at_ns) = fault.lost_ns {
                self.plan(at_ns, Leave::Lost { node, pause_ns });
                if let Some(back_ns) = fault.back_ns {
                    let pool = self.before.nodes[node as usize];
                    let (ready_ns, from_beginning, late) = (fault.agent_ready_ns, None, None);
                    let joining =
                        Joining { pool, nodes: 1, ready_ns, from_beginning, pause_ns: fault.start_ns, late };
                    self.plan(at_ns.saturating_add(back_ns), Leave::Joined(joining));
                }
            }
        }
    }

    /// Agents of nodes are stopped so many at once, in order of nodes, and come back with their new environment.
    fn add_restarts(&mut self, at_ns: u64, nodes: u64, takes_ns: u64) {
        for (node, pool) in self.before.nodes.iter().enumerate() {
            if self.blueprint.node_agent_in(*pool).is_some() {
                let wave = node as u64 / nodes.max(1);
                let from_ns = at_ns.saturating_add(wave.saturating_mul(takes_ns));
                let stop = Incident::Stop { who: Who::Node, back_ns: from_ns.saturating_add(takes_ns) };
                self.happens(node as u32, from_ns, stop);
            }
        }
    }

    /// Agents of nodes are stopped a batch after the other, in order of nodes; pods with agents of their own are replaced,
    /// each template's by itself. Pods that come and go anyway bring the new version with them.
    fn add_upgrade(&mut self, at_ns: u64, max_unavailable: Option<HowMany>, takes_ns: u64) {
        let starts = |position: u64, batch: u64| {
            at_ns.saturating_add((position / batch.max(1)).saturating_mul(takes_ns))
        };
        if self.blueprint.node_agent.is_some() {
            let nodes = self.before.nodes.len() as u64;
            let batch = max_unavailable.unwrap_or(HowMany::Count(1)).of(nodes);
            let has_agent =
                |node: &u64| self.blueprint.node_agent_in(self.before.nodes[*node as usize]).is_some();
            for (node, turn) in (0..nodes).filter(has_agent).zip(0..) {
                let from_ns = starts(turn, batch);
                let stop = Incident::Stop { who: Who::Node, back_ns: from_ns.saturating_add(takes_ns) };
                self.happens(node as u32, from_ns, stop);
            }
        }
        for pod in 0..self.before.node_of.len() {
            let template = &self.blueprint.pods[self.before.template_of[pod].at()];
            // Drivers are part of the runtime; the collector behind them is not upgraded here.
            let upgraded = template.agent.is_some() && self.blueprint.central.is_none();
            if !upgraded || template.life.is_some() {
                continue;
            }
            let batch = max_unavailable.unwrap_or(HowMany::Share(0.25)).of(template.replicas);
            let from_ns = starts(u64::from(self.before.ordinal_of[pod]), batch);
            self.plan(from_ns, Leave::Replaced { pod: pod as u32, takes_ns });
        }
    }

    /// Moves pods in order of time.
    fn move_pods(&mut self) {
        while let Some(Reverse((at_ns, leave))) = self.leaves.pop() {
            match leave {
                Leave::Rolled { pod, surges, linger_ns, pause_ns } => {
                    self.roll(pod, at_ns, surges, (linger_ns, pause_ns));
                }
                Leave::Joined(joining) => self.join(at_ns, joining),
                Leave::Opened { node, pause_ns } => self.open(node, at_ns, pause_ns),
                Leave::Emptied { node, linger_ns, pause_ns } => {
                    let deleted_ns = whole(whole(at_ns) + linger_ns);
                    let asked = Some((linger_ns, pause_ns));
                    self.empty(node, whole(at_ns), deleted_ns, deleted_ns.saturating_add(pause_ns), asked);
                }
                Leave::Pressed { node, storm } => self.press(node, storm),
                Leave::Relieved { node, pause_ns } => self.relieve(node, at_ns, pause_ns),
                Leave::Evicted { pod, node, pause_ns } => self.evict(pod, node, at_ns, pause_ns),
                Leave::Refused { pod, node, linger_ns, pause_ns } => {
                    self.ask_again(pod, node, at_ns, (linger_ns, pause_ns));
                }
                Leave::Lost { node, pause_ns } => {
                    self.happens(node, whole(at_ns), Incident::Lost);
                    self.gone[node as usize] = true;
                    self.empty(node, whole(at_ns), whole(at_ns), at_ns.saturating_add(pause_ns), None);
                }
                Leave::Replaced { pod, takes_ns } => {
                    /// From the last line until the pod is deleted, as where pods come and go.
                    const LINGER_NS: u64 = NS_PER_SEC;
                    let (ends_ns, begins_ns) = (whole(at_ns), whole(at_ns.saturating_add(takes_ns)));
                    let Some((node, stay)) = self.present(pod) else { continue };
                    // One that is on its way comes with the new version.
                    if stay.begins_ns < ends_ns {
                        let deleted_ns = (ends_ns + LINGER_NS).min(begins_ns.max(ends_ns));
                        self.leave(pod, ends_ns, deleted_ns);
                        self.come(pod, node, begins_ns.max(deleted_ns + 1));
                    }
                }
            }
        }
    }

    /// The stay that a pod is in or comes for, where it has one.
    fn present(&self, pod: u32) -> Option<(u32, Stay)> {
        let always = Stay { begins_ns: 0, ends_ns: NEVER, deleted_ns: NEVER };
        match self.stays.get(&pod) {
            None => Some((self.before.node_of[pod as usize], always)),
            Some(stays) => stays.last().filter(|(_, stay)| stay.ends_ns == NEVER).copied(),
        }
    }

    /// A pod writes its last line.
    fn leave(&mut self, pod: u32, ends_ns: u64, deleted_ns: u64) {
        let Some((node, stay)) = self.present(pod) else { return };
        let stays = self.stays.entry(pod).or_default();
        stays.pop();
        // One that has not come yet does not come.
        if stay.begins_ns < ends_ns {
            stays.push((node, Stay { ends_ns, deleted_ns, ..stay }));
        }
    }

    fn come(&mut self, pod: u32, node: u32, begins_ns: u64) {
        let image_ns = self.image_ns(pod, node, begins_ns);
        if image_ns > begins_ns {
            self.unhindered.insert(pod, begins_ns);
        } else {
            self.unhindered.remove(&pod);
        }
        let begins_ns = begins_ns.max(image_ns);
        let stay = Stay { begins_ns: whole(begins_ns), ends_ns: NEVER, deleted_ns: NEVER };
        self.stays.entry(pod).or_default().push((node, stay));
    }

    /// When a pod has its image on a node where it would begin at `begins_ns` with it; the first one pulls it.
    fn image_ns(&mut self, pod: u32, node: u32, begins_ns: u64) -> u64 {
        let template = self.before.template_of[pod as usize];
        match self.blueprint.pods[template.at()].pull_ns {
            0 => 0,
            pull_ns => *self.images.entry((node, template)).or_insert(begins_ns.saturating_add(pull_ns)),
        }
    }

    /// All pods of a node leave it and go elsewhere; where they are `asked` to, only those that may, and the others are
    /// asked again, with these spans until they are deleted and until they write elsewhere.
    fn empty(&mut self, node: u32, ends_ns: u64, deleted_ns: u64, begins_ns: u64, asked: Option<(u64, u64)>) {
        self.closed[node as usize] = true;
        let mut offers: BinaryHeap<Reverse<Offer>> = (0..self.rooms.len())
            .filter(|node| self.takes_pods(*node))
            .map(|node| Reverse(self.offer(node)))
            .collect();
        let (mut passed, mut kind, mut refused) = (Vec::new(), None, Vec::new());
        for pod in std::mem::take(&mut self.on[node as usize]) {
            let Some((_, stay)) = self.present(pod) else { continue };
            if let (Some((linger_ns, pause_ns)), Err(again_ns)) = (asked, self.may_leave(pod, ends_ns)) {
                refused.push(pod);
                self.plan(again_ns, Leave::Refused { pod, node, linger_ns, pause_ns });
                continue;
            }
            let on_its_way = stay.begins_ns >= ends_ns;
            let planned_ns = self.unhindered.get(&pod).copied().unwrap_or(stay.begins_ns);
            let begins_ns = begins_ns.max(if on_its_way { planned_ns } else { 0 });
            self.leave(pod, ends_ns, deleted_ns);
            let template = self.before.template_of[pod as usize];
            let wanted = self.blueprint.pods[template.at()].requests;
            // Too full for the pods so far, perhaps not for these.
            if kind != Some(template) {
                offers.extend(passed.drain(..));
                kind = Some(template);
            }
            let found = loop {
                match offers.pop() {
                    Some(Reverse(Offer { node, .. }))
                        if self.rooms[node].fits(wanted)
                            && admits(&self.blueprint.pods[template.at()], self.nodes[node]) =>
                    {
                        break Some(node);
                    }
                    Some(offer) => passed.push(offer),
                    None => break None,
                }
            };
            let Some(target) = found else {
                self.homeless.insert(pod, ends_ns);
                continue;
            };
            self.rooms[target].take(wanted);
            self.on[target].push(pod);
            self.come(pod, target as u32, begins_ns);
            offers.push(Reverse(self.offer(target)));
        }
        self.on[node as usize] = refused;
    }

    fn offer(&self, node: usize) -> Offer {
        offer(self.blueprint, self.nodes[node], node, &self.rooms[node])
    }

    /// The node that a pod is on at an instant.
    fn node_at(&self, pod: u32, at_ns: u64) -> Option<u32> {
        let Some(stays) = self.stays.get(&pod) else { return Some(self.before.node_of[pod as usize]) };
        let there = |(_, stay): &&(u32, Stay)| (stay.begins_ns..stay.deleted_ns).contains(&at_ns);
        stays.iter().find(there).map(|(node, _)| *node)
    }

    /// Every agent that runs at an instant: where, who, and its plan.
    fn agents_at(&self, at_ns: u64) -> Vec<(u32, Who, &'a AgentPlan, u32)> {
        let (blueprint, before) = (self.blueprint, self.before);
        let of_nodes = blueprint.node_agent.map(|agent| &blueprint.agents[agent]);
        let has_agent = |node: &u32| blueprint.node_agent_in(before.nodes[*node as usize]).is_some();
        let joined = self.joined.iter().filter(|(_, ready_ns)| *ready_ns <= at_ns).map(|(node, _)| *node);
        let nodes = (0..before.nodes.len() as u32).filter(has_agent).chain(joined);
        let nodes = nodes.map(|node| (node, Who::Node));
        let mut agents: Vec<_> = of_nodes
            .into_iter()
            .flat_map(|plan| nodes.clone().map(move |(node, who)| (node, who, plan, u32::MAX)))
            .collect();
        // A log driver is part of the runtime, and does not fail by itself.
        let pods = if blueprint.central.is_some() { 0 } else { before.node_of.len() };
        for pod in 0..pods {
            let (template, ordinal) = (before.template_of[pod], before.ordinal_of[pod]);
            let kind = &blueprint.pods[template.at()];
            if let (Some(agent), Some(node)) = (kind.agent, self.node_at(pod as u32, at_ns)) {
                let who = Who::Pod { template, ordinal };
                agents.push((node, who, &blueprint.agents[agent], kind.tenant));
            }
        }
        agents
    }

    fn add_crash(&mut self, fault: &Fault, key: u64) {
        match fault {
            Fault::Crash { at_ns, agents } => {
                let running = self.agents_at(*at_ns);
                for number in drawn(0..running.len() as u32, *agents, key) {
                    let (node, who, ..) = running[number as usize];
                    self.happens(node, *at_ns, Incident::Crash(who));
                }
            }
            Fault::BadConfig { tenant, from_ns, until_ns } => {
                for (node, who, plan, own) in self.agents_at(*from_ns) {
                    // What all share loads all configs.
                    if who == Who::Node || own == *tenant {
                        let back_ns = plan.back_ns(*from_ns, *until_ns);
                        self.happens(node, *from_ns, Incident::Stop { who, back_ns });
                    }
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Struck {
        let horizon_ns = self.blueprint.horizon_ns;
        let mut pod_gap_ns = 0;
        let mut placement = self.before.clone();
        for (pod, stays) in &self.stays {
            let mut since_ns = self.wanted_from.get(pod).map_or(0, |from_ns| *from_ns).min(horizon_ns);
            let known = placement.residences.len();
            for (node, stay) in stays {
                pod_gap_ns += stay.begins_ns.min(horizon_ns) - since_ns;
                since_ns = stay.ends_ns.min(horizon_ns);
                // Nobody begins to write when nothing is written any more.
                if stay.begins_ns < horizon_ns {
                    placement.residences.push(Residence { pod: *pod, node: *node, stay: *stay });
                }
            }
            pod_gap_ns += horizon_ns - since_ns;
            if placement.residences.len() == known {
                // It never comes, and would otherwise be there from beginning to end.
                let never = Stay { begins_ns: NEVER, ends_ns: NEVER, deleted_ns: NEVER };
                let node = self.before.node_of[*pod as usize];
                placement.residences.push(Residence { pod: *pod, node, stay: never });
            }
        }
        placement.nodes = self.nodes;
        // The order of faults, where they are of one instant.
        self.happenings.sort_by_key(|happening| (happening.node, happening.at_ns));
        placement.happenings = self.happenings;
        Struck { placement, pod_gap_ns, pending: self.homeless.len() as u64 }
    }
}

/// So many of them, drawn at random, in their own order.
fn drawn(all: impl Iterator<Item = u32>, how_many: HowMany, key: u64) -> Vec<u32> {
    let mut ranked: Vec<(u64, u32)> = all.map(|number| (draw(key, u64::from(number)), number)).collect();
    let wanted = how_many.of(ranked.len() as u64) as usize;
    ranked.sort_unstable();
    let mut drawn: Vec<u32> = ranked.into_iter().take(wanted).map(|(_, number)| number).collect();
    drawn.sort_unstable();
    drawn
}

/// The whole second at or after an instant, and not the beginning: everything is where it is at first.
fn whole(at_ns: u64) -> u64 {
    at_ns.max(1).div_ceil(NS_PER_SEC).saturating_mul(NS_PER_SEC)
}

#[cfg(test)]
mod tests;
