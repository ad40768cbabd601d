//! What one of each thing costs.
//!
//! Source: a release build on two cores of an x86-64 server of 2026, `sweep` of one point with one replication: processor time
//! and peak RSS of the process, over scenarios in which one thing after the other grows tenfold.

use super::counts::Kind;

/// Bytes of the program with nothing to do.
pub(super) const BASE_BYTES: f64 = 20e6;

/// Nanoseconds of a processor for each that happens, and bytes for each that is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub ns: f64,
    pub bytes: f64,
}

pub(super) fn of(kind: Kind) -> Price {
    let (ns, bytes) = match kind {
        Kind::Pod => (0.0, 500.0),
        Kind::PodCopy => (0.0, 400.0),
        Kind::Input => (0.0, 600.0),
        Kind::StreamSecond => (15.0, 0.0),
        Kind::QuietFlush => (30.0, 0.0),
        Kind::QuietStreamFlush => (15.0, 0.0),
        Kind::BusyFlush => (600.0, 0.0),
        Kind::BusyStreamFlush => (60.0, 0.0),
        Kind::Rotation => (1_000.0, 250.0),
        Kind::Start => (5_000.0, 0.0),
        Kind::Slot => (50.0, 0.0),
        Kind::Release => (0.0, 24.0),
        Kind::Batch => (0.0, 400.0),
        Kind::BatchLook => (1.0, 0.0),
        Kind::UnreadSecond => (0.0, 3.0),
        Kind::Histogram => (0.0, 30_000.0),
    };
    Price { ns, bytes }
}
