//! What happens, and who comes first.

use super::super::agent::Batch;

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// The kubelet of a node looks at the files.
    Tick {
        node: usize,
    },
    /// An application rotates its file.
    OwnRotation {
        log: usize,
    },
    /// The backend's answer to an accepted batch.
    Answer {
        agent: usize,
        life: u32,
        batch: Batch,
    },
    /// The backend's refusal of a batch.
    Refusal {
        agent: usize,
        life: u32,
        batch: Batch,
    },
    /// A refused batch is sent again.
    Retry {
        agent: usize,
        life: u32,
        batch: Batch,
    },
    Restart {
        agent: usize,
    },
    /// The time of a rotated file is over.
    GiveUp {
        log: usize,
        end: usize,
        life: u32,
    },
    Scan {
        agent: usize,
        life: u32,
    },
    /// A reader may send the batch that it has filled.
    Full {
        agent: usize,
        life: u32,
    },
    /// A reader looks at its files.
    Look {
        agent: usize,
    },
    Flush {
        agent: usize,
        life: u32,
    },
    /// The next line of a log is written.
    Write {
        log: usize,
    },
    /// A reader is done with a line.
    Read {
        agent: usize,
    },
}

impl Event {
    /// Who comes first of what happens at one instant; a line that is written now is seen by nobody now.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Tick { .. } => 0,
            Self::OwnRotation { .. } => 1,
            Self::Answer { .. } => 2,
            Self::Refusal { .. } | Self::Retry { .. } => 3,
            Self::Restart { .. } => 4,
            Self::GiveUp { .. } => 5,
            Self::Scan { .. } => 6,
            Self::Look { .. } => 7,
            Self::Flush { .. } | Self::Full { .. } => 8,
            Self::Write { .. } => 9,
            Self::Read { .. } => 10,
        }
    }
}
