//! Calm stretches: quiet flushes while nobody waits, on large clusters ([`Pace::in_spans`](crate::world::Pace)).
//!
//! They are settled span by span of the meter, by what is written in all of a span: how many lines fall into which of its flushes
//! nobody asks, as no flush is so large that anything hangs on it. What is read and delivered by the end of the stretch is the same
//! line for line as if each flush had been drawn. Of a span are drawn, by their own laws, its lines and bytes, how many flushes
//! have any line, what is held at the fullest, and one class of latency for all that it sends. Mean values over the ways in
//! which its lines may fall are its CPU, and what each of its slots brings the backend: its share of the span.

use crate::engine::cells::Cells;
use crate::engine::coins::some_of;
use crate::engine::random::{draw, normal};
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Input;
use crate::world::agent::meter::SPAN_NS;
use crate::world::agent::quiet::{QuietRun, Scratch};
use crate::world::agent::spans::{Largest, OCCUPIED, OneStream, Span, SpanScratch};
use crate::world::backend::link::Link;
use crate::world::lines::stream::{Amount, BLOCK_NS, Stream};
use crate::world::tally::{LONGEST_PUNCTUAL_NS, PUNCTUAL, punctual_place};

// Blocks of what is written are what whole spans take.
const _: () = assert!(SPAN_NS == BLOCK_NS, "spans are blocks");

/// Flushes of an agent with several files have at least so many lines on average.
const LEAST_LINES: f64 = 16.0;

/// Draws of the fullest flush, of how late some are and of the last, apart from others under a key.
const FULLEST: u64 = 0xF011;
const LATENESS: u64 = 0x1A7E;
const LAST: u64 = 0x1A57;

/// How a stretch's flushes are settled.
struct Way {
    /// Whether CPU is that of one file's lines.
    is_alone: bool,
    /// Whether the output of some flush may take a millisecond or more.
    is_late: bool,
}

impl QuietRun<'_> {
    /// Returns whether flushes are calm, if they are quiet.
    fn may_be_calm(&self, input: &Input, link: &Link<'_>) -> bool {
        let plan = self.plan;
        self.since_ns >= self.blueprint.warmup_ns
            && plan.look_ns == 0
            && plan.flush_ns >= NS_PER_SEC
            && plan.max_in_flight > 0
            && input.offsets.is_none()
            && link.is_free(self.opening)
            && link.longest_ns() <= plan.request_timeout_ns
            && link.longest_ns() + LONGEST_PUNCTUAL_NS < plan.flush_ns
            && input.answers_due.freed_by(self.first_ns) == input.held_bytes
    }

    /// Of so many flushes, those of which every line arrives before the end of writing.
    fn arriving(&self, flushes: usize, link: &Link<'_>) -> usize {
        let later_ns = link.longest_ns() + LONGEST_PUNCTUAL_NS + self.plan.look_delay_ns;
        let time_ns = self.blueprint.horizon_ns.saturating_sub(later_ns).saturating_sub(self.first_ns);
        flushes.min(time_ns.div_ceil(self.plan.flush_ns) as usize)
    }

    /// Returns whether streams are of a kind whose spans may be drawn, and read as they are written.
    fn may_be_in_spans(&self, streams: &[Stream]) -> bool {
        streams.iter().all(|stream| {
            let arrivals = &self.blueprint.laws[stream.law as usize].arrivals;
            self.is_idle(stream) || self.is_read(stream) && arrivals.is_in_blocks() && !stream.is_special()
        })
    }

    fn is_read(&self, stream: &Stream) -> bool {
        stream.limit_ns == NEVER_NS && stream.time_ns == self.since_ns
    }

    /// Whether it has nothing to be read.
    fn is_idle(&self, stream: &Stream) -> bool {
        !self.is_read(stream) && stream.time_ns >= stream.limit_ns
    }

    /// Cuts so many flushes into spans of the meter, the first of which ends with the flush at or after `until_ns`.
    fn cut(&self, until_ns: u64, flushes: usize, scratch: &mut SpanScratch) {
        let flush_ns = self.plan.flush_ns;
        let whole = (SPAN_NS / flush_ns) as usize;
        scratch.spans.clear();
        scratch.lengths_ns.clear();
        let mut end = until_ns.saturating_sub(self.first_ns).div_ceil(flush_ns) as usize + 1;
        let mut first = 0;
        while first < flushes {
            end = end.min(flushes);
            let span = Span { flushes: end - first, until_ns: self.flush_at(end - 1), ..Span::default() };
            scratch.spans.push(span);
            scratch.lengths_ns.push(span.flushes as u64 * flush_ns);
            (first, end) = (end, end + whole);
        }
    }

    /// Draws what each span takes. Returns the record bytes of the largest line.
    fn draw_in_spans(&self, streams: &[Stream], scratch: &mut Scratch) -> Option<f64> {
        let Scratch { calm, kinds, spans, ahead, .. } = scratch;
        let (Some(kind), Some(rates)) = (&kinds[self.kind], &spans[self.kind]) else { return None };
        let SpanScratch { spans, lengths_ns, lines, reached, .. } = calm;
        lines.clear();
        reached.clear();
        let mut largest_line: f64 = 0.0;
        for stream in streams {
            if self.is_idle(stream) {
                reached.push(None);
                lines.resize(lines.len() + spans.len(), 0);
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            let overhead_bytes = self.plan.record_overhead_bytes as f64;
            let mean_bytes = law.sizes.mean() + overhead_bytes;
            let square = mean_bytes * mean_bytes + law.sizes.deviation() * law.sizes.deviation();
            let prefix_bytes = u64::from(stream.prefix_bytes);
            let one = OneStream { key: stream.key, prefix_bytes, square };
            largest_line = largest_line.max(law.sizes.largest() as f64 + overhead_bytes);
            let (mut cursor, before) = stream.start();
            let times = (self.since_ns, &lengths_ns[..]);
            let written = ahead.draw_spans((law, stream.key), (&mut cursor, before), times);
            let (own_lines, own_bytes) = ahead.amounts();
            for ((span, lines), bytes) in spans.iter_mut().zip(own_lines).zip(own_bytes) {
                span.add(Amount { lines: *lines, bytes: *bytes }, (self.plan, &one), (kind, rates));
            }
            lines.extend_from_slice(own_lines);
            reached.push(Some((cursor, written)));
        }
        Some(largest_line)
    }

    /// How the flushes drawn are settled; `None` where any of them has to be judged.
    fn way(&self, input: &Input, streams: usize, largest_line: f64, scratch: &Scratch) -> Option<Way> {
        let (plan, kind) = (self.plan, scratch.kinds[self.kind].as_ref()?);
        // Of whole spans, one that has the most of each; the others by themselves.
        let whole = (SPAN_NS / plan.flush_ns) as usize;
        let mut fullest = Span { flushes: whole, ..Span::default() };
        let mut most = Largest::default();
        let (mut is_tabled, mut least_lines) = (true, f64::INFINITY);
        for span in &scratch.calm.spans {
            is_tabled &= span.alone_ns.is_finite();
            if span.flushes != whole {
                most = most.or(span.largest(plan, largest_line));
                least_lines = least_lines.min(span.all.lines as f64 / span.flushes as f64);
                continue;
            }
            fullest.all.lines = fullest.all.lines.max(span.all.lines);
            fullest.all.bytes = fullest.all.bytes.max(span.all.bytes);
            fullest.prefix_bytes = fullest.prefix_bytes.max(span.prefix_bytes);
            fullest.square = fullest.square.max(span.square);
            least_lines = least_lines.min(span.all.lines as f64 / whole as f64);
        }
        most = most.or(fullest.largest(plan, largest_line));
        let (lines, disk_bytes) = (most.lines as u64 + 1, most.disk_bytes as u64 + 1);
        let record_bytes = most.record_bytes as u64 + 1;
        let late_ns = kind.late_ns(plan, (lines, disk_bytes), record_bytes)?;
        punctual_place(0, late_ns)?;
        // When a flush is read, what was read before it may still be held.
        let fullest_bytes = record_bytes.max(input.held_bytes);
        let too_large = |limit| input.rss_bytes(self.blueprint, fullest_bytes) > limit as f64;
        let is_calm = record_bytes + fullest_bytes <= plan.buffer_limit_bytes
            && record_bytes <= plan.batch_bytes
            && !(plan.sends_full && record_bytes >= plan.full_batch_bytes())
            && !plan.memory_limit_bytes.is_some_and(too_large);
        let is_alone = streams == 1 && is_tabled && kind.is_linear(plan, lines, disk_bytes);
        (is_calm && (is_alone || least_lines >= LEAST_LINES))
            .then_some(Way { is_alone, is_late: late_ns > 0 })
    }
}

impl Desk<'_> {
    /// Settles so many flushes at most span by span, if they are calm and may be. Otherwise returns `false`, and does nothing.
    pub(super) fn flush_in_spans(
        &mut self,
        run: &QuietRun<'_>,
        flushes: usize,
        scratch: &mut Scratch,
        link: &mut Link<'_>,
    ) -> bool {
        let flushes = run.arriving(flushes, link);
        if flushes < 2 || !run.may_be_calm(self.input, link) || !run.may_be_in_spans(self.streams) {
            return false;
        }
        if scratch.spans[run.kind].is_none() {
            return false;
        }
        run.cut(self.input.meter.until_ns, flushes, &mut scratch.calm);
        let Some(largest_line) = run.draw_in_spans(self.streams, scratch) else { return false };
        let Some(way) = run.way(self.input, self.streams.len(), largest_line, scratch) else { return false };
        self.send_spans(run, &way, scratch, link);
        self.end_calm_run(run, scratch, link);
        true
    }

    /// Sends what spans have, and counts what they take.
    fn send_spans(&mut self, run: &QuietRun<'_>, way: &Way, scratch: &mut Scratch, link: &mut Link<'_>) {
        let Scratch { calm, kinds, .. } = scratch;
        let Some(kind) = &kinds[run.kind] else { return };
        let (plan, key) = (self.plan, self.input.key);
        let idle_ns = if self.input.leads { kind.idle_ns } else { 0 };
        let mut slots = link.slots(run.first_ns, plan.flush_ns);
        let (mut from_ns, mut cpu_ns) = (run.since_ns, 0);
        calm.places.clear();
        for span in &calm.spans {
            let Amount { lines, bytes } = span.all;
            let (cells, mean) = (Cells::of(span.flushes), span.mean(plan));
            let times = match way.is_alone {
                true => span.requests,
                false => cells.occupied(lines, draw(key ^ OCCUPIED, span.until_ns)),
            };
            let (class, _) = link.latency_ns(key, self.input.requests);
            self.input.requests += times;
            let late_ns = if way.is_late { self.lateness_ns(span, &mean) } else { 0 };
            calm.places.push(punctual_place(class, late_ns).unwrap_or(class));
            link.send_evenly(&mut slots, span.flushes, span.wire_bytes);
            self.tally.requests += span.requests;
            self.tally.sent_bytes += span.wire_bytes;
            self.tally.emit(from_ns, span.until_ns, lines);
            let later_ns = plan.look_delay_ns + link.longest_ns() / 2;
            self.tally.accept_evenly(from_ns + later_ns, span.until_ns + later_ns, lines);
            let spent_ns = match way.is_alone {
                true => span.alone_ns,
                false => {
                    let disk_bytes = (bytes + span.prefix_bytes) as f64;
                    let work = (lines as f64, disk_bytes, span.reads, span.weighted);
                    kind.spread_ns(plan, (work, span.flushes as f64), span.deviation())
                }
            };
            let spent_ns = (spent_ns + 0.5) as u64 + idle_ns * span.flushes as u64;
            cpu_ns += spent_ns;
            let record_bytes = plan.record_bytes(lines, bytes);
            let each = (mean.record_bytes / mean.lines.max(1e-9), span.square / (lines.max(1)) as f64);
            let fullest = cells.fullest(lines, each, draw(key ^ FULLEST, span.until_ns)) as u64;
            let fullest = fullest.clamp(record_bytes / times.max(1), record_bytes).max(self.input.held_bytes);
            self.input.peak_bytes = self.input.peak_bytes.max(fullest);
            self.input.meter.hold(fullest);
            self.input.held_bytes = record_bytes / span.flushes as u64;
            self.meter(span.until_ns, spent_ns);
            from_ns = span.until_ns;
        }
        self.tally.agent_cpu_ns += cpu_ns;
    }

    /// How long the output of some flush of a span takes, which has what flushes have on average or more or less.
    fn lateness_ns(&self, span: &Span, mean: &Largest) -> u64 {
        let z = normal(draw(self.input.key ^ LATENESS, span.until_ns));
        let share = (1.0 + span.deviation() * z).max(0.0);
        self.plan.output_ns((mean.lines * share) as u64, (mean.record_bytes * share) as u64)
    }

    /// Takes the input and its streams to the last of the flushes that were sent.
    fn end_calm_run(&mut self, run: &QuietRun<'_>, scratch: &mut Scratch, link: &Link<'_>) {
        let SpanScratch { spans, lines, reached, places, .. } = &scratch.calm;
        let Some(last) = spans.last() else { return };
        // What the last flush has of the last span: its share of the lines, and of their bytes.
        let flushes = last.flushes as u64;
        let held_lines = some_of(last.all.lines, (1, flushes), self.input.key ^ LAST, last.until_ns);
        let held_bytes = last.all.bytes * held_lines / last.all.lines.max(1);
        let mut files = 0;
        for ((stream, reached), own) in self.streams.iter_mut().zip(reached).zip(lines.chunks(spans.len())) {
            let Some((cursor, written)) = *reached else { continue };
            stream.advance_with(last.until_ns, cursor, written);
            let tenant = stream.tenant as usize;
            let mut by_class = self.tally.take_punctual(run.kind, tenant);
            places.iter().zip(own).for_each(|(place, lines)| by_class[place % PUNCTUAL] += lines);
            self.tally.put_punctual(run.kind, tenant, by_class);
            files += u64::from(own.last().is_some_and(|lines| *lines > 0));
        }
        let input = &mut *self.input;
        input.held_bytes = self.plan.record_bytes(held_lines, held_bytes);
        input.answers_due.clear();
        if held_lines > 0 {
            let (_, latency_ns) = link.latency_ns(input.key, input.requests.saturating_sub(1));
            input.answers = files.min(held_lines);
            input.answers_due.push(last.until_ns + latency_ns, input.held_bytes);
        }
        self.end_flushes(last.until_ns);
    }
}

#[cfg(test)]
mod tests;
