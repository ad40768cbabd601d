//! Pods that come and go: each lives for a while, ends, is deleted with its logs, and has a successor.
//!
//! A successor takes its predecessor's place on the node (nothing passes between nodes), with a name, files and random
//! numbers of its own; an agent in the pod begins and ends with it. Lives begin and end at whole seconds. How long they
//! last is the pod's own draw: the same under every strategy.
//!
//! A pod that a fault moves is on a node for stated stays, which the placement knows before the run. It keeps its random
//! numbers wherever it is, so that it writes the same lines from then on; those of the time between are never written.
//! Pods that come and go by themselves do so within each stay, with new numbers in each.
//!
//! Sources: Kubernetes, "Pod Lifecycle" (termination, deletion of logs with the pod); KEP-753 (a native sidecar starts
//! before the application and is stopped after it, so that it reads what was written last).

use crate::blueprint::{Blueprint, Life, Purpose, crash_loop_ns, law_of};
use crate::engine::random::named_key;
use crate::flow::Cause;
use crate::profile::Parse;
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::input::Mode;
use crate::world::lines::stream::{Stream, StreamId};
use crate::world::node::{Node, Place, Stage};
use crate::world::tally::Tally;
use smallvec::SmallVec;

/// The instant so many seconds after another.
fn after(now_ns: u64, seconds: u64) -> u64 {
    now_ns + seconds * NS_PER_SEC
}

impl Node {
    /// When a pod ends, is deleted or begins next.
    pub(crate) fn next_life_ns(&self) -> u64 {
        self.places.iter().map(Place::due_ns).fold(self.next_strike_ns(), u64::min)
    }

    /// When something happens to the node next, whatever its pods do.
    pub(crate) fn next_strike_ns(&self) -> u64 {
        self.expected.last().map_or(NEVER_NS, |next| next.at_ns).min(self.border_ns())
    }

    /// Handles what is due at `now_ns` in the lives of pods.
    pub(crate) fn live(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        let mut places = std::mem::take(&mut self.places);
        for place in places.iter_mut().filter(|place| place.due_ns() <= now_ns) {
            if place.only_container_is_due(now_ns) {
                self.turn_container(place, now_ns, blueprint, tally);
                continue;
            }
            if place.next_ns > now_ns || place.leaves_ns.is_some() {
                self.replace(place, now_ns, blueprint, tally);
                continue;
            }
            let template = &blueprint.pods[place.template.at()];
            let life = template.life.as_ref();
            let own_ns = match place.stage {
                Stage::Runs if !place.must_leave(now_ns) => {
                    self.stop_agent(place, now_ns, blueprint, tally);
                    place.stage = Stage::Ending;
                    life.map(|life| after(now_ns, life.agent_stops_s))
                }
                Stage::Runs | Stage::Ending => {
                    let sticks = life.is_some_and(|life| life.sticks) && !place.inputs.is_empty();
                    tally.stuck_pods += u64::from(sticks);
                    self.end_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Ended;
                    life.filter(|_| !place.must_leave(now_ns)).map(|life| after(now_ns, life.lingers_s))
                }
                Stage::Ended => {
                    self.delete_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Gone;
                    life.map(|life| after(now_ns, life.pause_s - life.lingers_s))
                }
                Stage::Gone if template.needs_backend && blueprint.refuses_until(now_ns).is_some() => {
                    tally.refused_starts += 1;
                    place.failed_starts += 1;
                    Some(now_ns + crash_loop_ns(place.failed_starts + 1))
                }
                Stage::Gone => self.start_pod(place, life, now_ns, blueprint, tally),
                Stage::Waits => self.end_wait(place, life, now_ns, blueprint, tally),
            };
            place.next_ns = place.bounded(own_ns.unwrap_or(NEVER_NS));
            if place.stage == Stage::Gone && place.must_leave(place.next_ns) {
                let is_last = place.leave();
                for index in place.inputs.clone().filter(|_| is_last) {
                    self.inputs[index as usize].is_gone = true;
                }
            }
            if place.next_ns >= blueprint.horizon_ns {
                place.next_ns = NEVER_NS;
            }
        }
        self.places = places;
        self.life_ns = self.next_life_ns();
    }

    /// A successor comes: it runs, or waits for its agent. Gives when something happens to it next.
    fn start_pod(
        &mut self,
        place: &mut Place,
        life: Option<&Life>,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) -> Option<u64> {
        place.failed_starts = 0;
        place.generation += 1;
        let wait_ns = self.start_wait_ns(place, now_ns, blueprint);
        if wait_ns == 0 {
            self.begin_pod(place, now_ns, blueprint);
            place.stage = Stage::Ending;
            return life.map(|life| after(now_ns, place.run_for(place.lives_s(life), life)));
        }
        (place.stage, place.waits_ns) = (Stage::Waits, now_ns);
        let over_ns = life.map_or(NEVER_NS, |life| after(now_ns, place.lives_s(life)));
        let until_ns = place.bounded(over_ns.min(now_ns + wait_ns));
        if until_ns >= blueprint.horizon_ns {
            self.withhold_start(place, now_ns, blueprint.horizon_ns, blueprint, tally);
        }
        Some(until_ns)
    }

    /// The agent that a pod waited for is there, or its time is over. Gives when something happens to it next.
    fn end_wait(
        &mut self,
        place: &mut Place,
        life: Option<&Life>,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) -> Option<u64> {
        let waited_ns = now_ns - place.waits_ns;
        self.withhold_start(place, place.waits_ns, now_ns, blueprint, tally);
        let left = |life: &Life| place.lives_s(life).saturating_sub(waited_ns / NS_PER_SEC);
        let left_s = life.map_or(NEVER_NS, left);
        if left_s == 0 || place.must_leave(now_ns) {
            // It is over before it has begun.
            place.stage = Stage::Gone;
            return life.map(|life| after(now_ns, life.pause_s));
        }
        self.begin_pod(place, now_ns, blueprint);
        place.stage = Stage::Ending;
        life.map(|life| after(now_ns, place.run_for(left_s, life)))
    }

    /// An agent in the pod is told to stop while the application still writes: it sends what it has, and reads no more.
    fn stop_agent(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        for index in place.inputs.clone() {
            self.advance(index as usize, now_ns, blueprint, tally);
            let input = &mut self.inputs[index as usize];
            if input.mode != Mode::Down {
                input.mode = Mode::Stopped;
                input.hurry(now_ns);
            }
            self.schedule_input(index as usize);
        }
    }

    /// The application has written its last line.
    pub(crate) fn end_pod(
        &mut self,
        place: &mut Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        if let Some(container) = &mut place.container {
            container.stop();
        }
        for &number in &place.streams {
            if let Some(reader) = self.reader(number) {
                self.advance(reader, now_ns, blueprint, tally);
            }
            let stream = &mut self.streams[number.at()];
            // That of a container that is down is over.
            if !self.files[number.at()].has_ended() {
                self.files[number.at()].end(stream, &blueprint.laws[stream.law as usize], now_ns);
            }
        }
        self.own_rotations.retain(|(_, number)| !place.streams.contains(number));
        for index in place.inputs.clone() {
            // An agent in the pod is told to stop, and sends what it has.
            let input = &mut self.inputs[index as usize];
            if input.mode != Mode::Down {
                input.hurry(now_ns);
            }
            self.schedule_input(index as usize);
        }
    }

    /// The pod is deleted: its logs with it, and an agent in it.
    pub(crate) fn delete_pod(
        &mut self,
        place: &Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        self.count_agent(place, false, blueprint, tally);
        self.bury_containers(place, now_ns, blueprint, tally);
        for &number in &place.streams {
            if let Some(reader) = self.reader(number) {
                self.advance(reader, now_ns, blueprint, tally);
            }
            self.retire(number, None, blueprint, tally);
        }
        for index in place.inputs.clone() {
            // One that is down may hold batches on the pod's disk.
            let input = &mut self.inputs[index as usize];
            tally.ledger.lose(Cause::AgentKilled, input.drop_all());
            input.restart_ns = NEVER_NS;
            self.schedule_input(index as usize);
        }
    }

    /// A stream is deleted, with more than its pod where there is a cause for that: counts what it wrote.
    pub(crate) fn retire(
        &mut self,
        number: StreamId,
        with: Option<Cause>,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        self.count_stale(number, blueprint, tally);
        let number = number.at();
        let stream = &mut self.streams[number];
        let law = &blueprint.laws[stream.law as usize];
        let files = &mut self.files[number];
        let written = files.delete(stream, law, with, tally);
        let before_warmup = files.lines_before_warmup(stream, law, blueprint.warmup_ns);
        tally.wrote(stream, written, before_warmup, self.media[number]);
    }

    /// The successor begins, with files and numbers of its own.
    pub(crate) fn begin_pod(&mut self, place: &mut Place, now_ns: u64, blueprint: &Blueprint) {
        if let Some(container) = &mut place.container {
            container.begin(now_ns, blueprint.horizon_ns);
        }
        let template = &blueprint.pods[place.template.at()];
        let pod_key = place.key(template.life.as_ref());
        // An agent of a pod that is moved has luck of its own.
        let agent_key = match template.life {
            None if place.generation > 0 => Purpose::Generation.nth(pod_key, place.generation),
            _ => pod_key,
        };
        let config_ns = self.config_ns(place, now_ns, blueprint);
        let config_ns = config_ns.max(self.agent_ready_ns(place, now_ns, blueprint));
        for (plan, &number) in template.streams.iter().zip(&place.streams) {
            let key = named_key(pod_key, &plan.name);
            let found_ns = (!place.inputs.is_empty()).then_some(config_ns);
            let law_and_key = (law_of(plan, key), key);
            self.begin_stream(number, law_and_key, plan.parse, found_ns, now_ns, blueprint);
        }
        self.own_rotations.sort_unstable_by(|a, b| b.cmp(a));
        for index in place.inputs.clone() {
            let input = &mut self.inputs[index as usize];
            input.begin(now_ns, agent_key, &blueprint.agents[input.plan as usize]);
            input.begin_offsets(now_ns, blueprint);
            if let Some(plan) = blueprint.control.as_ref().and_then(|c| c.credentials.as_ref()) {
                input.get_credentials(plan, agent_key, now_ns);
            }
            if config_ns > now_ns {
                // Its first look for files is when it has its config.
                (input.config_ns, input.scan_ns) = (config_ns, config_ns);
            }
            if let Some(restart_ns) = blueprint.cannot_start_until(place.template, now_ns) {
                input.drop_all();
                input.restart_ns = restart_ns;
            }
        }
        let readers = place.streams.iter().filter_map(|number| self.reader(*number));
        let readers: SmallVec<[usize; 2]> = readers.collect();
        let own = place.inputs.clone().map(|index| index as usize);
        readers.into_iter().chain(own).for_each(|index| self.schedule_input(index));
        // The kubelet's next look is for its files too.
        self.tick_ns = self.tick_ns.min(self.tick_after(now_ns, blueprint));
    }

    /// A stream begins at `now_ns`, with files of its own. An agent of its pod finds them at `found_ns`, any other when it
    /// looks for files.
    pub(crate) fn begin_stream(
        &mut self,
        number: StreamId,
        (law_index, key): (usize, u64),
        parse: Parse,
        found_ns: Option<u64>,
        now_ns: u64,
        blueprint: &Blueprint,
    ) {
        let law = &blueprint.laws[law_index];
        let at = number.at();
        let old = &self.streams[at];
        let stream = Stream::new(law_index as u32, law, old.tenant, old.prefix_bytes, key, now_ns);
        self.files[at] = self.files[at].begin_anew(&stream, now_ns);
        self.streams[at] = stream;
        self.learn_reader(number, parse, blueprint);
        let stream = &mut self.streams[at];
        self.files[at].settle(stream, law);
        if let Some(reader) = self.reader_of[at] {
            let input = &mut self.inputs[reader.at()];
            if let Some(found_ns) = found_ns {
                if found_ns == now_ns {
                    self.files[at].discover_at(stream, law, now_ns);
                }
            } else if input.mode != Mode::Down {
                // One that is down finds all files when it is back.
                let plan = &blueprint.agents[input.plan as usize];
                input.hear_of_pod(plan.knows_pod_from_ns(now_ns, key), plan);
            }
        }
        if self.media[at].is_on_disk() && !self.media[at].is_rotated_by_kubelet() {
            self.foresee_rotation(number, now_ns, self.tick_after(now_ns, blueprint), blueprint);
        }
    }
}
