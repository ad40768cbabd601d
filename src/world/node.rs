//! What a node is: its state, part by part. What is done to it stands in the rooms above.

mod container;
mod contention;
mod expected;
mod node;
mod place;
mod pressure;
mod reach;

pub(crate) use container::Container;
pub(crate) use contention::{Contention, Sharer};
pub(crate) use expected::Expected;
pub(crate) use node::{KUBELET, Node};
pub(crate) use place::{Place, Stage};
pub(crate) use pressure::Pressure;
pub(crate) use reach::Reach;
