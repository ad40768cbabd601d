//! What an input with a full buffer does when it does not pause: drops what is new, or what has waited longest.
//!
//! Policies: Fluent Bit's `memrb`, vlagent's bounded queue and the like drop the oldest; the ring buffer of
//! Docker's log drivers drops the newest.

use crate::blueprint::AgentPlan;
use crate::flow::{Cause, Chunk};
use crate::observe::Ledger;
use crate::profile::Overflow;
use crate::world::agent::input::Input;

impl Input {
    /// Makes room for what was read, as the policy has it; gives what of it is to be held.
    #[inline]
    pub(crate) fn make_room(&mut self, chunk: Chunk, plan: &AgentPlan, ledger: &mut Ledger) -> Option<Chunk> {
        if plan.overflow.waits_for_room() {
            return Some(chunk);
        }
        let record_bytes = plan.record_bytes(chunk.lines, chunk.bytes);
        if plan.overflow == Overflow::DropOldest {
            let over = |input: &Self| input.held_bytes + record_bytes > plan.buffer_limit_bytes;
            while over(self) && self.drop_oldest(plan, ledger) {}
        }
        let room = plan.buffer_limit_bytes.saturating_sub(self.held_bytes);
        if record_bytes <= room {
            return Some(chunk);
        }
        // Lines of a chunk count as alike: of what does not fit, the first lines are kept.
        let share = room as f64 / record_bytes as f64;
        let lines = (chunk.lines as f64 * share) as u64;
        ledger.lose(Cause::BufferOverflow, if chunk.copy { 0 } else { chunk.lines - lines });
        let kept = Chunk {
            until_ns: chunk.from_ns + ((chunk.until_ns - chunk.from_ns) as f64 * share) as u64,
            lines,
            bytes: chunk.bytes * lines / chunk.lines,
            ..chunk
        };
        (lines > 0).then_some(kept)
    }

    /// Drops the batch that has waited longest for its retry, else the first chunk that waits for its flush.
    /// What is under way cannot be taken back: gives `false` where there is nothing else.
    fn drop_oldest(&mut self, plan: &AgentPlan, ledger: &mut Ledger) -> bool {
        if let Some(batch) = self.batches.take_waiting() {
            self.held_bytes -= batch.record_bytes;
            ledger.lose(Cause::BufferOverflow, batch.new_lines());
            return true;
        }
        if self.filling.chunks.is_empty() {
            return false;
        }
        let chunk = self.filling.chunks.remove(0);
        let record_bytes = plan.record_bytes(chunk.lines, chunk.bytes);
        self.filling.lines -= chunk.lines;
        self.filling.record_bytes -= record_bytes;
        self.filling.wire_bytes -= plan.wire_bytes(chunk.lines, chunk.bytes);
        self.held_bytes -= record_bytes;
        self.filling.copies -= if chunk.copy { chunk.lines } else { 0 };
        ledger.lose(Cause::BufferOverflow, if chunk.copy { 0 } else { chunk.lines });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{Blueprint, Outage};
    use crate::units::NS_PER_SEC;
    use crate::world::Tally;
    use crate::world::testing::{layout, run};

    const S: u64 = NS_PER_SEC;

    /// One file of 1,000 lines/s of 278 bytes in the buffer, which holds 5,000; connections are refused from
    /// 20 to 40 s and tried again every second.
    fn cut_off(overflow: Overflow) -> Blueprint {
        let mut blueprint = layout(1, 1_000.0, false, 60);
        let agent = &mut blueprint.agents[0];
        agent.overflow = overflow;
        agent.buffer_limit_bytes = 5_000 * 278;
        agent.buffer_memory_bytes = agent.buffer_limit_bytes;
        (agent.backoff_base_ns, agent.backoff_cap_ns) = (S, S);
        blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 40 * S, refuses: true }];
        blueprint
    }

    fn overflow_of(tally: &Tally) -> f64 {
        assert_eq!(tally.ledger.lost_total(), tally.ledger.lost[Cause::BufferOverflow as usize]);
        tally.ledger.lost_total() as f64
    }

    #[test]
    fn what_does_not_fit_is_lost_unless_input_pauses() {
        assert_eq!(overflow_of(&run(&cut_off(Overflow::Pause))), 0.0);
        for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
            // 20 s of 1,000 lines/s, up to a second more until the last flush before and the first retry after
            // it, less the 5,000 lines of the buffer; Poisson arrivals give a standard deviation of 140.
            let lost = overflow_of(&run(&cut_off(overflow)));
            assert!((14_500.0..17_500.0).contains(&lost), "{overflow:?}: {lost}");
        }
    }

    #[test]
    fn dropping_the_oldest_keeps_what_is_fresh() {
        // Of the 45,000 lines that arrive, 40,000 do so at once and 5,000, the last 11 %, out of the buffer: written
        // in the last 5 s of the outage, or in its first.
        let at_95 = |overflow| run(&cut_off(overflow)).tenants[0].freshness.quantiles(&[0.95])[0].unwrap();
        let (newest_kept, oldest_kept) = (at_95(Overflow::DropOldest), at_95(Overflow::DropNewest));
        assert!(newest_kept < 7.0, "{newest_kept}");
        assert!(oldest_kept > 13.0, "{oldest_kept}");
    }

    #[test]
    fn a_buffer_on_disk_needs_little_memory() {
        let mut blueprint = layout(1, 1_000.0, false, 60);
        blueprint.backend.outages = vec![Outage { from_ns: 20 * S, until_ns: 50 * S, refuses: true }];
        let agent = &mut blueprint.agents[0];
        agent.checkpoints = true;
        agent.buffer_limit_bytes = 1 << 40;
        agent.buffer_memory_bytes = 1_000_000;
        // 30 s of 1,000 lines/s, 8 MB, wait to be sent; of them 1 MB is in memory.
        let tally = run(&blueprint);
        let expected = blueprint.agents[0].costs.rss_bytes(1.0, 1.0, 1e6).round();
        assert_eq!((tally.agent_rss_bytes as f64, tally.ledger.lost_total()), (expected, 0));
        // With 20 MB at most, 2.6 MB in memory are too much, 9 s into the outage; with 1 MB it lives.
        let killed = |in_memory: u64| {
            let mut blueprint = blueprint.clone();
            blueprint.agents[0].buffer_memory_bytes = in_memory;
            blueprint.agents[0].memory_limit_bytes = Some(20_000_000);
            let tally = run(&blueprint);
            (tally.oom_kills, tally.ledger.lost[Cause::AgentKilled as usize])
        };
        assert_eq!(killed(1_000_000), (0, 0));
        let (kills, lost) = killed(1 << 40);
        assert!(kills > 0 && lost > 9_000, "{kills} kills, {lost} lost");
    }

    /// The 3.3 s of a timer bring 330 lines, give or take 18, and 341 fill a batch: some go before their time, most by it, and none is
    /// larger than full. The timer ends within a second, so that what whole seconds bring is more than it lets come together.
    #[test]
    fn a_batch_that_mostly_does_not_fill_goes_when_it_does() {
        let mut blueprint = layout(1, 100.0, false, 600);
        let agent = &mut blueprint.agents[0];
        (agent.flush_ns, agent.sends_full, agent.batch_bytes) = (3_300_000_000, true, 341 * 278);
        let tally = run(&blueprint);
        // 600 s ÷ 3.3 s are 181 requests, were all by the timer; a quarter goes a tenth of a second before.
        assert!((182..190).contains(&tally.requests), "{}", tally.requests);
        let rss_bytes =
            |lines: f64| blueprint.agents[0].costs.rss_bytes(1.0, 1.0, lines * 278.0).round() as u64;
        // Two lines may come within the 50 µs to which the instant is known.
        let full = rss_bytes(341.0)..=rss_bytes(342.0);
        assert!(full.contains(&tally.agent_rss_bytes), "{} of {full:?}", tally.agent_rss_bytes);
    }

    #[test]
    fn a_full_batch_goes_before_its_time() {
        // 10,000 lines/s fill a batch of 1,000 lines every 0.1 s: ages even over that, and 1 ms of latency.
        let mut blueprint = layout(1, 10_000.0, false, 60);
        blueprint.warmup_ns = 30 * S;
        let agent = &mut blueprint.agents[0];
        (agent.flush_ns, agent.sends_full, agent.batch_bytes) = (10 * S, true, 278_000);
        let p50 = run(&blueprint).tenants[0].freshness.quantiles(&[0.5])[0].unwrap();
        assert!((p50 - 0.051).abs() < 0.01, "{p50}");
        // A buffer of two batches carries it nevertheless: the flush follows the load.
        blueprint.agents[0].buffer_limit_bytes = 556_000;
        blueprint.agents[0].buffer_memory_bytes = 556_000;
        let tally = run(&blueprint);
        // What does not fill the last batch waits for its timer, which is after the run.
        let waits = tally.ledger.emitted - tally.ledger.delivered;
        assert!(waits < 1_100 && waits == tally.ledger.in_flight, "{waits}");
        blueprint.agents[0].sends_full = false;
        let p50 = run(&blueprint).tenants[0].freshness.quantiles(&[0.5])[0];
        assert!(p50.is_none_or(|p50| p50 > 5.0), "{p50:?}");
    }
}
