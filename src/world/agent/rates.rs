//! What is the same for all flushes of a kind of agent that keeps up, worked out once.

use crate::blueprint::AgentPlan;
use crate::profile::Work;
use crate::units::NS_PER_SEC;

/// Up to how many lines of a file and flush the reads that they take are looked up.
const TABLED_LINES: usize = 64;

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
        let least = |read_ns, out_ns| within(span_ns * plan.cores, read_ns).min(within(5e5, out_ns)) as u64;
        Self {
            reads: (0..=TABLED_LINES).map(reads_of).collect(),
            no_work: Work::in_span(span_s),
            most_ns: span_ns * plan.cores / plan.costs.reader_share(),
            idle_ns: (plan.idle_cores * span_ns + 0.5) as u64,
            small_lines: least(line_ns, out_line_ns),
            small_bytes: least(byte_ns, out_byte_ns),
        }
    }
}
