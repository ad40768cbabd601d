//! How an input reads its files: as they are written, or a backlog as fast as it can, until its buffer is full.
//!
//! Two regimes. *Quiet*: whatever it reads until now fits into the buffer, even if no answer had come meanwhile,
//! and its CPU suffices; then everything follows by arithmetic, and answers free memory without an event.
//! *Busy*: the buffer fills up, and the input pauses at an instant in between; or its CPU does not suffice, and
//! it falls behind; then it is settled from answer to answer.

use crate::blueprint::{AgentPlan, Blueprint, StreamLaw};
use crate::flow::Chunk;
use crate::profile::{LongLines, Overflow, Work};
use crate::units::NS_PER_SEC;
use crate::world::agent::input::Mode;
use crate::world::agent::long_lines::{self, NONE_TOO_LONG};
use crate::world::lines::stream::{Amount, Look, Stream};
use crate::world::node::Node;
use crate::world::tally::Tally;

/// Lines count as evenly spaced below this anyway: places between are not searched for.
const RESOLUTION_NS: u64 = 50_000;

/// Answers that a reader takes note of between two passes over its files: one of each of two workers.
/// Source: lab; without it the freshness of 40 files beyond the ceiling is off by a factor of four.
const ANSWERS_A_PASS: u64 = 2;

/// Sums over an input's streams.
#[derive(Clone, Copy, Debug, Default)]
struct Volume {
    lines: u64,
    record_bytes: u64,
    disk_bytes: u64,
}

impl Volume {
    #[inline]
    fn add(&mut self, new: Amount, stream: &Stream, plan: &AgentPlan) {
        self.lines += new.lines;
        self.record_bytes += plan.record_bytes(new.lines, new.bytes);
        self.disk_bytes += stream.on_disk(new);
    }

    /// Nanoseconds of the reading thread.
    fn reader_ns(&self, plan: &AgentPlan) -> f64 {
        plan.costs.bulk_reader_ns(self.lines as f64, self.disk_bytes as f64)
    }
}

impl Node {
    /// Settles what the input `index` has done until `now_ns`.
    pub(crate) fn advance(&mut self, index: usize, now_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
        let input = &mut self.inputs[index];
        if input.since_ns >= blueprint.horizon_ns && input.since_ns < now_ns && self.is_finished(index) {
            let input = &mut self.inputs[index];
            input.since_ns = now_ns;
            input.release(now_ns, &blueprint.agents[input.plan as usize]);
        }
        // Chunks do not straddle the ends of warm-up and writing, nor exceed the longest chunk.
        while self.inputs[index].since_ns < now_ns {
            let since_ns = self.inputs[index].since_ns;
            let mut until_ns = now_ns.min(since_ns.saturating_add(blueprint.chunk_ns));
            for edge_ns in [blueprint.warmup_ns, blueprint.horizon_ns] {
                if since_ns < edge_ns {
                    until_ns = until_ns.min(edge_ns);
                }
            }
            // What it watches and could not look at while it stood still it takes note of before it reads on; of other
            // files when it has read them to their end, which is when their backlog is read.
            let caught_up_ns = self.inputs[index].caught_up_ns;
            if self.inputs[index].has_unnoticed && self.inputs[index].mode == Mode::Reading {
                self.notice_rotations(index, since_ns, true, blueprint);
                if self.inputs[index].has_unnoticed {
                    until_ns = until_ns.min(since_ns + self.backlog_ns(index, blueprint));
                }
            }
            // The time of a file of which it took note just now may be over before anything else happens.
            if since_ns < self.inputs[index].give_up_ns {
                until_ns = until_ns.min(self.inputs[index].give_up_ns);
            }
            let places_ns = self.inputs[index].places_before(until_ns, &self.streams);
            let quiet = self.inputs[index].mode == Mode::Reading
                && self.read(index, until_ns, true, blueprint, tally);
            if !quiet {
                let answers = self.inputs[index].releases.iter().map(|(at_ns, _)| *at_ns);
                until_ns = answers.filter(|at_ns| *at_ns > since_ns).fold(until_ns, u64::min);
                match self.inputs[index].mode {
                    Mode::Reading => {
                        self.read(index, until_ns, false, blueprint, tally);
                    }
                    Mode::Paused => {
                        let plan = &blueprint.agents[self.inputs[index].plan as usize];
                        pause(plan, since_ns, until_ns, blueprint, tally);
                    }
                    Mode::Stopped => {}
                    Mode::Down => {
                        let input = &self.inputs[index];
                        // One that will not start again is gone, and not missing.
                        if input.leads && input.restart_ns != u64::MAX {
                            tally.agent_down_ns +=
                                until_ns.min(blueprint.horizon_ns).saturating_sub(since_ns);
                        }
                    }
                }
                self.withhold(index, until_ns, blueprint, tally);
            }
            if self.inputs[index].has_unnoticed
                && self.inputs[index].mode != Mode::Stopped
                && self.notice_rotations(index, until_ns, false, blueprint)
            {
                // What it has found it has yet to read.
                self.inputs[index].caught_up_ns = caught_up_ns;
            }
            let input = &mut self.inputs[index];
            if let Some(places_ns) = places_ns {
                let plan = &blueprint.agents[input.plan as usize];
                input.write_marks((since_ns, until_ns), &places_ns, &self.streams, plan);
            }
            if input.leads && input.mode != Mode::Down && until_ns <= blueprint.horizon_ns {
                let plan = &blueprint.agents[input.plan as usize];
                tally.agent_cpu_ns += (plan.idle_cores * (until_ns - since_ns) as f64 + 0.5) as u64;
            }
            input.since_ns = until_ns;
            if !input.releases.is_empty() {
                input.release(until_ns, &blueprint.agents[input.plan as usize]);
            }
            if until_ns < now_ns && self.inputs[index].give_up_ns <= until_ns {
                self.give_up(index, until_ns, blueprint, tally);
            }
        }
    }

    /// How long it takes to read what is there now and known, as fast as can be, and a little more.
    fn backlog_ns(&self, index: usize, blueprint: &Blueprint) -> u64 {
        let input = &self.inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        let mut all = Volume::default();
        for stream in &self.streams[input.first as usize..input.end as usize] {
            let until_ns = input.since_ns.min(stream.limit_ns).min(blueprint.horizon_ns);
            if stream.time_ns < until_ns {
                let look = stream.look(&blueprint.laws[stream.law as usize], until_ns);
                all.add(look.written - stream.read, stream, plan);
            }
        }
        (1.1 * all.reader_ns(plan) / input.cores) as u64 + 1_000_000
    }

    /// Reads from the input's last settled instant until `now_ns`. In the quiet regime, does nothing and gives
    /// `false` where it does not apply.
    fn read(
        &mut self,
        index: usize,
        now_ns: u64,
        quiet: bool,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) -> bool {
        let Self { inputs, streams, files, looks, .. } = self;
        let input = &mut inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        let first = input.first as usize;
        let streams = &mut streams[first..input.end as usize];
        let span_s = (now_ns - input.since_ns) as f64 / NS_PER_SEC as f64;
        let budget_ns = span_s * NS_PER_SEC as f64 * input.cores;

        let mut work = Work::in_span(span_s);
        let mut all = Volume::default();
        looks.clear();
        for stream in streams.iter() {
            let until_ns = now_ns.min(stream.limit_ns).min(blueprint.horizon_ns);
            if until_ns <= stream.time_ns {
                looks.push(stream.here());
                continue;
            }
            let law = &blueprint.laws[stream.law as usize];
            let look = stream.look(law, until_ns);
            let new = look.written - stream.read;
            if new.lines > 0 {
                all.add(new, stream, plan);
                let (lines, bytes) = (new.lines as f64, stream.on_disk(new) as f64);
                if input.behind {
                    plan.costs.add_bulk(&mut work, lines, bytes);
                } else {
                    plan.costs.add_live(&mut work, lines, bytes, law.arrivals.ticks());
                }
            }
            looks.push(look);
        }

        let held_before = input.held_bytes;
        let room = plan.buffer_limit_bytes.saturating_sub(held_before);
        let mut keeps_up = all.reader_ns(plan) <= budget_ns;
        if quiet && !(keeps_up && all.record_bytes <= room) {
            return false;
        }
        let pass = Pass {
            streams,
            plan,
            cores: input.cores,
            laws: &blueprint.laws,
            since_ns: input.since_ns,
            now_ns,
            horizon_ns: blueprint.horizon_ns,
        };
        let (mut was_at_the_end, mut pause_ns) = (keeps_up, None);
        if matches!(plan.overflow, Overflow::Pause | Overflow::Block) && all.record_bytes > room {
            let backlog = pass.volume(looks, input.since_ns);
            was_at_the_end = backlog.record_bytes <= room && backlog.reader_ns(plan) <= budget_ns;
            if was_at_the_end {
                // It comes to the end of its files, and its buffer is full later.
                let fits = |cut: u64| pass.volume(looks, cut).record_bytes <= room;
                let cut_ns = last_that_fits(input.since_ns, now_ns, fits);
                pause_ns = Some(cut_ns).filter(|at| pass.volume(looks, *at).reader_ns(plan) <= budget_ns);
                keeps_up = pause_ns.is_some();
                if keeps_up {
                    pass.cut(looks, cut_ns);
                }
            } else {
                // The backlog is read as fast as can be; what is written meanwhile to files that have been read already
                // is read as well.
                let passes = if input.behind { input.answers.div_ceil(ANSWERS_A_PASS).max(1) } else { 1 };
                let mut round = input.round.take().unwrap_or_else(|| Box::new(Round::new(passes, room)));
                let (mut trial, mut trial_round) = (looks.clone(), *round);
                let first_ns = pass.go_round(&mut trial, input.since_ns, room, budget_ns, &mut trial_round);
                pause_ns = pass.go_round(looks, first_ns.unwrap_or(now_ns), room, budget_ns, &mut round);
                (input.round, keeps_up) = (Some(round), pause_ns.is_some());
            }
        }
        if !keeps_up && input.round.is_none() {
            pass.cut_to_budget(looks, budget_ns);
        }
        // What does not fit into an empty buffer at all goes in all the same: one write past the limit.
        if pause_ns.is_some() && held_before == 0 {
            pass.take_something(looks);
        }

        let (mut taken, replays) = (0, std::mem::take(&mut input.replays));
        for (offset, (stream, look)) in streams.iter_mut().zip(looks.iter()).enumerate() {
            taken += (look.written - stream.read).lines;
            while stream.time_ns < look.at_ns {
                // A chunk does not straddle the end of the warm-up, nor exceed the longest chunk, however much
                // is read at once.
                let mut next_ns = look.at_ns.min(stream.time_ns.saturating_add(blueprint.chunk_ns));
                if stream.time_ns < blueprint.warmup_ns {
                    next_ns = next_ns.min(blueprint.warmup_ns);
                }
                let replayed = if replays { files[first + offset].replays_at(stream.time_ns) } else { None };
                if let Some((edge_ns, _)) = replayed {
                    next_ns = next_ns.min(edge_ns);
                }
                let next = if next_ns < look.at_ns {
                    stream.look(&blueprint.laws[stream.law as usize], next_ns)
                } else {
                    *look
                };
                let (next, stops) =
                    match stream.too_long < NONE_TOO_LONG && plan.long_lines == LongLines::Stop {
                        true => before_long_line(stream, &blueprint.laws[stream.law as usize], next),
                        false => (next, false),
                    };
                let next_ns = next.at_ns;
                let new = next.written - stream.read;
                if new.lines > 0 {
                    let (from_ns, until_ns) = (stream.time_ns, next_ns);
                    if replayed.is_none() {
                        tally.emit(from_ns, until_ns, new.lines);
                    }
                    let copy = replayed.is_some_and(|(_, is_owed)| !is_owed);
                    let number = (first + offset) as u32;
                    let chunk =
                        Chunk { stream: number, from_ns, until_ns, lines: new.lines, bytes: new.bytes, copy };
                    let chunk = match stream.has_long() {
                        true => {
                            let law = &blueprint.laws[stream.law as usize];
                            long_lines::treat(chunk, stream, law, (plan, &blueprint.backend), tally)
                        }
                        false => Some(chunk),
                    };
                    let chunk = chunk.and_then(|chunk| input.make_room(chunk, plan, &mut tally.ledger));
                    if let Some(chunk) = chunk {
                        input.hold(chunk, plan);
                    }
                }
                stream.go_to(&next);
                if stops {
                    tally.long_lines += 1;
                    files[first + offset].stop(stream, &blueprint.laws[stream.law as usize], tally);
                    break;
                }
            }
            input.replays |= replays && files[first + offset].replays_at(stream.time_ns).is_some();
            if stream.time_ns >= stream.limit_ns {
                files[first + offset].settle(stream, &blueprint.laws[stream.law as usize]);
            }
        }

        // Where only a share could be read, only that share was paid for; what is read after the horizon counts for
        // no mean.
        let share = if all.lines > 0 { taken as f64 / all.lines as f64 } else { 1.0 };
        if now_ns <= blueprint.horizon_ns {
            let most_ns = budget_ns / plan.costs.reader_share();
            tally.agent_cpu_ns += ((plan.costs.cpu_ns(&work) * share).min(most_ns) + 0.5) as u64;
        }
        input.behind = !keeps_up;
        if was_at_the_end {
            input.caught_up_ns = pause_ns.unwrap_or(now_ns);
        }
        if keeps_up {
            input.round = None;
        }
        if let Some(pause_ns) = pause_ns {
            input.mode = Mode::Paused;
            pause(plan, pause_ns, now_ns, blueprint, tally);
        }
        // At its fullest it has not yet been told that what it sent is safe, or has just read the next lot.
        let answered: u64 = input
            .releases
            .iter()
            .filter(|(at_ns, _)| *at_ns <= now_ns)
            .map(|(_, record_bytes)| record_bytes)
            .sum();
        let held_bytes = (input.held_bytes - answered).max(held_before);
        if held_bytes > input.peak_bytes {
            input.peak_bytes = held_bytes;
            if plan.memory_limit_bytes.is_some() {
                self.kill_if_too_large(index, now_ns, blueprint, tally);
            }
        }
        true
    }
}

/// A place no further than the first line that is too long, and whether there is one before `next`.
fn before_long_line(stream: &Stream, law: &StreamLaw, next: Look) -> (Look, bool) {
    let Some(before) = long_lines::lines_before_long(stream, law, (stream.time_ns, next.at_ns)) else {
        return (next, false);
    };
    let most = stream.read.lines + before;
    let fits = |cut: u64| stream.look(law, cut).written.lines <= most;
    (stream.look(law, last_that_fits(stream.time_ns, next.at_ns, fits)), true)
}

/// Counts a pause, as far as lines are written in it.
fn pause(plan: &AgentPlan, from_ns: u64, until_ns: u64, blueprint: &Blueprint, tally: &mut Tally) {
    let paused_ns = until_ns.min(blueprint.horizon_ns).saturating_sub(from_ns);
    match plan.overflow {
        // It is the writer that stands still.
        Overflow::Block => tally.stalled_ns += paused_ns,
        _ => tally.paused_ns += paused_ns,
    }
}

/// One pass over an input's streams that cannot read all there is.
struct Pass<'a> {
    streams: &'a [Stream],
    plan: &'a AgentPlan,
    /// Cores that the input may use.
    cores: f64,
    laws: &'a [StreamLaw],
    since_ns: u64,
    now_ns: u64,
    horizon_ns: u64,
}

/// Where a reader is on its way round its files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Passes over the files until all answers are taken note of, and the one that it is at, from 1.
    passes: u64,
    pass: u64,
    /// Record bytes that were free when it began, and taken since.
    room: u64,
    taken: u64,
    /// The file that it is at, and record bytes of it in this pass.
    place: usize,
    own: u64,
}

impl Round {
    fn new(passes: u64, room: u64) -> Self {
        Self { passes, pass: 1, room, taken: 0, place: 0, own: 0 }
    }

    /// Goes to the next file, or begins anew at the head of the list.
    fn go_to(&mut self, place: usize) {
        self.pass += u64::from(place == 0);
        (self.place, self.own) = (place, 0);
    }

    /// Whether what the answers so far have freed is used up, so that a new pass begins. A chunk that was begun is read
    /// whole.
    fn is_spent(&self) -> bool {
        self.own == 0 && self.pass < self.passes && self.taken >= self.room / self.passes * self.pass
    }
}

/// A file on the way.
struct Waiting {
    /// Record bytes that wait in it, of a chunk, and taken.
    record_bytes: u64,
    chunk: u64,
    taken: u64,
    /// Nanoseconds of the reading thread for a record byte.
    byte_ns: f64,
}

impl Pass<'_> {
    /// What a stream has for its reader up to an instant.
    fn new_until(&self, stream: &Stream, cut_ns: u64) -> Look {
        if cut_ns <= stream.time_ns {
            return stream.here();
        }
        stream.look(&self.laws[stream.law as usize], cut_ns)
    }

    /// What all streams have, each no further than its look and `cut_ns`.
    fn volume(&self, looks: &[Look], cut_ns: u64) -> Volume {
        let mut all = Volume::default();
        for (stream, look) in self.streams.iter().zip(looks) {
            let look = if cut_ns < look.at_ns { self.new_until(stream, cut_ns) } else { *look };
            all.add(look.written - stream.read, stream, self.plan);
        }
        all
    }

    fn cut(&self, looks: &mut [Look], cut_ns: u64) {
        for (stream, look) in self.streams.iter().zip(looks) {
            if cut_ns < look.at_ns {
                *look = self.new_until(stream, cut_ns);
            }
        }
    }

    /// Reads a backlog, of files to their ends or to `until_ns`, until the buffer is full or the CPU's time is over. The
    /// reader goes round its files in passes, a chunk of each; between two passes it takes note of a few answers, each of
    /// which frees its share of the room, and a pass that the buffer ends is followed by one from the head of the list.
    /// So files share alike where an answer frees room for whole passes, and those at the end of the list wait where it
    /// does not. Gives the instant at which the buffer is full; `None` where the CPU's time is over before.
    fn go_round(
        &self,
        looks: &mut [Look],
        until_ns: u64,
        room: u64,
        budget_ns: f64,
        round: &mut Round,
    ) -> Option<u64> {
        let mut files: Vec<Waiting> = Vec::with_capacity(looks.len());
        for (stream, look) in self.streams.iter().zip(&mut *looks) {
            let end_ns = look.at_ns.min(until_ns).max(stream.time_ns);
            *look = self.new_until(stream, end_ns);
            let mut all = Volume::default();
            all.add(look.written - stream.read, stream, self.plan);
            let record_bytes = all.record_bytes;
            // A line takes more in the buffer than on disk, or less.
            let chunk =
                self.plan.costs.read_chunk_bytes() * record_bytes as f64 / all.disk_bytes.max(1) as f64;
            let byte_ns = all.reader_ns(self.plan) / record_bytes.max(1) as f64;
            files.push(Waiting { record_bytes, chunk: (chunk as u64).max(1), taken: 0, byte_ns });
        }
        let (mut taken, mut spent_ns, mut empty) = (0, 0.0, 0);
        // Where all have been asked in vain there is nothing left.
        while taken < room && empty <= files.len() {
            if round.place >= files.len() || round.is_spent() {
                round.go_to(0);
                continue;
            }
            let file = &mut files[round.place];
            let part =
                (file.record_bytes - file.taken).min(file.chunk.saturating_sub(round.own)).min(room - taken);
            if part == 0 {
                empty += 1;
                round.go_to(round.place + 1);
                continue;
            }
            let in_time = ((budget_ns - spent_ns) / file.byte_ns.max(1e-9)) as u64;
            let now = part.min(in_time);
            file.taken += now;
            spent_ns += now as f64 * file.byte_ns;
            (taken, round.taken, round.own) = (taken + now, round.taken + now, round.own + now);
            if now < part {
                break;
            }
            empty = 0;
        }
        for ((stream, look), file) in self.streams.iter().zip(looks).zip(files) {
            if file.taken < file.record_bytes {
                let fits = |cut: u64| {
                    let new = self.new_until(stream, cut).written - stream.read;
                    self.plan.record_bytes(new.lines, new.bytes) <= file.taken
                };
                *look = self.new_until(stream, last_that_fits(stream.time_ns, look.at_ns, fits));
            }
        }
        let full_ns = self.since_ns + (spent_ns / self.cores) as u64;
        (taken >= room).then(|| full_ns.min(self.now_ns))
    }

    /// Where nothing at all is taken, takes the first lines of the first stream that has any.
    fn take_something(&self, looks: &mut [Look]) {
        if self.streams.iter().zip(&*looks).any(|(stream, look)| look.written.lines > stream.read.lines) {
            return;
        }
        for (stream, look) in self.streams.iter().zip(looks) {
            let end_ns = self.now_ns.min(stream.limit_ns).min(self.horizon_ns);
            let full = self.new_until(stream, end_ns);
            if full.written.lines > stream.read.lines {
                let nothing = |cut| self.new_until(stream, cut).written.lines == stream.read.lines;
                let last_without = last_that_fits(stream.time_ns, end_ns, nothing);
                *look = self.new_until(stream, (last_without + RESOLUTION_NS).min(end_ns));
                return;
            }
        }
    }

    /// The CPU does not suffice. The agent goes round its files, so that each gets an equal share of it and what
    /// a quiet one leaves goes to the others: finds that share and cuts the looks of those that want more.
    fn cut_to_budget(&self, looks: &mut [Look], budget_ns: f64) {
        let cost_ns = |stream: &Stream, look: &Look| {
            let new = look.written - stream.read;
            self.plan.costs.bulk_reader_ns(new.lines as f64, stream.on_disk(new) as f64)
        };
        let wanted_ns: Vec<f64> = self.streams.iter().zip(&*looks).map(|(s, l)| cost_ns(s, l)).collect();
        let (mut low, mut high) = (0.0, budget_ns);
        for _ in 0..40 {
            let share = (low + high) / 2.0;
            let total: f64 = wanted_ns.iter().map(|w| w.min(share)).sum();
            if total <= budget_ns { low = share } else { high = share }
        }
        for ((stream, look), wanted_ns) in self.streams.iter().zip(looks).zip(wanted_ns) {
            if wanted_ns > low {
                let fits = |cut: u64| cost_ns(stream, &self.new_until(stream, cut)) <= low;
                *look = self.new_until(stream, last_that_fits(stream.time_ns, look.at_ns, fits));
            }
        }
    }
}

/// The last instant in `[low, high]` for which `fits` holds, `low` where none does; `fits` must not hold again
/// once it does not.
fn last_that_fits(mut low: u64, mut high: u64, fits: impl Fn(u64) -> bool) -> u64 {
    if fits(high) {
        return high;
    }
    // In growing steps first: what fits is mostly close to where the reader is, however long its backlog.
    let mut step = NS_PER_SEC;
    while low + step < high {
        if !fits(low + step) {
            high = low + step;
            break;
        }
        low += step;
        step *= 2;
    }
    while high - low > RESOLUTION_NS {
        let middle = low + (high - low) / 2;
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}
