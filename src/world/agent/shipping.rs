//! From the buffer to the backend: flushes, answers, retries, and the death of an agent.

use crate::blueprint::{AgentPlan, Purpose, backoff_ns, crash_loop_ns};
use crate::flow::{Cause, Chunk};
use crate::profile::Retries;
use crate::world::agent::batches::{Batch, Pass, Standing};
use crate::world::agent::input::{Input, Mode};
use crate::world::backend::link::{Link, Request};
use crate::world::lines::stream::Stream;
use crate::world::tally::Tally;
use smallvec::{SmallVec, smallvec};

/// What shipping needs beside the agent.
pub(crate) struct Ship<'a, 'b> {
    pub link: &'a mut Link<'b>,
    /// The input's streams.
    pub streams: &'a [Stream],
    pub tally: &'a mut Tally,
    /// Nothing counts for means from here on.
    pub horizon_ns: u64,
    /// Answers from here on are too late for the run.
    pub end_ns: u64,
}

impl Input {
    /// Puts what was read of a stream into the buffer.
    #[inline]
    pub(crate) fn hold(&mut self, chunk: Chunk, plan: &AgentPlan) {
        self.held_bytes += self.filling.add(chunk, plan);
    }

    /// Hands what was read since the last flush to the backend, if that is due.
    pub(crate) fn flush(&mut self, now_ns: u64, plan: &AgentPlan, ship: &mut Ship<'_, '_>) {
        if !self.is_due(now_ns, plan) {
            // Who sends as soon as it can keeps to its time while the backend has no room for it.
            let is_kept = plan.sends_full && self.filling.lines > 0;
            if self.deadline_ns <= now_ns && !is_kept {
                self.deadline_ns = now_ns + plan.flush_ns;
            }
            return;
        }
        self.deadline_ns = now_ns + plan.flush_ns;
        self.batch_waits = false;
        let mut batch = std::mem::take(&mut self.filling);
        let due_ns = self.send(&mut batch, 0, now_ns, plan, ship);
        if let Some(due_ns) = due_ns.filter(|due_ns| !self.is_unanswered(*due_ns, plan, ship.end_ns)) {
            return self.batches.push(batch, Standing { under_way: true, tries: 0 }, due_ns);
        }
        if due_ns.is_some() {
            self.unanswered.take(batch.new_lines(), batch.record_bytes);
        }
        // The memory of its chunks is used again.
        batch.chunks.clear();
        self.filling.chunks = batch.chunks;
    }

    /// Returns whether what was read since the last flush is to be sent now: its time has come, or it fills a batch where
    /// such a one is sent at once, or the buffer is full and no answer would ever make room.
    fn is_due(&self, now_ns: u64, plan: &AgentPlan) -> bool {
        let under_way = self.batches.len() + self.answers_due.len() + self.unanswered.batches as usize;
        let is_stuck = self.mode == Mode::Paused && under_way == 0;
        let is_full = self.filling.record_bytes >= plan.full_batch_bytes() || is_stuck;
        self.filling.lines > 0
            && under_way < plan.max_in_flight
            && (now_ns >= self.deadline_ns || plan.sends_full && is_full)
    }

    /// Whether nothing can become of a batch that was sent and is due then before the run ends: its answer comes later, nobody
    /// asks where in its files it began, and it is not on a disk from which a new process would send it again.
    fn is_unanswered(&self, due_ns: u64, plan: &AgentPlan, end_ns: u64) -> bool {
        due_ns >= end_ns && self.offsets.is_none() && !plan.buffers_on_disk()
    }

    /// Sends a batch that has waited so often. The answer is known at once, as nothing that happens later changes it: an
    /// accepted batch is delivered here, and only its memory is freed when the answer is there. Otherwise gives when it is due.
    fn send(
        &mut self,
        batch: &mut Batch,
        tries: u32,
        now_ns: u64,
        plan: &AgentPlan,
        ship: &mut Ship<'_, '_>,
    ) -> Option<u64> {
        // Who reads a backlog, or waits with a full buffer, has used its CPU before.
        let output_ns = match self.behind || self.mode == Mode::Paused {
            true => plan.busy_output_ns(batch.lines, batch.record_bytes),
            false => plan.output_ns(batch.lines, batch.record_bytes),
        };
        if ship.link.goes_by_tenant() {
            return self.send_by_tenant(batch, (tries, output_ns), now_ns, plan, ship);
        }
        match self.send_one(batch, (tries, output_ns), now_ns, plan, ship) {
            Ok(at_ns) => {
                self.answers_due.push(at_ns, batch.record_bytes);
                None
            }
            Err(due_ns) => Some(due_ns),
        }
    }

    /// Sends the lines of each tenant in a batch by themselves, as an agent does that has a chunk for each file. What is
    /// refused of it stays in the batch, to be tried again together; the memory of the rest is freed by the last of their
    /// answers. Gives when what is left is due; `None` where nothing is.
    fn send_by_tenant(
        &mut self,
        batch: &mut Batch,
        (tries, output_ns): (u32, u64),
        now_ns: u64,
        plan: &AgentPlan,
        ship: &mut Ship<'_, '_>,
    ) -> Option<u64> {
        let tenant_of = |chunk: &Chunk| ship.streams[chunk.stream.at()].tenant;
        let mut tenants: SmallVec<[u32; 8]> = batch.chunks.iter().map(tenant_of).collect();
        tenants.sort_unstable();
        tenants.dedup();
        let files = self.files_in(batch);
        let mut left = Batch { is_stored: true, ..Batch::default() };
        let (mut refused_ns, mut stored_ns) = (0, 0);
        let mut freed: Option<(u64, u64)> = None;
        for tenant in tenants {
            let mut part = Batch::default();
            for chunk in batch.chunks.iter().filter(|chunk| tenant_of(chunk) == tenant) {
                part.add(*chunk, plan);
            }
            match self.send_one(&mut part, (tries, output_ns), now_ns, plan, ship) {
                Ok(at_ns) => {
                    let (last_ns, record_bytes) = freed.unwrap_or_default();
                    freed = Some((last_ns.max(at_ns), record_bytes + part.record_bytes));
                }
                Err(part_due_ns) => {
                    for chunk in part.chunks {
                        left.add(chunk, plan);
                    }
                    // What is only late goes with what is refused, and sooner than it had to.
                    left.is_stored &= part.is_stored;
                    let due_ns = if part.is_stored { &mut stored_ns } else { &mut refused_ns };
                    *due_ns = part_due_ns.max(*due_ns);
                }
            }
        }
        let due_ns = if left.is_stored { stored_ns } else { refused_ns };
        self.answers = files;
        if let Some((at_ns, record_bytes)) = freed {
            self.answers_due.push(at_ns, record_bytes);
        }
        *batch = left;
        (batch.lines > 0).then_some(due_ns)
    }

    /// Sends lines as one request. Gives when the answer is there by which their memory is freed, as they are accepted or
    /// dropped.
    ///
    /// # Errors
    /// They are refused and tried again, or the answer comes after the run: gives when that is there.
    fn send_one(
        &mut self,
        batch: &mut Batch,
        (tries, output_ns): (u32, u64),
        now_ns: u64,
        plan: &AgentPlan,
        ship: &mut Ship<'_, '_>,
    ) -> Result<u64, u64> {
        // Of long backlogs its chunks are far away, and mostly nobody asks whose they are.
        let chunk = batch.chunks.first().filter(|_| ship.link.goes_by_tenant());
        let tenant = chunk.map_or(0, |chunk| ship.streams[chunk.stream.at()].tenant);
        let request = Request { key: self.key, number: self.requests, tenant, bytes: batch.wire_bytes };
        let mut answer = match self.is_refused(now_ns) {
            true => ship.link.refuse(now_ns),
            false => ship.link.send(now_ns, request),
        };
        answer.at_ns += output_ns;
        self.requests += 1;
        let files = self.files_in(batch);
        self.answers = files;
        let counts = now_ns < ship.horizon_ns;
        if counts {
            ship.tally.requests += plan.requests_for(files, batch.record_bytes);
        }
        if counts && !answer.accepted && ship.link.has_gateway() {
            ship.tally.gateway_refused += 1;
        }
        if counts && answer.over_quota {
            ship.tally.throttled_bytes += batch.wire_bytes;
        }
        if counts && answer.carried {
            ship.tally.sent_bytes += batch.wire_bytes;
        }
        // An answer that takes too long is not waited for, and the request counts as failed; what it brought stays.
        let given_up_ns = (now_ns + output_ns).saturating_add(plan.request_timeout_ns);
        let is_late = answer.accepted && answer.at_ns > given_up_ns;
        let arrives_ns = answer.arrives_ns.map(|arrives_ns| arrives_ns.saturating_add(output_ns));
        if answer.accepted && answer.at_ns < ship.end_ns {
            match arrives_ns {
                // What was read up to its last instant was in truth looked at a little later.
                Some(at_ns) if at_ns < ship.end_ns => {
                    ship.tally.deliver(&batch.chunks, ship.streams, at_ns + plan.look_delay_ns, plan);
                }
                // Who has not waited for the answer sends it again, and that counts.
                _ if is_late => {}
                // A collector on the way still has it when the run ends, or is gone with it.
                Some(_) => ship.tally.ledger.in_flight += batch.new_lines(),
                None => ship.tally.ledger.lose(Cause::AgentKilled, batch.new_lines()),
            }
            if !is_late {
                self.note_accepted(&batch.chunks, now_ns, answer.at_ns, plan);
                return Ok(answer.at_ns);
            }
            if arrives_ns.is_some_and(|at_ns| at_ns < ship.end_ns) {
                batch.chunks.iter_mut().for_each(|chunk| chunk.copy = true);
                batch.copies = batch.lines;
            }
        }
        batch.is_stored |= is_late && arrives_ns.is_some();
        let due_ns = if is_late { given_up_ns } else { answer.at_ns };
        if answer.throttled && plan.gives_up_throttled(tries) && due_ns < ship.end_ns {
            ship.tally.ledger.lose(Cause::RetriesExhausted, batch.new_lines());
            return Ok(due_ns);
        }
        Err(due_ns)
    }

    /// How many of its files a batch holds lines of.
    fn files_in(&self, batch: &Batch) -> u64 {
        // Of one with one file nobody looks at its chunks, which are far away.
        let most = batch.chunks.len().min(self.own().len());
        if most < 2 {
            return most as u64;
        }
        // A backlog of one file is several chunks, and so is a file that was read twice between two flushes.
        let mut seen: SmallVec<[u64; 4]> = smallvec![0; self.own().len().div_ceil(64)];
        for chunk in &batch.chunks {
            let place = chunk.stream.at();
            seen[place / 64] |= 1 << (place % 64);
        }
        seen.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Handles every batch that is due: refusals are taken, and batches sent again.
    pub(crate) fn settle_batches(&mut self, now_ns: u64, plan: &AgentPlan, ship: &mut Ship<'_, '_>) {
        if self.batches.first_due_ns() > now_ns {
            return self.release(now_ns, plan);
        }
        let mut pass = Pass::at(now_ns);
        while let Some((place, Standing { under_way, tries })) = self.batches.next_due(&mut pass) {
            if under_way && !matches!(plan.retries, Retries::Limit(limit) if tries >= limit) {
                let bits = Purpose::Backoff.nth(self.key, self.requests);
                let due_ns = now_ns + backoff_ns(plan.backoff_base_ns, plan.backoff_cap_ns, tries, bits);
                let standing = Standing { under_way: false, tries: tries + 1 };
                self.batches.keep(&mut pass, place, standing, due_ns);
                continue;
            }
            let mut batch = self.batches.take(place);
            let due_ns = match under_way {
                true => {
                    self.give_up_batch(&batch, now_ns, ship);
                    None
                }
                false => self.send(&mut batch, tries, now_ns, plan, ship),
            };
            match due_ns {
                None => self.batches.leave_out(&mut pass, place),
                Some(due_ns) => {
                    self.batches.put_back(place, batch);
                    self.batches.keep(&mut pass, place, Standing { under_way: true, tries }, due_ns);
                }
            }
        }
        self.batches.close_up(pass);
        self.release(now_ns, plan);
    }

    /// A batch has been refused as often as it may be.
    fn give_up_batch(&mut self, batch: &Batch, now_ns: u64, ship: &mut Ship<'_, '_>) {
        if batch.is_stored {
            // An answer to it comes after the run, to nobody.
            ship.tally.ledger.in_flight += batch.new_lines();
        } else {
            ship.tally.ledger.lose(Cause::RetriesExhausted, batch.new_lines());
        }
        self.answers_due.push(now_ns, batch.record_bytes);
    }

    /// Sends what waits for its retry once more, and what was read since the last flush.
    pub(crate) fn send_all(&mut self, now_ns: u64, plan: &AgentPlan, ship: &mut Ship<'_, '_>) {
        self.batches.hurry(now_ns);
        self.settle_batches(now_ns, plan, ship);
        if self.filling.lines > 0 {
            let mut batch = std::mem::take(&mut self.filling);
            if let Some(due_ns) = self.send(&mut batch, 0, now_ns, plan, ship) {
                self.batches.push(batch, Standing { under_way: true, tries: 0 }, due_ns);
            }
        }
    }

    /// The process dies, and is started again.
    pub(crate) fn kill(&mut self, now_ns: u64, plan: &AgentPlan, tally: &mut Tally) {
        self.kills += 1;
        self.die(now_ns + plan.restart_ns + crash_loop_ns(self.kills), plan, tally);
    }

    /// The process ends until it reads again at `restart_ns`. What the backend has accepted stays delivered, and batches
    /// that wait on disk are sent again then; everything else it held is lost.
    pub(crate) fn die(&mut self, restart_ns: u64, plan: &AgentPlan, tally: &mut Tally) {
        let kept: Vec<(Batch, u32)> =
            if plan.buffers_on_disk() { self.batches.take_all().collect() } else { Vec::new() };
        tally.ledger.lose(Cause::AgentKilled, self.drop_all());
        self.held_bytes = kept.iter().map(|(batch, _)| batch.record_bytes).sum();
        self.restart_ns = restart_ns;
        for (batch, tries) in kept {
            self.batches.push(batch, Standing { under_way: false, tries }, restart_ns);
        }
    }
}

impl AgentPlan {
    /// Whether lines are dropped that are refused for being too much, after so many retries.
    fn gives_up_throttled(&self, tries: u32) -> bool {
        matches!(self.throttled_retries, Retries::Limit(limit) if tries >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::lines::stream::StreamId;
    use crate::world::testing;

    #[test]
    fn what_waits_on_disk_survives_the_process() {
        let mut plan = testing::agent();
        let after_kill = |plan: &AgentPlan| {
            let mut input = Input::new(0, plan, StreamId::of(0)..StreamId::of(1), 1, 0, true);
            let batch = Batch { lines: 7, record_bytes: 700, ..Batch::default() };
            input.batches.push(batch, Standing { under_way: true, tries: 0 }, 4);
            (input.filling.lines, input.held_bytes) = (3, 1_000);
            let mut tally = Tally::new(&testing::layout(1, 1.0, false, 1));
            input.kill(5, plan, &mut tally);
            (tally.ledger.lost[Cause::AgentKilled as usize], input)
        };
        let (lost, input) = after_kill(&plan);
        assert_eq!((lost, input.held_bytes, input.batches.len()), (10, 0, 0));
        plan.buffer_memory_bytes = 100;
        let (lost, input) = after_kill(&plan);
        assert_eq!((lost, input.held_bytes), (3, 700));
        // It is sent again when the process is back.
        let standing = input.batches.next_due(&mut Pass::at(input.restart_ns)).map(|(_, standing)| standing);
        assert_eq!(standing, Some(Standing { under_way: false, tries: 0 }));
        assert_eq!(input.batches.first_due_ns(), input.restart_ns);
    }
}
