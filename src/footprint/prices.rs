//! What one of each thing costs.
//!
//! Source: a release build on two cores of an x86-64 server of 2026, `sweep` of one point with one replication: processor time
//! and peak RSS of the process, over scenarios in which one thing after the other grows tenfold. Of what is calm: 100,000 nodes of
//! 30 pods of 10 lines/s for 10 minutes under three strategies (`reports/benchmarks/2026-11-30.md`), what happens to their files
//! included.

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
        Kind::Placed => (0.0, 150.0),
        Kind::Pod => (0.0, 850.0),
        Kind::ReadStream => (0.0, 700.0),
        Kind::Input => (0.0, 600.0),
        Kind::StreamSecond => (20.0, 0.0),
        Kind::BlockSecond => (4.5, 0.0),
        Kind::QuietFlush => (25.0, 0.0),
        Kind::QuietStreamFlush => (32.0, 0.0),
        Kind::CalmFlush => (2.0, 0.0),
        Kind::CalmStreamFlush => (10.5, 0.0),
        Kind::BusyFlush => (500.0, 0.0),
        Kind::BusyStreamFlush => (80.0, 0.0),
        Kind::BehindStreamFlush => (3_700.0, 0.0),
        Kind::Rotation => (1_800.0, 250.0),
        Kind::Start => (5_000.0, 0.0),
        Kind::Slot => (50.0, 0.0),
        Kind::Release => (0.0, 40.0),
        Kind::Batch => (0.0, 100.0),
        Kind::Chunk => (0.0, 150.0),
        Kind::Retry => (35.0, 0.0),
        Kind::RetryChunk => (5.5, 0.0),
        Kind::UnreadSecond => (0.0, 3.0),
        Kind::Histogram => (280_000.0, 14_000.0),
    };
    Price { ns, bytes }
}
