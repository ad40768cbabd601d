//! Where a reader is on its way round its files.

/// A reader's way round its files: passes over all of them, a chunk of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Passes over the files until all answers are taken note of, and the one that it is at, from 1.
    pub passes: u64,
    pub pass: u64,
    /// Record bytes that were free when it began, and taken since.
    pub room: u64,
    pub taken: u64,
    /// The file that it is at, and record bytes of it in this pass.
    pub place: usize,
    pub own: u64,
}

impl Round {
    pub(crate) fn new(passes: u64, room: u64) -> Self {
        Self { passes, pass: 1, room, taken: 0, place: 0, own: 0 }
    }

    /// Goes to the next file, or begins anew at the head of the list.
    pub(crate) fn turn_to(&mut self, place: usize) {
        self.pass += u64::from(place == 0);
        (self.place, self.own) = (place, 0);
    }

    /// Whether what the answers so far have freed is used up, so that a new pass begins. A chunk that was begun is read
    /// whole.
    pub(crate) fn is_spent(&self) -> bool {
        self.own == 0 && self.pass < self.passes && self.taken >= self.room / self.passes * self.pass
    }
}
