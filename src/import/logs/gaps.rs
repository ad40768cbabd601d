//! Times between lines.

/// Mean and variance of times between lines, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::import) struct Gaps {
    pub(super) n: u64,
    mean: f64,
    squares: f64,
}

impl Gaps {
    pub(super) fn add(&mut self, gap_s: f64) {
        self.n += 1;
        let off = gap_s - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (gap_s - self.mean);
    }

    /// The coefficient of variation; infinite where there is nothing to vary.
    pub(super) fn variation(&self) -> f64 {
        if self.n < 2 || self.mean <= 0.0 {
            return f64::INFINITY;
        }
        (self.squares / (self.n - 1) as f64).sqrt() / self.mean
    }
}
