//! Pods that come and go: each lives for a while, ends, is deleted with its logs, and has a successor.
//!
//! A successor takes its predecessor's place on the node (nothing passes between nodes), with a name, files and random
//! numbers of its own; an agent in the pod begins and ends with it. Lives begin and end at whole seconds. How long they
//! last is the pod's own draw: the same under every strategy.
//!
//! Sources: Kubernetes, "Pod Lifecycle" (termination, deletion of logs with the pod); KEP-753 (a native sidecar starts
//! before the application and is stopped after it, so that it reads what was written last).

use super::agent::Mode;
use super::blueprint::{Blueprint, Life};
use super::node::{Node, law_of};
use super::stream::Stream;
use super::tally::Tally;
use crate::engine::marks::CLASSES;
use crate::engine::random::{draw, named_key, subkey, unit};
use crate::flow::{Cause, Medium};
use crate::units::NS_PER_SEC;
use smallvec::SmallVec;
use std::ops::Range;

/// Purposes of a pod's draws.
const LIFETIME: u64 = 15;
const AGE: u64 = 16;
/// Keeps successors apart from whatever else a pod's key is used for.
const GENERATION: u64 = 17;

/// What becomes of a pod next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It runs, and will end.
    Runs,
    /// It has ended, and will be deleted.
    Ended,
    /// It is gone, and its successor will begin.
    Gone,
}

/// A place on the node that pods of one kind take one after the other.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub template: u32,
    pod_key: u64,
    generation: u64,
    stage: Stage,
    next_ns: u64,
    /// Its pods' streams on the node, in the order of the template.
    pub streams: SmallVec<[u32; 2]>,
    /// The inputs of an agent in the pod.
    pub inputs: Range<u32>,
    /// When a change of its agent's config replaces its pod, and when that was pushed; the earliest last.
    pub restarts: Vec<(u64, u64)>,
    /// Since when its pod is being replaced.
    pub leaves_ns: Option<u64>,
}

impl Place {
    /// A place whose first pod is in the middle of its life when the run begins.
    pub fn new(template: u32, life: Option<&Life>, pod_key: u64) -> Self {
        let next_ns = life.map_or(u64::MAX, |life| Self::first_end_ns(life, pod_key));
        Self {
            template,
            pod_key,
            generation: 0,
            stage: Stage::Runs,
            next_ns,
            streams: SmallVec::new(),
            inputs: 0..0,
            restarts: Vec::new(),
            leaves_ns: None,
        }
    }

    /// When a pod ends that is in the middle of its life when the run begins.
    fn first_end_ns(life: &Life, pod_key: u64) -> u64 {
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
        let left_s = (met_s.unwrap_or(1) as f64 * (1.0 - lived)).ceil().max(1.0) as u64;
        left_s * NS_PER_SEC
    }

    /// The key of the pod that has the place now.
    pub fn key(&self) -> u64 {
        if self.generation == 0 { self.pod_key } else { subkey(self.pod_key ^ GENERATION, self.generation) }
    }

    /// Whether its pod runs.
    pub fn runs(&self) -> bool {
        self.stage == Stage::Runs
    }

    /// Whether its pod has been deleted.
    pub fn is_gone(&self) -> bool {
        self.stage == Stage::Gone
    }

    /// When something happens to its pod next.
    fn due_ns(&self) -> u64 {
        let restart_ns = self.restarts.last().map_or(u64::MAX, |(due_ns, _)| *due_ns);
        let replaced_ns = self.leaves_ns.map_or(u64::MAX, |since_ns| since_ns + 1);
        self.next_ns.min(restart_ns).min(replaced_ns)
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
    pub(super) fn next_life_ns(&self) -> u64 {
        self.places.iter().map(Place::due_ns).min().unwrap_or(u64::MAX)
    }

    /// Handles what is due at `now_ns` in the lives of pods.
    pub(super) fn live(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        let mut places = std::mem::take(&mut self.places);
        for place in places.iter_mut().filter(|place| place.due_ns() <= now_ns) {
            if place.next_ns > now_ns || place.leaves_ns.is_some() {
                self.replace(place, now_ns, blueprint, tally);
                continue;
            }
            let Some(life) = &blueprint.pods[place.template as usize].life else { continue };
            let after_s = match place.stage {
                Stage::Runs => {
                    self.end_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Ended;
                    life.lingers_s
                }
                Stage::Ended => {
                    self.delete_pod(place, now_ns, blueprint, tally);
                    place.stage = Stage::Gone;
                    life.pause_s - life.lingers_s
                }
                Stage::Gone => {
                    place.generation += 1;
                    self.begin_pod(place, now_ns, blueprint);
                    place.stage = Stage::Runs;
                    life.lifetime.sum(1, place.key(), LIFETIME).max(1)
                }
            };
            place.next_ns = now_ns + after_s * NS_PER_SEC;
            if place.next_ns >= blueprint.horizon_ns {
                place.next_ns = u64::MAX;
            }
        }
        self.places = places;
        self.life_ns = self.next_life_ns();
    }

    /// The application has written its last line.
    pub(super) fn end_pod(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        for &number in &place.streams {
            let reader = self.reader_of[number as usize] as usize;
            if reader < self.inputs.len() {
                self.advance(reader, now_ns, blueprint, tally);
            }
            let stream = &mut self.streams[number as usize];
            self.files[number as usize].end(stream, &blueprint.laws[stream.law as usize], now_ns);
        }
        self.own_rotations.retain(|(_, number)| !place.streams.contains(number));
        for index in place.inputs.clone() {
            // An agent in the pod is told to stop, and sends what it has.
            let input = &mut self.inputs[index as usize];
            if input.mode != Mode::Down {
                input.flush_ns = now_ns;
            }
            self.schedule_input(index as usize);
        }
    }

    /// The pod is deleted: its logs with it, and an agent in it.
    pub(super) fn delete_pod(
        &mut self,
        place: &Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        self.count_agent(place, false, blueprint, tally);
        for &number in &place.streams {
            let reader = self.reader_of[number as usize] as usize;
            if reader < self.inputs.len() {
                self.advance(reader, now_ns, blueprint, tally);
            }
            self.retire(number as usize, blueprint, tally);
        }
        for index in place.inputs.clone() {
            let input = &mut self.inputs[index as usize];
            if input.mode != Mode::Down {
                tally.ledger.lose(Cause::AgentKilled, input.drop_all());
            }
            input.restart_ns = u64::MAX;
            self.schedule_input(index as usize);
        }
    }

    /// A stream is deleted: counts what it wrote.
    fn retire(&mut self, number: usize, blueprint: &Blueprint, tally: &mut Tally) {
        self.count_stale(number, blueprint, tally);
        let stream = &mut self.streams[number];
        let law = &blueprint.laws[stream.law as usize];
        let files = &mut self.files[number];
        let written = files.delete(stream, law, tally);
        let before_warmup = files.lines_until(stream, law, blueprint.warmup_ns);
        tally.wrote(stream, written, before_warmup, self.media[number]);
    }

    /// The successor begins, with files and numbers of its own.
    pub(super) fn begin_pod(&mut self, place: &Place, now_ns: u64, blueprint: &Blueprint) {
        let template = &blueprint.pods[place.template as usize];
        let pod_key = place.key();
        let config_ns = self.config_ns(place, now_ns, blueprint);
        for (plan, &number) in template.streams.iter().zip(&place.streams) {
            let number = number as usize;
            let key = named_key(pod_key, &plan.name);
            let law_index = law_of(plan, key);
            let law = &blueprint.laws[law_index];
            let old = &self.streams[number];
            let stream = Stream::new(law_index as u32, law, old.tenant, old.prefix_bytes, key, now_ns);
            self.files[number] = self.files[number].begin_anew(&stream, now_ns);
            self.streams[number] = stream;
            let stream = &mut self.streams[number];
            self.files[number].settle(stream, law);
            if let Some(input) = self.inputs.get_mut(self.reader_of[number] as usize) {
                if place.inputs.is_empty() {
                    input.want_scan(now_ns, blueprint.agents[input.plan as usize].scan_ns);
                } else if config_ns == now_ns {
                    self.files[number].discover_at(stream, law, now_ns);
                }
            }
            if self.media[number] != Medium::Stdout {
                self.foresee_rotation(number, now_ns, self.tick_after(now_ns, blueprint), blueprint);
            }
        }
        for index in place.inputs.clone() {
            let input = &mut self.inputs[index as usize];
            input.begin(now_ns, pod_key, &blueprint.agents[input.plan as usize]);
            if let Some(plan) = blueprint.control.as_ref().and_then(|c| c.credentials.as_ref()) {
                input.get_credentials(plan, pod_key, now_ns);
            }
            if config_ns > now_ns {
                // Its first look for files is when it has its config.
                (input.config_ns, input.scan_ns) = (config_ns, config_ns);
            }
        }
        let readers = place.streams.iter().map(|number| self.reader_of[*number as usize]);
        let readers: SmallVec<[u32; 2]> = readers.filter(|reader| *reader != u32::MAX).collect();
        readers.into_iter().chain(place.inputs.clone()).for_each(|index| self.schedule_input(index as usize));
        // The kubelet's next look is for its files too.
        self.tick_ns = self.tick_ns.min(self.tick_after(now_ns, blueprint));
    }
}
