//! What an agent uses, span by span: CPU on average over ten seconds, and memory at the fullest within them.
//!
//! Spans end with the first settled instant at or after every tenth second, and are as long as they are. An input that is a
//! process of its own is counted as it goes; inputs that are one process together keep their spans until the end of the
//! run, as each is settled at instants of its own.
//!
//! Ten seconds are what the kubelet's statistics are apart: cAdvisor's `--housekeeping-interval` of 10 s.

use crate::blueprint::AgentPlan;
use crate::observe::Usage;
use crate::units::{NS_PER_SEC, in_proportion};

/// A span.
pub(crate) const SPAN_NS: u64 = 10 * NS_PER_SEC;

/// What one input used since its span began.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    /// Which of the tally's it adds to: the kind of agent, times pools, and the pool.
    pub group: u32,
    /// When the span began, and the instant from which on it ends.
    pub from_ns: u64,
    pub until_ns: u64,
    /// CPU so far, in nanoseconds.
    pub cpu_ns: u64,
    /// Record bytes held at the fullest.
    pub held_bytes: u64,
    /// Whether its process was there.
    pub is_used: bool,
    /// Whether its process ever used more CPU, or memory, than it requests.
    exceeds: (bool, bool),
    /// Spans that are over, where others are of the same process.
    pub spans: Option<Vec<Span>>,
}

/// What one input used in the span of that number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub is_used: bool,
    pub cpu_ns: u64,
    pub variable_bytes: f64,
    pub held_bytes: u64,
}

/// A span of one process.
pub(crate) struct Used {
    pub from_ns: u64,
    pub until_ns: u64,
    pub cpu_ns: u64,
    pub rss_bytes: f64,
    pub held_bytes: u64,
}

impl Meter {
    /// The meter of an input that adds to `group`.
    pub(crate) fn new(group: u32) -> Self {
        Self {
            group,
            from_ns: 0,
            until_ns: SPAN_NS,
            cpu_ns: 0,
            held_bytes: 0,
            is_used: false,
            exceeds: (false, false),
            spans: None,
        }
    }

    /// Others are of the same process.
    pub(crate) fn keep_spans(&mut self) {
        self.spans = Some(Vec::new());
    }

    /// Counts CPU of a step in which the process was there or was not.
    #[inline]
    pub(crate) fn spend(&mut self, cpu_ns: u64, is_there: bool) {
        self.cpu_ns += cpu_ns;
        self.is_used |= is_there;
    }

    /// Takes note of how much is held.
    #[inline]
    pub(crate) fn hold(&mut self, held_bytes: u64) {
        self.held_bytes = self.held_bytes.max(held_bytes);
    }

    /// Counts a span of the process, where it was long enough to be an average.
    pub(crate) fn count(&mut self, used: &Used, plan: &AgentPlan, horizon_ns: u64, usage: &mut Usage) {
        usage.memory.record(used.rss_bytes.round() as u64, 1);
        usage.held.record(used.held_bytes, 1);
        if used.rss_bytes > plan.requests.memory_bytes as f64 {
            usage.memory_excess.note(used.from_ns, used.until_ns, !self.exceeds.1);
            self.exceeds.1 = true;
        }
        let span_ns = used.until_ns - used.from_ns;
        if used.from_ns >= horizon_ns || span_ns < SPAN_NS.min(horizon_ns) / 2 {
            return;
        }
        let microcores = in_proportion(used.cpu_ns, 1_000_000, span_ns);
        usage.cpu.record(microcores, 1);
        if microcores > plan.requests.cpu_millicores.saturating_mul(1_000) {
            usage.cpu_excess.note(used.from_ns, used.until_ns, !self.exceeds.0);
            self.exceeds.0 = true;
        }
    }
}
