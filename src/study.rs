//! Experiments over runs.

mod comparison;
mod result;

pub use comparison::Comparison;
pub use result::{DensityPoint, Provenance, StrategyResult};
