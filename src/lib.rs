//! x
pub mod engine;
pub mod flow;
pub mod import;
pub mod lang;
pub mod metric;
pub mod observe;
pub mod profile;
pub mod scenario;
pub mod stats;
pub mod study;
pub mod table;
pub mod units;
