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

use crate::blueprint::{AgentPlan, Blueprint, Fault, Purpose};
use crate::flow::{Cause, OwnStream};
use crate::observe::Ledger;
use crate::profile::{Position, StartAt};
use crate::units::NEVER_NS;
use crate::world::agent::batches::Batch;
use crate::world::agent::desk::Desk;
use crate::world::agent::long_lines::{DroppedLines, count_dropped};
use crate::world::disk::owed::Owed;

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
    pub(super) fn first_write_ns(&self, key: u64) -> u64 {
        match self.checkpoints {
            true if self.checkpoint_every_ns > 0 => {
                1 + Purpose::CheckpointPhase.draw(key) % self.checkpoint_every_ns
            }
            _ => NEVER_NS,
        }
    }
}

impl Blueprint {
    /// Whether lines may arrive more than once: after a death, or after an answer that an agent did not wait for.
    pub fn may_duplicate(&self) -> bool {
        // How long a gateway, or a backend under load, lets wait nobody knows beforehand.
        let is_bounded = self.gateway.is_none() && !self.backend.tail_grows;
        let longest_ns = if is_bounded { self.backend.longest_answer_ns() } else { NEVER_NS };
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

impl Desk<'_> {
    /// The process of the input dies now, or is `told` to end: takes its readers back to where it will go on, and what will
    /// be read again out of its memory.
    pub(crate) fn rewind(&mut self, now_ns: u64, told: bool) {
        let Some(offsets_ns) = self.input.offsets_at_death(now_ns, told, self.streams, self.plan) else {
            return;
        };
        let on_disk = self.plan.buffers_on_disk();
        for (place, offset_ns) in offsets_ns.into_iter().enumerate() {
            let (stream, files) = (&mut self.streams[place], &mut self.files[place]);
            let Some(from_ns) = files.goes_on_at(stream, offset_ns) else { continue };
            let law = &self.blueprint.laws[stream.law as usize];
            let again = files.fresh(stream, law);
            let mut owed: Vec<Owed> = Vec::new();
            let waiting = self.input.batches.iter_mut().filter(|_| !on_disk);
            let lines = |span: (u64, u64)| {
                let written = again.peek(law, span.1).written.lines - again.peek(law, span.0).written.lines;
                (written, count_dropped(&again, law, span, (self.plan, &self.blueprint.backend)))
            };
            for batch in waiting.chain([&mut self.input.filling]) {
                take_owed(batch, OwnStream::of(place), from_ns, &mut owed, lines, &mut self.tally.ledger);
            }
            files.rewind(stream, law, again, from_ns, owed);
            self.input.replays = true;
        }
    }
}

/// Takes the lines of a stream from `from_ns` on out of a batch: they are owed, and will be read again. `lines` counts
/// those that were written in a span, and how many of them are not in the chunk as they were too long.
fn take_owed(
    batch: &mut Batch,
    stream: OwnStream,
    from_ns: u64,
    owed: &mut Vec<Owed>,
    lines: impl Fn((u64, u64)) -> (u64, DroppedLines),
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
        let (written, dropped) = lines(span);
        let long = dropped.skipped + dropped.rejected;
        let whole = chunk.from_ns >= from_ns;
        let taken = if whole { chunk.lines } else { (written - long).min(chunk.lines) };
        // What was passed over is read again as well, and so is what a full buffer has dropped.
        let long = long.min(written.saturating_sub(taken));
        let skipped = dropped.skipped.min(long);
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
