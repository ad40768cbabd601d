//! The backend and what stands before it: the link of a node to it, its capacity in time slots, shards, gateways, disturbances.

pub(crate) mod disturbance;
pub(crate) mod gateway;
pub(crate) mod link;
pub(crate) mod servers;
pub(crate) mod shards;
