//! What a node is.

mod node;

pub(crate) use node::{KUBELET, Node};
