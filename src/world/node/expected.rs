//! Something that happens to a node, when its time has come.

use crate::blueprint::Incident;
use std::ops::Range;

/// A happening that a node expects, with the inputs that it concerns.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) at_ns: u64,
    pub(crate) what: Incident,
    pub(crate) inputs: Range<u32>,
    pub(crate) node_key: u64,
}
