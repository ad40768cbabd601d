//! What travels together, and what of it waits for an answer that comes too late, or for its retry.

use crate::blueprint::AgentPlan;
use crate::flow::Chunk;
use crate::units::NEVER_NS;
use smallvec::SmallVec;

/// Chunks that travel together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Nearly always one of an agent with one file, and then there are as many batches as agents.
    pub chunks: SmallVec<[Chunk; 1]>,
    /// Property: those of its chunks.
    pub lines: u64,
    /// Of these, lines that the backend has already.
    pub copies: u64,
    /// Whether the backend will have them when the run is over.
    pub is_stored: bool,
    /// Bytes in the buffer.
    pub record_bytes: u64,
    /// Bytes on the network.
    pub wire_bytes: u64,
}

impl Batch {
    /// Lines that the backend does not have yet.
    pub(crate) fn new_lines(&self) -> u64 {
        self.lines - self.copies
    }

    /// Adds a chunk. Gives the bytes that it takes in the buffer.
    #[inline]
    pub(crate) fn add(&mut self, chunk: Chunk, plan: &AgentPlan) -> u64 {
        let record_bytes = plan.record_bytes(chunk.lines, chunk.bytes);
        self.lines += chunk.lines;
        self.copies += if chunk.copy { chunk.lines } else { 0 };
        self.record_bytes += record_bytes;
        self.wire_bytes += plan.wire_bytes(chunk.lines, chunk.bytes);
        self.chunks.push(chunk);
        record_bytes
    }
}

/// How it stands with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether a refusal is on its way; otherwise it waits to be sent again.
    pub under_way: bool,
    /// How often it has waited.
    pub tries: u32,
}

/// Batches of one input, in the order in which they came. In a long outage there are hundreds, of which one is due: when they
/// are, and how it stands with them, stands apart from what they are.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    all: Vec<Batch>,
    /// When each is due, and how it stands with it. Property: as many.
    waiting: Vec<(u64, Standing)>,
    /// When the first of them is; `NEVER_NS` where there is none. Property: it is.
    first_ns: u64,
}

impl Default for Batches {
    fn default() -> Self {
        Self { all: Vec::new(), waiting: Vec::new(), first_ns: NEVER_NS }
    }
}

/// What stands in place of when one is due that is gone, until the others have moved up: no run is so long.
const GONE: u64 = NEVER_NS - 1;

/// On the way through those that are due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    now_ns: u64,
    /// The place to look at next.
    next: usize,
    /// When the first is due of those that were passed.
    first_ns: u64,
    /// Whether any is gone.
    has_gaps: bool,
}

impl Pass {
    pub(crate) fn at(now_ns: u64) -> Self {
        Self { now_ns, next: 0, first_ns: NEVER_NS, has_gaps: false }
    }
}

impl Batches {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Batch> {
        self.all.iter()
    }

    /// Each of them, to have its chunks changed.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Batch> {
        self.all.iter_mut()
    }

    /// When the first of them is due; `NEVER_NS` where there is none.
    #[inline]
    pub(crate) fn first_due_ns(&self) -> u64 {
        self.first_ns
    }

    /// Keeps a batch until it is due: until the refusal is there, or it is sent again.
    pub(crate) fn push(&mut self, batch: Batch, standing: Standing, due_ns: u64) {
        self.first_ns = self.first_ns.min(due_ns);
        self.waiting.push((due_ns, standing));
        self.all.push(batch);
    }

    /// Takes out all of them, each with how often it was tried.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = (Batch, u32)> + use<> {
        let Self { all, waiting, .. } = std::mem::take(self);
        all.into_iter().zip(waiting.into_iter().map(|(_, standing)| standing.tries))
    }

    /// Takes out the first that waits to be sent again.
    pub(crate) fn take_waiting(&mut self) -> Option<Batch> {
        let place = self.waiting.iter().position(|(_, standing)| !standing.under_way)?;
        self.waiting.remove(place);
        let batch = self.all.remove(place);
        self.first_ns = self.least_due_ns();
        Some(batch)
    }

    /// Those that wait are to be sent again now.
    pub(crate) fn hurry(&mut self, now_ns: u64) {
        for (due_ns, standing) in &mut self.waiting {
            if !standing.under_way {
                (*due_ns, self.first_ns) = (now_ns, self.first_ns.min(now_ns));
            }
        }
    }

    /// The place of the next that is due, and how it stands with it.
    pub(crate) fn next_due(&self, pass: &mut Pass) -> Option<(usize, Standing)> {
        while let Some((due_ns, standing)) = self.waiting.get(pass.next) {
            pass.next += 1;
            if *due_ns <= pass.now_ns {
                return Some((pass.next - 1, *standing));
            }
            pass.first_ns = pass.first_ns.min(*due_ns);
        }
        None
    }

    /// Takes out the one at a place, which is put back or left out.
    pub(crate) fn take(&mut self, place: usize) -> Batch {
        std::mem::take(&mut self.all[place])
    }

    /// Puts one back to its place.
    pub(crate) fn put_back(&mut self, place: usize, batch: Batch) {
        self.all[place] = batch;
    }

    /// The one at a place is due again.
    pub(crate) fn keep(&mut self, pass: &mut Pass, place: usize, standing: Standing, due_ns: u64) {
        self.waiting[place] = (due_ns, standing);
        pass.first_ns = pass.first_ns.min(due_ns);
    }

    /// The one at a place, which was taken out, is gone.
    pub(crate) fn leave_out(&mut self, pass: &mut Pass, place: usize) {
        (self.waiting[place].0, pass.has_gaps) = (GONE, true);
    }

    /// All that were due have been handled: those that are left move up.
    pub(crate) fn close_up(&mut self, pass: Pass) {
        if pass.has_gaps {
            let mut waiting = self.waiting.iter();
            self.all.retain(|_| waiting.next().is_some_and(|(due_ns, _)| *due_ns != GONE));
            self.waiting.retain(|(due_ns, _)| *due_ns != GONE);
        }
        self.first_ns = pass.first_ns;
    }

    fn least_due_ns(&self) -> u64 {
        self.waiting.iter().map(|(due_ns, _)| *due_ns).min().unwrap_or(NEVER_NS)
    }

    /// Returns the property that does not hold, in words; `None` where all do.
    pub(super) fn broken_property(&self) -> Option<String> {
        let (batches, waiting) = (self.all.len(), self.waiting.len());
        if batches != waiting {
            return Some(format!("of {batches} batches it is known how it stands with {waiting}"));
        }
        let least_ns = self.least_due_ns();
        (self.first_ns != least_ns)
            .then(|| format!("a batch is due at {least_ns} ns, and is said to be at {} ns", self.first_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(lines: u64) -> Batch {
        Batch { lines, ..Batch::default() }
    }

    fn lines(batches: &Batches) -> Vec<u64> {
        batches.iter().map(|batch| batch.lines).collect()
    }

    #[test]
    fn those_that_are_due_are_handled_in_their_order_and_the_others_move_up() {
        let mut batches = Batches::default();
        let waits = Standing { under_way: false, tries: 1 };
        let sent = Standing { under_way: true, tries: 1 };
        for (number, due_ns) in [(1, 50), (2, 10), (3, 90), (4, 20)] {
            batches.push(batch(number), if number == 3 { sent } else { waits }, due_ns);
        }
        assert_eq!(batches.first_due_ns(), 10);
        // Of the second and the fourth the one is gone, and the other refused until 70.
        let mut pass = Pass::at(20);
        assert_eq!(batches.next_due(&mut pass), Some((1, waits)));
        batches.take(1);
        batches.leave_out(&mut pass, 1);
        assert_eq!(batches.next_due(&mut pass), Some((3, waits)));
        batches.keep(&mut pass, 3, sent, 70);
        assert_eq!(batches.next_due(&mut pass), None);
        batches.close_up(pass);
        assert_eq!(
            (lines(&batches), batches.first_due_ns(), batches.broken_property()),
            (vec![1, 3, 4], 50, None)
        );
        // Only the first waits to be sent again.
        batches.hurry(30);
        assert_eq!(batches.next_due(&mut Pass::at(30)), Some((0, waits)));
        assert_eq!(batches.take_waiting().map(|batch| batch.lines), Some(1));
        assert_eq!((lines(&batches), batches.first_due_ns()), (vec![3, 4], 70));
        assert_eq!(
            batches.take_all().map(|(batch, tries)| (batch.lines, tries)).collect::<Vec<_>>(),
            [(3, 1), (4, 1)]
        );
        assert_eq!((batches.len(), batches.first_due_ns()), (0, NEVER_NS));
    }
}
