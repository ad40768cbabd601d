//! The lab: real agents on the reader's own machine, under a load that is accounted for line by line.
//!
//! Takes plans and agents as data; gives measured rows as `validate` and `calibrate` read them. It writes log files,
//! starts agents as processes, receives what they send on 127.0.0.1, and reads from `/proc` what they cost. Linux only.

pub mod agent;
pub mod campaign;
pub mod cgroup;
pub mod compare;
mod disk;
pub mod error;
pub mod experiment;
pub mod generator;
pub mod ledger;
pub mod line;
pub mod load;
pub mod log_file;
pub mod machine;
pub mod meter;
pub mod pace;
pub mod plan;
pub mod process;
pub mod row;
pub mod setup;
pub mod sink;
