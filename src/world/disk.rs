//! Log files on a node's disk: what of a stream lies in which file, and what of that has been read.

pub(crate) mod files;
mod missable;
pub(crate) mod owed;
mod property;
mod reader;
mod replay;
mod sizes;
mod span;
