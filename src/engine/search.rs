//! Places in a function that only rises: the last instant at which it is not above a limit.

/// The last instant in `[low, high]`, to within `resolution`, at which `value` is no more than `limit`; `low` where it never
/// is. `value` must not fall; `at_low` is what it is at `low`, and `at_high` at `high`.
///
/// In growing steps first, beginning with `step`: what is looked for is mostly close to `low`, however long the rest. Then by
/// the ITP method, which takes few looks at what rises evenly and at most one more than bisection at what does not.
/// Source: Oliveira and Takahashi, "An Enhancement of the Bisection Method Average Performance Preserving Minmax Optimality",
/// ACM Transactions on Mathematical Software 47(1), 2020.
pub fn last_within(
    range: (u64, u64),
    step: u64,
    resolution: u64,
    (at_low, at_high, limit): (f64, f64, f64),
    mut value: impl FnMut(u64) -> f64,
) -> u64 {
    let level = |amount| Level { amount, pieces: 0 };
    narrow(range, (step, resolution), (level(at_low), level(at_high), limit), false, |at| level(value(at)))
}

/// The same of what comes in pieces: an instant before which there are as many of them as at that one, and which may be earlier,
/// by no more than the time between two.
///
/// Pieces are taken to come at random: of n between two looks, √n ÷ 4 is how far beside the straight line the next look is.
pub fn last_within_a_piece(
    range: (u64, u64),
    step: u64,
    resolution: u64,
    known: (Level, Level, f64),
    value: impl FnMut(u64) -> Level,
) -> u64 {
    narrow(range, (step, resolution), known, true, value)
}

/// What there is at an instant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    /// How much: what is held against a limit.
    pub amount: f64,
    /// In how many pieces.
    pub pieces: u64,
}

/// Narrows a bracket until it is no wider than `resolution`, or holds no more than one piece where it goes by pieces.
fn narrow(
    (low, high): (u64, u64),
    (step, resolution): (u64, u64),
    (at_low, at_high, limit): (Level, Level, f64),
    by_pieces: bool,
    mut level: impl FnMut(u64) -> Level,
) -> u64 {
    if at_high.amount <= limit {
        return high;
    }
    let over = |level: Level| level.amount - limit;
    let mut below = (low, at_low);
    let mut above = (high, at_high);
    let mut step = step;
    while below.0 + step < above.0 {
        let at = below.0 + step;
        let there = level(at);
        if over(there) > 0.0 {
            above = (at, there);
            break;
        }
        below = (at, there);
        step *= 2;
    }
    let resolution = resolution.max(1);
    // A look beyond those of bisection is allowed, so that the bracket may be left of where bisection would have it.
    let mut looks_left = (above.0 - below.0).div_ceil(resolution).next_power_of_two().trailing_zeros() + 1;
    let width = (above.0 - below.0) as f64;
    while above.0 - below.0 > resolution {
        let pieces = above.1.pieces - below.1.pieces;
        if by_pieces && pieces <= 1 {
            break;
        }
        looks_left = looks_left.saturating_sub(1);
        let gap = (above.0 - below.0) as f64;
        // How far the straight line between both ends is drawn to the middle.
        let drawn = if by_pieces { 0.25 * gap / (pieces as f64).sqrt() } else { 0.2 * gap * gap / width };
        let ends = ((below.0, over(below.1)), (above.0, over(above.1)));
        let at = below.0 + next_look(ends.0, ends.1, drawn, (resolution << looks_left) as f64);
        let there = level(at);
        if over(there) > 0.0 { above = (at, there) } else { below = (at, there) }
    }
    below.0
}

/// Where to look next, from the lower end of the bracket on, by the straight line between both ends, `drawn` to the middle;
/// `span` is how wide the bracket may be after that look.
#[inline]
fn next_look(below: (u64, f64), above: (u64, f64), drawn: f64, span: f64) -> u64 {
    let gap = (above.0 - below.0) as f64;
    let half = gap / 2.0;
    let straight = gap * -below.1 / (above.1 - below.1);
    let toward = if half >= straight { 1.0 } else { -1.0 };
    let truncated = if drawn <= (half - straight).abs() { straight + toward * drawn } else { half };
    // No further from the middle than leaves a bracket that bisection still brings to an end in time.
    let radius = (span - half).max(0.0);
    let at = if (truncated - half).abs() <= radius { truncated } else { half - toward * radius };
    (at as u64).clamp(1, above.0 - below.0 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{draw, unit};

    const S: u64 = 1_000_000_000;

    /// What `last_within` finds in a function that is `value`, and how often it looks.
    fn found(high: u64, limit: f64, value: impl Fn(u64) -> f64) -> (u64, u32) {
        let mut looks = 0;
        let at = last_within((0, high), S, 50_000, (value(0), value(high), limit), |at| {
            looks += 1;
            value(at)
        });
        (at, looks)
    }

    #[test]
    fn the_place_is_within_the_resolution() {
        let straight = |at: u64| at as f64 * 1e-6;
        // 12,345.678 is reached at 12.345678 s.
        let (at, looks) = found(100 * S, 12_345.678, straight);
        assert!(at.abs_diff(12_345_678_000) <= 50_000, "{at}");
        assert!(looks <= 11, "{looks}");
        assert_eq!(found(100 * S, 1e9, straight).0, 100 * S);
        assert_eq!(found(100 * S, 0.0, |_| 1.0).0, 0);
    }

    /// Within a second 50 µs are one part in 20,000: bisection looks 15 times.
    #[test]
    fn it_takes_no_more_than_one_look_beyond_bisection_and_mostly_fewer() {
        let (mut total, n) = (0, 500);
        for number in 0..n {
            // Steps of random heights at random places, of which there are one to a thousand.
            let steps = 1 + draw(1, number) % 1000;
            let places: Vec<u64> = (0..steps).map(|step| draw(2 + number, step) % S).collect();
            let rises = |at: u64| places.iter().filter(|place| **place < at).count() as f64;
            let limit = (unit(draw(3, number)) * steps as f64).floor() + 0.5;
            let (at, looks) = found(S, limit, rises);
            assert!(rises(at) <= limit && (at == S || rises(at + 50_000) > limit), "{number}: {at}");
            // One beyond bisection's fifteen.
            assert!(looks <= 16, "{number}: {looks}");
            total += looks;
        }
        assert!(total < 12 * n as u32, "{total} looks in {n} searches");
    }

    /// Of up to a thousand pieces in a second as many lie before what is found as are within the limit, in fewer looks than it takes
    /// to tell two of them apart by time.
    #[test]
    fn what_comes_in_pieces_is_found_to_the_piece() {
        let (mut looks, n) = (0, 500);
        for number in 0..n {
            let pieces = 1 + draw(1, number) % 1000;
            let places: Vec<u64> = (0..pieces).map(|piece| draw(2 + number, piece) % S).collect();
            let before = |at: u64| places.iter().filter(|place| **place < at).count() as u64;
            let limit = unit(draw(3, number)) * pieces as f64;
            let level = |at: u64| Level { amount: before(at) as f64, pieces: before(at) };
            let at = last_within_a_piece((0, S), S, 1, (level(0), level(S), limit), |at| {
                looks += 1;
                level(at)
            });
            assert_eq!(before(at), limit as u64, "{number}");
        }
        // The ITP method's own step takes 7.8 to the piece; by time, to one part in 10^9, bisection takes 30.
        assert!(looks < 7 * n, "{looks} looks in {n} searches");
    }
}
