//! x
pub mod cli;
pub mod engine;
pub mod flow;

pub mod lang;
pub mod metric;
pub mod observe;
pub mod placement;
pub mod profile;
pub mod report;
pub mod run;
pub mod scenario;
pub mod stats;
pub mod strategy;
pub mod study;
pub mod table;
pub mod units;
pub mod world;
