//! A batch of a long run: what queues add up, and intervals are made of.

/// What a batch adds up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub arrivals: f64,
    pub refused: f64,
    /// Of the arrivals, those who had to wait.
    pub waiting: f64,
    /// Services that began, and the waits before them, in seconds.
    pub begun: f64,
    pub wait_s: f64,
    /// Services that ended, and how long those customers were there, in seconds.
    pub ended: f64,
    pub stay_s: f64,
    /// Mean number of customers there.
    pub number: f64,
}
