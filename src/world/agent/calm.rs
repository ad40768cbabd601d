//! Calm stretches: quiet flushes while nobody waits, on large clusters ([`Pace::in_whole`](crate::world::Pace)).
//!
//! They take whole seconds of what is written, by the law that they have at other instants, so that nobody looks where in a
//! second its lines are; what is read and delivered by the end of the stretch is the same line for line. Where the largest
//! flush of an agent with one file is small, and answered before the next even with the longest latency, there is nothing
//! to judge one by one: what it spends is added up by tables.

use crate::engine::marks::CLASSES;
use crate::units::{NEVER_NS, NS_PER_SEC};
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Input;
use crate::world::agent::quiet::{QuietRun, Scratch};
use crate::world::agent::rates::{AgentRates, FlushVolume};
use crate::world::backend::link::Link;
use crate::world::lines::stream::{Amount, Stream};

/// No flush of a stretch is larger than this.
#[derive(Clone, Copy, Debug, Default)]
struct Largest {
    lines: u64,
    disk_bytes: u64,
    record_bytes: u64,
}

impl QuietRun<'_> {
    /// Returns whether flushes are calm, if they are quiet.
    fn may_be_calm(&self, input: &Input, link: &Link<'_>) -> bool {
        let plan = self.plan;
        self.since_ns >= self.blueprint.warmup_ns
            && plan.look_ns == 0
            && plan.max_in_flight > 0
            && input.offsets.is_none()
            && link.is_free(self.opening)
            && link.longest_ns() <= plan.request_timeout_ns
            && input.answers_due.freed_by(self.first_ns) == input.held_bytes
    }

    /// How long the output of the largest of so many flushes takes; `None` where it is too large not to be judged.
    fn latest_ns(
        &self,
        input: &Input,
        kind: &AgentRates,
        (largest, flushes): (Largest, usize),
        link: &Link<'_>,
    ) -> Option<u64> {
        let plan = self.plan;
        let late_ns = kind.late_ns(plan, (largest.lines, largest.disk_bytes), largest.record_bytes)?;
        let answer_ns = link.longest_ns() + late_ns;
        // When a flush is read, what was read before it may still be held.
        let fullest_bytes = largest.record_bytes.max(input.held_bytes);
        let too_large = |limit| input.rss_bytes(self.blueprint, fullest_bytes) > limit as f64;
        let is_calm = answer_ns < plan.flush_ns
            && self.flush_at(flushes - 1) + answer_ns < self.blueprint.end_ns()
            && largest.record_bytes + fullest_bytes <= plan.buffer_limit_bytes
            && !(plan.sends_full && largest.record_bytes >= plan.full_batch_bytes())
            && !plan.memory_limit_bytes.is_some_and(too_large);
        is_calm.then_some(late_ns)
    }

    /// Returns whether so many flushes, if they are calm, may take whole seconds.
    fn may_take_whole(&self, streams: &[Stream], flushes: usize) -> bool {
        let is_alike = |stream: &Stream| {
            let arrivals = &self.blueprint.laws[stream.law as usize].arrivals;
            let is_read = stream.limit_ns == NEVER_NS && stream.time_ns == self.since_ns;
            // Others have nothing to be read.
            let is_idle = !is_read && stream.time_ns >= stream.limit_ns;
            is_idle || is_read && arrivals.is_alike() && !stream.is_special()
        };
        flushes > 1 && self.plan.flush_ns == NS_PER_SEC && streams.iter().all(is_alike)
    }

    /// Draws what each flush takes, in whole seconds.
    fn draw_in_whole(&self, streams: &[Stream], flushes: usize, scratch: &mut Scratch) {
        let Scratch { taken, lines, reached, kinds, ahead, .. } = scratch;
        let Some(kind) = &kinds[self.kind] else { return };
        taken.clear();
        taken.resize(flushes, FlushVolume::default());
        lines.clear();
        reached.clear();
        for stream in streams {
            if stream.limit_ns != NEVER_NS || stream.time_ns != self.since_ns {
                reached.push(None);
                lines.resize(lines.len() + flushes, 0);
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            let (mut cursor, before) = stream.start();
            let until_ns = self.flush_at(flushes - 1);
            let written = ahead.draw_in_whole((law, stream.key), (&mut cursor, before), until_ns);
            let (own_lines, own_bytes) = ahead.amounts();
            for ((flush, lines), bytes) in taken.iter_mut().zip(own_lines).zip(own_bytes) {
                flush.add((kind, self.plan), stream.prefix_bytes, Amount { lines: *lines, bytes: *bytes });
            }
            lines.extend_from_slice(own_lines);
            reached.push(Some((cursor, written)));
        }
    }
}

impl Desk<'_> {
    /// Settles so many flushes in whole seconds, if they are calm and may be. Otherwise returns `false`, and does nothing.
    pub(super) fn flush_in_whole(
        &mut self,
        run: &QuietRun<'_>,
        flushes: usize,
        scratch: &mut Scratch,
        link: &mut Link<'_>,
    ) -> bool {
        if !run.may_take_whole(self.streams, flushes) || !run.may_be_calm(self.input, link) {
            return false;
        }
        if self.streams.len() == 1 && !self.plan.compresses() {
            return self.flush_alone(run, flushes, scratch, link);
        }
        run.draw_in_whole(self.streams, flushes, scratch);
        let is_quiet = run.judge(self.input, scratch, link) == flushes;
        if is_quiet {
            self.deliver_quietly(run, scratch, link);
        }
        is_quiet
    }

    /// Settles so many flushes of an agent with one file in whole seconds, if they are calm. Otherwise returns `false`, and
    /// does nothing.
    fn flush_alone(
        &mut self,
        run: &QuietRun<'_>,
        flushes: usize,
        scratch: &mut Scratch,
        link: &mut Link<'_>,
    ) -> bool {
        let (plan, stream) = (self.plan, &self.streams[0]);
        let Scratch { ahead, kinds, .. } = scratch;
        let (Some(kind), true) = (&kinds[run.kind], stream.limit_ns == NEVER_NS) else { return false };
        let law = &self.blueprint.laws[stream.law as usize];
        let (mut cursor, before) = stream.start();
        let last_ns = run.flush_at(flushes - 1);
        if last_ns + link.longest_ns() + plan.look_delay_ns >= self.blueprint.horizon_ns {
            // Of each line it counts whether it arrives before that.
            return false;
        }
        let written = ahead.draw_in_whole((law, stream.key), (&mut cursor, before), last_ns);
        let (lines, bytes) = ahead.amounts();
        let most = |parts: &[u64]| parts.iter().copied().fold(0, u64::max);
        let (most_lines, most_bytes) = (most(lines), most(bytes));
        let prefix_bytes = u64::from(stream.prefix_bytes);
        let largest = Largest {
            lines: most_lines,
            disk_bytes: most_bytes + most_lines * prefix_bytes,
            record_bytes: plan.record_bytes(most_lines, most_bytes),
        };
        let late_ns = run.latest_ns(self.input, kind, (largest, flushes), link);
        let busy = kind.lines_alone(plan, most_lines, largest.disk_bytes);
        let (Some(0), Some(busy)) = (late_ns, busy) else { return false };
        let (tenant, key) = (stream.tenant as usize, self.input.key);
        // Class by class of latency, and slot by slot of the backend.
        let mut by_class = self.tally.take_punctual(run.kind, tenant);
        let first_request = self.input.requests;
        let mut slots = link.slots(run.first_ns, plan.flush_ns);
        let mut latency_ns = 0;
        for (lines, bytes) in lines.iter().zip(bytes) {
            if *lines > 0 {
                let (class, of_class_ns) = link.latency_ns(key, self.input.requests);
                (self.input.requests, latency_ns) = (self.input.requests + 1, of_class_ns);
                by_class[class % CLASSES] += lines;
                link.send_in(&slots, plan.wire_bytes(*lines, *bytes));
            }
            slots.step();
        }
        self.tally.put_punctual(run.kind, tenant, by_class);
        let all = written - before;
        let requests = self.input.requests - first_request;
        self.tally.requests += requests * plan.requests_for(1, largest.record_bytes);
        self.tally.sent_bytes += plan.wire_bytes(all.lines, all.bytes);
        let times = (run.since_ns, plan.flush_ns);
        self.tally.emit_flushes(times, lines);
        self.tally.accept_flushes(times, plan.look_delay_ns + link.longest_ns() / 2, lines);
        // What is spent between two looks of the meter.
        let idle_ns = if self.input.leads { kind.idle_ns } else { 0 };
        let (mut first, mut cpu_ns) = (0, 0);
        while first < flushes {
            let until_ns = self.input.meter.until_ns;
            let before = until_ns.saturating_sub(run.flush_at(first)).div_ceil(plan.flush_ns) as usize;
            let end = (first + before + 1).min(flushes);
            let (mut spent_ns, mut record_bytes) = (0.0, 0);
            for (lines, bytes) in lines[first..end].iter().zip(&bytes[first..end]) {
                let (always_ns, byte_ns) = busy[*lines as usize];
                spent_ns += always_ns + byte_ns * (bytes + lines * prefix_bytes) as i64 as f64;
                record_bytes = plan.record_bytes(*lines, *bytes).max(record_bytes);
            }
            let spent_ns = (spent_ns + 0.5) as u64 + idle_ns * (end - first) as u64;
            let fullest_bytes = record_bytes.max(self.input.held_bytes);
            self.input.peak_bytes = self.input.peak_bytes.max(fullest_bytes);
            self.input.meter.hold(fullest_bytes);
            self.input.held_bytes = plan.record_bytes(lines[end - 1], bytes[end - 1]);
            self.meter(run.flush_at(end - 1), spent_ns);
            cpu_ns += spent_ns;
            first = end;
        }
        self.tally.agent_cpu_ns += cpu_ns;
        self.input.answers_due.clear();
        if requests > 0 {
            self.input.answers = 1;
        }
        if lines[flushes - 1] > 0 {
            self.input.answers_due.push(last_ns + latency_ns, self.input.held_bytes);
        }
        self.streams[0].advance_with(last_ns, cursor, written);
        self.end_flushes(last_ns);
        true
    }
}

#[cfg(test)]
mod tests;
