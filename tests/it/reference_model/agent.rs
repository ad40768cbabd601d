//! An agent's reader: what it holds and what it waits for.

use loghaul::blueprint::{AgentPlan, Purpose, member};

/// A line by its log and its number there.
pub(super) type LineId = (usize, usize);

/// Lines that travel together.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub lines: Vec<LineId>,
    pub record_bytes: u64,
    pub wire_bytes: u64,
    pub tries: u32,
}

/// How a backlog is read: a chunk of each file in turn, from the head of the list. Two answers are taken note of between
/// two passes, and each frees its share of the room: so much is read until the next pass, which begins at the head again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passes {
    /// Passes until all answers are there.
    all: u64,
    pass: u64,
    /// Record bytes that were free at the beginning, and taken since.
    room: u64,
    taken: u64,
    /// The file that is read, and bytes read of it in this pass.
    place: usize,
    own_bytes: u64,
    /// Whether anything was read in this pass.
    any: bool,
}

impl Passes {
    /// The file to read next, one of those that have something; `None` where none has.
    pub(super) fn next(
        &mut self,
        chunk_bytes: u64,
        has: impl Fn(usize) -> bool,
        files: usize,
    ) -> Option<usize> {
        loop {
            // A chunk that was begun is read whole.
            let is_between = self.own_bytes == 0;
            let is_spent =
                is_between && self.pass < self.all && self.taken >= self.room / self.all * self.pass;
            if is_spent || self.place == files {
                if self.place == files && !self.any {
                    return None;
                }
                (self.pass, self.place, self.own_bytes, self.any) = (self.pass + 1, 0, 0, is_spent);
                continue;
            }
            if self.own_bytes < chunk_bytes && has(self.place) {
                return Some(self.place);
            }
            (self.place, self.own_bytes) = (self.place + 1, 0);
        }
    }

    /// A line of the file was read.
    pub(super) fn take(&mut self, record_bytes: u64, disk_bytes: u64) {
        (self.any, self.taken) = (true, self.taken + record_bytes);
        self.own_bytes += disk_bytes;
    }
}

/// Whether it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Reading,
    Paused,
    Down,
}

/// One reader with one buffer.
pub(super) struct Agent<'a> {
    pub plan: &'a AgentPlan,
    pub key: u64,
    /// The logs that it reads, in the order of its list.
    pub logs: Vec<usize>,
    pub leads: bool,
    pub mode: Mode,
    pub scan_phase_ns: u64,
    /// When what it has read is sent at the latest.
    pub deadline_ns: u64,
    /// Whether a timer for that is set.
    pub is_timed: bool,
    /// It looks at its files so often, from a phase of its own on; 0 where it is told of every line.
    pub look_every_ns: u64,
    pub look_phase_ns: u64,
    /// It has seen what was written before its last look.
    pub seen_ns: u64,
    pub held_bytes: u64,
    pub peak_bytes: u64,
    pub filling: Batch,
    /// Batches that are under way or wait to be sent again.
    pub outstanding: usize,
    pub requests: u64,
    /// It is reading a line until then.
    pub busy_until_ns: u64,
    /// It was paused, or has found a file, and has not caught up since: it reads a chunk of each file in passes.
    pub passes: Option<Passes>,
    /// Where it goes on otherwise: one line of each file in turn.
    pub turn: usize,
    /// Files of the last batch that it sent, each of which is answered by itself.
    pub answers: u64,
    /// When it was last at the end of all files that it knew.
    pub caught_up_ns: u64,
    /// Lives so far: events of an earlier one do not concern it.
    pub life: u32,
    pub paused_since_ns: u64,
    pub paused_ns: u64,
}

impl<'a> Agent<'a> {
    /// `owner` is the key of the node or pod that it runs on, `config` the one that it reads for.
    pub(super) fn new(plan: &'a AgentPlan, owner: u64, config: u32, leads: bool) -> Self {
        // Timers start on a grid of 1/32 of their interval.
        let phase = |purpose: Purpose, interval: u64| purpose.draw(owner) % 32 * (interval / 32);
        Self {
            plan,
            key: member(owner, u64::from(config)),
            logs: Vec::new(),
            leads,
            mode: Mode::Reading,
            scan_phase_ns: phase(Purpose::ScanPhase, plan.scan_ns),
            deadline_ns: match phase(Purpose::FlushPhase, plan.flush_ns) {
                0 => plan.flush_ns,
                phase_ns => phase_ns,
            },
            is_timed: false,
            // A loop that sleeps for so long comes round a little later.
            look_every_ns: plan.look_ns + plan.look_ns / 128,
            look_phase_ns: Purpose::LookPhase.draw(owner) % plan.look_ns.max(1),
            seen_ns: if plan.look_ns == 0 { u64::MAX } else { 0 },
            held_bytes: 0,
            peak_bytes: 0,
            filling: Batch::default(),
            outstanding: 0,
            requests: 0,
            busy_until_ns: 0,
            passes: None,
            turn: 0,
            answers: 0,
            caught_up_ns: 1,
            life: 0,
            paused_since_ns: 0,
            paused_ns: 0,
        }
    }

    /// Whether what it has read is to be sent now. Who sends full batches at once sends one when it is full, 50 ms after the
    /// last or when no more fits into the buffer, and whatever it has when nothing is under way that could make room.
    pub(super) fn is_due(&self, now_ns: u64) -> bool {
        let plan = self.plan;
        let full_bytes = plan.batch_bytes.min(plan.buffer_limit_bytes).max(1);
        let rested = now_ns + plan.flush_ns >= self.deadline_ns + 50_000_000;
        let is_full = self.filling.record_bytes >= full_bytes && (rested || self.mode == Mode::Paused);
        let is_stuck = self.mode == Mode::Paused && self.outstanding == 0;
        !self.filling.lines.is_empty()
            && self.outstanding < plan.max_in_flight
            && (now_ns >= self.deadline_ns || plan.sends_full && (is_full || is_stuck))
    }

    /// It has a backlog to read.
    pub(super) fn fall_behind(&mut self) {
        if self.passes.is_none() {
            let room = self.plan.buffer_limit_bytes.saturating_sub(self.held_bytes);
            let all = self.answers.div_ceil(2).max(1);
            self.passes = Some(Passes { all, pass: 1, room, taken: 0, place: 0, own_bytes: 0, any: false });
        }
    }

    /// Nanoseconds that it takes to read a line.
    pub(super) fn read_ns(&self, disk_bytes: u64) -> u64 {
        (self.plan.costs.bulk_reader_ns(1.0, disk_bytes as f64) / self.plan.cores) as u64
    }

    /// Whether its memory, at the fullest of this life, is beyond its limit.
    pub(super) fn is_too_large(&self) -> bool {
        let configs = if self.leads { f64::from(self.plan.configs) } else { 0.0 };
        let rss = self.plan.costs.rss_bytes(self.logs.len() as f64, configs, self.peak_bytes as f64);
        self.plan.memory_limit_bytes.is_some_and(|limit| rss > limit as f64)
    }

    /// The wait before retry number `tries + 1`.
    pub(super) fn backoff_ns(&self, tries: u32) -> u64 {
        let base = self.plan.backoff_base_ns;
        let most = base.saturating_mul(2u64.saturating_pow(tries + 1)).min(self.plan.backoff_cap_ns);
        let chance = (Purpose::Backoff.nth(self.key, self.requests) >> 11) as f64 / (1u64 << 53) as f64;
        base + (chance * most.saturating_sub(base) as f64) as u64
    }
}
