//! Positions of an input's files: where it is in each, and what of that is on its disk.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::flow::{Chunk, OwnStream};
use crate::profile::Position;
use crate::units::NEVER_NS;
use crate::world::agent::input::{Input, Mode};
use crate::world::agent::offsets::Offsets;
use crate::world::lines::stream::Stream;
use smallvec::SmallVec;

impl Input {
    /// The agent starts at `now_ns` with files of which nothing has been read.
    pub(crate) fn begin_offsets(&mut self, now_ns: u64, blueprint: &Blueprint) {
        let plan = &blueprint.agents[self.plan as usize];
        self.offsets = (plan.rewinds() && blueprint.may_restart(plan)).then(|| {
            let due_ns = now_ns.saturating_add(plan.first_write_ns(self.key));
            let written_ns = vec![now_ns; self.own().len()];
            Box::new(Offsets { due_ns, written_ns, pending: Vec::new() })
        });
    }

    /// The process is back: it writes positions from now on.
    pub(crate) fn save_offsets_from(&mut self, now_ns: u64, plan: &AgentPlan) {
        if let Some(offsets) = &mut self.offsets {
            let writes = plan.checkpoints && plan.checkpoint_every_ns > 0;
            offsets.due_ns = if writes { now_ns.saturating_add(plan.checkpoint_every_ns) } else { NEVER_NS };
        }
    }

    /// Where its readers are, if positions are written before `until_ns`.
    pub(crate) fn offsets_before(&self, until_ns: u64, streams: &[Stream]) -> Option<SmallVec<[u64; 4]>> {
        self.offsets.as_ref().filter(|offsets| offsets.due_ns <= until_ns)?;
        Some(streams.iter().map(|stream| stream.time_ns).collect())
    }

    /// Positions were written after `since_ns`, when readers were at `offsets_ns`, and until `until_ns`: takes down the last
    /// ones.
    pub(crate) fn save_offsets(
        &mut self,
        (since_ns, until_ns): (u64, u64),
        offsets_ns: &[u64],
        streams: &[Stream],
        plan: &AgentPlan,
    ) {
        let Some(mut offsets) = self.offsets.take() else { return };
        let every_ns = plan.checkpoint_every_ns;
        if offsets.due_ns <= until_ns && every_ns > 0 {
            let at_ns = offsets.due_ns + (until_ns - offsets.due_ns) / every_ns * every_ns;
            offsets.due_ns = at_ns.saturating_add(every_ns);
            if self.mode != Mode::Down {
                offsets.pending.retain(|(answer_ns, ..)| *answer_ns > at_ns);
                for (place, before_ns) in offsets_ns.iter().enumerate() {
                    // Who keeps up has read what was written until then; who does not, what it had before.
                    let now_ns = streams[place].time_ns;
                    offsets.written_ns[place] =
                        if *before_ns >= since_ns { at_ns.min(now_ns) } else { *before_ns };
                }
                if plan.checkpoint_of == Position::Acknowledged {
                    self.acknowledge(&offsets.pending, &mut offsets.written_ns);
                }
            }
        }
        self.offsets = Some(offsets);
    }

    /// Positions were written between quiet flushes, the first at `first_ns`, of which `sent` tells when they were answered,
    /// if they had lines. `live` are the streams that were read.
    pub(crate) fn save_quiet_offsets(
        &mut self,
        (since_ns, first_ns, gap_ns): (u64, u64, u64),
        sent: &[Option<u64>],
        live: impl Fn(usize) -> bool,
        streams: &[Stream],
        plan: &AgentPlan,
    ) {
        let Some(mut offsets) = self.offsets.take() else { return };
        let last_ns = first_ns + (sent.len() as u64 - 1) * gap_ns;
        let every_ns = plan.checkpoint_every_ns;
        let follows = plan.checkpoint_of == Position::Acknowledged;
        let begins = |flush: u64| if flush == 0 { since_ns } else { first_ns + (flush - 1) * gap_ns };
        if offsets.due_ns <= last_ns && every_ns > 0 {
            let at_ns = offsets.due_ns + (last_ns - offsets.due_ns) / every_ns * every_ns;
            offsets.due_ns = at_ns.saturating_add(every_ns);
            // The first flush at or after it, and the one before that.
            let flush = at_ns.saturating_sub(first_ns).div_ceil(gap_ns);
            let unanswered = flush
                .checked_sub(1)
                .filter(|before| sent[*before as usize].is_some_and(|answer_ns| answer_ns > at_ns));
            for (offset, stream) in streams.iter().enumerate() {
                offsets.written_ns[offset] = match (live(offset), follows) {
                    (false, _) => stream.time_ns,
                    (true, false) => at_ns,
                    (true, true) => begins(unanswered.unwrap_or(flush)),
                };
            }
            if follows && flush == 0 {
                offsets.pending.retain(|(answer_ns, ..)| *answer_ns > at_ns);
                earliest(offsets.pending.iter().map(|p| (p.1, p.2)), &mut offsets.written_ns);
            }
        }
        if follows {
            offsets.pending.clear();
            if let Some(Some(answer_ns)) = sent.last() {
                let from_ns = begins(sent.len() as u64 - 1);
                let own = (0..streams.len()).filter(|offset| live(*offset));
                offsets.pending.extend(own.map(|offset| (*answer_ns, OwnStream::of(offset), from_ns)));
            }
        }
        self.offsets = Some(offsets);
    }

    /// The backend has accepted chunks, which the agent will know at `answer_ns`.
    pub(crate) fn note_accepted(&mut self, chunks: &[Chunk], now_ns: u64, answer_ns: u64, plan: &AgentPlan) {
        if let Some(offsets) = &mut self.offsets
            && plan.checkpoint_of == Position::Acknowledged
        {
            // What positions were written since is not needed any more.
            let from_ns = if plan.checkpoint_every_ns > 0 { offsets.due_ns.min(now_ns) } else { now_ns };
            offsets.pending.retain(|(answer_ns, ..)| *answer_ns > from_ns);
            offsets.pending.extend(chunks.iter().map(|chunk| (answer_ns, chunk.stream, chunk.from_ns)));
        }
    }

    /// Takes positions back to the first lines that the agent does not know to be safe.
    fn acknowledge(&self, pending: &[(u64, OwnStream, u64)], positions_ns: &mut [u64]) {
        let held = self.batches.iter().chain([&self.filling]).flat_map(|batch| &batch.chunks);
        let held = held.map(|chunk| (chunk.stream, chunk.from_ns));
        earliest(held.chain(pending.iter().map(|p| (p.1, p.2))), positions_ns);
    }

    /// What is on disk of its positions when it dies at `now_ns`, or is `told` to end.
    pub(crate) fn offsets_at_death(
        &mut self,
        now_ns: u64,
        told: bool,
        streams: &[Stream],
        plan: &AgentPlan,
    ) -> Option<Vec<u64>> {
        let mut offsets = self.offsets.take()?;
        offsets.due_ns = NEVER_NS;
        if plan.checkpoints && (told || plan.checkpoint_every_ns == 0) {
            offsets.written_ns = streams.iter().map(|stream| stream.time_ns).collect();
            if plan.checkpoint_of == Position::Acknowledged {
                // One that is told to end waits for the answers.
                offsets.pending.retain(|(answer_ns, ..)| !told && *answer_ns > now_ns);
                self.acknowledge(&offsets.pending, &mut offsets.written_ns);
            }
        }
        offsets.pending.clear();
        let positions_ns = match plan.checkpoints {
            true => offsets.written_ns.clone(),
            false => vec![0; streams.len()],
        };
        self.offsets = Some(offsets);
        Some(positions_ns)
    }
}

/// Takes positions back to the earliest of some places.
fn earliest(places: impl Iterator<Item = (OwnStream, u64)>, positions_ns: &mut [u64]) {
    for (stream, from_ns) in places {
        let position_ns = &mut positions_ns[stream.at()];
        *position_ns = (*position_ns).min(from_ns);
    }
}
