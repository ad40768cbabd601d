//! What happens to a node and to the agents on it at stated instants: a crash, a stop, the loss of the node.
//!
//! Everything of it is known before the run, so that a node needs nothing from the others: it is part of the placement.
//!
//! Sources: Kubernetes, "Pod Lifecycle" (termination; crash-loop back-off of 10 s, doubled up to five minutes); Fluent
//! Bit, `flb_engine` (what is held is flushed when it is told to stop).

use crate::flow::Cause;
use crate::profile::StartAt;
use crate::units::HowMany;
use crate::world::agent::input::Mode;
use crate::world::agent::shipping::{Ship, crash_loop_ns};
use crate::world::backend::link::Link;
use crate::world::blueprint::{AgentPlan, Blueprint};
use crate::world::node::Node;
use crate::world::placement::PlacedPod;
use crate::world::tally::Tally;
use std::ops::Range;

/// A fault of agents or nodes, before it is known which of them it strikes.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Agents die at once.
    Crash {
        /// When, in nanoseconds.
        at_ns: u64,
        /// How many of them.
        agents: HowMany,
    },
    /// Agents that load a tenant's config cannot start.
    BadConfig {
        /// Whose, an index into the blueprint's `tenants`.
        tenant: u32,
        /// From then on, in nanoseconds.
        from_ns: u64,
        /// Until it is mended, in nanoseconds.
        until_ns: u64,
    },
    /// Agents are replaced, a batch after the other.
    Upgrade {
        /// When the first batch is stopped, in nanoseconds.
        at_ns: u64,
        /// How many at once: agents of nodes, or pods of each template; `None` is one, or a quarter.
        max_unavailable: Option<HowMany>,
        /// Nanoseconds from the stop until the new ones read.
        takes_ns: u64,
    },
    /// Agents of nodes are replaced for a change of their environment.
    Restart {
        /// When the change is made, in nanoseconds.
        at_ns: u64,
        /// How many nodes at once, in order of their numbers.
        nodes: u64,
        /// Nanoseconds from the stop until the new ones read.
        takes_ns: u64,
    },
    /// Nodes are emptied or lost or both.
    Nodes(NodeFault),
    /// Nodes join.
    NodesAdded(NodesAdded),
    /// Nodes evict pods.
    EvictionStorm(EvictionStorm),
    /// Workloads are replaced by a new version, wave by wave.
    Rollout(Rollout),
    /// A disturbance of some nodes.
    CutOff {
        /// Which, an index into the backend's `disturbances`.
        disturbance: u32,
        /// How many nodes.
        nodes: HowMany,
        /// Of which pool, an index into the blueprint's `pools`; `None` is any.
        pool: Option<usize>,
    },
}

/// Nodes are emptied or lost or both.
#[derive(Clone, Debug)]
pub struct NodeFault {
    /// How many.
    pub nodes: HowMany,
    /// Of which pool, an index into the blueprint's `pools`; `None` is any.
    pub pool: Option<usize>,
    /// When the first is emptied, and how much later each next one, in nanoseconds.
    pub drained: Option<(u64, u64)>,
    /// When they are lost, in nanoseconds.
    pub lost_ns: Option<u64>,
    /// Nanoseconds from an emptied pod's last line until it is deleted.
    pub linger_ns: u64,
    /// Nanoseconds from a pod's deletion, or from the loss of its node, until it writes elsewhere.
    pub pause_ns: u64,
    /// Nanoseconds until a node that is emptied takes pods again, or one that is lost is there anew; `None` is never.
    pub back_ns: Option<u64>,
    /// Nanoseconds from when a lost node is there anew until its agent is, and until pods write that start there.
    pub agent_ready_ns: u64,
    /// See above.
    pub start_ns: u64,
}

/// Nodes evict some of their pods, without grace. Times in nanoseconds.
#[derive(Clone, Debug)]
pub struct EvictionStorm {
    /// How many nodes.
    pub nodes: HowMany,
    /// Of which pool, an index into the blueprint's `pools`; `None` is any.
    pub pool: Option<usize>,
    /// How many of the pods on each.
    pub pods: HowMany,
    /// When the first may be evicted.
    pub at_ns: u64,
    /// From then until the last is.
    pub within_ns: u64,
    /// From then until the nodes take pods again.
    pub closed_ns: u64,
    /// From a pod's eviction until it writes elsewhere.
    pub pause_ns: u64,
}

/// A new version of workloads. Times in nanoseconds.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// The templates of their pods, indices into the blueprint's `pods`.
    pub templates: Vec<u32>,
    /// When the first wave begins.
    pub at_ns: u64,
    /// Pods of each template that may be missing; shares are rounded down.
    pub max_unavailable: HowMany,
    /// Pods of each template that there may be too many; shares are rounded up.
    pub max_surge: HowMany,
    /// From the beginning of a wave until its pods are ready, and the next one begins.
    pub takes_ns: u64,
    /// From a pod's last line until it is deleted.
    pub linger_ns: u64,
    /// From the deletion of a pod without a successor until that writes.
    pub pause_ns: u64,
}

/// Nodes that join.
#[derive(Clone, Debug)]
pub struct NodesAdded {
    /// How many.
    pub nodes: u64,
    /// Of which pool, an index into the blueprint's `pools`.
    pub pool: usize,
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// Pods that they are added for: they do not run before.
    pub pods: Option<HowMany>,
    /// Nanoseconds from then until pods write that start there.
    pub pause_ns: u64,
    /// Nanoseconds from then until the agents of the nodes are there.
    pub agent_ready_ns: u64,
    /// Whether these read what was written before; `None`: where they begin there without positions.
    pub from_beginning: Option<bool>,
}

/// Something that happens on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The node.
    pub node: u32,
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// What.
    pub what: Incident,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// An agent dies, and what it holds in memory is lost.
    Crash(Who),
    /// An agent is told to stop: it sends what it has, as far as the backend takes it, and is back later.
    Stop {
        /// Which.
        who: Who,
        /// When it reads again, in nanoseconds.
        back_ns: u64,
    },
    /// The agent of a node that has joined is there for the first time.
    Starts {
        /// Whether it reads what was written before; `None`: where it begins there without positions.
        from_beginning: Option<bool>,
    },
    /// The node is lost with all that is on it.
    Lost,
    /// The blueprint's disturbance of that number cuts it off, from the beginning to the end of that.
    CutOff(u32),
}

/// An agent on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// That of the node.
    Node,
    /// That in a pod.
    Pod {
        /// The pod's template.
        template: u32,
        /// Its ordinal.
        ordinal: u32,
    },
}

/// An incident with the inputs that it concerns.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub at_ns: u64,
    what: Incident,
    inputs: Range<u32>,
    node_key: u64,
}

impl AgentPlan {
    /// When an agent is back that cannot start between two instants: it fails at once each time it is started, and
    /// the kubelet waits longer and longer before the next try.
    pub fn back_ns(&self, from_ns: u64, until_ns: u64) -> u64 {
        let mut at_ns = from_ns.saturating_add(self.restart_ns);
        let mut kills = 2;
        while at_ns < until_ns {
            at_ns = at_ns.saturating_add(crash_loop_ns(kills)).saturating_add(self.restart_ns);
            kills += 1;
        }
        at_ns
    }
}

impl Blueprint {
    /// Until when an agent that a pod of this template brings along cannot start at `now_ns`, where that is so.
    pub(crate) fn cannot_start_until(&self, template: u32, now_ns: u64) -> Option<u64> {
        let pod = &self.pods[template as usize];
        let plan = &self.agents[pod.agent?];
        let until = |fault: &Fault| match fault {
            Fault::BadConfig { tenant, from_ns, until_ns }
                if *tenant == pod.tenant && (*from_ns..*until_ns).contains(&now_ns) =>
            {
                Some(plan.back_ns(now_ns, *until_ns))
            }
            _ => None,
        };
        self.faults.iter().filter_map(until).max()
    }
}

impl Node {
    /// Takes note of what will happen here. `inputs_of` are the inputs of the agent in each pod.
    pub(crate) fn expect(
        &mut self,
        happenings: &[Happening],
        pods: &[PlacedPod],
        inputs_of: &[Range<u32>],
        (has_agent, node_key): (bool, u64),
    ) {
        let of_node = 0..if has_agent { self.inputs_of_node(inputs_of) } else { 0 };
        for happening in happenings {
            let inputs = match happening.what {
                Incident::CutOff(disturbance) => {
                    self.cut_off.push(disturbance);
                    continue;
                }
                Incident::Lost => 0..self.inputs.len() as u32,
                Incident::Crash(Who::Node) | Incident::Stop { who: Who::Node, .. } => of_node.clone(),
                Incident::Starts { .. } => {
                    for input in &mut self.inputs[of_node.start as usize..of_node.end as usize] {
                        input.drop_all();
                        input.is_gone = true;
                    }
                    of_node.clone()
                }
                Incident::Crash(Who::Pod { template, ordinal })
                | Incident::Stop { who: Who::Pod { template, ordinal }, .. } => {
                    let is_it = |pod: &PlacedPod| (pod.template, pod.ordinal) == (template, ordinal);
                    pods.iter().position(is_it).map_or(0..0, |position| inputs_of[position].clone())
                }
            };
            self.strikes.push(Strike { at_ns: happening.at_ns, what: happening.what, inputs, node_key });
        }
        // The earliest last, where it is taken from; of one instant the first.
        self.strikes.reverse();
        self.strikes.sort_by_key(|strike| std::cmp::Reverse(strike.at_ns));
    }

    /// Handles all that happens up to `now_ns`.
    pub(crate) fn strike(
        &mut self,
        now_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) {
        while let Some(strike) = self.strikes.pop_if(|strike| strike.at_ns <= now_ns) {
            match strike.what {
                Incident::CutOff(_) => {}
                Incident::Lost => self.lose(now_ns, blueprint, tally),
                Incident::Starts { from_beginning } => {
                    for index in strike.inputs {
                        let key = strike.node_key;
                        self.start_agent(index as usize, (now_ns, key), from_beginning, blueprint, tally);
                    }
                }
                Incident::Crash(_) => {
                    for index in strike.inputs {
                        self.crash(index as usize, now_ns, blueprint, tally);
                    }
                }
                Incident::Stop { back_ns, .. } => {
                    for index in strike.inputs {
                        self.stop(index as usize, now_ns, back_ns, blueprint, link, tally);
                    }
                }
            }
        }
        self.life_ns = self.next_life_ns();
    }

    /// The agent of a node that has joined is there: it finds the files that there are, and begins at their beginning, or
    /// at their end and passes over what is there.
    fn start_agent(
        &mut self,
        index: usize,
        (now_ns, node_key): (u64, u64),
        from_beginning: Option<bool>,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        self.advance(index, now_ns, blueprint, tally);
        let input = &mut self.inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        input.begin(now_ns, node_key, plan);
        if let Some(plan) = blueprint.control.as_ref().and_then(|control| control.credentials.as_ref()) {
            input.get_credentials(plan, node_key, now_ns);
        }
        input.mark_from(now_ns, blueprint);
        input.behind = true;
        for number in input.first as usize..input.end as usize {
            let (stream, files) = (&mut self.streams[number], &mut self.files[number]);
            let law = &blueprint.laws[stream.law as usize];
            files.discover_at(stream, law, now_ns);
            if !from_beginning.unwrap_or(plan.start_at == StartAt::Beginning) {
                let until_ns = now_ns.min(blueprint.horizon_ns);
                files.abandon(stream, law, until_ns, Cause::NeverDiscovered, tally);
            }
        }
        self.schedule_input(index);
    }

    /// The process dies, and the kubelet starts it again.
    fn crash(&mut self, index: usize, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        self.advance(index, now_ns, blueprint, tally);
        if self.inputs[index].mode != Mode::Down {
            self.rewind(index, now_ns, false, blueprint, tally);
            let input = &mut self.inputs[index];
            input.kill(now_ns, &blueprint.agents[input.plan as usize], tally);
            self.schedule_input(index);
        }
    }

    /// The process is told to stop: it tries once more to send what waits for that, sends what it has read, and ends.
    fn stop(
        &mut self,
        index: usize,
        now_ns: u64,
        back_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) {
        self.advance(index, now_ns, blueprint, tally);
        let input = &mut self.inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        if input.mode == Mode::Down {
            // One that is about to start again is kept from it; one that is gone stays so.
            if input.restart_ns != u64::MAX {
                input.restart_ns = input.restart_ns.max(back_ns);
                self.schedule_input(index);
            }
            return;
        }
        let (horizon_ns, end_ns) = (blueprint.horizon_ns, blueprint.end_ns());
        let mut ship = Ship { link, streams: &self.streams, tally, horizon_ns, end_ns };
        input.send_all(now_ns, plan, &mut ship);
        self.rewind(index, now_ns, true, blueprint, tally);
        self.inputs[index].die(back_ns, plan, tally);
        self.schedule_input(index);
    }

    /// The node is gone, its disk with it: whatever was not delivered is lost.
    fn lose(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        for index in 0..self.inputs.len() {
            self.advance(index, now_ns, blueprint, tally);
            let input = &mut self.inputs[index];
            tally.ledger.lose(Cause::NodeLost, input.drop_all());
            (input.restart_ns, input.is_gone) = (u64::MAX, true);
            self.schedule_input(index);
        }
        for number in 0..self.streams.len() {
            if self.files[number].is_gone {
                continue;
            }
            let stream = &mut self.streams[number];
            if !self.files[number].has_ended() {
                self.files[number].end(stream, &blueprint.laws[stream.law as usize], now_ns);
            }
            self.retire(number, Some(Cause::NodeLost), blueprint, tally);
        }
        let places = std::mem::take(&mut self.places);
        for (place, since_ns) in places.iter().filter_map(|place| Some((place, place.waits_since()?))) {
            self.withhold_start(place, since_ns, now_ns, blueprint, tally);
        }
        if let Some(contention) = &mut self.contention {
            contention.note(tally);
            contention.settle(now_ns.min(blueprint.horizon_ns), tally);
        }
        self.close_contention(tally);
        self.own_rotations.clear();
        self.strikes.clear();
        (self.contention, self.pressure) = (None, None);
        self.tick_ns = u64::MAX;
    }
}

#[cfg(test)]
mod tests;
