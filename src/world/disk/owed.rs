//! What is read again, and what of that nobody has yet.

/// A span of a stream whose lines nobody has but the files.
pub(crate) type Owed = (u64, u64);

/// A part of a stream that is read again.
#[derive(Clone, Debug)]
pub(crate) struct Replay {
    /// Where the reader had been.
    pub until_ns: u64,
    /// What of it is owed, in order; the rest has been delivered or given up before.
    pub owed: Vec<Owed>,
}

impl Replay {
    /// Returns up to where lines behind `at_ns` are alike, and whether they are owed; `None` where nothing is read again.
    pub(crate) fn at(&self, at_ns: u64) -> Option<(u64, bool)> {
        if at_ns >= self.until_ns {
            return None;
        }
        Some(match self.owed.iter().find(|(_, until_ns)| *until_ns > at_ns) {
            Some((from_ns, until_ns)) if *from_ns <= at_ns => (*until_ns, true),
            Some((from_ns, _)) => (*from_ns, false),
            None => (self.until_ns, false),
        })
    }
}
