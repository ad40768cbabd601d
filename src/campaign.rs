//! Sweeps that outgrow one process: points in parts, written as they finish, gone on with after a kill, and merged.
//!
//! Takes a plan (what is swept) and the points' figures as studies give them; gives files of which every line is whole,
//! and from all parts together the sweep that one undisturbed process would have given, to the byte. Who runs the parts
//! is a scheduler's affair: scripts for some are written here.

mod design;
mod emit;
mod error;
mod merge;
mod part;
mod plan;
#[cfg(test)]
mod tests;

pub use design::{Design, points};
pub use emit::{Engine, Script};
pub use error::CampaignError;
pub use merge::Merged;
pub use part::Part;
pub use plan::{Plan, Shard};
