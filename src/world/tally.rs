//! What a run adds up: integers only, so that sums over nodes have the same bits in any order.
//!
//! A sum is one line of a table: its documentation, how nodes are put together in it, its name. The rest follows.

mod containers;
mod control;
mod total;

pub use containers::ContainerTally;
pub use control::ControlTally;
pub(super) use total::Total;
use total::totals;

use crate::blueprint::{AgentPlan, Blueprint, StreamLaw};
use crate::engine::marks::CLASSES;
use crate::flow::{Chunk, Medium};
use crate::observe::{Freshness, Ledger, Spread, Unpaid, Usage};
use crate::units::{NS_PER_SEC, in_proportion};
use crate::world::lines::runtime::writing_ns;
use crate::world::lines::stream::{Amount, BLOCK_NS, Stream, block_of};

/// Bins of the timeline at most, and at least half as many: a bin is a power of two of nanoseconds long, so that
/// finding it is a shift.
const TIMELINE_BINS: u64 = 256;

/// Whole milliseconds of output that lines are counted by, from none on.
const LATE_MS: usize = 4;
const NS_PER_MS: u64 = 1_000_000;

/// The longest output that lines are counted by.
pub(super) const LONGEST_PUNCTUAL_NS: u64 = (LATE_MS as u64 - 1) * NS_PER_MS;

/// Counts of lines at [`punctual_place`].
pub(super) const PUNCTUAL: usize = LATE_MS * CLASSES;
pub(super) type Punctual = [u64; PUNCTUAL];

/// Where lines are counted whose request has a latency of that class, after so much output; `None` of other times.
#[inline]
pub(super) fn punctual_place(class: usize, late_ns: u64) -> Option<usize> {
    let late_ms = usize::try_from(late_ns / NS_PER_MS).ok()?;
    (late_ns.is_multiple_of(NS_PER_MS) && late_ms < LATE_MS).then_some(late_ms * CLASSES + class)
}

/// Fixed point of lines that are lost with a chance: 2^24 a line.
pub(super) const MISSABLE_POINT: u32 = 24;

totals! {
    /// Sums over nodes of one run.
    pub struct Tally {
        /// Where every line is.
        sum pub ledger: Ledger,
        /// Each tenant's lines.
        sum pub tenants: Vec<TenantTally>,
        /// CPU of agents, in nanoseconds.
        sum pub agent_cpu_ns: u64,
        /// RSS of agents at their fullest since they last started, in bytes.
        sum pub agent_rss_bytes: u64,
        /// PSS of agents at their fullest since they last started, in bytes.
        sum pub agent_pss_bytes: u64,
        /// What agents used, span by span: for each kind of agent and pool.
        sum pub usage: Vec<Usage>,
        /// Agent processes.
        sum pub agents: u64,
        /// Agent inputs, times nanoseconds in which they stood still because the buffer was full.
        sum pub paused_ns: u64,
        /// Applications' logs, times nanoseconds in which the application stood still because its pipe was full.
        sum pub stalled_ns: u64,
        /// Containers that could not be started because their log driver reached nobody, every attempt counted.
        sum pub refused_starts: u64,
        /// Jobs that had done their work and did not complete.
        sum pub stuck_pods: u64,
        /// Agent inputs.
        sum pub inputs: u64,
        /// Agents killed for their memory.
        sum pub oom_kills: u64,
        /// Lines that were delivered before the last of their chunk was written: their ages are cut off at nothing, and there
        /// may be none.
        sum pub early: u64,
        /// Files that agents were not given by the kernel.
        sum pub unread_files: u64,
        /// Lines in files that are gone, times the chance that their agents missed them, in fixed point
        /// ([`Tally::missable_lines`]).
        sum pub(super) missable: u64,
        /// Lines that were read and too long for their agent.
        sum pub long_lines: u64,
        /// Agents, times nanoseconds in which they were down and about to be started again, while lines are written.
        sum pub agent_down_ns: u64,
        /// CPU that lines and bytes which agents read take, beyond what was charged for them, in nanoseconds: a little, where
        /// what is read is known to the chunk, and otherwise a defect.
        sum pub unpaid_ns: u64,
        /// Requests to the backend while lines are written, retries included.
        sum pub requests: u64,
        /// Bytes sent to the backend while lines are written, retries included.
        sum pub sent_bytes: u64,
        /// Lines delivered while lines are written.
        sum pub delivered_in_time: u64,
        /// CPU of applications and the runtime for writing lines, in nanoseconds.
        sum pub write_ns: u64,
        /// Lines in files that were written again to standard output.
        sum pub relayed_lines: u64,
        /// Log bytes that reached disks.
        sum pub disk_bytes: u64,
        /// Bytes of rotated files that the kubelet compressed.
        sum pub gzipped_bytes: u64,
        /// Log bytes on the fullest node's disk at the end of the run.
        largest pub fullest_disk_bytes: u64,
        /// Share of the fullest node's log disk in use at the end of the run, in millionths.
        largest pub fullest_disk_ppm: u64,
        /// Longest wait for the backend's capacity, in nanoseconds.
        largest pub longest_wait_ns: u64,
        /// CPU that applications wanted, in nanoseconds.
        sum pub app_wanted_ns: u64,
        /// CPU that applications did not get, in nanoseconds.
        sum pub app_missing_ns: u64,
        /// Share that applications did not get on the node where it was largest, in millionths.
        largest pub worst_missing_ppm: u64,
        /// Pods evicted by the kubelet for what they have on its disk.
        sum pub evicted_pods: u64,
        /// Nodes, times nanoseconds in which their disk was too full.
        sum pub disk_pressure_ns: u64,
        /// Most bytes that the buffers of a gateway held, each at its fullest.
        sum pub gateway_bytes: u64,
        /// Requests that a gateway turned away or was not there for, while lines are written.
        sum pub gateway_refused: u64,
        /// Bytes of requests that quotas refused, while lines are written, every attempt counted.
        sum pub throttled_bytes: u64,
        /// Bytes that came to each shard of the backend; empty where it has one and no quotas.
        given pub shard_bytes: Vec<u64>,
        /// What the control plane did.
        sum pub control: ControlTally,
        /// Time that applications waited for the agents in their pods to start, in nanoseconds.
        sum pub start_wait_ns: u64,
        /// What containers that crash did.
        sum pub containers: ContainerTally,
        /// Time in which pods that faults moved wrote nowhere, in nanoseconds; entered by whoever planned it.
        sum pub pod_gap_ns: u64,
        /// Pods that fitted nowhere after they had to leave; entered by whoever planned it.
        given pub pods_pending: u64,
        /// Lines emitted and delivered in each bin of the timeline.
        sum pub timeline: Vec<(u64, u64)>,
        given bin_bits: u32,
        given warmup_ns: u64,
        given horizon_ns: u64,
        /// Lines that were delivered without waiting, or after some milliseconds of output, by these and the class of their
        /// request's latency: for each kind of agent and tenant. Their ages follow, and are entered at the end.
        sum punctual: Vec<Option<Box<Punctual>>>,
    }
}

totals! {
    /// One tenant's lines emitted after warm-up.
    pub struct TenantTally {
        /// Their ages at delivery.
        sum pub freshness: Freshness,
        /// How many were emitted.
        sum pub emitted: u64,
        /// Lines that the application would have written had it not stood still.
        sum pub withheld: u64,
        /// Lines in files that are still being written to when the run ends, those from before the warm-up included.
        sum pub live: u64,
    }
}

impl Tally {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let bin_bits = (blueprint.end_ns() / TIMELINE_BINS).max(1).ilog2() + 1;
        Self {
            tenants: vec![TenantTally::default(); blueprint.tenants.len()],
            timeline: vec![(0, 0); (blueprint.end_ns() >> bin_bits) as usize + 1],
            bin_bits,
            warmup_ns: blueprint.warmup_ns,
            horizon_ns: blueprint.horizon_ns,
            usage: vec![Usage::default(); blueprint.agents.len() * blueprint.pools.len()],
            punctual: vec![None; blueprint.agents.len() * blueprint.tenants.len()],
            ..Self::default()
        }
    }

    /// Takes the lines of a tenant that agents of a kind read over one flush interval and delivered without waiting, to be
    /// added to and put back: at [`punctual_place`].
    #[inline]
    pub(super) fn take_punctual(&mut self, kind: usize, tenant: usize) -> Box<Punctual> {
        let counts = &mut self.punctual[kind * self.tenants.len() + tenant];
        counts.take().unwrap_or_else(|| Box::new([0; PUNCTUAL]))
    }

    /// Puts back what [`Tally::take_punctual`] took.
    #[inline]
    pub(super) fn put_punctual(&mut self, kind: usize, tenant: usize, counts: Box<Punctual>) {
        self.punctual[kind * self.tenants.len() + tenant] = Some(counts);
    }

    /// Enters the ages of what was delivered without waiting.
    pub(super) fn finish(&mut self, blueprint: &Blueprint) {
        for (plan, counts) in blueprint.agents.iter().zip(self.punctual.chunks_mut(self.tenants.len().max(1)))
        {
            for (tenant, counts) in self.tenants.iter_mut().zip(counts) {
                let Some(counts) = counts.take() else { continue };
                for (place, lines) in counts.into_iter().enumerate().filter(|(_, lines)| *lines > 0) {
                    let (late_ms, class) = (place / CLASSES, place % CLASSES);
                    let later_ns = plan.look_delay_ns + late_ms as u64 * NS_PER_MS;
                    let youngest_ns = blueprint.backend.latency_of(class) + later_ns;
                    tenant.freshness.add(&Spread::between(youngest_ns, youngest_ns + plan.wait_ns()), lines);
                }
            }
        }
    }

    /// Sums over one node in `factor` stand for sums over all. What is of one node only stays as it is.
    pub fn scale(&mut self, factor: u64) {
        self.multiply(factor);
    }

    /// Lines that some streams wrote in a span of one flush, if it lies within one bin of the timeline.
    #[inline]
    fn emit_within(&mut self, from_ns: u64, until_ns: u64, lines: u64) -> bool {
        let (first, last) = (self.bin_of(from_ns), self.bin_of(until_ns.saturating_sub(1).max(from_ns)));
        if first == last {
            self.timeline[first].0 += lines;
        }
        first == last
    }

    /// Lines of a flush of that number among so many, in all and of each stream, flush by flush; of the only one where there
    /// are none.
    #[inline]
    pub(super) fn emit_flush(
        &mut self,
        (from_ns, until_ns): (u64, u64),
        all: u64,
        of_streams: &[u64],
        (number, flushes): (usize, usize),
    ) {
        if self.emit_within(from_ns, until_ns, all) {
            return;
        }
        match of_streams.is_empty() {
            true => self.emit(from_ns, until_ns, all),
            false => of_streams
                .iter()
                .skip(number)
                .step_by(flushes)
                .for_each(|lines| self.emit(from_ns, until_ns, *lines)),
        }
    }

    /// Counts lines that the backend accepts at `at_ns`.
    #[inline]
    pub(super) fn accept(&mut self, at_ns: u64, lines: u64) {
        let bin = self.bin_of(at_ns);
        self.ledger.delivered += lines;
        self.timeline[bin].1 += lines;
        self.delivered_in_time += if at_ns < self.horizon_ns { lines } else { 0 };
    }

    /// Lines that the backend accepts in a span before the end of writing, evenly.
    pub(super) fn accept_evenly(&mut self, from_ns: u64, until_ns: u64, lines: u64) {
        self.ledger.delivered += lines;
        self.delivered_in_time += lines;
        self.evenly((from_ns, until_ns), lines, |bin, lines| bin.1 += lines);
    }

    /// Checks that all work of agents was charged, but for a hundredth of it and a millisecond each.
    ///
    /// # Errors
    /// It was not.
    pub fn is_paid(&self) -> Result<(), Unpaid> {
        let allowed_ns = self.agent_cpu_ns / 100 + 1_000_000 * self.inputs.max(1);
        if self.unpaid_ns <= allowed_ns {
            return Ok(());
        }
        Err(Unpaid { unpaid_ns: self.unpaid_ns, charged_ns: self.agent_cpu_ns })
    }

    /// Lines in files that are gone, times the chance that their agents missed them, whether they did or not.
    pub fn missable_lines(&self) -> f64 {
        self.missable as f64 / (1u64 << MISSABLE_POINT) as f64
    }

    /// Nanoseconds of a bin of the timeline.
    pub fn bin_ns(&self) -> u64 {
        1 << self.bin_bits
    }

    #[inline]
    fn bin_of(&self, at_ns: u64) -> usize {
        ((at_ns >> self.bin_bits) as usize).min(self.timeline.len() - 1)
    }

    /// Lines written in a span, evenly.
    #[inline]
    pub(super) fn emit(&mut self, from_ns: u64, until_ns: u64, lines: u64) {
        self.evenly((from_ns, until_ns), lines, |bin, lines| bin.0 += lines);
    }

    /// Adds lines to the bins of a span, evenly.
    #[inline]
    fn evenly(&mut self, (from_ns, until_ns): (u64, u64), lines: u64, add: impl Fn(&mut (u64, u64), u64)) {
        let (first, last) = (self.bin_of(from_ns), self.bin_of(until_ns.saturating_sub(1).max(from_ns)));
        let mut done = 0;
        for bin in first..last {
            let share = ((bin as u64 + 1) << self.bin_bits) - from_ns;
            let before = in_proportion(lines, share, until_ns - from_ns);
            add(&mut self.timeline[bin], before - done);
            done = before;
        }
        add(&mut self.timeline[last], lines - done);
    }

    /// All that a stream wrote, and how many lines of it before the end of the warm-up.
    pub(super) fn wrote(&mut self, stream: &Stream, written: Amount, before_warmup: u64, medium: Medium) {
        self.tenants[stream.tenant as usize].emitted += written.lines - before_warmup;
        let on_disk = stream.on_disk(written);
        self.write_ns += written.lines * writing_ns(medium);
        self.relayed_lines += if medium == Medium::Relayed { written.lines } else { 0 };
        self.disk_bytes += match medium {
            Medium::Relayed => on_disk + written.bytes,
            medium if medium.is_on_disk() => on_disk,
            _ => 0,
        };
    }

    /// Lines of a stream that nobody reads, over the whole run.
    pub(super) fn emit_stream(&mut self, stream: &mut Stream, law: &StreamLaw, horizon_ns: u64) {
        if law.arrivals.is_in_blocks() {
            return self.emit_blocks(stream, law, horizon_ns);
        }
        let mut before = stream.read.lines;
        for bin in self.bin_of(stream.time_ns)..self.timeline.len() {
            let until = ((bin as u64 + 1) << self.bin_bits).min(horizon_ns);
            if until <= stream.time_ns {
                break;
            }
            let peek = stream.peek(law, until);
            stream.advance_to(&peek);
            self.timeline[bin].0 += peek.written.lines - before;
            before = peek.written.lines;
        }
    }

    /// The same where what is written is counted in blocks: each of them evenly over its time.
    fn emit_blocks(&mut self, stream: &mut Stream, law: &StreamLaw, horizon_ns: u64) {
        let (mut cursor, read) = stream.start();
        let (mut from_ns, mut before, mut end) = (stream.time_ns, read, cursor.block_end());
        let first = from_ns / BLOCK_NS;
        let last = horizon_ns / BLOCK_NS;
        for block in first..last {
            let until_ns = (block + 1) * BLOCK_NS;
            self.emit(from_ns, until_ns, end.lines - before.lines);
            (from_ns, before) = (until_ns, end);
            if block + 1 < last {
                end += block_of(law, stream.key, block + 1);
            }
        }
        if from_ns < horizon_ns || last > first {
            cursor.walk_on(law, stream.key, horizon_ns / NS_PER_SEC, before);
            let written = cursor.written(law, stream.key, horizon_ns);
            self.emit(from_ns, horizon_ns, written.lines - before.lines);
            stream.advance_with(horizon_ns, cursor, written);
        }
    }

    /// Chunks of an agent that the backend accepts at `at_ns`.
    #[inline]
    pub(super) fn deliver(&mut self, chunks: &[Chunk], streams: &[Stream], at_ns: u64, plan: &AgentPlan) {
        let mut spread = Spread::default();
        let (mut new, mut copies) = (0, 0);
        for chunk in chunks {
            *(if chunk.copy { &mut copies } else { &mut new }) += chunk.lines;
        }
        self.accept(at_ns, new);
        self.ledger.duplicated += copies;
        for chunk in chunks.iter().filter(|chunk| !chunk.copy) {
            if chunk.from_ns >= self.warmup_ns {
                // Chunks of one flush were mostly written in the same span.
                let stream = &streams[chunk.stream.at()];
                let at_ns = at_ns + u64::from(stream.held_ms) * 1_000_000;
                self.early += if at_ns < chunk.until_ns { chunk.lines } else { 0 };
                let youngest_ns = at_ns.saturating_sub(chunk.until_ns);
                let mut oldest_ns = at_ns.saturating_sub(chunk.from_ns);
                if let Some(wait_ns) = plan.transport_wait_ns {
                    // What waited for a flush in the model waited for the transport; what had waited longer was behind.
                    let behind_ns = (oldest_ns - youngest_ns).saturating_sub(2 * plan.flush_ns);
                    oldest_ns = youngest_ns + behind_ns + wait_ns;
                }
                spread.set(youngest_ns, oldest_ns);
                let tenant = stream.tenant;
                self.tenants[tenant as usize].freshness.add(&spread, chunk.lines);
            }
        }
    }
}
