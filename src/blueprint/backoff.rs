//! How long is waited before what failed is tried again.

use crate::engine::random::unit;
use crate::units::NS_PER_SEC;

/// The kubelet's crash-loop back-off after so many deaths: at once the first time, then 10 s, doubling up to 5 minutes.
pub(crate) fn crash_loop_ns(kills: u32) -> u64 {
    let seconds = if kills < 2 { 0 } else { (10u64 << (kills - 2).min(5)).min(300) };
    seconds * NS_PER_SEC
}

/// The wait before a retry: uniform between the base and the base doubled once a try, within the cap.
/// Source: Fluent Bit, `flb_scheduler` (exponential back-off with jitter).
pub(crate) fn backoff_ns(base_ns: u64, cap_ns: u64, tries: u32, bits: u64) -> u64 {
    let doubled = base_ns.saturating_mul(2u64.saturating_pow(tries + 1)).min(cap_ns);
    base_ns + (unit(bits) * doubled.saturating_sub(base_ns) as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_before_a_retry_doubles_within_its_cap() {
        let longest = |tries| backoff_ns(5, 60, tries, u64::MAX);
        assert_eq!((backoff_ns(5, 60, 0, 0), backoff_ns(5, 60, 9, 0)), (5, 5));
        // Just below base·2, base·4, base·8, then the cap.
        assert_eq!([0, 1, 2, 3, 40].map(longest), [9, 19, 39, 59, 59]);
    }
}
