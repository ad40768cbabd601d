//! Sums of every value of one table and every value of another, in groups of equally many from the least to the greatest.
//!
//! Only what a group adds up to is asked for, so that its sums need no order among themselves: they are put into buckets of
//! equal width, and only where the end of a group falls into a bucket is that one sorted.

/// Buckets, at most.
const BUCKETS: u64 = 4096;

/// How many values of the first table are looked at in turn: neighbours mostly fall into one bucket, and each would wait for
/// the one before.
const TURNS: usize = 4;

/// The means of the sums of each of `one` and each of `other`, both in ascending order, in groups of `size` from the least
/// on. The sums are a multiple of `size`, and both tables have values, `one` a multiple of four.
pub(super) fn means_of_sums(one: &[u32], other: &[u64], size: usize) -> Vec<f64> {
    let all = one.len() * other.len();
    let least = u64::from(one[0]) + other[0];
    let range = u64::from(one[one.len() - 1]) + other[other.len() - 1] - least;
    let shift = (range / BUCKETS + 1).next_power_of_two().ilog2();
    let bucket_of = |sum: u64| ((sum - least) >> shift) as usize;
    // Where each bucket begins, and behind it, when it is filled, where it ends.
    let mut ends = vec![0u32; bucket_of(range + least) + 2];
    each_sum(one, other, |sum| ends[bucket_of(sum) + 1] += 1);
    for bucket in 1..ends.len() {
        ends[bucket] += ends[bucket - 1];
    }
    let mut sums = vec![0u64; all];
    each_sum(one, other, |sum| {
        let end = &mut ends[bucket_of(sum)];
        sums[*end as usize] = sum;
        *end += 1;
    });
    let (mut bucket, mut first) = (0, 0);
    for edge in (size..all).step_by(size) {
        while (ends[bucket] as usize) < edge {
            first = ends[bucket] as usize;
            bucket += 1;
        }
        // Of several edges in one bucket the first sorts it.
        sums[first..ends[bucket] as usize].sort_unstable();
        first = edge;
    }
    sums.chunks_exact(size).map(|group| group.iter().sum::<u64>() as f64 / size as f64).collect()
}

#[inline]
fn each_sum(one: &[u32], other: &[u64], mut take: impl FnMut(u64)) {
    let turn = one.len() / TURNS;
    for value in other {
        for place in 0..turn {
            (0..TURNS).for_each(|number| take(u64::from(one[number * turn + place]) + value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_means(one: &[u32], other: &[u64], size: usize) -> Vec<f64> {
        let mut sums: Vec<u64> =
            other.iter().flat_map(|o| one.iter().map(move |n| u64::from(*n) + o)).collect();
        sums.sort_unstable();
        sums.chunks_exact(size).map(|group| group.iter().sum::<u64>() as f64 / size as f64).collect()
    }

    #[test]
    fn groups_are_those_of_all_sums_in_order() {
        let even: Vec<u32> = (0..16).collect();
        assert_eq!(means_of_sums(&even, &[0, 16], 8), [3.5, 11.5, 19.5, 27.5]);
        let tail: Vec<u32> = (0..256u32).map(|k| 60 + k * k * k / 50).collect();
        let same = vec![7u32; 256];
        let most: Vec<u32> = (0..256u32).map(|k| u32::MAX - 255 + k).collect();
        for one in [tail, same, most] {
            let other: Vec<u64> = one.iter().step_by(4).map(|value| u64::from(*value)).collect();
            assert_eq!(means_of_sums(&one, &other, 64), sorted_means(&one, &other, 64));
        }
    }
}
