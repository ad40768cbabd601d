//! Batches: when they leave, what the backend makes of them, and the room that they free.

use super::super::agent::{Agent, Batch, Mode};
use super::super::log::Fate;
use super::{Cluster, Event};
use loghaul::flow::Cause;
use loghaul::profile::Retries;
use std::collections::BTreeSet;

impl Cluster<'_> {
    /// Sets the timer of what a reader has read, if it is not set.
    pub(super) fn set_timer(&mut self, agent: usize) {
        let Agent { deadline_ns, life, is_timed, .. } = self.agents[agent];
        if !is_timed {
            self.agents[agent].is_timed = true;
            self.at(deadline_ns, Event::Flush { agent, life });
        }
    }

    /// Sends what a reader has read, if that is due; whether it was.
    pub(super) fn flush(&mut self, agent: usize, now_ns: u64) -> bool {
        let reader = &mut self.agents[agent];
        if !reader.is_due(now_ns) {
            return false;
        }
        reader.outstanding += 1;
        reader.deadline_ns = now_ns + reader.plan.flush_ns;
        let batch = std::mem::take(&mut reader.filling);
        self.send(agent, batch, now_ns);
        self.set_timer(agent);
        true
    }

    /// As soon as a batch is full, where such a one is sent at once: now, or when enough time has passed since the last.
    pub(super) fn flush_full(&mut self, agent: usize, now_ns: u64) {
        let reader = &self.agents[agent];
        if !reader.plan.sends_full || self.flush(agent, now_ns) {
            return;
        }
        let reader = &self.agents[agent];
        let rested_ns = (reader.deadline_ns + 50_000_000).saturating_sub(reader.plan.flush_ns);
        if reader.filling.record_bytes >= reader.plan.batch_bytes && rested_ns > now_ns {
            let life = reader.life;
            self.at(rested_ns, Event::Full { agent, life });
        }
    }

    /// Memory is free again.
    pub(super) fn free(&mut self, number: usize, record_bytes: u64, now_ns: u64) {
        let horizon_ns = self.blueprint.horizon_ns;
        let agent = &mut self.agents[number];
        agent.outstanding -= 1;
        agent.held_bytes -= record_bytes;
        if agent.mode == Mode::Paused && agent.held_bytes < agent.plan.buffer_limit_bytes {
            agent.mode = Mode::Reading;
            agent.passes = None;
            agent.fall_behind();
            agent.paused_ns += now_ns.min(horizon_ns).saturating_sub(agent.paused_since_ns);
            self.read_on(number, now_ns);
        }
        self.flush_full(number, now_ns);
    }

    pub(super) fn send(&mut self, number: usize, batch: Batch, now_ns: u64) {
        let agent = &mut self.agents[number];
        let mut answer = self.backend.send(now_ns, batch.wire_bytes, agent.key, agent.requests);
        answer.at_ns += agent.plan.output_ns(batch.lines.len() as u64, batch.record_bytes);
        agent.answers = batch.lines.iter().map(|(log, _)| log).collect::<BTreeSet<_>>().len() as u64;
        let life = agent.life;
        agent.requests += 1;
        self.out.largest_batch = self.out.largest_batch.max(batch.lines.len() as u64);
        if answer.carried && now_ns < self.blueprint.horizon_ns {
            self.out.sent_bytes += batch.wire_bytes;
        }
        if answer.accepted {
            for (log, line) in &batch.lines {
                self.logs[*log].fates[*line] = Fate::Accepted;
            }
            self.at(answer.at_ns, Event::Answer { agent: number, life, batch });
        } else {
            self.at(answer.at_ns, Event::Refusal { agent: number, life, batch });
        }
    }

    pub(super) fn refused(&mut self, number: usize, mut batch: Batch, now_ns: u64) {
        let agent = &self.agents[number];
        if matches!(agent.plan.retries, Retries::Limit(limit) if batch.tries >= limit) {
            for (log, line) in &batch.lines {
                self.logs[*log].fates[*line] = Fate::Lost(Cause::RetriesExhausted);
            }
            self.free(number, batch.record_bytes, now_ns);
            return;
        }
        let (at_ns, life) = (now_ns + agent.backoff_ns(batch.tries), agent.life);
        batch.tries += 1;
        self.at(at_ns, Event::Retry { agent: number, life, batch });
    }
}
