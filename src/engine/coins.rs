//! How many of n fair coins show heads: binomial(n, ½), as halves of intervals need it.
//!
//! Up to 64 coins are the bits of a word. More are thrown in stacks of powers of two, as many as n has ones in binary, each
//! by inversion of its own distribution function: the sum of independent binomials of one probability is a binomial. So a
//! throw takes a draw for each of these ones, however many coins there are.

use super::inversion::Inversion;
use super::random::{draw, generator};
use rand_distr::{Binomial, Distribution};
use std::sync::OnceLock;

/// The smallest stack that has a table, and the largest, as powers of two. The largest table has 9 · 2^10 + 1 entries.
const LEAST: u32 = 7;
const MOST: u32 = 20;

static STACKS: [OnceLock<Inversion>; (MOST - LEAST + 1) as usize] = [const { OnceLock::new() }; _];

/// Heads of `n` fair coins; a function of the key and counter alone.
#[inline]
pub(super) fn heads(n: u64, key: u64, counter: u64) -> u64 {
    let bits = draw(key, counter);
    if n <= 64 {
        return u64::from((bits & (u64::MAX >> (64 - n).min(63))).count_ones()) * u64::from(n > 0);
    }
    many_heads(n, bits)
}

/// How many of `n` fall into a part of a whole, both given as lengths: binomial(n, part/whole), a function of the key and counter
/// alone. All where the part is the whole.
///
/// Each of them has a uniform number, of which the binary digits are thrown one after the other for all at once. The first that
/// differs from the same digit of part/whole decides for whoever has it, so that half of them are left each time.
pub fn some_of(n: u64, (part, whole): (u64, u64), key: u64, counter: u64) -> u64 {
    if part >= whole {
        return n;
    }
    let mut digits = ((u128::from(part) << 64) / u128::from(whole)) as u64;
    let (key, mut open, mut number, mut inside) = (draw(key, counter), n, 0, 0);
    while open > 0 && digits > 0 {
        let ones = heads(open, key, number);
        if digits >> 63 == 1 {
            // Whoever has a nought is below.
            inside += open - ones;
            open = ones;
        } else {
            open -= ones;
        }
        digits <<= 1;
        number += 1;
    }
    inside
}

fn many_heads(n: u64, bits: u64) -> u64 {
    if n >= 2 << MOST {
        // A probability of one half and a positive n are always valid parameters.
        return Binomial::new(n, 0.5).map_or(n / 2, |b| b.sample(&mut generator(bits, 0)));
    }
    let (mut left, mut sum, mut number) = (n, 0, 0);
    while left > 64 {
        let power = left.ilog2();
        let bits = draw(bits, number);
        if power < LEAST {
            sum += u64::from(bits.count_ones());
            left -= 64;
        } else {
            sum += stack(power).sample(bits);
            left -= 1 << power;
        }
        number += 1;
    }
    if left > 0 {
        sum += u64::from((draw(bits, number) & (u64::MAX >> (64 - left))).count_ones());
    }
    sum
}

/// The distribution function of the heads of 2^`power` coins.
fn stack(power: u32) -> &'static Inversion {
    STACKS[(power - LEAST) as usize].get_or_init(|| {
        let n = (1u64 << power) as f64;
        // Beyond nine deviations on either side are fewer than one in 2^62.
        let reach = (4.5 * n.sqrt()).ceil().min(n / 2.0);
        let first = n / 2.0 - reach;
        // Each term from the one before, outwards from the middle, which is taken as one: what they add up to is known.
        let mut upper = vec![1.0];
        for step in 0..reach as u64 {
            let heads = n / 2.0 + step as f64;
            upper.push(upper[step as usize] * (n - heads) / (heads + 1.0));
        }
        let terms = upper.iter().skip(1).rev().chain(&upper).copied();
        Inversion::of(first as u64, terms)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean, variance and third moment about the mean of 200,000 throws: n/2 with a standard error of √(n/4/N), n/4 with one
    /// of n/4 · √(2/N), and 0 with one of (n/4)^1.5 · √(15/N); five of them are allowed.
    #[test]
    fn heads_have_the_moments_of_a_binomial() {
        for n in [1, 63, 64, 65, 127, 128, 129, 500, 513, 1_000, 8_191, 70_000, 1 << 20, (1 << 21) + 7] {
            let throws = 200_000;
            let (half, variance) = (n as f64 / 2.0, n as f64 / 4.0);
            let mut sums = [0.0; 3];
            for counter in 0..throws {
                let heads = heads(n, 5, counter);
                assert!(heads <= n);
                let off = heads as f64 - half;
                for (sum, power) in sums.iter_mut().zip([off, off * off, off * off * off]) {
                    *sum += power / throws as f64;
                }
            }
            let deviation =
                |power: f64, moments: f64| variance.powf(power) * (moments / throws as f64).sqrt();
            assert!(sums[0].abs() < 5.0 * deviation(0.5, 1.0), "{n}: {sums:?}");
            assert!((sums[1] - variance).abs() < 5.0 * deviation(1.0, 2.0) + 1e-9, "{n}: {sums:?}");
            assert!(sums[2].abs() < 5.0 * deviation(1.5, 15.0), "{n}: {sums:?}");
        }
    }

    /// Mean np and variance np(1 - p) of 200,000 draws, with standard errors of √(np(1-p)/N) and about np(1-p)·√(2/N), more
    /// where the law is skewed; five of them are allowed.
    #[test]
    fn some_of_many_have_the_moments_of_a_binomial() {
        for (n, part, whole) in
            [(1, 1, 10), (100, 1, 10), (100, 1, 9), (40, 3, 4), (700, 64, 640), (5_000, 1, 3)]
        {
            let (draws, share) = (200_000, part as f64 / whole as f64);
            let (mean, variance) = (n as f64 * share, n as f64 * share * (1.0 - share));
            let (mut sum, mut square) = (0.0, 0.0);
            for counter in 0..draws {
                let some = some_of(n, (part, whole), 9, counter);
                assert!(some <= n);
                let off = some as f64 - mean;
                (sum, square) = (sum + off / draws as f64, square + off * off / draws as f64);
            }
            let of_mean = (variance / draws as f64).sqrt();
            assert!(sum.abs() < 5.0 * of_mean, "{n} {part}/{whole}: mean off by {sum}");
            let of_variance = variance * ((2.0 + 1.0 / variance) / draws as f64).sqrt();
            assert!((square - variance).abs() < 5.0 * of_variance, "{n} {part}/{whole}: variance {square}");
        }
        assert_eq!((0..100).map(|counter| some_of(80, (0, 7), 1, counter)).sum::<u64>(), 0);
    }

    #[test]
    fn no_coins_have_no_heads() {
        assert_eq!((0..100).map(|counter| heads(0, 1, counter)).sum::<u64>(), 0);
    }

    /// 128 coins: exactly 64 heads with probability C(128, 64) / 2^128 = 0.070386; of 200,000 throws 14,077 with a deviation
    /// of 114.
    #[test]
    fn the_middle_is_as_frequent_as_it_should_be() {
        let hits = (0..200_000).filter(|counter| heads(128, 9, *counter) == 64).count() as f64;
        assert!((hits - 14_077.0).abs() < 4.0 * 114.0, "{hits}");
    }
}
