//! What an input with a full buffer does when it does not pause: drops what is new, or what has waited longest.
//!
//! Policies: Fluent Bit's `memrb`, vlagent's bounded queue and the like drop the oldest; the ring buffer of
//! Docker's log drivers drops the newest.

use super::agent::Input;
use super::blueprint::AgentPlan;
use crate::flow::{Cause, Chunk};
use crate::observe::Ledger;
use crate::profile::Overflow;

impl Input {
    /// Makes room for what was read, as the policy has it; gives what of it is to be held.
    #[inline]
    pub(super) fn make_room(&mut self, chunk: Chunk, plan: &AgentPlan, ledger: &mut Ledger) -> Option<Chunk> {
        if plan.overflow == Overflow::Pause {
            return Some(chunk);
        }
        let record_bytes = plan.record_bytes(chunk.lines, chunk.bytes);
        if plan.overflow == Overflow::DropOldest {
            let over = |input: &Self| input.held_bytes + record_bytes > plan.buffer_limit_bytes;
            while over(self) && self.drop_oldest(plan, ledger) {}
        }
        let room = plan.buffer_limit_bytes.saturating_sub(self.held_bytes);
        if record_bytes <= room {
            return Some(chunk);
        }
        // Lines of a chunk count as alike: of what does not fit, the first lines are kept.
        let share = room as f64 / record_bytes as f64;
        let lines = (chunk.lines as f64 * share) as u64;
        ledger.lose(Cause::BufferOverflow, chunk.lines - lines);
        let kept = Chunk {
            until_ns: chunk.from_ns + ((chunk.until_ns - chunk.from_ns) as f64 * share) as u64,
            lines,
            bytes: chunk.bytes * lines / chunk.lines,
            ..chunk
        };
        (lines > 0).then_some(kept)
    }

    /// Drops the batch that has waited longest for its retry, else the first chunk that waits for its flush.
    /// What is under way cannot be taken back: gives `false` where there is nothing else.
    fn drop_oldest(&mut self, plan: &AgentPlan, ledger: &mut Ledger) -> bool {
        if let Some(index) = self.batches.iter().position(|batch| !batch.under_way) {
            let batch = self.batches.remove(index);
            self.held_bytes -= batch.record_bytes;
            ledger.lose(Cause::BufferOverflow, batch.lines);
            return true;
        }
        if self.filling.chunks.is_empty() {
            return false;
        }
        let chunk = self.filling.chunks.remove(0);
        let record_bytes = plan.record_bytes(chunk.lines, chunk.bytes);
        self.filling.lines -= chunk.lines;
        self.filling.record_bytes -= record_bytes;
        self.filling.wire_bytes -= plan.wire_bytes(chunk.lines, chunk.bytes);
        self.held_bytes -= record_bytes;
        ledger.lose(Cause::BufferOverflow, chunk.lines);
        true
    }
}
