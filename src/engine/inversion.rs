//! Sampling of whole numbers by inversion: a table of the distribution function and a guide into it.

/// A distribution of whole numbers.
#[derive(Clone, Debug)]
pub(super) struct Inversion {
    /// The number that the first entry stands for.
    first: u64,
    /// The distribution function, in parts of 2^64.
    cumulative: Vec<u64>,
    guide: Box<[u16; 1 << Self::GUIDE_BITS]>,
}

impl Inversion {
    const GUIDE_BITS: u32 = 8;

    /// Of numbers from `first` on, as frequent as their terms say, which need not add up to one: at most 65,535 of them.
    pub(super) fn of(first: u64, terms: impl Iterator<Item = f64> + Clone) -> Self {
        let total: f64 = terms.clone().sum();
        let mut sum = 0.0;
        let mut cumulative: Vec<u64> = terms
            .map(|term| {
                sum += term / total;
                (sum.min(1.0) * u64::MAX as f64) as u64
            })
            .collect();
        if let Some(last) = cumulative.last_mut() {
            *last = u64::MAX;
        }
        debug_assert!(cumulative.len() <= usize::from(u16::MAX));
        let mut n = 0;
        let guide = Box::new(std::array::from_fn(|g| {
            let begins = (g as u64) << (64 - Self::GUIDE_BITS);
            n += cumulative[n..].iter().take_while(|c| **c < begins).count();
            n as u16
        }));
        Self { first, cumulative, guide }
    }

    /// The number that these uniform bits stand for.
    #[inline]
    pub(super) fn sample(&self, bits: u64) -> u64 {
        let mut n = usize::from(self.guide[(bits >> (64 - Self::GUIDE_BITS)) as usize]);
        // Mostly one or two steps, and which is a matter of luck: better added than branched on.
        n += usize::from(self.cumulative[n] < bits);
        n += usize::from(self.cumulative[n] < bits);
        while self.cumulative[n] < bits {
            n += 1;
        }
        self.first + n as u64
    }
}
