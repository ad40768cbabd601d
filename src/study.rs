//! Experiments over runs.

mod result;

pub use result::{Provenance, StrategyResult};
