//! How what was counted on some nodes is put together, and how a sample of nodes stands for all of them.

use crate::observe::{Freshness, Ledger, Usage};

/// What nodes add to.
pub(in crate::world) trait Total {
    /// Adds what other nodes counted.
    fn add(&mut self, other: &Self);

    /// Makes one node in `factor` stand for all.
    fn multiply(&mut self, factor: u64);
}

/// A table of what is counted. A line says how nodes are put together: by their `sum`, which a sample stands for a
/// multiple of; by the `largest` of one node, which a sample leaves as it is; or not at all, where it is `given`: the same
/// on all nodes, or entered when all have been put together.
macro_rules! totals {
    (
        $(#[$about:meta])*
        $seen:vis struct $table:ident { $($(#[$doc:meta])* $how:ident $vis:vis $name:ident: $kind:ty,)* }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default)]
        $seen struct $table { $($(#[$doc])* $vis $name: $kind,)* }

        impl $crate::world::tally::Total for $table {
            fn add(&mut self, other: &Self) {
                $(totals!(@add $how self.$name, other.$name);)*
            }

            fn multiply(&mut self, factor: u64) {
                $(totals!(@multiply $how self.$name, factor);)*
            }
        }
    };
    (@add sum $total:expr, $part:expr) => { $crate::world::tally::Total::add(&mut $total, &$part) };
    (@add largest $total:expr, $part:expr) => { $total = $total.max($part) };
    (@add given $total:expr, $part:expr) => {};
    (@multiply sum $total:expr, $factor:expr) => { $crate::world::tally::Total::multiply(&mut $total, $factor) };
    (@multiply largest $total:expr, $factor:expr) => {};
    (@multiply given $total:expr, $factor:expr) => {};
}
pub(super) use totals;

impl Total for u64 {
    #[inline]
    fn add(&mut self, other: &Self) {
        *self += other;
    }

    #[inline]
    fn multiply(&mut self, factor: u64) {
        *self *= factor;
    }
}

impl Total for (u64, u64) {
    fn add(&mut self, other: &Self) {
        self.0 += other.0;
        self.1 += other.1;
    }

    fn multiply(&mut self, factor: u64) {
        self.0 *= factor;
        self.1 *= factor;
    }
}

impl<T: Total> Total for [T] {
    fn add(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(total, part)| total.add(part));
    }

    fn multiply(&mut self, factor: u64) {
        self.iter_mut().for_each(|total| total.multiply(factor));
    }
}

impl<T: Total> Total for Vec<T> {
    fn add(&mut self, other: &Self) {
        self.as_mut_slice().add(other);
    }

    fn multiply(&mut self, factor: u64) {
        self.as_mut_slice().multiply(factor);
    }
}

impl<const N: usize> Total for Option<Box<[u64; N]>> {
    fn add(&mut self, other: &Self) {
        match (self, other) {
            (Some(total), Some(part)) => total.as_mut_slice().add(part.as_slice()),
            (total @ None, Some(part)) => *total = Some(part.clone()),
            (_, None) => {}
        }
    }

    fn multiply(&mut self, factor: u64) {
        self.iter_mut().for_each(|counts| counts.as_mut_slice().multiply(factor));
    }
}

impl Total for Ledger {
    fn add(&mut self, other: &Self) {
        *self += other;
    }

    fn multiply(&mut self, factor: u64) {
        self.scale(factor);
    }
}

impl Total for Usage {
    fn add(&mut self, other: &Self) {
        *self += other;
    }

    fn multiply(&mut self, factor: u64) {
        self.scale(factor);
    }
}

impl Total for Freshness {
    fn add(&mut self, other: &Self) {
        *self += other;
    }

    fn multiply(&mut self, factor: u64) {
        self.scale(factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    totals! {
        /// One line of each kind.
        struct Three {
            /// A sum.
            sum lines: u64,
            /// Of one node.
            largest longest: u64,
            /// The same everywhere.
            given bits: u64,
            /// One for each tenant.
            sum each: Vec<(u64, u64)>,
        }
    }

    #[test]
    fn a_line_of_the_table_says_how_nodes_are_put_together() {
        let node = |lines, longest| Three { lines, longest, bits: 9, each: vec![(lines, 1), (0, lines)] };
        let mut total = node(3, 5);
        total.add(&node(4, 2));
        assert_eq!((total.lines, total.longest, total.bits), (7, 5, 9));
        assert_eq!(total.each, [(7, 2), (0, 7)]);
        // One node in ten: sums are ten times as large, the longest and what is given are not.
        total.multiply(10);
        assert_eq!((total.lines, total.longest, total.bits), (70, 5, 9));
        assert_eq!(total.each, [(70, 20), (0, 70)]);
    }
}
