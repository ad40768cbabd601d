//! One input at its desk: what an agent sees of the node that it runs on.
//!
//! A borrowed view of an input with its own streams and files, in the same order, the plan that it follows and the sums
//! that it adds to. Nothing in this room sees more of a node than that. Reading, shipping, checkpoints, discovery and the
//! process's own life are each a file that adds its methods here.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::units::NEVER_NS;
use crate::world::agent::input::{Input, Mode};
use crate::world::agent::shipping::Ship;
use crate::world::backend::link::Link;
use crate::world::disk::files::Files;
use crate::world::lines::stream::{Peek, Stream};
use crate::world::tally::Tally;

/// An input, and all that it works on. A place among its streams is what chunks know a stream by.
pub(crate) struct Desk<'a> {
    pub input: &'a mut Input,
    pub streams: &'a mut [Stream],
    pub files: &'a mut [Files],
    /// Room for where its streams are looked at; what is in it is nobody's.
    pub peeks: &'a mut Vec<Peek>,
    pub plan: &'a AgentPlan,
    pub blueprint: &'a Blueprint,
    pub tally: &'a mut Tally,
}

impl Desk<'_> {
    /// Handles whatever is due: answers and retries first, then the input's timers.
    pub(crate) fn handle(&mut self, now_ns: u64, link: &mut Link<'_>) {
        self.advance(now_ns);
        if !self.input.batches.is_empty() {
            self.with_ship(link, |input, plan, ship| input.settle_batches(now_ns, plan, ship));
        }
        if self.input.restart_ns <= now_ns {
            self.restart(now_ns);
        }
        if self.input.mode == Mode::Down {
            return;
        }
        if self.input.give_up_ns <= now_ns {
            self.give_up(now_ns);
        }
        if self.input.scan_ns <= now_ns {
            self.scan(now_ns);
        }
        self.input.begin_to_wait(now_ns, self.plan);
        if self.input.deadline_ns <= now_ns || self.plan.sends_full {
            self.with_ship(link, |input, plan, ship| input.flush(now_ns, plan, ship));
        }
        self.schedule_flush(now_ns);
    }

    /// Sends whatever the input holds, what waits for its retry included.
    pub(crate) fn send_all(&mut self, now_ns: u64, link: &mut Link<'_>) {
        self.with_ship(link, |input, plan, ship| input.send_all(now_ns, plan, ship));
    }

    fn with_ship(
        &mut self,
        link: &mut Link<'_>,
        ship: impl FnOnce(&mut Input, &AgentPlan, &mut Ship<'_, '_>),
    ) {
        let (horizon_ns, end_ns) = (self.blueprint.horizon_ns, self.blueprint.end_ns());
        let mut way = Ship { link, streams: self.streams, tally: self.tally, horizon_ns, end_ns };
        ship(self.input, self.plan, &mut way);
    }

    /// Returns whether the input has read and sent all that it ever will: after the last line was written.
    pub(crate) fn is_finished(&self) -> bool {
        let input = &self.input;
        // What it gives up when the run is over it does not wait for.
        let gives_up = input.give_up_ns < self.blueprint.end_ns();
        let waits = input.scan_ns.min(input.restart_ns) < NEVER_NS || gives_up || input.has_unnoticed;
        let holds = input.filling.lines > 0 || !input.batches.is_empty() || input.unanswered.batches > 0;
        let horizon_ns = self.blueprint.horizon_ns;
        let has_read = |stream: &Stream| stream.time_ns >= stream.limit_ns.min(horizon_ns);
        input.mode == Mode::Reading && !waits && !holds && self.streams.iter().all(has_read)
    }

    /// Kills the agent if its memory exceeds its limit.
    pub(crate) fn kill_if_too_large(&mut self, now_ns: u64) {
        let rss_bytes = self.input.rss_bytes(self.blueprint, self.input.peak_bytes);
        if self.plan.memory_limit_bytes.is_some_and(|limit| rss_bytes > limit as f64) {
            self.tally.oom_kills += 1;
            self.rewind(now_ns, false);
            self.input.kill(now_ns, self.plan, self.tally);
        }
    }

    /// The agent is back.
    pub(crate) fn restart(&mut self, now_ns: u64) {
        let (input, plan) = (&mut *self.input, self.plan);
        input.restart_ns = NEVER_NS;
        input.mode = Mode::Reading;
        input.behind = plan.remembers();
        input.save_offsets_from(now_ns, plan);
        input.has_unnoticed = false;
        input.round = None;
        input.wind_timer(now_ns + plan.flush_ns, plan);
        // It starts with what its disk has kept; the largest it was before does not count any more.
        input.peak_bytes = input.held_bytes;
        let now_ns = now_ns.min(self.blueprint.horizon_ns);
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            let law = &self.blueprint.laws[stream.law as usize];
            files.reopen(stream, law, now_ns, plan.remembers(), self.tally);
        }
    }
}
