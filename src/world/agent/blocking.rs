//! Applications that stand still: a writer whose pipe is full waits, and what it would have written is withheld.
//!
//! The lines are those that the application would have written unhindered; they are never emitted, so that the ledger
//! balances without them, and they are counted apart. Time goes on: an application does not catch up later with what
//! it could not write. Source: Docker's blocking delivery mode (moby `daemon/container/container.go`; a `write(2)` to a
//! full pipe waits).

use crate::profile::Overflow;
use crate::world::agent::desk::Desk;
use crate::world::agent::input::Mode;

impl Desk<'_> {
    /// The writers of an input that is full have stood still until `until_ns`.
    pub(crate) fn withhold(&mut self, until_ns: u64) {
        if self.plan.overflow != Overflow::Block || self.input.mode != Mode::Paused {
            return;
        }
        for (stream, files) in self.streams.iter_mut().zip(&mut *self.files) {
            let end_ns = until_ns.min(stream.limit_ns).min(self.blueprint.horizon_ns);
            if end_ns <= stream.time_ns {
                continue;
            }
            let law = &self.blueprint.laws[stream.law as usize];
            let peek = stream.peek(law, end_ns);
            let lines = (peek.written - stream.read).lines;
            self.tally.ledger.withheld += lines;
            // No stretch straddles the end of the warm-up.
            let counts = end_ns > self.blueprint.warmup_ns;
            files.withhold(peek.written - stream.read, counts);
            if counts {
                self.tally.tenants[stream.tenant as usize].withheld += lines;
            }
            stream.advance_to(&peek);
            if stream.time_ns >= stream.limit_ns {
                files.settle(stream, law);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::Blueprint;
    use crate::blueprint::{FileRotation, Outage};
    use crate::flow::Medium;
    use crate::units::NS_PER_SEC;
    use crate::world::testing::{layout, run};

    const S: u64 = NS_PER_SEC;

    /// One application of 1,000 lines/s into a pipe of 500 lines; connections are refused from 20 to 40 s, and tried
    /// again every second.
    fn cut_off(overflow: Overflow) -> Blueprint {
        let mut blueprint = layout(1, 1_000.0, false, 60);
        let agent = &mut blueprint.agents[0];
        agent.overflow = overflow;
        agent.flush_ns = S / 100;
        agent.record_overhead_bytes = 0;
        let line_bytes = blueprint.laws[0].sizes.mean() as u64;
        agent.buffer_limit_bytes = 500 * line_bytes;
        agent.buffer_memory_bytes = agent.buffer_limit_bytes;
        (agent.backoff_base_ns, agent.backoff_cap_ns) = (S, S);
        let stream = &mut blueprint.pods[0].streams[0];
        stream.medium = Medium::Pipe;
        stream.rotation = FileRotation { size_bytes: u64::MAX, files: 1 };
        blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true }];
        blueprint
    }

    #[test]
    fn a_blocked_application_loses_nothing_and_writes_less() {
        let unhindered = run(&cut_off(Overflow::DropNewest));
        let blocked = run(&cut_off(Overflow::Block));
        assert_eq!(blocked.ledger.lost_total(), 0);
        assert_eq!(blocked.ledger.delivered, blocked.ledger.emitted);
        // What is not written is what would have been: the sample path is the same.
        assert_eq!(blocked.ledger.emitted + blocked.ledger.withheld, unhindered.ledger.emitted);
        // From half a second into the outage, when the pipe is full, to the first retry after its end, at most a second.
        let stalled_s = blocked.stalled_ns as f64 / S as f64;
        assert!((19.4..20.7).contains(&stalled_s), "{stalled_s} s");
        let withheld = blocked.ledger.withheld as f64;
        assert!((withheld / (1_000.0 * stalled_s) - 1.0).abs() < 0.02, "{withheld} in {stalled_s} s");
    }

    #[test]
    fn a_ring_drops_what_a_blocked_application_withholds() {
        let dropped = run(&cut_off(Overflow::DropNewest));
        assert_eq!((dropped.ledger.withheld, dropped.stalled_ns), (0, 0));
        let lost = dropped.ledger.lost_total() as f64;
        // From half a second into the outage to the first retry after it, 19.5 to 20.5 s of 1,000 lines/s: of 20,000 lines the
        // deviation is 141; four of them are allowed.
        assert!((18_940.0..21_060.0).contains(&lost), "{lost}");
    }

    #[test]
    fn nothing_reaches_a_disk() {
        let tally = run(&cut_off(Overflow::Block));
        assert_eq!((tally.disk_bytes, tally.fullest_disk_bytes), (0, 0));
        assert_eq!(tally.tenants[0].live, 0);
    }
}
