//! Batches that a queue takes and answers when the run is over.
//!
//! Where a backend falls further and further behind, an input comes to have hundreds of them. Nothing becomes of such a
//! batch before the end: it takes its room in the buffer, and its lines are under way or, if the process dies, lost. So
//! their sums are kept, and not what is in them.

/// Sums over them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unanswered {
    pub batches: u32,
    /// Lines that the backend does not have yet.
    pub lines: u64,
    pub record_bytes: u64,
}

impl Unanswered {
    /// Counts a batch of so many lines and record bytes.
    pub(crate) fn take(&mut self, lines: u64, record_bytes: u64) {
        self.batches += 1;
        self.lines += lines;
        self.record_bytes += record_bytes;
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::Cause;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, run};

    /// 1,000 lines/s for a minute to a backend that takes half of what they are on the wire, and tells nobody to go away: half
    /// of them are under way when the run ends, in one batch a second that are answered behind it, the queue being half a
    /// minute long.
    #[test]
    fn what_is_answered_after_the_run_is_under_way() {
        let mut blueprint = layout(1, 1_000.0, false, 60);
        let line_bytes = blueprint.laws[0].sizes.mean();
        let wire_bytes = blueprint.agents[0].wire_bytes(1_000, (1_000.0 * line_bytes) as u64) as f64;
        blueprint.backend.capacity_bytes_per_s = Some(wire_bytes / 2.0);
        blueprint.backend.queue_ns = u64::MAX;
        let agent = &mut blueprint.agents[0];
        (agent.buffer_limit_bytes, agent.buffer_memory_bytes) = (1 << 40, 1 << 40);
        (agent.max_in_flight, agent.request_timeout_ns) = (usize::MAX, u64::MAX);
        let tally = run(&blueprint);
        let run_s = blueprint.end_ns() as f64 / NS_PER_SEC as f64;
        let expected = 60_000.0 - 500.0 * run_s;
        let under_way = tally.ledger.in_flight as f64;
        assert!((under_way - expected).abs() < 1_500.0, "{under_way} of {expected}");
        assert_eq!(tally.ledger.delivered + tally.ledger.in_flight, tally.ledger.emitted);
        assert_eq!(tally.ledger.lost[Cause::AgentKilled as usize], 0);
    }
}
