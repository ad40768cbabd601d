//! Pure statistics: intervals from replications, paired differences, how precise they are, warm-up.

mod estimate;
mod mser;
pub mod pooled;

pub use estimate::Estimate;
pub use mser::mser5;
