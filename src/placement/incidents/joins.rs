//! Nodes that join the cluster, or take pods again: who starts there, and when their agents are there.
//!
//! Pods that are pending start first, where there is room; then those that the nodes were added for, which did not run
//! before. A node that comes back after it was lost is a new one: its disk is empty. Sources: Kubernetes, "Node
//! Autoscaling" (nodes are added for pods that are pending), "DaemonSet" (its pod is made when the node joins).

use super::{Leave, Plan, drawn, whole};
use crate::blueprint::{Incident, NodesAdded, Purpose, Requests};
use crate::placement::{Room, empty_node};
use crate::units::HowMany;

/// Nodes that join together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Joining {
    pub pool: usize,
    pub nodes: u64,
    /// Nanoseconds from then until their agents are there.
    pub ready_ns: u64,
    /// Whether these read what was written before; `None` as it is with them.
    pub from_beginning: Option<bool>,
    /// Nanoseconds until pods write that start there.
    pub pause_ns: u64,
    /// The pods that they are added for, an index into the plan's `late`.
    pub late: Option<usize>,
}

impl Plan<'_> {
    /// Plans nodes that are added; `key` draws the pods that they are added for, which are not there before.
    pub(super) fn add_joining(&mut self, added: &NodesAdded, key: u64) {
        let late = added.pods.map(|pods| self.keep_away(pods, added.at_ns, key));
        let joining = Joining {
            pool: added.pool,
            nodes: added.nodes,
            ready_ns: added.agent_ready_ns,
            from_beginning: added.from_beginning,
            pause_ns: added.pause_ns,
            late,
        };
        self.plan(added.at_ns, Leave::Joined(joining));
    }

    /// So many pods, drawn at random, do not run until `at_ns` and are not missed before.
    fn keep_away(&mut self, pods: HowMany, at_ns: u64, key: u64) -> usize {
        let there = |pod: &u32| !self.stays.contains_key(pod);
        let all = (0..self.before.node_of.len() as u32).filter(there);
        let late = drawn(all, pods, Purpose::JoinLate.key(key));
        for &pod in &late {
            let node = self.before.node_of[pod as usize] as usize;
            self.on[node].retain(|other| *other != pod);
            self.give_back(pod, node);
            self.stays.insert(pod, Vec::new());
            self.wanted_from.insert(pod, whole(at_ns));
        }
        self.late.push(late);
        self.late.len() - 1
    }

    /// A pod leaves room on a node.
    pub(super) fn give_back(&mut self, pod: u32, node: usize) {
        let requests = self.requests_of(pod);
        self.rooms[node].give(requests);
    }

    fn requests_of(&self, pod: u32) -> Requests {
        self.blueprint.pods[self.before.template_of[pod as usize].at()].requests
    }

    /// Nodes join, and pods start there.
    pub(super) fn join(&mut self, at_ns: u64, joining: Joining) {
        let Joining { pool, ready_ns, from_beginning, pause_ns, .. } = joining;
        let first = self.nodes.len();
        for node in first..first + joining.nodes as usize {
            self.nodes.push(pool);
            self.rooms.push(self.empty_room(pool));
            self.closed.push(false);
            self.gone.push(false);
            self.pressed.push(0);
            self.on.push(Vec::new());
            if self.blueprint.node_agent_in(pool).is_some() {
                // Whether it is ever there: without this it would be from the beginning.
                let at_ns = at_ns.saturating_add(ready_ns);
                self.joined.push((node as u32, at_ns));
                self.happenings.push(crate::blueprint::Happening {
                    node: node as u32,
                    at_ns,
                    what: Incident::Starts { from_beginning },
                });
            }
        }
        self.start_pending(at_ns, pause_ns);
        let late = joining.late.map(|late| std::mem::take(&mut self.late[late]));
        for pod in late.into_iter().flatten() {
            let target = self.find(pod, |node| node >= first).or_else(|| self.find(pod, |_| true));
            self.start(pod, target, at_ns, pause_ns);
        }
    }

    /// A node of a pool without pods.
    fn empty_room(&self, pool: usize) -> Room {
        let agent = self.blueprint.node_agent.map(|a| self.blueprint.agents[a].requests).unwrap_or_default();
        let full = Room { free: Requests::default(), pods: 0 };
        empty_node(self.blueprint, pool, agent).unwrap_or(full)
    }

    /// A node that was emptied takes pods again.
    pub(super) fn open(&mut self, node: u32, at_ns: u64, pause_ns: u64) {
        let node = node as usize;
        if self.gone[node] {
            return;
        }
        self.closed[node] = false;
        // Those that a drain was refused are still there.
        let mut room = self.empty_room(self.nodes[node]);
        self.on[node].iter().for_each(|pod| room.take(self.requests_of(*pod)));
        self.rooms[node] = room;
        self.start_pending(at_ns, pause_ns);
    }

    /// Pods that are pending start where there is room.
    pub(super) fn start_pending(&mut self, at_ns: u64, pause_ns: u64) {
        let pending: Vec<u32> = self.homeless.keys().copied().collect();
        for pod in pending {
            if let target @ Some(_) = self.find(pod, |_| true) {
                self.homeless.remove(&pod);
                self.start(pod, target, at_ns, pause_ns);
            }
        }
    }

    /// A pod that is nowhere starts on a node, or is pending.
    pub(super) fn start(&mut self, pod: u32, target: Option<usize>, at_ns: u64, pause_ns: u64) {
        let Some(node) = target else {
            self.homeless.insert(pod, whole(at_ns));
            return;
        };
        let requests = self.requests_of(pod);
        self.rooms[node].take(requests);
        self.on[node].push(pod);
        // Where it has been it is there again no earlier than it is gone.
        let before = self.stays.get(&pod).into_iter().flatten().filter(|(other, _)| *other as usize == node);
        let gone_ns = before.map(|(_, stay)| stay.deleted_ns.saturating_add(1)).max().unwrap_or(0);
        self.come(pod, node as u32, at_ns.saturating_add(pause_ns).max(gone_ns));
    }

    /// Returns whether a node takes pods.
    pub(super) fn takes_pods(&self, node: usize) -> bool {
        !self.closed[node] && self.pressed[node] == 0
    }

    /// The least allocated node that takes pods and has room for one, of those for which `among` holds.
    pub(super) fn find(&self, pod: u32, among: impl Fn(usize) -> bool) -> Option<usize> {
        let template = &self.blueprint.pods[self.before.template_of[pod as usize].at()];
        let takes = |node: &usize| {
            self.takes_pods(*node)
                && among(*node)
                && self.rooms[*node].fits(template.requests)
                && super::admits(template, self.nodes[*node])
        };
        (0..self.rooms.len()).filter(takes).map(|node| self.offer(node)).min().map(|offer| offer.node)
    }
}
