//! Quiet stretches: many flushes of one input settled at once.
//!
//! As long as an input keeps up, its buffer has room even for what waits for answers, and how long these take is known, each
//! flush takes what was written since the one before and delivers it. Then no event is needed: the lines of all flushes
//! until the next event on the node are drawn stream by stream, and their sums entered once.
//! A flush for which any of this fails, and what follows, is left to the exact way; both give the same bits.

use crate::blueprint::{AgentPlan, Blueprint};
use crate::engine::marks::CLASSES;
use crate::observe::Spread;
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::answers::Answers;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::{Input, Looks, Mode};
use crate::world::agent::rates::{AgentRates, FlushVolume};
use crate::world::agent::span_rates::SpanRates;
use crate::world::agent::spans::SpanScratch;
use crate::world::backend::link::{Link, Opening};
use crate::world::lines::stream::{Ahead, Amount, Cursor, Steps, Stream};
use crate::world::tally::{PUNCTUAL, Tally, punctual_place};
use smallvec::SmallVec;

/// As many flushes as are usually settled at once.
const USUAL: usize = 64;

/// Room for what is worked out and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Flushes settled at once at most; none where every flush is to be an event.
    most_flushes: usize,
    /// Whether calm flushes are settled span by span.
    pub(crate) in_spans: bool,
    /// Whether only what quiet flushes bring the backend is asked for.
    pub(crate) rehearses: bool,
    pub(super) taken: Vec<FlushVolume>,
    sent: Vec<FlushAnswer>,
    /// Answers on their way behind the last of them.
    due: Answers,
    /// Lines of each stream, flush by flush, where there are several.
    pub(super) lines: Vec<u64>,
    /// What the intervals of a stream hold.
    pub(super) ahead: Ahead,
    /// Where each stream gets to; `None` where it has nothing to be read.
    pub(super) reached: Vec<Option<(Cursor, Amount)>>,
    /// What is the same for all flushes of a kind of agent, for each kind that was asked for.
    pub(super) kinds: Vec<Option<AgentRates>>,
    /// The same of spans.
    pub(super) spans: Vec<Option<SpanRates>>,
    pub(super) calm: SpanScratch,
}

impl Scratch {
    /// For so many flushes at once at most, span by span or not where they are calm.
    pub(crate) fn new(most_flushes: usize, in_spans: bool) -> Self {
        Self { most_flushes, in_spans, ..Self::default() }
    }

    fn learn(&mut self, kind: usize, plan: &AgentPlan) {
        if self.kinds.len() <= kind {
            self.kinds.resize(kind + 1, None);
            self.spans.resize(kind + 1, None);
        }
        let rates = self.kinds[kind].get_or_insert_with(|| AgentRates::new(plan));
        if self.in_spans && self.spans[kind].is_none() {
            self.spans[kind] = SpanRates::new(rates, plan);
        }
    }
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
        let quiet = self.quiet_flushes(until_ns.min(opening.until_ns));
        let flushes = quiet.min(scratch.most_flushes);
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
        scratch.learn(run.kind, run.plan);
        if scratch.in_spans && self.flush_in_spans(&run, quiet, scratch, link) {
            return true;
        }
        if !run.draw(self.streams, flushes, scratch) {
            return false;
        }
        if scratch.rehearses {
            self.rehearse(&run, scratch, link);
            return true;
        }
        let input = &*self.input;
        let settled = run.judge(input, scratch, link);
        if settled == 0 {
            return false;
        }
        if settled < flushes {
            run.draw(self.streams, settled, scratch);
            run.judge(input, scratch, link);
        }
        self.deliver_quietly(&run, scratch, link);
        true
    }

    /// Delivers all flushes drawn, which are quiet, and takes the input and its streams to the last of them.
    pub(super) fn deliver_quietly(&mut self, run: &QuietRun<'_>, scratch: &mut Scratch, link: &mut Link<'_>) {
        run.deliver(self.streams, self.input.leads, scratch, link, self.tally);
        self.meter_quietly(scratch);
        self.end_quiet_run(scratch);
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
        let fullest_bytes = sent.iter().map(|flush| flush.fullest_bytes).max().unwrap_or(0);
        input.peak_bytes = input.peak_bytes.max(fullest_bytes);
        if let Some(taken) = taken.iter().rev().find(|flush| flush.lines > 0) {
            input.answers = taken.files;
        }
        std::mem::swap(&mut input.answers_due, due);
        if let Some(last) = sent.last() {
            input.held_bytes = last.held_bytes;
        }
        self.end_flushes(first_ns + (taken.len() as u64 - 1) * plan.flush_ns);
    }

    /// The last of some flushes was at `at_ns`.
    pub(super) fn end_flushes(&mut self, at_ns: u64) {
        let input = &mut *self.input;
        (input.since_ns, input.caught_up_ns) = (at_ns, at_ns);
        input.deadline_ns = at_ns + self.plan.flush_ns;
        self.schedule_flush(at_ns);
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
pub(super) struct QuietRun<'a> {
    pub(super) kind: usize,
    pub(super) plan: &'a AgentPlan,
    pub(super) blueprint: &'a Blueprint,
    /// The first flush.
    pub(super) first_ns: u64,
    /// The flush before it.
    pub(super) since_ns: u64,
    pub(super) opening: Opening,
    pub(super) looks: Looks,
}

impl QuietRun<'_> {
    /// When the flush of that number is.
    pub(super) fn flush_at(&self, number: usize) -> u64 {
        self.first_ns + number as u64 * self.plan.flush_ns
    }

    /// Draws what each flush takes. Gives `false` where a stream is not read as it is written.
    fn draw(&self, streams: &[Stream], flushes: usize, scratch: &mut Scratch) -> bool {
        let Scratch { taken, lines, reached, kinds, ahead, .. } = scratch;
        let Some(kind) = &kinds[self.kind] else { return false };
        taken.clear();
        taken.resize(flushes, FlushVolume::default());
        lines.clear();
        reached.clear();
        let is_alone = streams.len() == 1;
        let steps = if self.plan.flush_ns < NS_PER_SEC / 2 { Steps::Short } else { Steps::Long };
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
            let last_ns = self.flush_at(flushes - 1);
            ahead.draw(law, stream.key, &cursor, self.looks.last(last_ns));
            for flush in &mut *taken {
                let written = cursor.written_ahead(ahead, (law, stream.key), self.looks.last(at_ns), steps);
                let new = written - before;
                before = written;
                at_ns += self.plan.flush_ns;
                if !is_alone {
                    lines.push(new.lines);
                }
                flush.add((kind, self.plan), stream.prefix_bytes, new);
            }
            reached.push(Some((cursor, before)));
        }
        true
    }

    /// How many of the flushes drawn are quiet; works out their answers.
    pub(super) fn judge(&self, input: &Input, scratch: &mut Scratch, link: &Link<'_>) -> usize {
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
            match kind.late_ns(plan, (flush.lines, disk_bytes), record_bytes) {
                Some(late_ns) => answer.late_ns += late_ns,
                None => return number,
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
                answer.cpu_ns = kind.busy_ns(plan, flush);
                cpu_ns += answer.cpu_ns;
                let span = (self.looks.last(from_ns), self.looks.last(at_ns));
                tally.emit_flush(span, flush.lines, lines, (number, flushes));
                let wire_bytes = flush.wire_bytes(plan);
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
        // Where lines of each flush are counted, and how often; and flushes that are entered one by one.
        let mut late: SmallVec<[usize; USUAL]> = SmallVec::new();
        let mut places: SmallVec<[(usize, u64); USUAL]> = SmallVec::new();
        for (flush, answer) in sent.iter().enumerate() {
            let place = punctual_place(answer.class, answer.late_ns);
            let place =
                place.filter(|_| !is_exact && (answer.late_ns == 0 || scratch.in_spans && !is_entered));
            places.push((place.unwrap_or(0), u64::from(place.is_some())));
            if place.is_none() {
                late.push(flush);
            }
        }
        let mut alone: SmallVec<[u64; USUAL]> = SmallVec::new();
        if lines.is_empty() {
            alone.extend(taken.iter().map(|flush| flush.lines));
        }
        for (number, (stream, reached)) in streams.iter_mut().zip(reached).enumerate() {
            let Some((cursor, written)) = *reached else { continue };
            stream.advance_with(self.looks.last(until_ns), cursor, written);
            let tenant = stream.tenant as usize;
            if self.since_ns < self.blueprint.warmup_ns {
                continue;
            }
            let own =
                if lines.is_empty() { &alone[..] } else { &lines[number * flushes..(number + 1) * flushes] };
            if !is_entered && !is_exact {
                let mut by_class = tally.take_punctual(self.kind, tenant);
                for ((place, times), lines) in places.iter().zip(own) {
                    // Whether it is late is a matter of luck: better multiplied than branched on.
                    by_class[place % PUNCTUAL] += lines * times;
                }
                tally.put_punctual(self.kind, tenant, by_class);
            }
            for flush in &late {
                self.deliver_late(tenant, (*flush, own[*flush]), &sent[*flush], tally);
            }
        }
    }

    /// Enters the ages of a tenant's lines of a flush that waits for output or backend, or that is looked at from time to time.
    fn deliver_late(
        &self,
        tenant: usize,
        (flush, lines): (usize, u64),
        answer: &FlushAnswer,
        tally: &mut Tally,
    ) {
        if lines == 0 {
            return;
        }
        let at_ns = self.flush_at(flush);
        let from_ns = if flush == 0 { self.since_ns } else { at_ns - self.plan.flush_ns };
        let there_ns = answer.answer_ns + self.plan.look_delay_ns;
        let (from_ns, until_ns) = (self.looks.last(from_ns), self.looks.last(at_ns));
        let spread = Spread::between(there_ns - until_ns, there_ns - from_ns);
        tally.tenants[tenant].freshness.add(&spread, lines);
    }
}
