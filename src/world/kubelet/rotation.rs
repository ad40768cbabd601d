//! Rotation: the kubelet's look at containers' logs, and applications' own.

use crate::blueprint::{Blueprint, Purpose};
use crate::engine::random::unit;
use crate::flow::Cause;
use crate::profile::Successor;
use crate::units::NEVER_NS;
use crate::world::agent::input::Mode;
use crate::world::lines::stream::StreamId;
use crate::world::node::Node;
use crate::world::tally::Tally;

impl Node {
    /// The kubelet's look at files after `now_ns`.
    pub(crate) fn tick_after(&self, now_ns: u64, blueprint: &Blueprint) -> u64 {
        match now_ns.checked_sub(self.first_tick_ns) {
            None => self.first_tick_ns,
            Some(since_ns) => {
                let interval_ns = blueprint.kubelet_interval_ns;
                self.first_tick_ns.saturating_add((since_ns / interval_ns + 1).saturating_mul(interval_ns))
            }
        }
    }

    /// The kubelet's tick: rotates every container log that has reached its size, and foresees which files the
    /// applications themselves will rotate before the next tick. Ticks at which nothing can be due are left out.
    pub(crate) fn look_at_files(&mut self, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        // The first look, at the beginning, is for the applications' files alone; the kubelet's own follow from
        // when it started.
        if now_ns >= blueprint.horizon_ns {
            self.tick_ns = NEVER_NS;
            return;
        }
        let next_ns = self.tick_after(now_ns, blueprint);
        let mut due_ns = NEVER_NS;
        for number in 0..self.streams.len() {
            let files = &mut self.files[number];
            if self.media[number].is_rotated_by_kubelet() {
                if files.next_check_ns <= now_ns && now_ns > 0 {
                    let stream = &self.streams[number];
                    if files.is_full(stream, &blueprint.laws[stream.law as usize], now_ns) {
                        self.rotate(StreamId::of(number), now_ns, blueprint, tally);
                    }
                }
                due_ns = due_ns.min(self.files[number].next_check_ns);
            } else {
                if files.next_check_ns <= next_ns {
                    self.foresee_rotation(StreamId::of(number), now_ns, next_ns, blueprint);
                }
                // Rotations are foreseen from the tick before.
                due_ns = due_ns
                    .min(self.files[number].next_check_ns.saturating_sub(blueprint.kubelet_interval_ns));
            }
        }
        // The earliest last, where it is taken from.
        self.own_rotations.sort_unstable_by(|a, b| b.cmp(a));
        self.await_tick(due_ns, next_ns, blueprint);
    }

    /// The kubelet looks next at `next_ns`, or at the tick at which something is due for the first time.
    fn await_tick(&mut self, due_ns: u64, next_ns: u64, blueprint: &Blueprint) {
        let due_ns = if due_ns <= next_ns { next_ns } else { self.tick_after(due_ns - 1, blueprint) };
        self.tick_ns = if due_ns >= blueprint.horizon_ns { NEVER_NS } else { due_ns };
    }

    /// Passes ticks before `until_ns` at which the kubelet finds no file full, as nothing comes of them. What it finds hangs on
    /// nothing that agents do, but that applications may stand still and write less, so that it may be looked up beforehand.
    pub(crate) fn pass_ticks(&mut self, until_ns: u64, blueprint: &Blueprint) {
        let is_by_kubelet = self.media.iter().all(|medium| medium.is_rotated_by_kubelet());
        if self.tick_ns == 0 || !is_by_kubelet || !self.own_rotations.is_empty() {
            return;
        }
        let until_ns = until_ns.min(self.life_ns);
        while self.tick_ns < until_ns {
            let mut due_ns = NEVER_NS;
            for (stream, files) in self.streams.iter().zip(&mut self.files) {
                let law = &blueprint.laws[stream.law as usize];
                if files.next_check_ns <= self.tick_ns && files.will_be_full(stream, law, self.tick_ns) {
                    return self.schedule_kubelet();
                }
                due_ns = due_ns.min(files.next_check_ns);
            }
            self.await_tick(due_ns, self.tick_after(self.tick_ns, blueprint), blueprint);
        }
        self.schedule_kubelet();
    }

    /// Foresees whether the application rotates its file in a span.
    pub(crate) fn foresee_rotation(
        &mut self,
        number: StreamId,
        from_ns: u64,
        until_ns: u64,
        blueprint: &Blueprint,
    ) {
        let (stream, files) = (&self.streams[number.at()], &mut self.files[number.at()]);
        let law = &blueprint.laws[stream.law as usize];
        if let Some(at_ns) = files.fills_at(stream, law, from_ns, until_ns.min(blueprint.horizon_ns)) {
            self.own_rotations.push((at_ns, number));
        } else {
            files.is_full(stream, law, from_ns);
        }
    }

    /// An application rotates its file, exactly when it is full.
    pub(crate) fn rotate_own(&mut self, blueprint: &Blueprint, tally: &mut Tally) {
        let Some((at_ns, number)) = self.own_rotations.pop() else { return };
        self.rotate(number, at_ns, blueprint, tally);
        self.foresee_rotation(number, at_ns, self.tick_after(at_ns, blueprint), blueprint);
        self.own_rotations.sort_unstable_by(|a, b| b.cmp(a));
    }

    fn rotate(&mut self, number: StreamId, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        let reader = self.reader(number);
        if let Some(reader) = reader {
            self.advance(reader, now_ns, blueprint, tally);
        }
        let (stream, files) = (&mut self.streams[number.at()], &mut self.files[number.at()]);
        let law = &blueprint.laws[stream.law as usize];
        let Some(reader) = reader else {
            files.rotate(stream, law, now_ns, None, Cause::NeverDiscovered, tally);
            return;
        };
        let input = &mut self.inputs[reader];
        let plan = &blueprint.agents[input.plan as usize];
        if input.mode == Mode::Down {
            // Nobody notices; what was not read is found missing when the agent is back, or there for the first time.
            let unseen = if input.is_gone { Cause::NeverDiscovered } else { Cause::AgentKilled };
            files.rotate(stream, law, now_ns, Some(0), unseen, tally);
            return;
        }
        if files.is_truncated {
            files.truncate(stream, law, now_ns, Cause::NeverDiscovered, tally);
            self.schedule_input(reader);
            return;
        }
        // An input that stands still, or has not come to the end of a file since it found it, does not look now.
        let watched = files.is_watched(input.caught_up_ns);
        // Of a file that it does not know it notices nothing.
        let at_once = plan.successor == Successor::AtOnce && input.config_ns <= now_ns;
        let looks = at_once || (files.knows_live(stream) && input.mode == Mode::Reading && watched);
        if !looks && files.knows_live(stream) {
            files.rotate(stream, law, now_ns, None, Cause::NeverDiscovered, tally);
            files.pass_unnoticed(now_ns, watched);
            input.has_unnoticed = true;
            input.want_scan(now_ns, plan.scan_ns);
            self.schedule_input(reader);
            return;
        }
        let wait_ns = Some(plan.rotate_wait_ns);
        if let Some(deadline_ns) = files.rotate(stream, law, now_ns, wait_ns, Cause::NeverDiscovered, tally) {
            input.give_up_ns = input.give_up_ns.min(deadline_ns);
        }
        if !looks {
            input.want_scan(now_ns, plan.scan_ns);
            self.schedule_input(reader);
            return;
        }
        let finds = match plan.successor {
            Successor::AtOnce => true,
            Successor::AtRename => {
                let too_early = input.looks_too_early(files.gap_ns, plan);
                files.look(input.next_scan(now_ns, plan.scan_ns), too_early);
                unit(Purpose::TooEarly.nth(stream.key, now_ns)) >= too_early
            }
            Successor::NextScan => false,
        };
        if finds {
            files.discover_at(stream, law, now_ns);
        } else {
            input.want_scan(now_ns, plan.scan_ns);
        }
        self.schedule_input(reader);
    }
}
