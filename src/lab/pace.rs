//! How many lines are due: an exact rate, or bursts of the same mean.

use std::time::Duration;

/// Times of writing and of silence, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Writing.
    pub on: Duration,
    /// Silence.
    pub off: Duration,
}

/// How fast a file is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Lines a second, on the mean.
    pub lines_per_s: f64,
    /// Bursts; `None` is always.
    pub burst: Option<Burst>,
}

impl Pace {
    /// Lines that are due so long after the beginning. The count is exact: no rounding adds up.
    pub fn due(&self, elapsed: Duration) -> u64 {
        let seconds = match self.burst {
            None => elapsed.as_secs_f64(),
            Some(Burst { on, off }) => {
                // Time spent writing, stretched to the whole: the mean stays what was asked for.
                let period = (on + off).as_nanos().max(1);
                let periods = elapsed.as_nanos() / period;
                let inside = (elapsed.as_nanos() % period).min(on.as_nanos());
                let writing = (periods * on.as_nanos() + inside) as f64 / 1e9;
                writing * period as f64 / on.as_nanos().max(1) as f64
            }
        };
        (seconds * self.lines_per_s + 1e-6) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_exact_at_any_time() {
        let pace = Pace { lines_per_s: 1250.0, burst: None };
        // 1,250 lines/s at ticks of 5 ms: 6.25 lines a tick, so 6, 12, 18, 25.
        let due: Vec<u64> = (1..=4).map(|tick| pace.due(Duration::from_millis(5 * tick))).collect();
        assert_eq!(due, [6, 12, 18, 25]);
        assert_eq!(pace.due(Duration::from_secs(3600)), 4_500_000);
    }

    #[test]
    fn bursts_keep_the_mean() {
        let burst = Burst { on: Duration::from_secs(1), off: Duration::from_secs(4) };
        let pace = Pace { lines_per_s: 100.0, burst: Some(burst) };
        // 100 lines/s on the mean in a fifth of the time: 500 lines/s for 1 s, then nothing for 4 s.
        let due: Vec<u64> = [500, 1000, 3000, 5000, 5500, 10_000]
            .iter()
            .map(|ms| pace.due(Duration::from_millis(*ms)))
            .collect();
        assert_eq!(due, [250, 500, 500, 500, 750, 1000]);
    }
}
