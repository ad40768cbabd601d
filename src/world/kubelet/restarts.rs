//! Containers that crash and are started again in their pod.
//!
//! The kubelet starts a container that has ended at once the first time, then 10 s after it ended, and doubles that up to
//! five minutes; a container that ran for ten minutes starts over. Each start begins a new log of standard output,
//! `0.log`, `1.log` and so on. Of dead containers the kubelet keeps the last (`kubectl logs --previous`): when a container
//! ends, the one before it is removed, its logs with it. An agent that finds files by scanning has so long to meet a log
//! as its container ran, and until the next one has ended; the kubelet does not rotate it any more. A file in a volume of
//! the pod outlives its container: the next one appends to it. What a library in the application holds is gone with it.
//!
//! The pod keeps its random numbers, so that it writes the lines that it would have written anyway, but for those of the
//! times in which the container is down. Containers crash and start at whole seconds.
//!
//! Sources: Kubernetes, "Pod Lifecycle" (container restarts) and KEP-4603 (back-off of 10 s, doubled to 300 s, reset
//! after ten minutes); kubelet `kubelet.go` (`cleanUpContainersInPod`, when a container has died),
//! `pod_container_deletor.go` and `--maximum-dead-containers-per-container` (1); Kubernetes, "Logging Architecture".

use crate::blueprint::{Blueprint, CrashLoop, Purpose, crash_loop_ns, law_of, member};
use crate::engine::random::{named_key, unit};
use crate::flow::{Cause, Medium};
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::input::Mode;
use crate::world::lines::stream::StreamId;
use crate::world::node::{Container, Node, Place};
use crate::world::tally::Tally;
use smallvec::SmallVec;

/// A container that ran for so long is started at once. Source: KEP-4603, twice the longest back-off.
const RECOVERED_NS: u64 = 600 * NS_PER_SEC;

impl CrashLoop {
    /// Seconds that a container runs which starts at `now_ns`: the same whatever happened before.
    fn runs_s(&self, pod_key: u64, now_ns: u64) -> u64 {
        self.runs.sum(1, Purpose::Run.key(pod_key), now_ns / NS_PER_SEC).max(1)
    }

    /// When the first container of a pod crashes that is there when the run begins: it is somewhere in its first run.
    fn first_crash_ns(&self, pod_key: u64) -> u64 {
        let left_s = unit(Purpose::FirstRun.draw(pod_key)) * self.runs_s(pod_key, 0) as f64;
        self.from_ns.div_ceil(NS_PER_SEC) * NS_PER_SEC + left_s.ceil().max(1.0) as u64 * NS_PER_SEC
    }
}

impl Container {
    /// The container of a pod of `streams` streams, in its first run when the run begins, or not there yet.
    pub(crate) fn new(
        crash_loop: &CrashLoop,
        pod_key: u64,
        streams: usize,
        is_there: bool,
        horizon_ns: u64,
    ) -> Self {
        let first_ns = crash_loop.first_crash_ns(pod_key);
        Self {
            next_ns: if is_there && first_ns < horizon_ns { first_ns } else { NEVER_NS },
            is_up: is_there,
            is_waiting: false,
            began_ns: 0,
            pod_began_ns: 0,
            pod_key,
            crashes: 0,
            failures: 0,
            others: SmallVec::from_elem(None, streams),
            crash_loop: crash_loop.clone(),
        }
    }

    /// Whether each container's lines of a medium are a file of their own.
    pub(crate) fn has_own_log(medium: Medium) -> bool {
        matches!(medium, Medium::Stdout | Medium::JsonFile | Medium::LocalFile)
    }

    /// Streams that hold the logs of dead containers, or will hold that of the next.
    pub(crate) fn others(&self) -> impl Iterator<Item = StreamId> {
        self.others.iter().flatten().copied()
    }

    /// Whether it runs.
    pub(crate) fn is_up(&self) -> bool {
        self.is_up
    }

    /// Takes note that the node's stream `number` takes turns with the stream number `plan` of the pod.
    pub(crate) fn has_other(&mut self, plan: usize, number: StreamId) {
        self.others[plan] = Some(number);
    }

    /// The pod begins, its container with it.
    pub(crate) fn begin(&mut self, now_ns: u64, horizon_ns: u64) {
        (self.pod_began_ns, self.crashes, self.failures) = (now_ns, 0, 0);
        self.start(now_ns, horizon_ns);
    }

    /// The pod has ended.
    pub(crate) fn stop(&mut self) {
        (self.next_ns, self.is_up) = (NEVER_NS, false);
    }

    /// It starts, and will crash.
    fn start(&mut self, now_ns: u64, horizon_ns: u64) {
        (self.is_up, self.is_waiting, self.began_ns) = (true, false, now_ns);
        let stays_up = self.crash_loop.most.is_some_and(|most| self.crashes >= most);
        let from_ns = now_ns.max(self.crash_loop.from_ns.div_ceil(NS_PER_SEC) * NS_PER_SEC);
        let crash_ns = from_ns + self.crash_loop.runs_s(self.pod_key, now_ns) * NS_PER_SEC;
        self.next_ns = if stays_up || crash_ns >= horizon_ns { NEVER_NS } else { crash_ns };
    }

    /// It crashes, and will be started again.
    fn crash(&mut self, now_ns: u64, horizon_ns: u64) {
        self.crashes += 1;
        self.failures = if now_ns - self.began_ns >= RECOVERED_NS { 1 } else { self.failures + 1 };
        (self.is_up, self.is_waiting) = (false, true);
        self.wait(now_ns, horizon_ns);
    }

    /// It is started after the back-off, and writes a little later.
    fn wait(&mut self, now_ns: u64, horizon_ns: u64) {
        let start_ns = now_ns + crash_loop_ns(self.failures) + self.crash_loop.starts_s * NS_PER_SEC;
        self.next_ns = if start_ns >= horizon_ns { NEVER_NS } else { start_ns };
    }
}

impl Node {
    /// When the pod in a place began, whatever its container has been through since.
    pub(crate) fn began_ns(&self, place: &Place) -> Option<u64> {
        match &place.container {
            Some(container) => Some(container.pod_began_ns),
            None => place.streams.first().map(|number| self.files[number.at()].lives().0),
        }
    }

    /// The pod's container crashes, or is started again.
    pub(crate) fn turn_container(
        &mut self,
        place: &mut Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        let Some(mut container) = place.container.take() else { return };
        let needs_backend = blueprint.pods[place.template.at()].needs_backend;
        if container.is_up {
            container.crash(now_ns, blueprint.horizon_ns);
            self.crash_container(place, &container, now_ns, blueprint, tally);
        } else if needs_backend && blueprint.refuses_until(now_ns).is_some() {
            tally.refused_starts += 1;
            container.failures += 1;
            container.wait(now_ns, blueprint.horizon_ns);
        } else {
            container.start(now_ns, blueprint.horizon_ns);
            self.start_container(place, &mut container, now_ns, blueprint);
        }
        place.container = Some(container);
        for index in 0..place.streams.len() {
            if let Some(reader) = self.reader(place.streams[index]) {
                self.schedule_input(reader);
            }
        }
    }

    /// The container has written its last line; the log of the one before it is removed.
    fn crash_container(
        &mut self,
        place: &Place,
        container: &Container,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        tally.containers.crashes += 1;
        self.own_rotations.retain(|(_, number)| !place.streams.contains(number));
        for (&number, &other) in place.streams.iter().zip(&container.others) {
            let reader = self.reader(number);
            let number = number.at();
            if let Some(reader) = reader {
                self.advance(reader, now_ns, blueprint, tally);
            }
            tally.containers.crash_logs += 1;
            let law = &blueprint.laws[self.streams[number].law as usize];
            if let Some(other) = other {
                self.bury(other, now_ns, blueprint, tally);
                self.files[number].end(&mut self.streams[number], law, now_ns);
                continue;
            }
            self.files[number].interrupt(&mut self.streams[number], law, now_ns, tally);
            if let Some(reader) = reader.filter(|_| self.media[number] == Medium::Memory) {
                let input = &mut self.inputs[reader];
                // It has several streams, and dies with the first.
                let held = input.drop_all();
                tally.containers.missed += u64::from(held > 0);
                tally.ledger.lose(Cause::AgentKilled, held);
                input.restart_ns = NEVER_NS;
            }
        }
    }

    /// The container writes again: to a log of its own, or to the end of a file that has outlived it.
    fn start_container(
        &mut self,
        place: &mut Place,
        container: &mut Container,
        now_ns: u64,
        blueprint: &Blueprint,
    ) {
        let template = &blueprint.pods[place.template.at()];
        let pod_key = place.key(None);
        let places = place.streams.iter_mut().zip(&mut container.others).zip(&template.streams);
        for ((number, other), plan) in places {
            if let Some(other) = other {
                std::mem::swap(number, other);
                let key = named_key(pod_key, &plan.name);
                let found_ns = (plan.reader == crate::blueprint::Reader::Pod).then_some(now_ns);
                let law_and_key = (law_of(plan, key), key);
                self.begin_stream(*number, law_and_key, plan.parse, found_ns, now_ns, blueprint);
                continue;
            }
            let at = number.at();
            let law = &blueprint.laws[self.streams[at].law as usize];
            self.files[at].resume(&mut self.streams[at], law, now_ns);
            let medium = self.media[at];
            if medium.is_on_disk() && !medium.is_rotated_by_kubelet() {
                self.foresee_rotation(*number, now_ns, self.tick_after(now_ns, blueprint), blueprint);
            }
            let reader = self.reader_of[at].filter(|_| medium == Medium::Memory);
            let input = reader.map(|reader| &mut self.inputs[reader.at()]);
            if let Some(input) = input.filter(|input| input.mode == Mode::Down) {
                let key = member(pod_key, now_ns);
                input.begin(now_ns, key, &blueprint.agents[input.plan as usize]);
                if let Some(plan) = blueprint.control.as_ref().and_then(|c| c.credentials.as_ref()) {
                    input.get_credentials(plan, key, now_ns);
                }
            }
        }
        self.own_rotations.sort_unstable_by(|a, b| b.cmp(a));
        // The kubelet's next look is for the new file too.
        self.tick_ns = self.tick_ns.min(self.tick_after(now_ns, blueprint));
    }

    /// The pod is deleted, and with it the log of the container before.
    pub(crate) fn bury_containers(
        &mut self,
        place: &Place,
        now_ns: u64,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        let Some(container) = &place.container else { return };
        for other in container.others() {
            self.bury(other, now_ns, blueprint, tally);
        }
        if container.is_waiting {
            // It is deleted while it waits to be started: the logs of its last run go with it.
            let own_logs = place.streams.iter().zip(&container.others).filter(|(_, other)| other.is_some());
            for (&number, _) in own_logs {
                if let Some(reader) = self.reader(number) {
                    self.advance(reader, now_ns, blueprint, tally);
                }
                tally.containers.missed += u64::from(!self.is_read(number));
            }
        }
    }

    /// Whether a reader has come to the end of a dead container's log.
    fn is_read(&self, number: StreamId) -> bool {
        let number = number.at();
        self.reader_of[number].is_some() && self.streams[number].time_ns >= self.files[number].lives().1
    }

    /// The log of a dead container is removed, if there is one; whoever reads it has had its chance.
    fn bury(&mut self, number: StreamId, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        if self.files[number.at()].is_gone {
            return;
        }
        if let Some(reader) = self.reader(number) {
            self.advance(reader, now_ns, blueprint, tally);
        }
        tally.containers.missed += u64::from(!self.is_read(number));
        self.retire(number, None, blueprint, tally);
    }
}

#[cfg(test)]
mod tests;
