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

use crate::blueprint::{Blueprint, Life, Stay, crash_loop_ns, law_of};
use crate::engine::marks::CLASSES;
use crate::engine::random::{draw, named_key, subkey, unit};
use crate::flow::Cause;
use crate::profile::Parse;
use crate::units::NS_PER_SEC;
use crate::world::agent::input::Mode;
use crate::world::kubelet::restarts::Container;
use crate::world::lines::stream::Stream;
use crate::world::node::Node;
use crate::world::tally::Tally;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::ops::Range;

/// Purposes of a pod's draws.
const LIFETIME: u64 = 15;
const AGE: u64 = 16;
/// Keeps successors apart from whatever else a pod's key is used for.
const GENERATION: u64 = 17;

/// What becomes of a pod next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It runs, and its agent will be stopped before it ends.
    Runs,
    /// It runs, and will end.
    Ending,
    /// It has ended, and will be deleted.
    Ended,
    /// It is gone, and its successor will begin.
    Gone,
    /// It is there, and its application waits for the agent in it.
    Waits,
}

/// A place on the node that pods of one kind take one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub template: u32,
    pod_key: u64,
    generation: u64,
    /// Since when its pod waits for its agent.
    waits_ns: u64,
    /// Attempts to start the next pod that have failed.
    failed_starts: u32,
    stage: Stage,
    next_ns: u64,
    /// What is left of its stays on the node, the present or next one first, where it is not here all the time.
    stays: Option<VecDeque<Stay>>,
    /// Its pods' streams on the node, in the order of the template.
    pub streams: SmallVec<[u32; 2]>,
    /// The inputs of an agent in the pod.
    pub inputs: Range<u32>,
    /// When a change of its agent's config replaces its pod, and when that was pushed; the earliest last.
    pub restarts: Vec<(u64, u64)>,
    /// Since when its pod is being replaced.
    pub leaves_ns: Option<u64>,
    /// Its pod's container, where that crashes.
    pub container: Option<Box<Container>>,
}

impl Place {
    /// A place whose first pod is in the middle of its life when the run begins.
    pub fn new(template: u32, life: Option<&Life>, pod_key: u64, stays: &[Stay]) -> Self {
        let mut place = Self {
            template,
            pod_key,
            generation: 0,
            waits_ns: 0,
            failed_starts: 0,
            stage: Stage::Ending,
            next_ns: u64::MAX,
            stays: (!stays.is_empty()).then(|| stays.iter().copied().collect()),
            streams: SmallVec::new(),
            inputs: 0..0,
            restarts: Vec::new(),
            leaves_ns: None,
            container: None,
        };
        if let Some(life) = life {
            place.next_ns = place.run_for(Self::first_life_s(life, pod_key), life) * NS_PER_SEC;
        }
        match stays.first() {
            Some(stay) if stay.begins_ns > 0 => {
                place.stage = Stage::Gone;
                place.wait_for(stay.begins_ns);
            }
            _ => place.next_ns = place.bounded(place.next_ns),
        }
        place
    }

    /// Seconds left to a pod that is in the middle of its life when the run begins.
    fn first_life_s(life: &Life, pod_key: u64) -> u64 {
        let lived = unit(draw(pod_key, AGE));
        // Whoever looks at a random instant meets long lives more often, in proportion to their length.
        let lives = || (0..CLASSES).map(|class| life.lifetime.value(class).max(1));
        let mut rest = (unit(draw(pod_key, LIFETIME)) * lives().sum::<u64>() as f64) as u64;
        let met_s = lives().find(|seconds| match rest.checked_sub(*seconds) {
            Some(less) => {
                rest = less;
                false
            }
            None => true,
        });
        (met_s.unwrap_or(1) as f64 * (1.0 - lived)).ceil().max(1.0) as u64
    }

    /// Seconds that the pod lives which has the place now, where it was not there when the run began.
    fn lives_s(&self, life: &Life) -> u64 {
        life.lifetime.sum(1, self.key(Some(life)), LIFETIME).max(1)
    }

    /// Its pod has so many seconds to live. Gives those until something happens to it.
    fn run_for(&mut self, left_s: u64, life: &Life) -> u64 {
        let stops_first = (1..left_s).contains(&life.agent_stops_s);
        self.stage = if stops_first { Stage::Runs } else { Stage::Ending };
        if stops_first { left_s - life.agent_stops_s } else { left_s }
    }

    /// The key of the pod that has the place now: its own for one that is moved or restarted, which goes on with its
    /// lines.
    pub fn key(&self, life: Option<&Life>) -> u64 {
        match life {
            Some(_) if self.generation > 0 => subkey(self.pod_key ^ GENERATION, self.generation),
            _ => self.pod_key,
        }
    }

    /// Whether its pod runs.
    pub fn runs(&self) -> bool {
        matches!(self.stage, Stage::Runs | Stage::Ending)
    }

    /// Whether its pod runs, and its container is not waiting to be started.
    pub fn is_working(&self) -> bool {
        self.runs() && self.container.as_ref().is_none_or(|container| container.is_up())
    }

    /// Since when its pod waits for its agent, where it does.
    pub fn waits_since(&self) -> Option<u64> {
        (self.stage == Stage::Waits).then_some(self.waits_ns)
    }

    /// Whether its pod has been deleted, or none has come so far.
    pub fn is_gone(&self) -> bool {
        matches!(self.stage, Stage::Gone | Stage::Waits)
    }

    /// When something happens to its pod next.
    fn due_ns(&self) -> u64 {
        let restart_ns = self.restarts.last().map_or(u64::MAX, |(due_ns, _)| *due_ns);
        let replaced_ns = self.leaves_ns.map_or(u64::MAX, |since_ns| since_ns + 1);
        let container_ns = self.container.as_ref().map_or(u64::MAX, |container| container.next_ns);
        self.next_ns.min(restart_ns).min(replaced_ns).min(container_ns)
    }

    /// Whether nothing is due at `now_ns` but of its container.
    fn only_container_is_due(&self, now_ns: u64) -> bool {
        let restart_ns = self.restarts.last().map_or(u64::MAX, |(due_ns, _)| *due_ns);
        self.leaves_ns.is_none() && self.next_ns.min(restart_ns) > now_ns
    }

    /// The stay that a pod is in, or comes for next.
    fn stay(&self) -> Option<&Stay> {
        self.stays.as_ref().and_then(VecDeque::front)
    }

    /// Whether the stay is over.
    fn must_leave(&self, now_ns: u64) -> bool {
        self.stays.is_some() && self.stay().is_none_or(|stay| stay.ends_ns <= now_ns)
    }

    /// What comes next at `own_ns` by itself comes no later than the stay has it.
    fn bounded(&self, own_ns: u64) -> u64 {
        let Some(stay) = self.stay() else { return own_ns };
        own_ns.min(match self.stage {
            Stage::Runs | Stage::Ending | Stage::Waits => stay.ends_ns,
            Stage::Ended => stay.deleted_ns,
            Stage::Gone => u64::MAX,
        })
    }

    /// The place stays empty until then; whoever comes has numbers of their own.
    fn wait_for(&mut self, begins_ns: u64) {
        self.generation = (begins_ns / NS_PER_SEC) << 32;
        self.next_ns = begins_ns;
    }

    /// The stay is over: the place is empty until the next one. Gives whether there is none.
    fn leave(&mut self) -> bool {
        let next_ns = self.stays.as_mut().and_then(|stays| {
            stays.pop_front();
            stays.front().map(|stay| stay.begins_ns)
        });
        self.wait_for(next_ns.unwrap_or(u64::MAX));
        next_ns.is_none()
    }

    /// Its pod is gone before its time, and another comes at `begins_ns`, if its stay is not over by then. Gives whether none
    /// ever comes.
    pub fn is_emptied(&mut self, begins_ns: u64, horizon_ns: u64) -> bool {
        (self.stage, self.leaves_ns) = (Stage::Gone, None);
        let is_last = match self.must_leave(begins_ns) {
            true => self.leave(),
            false => {
                self.wait_for(begins_ns);
                false
            }
        };
        if self.next_ns >= horizon_ns {
            self.next_ns = u64::MAX;
        }
        is_last
    }

    /// Takes note that the stream number `plan` of its pods is the node's stream `number`.
    pub fn has_stream(&mut self, plan: usize, number: u32) {
        if self.streams.len() <= plan {
            self.streams.resize(plan + 1, 0);
        }
        self.streams[plan] = number;
    }
}

impl Node {
    /// When a pod ends, is deleted or begins next.
    pub(crate) fn next_life_ns(&self) -> u64 {
        let struck_ns = self.strikes.last().map_or(u64::MAX, |strike| strike.at_ns);
        self.places.iter().map(Place::due_ns).fold(struck_ns.min(self.border_ns()), u64::min)
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
            let template = &blueprint.pods[place.template as usize];
            let life = template.life.as_ref();
            let after = |seconds: u64| now_ns + seconds * NS_PER_SEC;
            let own_ns = match place.stage {
                Stage::Runs if !place.must_leave(now_ns) => {
                    self.stop_agent(place, now_ns, blueprint, tally);
                    place.stage = Stage::Ending;
                    life.map(|life| after(life.agent_stops_s))
                }
                Stage::Runs | Stage::Ending => {
                    let sticks = life.is_some_and(|life| life.sticks) && !place.inputs.is_empty();
                    tally.stuck_pods += u64::from(sticks);
                    self.end_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Ended;
                    life.filter(|_| !place.must_leave(now_ns)).map(|life| after(life.lingers_s))
                }
                Stage::Ended => {
                    self.delete_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Gone;
                    life.map(|life| after(life.pause_s - life.lingers_s))
                }
                Stage::Gone if template.needs_backend && blueprint.refuses_until(now_ns).is_some() => {
                    tally.refused_starts += 1;
                    place.failed_starts += 1;
                    Some(now_ns + crash_loop_ns(place.failed_starts + 1))
                }
                Stage::Gone => {
                    place.failed_starts = 0;
                    place.generation += 1;
                    let wait_ns = self.start_wait_ns(place, now_ns, blueprint);
                    if wait_ns > 0 {
                        (place.stage, place.waits_ns) = (Stage::Waits, now_ns);
                        let over_ns = life.map_or(u64::MAX, |life| after(place.lives_s(life)));
                        let until_ns = place.bounded(over_ns.min(now_ns + wait_ns));
                        if until_ns >= blueprint.horizon_ns {
                            self.withhold_start(place, now_ns, blueprint.horizon_ns, blueprint, tally);
                        }
                        Some(until_ns)
                    } else {
                        self.begin_pod(place, now_ns, blueprint);
                        place.stage = Stage::Ending;
                        life.map(|life| after(place.run_for(place.lives_s(life), life)))
                    }
                }
                Stage::Waits => {
                    let waited_ns = now_ns - place.waits_ns;
                    self.withhold_start(place, place.waits_ns, now_ns, blueprint, tally);
                    let left = |life: &Life| place.lives_s(life).saturating_sub(waited_ns / NS_PER_SEC);
                    let left_s = life.map_or(u64::MAX, left);
                    if left_s == 0 || place.must_leave(now_ns) {
                        // It is over before it has begun.
                        place.stage = Stage::Gone;
                        life.map(|life| after(life.pause_s))
                    } else {
                        self.begin_pod(place, now_ns, blueprint);
                        place.stage = Stage::Ending;
                        life.map(|life| after(place.run_for(left_s, life)))
                    }
                }
            };
            place.next_ns = place.bounded(own_ns.unwrap_or(u64::MAX));
            if place.stage == Stage::Gone && place.must_leave(place.next_ns) {
                let is_last = place.leave();
                for index in place.inputs.clone().filter(|_| is_last) {
                    self.inputs[index as usize].is_gone = true;
                }
            }
            if place.next_ns >= blueprint.horizon_ns {
                place.next_ns = u64::MAX;
            }
        }
        self.places = places;
        self.life_ns = self.next_life_ns();
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
            let reader = self.reader_of[number as usize] as usize;
            if reader < self.inputs.len() {
                self.advance(reader, now_ns, blueprint, tally);
            }
            let stream = &mut self.streams[number as usize];
            // That of a container that is down is over.
            if !self.files[number as usize].has_ended() {
                self.files[number as usize].end(stream, &blueprint.laws[stream.law as usize], now_ns);
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
            let reader = self.reader_of[number as usize] as usize;
            if reader < self.inputs.len() {
                self.advance(reader, now_ns, blueprint, tally);
            }
            self.retire(number as usize, None, blueprint, tally);
        }
        for index in place.inputs.clone() {
            // One that is down may hold batches on the pod's disk.
            let input = &mut self.inputs[index as usize];
            tally.ledger.lose(Cause::AgentKilled, input.drop_all());
            input.restart_ns = u64::MAX;
            self.schedule_input(index as usize);
        }
    }

    /// A stream is deleted, with more than its pod where there is a cause for that: counts what it wrote.
    pub(crate) fn retire(
        &mut self,
        number: usize,
        with: Option<Cause>,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        self.count_stale(number, blueprint, tally);
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
        let template = &blueprint.pods[place.template as usize];
        let pod_key = place.key(template.life.as_ref());
        // An agent of a pod that is moved has luck of its own.
        let agent_key = match template.life {
            None if place.generation > 0 => subkey(pod_key ^ GENERATION, place.generation),
            _ => pod_key,
        };
        let config_ns = self.config_ns(place, now_ns, blueprint);
        let config_ns = config_ns.max(self.agent_ready_ns(place, now_ns, blueprint));
        for (plan, &number) in template.streams.iter().zip(&place.streams) {
            let key = named_key(pod_key, &plan.name);
            let found_ns = (!place.inputs.is_empty()).then_some(config_ns);
            let law_and_key = (law_of(plan, key), key);
            self.begin_stream(number as usize, law_and_key, plan.parse, found_ns, now_ns, blueprint);
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
        let readers = place.streams.iter().map(|number| self.reader_of[*number as usize]);
        let readers: SmallVec<[u32; 2]> = readers.filter(|reader| *reader != u32::MAX).collect();
        readers.into_iter().chain(place.inputs.clone()).for_each(|index| self.schedule_input(index as usize));
        // The kubelet's next look is for its files too.
        self.tick_ns = self.tick_ns.min(self.tick_after(now_ns, blueprint));
    }

    /// A stream begins at `now_ns`, with files of its own. An agent of its pod finds them at `found_ns`, any other when it
    /// looks for files.
    pub(crate) fn begin_stream(
        &mut self,
        number: usize,
        (law_index, key): (usize, u64),
        parse: Parse,
        found_ns: Option<u64>,
        now_ns: u64,
        blueprint: &Blueprint,
    ) {
        let law = &blueprint.laws[law_index];
        let old = &self.streams[number];
        let stream = Stream::new(law_index as u32, law, old.tenant, old.prefix_bytes, key, now_ns);
        self.files[number] = self.files[number].begin_anew(&stream, now_ns);
        self.streams[number] = stream;
        self.learn_reader(number, parse, blueprint);
        let stream = &mut self.streams[number];
        self.files[number].settle(stream, law);
        if let Some(input) = self.inputs.get_mut(self.reader_of[number] as usize) {
            if let Some(found_ns) = found_ns {
                if found_ns == now_ns {
                    self.files[number].discover_at(stream, law, now_ns);
                }
            } else if input.mode != Mode::Down {
                // One that is down finds all files when it is back.
                input.want_scan(now_ns, blueprint.agents[input.plan as usize].scan_ns);
            }
        }
        if self.media[number].is_on_disk() && !self.media[number].is_rotated_by_kubelet() {
            self.foresee_rotation(number, now_ns, self.tick_after(now_ns, blueprint), blueprint);
        }
    }
}
