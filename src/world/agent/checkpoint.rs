//! Checkpoints: which lines an agent reads again after its death, and which of them arrive twice.
//!
//! A process that is killed goes on, when it is back, where the position on its disk says. That is the position of what
//! it had read, or of what the backend had acknowledged, as it was when positions were written last; without positions it
//! may be the beginning of the file. What lies between it and the reader's place is read again: what was only in memory
//! is not lost, and what the backend had accepted arrives once more. A process that ends by itself writes its positions.
//!
//! Nothing is followed where no agent can die, or where positions are written as lines are read: then a process goes on
//! where it was. While an input keeps up, its position at the last write is that instant; of one that has a backlog it is
//! known to the chunk.
//!
//! Sources: Vector `lib/file-source` (checkpoints every 60 s), Alloy `loki.source.file` (positions every 10 s),
//! LoongCollector `CheckPointManager.cpp` (15 min, and at a clean exit), Filebeat's registry (at acknowledgement).

use crate::blueprint::{AgentPlan, Blueprint, Fault};
use crate::engine::random::{draw, subkey};
use crate::flow::{Cause, Chunk};
use crate::observe::Ledger;
use crate::profile::{Position, StartAt};
use crate::world::agent::input::{Batch, Input, Mode};
use crate::world::agent::long_lines::{Gone, count_gone};
use crate::world::disk::owed::Owed;
use crate::world::lines::stream::Stream;
use crate::world::node::Node;
use crate::world::tally::Tally;
use smallvec::SmallVec;

/// Purpose of the draw of an agent's first write of its positions.
const CHECKPOINT_PHASE: u64 = 51;

/// Positions of the files of an input, in the order of its streams. A position is an instant, as a place in a stream is.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    /// When they are written next; never where they are not written by the clock.
    due_ns: u64,
    /// What is on disk.
    written_ns: Vec<u64>,
    /// What the backend has accepted without the agent knowing: when it will, the stream, and where it begins.
    pending: Vec<(u64, u32, u64)>,
}

impl AgentPlan {
    /// Whether the agent may read again what it had read before it died.
    pub fn rewinds(&self) -> bool {
        match self.checkpoints {
            true => self.checkpoint_of == Position::Acknowledged || self.checkpoint_every_ns > 0,
            false => self.start_at == StartAt::Beginning,
        }
    }

    /// Whether a process that is back reads what is in the live file and it has not read.
    pub fn remembers(&self) -> bool {
        self.checkpoints || self.start_at == StartAt::Beginning
    }

    /// Nanoseconds after the start of a process until positions are written first, where that goes by the clock.
    fn first_write_ns(&self, key: u64) -> u64 {
        match self.checkpoints {
            true if self.checkpoint_every_ns > 0 => {
                1 + draw(subkey(key, CHECKPOINT_PHASE), 0) % self.checkpoint_every_ns
            }
            _ => u64::MAX,
        }
    }
}

impl Blueprint {
    /// Whether lines may arrive more than once: after a death, or after an answer that an agent did not wait for.
    pub fn may_duplicate(&self) -> bool {
        // How long a gateway, or a backend under load, lets wait nobody knows beforehand.
        let is_bounded = self.gateway.is_none() && !self.backend.tail_grows;
        let longest_ns = if is_bounded { self.backend.longest_answer_ns() } else { u64::MAX };
        self.agents.iter().any(|plan| {
            let again = plan.rewinds() && self.may_restart(plan);
            again || longest_ns > plan.request_timeout_ns
        })
    }

    /// Whether agents of this kind may die, or be stopped, and come back in the same place.
    pub fn may_restart(&self, plan: &AgentPlan) -> bool {
        let stops = |fault: &Fault| {
            matches!(
                fault,
                Fault::Crash { .. } | Fault::BadConfig { .. } | Fault::Upgrade { .. } | Fault::Restart { .. }
            )
        };
        plan.memory_limit_bytes.is_some() || self.faults.iter().any(stops)
    }
}

impl Input {
    /// The agent starts at `now_ns` with files of which nothing has been read.
    pub(crate) fn mark_from(&mut self, now_ns: u64, blueprint: &Blueprint) {
        let plan = &blueprint.agents[self.plan as usize];
        self.marks = (plan.rewinds() && blueprint.may_restart(plan)).then(|| {
            let due_ns = now_ns.saturating_add(plan.first_write_ns(self.key));
            let written_ns = vec![now_ns; (self.end - self.first) as usize];
            Box::new(Marks { due_ns, written_ns, pending: Vec::new() })
        });
    }

    /// The process is back: it writes positions from now on.
    pub(crate) fn mark_again(&mut self, now_ns: u64, plan: &AgentPlan) {
        if let Some(marks) = &mut self.marks {
            let writes = plan.checkpoints && plan.checkpoint_every_ns > 0;
            marks.due_ns = if writes { now_ns.saturating_add(plan.checkpoint_every_ns) } else { u64::MAX };
        }
    }

    /// Where its readers are, if positions are written before `until_ns`.
    pub(crate) fn places_before(&self, until_ns: u64, streams: &[Stream]) -> Option<SmallVec<[u64; 4]>> {
        self.marks.as_ref().filter(|marks| marks.due_ns <= until_ns)?;
        Some(streams[self.first as usize..self.end as usize].iter().map(|stream| stream.time_ns).collect())
    }

    /// Positions were written after `since_ns`, when readers were at `places_ns`, and until `until_ns`: takes down the last
    /// ones.
    pub(crate) fn write_marks(
        &mut self,
        (since_ns, until_ns): (u64, u64),
        places_ns: &[u64],
        streams: &[Stream],
        plan: &AgentPlan,
    ) {
        let Some(mut marks) = self.marks.take() else { return };
        let every_ns = plan.checkpoint_every_ns;
        if marks.due_ns <= until_ns && every_ns > 0 {
            let at_ns = marks.due_ns + (until_ns - marks.due_ns) / every_ns * every_ns;
            marks.due_ns = at_ns.saturating_add(every_ns);
            if self.mode != Mode::Down {
                marks.pending.retain(|(answer_ns, ..)| *answer_ns > at_ns);
                for (offset, place_ns) in places_ns.iter().enumerate() {
                    // Who keeps up has read what was written until then; who does not, what it had before.
                    let now_ns = streams[self.first as usize + offset].time_ns;
                    marks.written_ns[offset] =
                        if *place_ns >= since_ns { at_ns.min(now_ns) } else { *place_ns };
                }
                if plan.checkpoint_of == Position::Acknowledged {
                    self.acknowledged(&marks.pending, &mut marks.written_ns);
                }
            }
        }
        self.marks = Some(marks);
    }

    /// Positions were written between quiet flushes, the first at `first_ns`, of which `sent` tells when they were answered,
    /// if they had lines. `live` are the streams that were read.
    pub(crate) fn write_quiet_marks(
        &mut self,
        (since_ns, first_ns, gap_ns): (u64, u64, u64),
        sent: &[Option<u64>],
        live: impl Fn(usize) -> bool,
        streams: &[Stream],
        plan: &AgentPlan,
    ) {
        let Some(mut marks) = self.marks.take() else { return };
        let last_ns = first_ns + (sent.len() as u64 - 1) * gap_ns;
        let every_ns = plan.checkpoint_every_ns;
        let follows = plan.checkpoint_of == Position::Acknowledged;
        let begins = |flush: u64| if flush == 0 { since_ns } else { first_ns + (flush - 1) * gap_ns };
        if marks.due_ns <= last_ns && every_ns > 0 {
            let at_ns = marks.due_ns + (last_ns - marks.due_ns) / every_ns * every_ns;
            marks.due_ns = at_ns.saturating_add(every_ns);
            // The first flush at or after it, and the one before that.
            let flush = at_ns.saturating_sub(first_ns).div_ceil(gap_ns);
            let unanswered = flush
                .checked_sub(1)
                .filter(|before| sent[*before as usize].is_some_and(|answer_ns| answer_ns > at_ns));
            for (offset, stream) in streams.iter().enumerate() {
                marks.written_ns[offset] = match (live(offset), follows) {
                    (false, _) => stream.time_ns,
                    (true, false) => at_ns,
                    (true, true) => begins(unanswered.unwrap_or(flush)),
                };
            }
            if follows && flush == 0 {
                marks.pending.retain(|(answer_ns, ..)| *answer_ns > at_ns);
                earliest(marks.pending.iter().map(|p| (p.1 - self.first, p.2)), &mut marks.written_ns);
            }
        }
        if follows {
            marks.pending.clear();
            if let Some(Some(answer_ns)) = sent.last() {
                let from_ns = begins(sent.len() as u64 - 1);
                let own = (0..streams.len()).filter(|offset| live(*offset));
                marks.pending.extend(own.map(|offset| (*answer_ns, self.first + offset as u32, from_ns)));
            }
        }
        self.marks = Some(marks);
    }

    /// The backend has accepted chunks, which the agent will know at `answer_ns`.
    pub(crate) fn mark_sent(&mut self, chunks: &[Chunk], now_ns: u64, answer_ns: u64, plan: &AgentPlan) {
        if let Some(marks) = &mut self.marks
            && plan.checkpoint_of == Position::Acknowledged
        {
            // What positions were written since is not needed any more.
            let from_ns = if plan.checkpoint_every_ns > 0 { marks.due_ns.min(now_ns) } else { now_ns };
            marks.pending.retain(|(answer_ns, ..)| *answer_ns > from_ns);
            marks.pending.extend(chunks.iter().map(|chunk| (answer_ns, chunk.stream, chunk.from_ns)));
        }
    }

    /// Takes positions back to the first lines that the agent does not know to be safe.
    fn acknowledged(&self, pending: &[(u64, u32, u64)], positions_ns: &mut [u64]) {
        let held = self.batches.iter().chain([&self.filling]).flat_map(|batch| &batch.chunks);
        let held = held.map(|chunk| (chunk.stream - self.first, chunk.from_ns));
        earliest(held.chain(pending.iter().map(|p| (p.1 - self.first, p.2))), positions_ns);
    }

    /// What is on disk of its positions when it dies at `now_ns`, or is `told` to end.
    fn positions_ns(
        &mut self,
        now_ns: u64,
        told: bool,
        streams: &[Stream],
        plan: &AgentPlan,
    ) -> Option<Vec<u64>> {
        let mut marks = self.marks.take()?;
        marks.due_ns = u64::MAX;
        if plan.checkpoints && (told || plan.checkpoint_every_ns == 0) {
            marks.written_ns = streams.iter().map(|stream| stream.time_ns).collect();
            if plan.checkpoint_of == Position::Acknowledged {
                // One that is told to end waits for the answers.
                marks.pending.retain(|(answer_ns, ..)| !told && *answer_ns > now_ns);
                self.acknowledged(&marks.pending, &mut marks.written_ns);
            }
        }
        marks.pending.clear();
        let positions_ns = match plan.checkpoints {
            true => marks.written_ns.clone(),
            false => vec![0; streams.len()],
        };
        self.marks = Some(marks);
        Some(positions_ns)
    }
}

/// Takes positions back to the earliest of some places.
fn earliest(places: impl Iterator<Item = (u32, u64)>, positions_ns: &mut [u64]) {
    for (offset, from_ns) in places {
        let position_ns = &mut positions_ns[offset as usize];
        *position_ns = (*position_ns).min(from_ns);
    }
}

impl Node {
    /// The process of an input dies now, or is `told` to end: takes its readers back to where it will go on, and what will
    /// be read again out of its memory.
    pub(crate) fn rewind(
        &mut self,
        index: usize,
        now_ns: u64,
        told: bool,
        blueprint: &Blueprint,
        tally: &mut Tally,
    ) {
        let input = &mut self.inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        let (first, end) = (input.first as usize, input.end as usize);
        let Some(positions_ns) = input.positions_ns(now_ns, told, &self.streams[first..end], plan) else {
            return;
        };
        let on_disk = plan.buffers_on_disk();
        for (number, position_ns) in (first..end).zip(positions_ns) {
            let (stream, files) = (&mut self.streams[number], &mut self.files[number]);
            let Some(from_ns) = files.goes_on_at(stream, position_ns) else { continue };
            let law = &blueprint.laws[stream.law as usize];
            let again = files.fresh(stream, law);
            let mut owed: Vec<Owed> = Vec::new();
            let batches = input.batches.iter_mut().filter(|_| !on_disk).chain([&mut input.filling]);
            let lines = |span: (u64, u64)| {
                let written = again.look(law, span.1).written.lines - again.look(law, span.0).written.lines;
                (written, count_gone(&again, law, span, (plan, &blueprint.backend)))
            };
            for batch in batches {
                take_owed(batch, number as u32, from_ns, &mut owed, lines, &mut tally.ledger);
            }
            files.rewind(stream, law, again, from_ns, owed);
            input.replays = true;
        }
    }
}

/// Takes the lines of a stream from `from_ns` on out of a batch: they are owed, and will be read again. `lines` counts
/// those that were written in a span, and how many of them are not in the chunk as they were too long.
fn take_owed(
    batch: &mut Batch,
    stream: u32,
    from_ns: u64,
    owed: &mut Vec<Owed>,
    lines: impl Fn((u64, u64)) -> (u64, Gone),
    ledger: &mut Ledger,
) {
    let Batch { chunks, lines: in_batch, copies, .. } = batch;
    chunks.retain_mut(|chunk| {
        if chunk.stream != stream || chunk.until_ns <= from_ns {
            return true;
        }
        if chunk.copy {
            *in_batch -= chunk.lines;
            *copies -= chunk.lines;
            return false;
        }
        let span = (chunk.from_ns.max(from_ns), chunk.until_ns);
        let (written, gone) = lines(span);
        let long = gone.skipped + gone.rejected;
        let whole = chunk.from_ns >= from_ns;
        let taken = if whole { chunk.lines } else { (written - long).min(chunk.lines) };
        // What was passed over is read again as well, and so is what a full buffer has dropped.
        let long = long.min(written.saturating_sub(taken));
        let skipped = gone.skipped.min(long);
        ledger.lost[Cause::LinesTooLong as usize] -= skipped;
        ledger.lost[Cause::RejectedByBackend as usize] -= long - skipped;
        let dropped = &mut ledger.lost[Cause::BufferOverflow as usize];
        *dropped = (*dropped + taken).saturating_sub(written - long);
        owed.push(span);
        *in_batch -= taken;
        chunk.lines -= taken;
        chunk.lines > 0
    });
}

#[cfg(test)]
mod tests;
