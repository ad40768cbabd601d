//! An agent's state: what it holds, what is under way, what it waits for.
//!
//! One `Input` is one reader with a buffer. An agent is one input, or one for each collection config where
//! configs are inputs of their own; the first carries the costs of the process.

use crate::blueprint::{AgentPlan, Blueprint, Purpose, member};
use crate::flow::Medium;
use crate::profile::{Discovery, Parse};
use crate::units::NEVER_NS;
use crate::world::agent::answers::Answers;
use crate::world::agent::batches::{Batch, Batches};
use crate::world::agent::meter::Meter;
use crate::world::agent::offsets::Offsets;
use crate::world::agent::round::Round;
use crate::world::agent::unanswered::Unanswered;
use crate::world::lines::stream::{Stream, StreamId};
use std::num::NonZeroU32;
use std::ops::Range;

/// Whose agent reads a stream, those of nobody last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// The node.
    Node,
    /// The pod at this place on the node.
    Pod(usize),
    /// None does.
    Nobody,
}

/// The number of an input among those of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InputId(NonZeroU32);

impl InputId {
    /// The input at this place; a node has fewer than four thousand million.
    pub(crate) fn of(at: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(at as u32))
    }

    /// Returns its place among the inputs of the node.
    #[inline]
    pub(crate) fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Whether an input reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It reads what is written.
    Reading,
    /// Its buffer is full.
    Paused,
    /// It has been told to stop: it sends what it holds.
    Stopped,
    /// Its process has been killed.
    Down,
}

/// When an input looks at its files for new lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    /// So often; 0 where it is told of every line.
    every_ns: u64,
    phase_ns: u64,
}

impl Looks {
    /// Returns the last look by an instant; that instant itself where it is told of every line.
    #[inline]
    pub(crate) fn last(self, at_ns: u64) -> u64 {
        match self.every_ns {
            0 => at_ns,
            every_ns => at_ns.saturating_sub((at_ns + every_ns - self.phase_ns) % every_ns),
        }
    }
}

/// One reader with its buffer.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub plan: u32,
    /// Its streams on the node: the first, and one behind the last.
    pub first: StreamId,
    pub end: StreamId,
    /// The collection config that it is for, where each has an input of its own.
    pub config: u32,
    /// The number of its pod's place among those of the node that change hands, where its agent is in such a pod.
    pub place: Option<u32>,
    pub mode: Mode,
    /// Cores that its reading may use: the plan's, or what the node has for it.
    pub cores: f64,
    /// Everything up to here is settled.
    pub since_ns: u64,
    /// Whether lines from before `since_ns` may be unread.
    pub behind: bool,
    /// Where it is on its way round its files, while it reads a backlog for which neither buffer nor CPU suffices.
    pub round: Option<Box<Round>>,
    /// Share of the time in which it was at work when it last read, and nanoseconds that a read took.
    pub occupied: (f64, f64),
    /// Reader's time that it had while it was behind and that did not suffice for one line more.
    pub unspent_ns: f64,
    /// When it was last at the end of all files that it knew.
    pub caught_up_ns: u64,
    /// Whether files were rotated that it has not taken note of.
    pub has_unnoticed: bool,
    /// Whether it carries the costs of the process.
    pub leads: bool,
    /// When its buffer is looked at next: at its timer, or earlier where a full batch is sent at once.
    pub flush_ns: u64,
    /// When what it has read since the last flush is sent at the latest, if the backend lets it.
    pub deadline_ns: u64,
    pub scan_ns: u64,
    pub give_up_ns: u64,
    pub restart_ns: u64,
    /// Since when it has its collection config: before, it knows no file.
    pub config_ns: u64,
    /// When the backend refuses it because its credentials have expired.
    pub refused: (u64, u64),
    scan_phase_ns: u64,
    /// When it looks at its files first, and whether a batch has waited long enough, where it does so from time to time.
    look_phase_ns: u64,
    check_phase_ns: u64,
    /// Whether the batch that it fills has begun to wait.
    pub batch_waits: bool,
    pub key: u64,
    pub requests: u64,
    /// Requests of the last flush, one a file: so many answers free its memory.
    pub answers: u64,
    /// Record bytes held, under way or not. Property: those of what fills, of batches that wait, of what is to be
    /// freed and of what is answered after the run.
    pub held_bytes: u64,
    /// The most it ever held.
    pub peak_bytes: u64,
    /// What it uses, span by span.
    pub meter: Meter,
    /// What was read since the last flush. Property: nothing, while it is down.
    pub filling: Batch,
    /// Batches that were refused, or whose answer comes too late.
    pub batches: Batches,
    /// Batches that were accepted, until their answers are there.
    pub answers_due: Answers,
    /// Batches that are accepted after the run, where nothing can become of them before.
    pub unanswered: Unanswered,
    pub kills: u32,
    /// Positions of its files on disk, where it may come to need them.
    pub offsets: Option<Box<Offsets>>,
    /// Whether it may have files that it reads again.
    pub replays: bool,
    /// Whether it has left the node for good, or has not come to it yet.
    pub is_gone: bool,
}

/// Timers start on a grid of 1/32 of their interval, so that chunks are split between cells and not within.
const PHASES: u64 = 32;

impl Input {
    /// An agent's input in the middle of its life; `key` is that of the agent.
    pub(crate) fn new(
        plan_index: usize,
        plan: &AgentPlan,
        streams: Range<StreamId>,
        key: u64,
        config: u32,
        leads: bool,
    ) -> Self {
        let mut input = Self {
            plan: plan_index as u32,
            first: streams.start,
            end: streams.end,
            config,
            place: None,
            mode: Mode::Reading,
            cores: plan.cores,
            since_ns: 0,
            behind: false,
            round: None,
            occupied: (0.0, 0.0),
            unspent_ns: 0.0,
            caught_up_ns: 0,
            has_unnoticed: false,
            leads,
            flush_ns: 0,
            deadline_ns: 0,
            scan_ns: NEVER_NS,
            give_up_ns: NEVER_NS,
            restart_ns: NEVER_NS,
            config_ns: 0,
            refused: Self::NEVER_REFUSED,
            scan_phase_ns: 0,
            look_phase_ns: 0,
            check_phase_ns: 0,
            batch_waits: false,
            key: 0,
            requests: 0,
            answers: 0,
            held_bytes: 0,
            peak_bytes: 0,
            meter: Meter::new(0),
            filling: Batch::default(),
            batches: Batches::default(),
            answers_due: Answers::default(),
            unanswered: Unanswered::default(),
            kills: 0,
            offsets: None,
            replays: false,
            is_gone: false,
        };
        input.begin(0, key, plan);
        input
    }

    /// The agent starts, at `now_ns` and with timers of its own. Inputs of one process flush together, and each has its
    /// own luck with the backend.
    pub(crate) fn begin(&mut self, now_ns: u64, key: u64, plan: &AgentPlan) {
        let phase = |purpose: Purpose, interval: u64| purpose.draw(key) % PHASES * (interval / PHASES);
        let flush_phase_ns = phase(Purpose::FlushPhase, plan.flush_ns);
        self.key = member(key, u64::from(self.config));
        self.mode = Mode::Reading;
        self.is_gone = false;
        self.since_ns = now_ns;
        self.config_ns = now_ns;
        // What it starts with it has at once.
        self.caught_up_ns = now_ns + 1;
        self.has_unnoticed = false;
        self.round = None;
        self.answers = 0;
        self.wind_timer(now_ns + if flush_phase_ns == 0 { plan.flush_ns } else { flush_phase_ns }, plan);
        self.scan_phase_ns = now_ns + phase(Purpose::ScanPhase, plan.scan_ns);
        self.look_phase_ns = Purpose::LookPhase.draw(key) % plan.look_ns.max(1);
        self.check_phase_ns = Purpose::CheckPhase.draw(key) % plan.flush_check_ns.max(1);
        self.batch_waits = false;
    }

    /// Returns when it looks at its files.
    #[inline]
    pub(crate) fn looks(&self, plan: &AgentPlan) -> Looks {
        // A loop that sleeps for so long comes round a little later each time, and keeps no step with the second.
        Looks { every_ns: plan.look_ns + plan.look_ns / 128, phase_ns: self.look_phase_ns }
    }

    /// Returns up to when it has looked at its files by an instant.
    #[inline]
    pub(crate) fn looked_ns(&self, at_ns: u64, plan: &AgentPlan) -> u64 {
        self.looks(plan).last(at_ns)
    }

    /// The batch that it fills begins to wait with its first line, where that is how it goes: sets when it has waited enough.
    pub(crate) fn begin_to_wait(&mut self, now_ns: u64, plan: &AgentPlan) {
        if plan.flush_check_ns > 0 && self.filling.lines > 0 && !self.batch_waits {
            self.batch_waits = true;
            let over_ns = now_ns + plan.flush_ns;
            let since_ns = (over_ns + plan.flush_check_ns - self.check_phase_ns) % plan.flush_check_ns;
            self.deadline_ns = over_ns - since_ns + plan.flush_check_ns;
        }
    }

    /// Sets its flush timer. Who sends full batches at once looks before when one will be full.
    pub(crate) fn wind_timer(&mut self, at_ns: u64, plan: &AgentPlan) {
        self.deadline_ns = at_ns;
        self.flush_ns = if plan.sends_full { at_ns.min(self.since_ns + 1) } else { at_ns };
    }

    /// Whatever it holds is to be sent now.
    pub(crate) fn hurry(&mut self, now_ns: u64) {
        (self.flush_ns, self.deadline_ns) = (now_ns, now_ns);
    }

    /// The process is gone, and what it held with it: gives the lines that were not accepted yet.
    pub(crate) fn drop_all(&mut self) -> u64 {
        let held = self.batches.take_all().map(|(batch, _)| batch.new_lines()).sum::<u64>()
            + self.filling.new_lines();
        let held = held + std::mem::take(&mut self.unanswered).lines;
        self.filling = Batch::default();
        self.answers_due.clear();
        self.held_bytes = 0;
        self.mode = Mode::Down;
        self.flush_ns = NEVER_NS;
        self.scan_ns = NEVER_NS;
        self.give_up_ns = NEVER_NS;
        held
    }

    /// The agent has started between `before_ns` and `within_ns` more ahead of the run: its timers are counted from
    /// there.
    pub(crate) fn count_from_start(&mut self, plan: &AgentPlan, key: u64, before_ns: u64, within_ns: u64) {
        let more = Purpose::FlushPhase.draw(key) % PHASES * (within_ns / PHASES);
        let left = |interval_ns: u64| interval_ns - (before_ns + more) % interval_ns.max(1);
        self.wind_timer(left(plan.flush_ns), plan);
        self.scan_phase_ns = left(plan.scan_ns);
    }

    /// The next instant at which something happens.
    pub(crate) fn next_ns(&self) -> u64 {
        let timers = self.flush_ns.min(self.scan_ns).min(self.give_up_ns).min(self.restart_ns);
        timers.min(self.batches.first_due_ns())
    }

    /// Frees the memory of accepted batches whose answers are there at `now_ns`, and reads on if that makes room.
    pub(crate) fn release(&mut self, now_ns: u64, plan: &AgentPlan) {
        let freed = self.answers_due.take_until(now_ns);
        self.held_bytes -= freed;
        // A line that does not fit leaves a little room, which is none: only an answer ends a pause.
        if self.mode == Mode::Paused && freed > 0 && self.held_bytes < plan.buffer_limit_bytes {
            self.mode = Mode::Reading;
            self.behind = true;
            self.round = None;
        }
    }

    /// Returns the probability that it looks for a rotated file's successor before that is there. `gap_ns` is how long the
    /// writer takes from the rename until it has begun the new file, on average; the times are taken to be exponential. An
    /// idle agent looks when it is awake, a busy one when it has done what it is at.
    pub(crate) fn looks_too_early(&self, gap_ns: u64, plan: &AgentPlan) -> f64 {
        if gap_ns == 0 {
            return 0.0;
        }
        let (busy, read_ns) = self.occupied;
        let outlasts = |wait_ns: f64| libm::exp(-wait_ns / gap_ns as f64);
        let wake_ns = plan.wake_ns as f64;
        (1.0 - busy) * outlasts(wake_ns) + busy * outlasts(wake_ns + read_ns)
    }

    /// Takes note that there is a file to be found by the next scan at or after `now_ns`.
    pub(crate) fn want_scan(&mut self, now_ns: u64, scan_interval_ns: u64) {
        self.scan_ns = self.scan_ns.min(self.next_scan(now_ns, scan_interval_ns));
    }

    /// When it scans next after `now_ns`.
    pub(crate) fn next_scan(&self, now_ns: u64, scan_interval_ns: u64) -> u64 {
        let since_phase = now_ns.saturating_sub(self.scan_phase_ns);
        let next = self.scan_phase_ns + since_phase.div_ceil(scan_interval_ns) * scan_interval_ns;
        next.max(now_ns + 1).max(self.config_ns)
    }

    /// Returns whether it looks for new files at `now_ns` in any case.
    pub(crate) fn scans_at(&self, now_ns: u64, plan: &AgentPlan) -> bool {
        now_ns.saturating_sub(self.scan_phase_ns).is_multiple_of(plan.scan_ns)
    }

    /// Takes note that it is told of a new pod at `at_ns`: it looks for the pod's files then, or at its next scan.
    pub(crate) fn hear_of_pod(&mut self, at_ns: u64, plan: &AgentPlan) {
        match plan.discovery {
            Discovery::PodEvents => self.scan_ns = self.scan_ns.min(at_ns.max(self.config_ns)),
            _ => self.want_scan(at_ns, plan.scan_ns),
        }
    }

    /// Returns the places of its streams among those of the node.
    #[inline]
    pub(crate) fn own(&self) -> Range<usize> {
        self.first.at()..self.end.at()
    }

    /// Says of a stream what of it this input cannot take as it comes; `unwatched` where it has no watch for its file.
    pub(crate) fn learn(
        &self,
        stream: &mut Stream,
        (medium, parse): (Medium, Parse),
        unwatched: bool,
        blueprint: &Blueprint,
    ) {
        let plan = &blueprint.agents[self.plan as usize];
        let law = &blueprint.laws[stream.law as usize];
        (stream.too_long, stream.held_ms) = (plan.first_too_long(law, medium), plan.held_ms(law, parse));
        stream.rejected = blueprint.backend.first_rejected(law);
        if unwatched {
            // It is looked at now and then: half of the time between two looks later, on average.
            let late_ms = (plan.scan_ns / 2_000_000).min(u64::from(u16::MAX)) as u16;
            stream.held_ms = stream.held_ms.saturating_add(late_ms);
        }
    }

    /// What it adds to its process's memory beyond the idle program, with so many record bytes held, in bytes.
    pub(crate) fn variable_bytes(&self, blueprint: &Blueprint, held_bytes: u64) -> f64 {
        let plan = &blueprint.agents[self.plan as usize];
        let configs = if self.leads { f64::from(plan.configs) } else { 0.0 };
        let in_memory = held_bytes.min(plan.buffer_memory_bytes);
        plan.costs.variable_bytes(self.own().len() as f64, configs, in_memory as f64)
    }

    /// RSS of a process with this input alone, with so many record bytes held.
    pub(crate) fn rss_bytes(&self, blueprint: &Blueprint, held_bytes: u64) -> f64 {
        let plan = &blueprint.agents[self.plan as usize];
        plan.costs.rss_idle_bytes() + self.variable_bytes(blueprint, held_bytes)
    }
}
