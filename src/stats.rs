//! Pure statistics: intervals from replications, paired differences.

mod estimate;

pub use estimate::Estimate;
