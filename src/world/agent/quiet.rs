//! Quiet stretches: many flushes of one input settled at once.
//!
//! As long as an input keeps up, its buffer has room even for what waits for answers, and how long these take is known, each
//! flush takes what was written since the one before and delivers it. Then no event is needed: the lines of all flushes
//! until the next event on the node are drawn stream by stream, and their sums entered once.
//! A flush for which any of this fails, and what follows, is left to the exact way; both give the same bits.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::engine::marks::CLASSES;
use crate::observe::Spread;
use crate::units::NEVER_NS;
use crate::world::agent::answers::Answers;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Input, Looks, Mode};
use crate::world::agent::rates::AgentRates;
use crate::world::backend::link::{Link, Opening};
use crate::world::lines::stream::{Ahead, Amount, Cursor, Stream};
use crate::world::tally::Tally;

/// Room for what is worked out and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Flushes settled at once at most; none where every flush is to be an event.
    most_flushes: usize,
    taken: Vec<FlushVolume>,
    sent: Vec<FlushAnswer>,
    /// Answers on their way behind the last of them.
    due: Answers,
    /// Lines of each stream, flush by flush, where there are several.
    lines: Vec<u64>,
    /// What the intervals of a stream hold.
    ahead: Ahead,
    /// Where each stream gets to; `None` where it has nothing to be read.
    reached: Vec<Option<(Cursor, Amount)>>,
    /// What is the same for all flushes of a kind of agent, for each kind that was asked for.
    kinds: Vec<Option<AgentRates>>,
}

impl Scratch {
    pub(crate) fn new(most_flushes: usize) -> Self {
        Self { most_flushes, ..Self::default() }
    }

    fn learn(&mut self, kind: usize, plan: &AgentPlan) {
        if self.kinds.len() <= kind {
            self.kinds.resize(kind + 1, None);
        }
        if self.kinds[kind].is_none() {
            self.kinds[kind] = Some(AgentRates::new(plan));
        }
    }
}

/// What one flush takes.
#[derive(Clone, Copy, Debug, Default)]
struct FlushVolume {
    lines: u64,
    bytes: u64,
    /// Bytes on disk beyond the lines themselves.
    prefix_bytes: u64,
    /// Bytes on the network, where they are compressed file by file.
    compressed_bytes: u64,
    files: u64,
    reads: f64,
    weighted_reads: f64,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, Default)]
struct FlushAnswer {
    record_bytes: u64,
    /// Record bytes held at the fullest since the flush before, and with its own when it is sent.
    fullest_bytes: u64,
    held_bytes: u64,
    /// The class of the random part of its latency, what output and queue take on top, and when the answer is there.
    class: usize,
    late_ns: u64,
    answer_ns: u64,
    /// CPU that reading it took, in nanoseconds.
    cpu_ns: u64,
}

impl Desk<'_> {
    /// Settles the flushes of the input, the first of which is due now, that come before `until_ns`, as long as they are
    /// quiet. Returns `false`, and does nothing, where not even the first is.
    pub(crate) fn flush_quietly(
        &mut self,
        until_ns: u64,
        link: &mut Link<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let Some(opening) = link.opening(self.input.since_ns) else { return false };
        let flushes = self.quiet_flushes(until_ns.min(opening.until_ns)).min(scratch.most_flushes);
        if flushes == 0 {
            return false;
        }
        let (input, plan) = (&*self.input, self.plan);
        let run = QuietRun {
            kind: input.plan as usize,
            plan,
            blueprint: self.blueprint,
            first_ns: input.flush_ns,
            since_ns: input.since_ns,
            opening,
            looks: input.looks(plan),
        };
        if !run.draw(self.streams, flushes, scratch) {
            return false;
        }
        let settled = run.judge(input, scratch, link);
        if settled == 0 {
            return false;
        }
        if settled < flushes {
            run.draw(self.streams, settled, scratch);
            run.judge(input, scratch, link);
        }
        run.deliver(self.streams, input.leads, scratch, link, self.tally);
        self.meter_quietly(scratch);
        self.end_quiet_run(scratch);
        true
    }

    /// Returns how many flushes from the next on may be quiet, as far as can be told without drawing them.
    fn quiet_flushes(&self, until_ns: u64) -> usize {
        let (input, plan, blueprint) = (&*self.input, self.plan, self.blueprint);
        let (since_ns, first_ns) = (input.since_ns, input.flush_ns);
        let applies = input.mode == Mode::Reading
            && !input.behind
            && input.batches.is_empty()
            && input.unanswered.batches == 0
            && input.filling.lines == 0
            && since_ns + plan.flush_ns == first_ns
            && plan.flush_ns <= blueprint.chunk_ns
            && !input.has_unnoticed
            && input.cores >= plan.cores
            && input.deadline_ns == first_ns
            && plan.flush_check_ns == 0;
        if !applies {
            return 0;
        }
        let mut end_ns = until_ns.min(blueprint.horizon_ns);
        end_ns = end_ns.min(input.scan_ns).min(input.give_up_ns).min(input.restart_ns);
        if first_ns < input.refused.1 {
            end_ns = end_ns.min(input.refused.0);
        }
        if since_ns >= blueprint.warmup_ns && input.looked_ns(since_ns, plan) < blueprint.warmup_ns {
            // What is read first after the warm-up was in part written before.
            return 0;
        }
        if since_ns < blueprint.warmup_ns {
            // A chunk may end where the warm-up does, and not straddle it.
            end_ns = end_ns.min(blueprint.warmup_ns + 1);
        }
        end_ns.saturating_sub(first_ns).div_ceil(plan.flush_ns) as usize
    }

    /// Takes the input to the last of the flushes that were delivered.
    fn end_quiet_run(&mut self, scratch: &mut Scratch) {
        let (input, plan) = (&mut *self.input, self.plan);
        let Scratch { taken, sent, reached, due, .. } = scratch;
        let (since_ns, first_ns) = (input.since_ns, input.flush_ns);
        input.requests += taken.iter().filter(|flush| flush.lines > 0).count() as u64;
        if input.offsets.is_some() {
            let answers = taken.iter().zip(&*sent);
            let answers: Vec<_> =
                answers.map(|(flush, sent)| (flush.lines > 0).then_some(sent.answer_ns)).collect();
            let live = |stream: usize| reached[stream].is_some();
            let times = (since_ns, first_ns, plan.flush_ns);
            input.save_quiet_offsets(times, &answers, live, self.streams, plan);
        }
        input.since_ns = first_ns + (taken.len() as u64 - 1) * plan.flush_ns;
        input.deadline_ns = input.since_ns + plan.flush_ns;
        let fullest_bytes = sent.iter().map(|flush| flush.fullest_bytes).max().unwrap_or(0);
        input.peak_bytes = input.peak_bytes.max(fullest_bytes);
        input.caught_up_ns = input.since_ns;
        if let Some(taken) = taken.iter().rev().find(|flush| flush.lines > 0) {
            input.answers = taken.files;
        }
        std::mem::swap(&mut input.answers_due, due);
        if let Some(last) = sent.last() {
            input.held_bytes = last.held_bytes;
        }
        self.schedule_flush(self.input.since_ns);
    }

    /// Counts what each flush that was delivered took.
    fn meter_quietly(&mut self, scratch: &Scratch) {
        let idle_ns = match &scratch.kinds[self.input.plan as usize] {
            Some(kind) if self.input.leads => kind.idle_ns,
            _ => 0,
        };
        let mut at_ns = self.input.flush_ns;
        for answer in &scratch.sent {
            self.input.held_bytes = answer.held_bytes;
            self.input.meter.hold(answer.fullest_bytes);
            self.meter(at_ns, answer.cpu_ns + idle_ns);
            at_ns += self.plan.flush_ns;
        }
    }
}

/// A stretch of flushes of one input.
struct QuietRun<'a> {
    kind: usize,
    plan: &'a AgentPlan,
    blueprint: &'a Blueprint,
    /// The first flush.
    first_ns: u64,
    /// The flush before it.
    since_ns: u64,
    opening: Opening,
    looks: Looks,
}

impl QuietRun<'_> {
    /// Draws what each flush takes. Gives `false` where a stream is not read as it is written.
    fn draw(&self, streams: &[Stream], flushes: usize, scratch: &mut Scratch) -> bool {
        scratch.learn(self.kind, self.plan);
        let Scratch { taken, lines, reached, kinds, ahead, .. } = scratch;
        let Some(kind) = &kinds[self.kind] else { return false };
        taken.clear();
        taken.resize(flushes, FlushVolume::default());
        lines.clear();
        reached.clear();
        let (is_alone, compresses) = (streams.len() == 1, self.plan.compresses());
        for stream in streams {
            if stream.limit_ns != NEVER_NS || stream.time_ns != self.looks.last(self.since_ns) {
                if stream.time_ns < stream.limit_ns {
                    return false;
                }
                // Its live file has not been found yet.
                reached.push(None);
                lines.resize(lines.len() + flushes, 0);
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            if law.arrivals.ticks() > 0.0 || stream.is_special() {
                return false;
            }
            let (mut cursor, mut before) = stream.start();
            let mut at_ns = self.first_ns;
            let last_ns = self.first_ns + (flushes as u64 - 1) * self.plan.flush_ns;
            ahead.draw(law, stream.key, &cursor, self.looks.last(last_ns));
            for flush in &mut *taken {
                let written = cursor.written_ahead(ahead, (law, stream.key), self.looks.last(at_ns));
                let new = written - before;
                before = written;
                at_ns += self.plan.flush_ns;
                if !is_alone {
                    lines.push(new.lines);
                }
                if new.lines == 0 {
                    continue;
                }
                flush.lines += new.lines;
                flush.bytes += new.bytes;
                flush.prefix_bytes += new.lines * u64::from(stream.prefix_bytes);
                flush.files += 1;
                if compresses {
                    flush.compressed_bytes += self.plan.wire_bytes(new.lines, new.bytes);
                }
                let (reads, weighted_reads) = match kind.reads.get(new.lines as usize) {
                    Some(known) => (known.reads, known.weighted),
                    None => kind.no_work.live_reads(&self.plan.costs, new.lines as f64),
                };
                flush.reads += reads;
                flush.weighted_reads += weighted_reads;
            }
            reached.push(Some((cursor, before)));
        }
        true
    }

    /// How many of the flushes drawn are quiet; works out their answers.
    fn judge(&self, input: &Input, scratch: &mut Scratch, link: &Link<'_>) -> usize {
        let Scratch { taken, sent, kinds, due, .. } = scratch;
        let Some(kind) = &kinds[self.kind] else { return 0 };
        let plan = self.plan;
        due.copy_from(&input.answers_due);
        let (mut at_ns, mut held_bytes, mut request) = (self.first_ns, input.held_bytes, input.requests);
        let mut slots = link.slots(self.first_ns, plan.flush_ns);
        let mut peak_bytes = input.peak_bytes;
        let end_ns = self.blueprint.end_ns();
        sent.clear();
        for (number, flush) in taken.iter().enumerate() {
            let disk_bytes = flush.bytes + flush.prefix_bytes;
            let record_bytes = plan.record_bytes(flush.lines, flush.bytes);
            let Some(delay_ns) = link.delay_ns(self.opening, at_ns, &slots) else { return number };
            slots.step();
            let mut answer = FlushAnswer { record_bytes, late_ns: delay_ns, ..FlushAnswer::default() };
            if flush.lines > kind.small_lines || disk_bytes > kind.small_bytes {
                let reader_ns = plan.costs.bulk_reader_ns(flush.lines as f64, disk_bytes as f64);
                if reader_ns > plan.flush_ns as f64 * plan.cores {
                    return number;
                }
                answer.late_ns += plan.output_ns(flush.lines, record_bytes);
            }
            // An agent that sends a full batch at once would not wait for its next flush.
            let sends_early = plan.sends_full && record_bytes >= plan.full_batch_bytes();
            if record_bytes > plan.buffer_limit_bytes.saturating_sub(held_bytes) || sends_early {
                return number;
            }
            let freed_bytes = due.take_until(at_ns);
            answer.held_bytes = held_bytes + record_bytes - freed_bytes;
            answer.fullest_bytes = answer.held_bytes.max(held_bytes);
            held_bytes = answer.held_bytes;
            if answer.fullest_bytes > peak_bytes {
                peak_bytes = answer.fullest_bytes;
                let too_large = |limit| input.rss_bytes(self.blueprint, peak_bytes) > limit as f64;
                if plan.memory_limit_bytes.is_some_and(too_large) {
                    return number;
                }
            }
            if flush.lines > 0 {
                let (class, latency_ns) = link.latency_ns(input.key, request);
                request += 1;
                (answer.class, answer.answer_ns) = (class, at_ns + latency_ns + answer.late_ns);
                let is_given_up = latency_ns + delay_ns > plan.request_timeout_ns;
                if answer.answer_ns >= end_ns || is_given_up || due.len() >= plan.max_in_flight {
                    return number;
                }
                due.push(answer.answer_ns, record_bytes);
            }
            sent.push(answer);
            at_ns += plan.flush_ns;
        }
        taken.len()
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
        let Scratch { taken, sent, lines, kinds, .. } = scratch;
        let Some(kind) = &kinds[self.kind] else { return };
        let plan = self.plan;
        let flushes = taken.len();
        let mut slots = link.slots(self.first_ns, plan.flush_ns);
        let (mut from_ns, mut at_ns) = (self.since_ns, self.first_ns);
        let (mut cpu_ns, mut requests, mut sent_bytes) = (0, 0, 0);
        // No chunk straddles the end of the warm-up, so that all are before it or none is.
        let counts = self.since_ns >= self.blueprint.warmup_ns;
        let alone = match streams {
            [stream] if counts => Some(stream.tenant as usize),
            _ => None,
        };
        // Whose looks stand where they do to its flushes has ages of its own.
        let is_exact = plan.look_ns > 0;
        let mut by_class = alone.map(|tenant| tally.take_punctual(self.kind, tenant));
        for (number, (flush, answer)) in taken.iter().zip(&mut *sent).enumerate() {
            if flush.lines > 0 {
                let mut work = kind.no_work;
                let disk_bytes = flush.bytes + flush.prefix_bytes;
                work.add(flush.lines as f64, disk_bytes as f64, flush.reads, flush.weighted_reads);
                let busy_ns = match kind.reads.get(flush.lines as usize) {
                    Some(known) if flush.files == 1 => plan.costs.cpu_ns_at(&work, known.wakeups),
                    _ => plan.costs.cpu_ns(&work),
                };
                answer.cpu_ns = (busy_ns.min(kind.most_ns) + 0.5) as u64;
                cpu_ns += answer.cpu_ns;
                let span = (self.looks.last(from_ns), self.looks.last(at_ns));
                if !tally.emit_within(span.0, span.1, flush.lines) {
                    match lines.is_empty() {
                        true => tally.emit(span.0, span.1, flush.lines),
                        false => lines
                            .iter()
                            .skip(number)
                            .step_by(flushes)
                            .for_each(|lines| tally.emit(span.0, span.1, *lines)),
                    }
                }
                let wire_bytes = match plan.compresses() {
                    true => flush.compressed_bytes,
                    false => plan.wire_bytes(flush.lines, flush.bytes),
                };
                requests += plan.requests_for(flush.files, answer.record_bytes);
                sent_bytes += wire_bytes;
                tally.accept(answer.answer_ns + plan.look_delay_ns, flush.lines);
                link.send_in(&slots, wire_bytes);
                if let Some(by_class) = by_class.as_mut().filter(|_| answer.late_ns == 0 && !is_exact) {
                    by_class[answer.class % CLASSES] += flush.lines;
                }
            }
            slots.step();
            from_ns = at_ns;
            at_ns += plan.flush_ns;
        }
        tally.agent_cpu_ns += cpu_ns + if leads { kind.idle_ns * flushes as u64 } else { 0 };
        tally.requests += requests;
        tally.sent_bytes += sent_bytes;
        if let (Some(tenant), Some(by_class)) = (alone, by_class) {
            tally.put_punctual(self.kind, tenant, by_class);
        }
        self.settle(streams, from_ns, alone.is_some(), scratch, tally);
    }

    /// Takes the streams to the last flush, which reads what was written by `until_ns`, and enters the ages of their lines
    /// where that was not done flush by flush.
    fn settle(
        &self,
        streams: &mut [Stream],
        until_ns: u64,
        is_entered: bool,
        scratch: &Scratch,
        tally: &mut Tally,
    ) {
        let Scratch { taken, sent, lines, reached, .. } = scratch;
        let flushes = taken.len();
        let is_exact = self.plan.look_ns > 0;
        let is_late = is_exact || sent.iter().any(|answer| answer.late_ns > 0);
        for (number, (stream, reached)) in streams.iter_mut().zip(reached).enumerate() {
            let Some((cursor, written)) = *reached else { continue };
            stream.advance_with(self.looks.last(until_ns), cursor, written);
            let tenant = stream.tenant as usize;
            if self.since_ns < self.blueprint.warmup_ns {
                continue;
            }
            let own = |flush: usize| match lines.get(number * flushes + flush) {
                Some(lines) => *lines,
                None => taken[flush].lines,
            };
            if !is_entered && !is_exact {
                let mut by_class = tally.take_punctual(self.kind, tenant);
                for (flush, answer) in sent.iter().enumerate().filter(|(_, answer)| answer.late_ns == 0) {
                    by_class[answer.class % CLASSES] += own(flush);
                }
                tally.put_punctual(self.kind, tenant, by_class);
            }
            if is_late {
                self.deliver_late(tenant, own, sent, tally);
            }
        }
    }

    /// Enters the ages of a tenant's lines that wait for output or backend, or that are looked at from time to time.
    fn deliver_late(
        &self,
        tenant: usize,
        own: impl Fn(usize) -> u64,
        sent: &[FlushAnswer],
        tally: &mut Tally,
    ) {
        let (mut from_ns, mut at_ns) = (self.since_ns, self.first_ns);
        for (flush, answer) in sent.iter().enumerate() {
            let lines = own(flush);
            if (answer.late_ns > 0 || self.plan.look_ns > 0) && lines > 0 {
                let there_ns = answer.answer_ns + self.plan.look_delay_ns;
                let (from_ns, until_ns) = (self.looks.last(from_ns), self.looks.last(at_ns));
                let spread = Spread::between(there_ns - until_ns, there_ns - from_ns);
                tally.tenants[tenant].freshness.add(&spread, lines);
            }
            from_ns = at_ns;
            at_ns += self.plan.flush_ns;
        }
    }
}
