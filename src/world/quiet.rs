//! Quiet stretches: many flushes of one input settled at once.
//!
//! As long as an input keeps up, its buffer has room, its answers come before its next flush and nobody waits for
//! the backend, each flush takes what was written since the one before and delivers it. Then no event is needed: the
//! lines of all flushes until the next event on the node are drawn stream by stream, and their sums entered once.
//! A flush for which any of this fails, and what follows, is left to the exact way; both give the same bits.

use super::agent::{Input, Mode};
use super::backend::Link;
use super::blueprint::{AgentPlan, Blueprint};
use super::node::Node;
use super::stream::{Amount, Head, Stream};
use super::tally::Tally;
use crate::observe::Spread;
use crate::profile::Work;
use crate::units::NS_PER_SEC;

/// Flushes settled at once at most.
pub(super) const MOST_FLUSHES: usize = 64;

/// Room for what is worked out and not kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// Flushes settled at once at most; none where every flush is to be an event.
    most_flushes: usize,
    flushes: Vec<Flush>,
    /// Lines of each stream, flush by flush.
    lines: Vec<u64>,
    /// Where each stream gets to; `None` where it has nothing to be read.
    reached: Vec<Option<(Head, Amount)>>,
    /// What reading so many lines of one file in a flush interval takes, for each kind of agent that was asked for.
    reads: Vec<Vec<Reads>>,
}

/// What the lines of one file take that are read as they are written.
#[derive(Clone, Copy, Debug)]
struct Reads {
    reads: f64,
    weighted: f64,
    /// What wake-ups take where no other file wakes the agent.
    wakeups: (f64, f64),
}

/// Up to how many lines of a file and flush the reads that they take are looked up.
const TABLED_LINES: usize = 64;

impl Scratch {
    pub fn new(most_flushes: usize) -> Self {
        Self { most_flushes, ..Self::default() }
    }

    /// Makes the table of reads of a kind of agent where there is none yet.
    fn table_reads(&mut self, kind: usize, plan: &AgentPlan) {
        if self.reads.len() <= kind {
            self.reads.resize(kind + 1, Vec::new());
        }
        if self.reads[kind].is_empty() {
            let inverse_span = 1.0 / seconds_between_flushes(plan);
            let reads_of = |lines| {
                let (reads, weighted) = plan.costs.live_reads(lines as f64, inverse_span);
                Reads { reads, weighted, wakeups: plan.costs.wakeups_at(reads * inverse_span) }
            };
            self.reads[kind] = (0..=TABLED_LINES).map(reads_of).collect();
        }
    }
}

fn seconds_between_flushes(plan: &AgentPlan) -> f64 {
    plan.flush_ns as f64 / NS_PER_SEC as f64
}

/// What one flush takes.
#[derive(Clone, Copy, Debug)]
struct Flush {
    lines: u64,
    record_bytes: u64,
    disk_bytes: u64,
    wire_bytes: u64,
    chunks: u64,
    work: Work,
    /// The class of the random part of its latency, what the output takes on top, and when the answer is there.
    class: usize,
    output_ns: u64,
    answer_ns: u64,
}

impl Flush {
    fn over(seconds: f64) -> Self {
        let work = Work::in_span(seconds);
        Self {
            lines: 0,
            record_bytes: 0,
            disk_bytes: 0,
            wire_bytes: 0,
            chunks: 0,
            work,
            class: 0,
            output_ns: 0,
            answer_ns: 0,
        }
    }

    #[inline]
    fn add(&mut self, new: Amount, stream: &Stream, ticks_per_s: f64, plan: &AgentPlan, reads: &[Reads]) {
        let disk_bytes = stream.on_disk(new);
        self.lines += new.lines;
        self.record_bytes += plan.record_bytes(new.lines, new.bytes);
        self.disk_bytes += disk_bytes;
        self.wire_bytes += plan.wire_bytes(new.lines, new.bytes);
        self.chunks += 1;
        match reads.get(new.lines as usize) {
            Some(known) if ticks_per_s == 0.0 => {
                self.work.add(new.lines as f64, disk_bytes as f64, known.reads, known.weighted);
            }
            _ => plan.costs.add_live(&mut self.work, new.lines as f64, disk_bytes as f64, ticks_per_s),
        }
    }
}

impl Node {
    /// Settles the flushes of the input `index`, the first of which is due now, that come before `until_ns`, as long
    /// as they are quiet. Gives `false`, and does nothing, where not even the first is.
    pub(super) fn flush_quietly(
        &mut self,
        index: usize,
        until_ns: u64,
        blueprint: &Blueprint,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) -> bool {
        let input = &mut self.inputs[index];
        let plan = &blueprint.agents[input.plan as usize];
        let (since_ns, first_ns) = (input.since_ns, input.flush_ns);
        let applies = input.mode == Mode::Reading
            && !input.behind
            && input.batches.is_empty()
            && input.filling.lines == 0
            && since_ns + plan.flush_ns == first_ns
            && plan.flush_ns <= blueprint.chunk_ns
            && !input.has_unnoticed
            && input.flush_gap_ns == plan.flush_ns
            && plan.max_in_flight > 0
            && input.releases.iter().all(|(at_ns, _)| *at_ns <= first_ns);
        let Some(free_until_ns) = link.free_until(since_ns).filter(|_| applies) else { return false };
        let mut end_ns = until_ns.min(free_until_ns).min(blueprint.horizon_ns);
        end_ns = end_ns.min(input.scan_ns).min(input.give_up_ns).min(input.restart_ns);
        if since_ns < blueprint.warmup_ns {
            // A chunk may end where the warm-up does, and not straddle it.
            end_ns = end_ns.min(blueprint.warmup_ns + 1);
        }
        if end_ns <= first_ns {
            return false;
        }
        let mut flushes =
            ((end_ns - first_ns).div_ceil(plan.flush_ns) as usize).min(link.scratch.most_flushes);
        if flushes == 0 {
            return false;
        }
        let mut scratch = std::mem::take(&mut link.scratch);
        let streams = &mut self.streams[input.first as usize..input.end as usize];
        let pass = Pass { kind: input.plan as usize, plan, blueprint, first_ns, since_ns };
        let mut quiet = pass.draw(streams, flushes, &mut scratch);
        if quiet {
            let settled = pass.judge(input, &mut scratch, link);
            if settled > 0 && settled < flushes {
                pass.draw(streams, settled, &mut scratch);
                pass.judge(input, &mut scratch, link);
            }
            flushes = settled;
            quiet = settled > 0;
        }
        if quiet {
            pass.deliver(streams, input.leads, &mut scratch, link, tally);
            let last = scratch.flushes[flushes - 1];
            input.requests += scratch.flushes.iter().filter(|f| f.lines > 0).count() as u64;
            input.since_ns = first_ns + (flushes as u64 - 1) * plan.flush_ns;
            input.flush_ns = input.since_ns + plan.flush_ns;
            let fullest = scratch.flushes.iter().map(|f| f.record_bytes).max().unwrap_or(0);
            input.peak_bytes = input.peak_bytes.max(fullest).max(input.held_bytes);
            input.held_bytes = last.record_bytes;
            input.caught_up_ns = input.since_ns;
            if let Some(sent) = scratch.flushes.iter().rev().find(|f| f.lines > 0) {
                input.answers = sent.chunks;
            }
            input.releases.clear();
            if last.lines > 0 {
                input.releases.push((last.answer_ns, last.record_bytes));
            }
        }
        link.scratch = scratch;
        quiet
    }
}

/// A stretch of flushes of one input.
struct Pass<'a> {
    kind: usize,
    plan: &'a AgentPlan,
    blueprint: &'a Blueprint,
    /// The first flush.
    first_ns: u64,
    /// The flush before it.
    since_ns: u64,
}

impl Pass<'_> {
    /// Draws what each flush takes. Gives `false` where a stream is not read as it is written.
    fn draw(&self, streams: &[Stream], flushes: usize, scratch: &mut Scratch) -> bool {
        scratch.table_reads(self.kind, self.plan);
        let reads = &scratch.reads[self.kind];
        scratch.flushes.clear();
        scratch.flushes.resize(flushes, Flush::over(seconds_between_flushes(self.plan)));
        scratch.lines.clear();
        scratch.reached.clear();
        for stream in streams {
            if stream.limit_ns != u64::MAX || stream.time_ns != self.since_ns {
                if stream.time_ns < stream.limit_ns {
                    return false;
                }
                // Its live file has not been found yet.
                scratch.reached.push(None);
                scratch.lines.resize(scratch.lines.len() + flushes, 0);
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            let ticks_per_s = law.arrivals.ticks();
            let (mut head, mut before) = stream.start();
            let mut at_ns = self.first_ns;
            for flush in &mut scratch.flushes {
                let written = head.written(law, stream.key, at_ns);
                let new = written - before;
                scratch.lines.push(new.lines);
                if new.lines > 0 {
                    flush.add(new, stream, ticks_per_s, self.plan, reads);
                }
                before = written;
                at_ns += self.plan.flush_ns;
            }
            scratch.reached.push(Some((head, before)));
        }
        true
    }

    /// How many of the flushes drawn are quiet; works out their answers.
    fn judge(&self, input: &Input, scratch: &mut Scratch, link: &Link<'_>) -> usize {
        let plan = self.plan;
        let budget_ns = plan.flush_ns as f64 * plan.cores;
        let (mut at_ns, mut held_bytes, mut request) = (self.first_ns, input.held_bytes, input.requests);
        let mut peak_bytes = input.peak_bytes;
        for (number, flush) in scratch.flushes.iter_mut().enumerate() {
            let reader_ns = plan.costs.bulk_reader_ns(flush.lines as f64, flush.disk_bytes as f64);
            let room = plan.buffer_limit_bytes.saturating_sub(held_bytes);
            // An agent that sends a full batch at once would not wait for its next flush.
            let sends_early = plan.sends_full && flush.record_bytes > plan.batch_bytes;
            if reader_ns > budget_ns || flush.record_bytes > room || sends_early {
                return number;
            }
            let fullest = flush.record_bytes.max(held_bytes);
            if fullest > peak_bytes {
                peak_bytes = fullest;
                if plan
                    .memory_limit_bytes
                    .is_some_and(|limit| input.rss_bytes(self.blueprint, peak_bytes) > limit as f64)
                {
                    return number;
                }
            }
            held_bytes = flush.record_bytes;
            if flush.lines > 0 {
                let (class, latency_ns) = link.latency_ns(input.key, request);
                request += 1;
                flush.output_ns = plan.output_ns(flush.lines, flush.record_bytes);
                (flush.class, flush.answer_ns) = (class, at_ns + latency_ns + flush.output_ns);
                if flush.answer_ns >= self.blueprint.end_ns() {
                    return number;
                }
                if flush.answer_ns > at_ns + plan.flush_ns {
                    // It is delivered, and the next flush finds it under way.
                    return number + 1;
                }
            }
            at_ns += plan.flush_ns;
        }
        scratch.flushes.len()
    }

    /// Delivers all flushes drawn, and takes the streams to the last of them.
    fn deliver(
        &self,
        streams: &mut [Stream],
        leads: bool,
        scratch: &mut Scratch,
        link: &mut Link<'_>,
        tally: &mut Tally,
    ) {
        let plan = self.plan;
        let flushes = scratch.flushes.len();
        let span_ns = plan.flush_ns as f64;
        let most_ns = span_ns * plan.cores / plan.costs.reader_share();
        let idle_ns = if leads { (plan.idle_cores * span_ns + 0.5) as u64 } else { 0 };
        let (mut from_ns, mut at_ns) = (self.since_ns, self.first_ns);
        let reads = &scratch.reads[self.kind];
        for (number, flush) in scratch.flushes.iter().enumerate() {
            let cpu_ns = match reads
                .get(flush.lines as usize)
                .filter(|_| flush.chunks == 1 && !flush.work.is_ticked())
            {
                Some(known) => plan.costs.cpu_ns_at(&flush.work, known.wakeups),
                None => plan.costs.cpu_ns(&flush.work),
            };
            tally.agent_cpu_ns += (cpu_ns.min(most_ns) + 0.5) as u64 + idle_ns;
            if flush.lines > 0 {
                if !tally.emit_within(from_ns, at_ns, flush.lines) {
                    let lines = scratch.lines.iter().skip(number).step_by(flushes);
                    lines.for_each(|lines| tally.emit(from_ns, at_ns, *lines));
                }
                tally.requests += plan.requests_for(flush.chunks, flush.record_bytes);
                tally.sent_bytes += flush.wire_bytes;
                tally.accept(flush.answer_ns + plan.look_delay_ns, flush.lines);
                link.send_freely(at_ns, flush.wire_bytes);
            }
            from_ns = at_ns;
            at_ns += plan.flush_ns;
        }
        // No chunk straddles the end of the warm-up, so that all are before it or none is.
        let counts = self.since_ns >= self.blueprint.warmup_ns;
        for (number, (stream, reached)) in streams.iter_mut().zip(&scratch.reached).enumerate() {
            let Some((head, written)) = *reached else { continue };
            stream.go_with(from_ns, head, written);
            if counts {
                let lines = &scratch.lines[number * flushes..(number + 1) * flushes];
                let tenant = stream.tenant as usize;
                let by_class = tally.punctual_lines(self.kind, tenant);
                let mut is_late = false;
                for (lines, flush) in lines.iter().zip(&scratch.flushes) {
                    if flush.output_ns == 0 {
                        by_class[flush.class] += lines;
                    }
                    is_late |= flush.output_ns > 0;
                }
                if is_late {
                    self.deliver_late(tenant, lines, &scratch.flushes, tally);
                }
            }
        }
    }

    /// Enters the ages of a tenant's lines whose output takes long.
    fn deliver_late(&self, tenant: usize, lines: &[u64], flushes: &[Flush], tally: &mut Tally) {
        let mut at_ns = self.first_ns;
        for (lines, flush) in lines.iter().zip(flushes) {
            if flush.output_ns > 0 && *lines > 0 {
                let youngest_ns = flush.answer_ns - at_ns + self.plan.look_delay_ns;
                let spread = Spread::between(youngest_ns, youngest_ns + self.plan.flush_ns);
                tally.tenants[tenant].freshness.add(&spread, *lines);
            }
            at_ns += self.plan.flush_ns;
        }
    }
}
