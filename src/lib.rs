//! x
pub mod engine;
pub mod flow;
pub mod metric;
pub mod profile;
pub mod scenario;
pub mod units;
