//! What always holds of an input between two events, named at the fields as "Property:".

use crate::units::NEVER_NS;
use crate::world::agent::batches::Batch;
use crate::world::agent::input::{Input, Mode};

impl Input {
    /// Returns the property that does not hold, in words; `None` where all do.
    ///
    /// Debug builds ask after every event, so that all tests of the world are tests of it.
    pub(crate) fn broken_property(&self) -> Option<String> {
        let waiting = self.batches.iter().chain([&self.filling]);
        let waiting_bytes: u64 = waiting.clone().map(|batch| batch.record_bytes).sum();
        let freed_bytes = self.answers_due.record_bytes() + self.unanswered.record_bytes;
        if self.held_bytes != waiting_bytes + freed_bytes {
            return Some(format!(
                "{} bytes are held, {waiting_bytes} wait and {freed_bytes} are to be freed",
                self.held_bytes
            ));
        }
        if self.mode == Mode::Down && self.flush_ns != NEVER_NS {
            return Some(format!("it is down and flushes at {} ns", self.flush_ns));
        }
        if self.mode == Mode::Down && self.filling.lines > 0 {
            return Some(format!("it is down and has read {} lines", self.filling.lines));
        }
        self.batches.broken_property().or_else(|| waiting.filter_map(Batch::broken_property).next())
    }
}

impl Batch {
    /// The same of a batch.
    fn broken_property(&self) -> Option<String> {
        let lines: u64 = self.chunks.iter().map(|chunk| chunk.lines).sum();
        let copies: u64 = self.chunks.iter().filter(|chunk| chunk.copy).map(|chunk| chunk.lines).sum();
        (lines != self.lines || copies != self.copies).then(|| {
            format!(
                "a batch of {} lines, {} of them copies, has {lines} and {copies}",
                self.lines, self.copies
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::lines::stream::StreamId;
    use crate::world::testing::agent;

    #[test]
    fn a_byte_too_many_and_a_timer_of_the_dead_are_noticed() {
        let plan = agent();
        let mut input = Input::new(0, &plan, StreamId::of(0)..StreamId::of(1), 7, 0, true);
        assert_eq!(input.broken_property(), None);
        input.held_bytes = 1;
        assert!(input.broken_property().unwrap().contains("1 bytes are held"));
        input.answers_due.push(5, 1);
        assert_eq!(input.broken_property(), None);
        input.filling.lines = 2;
        assert!(input.broken_property().unwrap().contains("a batch of 2 lines"));
        input.drop_all();
        assert_eq!(input.broken_property(), None);
        input.flush_ns = 9;
        assert!(input.broken_property().unwrap().contains("flushes at 9 ns"));
    }
}
