//! How an input reads its files: as they are written, or a backlog as fast as it can, until its buffer is full.
//!
//! Two regimes. *Quiet*: whatever it reads until now fits into the buffer, even if no answer had come meanwhile,
//! and its CPU suffices; then everything follows by arithmetic, and answers free memory without an event.
//! *Busy*: the buffer fills up, and the input pauses at an instant in between; or its CPU does not suffice, and
//! it falls behind; then it is settled from answer to answer.

use crate::blueprint::{AgentPlan, StreamLaw};
use crate::engine::search::last_within;
use crate::flow::{Chunk, OwnStream};
use crate::profile::{LongLines, Overflow, Successor, Work};
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::catch_up::{CatchUp, Volume, finest_ns, place_in};
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Mode;
use crate::world::agent::long_lines;
use crate::world::agent::round::Round;
use crate::world::lines::stream::{NONE_TOO_LONG, Peek, Stream};

/// Answers that a reader takes note of between two passes over its files: one of each of two workers.
/// Source: lab; without it the freshness of 40 files beyond the ceiling is off by a factor of four.
const ANSWERS_A_PASS: u64 = 2;

/// Time that is carried over at most for each file: more than the dearest line takes, and than lines are told apart by.
const MOST_UNSPENT_NS: f64 = 1e7;

/// How far an input has come in a span, and why no further.
struct Extent {
    /// Whether it has read all there was, or all until its buffer was full.
    keeps_up: bool,
    /// Whether it was at the end of its files in between.
    was_at_the_end: bool,
    /// When its buffer was full.
    pause_ns: Option<u64>,
}

/// The most that an input can read in a span.
struct Most {
    /// Nanoseconds of the reading thread.
    budget_ns: f64,
    /// Record bytes that its buffer takes.
    room: u64,
    /// Whether more than that is not to be read at all.
    is_limit: bool,
}

impl Most {
    fn suffices_for(&self, volume: &Volume, plan: &AgentPlan) -> bool {
        volume.reader_ns(plan) <= self.budget_ns && volume.record_bytes <= self.room
    }
}

impl Desk<'_> {
    /// Settles what the input has done until `now_ns`.
    pub(crate) fn advance(&mut self, now_ns: u64) {
        let horizon_ns = self.blueprint.horizon_ns;
        if self.input.since_ns >= horizon_ns && self.input.since_ns < now_ns && self.is_finished() {
            self.input.since_ns = now_ns;
            self.input.release(now_ns, self.plan);
        }
        while self.input.since_ns < now_ns {
            let until_ns = self.step(now_ns);
            if until_ns < now_ns && self.input.give_up_ns <= until_ns {
                self.give_up(until_ns);
            }
        }
    }

    /// Settles a part of the span until `now_ns` in which nothing but reading happens. Returns its end.
    fn step(&mut self, now_ns: u64) -> u64 {
        let since_ns = self.input.since_ns;
        let charged_ns = self.tally.agent_cpu_ns;
        let caught_up_ns = self.input.caught_up_ns;
        let mut until_ns = self.edge_before(now_ns);
        let offsets_ns = self.input.offsets_before(until_ns, self.streams);
        let quiet = self.input.mode == Mode::Reading && self.read(until_ns, true);
        if !quiet {
            until_ns = self.input.answers_due.first_behind(since_ns).unwrap_or(until_ns).min(until_ns);
            match self.input.mode {
                Mode::Reading => {
                    self.read(until_ns, false);
                }
                Mode::Paused => self.count_pause(since_ns, until_ns),
                Mode::Stopped => {}
                // One that will not start again is gone, and not missing.
                Mode::Down if self.input.leads && self.input.restart_ns != NEVER_NS => {
                    let end_ns = until_ns.min(self.blueprint.horizon_ns);
                    self.tally.agent_down_ns += end_ns.saturating_sub(since_ns);
                }
                Mode::Down => {}
            }
            self.withhold(until_ns);
        }
        if self.input.has_unnoticed
            && self.input.mode != Mode::Stopped
            && self.notice_rotations(until_ns, false)
        {
            // What it has found it has yet to read.
            self.input.caught_up_ns = caught_up_ns;
        }
        let (input, plan) = (&mut *self.input, self.plan);
        if let Some(offsets_ns) = offsets_ns {
            input.save_offsets((since_ns, until_ns), &offsets_ns, self.streams, plan);
        }
        if input.leads && input.mode != Mode::Down && until_ns <= self.blueprint.horizon_ns {
            self.tally.agent_cpu_ns += (plan.idle_cores * (until_ns - since_ns) as f64 + 0.5) as u64;
        }
        input.since_ns = until_ns;
        if !input.answers_due.is_empty() {
            input.release(until_ns, plan);
        }
        self.meter(until_ns, self.tally.agent_cpu_ns - charged_ns);
        until_ns
    }

    /// Returns the end of the part until `now_ns` that may be settled at once.
    fn edge_before(&mut self, now_ns: u64) -> u64 {
        // Chunks do not straddle the ends of warm-up and writing, nor exceed the longest chunk.
        let since_ns = self.input.since_ns;
        let mut until_ns = now_ns.min(since_ns.saturating_add(self.blueprint.chunk_ns));
        for edge_ns in [self.blueprint.warmup_ns, self.blueprint.horizon_ns] {
            if since_ns < edge_ns {
                until_ns = until_ns.min(edge_ns);
            }
        }
        // What it watches and could not look at while it stood still it takes note of before it reads on; of other
        // files when it has read them to their end, which is when their backlog is read.
        if self.input.has_unnoticed && self.input.mode == Mode::Reading {
            self.notice_rotations(since_ns, true);
            if self.input.has_unnoticed {
                until_ns = until_ns.min(since_ns + self.backlog_ns(until_ns - since_ns));
            }
        }
        // The time of a file of which it took note just now may be over before anything else happens.
        if since_ns < self.input.give_up_ns {
            until_ns = until_ns.min(self.input.give_up_ns);
        }
        until_ns
    }

    /// Returns how long it takes to read what is there now and known, as fast as can be, and a little more; where that is more
    /// than `most_ns`, something that is more as well.
    fn backlog_ns(&self, most_ns: u64) -> u64 {
        let mut all = Volume::default();
        let mut backlog_ns = 0;
        let looked_ns = self.input.looked_ns(self.input.since_ns, self.plan);
        for stream in &*self.streams {
            let until_ns = looked_ns.min(stream.limit_ns).min(self.blueprint.horizon_ns);
            if stream.time_ns < until_ns {
                let peek = stream.peek(&self.blueprint.laws[stream.law as usize], until_ns);
                all.add(peek.written - stream.read, stream, self.plan);
            }
            backlog_ns = (1.1 * all.reader_ns(self.plan) / self.input.cores) as u64 + 1_000_000;
            if backlog_ns > most_ns {
                break;
            }
        }
        backlog_ns
    }

    /// Reads from the input's last settled instant until `now_ns`. In the quiet regime, does nothing and returns
    /// `false` where it does not apply.
    fn read(&mut self, now_ns: u64, quiet: bool) -> bool {
        let span_s = (now_ns - self.input.since_ns) as f64 / NS_PER_SEC as f64;
        let budget_ns = span_s * NS_PER_SEC as f64 * self.input.cores + self.input.unspent_ns;
        let held_before = self.input.held_bytes;
        let room = self.plan.buffer_limit_bytes.saturating_sub(held_before);
        // Who drops what does not fit reads on.
        let takes = if quiet || self.plan.overflow.waits_for_room() { room } else { u64::MAX };
        let most = Most { budget_ns, room: takes, is_limit: quiet };
        let Some((work, all)) = self.peek_at_all(now_ns, span_s, &most) else { return false };
        let extent = self.find_extent(now_ns, budget_ns, room, &all);
        let taken = self.take();
        if self.plan.successor == Successor::AtRename {
            let (share, read_ns) = self.plan.costs.occupation(&work);
            let busy = if extent.keeps_up { (share / self.input.cores).min(1.0) } else { 1.0 };
            self.input.occupied = (busy, read_ns / self.input.cores);
        }
        // What is read after the horizon counts for no mean.
        if now_ns <= self.blueprint.horizon_ns {
            self.pay(&work, (&taken, &all), budget_ns);
        }
        let input = &mut *self.input;
        let is_short = !extent.keeps_up && input.mode == Mode::Reading;
        let left_ns = budget_ns - taken.reader_ns(self.plan);
        // Each file gets its share, which may be less than a line.
        let most_ns = MOST_UNSPENT_NS * self.streams.len() as f64;
        input.unspent_ns = if is_short { left_ns.clamp(0.0, most_ns) } else { 0.0 };
        input.behind = !extent.keeps_up;
        if extent.was_at_the_end {
            input.caught_up_ns = extent.pause_ns.unwrap_or(now_ns);
        }
        if extent.keeps_up {
            input.round = None;
        }
        if let Some(pause_ns) = extent.pause_ns {
            input.mode = Mode::Paused;
            self.count_pause(pause_ns, now_ns);
        }
        self.note_peak(held_before, now_ns);
        true
    }

    /// Looks what each stream has for its reader until `now_ns`. Returns what reading all of it takes, and how much it is; `None`
    /// where it is more than the limit.
    fn peek_at_all(&mut self, now_ns: u64, span_s: f64, most: &Most) -> Option<(Work, Volume)> {
        let (mut work, mut all) = (Work::in_span(span_s), Volume::default());
        self.peeks.clear();
        let looked_ns = self.input.looked_ns(now_ns, self.plan);
        for stream in &*self.streams {
            let until_ns = looked_ns.min(stream.limit_ns).min(self.blueprint.horizon_ns);
            if until_ns <= stream.time_ns {
                self.peeks.push(stream.here());
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            let peek = match self.input.behind && !most.is_limit {
                true => self.peek_far((stream, law), until_ns, most),
                false => stream.peek(law, until_ns),
            };
            let new = peek.written - stream.read;
            if new.lines > 0 {
                all.add(new, stream, self.plan);
                if most.is_limit && !most.suffices_for(&all, self.plan) {
                    return None;
                }
                let (lines, bytes) = (new.lines as f64, stream.on_disk(new) as f64);
                if self.input.behind {
                    self.plan.costs.add_bulk(&mut work, lines, bytes);
                } else {
                    self.plan.costs.add_live(&mut work, lines, bytes, law.arrivals.ticks());
                }
            }
            self.peeks.push(peek);
        }
        Some((work, all))
    }

    /// Looks what a stream has for its reader until an instant; where more than can be read was there before that second, until
    /// its beginning.
    fn peek_far(&self, (stream, law): (&Stream, &StreamLaw), until_ns: u64, most: &Most) -> Peek {
        let whole_ns = until_ns / NS_PER_SEC * NS_PER_SEC;
        if whole_ns > stream.time_ns {
            let peek = stream.peek(law, whole_ns);
            let mut own = Volume::default();
            own.add(peek.written - stream.read, stream, self.plan);
            if !most.suffices_for(&own, self.plan) {
                return peek;
            }
        }
        stream.peek(law, until_ns)
    }

    /// Finds how far the input comes with the time and the room that it has, and cuts the peeks to that.
    fn find_extent(&mut self, now_ns: u64, budget_ns: f64, room: u64, all: &Volume) -> Extent {
        let (input, plan, peeks) = (&mut *self.input, self.plan, &mut *self.peeks);
        let catch_up = CatchUp {
            streams: self.streams,
            plan,
            cores: input.cores,
            laws: &self.blueprint.laws,
            since_ns: input.since_ns,
            now_ns,
            horizon_ns: self.blueprint.horizon_ns,
        };
        let keeps_up = all.reader_ns(plan) <= budget_ns;
        let overflows = plan.overflow.waits_for_room() && all.record_bytes > room;
        // What was there already when this part began.
        let goes_round = overflows || !keeps_up && input.round.is_some();
        let mut there = if goes_round { peeks.to_vec() } else { Vec::new() };
        catch_up.cut(&mut there, input.since_ns);
        let backlog = catch_up.volume(&there, NEVER_NS);
        let is_at_the_end = backlog.record_bytes <= room && backlog.reader_ns(plan) <= budget_ns;
        let extent = if overflows && is_at_the_end {
            // It comes to the end of its files, and its buffer is full later.
            let held = |cut: u64| catch_up.volume(peeks, cut).record_bytes as f64;
            let known = (backlog.record_bytes as f64, all.record_bytes as f64, room as f64);
            let fine_ns = finest_ns(self.streams, &self.blueprint.laws);
            let cut_ns = last_within((input.since_ns, now_ns), NS_PER_SEC, fine_ns, known, held);
            let in_time = |at: &u64| catch_up.volume(peeks, *at).reader_ns(plan) <= budget_ns;
            let pause_ns = Some(cut_ns).filter(in_time);
            match pause_ns {
                Some(_) => catch_up.cut(peeks, cut_ns),
                None => catch_up.cut_to_budget(peeks, budget_ns),
            }
            input.round = None;
            Extent { keeps_up: pause_ns.is_some(), was_at_the_end: true, pause_ns }
        } else if goes_round {
            // The backlog is read as fast as can be; what is written meanwhile to files that have been read already
            // is read as well. A way round the files that was begun goes on when the rest of it fits into the buffer.
            let passes = if input.behind { input.answers.div_ceil(ANSWERS_A_PASS).max(1) } else { 1 };
            let mut round = input.round.take().unwrap_or_else(|| Box::new(Round::new(passes, room)));
            let pause_ns = catch_up.go_round((&there, peeks), room, budget_ns, &mut round);
            input.round = Some(round);
            Extent { keeps_up: pause_ns.is_some(), was_at_the_end: false, pause_ns }
        } else {
            if !keeps_up {
                catch_up.cut_to_budget(peeks, budget_ns);
            }
            Extent { keeps_up, was_at_the_end: keeps_up, pause_ns: None }
        };
        // What does not fit into an empty buffer at all goes in all the same: one write past the limit.
        if extent.pause_ns.is_some() && input.held_bytes == 0 {
            catch_up.take_something(peeks);
        }
        extent
    }

    /// Charges the CPU of reading what was `taken`, where `all` would have been `work`: of what could be read only in part,
    /// only that is paid for.
    fn pay(&mut self, work: &Work, (taken, all): (&Volume, &Volume), budget_ns: f64) {
        let costs = &self.plan.costs;
        let content_ns = |volume: &Volume| costs.content_ns(volume.lines as f64, volume.disk_bytes as f64);
        let (taken_ns, all_ns) = (content_ns(taken), content_ns(all));
        let share = if all_ns > 0.0 { taken_ns / all_ns } else { 1.0 };
        let most_ns = budget_ns / costs.reader_share();
        let paid_ns = (costs.cpu_ns(work) * share).min(most_ns);
        self.tally.agent_cpu_ns += (paid_ns + 0.5) as u64;
        self.tally.unpaid_ns += (taken_ns - paid_ns).max(0.0) as u64;
    }

    /// Takes the readers to their peeks, and what is on the way into the buffer. Returns what that is.
    fn take(&mut self) -> Volume {
        let (mut taken, replays) = (Volume::default(), std::mem::take(&mut self.input.replays));
        for place in 0..self.streams.len() {
            let peek = self.peeks[place];
            taken.add(peek.written - self.streams[place].read, &self.streams[place], self.plan);
            self.take_of(OwnStream::of(place), peek, replays);
            let (stream, files) = (&mut self.streams[place], &mut self.files[place]);
            self.input.replays |= replays && files.replays_at(stream.time_ns).is_some();
            if stream.time_ns >= stream.limit_ns {
                files.settle(stream, &self.blueprint.laws[stream.law as usize]);
            }
        }
        taken
    }

    /// Takes the reader of one stream to its peek, chunk by chunk.
    fn take_of(&mut self, number: OwnStream, peek: Peek, replays: bool) {
        let Self { input, streams, files, plan, blueprint, tally, .. } = self;
        let (stream, files) = (&mut streams[number.at()], &mut files[number.at()]);
        let law = &blueprint.laws[stream.law as usize];
        while stream.time_ns < peek.at_ns {
            // A chunk does not straddle the end of the warm-up, nor exceed the longest chunk, however much
            // is read at once.
            let longest_ns = blueprint.chunk_ns.saturating_add(2 * plan.look_ns);
            let mut next_ns = peek.at_ns.min(stream.time_ns.saturating_add(longest_ns));
            if stream.time_ns < blueprint.warmup_ns {
                next_ns = next_ns.min(blueprint.warmup_ns);
            }
            let replayed = if replays { files.replays_at(stream.time_ns) } else { None };
            if let Some((edge_ns, _)) = replayed {
                next_ns = next_ns.min(edge_ns);
            }
            let next = if next_ns < peek.at_ns { stream.peek(law, next_ns) } else { peek };
            let (next, stops) = match stream.too_long < NONE_TOO_LONG && plan.long_lines == LongLines::Stop {
                true => before_long_line(stream, law, next),
                false => (next, false),
            };
            let new = next.written - stream.read;
            if new.lines > 0 {
                let (from_ns, until_ns) = (stream.time_ns, next.at_ns);
                if replayed.is_none() {
                    tally.emit(from_ns, until_ns, new.lines);
                }
                let copy = replayed.is_some_and(|(_, is_owed)| !is_owed);
                let (lines, bytes) = (new.lines, new.bytes);
                let chunk = Chunk { stream: number, from_ns, until_ns, lines, bytes, copy };
                let chunk = match stream.has_long() {
                    true => long_lines::treat(chunk, stream, law, (plan, &blueprint.backend), tally),
                    false => Some(chunk),
                };
                let chunk = chunk.and_then(|chunk| input.make_room(chunk, plan, &mut tally.ledger));
                if let Some(chunk) = chunk {
                    input.hold(chunk, plan);
                }
            }
            stream.advance_to(&next);
            if stops {
                tally.long_lines += 1;
                files.stop(stream, law, tally);
                break;
            }
        }
    }

    /// Takes note of the most that the input ever held, and kills its agent where that is too much.
    fn note_peak(&mut self, held_before: u64, now_ns: u64) {
        let input = &mut *self.input;
        // At its fullest it has not yet been told that what it sent is safe, or has just read the next lot.
        let held_bytes = (input.held_bytes - input.answers_due.freed_by(now_ns)).max(held_before);
        input.meter.hold(held_bytes);
        if held_bytes > input.peak_bytes {
            input.peak_bytes = held_bytes;
            if self.plan.memory_limit_bytes.is_some() {
                self.kill_if_too_large(now_ns);
            }
        }
    }

    /// Counts a pause, as far as lines are written in it.
    fn count_pause(&mut self, from_ns: u64, until_ns: u64) {
        let paused_ns = until_ns.min(self.blueprint.horizon_ns).saturating_sub(from_ns);
        match self.plan.overflow {
            // It is the writer that stands still.
            Overflow::Block => self.tally.stalled_ns += paused_ns,
            _ => self.tally.paused_ns += paused_ns,
        }
    }
}

/// A place no further than the first line that is too long, and whether there is one before `next`.
fn before_long_line(stream: &Stream, law: &StreamLaw, next: Peek) -> (Peek, bool) {
    let Some(before) = long_lines::lines_before_long(stream, law, (stream.time_ns, next.at_ns)) else {
        return (next, false);
    };
    (place_in((stream, law), &next, before as f64, |new| new.lines as f64), true)
}
