//! What happens to a node and to the agents on it at stated instants: a crash, a stop, the loss of the node.
//!
//! Everything of it is known before the run, so that a node needs nothing from the others: it is part of the placement.
//!
//! Sources: Kubernetes, "Pod Lifecycle" (termination; crash-loop back-off of 10 s, doubled up to five minutes); Fluent
//! Bit, `flb_engine` (what is held is flushed when it is told to stop).

use crate::blueprint::{Blueprint, Happening, Incident, PlacedPod, Who};
use crate::flow::Cause;
use crate::profile::StartAt;
use crate::units::NEVER_NS;
use crate::world::agent::input::Mode;
use crate::world::backend::link::Link;
use crate::world::lines::stream::StreamId;
use crate::world::node::{Expected, Node};
use crate::world::tally::Tally;
use std::ops::Range;

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
                Incident::DiskFull(_) => 0..0,
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
            self.expected.push(Expected { at_ns: happening.at_ns, what: happening.what, inputs, node_key });
        }
        // The earliest last, where it is taken from; of one instant the first.
        self.expected.reverse();
        self.expected.sort_by_key(|next| std::cmp::Reverse(next.at_ns));
    }

    /// Handles all that happens up to `now_ns`.
    pub(crate) fn strike(
        &mut self,
        now_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) {
        while let Some(next) = self.expected.pop_if(|next| next.at_ns <= now_ns) {
            match next.what {
                Incident::CutOff(_) => {}
                Incident::Lost => self.lose(now_ns, blueprint, tally),
                Incident::DiskFull(until_ns) => self.fill_disk(until_ns),
                Incident::Starts { from_beginning } => {
                    for index in next.inputs {
                        let key = next.node_key;
                        self.start_agent(index as usize, (now_ns, key), from_beginning, blueprint, tally);
                    }
                }
                Incident::Crash(_) => {
                    for index in next.inputs {
                        self.crash(index as usize, now_ns, blueprint, tally);
                    }
                }
                Incident::Stop { back_ns, .. } => {
                    for index in next.inputs {
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
        input.begin_offsets(now_ns, blueprint);
        input.behind = true;
        for number in input.own() {
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
            let mut desk = self.desk(index, blueprint, tally);
            desk.rewind(now_ns, false);
            desk.input.kill(now_ns, desk.plan, desk.tally);
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
        if input.mode == Mode::Down {
            // One that is about to start again is kept from it; one that is gone stays so.
            if input.restart_ns != NEVER_NS {
                input.restart_ns = input.restart_ns.max(back_ns);
                self.schedule_input(index);
            }
            return;
        }
        let mut desk = self.desk(index, blueprint, tally);
        desk.send_all(now_ns, link);
        desk.rewind(now_ns, true);
        desk.input.die(back_ns, desk.plan, desk.tally);
        self.schedule_input(index);
    }

    /// The node is gone, its disk with it: whatever was not delivered is lost.
    fn lose(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        for index in 0..self.inputs.len() {
            self.advance(index, now_ns, blueprint, tally);
            let input = &mut self.inputs[index];
            tally.ledger.lose(Cause::NodeLost, input.drop_all());
            (input.restart_ns, input.is_gone) = (NEVER_NS, true);
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
            self.retire(StreamId::of(number), Some(Cause::NodeLost), blueprint, tally);
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
        self.expected.clear();
        (self.contention, self.pressure) = (None, None);
        self.tick_ns = NEVER_NS;
    }
}

#[cfg(test)]
mod tests;
