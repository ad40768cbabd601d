//! What waits for an answer that comes too late, or for its retry.

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
    /// Whether a refusal is on its way to it; otherwise it waits to be sent again.
    pub under_way: bool,
    pub tries: u32,
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

/// Batches of one input, in the order in which they came. In a long outage there are hundreds, of which one is due: when they
/// are stands apart from what they are.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    all: Vec<Batch>,
    /// When each is due. Property: as many.
    dues_ns: Vec<u64>,
    /// When the first of them is; `NEVER_NS` where there is none. Property: it is.
    first_ns: u64,
}

impl Default for Batches {
    fn default() -> Self {
        Self { all: Vec::new(), dues_ns: Vec::new(), first_ns: NEVER_NS }
    }
}

/// What stands in place of one that is gone, until the others have moved up.
const GONE: u64 = 0;

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
    pub(crate) fn push(&mut self, batch: Batch, due_ns: u64) {
        self.first_ns = self.first_ns.min(due_ns);
        self.dues_ns.push(due_ns);
        self.all.push(batch);
    }

    /// Takes out all of them.
    pub(crate) fn take_all(&mut self) -> Vec<Batch> {
        std::mem::take(self).all
    }

    /// Takes out the one at a place.
    pub(crate) fn remove(&mut self, place: usize) -> Batch {
        self.dues_ns.remove(place);
        let batch = self.all.remove(place);
        self.first_ns = self.least_due_ns();
        batch
    }

    /// Those that wait for their retry are due now.
    pub(crate) fn hurry(&mut self, now_ns: u64) {
        for (batch, due_ns) in self.all.iter().zip(&mut self.dues_ns) {
            if !batch.under_way {
                (*due_ns, self.first_ns) = (now_ns, self.first_ns.min(now_ns));
            }
        }
    }

    /// The place of the first, from a place on, that is due.
    pub(crate) fn next_due(&self, from: usize, now_ns: u64) -> Option<usize> {
        let place = self.dues_ns[from..].iter().position(|due_ns| *due_ns <= now_ns)?;
        Some(from + place)
    }

    /// Takes out the one at a place, which is put back or said to be gone.
    pub(crate) fn take(&mut self, place: usize) -> Batch {
        std::mem::take(&mut self.all[place])
    }

    /// Puts one back to its place, until it is due.
    pub(crate) fn put_back(&mut self, place: usize, batch: Batch, due_ns: u64) {
        self.dues_ns[place] = due_ns;
        self.all[place] = batch;
    }

    /// The one at a place, which was taken out, is gone. No other is looked for before it is [`Batches::close_up`].
    pub(crate) fn leave_out(&mut self, place: usize) {
        self.dues_ns[place] = GONE;
    }

    /// Those that are left move up.
    pub(crate) fn close_up(&mut self) {
        if self.dues_ns.contains(&GONE) {
            let mut dues = self.dues_ns.iter();
            self.all.retain(|_| dues.next() != Some(&GONE));
            self.dues_ns.retain(|due_ns| *due_ns != GONE);
        }
        self.first_ns = self.least_due_ns();
    }

    fn least_due_ns(&self) -> u64 {
        self.dues_ns.iter().copied().min().unwrap_or(NEVER_NS)
    }

    /// Returns the property that does not hold, in words; `None` where all do.
    pub(super) fn broken_property(&self) -> Option<String> {
        let (batches, dues) = (self.all.len(), self.dues_ns.len());
        if batches != dues {
            return Some(format!("{batches} batches are due at {dues} instants"));
        }
        let least_ns = self.least_due_ns();
        (self.first_ns != least_ns)
            .then(|| format!("a batch is due at {least_ns} ns, and is said to be at {} ns", self.first_ns))
    }
}
