//! Pure statistics: intervals from replications, paired differences, how precise they are, warm-up.

mod estimate;
mod mser;

pub use estimate::Estimate;
pub use mser::mser5;
