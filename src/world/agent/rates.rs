//! What flushes of an agent that keeps up take, and what of that is the same for all of a kind of agent.

use crate::blueprint::AgentPlan;
use crate::profile::Work;
use crate::units::NS_PER_SEC;
use crate::world::lines::stream::Amount;

/// Up to how many lines of a file and flush the reads that they take are looked up.
const TABLED_LINES: usize = 128;

/// What the lines of one file take that are read as they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reads {
    pub reads: f64,
    pub weighted: f64,
    /// What wake-ups take where no other file wakes the agent.
    pub wakeups: (f64, f64),
}

/// What is the same for all flushes of a kind of agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentRates {
    pub reads: Vec<Reads>,
    /// CPU of a flush of so many lines of one file in nanoseconds, always and a byte on disk, as long as the agent is not at
    /// work all the time.
    alone: Vec<(f64, f64)>,
    pub no_work: Work,
    /// The most CPU of a flush interval, and what it takes with nothing to do.
    pub most_ns: f64,
    pub idle_ns: u64,
    /// A flush of no more lines and bytes on disk surely fits into the reader's time, and its output takes no whole
    /// millisecond.
    pub small_lines: u64,
    pub small_bytes: u64,
}

impl AgentRates {
    pub(crate) fn new(plan: &AgentPlan) -> Self {
        let span_s = plan.flush_ns as f64 / NS_PER_SEC as f64;
        let reads_of = |lines| {
            let (reads, weighted) = plan.costs.live_reads(lines as f64, 1.0 / span_s);
            Reads { reads, weighted, wakeups: plan.costs.wakeups_at(reads / span_s) }
        };
        let span_ns = plan.flush_ns as f64;
        let (line_ns, byte_ns) = (plan.costs.bulk_reader_ns(1.0, 0.0), plan.costs.bulk_reader_ns(0.0, 1.0));
        let (out_line_ns, out_byte_ns) = plan.costs.output_rates();
        // Half of the time for lines, half for bytes, and a little to spare for what rounding takes.
        let within = |time_ns: f64, each_ns: f64| 0.49 * time_ns / each_ns;
        let cpu_ns = |lines: usize, bytes: f64| cpu_of(plan, span_s, reads_of(lines), (lines as f64, bytes));
        let alone_of = |lines| match lines {
            0 => (0.0, 0.0),
            _ => (cpu_ns(lines, 0.0), (cpu_ns(lines, A_FEW) - cpu_ns(lines, 0.0)) / A_FEW),
        };
        let least = |read_ns, out_ns| within(span_ns * plan.cores, read_ns).min(within(5e5, out_ns)) as u64;
        Self {
            reads: (0..=TABLED_LINES).map(reads_of).collect(),
            alone: (0..=TABLED_LINES).map(alone_of).collect(),
            no_work: Work::in_span(span_s),
            most_ns: span_ns * plan.cores / plan.costs.reader_share(),
            idle_ns: (plan.idle_cores * span_ns + 0.5) as u64,
            small_lines: least(line_ns, out_line_ns),
            small_bytes: least(byte_ns, out_byte_ns),
        }
    }
}

/// What one flush takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FlushVolume {
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    /// Bytes on disk beyond the lines themselves.
    pub(crate) prefix_bytes: u64,
    /// Bytes on the network, where they are compressed file by file.
    compressed_bytes: u64,
    pub(crate) files: u64,
    reads: f64,
    weighted_reads: f64,
}

impl FlushVolume {
    /// Bytes on the network.
    #[inline]
    pub(crate) fn wire_bytes(&self, plan: &AgentPlan) -> u64 {
        match plan.compresses() {
            true => self.compressed_bytes,
            false => plan.wire_bytes(self.lines, self.bytes),
        }
    }

    /// Adds what one file gave.
    #[inline]
    pub(crate) fn add(&mut self, (rates, plan): (&AgentRates, &AgentPlan), prefix_bytes: u32, new: Amount) {
        if new.lines == 0 {
            return;
        }
        self.lines += new.lines;
        self.bytes += new.bytes;
        self.prefix_bytes += new.lines * u64::from(prefix_bytes);
        self.files += 1;
        if plan.compresses() {
            self.compressed_bytes += plan.wire_bytes(new.lines, new.bytes);
        }
        let (reads, weighted_reads) = match rates.reads.get(new.lines as usize) {
            Some(known) => (known.reads, known.weighted),
            None => rates.no_work.live_reads(&plan.costs, new.lines as f64),
        };
        self.reads += reads;
        self.weighted_reads += weighted_reads;
    }
}

impl AgentRates {
    /// How long the output of a flush of so many lines and bytes on disk takes; `None` where reading them takes longer than a
    /// flush interval.
    #[inline]
    pub(crate) fn late_ns(
        &self,
        plan: &AgentPlan,
        (lines, disk_bytes): (u64, u64),
        record_bytes: u64,
    ) -> Option<u64> {
        if lines <= self.small_lines && disk_bytes <= self.small_bytes {
            return Some(0);
        }
        let reader_ns = plan.costs.bulk_reader_ns(lines as f64, disk_bytes as f64);
        (reader_ns <= plan.flush_ns as f64 * plan.cores).then(|| plan.output_ns(lines, record_bytes))
    }

    /// CPU of a flush that is not empty, in nanoseconds.
    #[inline]
    pub(crate) fn busy_ns(&self, plan: &AgentPlan, flush: &FlushVolume) -> u64 {
        let mut work = self.no_work;
        let disk_bytes = flush.bytes + flush.prefix_bytes;
        work.add(flush.lines as f64, disk_bytes as f64, flush.reads, flush.weighted_reads);
        let busy_ns = match self.reads.get(flush.lines as usize) {
            Some(known) if flush.files == 1 => plan.costs.cpu_ns_at(&work, known.wakeups),
            _ => plan.costs.cpu_ns(&work),
        };
        (busy_ns.min(self.most_ns) + 0.5) as u64
    }

    /// CPU of a flush of so many lines of one file, always and a byte on disk, and its reads; of as many as there is a table for
    /// at most.
    pub(crate) fn of_lines(&self, lines: usize) -> ((f64, f64), Reads) {
        let lines = lines.min(TABLED_LINES);
        (self.alone[lines], self.reads[lines])
    }

    /// Whether the CPU of a flush of one file of no more lines and bytes on disk is what [`AgentRates::of_lines`] says: the agent
    /// is not at work all the time.
    pub(crate) fn is_linear(&self, plan: &AgentPlan, lines: u64, disk_bytes: u64) -> bool {
        let Some((always_ns, byte_ns)) = self.alone.get(lines as usize) else { return false };
        let busy_ns = always_ns + byte_ns * disk_bytes as f64;
        let span_s = plan.flush_ns as f64 / NS_PER_SEC as f64;
        let all_ns = cpu_of(plan, span_s, self.reads[lines as usize], (lines as f64, disk_bytes as f64));
        (busy_ns - all_ns).abs() <= 1e-6 * all_ns && busy_ns < self.most_ns / 2.0
    }

    /// CPU of so many flushes that have this work together, in nanoseconds, where a flush's is its mean give or take a share:
    /// the mean of both, which is right to the third order.
    pub(crate) fn spread_ns(
        &self,
        plan: &AgentPlan,
        (work, flushes): ((f64, f64, f64, f64), f64),
        share: f64,
    ) -> f64 {
        let of = |factor: f64| {
            let mut flush = self.no_work;
            let part = factor / flushes;
            flush.add(work.0 * part, work.1 * part, work.2 * part, work.3 * part);
            plan.costs.cpu_ns(&flush).min(self.most_ns)
        };
        flushes * (of(1.0 + share) + of(1.0 - share)) / 2.0
    }
}

/// Bytes that take no agent's whole time, to find out what a byte takes.
const A_FEW: f64 = 1024.0;

/// CPU of a flush of one file, in nanoseconds.
fn cpu_of(plan: &AgentPlan, span_s: f64, reads: Reads, (lines, disk_bytes): (f64, f64)) -> f64 {
    let mut work = Work::in_span(span_s);
    work.add(lines, disk_bytes, reads.reads, reads.weighted);
    plan.costs.cpu_ns_at(&work, reads.wakeups)
}
